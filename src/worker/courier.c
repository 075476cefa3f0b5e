/* courier: parcels wait in a queue per destination, so that a slow one holds up nobody else: at most two exchanges each, 32
 * in all, and destinations take turns. A parcel in hand is a `flight`, one arena from courier_send until the writer has
 * committed its receipt; a receipt the writer could not take is kept and offered again. Before a flight starts, pace is asked
 * whether it may: what has to wait longer than a moment goes back to the writer uncounted (LATER). The lock guards the inbox, the receipts that came back,
 * the flags and what is shown of the destinations; everything else belongs to the courier's thread. */
#include "worker/courier.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/text.h"
#include "core/attachment.h"
#include "wire/letter.h"
#include "worker/pg.h"
#include "worker/shelf.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 1000, IDLE_MS = 60000, SOON_MS = 50, EXCERPT = 1024, EXCERPT_SAFE = 4 << 10, BYTES_A_MS = 128, COURIER_SHOWN = 256 };

struct flight {
    struct flight *next;
    struct courier *courier;
    struct arena *arena; /* owns this flight and all below */
    int64_t parcel;
    const char *name, *letter_text, *redaction, *salt;
    bool too_many;
    struct composing c;
    const struct destination *kind;
    struct json *memo; /* in the arena: what judge leaves for the next attempt */
    struct delivery request;
    struct place *place;
    struct flight *next_flying, **back_flying;
    struct job job;
};
struct queue { struct flight *first, **last; int count; };
struct place { /* a destination, by its name; kept, for it remembers */
    struct place *next;
    char *name;
    struct queue queue;
    int flying;
    struct pace pace;
};
struct courier {
    struct courier_options o;
    struct http *http;
    struct pg *pg;
    struct writer *writer;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    struct queue inbox, back; /* handed over by the writer; receipts the writer could not commit */
    bool stopping;
    int held;                 /* flights that exist */
    struct courier_health shown[COURIER_SHOWN]; int shown_count;
    struct place *places;     /* the thread's own from here */
    struct pace_account *accounts;
    struct queue receipts;    /* to be posted */
    struct flight *in_flight; /* their exchanges are under way */
    int flying;
    int64_t post_at;          /* not before, after the writer said no */
};

/* --- queues --- */

static void queue_init(struct queue *q)
{
    *q = (struct queue){.last = &q->first};
}

static void queue_put(struct queue *q, struct flight *f)
{
    f->next = NULL;
    *q->last = f;
    q->last = &f->next;
    q->count++;
}

static struct flight *queue_take(struct queue *q)
{
    struct flight *f = q->first;
    if (f) {
        q->first = f->next;
        q->count--;
        if (!q->first)
            q->last = &q->first;
    }
    return f;
}

static void queue_move(struct queue *from, struct queue *to)
{
    for (struct flight *f; (f = queue_take(from));)
        queue_put(to, f);
}

static void queue_drop(struct queue *q)
{
    for (struct flight *f; (f = queue_take(q));)
        arena_free(f->arena);
}

/* --- in: from the writer's thread --- */

static struct flight *flight_new(struct courier *c, const struct outgoing *o, bool too_many)
{
    struct arena *a = arena_new();
    struct flight *f = ARENA_NEW(a, struct flight);
    *f = (struct flight){.courier = c, .arena = a, .too_many = too_many, .parcel = o->parcel, .name = arena_strdup(a, o->place)};
    if (too_many)
        return f;
    f->letter_text = arena_strdup(a, o->letter);
    f->redaction = arena_strdup(a, o->redaction);
    f->salt = arena_strdup(a, o->salt);
    f->c = (struct composing){.to = config_destination_copy(a, o->to), .attempt = o->attempt};
    f->kind = destination_of(o->to->kind);
    f->memo = o->memo ? json_parse_in(a, o->memo, strlen(o->memo), &json_limits_dialect, NULL, NULL) : NULL;
    if (!json_is(f->memo, JSON_OBJECT))
        f->memo = json_keep_in(a, json_object());
    f->c.memo = f->memo;
    return f;
}

