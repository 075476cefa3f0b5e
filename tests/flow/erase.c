/* erase: what `triage erase` leaves of a person's words on the disk: nothing, in no file of the daemon's, though they came in twice, were
 * answered, delivered, searched for, and lie half written in two people's drafts, one of them the team's. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/stub.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static const char *const words[] = {"quillonborgh", "xanthemure", "velloprax", "brumalkest", "ossivandrel", "plimtorquay", "garrowfenwick", "tessumbrine"};
enum { SUBJECT, BODY, NOTE, OWN, SHARED, WHERE, AGAIN, LONG, WORDS };

struct desk {
    struct arena *arena;
    struct stub *hook;
    struct daemon_run *daemon;
    struct client *in, *me;
};

static struct desk open_desk(void)
{
    static const struct stub_step ok[] = {STUB_STATUS("200 OK")};
    struct desk d = {.arena = arena_new(), .hook = stub_open()};
    stub_script(d.hook, ok, 1);
    d.daemon = daemon_start(arena_printf(d.arena, "team: erase\nsources:\n  - {name: app, dialect: ingestlayer, auth: bearer, token: t}\n  - {name: shop, dialect: cstar, auth: none}\n"
                                                  "agents:\n  - {name: ana, uid: %ld, role: admin, shared: true, key_id: k-ana}\n  - {name: tom, role: agent, key_id: k-tom}\n"
                                                  "destinations:\n  - {name: hook, kind: webhook, url: '%s', allow_loopback: true}\n"
                                                  "routes:\n  - {name: all, match: support.ticket.created, to: [hook]}\n", (long)getuid(), stub_url(d.hook)));
    d.in = client_open(d.daemon->ingest);
    d.me = client_open(d.daemon->desk);
    setenv("TRIAGE_SOCKET", d.daemon->desk, 1);
    return d;
}

static void close_desk(struct desk *d)
{
    client_close(d->in);
    client_close(d->me);
    stub_close(d->hook);
    arena_free(d->arena);
}

static void post(struct desk *d, const char *ticket, const char *key, const char *subject, const char *body)
{
    const char *text = arena_printf(d->arena, "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"%s\",\"payload\":{\"ticket_id\":\"%s\","
                                              "\"subject\":\"%s\",\"body\":\"%s\",\"customer_tier\":\"pro\",\"channel\":\"email\"}}]}", key, ticket, subject, body);
    client_ask(d->in, "POST", "/v1/ingest", "Authorization: Bearer t\r\nContent-Type: application/json\r\n", text, strlen(text));
}

static void keep(struct desk *d, const char *who, const char *key, const char *value)
{
    const char *body = arena_printf(d->arena, "{\"value\":%s}", value);
    const char *headers = arena_printf(d->arena, "X-Triage-Key: %s\r\nContent-Type: application/json\r\n", who);
    assert_int_equal(client_ask(d->me, "PUT", arena_printf(d->arena, "/v1/keep/%s", key), headers, body, strlen(body)).status, 200);
}

/* --- what lies on the disk --- */

static char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "r");
    struct stat is;
    char *text = f && fstat(fileno(f), &is) == 0 && S_ISREG(is.st_mode) ? malloc((size_t)is.st_size + 1) : NULL;
    *n = text ? fread(text, 1, (size_t)is.st_size, f) : 0;
    if (f)
        fclose(f);
    return text;
}

/* The files below dir that hold the word, by name. */
static int files_with(const char *dir, const char *word, struct str *where)
{
    DIR *list = opendir(dir);
    int found = 0;
    for (const struct dirent *e; list && (e = readdir(list));) {
        AUTO_ARENA arena = arena_new();
        const char *path = arena_printf(arena, "%s/%s", dir, e->d_name);
        size_t n;
        if (*e->d_name == '.' || strcmp(e->d_name, "triage.yaml") == 0)
            continue;
        if (e->d_type == DT_DIR) {
            found += files_with(path, word, where);
            continue;
        }
        char *text = e->d_type == DT_REG ? slurp(path, &n) : NULL;
        if (text && memmem(text, n, word, strlen(word))) {
            str_addf(where, " %s:%s", e->d_name, word);
            found++;
        }
        free(text);
    }
    if (list)
        closedir(list);
    return found;
}

