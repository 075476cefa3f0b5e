/* destination: the table of kinds, and what they share: an answer's generic meaning, Retry-After, cutting a text on a code
 * point, what an address may show. Dates are read by hand because libc's parser follows the locale and curl's belongs to
 * another floor. Pure; used on the courier's thread. */
#include "destination/destination.h"
#include "base/str.h"
#include "base/text.h"
#include "base/zone.h"
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define X(name) extern const struct destination destination_##name;
#include "destination/list.def"
#undef X
#define X(name) &destination_##name,
static const struct destination *const kinds[] = {
#include "destination/list.def"
};
#undef X

const struct destination *destination_of(int kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i]->kind == kind)
            return kinds[i];
    return NULL;
}

/* --- answers --- */

struct verdict destination_no_answer(const struct reply *reply)
{
    return (struct verdict){.kind = VERDICT_RETRY, .ambiguous = reply->sent && reply->fault != REPLY_REFUSED};
}

static bool may_pass(int64_t status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500 || status / 100 == 3 || status < 200;
}

struct verdict destination_judge_http(const struct reply *reply, int64_t now)
{
    if (!reply->status)
        return destination_no_answer(reply);
    struct verdict v = {.kind = VERDICT_DEAD, .retry_after = destination_retry_after(reply->retry_after, now)};
    if (reply->status / 100 == 2)
        return (struct verdict){.kind = VERDICT_DELIVERED};
    if (may_pass(reply->status))
        v.kind = (reply->status == 429 || reply->status == 529) && v.retry_after ? VERDICT_WAIT : VERDICT_RETRY;
    v.disable = reply->status == 410;
    return v;
}

const char *destination_action(struct arena *arena, const struct verdict *v, const struct json *memo, int64_t status)
{
    static const char *const words[] = {[VERDICT_RETRY] = "retry", [VERDICT_LATER] = "later", [VERDICT_DELIVERED] = "ok", [VERDICT_DEAD] = "dead",
                                        [VERDICT_SKIPPED] = "skipped"};
    const char *word;
    (void)status;
    if (v->kind == VERDICT_WAIT)
        word = v->retry_after % 1000 ? arena_printf(arena, "wait:%lld.%03lld", (long long)(v->retry_after / 1000), (long long)(v->retry_after % 1000)) :
                                       arena_printf(arena, "wait:%lld", (long long)(v->retry_after / 1000));
    else if (v->kind == VERDICT_AGAIN)
        word = json_get_string(memo, "again", "again");
    else if (v->kind == VERDICT_RETRY && v->retry_after)
        word = arena_printf(arena, "retry>=%lld", (long long)(v->retry_after / 1000));
    else
        word = words[v->kind];
    if (v->kind == VERDICT_WAIT && v->retry_after % 1000) /* without noughts at the end */
        word = arena_strndup(arena, word, strlen(word) - (v->retry_after % 10 ? 0 : v->retry_after % 100 ? 1 : 2));
    return arena_printf(arena, "%s%s%s%s%s", word, v->all ? "+all" : "", v->duplicate ? "+duplicate" : "",
                        !v->disable ? "" : v->kind == VERDICT_DEAD ? "+disable" : "+disable-when-dead", v->ambiguous ? "+ambiguous" : "");
}

/* --- requests --- */

void destination_add_header(struct delivery *r, const char *name, const char *value)
{
    int i = 0;
    while (i < r->header_count && strcasecmp(r->headers[i].name, name) != 0)
        i++;
    if (!value || strpbrk(value, "\r\n") || i == DELIVERY_HEADERS)
        return;
    r->headers[i] = (struct delivery_header){name, value};
    r->header_count += i == r->header_count;
}

size_t destination_length(const char *text, int unit)
{
    size_t n = 0;
    for (const char *at = text, *end = text + strlen(text); at < end;)
        n += text_next(&at, end) >= 0x10000 && unit == CUT_UTF16 ? 2 : 1;
    return n;
}

const char *destination_link(struct arena *arena, const struct composing *c)
{
    const char *link = c->letter->ticket ? c->to->link : NULL, *hole = link ? strstr(link, "%s") : NULL;
    return hole ? arena_printf(arena, "%.*s%lld%s", (int)(hole - link), link, (long long)c->letter->ticket->id, hole + 2) : NULL;
}

