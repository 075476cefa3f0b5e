/* choices: what the palette offers, as items of its picker: everything that can be said here, or what may stand behind a command
 * once its name is there. Read from the tables the parser runs and from what the mirror holds; nothing is asked for. */
#ifndef APP_CHOICES_H
#define APP_CHOICES_H
#include "app/console.h"

struct choices {
    struct picker_item *items; /* in the frame's arena */
    size_t n, cap;
    bool tickets; /* some may be: the desk's others are worth a question */
};
/* Earlier lines, commands with their keys, views, screens, people, the tickets that are loaded and those found beside them. */
struct choices choices_all(struct console *c);
/* Whole lines, "assign ana": the values its argument may have. None: nothing is known to choose from. *own: others may be typed. */
struct choices choices_for(struct console *c, const struct command *command, bool *own);
#endif
