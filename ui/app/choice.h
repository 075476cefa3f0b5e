/* choice: a question with numbered answers, in the mode of lines (app/linear): what a picker is on the screen. */
#ifndef APP_CHOICE_H
#define APP_CHOICE_H
#include "app/shell.h"
#include "command/offer.h"

/* What an action or `why` leaves open is asked, and appended to its words; false: nothing was chosen, which was said. A verb
 * that needs nothing is left alone. words has room for one more; *n of them are there, the verb first. */
bool choice_complete(struct shell *sh, char **words, int *n);
#endif
