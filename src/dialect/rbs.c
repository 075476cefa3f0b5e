/* rbs: Red Broom Software's support.ticket_created, as their hub app Camino receives it. The vendor's page shows the
 * data alone, their webhook pages show it in an envelope: both are taken. Arrays are specified nowhere, so every
 * plausible entry is read. The apps send no updates: one create per ticket, sometimes sent again under a new id. */
#include "dialect/decode.h"
#include "dialect/machine.h"
#include <string.h>

static int detect(const struct json *root)
{
    bool envelope = json_get(root, "eventType") && (json_get(root, "eventId") || json_get(root, "data"));
    return envelope || json_get(root, "source_ticket_id") ? DOOR_WEBHOOK : -1;
}

/* --- the lists --- */

static const struct json *first_given(const struct json *entry, const char *const *names)
{
    for (; *names; names++)
        if (decode_given(json_get(entry, *names)))
            return json_get(entry, *names);
    return NULL;
}

static char *entry_text(struct decode *d, const struct json *entry)
{
    static const char *const names[] = {"content", "text", "message", "body", NULL};
    if (json_string(entry))
        return arena_strdup(d->arena, json_string(entry));
    for (const char *const *name = names; *name; name++)
        if (json_string(json_get(entry, *name)))
            return arena_strdup(d->arena, json_string(json_get(entry, *name)));
    return decode_given(entry) ? json_print_in(d->arena, entry) : NULL;
}

static int entry_author(struct decode *d, const struct json *entry)
{
    static const char *const names[] = {"role", "sender", "author", "from", NULL};
    const char *word = json_string(first_given(entry, names));
    return decode_role(word ? decode_lower(d, word) : NULL);
}

static bool entry_time(const struct json *entry, int64_t *at)
{
    static const char *const names[] = {"timestamp", "created_at", "createdAt", "at", "date", NULL};
    return decode_time(first_given(entry, names), at, NULL);
}

static struct message *add_entry(struct decode *d, const struct json *entry, const char *prefix, int origin)
{
    char *text = entry_text(d, entry);
    int64_t at;
    if (decode_blank(text))
        return NULL;
    struct message *m = decode_message(d, NULL, prefix, text);
    if (!m)
        return NULL;
    m->author_kind = entry_author(d, entry);
    m->automatic = machine_wrote(entry, json_string(json_get(entry, "from")));
    m->origin = origin;
    if (entry_time(entry, &at))
        m->at = decode_clamp(d, at);
    return m;
}

static bool same_text(struct decode *d, const char *a, const char *b)
{
    return a && b && strcmp(decode_trim(d, a), decode_trim(d, b)) == 0;
}

/* The description comes first, then the history; where the history starts with the description, it tells its time. */
static void read_conversation(struct decode *d, const struct json *data, const char *description)
{
    const struct json *list = decode_list(d, json_get(data, "conversation_history"), "conversation_history");
    const struct json *entry = json_first(list);
    int64_t at;
    int first = -1;
    if (!decode_blank(description)) {
        struct message *m = decode_message(d, NULL, "h", description);
        m->author_kind = AUTHOR_CUSTOMER;
        m->origin = ORIGIN_DESCRIPTION;
        first = 0;
        if (entry && same_text(d, entry_text(d, entry), description)) {
            if (entry_time(entry, &at))
                m->at = decode_clamp(d, at);
            entry = json_next(entry);
        }
    }
    for (; entry; entry = json_next(entry)) {
        struct message *m = add_entry(d, entry, "h", ORIGIN_HISTORY);
        if (m && first == 0 && m->at < d->obs->messages[0].at)
            d->obs->messages[0].at = m->at;
    }
}

static void read_attachments(struct decode *d, const struct json *data)
{
    const struct json *list = decode_list(d, json_get(data, "attachments"), "attachments");
    int64_t count = 0;
    for (const struct json *item = json_first(list); item; item = json_next(item))
        count += decode_given(item);
    if (!count)
        return;
    struct message *m = d->obs->message_count ? d->obs->messages : decode_message(d, NULL, "h", NULL);
    m->author_kind = m->author_kind ? m->author_kind : AUTHOR_CUSTOMER;
    m->origin = m->origin ? m->origin : ORIGIN_DESCRIPTION;
    m->assets = decode_json(d, list);
    m->asset_count = count;
}

static void read_ai_chat(struct decode *d, const struct json *data)
{
    const struct json *list = decode_list(d, json_get(data, "ai_chat_history"), "ai_chat_history");
    for (const struct json *entry = json_first(list); entry; entry = json_next(entry))
        add_entry(d, entry, "ai", ORIGIN_AI);
}

/* --- the members --- */

/* An enum word, freed of the page's own "optional, " if that slipped into the value. NULL: nothing said. */
static const char *clean_word(struct decode *d, const struct json *data, const char *name)
{
    static const char artefact[] = "optional, ";
    const char *raw = decode_optional(d, data, name);
    const char *word = raw ? decode_lower(d, raw) : NULL;
    if (word && strncmp(word, artefact, sizeof artefact - 1) == 0) {
        decode_warn(d, "artefact", name, false);
        word = decode_trim(d, word + sizeof artefact - 1);
    }
    return word && *word ? word : NULL;
}

static int read_enum(struct decode *d, const struct json *data, const char *name, const char *raw_field,
                     const struct decode_word *words)
{
    const char *word = clean_word(d, data, name);
    if (!word)
        return 0;
    int value = decode_word_value(d, word, words);
    if (value > 0) {
        observe_say_int(d->obs, name, value);
        return value;
    }
    decode_warn(d, "enum", name, false);
    observe_say_text(d->obs, raw_field, json_string(json_get(data, name)) ? json_string(json_get(data, name)) : word);
    return 0;
}

