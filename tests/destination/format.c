/* format: the bodies a webhook can have: the goldens and the seeds' own examples byte for byte; what we say, read again by the
 * dialect it is said in, is the same ticket; and every event of ours in every form is either what its table says or skipped. */
#include "destination/format.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/field.h"
#include "wire/row.h"
#include "../support/event.h"
#include "../support/fixture.h"
#include "../support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const int64_t now = 1779372191512;
static const struct config_destination plain = {.name = "partner", .kind = DEST_WEBHOOK, .url = "https://api.acme.com/hooks"};

static struct config_destination like(int format, int generation)
{
    struct config_destination to = plain;
    to.format = format;
    to.generation = generation;
    return to;
}

static bool compose(struct arena *arena, const struct letter *l, const struct config_destination *to, struct delivery *r, struct err *err)
{
    const struct composing c = {.letter = l, .to = to, .attempt = 1, .now = now};
    return destination_of(DEST_WEBHOOK)->compose(arena, &c, r, err);
}

static struct delivery composed(struct arena *arena, const struct letter *l, const struct config_destination *to)
{
    struct delivery r;
    struct err err = {0};
    if (!compose(arena, l, to, &r, &err))
        fail_msg("%s: %s", l->type, err.text);
    return r;
}

static void skipped(struct arena *arena, const struct letter *l, const struct config_destination *to)
{
    struct delivery r;
    struct err err = {0};
    if (compose(arena, l, to, &r, &err))
        fail_msg("%s: should have been skipped: %s", l->type, r.body);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_true(strlen(err.text) > 10);
}

static const struct json *parsed(struct arena *arena, const char *text)
{
    const struct json *root = json_parse_in(arena, text, strlen(text), &json_limits_dialect, NULL, NULL);
    assert_non_null(root);
    return root;
}

/* --- goldens --- */

static const char no_header[] = "Host,Content-Length,";

/* The golden's header lines, in order, are ours; beside them we only say who sends it. */
static void check_golden(struct arena *arena, const char *name, const struct delivery *r)
{
    const char *text = letter_golden_text(arena, name), *body = strstr(text, "\r\n\r\n") + 4;
    int at = 0;
    assert_string_equal(r->body, body);
    assert_int_equal(r->body_n, strlen(body));
    assert_true(str_starts(text, "POST /hooks HTTP/1.1\r\nHost: api.acme.com\r\n"));
    for (const char *line = strstr(text, "\r\n") + 2; *line != '\r'; line = strstr(line, "\r\n") + 2) {
        char *header = arena_strndup(arena, line, strcspn(line, ":")), *value = arena_strndup(arena, strchr(line, ':') + 2, strcspn(strchr(line,
            ':') + 2, "\r"));
        if (strstr(no_header, arena_printf(arena, "%s,", header)))
            continue;
        assert_string_equal(r->headers[at].name, header);
        if (str_eq(header, "User-Agent")) /* the golden's version is not ours */
            assert_true(str_starts(r->headers[at].value, "triage/"));
        else
            assert_string_equal(r->headers[at].value, value);
        at++;
    }
    assert_int_equal(r->header_count, at + 2);
    assert_string_equal(r->headers[at].name, "X-Triage-Origin");
    assert_string_equal(r->headers[at].value, "ingest");
    assert_string_equal(r->headers[at + 1].name, "X-Triage-Hops");
    assert_string_equal(r->headers[at + 1].value, "1");
}

static void the_golden_requests_are_ours(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = like(FORMAT_INGESTLAYER, 0), standard = like(FORMAT_STANDARD, 0), cloud = like(FORMAT_CLOUDEVENTS, 0);
    to.auth = standard.auth = DEST_AUTH_HMAC;
    to.secret_count = standard.secret_count = 1;
    to.secrets[0] = "whsec_test_5f0b1c";
    standard.secrets[0] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    struct delivery r = composed(arena, letter_golden(arena), &to);
    check_golden(arena, "webhook.out.http", &r);
    r = composed(arena, letter_golden(arena), &standard);
    check_golden(arena, "webhook.out.standard.http", &r);
    r = composed(arena, letter_golden(arena), &cloud);
    assert_string_equal(r.body, letter_golden_json(arena, "cloudevents.structured.json"));
    assert_string_equal(destination_header(&r, "Content-Type"), "application/cloudevents+json; charset=utf-8");
}

static void the_seed_form_is_type_and_payload_alone(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    size_t n;
    const struct json *seed = parsed(arena, fixture_read(arena, "events/exact/ingest/webhook.out.json", &n));
    struct letter l = {.of = LETTER_EVENT, .id = "evt_1", .type = "user.signed_up", .at = now, .dialect = "ingestlayer", .payload = json_get(seed,
        "payload")};
    struct config_destination to = plain;
    to.body_seed = true;
    struct delivery r = composed(arena, &l, &to);
    assert_string_equal(r.body, json_print_in(arena, seed));
}

