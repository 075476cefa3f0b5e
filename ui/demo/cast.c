/* cast: one loop over the story's beats. A send is signed with the source's own secret, read from the same triage.yaml the
 * daemon reads (a forged one with a wrong secret); an act first looks whether the person at the terminal has taken the
 * ticket, and then leaves it to them. Requests are waited for one at a time: the desk answers after its commit, and in
 * that order the story was meant. */
#include "demo/cast.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"
#include "demo/day.h"
#include "demo/outside.h"
#include "demo/sample.h"
#include "demo/story.h"
#include "dialect/signature.h"
#include "link/link.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIREN_GONE_MS = 12 * 3600000, SIREN_BACK_MS = 4 * 60000 };
enum { DAY_STEP_MS = 30000, DAY_STEPS = 400, DAY_PACE_MS = 60, DAY_HASTE_MS = 3 };
enum { SENDERS = 8, ANSWER_MAX = 1 << 20, TITLE_COLUMNS = 44 };
struct cast {
    const struct cast_options *o;
    struct arena *arena, *page;
    struct link *desk, *ingest;
    struct outside *outside;
    struct story *story;
    const struct yaml *config;
    int64_t *numbers; int number_count; /* the desk's ticket numbers by the plot's, 0 = not known yet */
    int64_t began;                      /* mono ms of the live part's start; 0 = the day so far */
    int64_t clock;                      /* of a scripted day: the desk's time; else 0 */
    int64_t sent, acted, refused;
    int64_t stored; /* what the warehouse was brought */
};

/* --- configuration --- */

char *cast_config(const char *me, int64_t uid, int port)
{
    char digits[2][24];
    const struct { const char *name, *value; } blanks[] = {{"@ME@", me}, {"@UID@", digits[0]}, {"@PORT@", digits[1]}};
    struct str out;
    snprintf(digits[0], sizeof digits[0], "%" PRId64, uid);
    snprintf(digits[1], sizeof digits[1], "%d", port);
    str_init(&out, 64 << 10);
    for (const char *at = demo_triage; *at;) {
        int i = 0;
        while (i < 3 && !str_starts(at, blanks[i].name))
            i++;
        if (i < 3)
            str_adds(&out, blanks[i].value);
        else
            str_addc(&out, *at);
        at += i < 3 ? strlen(blanks[i].name) : 1;
    }
    return str_take(&out);
}

static const struct yaml *row_of(const struct cast *c, const char *list, const char *name)
{
    const struct yaml *rows = yaml_get(c->config, list), *row = rows ? rows->child : NULL;
    while (row && !(yaml_get(row, "name") && str_eq(yaml_get(row, "name")->text, name)))
        row = row->next;
    return row;
}

static const char *text_in(const struct yaml *row, const char *name)
{
    const struct yaml *node = row ? yaml_get(row, name) : NULL;
    if (node && node->kind == YAML_LIST)
        node = node->child;
    return node ? node->text : NULL;
}

