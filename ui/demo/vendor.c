/* vendor: bodies by hand, member by member, because their order and spelling is what makes them real. Times that a
 * vendor counts in seconds lose their rest here, as they would there. */
#include "demo/vendor.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static const char *iso(struct pen *pen, int64_t at)
{
    char buf[32];
    return arena_strdup(pen->arena, clock_format(at, buf));
}

static const char *word_of_ask(int ask, const char *low, const char *high, const char *urgent)
{
    return ask == ASK_CRITICAL ? urgent : ask == ASK_HIGH ? high : low;
}

static const char *plan_of(const struct plot *plot)
{
    static const char *const plans[] = {"free", "pro", "pro", "enterprise"};
    return plans[plot->ask == ASK_CRITICAL ? 3 : strlen(plot->person->company) % 4];
}

static struct json *child(struct json *object, const char *name)
{
    struct json *made = json_object();
    json_put(object, name, made);
    return made;
}

/* --- rbs: the shop app, in an envelope --- */

static struct json *bot_turn(const char *role, const char *text)
{
    struct json *turn = json_object();
    json_put_string(turn, "role", role);
    json_put_string(turn, "content", text);
    return turn;
}

/* Who writes of a fault in the shop's app sends what its browser said. Nothing is drawn for it: a seed gives the same day. */
static struct json *rbs_files(struct pen *pen, const struct plot *plot)
{
    struct json *list = json_array(), *log;
    if (strcmp(plot->text->kind, "bug") != 0)
        return list;
    log = json_object();
    json_put_string(log, "name", "console.log");
    json_put_i64(log, "size", 9000 + 97 * (int64_t)strlen(plot->title));
    json_put_string(log, "url", arena_printf(pen->arena, "https://files.tienda.example/%s/console.log", plot->id));
    json_push(list, log);
    return list;
}

static void rbs_chat(struct pen *pen, struct json *data, const struct plot *plot)
{
    struct json *chat = json_array();
    if (plot->ask == ASK_LOW && dice_chance(pen->dice, 60)) {
        json_push(chat, bot_turn("user", plot->title));
        json_push(chat, bot_turn("assistant", "I could not find that in our help pages. Shall I pass you on to a person?"));
    }
    json_put(data, "ai_chat_history", chat);
    json_put(data, "conversation_history", json_array());
    json_put(data, "attachments", rbs_files(pen, plot));
}

static const char *rbs_category(const char *kind)
{
    static const char *const known[] = {"bug", "feature", "question", "billing", "onboarding"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(kind, known[i]) == 0)
            return kind;
    return strcmp(kind, "outage") == 0 ? "bug" : "other";
}

static struct json *rbs_write(struct pen *pen, struct plot *plot, enum move move)
{
    struct json *root = json_object(), *data;
    (void)move;
    pen->type = "support.ticket_created";
    json_put_string(root, "eventId", dice_uuid(pen->dice, pen->arena));
    json_put_string(root, "eventType", pen->type);
    json_put_string(root, "timestamp", iso(pen, pen->at));
    json_put_string(root, "source", "tienda");
    json_put_string(root, "organizationId", "org_harbor");
    data = child(root, "data");
    json_put_string(data, "source_ticket_id", plot->id);
    json_put_string(data, "tenant_id", "harbor-eu");
    json_put_string(data, "user_id", plot->customer_id);
    json_put_string(data, "user_name", plot->person->name);
    json_put_string(data, "user_email", plot->person->email);
    json_put_string(data, "subscription_plan", plan_of(plot));
    json_put_string(data, "subject", plot->title);
    json_put_string(data, "description", plot->body);
    json_put_string(data, "category", rbs_category(plot->text->kind));
    json_put_string(data, "priority", word_of_ask(plot->ask, plot->number % 3 ? "medium" : "low", "high", "urgent"));
    rbs_chat(pen, data, plot);
    json_put_string(child(data, "metadata"), "company", plot->person->company);
    json_put_string(child(root, "metadata"), "version", "1.4");
    return root;
}

/* --- ripio: the wallet, an outcome and a summary --- */

