/* cstar: cStar's webhook events, both generations (2025: camelCase inside; 2026: snake_case), with or without the
 * flat keys, and the oldest shape where `data` is the ticket. Tickets are snapshots, `changes` says what moved and
 * beats them. Beside tickets come customers, articles and the game (boss, player, achievement) and surveys: those
 * are records. One table row per event type; an unknown type is stored. */
#include "dialect/decode.h"
#include "dialect/machine.h"
#include "base/str.h"
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum { CHANGES_CHECKED = 64 }; /* each costs a walk over the snapshot */
enum { PLAYERS_KEPT = 1000 };  /* of a boss's participants, as records of their own */

struct cstar {
    struct decode d;
    const struct json *root, *data, *changes;
    const struct type_row *row;
};
struct type_row {
    const char *type;
    int effect, kind;
    bool (*read)(struct cstar *c);
};

static int detect(const struct json *root)
{
    const char *id = json_string(json_get(root, "id"));
    bool mine = json_get(root, "type") &&
                (json_get(root, "data") || json_get(root, "team_id") || (id && str_starts(id, "evt_")));
    return mine ? DOOR_WEBHOOK : -1;
}

/* --- looking up --- */

/* A member in camelCase, else in snake_case. */
static const struct json *pick(const struct json *object, const char *camel)
{
    char snake[48];
    size_t n = 0;
    const struct json *node = json_get(object, camel);
    if (node || !object)
        return node;
    for (; *camel && n < sizeof snake - 2; camel++) {
        if (isupper((unsigned char)*camel))
            snake[n++] = '_';
        snake[n++] = (char)tolower((unsigned char)*camel);
    }
    snake[n] = 0;
    return json_get(object, snake);
}

/* What `changes` says a member became; NULL if it says nothing. */
static const struct json *changed_to(const struct cstar *c, const char *camel)
{
    const struct json *change = pick(c->changes, camel);
    return json_is(change, JSON_OBJECT) ? json_get(change, "to") : NULL;
}

/* The member's present value: the change, the snapshot, else the flat key. May be a JSON null that was said. */
static const struct json *value_of(const struct cstar *c, const struct json *object, const char *camel, const char *flat)
{
    const struct json *node = changed_to(c, camel);
    node = node ? node : pick(object, camel);
    return node || !flat ? node : json_get(c->root, flat);
}

static const char *key_of(struct cstar *c, const struct json *node, const char *field)
{
    const char *id = decode_id(&c->d, node, field);
    return id ? arena_printf(c->d.arena, "cstar:%s", id) : NULL;
}

/* An agent is named by an id or by an object that has one. */
static const char *agent_key(struct cstar *c, const struct json *node, const char *field)
{
    if (json_is(node, JSON_OBJECT))
        node = pick(node, "id") ? pick(node, "id") : pick(node, "userId");
    return key_of(c, node, field);
}

static bool same_value(struct cstar *c, const struct json *a, const struct json *b)
{
    return strcmp(json_print_in(c->d.arena, a), json_print_in(c->d.arena, b)) == 0;
}

/* A change whose `to` is not what the snapshot shows is believed, but noted. */
static void check_changes(struct cstar *c, const struct json *object)
{
    if (decode_given(json_get(c->data, "changes")) && !c->changes)
        decode_warn(&c->d, "type", "changes", false);
    int left = CHANGES_CHECKED;
    for (const struct json *m = json_first(c->changes); m && left > 0; m = json_next(m), left--) {
        const struct json *to = json_get(m, "to"), *shown = pick(object, json_name(m));
        if (decode_given(m) && (!json_is(m, JSON_OBJECT) || (to && shown && !same_value(c, to, shown))))
            decode_warn(&c->d, "changes", json_name(m), false);
    }
}

/* --- records --- */

enum member_type { TEXT, INT, TIME, BOOL, JSON, TAGS };
struct member {
    const char *camel, *name;
    enum member_type type;
};

static char *tags_json(struct cstar *c, const struct json *node, const char *field, int *count)
{
    AUTO_JSON out = json_array();
    *count = 0;
    for (const struct json *t = json_first(decode_list(&c->d, node, field)); t; t = json_next(t)) {
        char *text = decode_text(&c->d, t, field);
        if (text && *text) {
            json_push(out, json_new_string(text));
            ++*count;
        }
    }
    return json_print_in(c->d.arena, out);
}

