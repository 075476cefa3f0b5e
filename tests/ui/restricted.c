/* restricted: which variables stay, and how the words of a connection are split. */
#include "app/restricted.h"
#include "app/words.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void what_names_a_file_or_a_program_does_not_stay(void **state)
{
    (void)state;
    static const char *const gone[] = {"VISUAL", "EDITOR", "PAGER", "SHELL", "ENV", "BASH_ENV", "HOME", "PATH", "TERMINFO", "TERMINFO_DIRS", "TERMPATH", "TERMCAP", "TMPDIR", "LD_PRELOAD",
        "LD_LIBRARY_PATH", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "TRIAGE_SOCKET", "TRIAGE_KEY", "TRIAGE_DATA", "TRIAGE_THEME", "LOCPATH", "NLSPATH", "TZDIR", "GCONV_PATH",
        "MALLOC_CHECK_", "http_proxy", "ALL_PROXY", "SSL_CERT_FILE", "CURL_HOME", "TMUX", "LANGUAGE", "SSH_ORIGINAL_COMMAND", "SSH_AUTH_SOCK", "", "TER", "TERMX"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        assert_false(restricted_env(gone[i], "x"));
}

static void what_says_how_a_terminal_is_stays_unless_it_is_a_path(void **state)
{
    (void)state;
    assert_true(restricted_env("TERM", "xterm-256color"));
    assert_true(restricted_env("TERM", "xterm+256color"));
    assert_true(restricted_env("LC_ALL", "de_DE.UTF-8@euro"));
    assert_true(restricted_env("TZ", "America/Argentina/Buenos_Aires"));
    assert_true(restricted_env("NO_COLOR", "1"));
    static const struct { const char *name, *value; } paths[] = {{"TERM", "/tmp/evil"}, {"TERM", "../evil"}, {"TERM", "a/b"}, {"TERM", ""}, {"TERM", "x\033[0m"}, {"LC_ALL", "/tmp/locale"},
        {"LC_ALL", "a/../b"}, {"LANG", "C/x"}, {"TZ", ":/etc/shadow"}, {"TZ", "/etc/shadow"}, {"TZ", "../../etc/shadow"}, {"TZ", "x/../../etc/shadow"}, {"TERM_PROGRAM", "a b"},
        {"TZ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_false(restricted_env(paths[i].name, paths[i].value));
}

static void words_are_split_at_blanks_and_kept_in_quotes_and_nothing_is_expanded(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char *words[8];
    assert_int_equal(words_split(arena, " ls  --where \"a 'b' c\" $HOME `id` '~'x;y ", words, 8), 6);
    static const char *const want[] = {"ls", "--where", "a 'b' c", "$HOME", "`id`", "~x;y"};
    for (int i = 0; i < 6; i++)
        assert_string_equal(words[i], want[i]);
    assert_null(words[6]);
    assert_int_equal(words_split(arena, "a b c d e f g h i", words, 8), 7);
    assert_null(words[7]);
    assert_int_equal(words_split(arena, "", words, 8), 0);
    assert_int_equal(words_split(arena, "\"never closed", words, 8), 1);
    assert_string_equal(words[0], "never closed");
}

static void options_that_name_files_come_from_the_command_line_and_not_with_the_connection(void **state)
{
    (void)state;
    char format_was[16] = "", *format = getenv("CMOCKA_MESSAGE_OUTPUT");
    if (format)
        format = strncpy(format_was, format, sizeof format_was - 1);
    static const char *const refused[] = {"--socket /tmp/x", "ls --keys /etc/passwd", "--theme /etc/passwd", "--key-id boss", "route explain 1 --config /etc/passwd", "--restricted ls"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        AUTO_ARENA arena = arena_new();
        char *line[] = {(char *)(uintptr_t)"triage", (char *)(uintptr_t)"--restricted", NULL}, **argv = line;
        int argc = 2;
        struct err err = {0};
        setenv("SSH_ORIGINAL_COMMAND", refused[i], 1);
        assert_true(restricted_asked(argc, argv));
        assert_false(restricted_begin(arena, &argc, &argv, &err));
        assert_int_equal(err.code, ERR_FORBIDDEN);
        assert_true(restricted_is());
        assert_null(getenv("HOME"));
    }
    if (format)
        setenv("CMOCKA_MESSAGE_OUTPUT", format, 1); /* it went with the rest: what this test says would be said in another form */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_names_a_file_or_a_program_does_not_stay),
        cmocka_unit_test(what_says_how_a_terminal_is_stays_unless_it_is_a_path),
        cmocka_unit_test(words_are_split_at_blanks_and_kept_in_quotes_and_nothing_is_expanded),
        cmocka_unit_test(options_that_name_files_come_from_the_command_line_and_not_with_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
