/* decode: what the fixtures do not reach. A case is an endpoint, a body and one thing that must come out of it:
 * "effect", "key", "warnings", "records", "extra", or a path into the observation's JSON ("said.title", "messages.0.at"). */
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/decode.h"
#include "wire/row.h"
#include "../support/event.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void times_are_read_in_every_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int64_t ms; /* -1: unreadable */
        bool no_zone;
    } cases[] = {
        {"1671472527", 1671472527000, false}, {"1671472527123", 1671472527123, false},
        {"1671472527123456", 1671472527123, false}, {"\"1671472527\"", 1671472527000, false},
        {"99999999999", 99999999999000, false}, {"100000000000", 100000000000, false},
        {"99999999999999", 99999999999999, false}, {"100000000000000", 100000000000, false},
        {"1671472527.1236", 1671472527124, false}, {"1671472527.9999", 1671472528000, false},
        {"1.671472527e9", 1671472527000, false}, {"\"1671472527.5\"", 1671472527500, false}, {"0", 0, false},
        {"0.0004", 0, false}, {"0.0005", 1, false}, {"1e400", -1, false}, {"1e-400", 0, false}, {"-5", -1, false},
        {"true", -1, false}, {"null", -1, false}, {"[]", -1, false}, {"\"\"", -1, false}, {"\"soon\"", -1, false},
        {"\"1.2.3\"", -1, false}, {"\".\"", -1, false}, {"999999999999999999", -1, false},
        {"\"2026-05-02T15:04:05Z\"", 1777734245000, false}, {"\"2026-05-02 15:04:05.120+00:00\"", 1777734245120, false},
        {"\"2026-05-02T17:04:05.123456789+0200\"", 1777734245123, false}, {"\"2026-05-02T09:34:05-05:30\"", 1777734245000, false},
        {"\"2026-05-02T15:04:05\"", 1777734245000, true}, {"\"2026-05-02t15:04:05z\"", 1777734245000, false},
        {"\"2016-12-31T23:59:60Z\"", 1483228799000, false}, {"\"2024-02-29T00:00:00Z\"", 1709164800000, false},
        {"\"2023-02-29T00:00:00Z\"", -1, false}, {"\"2026-13-01T00:00:00Z\"", -1, false}, {"\"2026-05-02\"", -1, false},
        {"\"2026-05-02T15:04Z\"", -1, false}, {"\"2026-05-02T24:00:00Z\"", -1, false}, {"\"2026-05-02T15:04:61Z\"", -1, false},
        {"\"2026-05-02T15:04:05.1234567890Z\"", -1, false}, {"\"2026-05-02T15:04:05+25:00\"", -1, false},
        {"\"2026-05-02T15:04:05Zx\"", -1, false}, {"\"1969-12-31T23:59:59Z\"", -1, false}, {"\"9999-12-31T23:59:59Z\"", 253402300799000, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON node = json_parse(cases[i].json, strlen(cases[i].json), &json_limits_dialect, NULL, NULL);
        int64_t ms = -2;
        bool no_zone = false;
        bool ok = decode_time(node, &ms, &no_zone);
        if (ok != (cases[i].ms >= 0) || (ok && ms != cases[i].ms))
            fail_msg("%s gives %" PRId64, cases[i].json, ok ? ms : -1);
        assert_int_equal(no_zone, cases[i].no_zone);
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *warnings(struct arena *arena, const struct interpretation *i)
{
    char *list[48], *out = arena_strdup(arena, "");
    for (int n = 0; n < i->warning_count; n++)
        list[n] = arena_printf(arena, "%s%s%s%s", i->warnings[n].kind, i->warnings[n].field ? ":" : "",
                               i->warnings[n].field ? i->warnings[n].field : "", i->warnings[n].soft ? "~" : "");
    qsort(list, (size_t)i->warning_count, sizeof *list, by_text);
    for (int n = 0; n < i->warning_count; n++)
        out = arena_printf(arena, "%s%s%s", out, n ? " " : "", list[n]);
    return out;
}

static const struct json *step(const struct json *node, const char *name, size_t n)
{
    char text[40] = {0};
    memcpy(text, name, n < sizeof text ? n : sizeof text - 1);
    if (!json_is(node, JSON_ARRAY))
        return json_get(node, text);
    const struct json *at = json_first(node);
    for (int i = atoi(text); at && i > 0; i--)
        at = json_next(at);
    return at;
}

static char *at_path(struct arena *arena, const struct json *node, const char *path)
{
    while (*path && node) {
        size_t n = strcspn(path, ".");
        node = step(node, path, n);
        path += n + (path[n] == '.');
    }
    return !node ? arena_strdup(arena, "-") : json_string(node) ? arena_strdup(arena, json_string(node)) : json_print_in(arena, node);
}

static char *look(struct arena *arena, const struct event_case *c, const char *what)
{
    const struct interpretation *i = &c->list[0];
    char *row_text;
    if (strcmp(what, "effect") == 0)
        return arena_strdup(arena, effect_word(i->effect));
    if (strcmp(what, "key") == 0)
        return arena_strdup(arena, i->key ? i->key : "-");
    if (strcmp(what, "warnings") == 0)
        return warnings(arena, i);
    if (strcmp(what, "extra") == 0)
        return arena_strdup(arena, i->extra ? i->extra : "-");
    if (strcmp(what, "fatal") == 0)
        return arena_strdup(arena, i->fatal ? i->fatal : "-");
    AUTO_JSON row = row_observation(&i->obs);
    row_text = json_print_in(arena, row);
    return at_path(arena, json_parse_in(arena, row_text, strlen(row_text), &json_limits_dialect, NULL, NULL), what);
}

struct wanted {
    const char *endpoint, *body, *what, *want;
};

static void check(const struct wanted *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_ARENA arena = arena_new();
        struct event_case c;
        event_decode(arena, list[i].endpoint, list[i].body, strlen(list[i].body), event_now, &c);
        char *got = look(arena, &c, list[i].what);
        if (strcmp(got, list[i].want) != 0)
            fail_msg("%s %s\n  %s is \"%s\", should be \"%s\"", list[i].endpoint, list[i].body, list[i].what, got, list[i].want);
    }
}
#define CHECK(list) check(list, sizeof(list) / sizeof *(list))

#define RBS(rest) "{\"eventId\":\"e\",\"eventType\":\"support.ticket_created\",\"timestamp\":1777734245,\"source\":\"app\",\"data\":" \
    "{\"source_ticket_id\":\"1\",\"user_id\":\"u\",\"user_name\":\"N\",\"user_email\":\"n@x.yz\",\"subject\":\"S\",\"description\":\"D\"" rest "}}"

static void rbs_reads_what_no_page_specifies(void **state)
{
    (void)state;
    static const struct wanted list[] = {
        {"rbs", RBS(""), "warnings", ""},
        {"rbs", RBS(",\"description\":\" \""), "messages.0.body", "-"},
        {"rbs", RBS(",\"subject\":\"\""), "warnings", "dup-key"},
        {"rbs", RBS(",\"conversation_history\":[{\"from\":\"Support\",\"message\":\"hi\",\"at\":1777734000}]"), "messages.1.author_kind", "agent"},
        {"rbs", RBS(",\"conversation_history\":[{\"from\":\"Support\",\"message\":\"hi\",\"at\":1777734000}]"), "messages.0.at", "1777734000000"},
        {"rbs", RBS(",\"conversation_history\":[{\"x\":1},null,\"\",7]"), "messages.1.body", "{\"x\":1}"},
        {"rbs", RBS(",\"conversation_history\":[{\"x\":1},null,\"\",7]"), "messages.2.body", "7"},
        {"rbs", RBS(",\"conversation_history\":[\" D \",\"D\"]"), "messages.1.id", "h:3f39d5c348e5b79d#2"},
        {"rbs", RBS(",\"ai_chat_history\":[{\"role\":\"bot\",\"text\":\"D\"}]"), "messages.1.id", "ai:3f39d5c348e5b79d#1"},
        {"rbs", RBS(",\"ai_chat_history\":[{\"role\":\"bot\",\"text\":\"D\"}]"), "n", "1"},
        {"rbs", RBS(",\"conversation_history\":{\"content\":\"one\"}"), "warnings", "coerce:conversation_history"},
        {"rbs", RBS(",\"conversation_history\":\"  \""), "warnings", "coerce:conversation_history"},
        {"rbs", RBS(",\"attachments\":\"a.png\",\"description\":\"\""), "messages.0.asset_count", "1"},
        {"rbs", RBS(",\"priority\":\"critical\""), "warnings", "enum:priority"},
        {"rbs", RBS(",\"priority\":\"critical\""), "said.priority_raw", "critical"},
        {"rbs", RBS(",\"tenant_id\":\"t\""), "said.tenant", "t"},
        {"rbs", RBS(",\"metadata\":{}"), "said.metadata", "-"},
        {"rbs", "{\"eventId\":7,\"eventType\":\"support.ticket.created\",\"timestamp\":\"x\",\"data\":{\"source_ticket_id\":\"1\"}}", "warnings",
         "alias:eventType~ missing:description missing:source missing:subject missing:user_email missing:user_id missing:user_name "
         "ts:timestamp type:eventId"},
        {"rbs", "{\"eventId\":7,\"eventType\":\"support.ticket.created\",\"data\":{\"source_ticket_id\":\"1\"}}", "key", "rbs:7"},
        {"rbs", "{\"eventType\":\"support.ticket_created\",\"data\":{}}", "fatal", "source_ticket_id missing"},
        {"rbs", "{\"eventType\":5,\"data\":{}}", "fatal", "eventType missing"},
        {"rbs", "{\"eventType\":\"\",\"source_ticket_id\":\"1\"}", "fatal", "eventType missing"},
        {"rbs", "7", "fatal", "root is not an object"},
        {"rbs", "", "effect", "reject"},
    };
    CHECK(list);
}

#define RIPIO(type, rest) "{\"eventType\":\"" type "\",\"issueDatetime\":\"2026-06-26T14:30:00\",\"supportTicket\":{\"ticketId\":\"t\",\"customerId\":\"c\",\"summary\":\"S\"" rest "}}"

static void ripio_outcomes_move_only_the_registration(void **state)
{
    (void)state;
    static const struct wanted list[] = {
        {"ripio", RIPIO("SUPPORT_TICKET.CREATED", ",\"issueKey\":\"K-1\",\"status\":\"created\""), "warnings", "ts-no-zone:issueDatetime~"},
        {"ripio", RIPIO("SUPPORT_TICKET.CREATED", ",\"issueKey\":\"K-1\""), "warnings", "missing:status ts-no-zone:issueDatetime~"},
        {"ripio", RIPIO("SUPPORT_TICKET.CREATED", ",\"issueKey\":\"K-1\""), "said.status", "new"},
        {"ripio", RIPIO("SUPPORT_TICKET.PENDING", ",\"status\":\"PENDING\""), "said.registration", "pending"},
        {"ripio", RIPIO("SUPPORT_TICKET.failed", ",\"status\":\"FAILED\""), "key", "ripio:t:FAILED"},
        {"ripio", RIPIO("SUPPORT_TICKET.LOST", ""), "effect", "ignore"},
        {"ripio", "{\"eventType\":\"SUPPORT_TICKET.CREATED\",\"supportTicket\":{}}", "fatal", "ticketId missing"},
        {"ripio", "{\"supportTicket\":{}}", "fatal", "eventType missing"},
        {"ripio", "{\"eventType\":\"ACCOUNT.CLOSED\"}", "warnings", ""},
    };
    CHECK(list);
}

#define CSTAR(type, data) "{\"id\":\"evt_1\",\"type\":\"" type "\",\"created_at\":\"2025-12-14T12:00:00Z\",\"team_id\":\"tm\",\"data\":" data "}"

static void cstar_takes_both_generations_and_the_change_over_the_snapshot(void **state)
{
    (void)state;
    static const struct wanted list[] = {
        {"cstar", CSTAR("ticket.updated", "{\"id\":\"7\",\"title\":\"T\",\"status\":\"open\"}"), "warnings", "shape:data~"},
        {"cstar", CSTAR("ticket.updated", "{\"id\":\"7\",\"title\":\"T\",\"status\":\"open\"}"), "ticket", "cstar:7"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"status\":\"On Hold\"}}"), "said.status", "pending"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"status\":\"In QA\"}}"), "said.status", "open"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"status\":\"In QA\"}}"), "said.status_raw", "In QA"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"status\":\"In QA\"}}"), "warnings", "custom:status~"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"status\":5}}"), "guess", "true"},
        {"cstar", CSTAR("ticket.created", "{\"ticket\":{\"id\":\"7\"}}"), "said.status", "new"},
        {"cstar", CSTAR("ticket.closed", "{\"ticket\":{\"id\":\"7\",\"status\":\"open\"}}"), "said.status", "closed"},
        {"cstar", CSTAR("ticket.closed", "{\"ticket\":{\"id\":\"7\",\"status\":\"open\"}}"), "warnings", "conflict:status"},
        {"cstar", CSTAR("ticket.closed", "{\"ticket\":{\"id\":\"7\",\"createdAt\":\"2025-12-14T11:00:00Z\"},\"resolution\":{\"closedAt\":\"2025-12-14T12:00:00Z\"}}"),
         "said.resolution_ms", "3600000"},
        {"cstar", CSTAR("ticket.closed", "{\"ticket\":{\"id\":\"7\"},\"resolution\":{\"resolutionTime\":-4}}"), "warnings", "range:resolutionTime"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"title\":\"A\",\"priority\":\"critical\"},\"changes\":{\"title\":{\"from\":\"A\",\"to\":\"B\"}}}"),
         "said.title", "B"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"title\":\"A\",\"priority\":\"critical\"},\"changes\":{\"title\":{\"from\":\"A\",\"to\":\"B\"}}}"),
         "warnings", "changes:title"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"priority\":\"critical\"}}"), "said.priority", "urgent"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"priority\":\"asap\"}}"), "warnings", "enum:priority"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\",\"assignedTo\":null,\"assigned_to\":\"x\"}}"), "null", "[\"assignee\"]"},
        {"cstar", CSTAR("ticket.updated", "{\"ticket\":{\"id\":\"7\"}}"), "null", "[]"},
        {"cstar", CSTAR("ticket.assigned", "{\"ticket\":{\"id\":\"7\"},\"assignee\":{\"id\":\"u\"}}"), "said.assignee", "cstar:u"},
        {"cstar", CSTAR("ticket.assigned", "{\"ticket\":{\"id\":\"7\"},\"assignee\":null}"), "null", "[\"assignee\"]"},
        {"cstar", CSTAR("ticket.assigned", "{\"ticket\":{\"id\":\"7\"}}"), "null", "[]"},
        {"cstar", CSTAR("ticket.created", "{\"ticket\":{\"id\":\"7\",\"tags\":\"one\"}}"), "said.tags", "[\"one\"]"},
        {"cstar", CSTAR("ticket.created", "{\"ticket\":{\"id\":\"7\",\"mood\":\"odd\"}}"), "said.metadata", "{\"mood\":\"odd\"}"},
        {"cstar", CSTAR("ticket.created", "{\"ticket\":{\"id\":\"7\",\"priority\":null}},\"ticket_priority\":\"high\",\"x\":{}"), "said.priority", "-"},
        {"cstar", CSTAR("ticket.message_added", "{\"ticket\":{\"id\":\"7\"},\"message\":{\"sender\":\"agent\",\"content\":\"hi\",\"isInternal\":true}}"),
         "messages.0.id", "ev:evt_1"},
        {"cstar", CSTAR("ticket.message_added", "{\"ticket\":{\"id\":\"7\"},\"message\":{\"sender\":\"agent\",\"content\":\"hi\",\"is_internal\":true}}"),
         "messages.0.public", "false"},
        {"cstar", CSTAR("ticket.message_added", "{\"ticket\":{\"id\":\"7\"}}"), "warnings", "missing:message"},
        {"cstar", CSTAR("boss.defeated", "{\"boss\":{\"id\":\"b\"},\"finalBlow\":{\"userId\":\"z\",\"userName\":\"Zo\"},\"participants\":"
                        "[1,null,{\"userId\":\"a\",\"damage\":\"5\"},{\"damage\":5},{\"userId\":\"a\",\"damage\":5},{\"userId\":\"a\",\"damage\":6}]}"),
         "extra", "boss=cstar:b;boss_state=defeated;damage=11;final_blow=cstar:z;hp=0;players=1"},
        {"cstar", CSTAR("boss.spawned", "{\"boss\":{\"id\":\"b\",\"max_hp\":90}}"), "extra", "boss=cstar:b;boss_state=alive;hp=90"},
        {"cstar", CSTAR("boss.damaged", "{\"boss\":{\"id\":\"b\",\"maxHp\":90,\"currentHp\":95}}"), "warnings", "range:currentHp"},
        {"cstar", CSTAR("player.level_up", "{\"player\":{\"userId\":\"u\",\"oldLevel\":5,\"newLevel\":4}}"), "warnings", "range:newLevel"},
        {"cstar", CSTAR("achievement.unlocked", "{\"achievement\":{\"id\":\"a\",\"xpReward\":5},\"player\":{\"userId\":\"u\"}}"), "records.1.key", "cstar:a#cstar:u"},
        {"cstar", CSTAR("customer.updated", "{\"customer\":{\"id\":\"c\",\"email\":\"nobody\",\"sentiment\":\"Happy\"}}"), "records.0.data",
         "{\"source_id\":\"c\",\"email_raw\":\"nobody\",\"sentiment\":\"positive\",\"active\":true}"},
        {"cstar", CSTAR("customer.deleted", "{\"customer\":{\"id\":\"c\"}}"), "records.0.data", "{\"source_id\":\"c\",\"active\":false}"},
        {"cstar", CSTAR("survey.submitted", "{\"survey\":{\"id\":\"s\",\"rating\":\"5\",\"ticketId\":\"7\"}}"), "kind", "refer"},
        {"cstar", CSTAR("survey.submitted", "{\"survey\":{\"id\":\"s\",\"rating\":\"5\",\"ticketId\":\"7\"}}"), "warnings", "type:rating"},
        {"cstar", CSTAR("article.updated", "{\"article\":{\"id\":\"a\"},\"changes\":{\"isPublic\":{\"to\":true}}}"), "records.0.data", "{\"public\":true}"},
        {"cstar", CSTAR("boss.spawned", "null"), "fatal", "boss id missing"},
        {"cstar", CSTAR("social.waved", "null"), "effect", "ignore"},
        {"cstar", "{\"id\":\"evt_1\",\"type\":\"\",\"data\":{}}", "fatal", "type missing"},
    };
    CHECK(list);
}

