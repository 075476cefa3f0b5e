/* editor: a box to write in: a reply of many lines, or one line of a prompt. Keeps what was typed as typed (UTF-8, no
 * control characters); shows it safe. {{what must be filled in}} is marked. Soft wrap, whole graphemes, undo. */
#ifndef WIDGET_EDITOR_H
#define WIDGET_EDITOR_H
#include "term/key.h"
#include "term/surface.h"
#include <stddef.h>

struct editor; /* opaque */
enum editor_outcome {
    EDITOR_IGNORED,  /* not a key of an editor */
    EDITOR_MOVED,    /* the cursor, at most */
    EDITOR_CHANGED,  /* the text */
    EDITOR_DONE,     /* Enter, where there is one line only */
    EDITOR_LEFT,     /* Esc */
    EDITOR_EXTERNAL, /* C-x C-e: in the full editor, please */
};

/* lines 1: Enter is DONE and pasted newlines become spaces. max: bytes the text may have. */
struct editor *editor_new(bool one_line, size_t max);
void editor_free(struct editor *e); /* NULL is fine */
void editor_set(struct editor *e, const char *text); /* forgets undo; the cursor goes to the end; bad bytes go */
const char *editor_text(const struct editor *e);     /* until the next change */
size_t editor_length(const struct editor *e);
size_t editor_cursor(const struct editor *e); /* byte offset */
void editor_move(struct editor *e, size_t offset);

/* Arrows, Home End, C-Left C-Right M-b M-f, Backspace Delete, C-w M-Backspace C-u, C-_ undo, C-r redo, PgUp PgDn, paste. */
enum editor_outcome editor_key(struct editor *e, const struct key *key);
/* Puts text in place of the bytes from..to, as one step of undo. */
void editor_replace(struct editor *e, size_t from, size_t to, const char *text);
bool editor_undo(struct editor *e);
bool editor_redo(struct editor *e);
/* From the line's start to the cursor, in arena: what a "/" or "@@" at its end is told by. */
char *editor_before(const struct editor *e, struct arena *arena);
/* The first {{...}} at or after `from`; false: none. */
bool editor_placeholder(const struct editor *e, size_t from, size_t *start, size_t *end);
/* Draws and places the terminal's cursor; scrolls so that the cursor is in view. */
void editor_draw(struct editor *e, struct surface *s, int row, int column, int rows, int width, enum ui_role role);
#endif
