/* linear: the console for screen readers, braille lines and logs (`triage --linear`): lines are only ever added, nothing moves,
 * nothing is drawn twice. It takes the shell's verbs one a line, and the console's keys for them; keeps the ticket one is at; asks
 * for what a verb leaves open with numbered answers (app/choice); and tells what happens on the desk when it is asked to (an empty
 * line), but for a page that is for whoever sits here: that is said at once, with a bell. All of it is one stream, stdout. */
#ifndef APP_LINEAR_H
#define APP_LINEAR_H
#include "app/shell.h"

struct linear;
struct linear_door { /* to the verbs */
    bool (*knows)(const char *verb);
    int (*run)(struct shell *sh, const char *verb); /* with the shell's words; the exit code */
};
/* Runs until `quit` or the input's end. Gives the exit code. */
int linear_run(struct shell *sh, const struct linear_door *door);
/* The next line of input without its end, waited for; NULL: there is no more. For verbs that read text. In the shell's arena. bad: it
 * was too long (64 KiB) or had a NUL byte, and none of it is given; that has been said. */
char *linear_line(struct linear *linear, bool *bad);
void linear_at(struct linear *linear, int64_t ticket);       /* the ticket we are at from now on */
void linear_more(struct linear *linear, const char *next);   /* where the list that was said goes on; NULL = nowhere */
#endif
