/* exits: see exits.h. */
#include "harness/exits.h"
#include "base/crypto.h"
#include "harness/console.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static bool door_open;
static long looked, found;

void exits_open_door(bool open)
{
    door_open = open;
    found = 0;
}

long exits_looked(void)
{
    return looked;
}

long exits_found(void)
{
    return found;
}

void exits_text(const char *name, const char *text, size_t n, unsigned allowed)
{
    size_t at;
    const char *what;
    looked++;
    if (!door_open)
        hostile_check(name, text, n, allowed);
    else
        found += hostile_find(text, n, allowed, &at, &what);
}

/* --- the shell --- */

char *exits_slurp(FILE *file, size_t *n)
{
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    char *text = malloc(size + 1);
    assert_non_null(text);
    rewind(file);
    *n = fread(text, 1, size, file);
    text[*n] = 0;
    fclose(file);
    return text;
}

static pid_t begin(const char *program, const char *const *words, FILE *input, FILE *const *streams)
{
    const char *slash = strrchr(program, '/'), *argv[16] = {slash ? slash + 1 : program};
    for (int i = 0; words[i]; i++)
        argv[i + 1] = words[i];
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fileno(input), 0);
        dup2(fileno(streams[0]), 1);
        dup2(fileno(streams[1]), 2);
        alarm(120);
        execv(program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

pid_t exits_begin(const char *const *words, FILE *input, FILE *const *streams)
{
    return begin(console_program(), words, input, streams);
}

static unsigned allowed_for(const char *const *words)
{
    unsigned exit = HOSTILE_LINES | (strcmp(words[0], "help") == 0 ? HOSTILE_TABS : 0);
    for (int i = 0; words[i]; i++)
        exit |= strcmp(words[i], "--json") == 0 || strcmp(words[0], "watch") == 0 ? HOSTILE_DATA : 0;
    return exit;
}

char *exits_shell(const char *input, const char *const *words)
{
    return exits_run(console_program(), input, words);
}

char *exits_run(const char *program, const char *input, const char *const *words)
{
    FILE *streams[2] = {tmpfile(), tmpfile()}, *read = tmpfile();
    char *out = NULL, name[256];
    size_t n;
    fputs(input, read);
    rewind(read);
    waitpid(begin(program, words, read, streams), NULL, 0);
    fclose(read);
    for (int i = 0; i < 2; i++) {
        char *text = exits_slurp(streams[i], &n);
        snprintf(name, sizeof name, "%s %s, %s", words[0], words[1] ? words[1] : "", i ? "stderr" : "stdout");
        if (n)
            exits_text(name, text, n, allowed_for(words));
        if (i == 0)
            out = text;
        else
            free(text);
    }
    return out;
}

/* --- the console --- */

/* One control sequence at p (an ESC): where it ends. Strings (OSC, DCS, APC, PM, SOS) end in BEL or ST. ECMA-48, 5. */
static const char *sequence_end(const char *p, const char *end)
{
    char kind = p + 1 < end ? p[1] : 0;
    const char *at = p + 2;
    if (kind == '[') {
        while (at < end && (*at < 0x40 || *at > 0x7e))
            at++;
    } else if (kind && strchr("]P_^X", kind)) {
        while (at < end && *at != '\007' && !(*at == '\033' && at + 1 < end && at[1] == '\\'))
            at++;
        at += at < end && *at == '\033';
    } else {
        for (at = p + 1; at < end && *at >= 0x20 && *at <= 0x2f;)
            at++;
    }
    return at < end ? at + 1 : end;
}

static void check_copied(const char *coded, size_t n)
{
    uint8_t text[8192];
    char copy[11000];
    size_t size = 0;
    assert_true(n < sizeof copy);
    memcpy(copy, coded, n);
    copy[n] = 0;
    assert_true(crypto_unbase64(copy, text, sizeof text, &size));
    exits_text("the clipboard", (const char *)text, size, 0); /* no line end either: what is pasted runs nothing */
}

static void strangers(const char *name, const char *p, size_t n)
{
    if (!memmem(p, n, "7777", 4) && !memmem(p, n, "PWN", 3))
        return;
    found += door_open;
    if (!door_open)
        fail_msg("%s: a sequence of a stranger: ESC %.*s", name, (int)n - 1, p + 1);
}

static void check_sequence(const char *name, const char *p, size_t n, struct exits_told *told)
{
    strangers(name, p, n);
    if (n > 8 && strncmp(p, "\033]52;c;", 7) == 0) {
        check_copied(p + 7, n - 8);
        told->copied++;
    }
    told->notices += strncmp(p, "\033]777;", 6) == 0 || strncmp(p, "\033]9;", 4) == 0;
    if (p[1] == ']' && n > 4)
        exits_text("a control string", p + 2, n - (p[n - 1] == '\\' ? 4 : 3), 0);
}

static void check_between(const char *name, const char *p, size_t n)
{
    size_t at;
    const char *what;
    for (size_t from = 0; from < n && hostile_find(p + from, n - from, HOSTILE_LINES, &at, &what); from += at + 1) {
        if (strchr("\r\b\007\016\017\t", p[from + at])) /* curses' own */
            continue;
        found += door_open;
        if (!door_open)
            fail_msg("%s: %s between two sequences, after \"%.*s\"", name, what, (int)(from + at), p);
    }
}

void exits_stream(const char *name, const char *bytes, size_t n, struct exits_told *told)
{
    int sequences = 0;
    for (const char *p = bytes, *end = bytes + n; p < end;) {
        const char *stop = *p == '\033' ? sequence_end(p, end) : memchr(p, '\033', (size_t)(end - p));
        size_t size = (size_t)((stop ? stop : end) - p);
        if (*p == '\033')
            check_sequence(name, p, size, told), sequences++;
        else
            check_between(name, p, size);
        p += size;
    }
    assert_true(sequences > 100);
    looked++;
}
