/* torn: the power goes, and the disk holds what it happens to hold. The real writer and its settler work at a desk: events, notes, what a
 * console keeps, checkpoints, a log begun anew, a ticket erased and the file written anew, an end and a new beginning; all that
 * reaches the disk is recorded below SQLite (harness/disk). Then the power goes at any moment of it, and the database is opened as it may
 * be found: it is sound, its journal is whole and the first part of the one that was written, and it holds every event, note and text
 * that was acknowledged by then.
 *
 * That this would be noticed is asked of four disks that leave one kind of sync out, each of which must be caught; and, in
 * tests/torture/torn_early, of a writer that acknowledges before the sync.
 *
 * torn [--images N] [--seed S]; also TORN_IMAGES. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/config.h"
#include "core/redact.h"
#include "harness/disk.h"
#include "store/chain.h"
#include "worker/writer.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { BURSTS = 8, BURST = 32, AT_ONCE = 12, MOST = BURSTS * (BURST + 1) + 1, LINKS = 4000, LOG_IDLE = 40, SOON = 60000, IMAGES = 400, CAUGHT_WITHIN = 5000, NEAR = 6, LARGE = 40 };
static const char config[] = "team: torn\nsources: [{name: s, dialect: rbs, auth: none}]\nagents: [{name: ana, uid: 1, role: admin}]\n";

struct promise { struct job job; int64_t seq; int kept_at; }; /* kept_at: the moment it was made; 0: it was not */
static struct arena *arena;
static char dir[] = "/tmp/triage-torn-XXXXXX", path[64], image[64];
static struct promise promises[MOST];
static int promised, posted;
static struct chain_place links[LINKS];
static int link_count, images = IMAGES;
static uint64_t dice = 88172645463325252u;
static struct {
    pthread_mutex_t lock;
    pthread_cond_t some;
    int kept;
} told = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static int throw(int below)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int)(dice % (uint64_t)below);
}

/* --- the desk --- */

static void keep_promise(void *arg)
{
    struct promise *p = arg;
    int now = disk_now();
    pthread_mutex_lock(&told.lock);
    p->kept_at = p->job.ok ? now : 0;
    told.kept++;
    pthread_cond_signal(&told.some);
    pthread_mutex_unlock(&told.lock);
}

static void wait_for(int count)
{
    pthread_mutex_lock(&told.lock);
    while (told.kept < count)
        pthread_cond_wait(&told.some, &told.lock);
    pthread_mutex_unlock(&told.lock);
}

static void promise(struct writer *w, struct job job)
{
    struct err err = {0};
    struct promise *p = &promises[promised];
    promised++;
    p->job = job;
    p->job.arena = arena_new();
    p->job.wake = keep_promise;
    p->job.wake_arg = p;
    assert_true(writer_post(w, &p->job, &err));
    wait_for(promised - AT_ONCE);
}

static void fill_item(struct ingest_item *item, int i)
{
    const char *key = arena_printf(arena, "k:%d", i), *ticket = arena_printf(arena, "t%d", i);
    item->event = (struct event){.source = "s", .account = "s", .dialect = "rbs", .key = key, .effect_text = "create", .received_at = 1000 + i, .seen = 1, .raw = "{}", .raw_n = 2,
                                 .headers = "{}", .warnings = "[]"};
    item->obs = (struct observation){.kind = KIND_CREATE, .account = "s", .dialect = "rbs", .key = ticket, .v = {.t = 1000 + i, .key = key}};
    item->obs.value.source_id = ticket;
    observe_say_text(&item->obs, "title", arena_printf(arena, "Case %d: the terminal prints nothing since this morning", i));
    item->effect = "create";
    item->has_key = true;
}

static void post_events(struct writer *w, int count)
{
    struct ingest_item *items = ARENA_ARRAY(arena, struct ingest_item, (size_t)count);
    for (int i = 0; i < count; i++)
        fill_item(&items[i], posted++);
    promise(w, (struct job){.kind = JOB_INGEST, .items = items, .item_count = count});
}