static struct json *member_json(struct cstar *c, const struct json *node, const struct member *m)
{
    int64_t number;
    bool flag;
    int count;
    char *text;
    if (!decode_given(node))
        return NULL;
    switch (m->type) {
    case TEXT:
        text = decode_text(&c->d, node, m->camel);
        return text && *text ? json_new_string(text) : NULL;
    case INT:
        return decode_int(&c->d, node, m->camel, &number) ? json_new_i64(number) : NULL;
    case TIME:
        return decode_when(&c->d, node, m->camel, &number) ? json_new_i64(number) : NULL;
    case BOOL:
        return decode_flag(&c->d, node, m->camel, &flag) ? json_new_bool(flag) : NULL;
    case TAGS:
        return json_new_raw(tags_json(c, node, m->camel, &count));
    case JSON:
        text = decode_json(&c->d, node);
        return text ? json_new_raw(text) : NULL;
    }
    return NULL;
}

/* The members an object says (null says nothing), under our names. */
static struct json *record_data(struct cstar *c, const struct json *object, const struct member *members)
{
    struct json *data = json_object();
    for (; members->camel; members++) {
        struct json *value = member_json(c, value_of(c, object, members->camel, NULL), members);
        if (value && !json_get(data, members->name))
            json_put(data, members->name, value);
        else
            json_free(value);
    }
    return data;
}

static const struct json *object_of(const struct json *data, const char *name)
{
    const struct json *node = json_get(data, name);
    return json_is(node, JSON_OBJECT) ? node : NULL;
}

/* --- tickets --- */

static int status_of(struct cstar *c, const struct json *node, bool *custom)
{
    static const struct decode_word words[] = {{"new", STATUS_NEW}, {"open", STATUS_OPEN}, {"pending", STATUS_PENDING},
                                               {"resolved", STATUS_RESOLVED}, {"closed", STATUS_CLOSED}, {NULL, 0}};
    static const char *const waiting[] = {"wait", "hold", "pending", "customer"};
    const char *text = json_string(node);
    *custom = false;
    if (decode_given(node) && !text)
        decode_warn(&c->d, "type", "status", false);
    if (decode_blank(text))
        return STATUS_NONE;
    int status = decode_word_value(&c->d, text, words);
    if (status >= 0)
        return status;
    *custom = true;
    for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++)
        if (strstr(decode_lower(&c->d, text), waiting[i]))
            return STATUS_PENDING;
    return STATUS_OPEN;
}

static void read_status(struct cstar *c, const struct json *ticket)
{
    struct observation *obs = c->d.obs;
    const struct json *node = value_of(c, ticket, "status", NULL);
    bool custom, create = obs->kind == KIND_CREATE, close = obs->kind == KIND_CLOSE;
    int status = status_of(c, node, &custom);
    if (close && status && !ticket_done(status))
        decode_warn(&c->d, "conflict", "status", false);
    if (custom) {
        decode_warn(&c->d, "custom", "status", true);
        observe_say_text(obs, "status_raw", json_string(node));
    }
    if (close)
        status = status == STATUS_RESOLVED ? STATUS_RESOLVED : STATUS_CLOSED;
    else if (create && !status)
        status = STATUS_NEW;
    obs->status_initial = create;
    obs->status_guess = !status;
    if (status)
        observe_say_int(obs, "status", status);
}

static void read_priority(struct cstar *c, const struct json *ticket)
{
    static const struct decode_word words[] = {
        {"low", PRIORITY_LOW}, {"normal", PRIORITY_NORMAL}, {"medium", PRIORITY_NORMAL},
        {"high", PRIORITY_HIGH}, {"urgent", PRIORITY_URGENT}, {"critical", PRIORITY_URGENT}, {NULL, 0}};
    char *text = decode_text(&c->d, value_of(c, ticket, "priority", "ticket_priority"), "priority");
    int priority = decode_blank(text) ? 0 : decode_word_value(&c->d, text, words);
    if (priority > 0) {
        observe_say_int(c->d.obs, "priority", priority);
    } else if (priority < 0) {
        decode_warn(&c->d, "enum", "priority", false);
        observe_say_text(c->d.obs, "priority_raw", text);
    }
}

static void read_assignee(struct cstar *c, const struct json *ticket)
{
    const struct json *node = value_of(c, ticket, "assignedTo", NULL);
    if (!node && c->d.obs->kind == KIND_ASSIGN)
        node = pick(c->data, "assignee");
    if (!node)
        return;
    const char *key = agent_key(c, node, "assignedTo");
    if (key)
        observe_say_text(c->d.obs, "assignee", key);
    else
        observe_say_null(c->d.obs, "assignee");
}

