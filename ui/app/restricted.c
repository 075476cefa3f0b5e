/* restricted: an allow-list at each door instead of a search for what is dangerous. The environment goes first, because libc and
 * ncurses read files that it names (TERMINFO, HOME, LC_ALL and TZ with a path in them) before the first key. */
#include "app/restricted.h"
#include "app/words.h"
#include "base/str.h"
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 200, COMMAND_MAX = 64 << 10 };
extern char **environ;
static bool on;
const char restricted_remedy[] = "whoever made this account names the desk's socket in its line: triage --restricted --socket PATH";

bool restricted_is(void)
{
    return on;
}

bool restricted_may(const char *what, struct err *err)
{
    return !on || err_set(err, ERR_FORBIDDEN, "%s is not for this account: it is restricted, which an admin can lift", what);
}

bool restricted_asked(int argc, char *const *argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--restricted") == 0)
            return true;
    return false;
}

/* --- the environment --- */

/* A time zone's name has slashes and is still no path; libc would read ":/etc/shadow" and "../x" as one. */
static bool is_plain(const char *value, const char *more)
{
    if (!*value || strlen(value) > 64 || *value == '/' || *value == '.' || strstr(value, ".."))
        return false;
    for (; *value; value++)
        if (!isalnum((unsigned char)*value) && !strchr(more, *value))
            return false;
    return true;
}

bool restricted_env(const char *name, const char *value)
{
    static const struct { const char *name, *more; } kept[] = {
        {"TERM", "-+._"}, {"COLORTERM", "-"}, {"NO_COLOR", ""}, {"TERM_PROGRAM", "-._"}, {"TERM_PROGRAM_VERSION", "-._"}, {"LC_TERMINAL", ""}, {"TZ", "-+_/"},
        {"LANG", "-._@"}, {"LC_ALL", "-._@"}, {"LC_CTYPE", "-._@"}, {"LC_TIME", "-._@"}};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (strcmp(name, kept[i].name) == 0)
            return is_plain(value, kept[i].more);
    return false;
}

static void keep_little(struct arena *arena)
{
    int n = 0, count = 0;
    while (environ && environ[n])
        n++;
    char **kept = ARENA_ARRAY(arena, char *, n + 1);
    for (int i = 0; i < n; i++) {
        char *copy = arena_strdup(arena, environ[i]), *equals = strchr(copy, '=');
        if (!equals)
            continue;
        *equals = 0;
        if (restricted_env(copy, equals + 1))
            kept[count++] = copy;
    }
    clearenv();
    for (int i = 0; i < count; i++)
        setenv(kept[i], kept[i] + strlen(kept[i]) + 1, 1);
}

/* --- the words of the connection --- */

/* Options that name a file, a socket, or who one is. */
static bool is_reserved(const char *word)
{
    static const char *const reserved[] = {"--socket", "--keys", "--key-id", "--config", "--restricted"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(word, reserved[i]) == 0)
            return true;
    return false;
}

/* A theme's name is looked for among ours; a path would be read. */
static bool may_say(char *const *words, int i, struct err *err)
{
    if (is_reserved(words[i]))
        return restricted_may(words[i], err);
    if (i > 0 && strcmp(words[i - 1], "--theme") == 0 && strchr(words[i], '/'))
        return restricted_may("a theme's file", err);
    return true;
}

static bool add_words(struct arena *arena, const char *line, int *argc, char ***argv, struct err *err)
{
    char *words[WORDS];
    if (strlen(line) >= COMMAND_MAX)
        return err_set(err, ERR_USAGE, "the command is longer than %d bytes", COMMAND_MAX);
    int n = words_split(arena, line, words, WORDS), from = n && strcmp(words[0], "triage") == 0;
    if (n == WORDS - 1)
        return err_set(err, ERR_USAGE, "the command has more than %d words", WORDS - 2);
    char **all = ARENA_ARRAY(arena, char *, *argc + n + 1);
    for (int i = 0; i < *argc; i++)
        all[i] = (*argv)[i];
    for (int i = from; i < n; i++) {
        if (!may_say(words, i, err))
            return false;
        all[(*argc)++] = words[i];
    }
    all[*argc] = NULL;
    *argv = all;
    return true;
}

/* Blocked and not ignored: the console's own handler would come back over an ignored one. */
static void stop_nowhere(void)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTSTP);
    sigprocmask(SIG_BLOCK, &stops, NULL);
}

bool restricted_begin(struct arena *arena, int *argc, char ***argv, struct err *err)
{
    const char *said = getenv("SSH_ORIGINAL_COMMAND"), *line = arena_strdup(arena, said ? said : "");
    on = true;
    keep_little(arena);
    stop_nowhere();
    return add_words(arena, line, argc, argv, err);
}
