/* The verbs for real: what is on stdout, what on stderr, and the exit code's cause. */
#include "base/clock.h"
#include "base/crypto.h"
#include "command/command.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include "harness/stub.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: admin, team: eu}\n"
                             "  - {name: tom, uid: 4242, role: agent, team: eu}\n";
static struct daemon_run *run;
static struct client *in;
static const struct shell_ran *ran;

static int start(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start_mine(config);
    in = client_open(run->ingest);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    client_close(in);
    daemon_remove(run);
    return 0;
}

static void post(const char *id, const char *subject)
{
    shop_post(in, "open", id, subject);
}

#define TRIAGE(input, ...) (ran = SHELL(input, __VA_ARGS__))

static void a_ticket_goes_through_its_life_in_the_shell(void **state)
{
    (void)state;
    post("A-1", "Checkout is down");
    assert_int_equal(TRIAGE(NULL, "ls", "--view", "unassigned")->code, 0);
    shell_holds(ran->out, "Checkout is down");
    assert_int_equal(TRIAGE(NULL, "claim", "1")->code, 0);
    shell_holds(ran->out, "#1 claimed");
    assert_int_equal(TRIAGE("The database was full.\n", "note", "1")->code, 0);
    assert_int_equal(TRIAGE(NULL, "priority", "1", "high")->code, 0);
    assert_int_equal(TRIAGE(NULL, "tags", "1", "vip,eu")->code, 0);
    assert_int_equal(TRIAGE(NULL, "snooze", "1", "2027-06-01T09:00")->code, 0);
    assert_int_equal(TRIAGE(NULL, "close", "1")->code, 0);
    assert_int_equal(TRIAGE(NULL, "show", "1")->code, 0);
    shell_holds(ran->out, "status        resolved");
    shell_holds(ran->out, "    | The database was full.");
    shell_holds(ran->out, "customer   Uma  ["); /* the source names no author: it is the ticket's customer */
    shell_holds(TRIAGE(NULL, "sources")->out, "\ncounted since the daemon's start, 00:00\n"); /* not since ever */
    assert_int_equal(TRIAGE(NULL, "undo", "1")->code, 0);
    assert_int_equal(TRIAGE(NULL, "why", "1", "label")->code, 0);
    assert_true(strlen(ran->out) > 10);
}

static void many_tickets_are_one_call_and_each_is_answered(void **state)
{
    (void)state;
    post("A-1", "one");
    post("A-2", "two");
    assert_int_equal(TRIAGE(NULL, "assign", "1", "2", "99", "tom")->code, 1);
    shell_holds(ran->out, "#1 assigned to tom");
    shell_holds(ran->out, "#2 assigned to tom");
    shell_holds(ran->err, "triage: ");
    assert_int_equal(TRIAGE(NULL, "ls", "--where", "assignee == \"tom\"", "--json")->code, 0);
    int lines = 0;
    for (const char *at = ran->out; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 2);
    AUTO_JSON first = json_parse(ran->out, strcspn(ran->out, "\n"), &json_limits_dialect, NULL, NULL);
    assert_string_equal(json_get_string(first, "assignee", ""), "tom");
}

/* Where the second number may be the text's first word nothing is guessed. */
static void a_note_is_written_on_many_tickets(void **state)
{
    (void)state;
    post("A-1", "one");
    post("A-2", "two");
    assert_int_equal(TRIAGE(NULL, "note", "1", "2", "The incident of this morning")->code, 0);
    assert_int_equal(TRIAGE("And its end\n", "note", "1", "2")->code, 0);
    for (int i = 1; i <= 2; i++) {
        TRIAGE(NULL, "show", i == 1 ? "1" : "2");
        shell_holds(ran->out, "| The incident of this morning");
        shell_holds(ran->out, "| And its end");
    }
    assert_int_equal(TRIAGE(NULL, "note", "1", "2", "customers", "wait")->code, 64);
    shell_holds(ran->err, "is the second number a ticket's, or does the text begin with it?");
    assert_int_equal(TRIAGE(NULL, "note", "1", "2 customers wait")->code, 0);
    shell_holds(TRIAGE(NULL, "show", "1")->out, "| 2 customers wait");
    assert_int_equal(TRIAGE(NULL, "reply", "1", "2", "Hello")->code, 64);
}

static void a_dry_run_says_what_would_change_and_changes_nothing(void **state)
{
    (void)state;
    post("A-1", "one");
    const struct shell_ran *plain = TRIAGE(NULL, "assign", "1", "tom", "--dry-run");
    assert_int_equal(plain->code, 0);
    shell_holds(plain->out, "#1 would: ");
    shell_holds(plain->out, "owner - \u2192 tom");
    assert_int_equal(TRIAGE(NULL, "assign", "1", "tom", "--dry-run", "--json")->code, 0);
    shell_holds(ran->out, "\"changes\"");
    assert_int_equal(TRIAGE(NULL, "ls", "--where", "assignee == \"tom\"")->code, 0);
    assert_string_equal(ran->out, "");
}

static void every_cause_has_its_code(void **state)
{
    (void)state;
    assert_int_equal(TRIAGE(NULL, "asign", "1", "tom")->code, 64);
    shell_holds(ran->err, "did you mean \"assign\"?");
    assert_int_equal(TRIAGE(NULL, "assign")->code, 64);
    assert_int_equal(TRIAGE(NULL, "priority", "1", "huge")->code, 64);
    shell_holds(ran->err, "low, normal, high, urgent");
    assert_int_equal(TRIAGE(NULL, "show", "99")->code, 1);
    assert_int_equal(TRIAGE(NULL, "ls", "--where", "urgancy == \"high\"")->code, 64);
    shell_holds(ran->err, "urgency");
    assert_int_equal(TRIAGE("see {{page}}", "note", "1")->code, 65);
    assert_int_equal(TRIAGE(NULL, "--socket", "/tmp/nobody-listens.sock", "ls")->code, 69);
    shell_holds(ran->err, "hint: triage up");
    assert_int_equal(TRIAGE(NULL, "--json", "--socket", "/tmp/nobody-listens.sock", "ls")->code, 69);
    shell_holds(ran->err, "\"type\":\"urn:triage:problem:unavailable\"");
    assert_string_equal(ran->out, "");
}

