/* tables: the verbs that list, each on a terminal of 80 columns, beside tickets and sources with long names: every line they write fits,
 * whatever it is about, and the same verb in a pipe has the whole. */
#include "base/clock.h"
#include "base/text.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { COLUMNS = 80 };
static const char subject[] = "Checkout answers 502 since this morning, everywhere, for everybody, and the bank's people say that it is not theirs to mend";
static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none}\n"
                             "  - {name: warehouse-of-the-north-west, dialect: rbs, auth: none}\n"
                             "destinations:\n"
                             "  - {name: the-office-of-the-accountants, kind: webhook, url: 'https://hooks.example.com/x'}\n"
                             "views:\n"
                             "  - {name: all, when: 'true'}\n"
                             "  - {name: everything-that-is-late, when: 'urgency == \"critical\" && status != \"closed\" && status != \"resolved\" && priority == \"high\" && plan == \"pro\"'}\n"
                             "agents:\n"
                             "  - {name: ana-maria-of-the-first-level, uid: %ld, role: admin, team: eu}\n"
                             "oncall: [ana-maria-of-the-first-level]\n";
static struct daemon_run *run;

static int start(void **state)
{
    (void)state;
    run = daemon_start_mine(config);
    struct client *in = client_open(run->ingest);
    for (int i = 1; i <= 3; i++)
        shop_post_number(in, i == 3 ? "warehouse-of-the-north-west" : "open", i, subject);
    client_close(in);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    shell_holds(SHELL(NULL, "claim", "1", "2")->out, "#2 claimed");
    shell_holds(SHELL(NULL, "close", "2")->out, "#2 ");
    shell_holds(SHELL(NULL, "escalate", "1", "the bank wants to know it by noon, and so does everybody else who was told")->out, "escalated");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    return 0;
}

/* What it writes to a terminal of 80 columns, all of it. */
static const char *on_terminal(const char *verb)
{
    char line[512];
    snprintf(line, sizeof line, "exec %s --socket %s %s", console_program(), run->desk, verb);
    struct console_run *c = console_start_as(&(struct console_as){.name = "narrow", .home = run->dir, .columns = COLUMNS, .rows = 24,
                                                                  .args = (const char *const[]){"/bin/sh", "-c", line, NULL}});
    static char text[65536];
    size_t n;
    assert_true(console_ended(c, CONSOLE_SOON));
    const char *bytes = console_bytes(c, 0, &n);
    snprintf(text, sizeof text, "%.*s", (int)n, bytes);
    assert_int_equal(console_close(c), 0);
    return text;
}

static void every_list_fits_eighty_columns(void **state)
{
    static const char *const verbs[] = {"ls", "sources", "events", "views", "escalations", "oncall --week", "ledger", "scores", "destinations", "agents", "audit", "desk", "handover", "customers", "outliers"};
    AUTO_ARENA arena = arena_new();
    int lines = 0;
    (void)state;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const char *text = on_terminal(verbs[i]);
        assert_true(*text);
        for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n', lines++) {
            const char *line = arena_strndup(arena, at, strcspn(at, "\r\n"));
            if (text_columns(line) > COLUMNS && !strstr(line, " received, ")) /* the shift is a sentence */
                fail_msg("triage %s writes a line of %d columns:\n%s", verbs[i], text_columns(line), line);
        }
    }
    shell_holds(SHELL(NULL, "ls")->out, subject);
    print_message("# %zu verbs, %d lines\n", sizeof verbs / sizeof *verbs, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(every_list_fits_eighty_columns, start, stop)};
    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
