/* The mode for screen readers and logs, as somebody works in it: lines in, lines out, one stream, against the real daemon. */
#include "core/act.h"
#include "harness/house.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/x', allow_loopback: true}\n"
                             "  - {name: deaf, dialect: rbs, auth: none}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: admin, team: eu}\n"
                             "  - {name: tom, uid: 4242, role: agent, team: eu}\n"
                             "  - {name: tim, uid: 4243, role: agent, team: eu}\n"
                             "%soncall: [ana]\n";
enum { COLLEAGUES = 70 }; /* colleagues beside them: a list of any length is offered whole */
static const struct shell_ran *ran;

static int start(void **state)
{
    char text[8192], many[6144] = "";
    (void)state;
    for (int i = 0, n = 0; i < COLLEAGUES; i++)
        n += snprintf(many + n, sizeof many - (size_t)n, "  - {name: z%02d, uid: %d, role: agent, team: eu}\n", i, 5000 + i);
    snprintf(text, sizeof text, config, (long)getuid(), many);
    house_open(text);
    return 0;
}

static void post(int n, const char *subject)
{
    char id[16];
    snprintf(id, sizeof id, "T-%d", n);
    shop_post(house.in, "open", id, subject);
}

/* Says these lines; what came is one stream of lines, with no byte that moves a cursor. */
static void say(const char *lines)
{
    ran = SHELL(lines, "--linear");
    assert_int_equal(ran->code, 0);
    assert_string_equal(ran->err, "");
    for (const char *at = ran->out; *at; at++)
        if ((unsigned char)*at < 0x20 && *at != '\n' && *at != '\a')
            fail_msg("byte 0x%02x came in a line", (unsigned char)*at);
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

/* b stands behind a. */
static void in_order(const char *text, const char *a, const char *b)
{
    const char *first = strstr(text, a);
    shell_holds(text, a);
    shell_holds(first, b);
}

static void a_list_is_said_some_at_a_time(void **state)
{
    char subject[40];
    (void)state;
    for (int i = 0; i < 25; i++) {
        snprintf(subject, sizeof subject, "Ticket number %d", i);
        post(i, subject);
    }
    say("gu\nmore\nmore\nmore\n");
    assert_int_equal(count(ran->out, "nobody has it: Ticket number"), 25);
    assert_int_equal(count(ran->out, "more goes on"), 2);
    shell_holds(ran->out, "There is no more.");
    say("ls --view unassigned --limit 3\n");
    assert_int_equal(count(ran->out, "nobody has it"), 3);
    say("ls --where 'status == \"new\"' --limit 7\nmore\nmore\nmore\n");
    assert_int_equal(count(ran->out, "nobody has it"), 25);
}

static void a_ticket_is_worked_on_without_its_number(void **state)
{
    (void)state;
    say("C\nshow\nn one two\nquit\n");
    in_order(ran->out, "claimed", "owner         you");
    say("3\nclaim\nnote\nfirst line\nsecond \"line\"\n.\npriority high\nassign 'tom'\n\nshow\nquit\nclaim 4\n");
    in_order(ran->out, "#3 claimed", "    | second \"line\"");
    shell_holds(ran->out, "priority      high");
    shell_holds(ran->out, "owner         tom");
    shell_holds(ran->out, "Nothing new.");
    assert_null(strstr(ran->out, "#4 claimed")); /* quit was quit */
    say("4\nc\nr\nWe look into it.\n.\nu\nnext\n");
    in_order(ran->out, "reply leaves in", "#4 reply undone");
}

/* What a verb leaves open is asked; a number, a name, its beginning; nonsense is asked again, an empty line leaves. */
static void what_is_left_open_is_asked_with_numbers(void **state)
{
    (void)state;
    say("5\nassign\n2\nassign\nana\nassign\nt\n1\npriority\nur\nz\n6\nstatus\n\nwhy\n1\nshow\n");
    in_order(ran->out, "Whom?", "#5 assigned to tom");
    in_order(ran->out, "#5 assigned to tom", "#5 assigned to ana");
    shell_holds(ran->out, "None of these, or more than one."); /* t: tom and tim */
    shell_holds(ran->out, "4 urgent");
    in_order(ran->out, "Until when?", "snoozed");
    in_order(ran->out, "Which status?", "Nothing was done.");
    in_order(ran->out, "1 sla, the clocks", "First response");
    shell_holds(ran->out, "priority      urgent");
    say("6\nassign\nnobody\nno one\nnone\nshow\n");
    assert_int_equal(count(ran->out, "None of these"), 3);
    in_order(ran->out, "Nothing was done.", "#6");
    say("7\ntags\nvat, invoice\nescalate\nthe shop is down\ny\nK\n");
    in_order(ran->out, "Which tags", "tags");
    in_order(ran->out, "This pages ana", "#7 acknowledged");
}

static void the_last_of_a_long_list_can_be_chosen_too(void **state)
{
    (void)state;
    say("5\nassign\nz69\n");
    in_order(ran->out, "Whom?", "#5 assigned to z69");
}

static void what_is_wrong_is_said_where_it_was_said(void **state)
{
    (void)state;
    say("nosuch\nshow 4711\nshow\nls --where 'urgency ='\nhelp\n");
    in_order(ran->out, "no verb nosuch", "4711");
    in_order(ran->out, "4711", "show needs a ticket's number");
    in_order(ran->out, "show needs", "column 9");
    in_order(ran->out, "column 9", "quit");
    say("8\nreply\n.\nreply\nDear {{nobody}}\n.\n");
    assert_null(strstr(ran->out, "leaves in"));
    shell_holds(ran->out, "{{nobody}}");
}

static void no_word_of_a_long_line_is_dropped(void **state)
{
    (void)state;
    AUTO_STR lines;
    str_init(&lines, 1 << 14);
    str_adds(&lines, "9\nnote");
    for (int i = 1; i <= 200; i++)
        str_addf(&lines, " word%d", i);
    str_adds(&lines, "\nshow\n");
    say(lines.data);
    in_order(ran->out, "note added", "word200");
}

static void a_line_that_is_too_long_is_said_and_the_talk_goes_on(void **state)
{
    enum { LONG = 70000 };
    (void)state;
    AUTO_STR lines;
    str_init(&lines, 1 << 20);
    for (int turn = 0; turn < 2; turn++) {
        str_adds(&lines, turn ? "10\nnote\nthe first line\n" : "note 10 ");
        for (int i = 0; i < LONG; i++)
            str_addc(&lines, 'x');
        str_adds(&lines, turn ? "\nclose 10\n.\nshow\n" : "\n10\n");
    }
    say(lines.data);
    assert_int_equal(count(ran->out, "more than 65536 bytes: nothing of it was taken."), 2);
    in_order(ran->out, "a line of the text could not be taken: nothing was done", "status");
    assert_null(strstr(ran->out, "note added"));
    assert_null(strstr(ran->out, "closed"));
}

/* That nothing can be sent is said before a word is typed; and what was typed and refused is a draft. */
static void no_text_is_lost_to_a_refusal(void **state)
{
    (void)state;
    shop_post(house.in, "deaf", "D-1", "Nobody can answer this");
    say("26\nr\nquit\n");
    in_order(ran->out, "takes no replies", "> ");
    assert_null(strstr(ran->out, "Write the text"));
    say("8\nreply\nDear {{nobody}}, it is done.\n.\ndrafts show 8\n");
    in_order(ran->out, "{{nobody}}", "The text is kept as your draft: drafts show 8 shows it, reply 8 --draft sends it.");
    in_order(ran->out, "sends it.", "Dear {{nobody}}, it is done.");
    say("reply 8 and {{another}}\ndrafts show 8\ndrafts discard 8\n"); /* behind what is there */
    in_order(ran->out, "Dear {{nobody}}, it is done.", "and {{another}}");
}

static void whoever_is_being_paged_is_told_at_the_start_and_goes_there(void **state)
{
    (void)state;
    say("11\nescalate the shop burns\ny\nquit\n");
    say(",\nack\n,\n");
    in_order(ran->out, "#11 pages you now. next goes there, ", "> ");
    in_order(ran->out, "ack 11 acknowledges it.", "#11 ");
    in_order(ran->out, "Ticket number", "#11 acknowledged");
    say("quit\n");
    assert_null(strstr(ran->out, "pages you"));
}

/* Every key of the desk's actions is a word here, and every place that a verb can show. */
static void keys_are_words(void **state)
{
    AUTO_ARENA arena = arena_new();
    int keys = 0;
    char line[200], key[32], verb[32];
    FILE *file = fopen(arena_printf(arena, "%s/data/keys/default.keys", getenv("TRIAGE_SRCDIR")), "r");
    AUTO_STR lines;
    (void)state;
    assert_non_null(file);
    str_init(&lines, 1 << 14);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "bind * %31s %31s", key, verb) != 2 || key[0] == 'C' || (!action_find(verb) && strcmp(verb, "go") != 0))
            continue;
        str_addf(&lines, "%s\n", key);
        keys++;
    }
    fclose(file);
    say(lines.data);
    assert_null(strstr(ran->out, "no verb"));
    assert_true(keys > 30);
    print_message("# %d keys are words\n", keys);
}