/* Some milliseconds pass between the desk's word and ours. */
static void snoozed_for(const char *ticket, int64_t ms)
{
    assert_int_equal(TRIAGE(NULL, "show", ticket, "--json")->code, 0);
    const char *at = strstr(ran->out, "\"snoozed_until\":");
    assert_non_null(at);
    int64_t left = atoll(at + strlen("\"snoozed_until\":")) - *run->clock - ms;
    if (left < 0 || left > 60000)
        fail_msg("#%s is snoozed for %lld ms more than was said", ticket, (long long)left);
}

/* --yes is an option and no word of what is said, and an option beside a word that is wrong is no crash. */
static void options_are_no_part_of_what_is_said(void **state)
{
    (void)state;
    post("A-1", "one");
    assert_int_equal(TRIAGE(NULL, "escalate", "1", "the shop burns", "--yes")->code, 0);
    assert_int_equal(TRIAGE(NULL, "show", "1")->code, 0);
    shell_holds(ran->out, "(the shop burns)");
    assert_int_equal(TRIAGE(NULL, "snooze", "1", "whenever", "--to", "tom")->code, 65);
}

static int start_bare(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start(NULL);
    in = client_open(run->ingest);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    return 0;
}

/* What `triage sources` says where there is none is pasted into a shell as it stands, and then there is one. */
static void a_new_desk_says_how_its_first_source_is_made(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_int_equal(TRIAGE(NULL, "sources")->code, 0);
    const char *from = strstr(ran->out, "printf "), *last = "triage reload\n", *to = from ? strstr(from, last) : NULL;
    shell_holds(ran->out, "no source is configured");
    assert_non_null(to);
    const char *pasted = arena_printf(arena, "PATH=%s:$PATH\n%.*s", getenv("TRIAGE_BUILDDIR"), (int)(to + strlen(last) - from), from);
    assert_int_equal(system(pasted), 0);
    shell_holds(TRIAGE(NULL, "sources")->out, "shop              rbs");
    shop_post(in, "shop", "A-1", "The first of all");
    shell_holds(TRIAGE(NULL, "ls", "--view", "all")->out, "The first of all");
}

/* A script that tries again on 75 has to come to an end. */
static void what_is_refused_for_good_is_no_reason_to_try_again(void **state)
{
    static const struct { int code; const char *says, *words[7]; } refused[] = {
        {65, "takes no replies", {"reply", "1", "Hello"}},
        {65, "not merged into itself", {"merge", "1", "--into", "1"}},
        {64, "merge needs into NUMBER\n", {"merge", "1"}},
        {64, "confirm it with the word", {"erase", "1"}},
        {64, "confirm it with the word", {"spam", "1"}},
        {64, "confirm it with the word", {"delete", "1"}},
        {65, "delete it first", {"purge", "1", "purge"}},
        {64, "confirm it with the word", {"reset-xp", "ana", "why"}}};
    (void)state;
    post("A-1", "one");
    post("A-2", "two");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        ran = shell_run(NULL, refused[i].words);
        if (ran->code != refused[i].code || !strstr(ran->err, refused[i].says) || strstr(ran->err, "then repeat"))
            fail_msg("%s: %d, not %d: %s", refused[i].words[0], ran->code, refused[i].code, ran->err);
    }
}

/* One rule for all of them: what was asked for stands, so a script goes on; a person is told that nothing was done. */
static void what_is_so_already_is_no_failure_and_says_so(void **state)
{
    static const struct { const char *says, *words[7]; } done[] = {
        {"nothing to reopen", {"reopen", "1"}}, {"no open escalation to acknowledge", {"ack", "1"}}, {"claimed", {"claim", "1"}},
        {"it was so already", {"claim", "1"}}, {"nothing to take back", {"unmerge", "1"}}, {"watched", {"watch", "1"}}, {"it was so already", {"watch", "1"}},
        {"on_hold", {"status", "1", "on_hold", "parts"}}, {"it was so already", {"status", "1", "on_hold", "parts"}}, {"priority high", {"priority", "1", "high"}}, {"it was so already", {"priority", "1", "high"}}, {"#1 closed", {"close", "1"}}, {"already closed", {"close", "1"}},
        {"part of #3", {"merge", "4", "--into", "3", "--confirm"}}, {"already part of #3", {"merge", "4", "--into", "3", "--confirm"}},
        {"spam", {"spam", "2", "spam"}}, {"already; unmerge takes it back", {"spam", "2", "spam"}}, {"deleted", {"delete", "1", "delete"}},
        {"already deleted", {"delete", "1", "delete"}}, {"kept", {"view-save", "late", "--where", "true"}}, {"the team's", {"view-share", "late"}},
        {"the team's already", {"view-share", "late"}}, {"alone", {"view-unshare", "late"}}, {"alone already", {"view-unshare", "late"}},
        {"no maintenance window runs", {"maintenance-end"}}, {"not away now", {"present"}}};
    (void)state;
    post("A-1", "one");
    post("A-2", "two");
    post("A-3", "three");
    post("A-4", "four");
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        ran = shell_run(NULL, done[i].words);
        if (ran->code || !strstr(ran->out, done[i].says) || *ran->err)
            fail_msg("%s %s: %d: %s%s", done[i].words[0], done[i].words[1] ? done[i].words[1] : "", ran->code, ran->out, ran->err);
    }
    print_message("# %zu verbs, half of them said where it is so already: all 0, with a sentence\n", sizeof done / sizeof *done);
    assert_int_equal(TRIAGE(NULL, "close", "3", "--json")->code, 0);
    assert_int_equal(TRIAGE(NULL, "close", "3", "--json")->code, 0);
    shell_holds(ran->out, "urn:triage:problem:already");
}