static void a_binary_cloudevent_has_its_attributes_in_headers(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = like(FORMAT_CLOUDEVENTS_BINARY, 0);
    struct letter l = *letter_golden(arena);
    struct ticket t = *l.ticket;
    t.source_id = "T 7 \"50%\" \xc3\xa9\r\nX-Evil: 1";
    l.ticket = &t;
    struct delivery r = composed(arena, &l, &to);
    static const struct { const char *name, *value; } want[] = {
        {"Content-Type", "application/json"}, {"ce-specversion", "1.0"}, {"ce-id", "evt_01HZK4Q3V9T7"}, {"ce-source", "/triage/ingest"},
        {"ce-type", "support.ticket.created"}, {"ce-time", "2026-05-21T14:03:11.512Z"},
        {"ce-subject", "T%207%20%2250%25%22%20%C3%A9%0D%0AX-Evil:%201"}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_string_equal(destination_header(&r, want[i].name), want[i].value);
    assert_string_equal(r.body, json_print_in(arena, l.payload));
    t.source_id = NULL; /* our own number then */
    r = composed(arena, &l, &to);
    assert_string_equal(destination_header(&r, "ce-subject"), "7");
    l.ticket = NULL; /* unset attributes are left out */
    r = composed(arena, &l, &to);
    assert_null(destination_header(&r, "ce-subject"));
    l.type = "";
    skipped(arena, &l, &to);
}

/* --- events as they would have come in --- */

struct told { struct ticket ticket; struct letter letter; const struct interpretation *said; };

static struct json *keep(struct arena *arena, struct json *node)
{
    return (struct json *)(uintptr_t)parsed(arena, arena_strdup(arena, json_print_in(arena, node)));
}

/* The event of our own that would follow if an agent here had done what this event says. */
static void tell(struct arena *arena, const struct event_case *c, int nth, struct told *out)
{
    static const char *const types[] = {[KIND_CREATE] = "ticket.created", [KIND_ASSIGN] = "ticket.updated", [KIND_UPDATE] = "ticket.updated",
                                        [KIND_MESSAGE] = "ticket.updated", [KIND_REGISTER] = "ticket.created",
                                            [KIND_REGISTER_FAILED] = "ticket.created",
                                        [KIND_RESOLVE] = "ticket.closed", [KIND_CLOSE] = "ticket.closed", [KIND_REFER] = NULL};
    const struct interpretation *i = &c->list[nth];
    *out = (struct told){.said = i};
    if (i->obs.key)
        observe_fold(&out->ticket, &i->obs);
    const struct ticket before = {.assignee = i->obs.kind == KIND_ASSIGN ? "somebody else" : NULL};
    struct json *changes = row_changes(&before, &out->ticket);
    out->letter = (struct letter){.of = LETTER_DESK, .id = "evt_7k2mq0vz81ab", .type = types[i->obs.kind],
        .at = i->has_time ? i->occurred_at : event_now,
                                  .origin = "acct", .dialect = c->dialect->name, .team = out->ticket.tenant, .hops = 1,
                                  .ticket = i->obs.key ? &out->ticket : NULL, .changes = keep(arena, changes), .messages = i->obs.messages,
                                  .message_count = i->obs.message_count};
    json_free(changes);
    if (i->obs.message_count && (i->obs.kind == KIND_UPDATE || i->obs.kind == KIND_MESSAGE))
        out->letter.message = &i->obs.messages[i->obs.message_count - 1];
    out->ticket.dialect = c->dialect->name;
}

/* Every member's name in order, an array's first element standing for all. */
static void names_of(struct str *out, const struct json *node)
{
    if (json_is(node, JSON_ARRAY))
        names_of(out, json_first(node));
    for (const struct json *m = json_first(node); json_is(node, JSON_OBJECT) && m; m = json_next(m)) {
        str_addf(out, "%s(", json_name(m));
        names_of(out, m);
        str_addc(out, ')');
    }
}

static const char *names(struct arena *arena, const struct json *node)
{
    AUTO_STR out;
    str_init(&out, 1 << 16);
    names_of(&out, node);
    return arena_strdup(arena, out.data);
}

static const char *replaced(struct arena *arena, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    return at ? arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) : text;
}

static void cstar_examples_of_tickets_are_ours_byte_for_byte(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *file; bool flat; } rows[] = {{"exact/cstar/ticket.created.json", true},
        {"completed/cstar/ticket.created-noflat.json", false},
                                                                   {"completed/cstar/ticket.closed.json", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event_case c;
        struct told t;
        struct config_destination to = like(FORMAT_CSTAR, 0);
        to.flat = rows[i].flat;
        event_fixture(arena, "cstar", rows[i].file, event_now, &c);
        tell(arena, &c, 0, &t);
        t.letter.id = json_get_string(c.root, "id", "");
        struct delivery r = composed(arena, &t.letter, &to);
        assert_string_equal(r.body, json_print_in(arena, c.root));
        assert_string_equal(destination_header(&r, "X-Event-ID"), t.letter.id);
        assert_string_equal(destination_header(&r, "X-Event-Type"), t.letter.type);
        assert_string_equal(destination_header(&r, "X-Timestamp"), json_get_string(c.root, "created_at", ""));
    }
}

static const struct record *record_of(const struct interpretation *i, const char *kind)
{
    for (int k = 0; k < i->obs.record_count; k++)
        if (str_eq(i->obs.records[k].kind, kind))
            return &i->obs.records[k];
    return NULL;
}

static void cstar_examples_of_records_have_our_members_in_order(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *file, *type, *kind; } rows[] = {
        {"exact/cstar/boss.spawned.json", "boss.spawned", "boss"}, {"exact/cstar/boss.defeated.json", "boss.defeated", "boss"},
        {"exact/cstar/player.level_up.json", "player.level_up", "player"}, {"inferred/cstar/article.published.json", "article.published", "article"},
        {"inferred/cstar/survey.submitted.json", "survey.submitted", "survey"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event_case c;
        struct config_destination to = like(FORMAT_CSTAR, 0);
        event_fixture(arena, "cstar", rows[i].file, event_now, &c);
        const struct ticket about = {.id = 1, .dialect = "cstar", .customer = "cstar:customer-uuid", .customer_name = "Jane Doe",
            .customer_email = "jane@example.com"};
        struct letter l = {.of = LETTER_DESK, .id = json_get_string(c.root, "id", ""), .type = rows[i].type, .at = c.list[0].occurred_at,
                           .team = "team-uuid", .ticket = &about, .record = record_of(&c.list[0], rows[i].kind)};
        struct delivery r = composed(arena, &l, &to);
        assert_string_equal(names(arena, parsed(arena, r.body)), names(arena, c.root));
        if (str_eq(l.type, "boss.spawned"))
            assert_string_equal(r.body, json_print_in(arena, c.root));
    }
}

static void a_boss_of_our_own_is_told_as_cstar_tells_its_own(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = like(FORMAT_CSTAR, 0);
    const struct record boss = {"boss", "boss-3", "{\"id\":\"boss-3\",\"name\":\"The Ticket Titan\",\"tier\":\"epic\",\"max_hp\":500,\"hp\":0,"
                                "\"tickets_required\":15,\"spawned_at\":1765706400000,\"expires_at\":0,\"state\":\"defeated\",\"final_blow\":\"ana\","
                                "\"participants\":[{\"agent\":\"ana\",\"damage\":300,\"xp\":300},{\"agent\":\"ben\",\"damage\":200,\"xp\":200}],"
                                "\"rewards\":{\"xp\":500,\"gold\":250}}"};
    const struct letter l = {.of = LETTER_DESK, .id = "evt_boss2", .type = "boss.defeated", .at = 1765720800000, .team = "support", .record = &boss};
    struct delivery r = composed(arena, &l, &to);
    assert_string_equal(r.body, "{\"id\":\"evt_boss2\",\"type\":\"boss.defeated\",\"created_at\":\"2025-12-14T14:00:00Z\",\"team_id\":\"support\",\"data\":{\"boss\":"
                                "{\"id\":\"boss-3\",\"name\":\"The Ticket Titan\",\"tier\":\"epic\"},\"finalBlow\":{\"userId\":\"ana\",\"userName\":\"ana\"},"
                                "\"participants\":[{\"userId\":\"ana\",\"damage\":300},{\"userId\":\"ben\",\"damage\":200}],\"rewards\":{\"xp\":500,\"gold\":250}}}");
}

