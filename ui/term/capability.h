/* capability: what terminfo says of a terminal, filled in. Most strings with parameters are plain text with a number or two in it; those
 * are written here, a hundredth of the work of curses' interpreter, which the rest is left to. The terminal's entry is open (curses). */
#ifndef TERM_CAPABILITY_H
#define TERM_CAPABILITY_H
#include <stddef.h>

/* NULL stays NULL; what is given lives until the next call. Parameters are not negative. */
const char *capability_with(const char *sequence, int first, int second);
size_t capability_length(const char *sequence, int first, int second); /* of what that would give; of NULL 0 */
#endif