/* Taken for text, the act would be done, the page go out and a script believe that the queue is empty. */
static void an_option_that_nobody_knows_is_no_text(void **state)
{
    static const struct { const char *says, *hint, *words[7]; } refused[] = {
        {"no option --dryrun", "did you mean \"--dry-run\"?", {"note", "1", "--dryrun", "hello"}}, {"no option --dry-runn", "\"--dry-run\"", {"escalate", "1", "--dry-runn"}},
        {"no option --dryrun", "\"--dry-run\"", {"snooze", "1", "1h", "--dryrun"}}, {"no option --dryrun", "\"--dry-run\"", {"snooze", "1", "--until", "1h", "--dryrun"}},
        {"no option --josn", "\"--json\"", {"ls", "--josn"}}, {"no option --viwe", "\"--view\"", {"ls", "--viwe", "critical"}}, {"no option --foo", "--", {"sources", "--foo"}},
        {"--limit needs a number, not abc", "--limit 20", {"ls", "--limit", "abc"}}, {"--limit needs a number, not -5", "--limit 20", {"ls", "--limit", "-5"}},
        {"tags needs", "'' takes all of them off", {"tags", "1"}}};
    (void)state;
    post("A-1", "one");
    assert_int_equal(TRIAGE(NULL, "tags", "1", "a,b")->code, 0);
    shell_holds(ran->out, "#1 tags set: a, b");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        ran = shell_run(NULL, refused[i].words);
        if (ran->code != 64 || !strstr(ran->err, refused[i].says) || !strstr(ran->err, refused[i].hint))
            fail_msg("%s: %d: %s%s", refused[i].words[0], ran->code, ran->out, ran->err);
    }
    assert_int_equal(TRIAGE(NULL, "show", "1", "--json")->code, 0);
    shell_holds(ran->out, "[\"a\",\"b\"]");
    assert_null(strstr(ran->out, "hello"));
    assert_int_equal(TRIAGE(NULL, "note", "1", "--", "--dry-run", "is meant")->code, 0);
    assert_int_equal(TRIAGE(NULL, "note", "1", "--dryrun is in the text")->code, 0);
    assert_int_equal(TRIAGE(NULL, "tags", "1", "")->code, 0);
    shell_holds(ran->out, "#1 tags set: none any more");
    assert_int_equal(TRIAGE(NULL, "show", "1")->code, 0);
    shell_holds(ran->out, "--dry-run is meant");
    shell_holds(ran->out, "--dryrun is in the text");
}

/* Of pages one after the other the first has the names of the columns, as the one list that they are. */
static void a_list_of_all_pages_has_one_heading(void **state)
{
    (void)state;
    post("A-1", "one");
    post("A-2", "two");
    post("A-3", "three");
    assert_int_equal(TRIAGE(NULL, "ls", "--all", "--limit", "1")->code, 0);
    const char *first = strstr(ran->out, "SUBJECT");
    shell_holds(ran->out, "three");
    assert_non_null(first);
    assert_null(strstr(first + 1, "SUBJECT"));
}

/* Two views of one name side by side, and nobody could say which was meant. */
static void a_view_of_the_configurations_name_is_refused_with_what_to_do(void **state)
{
    (void)state;
    assert_int_equal(TRIAGE(NULL, "view-save", "all", "--where", "true")->code, 65);
    shell_holds(ran->err, "\"all\" is a view of the configuration");
    shell_holds(ran->err, "another name");
    assert_int_equal(TRIAGE(NULL, "view-save", "late", "--where", "true")->code, 0);
    assert_int_equal(TRIAGE(NULL, "view-rename", "late", "to=all")->code, 65);
    assert_int_equal(TRIAGE(NULL, "views")->code, 0);
    assert_null(strstr(ran->out, "yours") ? strstr(strstr(ran->out, "yours") + 1, "yours") : NULL);
}

static int start_humble(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start_mine("team: flow\nsources:\n  - {name: open, dialect: rbs, auth: none}\nagents:\n  - {name: ana, uid: %ld, role: agent}\n");
    in = client_open(run->ingest);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    return 0;
}

/* What a role keeps from somebody says whose it is and where they are found, wherever it is refused. */
static void who_may_not_is_told_who_may(void **state)
{
    static const char *const words[][5] = {{"delete", "1", "delete"}, {"erase", "1", "erase"}, {"purge", "1", "purge"}, {"reset-xp", "all", "why"},
                                           {"maintenance", "to=+2h", "reason=disks"}, {"handover-ack"}, {"reload"}, {"audit"}};
    (void)state;
    post("A-1", "one");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        ran = shell_run(NULL, words[i]);
        if (ran->code != 77 || !strstr(ran->err, "needs the role ") || !strstr(ran->err, "yours is agent") || !strstr(ran->err, "`triage agents`") ||
            !strstr(ran->err, "triage.yaml"))
            fail_msg("%s: %d: %s", words[i][0], ran->code, ran->err);
    }
}

