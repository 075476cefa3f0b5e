/* picture: what a console's terminal shows, as an SVG: for documents, and for a person to look at. */
#ifndef HARNESS_PICTURE_H
#define HARNESS_PICTURE_H
#include "harness/console.h"
#include <stdio.h>

void picture_draw(struct VTermScreen *screen, int columns, int rows, const char *title, FILE *out);
void picture_write(struct console_run *c, const char *title, const char *path); /* fails the test if it cannot */
#endif