const char *destination_cut(struct arena *arena, const char *text, size_t max, int unit, const struct composing *c)
{
    if (destination_length(text, unit) <= max)
        return text;
    const char *link = c ? destination_link(arena, c) : NULL;
    const char *more = link ? arena_printf(arena, "\xe2\x80\xa6 %s", link) :
                       c && c->letter->ticket ? arena_printf(arena, "\xe2\x80\xa6 #%lld", (long long)c->letter->ticket->id) : "\xe2\x80\xa6";
    size_t room = destination_length(more, unit);
    if (room > max) {
        more = "\xe2\x80\xa6";
        room = 1;
    }
    const char *at = text, *end = text + strlen(text), *last = text;
    for (size_t n = 0; at < end; last = at) {
        n += text_next(&at, end) >= 0x10000 && unit == CUT_UTF16 ? 2 : 1;
        if (n + room > max)
            break;
    }
    return arena_printf(arena, "%.*s%s", (int)(last - text), text, more);
}

const char *destination_cut_escaped(struct arena *arena, const char *text, size_t max, int unit, const struct composing *c,
                                    const char *(*escape)(struct arena *arena, const char *text))
{
    const char *at = text, *end = text + strlen(text);
    for (size_t n = 0; at < end && n <= max; n++) /* what comes later cannot fit: not looked at again and again */
        text_next(&at, end);
    text = at < end ? arena_strndup(arena, text, (size_t)(at - text)) : text;
    const char *whole = escape(arena, text);
    size_t least = 0, most = max;
    if (destination_length(whole, unit) <= max)
        return whole;
    while (least < most) {
        size_t n = (least + most + 1) / 2;
        if (destination_length(escape(arena, destination_cut(arena, text, n, unit, c)), unit) <= max)
            least = n;
        else
            most = n - 1;
    }
    return escape(arena, destination_cut(arena, text, least, unit, c));
}

const char *destination_escape(struct arena *arena, const char *text, const char *special, const char *at_start)
{
    char *out = arena_alloc(arena, 2 * strlen(text) + 1), *to = out;
    for (const char *p = text; *p; p++) {
        bool starts = p == text || p[-1] == '\n';
        if (strchr(special, *p) || (starts && strchr(at_start, *p)))
            *to++ = '\\';
        *to++ = *p;
    }
    return out;
}

struct delivery destination_post(struct arena *arena, const struct composing *c, const char *url, const char *content_type, const struct json *root)
{
    struct delivery r = {.url = url, .allow_loopback = c->to->allow_loopback, .body = json_print_in(arena, root)};
    r.body_n = strlen(r.body);
    destination_add_header(&r, "Content-Type", content_type);
    destination_add_header(&r, "User-Agent", "triage/" PACKAGE_VERSION);
    return r;
}

bool destination_speaks(const struct letter *l, struct err *err)
{
    return l->of == LETTER_EVENT || l->of == LETTER_DESK ||
           err_set(err, ERR_NOT_FOUND, "this form has no event %s", l->type ? l->type : "of that kind");
}

bool destination_is_token(const char *text)
{
    if (!text || !*text)
        return false;
    for (; *text; text++)
        if (*text <= 0x20 || *text >= 0x7f)
            return false;
    return true;
}

/* --- what a word in an answer means --- */

void destination_note(struct json *memo, const char *name, const char *value)
{
    if (!value)
        return;
    json_drop(memo, name);
    json_put_string(memo, name, value);
}

struct verdict destination_again(struct json *memo, const char *again, const char *form, const char *note)
{
    if (json_get_bool(memo, form, false))
        return (struct verdict){.kind = VERDICT_DEAD, .note = note};
    json_drop(memo, form);
    json_put_bool(memo, form, true);
    destination_note(memo, "again", again);
    return (struct verdict){.kind = VERDICT_AGAIN, .note = note};
}

int destination_meaning(const struct destination_word *words, const char *word)
{
    for (; word && words->word; words++) {
        size_t n = strlen(words->word);
        if (str_eq(words->word, word) || (n && words->word[n - 1] == '*' && strncmp(words->word, word, n - 1) == 0))
            return words->meaning;
    }
    return MEANS_NOTHING;
}