#define TAMIO(type, ticket, rest) "{\"event_id\":\"w\",\"event_type\":\"whitelabel-ticket-" type "\",\"api_version\":2,\"data\":{\"ticket\":{\"id\":\"t\"," \
    "\"created_at\":1671472527,\"updated_at\":1671472600," ticket "}" rest "}}"

static void tamio_snapshots_say_everything(void **state)
{
    (void)state;
    static const struct wanted list[] = {
        {"tamio", TAMIO("created", "\"is_open\":false,\"replies\":[]", ""), "said.status", "new"},
        {"tamio", TAMIO("created", "\"is_open\":false,\"replies\":[]", ""), "warnings", "conflict:is_open"},
        {"tamio", TAMIO("assigned", "\"is_open\":\"maybe\",\"replies\":[]", ""), "guess", "true"},
        {"tamio", TAMIO("assigned", "\"is_open\":0,\"replies\":null", ""), "said.status", "resolved"},
        {"tamio", TAMIO("assigned", "\"is_open\":0,\"replies\":null", ""), "warnings", "missing:replies type:is_open"},
        {"tamio", TAMIO("assigned", "\"is_open\":true,\"replies\":[],\"teammate_id\":null", ""), "null", "[\"assignee\"]"},
        {"tamio", TAMIO("assigned", "\"is_open\":true,\"replies\":[]", ""), "null", "[]"},
        {"tamio", TAMIO("updated", "\"is_open\":true,\"replies\":[{\"id\":\"a\",\"text\":\"1\",\"created_at\":1671472529},{\"id\":\"a\",\"text\":\"2\"}]", ",\"reply\":{\"id\":\"a\",\"text\":\"3\"}"),
         "n", "1"},
        {"tamio", TAMIO("updated", "\"is_open\":true,\"replies\":[{\"id\":\"a\",\"text\":\"1\",\"created_at\":1671472529}]", ",\"reply\":{\"id\":\"a\"}"),
         "messages.0.automatic", "true"},
        {"tamio", TAMIO("updated", "\"is_open\":true,\"replies\":[{\"id\":\"a\",\"text\":\"1\",\"created_at\":1671472530}]", ",\"reply\":{\"id\":\"a\"}"),
         "messages.0.automatic", "false"},
        {"tamio", TAMIO("updated", "\"is_open\":true,\"replies\":[{\"id\":1,\"text\":\"1\",\"is_customer_reply\":true}]", ",\"reply\":{\"id\":\"1\"}"),
         "messages.0.author_kind", "customer"},
        {"tamio", TAMIO("updated", "\"is_open\":true,\"replies\":[7,{\"text\":\"x\"}]", ",\"reply\":{\"text\":\"x\"}"), "warnings",
         "missing:reply.id reply-not-in-replies~ type:replies"},
        {"tamio", TAMIO("resolved", "\"is_open\":false,\"replies\":[]", ""), "said.resolution_ms", "73000"},
        {"tamio", TAMIO("resolved", "\"is_open\":false,\"replies\":[],\"client\":[1]", ""), "warnings", "type:client"},
        {"tamio", "{\"event_type\":\"whitelabel-client-created\",\"data\":5}", "warnings", "missing:event_id"},
        {"tamio", "{\"event_type\":\"whitelabel-ticket-updated\",\"data\":5}", "fatal", "ticket id missing"},
    };
    CHECK(list);
}

