/* classify: any bytes as a lexicon, and as a ticket before a small one, before and after learning from it. */
#include "core/classify.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char small[] = "urgency\tlow\t1\t(always)\nurgency\tcritical\t4\tproduction is down | crash*\thard\n"
                            "category\tbug\t2\tcrash* | caf\xc3\xa9\ncategory\tother\t.5\tthank you\n";

static void check(const struct classify_model *model, struct arena *arena, const char *subject, const char *body)
{
    struct classify_result r;
    classify_text(model, arena, subject, body, &r);
    if (r.urgency.value < URGENCY_LOW || r.urgency.value > URGENCY_CRITICAL || r.urgency.bp < 3000 || r.category.bp > 10000)
        abort();
    for (int i = 0; i < r.category.reason_count; i++)
        if (!r.category.reasons[i].text || !*r.category.reasons[i].text)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    const char *text = arena_strndup(arena, (const char *)data, n), *half = text + strlen(text) / 2;
    struct err err;
    classify_model_free(classify_model_new((const char *)data, n, &err));
    struct classify_model *model = classify_model_new(small, sizeof small - 1, &err);
    check(model, arena, text, half);
    if (n && data[0] % 64 == 0) { /* learning clears megabytes: not every time */
        struct classify_example examples[2] = {{text, half, URGENCY_HIGH, CATEGORY_BUG, 1000}, {half, NULL, URGENCY_LOW, 0, 300}};
        struct classify_model *learned = classify_refit(model, examples, 2, 1, NULL, &err);
        check(learned, arena, half, text);
        classify_model_free(learned);
    }
    classify_model_free(model);
    return 0;
}