bool cast_set_clock(const char *dir, int64_t at, struct err *err)
{
    AUTO_STR path;
    str_init(&path, 4096);
    str_addf(&path, "%s/clock", dir);
    int fd = open(path.data, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && pwrite(fd, &at, sizeof at, 0) == (ssize_t)sizeof at;
    if (!ok)
        err_set(err, ERR_UNAVAILABLE, "writing %s: %s", path.data, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

/* --- telling --- */

static void tell(struct cast *c, const char *who, const char *what, const char *title, const char *outcome)
{
    if (!c->o->tell || !c->began)
        return;
    const char *safe = text_fit(c->page, text_safe_in(c->page, title, TEXT_LINE), TITLE_COLUMNS);
    if (c->clock)
        printf("%02d:%02d   ", (int)(c->clock / 3600000 % 24), (int)(c->clock / 60000 % 60));
    else
        printf("%6.1fs  ", (double)(clock_mono() - c->began) / 1000);
    printf("%-8s %-28s %s%*s  %s\n", who, what, safe, TITLE_COLUMNS - text_columns(safe), "", text_safe_in(c->page, outcome, TEXT_LINE));
    fflush(stdout);
}

/* --- sending --- */

static int add_header(struct link_header *list, int n, const char *name, const char *value)
{
    list[n] = (struct link_header){name, value};
    return n + 1;
}

static int sign(struct cast *c, const struct beat *beat, struct link_header *list, int n)
{
    const struct vendor *vendor = beat->plot->vendor;
    const struct yaml *source = row_of(c, "sources", vendor->source);
    const char *secret = beat->twist == TWIST_FORGED ? "whsec_somebody_else" : text_in(source, "secrets");
    struct signature_header made[4];
    if (!vendor->scheme)
        return add_header(list, n, "Authorization", arena_printf(c->page, "Bearer %s", text_in(source, "token")));
    int count = signature_sign(c->page, vendor->scheme, secret, "msg_demo", beat->past ? beat->at / 1000 : clock_now() / 1000,
                               beat->body, strlen(beat->body), made);
    for (int i = 0; i < count; i++)
        n = add_header(list, n, made[i].name, made[i].value);
    return n;
}

static const char *outcome_of(const struct beat *beat, int status)
{
    return status == 401 ? "401 refused: wrong secret" : status / 100 != 2 ? "not accepted" :
           beat->twist == TWIST_DUPLICATE ? "sent again: a duplicate" :
           beat->twist == TWIST_STRANGE ? "not understood: kept aside" :
           beat->twist == TWIST_CONFLICT ? "same key, other content: a conflict" : "";
}

static bool send_event(struct cast *c, const struct beat *beat, struct err *err)
{
    const struct vendor *vendor = beat->plot->vendor;
    struct link_header headers[8];
    struct err refusal = {0};
    int n = add_header(headers, 0, "Content-Type", "application/json"), status = 0;
    n = add_header(headers, n, "User-Agent", vendor->agent);
    n = sign(c, beat, headers, n);
    link_call_with(c->ingest, "POST", vendor->path, headers, n, beat->body, strlen(beat->body), NULL, &status, &refusal);
    c->sent++;
    tell(c, vendor->source, beat->type, beat->plot->title, outcome_of(beat, status));
    if (status == 0)
        return err_set(err, ERR_UNAVAILABLE, "the desk is gone: %s", refusal.text);
    if (status / 100 == 2 || (status == 401 && beat->twist == TWIST_FORGED))
        return true;
    return err_set(err, ERR_INTERNAL, "%s %s was answered %d: %s", vendor->source, beat->type, status, refusal.text);
}

/* --- acting --- */

static struct json *ask(struct cast *c, const char *agent, const char *method, const char *path, const char *body, struct err *err)
{
    struct link_header headers[2] = {{"Content-Type", "application/json"}};
    AUTO_STR answer;
    str_init(&answer, ANSWER_MAX);
    if (agent)
        headers[1] = (struct link_header){"X-Triage-Key", text_in(row_of(c, "agents", agent), "key_id")};
    if (!link_call_with(c->desk, method, path, headers, agent ? 2 : 1, body, body ? strlen(body) : 0, &answer, NULL, err))
        return NULL;
    return json_parse_in(c->page, answer.data, answer.len, &json_limits_dialect, NULL, err);
}

static const char *escaped(struct arena *arena, const char *text)
{
    AUTO_STR out;
    str_init(&out, 8 << 10);
    for (; *text; text++)
        str_addf(&out, "%%%02x", (unsigned char)*text);
    return arena_strdup(arena, out.data);
}

/* A desk that has grown answers in parts, and most of them are empty. By number, newest first: in any other order the ticket may move
 * from a part that is still to come to one that was looked through. 0: there is none. */
static int64_t find(struct cast *c, const char *key, struct err *err)
{
    const char *where = escaped(c->page, arena_printf(c->page, "key == \"%s\"", key));
    for (const char *after = ""; after;) {
        const struct json *found = ask(c, NULL, "GET", arena_printf(c->page, "/v1/tickets?limit=1&sort=age&invert=1&where=%s&after=%s", where, escaped(c->page, after)), NULL, err);
        int64_t id = json_get_i64(json_first(json_get(found, "rows")), "id", 0);
        if (id)
            return id;
        after = json_get_string(found, "next", NULL);
    }
    return 0;
}

static int64_t number_of(struct cast *c, const struct plot *plot, struct err *err)
{
    if (plot->number >= c->number_count) {
        int count = plot->number * 2 + 64;
        int64_t *grown = realloc(c->numbers, sizeof *grown * (size_t)count);
        if (!grown)
            abort();
        memset(grown + c->number_count, 0, sizeof *grown * (size_t)(count - c->number_count));
        c->numbers = grown;
        c->number_count = count;
    }
    if (!c->numbers[plot->number])
        c->numbers[plot->number] = find(c, plot->key, err);
    return c->numbers[plot->number];
}

static const char *verb_of(struct cast *c, const struct beat *beat, int64_t number)
{
    static const char *const verbs[][2] = {{"ack", "acknowledges"}, {"claim", "claims"}, {"close", "closes"}, {"note", "notes on"},
                                           {"reply", "answers"}, {"status", "sets the status of"}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i][0], beat->action) == 0)
            return arena_printf(c->page, "%s #%" PRId64, verbs[i][1], number);
    return arena_printf(c->page, "%s #%" PRId64, beat->action, number);
}

/* In the live part the person comes first: what they took, closed or changed is theirs. */
static bool is_persons(struct cast *c, const struct beat *beat, int64_t number)
{
    struct err err = {0};
    if (beat->past || !beat->agent)
        return false;
    const struct json *answer = ask(c, NULL, "GET", arena_printf(c->page, "/v1/tickets/%" PRId64, number), NULL, &err);
    const char *assignee = json_string(json_path(answer, "ticket.assignee"));
    const char *acked = json_string(json_path(answer, "ticket.escalation.acked_by"));
    if (!str_eq(assignee, c->o->me) && !str_eq(acked, c->o->me))
        return false;
    tell(c, beat->agent, arena_printf(c->page, "leaves #%" PRId64, number), beat->plot->title, "it is yours");
    story_taken(c->story, beat->plot->key);
    return true;
}

static bool act(struct cast *c, const struct beat *beat, struct err *err)
{
    struct err refusal = {0};
    int64_t number = number_of(c, beat->plot, &refusal);
    if (!number)
        return err_set(err, ERR_INTERNAL, "no ticket %s on the desk: %s", beat->plot->key, refusal.text);
    if (is_persons(c, beat, number))
        return true;
    AUTO_JSON body = json_object();
    struct json *tickets = json_array();
    json_put_string(body, "do", beat->action);
    json_push(tickets, json_new_i64(number));
    json_put(body, "tickets", tickets);
    if (beat->member && beat->other)
        json_put_i64(body, beat->member, number_of(c, beat->other, &refusal));
    else if (beat->member && str_eq(beat->member, "until"))
        json_put_i64(body, beat->member, c->clock + strtoll(beat->value, NULL, 10) * 60000); /* a day says minutes */
    else if (beat->member)
        json_put_string(body, beat->member, beat->value);
    if (beat->confirm) {
        struct json *with = json_object();
        json_put_bool(with, "confirm", true);
        json_put(body, "with", with);
    }
    const struct json *answer = ask(c, beat->agent, "POST", "/v1/do", json_print_in(c->page, body), &refusal);
    const struct json *result = json_first(json_get(answer, "results"));
    const char *why = json_get_string(json_get(result, "error"), "detail", refusal.text);
    bool ok = json_get_bool(result, "ok", false);
    c->acted++;
    c->refused += !ok;
    tell(c, beat->agent ? beat->agent : c->o->me, verb_of(c, beat, number), beat->plot->title, ok ? "" : why);
    return true; /* a refusal is the desk's right; the story goes on */
}

/* --- the systems that take replies --- */

static const char *secret_for(void *arg, const char *path)
{
    struct cast *c = arg;
    const char *reply = text_in(row_of(c, "sources", path + 1), "reply_secret");
    return reply ? reply : text_in(row_of(c, "destinations", path + 1), "secrets");
}

/* The siren is away from half a day before the curtain until some minutes after; the warehouse stumbles over each fifth. */
static bool is_well(void *arg, const char *path, int64_t now)
{
    struct cast *c = arg;
    if (str_eq(path, "/siren"))
        return now < c->o->base - SIREN_GONE_MS || now > c->o->base + SIREN_BACK_MS;
    return !str_eq(path, "/warehouse") || ++c->stored % 5;
}

static void took_reply(void *arg, const char *path, const char *key, const char *author, const char *text)
{
    struct cast *c = arg;
    if (!row_of(c, "sources", path + 1)) /* an event that a route passed on */
        return;
    tell(c, path + 1, arena_printf(c->page, "takes %s's reply", author), text, "");
    if (c->began && str_eq(author, c->o->me))
        story_answered(c->story, key);
}

/* --- the play --- */

static bool play(struct cast *c, const struct beat *beat, struct err *err)
{
    arena_reset(c->page);
    return beat->kind == BEAT_SEND ? send_event(c, beat, err) : act(c, beat, err);
}

static bool play_past(struct cast *c, struct beat *beat, struct err *err)
{
    for (story_next(c->story, beat); beat->past; story_next(c->story, beat)) {
        if (!cast_set_clock(c->o->dir, beat->at, err) || !play(c, beat, err))
            return false;
        outside_run(c->outside, beat->at);
    }
    return cast_set_clock(c->o->dir, 0, err);
}

static void curtain_up(struct cast *c, int64_t took)
{
    ssize_t written = write(c->o->ready_fd, "r", 1);
    (void)written; /* a parent that is gone shows in life_fd */
    if (c->o->tell)
        if (c->o->tell && !c->o->day)
        printf("the day so far: %" PRId64 " events and %" PRId64 " actions in %.1f s; now live\n", c->sent, c->acted, (double)took / 1000);
    fflush(stdout);
    c->began = clock_mono();
}

/* Waits until mono time `until`, serving what comes meanwhile. false: the parent is gone. */
static bool wait_until(struct cast *c, int64_t until)
{
    for (;;) {
        int fds[8], n = outside_fds(c->outside, fds);
        int64_t left = until - clock_mono();
        fds[n++] = c->o->life_fd;
        unsigned ready = link_wait(c->desk, fds, n, left > 0 ? (int)(left < 1000 ? left : 1000) : 0);
        if (ready >> (n - 1) & 1)
            return false;
        outside_run(c->outside, c->clock ? c->clock : clock_now());
        if (left <= 0)
            return true;
    }
}

static enum cast_end play_live(struct cast *c, struct beat *beat, struct err *err)
{
    int64_t end = c->o->live_ms ? c->began + c->o->live_ms : INT64_MAX;
    for (;; story_next(c->story, beat)) {
        int64_t due = c->began + (beat->at - c->o->base);
        if (!wait_until(c, due < end ? due : end))
            return CAST_ORPHAN;
        if (clock_mono() >= end)
            return CAST_DONE;
        if (!play(c, beat, err))
            return CAST_FAILED;
    }
}

/* --- a scripted day --- */

/* The desk's clock runs on to `at`, and the desk looks at it at each step: what falls due on the way happens on the way. */
static bool run_clock(struct cast *c, int64_t at, enum cast_end *end, struct err *err)
{
    int64_t step = (at - c->clock) / DAY_STEPS, pace = c->o->tell ? DAY_HASTE_MS : DAY_PACE_MS * 100 / c->o->speed_percent;
    step = step > DAY_STEP_MS ? step : DAY_STEP_MS;
    while (c->clock < at) {
        c->clock += at - c->clock < step ? at - c->clock : step;
        arena_reset(c->page);
        *end = CAST_FAILED;
        if (!cast_set_clock(c->o->dir, c->clock, err) || !ask(c, NULL, "PUT", "/v1/keep/clock", "{\"value\":1}", err))
            return false;
        *end = CAST_ORPHAN;
        if (!wait_until(c, clock_mono() + pace))
            return false;
    }
    return true;
}

static void caption(struct cast *c, const char *text)
{
    if (c->o->tell)
        printf("%02d:%02d   -- %s\n", (int)(c->clock / 3600000 % 24), (int)(c->clock / 60000 % 60), text);
    fflush(stdout);
}

/* Whoever looks says when it goes on; the systems outside are served meanwhile. false: nobody is there any more. */
static bool await_turn(struct cast *c)
{
    char byte = 0;
    if (c->o->turn_fd < 0)
        return true;
    for (;;) {
        int fds[8], n = outside_fds(c->outside, fds);
        fds[n] = c->o->turn_fd;
        fds[n + 1] = c->o->life_fd;
        unsigned ready = link_wait(c->desk, fds, n + 2, 1000);
        if (ready >> (n + 1) & 1)
            return false;
        outside_run(c->outside, c->clock);
        while (ready >> n & 1 && byte != '\n')
            if (read(c->o->turn_fd, &byte, 1) != 1)
                byte = '\n'; /* nobody will say so any more: it goes on by itself */
        if (byte == '\n')
            return true;
    }
}

/* After its last beat the clock goes on as clocks do. */
static enum cast_end play_day(struct cast *c, struct err *err)
{
    struct day *day = day_new("day.yaml", demo_day, strlen(demo_day), c->o->base, err);
    struct beat beat;
    enum cast_end end = CAST_FAILED;
    bool good = day && cast_set_clock(c->o->dir, c->clock = day_begins(day), err);
    if (good)
        curtain_up(c, 0);
    while (good && day_next(day, &beat)) {
        good = run_clock(c, beat.at, &end, err) && (beat.kind == BEAT_CLOCK || play(c, &beat, err));
        if (!good)
            end = err->code ? CAST_FAILED : end;
        else if (beat.caption) {
            caption(c, beat.caption);
            end = CAST_ORPHAN;
            good = await_turn(c);
        }
    }
    day_free(day);
    if (!good)
        return end;
    if (c->o->tell)
        return CAST_DONE;
    return cast_set_clock(c->o->dir, clock_now() - c->clock, err) && !wait_until(c, INT64_MAX) ? CAST_ORPHAN : CAST_FAILED;
}

int64_t cast_day_begins(int64_t from, struct err *err)
{
    struct day *day = day_new("day.yaml", demo_day, strlen(demo_day), from, err);
    int64_t at = day ? day_begins(day) : 0;
    day_free(day);
    return at;
}

static bool open_cast(struct cast *c, struct texts *texts, struct err *err)
{
    const char *dir = c->o->dir;
    const struct yaml *tickets = yaml_parse(c->arena, "tickets.yaml", demo_tickets, strlen(demo_tickets), err);
    c->config = yaml_load(c->arena, arena_printf(c->arena, "%s/triage.yaml", dir), err);
    if (!tickets || !c->config || !texts_read(c->arena, "tickets.yaml", tickets, texts, err))
        return false;
    if (!crypto_open())
        return err_set(err, ERR_INTERNAL, "libsodium could not start");
    c->desk = link_open(arena_printf(c->arena, "%s/triage.sock", dir));
    c->ingest = link_open(arena_printf(c->arena, "%s/ingest.sock", dir));
    c->outside = outside_new(c->o->outside_fd, secret_for, is_well, took_reply, c);
    c->story = story_new(&(struct story_options){.texts = texts, .seed = c->o->seed, .base = c->o->base, .speed_percent = c->o->speed_percent});
    return true;
}

static void close_cast(struct cast *c)
{
    story_free(c->story);
    outside_free(c->outside);
    link_close(c->ingest);
    link_close(c->desk);
    free(c->numbers);
    arena_free(c->page);
    arena_free(c->arena);
}

enum cast_end cast_run(const struct cast_options *options, struct err *err)
{
    struct cast c = {.o = options, .arena = arena_new(), .page = arena_new()};
    struct texts texts;
    struct beat beat;
    int64_t from = clock_mono();
    enum cast_end end = CAST_FAILED;
    bool open = open_cast(&c, &texts, err);
    if (open && options->day) {
        end = play_day(&c, err);
    } else if (open && play_past(&c, &beat, err)) {
        curtain_up(&c, clock_mono() - from);
        end = play_live(&c, &beat, err);
    }
    close_cast(&c);
    return end;
}