static void ingestlayer_refuses_a_batch_whole_and_an_ingress_never(void **state)
{
    (void)state;
    static const struct wanted list[] = {
        {"ingest-rest", "{\"events\":[{\"type\":\"a\",\"payload\":{}},{\"type\":\"a\",\"payload\":7}]}", "effect", "reject"},
        {"ingest-rest", "{\"events\":[{\"type\":\"a\",\"payload\":{}},7]}", "fatal", "event is not an object"},
        {"ingest-rest", "{\"events\":{}}", "fatal", "events is not an array"},
        {"ingest-rest", "[]", "effect", "reject"},
        {"ingest-rest", "{\"events\":[{\"type\":\"support.ticket.created\",\"payload\":{\"ticket_id\":5,\"subject\":\"\",\"body\":\"b\",\"customer_tier\":\"gold\","
                        "\"channel\":\" Email \"},\"idempotencyKey\":9}]}", "warnings", "enum:customer_tier type:idempotencyKey~ type:ticket_id~"},
        {"ingest-rest", "{\"events\":[{\"type\":\"support.ticket.created\",\"payload\":{\"ticket_id\":5,\"subject\":\"\",\"body\":\"b\",\"customer_tier\":\"gold\","
                        "\"channel\":\" Email \"},\"idempotencyKey\":9}]}", "said.channel", "email"},
        {"ingest-rest", "{\"events\":[{\"type\":\"a\",\"payload\":{},\"idempotencyKey\":\"\"}]}", "key", "-"},
        {"ingest-whk", "{\"type\":5,\"x\":1}", "effect", "ignore"},
        {"ingest-rest", "{\"events\":[{\"type\":\"survey.submitted\",\"payload\":{\"ticket_id\":5,\"rating\":4}}]}", "effect", "survey"},
        {"ingest-whk", "{\"type\":\"support.survey.submitted\",\"ticket_id\":5,\"score\":\"4\",\"survey_id\":\"s1\"}", "extra", "survey=ingest:s1"},
        {"ingest-out", "{\"type\":\"survey.submitted\",\"payload\":{\"ticket_id\":\"t5\",\"rating\":9}}", "warnings", "range:rating"},
        {"ingest-out", "{\"type\":\"survey.submitted\",\"payload\":{\"ticket_id\":5}}", "effect", "ignore"},
        {"ingest-out", "{\"type\":\"survey.submitted\",\"payload\":7}", "effect", "ignore"},
        {"ingest-whk", "{\"type\":\"support.ticket.created\"}", "fatal", "ticket_id missing"},
        {"ingest-whk", "{\"type\":\"support.ticket.created\",\"ticket_id\":\"\"}", "effect", "quarantine"},
        {"ingest-out", "{\"type\":\"support.ticket.created\",\"payload\":7}", "fatal", "payload is not an object"},
        {"ingest-out", "{\"payload\":{}}", "fatal", "type missing"},
        {"ingestlayer", "{\"events\":[{\"type\":\"a\",\"payload\":{},\"idempotencyKey\":\"k\"}]}", "key", "ingest:k"},
        {"ingestlayer", "{\"type\":\"a\",\"payload\":{},\"id\":\"k2\"}", "key", "ingest:k2"},
    };
    CHECK(list);
}