/* What is not there is said with where it is looked up, in the shell and in the console. */
static void what_is_not_there_says_where_it_is_found(void **state)
{
    static const struct { const char *says, *words[6]; } cases[] = {
        {"`triage ls WORDS`", {"show", "99"}}, {"`triage ls WORDS`", {"claim", "99"}}, {"did you mean \"ana\"? `triage agents`", {"assign", "1", "anna"}},
        {"`triage agents`", {"assign", "1", "nobody"}}, {"`triage views`", {"ls", "--view", "nope"}}, {"`triage views`", {"view-share", "nope"}},
        {"`triage events`", {"events", "99"}}, {"`triage events", {"rerun", "99"}}, {"`triage events", {"erase-event", "99", "erase-event"}},
        {"`triage deliveries ls`", {"deliveries", "show", "7"}}, {"`triage destinations`", {"deliveries", "pause", "nowhere"}},
        {"`triage articles`", {"article", "x.md"}}, {"`triage customers`", {"customer", "nobody"}}, {"`triage macros`", {"macro", "1", "nope"}},
        {"`triage oncall --json`", {"unoverride", "key=7"}}, {"`triage oncall --json`", {"present", "key=7"}}, {"`triage windows`", {"maintenance-end", "key=9"}},
        {"`triage model ls`", {"model", "rollback", "9"}}, {"`triage attachments 1`", {"attachment", "1", "3"}}, {"triage deliveries pause does that", {"pause", "mail"}},
        {"triage ls does that", {"filter", "x"}}, {":freeze is a command of the console", {"freeze"}}};
    (void)state;
    post("A-1", "one");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ran = shell_run(NULL, cases[i].words);
        if (!ran->code || !strstr(ran->err, cases[i].says))
            fail_msg("%s %s: %d: %s", cases[i].words[0], cases[i].words[1] ? cases[i].words[1] : "", ran->code, ran->err);
    }
    print_message("# %zu things that are not there, each with where they are\n", sizeof cases / sizeof *cases);
}

/* The desk's clock is years from this machine's, as on a demo's day: what is said from now on is from the desk's now. */
static void times_are_from_the_desks_clock(void **state)
{
    enum { HOUR_MS = 3600000 };
    (void)state;
    post("A-1", "one");
    post("A-2", "two");
    assert_int_equal(TRIAGE(NULL, "snooze", "1", "1h")->code, 0);
    snoozed_for("1", HOUR_MS);
    *run->clock += 400 * 24 * (int64_t)HOUR_MS;
    assert_int_equal(TRIAGE(NULL, "snooze", "2", "1h")->code, 0);
    snoozed_for("2", HOUR_MS);
    assert_int_equal(TRIAGE("snooze 2 2h\n", "--linear")->code, 0);
    snoozed_for("2", 2 * HOUR_MS);
    *run->clock += 5 * 60000;
    assert_int_equal(TRIAGE(NULL, "audit", "--since", "10m")->code, 0);
    shell_holds(ran->out, "#2");
    assert_null(strstr(ran->out, "#1"));
}

static void what_a_stranger_wrote_prints_inert(void **state)
{
    (void)state;
    post("A-1", "\\u001b]0;owned\\u0007 \\u202eevil \\u009b31m\\nsecond");
    assert_int_equal(TRIAGE(NULL, "ls", "--view", "all")->code, 0);
    for (const unsigned char *at = (const unsigned char *)ran->out; *at; at++)
        assert_true(*at >= 0x20 || *at == '\n');
    assert_null(strstr(ran->out, "\xe2\x80\xae"));
    assert_null(strstr(ran->out, "\xc2\x9b"));
    assert_int_equal(TRIAGE(NULL, "show", "1")->code, 0);
    assert_null(strchr(ran->out, '\033'));
    assert_int_equal(TRIAGE(NULL, "ls", "--view", "all", "--json")->code, 0);
    assert_null(strchr(ran->out, '\033'));
    shell_holds(ran->out, "\\u001b");
}

