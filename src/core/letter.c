/* letter: reading it for people, and hiding in it. Pure; any thread. */
#include "core/letter.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "core/redact.h"
#include <string.h>

static const char *payload_text(const struct letter *l, const char *name)
{
    const char *text = json_string(json_path(l->payload, name));
    return text && *text ? text : NULL;
}

const char *letter_title(const struct letter *l)
{
    if (l->ticket && l->ticket->title)
        return l->ticket->title;
    const char *title = payload_text(l, "subject");
    return title ? title : l->type ? l->type : "";
}

const char *letter_text(const struct letter *l)
{
    if (l->message && l->message->body)
        return l->message->body;
    const char *text = payload_text(l, "body");
    return text ? text : l->why ? l->why : "";
}

const char *letter_urgency(const struct letter *l)
{
    return l->ticket ? urgency_word(l->ticket->urgency) : "";
}

const char *letter_ticket_id(const struct letter *l)
{
    return l->ticket && l->ticket->source_id ? l->ticket->source_id : "";
}

/* --- for people --- */

enum { STORY_MAX = 64 << 10, LIST_MAX = 20 };

static const char *one_line(struct arena *arena, const char *text)
{
    char *line = arena_strdup(arena, text);
    for (char *p = line; *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = ' ';
    return line;
}

/* "player.level_up" -> "Player level up". */
static const char *type_in_words(struct arena *arena, const struct letter *l)
{
    char *words = arena_strdup(arena, l->type && *l->type ? l->type : "event");
    for (char *p = words; *p; p++)
        if (*p == '.' || *p == '_')
            *p = ' ';
    if (*words >= 'a' && *words <= 'z')
        *words = (char)(*words - 'a' + 'A');
    return words;
}

static const struct json *record_data(struct arena *arena, const struct letter *l)
{
    const char *data = l->record ? l->record->data : NULL;
    return data ? json_parse_in(arena, data, strlen(data), &json_limits_dialect, NULL, NULL) : NULL;
}

static const char *record_name(struct arena *arena, const struct letter *l)
{
    static const char *const names[] = {"name", "title", "agent", "userName", "user_name"};
    const struct json *data = record_data(arena, l);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (*json_get_string(data, names[i], ""))
            return json_get_string(data, names[i], "");
    return l->record && l->record->key ? l->record->key : "";
}

const char *letter_headline(struct arena *arena, const struct letter *l)
{
    const char *title = letter_title(l), *urgency = letter_urgency(l);
    if (l->of == LETTER_DESK && (str_eq(title, l->type) || !*title)) {
        const char *name = record_name(arena, l);
        title = arena_printf(arena, "%s%s%s", type_in_words(arena, l), *name ? ": " : "", name);
    }
    if (!*title)
        title = type_in_words(arena, l);
    int also = l->page ? json_count(l->page->also) : 0;
    if (l->page)
        title = arena_printf(arena, "page%s%s: %s%s", *l->page->agent ? " for " : "", l->page->agent, title,
                             also ? arena_printf(arena, " (and %d more)", also) : "");
    return one_line(arena, *urgency ? arena_printf(arena, "[%s] %s", urgency, title) : title);
}

static bool is_time(const char *name)
{
    const struct field *f = field_find(name);
    size_t n = strlen(name);
    return f ? f->type == FIELD_TIME : n > 3 && strcmp(name + n - 3, "_at") == 0;
}

static void add_value(struct str *out, const char *name, const struct json *value)
{
    int64_t number;
    bool flag;
    char at[32];
    if (json_is(value, JSON_STRING))
        str_adds(out, json_string(value));
    else if (json_i64(value, &number) && number > 0 && is_time(name))
        str_adds(out, clock_format(number, at));
    else if (json_is(value, JSON_NUMBER))
        str_adds(out, json_number(value));
    else if (json_bool(value, &flag))
        str_adds(out, flag ? "yes" : "no");
    else
        str_adds(out, "nothing");
}

static bool is_nest(const struct json *node)
{
    return json_is(node, JSON_OBJECT) || json_is(node, JSON_ARRAY);
}

/* "a, b" of a list, "xp 500, gold 250" of an object, "agent ana, damage 120; agent bo, damage 30" of a list of those; what
 * lies deeper is for machines. */
static void add_nest(struct str *out, const struct json *nest, const char *between)
{
    int n = 0;
    for (const struct json *m = json_first(nest); m && n < LIST_MAX; m = json_next(m), n++) {
        const char *name = json_is(nest, JSON_OBJECT) ? json_name(m) : "";
        str_addf(out, "%s%s%s", n ? between : "", name, *name ? " " : "");
        if (!is_nest(m))
            add_value(out, name, m);
        else if (*between == ';')
            add_nest(out, m, ", ");
        else
            str_adds(out, "\xe2\x80\xa6");
    }
    if (json_count(nest) > LIST_MAX)
        str_addf(out, "%s\xe2\x80\xa6", between);
}

static void add_any(struct str *out, const char *name, const struct json *value)
{
    if (is_nest(value))
        add_nest(out, value, is_nest(json_first(value)) ? "; " : ", ");
    else
        add_value(out, name, value);
}

static void add_name(struct str *out, const char *name)
{
    str_adds(out, out->len ? "\n" : "");
    for (const char *p = name; *p; p++)
        str_addc(out, *p == '_' ? ' ' : *p);
    str_adds(out, ": ");
}

static void add_changes(struct str *out, const struct json *changes)
{
    for (const struct json *c = json_first(changes); c; c = json_next(c)) {
        const struct json *name = json_first(c), *old = json_next(name), *now = json_next(old);
        if (!json_string(name))
            continue;
        add_name(out, json_string(name));
        add_any(out, json_string(name), old);
        str_adds(out, " \xe2\x86\x92 ");
        add_any(out, json_string(name), now);
    }
}

static void add_record(struct str *out, const struct json *data)
{
    for (const struct json *m = json_first(data); m; m = json_next(m)) {
        if (json_is(m, JSON_NULL))
            continue;
        add_name(out, json_name(m));
        add_any(out, json_name(m), m);
    }
}

static void add_paragraph(struct str *out, const char *text)
{
    if (text && *text)
        str_addf(out, "%s%s", out->len ? "\n\n" : "", text);
}

static bool is_blank(const char *text)
{
    return !text[strspn(text, " \t\r\n")];
}

/* What whoever is woken needs: why, which step this is, what else, and the words that stop it. */
static void add_page(struct str *out, const struct letter *l)
{
    const struct letter_page *p = l->page;
    long long ticket = l->ticket ? (long long)l->ticket->id : 0;
    str_addf(out, "%sstep %d", out->len ? "\n" : "", p->step + 1);
    if (p->steps)
        str_addf(out, " of %d", p->steps);
    if (p->loop)
        str_addf(out, ", round %d", p->loop + 1);
    if (p->policy)
        str_addf(out, ", policy %s", p->policy);
    for (const struct json *m = json_first(p->also); m; m = json_next(m))
        str_addf(out, "\nalso #%lld %s: %s", (long long)json_get_i64(m, "ticket", 0), json_get_string(m, "title", ""), json_get_string(m, "why", ""));
    str_addf(out, "\nacknowledge: K on #%lld in the console, or triage ack %lld", ticket, ticket);
    for (const struct json *m = json_first(p->also); m; m = json_next(m))
        str_addf(out, " %lld", (long long)json_get_i64(m, "ticket", 0));
}

/* Of our own events; theirs speak for themselves. */
static const char *desk_story(struct arena *arena, const struct letter *l)
{
    AUTO_STR out;
    str_init(&out, STORY_MAX);
    add_paragraph(&out, l->why);
    if (l->page)
        add_page(&out, l);
    add_changes(&out, l->changes);
    add_record(&out, record_data(arena, l));
    add_paragraph(&out, l->message ? l->message->body : NULL);
    size_t n = out.len;
    while (out.cut && n && !text_valid(out.data, n))
        n--;
    return arena_strndup(arena, out.data, n);
}

const char *letter_story(struct arena *arena, const struct letter *l)
{
    const char *text = l->of == LETTER_DESK ? desk_story(arena, l) : letter_text(l);
    return is_blank(text) ? type_in_words(arena, l) : text;
}

int letter_facts(struct arena *arena, const struct letter *l, struct letter_fact facts[LETTER_FACTS])
{
    const struct ticket *t = l->ticket;
    const char *id = letter_ticket_id(l), *number = t && t->id ? arena_printf(arena, "#%lld", (long long)t->id) : NULL;
    const struct letter_fact all[LETTER_FACTS] = {{"Ticket", *id ? id : number},
                                                  {"Tier", t ? t->plan : payload_text(l, "customer_tier")},
                                                  {"Channel", t ? t->channel : payload_text(l, "channel")},
                                                  {"Type", l->type}};
    int n = 0;
    for (int i = 0; i < LETTER_FACTS; i++)
        if (all[i].value && *all[i].value)
            facts[n++] = (struct letter_fact){all[i].name, one_line(arena, all[i].value)};
    return n;
}

const char *letter_stamp(struct arena *arena, const struct letter *l)
{
    char at[32];
    return arena_printf(arena, "%s \xc2\xb7 %s", l->id, clock_format(l->at, at));
}

const char *letter_id(struct arena *arena, const char *desk, int64_t entry, int64_t nth)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    enum { LENGTH = 12 };
    char *from = arena_printf(arena, "%s\x1f%lld\x1f%lld", desk ? desk : "", (long long)entry, (long long)nth), id[LENGTH + 1];
    uint8_t hash[32];
    crypto_sha256(from, strlen(from), hash);
    for (int i = 0; i < LENGTH; i++) /* 36 of 65536: the bias is under one in a thousand */
        id[i] = digits[((unsigned)hash[2 * i] << 8 | hash[2 * i + 1]) % 36];
    id[LENGTH] = 0;
    return arena_printf(arena, "evt_%s", id);
}