static const char *one_header(const void *arg, const char *name)
{
    const char *const *pair = arg;
    return strcmp(pair[0], name) == 0 ? pair[1] : NULL;
}

static struct interpretation *with_header(struct arena *arena, const char *dialect, int door, const char *body, const char *name, const char *value)
{
    const char *pair[] = {name, value};
    struct json_notes notes;
    struct interpretation *list;
    int count;
    struct dialect_input in = {.body = body, .body_n = strlen(body), .notes = &notes, .header = one_header, .header_arg = pair,
                               .account = "acct", .door = door, .received_at = event_now};
    in.root = json_parse_in(arena, body, strlen(body), &json_limits_dialect, &notes, NULL);
    dialect_find(dialect)->decode(arena, &in, &list, &count);
    return list;
}

static void headers_fill_in_what_a_body_leaves_out(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *no_type = "{\"id\":\"evt_1\",\"data\":{\"ticket\":{\"id\":\"1\"}}}", *flat = "{\"id\":\"evt_1\",\"type\":\"x\",\"data\":{}}";
    assert_int_equal(with_header(arena, "cstar", DOOR_WEBHOOK, no_type, "X-Event-Type", "ticket.created")->effect, EFFECT_CREATE);
    assert_int_equal(with_header(arena, "cstar", DOOR_WEBHOOK, no_type, "X-Event-Id", "x")->effect, EFFECT_QUARANTINE);
    assert_int_equal(with_header(arena, "cstar", DOOR_WEBHOOK, flat, "X-Timestamp", "1765713600")->occurred_at, 1765713600000);
    const char *key = with_header(arena, "ingestlayer", DOOR_WHK, "{\"a\":1}", "X-Ingest-Idempotency-Key", "k")->key;
    assert_true(str_starts(key, "ingest:k:") && strlen(key) == 9 + 16);
    assert_null(with_header(arena, "ingestlayer", DOOR_WHK, "{\"a\":1}", "X-Ingest-Idempotency-Key", "")->key);
}