static struct json *ripio_write(struct pen *pen, struct plot *plot, enum move move)
{
    struct json *root = json_object(), *ticket;
    bool failed = plot->ref == NULL;
    (void)move;
    pen->type = failed ? "SUPPORT_TICKET.FAILED" : "SUPPORT_TICKET.CREATED";
    json_put_string(root, "eventType", pen->type);
    json_put_string(root, "issueDatetime", iso(pen, pen->at));
    ticket = child(root, "supportTicket");
    json_put_string(ticket, "ticketId", plot->id);
    json_put_string(ticket, "customerId", plot->customer_id);
    json_put_string(ticket, "issueKey", plot->ref);
    json_put_string(ticket, "summary", plot->title);
    json_put_string(ticket, "status", failed ? "FAILED" : "CREATED");
    return root;
}

/* --- cstar: the chat widget's desk, as of 2026 --- */

static const char *cstar_status(const struct plot *plot, enum move move)
{
    return plot->resolved ? "closed" : move == MOVE_OPEN ? "new" : "open";
}

static struct json *cstar_customer(const struct plot *plot)
{
    struct json *customer = json_object();
    json_put_string(customer, "id", plot->customer_id);
    json_put_string(customer, "name", plot->person->name);
    json_put_string(customer, "email", plot->person->email);
    return customer;
}

static struct json *cstar_ticket(struct pen *pen, const struct plot *plot, enum move move)
{
    struct json *ticket = json_object(), *tags = json_array();
    json_put_string(ticket, "id", plot->id);
    json_put_string(ticket, "title", plot->title);
    json_put_string(ticket, "status", cstar_status(plot, move));
    json_put_string(ticket, "priority", word_of_ask(plot->ask, "normal", "high", "urgent"));
    json_put_string(ticket, "channel", plot->number % 2 ? "widget" : "email");
    json_put_string(ticket, "prefixed_id", plot->ref);
    json_put_string(ticket, "customer_id", plot->customer_id);
    json_put_string(ticket, "customer_name", plot->person->name);
    json_push(tags, json_new_string(plot->text->kind));
    json_put(ticket, "tags", tags);
    json_put_string(ticket, "created_at", iso(pen, plot->opened));
    json_put_string(ticket, "updated_at", iso(pen, plot->touched));
    json_put_string(ticket, "dashboard_url", arena_printf(pen->arena, "https://help.example/team/harbor/tickets?selected=%s", plot->id));
    if (plot->teammate)
        json_put_string(ticket, "assigned_to", arena_printf(pen->arena, "mem_%s", plot->teammate));
    return ticket;
}

static void cstar_said(struct pen *pen, struct json *data, const struct plot *plot)
{
    const struct line *line = &plot->lines[plot->line_count - 1];
    struct json *message = child(data, "message");
    json_put_string(message, "id", line->id);
    json_put_string(message, "sender", line->client ? "customer" : "agent");
    json_put_string(message, "content", line->text);
    json_put_string(message, "created_at", iso(pen, line->at));
}

static void cstar_raised(struct json *data, const struct plot *plot)
{
    struct json *change = child(child(data, "changes"), "priority");
    json_put_string(change, "from", word_of_ask(plot->ask - 1, "normal", "high", "urgent"));
    json_put_string(change, "to", word_of_ask(plot->ask, "normal", "high", "urgent"));
}

static void cstar_resolved(struct pen *pen, struct json *data, const struct plot *plot)
{
    struct json *resolution = child(data, "resolution");
    json_put_string(resolution, "closed_at", iso(pen, pen->at));
    json_put_string(resolution, "closed_by", plot->teammate ? arena_printf(pen->arena, "mem_%s", plot->teammate) : NULL);
    json_put_i64(resolution, "resolution_time", pen->at - plot->opened);
}

static void cstar_survey(struct pen *pen, struct json *data, const struct plot *plot)
{
    struct json *survey = child(data, "survey"), *ticket;
    json_put_string(survey, "id", dice_uuid(pen->dice, pen->arena));
    json_put_string(survey, "ticket_id", plot->id);
    json_put_i64(survey, "rating", plot->stars);
    json_put_string(survey, "comment", plot->lines[plot->line_count - 1].text);
    json_put_string(survey, "submitted_at", iso(pen, pen->at));
    ticket = child(data, "ticket");
    json_put_string(ticket, "id", plot->id);
    json_put_string(ticket, "title", plot->title);
    json_put(data, "customer", cstar_customer(plot));
}