static void labels_are_reviewed_and_models_taken_back_in_the_shell(void **state)
{
    (void)state;
    struct client *desk = client_open(run->desk), *stream = client_open(run->desk);
    post("A-1", "the gazebo wobbles");
    assert_int_equal(TRIAGE(NULL, "labels")->code, 0);
    shell_holds(ran->out, "starter rules, 0 of your tickets learned; 1 of 1 open labels want a look");
    shell_holds(ran->out, "small margin");
    assert_null(strstr(ran->out, "%"));
    assert_int_equal(TRIAGE(NULL, "similar", "1")->code, 0);
    shell_holds(ran->out, "no resolved ticket is like it");
    client_stream(stream, "/v1/stream", NULL);
    client_wait(stream, "hello", 20000);
    assert_int_equal(TRIAGE(NULL, "accept", "1")->code, 0);
    shell_holds(ran->out, "#1 label accepted");
    client_wait(stream, "model", 20000);
    assert_int_equal(TRIAGE(NULL, "model")->code, 0);
    shell_holds(ran->out, "epoch 1 in force: learned from 1 of your tickets");
    assert_int_equal(TRIAGE(NULL, "model", "show", "1")->code, 0);
    shell_holds(ran->out, "figures");
    assert_int_equal(TRIAGE(NULL, "model", "rollback", "0")->code, 0);
    assert_int_equal(TRIAGE(NULL, "model", "ls")->code, 0);
    shell_holds(ran->out, "epoch 0 in force: starter rules");
    assert_int_equal(TRIAGE(NULL, "model", "rollback", "1")->code, 0);
    assert_int_equal(TRIAGE(NULL, "model", "rollback", "7")->code, 1);
    assert_int_equal(TRIAGE(NULL, "model", "rollback", "x")->code, 64);
    assert_int_equal(TRIAGE(NULL, "similar")->code, 64);
    client_close(desk);
    client_close(stream);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Seven mistakes, each in a line of its own but for the macro's two. */
static const char seven[] = "tz: Mars/X\n"
                            "sources:\n  - {name: shop, auth: none}\n  - {name: shop, auth: none}\n"
                            "agents:\n  - {name: a, uid: 1}\n  - {name: b, uid: 1}\n"
                            "views:\n  - {name: v, when: 'urgency == \"hi\"'}\n"
                            "macros:\n  - {name: m, actions: [clam], reply: 'hello {{nope}}'}\n"
                            "routes:\n  - {name: r, to: [nowhere]}\n";

static int lines_with(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void check_tells_each_mistake_in_one_run_and_reload_the_first_and_how_many_more(void **state)
{
    (void)state;
    static const char *const told[] = {":1:5: tz: ", ":4:5: sources[1]: ", ":7:5: agents[1]: ", ":9:21: views[0].when: ", ":11:24: \"clam\"",
                                       ":11:39: macros[0].reply: {{nope}}", ":13:20: routes[0].to: no destination 'nowhere'"};
    char path[128];
    snprintf(path, sizeof path, "%s/seven.yaml", run->dir);
    write_file(path, seven);
    assert_int_equal(TRIAGE(NULL, "check", path)->code, 78);
    const char *at = ran->err;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        assert_non_null(at = strstr(at, told[i]));
    assert_int_equal(lines_with(ran->err, "seven.yaml:"), 7);
    assert_int_equal(lines_with(ran->err, "hint:"), 1);
    assert_int_equal(TRIAGE(NULL, "check", path, "--json")->code, 78);
    assert_int_equal(lines_with(ran->err, "urn:triage:problem:config"), 7);
    daemon_config(run, seven);
    assert_int_equal(TRIAGE(NULL, "reload")->code, 78);
    shell_holds(ran->err, ".yaml:1:5: tz: ");
    shell_holds(ran->err, "and 6 more: `triage check FILE` shows each");
    AUTO_ARENA arena = arena_new();
    daemon_config(run, arena_printf(arena, config, (long)getuid()));
    assert_int_equal(TRIAGE(NULL, "reload")->code, 0);
}

/* A desk whose critical tickets go to a receiver and, all of them, to another. */
static const char routed[] = "team: flow\n"
                             "sources:\n  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n  - {name: ana, uid: %ld, role: %s}\n"
                             "destinations:\n"
                             "  - {name: hooks, kind: webhook, url: '%s', allow_loopback: true}\n"
                             "  - {name: warehouse, kind: webhook, url: '%s', allow_loopback: true}\n"
                             "routes:\n"
                             "  - name: critical\n    steps:\n      - filter.match: urgency == \"critical\"\n    to: [hooks]\n"
                             "  - {name: all, to: [warehouse]}\n";
static struct stub *hooks, *warehouse;

static int start_routed(void **state)
{
    static char text[2048];
    (void)state;
    crypto_open();
    hooks = stub_open();
    warehouse = stub_open();
    snprintf(text, sizeof text, routed, (long)getuid(), "lead", stub_url(hooks), stub_url(warehouse));
    run = daemon_start(text);
    in = client_open(run->ingest);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    return 0;
}

static int stop_routed(void **state)
{
    stop(state);
    stub_close(hooks);
    stub_close(warehouse);
    return 0;
}

/* `triage WORDS...` again and again until its output holds the part; each time a quarter of an hour has passed for the daemon,
 * and a call wakes its writer. */
static void until_holds(const char *part, const char *const *words)
{
    struct client *desk = client_open(run->desk);
    for (int tries = 0; tries < 400; tries++) {
        *run->clock += 900000;
        client_ask(desk, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11);
        if ((ran = shell_run(NULL, words))->code == 0 && strstr(ran->out, part))
            break;
    }
    client_close(desk);
    shell_holds(ran->out, part);
}
#define UNTIL(part, ...) until_holds(part, (const char *const[]){__VA_ARGS__, NULL})

/* What a list says of ticket 1. */
static int64_t undelivered(void)
{
    assert_int_equal(TRIAGE(NULL, "ls", "--view", "all", "--json")->code, 0);
    AUTO_JSON row = json_parse(ran->out, strcspn(ran->out, "\n"), &json_limits_dialect, NULL, NULL);
    assert_int_equal(json_get_i64(row, "id", 0), 1);
    return json_get_i64(row, "undelivered", 0);
}

static void a_dead_delivery_is_found_shown_and_leaves_again(void **state)
{
    static const struct stub_step refuses[] = {STUB_STATUS("410 Gone")}, takes[] = {STUB_STATUS("200 OK")};
    (void)state;
    stub_script(warehouse, refuses, 1);
    post("A-1", "Everything is fine");
    UNTIL("dead", "deliveries");
    shell_holds(ran->out, "warehouse");
    shell_holds(ran->out, "410");
    assert_null(strstr(ran->out, "hooks")); /* it was not critical */
    assert_int_equal(undelivered(), 1);
    shell_holds(TRIAGE(NULL, "show", "1")->out, "deliveries    1 not delivered");
    shell_holds(TRIAGE("gu\n", "--linear")->out, "nobody has it, 1 not delivered: Everything is fine");
    assert_int_equal(TRIAGE(NULL, "deliveries", "show", "1")->code, 0);
    shell_holds(ran->out, "attempt 1");
    shell_holds(ran->out, "Everything is fine");
    assert_int_equal(TRIAGE(NULL, "destinations")->code, 0);
    shell_holds(ran->out, "paused"); /* 410 says: never again */
    stub_script(warehouse, takes, 1);
    assert_int_equal(TRIAGE(NULL, "deliveries", "resume", "warehouse")->code, 0);
    shell_holds(ran->out, "warehouse goes on");
    assert_int_equal(TRIAGE(NULL, "deliveries", "replay", "1")->code, 0);
    assert_string_equal(ran->out, "1 delivery leaves again\n");
    assert_int_equal(undelivered(), 0);
    UNTIL("delivered", "deliveries", "ls", "--destination", "warehouse", "--ticket", "#1", "--since", "yesterday");
    assert_int_equal(TRIAGE(NULL, "deliveries", "replay", "1")->code, 1); /* not dead any more */
    shell_holds(ran->err, "nothing was replayed");
    assert_int_equal(TRIAGE(NULL, "deliveries", "--json")->code, 0);
    AUTO_JSON row = json_parse(ran->out, strcspn(ran->out, "\n"), &json_limits_dialect, NULL, NULL);
    assert_string_equal(json_get_string(row, "state", ""), "delivered");
}

static void a_destination_rests_and_what_waits_is_dropped_only_with_a_yes(void **state)
{
    static const struct stub_step fails[] = {STUB_STATUS("503 Service Unavailable")};
    (void)state;
    stub_script(warehouse, fails, 1);
    post("A-1", "one");
    UNTIL("retrying", "deliveries");
    assert_int_equal(TRIAGE(NULL, "deliveries", "retry", "--destination", "warehouse")->code, 0);
    shell_holds(ran->out, "1 delivery goes now");
    assert_int_equal(TRIAGE(NULL, "deliveries", "pause", "warehouse", "moving", "house")->code, 0);
    assert_int_equal(TRIAGE(NULL, "destinations")->code, 0);
    shell_holds(ran->out, "moving house");
    assert_int_equal(TRIAGE(NULL, "deliveries", "drop", "--destination", "warehouse")->code, 64);
    shell_holds(ran->err, "--yes");
    assert_int_equal(TRIAGE(NULL, "deliveries", "drop", "--destination", "warehouse", "--since", "yesterday", "--yes")->code, 0);
    shell_holds(ran->out, "1 delivery is given up");
    assert_int_equal(TRIAGE(NULL, "deliveries", "ls", "--state", "dropped")->code, 0);
    shell_holds(ran->out, "warehouse");
    assert_int_equal(TRIAGE(NULL, "deliveries", "ls", "--state", "dead")->code, 0);
    assert_string_equal(ran->out, "");
    shell_holds(ran->err, "nothing here");
    assert_int_equal(TRIAGE(NULL, "deliveries", "pause", "nowhere")->code, 1);
    assert_int_equal(TRIAGE(NULL, "deliveries", "pause")->code, 64);
    assert_int_equal(TRIAGE(NULL, "deliveries", "drop", "--yes")->code, 64); /* which? */
    assert_int_equal(TRIAGE(NULL, "deliveries", "drop", "1", "x", "--yes")->code, 64);
    assert_int_equal(TRIAGE(NULL, "deliveries", "ls", "--since", "whenever")->code, 64);
    assert_int_equal(TRIAGE(NULL, "deliveries", "juggle")->code, 64);
}

static void routes_are_explained_and_another_configuration_is_tried(void **state)
{
    char path[128], text[2048];
    (void)state;
    post("A-1", "A dark mode would be nice");
    assert_int_equal(TRIAGE(NULL, "route", "explain", "1")->code, 0);
    shell_holds(ran->out, "critical: filtered at step 1");
    shell_holds(ran->out, "filter.match");
    shell_holds(ran->out, "all: passed");
    shell_holds(ran->out, "->  warehouse");
    snprintf(path, sizeof path, "%s/other.yaml", run->dir);
    FILE *file = fopen(path, "w");
    snprintf(text, sizeof text, routed, (long)getuid(), "lead", stub_url(hooks), stub_url(warehouse));
    char *critical = strstr(text, "== \"critical\"");
    memcpy(critical, "!= ", 3);
    fputs(text, file);
    fclose(file);
    assert_int_equal(TRIAGE(NULL, "route", "explain", "1", "--config", path)->code, 0);
    shell_holds(ran->out, "critical: passed");
    assert_int_equal(TRIAGE(NULL, "replay", "--dry-run", "--config", path)->code, 0);
    shell_holds(ran->out, "1 events, 1 tickets; 1 would differ");
    shell_holds(ran->out, "0 in labels, 0 in pages, 1 in deliveries, 0 in redactions");
    shell_holds(ran->out, "    + critical to hooks");
    assert_int_equal(TRIAGE(NULL, "replay", "--dry-run", "--config", path, "--since", "2h", "--json")->code, 0);
    AUTO_JSON root = json_parse(ran->out, strlen(ran->out), &json_limits_dialect, NULL, NULL);
    assert_int_equal(json_count(json_get(root, "differ")), 1);
    assert_int_equal(TRIAGE(NULL, "check", path)->code, 0);
    shell_holds(ran->out, "2 destinations, 2 routes: fine");
    write_file(path, "destinations:\n  - {name: a, kind: pigeon}\n");
    assert_int_equal(TRIAGE(NULL, "check", path)->code, 78);
    shell_holds(ran->err, "other.yaml:2:");
    assert_int_equal(TRIAGE(NULL, "replay", "--dry-run", "--config", path)->code, 78);
    shell_holds(ran->err, "other.yaml:2:");
    assert_int_equal(TRIAGE(NULL, "replay", "--config", path)->code, 64);
    assert_int_equal(TRIAGE(NULL, "replay", "--dry-run", "--config", "/nowhere.yaml")->code, 78);
    assert_int_equal(TRIAGE(NULL, "route", "explain", "99")->code, 1);
    assert_int_equal(TRIAGE(NULL, "route", "explain")->code, 64);
}

static void read_verbs_print_one_object_of_json(void **state)
{
    static const char *const verbs[] = {"desk",   "scores", "ledger",      "sources", "stats",
                                        "events", "escalations", "refusals", "destinations"};
    (void)state;
    post("A-1", "one");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        assert_int_equal(TRIAGE(NULL, verbs[i], "--json")->code, 0);
        AUTO_JSON root = json_parse(ran->out, strlen(ran->out), &json_limits_dialect, NULL, NULL);
        assert_true(json_is(root, JSON_OBJECT));
        assert_int_equal(TRIAGE(NULL, verbs[i])->code, 0);
    }
    assert_int_equal(TRIAGE(NULL, "prompt")->code, 0);
    shell_holds(ran->out, "0 mine");
    assert_int_equal(TRIAGE(NULL, "doctor")->code, 0);
    shell_holds(ran->out, "ana, admin");
}

static int64_t counted(struct client *desk, const char *where)
{
    return json_get_i64(client_get(desk, where).json, "count", -1);
}

/* No view has it, but a condition that names it: a list of all, in any order and page by page, and its count. */
static void what_is_deleted_or_put_aside_is_found_by_its_condition(void **state)
{
    static const char *const sorts[] = {"due", "age", "updated", "urgency", "priority"};
    struct client *desk = client_open(run->desk);
    (void)state;
    for (int i = 1; i <= 6; i++)
        shop_post_number(in, "open", i, "A slip");
    TRIAGE(NULL, "delete", "1", "2", "3", "delete");
    TRIAGE(NULL, "spam", "4", "spam");
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        TRIAGE(NULL, "ls", "--sort", sorts[i], "--where", "deleted");
        shell_holds(ran->out, "     3  ");
        assert_null(strstr(ran->out, "     4  "));
        assert_null(strstr(ran->out, "     5  "));
        TRIAGE(NULL, "ls", "--sort", sorts[i], "--where", "disposition == \"spam\" || id == 6");
        shell_holds(ran->out, "     4  ");
        shell_holds(ran->out, "     6  ");
        TRIAGE(NULL, "ls", "--sort", sorts[i], "--all", "--limit", "2", "--where", "deleted || !deleted");
        for (int ticket = 1; ticket <= 6; ticket++) {
            char row[16];
            snprintf(row, sizeof row, "%6d  ", ticket);
            shell_holds(ran->out, row);
        }
        assert_true(strstr(ran->out, "     6  ") && !strstr(strstr(ran->out, "     6  ") + 1, "     6  "));
    }
    shell_holds(TRIAGE(NULL, "ls", "--view", "unassigned", "--where", "deleted")->err, "nothing here"); /* a view stays what it is */
    shell_holds(TRIAGE(NULL, "ls", "--where", "id == 1")->err, "nothing here");
    assert_int_equal(counted(desk, "/v1/count?view=all&where=deleted"), 3);
    assert_int_equal(counted(desk, "/v1/count?where=deleted%7C%7C!deleted"), 6);
    assert_int_equal(counted(desk, "/v1/count?view=all"), 2);
    client_close(desk);
}