static void act(struct writer *w, int id, int64_t ticket, const char *arg, const char *with)
{
    int64_t *tickets = ARENA_ARRAY(arena, int64_t, 1);
    *tickets = ticket;
    promise(w, (struct job){.kind = JOB_DO, .request = {.action = {.id = id, .actor = "ana", .role = ROLE_ADMIN, .arg = arg, .with = with}, .tickets = tickets, .ticket_count = 1}});
}

/* Each text is another's successor: the number of the promise that is kept. */
static void keep_text(struct writer *w)
{
    promise(w, (struct job){.kind = JOB_KEEP, .keeping = {.agent = "ana", .key = "number", .value = arena_printf(arena, "%d", promised)}});
}

/* The log begins anew with it, by turns with a small commit and with one that reaches over the first of the log before. */
static void burst(struct writer *w, int first)
{
    post_events(w, first);
    wait_for(promised);
    for (int i = 0; i < BURST; i++) {
        int what = throw(8);
        if (what < 5 || promised < BURST / 2)
            post_events(w, 1);
        else if (what < 7)
            act(w, ACTION_NOTE, 1 + throw(BURST / 4), arena_printf(arena, "note %d", promised), NULL);
        else
            keep_text(w);
        if (!throw(6))
            usleep(3000);
    }
    wait_for(promised);
}

static void wait_for_syncs(enum disk_sync kind, int count)
{
    for (int64_t until = clock_mono() + SOON; disk_syncs(kind, disk_now()) < count; usleep(1000))
        if (clock_mono() > until)
            fail_msg("%d syncs (%s), not %d", disk_syncs(kind, disk_now()), disk_sync_names[kind], count);
}

static struct writer *begin(const struct config *c, struct hub *hub)
{
    struct err err = {0};
    struct writer *w = writer_open(&(struct writer_options){.path = path, .config = c, .hub = hub, .mailbox_max = 100, .log_idle = LOG_IDLE, .log_most = 16 * LOG_IDLE}, &err);
    if (!w)
        fail_msg("%s", err.text);
    return w;
}

static void read_links(void)
{
    struct err err = {0};
    struct store *s = store_open(path, STORE_READER, &err);
    struct chain_walk walk = {0};
    while (link_count < LINKS && !walk.end && store_chain_walk(s, &walk, 1, &err) && !walk.fault)
        links[link_count++] = walk.at;
    assert_true(walk.end);
    store_close(s);
}

static void work(void)
{
    struct err err = {0};
    const struct config *c = config_parse(arena, "test", config, sizeof config - 1, NULL, 0, &err);
    struct hub *hub = hub_new(64, 1 << 20);
    assert_non_null(c);
    writer_close(begin(c, hub)); /* a database that is there, and all of it on disk */
    disk_record(path);
    struct writer *w = begin(c, hub);
    for (int i = 0; i < BURSTS; i++) {
        int moved = disk_syncs(DISK_MOVED, disk_now());
        burst(w, i % 2 ? LARGE : 1);
        wait_for_syncs(DISK_MOVED, moved + 1);
        if (i == BURSTS / 2) {
            act(w, ACTION_ERASE, 2, NULL, "{\"confirm\":\"erase\"}");
            wait_for(promised);
            wait_for_syncs(DISK_MOVED, moved + 2); /* the file is written anew */
            writer_close(w);
            w = begin(c, hub);
        }
    }
    disk_stop();
    writer_close(w);
    hub_free(hub);
    for (int i = 0; i < promised; i++) {
        const struct promise *p = &promises[i];
        if (!p->job.ok || (p->job.answer && strstr(p->job.answer, "\"ok\":false")))
            fail_msg("promise %d: %s%s", i, p->job.err.text, p->job.answer ? p->job.answer : "");
    }
    read_links();
}

/* --- what is found --- */

static int64_t seq_of(const struct promise *p)
{
    AUTO_JSON root = json_parse(p->job.answer, strlen(p->job.answer), &json_limits_dialect, NULL, NULL);
    return json_get_i64(root, "seq", 0);
}

