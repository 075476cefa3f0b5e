/* desk: a mirror filled from tests/fixtures/desk, a look at a fixed time, and what a surface shows, for
 * screen tests. */
#ifndef SUPPORT_DESK_H
#define SUPPORT_DESK_H
#include "screen/look.h"

enum { DESK_NOW_MINUTE = 29926952 }; /* 2026-11-25 14:32 UTC, minutes since 1970 */
#define DESK_NOW (DESK_NOW_MINUTE * (int64_t)60000)

struct desk_case {
    struct arena *arena;
    struct mirror *mirror;
    struct surface *surface;
    struct look look;
};
/* What each fixture goes through on its way; NULL (as it is): nothing. */
extern char *(*desk_spoil)(struct arena *arena, const char *text, size_t *n);
char *desk_fixture(struct arena *arena, const char *name,
                   size_t *n);        /* tests/fixtures/desk/NAME; fails the test if absent */
void desk_start(struct desk_case *c); /* mirror with desk.json, no surface yet */
void desk_document(struct desk_case *c, enum mirror_doc_id id, int64_t ticket, const char *name);
void desk_size(struct desk_case *c, int columns, int rows);
void desk_end(struct desk_case *c);
const char *desk_row(struct desk_case *c, int row); /* the text of one row */
/* Text with each run of blanks as one: how far columns are apart is the pictures' matter. */
char *desk_words(struct arena *arena, const char *text);
/* Fails with the whole picture unless some row holds the text, blanks counted as desk_words does. */
void desk_shows(struct desk_case *c, const char *text);
void desk_hides(struct desk_case *c, const char *text);
/* The role of the first cell of the first occurrence of text. */
enum ui_role desk_role(struct desk_case *c, const char *text);
/* No cell holds a control or format character: the promise of console.md 10. */
void desk_is_inert(struct desk_case *c);
#endif