void courier_send(void *courier, const struct outgoing *out)
{
    struct courier *c = courier;
    pthread_mutex_lock(&c->lock);
    if (!c->stopping) {
        bool too_many = c->held >= (c->o.waiting ? c->o.waiting : COURIER_WAITING);
        queue_put(&c->inbox, flight_new(c, out, too_many));
        c->held++;
    }
    pthread_mutex_unlock(&c->lock);
    http_wake(c->http);
}

/* --- out: receipts --- */

static void forget(struct courier *c, struct flight *f)
{
    pthread_mutex_lock(&c->lock);
    c->held--;
    pthread_mutex_unlock(&c->lock);
    arena_free(f->arena);
}

/* On the writer's thread. A full disk may pass: then the receipt is offered again. */
static void committed(void *arg)
{
    struct flight *f = arg;
    struct courier *c = f->courier;
    if (f->job.ok || f->job.err.code != ERR_NO_SPACE) {
        if (!f->job.ok)
            log_line(LOG_ERROR, "receipt_lost", "parcel=%lld detail=\"%s\"", (long long)f->parcel, f->job.err.text);
        forget(c, f);
        return;
    }
    pthread_mutex_lock(&c->lock);
    queue_put(&c->back, f);
    pthread_mutex_unlock(&c->lock);
    http_wake(c->http);
}

static void post_receipts(struct courier *c)
{
    struct err err;
    if (c->post_at > clock_mono())
        return;
    while (c->receipts.first) {
        struct flight *f = queue_take(&c->receipts);
        if (writer_post(c->writer, &f->job, &err))
            continue;
        queue_put(&c->receipts, f);
        c->post_at = clock_mono() + TICK_MS;
        return;
    }
}

/* Some servers repeat the key they were given: it is searched for before anything is cut, so that no half of it stays. */
static char *safe_excerpt(struct flight *f, const char *text, size_t n)
{
    AUTO_STR safe;
    const char *said = destination_conceal(f->arena, f->c.to, arena_strndup(f->arena, text, n));
    str_init(&safe, EXCERPT_SAFE);
    text_safe(&safe, said, strnlen(said, EXCERPT), TEXT_LINE);
    return arena_strndup(f->arena, safe.data, safe.len);
}

static void write_receipt(struct flight *f, const struct verdict *v, int64_t status, int64_t ms, const char *excerpt, size_t n)
{
    uint16_t dice;
    crypto_random(&dice, sizeof dice);
    f->job = (struct job){.kind = JOB_RECEIPT, .arena = f->arena, .wake = committed, .wake_arg = f};
    f->job.receipt = (struct receipt){.parcel = f->parcel, .verdict = *v, .status = status, .ms = ms, .jitter_bp = dice % 10001,
                                      .excerpt = safe_excerpt(f, excerpt, n),
                                      .memo = f->memo && json_count(f->memo) ? json_print_in(f->arena, f->memo) : NULL};
    f->job.receipt.verdict.note = v->note ? safe_excerpt(f, v->note, strlen(v->note)) : NULL;
    queue_put(&f->courier->receipts, f);
}

static void write_later(struct flight *f, int64_t wait, const char *why)
{
    struct verdict v = {.kind = VERDICT_LATER, .retry_after = wait};
    write_receipt(f, &v, 0, 0, why, strlen(why));
}

static void write_fault(struct flight *f, int kind, const char *why)
{
    struct verdict v = {.kind = kind};
    write_receipt(f, &v, 0, 0, why, strlen(why));
    log_line(LOG_WARN, "not_sent", "parcel=%lld detail=\"%s\"", (long long)f->parcel, f->job.receipt.excerpt);
}

/* --- may it go? --- */

static void settle_account(struct courier *c, struct flight *f)
{
    const char *name = f->kind && f->kind->account ? f->kind->account(f->arena, f->c.to) : NULL;
    f->place->pace.account = pace_account(&c->accounts, name ? name : f->name);
}

