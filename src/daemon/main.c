/* main: triaged. Its parts are opened in the order of the table and closed in reverse; then this thread sleeps in
 * sigwait, once a second sweeps the server's deadlines, and on HUP or an admin's wish swaps the configuration.
 * Closing: no new connections, the writer drains what was accepted, streams say goodbye, the server stops. */
#include "config.h"
#include "api/door.h"
#include "api/listen.h"
#include "api/server.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "core/redact.h"
#include "daemon/lock.h"
#include "daemon/notify.h"
#include "daemon/options.h"
#include "daemon/rebuild.h"
#include "worker/trainer.h"
#include "daemon/snapshot.h"
#include "worker/courier.h"
#include <errno.h>
#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 4096, FRAMES_BYTES = 12 << 20, MAILBOX = 1024 };
enum { TIDY_MS = 10000, UPGRADE_MS = 3600000 /* that one step may take at most, before systemd thinks it hangs */ };
enum { LARGE = 256 << 10 }; /* memory of a long list or a refit, not of an event */

struct daemon {
    struct arena *arena;
    struct options options;
    struct snapshot_from from;
    struct desk desk;
    struct courier *courier;
    struct trainer *trainer;
    bool learn_again; /* the stored weights could not be used */
    struct server *server;
    struct server_socket sockets[SERVER_SOCKETS];
    int socket_count, lock;
    struct door *door;     /* while the database is brought to another version */
    int64_t upgraded_from; /* clock_mono when that began; 0: it needs none */
    bool listens;
    bool made_desk, made_ingest; /* sockets of our own making, to be removed */
    int64_t started_us;
    pthread_mutex_t wishes_lock;
    struct control *wishes;
    bool deaf; /* no more wishes */
    atomic_int failed; /* exit code of a part that cannot go on */
};

/* --- parts --- */

static bool open_process(struct daemon *d, struct err *err)
{
    struct rlimit none = {0, 0}, files;
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_CORE, &none);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
        setrlimit(RLIMIT_NOFILE, &files);
    }
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    prctl(PR_SET_DUMPABLE, 0);
#endif
    if (d->options.clock && !clock_map(d->options.clock, err))
        return false;
    return (crypto_open() || err_set(err, ERR_INTERNAL, "libsodium could not start")) && redact_open(err);
}

static void close_process(struct daemon *d)
{
    (void)d;
    redact_close();
}

static bool safe_directory(const char *path, struct err *err)
{
    char copy[4096];
    if (!str_copy(copy, sizeof copy, path))
        return err_set(err, ERR_USAGE, "%s is too long a path", path);
    return listen_directory(dirname(copy), err);
}

static bool open_place(struct daemon *d, struct err *err)
{
    if (!safe_directory(d->options.db, err) || !safe_directory(d->options.socket, err) || !safe_directory(d->options.ingest, err))
        return false;
    d->lock = lock_take(d->options.db, err);
    return d->lock >= 0;
}

static void close_place(struct daemon *d)
{
    close(d->lock);
}

static bool open_config(struct daemon *d, struct err *err)
{
    struct snapshot *snapshot = snapshot_load(&d->from, err);
    if (!snapshot)
        return false;
    desk_init(&d->desk, snapshot);
    d->desk.since = clock_now();
    d->desk.file = d->options.file;
    d->desk.db = d->options.db;
    d->desk.patience = d->options.patience;
    d->desk.beat = d->options.beat;
    return true;
}

static void close_config(struct daemon *d)
{
    desk_fini(&d->desk);
}

static bool open_model(struct daemon *d, struct err *err)
{
    d->desk.starter = snapshot_model(&d->from, err);
    d->desk.model = d->desk.starter ? classify_model_hold(d->desk.starter) : NULL;
    return d->desk.model;
}

static bool open_hub(struct daemon *d, struct err *err)
{
    (void)err;
    d->desk.hub = hub_new(FRAMES, FRAMES_BYTES);
    d->desk.presence = presence_new(d->desk.hub);
    return true;
}

static void close_hub(struct daemon *d)
{
    presence_free(d->desk.presence);
    hub_free(d->desk.hub);
}

