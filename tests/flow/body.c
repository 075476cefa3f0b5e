/* body: tickets are found by what their customers wrote: by `/body:` and `:filter`, by the shell, at once, and not any more once it is erased. */
#include "base/arena.h"
#include "base/clock.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static struct arena *arena;
static struct daemon_run *run;
static struct client *in, *desk;

static void post(const char *ticket, const char *type, const char *subject, const char *body)
{
    const char *text = arena_printf(arena, "{\"events\":[{\"type\":\"%s\",\"idempotencyKey\":\"%s-%s\",\"payload\":{\"ticket_id\":\"%s\",\"subject\":\"%s\",\"body\":\"%s\","
                                           "\"customer_tier\":\"pro\",\"channel\":\"email\"}}]}", type, ticket, type, ticket, subject, body);
    struct answer a = client_ask(in, "POST", "/v1/ingest", "Authorization: Bearer t\r\nContent-Type: application/json\r\n", text, strlen(text));
    if (a.status / 100 != 2)
        fail_msg("%d %s", a.status, a.body);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start(arena_printf(arena, "sources:\n  - {name: app, dialect: ingestlayer, auth: bearer, token: t}\nagents:\n  - {name: ana, uid: %ld, role: admin}\n", (long)getuid()));
    in = client_open(run->ingest);
    desk = client_open(run->desk);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    post("T1", "support.ticket.created", "Receipts", "The terminal does not print quillonborgh receipts.");
    post("T2", "support.ticket.created", "Another one", "Es geht um die Größe, nicht um den Preis.");
    post("T3", "support.ticket.created", "Tickets", "入場券の読み取りでアプリが落ちます");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    client_close(in);
    client_close(desk);
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

/* The numbers that a search gives, and that the count of it says. */
static void finds(const char *where, const char *numbers)
{
    const char *query = arena_strdup(arena, "");
    for (const char *p = where; *p; p++)
        query = arena_printf(arena, "%s%%%02x", query, (unsigned char)*p);
    static const char *const orders[] = {"due", "age", "updated", "urgency"};
    for (int i = 0; i < 4; i++) {
        struct answer a = client_get(desk, arena_printf(arena, "/v1/tickets?ids=1&sort=%s&q=%s", orders[i], query));
        const char *found = "";
        for (const struct json *id = json_first(json_get(a.json, "ids")); id; id = json_next(id)) {
            int64_t n = 0;
            json_i64(id, &n);
            found = arena_printf(arena, "%s%s%lld", found, *found ? " " : "", (long long)n);
        }
        if (strcmp(found, numbers) != 0)
            fail_msg("%s, by %s: \"%s\", not \"%s\": %s", where, orders[i], found, numbers, a.body);
    }
    struct answer a = client_get(desk, arena_printf(arena, "/v1/count?q=%s", query));
    assert_int_equal(json_get_i64(a.json, "count", -1), (int64_t)(strlen(numbers) + 1) / 2);
}

static void a_word_a_customer_wrote_finds_the_ticket_at_once(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) { /* before the index of words knows it, and after */
        finds("body:quillon", "1");
        finds("body:\"not print\"", "1");
        finds("body:größe", "2");
        finds("body:GRÖSSE !body:preis", "");
        finds("body:読み取り", "3");
        finds("body:receipts title:another", "");
        finds("quillon", ""); /* a word alone is looked for in the row's texts */
        shell_holds(SHELL(NULL, "ls", "--where", "body.contains(\"quillonborgh\") && status == \"new\"")->out, "Receipts");
        usleep(500000);
    }
}

static void what_came_last_and_what_is_erased_is_known(void **state)
{
    (void)state;
    finds("body:velloprax", "");
    post("T4", "support.ticket.created", "New", "A velloprax of ours");
    finds("body:velloprax", "4");
    assert_int_equal(SHELL(NULL, "erase", "4", "erase")->code, 0);
    finds("body:velloprax", "");
}

static void what_is_kept_cannot_ask_for_it(void **state)
{
    (void)state;
    shell_holds(SHELL(NULL, "view-save", "prints", "when=body.contains(\"print\")")->err, "body is looked up where tickets are looked for");
    shell_holds(SHELL(NULL, "ls", "--where", "body == \"x\"")->err, "write body.contains(");
    shell_holds(SHELL(NULL, "ls", "--where", "body.startsWith(\"x\")")->err, "write body.contains(");
}

static void the_console_says_it_and_finds_by_it(void **state)
{
    (void)state;
    struct console_run *console = console_open("ana", run, "all");
    console_wait(&console, 1, "Another one", NULL, true, clock_mono(), SOON);
    console_type(console, "/");
    console_wait(&console, 1, "body:refund", NULL, true, clock_mono(), SOON);
    console_type(console, "bod\t");
    console_wait(&console, 1, "body:", NULL, true, clock_mono(), SOON);
    console_type(console, "quillon");
    console_wait(&console, 1, "1 ticket in", NULL, true, clock_mono(), SOON);
    console_type(console, "\r");
    console_wait(&console, 1, "Another one", NULL, false, clock_mono(), SOON);
    console_type(console, "\r");
    console_wait(&console, 1, "/ find in it", NULL, true, clock_mono(), SOON);
    console_wait(&console, 1, "print quillonborgh receipts", NULL, true, clock_mono(), SOON);
    console_type(console, "/");
    console_wait(&console, 1, "find in it:", NULL, true, clock_mono(), SOON);
    console_type(console, "receipts\r");
    console_wait(&console, 1, "1 line; n next, N before", NULL, true, clock_mono(), SOON);
    assert_int_equal(console_close(console), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_word_a_customer_wrote_finds_the_ticket_at_once, start, stop), cmocka_unit_test_setup_teardown(what_came_last_and_what_is_erased_is_known, start, stop),
        cmocka_unit_test_setup_teardown(what_is_kept_cannot_ask_for_it, start, stop), cmocka_unit_test_setup_teardown(the_console_says_it_and_finds_by_it, start, stop)};
    return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
