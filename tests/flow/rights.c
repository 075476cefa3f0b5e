/* rights: a role that a new configuration gives or takes away is heard by the consoles that are open: at once, with a remark, and with
 * nothing lost of what was open or half typed. */
#include "base/crypto.h"
#include "base/str.h"
#include "core/act.h"
#include "core/config.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct daemon_run *run;
static struct client *in;
static struct console_run *console;

static const char *config_of(struct arena *arena, const char *more)
{
    return arena_printf(arena, "team: flow\n"
                               "sources:\n"
                               "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/x', reply_secret: r, allow_loopback: true}\n"
                               "agents:\n"
                               "  - {name: ana, uid: %ld%s}\n"
                               "  - {name: tom, uid: 4242, role: lead}\n", (long)getuid(), more);
}

/* Written and read again, as `triage reload` and SIGHUP do it. */
static void ana_is(const char *more)
{
    AUTO_ARENA arena = arena_new();
    daemon_config(run, config_of(arena, more));
    assert_int_equal(kill(run->pid, SIGHUP), 0);
}

static int start(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    crypto_open();
    run = daemon_start(config_of(arena, ", role: lead"));
    in = client_open(run->ingest);
    shop_post(in, "open", "A-1", "Checkout is down");
    console = console_open("ana", run, "all");
    console_shows(console, "Checkout is down", "new");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    console_close(console);
    client_close(in);
    daemon_remove(run);
    return 0;
}

static void shows(const char *text)
{
    console_shows(console, text, NULL);
}

static void a_role_taken_away_is_said_at_once_and_its_keys_go(void **state)
{
    (void)state;
    console_type(console, "gh");
    shows("take over");
    ana_is(", role: agent");
    shows("Your role is agent now, it was lead: no longer yours are accept-article, delete,");
    console_hides(console, "take over");
    console_type(console, "H");
    shows("handover-ack needs the role lead, yours is agent: ask one who has it");
    console_type(console, ":delete\r");
    shows("delete needs the role lead, yours is agent");
    console_type(console, "gj");
    shows("audit needs the role lead, yours is agent");
}

static void a_role_that_is_given_is_said_at_once_and_its_keys_come(void **state)
{
    (void)state;
    ana_is(", role: agent");
    shows("Your role is agent now");
    console_type(console, "gh");
    shows("Handover");
    console_hides(console, "take over");
    ana_is(", role: admin");
    shows("Your role is admin now, it was agent: you may also accept-article, delete, erase,");
    shows("take over");
    console_type(console, "gj");
    shows("Audit");
    ana_is(", role: agent"); /* and the screen that is for leads is left */
    shows("Your role is agent now");
    console_hides(console, "Audit");
}

static void open_menus_and_half_typed_text_stay(void **state)
{
    (void)state;
    console_type(console, ":snooze tomo");
    shows(": snooze tomo");
    ana_is(", role: agent");
    shows("Your role is agent now");
    shows(": snooze tomo");
    console_type(console, "\033rWe are looking in");
    shows("We are looking in");
    ana_is(", role: lead");
    shows("Your role is lead now");
    console_type(console, "to it");
    shows("We are looking into it");
}

/* No question, no note, no word to type first. */
static void what_a_role_may_not_do_is_refused_before_anything_is_asked(void **state)
{
    static const char *const local[] = {"drop", "pause", "resume", "rerun"};
    AUTO_ARENA arena = arena_new();
    int tried = 0;
    (void)state;
    ana_is(", role: agent");
    shows("Your role is agent now");
    for (int i = 0; i < ACTIONS + 4; i++) {
        int role = i < ACTIONS ? (int)action_table[i].role : ROLE_LEAD;
        const char *name = i < ACTIONS ? action_table[i].name : local[i - ACTIONS];
        if (role <= ROLE_AGENT)
            continue;
        console_type(console, arena_printf(arena, ":%s\r", name));
        shows(arena_printf(arena, "%s needs the role %s, yours is agent", name, role_word(role)));
        tried++;
    }
    console_type(console, "i"); /* nothing stands open that would take it */
    shows("Internal note on #1");
    print_message("# %d commands of leads and admins\n", tried);
}

