/* destination: what leaves and what an answer to it means (destinations.md). A kind composes a letter into one exchange,
 * purely: the same letter and memo give the same body on every attempt, only a signature's time is fresh. Then it judges
 * the reply and may note in the memo how the next attempt is to differ (simpler, shorter, elsewhere, the next exchange of
 * several). The courier carries; it knows none of the formats. Pure; on the courier's thread.
 *
 * The memo is a JSON object on the parcel. Members all kinds share: `again`, the word for what AGAIN means ("downgrade",
 * "truncate", "migrate", "simple", "next"); `simple` and `short`, true once the simpler or the shorter form is in use: what fails in it
 * again is dead; `ambiguous`, true once an attempt may have arrived unseen. Waits are the engine's (`waits`, `waited`). */
#ifndef DESTINATION_DESTINATION_H
#define DESTINATION_DESTINATION_H
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "core/letter.h"
#include "core/retry.h"
#include <stddef.h>
#include <stdint.h>

enum carrier { CARRIER_HTTP, CARRIER_MAIL, CARRIER_SQL };
enum { DELIVERY_HEADERS = 12, DELIVERY_PARAMS = CONFIG_COLUMNS + 4, DELIVERY_REPLY_MAX = 64 << 10 };
struct delivery {
    int carrier;            /* enum carrier */
    bool allow_loopback, allow_private;
    int64_t timeout;        /* ms for the whole exchange, 0 = the carrier's own */
    size_t reply_max;       /* bytes of the answer read; 0 = DELIVERY_REPLY_MAX */
    const char *url;        /* HTTP; SQL: the connection string. Never shown: it may hold a credential */
    /* HTTP */
    const char *method;     /* NULL = POST */
    struct delivery_header { const char *name, *value; } headers[DELIVERY_HEADERS];
    int header_count;
    const char *body;       /* MAIL: the message, CRLF line ends, not dot-stuffed */
    size_t body_n;
    /* MAIL */
    const char *host; int64_t port; int tls; /* enum destination_tls */
    const char *user, *password, *mail_from, *rcpt;
    /* SQL */
    const char *sql;
    const char *params[DELIVERY_PARAMS]; int param_count; /* text format; NULL = null */
};
/* What came back. status: HTTP's, SMTP's, 0 = no answer. fault says why not: see enum reply_fault. */
enum reply_fault { REPLY_ANSWERED, REPLY_REFUSED /* DNS, connect, TLS: nothing was sent */, REPLY_TIMEOUT, REPLY_LOST /* in the middle */,
                   REPLY_UNABLE /* MAIL: the other side lacks what this needs, STARTTLS, AUTH PLAIN or SMTPUTF8: see stage; nothing was sent */ };
enum mail_stage { MAIL_CONNECT, MAIL_TLS, MAIL_AUTH, MAIL_FROM, MAIL_RCPT, MAIL_DATA };
struct reply {
    int64_t status;
    int fault;               /* enum reply_fault */
    bool sent;               /* bytes of the request went out (MAIL: the final dot; SQL: the statement): the other side may have acted */
    const char *retry_after; /* header texts, NULL if absent */
    const char *retry_after_ms, *should_retry, *limit_global, *limit_scope, *limit_remaining, *limit_reset_after, *content_type;
    const char *body;        /* up to reply_max bytes as they came, NUL-terminated; never NULL */
    size_t body_n;
    bool body_cut;           /* there was more */
    int stage;               /* MAIL: how far it came (enum mail_stage) */
    const char *sqlstate;    /* SQL: five characters, NULL = "00000" */
    const char *tag;         /* SQL: "INSERT 0 1" */
};
struct destination_file { const char *name, *type, *sha256, *data; size_t n; }; /* sha256: 64 hex digits */
struct composing {
    const struct letter *letter; /* already redacted for this destination */
    const struct destination_file *files; int file_count; /* of a reply, where the kind carries them */
    const struct config_destination *to;
    const struct json *memo;     /* an object; what judge left there before */
    int64_t attempt;             /* 1 = the first */
    int64_t now;                 /* ms */
};
struct destination {
    int kind;                  /* enum destination_kind */
    const char *name;          /* the kind's word */
    const char *title;         /* for people: "Slack" */
    int profile;               /* enum retry_profile it starts with */
    int64_t timeout;           /* ms */
    bool carries;              /* the files of a reply leave with it; elsewhere they are named in its text. Nothing else ever brings files */
    bool ordered;              /* what it hears of one ticket comes in the order it was made; nowhere else is that promised */
    /* The memo's member that a yes leaves for later parcels to the same channel, and the member of their memos it becomes; of a
     * ticket the first counts, else the last. said NULL: none. */
    struct { const char *said, *told; bool per_ticket; } recall;
    /* Pre-emptive pace: `burst` at once, then `per` exchanges each `per_ms`; 0 = none. A second bucket where there are two. */
    struct destination_pace { int64_t burst, per, per_ms; } pace[2];
    struct destination_pace together; /* the same for all of one account */
    /* So many answers of 401, 403 and 429 to one account within per_ms: then it is left alone for the rest of them, before its
     * host turns our address away. most 0 = never. */
    struct { int64_t most, per_ms; } refusals;
    /* Everything belongs to arena. false: ERR_INPUT, nothing that can be sent can be made of this letter (dead);
     * ERR_NOT_FOUND, this form has no such event (skipped; err says so). */
    bool (*compose)(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err);
    struct verdict (*judge)(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo);
    /* Who shares limits: "slack:T123", "discord", "telegram:BOT"; what a WAIT with `all` holds. NULL = each alone. */
    const char *(*account)(struct arena *arena, const struct config_destination *to);
};
const struct destination *destination_of(int kind); /* NULL: no such kind */