/* What was promised by then and is not there; NULL: all is. */
static const char *missing(struct store *s, struct arena *a, int moment)
{
    struct err err = {0};
    int64_t last = 0;
    int newest = -1;
    if (!store_entry_last(s, &last, &err))
        return "the journal's end cannot be read";
    for (int i = 0; i < promised; i++) {
        const struct promise *p = &promises[i];
        struct event e;
        if (!p->kept_at || p->kept_at > moment)
            continue;
        if (p->job.kind == JOB_KEEP)
            newest = i;
        for (int k = 0; p->job.kind == JOB_INGEST && k < p->job.item_count; k++)
            if (!store_event_get(s, a, p->job.answers[k].event, &e, &err) || !str_eq(e.key, p->job.items[k].event.key))
                return arena_printf(a, "event %s was acknowledged and is lost", p->job.items[k].event.key);
        if (p->job.kind == JOB_DO && (!p->seq || p->seq > last))
            return arena_printf(a, "an act, entry %lld, was acknowledged and is lost: the journal ends at %lld", (long long)p->seq, (long long)last);
    }
    const char *kept = newest < 0 ? NULL : store_keep_get(s, a, "ana", "number", &err);
    if (newest >= 0 && (!kept || strtol(kept, NULL, 10) < newest))
        return arena_printf(a, "text %d was acknowledged and is lost: it is %s", newest, kept ? kept : "not there");
    return NULL;
}

static const char *journal_fault(struct store *s)
{
    struct err err = {0};
    struct chain_walk walk = {0};
    struct chain_place head;
    while (!walk.end && !walk.fault)
        if (!store_chain_walk(s, &walk, INT64_MAX, &err))
            return "the journal cannot be read";
    if (walk.fault)
        return chain_fault_sentence(walk.fault);
    if (!store_chain_head(s, &head, &err))
        return "the journal has no end";
    if (!head.seq)
        return NULL; /* nothing was written yet */
    for (int i = 0; i < link_count; i++)
        if (links[i].seq == head.seq)
            return memcmp(links[i].hash, head.hash, CHAIN_HASH) == 0 ? NULL : "the journal is another than was written";
    return "the journal ends where no commit ended";
}

static const char *fault_of(struct arena *a, int moment)
{
    struct err err = {0};
    AUTO_STR report;
    str_init(&report, 1 << 16);
    struct store *s = store_open(image, STORE_WRITER, &err);
    if (!s)
        return arena_printf(a, "it cannot be opened: %.*s", (int)strcspn(err.text, "\n"), err.text);
    const char *fault = store_check(s, &report, &err) && str_eq(report.data, "ok\n") ? NULL : arena_printf(a, "the file is unsound: %.*s", (int)strcspn(*err.text ? err.text : report.data, "\n"), *err.text ? err.text : report.data);
    fault = fault ? fault : journal_fault(s);
    fault = fault ? fault : missing(s, a, moment);
    store_close(s);
    return fault;
}

static void forget_image(void)
{
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end; end++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s", image, *end);
        unlink(name);
    }
}

/* One image; why it is no good, NULL: it is. */
static const char *look(struct arena *a, int moment, unsigned left_out, enum disk_manner manner)
{
    forget_image();
    disk_write(&(struct disk_image){moment, left_out, manner, &dice}, image);
    return fault_of(a, moment);
}

/* Anywhere, or where there is most to go wrong: around a sync of this kind. */
static int some_moment(int kind)
{
    int all = disk_now(), syncs = disk_syncs((enum disk_sync)kind, all), moment;
    if (kind == DISK_SYNCS || !syncs)
        return throw(all + 1);
    moment = disk_sync_at((enum disk_sync)kind, throw(syncs)) - 2 + throw(NEAR);
    return moment < 0 ? 0 : moment > all ? all : moment;
}

/* --- tests --- */