/* On the writer's thread: the store cannot be trusted any more. */
static void on_fatal(void *arg, const struct err *err)
{
    struct daemon *d = arg;
    log_line(LOG_ERROR, "fatal", "detail=\"%s\"", err->text);
    atomic_store(&d->failed, err_row(err->code)->exit);
    kill(getpid(), SIGTERM);
}

/* What the journal held before: frames up to there are not in the ring. */
static bool tell_hub(struct daemon *d, struct err *err)
{
    int64_t seq = 0;
    struct store *store = store_open(d->options.db, STORE_READER, err);
    bool ok = store && store_entry_last(store, &seq, err);
    store_close(store);
    hub_base(d->desk.hub, seq);
    return ok;
}

static bool open_courier(struct daemon *d, struct err *err)
{
    d->courier = courier_open(&(struct courier_options){.db = d->options.db}, err);
    d->desk.courier = d->courier;
    return d->courier;
}

static void close_courier(struct daemon *d)
{
    courier_close(d->courier);
}

static bool open_trainer(struct daemon *d, struct err *err)
{
    (void)err;
    d->trainer = trainer_open(&(struct trainer_options){.path = d->options.db, .hold = desk_model, .hold_arg = &d->desk});
    return true;
}

static void close_trainer(struct daemon *d)
{
    trainer_close(d->trainer);
}

/* While the writer opens: the epoch that was in force, unless its weights fit no more. */
static bool load_model(void *arg, const struct model_row *row)
{
    struct daemon *d = arg;
    struct err err = {0};
    struct classify_model *model = classify_load(d->desk.starter, row->weights, row->weights_n, &err);
    d->learn_again = !model;
    if (model)
        desk_learned(&d->desk, model);
    else
        log_line(LOG_WARN, "model_unusable", "epoch=%lld detail=\"%s; the starter rules hold until it has learned again\"",
                 (long long)row->epoch, err.text);
    classify_model_free(model);
    return model;
}

static bool open_writer(struct daemon *d, struct err *err)
{
    struct writer_options o = {.path = d->options.db, .config = d->desk.snapshot->config, .hub = d->desk.hub, .load = load_model, .load_arg = d,
                               .model = desk_learned, .model_arg = &d->desk, .labelled = trainer_wake, .labelled_arg = d->trainer,
                               .mailbox_max = MAILBOX, .send = courier_send, .send_arg = d->courier, .fatal = on_fatal, .fatal_arg = d};
    d->desk.writer = writer_open(&o, err);
    return d->desk.writer && tell_hub(d, err) && courier_start(d->courier, d->desk.writer, err) &&
           trainer_start(d->trainer, d->desk.writer, d->learn_again, err);
}

/* The writer has made it, once for this database. */
static bool read_seal(struct daemon *d, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = store_open(d->options.db, STORE_READER, err);
    char *hex = store ? store_meta_get(store, arena, "seal", err) : NULL;
    bool ok = hex && crypto_unhex(hex, sizeof d->desk.seal, d->desk.seal);
    store_close(store);
    return ok || (err->code != ERR_NONE ? false : err_set(err, ERR_STORAGE, "the database has lost the key of its tokens"));
}

static bool open_shelf(struct daemon *d, struct err *err)
{
    d->desk.shelf = shelf_open(d->options.db, err);
    return d->desk.shelf && read_seal(d, err);
}

static void close_shelf(struct daemon *d)
{
    shelf_free(d->desk.shelf);
}

static bool have_side(const struct daemon *d, enum side side, bool local)
{
    for (int i = 0; i < d->socket_count; i++)
        if (d->sockets[i].side == side && d->sockets[i].local == local)
            return true;
    return false;
}

static bool add_socket(struct daemon *d, int fd, enum side side, bool local)
{
    if (fd >= 0)
        d->sockets[d->socket_count++] = (struct server_socket){fd, side, local};
    return fd >= 0;
}