struct verdict destination_means(int meaning, struct verdict generic, int64_t wait, struct json *memo, const char *note)
{
    static const int becomes[] = {
        [MEANS_RETRY] = VERDICT_RETRY, [MEANS_WAIT] = VERDICT_WAIT, [MEANS_DEAD] = VERDICT_DEAD, [MEANS_DISABLE] = VERDICT_DEAD};
    if (meaning == MEANS_SIMPLER)
        return destination_again(memo, "downgrade", "simple", note);
    if (meaning == MEANS_SHORTER)
        return destination_again(memo, "truncate", "short", note);
    struct verdict v = generic;
    v.note = note;
    if (meaning == MEANS_NOTHING)
        return v;
    v.kind = becomes[meaning];
    v.disable = meaning == MEANS_DISABLE;
    if (v.kind == VERDICT_DEAD)
        v.retry_after = 0;
    else if (v.kind == VERDICT_WAIT && !v.retry_after)
        v.retry_after = wait;
    return v;
}

const char *destination_place(struct arena *arena, const struct config_destination *to)
{
    const char *from = to->kind == DEST_EMAIL ? to->host : to->url, *scheme = from ? strstr(from, "://") : NULL;
    if (!from)
        return to->name;
    if (to->kind == DEST_EMAIL)
        return arena_strdup(arena, from);
    from = scheme ? scheme + 3 : from;
    size_t n = strcspn(from, "/?#");
    for (size_t i = 0; i < n; i++) /* user and password, as in a connection string */
        if (from[i] == '@') {
            from += i + 1;
            n -= i + 1;
            i = (size_t)-1;
        }
    return arena_printf(arena, "%.*s/\xe2\x80\xa6", (int)n, from);
}

static const char *without(struct arena *arena, const char *text, const char *secret)
{
    enum { SHORTEST = 6, GROWTH = 2 }; /* less is a word like any other */
    AUTO_STR out;
    size_t n = secret ? strlen(secret) : 0;
    str_init(&out, GROWTH * strlen(text) + 1);
    if (n < SHORTEST || !strstr(text, secret))
        return text;
    for (const char *at; (at = strstr(text, secret)); text = at + n) {
        str_add(&out, text, (size_t)(at - text));
        str_adds(&out, "[secret]");
    }
    str_adds(&out, text);
    return arena_strndup(arena, out.data, out.len);
}

const char *destination_conceal(struct arena *arena, const struct config_destination *to, const char *text)
{
    if (!to)
        return text;
    const char *host = to->url ? strstr(to->url, "://") : NULL, *path = host ? strchr(host + 3, '/') : NULL;
    const char *const secrets[] = {to->token, to->secrets[0], to->secrets[1], to->password, path};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        text = without(arena, text, secrets[i]);
    return text;
}

/* --- what stays the same for a parcel --- */

static struct json *redact_of(const struct config_redact *r)
{
    struct json *row = json_object();
    for (int i = 0; i < REDACT_ENTITIES; i++)
        if (r->mode[i])
            json_put_i64(row, redact_entity_words[i], r->mode[i]);
    return row;
}

static struct json *labels_of(const struct config_destination *to)
{
    struct json *list = json_array();
    for (int i = 0; i < to->label_count; i++)
        json_push(list, json_new_string(to->labels[i]));
    return list;
}

static void thaw_model(struct arena *arena, const struct json *row, struct config_destination *to)
{
    to->api = (int)json_get_i64(row, "api", to->api);
    to->model = arena_strdup(arena, json_get_string(row, "model", to->model));
    to->prompt = arena_strdup(arena, json_get_string(row, "prompt", NULL));
    to->label_count = 0;
    for (const struct json *l = json_first(json_get(row, "labels")); l && to->label_count < 8; l = json_next(l))
        to->labels[to->label_count++] = arena_strdup(arena, json_string(l));
}

struct json *destination_freeze(const struct config_destination *to)
{
    struct json *row = json_object(), *columns = json_array();
    json_put_i64(row, "kind", to->kind);
    json_put_i64(row, "format", to->format);
    json_put_i64(row, "generation", to->generation);
    json_put_bool(row, "flat", to->flat);
    json_put_bool(row, "seed", to->body_seed);
    json_put(row, "redact", redact_of(&to->redact));
    for (int i = 0; i < to->column_count; i++) {
        struct json *column = json_array();
        json_push(column, json_new_string(to->columns[i].name));
        json_push(column, json_new_string(to->columns[i].value));
        json_push(columns, column);
    }
    if (to->kind == DEST_MODEL) { /* all that decides an answer: it is kept by the hash of the question */
        json_put_i64(row, "api", to->api);
        json_put_string(row, "model", to->model);
        json_put_string(row, "prompt", to->prompt);
        json_put(row, "labels", labels_of(to));
    }
    if (to->column_count)
        json_put(row, "columns", columns);
    else
        json_free(columns);
    return row;
}

