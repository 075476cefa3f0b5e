/* vendor: the five systems whose webhooks the demo sends, one row each: where to, signed how, and what its body looks
 * like for each move of a ticket. Bodies follow each dialect's own form to the member's order. Pure. */
#ifndef DEMO_VENDOR_H
#define DEMO_VENDOR_H
#include "base/json.h"
#include "demo/dice.h"
#include "demo/texts.h"

enum move { MOVE_OPEN, MOVE_SAY, MOVE_ASSIGN, MOVE_RESOLVE, MOVE_RAISE, MOVE_SURVEY, MOVES };

enum { PLOT_LINES = 16 };
struct line { /* of a conversation as the vendor keeps it */
    const char *id, *text;
    bool client;
    int64_t at;
};
/* A ticket's life, as the story tells it. */
struct plot {
    int number;
    const struct vendor *vendor;
    const struct template *text;
    const struct person *person;
    const char *id, *customer_id, *key; /* key: the ticket's on the desk (dialects.md 8.1) */
    const char *title, *body, *order, *amount, *ref;
    int ask;                 /* enum ask; a MOVE_RAISE lifts it */
    int64_t opened, touched; /* ms; touched only grows */
    const char *teammate;    /* agent's name, as the vendor says; NULL = nobody */
    struct line lines[PLOT_LINES]; int line_count;
    bool resolved;           /* at the vendor */
    /* on the desk, as the story believes */
    const char *owner;       /* agent's name; NULL = nobody */
    bool answered, closed, settled; /* settled: nobody in the story touches it again */
    int64_t answered_at, closed_at, assigned_at;
    int stars;               /* of the survey, 0 = none came */
};

struct pen { /* what writing one body takes */
    struct arena *arena;
    struct dice *dice;
    int64_t at;
    const char *type; /* out: the event's type */
};
struct vendor {
    const char *source;   /* its name in data/demo/triage.yaml */
    const char *dialect;
    const char *path;     /* "/in/shop" */
    const char *scheme;   /* signature_sign's; NULL = bearer token */
    const char *agent;    /* User-Agent */
    const char *prefix;   /* of a ticket's key on the desk */
    int share;            /* of new tickets, percent */
    bool answers;         /* takes our replies (reply_via in data/demo/triage.yaml) */
    unsigned moves;       /* bit per enum move */
    struct json *(*write)(struct pen *pen, struct plot *plot, enum move move);
};
enum { VENDORS = 5 };
extern const struct vendor vendor_table[VENDORS];
const struct vendor *vendor_find(const char *source); /* NULL if unknown */
bool vendor_can(const struct vendor *vendor, enum move move);
/* The body of one event, in arena; NULL if the vendor has no such move. */
const char *vendor_write(struct pen *pen, struct plot *plot, enum move move);
/* A new ticket's identity at its vendor; called once, before MOVE_OPEN. */
void vendor_introduce(struct arena *arena, struct dice *dice, struct plot *plot);
#endif