/* On the shell, too: a yes that cannot count is not asked for, nor one to what is not said whole. */
static void the_shell_asks_nobody_who_may_not(void **state)
{
    const char *const drop[] = {console_program(), "--socket", run->desk, "deliveries", "drop", "1", NULL}, *const none[] = {console_program(), "--socket", run->desk, "deliveries", "drop", NULL};
    (void)state;
    struct console_run *lead = console_start("lead", run->dir, drop), *without = console_start("without", run->dir, none);
    console_shows(lead, "Give up these deliveries for good? y/N", NULL);
    console_shows(without, "say which", NULL);
    console_close(lead);
    console_close(without);
    ana_is(", role: agent");
    shows("Your role is agent now");
    struct console_run *agent = console_start("agent", run->dir, drop);
    console_shows(agent, "to drop, pause or resume needs the role lead, yours is agent", NULL);
    assert_int_equal(console_find(agent, "y/N"), -1);
    console_close(agent);
}

static void an_account_that_is_restricted_from_now_on_hears_it(void **state)
{
    (void)state;
    ana_is(", role: lead, restricted: true");
    shows("Your account is restricted now");
    console_type(console, ":pipe cat\r");
    shows("is not for this account");
    ana_is(", role: lead");
    shows("Your account is no longer restricted");
}

/* The daemon that comes back reads what was written while it was down. */
static void a_daemon_that_comes_back_with_another_role_says_so_too(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    daemon_stop(run);
    daemon_config(run, config_of(arena, ", role: agent"));
    daemon_restart(run);
    shows("Your role is agent now, it was lead");
}

static int start_system(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    crypto_open();
    run = daemon_make(config_of(arena, ", role: lead"));
    run->system = true;
    daemon_restart(run);
    in = client_open(run->ingest);
    shop_post(in, "open", "A-1", "Checkout is down");
    console = console_open("ana", run, "all");
    console_shows(console, "Checkout is down", "new");
    return 0;
}

/* Nobody starts anew what stays open for a day. */
static void what_else_a_reload_changes_is_seen_by_consoles_that_are_open(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    shows(" triage  flow");
    const char *is = config_of(arena, ", role: lead");
    daemon_config(run, arena_printf(arena, "team: acme support%s\nviews:\n  - {name: big, title: Big fish, when: 'plan == \"enterprise\"'}\n", is + strlen("team: flow\n") - 1));
    assert_int_equal(kill(run->pid, SIGHUP), 0);
    shows(" triage  acme support");
    shows("Big fish");
}

/* It asked whether the daemon was running, and did not go on once one was listed. */
static void who_is_not_listed_is_told_what_an_admin_writes_and_comes_in_then(void **state)
{
    (void)state;
    daemon_config(run, "team: flow\nsources:\n  - {name: open, dialect: rbs, auth: none}\nagents:\n  - {name: tom, uid: 4242, role: lead}\n");
    daemon_stop(run);
    daemon_spawn(run);
    struct console_run *other = console_open("other", run, "all");
    console_shows(other, "The desk says: no agent in triage.yaml has the uid", NULL);
    assert_int_equal(console_find(other, "Is the daemon running"), -1);
    ana_is(", role: lead");
    console_shows(other, "Checkout is down", NULL);
    console_close(other);
}

/* It said that the daemon had stopped answering, which is looked for in the wrong place. */
static void who_is_taken_off_the_desk_is_told_so(void **state)
{
    (void)state;
    daemon_config(run, "team: flow\nsources:\n  - {name: open, dialect: rbs, auth: none}\nagents:\n  - {name: tom, uid: 4242, role: lead}\n");
    assert_int_equal(kill(run->pid, SIGHUP), 0);
    shows("You are no agent of this desk any more: an admin can list you in");
    ana_is(", role: lead");
    console_hides(console, "no agent of this desk");
    shows("live");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        T(a_role_taken_away_is_said_at_once_and_its_keys_go),
        T(a_role_that_is_given_is_said_at_once_and_its_keys_come),
        T(open_menus_and_half_typed_text_stay),
        T(what_a_role_may_not_do_is_refused_before_anything_is_asked),
        T(the_shell_asks_nobody_who_may_not),
        T(an_account_that_is_restricted_from_now_on_hears_it),
        T(a_daemon_that_comes_back_with_another_role_says_so_too),
        T(what_else_a_reload_changes_is_seen_by_consoles_that_are_open),
        cmocka_unit_test_setup_teardown(who_is_not_listed_is_told_what_an_admin_writes_and_comes_in_then, start_system, stop),
        cmocka_unit_test_setup_teardown(who_is_taken_off_the_desk_is_told_so, start_system, stop),
    };
    return cmocka_run_group_tests_name("rights", tests, NULL, NULL);
}
