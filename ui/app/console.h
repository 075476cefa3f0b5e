/* console: what the program on the terminal knows, for the files that are this program: loop.c (wait, read, draw) goes through press.c (keys),
 * tick.c (what the clock asks for), frame.c (the picture) and fetch.c (what is asked of the daemon; path.c: for what, take.c: where answers go);
 * stream.c says what its frames mean, run.c and its parts (app/part.h) what commands do. One thread: nothing here is locked. */
#ifndef APP_CONSOLE_H
#define APP_CONSOLE_H
#include "app/cli.h"
#include "app/held.h"
#include "app/home.h"
#include "app/match.h"
#include "app/ring.h"
#include "app/toast.h"
#include "command/command.h"
#include "link/link.h"
#include "link/mirror.h"
#include "screen/composer.h"
#include "screen/lists.h"
#include "screen/metrics.h"
#include "screen/overlay.h"
#include "screen/queue.h"
#include "screen/scoreboard.h"
#include "screen/screens.h"
#include "screen/ticket.h"
#include "term/keymap.h"
#include "term/theme.h"

enum slot { SLOT_DESK, SLOT_PAGE, SLOT_MORE, SLOT_VIEWS, SLOT_COUNT, SLOT_FOUND, SLOT_NUMBER, SLOT_DOC, SLOTS = SLOT_DOC + MIRROR_DOCS };
enum purpose {
    FOR_NOTHING,
    FOR_ARGUMENT,
    FOR_PALETTE,
    FOR_FILTER,
    FOR_SEARCH,
    FOR_MARKS,
    FOR_THEME,
    FOR_SORT,
    FOR_BULK,
    FOR_HOLD, /* what it waits for */
    FOR_WORD, /* typed once more */
    FOR_SURE,
    FOR_NOTE_INSTEAD,
    FOR_ONE_AT_A_TIME,
    FOR_READING,
    FOR_HELP, /* laid out for the terminal's width */
    FOR_DELIVERY, /* one with its attempts */
    FOR_DROP,
    FOR_DISCARD,
    FOR_TAKE,
    FOR_MACRO,
    FOR_MACRO_RUN, /* what it would do */
    FOR_CANNED,
    FOR_MENTION,
    FOR_ARTICLE,
    FOR_ARTICLE_HOW,
    FOR_ARTICLE_READ,
    FOR_ATTACH,
    FOR_REMARK,
    FOR_EXPLAINED,
    FOR_PIPE
};
enum { DEPTH = 8, TARGETS_MAX = 500, HISTORY = 30 };
enum { CONSOLE_ANCHOR_MS = 3000 }; /* so long after a key the list stays as it is */

struct wanted {                 /* one thing to be fetched */
    bool wanted, flying, again; /* again: asked for once more while it flew */
    int64_t not_before;         /* clock_mono */
};
struct asked { /* an action that waits for its argument or a yes */
    bool outside; /* it is to be written in $EDITOR */
    const struct action_row *action;
    int64_t tickets[TARGETS_MAX];
    int count;
    char arg[4096]; /* as much as a line takes (screen/overlay) */
    bool marked;       /* they were; */
    int left;          /* so many more are, too many for one request: they stay marked */
    bool seen;         /* what it would do was shown: tickets are those that change, */
    int same, refused; /* behind them those that are so already; how many cannot */
};
struct found_by {             /* app/found: what one of its calls brought */
    char asked[200], typed[200]; /* the palette's text as of the call; of the one answered last */
    char after[200];             /* where it goes on */
    struct json *root;
};
enum { FOUND_WAYS = 2, UNSENT_MOST = 16 };
struct session { /* app/session */
    struct json *was;    /* to be taken up once the list is here */
    bool turned;         /* its view and filter were asked for */
    char *kept;          /* as written last */
    int64_t waits_since; /* clock_mono: the console that was there is there still; 0 = it is not */
    int64_t looked_at, top, give_up_at; /* top: the item of the ticket's timeline to scroll back to */
};
struct console {
    struct arena *arena, *frame;
    struct cli_options options;
    struct home home;
    struct mirror *mirror;
    struct link *link;
    struct keymap *keymap;
    struct { const struct hint *list; int count; unsigned rows, some; } hints[PLACES + 1]; /* of each screen, and of the pane */
    struct theme theme, theme_before; char theme_name[256], theme_tried[256]; /* app/colours */
    const char *theme_dirs[4];
    struct surface *surface;
    const struct zone *tz; char tz_name[72]; /* the one that the document of PLACE_ONCALL names */

