/* handoff: a text given to $VISUAL or $EDITOR and taken back. It lies in a spool of its own (app/spool), above
 * a line of scissors (app/scissors) and hints; it is gone afterwards, with whatever the editor left beside it, and where this program dies meanwhile the next one
 * takes it up (app/left). Nothing that was written
 * is lost: when the editor did not end well, or left nothing, the earlier text stands and what happened is said; what was written where it is
 * no part of the text stays in its file. */
#ifndef APP_HANDOFF_H
#define APP_HANDOFF_H
#include "app/left.h"
#include "term/child.h"
#include <stdbool.h>
#include <stddef.h>

struct handoff {
    const char *editor;        /* the command */
    const char *desk;          /* spool_desk */
    const struct left *left;   /* the text as it would be taken up: of which ticket, its hints, and what else is known of it */
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
extern const char handoff_piped[]; /* the file of what a command reads */
const char *handoff_editor(void); /* NULL: none is set */
/* The terminal is the console's (term_run). false + err: it could not begin. */
bool handoff_run(const struct handoff *h, struct handoff_end *end, struct err *err);
/* The text as the input of a command line (editor), which the shell of one's own runs ($SHELL, else sh): it has the terminal, and what it says stays there until Enter. */
bool handoff_pipe(const struct handoff *h, struct child_end *end, struct err *err);
#endif