static void read_customer(struct cstar *c, const struct json *ticket)
{
    struct decode *d = &c->d;
    const struct json *customer = object_of(c->data, "customer");
    const struct json *id = changed_to(c, "customerId"), *name = pick(customer, "name"), *email = pick(customer, "email");
    id = id ? id : pick(customer, "id");
    id = id ? id : pick(ticket, "customerId");
    name = name ? name : pick(ticket, "customerName");
    name = name ? name : json_get(c->root, "customer_name");
    email = email ? email : pick(ticket, "customerEmail");
    email = email ? email : json_get(c->root, "customer_email");
    char *source_id = decode_id(d, id, "customerId");
    decode_customer(d, source_id ? arena_printf(d->arena, "cstar:%s", source_id) : NULL, source_id,
                    decode_text(d, name, "customerName"), decode_text(d, email, "email"), NULL, NULL);
}

/* The flat copies must agree with what is nested. */
static void check_flat(struct cstar *c, const struct json *ticket)
{
    const struct json *customer = object_of(c->data, "customer");
    const struct json *name = pick(customer, "name"), *email = pick(customer, "email");
    const struct {
        const char *flat;
        const struct json *nested;
    } pairs[] = {{"ticket_id", pick(ticket, "id")}, {"ticket_title", pick(ticket, "title")},
                 {"ticket_priority", pick(ticket, "priority")},
                 {"customer_name", name ? name : pick(ticket, "customerName")}, {"customer_email", email}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct json *flat = json_get(c->root, pairs[i].flat);
        if (decode_given(flat) && pairs[i].nested && !same_value(c, flat, pairs[i].nested))
            decode_warn(&c->d, "conflict", "flat", false);
    }
}

static void read_tags(struct cstar *c, const struct json *ticket)
{
    const struct json *node = value_of(c, ticket, "tags", NULL);
    int count;
    if (!decode_given(node))
        return;
    observe_say_text(c->d.obs, "tags", tags_json(c, node, "tags", &count));
    if (count)
        decode_extra(&c->d, "tags", "%d", count);
}

static int64_t read_resolution(struct cstar *c, int64_t created_at)
{
    const struct json *resolution = object_of(c->data, "resolution");
    struct decode *d = &c->d;
    int64_t closed = 0, spent = 0;
    if (decode_when(d, pick(resolution, "closedAt"), "closedAt", &closed))
        observe_say_int(d->obs, "closed_at", closed);
    const char *by = agent_key(c, pick(resolution, "closedBy"), "closedBy");
    observe_say_text(d->obs, "closed_by", by);
    if (by)
        decode_extra(d, "closed_by", "%s", by);
    d->soft_types = true;
    bool has = decode_int(d, pick(resolution, "resolutionTime"), "resolutionTime", &spent);
    d->soft_types = false;
    if (has && spent < 0)
        decode_warn(d, "range", "resolutionTime", false);
    if (!has && closed && created_at) {
        spent = closed - created_at;
        has = true;
    }
    return has && spent >= 0 ? spent : -1;
}

static void read_close(struct cstar *c, int64_t created_at)
{
    int64_t spent = read_resolution(c, created_at);
    if (spent < 0)
        return;
    observe_say_int(c->d.obs, "resolution_ms", spent);
    decode_extra(&c->d, "resolution_ms", "%" PRId64, spent);
}

static void read_message(struct cstar *c)
{
    static const char *const bodies[] = {"content", "text", "body"};
    struct decode *d = &c->d;
    const struct json *message = object_of(c->data, "message");
    const char *body = NULL;
    if (!message) {
        decode_warn(d, "missing", "message", false);
        return;
    }
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies && !body; i++)
        body = decode_text(d, json_get(message, bodies[i]), bodies[i]);
    const char *id = decode_id(d, pick(message, "id"), "message.id");
    if (!id && d->out->key)
        id = arena_printf(d->arena, "ev:%s", strchr(d->out->key, ':') + 1);
    struct message *m = decode_message(d, id, "h", body);
    const char *sender = json_string(pick(message, "sender"));
    bool hidden = false;
    int64_t at;
    decode_flag(d, pick(message, "isInternal"), "isInternal", &hidden);
    m->author_kind = decode_role(sender ? decode_lower(d, sender) : NULL);
    m->origin = hidden ? ORIGIN_NOTE : ORIGIN_REPLY;
    m->is_public = !hidden;
    m->author = decode_text(d, pick(message, "senderName"), "senderName");
    m->automatic = machine_wrote(message, m->author);
    if (decode_when(d, pick(message, "createdAt"), "createdAt", &at))
        m->at = decode_clamp(d, at);
    const struct json *files = decode_list(d, pick(message, "attachments"), "attachments");
    m->assets = decode_json(d, files);
    m->asset_count = (int64_t)json_count(files);
}