static void a_clock_far_ahead_orders_nothing(void **state)
{
    (void)state;
    static const struct wanted list[] = {
        {"rbs", RBS("},\"timestamp\":\"2027-01-02T00:00:00Z\",\"x\":{"), "t", "1798848000000"},
        {"rbs", RBS("},\"timestamp\":\"2027-01-02T00:00:00.001Z\",\"x\":{"), "t", "1798761600000"},
        {"rbs", RBS(",\"conversation_history\":[{\"text\":\"x\",\"at\":\"2099-01-01T00:00:00Z\"}]"), "messages.1.at", "1798761600000"},
    };
    CHECK(list);
}

static void strict_mode_never_loses_a_warning_among_many(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_STR body;
    struct event_case c;
    str_init(&body, 65536);
    str_adds(&body, "{\"type\":\"support.ticket.created\",\"ticket_id\":\"1\",\"subject\":\"s\",\"body\":\"b\",\"channel\":\"chat\",\"customer_tier\":\"pro\"");
    for (int i = 0; i < 200; i++)
        str_addf(&body, ",\"extra%d\":1", i);
    str_addc(&body, '}');
    event_decode(arena, "ingest-whk", body.data, body.len, event_now, &c);
    assert_int_equal(c.list[0].warning_count, 48);
    assert_int_equal(dialect_status(&c.list[0], DOOR_WHK, false), 202);
    assert_int_equal(dialect_status(&c.list[0], DOOR_WHK, true), 422);
}

