/* config_faults: a file's mistakes, all of them in one run, in the order of its lines, and none that only follows from another. A sound
 * file gets mistakes from a table, each by a change of one place; alone, in pairs and all at once they are told, and nothing else. */
#include "base/str.h"
#include "base/zone.h"
#include "core/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char sound[] =
    "team: acme\n"
    "tz: Europe/Berlin\n"
    "sources:\n"
    "  - {name: shop, dialect: rbs, secrets: [s1]}\n"
    "  - {name: agency, dialect: tamio, auth: none, reply_via: email, reply_destination: mail}\n"
    "  - {name: phone, auth: none, rate: 5}\n"
    "agents:\n"
    "  - {name: ana, uid: 1000, role: admin, page: [hooks]}\n"
    "  - {name: tom, uid: 1001, skills: [billing], shift: office}\n"
    "  - {name: rik, uid: 1002, team: night}\n"
    "oncall: [ana, tom]\n"
    "calendars:\n"
    "  - {name: office, hours: ['mon-fri 09:00-17:00']}\n"
    "sla:\n"
    "  - {name: gold, when: 'plan == \"enterprise\"', calendar: office, first_response: 15m}\n"
    "escalation:\n"
    "  page_labels: 40\n"
    "  policies:\n"
    "    - name: night\n"
    "      steps:\n"
    "        - {target: 'team:night', delay: 5m}\n"
    "        - {target: 'destination:hooks', delay: 9m}\n"
    "views:\n"
    "  - {name: hot, when: 'urgency == \"high\"'}\n"
    "destinations:\n"
    "  - {name: hooks, kind: webhook, url: 'https://h.example/x'}\n"
    "  - {name: mail, kind: email, host: mx.example, from: desk@acme.example}\n"
    "  - {name: brain, kind: model, api: openai, model: small, token: t}\n"
    "routes:\n"
    "  - name: all\n"
    "    sources: [shop]\n"
    "    steps: [{classify: brain}]\n"
    "    to: [hooks]\n"
    "assignment:\n"
    "  skills:\n"
    "    - {skill: billing, when: 'category == \"billing\"'}\n"
    "macros:\n"
    "  - {name: close, actions: [status closed]}\n"
    "  - {name: thanks, reply: 'Dear {{customer.name}}, thanks'}\n"
    "undo_send: 10s\n";

/* From `is` to `gets`, at line `line`; the columns differ. Others depend on most of what they break: its name, its kind. */
static const struct slip { int line; const char *is, *gets, *says; } slips[] = {
    {2, "tz: Europe/Berlin", "tz: Mars/X", "Mars/X"},
    {4, "dialect: rbs", "dialect: rbz", "did you mean 'rbs'"},
    {5, "name: agency", "name: 'ag ency'", "may hold letters"},
    {6, "rate: 5", "rate: fast", "must be a rate"},
    {8, "role: admin", "rool: admin", "did you mean 'role'"},
    {9, "uid: 1001", "uid: 1000", "the same uid"},
    {10, "uid: 1002", "uid: many", "uid must be"},
    {13, "mon-fri 09:00", "mon-fri 9:00", "hours[0]"},
    {15, "first_response: 15m", "first_response: soon", "a duration"},
    {17, "page_labels: 40", "page_labels: few", "page_labels must be"},
    {22, "delay: 9m", "delay: 9y", "a duration"},
    {24, "\"high\"", "\"hi\"", "views[0].when"},
    {26, "url: 'https://h.example/x'", "url: 'ftp://h.example/x'", "must begin with https"},
    {27, "kind: email", "kind: letter", "kind"},
    {28, "kind: model", "kind: moddel", "did you mean 'model'"},
    {33, "to: [hooks]", "to: [hoks]", "did you mean 'hooks'"},
    {36, "when: 'category ==", "when: 'categori ==", "assignment.skills[0].when"},
    {38, "status closed", "statuss closed", "is no action"},
    {39, "{{customer.name}}", "{{nope}}", "is no variable"},
    {40, "undo_send: 10s", "undo_sent: 10s", "did you mean 'undo_send'"},
};
enum { SLIPS = sizeof slips / sizeof *slips };

/* The sound file with the slips that `make` marks. */
static const char *with_slips(struct arena *arena, const bool *make)
{
    const char *text = sound;
    for (int i = 0; i < SLIPS; i++) {
        const char *at = strstr(text, slips[i].is);
        assert_non_null(at);
        if (make[i])
            text = arena_printf(arena, "%.*s%s%s", (int)(at - text), text, slips[i].gets, at + strlen(slips[i].is));
    }
    return text;
}

static struct config *read_all(struct arena *arena, const char *text, struct faults *faults)
{
    *faults = (struct faults){0};
    return config_read(arena, "t.yaml", text, strlen(text), NULL, 0, zone_load, faults);
}

static int tell_all(const struct faults *faults)
{
    for (int i = 0; i < faults->count; i++)
        print_error("  %s\n", faults->list[i].text);
    return faults->count;
}

static void only_these_are_told(const bool *make)
{
    AUTO_ARENA arena = arena_new();
    struct faults faults;
    struct config *config = read_all(arena, with_slips(arena, make), &faults);
    int at = 0;
    for (int i = 0; i < SLIPS; i++) {
        if (!make[i])
            continue;
        const struct fault *fault = &faults.list[at++];
        if (at > faults.count || fault->line != slips[i].line || !strstr(fault->text, slips[i].says))
            fail_msg("line %d, %s: not told as %d. of %d", slips[i].line, slips[i].gets, at, tell_all(&faults));
    }
    if (at != faults.count)
        fail_msg("%d mistakes, %d told", at, tell_all(&faults));
    assert_int_equal(config != NULL, at == 0);
}