/* --- hiding --- */

struct hiding {
    struct arena *arena;
    const struct letter_redaction *how;
    struct config_redact all, listed; /* for any string; for one of the route's fields */
};

static void merge(const struct config_redact *to, const struct config_redact *route, struct config_redact *out)
{
    for (int i = 0; i < REDACT_ENTITIES; i++)
        out->mode[i] = to->mode[i] ? to->mode[i] : route ? route->mode[i] : REDACT_UNSET;
}

/* "payload.body" names that member and what people are shown of it: the text of a message is a body wherever it stands. */
static bool is_listed(const struct letter_redaction *how, const char *path)
{
    static const char *const same[][5] = {{"body", "text", "description", "content", NULL}, {"title", "subject", "summary", NULL}};
    if (!how->route)
        return false;
    if (!how->field_count)
        return true;
    const char *leaf = strrchr(path, '.');
    leaf = leaf ? leaf + 1 : path;
    for (int i = 0; i < how->field_count; i++) {
        const char *field = how->fields[i], *end = strrchr(field, '.');
        size_t n = strlen(field);
        end = end ? end + 1 : field;
        if (str_eq(field, path) || (strncmp(path, field, n) == 0 && path[n] == '.'))
            return true;
        for (size_t g = 0; g < sizeof same / sizeof *same; g++) {
            bool mine = false, theirs = false;
            for (int w = 0; same[g][w]; w++) {
                mine |= str_eq(same[g][w], leaf);
                theirs |= str_eq(same[g][w], end);
            }
            if (mine && theirs)
                return true;
        }
    }
    return false;
}