/* A private desk's sockets are its user's; a system's ingest socket is open to all, there the signature decides. */
static bool open_sockets(struct daemon *d, struct err *err)
{
    if (d->listens)
        return true; /* since the database was brought to this version */
    int64_t port = d->desk.snapshot->config->port;
    mode_t mode = d->options.private ? 0600 : 0660, ingest = d->options.private ? 0600 : 0666;
    d->socket_count = notify_sockets(d->sockets, SERVER_SOCKETS - 1);
    if (!have_side(d, SIDE_DESK, true) && !(d->made_desk = add_socket(d, listen_unix(d->options.socket, mode, err), SIDE_DESK, true)))
        return false;
    if (!have_side(d, SIDE_OUTSIDE, true) && !(d->made_ingest = add_socket(d, listen_unix(d->options.ingest, ingest, err), SIDE_OUTSIDE, true)))
        return false;
    d->listens = !port || have_side(d, SIDE_OUTSIDE, false) || add_socket(d, listen_loopback((int)port, err), SIDE_OUTSIDE, false);
    return d->listens;
}

static void close_sockets(struct daemon *d)
{
    if (d->made_desk)
        unlink(d->options.socket);
    if (d->made_ingest)
        unlink(d->options.ingest);
}

/* What this is, where it is waited for: in the log, at the sockets, and where systemd shows it (sd_notify(3)). */
static void on_upgrade(void *arg, int from, int now, int to)
{
    struct daemon *d = arg;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    const char *what = arena_printf(arena, "the database is being brought from version %d to %d: step %d of %d", from, to, now - from, to - from);
    log_line(LOG_INFO, "upgrade", "from=%d now=%d to=%d", from, now, to);
    notify_state(arena_printf(arena, "STATUS=%s\nEXTEND_TIMEOUT_USEC=%lld", what, UPGRADE_MS * 1000LL));
    if (!d->upgraded_from && (!open_sockets(d, &err) || !(d->door = door_open(d->sockets, d->socket_count, &err))))
        log_line(LOG_WARN, "door_closed", "detail=\"%s\"", err.text); /* it is brought there all the same */
    d->upgraded_from = d->upgraded_from ? d->upgraded_from : clock_mono();
    if (d->door)
        door_say(d->door, what);
}

/* Before anything else opens it: who waits for it is told. */
static bool open_database(struct daemon *d, struct err *err)
{
    bool ok = store_migrate(d->options.db, on_upgrade, d, err);
    door_close(d->door);
    d->door = NULL;
    if (ok && d->upgraded_from)
        log_line(LOG_INFO, "upgraded", "ms=%lld", (long long)(clock_mono() - d->upgraded_from));
    return ok;
}

static void take_wish(void *arg, struct control *wish)
{
    struct daemon *d = arg;
    pthread_mutex_lock(&d->wishes_lock);
    bool deaf = d->deaf;
    wish->next = d->wishes;
    if (!deaf)
        d->wishes = wish;
    pthread_mutex_unlock(&d->wishes_lock);
    if (!deaf) {
        kill(getpid(), SIGUSR1);
        return;
    }
    err_set(&wish->err, ERR_UNAVAILABLE, "the daemon is stopping");
    wish->wake(wish->wake_arg);
}

static bool open_server(struct daemon *d, struct err *err)
{
    d->desk.control = take_wish;
    d->desk.control_arg = d;
    d->server = server_open(&d->desk, d->sockets, d->socket_count, err);
    return d->server;
}

static const struct part {
    const char *name;
    bool (*open)(struct daemon *d, struct err *err);
    void (*close)(struct daemon *d);
} parts[] = {
    {"process", open_process, close_process}, {"place", open_place, close_place},       {"config", open_config, close_config},
    {"model", open_model, NULL}, {"hub", open_hub, close_hub},          {"courier", open_courier, close_courier},
    {"trainer", open_trainer, close_trainer},
    {"database", open_database, NULL}, {"writer", open_writer, NULL},   {"shelf", open_shelf, close_shelf},
    {"sockets", open_sockets, NULL},          {"server", open_server, NULL},
};
enum { PARTS = sizeof parts / sizeof *parts };