static void read_place(struct cstar *c, const struct json *ticket)
{
    static const char *const known[] = {
        "id", "title", "status", "priority", "tags", "channel", "customerId", "customer_id", "customerName", "customer_name",
        "customerEmail", "customer_email", "assignedTo", "assigned_to", "createdAt", "created_at", "updatedAt", "updated_at",
        "prefixedId", "prefixed_id", "dashboardUrl", "dashboard_url", NULL};
    struct decode *d = &c->d;
    const char *team = decode_text(d, json_get(c->root, "team_id"), "team_id");
    observe_say_text(d->obs, "tenant", team && *team ? team : arena_strdup(d->arena, d->in->account));
    observe_say_text(d->obs, "channel", decode_text(d, pick(ticket, "channel"), "channel"));
    observe_say_text(d->obs, "ref", decode_text(d, pick(ticket, "prefixedId"), "prefixedId"));
    observe_say_text(d->obs, "url", decode_text(d, pick(ticket, "dashboardUrl"), "dashboardUrl"));
    if (c->data != ticket || !json_get(ticket, "changes"))
        observe_say_text(d->obs, "metadata", decode_rest(d, ticket, known));
}

static int64_t read_times(struct cstar *c, const struct json *ticket)
{
    struct decode *d = &c->d;
    int64_t created = 0, updated = 0;
    if (decode_when(d, pick(ticket, "createdAt"), "createdAt", &created))
        observe_say_int(d->obs, "created_at", created);
    if (decode_when(d, pick(ticket, "updatedAt"), "updatedAt", &updated))
        observe_say_int(d->obs, "updated_at", updated);
    else if (d->out->has_time)
        observe_say_int(d->obs, "updated_at", d->out->occurred_at);
    return created;
}

/* data.ticket; the oldest shape, where data is the ticket; or nothing, and the flat keys must do. */
static const struct json *find_ticket(struct cstar *c)
{
    const struct json *ticket = object_of(c->data, "ticket");
    if (ticket || !pick(c->data, "id"))
        return ticket;
    decode_warn(&c->d, "shape", "data", true);
    return c->data;
}

static bool read_ticket(struct cstar *c)
{
    struct decode *d = &c->d;
    const struct json *ticket = find_ticket(c);
    const struct json *id_node = pick(ticket, "id") ? pick(ticket, "id") : json_get(c->root, "ticket_id");
    const char *id = decode_id(d, id_node, "ticket_id");
    if (!id)
        return decode_fatal(d, "ticket id missing");
    decode_says(d, c->row->effect, c->row->kind);
    decode_ticket(d, id, arena_printf(d->arena, "cstar:%s", id));
    check_flat(c, ticket);
    check_changes(c, ticket);
    const char *title = decode_text(d, value_of(c, ticket, "title", "ticket_title"), "title");
    observe_say_text(d->obs, "title", title);
    read_status(c, ticket);
    read_priority(c, ticket);
    read_assignee(c, ticket);
    read_customer(c, ticket);
    read_place(c, ticket);
    int64_t created_at = read_times(c, ticket);
    if (c->row->kind == KIND_CLOSE)
        read_close(c, created_at);
    read_tags(c, ticket);
    if (c->row->kind == KIND_MESSAGE)
        read_message(c);
    d->obs->v.n = d->obs->message_count;
    decode_extra_title(d, title);
    return true;
}

/* --- customers and articles --- */

