/* look: what a screen needs to draw besides its own state, and the small pieces many screens draw alike:
 * times, bars, badges, header and footer. Pure: now and the local zone are given, text out is safe. */
#ifndef SCREEN_LOOK_H
#define SCREEN_LOOK_H
#include "base/memory.h"
#include "base/zone.h"
#include "link/mirror.h"
#include "term/surface.h"

struct hint {
    const char *keys, *label;
};
struct look {
    const struct mirror *mirror;
    struct arena *arena; /* of this frame */
    int64_t now;         /* the daemon's clock, ms UTC */
    int64_t zone;        /* local time minus UTC, ms */
    const struct zone *tz; /* of screens whose document names a clock; NULL: UTC */
    const char *link;    /* "live", "slow 210 ms", "quiet 12s", "gone 30s" */
    enum ui_role link_role;
    const char *banner; /* replaces the tabs while something is wrong; NULL = nothing is */
    const char *turned_away; /* why the desk does not let me in, and what helps; NULL = it does, or nobody has answered */
    const char *toast;  /* NULL = none */
    enum ui_role toast_role;
    const struct hint *hints;
    int hint_count;
    unsigned row_hints;  /* by bit: those of them that are about the row under the cursor, */
    unsigned some_hints; /* and those of these that not every row takes */
    const char *ingest; /* where webhooks are posted, for the first-run hint; NULL = not known */
    bool game;          /* show the team's line */
    bool under;         /* something lies over the screen: its keys work again after Esc */
    bool frozen;        /* lists are held still until somebody lets them go */
    int64_t held_reply;   /* the ticket of my reply that leaves in a moment, 0: there is none; */
    const char *held_how; /* "u takes it back", "" where no key does */
    struct memory held; /* what this console holds, on the screen that says so */
    const struct json *shown; /* what a reveal brought for this screen (api.md: text), NULL = nothing */
};

/* --- text --- */
char *look_ago(struct arena *arena, int64_t ms);       /* "now" "3m" "2h" "5d" "8w" */
char *look_since(struct arena *arena, int64_t ms);     /* "now" "3m ago" "2h ago" ... */
char *look_left(struct arena *arena, int64_t ms);      /* "40s" "12m" "1h40m" "3d4h"; "late 18m" below 0 */
char *look_countdown(struct arena *arena, int64_t ms); /* "03:12", "1:03:12" */
char *look_clock(const struct look *look, int64_t at); /* "14:32" */
char *look_stamp(const struct look *look,
                 int64_t at); /* "14:32" today, "Mon 14:32" this week, "12 Nov" else; "-" for 0 */
char *look_count(struct arena *arena, int64_t n);                      /* "1,204" */
char *look_marked(struct arena *arena, size_t marks, size_t unlisted);  /* "3 marked", "3 marked, 1 not shown"; "" for none */
const char *look_times(struct arena *arena, int64_t n);                      /* "never" "once" "3 times" */
char *look_share(struct arena *arena, int64_t bp);                     /* ".94"; "" for 0 */
/* How sure the classifier is: ".94"; with few labels learned "?", "~" or "" (low, medium, high): api.md, MODEL. */
char *look_sure(const struct look *look, int64_t bp);
char *look_sure_said(const struct look *look, int64_t bp); /* with a word, where there is room: "~ likely" */
const char *look_owner(const struct look *look, const char *assignee); /* "you", "-", the name */
/* "✎ ana is replying   ▸ tom and rik are viewing"; "" = nobody else is there. */
const char *look_present(const struct look *look, int64_t ticket);
char *look_step(struct arena *arena, const struct json *escalation);   /* "2 of 4 loop 1", "2", "-" */
char *look_words(struct arena *arena, const char *word);               /* on_hold -> "on hold" */
char *look_list(struct arena *arena, const struct json *list); /* ["vip","eu"] as "vip, eu"; "-" for none; what is no text as JSON */
char *look_field(struct arena *arena, const char *name);               /* a field by the word its column has: "owner" */

/* --- what things look like --- */
struct badge {
    const char *glyph, *word;
    enum ui_role role;
};
struct badge look_urgency(int urgency);
struct badge look_status(int status);
struct badge look_state(const struct ticket *t); /* its status, or that it is deleted */
struct badge look_escalation(int state);
struct badge look_csat(int64_t csat);              /* what a customer said of a ticket, 1 to 5; 0: glyph and word "" */
struct badge look_delivery(const char *state);    /* of a delivery: held bundled due flying retrying delivered dead skipped dropped */
struct badge look_destination(const char *state); /* active paused disabled */
struct badge look_breaker(const char *state);     /* closed open half_open */
/* The due column: text, role, and how much of the time is left (-1 = no bar). */
struct due {
    const char *text;
    enum ui_role role;
    int share_bp;
};
struct due look_due(const struct look *look, const struct mirror_row *row);

/* --- chrome --- */
enum { LOOK_TOP = 3 /* rows of header, tabs, rule */, LOOK_WIDEST = 300 };
/* How many columns a screen is laid out for: all, but no more than LOOK_WIDEST: on a wall of a terminal what belongs together stays
 * together at its left. */
int look_columns(const struct surface *s);
void look_header(const struct look *look, struct surface *s, const char *title); /* row 0; title "" = team */
void look_tabs(const struct look *look, struct surface *s, int taken); /* row 1, but for so many columns at its end; or the banner */
/* Brackets in the blanks around one of several: which it is, is seen without bold, too. */
void look_active(struct surface *s, int row, int column, int width);
int look_footer(const struct look *look,
                struct surface *s); /* rule, team line, toast, hints; gives its first row */
int look_footer_row(const struct look *look, const struct surface *s); /* the same row, nothing drawn */
/* Text in two weights: parts in 'key ' pairs until NULL; gives the next column. */
int look_pair(struct surface *s, int row, int column, enum ui_role key_role, const char *key,
              enum ui_role role, const char *text);
/* One of several on a line, left out whole where it does not fit, as are those after it. Gives the next one's column. */
int look_piece(const struct look *look, struct surface *s, int row, int column, enum ui_role role, const char *text);
/* A sentence that has to be read whole, wrapped into at most so many rows. Gives how many it took. */
int look_banner(const struct look *look, struct surface *s, int row, int column, int rows, enum ui_role role, const char *text);
int look_banner_rows(const struct look *look, const struct surface *s, int rows, const char *text); /* how many it would take */
/* The same without those hints (by bit): where nothing is under the cursor what is about a row is not offered. */
struct look look_without(const struct look *look, unsigned hints);
/* Hints on the last row, as many as fit; the last `always` of them always do: the way back. */
void look_hints(struct surface *s, const struct hint *hints, int count, int always);
/* On a rule, at its end: that what stands above it goes on. 0 = it does not. */
void look_more(const struct look *look, struct surface *s, int row, size_t below);
/* A title in at most so many lines, of which the last is cut. Gives how many it took, at least 1. */
int look_title(const struct look *look, struct surface *s, int row, int column, int width, int lines, const char *title);
/* A paragraph for an empty screen, wrapped and set in a little, and cut above the footer. */
void look_empty(const struct look *look, struct surface *s, int row, int column, int width, const char *text);

/* How far a movement command ("down", "page-up", "top"...) scrolls what has no cursor; 0 = it is none. */
int look_scroll(const char *command, int rows);
#endif