static int left(struct desk *d, struct str *where)
{
    int found = 0;
    str_clear(where);
    for (int i = 0; i < WORDS; i++)
        found += files_with(d->daemon->dir, words[i], where);
    return found;
}

static void until_none_is_left(struct desk *d)
{
    AUTO_STR where;
    str_init(&where, 8192);
    for (int64_t since = clock_mono(); left(d, &where);) {
        client_ask(d->me, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11);
        if (clock_mono() - since > SOON)
            fail_msg("left:%s", where.data);
        usleep(100000);
    }
}

/* It left, its receipt is in, and nothing of it is under way any more. */
static void until_delivered(struct desk *d, int n)
{
    assert_int_equal(stub_wait(d->hook, n, SOON), n);
    for (int64_t since = clock_mono();;) {
        struct answer a = client_get(d->me, "/v1/parcels?state=delivered");
        if ((int)json_count(json_get(a.json, "parcels")) >= n)
            return;
        if (clock_mono() - since > SOON)
            fail_msg("not delivered: %s", a.body);
        usleep(20000);
    }
}

static int rebuilds(const struct daemon_run *run)
{
    char clock[128];
    snprintf(clock, sizeof clock, "%s/clock", run->dir);
    return daemon_try((const char *[]){"triaged", "--dir", run->dir, "--clock", clock, "--rebuild", NULL});
}

/* Stopped and started again: what was in the log is in the database now. */
static void again(struct desk *d, bool killed)
{
    client_close(d->in);
    client_close(d->me);
    if (killed)
        daemon_kill(d->daemon);
    else
        assert_int_equal(daemon_stop(d->daemon), 0);
    daemon_restart(d->daemon);
    d->in = client_open(d->daemon->ingest);
    d->me = client_open(d->daemon->desk);
}

static void erase_all(bool killed)
{
    struct desk d = open_desk();
    AUTO_STR where, much;
    str_init(&where, 8192);
    str_init(&much, 1 << 17);
    while (much.len < 60000) /* more than a page: some of it lies in pages of its own */
        str_addf(&much, "%s ", words[LONG]);
    post(&d, "T-1", "k1", arena_printf(d.arena, "The %s", words[SUBJECT]), arena_printf(d.arena, "It %s. %s", words[BODY], much.data));
    post(&d, "T-1", "k1", "The same key", arena_printf(d.arena, "other words, %s", words[AGAIN]));
    post(&d, "T-2", "k2", "Somebody else", "They wrote this, and it stays");
    until_delivered(&d, 2);
    assert_int_equal(SHELL(arena_printf(d.arena, "It sounds like %s", words[NOTE]), "note", "1")->code, 0);
    for (int i = 0; i < 20; i++) /* as it is typed: each of them is written, and deleted by the next */
        keep(&d, "k-ana", "draft:1:reply", arena_printf(d.arena, "{\"text\":\"%.*s\",\"shared\":true}", 1000 * (i + 1), much.data));
    again(&d, false);
    keep(&d, "k-ana", "draft:1:reply", arena_printf(d.arena, "{\"text\":\"half of a %s\",\"shared\":true}", words[SHARED]));
    keep(&d, "k-tom", "draft:1:note", arena_printf(d.arena, "\"half of a %s\"", words[OWN]));
    keep(&d, "k-tom", "session", arena_printf(d.arena, "{\"at\":1,\"was\":{\"where\":\"title.contains(\\\"The %s\\\") || title.contains(\\\"%s\\\")\"}}", words[SUBJECT], words[WHERE]));
    keep(&d, "k-tom", "draft:2:reply", "\"another one's\"");
    assert_true(left(&d, &where) >= WORDS);
    assert_int_equal(SHELL(NULL, "erase", "1")->code, 64); /* it has to be said twice */
    int files = left(&d, &where);
    assert_true(files >= WORDS);
    shell_holds(SHELL(NULL, "erase", "1", "erase")->out, "#1 erased: what was written in it is gone");
    if (killed)
        again(&d, true);
    until_none_is_left(&d);
    print_message("# %d words, found %d times in files before, none of them left\n", WORDS, files);
    shell_holds(SHELL(NULL, "show", "1")->out, "(erased)");
    shell_holds(SHELL(NULL, "show", "2")->out, "They wrote this, and it stays");
    shell_holds(client_ask(d.me, "GET", "/v1/keep/draft:2:reply", "X-Triage-Key: k-tom\r\n", NULL, 0).body, "another one's");
    assert_int_equal(SHELL(NULL, "audit", "verify")->code, 0);
    assert_int_equal(daemon_stop(d.daemon), 0);
    assert_int_equal(rebuilds(d.daemon), 0);
    daemon_remove(d.daemon);
    close_desk(&d);
}