/* true: it may start now. Else it went back to the writer, or (*hold) everybody of this place waits a moment here. */
static bool may_go(struct flight *f, bool *hold)
{
    int64_t now = clock_now(), wait;
    *hold = false;
    if ((wait = pace_held(&f->place->pace, now)) > 0) {
        write_later(f, wait, "it asked us to wait");
        return false;
    }
    if ((wait = pace_breaker(&f->place->pace, f->place->flying, now)) && !json_get_bool(f->memo, "postponed", false)) {
        json_put_bool(f->memo, "postponed", true);
        write_later(f, wait, "it has failed several times in a row: left alone for a moment");
        return false;
    }
    if (!(wait = pace_wait(&f->place->pace, f->kind, f->c.to, now)))
        return true;
    *hold = wait <= PACE_MOMENT_MS;
    if (!*hold)
        write_later(f, wait, "its pace is used up");
    return false;
}

/* --- exchanges --- */

static void flies(struct courier *c, struct flight *f)
{
    f->next_flying = c->in_flight;
    f->back_flying = &c->in_flight;
    if (f->next_flying)
        f->next_flying->back_flying = &f->next_flying;
    c->in_flight = f;
    f->place->flying++;
    c->flying++;
}

static void lands(struct flight *f)
{
    *f->back_flying = f->next_flying;
    if (f->next_flying)
        f->next_flying->back_flying = f->back_flying;
    f->place->flying--;
    f->courier->flying--;
}

static void answered(void *arg, const struct http_answer *a)
{
    struct flight *f = arg;
    f->c.now = clock_now();
    struct verdict v = f->kind->judge(f->arena, &f->c, &a->reply, f->memo);
    const char *said = a->why ? a->why : a->reply.body;
    lands(f);
    if (pace_refused(&f->place->pace, f->kind, &a->reply, f->courier->o.refusals, f->c.now))
        log_line(LOG_WARN, "refused_too_often", "to=%s account=%s refusals=%lld", f->name, f->place->pace.account->name,
                 (long long)f->place->pace.account->refused);
    pace_answered(&f->place->pace, &v, a->reply.status, f->c.now);
    write_receipt(f, &v, a->reply.status, a->ms, said, a->why ? strlen(said) : a->reply.body_n);
    log_line(v.kind == VERDICT_DELIVERED ? LOG_INFO : LOG_WARN, "sent", "parcel=%lld to=%s place=\"%s\" status=%lld ms=%lld verdict=%s detail=\"%s\"",
             (long long)f->parcel, f->name, destination_place(f->arena, f->c.to), (long long)a->reply.status, (long long)a->ms,
             destination_action(f->arena, &v, f->memo, a->reply.status), a->why ? f->job.receipt.excerpt : "");
}

/* Whole, and what they were: a reply never leaves without what it speaks of. */
static bool load_files(struct flight *f, const char *assets, struct err *err)
{
    struct attachment *list;
    int n = attachment_read(f->arena, assets, &list);
    struct destination_file *files = ARENA_ARRAY(f->arena, struct destination_file, n);
    for (int i = 0; i < n; i++) {
        uint8_t sha256[32];
        struct err why = {0};
        files[i] = (struct destination_file){.name = list[i].name, .type = list[i].type, .sha256 = list[i].sha256, .n = (size_t)list[i].size};
        if (!f->courier->o.db || !list[i].sha256 || list[i].size < 0 || !crypto_unhex(list[i].sha256, sizeof sha256, sha256) ||
            !shelf_read(f->arena, f->courier->o.db, sha256, files[i].n, &files[i].data, &why))
            return err_set(err, ERR_INPUT, "its attachment %s cannot be read%s%s", list[i].name, *why.text ? ": " : "", why.text);
    }
    f->c.files = files;
    f->c.file_count = n;
    return true;
}

static bool compose(struct flight *f, struct err *err)
{
    struct letter *letter = ARENA_NEW(f->arena, struct letter);
    struct letter_redaction how;
    if (!letter_decode(f->arena, f->letter_text, letter, err) || !letter_redaction_decode(f->arena, f->redaction, &how, err))
        return false;
    how.to = f->c.to->redact;
    how.salt = f->salt;
    f->c.letter = letter_redact(f->arena, letter, &how);
    f->c.now = clock_now();
    if (f->kind->carries && letter->of == LETTER_REPLY && letter->message && !load_files(f, letter->message->assets, err))
        return false;
    if (!f->kind->compose(f->arena, &f->c, &f->request, err))
        return false;
    f->request.allow_private = f->c.to->allow_private;
    f->request.timeout = f->c.to->timeout ? f->c.to->timeout : f->request.timeout ? f->request.timeout : f->kind->timeout;
    if (f->c.file_count)
        f->request.timeout += (int64_t)f->request.body_n / BYTES_A_MS; /* files need their time on any line */
    return true;
}

