/* letter: see letter.h. The event goes through its dialect and the fold, as it would when it comes in. */
#include "letter.h"
#include "event.h"
#include "fixture.h"
#include "core/redact.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct letter *letter_raw(struct arena *arena)
{
    struct event_case c;
    struct letter *l = ARENA_NEW(arena, struct letter);
    struct ticket *t = ARENA_NEW(arena, struct ticket);
    *l = (struct letter){.of = LETTER_EVENT, .id = "evt_01HZK4Q3V9T7", .at = 1779372191512, .origin = "ingest", .dialect = "ingestlayer", .hops = 1};
    event_fixture(arena, "ingest-rest", "edge/ingest/rest-pii.json", l->at, &c);
    if (c.count != 1 || !c.list[0].obs.message_count)
        abort();
    const struct observation *obs = &c.list[0].obs;
    observe_fold(t, obs);
    t->id = 7;
    t->account = "ingest";
    t->dialect = "ingestlayer";
    t->key = obs->key;
    t->source_id = "T-7";
    t->urgency = URGENCY_CRITICAL;
    t->urgency_by = LABEL_BY_MODEL;
    l->type = c.list[0].type;
    l->payload = json_get(json_first(json_get(c.root, "events")), "payload");
    l->ticket = t;
    l->message = &obs->messages[0];
    return l;
}

const struct letter *letter_golden(struct arena *arena)
{
    const struct letter_redaction how = {.route = true, .fields_mode = redact_all, .salt = "salt"};
    struct err err;
    if (!redact_open(&err))
        abort();
    return letter_redact(arena, letter_raw(arena), &how);
}

const char *letter_golden_text(struct arena *arena, const char *name)
{
    size_t n;
    return fixture_read(arena, arena_printf(arena, "destinations/golden/%s", name), &n);
}

const char *letter_golden_json(struct arena *arena, const char *name)
{
    const char *text = letter_golden_text(arena, name);
    const struct json *root = json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL);
    if (!root)
        abort();
    return json_print_in(arena, root);
}

/* --- composing and judging --- */

enum { NOW = 60000 }; /* ms after the letter */

static struct composing composing(struct arena *arena, const struct config_destination *to, const struct letter *letter, const char *memo)
{
    memo = memo ? memo : "{}";
    return (struct composing){.letter = letter, .to = to, .attempt = 1, .now = letter->at + NOW,
                              .memo = json_parse_in(arena, memo, strlen(memo), &json_limits_native, NULL, NULL)};
}

struct delivery letter_composed(struct arena *arena, const struct config_destination *to, const struct letter *letter, const char *memo)
{
    struct composing c = composing(arena, to, letter, memo);
    struct delivery out = {0};
    struct err err = {0};
    if (!destination_of(to->kind)->compose(arena, &c, &out, &err)) {
        fprintf(stderr, "composing: %s\n", err.text);
        abort();
    }
    return out;
}

const struct json *letter_body(struct arena *arena, const struct config_destination *to, const struct letter *letter, const char *memo)
{
    struct delivery out = letter_composed(arena, to, letter, memo);
    const struct json *root = json_parse_in(arena, out.body, out.body_n, &json_limits_dialect, NULL, NULL);
    if (!root)
        abort();
    return root;
}

enum err_code letter_refused(struct arena *arena, const struct config_destination *to, const struct letter *letter)
{
    struct composing c = composing(arena, to, letter, NULL);
    struct delivery out = {0};
    struct err err = {0};
    return destination_of(to->kind)->compose(arena, &c, &out, &err) ? ERR_NONE : err.code;
}

const char *letter_judged(struct arena *arena, const struct config_destination *to, const struct reply *reply, const char *memo, const struct json **noted)
{
    struct composing c = composing(arena, to, letter_golden(arena), memo);
    struct json *left = json_keep_in(arena, json_copy(c.memo));
    struct reply r = *reply;
    r.body = r.body ? r.body : "";
    r.body_n = strlen(r.body);
    struct verdict v = destination_of(to->kind)->judge(arena, &c, &r, left);
    if (noted)
        *noted = left;
    return destination_action(arena, &v, left, r.status);
}

const struct letter *letter_saying(struct arena *arena, const char *title, const char *text)
{
    struct letter *l = ARENA_NEW(arena, struct letter);
    struct ticket *t = ARENA_NEW(arena, struct ticket);
    struct message *m = ARENA_NEW(arena, struct message);
    *l = *letter_golden(arena);
    *t = *l->ticket;
    *m = *l->message;
    t->title = title;
    m->body = text;
    l->ticket = t;
    l->message = m;
    return l;
}

const char *letter_repeat(struct arena *arena, const char *text, size_t n)
{
    size_t length = strlen(text);
    char *out = arena_alloc(arena, n * length + 1);
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * length, text, length);
    return out;
}