static void an_event_brings_at_most_20000_messages(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_STR body;
    struct event_case c;
    str_init(&body, 1 << 20);
    str_adds(&body, "{\"source_ticket_id\":\"1\",\"description\":\"d\",\"conversation_history\":[");
    for (int i = 0; i < 20005; i++)
        str_adds(&body, i ? ",\"x\"" : "\"x\"");
    str_adds(&body, "]}");
    event_decode(arena, "rbs", body.data, body.len, event_now, &c);
    assert_int_equal(c.list[0].effect, EFFECT_CREATE);
    assert_int_equal(c.list[0].obs.message_count, 20000);
    assert_non_null(strstr(warnings(arena, &c.list[0]), "range:messages"));
}

static void json_nested_too_deep_to_keep_stays_in_the_raw_event(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_STR body;
    struct event_case c;
    for (int depth = 399; depth <= 401; depth++) {
        str_init(&body, 1 << 16);
        str_adds(&body, "{\"source_ticket_id\":\"1\",\"metadata\":{\"a\":");
        for (int i = 1; i < depth; i++)
            str_addc(&body, '[');
        for (int i = 1; i < depth; i++)
            str_addc(&body, ']');
        str_adds(&body, "}}");
        event_decode(arena, "rbs", body.data, body.len, event_now, &c);
        assert_int_equal(c.list[0].effect, EFFECT_CREATE);
        assert_int_equal(c.list[0].obs.value.metadata != NULL, depth <= 400);
        str_fini(&body);
    }
}

