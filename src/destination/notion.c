/* notion: an event as a page of a data source, or of a database where the version is 2022-06-28 (destinations.md 7). The text
 * is paragraphs of 2,000 characters; what one request cannot take follows in further exchanges of the same attempt. There is
 * no idempotency key, so after an attempt that may have arrived the first exchange asks for the Event ID: a page that is
 * there is gone on with, and counts as a duplicate. That question settles the doubt, so `ambiguous` leaves the memo with it;
 * a daemon that dies later puts it back. Memo: page, url; sent, the bytes of text that are on the page; found. Pure. */
#include "destination/destination.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"
#include "core/route.h"
#include <string.h>

enum { CONTENT_MAX = 2000, BLOCKS_MAX = 100, REQUEST_MAX = 400000, STORY_MAX = 400000, SHORT_MAX = 20000, SELECT_MAX = 100, WAIT_MS = 1000 };

static const char *const old_version = "2022-06-28", *const event_id = "Event ID";

static bool is_database(const struct config_destination *to)
{
    return str_eq(to->version, old_version);
}

/* --- properties --- */

/* What a page shows unless `columns` gives the same value another name, or further ones. */
static const struct config_column usual[] = {{"Name", "ticket.title"}, {"Event ID", "event.id"}, {"Ticket", "ticket.source_id"},
                                             {"Urgency", "classify.urgency"}, {"Tier", "ticket.plan"}, {"Channel", "ticket.channel"},
                                             {"Received", "event.received_at"}};
enum { USUAL = sizeof usual / sizeof *usual };

static struct json *rich_text(const char *text)
{
    struct json *list = json_array(), *node = json_object(), *inner = json_object();
    json_put_string(inner, "content", text);
    json_put_string(node, "type", "text");
    json_put(node, "text", inner);
    json_push(list, node);
    return list;
}

static struct json *member(const char *name, struct json *value)
{
    struct json *node = json_object();
    json_put(node, name, value);
    return node;
}

/* A name of a select holds no comma. */
static struct json *select_of(struct arena *arena, const char *text)
{
    char *name = arena_strdup(arena, destination_cut(arena, text, SELECT_MAX, CUT_UTF16, NULL));
    for (char *p = name; *p; p++)
        if (*p == ',')
            *p = ' ';
    return member("select", member("name", json_new_string(name)));
}

static struct json *date_of(const struct json *value)
{
    int64_t ms;
    char at[32];
    const char *text = json_i64(value, &ms) ? ms ? clock_format(ms, at) : NULL : json_string(value);
    return text && *text ? member("date", member("start", json_new_string(text))) : NULL;
}

static bool is_select(const char *path, const struct field *f)
{
    return str_starts(path, "classify.") || str_eq(path, "ticket.plan") || str_eq(path, "ticket.channel") || (f && f->type == FIELD_ENUM);
}

/* The type follows from what the value is; NULL: there is none. */
static struct json *property(struct arena *arena, const struct composing *c, const char *path)
{
    const struct field *f = str_starts(path, "ticket.") ? field_find(path + 7) : NULL;
    const char *reference = arena_printf(arena, str_starts(path, "payload") ? "$event.%s" : "$%s", path);
    AUTO_JSON value = route_value(arena, reference, c->letter);
    if (str_eq(path, "ticket.title"))
        return member("title", rich_text(destination_cut(arena, letter_headline(arena, c->letter), CONTENT_MAX, CUT_UTF16, c)));
    if (json_is(value, JSON_NULL))
        return NULL;
    if (str_eq(path, "event.received_at") || (f && f->type == FIELD_TIME))
        return date_of(value);
    if (json_is(value, JSON_NUMBER))
        return member("number", json_copy(value));
    if (json_is(value, JSON_BOOL))
        return member("checkbox", json_copy(value));
    const char *text = json_string(value) ? json_string(value) : json_print_in(arena, value);
    if (!*text)
        return NULL;
    return is_select(path, f) ? select_of(arena, text) : member("rich_text", rich_text(destination_cut(arena, text, CONTENT_MAX, CUT_UTF16, c)));
}

static const char *name_of(const struct config_destination *to, const char *path, const char *name)
{
    for (int i = 0; i < to->column_count; i++)
        if (str_eq(to->columns[i].value, path))
            return to->columns[i].name;
    return name;
}

static void put_property(struct arena *arena, const struct composing *c, struct json *all, const char *name, const char *path)
{
    struct json *value = json_get(all, name) ? NULL : property(arena, c, path);
    if (value)
        json_put(all, name, value);
}