/* Nothing would read as calm; and a status bar does not wait. */
static void a_status_bar_is_told_that_nothing_is_known(void **state)
{
    (void)state;
    daemon_freeze(run);
    int64_t began = clock_mono();
    TRIAGE(NULL, "prompt");
    int64_t took = clock_mono() - began;
    kill(run->pid, SIGCONT);
    assert_int_equal(ran->code, 69);
    assert_string_equal(ran->out, "triage ?\n");
    shell_holds(ran->err, "no answer in time");
    assert_null(strstr(ran->err, "triage up")); /* there is one */
    assert_true(took < 25000); /* others wait for 30 s */
    setenv("TRIAGE_SOCKET", "/nowhere/triage.sock", 1);
    assert_int_equal(TRIAGE(NULL, "prompt")->code, 69);
    assert_string_equal(ran->out, "triage ?\n");
    shell_holds(ran->err, "triage up");
    assert_int_equal(TRIAGE(NULL, "prompt", "--json")->code, 69);
    assert_string_equal(ran->out, "");
}

static void watch_writes_a_line_for_each_entry(void **state)
{
    char path[1024], text[8192];
    int ends[2];
    (void)state;
    snprintf(path, sizeof path, "%s/triage", getenv("TRIAGE_BUILDDIR"));
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        execl(path, "triage", "watch", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = 0;
    shell_holds(text, "{\"event\":\"hello\"");
    post("A-1", "watched");
    size_t used = 0;
    while (used + 1 < sizeof text && (n = read(ends[0], text + used, sizeof text - used - 1)) > 0) {
        used += (size_t)n;
        text[used] = 0;
        if (strstr(text, "watched"))
            break;
    }
    shell_holds(text, "{\"event\":\"ticket\",\"seq\":");
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    close(ends[0]);
}

/* `triage ls --json | head -1`. */
static void a_reader_that_has_read_enough_is_no_failure_and_nothing_is_said(void **state)
{
    static const char *const verbs[][4] = {{"ls", "--view", "all"}, {"ls", "--view", "all", "--json"}, {"show", "1", "--json"}, {"attachment", "1", "1"}, {"watch"}, {"help"}, {"version"}};
    char file[128];
    int ends[2];
    (void)state;
    post("A-1", "one");
    snprintf(file, sizeof file, "%s/a.txt", run->dir);
    write_file(file, "Bytes.");
    assert_int_equal(TRIAGE(NULL, "note", "1", "with a file", "--attach", file)->code, 0);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const char *words[5] = {verbs[i][0], verbs[i][1], verbs[i][2], verbs[i][3], NULL};
        ran = shell_run_onto(ends[1], words);
        assert_string_equal(ran->err, "");
        assert_int_equal(ran->code, 128 + SIGPIPE);
    }
    close(ends[1]);
}