static bool read_customer_event(struct cstar *c)
{
    static const struct member members[] = {
        {"id", "source_id", TEXT}, {"name", "name", TEXT}, {"phone", "phone", TEXT}, {"status", "status", TEXT},
        {"tags", "tags", TAGS}, {"notes", "notes", TEXT}, {"customFields", "custom", JSON},
        {"ticketCount", "ticket_count", INT}, {"createdAt", "created_at", TIME}, {"updatedAt", "updated_at", TIME}, {NULL, NULL, TEXT}};
    static const struct decode_word feelings[] = {{"happy", 0}, {"positive", 0}, {"angry", 1}, {"negative", 1},
                                                  {"neutral", 2}, {"frustrated", 3}, {NULL, 0}};
    static const char *const names[] = {"positive", "negative", "neutral", "frustrated"};
    struct decode *d = &c->d;
    const struct json *customer = object_of(c->data, "customer");
    const char *key = key_of(c, pick(customer, "id"), "customer.id");
    if (!key)
        return decode_fatal(d, "customer id missing");
    check_changes(c, customer);
    struct json *data = record_data(c, customer, members);
    const char *email = decode_text(d, value_of(c, customer, "email", NULL), "email");
    const char *address = decode_email(d, email), *feeling = decode_text(d, value_of(c, customer, "sentiment", NULL), "sentiment");
    if (email && *email)
        json_put_string(data, address ? "email" : "email_raw", email);
    int found = decode_blank(feeling) ? -1 : decode_word_value(d, feeling, feelings);
    if (found >= 0)
        json_put_string(data, "sentiment", names[found]);
    else if (!decode_blank(feeling))
        decode_warn(d, "enum", "sentiment", false);
    json_put_bool(data, "active", strcmp(c->row->type, "customer.deleted") != 0);
    decode_record(d, "customer", key, data);
    decode_extra(d, "customer", "%s", key);
    return true;
}

static bool read_article(struct cstar *c)
{
    static const struct member members[] = {
        {"title", "title", TEXT}, {"slug", "slug", TEXT}, {"excerpt", "excerpt", TEXT}, {"content", "content", TEXT},
        {"category", "category", TEXT}, {"isPublic", "public", BOOL}, {"tags", "tags", TAGS},
        {"viewCount", "views", INT}, {"useCount", "uses", INT}, {"publishedAt", "published_at", TIME},
        {"createdAt", "created_at", TIME}, {"updatedAt", "updated_at", TIME}, {NULL, NULL, TEXT}};
    static const struct decode_word words[] = {{"draft", 0}, {"published", 1}, {"archived", 2}, {NULL, 0}};
    struct decode *d = &c->d;
    const struct json *article = object_of(c->data, "article");
    const char *key = key_of(c, pick(article, "id"), "article.id");
    if (!key)
        return decode_fatal(d, "article id missing");
    check_changes(c, article);
    struct json *data = record_data(c, article, members);
    bool published = strcmp(c->row->type, "article.published") == 0;
    char *said = decode_text(d, value_of(c, article, "status", NULL), "status");
    int status = decode_blank(said) ? -1 : decode_word_value(d, said, words);
    if (!decode_blank(said) && status < 0)
        decode_warn(d, "enum", "status", false);
    if (published && !decode_blank(said) && status != 1)
        decode_warn(d, "conflict", "status", true);
    status = published ? 1 : status;
    decode_extra(d, "article", "%s", key);
    if (status >= 0) {
        json_put_string(data, "status", words[status].word);
        decode_extra(d, "article_status", "%s", words[status].word);
    }
    if (strcmp(c->row->type, "article.deleted") == 0)
        json_put_bool(data, "deleted", true);
    decode_record(d, "article", key, data);
    return true;
}

/* --- the game --- */

static int64_t clamp_hp(struct cstar *c, int64_t hp, int64_t max)
{
    int64_t in = hp < 0 ? 0 : max >= 0 && hp > max ? max : hp;
    if (in != hp)
        decode_warn(&c->d, "range", "currentHp", false);
    return in;
}

static void put_player(struct cstar *c, const char *key, const struct json *name)
{
    struct json *data = json_object();
    const char *text = json_string(name);
    if (text && *text)
        json_put_string(data, "name", text);
    decode_record(&c->d, "player", key, data);
}

