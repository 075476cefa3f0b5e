/* ticket: one ticket on the screen: its title and facts, and one timeline of everything that happened to it.
 */
#ifndef SCREEN_TICKET_H
#define SCREEN_TICKET_H
#include "screen/look.h"
#include "widget/pager.h"

struct ticket_screen {
    int64_t id;
    struct pager *pager;
    int64_t filled_from; /* the number of the document, 0 = of none */
    bool follow; /* asked for: ticket_follow */
    int64_t filled_day; /* "today" is drawn otherwise than the days before */
    int64_t held_until, filled_second; /* a reply in it leaves then, and counts down; 0: none does */
    int filled_width;
    bool unfolded; /* ticket_unfold */
    bool keyed;    /* drawn as a screen of its own: a fold names the key that opens it */
    struct arena *shown_arena; /* what a reveal brought, for TICKET_SHOWN_MS; NULL: nothing is shown */
    const struct json *shown;
    int64_t shown_until; /* look->now */
};
enum { TICKET_SHOWN_MS = 20000 };
void ticket_open(struct ticket_screen *t, int64_t id); /* at the newest line, or where a person wrote last if that is above it */
/* Stays at the newest line and says so, until one scrolls. (Opened, it stays there silently.) */
void ticket_follow(struct ticket_screen *t, bool on);
bool ticket_follows(const struct ticket_screen *t);
/* What fold.h folds away line by line, or folded again; opened, a ticket is folded. The place stays. */
void ticket_unfold(struct ticket_screen *t, const struct look *look, bool unfolded);
void ticket_fini(struct ticket_screen *t);
/* Shows what a reveal's answer carries (api.md: text) in the place of what is masked, until TICKET_SHOWN_MS from now. */
void ticket_reveal(struct ticket_screen *t, const struct json *text, int64_t now);
/* Masked again, and forgotten, if it is time; true: something changed. A clock that was put back hides as well. */
bool ticket_expire(struct ticket_screen *t, int64_t now);
void ticket_draw(struct ticket_screen *t, const struct look *look, struct surface *s);
/* How wide lines are set in so much room: no wider than the eye reads at ease. */
int ticket_measure(int width);
/* Only the timeline, for the composer. */
/* What a person outside wrote last, with its time, in at most `rows` rows; gives those used: 0 where the timeline is not here. */
int ticket_last_words(const struct look *look, struct surface *s, int row, int rows, int64_t ticket);
void ticket_timeline(struct ticket_screen *t, const struct look *look, struct surface *s, int top, int left,
                     int rows, int width);
void ticket_reading(const struct look *look, struct surface *s, int top, int left, int width); /* in its place, until it is here */
/* The row as the list knows it, else as the ticket document says; NULL before either came. Lives as long as
 * the frame. */
const struct mirror_row *ticket_row(const struct look *look, int64_t id);
#endif