static void what_a_full_disk_did_not_take_is_said(void **state)
{
    static const char *const verbs[][4] = {{"ls", "--view", "all"}, {"watch"}, {"help"}, {"version"}};
    int full = open("/dev/full", O_WRONLY);
    (void)state;
    if (full < 0)
        skip();
    post("A-1", "one");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const char *words[4] = {verbs[i][0], verbs[i][1], verbs[i][2], NULL};
        ran = shell_run_onto(full, words);
        shell_holds(ran->err, "triage: writing to standard output: ");
        assert_int_equal(ran->code, 74);
    }
    close(full);
}

static void verify_explains_without_a_daemon(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct signature_header list[4];
    const char *body = "{\"a\":1}", *head = arena_printf(arena, "%s/head", run->dir),
               *secret = arena_printf(arena, "%s/secret", run->dir);
    int n = signature_sign(arena, "rbs", "s3cret", "msg_1", 1700000000, body, strlen(body), list);
    AUTO_STR headers;
    str_init(&headers, 2048);
    for (int i = 0; i < n; i++)
        str_addf(&headers, "%s: %s\n", list[i].name, list[i].value);
    write_file(head, headers.data);
    write_file(secret, "s3cret\n");
    assert_int_equal(TRIAGE(body, "verify", "--explain", "--dialect", "rbs", "--secret-file", secret,
                            "--headers", head, "--at", "1700000010")
                         ->code,
                     0);
    shell_holds(ran->out, "signed");
    assert_null(strstr(ran->out, "s3cret"));
    assert_int_equal(TRIAGE("{\"a\":2}", "verify", "--explain", "--dialect", "rbs", "--secret-file", secret,
                            "--headers", head, "--at", "1700000010")
                         ->code,
                     77);
    shell_holds(ran->out, "not signed");
    assert_int_equal(TRIAGE(body, "verify", "--explain")->code, 64);
}