/* Damage summed per player, in order of first mention. */
static void read_participants(struct cstar *c, struct json *data)
{
    struct decode *d = &c->d;
    struct decode_map sums = {0};
    const struct json *list = json_get(c->data, "participants");
    AUTO_JSON order = json_array();
    int64_t total = 0, players = 0;
    for (const struct json *p = json_first(list); json_is(list, JSON_ARRAY) && p; p = json_next(p)) {
        const struct json *user = pick(p, "userId");
        int64_t damage;
        if (!json_is(p, JSON_OBJECT) || (!json_string(user) && !json_number(user)) ||
            !json_i64(json_get(p, "damage"), &damage) || damage > INT32_MAX || damage < -INT32_MAX)
            continue;
        const char *key = key_of(c, user, "participants.userId");
        if (!key)
            continue;
        int64_t *sum = decode_map_at(d->arena, &sums, key), *seen = decode_map_at(d->arena, &d->ids, key);
        *sum += damage;
        total += damage;
        if (!(*seen)++) {
            players++;
            json_push(order, json_new_string(key));
            if (players <= PLAYERS_KEPT)
                put_player(c, key, pick(p, "userName"));
        }
    }
    struct json *per = json_object();
    for (const struct json *k = json_first(order); k; k = json_next(k))
        json_put_i64(per, json_string(k), *decode_map_at(d->arena, &sums, json_string(k)));
    json_put(data, "damage", per);
    decode_extra(d, "damage", "%" PRId64, total);
    json_put_i64(data, "players", players);
}

static void read_defeat(struct cstar *c, struct json *data)
{
    struct decode *d = &c->d;
    const struct json *blow = object_of(c->data, "finalBlow") ? object_of(c->data, "finalBlow") : pick(c->data, "finalBlow");
    const struct json *rewards = object_of(c->data, "rewards");
    int64_t xp, gold;
    json_put_string(data, "state", "defeated");
    decode_extra(d, "boss_state", "defeated");
    read_participants(c, data);
    const char *by = agent_key(c, blow, "finalBlow");
    if (by) {
        json_put_string(data, "final_blow", by);
        decode_extra(d, "final_blow", "%s", by);
        put_player(c, by, pick(blow, "userName"));
    }
    json_put_i64(data, "hp", 0);
    decode_extra(d, "hp", "0");
    decode_extra(d, "players", "%" PRId64, json_get_i64(data, "players", 0));
    json_drop(data, "players");
    json_put_i64(data, "defeated_at", d->obs->v.t);
    if (decode_int(d, json_get(rewards, "xp"), "rewards.xp", &xp)) {
        json_put_i64(data, "reward_xp", xp);
        decode_extra(d, "xp", "%" PRId64, xp);
    }
    if (decode_int(d, json_get(rewards, "gold"), "rewards.gold", &gold))
        json_put_i64(data, "reward_gold", gold);
}

static void read_alive(struct cstar *c, const struct json *boss, struct json *data)
{
    struct decode *d = &c->d;
    int64_t max = json_get_i64(data, "max_hp", -1), hp;
    bool spawned = strcmp(c->row->type, "boss.spawned") == 0;
    bool known = decode_int(d, pick(boss, "currentHp"), "currentHp", &hp);
    if (!known && spawned && max >= 0) {
        hp = max;
        known = true;
    }
    json_put_string(data, "state", "alive");
    decode_extra(d, "boss_state", "alive");
    if (!known)
        return;
    hp = clamp_hp(c, hp, max);
    json_put_i64(data, "hp", hp);
    decode_extra(d, "hp", "%" PRId64, hp);
}

static bool read_boss(struct cstar *c)
{
    static const struct member members[] = {{"name", "name", TEXT}, {"tier", "tier", TEXT}, {"maxHp", "max_hp", INT},
                                            {"ticketsRequired", "tickets_required", INT},
                                            {"spawnedAt", "spawned_at", TIME}, {NULL, NULL, TEXT}};
    struct decode *d = &c->d;
    const struct json *boss = object_of(c->data, "boss");
    const char *key = key_of(c, pick(boss, "id"), "boss.id");
    if (!key)
        return decode_fatal(d, "boss id missing");
    struct json *data = record_data(c, boss, members);
    decode_extra(d, "boss", "%s", key);
    if (strcmp(c->row->type, "boss.defeated") == 0)
        read_defeat(c, data);
    else
        read_alive(c, boss, data);
    decode_record(d, "boss", key, data);
    return true;
}

static const struct json *player_id(const struct json *player)
{
    return pick(player, "userId") ? pick(player, "userId") : pick(player, "id");
}