static void read_labels(struct decode *d, const struct json *data)
{
    static const struct decode_word categories[] = {
        {"bug", CATEGORY_BUG}, {"feature", CATEGORY_FEATURE}, {"question", CATEGORY_QUESTION},
        {"billing", CATEGORY_BILLING}, {"onboarding", CATEGORY_ONBOARDING}, {"other", CATEGORY_OTHER}, {NULL, 0}};
    static const struct decode_word priorities[] = {{"low", PRIORITY_LOW}, {"medium", PRIORITY_NORMAL},
                                                    {"high", PRIORITY_HIGH}, {"urgent", PRIORITY_URGENT}, {NULL, 0}};
    int category = read_enum(d, data, "category", "category_raw", categories);
    if (category)
        decode_extra(d, "category", "%s", category_word(category));
    read_enum(d, data, "priority", "priority_raw", priorities);
}

static void read_customer(struct decode *d, const struct json *data, const char *source)
{
    const struct json *id_node = json_get(data, "user_id");
    char *id = decode_id(d, id_node, "user_id");
    char *plan = decode_optional(d, data, "subscription_plan");
    if (!decode_given(id_node))
        decode_warn(d, "missing", "user_id", false);
    char *name = decode_required(d, data, "user_name"), *email = decode_required(d, data, "user_email");
    observe_say_text(d->obs, "plan", plan);
    decode_customer(d, id ? arena_printf(d->arena, "rbs:%s:%s", source, id) : NULL, id, name, email,
                    decode_optional(d, data, "user_phone"), plan);
}

static void read_tenant(struct decode *d, const struct json *root, const struct json *data)
{
    const char *organization = root == data ? NULL : decode_optional(d, root, "organizationId");
    const char *tenant = decode_optional(d, data, "tenant_id");
    if (organization && tenant)
        organization = arena_printf(d->arena, "%s/%s", organization, tenant);
    observe_say_text(d->obs, "tenant", organization ? organization : tenant);
}

static bool read_ticket(struct decode *d, const struct json *root, const struct json *data, const char *source)
{
    const char *id = decode_id(d, json_get(data, "source_ticket_id"), "source_ticket_id");
    if (!id)
        return decode_fatal(d, "source_ticket_id missing");
    decode_says(d, EFFECT_CREATE, KIND_CREATE);
    decode_ticket(d, id, arena_printf(d->arena, "rbs:%s:%s", source, id));
    d->obs->status_initial = true;
    observe_say_int(d->obs, "status", STATUS_NEW);
    observe_say_int(d->obs, "created_at", d->out->has_time ? d->out->occurred_at : d->in->received_at);
    observe_say_int(d->obs, "updated_at", d->out->has_time ? d->out->occurred_at : d->in->received_at);
    char *title = decode_required(d, data, "subject");
    observe_say_text(d->obs, "title", title);
    read_labels(d, data);
    read_customer(d, data, source);
    read_tenant(d, root, data);
    observe_say_text(d->obs, "metadata", decode_json(d, json_get(data, "metadata")));
    read_conversation(d, data, decode_required(d, data, "description"));
    d->obs->v.n = d->obs->message_count;
    read_attachments(d, data);
    read_ai_chat(d, data);
    decode_extra_title(d, title);
    return true;
}

static bool read_envelope(struct decode *d, const struct json *root)
{
    const struct json *data = json_get(root, "data");
    decode_key(d, "rbs", decode_id(d, json_get(root, "eventId"), "eventId"));
    if (!decode_given(json_get(root, "eventId")))
        decode_warn(d, "missing", "eventId", false);
    if (!decode_given(json_get(root, "timestamp")))
        decode_warn(d, "missing", "timestamp", false);
    decode_occurred(d, json_get(root, "timestamp"), "timestamp");
    if (strcmp(d->out->type, "support.ticket.created") == 0)
        decode_warn(d, "alias", "eventType", true);
    else if (strcmp(d->out->type, "support.ticket_created") != 0)
        return true;
    if (!json_is(data, JSON_OBJECT))
        return decode_fatal(d, "data is not an object");
    const char *source = decode_id(d, json_get(root, "source"), "source");
    if (!source)
        decode_warn(d, "missing", "source", false);
    return read_ticket(d, root, data, source ? source : "-");
}

static bool decode(struct arena *arena, const struct dialect_input *in, struct interpretation **out, int *count)
{
    struct decode d;
    if (!decode_begin(&d, arena, in))
        return decode_done(&d, out, count);
    const struct json *type = json_get(in->root, "eventType");
    d.obs->dialect = "rbs";
    decode_hash(&d, in->root, NULL);
    if (json_string(type) && *json_string(type)) {
        d.out->type = arena_strdup(arena, json_string(type));
        read_envelope(&d, in->root);
    } else if (!decode_given(type) && json_get(in->root, "source_ticket_id")) {
        d.out->type = "support.ticket_created";
        decode_key(&d, "rbs", NULL);
        read_ticket(&d, in->root, in->root, "-");
    } else {
        decode_fatal(&d, "eventType missing");
    }
    return decode_done(&d, out, count);
}

const struct dialect dialect_rbs = {
    .name = "rbs", .title = "Red Broom (Camino)", .badge = "RBS", .detect = detect, .decode = decode};