static const char *hide(const struct hiding *h, const char *path, const char *text)
{
    const char *leaf = strrchr(path, '.');
    return redact_member(h->arena, leaf ? leaf + 1 : NULL, text, is_listed(h->how, path) ? &h->listed : &h->all, h->how->salt);
}

static struct json *hide_json(const struct hiding *h, const char *path, const struct json *node)
{
    if (json_is(node, JSON_STRING))
        return json_new_string(hide(h, path, json_string(node)));
    if (json_is(node, JSON_NUMBER)) { /* a card number need not stand in quotes */
        const char *text = json_number(node), *safe = hide(h, path, text);
        return safe == text ? json_copy(node) : json_new_string(safe);
    }
    bool object = json_is(node, JSON_OBJECT);
    if (!object && !json_is(node, JSON_ARRAY))
        return json_copy(node);
    struct json *out = object ? json_object() : json_array();
    for (const struct json *m = json_first(node); m; m = json_next(m)) {
        struct json *safe = hide_json(h, object ? arena_printf(h->arena, "%s%s%s", path, *path ? "." : "", json_name(m)) : path, m);
        if (object)
            json_put(out, hide(h, "", json_name(m)), safe);
        else
            json_push(out, safe);
    }
    return out;
}

static const struct json *hidden(const struct hiding *h, const char *path, const struct json *node)
{
    if (!node)
        return NULL;
    return json_keep_in(h->arena, hide_json(h, path, node));
}