/* Wishes nobody will grant any more: those who asked are told, so that none stays parked. */
static void refuse_wishes(struct daemon *d)
{
    pthread_mutex_lock(&d->wishes_lock);
    struct control *list = d->wishes;
    d->wishes = NULL;
    d->deaf = true;
    pthread_mutex_unlock(&d->wishes_lock);
    for (struct control *w = list, *next; w; w = next) {
        next = w->next;
        err_set(&w->err, ERR_UNAVAILABLE, "the daemon is stopping");
        w->wake(w->wake_arg);
    }
}

/* The writer drains between the server's two steps, and takes the courier's last receipts, so these are closed together,
 * first of all. */
static void close_service(struct daemon *d)
{
    if (d->server)
        server_drain(d->server);
    refuse_wishes(d);
    shelf_close(d->desk.shelf); /* who waits for it goes on to the writer, or is told */
    courier_stop(d->courier);
    trainer_stop(d->trainer);
    writer_close(desk_take_writer(&d->desk));
    server_close(d->server);
    close_sockets(d);
}

static void close_parts(struct daemon *d, int opened)
{
    close_service(d);
    while (opened-- > 0)
        if (parts[opened].close)
            parts[opened].close(d);
}

/* --- the loop --- */

struct swap { pthread_mutex_t lock; pthread_cond_t done; bool told; };

static void swapped(void *arg)
{
    struct swap *swap = arg;
    pthread_mutex_lock(&swap->lock);
    swap->told = true;
    pthread_cond_signal(&swap->done);
    pthread_mutex_unlock(&swap->lock);
}

/* The writer first, then everybody: an entry made under the new rules may be read under the old ones for a moment. */
static bool reload(struct daemon *d, struct err *err)
{
    if (!d->from.config && access(d->options.file, F_OK) == 0) /* the first one was written since */
        d->from.config = d->options.file;
    struct snapshot *fresh = snapshot_load(&d->from, err);
    if (!fresh)
        return false;
    struct swap swap = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    AUTO_ARENA arena = arena_new();
    struct job job = {.kind = JOB_CONFIG, .arena = arena, .config = fresh->config, .wake = swapped, .wake_arg = &swap};
    if (!desk_post(&d->desk, &job, err)) {
        snapshot_drop(fresh);
        return false;
    }
    pthread_mutex_lock(&swap.lock);
    while (!swap.told)
        pthread_cond_wait(&swap.done, &swap.lock);
    pthread_mutex_unlock(&swap.lock);
    snapshot_drop(desk_swap(&d->desk, fresh));
    hub_wake(d->desk.hub); /* streams look whether they are still welcome */
    if (!job.ok)
        *err = job.err;
    return job.ok;
}

static void reload_and_log(struct daemon *d, bool *ok, struct err *err)
{
    *err = (struct err){0};
    *ok = reload(d, err);
    if (*ok)
        log_line(LOG_INFO, "reloaded", "config=\"%s\"", d->from.config ? d->from.config : "");
    else
        log_line(LOG_ERROR, "reload_failed", "detail=\"%s\"", err->text);
}

/* Answers those who asked; true: one asked to stop. */
static bool grant_wishes(struct daemon *d)
{
    pthread_mutex_lock(&d->wishes_lock);
    struct control *list = d->wishes;
    d->wishes = NULL;
    pthread_mutex_unlock(&d->wishes_lock);
    bool stop = false, ok = true, again = false;
    struct err err = {0};
    for (struct control *w = list; w; w = w->next) {
        stop |= w->stop;
        again |= !w->stop;
    }
    if (again)
        reload_and_log(d, &ok, &err);
    for (struct control *w = list, *next; w; w = next) {
        next = w->next;
        w->ok = w->stop || ok;
        w->err = err;
        w->wake(w->wake_arg);
    }
    return stop;
}

/* A long list leaves holes in the heap for days. */
static void tidy(int64_t *next)
{
    if (clock_mono() < *next)
        return;
    memory_release();
    *next = clock_mono() + TIDY_MS;
}

static void run(struct daemon *d, const sigset_t *signals)
{
    const struct timespec second = {1, 0};
    int64_t next = clock_mono() + TIDY_MS;
    bool ok;
    struct err err;
    for (;;) {
        int got = sigtimedwait(signals, NULL, &second);
        server_sweep(d->server);
        tidy(&next);
        if (got == SIGTERM || got == SIGINT)
            return;
        if (got == SIGHUP)
            reload_and_log(d, &ok, &err);
        if (got == SIGUSR1 && grant_wishes(d))
            return;
    }
}