static void whatever_the_disk_holds_what_was_acknowledged_is_there(void **state)
{
    int found[DISK_SYNCS + 1] = {0}, acknowledged = 0;
    (void)state;
    for (int i = 0; i < images; i++) {
        AUTO_ARENA a = arena_new();
        int near = i % (DISK_SYNCS + 2), moment = some_moment(near < DISK_SYNCS ? near : DISK_SYNCS);
        const char *fault = look(a, moment, 0, DISK_MANNERS);
        if (fault)
            fail_msg("image %d, at moment %d of %d: %s (it is left in %s)", i, moment, disk_now(), fault, image);
        found[near < DISK_SYNCS ? near : DISK_SYNCS]++;
    }
    for (int i = 0; i < promised; i++)
        acknowledged += promises[i].kept_at > 0;
    print_message("# torn: %d images of %d writes and syncs, %d acknowledged: each sound, whole, and nothing acknowledged was lost\n", images, disk_now(), acknowledged);
    for (int i = 0; i < DISK_SYNCS; i++) {
        print_message("# torn: %d near a sync %s (%d)\n", found[i], disk_sync_names[i], disk_syncs((enum disk_sync)i, disk_now()));
        assert_true(disk_syncs((enum disk_sync)i, disk_now()) > 0);
    }
}

static void a_disk_that_leaves_any_kind_of_sync_out_is_caught(void **state)
{
    (void)state;
    for (int kind = 0; kind < DISK_SYNCS; kind++) {
        AUTO_ARENA a = arena_new();
        const char *fault = NULL;
        int i = 0;
        for (; i < CAUGHT_WITHIN && !fault; i++)
            fault = look(a, some_moment(kind), 1u << kind, kind == DISK_BEGUN ? DISK_LAST : DISK_MANNERS); /* an old header before new pages, and old ones between */
        print_message("# torn: without the syncs %s: %s, after %d images\n", disk_sync_names[kind], fault ? fault : "nothing", i);
        if (!fault)
            fail_msg("nobody would notice if the syncs %s were left out", disk_sync_names[kind]);
    }
}

static void a_writer_that_acknowledges_before_the_sync_is_caught(void **state)
{
    const char *fault = NULL;
    AUTO_ARENA a = arena_new();
    int i = 0;
    (void)state;
    for (; i < CAUGHT_WITHIN && !fault; i++)
        fault = look(a, some_moment(DISK_SETTLED), 0, DISK_MANNERS);
    print_message("# torn: acknowledged before the sync: %s, after %d images\n", fault ? fault : "nothing", i);
    assert_non_null(fault);
    assert_non_null(strstr(fault, "was acknowledged and is lost"));
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/triage.db", dir);
    snprintf(image, sizeof image, "%s/found.db", dir);
    work();
    for (int i = 0; i < promised; i++)
        promises[i].seq = promises[i].job.kind == JOB_DO ? seq_of(&promises[i]) : 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    forget_image();
    snprintf(image, sizeof image, "%s", path);
    forget_image();
    rmdir(dir);
    for (int i = 0; i < promised; i++)
        arena_free(promises[i].job.arena);
    arena_free(arena);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_disk_holds_what_was_acknowledged_is_there),
        cmocka_unit_test(a_disk_that_leaves_any_kind_of_sync_out_is_caught),
    };
    const struct CMUnitTest early[] = {cmocka_unit_test(a_writer_that_acknowledges_before_the_sync_is_caught)};
    struct err err;
    images = getenv("TORN_IMAGES") ? (int)strtol(getenv("TORN_IMAGES"), NULL, 10) : images;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--images") == 0)
            images = (int)strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            dice ^= strtoull(argv[i + 1], NULL, 10);
    }
    disk_install();
    if (!crypto_open() || !redact_open(&err))
        return 1;
#ifdef TORTURE_ACK_EARLY
    (void)tests;
    return cmocka_run_group_tests_name("torn_early", early, start, stop);
#else
    (void)early;
    return cmocka_run_group_tests_name("torn", tests, start, stop);
#endif
}
