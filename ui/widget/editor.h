/* editor: a box to write in: a reply of many lines, or one line of a prompt. Keeps what was typed as typed (UTF-8, no
 * control characters); shows it safe. {{what is filled in}} is marked, and marked as wrong where the desk has no such variable or
 * its braces are left open (core/fill). Soft wrap, whole graphemes, undo of many steps. What does not fit under its ceiling
 * is not taken at all. */
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
void editor_unfilled(struct editor *e); /* nothing is filled in here: every {{...}} is wrong */
/* Forgets undo; the cursor goes to the end; what may not stand there goes (widget/paste). false: it was cut at the ceiling. */
bool editor_set(struct editor *e, const char *text);
const char *editor_text(const struct editor *e);     /* until the next change */
size_t editor_length(const struct editor *e);
size_t editor_cursor(const struct editor *e); /* byte offset */
size_t editor_room(const struct editor *e);   /* bytes that still fit */
void editor_move(struct editor *e, size_t offset);
struct editor_place {
    size_t line, lines, column, characters; /* line and column count from 1; what counts is the grapheme */
};
struct editor_place editor_where(const struct editor *e);

/* Arrows, Home, End C-e, C-Left C-Right M-b M-f by words, C-Home C-End, PgUp PgDn, Backspace Delete, C-w M-Backspace M-d C-Delete by
 * words, C-u to the line's start, C-_ undo, C-r redo, paste. C-a and C-k are nothing (console.md: they are other programs'). */
enum editor_outcome editor_key(struct editor *e, const struct key *key);
/* What the last key or replacement did that cannot be seen: no room, what was left out of a paste. "" = nothing. */
const char *editor_said(const struct editor *e);
/* Puts text in place of the bytes from..to, as one step of undo. false: nothing changed (editor_said). */
bool editor_replace(struct editor *e, size_t from, size_t to, const char *text);
bool editor_take(struct editor *e, const char *text, size_t n); /* in place of all there is, likewise */
bool editor_undo(struct editor *e);
bool editor_redo(struct editor *e);
/* From the line's start to the cursor, in arena: what a "/" or "@@" at its end is told by. */
char *editor_before(const struct editor *e, struct arena *arena);
/* The first {{...}}, or {{name left open, at or after `from`; false: none. */
bool editor_placeholder(const struct editor *e, size_t from, size_t *start, size_t *end);
/* Draws and places the terminal's cursor; scrolls so that the cursor is in view. */
void editor_draw(struct editor *e, struct surface *s, int row, int column, int rows, int width, enum ui_role role);
#endif
