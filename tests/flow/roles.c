/* roles: every action of the table, asked for by every role on a ticket of one's own and on another's, over the real socket; every call
 * of the desk's side by every role; and every binding of the keymap, pressed in a real console on every screen. The lists are read from
 * the tables the program runs, so what is added there is tried here. */
#include "api/calls.h"
#include "api/server.h"
#include "base/str.h"
#include "command/command.h"
#include "harness/console.h"
#include "harness/house.h"
#include "harness/shop.h"
#include "screen/screens.h"
#include "term/keymap.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: rbs, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true, key_id: k-agent}\n"
                             "  - {name: mara, role: lead, key_id: k-lead}\n"
                             "  - {name: root, role: admin, key_id: k-admin}\n";
static const struct { int role; const char *key; } callers[] = {{ROLE_AGENT, "k-agent"}, {ROLE_LEAD, "k-lead"}, {ROLE_ADMIN, "k-admin"}};
enum { CALLERS = sizeof callers / sizeof *callers, SOON = 30000 };

static int64_t ticket(const char *id)
{
    AUTO_ARENA arena = arena_new();
    struct answer a = client_post(house.in, "/in/rbs", shop_event(arena, id, "Where is my invoice?"));
    assert_int_equal(a.status, 200);
    return json_get_i64(a.json, "ticket", 0) ? json_get_i64(a.json, "ticket", 0) : (int64_t)(id[0] - '0');
}

static struct answer ask(const char *key, const char *body)
{
    AUTO_ARENA arena = arena_new();
    return client_ask(house.desk, "POST", "/v1/do", arena_printf(arena, "X-Triage-Key: %s\r\nContent-Type: application/json\r\n", key), body, strlen(body));
}

static int start(void **state)
{
    (void)state;
    house_open(config);
    return 0;
}

/* A dry run of the action with something plausible as its argument. */
static const char *body_of(struct arena *arena, const struct action_row *row, int64_t id)
{
    static const char *const args[] = {
        [ARG_NONE] = "", [ARG_AGENT] = ",\"to\":\"mara\"", [ARG_TEXT] = ",\"text\":\"hello\"", [ARG_STATUS] = ",\"status\":\"pending\"", [ARG_PRIORITY] = ",\"priority\":\"high\"",
        [ARG_URGENCY] = ",\"urgency\":\"high\"", [ARG_CATEGORY] = ",\"category\":\"bug\"", [ARG_TAGS] = ",\"tags\":[\"a\"]", [ARG_REASON] = ",\"reason\":\"because\"",
        [ARG_UNTIL] = ",\"until\":4000000000000", [ARG_MACRO] = ",\"macro\":\"none\"", [ARG_WITH] = ",\"with\":{}"};
    const char *arg = (size_t)row->arg < sizeof args / sizeof *args && args[row->arg] ? args[row->arg] : "";
    bool tickets = !(row->flags & DESK) && row != &action_table[ACTION_UNDO] && row != &action_table[ACTION_REDO];
    return arena_printf(arena, "{\"do\":\"%s\"%s%s,\"dry_run\":true}", row->name, tickets ? arena_printf(arena, ",\"tickets\":[%lld]", (long long)id) : "", arg);
}

/* Was the role the reason? */
static bool forbidden(const struct answer *a)
{
    const struct json *first = json_first(json_get(a->json, "results"));
    return a->status == 403 || json_get_i64(json_get(first, "error"), "status", 0) == 403;
}

static void every_action_is_for_its_role_and_above_on_any_ticket(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int64_t tickets[] = {ticket("1"), ticket("2")}; /* the caller's; another's */
    int asked = 0, refused = 0;
    for (int c = 0; c < CALLERS; c++) {
        assert_int_equal(ask(callers[c].key, arena_printf(arena, "{\"do\":\"claim\",\"tickets\":[%lld]}", (long long)tickets[0])).status, 200);
        assert_int_equal(ask(callers[(c + 1) % CALLERS].key, arena_printf(arena, "{\"do\":\"claim\",\"tickets\":[%lld]}", (long long)tickets[1])).status, 200);
        for (int i = 0; i < ACTIONS; i++)
            for (int whose = 0; whose < 2; whose++, asked++) {
                struct answer a = ask(callers[c].key, body_of(arena, &action_table[i], tickets[whose]));
                bool may = callers[c].role >= (int)action_table[i].role;
                refused += forbidden(&a);
                if (a.status >= 500 || forbidden(&a) != !may)
                    fail_msg("%s, by %s, on %s ticket: %d %s", action_table[i].name, role_word(callers[c].role), whose ? "another's" : "their own", a.status, a.body);
            }
    }
    print_message("# roles: %d actions x %d roles x own and other = %d requests, %d forbidden\n", ACTIONS, CALLERS, asked, refused);
}

static void who_has_no_role_may_do_nothing(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < ACTIONS; i++) {
        struct answer a = ask("k-nobody", body_of(arena, &action_table[i], 1));
        if (a.status != 403)
            fail_msg("%s: %d", action_table[i].name, a.status);
    }
}