static void after_an_erasure_no_file_holds_a_byte_of_it(void **state)
{
    (void)state;
    erase_all(false);
}

static void a_daemon_that_is_killed_meanwhile_goes_on_with_it_when_it_starts(void **state)
{
    (void)state;
    erase_all(true);
}

static void what_is_purged_by_the_shell_leaves_no_byte_and_no_row(void **state)
{
    (void)state;
    struct desk d = open_desk();
    AUTO_STR where;
    str_init(&where, 8192);
    post(&d, "T-1", "k1", arena_printf(d.arena, "The %s", words[SUBJECT]), arena_printf(d.arena, "It %s.", words[BODY]));
    post(&d, "T-2", "k2", "Somebody else", "They wrote this, and it stays");
    until_delivered(&d, 2);
    assert_true(left(&d, &where));
    shell_holds(SHELL(NULL, "purge", "1", "--confirm")->err, "delete it first");
    assert_int_equal(SHELL(NULL, "delete", "1")->code, 64); /* it has to be said twice */
    shell_holds(SHELL(NULL, "delete", "1", "2", "--confirm")->out, "#2 deleted: out of every queue and count (triage undo takes it back)");
    shell_holds(SHELL(NULL, "undo", "2")->out, "delete undone");
    shell_holds(SHELL(NULL, "purge", "1", "purge")->out, "#1 purged: nothing is left of it but its journal");
    until_none_is_left(&d);
    shell_holds(SHELL(NULL, "show", "1")->err, "#1 was purged");
    assert_null(strstr(SHELL(NULL, "list")->out, "#1 "));
    shell_holds(SHELL(NULL, "show", "2")->out, "They wrote this, and it stays");
    assert_int_equal(SHELL(NULL, "audit", "verify")->code, 0);
    post(&d, "T-1", "k3", "It is about something else now", "And they wrote again");
    shell_holds(SHELL(NULL, "show", "3")->out, "And they wrote again");
    assert_int_equal(daemon_stop(d.daemon), 0);
    assert_int_equal(rebuilds(d.daemon), 0);
    daemon_remove(d.daemon);
    close_desk(&d);
}

static void what_is_erased_by_the_number_of_its_event_leaves_no_byte(void **state)
{
    (void)state;
    struct desk d = open_desk();
    AUTO_STR where;
    str_init(&where, 8192);
    for (int turn = 0; turn < 2; turn++)
        assert_int_equal(client_post(d.in, "/in/shop", arena_printf(d.arena, "{\"subject\":\"%s\",\"body\":\"%s\"}", words[SUBJECT], words[BODY])).status, 202);
    assert_true(left(&d, &where));
    shell_holds(SHELL(NULL, "erase-event", "2", "erase-event")->out, "what event 2 said is erased");
    until_none_is_left(&d);
    assert_int_equal(SHELL(NULL, "audit", "verify")->code, 0);
    assert_int_equal(daemon_stop(d.daemon), 0);
    assert_int_equal(rebuilds(d.daemon), 0);
    daemon_remove(d.daemon);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(after_an_erasure_no_file_holds_a_byte_of_it),
                                       cmocka_unit_test(a_daemon_that_is_killed_meanwhile_goes_on_with_it_when_it_starts),
                                       cmocka_unit_test(what_is_purged_by_the_shell_leaves_no_byte_and_no_row),
                                       cmocka_unit_test(what_is_erased_by_the_number_of_its_event_leaves_no_byte)};
    crypto_open();
    return cmocka_run_group_tests_name("erase", tests, NULL, NULL);
}
