/* capability: what is filled in here is what curses' own interpreter fills in, for every terminal that is installed. */
#define NCURSES_WIDECHAR 1
#include "term/capability.h"
#include "base/arena.h"
#include <curses.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#undef columns
#undef lines
#include <cmocka.h>

static const char *const names[] = {"cup", "hpa", "vpa", "cuf", "cub", "cuu", "cud", "csr", "ech", "il", "dl", "setaf", "setab"};
static const int numbers[] = {0, 1, 2, 8, 9, 10, 23, 79, 98, 99, 119, 200, 254, 999};
enum { NAMES = sizeof names / sizeof *names, NUMBERS = sizeof numbers / sizeof *numbers };

static void is_as_curses_has_it(const char *term, const char *sequence, int first, int second)
{
    char expected[1000];
    snprintf(expected, sizeof expected, "%s", tiparm(sequence, first, second));
    const char *is = capability_with(sequence, first, second);
    if (strcmp(is, expected) != 0)
        fail_msg("%s: %d, %d: \"%s\" is not \"%s\"", term, first, second, is, expected);
    if (capability_length(sequence, first, second) != strlen(expected))
        fail_msg("%s: %d, %d: \"%s\" is %zu bytes", term, first, second, expected, capability_length(sequence, first, second));
}

static long check_terminal(const char *term)
{
    int fault;
    long count = 0;
    if (setupterm(term, STDOUT_FILENO, &fault) != OK) {
        if (cur_term) /* printers, and what stands for many terminals, are read all the same */
            del_curterm(cur_term);
        return 0;
    }
    for (int i = 0; i < NAMES; i++) {
        const char *sequence = tigetstr(names[i]);
        if (!sequence || sequence == (char *)-1)
            continue;
        for (int k = 0; k < NUMBERS; k++, count++)
            is_as_curses_has_it(term, sequence, numbers[k], numbers[(k * 5 + 3) % NUMBERS]);
    }
    del_curterm(cur_term);
    return count;
}

static void every_terminal_is_told_what_curses_would_tell_it(void **state)
{
    static const char *const roots[] = {"/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo", "/usr/lib/terminfo"};
    AUTO_ARENA arena = arena_new();
    int terminals = 0;
    long count = 0;
    (void)state;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        DIR *root = opendir(roots[i]);
        for (const struct dirent *letter; root && (letter = readdir(root));) {
            DIR *dir = *letter->d_name != '.' ? opendir(arena_printf(arena, "%s/%s", roots[i], letter->d_name)) : NULL;
            for (const struct dirent *entry; dir && (entry = readdir(dir));)
                if (*entry->d_name != '.')
                    terminals++, count += check_terminal(entry->d_name);
            if (dir)
                closedir(dir);
        }
        if (root)
            closedir(root);
    }
    print_message("# %d terminals, %ld sequences\n", terminals, count);
    assert_true(terminals > 0 && count > 0);
}

static void what_is_not_known_here_is_left_to_curses(void **state)
{
    static const char *const sequences[] = {"", "\033[H", "%%%p1%d", "\033[%i%p2%d;%p1%dx", "%p1%03d|", "%p1%' '%+%c", "%?%p1%{8}%<%t3%p1%d%e9%p1%d%;m", "%p1%d%", "%p", "%",
                                            "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789%p1%d"};
    int fault;
    (void)state;
    assert_int_equal(setupterm("vt100", STDOUT_FILENO, &fault), OK);
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        for (int k = 1; k < NUMBERS; k++)
            is_as_curses_has_it(sequences[i], sequences[i], numbers[k], numbers[NUMBERS - k]);
    assert_null(capability_with(NULL, 1, 2));
    del_curterm(cur_term);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_terminal_is_told_what_curses_would_tell_it),
        cmocka_unit_test(what_is_not_known_here_is_left_to_curses),
    };
    return cmocka_run_group_tests_name("capability", tests, NULL, NULL);
}
