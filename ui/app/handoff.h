/* handoff: a text given to $VISUAL or $EDITOR and taken back. It lies in a file of mode 0600 in a directory of its own, 0700, above
 * a line of scissors (app/scissors) and hints; both are gone afterwards, with whatever the editor left beside it. Nothing that was written
 * is lost: when the editor did not end well, or left nothing, the earlier text stands and what happened is said; what was written where it is
 * no part of the text stays in its file. */
#ifndef APP_HANDOFF_H
#define APP_HANDOFF_H
#include "term/child.h"
#include <stdbool.h>
#include <stddef.h>

struct handoff {
    const char *editor, *name; /* the command; the file's name, by which an editor may know what it is */
    const char *hints;         /* lines that begin with #: to whom it goes. They are no part of the text */
    const char *text;
    size_t max;                /* bytes the text may have */
    child_wait *wait;          /* meanwhile (term/child) */
    void *arg;
};
struct handoff_end {
    char *text; /* what was saved above the scissors; NULL: nothing to be taken. The caller frees it */
    size_t n;
    bool good;  /* false: the earlier text is to stand, and this to be within reach */
    bool asked; /* the system asked us to end meanwhile */
    char say[400], parting[200]; /* what is to be said: now; or, where we end, when the terminal is given back. "" = nothing */
};
const char *handoff_editor(void); /* NULL: none is set */
/* The terminal is the console's (term_run). false + err: it could not begin. */
bool handoff_run(const struct handoff *h, struct handoff_end *end, struct err *err);
/* The text as the input of a command line (editor), which the shell of one's own runs ($SHELL, else sh): it has the terminal, and what it says stays there until Enter. */
bool handoff_pipe(const struct handoff *h, struct child_end *end, struct err *err);
/* A text that nobody took stays in such a file, in such a directory; path (>= 400 bytes) gets where. */
bool handoff_leave(const char *name, const char *text, char *path, size_t size, struct err *err);
#endif