static void tamio_examples_are_ours_but_for_the_ids_of_events(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const files[] = {"created", "updated", "assigned", "resolved"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct event_case c;
        struct told t;
        struct config_destination to = like(FORMAT_TAMIO, 0);
        event_fixture(arena, "tamio", arena_printf(arena, "exact/tamio/whitelabel-ticket-%s.json", files[i]), event_now, &c);
        tell(arena, &c, 0, &t);
        struct delivery r = composed(arena, &t.letter, &to);
        const struct json *root = parsed(arena, r.body);
        const char *want = json_print_in(arena, c.root), *email = json_print_in(arena, json_path(c.root, "data.ticket.client.email"));
        want = replaced(arena, want, email, "null"); /* the page's own mail obfuscation is no address */
        want = replaced(arena, want, json_get_string(c.root, "event_id", "?"), json_get_string(root, "event_id", "?"));
        want = replaced(arena, want, json_get_string(c.root, "endpoint_id", "?"), json_get_string(root, "endpoint_id", "?"));
        assert_string_equal(r.body, want);
        const char *id = json_get_string(root, "event_id", "");
        assert_true(str_starts(id, "whev_"));
        assert_int_equal(strlen(id), 5 + 17);
        assert_int_equal(strspn(id + 5, "0123456789abcdefghijklmnopqrstuvwxyz"), 17);
        struct config_destination other = to;
        other.name = "another";
        const struct json *twin = parsed(arena, composed(arena, &t.letter, &other).body);
        assert_string_equal(json_get_string(twin, "event_id", ""), id); /* the same event at another endpoint */
        assert_string_not_equal(json_get_string(twin, "endpoint_id", ""), json_get_string(root, "endpoint_id", ""));
    }
}

static void an_unknown_client_is_empty_and_no_assets_are_null(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = like(FORMAT_TAMIO, 0);
    const struct ticket t = {.id = 9, .title = "x", .status = STATUS_PENDING, .created_at = 1671472527999};
    struct message m = {.id = "m1", .body = "hello", .author_kind = AUTHOR_CUSTOMER, .is_public = true, .at = 1671472527999, .assets = "[]"};
    const struct letter l = {.of = LETTER_DESK, .id = "evt_1", .type = "ticket.created", .at = 1671472528000, .ticket = &t, .messages = &m,
        .message_count = 1};
    const struct json *ticket = json_path(parsed(arena, composed(arena, &l, &to).body), "data.ticket");
    assert_string_equal(json_print_in(arena, json_get(ticket, "client")), "{}");
    assert_string_equal(json_print_in(arena, json_get(ticket, "replies")),
                        "[{\"id\":\"m1\",\"text\":\"hello\",\"is_client_reply\":true,\"created_at\":1671472527,\"assets\":null}]");
    assert_true(json_get_bool(ticket, "is_open", false));
    assert_int_equal(json_get_i64(ticket, "created_at", 0), 1671472527);
    assert_string_equal(json_get_string(ticket, "id", ""), "9");
}

static void ripio_gets_ascii_with_surrogate_pairs_and_a_null_key(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = like(FORMAT_RIPIO, 0);
    struct ticket t = {.id = 1, .dialect = "ripio", .source_id = "9b1d", .customer = "ripio:3c90", .ref = "SUP-1234",
        .registration = REGISTRATION_CREATED,
                       .title = "Dep\xc3\xb3sito \xf0\x9f\x98\x80 \"50/50\"\n\x01"};
    struct letter l = {.of = LETTER_DESK, .id = "evt_1", .type = "ticket.created", .at = 1782484200000, .ticket = &t};
    assert_string_equal(composed(arena, &l, &to).body,
                        "{\"eventType\":\"SUPPORT_TICKET.CREATED\",\"issueDatetime\":\"2026-06-26T14:30:00.000Z\",\"supportTicket\":{\"ticketId\":\"9b1d\","
                        "\"customerId\":\"3c90\",\"issueKey\":\"SUP-1234\",\"summary\":\"Dep\\u00f3sito \\ud83d\\ude00 \\\"50/50\\\"\\n\\u0001\",\"status\":\"CREATED\"}}");
    t.registration = REGISTRATION_FAILED;
    l.type = "ticket.updated";
    skipped(arena, &l, &to); /* it did not change just now */
    l.changes = parsed(arena, "[[\"registration\",\"pending\",\"failed\"]]");
    t.title = NULL;
    assert_string_equal(composed(arena, &l, &to).body,
                        "{\"eventType\":\"SUPPORT_TICKET.FAILED\",\"issueDatetime\":\"2026-06-26T14:30:00.000Z\",\"supportTicket\":{\"ticketId\":\"9b1d\","
                        "\"customerId\":\"3c90\",\"issueKey\":null,\"summary\":\"\",\"status\":\"FAILED\"}}");
    size_t n;
    struct letter passed = {.of = LETTER_EVENT, .id = "evt_1", .type = "SUPPORT_TICKET.CREATED", .dialect = "ripio",
                            .payload = parsed(arena, fixture_read(arena, "events/completed/ripio/SUPPORT_TICKET.CREATED.json", &n))};
    assert_string_equal(composed(arena, &passed, &to).body, fixture_read(arena, "events/completed/ripio/SUPPORT_TICKET.CREATED.json", &n));
}

static void rbs_gets_the_envelope_and_no_member_it_does_not_need(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct event_case c;
    struct told t;
    struct config_destination to = like(FORMAT_RBS, 0);
    event_fixture(arena, "rbs", "public/rbs/ticket_created-full.json", event_now, &c);
    tell(arena, &c, 0, &t);
    const struct json *root = parsed(arena, composed(arena, &t.letter, &to).body);
    assert_string_equal(names(arena, root), names(arena, c.root));
    assert_string_equal(json_get_string(json_get(root, "data"), "priority", ""), "medium");
    const char *id = json_get_string(root, "eventId", "");
    assert_int_equal(strlen(id), 36);
    assert_int_equal(id[14], '4');
    assert_non_null(strchr("89ab", id[19]));
    assert_string_equal(id, json_get_string(parsed(arena, composed(arena, &t.letter, &to).body), "eventId", ""));
    const struct ticket bare = {.id = 4, .title = "x", .priority = PRIORITY_URGENT};
    const struct letter l = {.of = LETTER_DESK, .id = "evt_1", .type = "ticket.created", .at = 1798761600123, .ticket = &bare};
    root = parsed(arena, composed(arena, &l, &to).body);
    assert_string_equal(json_print_in(arena, json_get(root, "data")),
                        "{\"source_ticket_id\":\"4\",\"user_id\":\"\",\"user_name\":\"\",\"user_email\":\"\",\"subject\":\"x\",\"description\":\"\",\"priority\":\"urgent\"}");
    assert_string_equal(json_get_string(root, "source", ""), "triage");
    event_fixture(arena, "rbs", "exact/rbs/ticket_created-bare.json", event_now, &c);
    tell(arena, &c, 0, &t);
    t.letter.of = LETTER_EVENT;
    t.letter.type = "support.ticket_created";
    t.letter.payload = c.root;
    root = parsed(arena, composed(arena, &t.letter, &to).body);
    assert_string_equal(json_print_in(arena, json_get(root, "data")), json_print_in(arena, c.root)); /* came without, leaves in one */
}

/* --- there and back --- */

