/* thanks: does a text say thank you and nothing else? Such a reply to a resolved ticket does not open it again (model.md 1).
 * A word list in seven languages: a text with any word it does not know, but a name, is more than thanks. Pure. */
#ifndef CORE_THANKS_H
#define CORE_THANKS_H
#include <stdbool.h>
bool thanks_only(const char *text); /* NULL is not */
#endif
