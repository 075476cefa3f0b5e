/* svg: a surface as a picture file, for documents: the same cells the terminal gets, in a theme's colours. */
#ifndef TERM_SVG_H
#define TERM_SVG_H
#include "term/surface.h"
#include "term/theme.h"
#include <stdio.h>

/* Writes one <svg> element. `title` is read out by screen readers; NULL leaves it out. The caller looks at ferror. */
void svg_write(const struct surface *s, const struct theme *theme, const char *title, FILE *out);
#endif