/* What the way back cannot keep: the event's own id and what an event says of its place in the order. */
static bool is_own(const char *field)
{
    static const char *const own[] = {"dialect", "last_key", "last_rank", "last_n", "last_t", "status_from", NULL};
    for (const char *const *name = own; *name; name++)
        if (str_eq(*name, field))
            return true;
    return false;
}

static const char *differs(const struct ticket *a, const struct ticket *b)
{
    for (int i = 0; i < field_count; i++)
        if (!is_own(field_table[i].name) && !field_same(a, b, &field_table[i]))
            return field_table[i].name;
    return NULL;
}

static const char *shown(struct arena *arena, const struct ticket *t, const char *field)
{
    AUTO_JSON value = row_value(t, field_find(field));
    return json_print_in(arena, value);
}

/* Seconds where the form has no more; a priority and a list of tags where it has no null. */
static struct ticket as_told(const struct ticket *t, const struct config_destination *to)
{
    int format = to->format;
    struct ticket out = *t;
    for (int i = 0; (format == FORMAT_CSTAR || format == FORMAT_TAMIO) && i < field_count; i++)
        if (field_table[i].type == FIELD_TIME)
            field_set_int(&out, &field_table[i], field_int(t, &field_table[i]) / 1000 * 1000);
    if (format == FORMAT_CSTAR && !out.priority)
        out.priority = out.source_priority = PRIORITY_NORMAL;
    if (format == FORMAT_CSTAR && !to->generation && !out.tags)
        out.tags = "[]";
    return out;
}

static bool same_messages(const struct observation *a, const struct observation *b, int64_t grain)
{
    bool same = a->message_count == b->message_count;
    for (int i = 0; same && i < a->message_count; i++) {
        const struct message *x = &a->messages[i], *y = &b->messages[i];
        same = str_eq(x->id, y->id) && str_eq(x->body, y->body) && x->author_kind == y->author_kind && x->origin == y->origin &&
               x->asset_count == y->asset_count && x->automatic == y->automatic && x->at / grain == y->at / grain;
        if (!same)
            print_message("# message %s: \"%s\" at %lld is %s: \"%s\" at %lld\n", x->id, x->body, (long long)x->at, y->id, y->body, (long long)y->at);
    }
    return same;
}

static bool comes_back(struct arena *arena, const char *file, const char *endpoint, const struct told *t, const struct config_destination *to)
{
    struct event_case again;
    struct delivery r = composed(arena, &t->letter, to);
    event_decode(arena, endpoint, r.body, r.body_n, event_now, &again);
    struct ticket back = {0};
    if (again.count != 1 || !again.list[0].obs.key) {
        print_message("# %s: nothing came back of %s\n", file, r.body);
        return false;
    }
    observe_fold(&back, &again.list[0].obs);
    struct ticket want = t->letter.of == LETTER_EVENT ? t->ticket : as_told(&t->ticket, to);
    if (str_eq(file, "completed/ingest/whk-support.ticket.created.json"))
        back.metadata = NULL; /* behind that door the payload is the whole body, its type too */
    const char *field = differs(&want, &back);
    if (field)
        print_message("# %s: %s was %s, came back as %s\n", file, field, shown(arena, &want, field), shown(arena, &back, field));
    return !field && same_messages(&t->said->obs, &again.list[0].obs, to->format == FORMAT_CSTAR || to->format == FORMAT_TAMIO ? 1000 : 1);
}