static struct json *cstar_write(struct pen *pen, struct plot *plot, enum move move)
{
    static const char *const types[MOVES] = {"ticket.created", "ticket.message_added", "ticket.assigned",
                                             "ticket.closed", "ticket.updated", "survey.submitted"};
    struct json *root = json_object(), *data;
    pen->type = types[move];
    json_put_string(root, "id", dice_word(pen->dice, pen->arena, "evt_", 12));
    json_put_string(root, "type", pen->type);
    json_put_string(root, "created_at", iso(pen, pen->at));
    json_put_string(root, "team_id", "team-harbor");
    data = child(root, "data");
    if (move == MOVE_SURVEY) {
        cstar_survey(pen, data, plot);
        return root;
    }
    json_put(data, "ticket", cstar_ticket(pen, plot, move));
    if (move == MOVE_OPEN)
        json_put(data, "customer", cstar_customer(plot));
    else if (move == MOVE_SAY)
        cstar_said(pen, data, plot);
    else if (move == MOVE_RAISE)
        cstar_raised(data, plot);
    else if (move == MOVE_RESOLVE)
        cstar_resolved(pen, data, plot);
    return root;
}

/* --- ingestlayer: the product's own alerts, by the batch door --- */

static struct json *ingest_write(struct pen *pen, struct plot *plot, enum move move)
{
    static const char *const channels[] = {"email", "chat", "form"};
    struct json *root = json_object(), *events = json_array(), *event = json_object(), *payload;
    (void)move;
    pen->type = "support.ticket.created";
    json_put_string(event, "type", pen->type);
    payload = child(event, "payload");
    json_put_string(payload, "ticket_id", plot->id);
    json_put_string(payload, "subject", plot->title);
    json_put_string(payload, "body", plot->body);
    json_put_string(payload, "customer_tier", plan_of(plot));
    json_put_string(payload, "channel", channels[plot->number % 3]);
    json_put_string(event, "idempotencyKey", dice_uuid(pen->dice, pen->arena));
    json_put_string(event, "timestamp", iso(pen, pen->at));
    json_push(events, event);
    json_put(root, "events", events);
    return root;
}

/* --- tamio: the agency portal; every event is the whole ticket --- */

static struct json *tamio_reply(const struct line *line)
{
    struct json *reply = json_object();
    json_put_string(reply, "id", line->id);
    json_put_string(reply, "text", line->text);
    json_put_bool(reply, "is_client_reply", line->client);
    json_put_i64(reply, "created_at", line->at / 1000);
    json_put_null(reply, "assets");
    return reply;
}

static struct json *tamio_ticket(struct pen *pen, const struct plot *plot)
{
    struct json *ticket = json_object(), *client, *replies = json_array();
    json_put_string(ticket, "id", plot->id);
    json_put_string(ticket, "title", plot->title);
    json_put_bool(ticket, "is_open", !plot->resolved);
    json_put_string(ticket, "object", "ticket");
    json_put_i64(ticket, "created_at", plot->opened / 1000);
    json_put_i64(ticket, "updated_at", plot->touched / 1000);
    client = child(ticket, "client");
    json_put_string(client, "id", plot->customer_id);
    json_put_string(client, "name", plot->person->name);
    json_put_string(client, "email", plot->person->email);
    json_put_string(ticket, "teammate_id", plot->teammate ? arena_printf(pen->arena, "tm-%s", plot->teammate) : NULL);
    for (int i = 0; i < plot->line_count; i++)
        json_push(replies, tamio_reply(&plot->lines[i]));
    json_put(ticket, "replies", replies);
    json_put_string(ticket, "category", strcmp(plot->text->kind, "billing") == 0 ? "Billing" : "General Support");
    json_put_null(ticket, "subcategory");
    json_put_string(ticket, "language", plot->person->lang);
    return ticket;
}

static struct json *tamio_write(struct pen *pen, struct plot *plot, enum move move)
{
    static const char *const types[MOVES] = {"whitelabel-ticket-created", "whitelabel-ticket-updated",
                                             "whitelabel-ticket-assigned", "whitelabel-ticket-resolved", NULL, NULL};
    struct json *root = json_object(), *data;
    pen->type = types[move];
    json_put_string(root, "event_id", dice_word(pen->dice, pen->arena, "whev_", 17));
    json_put_string(root, "event_type", pen->type);
    json_put_i64(root, "api_version", 2);
    json_put_string(root, "object", "event");
    data = child(root, "data");
    json_put(data, "ticket", tamio_ticket(pen, plot));
    if (move == MOVE_SAY)
        json_put(data, "reply", tamio_reply(&plot->lines[plot->line_count - 1]));
    json_put_string(root, "endpoint_id", "9ab698f5-99de-4ff6-8bfc-a7dcb973d177");
    return root;
}

/* --- the table --- */

