/* attach: files that come with messages and go with replies, with the real daemon, shell, receivers and a reader of mail that is not ours. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/attachment.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/smtpd.h"
#include "harness/stub.h"
#include "support/hostile.h"
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena *arena;
static struct daemon_run *desk;
static struct client *me;
static const char *role = "agent";

static void open_desk(const char *more, const char *rules)
{
    arena = arena ? arena : arena_new();
    desk = daemon_start(arena_printf(arena, "team: files\nsources:\n  - {name: rbs, dialect: rbs, auth: none%s}\nagents:\n  - {name: ana, uid: %ld, role: %s}\n%s", more,
                                     (long)getuid(), role, rules));
    crypto_open();
    me = client_open(desk->desk);
    setenv("TRIAGE_SOCKET", desk->desk, 1);
}

static void close_desk(void)
{
    client_close(me);
    daemon_remove(desk);
    arena_free(arena);
    arena = NULL;
}

/* A ticket whose first message brings these. */
static void comes_with(const char *attachments)
{
    struct client *in = client_open(desk->ingest);
    struct answer a = client_post(in, "/in/rbs",
                                  arena_printf(arena,
                                               "{\"eventId\":\"e-1\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-12-31T23:00:00Z\",\"source\":\"caracol\",\"data\":{"
                                               "\"source_ticket_id\":\"R1\",\"user_id\":\"u\",\"user_name\":\"Jane Doe\",\"user_email\":\"jane@example.com\",\"subject\":\"Checkout is down\","
                                               "\"description\":\"Since this morning.\",\"attachments\":%s}}", attachments));
    assert_int_equal(a.status / 100, 2);
    client_close(in);
}

static char *hex_of(const char *data, size_t n)
{
    uint8_t sum[32];
    char *hex = arena_alloc(arena, 65);
    crypto_sha256(data, n, sum);
    crypto_hex(sum, sizeof sum, hex);
    return hex;
}

static struct answer put_file(const char *name, const char *data, size_t n)
{
    return client_ask(me, "POST", arena_printf(arena, "/v1/files?name=%s", name), "Content-Type: application/octet-stream\r\n", data, n);
}

/* The reply's result, or the answer's own problem. */
static struct answer reply_with(const char *attachments)
{
    return client_post(me, "/v1/do", arena_printf(arena, "{\"do\":\"reply\",\"tickets\":[1],\"text\":\"Here it is.\",\"attachments\":%s}", attachments));
}

static const struct json *refusal(const struct answer *a)
{
    return json_get(json_first(json_get(a->json, "results")), "error");
}

static char *file_path(const char *name)
{
    return arena_printf(arena, "%s/%s", desk->dir, name);
}