static int format_for(const char *endpoint)
{
    static const struct { const char *name; int format; } formats[] = {{"rbs", FORMAT_RBS}, {"ripio", FORMAT_RIPIO}, {"cstar", FORMAT_CSTAR},
        {"tamio", FORMAT_TAMIO}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (str_eq(formats[i].name, endpoint))
            return formats[i].format;
    return FORMAT_INGESTLAYER;
}

static void what_is_passed_on_is_the_same_ticket_where_it_arrives(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int count = fixture_rows(arena, "events/manifest.tsv", EVENT_COLUMNS, &rows), wrong = 0, done = 0;
    int endpoint = fixture_column(arena, "events/manifest.tsv", "dialect"), file = fixture_column(arena, "events/manifest.tsv", "file");
    for (int i = 0; i < count; i++) {
        AUTO_ARENA own = arena_new();
        struct event_case c;
        struct told t;
        struct config_destination to = like(format_for(rows[i][endpoint]), 0);
        event_fixture(own, rows[i][endpoint], rows[i][file], event_now, &c);
        if (!c.accepted || c.count != 1 || !c.list[0].obs.key || c.list[0].obs.kind == KIND_REFER)
            continue;
        tell(own, &c, 0, &t);
        t.letter.of = LETTER_EVENT;
        t.letter.type = c.list[0].type;
        t.letter.payload = c.door == DOOR_REST ? json_get(json_first(json_get(c.root, "events")), "payload") : c.door == DOOR_OUT ? json_get(c.root,
            "payload") : c.root;
        wrong += !comes_back(own, rows[i][file], to.format == FORMAT_INGESTLAYER ? "ingest-out" : rows[i][endpoint], &t, &to);
        done++;
    }
    print_message("# %d events passed on in their own dialect, %d not the same where they arrive\n", done, wrong);
    assert_true(done >= 80);
    assert_int_equal(wrong, 0);
}

static void what_we_say_ourselves_is_the_same_ticket_where_it_arrives(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int count = fixture_rows(arena, "events/manifest.tsv", EVENT_COLUMNS, &rows), wrong = 0, done[4] = {0}, skips = 0;
    int endpoint = fixture_column(arena, "events/manifest.tsv", "dialect"), file = fixture_column(arena, "events/manifest.tsv", "file");
    static const char *const dialects[] = {"rbs", "ripio", "cstar", "tamio"};
    for (int i = 0; i < count; i++) {
        AUTO_ARENA own = arena_new();
        struct event_case c;
        struct told t;
        int d = 0;
        while (d < 4 && !str_eq(dialects[d], rows[i][endpoint]))
            d++;
        if (d == 4)
            continue;
        event_fixture(own, rows[i][endpoint], rows[i][file], event_now, &c);
        if (!c.accepted || !c.list[0].obs.key || c.list[0].obs.kind == KIND_REFER || !c.list[0].has_time || dialect_status(&c.list[0], c.door,
            true) != 200)
            continue; /* what it warns about is not said again */
        tell(own, &c, 0, &t);
        struct config_destination to = like(format_for(dialects[d]), str_eq(dialects[d], "cstar") && strstr(c.body, "_id\"") && !strstr(c.body,
            "customerId"));
        struct delivery r;
        struct err err = {0};
        const struct composing composing = {.letter = &t.letter, .to = &to, .attempt = 1, .now = now};
        if (!t.letter.type || !destination_of(DEST_WEBHOOK)->compose(own, &composing, &r, &err)) {
            skips++;
            print_message("# %s: no event of ours says that%s%s\n", rows[i][file], *err.text ? ": " : "", err.text);
            continue;
        }
        wrong += !comes_back(own, rows[i][file], rows[i][endpoint], &t, &to);
        done[d]++;
    }
    print_message("# there and back: rbs %d, ripio %d, cstar %d, tamio %d; %d have no event; %d came back different\n", done[0], done[1], done[2],
        done[3], skips, wrong);
    assert_true(done[0] >= 12 && done[1] >= 4 && done[2] >= 13 && done[3] >= 25);
    assert_int_equal(skips, 2); /* Ripio's PENDING, and a deletion */
    assert_int_equal(wrong, 0);
}

/* --- every event of ours in every form --- */

#define BOSS(hp, more) "{\"id\":\"boss-1\",\"name\":\"The Backlog\",\"tier\":\"rare\",\"max_hp\":250,\"hp\":" hp ",\"tickets_required\":8,\"spawned_at\":1798750000000" more "}"
static const struct ticket desk_ticket = {
    .id = 42, .account = "shop", .dialect = "tamio", .key = "tamio:t-1", .source_id = "t-1", .title = "Where is it", .status = STATUS_OPEN,
    .priority = PRIORITY_HIGH, .customer = "tamio:c-1", .customer_name = "Ada", .customer_email = "ada@example.com", .assignee = "ana",
    .created_at = 1798750000000, .updated_at = 1798760000000, .registration = REGISTRATION_CREATED, .ref = "SUP-7"};
static struct message desk_message = {.id = "desk:7", .author_kind = AUTHOR_AGENT, .origin = ORIGIN_REPLY, .voice = VOICE_DESK, .is_public = true,
    .author = "ana",
                                      .body = "On its way.", .at = 1798760000000, .state = "sent"};
enum { MESSAGE = 1, TICKETLESS = 2 };
static const struct own_event {
    const char *type, *changes, *kind, *record;
    unsigned has;
    const char *generic, *cstar, *cstar_2026, *ripio, *rbs, *tamio; /* its name there; NULL: skipped */
} own_events[] = {
    {"ticket.created", NULL, NULL, NULL, 0, "ticket.created", "ticket.created", "ticket.created", "SUPPORT_TICKET.CREATED", "support.ticket_created",
        "whitelabel-ticket-created"},
    {"ticket.updated", "[[\"status\",\"new\",\"open\"]]", NULL, NULL, 0, "ticket.updated", "ticket.updated", "ticket.updated", NULL, NULL, NULL},
    {"ticket.updated", "[[\"assignee\",null,\"ana\"]]", NULL, NULL, 0, "ticket.updated", "ticket.updated", "ticket.updated", NULL, NULL,
        "whitelabel-ticket-assigned"},
    {"ticket.updated", "[]", NULL, NULL, MESSAGE, "ticket.updated", NULL, "ticket.message_added", NULL, NULL, "whitelabel-ticket-updated"},
    {"ticket.updated", "[[\"status\",\"resolved\",\"open\"]]", NULL, NULL, MESSAGE, "ticket.updated", "ticket.updated", "ticket.message_added", NULL,
        NULL, "whitelabel-ticket-updated"},
    {"ticket.updated", "[[\"registration\",\"pending\",\"created\"],[\"ref\",null,\"SUP-7\"]]", NULL, NULL, 0, "ticket.updated", NULL, NULL,
        "SUPPORT_TICKET.CREATED", NULL, NULL},
    {"ticket.updated", "[[\"urgency\",null,\"high\"]]", NULL, NULL, 0, "ticket.updated", NULL, NULL, NULL, NULL, NULL},
    {"ticket.closed", "[[\"status\",\"open\",\"resolved\"]]", NULL, NULL, 0, "ticket.closed", "ticket.closed", "ticket.closed", NULL, NULL,
        "whitelabel-ticket-resolved"},
    {"triage.escalated", NULL, NULL, NULL, 0, "triage.escalated", NULL, NULL, NULL, NULL, NULL},
    {"customer.created", NULL, "customer", "{\"source_id\":\"c-1\",\"name\":\"Ada\",\"email\":\"ada@example.com\"}", TICKETLESS, "customer.created",
        "customer.created", "customer.created", NULL, NULL, NULL},
    {"customer.updated", NULL, "customer", "{\"name\":\"Ada\",\"custom\":{\"favouriteColour\":1}}", TICKETLESS, "customer.updated",
        "customer.updated", "customer.updated", NULL, NULL, NULL},
    {"article.created", NULL, "article", "{\"title\":\"How\",\"public\":true}", TICKETLESS, "article.created", "article.created", "article.created",
        NULL, NULL, NULL},
    {"article.updated", NULL, "article", "{\"title\":\"How\"}", TICKETLESS, "article.updated", "article.updated", "article.updated", NULL, NULL, NULL},
    {"article.published", NULL, "article", "{\"title\":\"How\",\"status\":\"published\"}", TICKETLESS, "article.published", "article.published",
        "article.published", NULL, NULL, NULL},
    {"boss.spawned", NULL, "boss", BOSS("250", ""), 0, "boss.spawned", "boss.spawned", "boss.spawned", NULL, NULL, NULL},
    {"boss.damaged", NULL, "boss", BOSS("200", ""), 0, "boss.damaged", NULL, "boss.damaged", NULL, NULL, NULL},
    {"boss.defeated", NULL, "boss", BOSS("0",
        ",\"final_blow\":\"ana\",\"participants\":[{\"agent\":\"ana\",\"damage\":250}],\"rewards\":{\"xp\":250,\"gold\":125}"), 0,
     "boss.defeated", "boss.defeated", "boss.defeated", NULL, NULL, NULL},
    {"player.level_up", NULL, "player", "{\"agent\":\"ana\",\"old_level\":1,\"level\":2,\"xp\":400}", 0, "player.level_up", "player.level_up",
        "player.level_up", NULL, NULL, NULL},
    {"achievement.unlocked", NULL, "achievement",
        "{\"id\":\"first_blood\",\"name\":\"First blood\",\"description\":\"x\",\"agent\":\"ana\",\"unlocked_at\":1798760000000}", 0,
     "achievement.unlocked", "achievement.unlocked", "player.achievement_unlocked", NULL, NULL, NULL},
    {"survey.submitted", NULL, "survey", "{\"rating\":5,\"comment\":\"Fast!\",\"ticket\":\"cstar:t-1\",\"submitted_at\":1798760000000}", TICKETLESS,
     "survey.submitted", "survey.submitted", "survey.submitted", NULL, NULL, NULL},
    {"something.else", NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};
enum { OWN_EVENTS = sizeof own_events / sizeof *own_events };

static struct letter own_letter(struct arena *arena, const struct own_event *o)
{
    struct record *record = ARENA_NEW(arena, struct record);
    static struct ticket done;
    done = desk_ticket;
    done.status = STATUS_RESOLVED;
    *record = (struct record){o->kind, o->kind && str_eq(o->kind, "boss") ? "boss-1" : o->kind && str_eq(o->kind, "player") ? "ana" : "cstar:r-1",
        o->record};
    return (struct letter){.of = LETTER_DESK, .id = "evt_7k2mq0vz81ab", .type = o->type, .at = 1798760000000, .dialect = "tamio", .team = "support",
                           .ticket = o->has & TICKETLESS ? NULL : str_eq(o->type, "ticket.closed") ? &done : &desk_ticket,
                               .changes = o->changes ? parsed(arena, o->changes) : NULL,
                           .message = o->has & MESSAGE ? &desk_message : NULL, .messages = &desk_message, .message_count = o->has & MESSAGE ? 1 : 0,
                           .record = o->kind ? record : NULL, .why = "critical"};
}

static const struct form {
    int format, generation;
    const char *endpoint; /* whose dialect reads it; NULL: none does */
    const char *type_at;
    size_t want;          /* offset in struct own_event */
} forms[] = {
#define WANT(member) offsetof(struct own_event, member)
    {FORMAT_INGESTLAYER, 0, "ingest-out", "type", WANT(generic)},   {FORMAT_STANDARD, 0, "ingest-out", "type", WANT(generic)},
    {FORMAT_CLOUDEVENTS, 0, NULL, "type", WANT(generic)},           {FORMAT_CLOUDEVENTS_BINARY, 0, NULL, NULL, WANT(generic)},
    {FORMAT_CSTAR, 0, "cstar", "type", WANT(cstar)},                {FORMAT_CSTAR, 1, "cstar", "type", WANT(cstar_2026)},
    {FORMAT_RIPIO, 0, "ripio", "eventType", WANT(ripio)},           {FORMAT_RBS, 0, "rbs", "eventType", WANT(rbs)},
    {FORMAT_TAMIO, 0, "tamio", "event_type", WANT(tamio)},
#undef WANT
};
enum { FORMS = sizeof forms / sizeof *forms };

/* Named as it should be, and whoever speaks the dialect finds nothing to warn about. */
static void check_own(struct arena *arena, const struct own_event *o, const struct letter *l, const struct form *f,
    const struct config_destination *to, const char *want)
{
    struct delivery r = composed(arena, l, to);
    const struct json *root = parsed(arena, r.body);
    const char *type = f->type_at ? json_get_string(root, f->type_at, "none") : destination_header(&r, "ce-type");
    if (!str_eq(type, want))
        fail_msg("%s %s: %s instead of %s", o->type, o->changes ? o->changes : "", type, want);
    if (!f->endpoint)
        return;
    struct event_case c;
    event_decode(arena, f->endpoint, r.body, r.body_n, event_now, &c);
    assert_int_equal(c.count, 1);
    for (int i = 0; i < c.list[0].warning_count; i++)
        if (!c.list[0].warnings[i].soft)
            fail_msg("%s: %s:%s in %s", o->type, c.list[0].warnings[i].kind, c.list[0].warnings[i].field, r.body);
    assert_int_equal(dialect_status(&c.list[0], c.door, true), 200);
}

static void every_event_of_ours_in_every_form_is_as_its_table_says(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int said = 0, skips = 0;
    for (int i = 0; i < OWN_EVENTS; i++)
        for (int k = 0; k < FORMS; k++) {
            struct letter l = own_letter(arena, &own_events[i]);
            struct config_destination to = like(forms[k].format, forms[k].generation);
            const char *want = *(const char *const *)(const void *)((const char *)&own_events[i] + forms[k].want);
            if (want)
                check_own(arena, &own_events[i], &l, &forms[k], &to, want);
            else
                skipped(arena, &l, &to);
            said += want != NULL;
            skips += want == NULL;
        }
    print_message("# %d events of our own in %d forms: %d as they should be, %d skipped\n", OWN_EVENTS, FORMS, said, skips);
    assert_int_equal(said + skips, OWN_EVENTS * FORMS);
}

static void a_reply_has_a_form_where_there_are_messages(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const want[FORMS] = {"message.created", "message.created", "message.created", "message.created", NULL, "ticket.message_added",
        NULL, NULL,
                                            "whitelabel-ticket-updated"};
    const struct letter l = {.of = LETTER_REPLY, .id = "evt_7k2mq0vz81ab", .type = "message.created", .at = 1798760000000, .dialect = "tamio",
                             .ticket = &desk_ticket, .message = &desk_message};
    const struct own_event named = {.type = "message.created"};
    for (int k = 0; k < FORMS; k++) {
        struct config_destination to = like(forms[k].format, forms[k].generation);
        if (want[k])
            check_own(arena, &named, &l, &forms[k], &to, want[k]);
        else
            skipped(arena, &l, &to);
    }
    struct letter assign = l;
    assign.of = LETTER_ASSIGN;
    for (int k = 0; k < FORMS; k++) {
        struct config_destination to = like(forms[k].format, forms[k].generation);
        skipped(arena, &assign, &to);
    }
}

static void flat_keys_follow_the_data_all_five_of_a_ticket_and_two_of_a_customer(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const five = "ticket_id()ticket_title()ticket_priority()customer_name()customer_email()",
        *const two = "customer_name()customer_email()";
    struct config_destination to = like(FORMAT_CSTAR, 0);
    to.flat = true;
    for (int i = 0; i < OWN_EVENTS; i++) {
        if (!own_events[i].cstar)
            continue;
        struct letter l = own_letter(arena, &own_events[i]);
        const char *all = names(arena, parsed(arena, composed(arena, &l, &to).body));
        bool ticket = str_starts(l.type, "ticket."), customer = str_starts(l.type, "customer.");
        size_t tail = strlen(ticket ? five : customer ? two : ")");
        assert_string_equal(all + strlen(all) - tail, ticket ? five : customer ? two : ")");
        assert_int_equal(strstr(all, "customer_name()") != NULL, ticket || customer);
    }
    struct ticket nobody = {.id = 3, .title = "x"};
    struct letter l = {.of = LETTER_DESK, .id = "evt_1", .type = "ticket.created", .at = now, .ticket = &nobody};
    const char *body = composed(arena, &l, &to).body;
    assert_non_null(strstr(body, "\"ticket_id\":\"3\",\"ticket_title\":\"x\",\"ticket_priority\":\"normal\",\"customer_name\":null,\"customer_email\":null}"));
}

static void the_generation_of_2026_is_snake_case_but_for_what_the_customer_named(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = like(FORMAT_CSTAR, 1);
    for (int i = 0; i < OWN_EVENTS; i++) {
        if (!own_events[i].cstar_2026)
            continue;
        struct letter l = own_letter(arena, &own_events[i]);
        struct delivery r = composed(arena, &l, &to);
        const char *all = replaced(arena, names(arena, parsed(arena, r.body)), "favouriteColour", "");
        assert_int_equal(strcspn(all, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), strlen(all));
        assert_true(str_starts(destination_header(&r, "x-cstar-request-id"), "req_"));
        assert_int_equal(r.timeout, 10000);
    }
    struct letter l = own_letter(arena, &own_events[0]);
    assert_non_null(strstr(composed(arena, &l, &to).body, "\"prefixed_id\":\"SUP-7\""));
}

/* --- another system's events --- */

static void an_event_of_another_dialect_is_translated_or_skipped(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *endpoint, *file, *cstar, *cstar_2026, *rbs, *tamio; } rows[] = {
        {"rbs", "public/rbs/ticket_created-full.json", "ticket.created", "ticket.created", "support.ticket_created", "whitelabel-ticket-created"},
        {"cstar", "exact/cstar/ticket.created.json", "ticket.created", "ticket.created", "support.ticket_created", "whitelabel-ticket-created"},
        {"cstar", "completed/cstar/ticket.closed.json", "ticket.closed", "ticket.closed", NULL, "whitelabel-ticket-resolved"},
        {"cstar", "inferred/cstar2026/ticket.assigned.json", "ticket.assigned", "ticket.assigned", NULL, "whitelabel-ticket-assigned"},
        {"cstar", "inferred/cstar2026/ticket.message_added.json", "ticket.message_added", "ticket.message_added", NULL, "whitelabel-ticket-updated"},
        {"cstar", "inferred/cstar2026/ticket.deleted.json", "ticket.deleted", "ticket.deleted", NULL, NULL},
        {"tamio", "exact/tamio/whitelabel-ticket-created.json", "ticket.created", "ticket.created", "support.ticket_created",
            "whitelabel-ticket-created"},
        {"tamio", "exact/tamio/whitelabel-ticket-updated.json", "ticket.updated", "ticket.message_added", NULL, "whitelabel-ticket-updated"},
        {"tamio", "exact/tamio/whitelabel-ticket-assigned.json", "ticket.updated", "ticket.assigned", NULL, "whitelabel-ticket-assigned"},
        {"tamio", "exact/tamio/whitelabel-ticket-resolved.json", "ticket.closed", "ticket.closed", NULL, "whitelabel-ticket-resolved"},
        {"ripio", "completed/ripio/SUPPORT_TICKET.CREATED.json", "ticket.created", "ticket.created", "support.ticket_created",
            "whitelabel-ticket-created"},
        {"ripio", "edge/ripio/account-closed.json", NULL, NULL, NULL, NULL},
        {"ingest-rest", "completed/ingest/rest-support.ticket.created.json", "ticket.created", "ticket.created", "support.ticket_created",
            "whitelabel-ticket-created"},
    };
    int said = 0, skips = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event_case c;
        struct told t;
        event_fixture(arena, rows[i].endpoint, rows[i].file, event_now, &c);
        tell(arena, &c, 0, &t);
        t.letter.of = LETTER_EVENT;
        t.letter.type = c.list[0].type;
        t.letter.changes = NULL;
        t.letter.payload = c.root;
        t.letter.message = t.letter.message_count ? &t.letter.messages[t.letter.message_count - 1] : NULL; /* all that an inbound event's letter has */
        t.letter.message_count = 0;
        t.letter.team = "support";
        const char *const want[] = {rows[i].cstar, rows[i].cstar_2026, rows[i].rbs, rows[i].tamio};
        static const int which[] = {4, 5, 7, 8};
        for (int k = 0; k < 4; k++) {
            struct config_destination to = like(forms[which[k]].format, forms[which[k]].generation);
            const struct own_event named = {.type = rows[i].file};
            if (want[k])
                check_own(arena, &named, &t.letter, &forms[which[k]], &to, want[k]);
            else
                skipped(arena, &t.letter, &to);
            said += want[k] != NULL;
            skips += want[k] == NULL;
        }
    }
    print_message("# %d events into another system's form, %d have none there\n", said, skips);
}