static bool read_player(struct cstar *c)
{
    static const struct member members[] = {
        {"userName", "name", TEXT}, {"name", "name", TEXT}, {"newLevel", "level", INT}, {"level", "level", INT},
        {"totalXp", "xp", INT}, {"gold", "gold", INT}, {"currentStreak", "streak", INT}, {"streak", "streak", INT}, {NULL, NULL, TEXT}};
    struct decode *d = &c->d;
    const struct json *player = object_of(c->data, "player");
    const char *key = key_of(c, player_id(player), "player.userId");
    int64_t before, after;
    if (!key)
        return decode_fatal(d, "player id missing");
    struct json *data = record_data(c, player, members);
    if (json_i64(pick(player, "oldLevel"), &before) && json_i64(pick(player, "newLevel"), &after) && after < before)
        decode_warn(d, "range", "newLevel", false);
    if (json_get(data, "level"))
        decode_extra(d, "level", "%" PRId64, json_get_i64(data, "level", 0));
    decode_extra(d, "player", "%s", key);
    if (json_get(data, "xp"))
        decode_extra(d, "xp", "%" PRId64, json_get_i64(data, "xp", 0));
    decode_record(d, "player", key, data);
    return true;
}

static bool read_achievement(struct cstar *c)
{
    static const struct member members[] = {{"name", "name", TEXT}, {"description", "description", TEXT}, {"tier", "tier", TEXT},
                                            {"xpReward", "xp", INT}, {"xp", "xp", INT}, {"unlockedAt", "unlocked_at", TIME}, {NULL, NULL, TEXT}};
    struct decode *d = &c->d;
    const struct json *achievement = object_of(c->data, "achievement"), *player = object_of(c->data, "player");
    const char *key = key_of(c, pick(achievement, "id"), "achievement.id");
    const char *by = key_of(c, player_id(player), "player.userId");
    if (!key)
        return decode_fatal(d, "achievement id missing");
    struct json *data = record_data(c, achievement, members);
    json_put_string(data, "achievement", key);
    decode_extra(d, "achievement", "%s", key);
    if (!json_get(data, "unlocked_at"))
        json_put_i64(data, "unlocked_at", d->obs->v.t);
    if (by) {
        json_put_string(data, "player", by);
        decode_extra(d, "player", "%s", by);
        put_player(c, by, pick(player, "userName"));
    }
    decode_record(d, "achievement", by ? arena_printf(d->arena, "%s#%s", key, by) : key, data);
    return true;
}

static void read_rating(struct cstar *c, const struct json *survey, struct json *data)
{
    const struct json *node = json_get(survey, "rating") ? json_get(survey, "rating") : json_get(survey, "score");
    int64_t rating;
    if (!decode_given(node))
        decode_warn(&c->d, "missing", "rating", false);
    if (!decode_int(&c->d, node, "rating", &rating))
        return;
    if (rating < 1 || rating > 5)
        decode_warn(&c->d, "range", "rating", false);
    json_put_i64(data, "rating", rating);
    decode_extra(&c->d, "rating", "%" PRId64, rating);
}

/* A survey names a ticket and a customer, but makes neither. */
static bool read_survey(struct cstar *c)
{
    static const struct member members[] = {{"comment", "comment", TEXT}, {"submittedAt", "submitted_at", TIME}, {NULL, NULL, TEXT}};
    struct decode *d = &c->d;
    const struct json *survey = object_of(c->data, "survey"), *ticket = object_of(c->data, "ticket");
    const char *key = key_of(c, pick(survey, "id"), "survey.id");
    const struct json *id = pick(survey, "ticketId") ? pick(survey, "ticketId") : pick(ticket, "id");
    if (!key)
        return decode_fatal(d, "survey id missing");
    struct json *data = record_data(c, survey, members);
    read_rating(c, survey, data);
    const char *source_id = decode_id(d, id, "ticketId");
    const char *about = source_id ? arena_printf(d->arena, "cstar:%s", source_id) : NULL;
    const char *customer = key_of(c, pick(object_of(c->data, "customer"), "id"), "customer.id");
    decode_extra(d, "survey", "%s", key);
    if (about) {
        decode_says(d, EFFECT_SURVEY, KIND_REFER);
        decode_ticket(d, source_id, about);
        json_put_string(data, "ticket", about);
        decode_extra(d, "ticket", "%s", about);
    }
    if (customer)
        json_put_string(data, "customer", customer);
    decode_record(d, "survey", key, data);
    return true;
}

/* --- the types --- */