static bool carry_by_curl(struct courier *c, struct flight *f, struct err *err)
{
    return http_start(c->http, &f->request, answered, f, err);
}

static bool carry_by_sql(struct courier *c, struct flight *f, struct err *err)
{
    return pg_start(c->pg, &f->request, answered, f, err);
}

static bool carry(struct courier *c, struct flight *f, struct err *err)
{
    static bool (*const carriers[])(struct courier *c, struct flight *f, struct err *err) = {
        [CARRIER_HTTP] = carry_by_curl, [CARRIER_MAIL] = carry_by_curl, [CARRIER_SQL] = carry_by_sql};
    return carriers[f->request.carrier](c, f, err);
}

/* false: this place has to wait here for a moment, the flight with it. */
static bool launch(struct courier *c, struct flight *f)
{
    struct err err = {0};
    bool hold;
    if (!f->kind) {
        write_fault(f, VERDICT_DEAD, "nothing here can send to a destination of this kind");
        return true;
    }
    settle_account(c, f);
    if (!may_go(f, &hold))
        return !hold;
    json_drop(f->memo, "postponed");
    if (!compose(f, &err)) {
        write_fault(f, err.code == ERR_NOT_FOUND ? VERDICT_SKIPPED : VERDICT_DEAD, err.text);
        return true;
    }
    pace_spend(&f->place->pace);
    if (!carry(c, f, &err)) {
        pace_answered(&f->place->pace, &(struct verdict){.kind = VERDICT_RETRY}, 0, clock_now());
        write_fault(f, VERDICT_RETRY, err.text);
        return true;
    }
    flies(c, f);
    return true;
}

static struct place *place_of(struct courier *c, const char *name)
{
    struct place **at = &c->places;
    for (; *at; at = &(*at)->next)
        if (str_eq((*at)->name, name))
            return *at;
    *at = memory_must(calloc(1, sizeof **at));
    (*at)->name = memory_must(strdup(name));
    queue_init(&(*at)->queue);
    return *at;
}

static void sort_inbox(struct courier *c)
{
    struct queue inbox;
    queue_init(&inbox);
    pthread_mutex_lock(&c->lock);
    queue_move(&c->inbox, &inbox);
    if (c->back.first)
        c->post_at = clock_mono() + TICK_MS;
    queue_move(&c->back, &c->receipts);
    pthread_mutex_unlock(&c->lock);
    for (struct flight *f; (f = queue_take(&inbox));) {
        if (f->too_many) {
            write_later(f, COURIER_LATER_MS, "too much is waiting to be sent");
            continue;
        }
        f->place = place_of(c, f->name);
        queue_put(&f->place->queue, f);
    }
}

static void queue_put_first(struct queue *q, struct flight *f)
{
    f->next = q->first;
    q->first = f;
    q->count++;
    if (!f->next)
        q->last = &f->next;
}

/* The place that was served goes to the end, so that all get their turn when there are more than 16. *soon: a place waits for its
 * pace. */
static void launch_all(struct courier *c, bool *soon)
{
    struct place *served = NULL, **served_end = &served;
    *soon = false;
    for (struct place **at = &c->places; *at && c->flying < COURIER_TOTAL;) {
        struct place *p = *at;
        while (p->queue.first && p->flying < COURIER_PER_DESTINATION && c->flying < COURIER_TOTAL) {
            struct flight *f = queue_take(&p->queue);
            if (launch(c, f))
                continue;
            queue_put_first(&p->queue, f);
            *soon = true;
            break;
        }
        *at = p->next;
        p->next = NULL;
        *served_end = p;
        served_end = &p->next;
    }
    struct place **end = &c->places;
    while (*end)
        end = &(*end)->next;
    *end = served;
}