    enum place stack[DEPTH];
    int depth;
    struct queue queue;
    struct ticket_screen ticket;
    struct lists lists[LISTS];
    struct scoreboard board;
    struct metrics metrics;
    struct composer composer;
    struct overlay overlay;
    struct keys pending;
    int64_t pending_since;
    struct asked asked;
    char history[HISTORY][200];
    int history_count;
    struct { /* app/palette: the open one */
        const struct command *command; /* whose argument is offered */
        bool own, known;               /* own words are as good; what was said in earlier consoles is here */
        bool tickets;                  /* a ticket may be what is meant */
        int walked;                    /* lines back; before that: */
        char typed[200];
    } palette;
    struct { char typed[200]; struct found_by by[FOUND_WAYS]; } found;
    struct { int64_t ticket, give_up_at; char command[480]; } pipe; /* app/pipe: what is to begin once that ticket is here; 0: nothing */
    char last_snooze[64];

    struct wanted slots[SLOTS];
    struct { int64_t stream, ticket; bool replying; } shown; /* what others were told we look at (app/shown) */
    struct unsent { int64_t tickets[UNSENT_MOST]; int count; } unsent; /* app/unsent, the oldest first */
    int64_t rang, rang_at; /* what the stream said last that it pages me, until that is over; clock_mono */
    int64_t focus, focus_next; /* the ticket whose documents are kept; the one whose are asked for at focus_at, if the cursor stays */
    int listed;    /* rows of the table shown that are asked for, where it goes on; 0: the first */
    int64_t event; /* the event whose raw form is asked for */
    int64_t delivery;
    struct { int64_t ticket; bool reply; char from[72]; } draft; /* meant on the screen of drafts */
    char customer[320]; /* whose page is shown: by key, or whoever wrote that ticket */
    int64_t customer_of;
    struct ticket_screen contact; /* of them: what a reveal brought, and until when */
    char words[256], article[160]; /* what articles are looked for by; the one that is read */
    struct arena *offered_arena;   /* what a picker offers (app/insert) */
    const struct json *offered;
    char view[64], where[2048], why[16];
    enum mirror_sort sort;
    bool invert;
    uint64_t keys_made; /* for idempotency keys */
    int64_t acted; /* the one ticket that something was done to last: where it leaves a list, that is no surprise */
    struct marking *marking; /* marks that are on their way (app/marking) */
    struct unkept *unkept; /* texts that the daemon does not have yet, and the open one (app/keeper) */
    struct errand *errands; /* what is to be done, in order (app/errand) */
    struct posting *postings; /* texts on their way to the desk (app/posting) */
    struct unanswered *unanswered; /* what was not done, or nobody says (app/unanswered) */
    struct match match;
    struct { size_t from; char typed[256]; } prompt; /* what the offers shown stand for, and what was typed of it (app/prompt) */

    struct { int role; bool restricted; } rights; /* as last known (app/rights) */
    struct toast toast;
    struct held held;
    bool to_end; /* the last key was for the end: it goes on with the rows that are coming */
    int64_t last_key, draw_at, rest_at, next_tick,
        focus_at,        /* draw_at: before it news of the list waits; rest_at: all other news */
        release_at;      /* what large answers left behind is given back then, 0 = there were none */
    char parting[200];   /* to be said once the terminal is given back */
    const char *remedy;  /* what helps where the start failed; NULL: what is said of such an error anyway */
    struct { int64_t id, at; } mouse; /* app/mouse: the row clicked last, and when */
    struct { /* app/bell */
        struct ring ring;
        struct ring_quiet quiet;
        bool tells_focus; /* the terminal has said whether it is looked at */
    } bell;
    int64_t started;
    struct session session;
    bool left;    /* with Q */
    bool gone;    /* nobody answers */
    char waits[300]; /* a daemon answers, and says why it does not serve yet; "" */
    bool strange; /* it answers, and knows nobody who is me: `waits` says what an admin writes */
    bool at_once; /* an answer that was waited for: no need to wait for the next frame's time */
    bool frozen, calm, popup, rows_changed, row_news, quit, unfocused;
    bool dirty, moved; /* the picture is another; moved: as far as the list's cursor makes it one, and what its pane reads */
};

