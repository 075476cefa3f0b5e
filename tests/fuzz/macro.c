/* macro: any bytes as a macro, as an article and as a text with variables, and what was read used once. */
#include "base/text.h"
#include "core/article.h"
#include "core/fill.h"
#include "core/macro.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct config config = {.team_name = "desk"};
static const struct config_source source = {.name = "s", .reply_via = REPLY_EMAIL};

static void run(struct arena *arena, const char *text)
{
    struct ticket t = {.id = 1, .account = "a", .dialect = "rbs", .key = "k", .status = STATUS_OPEN, .customer_name = text, .tags = text, .last_key = "k"};
    struct action act = {.id = ACTION_MACRO, .actor = "ana", .role = ROLE_AGENT};
    struct when_env env = {.me = "ana"};
    struct observation obs;
    struct macro macro;
    struct err err = {0};
    const char *left;
    char *filled = fill_text(arena, text, &(struct fill){&t, "ana", &config}, &left);
    if (left && !strstr(filled, "{{"))
        abort(); /* what is said to be left is there */
    fill_strange(arena, text);
    const struct json *read = json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL);
    if (!json_is(read, JSON_OBJECT) || !macro_read(arena, "m", read, &macro, &err))
        return;
    AUTO_JSON again = macro_data(&macro);
    struct macro same;
    if (!macro_read(arena, "m", again, &same, &err) || same.step_count != macro.step_count)
        abort(); /* what is written can be read */
    macro_observe(arena, &t, &macro, &act, &source, &config, &env, 1000, &obs, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA arena = arena_new();
    struct article article;
    struct err err = {0};
    char *text = arena_strndup(arena, (const char *)data, n);
    const char *keys[ARTICLES_OF_TICKET];
    run(arena, text);
    if (article_file(arena, "a.md", text, strlen(text), &article, &err) && (!article.title || !article.body))
        abort();
    article_record(arena, "k", text, &article);
    article_keys(arena, text, keys);
    if (text_valid(text, strlen(text)))
        article_add(arena, NULL, text);
    return 0;
}