/* What the console's `:` and `/` take: words, views, tickets and screens. */
static void lines_of_the_console_are_understood(void **state)
{
    (void)state;
    say("/Nobody can answer\n/where 'title.contains(\"Ticket number 3\")'\n/where title.contains(\"Ticket number 24\")\nfilter Ticket number 17\nfind Ticket number 17\n/ 9\n");
    assert_int_equal(count(ran->out, "Nobody can answer this\n"), 1);
    assert_int_equal(count(ran->out, ": Ticket number 24\n"), 1);
    assert_int_equal(count(ran->out, ": Ticket number 17\n"), 2);
    shell_holds(ran->out, "#9  Ticket number 8");
    say("/Ticket number\nmore\nmore\nmore\n");
    assert_int_equal(count(ran->out, ": Ticket number "), 25);
    say("view unassigned\ngo unassigned\nview 2\nview nonsense\n");
    assert_int_equal(count(ran->out, "more goes on"), 3);
    in_order(ran->out, "more goes on", "nonsense");
    say(":open 12\nopen\ngo 13\ngo escalations\ngo metrics\nview\n");
    assert_int_equal(count(ran->out, "#12  Ticket number 11"), 2);
    in_order(ran->out, "#13  Ticket number 12", "9 OF 10");
    shell_holds(ran->out, "unassigned ");
    say("mark\nT refund\nmark-all\ntheme calm-dark\nnosuch\n");
    assert_int_equal(count(ran->out, "There are no marks here: an action takes several numbers"), 3);
    in_order(ran->out, "theme moves or changes the screen", "no verb nosuch");
    assert_int_equal(count(ran->out, "no verb"), 1);
}

static void whoever_assigns_hears_how_much_each_has(void **state)
{
    (void)state;
    say("14\nassign\n\n");
    shell_holds(ran->out, "1 ana, admin, ");
    shell_holds(ran->out, " open, on call\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_said_some_at_a_time),
        cmocka_unit_test(a_ticket_is_worked_on_without_its_number),
        cmocka_unit_test(what_is_left_open_is_asked_with_numbers),
        cmocka_unit_test(the_last_of_a_long_list_can_be_chosen_too),
        cmocka_unit_test(what_is_wrong_is_said_where_it_was_said),
        cmocka_unit_test(no_word_of_a_long_line_is_dropped),
        cmocka_unit_test(a_line_that_is_too_long_is_said_and_the_talk_goes_on),
        cmocka_unit_test(no_text_is_lost_to_a_refusal),
        cmocka_unit_test(whoever_is_being_paged_is_told_at_the_start_and_goes_there),
        cmocka_unit_test(keys_are_words),
        cmocka_unit_test(lines_of_the_console_are_understood),
        cmocka_unit_test(whoever_assigns_hears_how_much_each_has),
    };
    return cmocka_run_group_tests(tests, start, house_left);
}