static void what_is_missing_there_is_what_dialects_md_says(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination cstar = like(FORMAT_CSTAR, 0), tamio = like(FORMAT_TAMIO, 0);
    const struct ticket t = {.id = 1, .dialect = "tamio", .source_id = "not-a-uuid", .title = "x", .status = STATUS_ON_HOLD,
        .created_at = 1671472527999};
    const struct letter l = {.of = LETTER_EVENT, .id = "evt_1", .type = "support.ticket.created", .at = 1671472527999, .dialect = "ingestlayer",
        .ticket = &t};
    const struct json *ticket = json_path(parsed(arena, composed(arena, &l, &cstar).body), "data.ticket");
    assert_string_equal(json_get_string(ticket, "priority", ""), "normal");
    assert_string_equal(json_get_string(ticket, "status", ""), "pending");
    assert_int_equal(json_kind(json_get(ticket, "customerId")), JSON_NULL);
    assert_string_equal(json_get_string(ticket, "createdAt", ""), "2022-12-19T17:55:27Z");
    ticket = json_path(parsed(arena, composed(arena, &l, &tamio).body), "data.ticket");
    assert_true(json_get_bool(ticket, "is_open", false));
    assert_string_equal(json_get_string(ticket, "id", ""), "not-a-uuid");
    assert_int_equal(json_get_i64(ticket, "created_at", 0), 1671472527);
}

