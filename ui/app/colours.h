/* colours: which theme the console wears. */
#ifndef APP_COLOURS_H
#define APP_COLOURS_H
#include "app/console.h"

/* The one asked for by --theme or TRIAGE_THEME, else the terminal's own; false + err: it cannot be read. */
bool colours_load(struct console *c, struct err *err);
void colours_try(struct console *c);     /* after a key of an overlay: the theme under the picker's cursor is worn */
void colours_restore(struct console *c); /* before an overlay is left: as it was before the picker */
#endif