/* What a file is called, and where it lies, is as free as any text. */
static const char *hide_assets(const struct hiding *h, const char *assets)
{
    const struct json *list = assets ? json_parse_in(h->arena, assets, strlen(assets), &json_limits_dialect, NULL, NULL) : NULL;
    return list ? json_print_in(h->arena, hidden(h, "message.assets", list)) : NULL;
}

static struct message *hide_message(const struct hiding *h, const struct message *m)
{
    struct message *out = ARENA_NEW(h->arena, struct message);
    *out = *m;
    out->body = hide(h, "message.body", m->body);
    out->author = hide(h, "message.author", m->author);
    out->assets = hide_assets(h, m->assets);
    return out;
}

/* Every text of the ticket: identity too, for an id may be an address. */
static const struct ticket *hide_ticket(const struct hiding *h, const struct ticket *t)
{
    struct ticket *out = ticket_copy(h->arena, t);
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        const char *text = field_is_text(f) ? field_text(t, f) : NULL;
        if (!text)
            continue;
        if (f->type == FIELD_TEXT) {
            field_set_text(out, f, hide(h, arena_printf(h->arena, "ticket.%s", f->name), text));
            continue;
        }
        struct json *value = json_parse_in(h->arena, text, strlen(text), &json_limits_dialect, NULL, NULL);
        field_set_text(out, f, value ? json_print_in(h->arena, hidden(h, arena_printf(h->arena, "ticket.%s", f->name), value)) : NULL);
    }
    return out;
}

static bool hides_anything(const struct config_redact *r)
{
    for (int i = 0; i < REDACT_ENTITIES; i++)
        if (r->mode[i] > REDACT_RAW)
            return true;
    return false;
}

const struct letter *letter_redact(struct arena *arena, const struct letter *l, const struct letter_redaction *how)
{
    struct hiding h = {.arena = arena, .how = how};
    merge(&how->to, NULL, &h.all);
    merge(&how->to, &how->fields_mode, &h.listed);
    if (!hides_anything(&h.all) && !(how->route && hides_anything(&h.listed)))
        return l;
    struct letter *out = ARENA_NEW(arena, struct letter);
    *out = *l;
    out->payload = hidden(&h, "payload", l->payload);
    out->changes = hidden(&h, "changes", l->changes);
    out->entity = hidden(&h, "entity", l->entity);
    out->why = hide(&h, "why", l->why);
    if (l->page) {
        struct letter_page *page = ARENA_NEW(arena, struct letter_page);
        *page = *l->page;
        page->also = hidden(&h, "also", l->page->also);
        out->page = page;
    }
    if (l->ticket)
        out->ticket = hide_ticket(&h, l->ticket);
    if (l->message)
        out->message = hide_message(&h, l->message);
    out->messages = ARENA_ARRAY(arena, struct message, l->message_count);
    for (int i = 0; i < l->message_count; i++)
        out->messages[i] = *hide_message(&h, &l->messages[i]);
    if (l->record) {
        struct record *r = ARENA_NEW(arena, struct record);
        const struct json *data = json_parse_in(arena, l->record->data, strlen(l->record->data), &json_limits_dialect, NULL, NULL);
        *r = (struct record){l->record->kind, hide(&h, "record.key", l->record->key), data ? json_print_in(arena, hidden(&h, "record", data)) : "{}"};
        out->record = r;
    }
    return out;
}