static void reveal_prints_what_every_other_verb_masks(void **state)
{
    (void)state;
    post("C-9", "Mail ada@acme.com");
    TRIAGE(NULL, "show", "1");
    shell_holds(ran->out, "Mail [email]");
    assert_null(strstr(ran->out, "ada@acme.com"));
    assert_int_equal(TRIAGE(NULL, "reveal", "1")->code, 64);
    assert_int_equal(TRIAGE(NULL, "reveal", "1", "the", "bank", "asks")->code, 0);
    shell_holds(ran->out, "Mail ada@acme.com");
    shell_holds(ran->out, "u@example.com");
    shell_holds(ran->out, "    | Some text");
    assert_int_equal(TRIAGE(NULL, "--json", "reveal", "1", "again")->code, 0);
    shell_holds(ran->out, "\"customer_email\":\"u@example.com\"");
}

/* Every action and every verb has a line in help, in the man page and in the list for programs. */
static void help_man_page_and_list_name_every_verb(void **state)
{
    (void)state;
    char man[1024], *text = calloc(1, 1 << 17), *listed;
    int count = 0;
    snprintf(man, sizeof man, "%s/ui/app/triage.1", getenv("TRIAGE_BUILDDIR"));
    FILE *file = fopen(man, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 17) - 1, file) > 0);
    fclose(file);
    shell_holds(TRIAGE(NULL, "help")->out, "--key-id ID");
    shell_holds(ran->out, "--restricted ");
    assert_int_equal(TRIAGE(NULL, "help", "--list")->code, 0);
    listed = strdup(ran->out);
    assert_int_equal(TRIAGE(NULL, "help")->code, 0);
    for (char *save = NULL, *at = strtok_r(listed, "\n", &save); at; at = strtok_r(NULL, "\n", &save), count++) {
        char *tab = strchr(at, '\t'), line[64];
        assert_non_null(tab);
        *tab = 0;
        assert_true(tab[1] != 0);
        snprintf(line, sizeof line, "\n  %s ", at);
        if (!strstr(ran->out, line))
            fail_msg("help does not name %s", at);
        snprintf(line, sizeof line, ".It Cm \"%s", at);
        if (!strstr(text, line))
            fail_msg("the man page does not name %s", at);
    }
    assert_true(count >= ACTIONS + 18);
    free(listed);
    free(text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
#define R(name) cmocka_unit_test_setup_teardown(name, start_routed, stop_routed)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_ticket_goes_through_its_life_in_the_shell),
        T(many_tickets_are_one_call_and_each_is_answered),
        T(a_note_is_written_on_many_tickets),
        T(a_dry_run_says_what_would_change_and_changes_nothing),
        T(every_cause_has_its_code),
        cmocka_unit_test_setup_teardown(a_new_desk_says_how_its_first_source_is_made, start_bare, stop),
        T(options_are_no_part_of_what_is_said),
        T(what_is_refused_for_good_is_no_reason_to_try_again),
        T(what_is_so_already_is_no_failure_and_says_so),
        T(an_option_that_nobody_knows_is_no_text),
        T(a_list_of_all_pages_has_one_heading),
        T(a_view_of_the_configurations_name_is_refused_with_what_to_do),
        cmocka_unit_test_setup_teardown(who_may_not_is_told_who_may, start_humble, stop),
        T(what_is_not_there_says_where_it_is_found),
        T(times_are_from_the_desks_clock),
        T(what_a_stranger_wrote_prints_inert),
        T(labels_are_reviewed_and_models_taken_back_in_the_shell),
        R(a_dead_delivery_is_found_shown_and_leaves_again),
        R(a_destination_rests_and_what_waits_is_dropped_only_with_a_yes),
        R(routes_are_explained_and_another_configuration_is_tried),
        T(read_verbs_print_one_object_of_json),
        T(a_status_bar_is_told_that_nothing_is_known),
        T(what_is_deleted_or_put_aside_is_found_by_its_condition),
        T(check_tells_each_mistake_in_one_run_and_reload_the_first_and_how_many_more),
        T(watch_writes_a_line_for_each_entry),
        T(a_reader_that_has_read_enough_is_no_failure_and_nothing_is_said),
        T(what_a_full_disk_did_not_take_is_said),
        T(verify_explains_without_a_daemon),
        T(reveal_prints_what_every_other_verb_masks),
        T(help_man_page_and_list_name_every_verb),
    };
    return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
