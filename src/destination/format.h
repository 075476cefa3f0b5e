/* format: the bodies a webhook can have (destinations.md 1 to 1c, dialects.md 11): ours, the open standards', and those of the
 * vendors whose part we play. A format is one row; what the vendors' forms share (bare ids, times, ids derived from the
 * letter's, which messages may leave) stands in format.c. Pure: the same letter gives the same tree on every attempt.
 *
 * An event that came in a vendor's own language is passed on as it came; any other is translated by dialects.md 8 read
 * backwards. What a vendor has no word for is no event there: ERR_NOT_FOUND, the parcel is skipped. */
#ifndef DESTINATION_FORMAT_H
#define DESTINATION_FORMAT_H
#include "destination/destination.h"

struct format {
    const char *name;    /* for people: "cStar" */
    const char *type;    /* Content-Type */
    const char *agent;   /* User-Agent; NULL = our own */
    const char *scheme;  /* how it is signed: a row of dialect/signature */
    bool rotates;        /* every secret signs; else the first alone */
    bool keyed;          /* carries Idempotency-Key */
    bool ascii;          /* other characters as \uXXXX */
    int64_t timeout;     /* ms; 0 = the webhook's own */
    /* The body as a tree the caller frees, and the headers that only this format has. NULL: ERR_NOT_FOUND. */
    struct json *(*body)(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err);
};
extern const struct format format_ingestlayer, format_standard, format_cloudevents, format_cloudevents_binary, format_cstar, format_cstar_2026,
    format_ripio, format_rbs, format_tamio;

/* NULL + ERR_NOT_FOUND, saying that this form has no such event. */
struct json *format_none(const char *name, const struct letter *letter, struct err *err);
/* An event in this dialect's own language: its body is passed on. */
bool format_passes(const struct letter *letter, const char *dialect);

/* What happened to a ticket, whichever language said so. OTHER: nothing that every ticket system has a word for. */
enum format_what { WHAT_OTHER, WHAT_CREATED, WHAT_UPDATED, WHAT_MESSAGE, WHAT_ASSIGNED, WHAT_CLOSED, WHAT_DELETED };
int format_what(const struct letter *letter);
/* The row of letter->changes about a field: [name, old, new]; NULL if it did not change. */
const struct json *format_change(const struct letter *letter, const char *field);

const char *format_ticket_id(struct arena *arena, const struct ticket *ticket); /* the source's own, else our number */
const char *format_bare(const char *key);      /* "cstar:mem_7" and "rbs:caracol:mem_7" are mem_7; a name stays; NULL stays NULL */
const char *format_millis(struct arena *arena, int64_t ms);  /* 2027-01-01T00:00:00.123Z */
const char *format_seconds(struct arena *arena, int64_t ms); /* 2027-01-01T00:00:00Z */
/* prefix + n characters of [0-9a-z], the same for the same text; and the same in the shape of a version 4 UUID. */
const char *format_derived(struct arena *arena, const char *prefix, int n, const char *from);
const char *format_uuid(struct arena *arena, const char *from);
/* Text fit for a header's value: what is not visible ASCII, and quote and percent, as %XX of its UTF-8 (CloudEvents 1.0, HTTP
 * binding 3.1.3.2). NULL gives NULL. */
const char *format_plain(struct arena *arena, const char *text);
/* What the letter is about, if that may leave; NULL: nothing. */
const struct message *format_message(const struct letter *letter);
/* The messages that may leave, oldest first, turns with a bot among them: never a note, nor what is held or withdrawn. */
int format_messages(struct arena *arena, const struct letter *letter, const struct message ***list);

/* What a letter says, for the formats that wrap it: an event's payload, a reply's {ticket, message}, an event of our own as
 * cStar's data with every change. The caller frees; NULL: ERR_NOT_FOUND. */
struct json *format_payload(struct arena *arena, const struct letter *letter, struct err *err);
/* cStar's `data` of an event of our own, names as of 2025; changes: all of them, not cStar's alone. NULL: no such event. */
struct json *format_cstar_data(struct arena *arena, const struct letter *letter);
/* A public reply as data/doc/api.md promises it. The caller frees. */
struct json *format_reply(struct arena *arena, const struct letter *letter);
#endif
