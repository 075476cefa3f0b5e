/* insert: see insert.h. What was offered is kept until the next offer, so that a choice finds its text; an answer that comes
 * when nobody waits for it any more (the composer was closed, something else lies over the screen) is dropped. */
#include "app/insert.h"
#include "app/bulk.h"
#include "app/part.h"
#include "base/text.h"
#include "screen/agents.h"
#include "screen/lists.h"
#include <inttypes.h>
#include <string.h>

/* --- what was offered --- */

static const struct json *keep(struct console *c, const struct link_answer *answer)
{
    c->dirty = c->at_once = true;
    if (answer->err) {
        console_toast(c, UI_ERROR, "%s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
        return NULL;
    }
    if (!c->offered_arena)
        c->offered_arena = arena_new();
    arena_reset(c->offered_arena);
    c->offered = json_parse_in(c->offered_arena, answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    return c->offered;
}

static const struct json *offered(const struct console *c, const char *list, const char *name)
{
    for (const struct json *m = json_first(json_get(c->offered, list)); m; m = json_next(m))
        if (str_eq(json_get_string(m, "name", NULL), name))
            return m;
    return NULL;
}

/* The composer is open, and nobody typed on while the answer came. */
static bool awaited(const struct console *c)
{
    return composer_is_open(&c->composer) && composer_asks(&c->composer);
}

/* --- macros --- */

/* What it does, on one line: its actions, then its text. */
static char *summary(struct arena *a, const struct json *macro)
{
    AUTO_STR out;
    str_init(&out, 400);
    const char *title = json_get_string(macro, "title", ""), *reply = json_get_string(macro, "text", json_get_string(macro, "reply", ""));
    if (!str_eq(title, json_get_string(macro, "name", "")))
        str_addf(&out, "%s   ", title);
    for (const struct json *line = json_first(json_get(macro, "actions")); line; line = json_next(line))
        str_addf(&out, "%s%s", json_string(line) ? json_string(line) : "", json_next(line) ? " · " : "");
    if (*reply)
        str_addf(&out, "%s\"%s\"", json_first(json_get(macro, "actions")) ? " · " : "", reply);
    return text_safe_in(a, out.data, TEXT_LINE);
}

/* with_text: only those that have one. */
static size_t choices(struct console *c, const struct json *root, bool with_text, struct picker_item **items)
{
    const struct json *list = json_get(root, "macros");
    size_t n = 0;
    *items = ARENA_ARRAY(c->frame, struct picker_item, json_count(list) + 1);
    for (const struct json *m = json_first(list); m; m = json_next(m))
        if (!with_text || *json_get_string(m, "text", "")) {
            (*items)[n] = (struct picker_item){.id = (int64_t)n + 1, .name = json_get_string(m, "name", ""), .detail = summary(c->frame, m)};
            n++;
        }
    return n;
}

static void macros_came(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    const struct json *root = keep(c, answer);
    struct picker_item *items;
    if (!root || c->overlay.kind || c->asked.action != &action_table[ACTION_MACRO])
        return;
    size_t n = choices(c, root, false, &items);
    if (n)
        overlay_pick(&c->overlay, FOR_MACRO, arena_printf(c->frame, "macro on %s: ", act_about(c)), items, n, false);
    else
        console_toast(c, UI_DIM, "No macro is for this ticket. They stand under `macros:` in triage.yaml; :macro-save keeps one here.");
}

void insert_macros(struct console *c)
{
    const char *path = c->asked.count == 1 ? arena_printf(c->frame, "/v1/macros?ticket=%" PRId64, c->asked.tickets[0]) : "/v1/macros";
    link_send(c->link, "GET", path, NULL, macros_came, c);
}

static void preview_came(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    const struct json *root = keep(c, answer);
    if (!root || c->overlay.kind != OVERLAY_READ || c->overlay.purpose != FOR_MACRO_RUN)
        return;
    overlay_about(&c->overlay, json_copy(root));
    bulk_read(c);
}

static void on_macro(struct console *c, const struct answer *a)
{
    const char *name = a->text;
    if (c->asked.count > 1) {
        act_run(c, c->asked.action, name);
        return;
    }
    struct command_do what = {.action = c->asked.action, .tickets = c->asked.tickets, .ticket_count = c->asked.count, .arg = name, .dry_run = true};
    struct err err = {0};
    char *body = command_body(c->frame, &what, &err);
    str_copy(c->asked.arg, sizeof c->asked.arg, name);
    if (!body) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    overlay_read(&c->overlay, FOR_MACRO_RUN, arena_printf(c->frame, "Macro %s: this is what it does   (y runs it, q leaves, u undoes it afterwards)", name));
    overlay_answers(&c->overlay, "y");
    link_send(c->link, "POST", "/v1/do", body, preview_came, c);
}

/* --- canned replies --- */

static void canned_came(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    const struct json *root = keep(c, answer);
    struct picker_item *items;
    if (!root || c->overlay.kind || !awaited(c))
        return;
    size_t n = choices(c, root, true, &items);
    if (n)
        overlay_pick(&c->overlay, FOR_CANNED, "canned reply: ", items, n, false);
    else
        console_toast(c, UI_DIM, "No canned reply is for this ticket: a row under `macros:` with a `reply` is one.");
}

void insert_canned(struct console *c)
{
    link_send(c->link, "GET", arena_printf(c->frame, "/v1/macros?ticket=%" PRId64, c->composer.ticket), NULL, canned_came, c);
}

static void on_canned(struct console *c, const struct answer *a)
{
    const char *name = a->text;
    const struct json *macro = offered(c, "macros", name);
    if (macro && composer_is_open(&c->composer))
        composer_insert(&c->composer, json_get_string(macro, "text", ""));
}

/* --- mentions --- */

void insert_agents(struct console *c)
{
    struct look look = console_look(c);
    int n = mirror_agent_count(c->mirror), count = 0;
    struct picker_item *items = ARENA_ARRAY(c->frame, struct picker_item, n + 1);
    for (int i = 0; i < n; i++) {
        const struct mirror_agent *agent = mirror_agent_at(c->mirror, i);
        if (!str_eq(agent->name, mirror_me(c->mirror)))
            items[count++] = (struct picker_item){.id = i + 1, .name = agent->name, .detail = agents_detail(&look, agent)};
    }
    if (count)
        overlay_pick(&c->overlay, FOR_MENTION, "mention: ", items, (size_t)count, false);
    else
        console_toast(c, UI_DIM, "There is nobody else to mention: agents stand under `agents:` in triage.yaml.");
}

static void on_mention(struct console *c, const struct answer *a)
{
    const char *name = a->text;
    if (composer_is_open(&c->composer))
        composer_insert(&c->composer, arena_printf(c->frame, "@%s ", name));
}

/* --- articles --- */

static void articles_came(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    const struct json *root = keep(c, answer), *list = json_get(root, "articles");
    if (!root || c->overlay.kind || !awaited(c))
        return;
    struct picker_item *items = ARENA_ARRAY(c->frame, struct picker_item, json_count(list) + 1);
    size_t n = 0;
    for (const struct json *a = json_first(list); a; a = json_next(a))
        if (str_eq(json_get_string(a, "status", ""), "published"))
            items[n++] = (struct picker_item){.id = lists_key(json_get_string(a, "key", "")), .name = json_get_string(a, "title", ""),
                                              .detail = text_safe_in(c->frame, json_get_string(a, "excerpt", ""), TEXT_LINE)};
    if (n)
        overlay_pick(&c->overlay, FOR_ARTICLE, "article (other words search all of their text): ", items, n, true);
    else
        console_toast(c, UI_DIM, "No published article has these words.");
}

void insert_articles(struct console *c, const char *words)
{
    AUTO_STR path;
    str_init(&path, 2048);
    str_adds(&path, "/v1/articles?limit=500&q=");
    for (const unsigned char *at = (const unsigned char *)words; *at; at++)
        str_addf(&path, "%%%02X", *at);
    link_send(c->link, "GET", path.cut ? "/v1/articles?limit=500" : path.data, NULL, articles_came, c);
}

static void put_article(struct console *c, bool link)
{
    const struct json *article = json_get(c->offered, "article");
    const char *title = json_get_string(article, "title", ""), *url = json_get_string(article, "url", "");
    if (!article || !composer_is_open(&c->composer))
        return;
    composer_insert(&c->composer, link ? arena_printf(c->frame, "%s: %s", title, url) : json_get_string(article, "body", ""));
    composer_cite(&c->composer, json_get_string(article, "key", ""), link ? url : json_get_string(article, "body", ""));
}

static void article_came(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    const struct json *root = keep(c, answer), *article = json_get(root, "article");
    if (!article || c->overlay.kind || !awaited(c))
        return;
    if (*json_get_string(article, "url", ""))
        overlay_confirm(&c->overlay, FOR_ARTICLE_HOW,
                        arena_printf(c->frame, "%s:   t its text   l its link   Esc neither", json_get_string(article, "title", "")), "tl");
    else
        put_article(c, false);
}

static void on_article(struct console *c, const struct answer *chosen)
{
    const char *key = NULL;
    for (const struct json *a = json_first(json_get(c->offered, "articles")); a && !key; a = json_next(a))
        if (lists_key(json_get_string(a, "key", "")) == chosen->id)
            key = json_get_string(a, "key", "");
    if (!key) {
        insert_articles(c, chosen->text);
        return;
    }
    AUTO_STR path;
    str_init(&path, 1024);
    str_adds(&path, "/v1/articles/");
    for (const unsigned char *at = (const unsigned char *)key; *at; at++)
        str_addf(&path, "%%%02X", *at);
    link_send(c->link, "GET", arena_strdup(c->frame, path.data), NULL, article_came, c);
}

static void on_article_how(struct console *c, const struct answer *a)
{
    put_article(c, a->choice == 'l');
}
static const struct part_answer answers[] = {{FOR_MACRO, on_macro}, {FOR_CANNED, on_canned}, {FOR_MENTION, on_mention}, {FOR_ARTICLE, on_article}, {FOR_ARTICLE_HOW, on_article_how}, {0}};
const struct part part_insert = {NULL, answers};