/* --- what must not leave --- */

static void notes_and_what_is_held_or_withdrawn_never_leave(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct message list[] = {
        {.id = "1", .body = "the description", .author_kind = AUTHOR_CUSTOMER, .origin = ORIGIN_DESCRIPTION, .is_public = true},
        {.id = "2", .body = "SECRET note", .author_kind = AUTHOR_AGENT, .origin = ORIGIN_NOTE},
        {.id = "3", .body = "SECRET held", .author_kind = AUTHOR_AGENT, .origin = ORIGIN_REPLY, .is_public = true, .state = "held"},
        {.id = "4", .body = "SECRET withdrawn", .author_kind = AUTHOR_AGENT, .origin = ORIGIN_REPLY, .is_public = true, .state = "withdrawn"},
        {.id = "5", .body = "said", .author_kind = AUTHOR_AGENT, .origin = ORIGIN_REPLY, .is_public = true, .state = "sent"}};
    int said = 0;
    for (int about = 0; about < 5; about++)
        for (int i = 0; i < OWN_EVENTS; i++)
            for (int k = 0; k < FORMS; k++) {
                struct letter l = own_letter(arena, &own_events[i]);
                struct config_destination to = like(forms[k].format, forms[k].generation);
                struct delivery r;
                struct err err = {0};
                l.messages = list;
                l.message_count = 5;
                l.message = &list[about];
                if (!compose(arena, &l, &to, &r, &err))
                    continue;
                assert_null(strstr(r.body, "SECRET"));
                said += strstr(r.body, "\"said\"") != NULL;
            }
    assert_true(said > 0);
}

