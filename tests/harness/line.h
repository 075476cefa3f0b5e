/* line: a bad line between a program and the terminal it shows itself on: a terminal of its own, read no faster than so many bytes
 * a second, everything late by the same time each way. It is a program: a test that is started with line_is_asked calls line_main. */
#ifndef HARNESS_LINE_H
#define HARNESS_LINE_H
#include <stdbool.h>

struct line_as {
    int bytes_per_s; /* 0: nothing is ever read */
    int delay_ms;    /* each way */
    bool mute;       /* the terminal's answer to "are you there?" is lost */
};
/* The words to start for program (NULL-ended words) on such a line, NULL-ended; valid until the next call. */
const char *const *line_words(const struct line_as *as, const char *const *program);
bool line_is_asked(int argc, char **argv);
int line_main(char **argv); /* exit code: the program's */
#endif
