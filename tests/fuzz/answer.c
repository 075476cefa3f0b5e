/* answer: any bytes as what a model replies: as the whole body, or as the words inside a sound one. Nothing but a label of the
 * closed set is ever delivered, a second answer that is none is dead, and the key is in no note. The first byte chooses the
 * API, the status and the place. */
#include "base/crypto.h"
#include "base/text.h"
#include "core/label.h"
#include "core/redact.h"
#include "destination/model.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define KEY "sk-fuzz-1234567890abcdef"
static const int64_t statuses[] = {400, 401, 429}; /* of a reply that is an error */

static void must(bool held)
{
    if (!held)
        abort();
}

static const char *wrapped(struct arena *arena, int api, const char *text)
{
    AUTO_JSON node = json_new_string(text);
    const char *quoted = json_print_in(arena, node);
    return arena_printf(arena, api == MODEL_OPENAI ? "{\"choices\":[{\"message\":{\"content\":%s},\"finish_reason\":\"stop\"}]}" :
                                                     "{\"content\":[{\"type\":\"text\",\"text\":%s}],\"stop_reason\":\"end_turn\"}", quoted);
}

static void check(struct arena *arena, const struct verdict *v, const struct json *memo, bool simple)
{
    struct label_answer a;
    const struct json *answer = json_get(memo, "answer");
    must((v->kind == VERDICT_DELIVERED) == (answer != NULL));
    must(!answer || (json_count(answer) == 5 && label_answer_decode(arena, answer, &a) && a.urgency && a.category));
    must(!v->note || !strstr(v->note, KEY));
    must(!simple || v->kind != VERDICT_AGAIN || json_get_bool(memo, "swapped", false));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    struct err err;
    must(crypto_open() && redact_open(&err));
    int first = n ? data[0] : 0, api = first & 1 ? MODEL_ANTHROPIC : MODEL_OPENAI;
    const char *text = arena_strndup(arena, n ? (const char *)data + 1 : "", n ? n - 1 : 0);
    const struct config_destination to = {.name = "m", .kind = DEST_MODEL, .api = api, .model = "m", .token = KEY};
    const struct ticket ticket = {.id = 1, .title = "Checkout \"broken\""};
    const struct message message = {.id = "m", .author_kind = AUTHOR_CUSTOMER, .body = "Since noon nobody can pay. Grüße"};
    const struct letter letter = {.of = LETTER_LABEL, .id = "evt_000000000001", .type = "t", .ticket = &ticket, .message = &message};
    const char *body = first & 2 ? wrapped(arena, api, text_safe_in(arena, text, TEXT_BLOCK)) : text;
    for (int simple = 0; simple < 2; simple++) {
        AUTO_JSON memo = json_object();
        if (simple)
            json_put_bool(memo, "simple", true);
        const struct composing c = {.letter = &letter, .to = &to, .memo = memo, .attempt = 1, .now = 1798761600000};
        const struct reply reply = {.status = first & 4 ? statuses[(first >> 3) % 3] : 200, .sent = true, .body = body, .body_n = strlen(body), .retry_after = text};
        struct verdict v = destination_model.judge(arena, &c, &reply, memo);
        check(arena, &v, memo, simple);
    }
    return 0;
}
