/* gallery: everything the console can show, drawn on the desk of tests/fixtures/desk: each screen, each kind of overlay, the composer
 * in each state, and each screen with nothing on it. Whoever looks at all of them (pictures, widths, words) walks this table, and a
 * screen that is not in it fails the test that says so. */
#ifndef SUPPORT_GALLERY_H
#define SUPPORT_GALLERY_H
#include "screen/overlay.h"
#include "screen/screens.h"
#include "support/desk.h"

struct gallery_picture {
    const char *name, *title;
    enum place place; /* the screen, or the one that lies below */
    enum overlay_kind overlay;
    int composer; /* enum composer_state + 1; 0: it is not open */
    void (*draw)(struct desk_case *desk);
};

int gallery_count(void);
const struct gallery_picture *gallery_at(int i);
/* A desk with all its documents on it; with `bare`, one on which nothing happened yet: the documents are there and hold nothing. */
void gallery_start(struct desk_case *desk, bool bare);
const struct keymap *gallery_keymap(void); /* the default keys */
/* Draws one at that size onto desk->surface, with the hints of its screen. */
void gallery_draw(struct desk_case *desk, const struct gallery_picture *picture, int columns, int rows);
void gallery_end(struct desk_case *desk);
#endif
