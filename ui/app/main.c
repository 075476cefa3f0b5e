/* main: no words on a terminal is the console; everything else is a verb. */
#include "app/cli.h"
#include "app/loop.h"
#include "app/restricted.h"
#include "base/err.h"
#include "base/memory.h"
#include "base/text.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGE = 64 << 10 }; /* its documents come and go whole, none of them often */

/* The first word that is no option, NULL if there is none. */
static bool only_options(int argc, char **argv)
{
    char **copy = calloc((size_t)argc + 1, sizeof *copy);
    struct cli_options options = {0};
    memcpy(copy, argv, (size_t)argc * sizeof *argv);
    bool ok = cli_options(&argc, copy, &options) && argc == 1 && !options.help && !options.json && !options.linear;
    free(copy);
    return ok;
}

static int run(int argc, char **argv)
{
    if (!only_options(argc, argv))
        return cli_run(argc, argv);
    struct cli_options options = {0};
    cli_options(&argc, argv, &options);
    if (!isatty(0) || !isatty(1)) {
        fputs("triage: the console needs a terminal; triage help lists the verbs for scripts\n", stderr);
        return err_row(ERR_USAGE)->exit;
    }
    memory_frugal(LARGE);
    return loop_run(&options);
}

int main(int argc, char **argv)
{
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    signal(SIGPIPE, SIG_IGN);
    if (!restricted_asked(argc, argv) || restricted_begin(arena, &argc, &argv, &err))
        return run(argc, argv);
    fprintf(stderr, "triage: %s\n", text_safe_in(arena, err.text, TEXT_LINE));
    return err_row(err.code)->exit;
}