static void nothing_a_stranger_wrote_reaches_a_header_raw(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char hostile[] = "{\"id\":\"a\\r\\nX-Evil: 1\",\"type\":\"b\\u00e9 \\u001b[2J\",\"created_at\":\"\\u0007\",\"data\":{}}";
    for (int k = 0; k < FORMS; k++) {
        struct config_destination to = like(forms[k].format, forms[k].generation);
        struct letter l = {.of = LETTER_EVENT, .id = "evt_1", .type = "b\xc3\xa9 \x1b[2J\r\nX-Evil: 2", .at = now, .origin = "x\r\ny",
            .dialect = "cstar",
                           .payload = parsed(arena, hostile)};
        struct delivery r;
        struct err err = {0};
        if (!compose(arena, &l, &to, &r, &err))
            continue;
        for (int i = 0; i < r.header_count; i++)
            for (const char *p = r.headers[i].value; *p; p++)
                assert_true(*p >= 0x20 && *p < 0x7f);
        assert_string_equal(destination_header(&r, "X-Triage-Origin"), "x%0D%0Ay");
        assert_null(destination_header(&r, "X-Evil"));
    }
}

static void every_attempt_has_the_same_bytes(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (int k = 0; k < FORMS; k++) {
        struct letter l = own_letter(arena, &own_events[0]);
        struct config_destination to = like(forms[k].format, forms[k].generation);
        struct delivery a, b;
        struct err err = {0};
        const struct composing first = {.letter = &l, .to = &to, .attempt = 1, .now = now}, fifth = {.letter = &l, .to = &to, .attempt = 5,
            .now = now + 3600000};
        assert_true(destination_of(DEST_WEBHOOK)->compose(arena, &first, &a, &err));
        assert_true(destination_of(DEST_WEBHOOK)->compose(arena, &fifth, &b, &err));
        assert_string_equal(a.body, b.body);
        if (forms[k].format == FORMAT_CSTAR) {
            assert_string_equal(destination_header(&a, "X-Delivery-Attempt"), "1");
            assert_string_equal(destination_header(&b, "X-Delivery-Attempt"), "5");
            assert_string_equal(destination_header(&a, "User-Agent"), "cStar-Webhooks/1.0");
            assert_string_equal(destination_header(&a, "X-Event-ID"), destination_header(&b, "X-Event-ID"));
            assert_true(str_starts(destination_header(&a, "X-Webhook-ID"), "wh_"));
            assert_null(destination_header(&a, "Idempotency-Key"));
        }
    }
}

/* Fixtures of all dialects, the odd and the broken among them, in every form. */
static void whatever_came_in_leaves_as_json_or_not_at_all(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int count = fixture_rows(arena, "events/manifest.tsv", EVENT_COLUMNS, &rows), said = 0, skips = 0;
    int endpoint = fixture_column(arena, "events/manifest.tsv", "dialect"), file = fixture_column(arena, "events/manifest.tsv", "file");
    for (int i = 0; i < count; i++)
        for (int k = 0; k < FORMS; k++) {
            AUTO_ARENA own = arena_new();
            struct event_case c;
            struct told t;
            struct config_destination to = like(forms[k].format, forms[k].generation);
            struct delivery r;
            struct err err = {0};
            event_fixture(own, rows[i][endpoint], rows[i][file], event_now, &c);
            tell(own, &c, 0, &t);
            t.letter.of = LETTER_EVENT;
            t.letter.type = c.list[0].type ? c.list[0].type : "";
            t.letter.payload = c.root;
            if (!compose(own, &t.letter, &to, &r, &err)) {
                assert_int_equal(err.code, ERR_NOT_FOUND);
                skips++;
                continue;
            }
            parsed(own, r.body);
            assert_int_equal(r.body_n, strlen(r.body));
            said++;
        }
    print_message("# %d fixtures in %d forms: %d left, %d have no event there\n", count, FORMS, said, skips);
    assert_true(said > 500 && skips > 100);
}

/* A request holds so many headers and no more; what is added last must still fit. */
static void no_header_falls_off_the_end(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (int of = LETTER_EVENT; of <= LETTER_REPLY; of++)
        for (int k = 0; k < FORMS; k++) {
            struct letter l = own_letter(arena, &own_events[0]);
            struct config_destination to = like(forms[k].format, forms[k].generation);
            struct delivery r;
            struct err err = {0};
            to.auth = DEST_AUTH_HMAC;
            to.secrets[0] = to.secrets[1] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
            to.secret_count = 2;
            l.of = of;
            l.message = &desk_message;
            l.payload = parsed(arena, "{\"a\":1}");
            l.hops = 2;
            if (!compose(arena, &l, &to, &r, &err))
                continue;
            assert_string_equal(r.headers[r.header_count - 1].name, "X-Triage-Hops");
            assert_string_equal(r.headers[r.header_count - 1].value, "2");
            for (int i = 0; i < r.header_count; i++)
                for (int n = 0; n < i; n++)
                    assert_false(str_eq(r.headers[i].name, r.headers[n].name));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_requests_are_ours),
        cmocka_unit_test(the_seed_form_is_type_and_payload_alone),
        cmocka_unit_test(a_binary_cloudevent_has_its_attributes_in_headers),
        cmocka_unit_test(cstar_examples_of_tickets_are_ours_byte_for_byte),
        cmocka_unit_test(cstar_examples_of_records_have_our_members_in_order),
        cmocka_unit_test(a_boss_of_our_own_is_told_as_cstar_tells_its_own),
        cmocka_unit_test(tamio_examples_are_ours_but_for_the_ids_of_events),
        cmocka_unit_test(an_unknown_client_is_empty_and_no_assets_are_null),
        cmocka_unit_test(ripio_gets_ascii_with_surrogate_pairs_and_a_null_key),
        cmocka_unit_test(rbs_gets_the_envelope_and_no_member_it_does_not_need),
        cmocka_unit_test(what_is_passed_on_is_the_same_ticket_where_it_arrives),
        cmocka_unit_test(what_we_say_ourselves_is_the_same_ticket_where_it_arrives),
        cmocka_unit_test(every_event_of_ours_in_every_form_is_as_its_table_says),
        cmocka_unit_test(a_reply_has_a_form_where_there_are_messages),
        cmocka_unit_test(flat_keys_follow_the_data_all_five_of_a_ticket_and_two_of_a_customer),
        cmocka_unit_test(the_generation_of_2026_is_snake_case_but_for_what_the_customer_named),
        cmocka_unit_test(an_event_of_another_dialect_is_translated_or_skipped),
        cmocka_unit_test(what_is_missing_there_is_what_dialects_md_says),
        cmocka_unit_test(notes_and_what_is_held_or_withdrawn_never_leave),
        cmocka_unit_test(nothing_a_stranger_wrote_reaches_a_header_raw),
        cmocka_unit_test(whatever_came_in_leaves_as_json_or_not_at_all),
        cmocka_unit_test(no_header_falls_off_the_end),
        cmocka_unit_test(every_attempt_has_the_same_bytes),
    };
    return crypto_open() ? cmocka_run_group_tests_name("format", tests, NULL, NULL) : 1;
}