#define CAN(move) (1u << MOVE_##move)
const struct vendor vendor_table[VENDORS] = {
    {.source = "shop", .dialect = "rbs", .path = "/in/shop", .scheme = "rbs", .agent = "RBS-Webhooks/1.4",
     .prefix = "rbs:tienda:", .share = 30, .answers = true, .moves = CAN(OPEN), .write = rbs_write},
    {.source = "wallet", .dialect = "ripio", .path = "/in/wallet", .scheme = "ripio", .agent = "Ripio-Webhooks/1.0",
     .prefix = "ripio:", .share = 10, .moves = CAN(OPEN), .write = ripio_write},
    {.source = "chat", .dialect = "cstar", .path = "/in/chat", .scheme = "cstar-2026", .agent = "cStar-Webhooks/1.0", .prefix = "cstar:",
     .share = 22, .answers = true, .moves = CAN(OPEN) | CAN(SAY) | CAN(ASSIGN) | CAN(RESOLVE) | CAN(RAISE) | CAN(SURVEY), .write = cstar_write},
    {.source = "product", .dialect = "ingestlayer", .path = "/v1/ingest", .agent = "ingestlayer-sdk/0.4",
     .prefix = "ingest:", .share = 13, .answers = true, .moves = CAN(OPEN), .write = ingest_write},
    {.source = "agency", .dialect = "tamio", .path = "/in/agency", .scheme = "tamio", .agent = "Tamio-Webhooks/2", .prefix = "tamio:",
     .share = 25, .answers = true, .moves = CAN(OPEN) | CAN(SAY) | CAN(ASSIGN) | CAN(RESOLVE), .write = tamio_write},
};

const struct vendor *vendor_find(const char *source)
{
    for (int i = 0; i < VENDORS; i++)
        if (str_eq(vendor_table[i].source, source))
            return &vendor_table[i];
    return NULL;
}

bool vendor_can(const struct vendor *vendor, enum move move)
{
    return vendor->moves >> move & 1;
}

/* Ripio's wire is ASCII: everything else is \u-escaped, in pairs where one is not enough. */
static const char *escaped(struct arena *arena, const char *text)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (const char *at = text, *end = text + strlen(text); at < end;) {
        uint32_t code = text_next(&at, end);
        if (code < 0x80)
            str_addc(&out, (char)code);
        else if (code < 0x10000)
            str_addf(&out, "\\u%04x", (unsigned)code);
        else
            str_addf(&out, "\\u%04x\\u%04x", 0xd800 + (unsigned)((code - 0x10000) >> 10), 0xdc00 + (unsigned)((code - 0x10000) & 0x3ff));
    }
    return arena_strdup(arena, out.data);
}

const char *vendor_write(struct pen *pen, struct plot *plot, enum move move)
{
    if (!vendor_can(plot->vendor, move))
        return NULL;
    AUTO_JSON root = plot->vendor->write(pen, plot, move);
    const char *body = json_print_in(pen->arena, root);
    return strcmp(plot->vendor->dialect, "ripio") == 0 ? escaped(pen->arena, body) : body;
}

/* A person has one id at each vendor, whatever ticket they open. */
static const char *customer_id(struct arena *arena, const struct plot *plot)
{
    struct dice same;
    uint64_t seed = 1469598103934665603u;
    for (const char *at = plot->person->email; *at; at++)
        seed = (seed ^ (unsigned char)*at) * 1099511628211u;
    dice_init(&same, seed ^ (uint64_t)plot->vendor->share);
    return strcmp(plot->vendor->dialect, "rbs") == 0 ? dice_word(&same, arena, "usr_", 8) : dice_uuid(&same, arena);
}

void vendor_introduce(struct arena *arena, struct dice *dice, struct plot *plot)
{
    const char *dialect = plot->vendor->dialect;
    bool short_id = strcmp(dialect, "rbs") == 0 || strcmp(dialect, "ingestlayer") == 0;
    plot->id = short_id ? arena_printf(arena, "T-%d", 4100 + plot->number) : dice_uuid(dice, arena);
    plot->key = arena_printf(arena, "%s%s", plot->vendor->prefix, plot->id);
    plot->customer_id = customer_id(arena, plot);
    if (strcmp(dialect, "cstar") == 0)
        plot->ref = arena_printf(arena, "CST-%d", 1024 + plot->number);
    if (strcmp(dialect, "ripio") == 0 && !dice_chance(dice, 12))
        plot->ref = arena_printf(arena, "SUP-%d", 1200 + plot->number);
}
