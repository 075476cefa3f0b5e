/* shown: others at the desk are told which ticket is looked at here, and whether it is being answered. */
#ifndef APP_SHOWN_H
#define APP_SHOWN_H
#include "app/console.h"

void shown_tell(struct console *c); /* where that changed, or another stream began */
#endif