static const struct type_row types[] = {
    {"ticket.created", EFFECT_CREATE, KIND_CREATE, read_ticket},
    {"ticket.updated", EFFECT_UPDATE, KIND_UPDATE, read_ticket},
    {"ticket.closed", EFFECT_CLOSE, KIND_CLOSE, read_ticket},
    {"ticket.assigned", EFFECT_ASSIGN, KIND_ASSIGN, read_ticket},
    {"ticket.message_added", EFFECT_MESSAGE, KIND_MESSAGE, read_ticket},
    {"ticket.deleted", EFFECT_DELETE, KIND_DELETE, read_ticket},
    {"customer.created", EFFECT_CUSTOMER, KIND_NONE, read_customer_event},
    {"customer.updated", EFFECT_CUSTOMER, KIND_NONE, read_customer_event},
    {"customer.deleted", EFFECT_CUSTOMER, KIND_NONE, read_customer_event},
    {"article.created", EFFECT_ARTICLE, KIND_NONE, read_article},
    {"article.updated", EFFECT_ARTICLE, KIND_NONE, read_article},
    {"article.published", EFFECT_ARTICLE, KIND_NONE, read_article},
    {"article.deleted", EFFECT_ARTICLE, KIND_NONE, read_article},
    {"boss.spawned", EFFECT_BOSS, KIND_NONE, read_boss},
    {"boss.damaged", EFFECT_BOSS, KIND_NONE, read_boss},
    {"boss.defeated", EFFECT_BOSS, KIND_NONE, read_boss},
    {"player.level_up", EFFECT_PLAYER, KIND_NONE, read_player},
    {"player.xp_gained", EFFECT_PLAYER, KIND_NONE, read_player},
    {"player.quest_completed", EFFECT_PLAYER, KIND_NONE, read_player},
    {"player.streak_milestone", EFFECT_PLAYER, KIND_NONE, read_player},
    {"achievement.unlocked", EFFECT_ACHIEVEMENT, KIND_NONE, read_achievement},
    {"player.achievement_unlocked", EFFECT_ACHIEVEMENT, KIND_NONE, read_achievement},
    {"survey.submitted", EFFECT_SURVEY, KIND_NONE, read_survey},
};

static const struct type_row *row_of(const char *type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0)
            return &types[i];
    return NULL;
}

static const char *header(const struct dialect_input *in, const char *name)
{
    return in->header ? in->header(in->header_arg, name) : NULL;
}

static const char *type_of(const struct dialect_input *in)
{
    const struct json *node = json_get(in->root, "type");
    const char *type = decode_given(node) ? json_string(node) : header(in, "X-Event-Type");
    return type && *type ? type : NULL;
}

/* The event's time: created_at, else X-Timestamp (text, so it is read like a member). */
static void read_time(struct cstar *c)
{
    struct decode *d = &c->d;
    const char *stamp = header(d->in, "X-Timestamp");
    const struct json *node = json_get(c->root, "created_at");
    if (!decode_given(node))
        decode_warn(d, "missing", "created_at", c->data != NULL);
    if (!decode_occurred(d, node, "created_at") && stamp) {
        AUTO_JSON text = json_new_string(stamp);
        decode_occurred(d, text, "X-Timestamp");
    }
}

static void read_envelope(struct cstar *c)
{
    struct decode *d = &c->d;
    const struct json *data = json_get(c->root, "data"), *id = json_get(c->root, "id");
    c->data = json_is(data, JSON_OBJECT) ? data : NULL;
    c->changes = object_of(c->data, "changes");
    if (!decode_given(id))
        decode_warn(d, "missing", "id", false);
    decode_key(d, "cstar", decode_id(d, id, "id"));
    read_time(c);
    if (!decode_given(json_get(c->root, "team_id")))
        decode_warn(d, "missing", "team_id", c->data != NULL);
    if (!c->data)
        decode_warn(d, decode_given(data) ? "type" : "missing", "data", false);
}

static bool decode(struct arena *arena, const struct dialect_input *in, struct interpretation **out, int *count)
{
    static const char *const flat[] = {"ticket_id", "ticket_title", "ticket_priority", "customer_name", "customer_email", NULL};
    struct cstar c = {.root = in->root};
    if (!decode_begin(&c.d, arena, in))
        return decode_done(&c.d, out, count);
    c.d.obs->dialect = "cstar";
    const char *type = type_of(in);
    if (!type) {
        decode_fatal(&c.d, "type missing");
        return decode_done(&c.d, out, count);
    }
    c.d.out->type = arena_strdup(arena, type);
    decode_hash(&c.d, in->root, flat);
    read_envelope(&c);
    c.row = row_of(c.d.out->type);
    if (c.row) {
        decode_says(&c.d, c.row->effect, c.row->kind);
        c.row->read(&c);
    }
    return decode_done(&c.d, out, count);
}

const struct dialect dialect_cstar = {
    .name = "cstar", .title = "cStar", .badge = "CSTAR", .detect = detect, .decode = decode};