static void mistakes_are_told_alone_in_pairs_and_all_at_once(void **state)
{
    (void)state;
    int files = 0;
    bool all[SLIPS];
    for (int i = 0; i < SLIPS; i++, all[i - 1] = true)
        for (int k = i; k < SLIPS; k++, files++) {
            bool make[SLIPS] = {0};
            make[i] = make[k] = true;
            only_these_are_told(make);
        }
    only_these_are_told((const bool[SLIPS]){0});
    only_these_are_told(all);
    print_message("# %d files with one or two of %d mistakes, one with all\n", files, SLIPS);
}

/* Each byte of the sound file becomes another: what is left of rows that cannot be read harms nobody. */
static void a_file_with_any_byte_changed_is_read_or_refused_in_order(void **state)
{
    (void)state;
    static const char others[] = "x0 :-[}'\n";
    int files = 0, taken = 0, most = 0;
    for (size_t at = 0; at + 1 < sizeof sound; at++) {
        AUTO_ARENA arena = arena_new();
        struct faults faults;
        char *text = arena_strdup(arena, sound);
        text[at] = others[at % (sizeof others - 1)];
        struct config *config = read_all(arena, text, &faults);
        assert_int_equal(config != NULL, faults.count == 0);
        for (int i = 1; i < faults.count; i++)
            assert_true(faults.list[i - 1].line <= faults.list[i].line);
        most = faults.count > most ? faults.count : most;
        taken += config != NULL;
        files++;
    }
    print_message("# %d files, %d taken, at most %d mistakes in one\n", files, taken, most);
}

static void what_depends_on_a_part_that_cannot_be_read_is_not_judged(void **state)
{
    (void)state;
    static const struct { const char *is, *gets; int line; } broken[] = {
        {"name: hooks, kind: webhook", "kind: webhook", 26}, {"name: mail, kind", "nmae: mail, kind", 27}, {"name: shop, ", "name: '', ", 4},
        {"destinations:\n", "destinatons:\n", 26}, {"name: ana, ", "name: '-ana', ", 8}, {"team: night", "team: [night]", 10},
        {"skills: [billing]", "skills: {billing: 1}", 9}, {"name: office, ", "name: 'of fice', ", 13}, {"skill: billing, ", "skill: 'bill ing', ", 36},
        {"\nagents:\n", "\nagentz:\n", 8}, {"  skills:\n", "  skils:\n", 36}, {"oncall: [ana, tom]", "oncall: [ana, tim]", 11},
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        AUTO_ARENA arena = arena_new();
        struct faults faults;
        const char *at = strstr(sound, broken[i].is);
        assert_non_null(at);
        const char *text = arena_printf(arena, "%.*s%s%s", (int)(at - sound), sound, broken[i].gets, at + strlen(broken[i].is));
        assert_null(read_all(arena, text, &faults));
        if (faults.count != 1 || faults.list[0].line != broken[i].line)
            fail_msg("%s: %d told", broken[i].gets, tell_all(&faults));
    }
}

static void a_text_for_all_keys_is_wrong_once_and_what_is_no_yaml_is_one_mistake(void **state)
{
    (void)state;
    static const char *const texts[] = {"mask: foo\n", "team: [\nsources: x\n", "- a\n", "team: a\nteam: b\nsources: 5\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        AUTO_ARENA arena = arena_new();
        struct faults faults;
        assert_null(read_all(arena, texts[i], &faults));
        if (faults.count != 1 || strncmp(faults.list[0].text, "t.yaml:", 7) != 0)
            fail_msg("%s: %d told", texts[i], tell_all(&faults));
    }
}

static void two_keys_of_a_row_may_be_missing(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct faults faults;
    assert_null(read_all(arena, "destinations:\n  - {disabled: true}\n", &faults));
    assert_int_equal(faults.count, 2);
}

static void the_first_fifty_are_kept_and_the_others_counted(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_STR text;
    struct faults faults;
    struct err err = {0};
    str_init(&text, 64 << 10);
    str_addf(&text, "tz: Mars/X\nviews:\n"); /* found last, stands first */
    for (int i = 0; i < 60; i++)
        str_addf(&text, "  - {name: v%d, when: 'nothing == 1'}\n", i);
    assert_null(read_all(arena, text.data, &faults));
    assert_int_equal(faults.count, FAULTS);
    assert_int_equal(faults.more, 11);
    for (int i = 0; i < FAULTS; i++)
        assert_int_equal(faults.list[i].line, i ? i + 2 : 1);
    assert_false(faults_tell(&faults, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_non_null(strstr(err.text, "t.yaml:1:"));
    assert_non_null(strstr(err.text, "and 60 more: `triage check FILE` shows each"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_told_alone_in_pairs_and_all_at_once),
        cmocka_unit_test(a_file_with_any_byte_changed_is_read_or_refused_in_order),
        cmocka_unit_test(what_depends_on_a_part_that_cannot_be_read_is_not_judged),
        cmocka_unit_test(a_text_for_all_keys_is_wrong_once_and_what_is_no_yaml_is_one_mistake),
        cmocka_unit_test(two_keys_of_a_row_may_be_missing),
        cmocka_unit_test(the_first_fifty_are_kept_and_the_others_counted),
    };
    return cmocka_run_group_tests_name("config_faults", tests, NULL, NULL);
}
