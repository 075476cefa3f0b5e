/* part: a chapter of what the console can be told. Each file of commands has one: the rows of command/local.def that it runs,
 * and the questions (enum purpose) whose answers it takes. run.c goes through all of them; one id has one row. What the parts
 * need of each other is declared below. For app/ only. */
#ifndef APP_PART_H
#define APP_PART_H
#include "app/console.h"
#include "command/offer.h"

struct answer {        /* of an overlay that is closed already; lives as long as the frame */
    char *text;        /* what was chosen or typed */
    const char *typed; /* into a picker, whatever it chose; else "" */
    int64_t id;        /* of what was picked */
    uint32_t choice;   /* the key that confirmed */
};
struct part_command { /* the last row is {0} */
    int id;           /* LOCAL_... */
    void (*run)(struct console *c, const char *arg);
};
struct part_answer { /* the last row is {0} */
    enum purpose purpose;
    void (*take)(struct console *c, const struct answer *answer);
};
struct part {
    const struct part_command *commands; /* NULL: none */
    const struct part_answer *answers;   /* NULL: none */
};
extern const struct part part_act, part_move, part_place, part_customer, part_find, part_palette, part_read, part_parcels, part_insert, part_drafting, part_colours, part_bell, part_enclose, part_mouse, part_again, part_pipe, part_unanswered;

/* A picker of what may be chosen; open: something else may be typed. */
void part_pick(struct console *c, enum purpose purpose, const char *prompt, const struct offer *offers, int n, bool open);

bool act_refused(struct console *c, const char *action, const char *wrong);         /* by the daemon; true: it is asked once more */
const char *act_about(struct console *c);                                          /* "#42", "3 tickets": what is asked.tickets */
void act_run(struct console *c, const struct action_row *action, const char *arg); /* asks what it still needs */
const char *again_event(struct console *c);                                         /* the number of the event under the cursor; "": none is */
void place_ticket(struct console *c, int64_t ticket);                               /* opens it; 0: nothing happens */
const char *place_word(int index);                                                  /* what `go` takes for a screen; NULL: past the last */
void place_articles(struct console *c, const char *words);                          /* those that have these words */
/* The ticket that is meant: on the scoreboard the cursor stands on a line of the ledger, which acts leave alone. */
int64_t place_meant(struct console *c);
void place_reveal(struct console *c, int64_t ticket, const struct json *text); /* what a reveal's answer carries */
bool customer_reveal(struct console *c, int64_t ticket, const struct json *text); /* false: their page is not shown */
void pipe_follow(struct console *c);                                            /* begins what waited for its ticket */
void read_resized(struct console *c);                                          /* what is read is laid out for the width there is now */
void read_came(struct console *c, enum mirror_doc_id id);                       /* a document: into the page that waits for it, if one does */
void read_why(struct console *c, const char *what);                            /* "": the number is asked for */
#endif