static void equal_content_hashes_alike_whatever_its_order(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct event_case a, b, c;
    const char *one = "{\"event_id\":\"w\",\"event_type\":\"whitelabel-x\",\"endpoint_id\":\"1\",\"data\":{\"a\":1,\"b\":[2]}}";
    const char *two = "{ \"data\":{\"b\":[2], \"a\":1}, \"endpoint_id\":\"2\",\"event_type\":\"whitelabel-x\",\"event_id\":\"w\"}";
    const char *three = "{\"event_id\":\"w\",\"event_type\":\"whitelabel-x\",\"data\":{\"a\":1,\"b\":[3]}}";
    event_decode(arena, "tamio", one, strlen(one), event_now, &a);
    event_decode(arena, "tamio", two, strlen(two), event_now, &b);
    event_decode(arena, "tamio", three, strlen(three), event_now, &c);
    assert_memory_equal(a.list[0].content_hash, b.list[0].content_hash, 32);
    assert_memory_not_equal(a.list[0].content_hash, c.list[0].content_hash, 32);
}

static void a_map_counts_what_it_is_asked(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct decode_map map = {0};
    for (int round = 1; round <= 3; round++)
        for (int i = 0; i < 5000; i++) {
            int64_t *at = decode_map_at(arena, &map, arena_printf(arena, "key %d", i));
            assert_int_equal(++*at, round);
        }
    assert_int_equal(map.used, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_in_every_spelling),
        cmocka_unit_test(rbs_reads_what_no_page_specifies),
        cmocka_unit_test(ripio_outcomes_move_only_the_registration),
        cmocka_unit_test(cstar_takes_both_generations_and_the_change_over_the_snapshot),
        cmocka_unit_test(tamio_snapshots_say_everything),
        cmocka_unit_test(ingestlayer_refuses_a_batch_whole_and_an_ingress_never),
        cmocka_unit_test(headers_fill_in_what_a_body_leaves_out),
        cmocka_unit_test(a_clock_far_ahead_orders_nothing),
        cmocka_unit_test(strict_mode_never_loses_a_warning_among_many),
        cmocka_unit_test(an_event_brings_at_most_20000_messages),
        cmocka_unit_test(json_nested_too_deep_to_keep_stays_in_the_raw_event),
        cmocka_unit_test(equal_content_hashes_alike_whatever_its_order),
        cmocka_unit_test(a_map_counts_what_it_is_asked),
    };
    return crypto_open() ? cmocka_run_group_tests_name("decode", tests, NULL, NULL) : 1;
}