/* destinations.md 0, generic HTTP meaning: 2xx delivered; 408 425 429 500 502 503 504 529 and other 5xx, 3xx, none: retry
 * (429 and 529 with a wait: WAIT); 410 dead and disable; other 4xx dead. Marks ambiguous. */
struct verdict destination_judge_http(const struct reply *reply, int64_t now);
/* RETRY for a reply that is none (fault), with ambiguous where bytes went out. */
struct verdict destination_no_answer(const struct reply *reply);
/* Retry-After: seconds (a fraction is rounded up) or one of the three dates of HTTP. ms to wait; 0 for what is absent,
 * unreadable, negative or past. */
int64_t destination_retry_after(const char *text, int64_t now);
/* Looks a header up; NULL if the request has none of that name. For tests and for logs. */
const char *destination_header(const struct delivery *request, const char *name);
void destination_add_header(struct delivery *request, const char *name, const char *value); /* replaces; NULL value: none; CR LF never */
/* Cut text to `max` (code points, or UTF-16 units) on a code point, ending in "…" and the console's link for this ticket;
 * text itself where it fits. */
enum cut_unit { CUT_CODE_POINTS, CUT_UTF16 };
const char *destination_cut(struct arena *arena, const char *text, size_t max, int unit, const struct composing *c);
size_t destination_length(const char *text, int unit);
const char *destination_link(struct arena *arena, const struct composing *c); /* this ticket in the console; NULL: not configured */
/* The same where text is escaped on its way: the longest beginning that fits once it is escaped; never within an escape. */
const char *destination_cut_escaped(struct arena *arena, const char *text, size_t max, int unit, const struct composing *c,
                                    const char *(*escape)(struct arena *arena, const char *text));
/* text with a backslash before every character of `special`, and of `at_start` where it begins a line. */
const char *destination_escape(struct arena *arena, const char *text, const char *special, const char *at_start);

/* A POST of that JSON to url with the headers that all have; compose's usual end. */
struct delivery destination_post(struct arena *arena, const struct composing *c, const char *url, const char *content_type, const struct json *root);
/* Does it speak to people: an event, or one of our own? Else err says that the form has none such. */
bool destination_speaks(const struct letter *letter, struct err *err);
/* A token or an id that goes into a URL or a header: not empty, no blank, no control, ASCII. */
bool destination_is_token(const char *text);
/* AGAIN as `again` ("downgrade"), with memo's `form` ("simple") true from now on; where it was already: DEAD. */
struct verdict destination_again(struct json *memo, const char *again, const char *form, const char *note);
void destination_note(struct json *memo, const char *name, const char *value); /* NULL leaves all as it is; not from the memo itself */

/* What a word or a number in an answer means; `word` ends in * where a beginning is enough. The last row has word NULL. */
enum word_meaning { MEANS_NOTHING, MEANS_RETRY, MEANS_WAIT, MEANS_DEAD, MEANS_DISABLE, MEANS_SIMPLER, MEANS_SHORTER };
struct destination_word { const char *word; int meaning; };
int destination_meaning(const struct destination_word *words, const char *word); /* word NULL or unknown: MEANS_NOTHING */
/* generic as judge_http sees it, with that meaning put in its place. WAIT without a time: `wait` ms. */
struct verdict destination_means(int meaning, struct verdict generic, int64_t wait, struct json *memo, const char *note);
/* host + "/…": all that may be shown or logged of a destination's address. */
const char *destination_place(struct arena *arena, const struct config_destination *to);
/* Text from the other side without what is secret of this destination (token, signing secrets, password, the path of its
 * address), should it repeat them; text itself where it does not. `to` may be NULL. */
const char *destination_conceal(struct arena *arena, const struct config_destination *to, const char *text);
/* "retry", "retry>=120", "wait:0.529+all", "dead+disable", "downgrade", "truncate", "migrate", "ok+duplicate", ...: a verdict in
 * the words of destinations.tsv; AGAIN is named by what it left in the memo. For tests and logs. */
const char *destination_action(struct arena *arena, const struct verdict *verdict, const struct json *memo, int64_t status);

/* What may not change between attempts (format, flat, generation, columns, ...; not address, secrets, limits), kept on the
 * parcel when it is made; and put back over the configuration in force. */
struct json *destination_freeze(const struct config_destination *to);
const struct config_destination *destination_thaw(struct arena *arena, const struct config_destination *now, const char *frozen);
#endif