/* The simpler form: what no database of ours can be without. The title answers to its id whatever it is called. */
static struct json *properties(struct arena *arena, const struct composing *c)
{
    struct json *all = json_object();
    if (json_get_bool(c->memo, "simple", false)) {
        put_property(arena, c, all, "title", "ticket.title");
        put_property(arena, c, all, name_of(c->to, "event.id", event_id), "event.id");
        return all;
    }
    for (int i = 0; i < USUAL; i++)
        put_property(arena, c, all, name_of(c->to, usual[i].value, usual[i].name), usual[i].value);
    for (int i = 0; i < c->to->column_count; i++)
        put_property(arena, c, all, c->to->columns[i].name, c->to->columns[i].value);
    return all;
}

/* --- the text as blocks --- */

static const char *story(struct arena *arena, const struct composing *c)
{
    if (json_get_bool(c->memo, "simple", false))
        return "";
    return destination_cut(arena, letter_story(arena, c->letter), json_get_bool(c->memo, "short", false) ? SHORT_MAX : STORY_MAX, CUT_CODE_POINTS, c);
}

/* Bytes of the next paragraph: 2,000 units at most, ending behind a line where one ends in its second half. */
static size_t paragraph(const char *text)
{
    const char *at = text, *end = text + strlen(text), *line = NULL;
    for (size_t n = 0; at < end;) {
        const char *before = at;
        n += text_next(&at, end) >= 0x10000 ? 2 : 1;
        if (n > CONTENT_MAX)
            return (size_t)((line ? line : before) - text);
        if (*before == '\n' && n > CONTENT_MAX / 2)
            line = at;
    }
    return (size_t)(end - text);
}

/* As JSON: a control character is six bytes, the others one or two. */
static size_t weight(const char *text, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned char)text[i] < 0x20 ? 6 : text[i] == '"' || text[i] == '\\' ? 2 : 1;
    return sum;
}

static struct json *block(struct arena *arena, const char *text, size_t n)
{
    struct json *node = json_object();
    n -= n && text[n - 1] == '\n';
    json_put_string(node, "object", "block");
    json_put_string(node, "type", "paragraph");
    json_put(node, "paragraph", member("rich_text", rich_text(arena_strndup(arena, text, n))));
    return node;
}

/* Where the next block begins. The text is the same on every attempt; should it be another after all, still a place in it. */
static size_t begin(const struct json *memo, const char *text)
{
    size_t from = (size_t)json_get_i64(memo, "sent", 0), n = strlen(text);
    from = from > n ? n : from;
    while (((unsigned char)text[from] & 0xc0) == 0x80)
        from++;
    return from;
}

/* The blocks of one request from byte `from` on, and where the next one begins. */
static struct json *blocks(struct arena *arena, const char *text, size_t *from)
{
    struct json *list = json_array();
    size_t sum = 0;
    for (int i = 0; i < BLOCKS_MAX && text[*from]; i++) {
        size_t n = paragraph(text + *from), more = weight(text + *from, n);
        if (i && sum + more > REQUEST_MAX)
            break;
        json_push(list, block(arena, text + *from, n));
        sum += more;
        *from += n;
    }
    return list;
}

/* --- the exchanges --- */

static struct json *create(struct arena *arena, const struct composing *c)
{
    struct json *root = json_object(), *parent = json_object();
    const char *type = is_database(c->to) ? "database_id" : "data_source_id";
    size_t from = 0;
    json_put_string(parent, "type", type);
    json_put_string(parent, type, c->to->channel);
    json_put(root, "parent", parent);
    json_put(root, "properties", properties(arena, c));
    struct json *children = blocks(arena, story(arena, c), &from);
    if (json_count(children))
        json_put(root, "children", children);
    else
        json_free(children);
    return root;
}

static struct json *query(const struct composing *c)
{
    struct json *root = json_object(), *filter = json_object(), *equals = json_object();
    json_put_string(filter, "property", name_of(c->to, "event.id", event_id));
    json_put_string(equals, "equals", c->letter->id);
    json_put(filter, "rich_text", equals);
    json_put(root, "filter", filter);
    json_put_i64(root, "page_size", 1);
    return root;
}

static struct json *append(struct arena *arena, const struct composing *c)
{
    const char *text = story(arena, c);
    size_t from = begin(c->memo, text);
    return member("children", blocks(arena, text, &from));
}

/* Which exchange it is, and its address, follow from the memo alone. */
enum exchange { ASK, CREATE, APPEND };
static enum exchange exchange_of(const struct json *memo)
{
    return json_get(memo, "page") ? APPEND : json_get_bool(memo, "ambiguous", false) ? ASK : CREATE;
}

static const char *address(struct arena *arena, const struct composing *c, enum exchange exchange)
{
    const char *base = c->to->url && *c->to->url ? c->to->url : "https://api.notion.com";
    switch (exchange) {
    case ASK:
        return arena_printf(arena, "%s/v1/%s/%s/query", base, is_database(c->to) ? "databases" : "data_sources", c->to->channel);
    case APPEND:
        return arena_printf(arena, "%s/v1/blocks/%s/children", base, json_get_string(c->memo, "page", ""));
    case CREATE:
        break;
    }
    return arena_printf(arena, "%s/v1/pages", base);
}

