/* linear: the console for screen readers, braille lines and logs (`triage --linear`): lines are only ever added, nothing moves,
 * nothing is drawn twice. It takes the shell's verbs one a line, keeps the ticket one is at, and tells what happens on the desk
 * when it is asked to (an empty line), but for a page that is for whoever sits here: that is said at once, with a bell. */
#ifndef APP_LINEAR_H
#define APP_LINEAR_H
#include "app/shell.h"

struct linear;
/* Runs until `quit` or the input's end; dispatch runs one verb with the shell's words. Gives the exit code. */
int linear_run(struct shell *sh, int (*dispatch)(struct shell *sh, const char *verb));
/* The next line of input without its end, waited for; NULL: there is no more. For verbs that read text. In the shell's arena. */
char *linear_line(struct linear *linear);
#endif