const struct config_destination *destination_thaw(struct arena *arena, const struct config_destination *now, const char *frozen)
{
    const struct json *row = frozen ? json_parse_in(arena, frozen, strlen(frozen), &json_limits_native, NULL, NULL) : NULL;
    if (!row || json_get_i64(row, "kind", -1) != now->kind)
        return now;
    struct config_destination *to = ARENA_NEW(arena, struct config_destination);
    *to = *now;
    to->format = (int)json_get_i64(row, "format", now->format);
    to->profile = (int)json_get_i64(row, "profile", now->profile);
    to->generation = (int)json_get_i64(row, "generation", now->generation);
    to->flat = json_get_bool(row, "flat", now->flat);
    to->body_seed = json_get_bool(row, "seed", now->body_seed);
    for (int i = 0; i < REDACT_ENTITIES; i++)
        to->redact.mode[i] = (int)json_get_i64(json_get(row, "redact"), redact_entity_words[i], 0);
    if (to->kind == DEST_MODEL)
        thaw_model(arena, row, to);
    to->column_count = 0;
    for (const struct json *c = json_first(json_get(row, "columns")); c && to->column_count < CONFIG_COLUMNS; c = json_next(c))
        to->columns[to->column_count++] = (struct config_column){arena_strdup(arena, json_string(json_first(c))),
                                                                 arena_strdup(arena, json_string(json_next(json_first(c))))};
    return to;
}

/* --- Retry-After --- */

enum { LONGEST_WAIT_DAYS = 36500 }; /* more than anybody means; keeps the arithmetic small */

const char *destination_header(const struct delivery *request, const char *name)
{
    for (int i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

static int month_of(const char *name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (strncmp(name, months + 3 * i, 3) == 0)
            return i + 1;
    return 0;
}

struct date { int year, day, hour, minute, second; char month[4]; };

/* "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994". */
static bool read_date(const char *text, struct date *d)
{
    int end = 0;
    if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &d->day, d->month, &d->year, &d->hour, &d->minute, &d->second, &end) == 6 && end)
        return true;
    if (sscanf(text, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &d->day, d->month, &d->year, &d->hour, &d->minute, &d->second, &end) == 6 && end) {
        d->year += d->year < 70 ? 2000 : 1900;
        return true;
    }
    return sscanf(text, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", d->month, &d->day, &d->hour, &d->minute, &d->second, &d->year, &end) == 6 && end;
}

static int64_t until_date(const char *text, int64_t now)
{
    struct date d = {0};
    if (!read_date(text, &d) || !month_of(d.month) || d.year < 1970 || d.day < 1 || d.day > 31 || d.hour < 0 || d.hour > 23 ||
        d.minute < 0 || d.minute > 59 || d.second < 0 || d.second > 60)
        return 0;
    int64_t seconds = ((civil_day(d.year, month_of(d.month), d.day) * 24 + d.hour) * 60 + d.minute) * 60 + d.second;
    int64_t wait = seconds * 1000 - now;
    return wait <= 0 ? 0 : wait < LONGEST_WAIT_DAYS * 86400000LL ? wait : LONGEST_WAIT_DAYS * 86400000LL;
}

static int64_t seconds_of(const char *text, size_t digits)
{
    const int64_t most = LONGEST_WAIT_DAYS * 86400LL;
    int64_t seconds = 0;
    for (size_t i = 0; i < digits; i++)
        seconds = seconds > most ? most : seconds * 10 + (text[i] - '0');
    const char *rest = text + digits;
    if (*rest == '.') {
        size_t decimals = strspn(++rest, "0123456789");
        seconds += strspn(rest, "0") < decimals;
        rest += decimals;
    }
    rest += strspn(rest, " \t\r\n");
    return *rest ? 0 : (seconds > most ? most : seconds) * 1000;
}

int64_t destination_retry_after(const char *text, int64_t now)
{
    if (!text)
        return 0;
    text += strspn(text, " \t");
    size_t digits = strspn(text, "0123456789");
    return digits ? seconds_of(text, digits) : until_date(text, now);
}
