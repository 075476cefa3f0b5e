/* ledger: whatever the journal says of clocks and escalations has a reader: each word that is written is a line somebody can read. What
 * the ledger makes of whole histories is held against the clocks in tests/core/sla_history and tests/engine/undo. */
#include "core/ledger.h"
#include "base/str.h"
#include "core/sla.h"
#include "support/rules.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct ledger_entry read_entry(struct arena *arena, const char *text)
{
    struct ledger_entry e;
    if (!ledger_read(json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL), 1, 0, "ana", &e))
        fail_msg("not read: %s", text);
    return e;
}

static void each_word_that_is_written_of_a_clock_is_a_line(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct desk d = {0};
    int words = 0;
    for (int what = LEDGER_STARTED; what <= LEDGER_RESTORED; what++, words++) {
        struct ledger_entry e = read_entry(arena, arena_printf(arena, "{\"metric\":\"resolution\",\"what\":\"%s\",\"state\":\"running\",\"started_at\":1,\"since\":1,"
                                                                      "\"elapsed\":0,\"due_at\":9,\"target\":8,\"at\":1,\"policy\":\"p\",\"cause\":\"x\"}", ledger_word(what)));
        struct ledger_clock *clocks;
        int count;
        assert_int_equal(e.what, what);
        ledger_clocks(arena, &d.config, &e, 1, 5, &clocks, &count);
        assert_int_equal(count, 1);
        assert_int_equal(clocks->line_count, 1);
        assert_true(*clocks->lines->text);
        assert_true(*ledger_verdict(arena, clocks, 5)[0]);
    }
    print_message("# %d words of a clock\n", words);
}

/* Entries of journals that were written before an undo said all of what a clock is again. */
static void a_clock_put_back_by_an_old_entry_runs_too(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct desk d = {0};
    struct ledger_entry list[] = {
        read_entry(arena, "{\"metric\":\"resolution\",\"what\":\"started\",\"elapsed\":0,\"due_at\":100,\"target\":100,\"at\":0,\"policy\":\"p\",\"cause\":\"first_seen\"}"),
        read_entry(arena, "{\"metric\":\"resolution\",\"what\":\"fulfilled\",\"elapsed\":10,\"due_at\":0,\"target\":100,\"at\":10,\"policy\":\"p\",\"cause\":\"resolved\"}"),
        read_entry(arena, "{\"metric\":\"resolution\",\"what\":\"restored\",\"state\":\"running\",\"since\":0,\"elapsed\":0,\"due_at\":100,\"target\":100,\"at\":20,\"policy\":\"p\","
                          "\"cause\":\"undo\"}")};
    struct ledger_clock *clocks;
    int count;
    ledger_clocks(arena, &d.config, list, 3, 30, &clocks, &count);
    assert_int_equal(count, 1);
    assert_int_equal(clocks->state, CLOCK_RUNNING);
    assert_int_equal(clocks->elapsed, 30);
    assert_int_equal(clocks->due_at, 100);
    assert_int_equal(clocks->segment_count, 1);
    assert_string_equal(clocks->lines[2].text, "as it was before: ana took something back");
    assert_string_equal(ledger_verdict(arena, clocks, 30)[0], "In time: 0 s of 0 s counted by policy p, 0 s left; due Thu 01 Jan 00:00.");
}

/* --- escalations: their words stand in the files that write them --- */

static const char *source(struct arena *arena, const char *path)
{
    enum { MOST = 1 << 18 };
    char full[4096], *text = arena_alloc(arena, MOST);
    snprintf(full, sizeof full, "%s/src/%s", getenv("TRIAGE_SRCDIR"), path);
    FILE *file = fopen(full, "r");
    assert_non_null(file);
    text[fread(text, 1, MOST - 1, file)] = 0;
    fclose(file);
    return text;
}

/* The words that stand between `lead` and the next quote must be rows of the table that reads them. */
static int walk(struct arena *arena, const char *path, const char *lead, const char *readers)
{
    int words = 0;
    for (const char *at = source(arena, path); (at = strstr(at, lead)); words++) {
        at += strlen(lead);
        size_t n = strcspn(at, "\"\\%");
        if (n && !strstr(readers, arena_printf(arena, "{\"%.*s\",", (int)n, at)))
            fail_msg("%s writes \"%.*s\", and nothing reads it", path, (int)n, at);
    }
    if (!words)
        fail_msg("%s writes nothing behind %s", path, lead);
    return words;
}

static void each_word_that_is_written_of_an_escalation_has_a_saying(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *readers = source(arena, "api/escalation.c");
    int words = walk(arena, "core/escalation.c", "note(f, \"", readers) + walk(arena, "core/escalation.c", "\\\"what\\\":\\\"", readers) +
                walk(arena, "core/back.c", "\"escalation\", \"{\\\"what\\\":\\\"", readers) + walk(arena, "engine/page.c", "\"what\", \"", readers);
    print_message("# %d places write of an escalation\n", words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_word_that_is_written_of_a_clock_is_a_line),
        cmocka_unit_test(a_clock_put_back_by_an_old_entry_runs_too),
        cmocka_unit_test(each_word_that_is_written_of_an_escalation_has_a_saying),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