/* What is wrong may be said in a stranger's words: a configuration, a path. */
static int fail(const struct err *err)
{
    AUTO_ARENA arena = arena_new();
    fprintf(stderr, "triaged: %s\n", text_safe_in(arena, err->text, TEXT_LINE));
    if (*err_row(err->code)->hint && err->code != ERR_CONFLICT)
        fprintf(stderr, "  %s\n", err_row(err->code)->hint);
    return err_row(err->code)->exit;
}

static void say_ready(const struct daemon *d)
{
    log_line(LOG_INFO, "ready", "version=%s pid=%ld socket=\"%s\" ingest=\"%s\" port=%lld ms=%lld", PACKAGE_VERSION, (long)getpid(),
             d->options.socket, d->options.ingest, (long long)d->desk.snapshot->config->port,
             (long long)((clock_mono_us() - d->started_us) / 1000));
    notify_state("READY=1");
}

static int serve(struct daemon *d, const sigset_t *signals)
{
    struct err err = {0};
    int opened = 0;
    while (opened < PARTS && parts[opened].open(d, &err))
        opened++;
    if (opened == PARTS) {
        say_ready(d);
        run(d, signals);
        notify_state("STOPPING=1");
        log_line(LOG_INFO, "stopping", NULL);
    }
    close_parts(d, opened);
    if (opened == PARTS)
        log_line(LOG_INFO, "stopped", NULL);
    return opened < PARTS ? fail(&err) : atomic_load(&d->failed);
}

static int check(const struct daemon *d)
{
    struct err err = {0};
    struct snapshot *snapshot = snapshot_load(&d->from, &err);
    if (!snapshot)
        return fail(&err);
    const struct config *c = snapshot->config;
    AUTO_ARENA arena = arena_new();
    printf("%s: good: %d sources, %d agents, %d views, %d destinations, %d routes\n", d->from.config ? text_safe_in(arena, d->from.config, TEXT_LINE) : "(built in)",
           c->source_count, c->agent_count, c->view_count, c->destination_count, c->route_count);
    snapshot_drop(snapshot);
    return 0;
}

/* The parts a daemon has before it starts a thread; the lock among them. */
static int rebuild(struct daemon *d)
{
    enum { QUIET = 4 };
    struct err err = {0};
    bool same = false;
    int opened = 0;
    if (access(d->options.db, R_OK) != 0) {
        err_set(&err, ERR_NOT_FOUND, "no database at %s: %s", d->options.db, strerror(errno));
        return fail(&err);
    }
    while (opened < QUIET && parts[opened].open(d, &err))
        opened++;
    bool ok = opened == QUIET && rebuild_print(d->options.db, d->desk.snapshot->config, &same, &err);
    close_parts(d, opened);
    return !ok ? fail(&err) : same ? 0 : 1;
}

/* Before any thread starts: only this one takes signals. */
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        sigaddset(signals, ours[i]);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
}

int main(int argc, char **argv)
{
    static struct daemon d = {.lock = -1, .wishes_lock = PTHREAD_MUTEX_INITIALIZER};
    struct err err = {0};
    sigset_t signals;
    AUTO_ARENA arena = arena_new();
    d.arena = arena;
    memory_frugal(LARGE);
    d.started_us = clock_mono_us();
    if (!options_parse(arena, argc, argv, &d.options, &err))
        return fail(&err);
    if (d.options.help || d.options.version) {
        printf("%s", d.options.help ? options_help : "triaged " PACKAGE_VERSION "\n");
        return 0;
    }
    d.from = (struct snapshot_from){d.options.config, d.options.data, d.options.private, d.options.port};
    log_level(d.options.debug ? LOG_DEBUG : LOG_INFO);
    if (d.options.check)
        return check(&d);
    if (d.options.rebuild)
        return rebuild(&d);
    block_signals(&signals);
    return serve(&d, &signals);
}
