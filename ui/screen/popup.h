/* popup: what may follow the keys pressed so far, above the footer, until another is pressed. */
#ifndef SCREEN_POPUP_H
#define SCREEN_POPUP_H
#include "screen/look.h"

/* list: each key and what it does. title: the keys pressed so far. Columns line up and are read downwards. */
void popup_draw(const struct look *look, struct surface *s, const char *title, const struct hint *list, int count);
#endif