static void show_health(struct courier *c)
{
    pthread_mutex_lock(&c->lock);
    c->shown_count = 0;
    for (struct place *p = c->places; p && c->shown_count < COURIER_SHOWN; p = p->next) {
        struct courier_health *h = &c->shown[c->shown_count++];
        *h = (struct courier_health){.pace = p->pace.health, .flying = p->flying, .waiting = p->queue.count};
        str_copy(h->name, sizeof h->name, p->name);
    }
    pthread_mutex_unlock(&c->lock);
}

int courier_health(struct courier *c, struct courier_health *list, int max)
{
    pthread_mutex_lock(&c->lock);
    int n = c->shown_count < max ? c->shown_count : max;
    memcpy(list, c->shown, sizeof *list * (size_t)n);
    pthread_mutex_unlock(&c->lock);
    return n;
}

/* --- the thread --- */

static bool is_stopping(struct courier *c)
{
    pthread_mutex_lock(&c->lock);
    bool stopping = c->stopping;
    pthread_mutex_unlock(&c->lock);
    return stopping;
}

/* Moves what is under way, and sleeps until something happens. */
static void pass(struct courier *c, int timeout_ms)
{
    struct pollfd fds[PG_SOCKETS];
    int n = pg_watch(c->pg, fds, PG_SOCKETS, &timeout_ms);
    http_run_beside(c->http, fds, n, timeout_ms);
    pg_run(c->pg);
}

static void drain(struct courier *c)
{
    int64_t until = clock_mono() + (c->o.drain_ms ? c->o.drain_ms : COURIER_DRAIN_MS);
    c->post_at = 0;
    post_receipts(c);
    for (int64_t left; (c->flying || c->receipts.first) && (left = until - clock_mono()) > 0;) {
        pass(c, c->flying ? (int)left : left < TICK_MS ? (int)left : TICK_MS);
        post_receipts(c);
    }
    if (c->flying || c->receipts.first)
        log_line(LOG_WARN, "courier_cut", "flying=%d receipts=%d", c->flying, c->receipts.count);
}

static void *loop(void *arg)
{
    struct courier *c = arg;
    bool soon;
    while (!is_stopping(c)) {
        sort_inbox(c);
        launch_all(c, &soon);
        post_receipts(c);
        show_health(c);
        pass(c, soon ? SOON_MS : c->receipts.first ? TICK_MS : IDLE_MS);
    }
    drain(c);
    return NULL;
}

/* Signals are main's business; a peer that hangs up must not raise SIGPIPE here either. */
static bool start_thread(struct courier *c)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&c->thread, NULL, loop, c) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

struct courier *courier_open(const struct courier_options *options, struct err *err)
{
    struct courier *c = memory_must(calloc(1, sizeof *c));
    c->o = *options;
    queue_init(&c->inbox);
    queue_init(&c->back);
    queue_init(&c->receipts);
    pthread_mutex_init(&c->lock, NULL);
    if ((c->pg = pg_open(err)) && (c->http = http_open(&c->o.http, err)))
        return c;
    pg_close(c->pg);
    pthread_mutex_destroy(&c->lock);
    free(c);
    return NULL;
}

bool courier_start(struct courier *c, struct writer *writer, struct err *err)
{
    c->writer = writer;
    c->started = start_thread(c);
    return c->started || err_set(err, ERR_INTERNAL, "starting the courier's thread");
}

void courier_stop(struct courier *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_mutex_unlock(&c->lock);
    http_wake(c->http);
    if (c->started)
        pthread_join(c->thread, NULL);
    c->started = false;
}

void courier_close(struct courier *c)
{
    if (!c)
        return;
    courier_stop(c);
    http_close(c->http);
    pg_close(c->pg);
    for (struct flight *f; (f = c->in_flight);) {
        c->in_flight = f->next_flying;
        arena_free(f->arena);
    }
    queue_drop(&c->inbox);
    queue_drop(&c->back);
    queue_drop(&c->receipts);
    while (c->places) {
        struct place *p = c->places;
        c->places = p->next;
        queue_drop(&p->queue);
        free(p->name);
        free(p);
    }
    pace_accounts_free(&c->accounts);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