void console_init(struct console *c, const struct cli_options *options); /* nothing is asked, nothing is shown yet */
void console_fini(struct console *c);
void console_toast(struct console *c, enum ui_role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void console_go(struct console *c, enum place place); /* on top of what is shown */
bool console_back(struct console *c);                 /* false: this is the first screen */
enum place console_place(const struct console *c);
const char *console_screen(const struct console *c); /* the keymap's name of it */
int64_t console_now(const struct console *c);        /* the daemon's clock */
int64_t console_zone(void);
struct moment console_here(struct console *c);       /* this machine's clock, as the daemon's time shows on it */
struct look console_look(struct console *c); /* without toast and hints */
bool console_under(const struct console *c);     /* something lies over the screen, or is written: its keys do not work */
const char *console_undo_key(struct console *c); /* what takes back what I did last; "" where that is a letter */
int64_t console_ticket(struct console *c);   /* what an action is about, 0 = nothing */
struct lists *console_table(struct console *c); /* the screen shown, where it is a table; else NULL */
bool console_list_alone(const struct console *c); /* the list of tickets with nothing over it that a key could take away */
bool console_in_pane(const struct console *c);  /* keys that move scroll the pane beside the list */
struct list *console_marks(struct console *c);  /* the list shown, where its rows can be marked; else NULL */
void console_resize(struct console *c);         /* the terminal has another size now, perhaps */
void console_changed(struct console *c);     /* the mirror did: lists follow */
/* May this account run a program or name a file? Neither a restricted one (app/restricted) nor one of which the daemon says so; then
 * that is said: "WHAT is not for this account". */
bool console_may(struct console *c, const char *what);
void console_hold(struct console *c); /* before the list may change: the row under its cursor stays */
bool console_anchored(const struct console *c);

/* fetch.c */
void fetch_want(struct console *c, enum slot slot);
void fetch_want_soon(struct console *c, enum slot slot,
                     int64_t ms);                    /* not before ms from now: bursts become one */
void fetch_focus(struct console *c, int64_t ticket); /* this ticket's documents, now */
void fetch_view(struct console *c, const char *view, const char *where); /* another list */
void fetch_own_order(struct console *c, const struct mirror_view *view); /* one, unfiltered, in the order it has of its own, if it has one */
void fetch_order(struct console *c, const struct mirror_view *view);     /* the order that a view has of its own is the one wanted */
bool fetch_turned(const struct console *c); /* the list stands in another order than is wanted */
void fetch_place(struct console *c);                                     /* what the screen shown needs */
void fetch_table(struct console *c, int64_t ms);                         /* the documents of the table shown, if it is one */
int64_t fetch_pages(const struct console *c);                            /* escalations that stand, acknowledged or not: without any nothing pages me */
void fetch_on(struct console *c);                                        /* more rows of the table shown */
void fetch_pump(struct console *c);
int64_t
fetch_next(const struct console *c); /* clock_mono when fetch_pump has something to do, INT64_MAX = nothing */
void fetch_start(struct console *c);
void fetch_paging(struct console *c, int64_t ms); /* every screen's head says what pages me: escalations, soon, if there are any */

/* run.c */
void run_line(struct console *c, const char *line);
bool palette_key(struct console *c, const struct key *key); /* app/palette: the open palette's own key; false: it is the picker's */
void palette_typed(struct console *c);                      /* and after any other */
void palette_news(struct console *c);                       /* what it offers may be more now; what an arrow went to stays */
const char *palette_sought(const struct console *c);        /* what a ticket is looked for by, as typed; NULL: none is meant */
void run_answer(struct console *c); /* the overlay was answered */
#endif