static bool is_id(const char *text)
{
    return destination_is_token(text) && text[strspn(text, "0123456789abcdefABCDEF-")] == '\0';
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    enum exchange exchange = exchange_of(c->memo);
    if (!destination_speaks(c->letter, err))
        return false;
    if (!destination_is_token(c->to->token) || !is_id(c->to->channel))
        return err_set(err, ERR_INPUT, "the token is not one, or the channel is no id of a data source");
    AUTO_JSON root = exchange == ASK ? query(c) : exchange == APPEND ? append(arena, c) : create(arena, c);
    *out = destination_post(arena, c, address(arena, c, exchange), "application/json", root);
    out->method = exchange == APPEND ? "PATCH" : NULL;
    destination_add_header(out, "Authorization", arena_printf(arena, "Bearer %s", c->to->token));
    destination_add_header(out, "Notion-Version", is_database(c->to) ? old_version : "2025-09-03");
    return true;
}

/* --- what an answer means --- */

static const struct destination_word codes[] = {{"validation_error", MEANS_SIMPLER}, {NULL, 0}};
static const struct destination_word statuses[] = {{"401", MEANS_DISABLE}, {"403", MEANS_DISABLE}, {"404", MEANS_DISABLE}, {"409", MEANS_RETRY},
                                                   {"413", MEANS_SHORTER}, {"429", MEANS_WAIT}, {"529", MEANS_WAIT}, {NULL, 0}};

static struct verdict next(struct json *memo)
{
    destination_note(memo, "again", "next");
    return (struct verdict){.kind = VERDICT_AGAIN};
}

static void note_page(struct json *memo, const struct json *page)
{
    const char *id = json_get_string(page, "id", NULL);
    destination_note(memo, "url", json_get_string(page, "url", NULL));
    if (id && is_id(id))
        destination_note(memo, "page", id);
}

/* What was just sent is on the page; is there more? */
static struct verdict sent(struct arena *arena, const struct composing *c, struct json *memo)
{
    const char *text = story(arena, c);
    size_t from = begin(memo, text);
    json_free(blocks(arena, text, &from));
    bool more = text[from] && json_get(memo, "page"), found = json_get_bool(memo, "found", false);
    json_drop(memo, "sent");
    json_put_i64(memo, "sent", (int64_t)from);
    if (more)
        return next(memo);
    return (struct verdict){.kind = VERDICT_DELIVERED, .duplicate = found, .note = text[from] ? "its text could not be gone on with" : NULL};
}

static struct verdict asked(struct arena *arena, const struct composing *c, const struct json *root, struct json *memo)
{
    const struct json *page = json_first(json_get(root, "results"));
    json_drop(memo, "ambiguous");
    if (!page)
        return next(memo);
    note_page(memo, page);
    json_put_bool(memo, "found", true);
    return sent(arena, c, memo);
}

/* A database without that property cannot be asked: a duplicate is better than a loss. */
static struct verdict refused(struct arena *arena, const struct reply *reply, const struct json *root, enum exchange exchange, struct verdict v,
                              struct json *memo)
{
    const char *code = json_get_string(root, "code", NULL);
    int meaning = reply->status == 400 ? destination_meaning(codes, code) : MEANS_NOTHING;
    if (meaning == MEANS_SIMPLER && exchange == ASK) {
        json_drop(memo, "ambiguous");
        return next(memo);
    }
    if (meaning == MEANS_NOTHING)
        meaning = destination_meaning(statuses, arena_printf(arena, "%lld", (long long)reply->status));
    if (exchange == APPEND && (meaning == MEANS_SIMPLER || meaning == MEANS_SHORTER || reply->status == 404))
        meaning = MEANS_DEAD; /* the page is made: there is no other form of what follows, and without it none */
    return destination_means(meaning, v, WAIT_MS, memo, code);
}

static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    struct verdict v = destination_judge_http(reply, c->now);
    const struct json *root = json_parse_in(arena, reply->body, reply->body_n, &json_limits_dialect, NULL, NULL);
    enum exchange exchange = exchange_of(c->memo);
    if (!reply->status)
        return v;
    if (v.kind != VERDICT_DELIVERED)
        return refused(arena, reply, root, exchange, v, memo);
    if (exchange == ASK)
        return asked(arena, c, root, memo);
    if (exchange == CREATE)
        note_page(memo, root);
    return sent(arena, c, memo);
}

const struct destination destination_notion = {.kind = DEST_NOTION, .name = "notion", .title = "Notion", .profile = PROFILE_DEFAULT, .timeout = 10000,
                                               .pace = {{3, 3, 1000}}, .compose = compose, .judge = judge};