/* --- the calls --- */

/* A path that fits the call: {} is 1, what follows a * is x. */
static const char *path_of(struct arena *arena, const struct call *call)
{
    char *path = arena_strdup(arena, call->path), *hole;
    while ((hole = strstr(path, "{}")) != NULL)
        path = arena_printf(arena, "%.*s1%s", (int)(hole - path), path, hole + 2);
    if ((hole = strchr(path, '*')) != NULL)
        *hole = 'x';
    return path;
}

static int status_of(const char *key, const struct call *call, const char *path)
{
    AUTO_ARENA arena = arena_new();
    bool get = strcmp(call->method, "GET") == 0;
    struct client *own = client_open(house.run->desk); /* whoever is refused loses the line */
    const char *headers = arena_printf(arena, "X-Triage-Key: %s\r\nContent-Type: application/json\r\n", key);
    int status = client_ask(own, call->method, path, headers, get ? NULL : "{}", get ? 0 : 2).status;
    client_close(own);
    return status;
}

static void every_call_is_for_its_role_and_above(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    int calls = 0, asked = 0, refused = 0;
    for (const struct call *const *list = call_lists; *list; list++)
        for (const struct call *call = *list; call->path; call++) {
            if (!(call->sides & SIDE_DESK) || !call->method || strstr(call->path, "/stop") || strstr(call->path, "/stream"))
                continue; /* the one ends the desk, the other never ends */
            const char *path = path_of(arena, call);
            calls++;
            for (int c = 0; c < CALLERS; c++, asked++) {
                int status = status_of(callers[c].key, call, path);
                bool may = callers[c].role >= call->role;
                refused += status == 403;
                if (status >= 500 || (status == 403) == may)
                    fail_msg("%s %s by %s: %d", call->method, path, role_word(callers[c].role), status);
            }
            int status = status_of("k-nobody", call, path);
            asked++;
            refused += status == 403;
            if (status != 403 && call->role > ROLE_NONE)
                fail_msg("%s %s by nobody we know: %d", call->method, path, status);
        }
    print_message("# roles: %d calls of the desk x %d roles and nobody = %d requests, %d forbidden\n", calls, CALLERS, asked, refused);
    assert_true(calls > 40);
}

/* --- the keymap --- */

static bool leaves(const struct binding *b)
{
    return str_eq(b->command, "quit") || str_eq(b->command, "editor"); /* the program ends; another takes the terminal */
}

static const char *way_to(struct arena *arena, enum place place)
{
    return place == PLACE_QUEUE ? "6" : place == PLACE_TICKET ? "6\r" : place == PLACE_CUSTOMER ? "6:customer\r" : arena_printf(arena, ":go %s\r", screens_names[place]);
}

static void every_binding_is_a_command_and_can_be_pressed_on_its_screen(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct keymap *map = keymap_new(arena);
    struct err err = {0};
    const char *root = getenv("TRIAGE_SRCDIR");
    assert_true(keymap_load(map, arena_printf(arena, "%s/data/keys/default.keys", root ? root : "."), NULL, &err));
    struct daemon_run *own = daemon_make(NULL);
    daemon_restart(own);
    struct console_run *c = console_open("keymap", own, "all");
    size_t n;
    int pressed = 0, all = 0;
    console_shows(c, "live", NULL);
    for (int s = 0; s < PLACES; s++) {
        const struct binding **list = keymap_list(map, arena, screens_names[s], NULL);
        for (int i = 0; *list; list++, i++, all++) {
            struct command_line line;
            if (!command_parse(arena, (*list)->command, &line, &err))
                fail_msg("%s on %s: %s", (*list)->spelled, screens_names[s], err.text);
            if (leaves(*list) || (s > 0 && str_eq((*list)->screen, "*") && (i + s) % 10)) /* what holds everywhere: all of it once, then a sample, another one each time */
                continue;
            console_type(c, way_to(arena, (enum place)s));
            console_bytes(c, 5, &n);
            console_type(c, console_spelled((*list)->spelled));
            console_bytes(c, 10, &n);
            console_type(c, "\033");
            console_bytes(c, 40, &n);
            pressed++;
            if (console_ended(c, 0))
                fail_msg("%s on %s: the console has ended", (*list)->spelled, screens_names[s]);
        }
    }
    console_type(c, "6");
    console_shows(c, "live", NULL);
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    assert_int_equal(console_close(c), 0);
    print_message("# roles: %d bindings, all of them commands; %d pressed over %d screens\n", all, pressed, PLACES);
    daemon_remove(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_is_for_its_role_and_above_on_any_ticket),
        cmocka_unit_test(who_has_no_role_may_do_nothing),
        cmocka_unit_test(every_call_is_for_its_role_and_above),
        cmocka_unit_test(every_binding_is_a_command_and_can_be_pressed_on_its_screen),
    };
    return cmocka_run_group_tests(tests, start, house_left);
}