static char *write_file(const char *name, const char *data)
{
    char *path = file_path(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(data, f);
    assert_int_equal(fclose(f), 0);
    return path;
}

static int rebuild(void)
{
    return daemon_try((const char *[]){"triaged", "--dir", desk->dir, "--clock", file_path("clock"), "--rebuild", NULL});
}

static const char webhook[] = ", reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', allow_loopback: true";
static const char ceilings[] = "attachments: {file: 64 KiB, message: 100 KiB, webhook: 80 KiB}\n";

static void a_file_is_taken_up_to_the_ceiling_and_is_there_before_it_is_said(void **state)
{
    (void)state;
    open_desk(webhook, ceilings);
    char *data = arena_alloc(arena, 65537);
    memset(data, 'x', 65537);
    struct answer a = put_file("..%2F-big.log", data, 65536);
    assert_int_equal(a.status, 200);
    assert_string_equal(json_get_string(a.json, "name", ""), "big.log");
    assert_string_equal(json_get_string(a.json, "type", ""), "text/plain");
    assert_int_equal(json_get_i64(a.json, "size", 0), 65536);
    const char *hex = hex_of(data, 65536);
    assert_string_equal(json_get_string(a.json, "sha256", ""), hex);
    struct stat st;
    assert_int_equal(stat(file_path(arena_printf(arena, "files/%s", hex)), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(put_file("big.log", data, 65537).status, 413);
    assert_int_equal(put_file("empty.log", "", 0).status, 422);
    assert_int_equal(put_file("", "x", 1).status, 400);
    assert_int_equal(put_file("again.log", data, 65536).status, 200);
    close_desk();
}

/* A small file system of its own where the files go; false: this machine lets nobody here make one. */
static bool mount_small(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static void a_full_disk_is_said_and_what_fits_is_taken(void **state)
{
    (void)state;
    if (!mount_small()) {
        print_message("# skipped: mounting a file system is not allowed here\n");
        skip();
    }
    open_desk(webhook, "");
    const char *files = file_path("files");
    assert_int_equal(mkdir(files, 0700), 0);
    assert_int_equal(mount("triage-test", files, "tmpfs", 0, "size=64k,mode=0700"), 0);
    char *data = arena_alloc(arena, 200000);
    memset(data, 'x', 200000);
    struct answer a = put_file("large.log", data, 200000);
    assert_int_equal(a.status, 507);
    shell_holds(a.body, "urn:triage:problem:no-space");
    assert_int_not_equal(access(file_path("files/draft"), F_OK), 0); /* the room is given back */
    assert_int_equal(put_file("small.log", data, 1000).status, 200);
    assert_int_equal(put_file("large.log", data, 200000).status, 507);
    assert_int_equal(client_get(me, "/v1/tickets/1").status, 404); /* it goes on */
    client_close(me);
    assert_int_equal(daemon_stop(desk), 0);
    assert_int_equal(umount(files), 0);
    me = NULL;
    close_desk();
}

static void what_a_reply_brings_is_checked_before_it_is_held(void **state)
{
    (void)state;
    open_desk(webhook, ceilings);
    comes_with("[]");
    char *data = arena_alloc(arena, 50000);
    memset(data, 'x', 50000);
    assert_int_equal(put_file("a", data, 50000).status, 200);
    const char *one = arena_printf(arena, "{\"name\":\"a.log\",\"sha256\":\"%s\"}", hex_of(data, 50000));
    struct answer a = reply_with(arena_printf(arena, "[%s,%s]", one, one));
    assert_string_equal(json_get_string(refusal(&a), "detail", ""), "attachments: 100 kB together, and 81 kB at most leave by this source's webhook");
    assert_int_equal(json_get_i64(refusal(&a), "status", 0), 413);
    a = reply_with("[{\"name\":\"gone.log\",\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]");
    assert_string_equal(json_get_string(refusal(&a), "detail", ""), "gone.log is not here any more: attach it again");
    static const char *const unreadable[] = {"[1]", "[{}]", "[{\"name\":\"a\"}]", "[{\"name\":\"a\",\"sha256\":\"../../x\"}]", "[{\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]"};
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++) {
        a = reply_with(unreadable[i]);
        assert_int_equal(json_get_i64(refusal(&a), "status", 0), 400);
    }
    assert_int_equal(reply_with("\"a\"").status, 400);
    assert_int_equal(client_post(me, "/v1/do", "{\"do\":\"claim\",\"tickets\":[1],\"attachments\":[]}").status, 400);
    a = client_get(me, "/v1/tickets/1/attachments");
    assert_int_equal(json_count(json_get(a.json, "attachments")), 0);
    close_desk();
}

/* What would be refused is refused in a dry run too, and nothing is put anywhere for it. */
static void a_dry_run_meets_the_same_ceilings_and_brings_nothing(void **state)
{
    enum { SMALL = 50000, BIG = 70000 };
    (void)state;
    open_desk(webhook, ceilings);
    comes_with("[]");
    char *data = arena_alloc(arena, BIG + 1);
    memset(data, 'x', BIG);
    data[BIG] = 0;
    const char *big = write_file("big.log", data);
    data[SMALL] = 0;
    const char *small = write_file("small.log", data), *other = write_file("other.log", data);
    const struct shell_ran *ran = SHELL("x", "reply", "1", "--attach", big, "--dry-run");
    assert_int_equal(ran->code, 65);
    shell_holds(ran->err, "big.log: 70 kB, and one file has 65 kB at most");
    ran = SHELL("x", "reply", "1", "--attach", small, "--attach", other, "--dry-run");
    assert_int_equal(ran->code, 65);
    shell_holds(ran->err, "attachments: 100 kB together, and 81 kB at most leave by this source's webhook");
    assert_int_equal(SHELL("x", "reply", "1", "--attach", small, "--dry-run")->code, 0);
    assert_int_not_equal(access(file_path(arena_printf(arena, "files/%s", hex_of(data, SMALL))), F_OK), 0);
    struct answer a = reply_with("[{\"name\":\"small.log\",\"size\":50000}]"); /* not in a dry run: it has to be here */
    assert_int_equal(json_get_i64(refusal(&a), "status", 0), 400);
    close_desk();
}

static void what_is_sent_is_in_the_journal_read_back_and_the_reading_too(void **state)
{
    (void)state;
    open_desk(webhook, "");
    comes_with("[\"https://cdn.example.com/a.png\"]");
    const char *path = write_file("console.log", "GET / 500\n\x1b[31mred\n");
    assert_int_equal(SHELL("Here it is.\n", "reply", "1", "--attach", path, "--attach", write_file("b.bin", "\x01\x02"))->code, 0);
    shell_holds(SHELL(NULL, "show", "1")->out, "    | attachment 2: console.log 19 bytes\n    | attachment 3: b.bin 2 bytes\n");
    shell_holds(SHELL(NULL, "attachments", "1")->out, "link    a.png  at cdn.example.com\n");
    assert_string_equal(SHELL(NULL, "attachment", "1", "2")->out, "GET / 500\n\x1b[31mred\n");
    shell_holds(SHELL(NULL, "attachment", "1", "1")->err, "a.png is a link to cdn.example.com: its bytes were never here");
    shell_holds(SHELL(NULL, "attachment", "1", "9")->err, "#1 has no attachment 9");
    shell_holds(SHELL(NULL, "show", "1")->out, "read attachment 2: console.log");
    struct answer a = client_get(me, "/v1/entries?ticket=1&kind=ticket");
    shell_holds(a.body, arena_printf(arena, "\"name\":\"console.log\",\"type\":\"text/plain\",\"size\":19,\"sha256\":\"%s\"", hex_of("GET / 500\n\x1b[31mred\n", 19)));
    a = client_get(me, "/v1/tickets/1/attachments/3");
    assert_string_equal(answer_header(me, &a, "Content-Type"), "application/octet-stream");
    assert_string_equal(answer_header(me, &a, "Content-Disposition"), "attachment; filename=\"b.bin\"; filename*=UTF-8''b.bin");
    shell_holds(SHELL("x", "reply", "1", "--attach", "/nonexistent/x")->err, "/nonexistent/x: No such file");
    shell_holds(SHELL("x", "reply", "1", "--attach", desk->dir)->err, "is no file");
    shell_holds(SHELL("x", "--restricted", "--socket", desk->desk, "attach", "1", path)->err, "files of this machine are not for this account");
    shell_holds(SHELL("x", "--restricted", "--socket", desk->desk, "reply", "1", "--attach", path)->err, "files of this machine are not for this account");
    shell_holds(SHELL("x", "--restricted", "--socket", desk->desk, "attach", "1", "--name", "own.log")->out, "1 attachment: own.log 1 byte");
    assert_int_equal(daemon_stop(desk), 0);
    assert_int_equal(rebuild(), 0);
    assert_int_equal(truncate(file_path(arena_printf(arena, "files/%s", hex_of("\x01\x02", 2))), 1), 0);
    assert_int_not_equal(rebuild(), 0);
    close_desk();
}

/* What was put there and not sent when the daemon died is there when it is back; the draft that names it, too. */
static void a_kill_between_the_upload_and_the_send_loses_nothing(void **state)
{
    (void)state;
    open_desk(webhook, "");
    comes_with("[]");
    shell_holds(SHELL("bytes", "attach", "1", "--name", "from stdin.log")->out, "with your draft: 1 attachment: from stdin.log 5 bytes\n");
    shell_holds(SHELL(NULL, "attach", "1", write_file("c.log", "more"))->out, "2 attachments: from stdin.log 5 bytes, c.log 4 bytes\n");
    client_close(me);
    daemon_kill(desk);
    daemon_restart(desk);
    me = client_open(desk->desk);
    struct answer a = client_get(me, "/v1/keep/draft:1:reply");
    const char *files = json_print_in(arena, json_path(a.json, "value.attachments"));
    a = reply_with(files);
    assert_true(json_get_bool(json_first(json_get(a.json, "results")), "ok", false));
    client_close(me);
    daemon_kill(desk);
    daemon_restart(desk);
    me = client_open(desk->desk);
    a = client_get(me, "/v1/tickets/1/attachments/2");
    assert_int_equal(a.body_n, 4);
    assert_memory_equal(a.body, "more", 4);
    close_desk();
}

static void a_draft_is_sent_whole_by_the_shell(void **state)
{
    (void)state;
    open_desk(webhook, "");
    comes_with("[]");
    assert_int_equal(SHELL(NULL, "attach", "1", write_file("c.log", "more"))->code, 0);
    shell_holds(SHELL(NULL, "reply", "1", "--draft")->err, "has files and no text yet, and a file alone says nothing");
    shell_holds(SHELL(NULL, "drafts")->out, "1 attachment: c.log");
    shell_holds(SHELL(NULL, "drafts", "show", "1")->err, "1 attachment: c.log");
    AUTO_JSON value = json_object();
    struct answer a = client_get(me, "/v1/keep/draft:1:reply");
    json_put_string(value, "text", "Here it is.");
    json_put_i64(value, "version", 99);
    json_put(value, "attachments", json_copy(json_path(a.json, "value.attachments")));
    const char *body = arena_printf(arena, "{\"value\":%s}", json_print_in(arena, value));
    assert_int_equal(client_ask(me, "PUT", "/v1/keep/draft:1:reply", "Content-Type: application/json\r\n", body, strlen(body)).status, 200);
    shell_holds(SHELL(NULL, "drafts", "show", "1")->err, "1 attachment: c.log 4 bytes");
    assert_int_equal(SHELL(NULL, "reply", "1", "--draft")->code, 75); /* somebody wrote since */
    assert_int_equal(SHELL(NULL, "reply", "1", "--draft", "--anyway", "--attach", write_file("d.log", "x"))->code, 0);
    shell_holds(SHELL(NULL, "attachments", "1")->out, "c.log");
    shell_holds(SHELL(NULL, "attachments", "1")->out, "d.log");
    a = client_get(me, "/v1/keep/draft:1:reply");
    assert_true(json_is(json_get(a.json, "value"), JSON_NULL));
    close_desk();
}

static void a_reply_taken_back_is_the_draft_with_its_files(void **state)
{
    (void)state;
    open_desk(webhook, "");
    comes_with("[]");
    assert_int_equal(SHELL("Here.", "reply", "1", "--attach", write_file("c.log", "more"))->code, 0);
    assert_int_equal(SHELL(NULL, "undo", "1")->code, 0);
    struct answer a = client_get(me, "/v1/keep/draft:1:reply");
    assert_string_equal(json_get_string(json_get(a.json, "value"), "text", ""), "Here.");
    assert_string_equal(json_get_string(json_first(json_path(a.json, "value.attachments")), "name", ""), "c.log");
    a = client_get(me, "/v1/drafts");
    assert_string_equal(json_get_string(json_first(json_get(json_first(json_get(a.json, "drafts")), "attachments")), "name", ""), "c.log");
    close_desk();
}

/* --- it leaves --- */

enum { HELD_MS = 15000, SOON_MS = 30000 };

static const char *message_state(const char *body)
{
    struct answer a = client_get(me, "/v1/tickets/1/lines");
    const char *state = "not there";
    for (const struct json *l = json_first(json_get(a.json, "lines")); l; l = json_next(l))
        if (str_eq(json_string(json_path(l, "message.body")), body))
            state = json_get_string(json_get(l, "message"), "state", "none");
    return arena_strdup(arena, state);
}

static void wait_state(const char *body, const char *want)
{
    const char *state = "";
    for (int64_t until = clock_mono() + SOON_MS; clock_mono() < until; usleep(5000))
        if (str_eq(state = message_state(body), want))
            return;
    fail_msg("\"%s\" is %s, not %s", body, state, want);
}

/* What is said and what hostile names there are become files of one reply, sent when its time has come. */
static void send_them(const char *text, const char *const *names, int count)
{
    AUTO_JSON body = json_object();
    struct json *tickets = json_array(), *list = json_array();
    for (int i = 0; i < count; i++) {
        struct json *one = json_object();
        const char *data = arena_printf(arena, "%d:%s", i, names[i]);
        AUTO_STR path;
        str_init(&path, 1 << 16);
        for (const unsigned char *at = (const unsigned char *)names[i]; *at; at++)
            str_addf(&path, "%%%02X", *at);
        struct answer a = put_file(path.data, data, strlen(data));
        assert_int_equal(a.status, 200);
        json_put_string(one, "name", json_get_string(a.json, "name", ""));
        json_put_string(one, "sha256", json_get_string(a.json, "sha256", ""));
        json_push(list, one);
    }
    json_push(tickets, json_new_i64(1));
    json_put_string(body, "do", "reply");
    json_put_string(body, "text", text);
    json_put(body, "tickets", tickets);
    json_put(body, "attachments", list);
    struct answer a = client_post(me, "/v1/do", json_print_in(arena, body));
    if (!json_get_bool(json_first(json_get(a.json, "results")), "ok", false))
        fail_msg("%s", a.body);
    *desk->clock += HELD_MS;
    wait_state(text, "sent");
}

static const char *const plain_names[] = {"console.log", "a b (1).txt", "r\xc3\xa9sum\xc3\xa9.pdf", "\xe6\xbc\xa2\xe5\xad\x97.png", "forwarded.eml", "noending"};
enum { PLAIN = sizeof plain_names / sizeof *plain_names };

static void is_part(const struct json *part, const char *said, int n)
{
    const char *data = arena_printf(arena, "%d:%s", n, said), *name = attachment_name(arena, said);
    assert_string_equal(json_get_string(part, "name", ""), name);
    assert_string_equal(json_get_string(part, "how", ""), "attachment");
    assert_string_equal(json_get_string(part, "type", ""), strstr(name, ".eml") ? "application/octet-stream" : attachment_type(name));
    assert_int_equal(json_get_i64(part, "size", 0), strlen(data));
    assert_string_equal(json_get_string(part, "sha256", ""), hex_of(data, strlen(data)));
    assert_int_equal(json_get_i64(part, "defects", -1), 0);
}

static void is_mail(const struct json *mail, const char *text, const char *const *names, int count)
{
    const struct json *part = json_first(json_get(mail, "parts"));
    assert_int_equal(json_count(json_get(mail, "parts")), count + 1);
    assert_string_equal(json_get_string(part, "type", ""), "text/plain");
    shell_holds(json_get_string(mail, "text", ""), text);
    assert_true(json_get_i64(mail, "widest", 999) <= 78);
    for (int i = 0; i < count; i++)
        is_part(part = json_next(part), names[i], i);
}

/* The same names on their other ways out: the shell, its JSON, and the header of a download. */
static void is_safe_outside(int sent, int n)
{
    const struct shell_ran *ran = SHELL(NULL, "attachments", "1");
    hostile_check("attachments", ran->out, strlen(ran->out), HOSTILE_LINES);
    ran = SHELL(NULL, "attachments", "1", "--json");
    hostile_check("attachments --json", ran->out, strnlen(ran->out, sizeof ran->out - 1), HOSTILE_LINES | HOSTILE_DATA);
    for (int i = 1; i <= n; i++) {
        struct answer a = client_get(me, arena_printf(arena, "/v1/tickets/1/attachments/%d", PLAIN + sent + i));
        const char *how = answer_header(me, &a, "Content-Disposition");
        assert_int_equal(a.status, 200);
        for (const char *p = how; *p; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
        assert_true(str_starts(how, "attachment; filename=\"") && strstr(how, "\"; filename*=UTF-8''"));
    }
}

/* 200 names that mean harm, 20 a mail, read by a reader that is not ours. */
static int hostile_mails(struct smtpd *smtpd)
{
    enum { NAMES = 200 };
    struct hostile all;
    const char *names[ATTACHMENTS_SENT];
    int sent = 0, n = 0;
    hostile_make(arena, &all);
    for (int i = 0; i < all.count && sent < NAMES; i++) {
        if (!*all.list[i] || strlen(all.list[i]) > 200)
            continue;
        static const char *const forms[] = {"%s", "../%s", "%s.log\r\nX-Evil: 1", "\"; filename=\"%s"};
        AUTO_STR name;
        str_init(&name, 4096);
        for (const char *f = forms[i % 4]; *f; f++)
            if (f[0] == '%')
                str_adds(&name, all.list[i]), f++;
            else
                str_addc(&name, *f);
        names[n++] = arena_strdup(arena, name.data);
        if (n < ATTACHMENTS_SENT)
            continue;
        const char *text = arena_printf(arena, "Mail %d.", sent);
        send_them(text, names, n);
        const struct json *mail = json_first(json_get(smtpd_script(smtpd, arena, "{}"), "mails"));
        is_mail(mail, text, names, n);
        assert_null(strstr(json_get_string(mail, "text", ""), "\nX-Evil"));
        is_safe_outside(sent, n);
        sent += n;
        n = 0;
    }
    return sent;
}

static void a_mail_carries_the_files_as_parts_that_another_reader_reads(void **state)
{
    (void)state;
    struct smtpd *smtpd = smtpd_open();
    if (!smtpd) {
        print_message("# skipped: python3-aiosmtpd is not installed\n");
        skip();
    }
    arena = arena_new();
    open_desk(", reply_via: email, reply_destination: post",
              arena_printf(arena, "destinations:\n  - {name: post, kind: email, host: 127.0.0.1, port: %d, tls: none, from: 'Desk <desk@acme.example>', max_per_hour: 1000, allow_loopback: true}\n",
                           smtpd_port(smtpd)));
    comes_with("[]");
    send_them("Plain ones.", plain_names, PLAIN);
    is_mail(json_first(json_get(smtpd_script(smtpd, arena, "{}"), "mails")), "Plain ones.", plain_names, PLAIN);
    send_them("None.", NULL, 0);
    const struct json *mail = json_first(json_get(smtpd_script(smtpd, arena, "{}"), "mails"));
    assert_null(strstr(json_get_string(mail, "text", "multipart"), "multipart"));
    print_message("# %d hostile names in mails\n", hostile_mails(smtpd));
    close_desk();
    smtpd_close(smtpd);
}

static void a_file_that_is_gone_keeps_its_reply_from_leaving_and_the_draft_is_back(void **state)
{
    (void)state;
    struct stub *shop = stub_open();
    open_desk(arena_printf(arena = arena_new(), ", reply_via: webhook, reply_url: '%s', allow_loopback: true", stub_url(shop)), "");
    comes_with("[]");
    assert_int_equal(SHELL("Here it is.", "reply", "1", "--attach", write_file("c.log", "more"))->code, 0);
    assert_int_equal(unlink(file_path(arena_printf(arena, "files/%s", hex_of("more", 4)))), 0);
    *desk->clock += HELD_MS;
    wait_state("Here it is.", "failed");
    shell_holds(SHELL(NULL, "show", "1")->out, "its attachment c.log cannot be read");
    struct answer a = client_get(me, "/v1/keep/draft:1:reply");
    assert_string_equal(json_get_string(json_first(json_path(a.json, "value.attachments")), "name", ""), "c.log");
    assert_int_equal(stub_wait(shop, 1, 0), 0);
    close_desk();
    stub_close(shop);
}

static bool on_disk(const char *data)
{
    return access(file_path(arena_printf(arena, "files/%s", hex_of(data, strlen(data)))), F_OK) == 0;
}

static void an_erased_ticket_takes_its_files_along_but_those_that_others_need(void **state)
{
    (void)state;
    struct stub *shop = stub_open();
    const struct stub_step yes[] = {STUB_STATUS("200 OK")};
    stub_script(shop, yes, 1);
    role = "admin";
    open_desk(arena_printf(arena = arena_new(), ", reply_via: webhook, reply_url: '%s', allow_loopback: true", stub_url(shop)), "");
    role = "agent";
    comes_with("[]");
    assert_int_equal(SHELL("Here it is.", "reply", "1", "--attach", write_file("sent.log", "sent bytes"))->code, 0);
    *desk->clock += HELD_MS;
    wait_state("Here it is.", "sent");
    assert_int_equal(SHELL(NULL, "attach", "1", write_file("begun.log", "begun bytes"), write_file("both.log", "both bytes"))->code, 0);
    assert_int_equal(SHELL(NULL, "attach", "2", file_path("both.log"))->code, 0);
    assert_int_equal(SHELL(NULL, "attachment", "1", "1")->code, 0); /* its name is in the journal */
    assert_true(on_disk("sent bytes") && on_disk("begun bytes") && on_disk("both bytes"));
    assert_int_equal(SHELL(NULL, "erase", "1", "erase")->code, 0);
    assert_string_equal(SHELL(NULL, "attachments", "1")->out, "");
    assert_null(strstr(SHELL(NULL, "show", "1")->out, "sent.log"));
    assert_null(strstr(client_get(me, "/v1/entries?ticket=1").body, "sent.log"));
    assert_int_equal(daemon_stop(desk), 0);
    assert_int_equal(rebuild(), 0);
    client_close(me);
    daemon_restart(desk);
    me = client_open(desk->desk);
    assert_false(on_disk("sent bytes") || on_disk("begun bytes"));
    assert_true(on_disk("both bytes"));
    close_desk();
    stub_close(shop);
}

static void a_webhook_carries_the_files_whole_up_to_the_ceiling(void **state)
{
    (void)state;
    enum { MOST = 40 << 10 };
    struct stub *shop = stub_open();
    const struct stub_step yes[] = {STUB_STATUS("200 OK")};
    stub_script(shop, yes, 1);
    open_desk(arena_printf(arena = arena_new(), ", reply_via: webhook, reply_url: '%s', allow_loopback: true", stub_url(shop)), "attachments: {webhook: 40 KiB}\n");
    comes_with("[]");
    char *data = arena_alloc(arena, MOST);
    for (int i = 0; i < MOST; i++)
        data[i] = (char)(i * 7 + i / 256);
    assert_int_equal(put_file("all.bin", data, MOST).status, 200);
    struct answer a = reply_with(arena_printf(arena, "[{\"name\":\"all.bin\",\"sha256\":\"%s\"}]", hex_of(data, MOST)));
    assert_true(json_get_bool(json_first(json_get(a.json, "results")), "ok", false));
    *desk->clock += HELD_MS;
    assert_int_equal(stub_wait(shop, 1, SOON_MS), 1);
    const struct stub_request *r = stub_request(shop, 0);
    const struct json *root = json_parse_in(arena, r->body, r->body_n, &json_limits_dialect, NULL, NULL), *file = json_first(json_path(root, "data.attachments"));
    uint8_t *got = arena_alloc(arena, MOST);
    size_t n = 0;
    assert_true(crypto_unbase64(json_get_string(file, "content", ""), got, MOST, &n));
    assert_int_equal(n, MOST);
    assert_memory_equal(got, data, MOST);
    assert_string_equal(json_get_string(file, "name", ""), "all.bin");
    assert_string_equal(json_get_string(file, "sha256", ""), hex_of(data, MOST));
    assert_int_equal(json_get_i64(file, "size", 0), MOST);
    wait_state("Here it is.", "sent");
    close_desk();
    stub_close(shop);
}

static void what_came_is_named_with_size_and_host_and_never_opened(void **state)
{
    (void)state;
    open_desk("", "");
    comes_with("[{\"filename\":\"../../console.log\",\"size\":14300},\"https://cdn.example.com/a/page%20one.png?sig=s3cret\",{\"name\":\"-rf\\u202e.exe\",\"url\":\"http://u:p@evil.example/x\"}]");
    struct answer a = client_get(me, "/v1/tickets/1/lines");
    const struct json *list = json_path(json_first(json_get(a.json, "lines")), "message.attachments"), *first = json_first(list), *second = json_next(first);
    assert_int_equal(json_count(list), 3);
    assert_string_equal(json_get_string(first, "name", ""), "console.log");
    assert_int_equal(json_get_i64(first, "size", 0), 14300);
    assert_int_equal(json_get_i64(first, "n", 0), 1);
    assert_string_equal(json_get_string(second, "name", ""), "page one.png");
    assert_string_equal(json_get_string(second, "host", ""), "cdn.example.com");
    const struct shell_ran *ran = SHELL(NULL, "show", "1");
    shell_holds(ran->out, "    | attachment: console.log 14 kB\n");
    shell_holds(ran->out, "    | attachment: page one.png at cdn.example.com\n");
    shell_holds(ran->out, "    | attachment: rf_.exe at evil.example\n");
    assert_null(strstr(ran->out, "s3cret"));
    close_desk();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_taken_up_to_the_ceiling_and_is_there_before_it_is_said),
        cmocka_unit_test(a_full_disk_is_said_and_what_fits_is_taken),
        cmocka_unit_test(what_a_reply_brings_is_checked_before_it_is_held),
        cmocka_unit_test(a_dry_run_meets_the_same_ceilings_and_brings_nothing),
        cmocka_unit_test(what_is_sent_is_in_the_journal_read_back_and_the_reading_too),
        cmocka_unit_test(a_kill_between_the_upload_and_the_send_loses_nothing),
        cmocka_unit_test(a_draft_is_sent_whole_by_the_shell),
        cmocka_unit_test(a_reply_taken_back_is_the_draft_with_its_files),
        cmocka_unit_test(a_mail_carries_the_files_as_parts_that_another_reader_reads),
        cmocka_unit_test(an_erased_ticket_takes_its_files_along_but_those_that_others_need),
        cmocka_unit_test(a_webhook_carries_the_files_whole_up_to_the_ceiling),
        cmocka_unit_test(a_file_that_is_gone_keeps_its_reply_from_leaving_and_the_draft_is_back),
        cmocka_unit_test(what_came_is_named_with_size_and_host_and_never_opened),
    };
    return cmocka_run_group_tests_name("flow/attach", tests, NULL, NULL);
}
