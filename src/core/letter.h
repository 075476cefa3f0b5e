/* letter: what is to be said to whoever a route or a reply leads to: one event, whole and unredacted, with the ticket as it
 * was then. Written once (store: table letter), read by the courier for every attempt, so what leaves never changes
 * between attempts; erasing a person empties it. As JSON: wire/letter. Pure. */
#ifndef CORE_LETTER_H
#define CORE_LETTER_H
#include "base/json.h"
#include "core/config.h"
#include "core/observe.h"

enum letter_of {
    LETTER_EVENT,    /* an event that came in, and what a route made of it */
    LETTER_DESK,     /* an event of our own: type is cStar's name of it ("ticket.updated", "boss.defeated", "triage.escalated") */
    LETTER_REPLY,    /* a public reply on its way to the customer: `message` is the text */
    LETTER_ASSIGN,   /* handing an assignment back to the source: `assignee_key` */
    LETTER_REGISTER, /* a ticket made by the emulated API, to be taken by its backend */
    LETTER_LABEL,    /* the question put to a model */
};
/* A page: a letter of our own, type "triage.page". */
struct letter_page {
    const char *agent;        /* who is paged; "": nobody in person */
    const char *policy;       /* NULL: none */
    int step, steps, loop;    /* 0-based; of so many */
    bool high;                /* importance */
    const struct json *also;  /* a bundle: [{ticket, title, why, step}, ...]; NULL: none */
};
struct letter {
    int of;                   /* enum letter_of */
    const char *id;           /* "evt_" + 12 of [0-9a-z]: the same on every attempt and for every destination */
    const char *type;         /* "support.ticket.created" */
    int64_t at;               /* ms: received, or changed */
    const char *origin;       /* the source it came by; NULL: none */
    const char *dialect;      /* of the event or the ticket; NULL: none */
    const char *team;         /* cStar's team_id */
    int64_t hops;             /* triages it has passed through, ourselves included */
    const struct json *payload; /* EVENT: what the sender said (ingestlayer: its payload; others: the whole body), after transform */
    const struct ticket *ticket; /* as it is after the change; NULL: about none */
    const struct json *changes; /* DESK: [[field, old, new], ...] as row_changes makes them; NULL: none */
    struct message *messages; int message_count; /* the conversation, oldest first: where a form needs it whole (tamio) */
    const struct message *message; /* what it is about: the customer's words, our reply; NULL: none */
    const struct record *record;   /* DESK: boss player achievement survey customer article; NULL: none. data: JSON text */
    const char *assignee_key; /* ASSIGN: the vendor's id of the agent, NULL = nobody */
    const char *why;          /* triage.escalated, pages: the reason; NULL */
    const struct json *entity; /* enrich.entity's answer; NULL */
    const struct letter_page *page; /* NULL: it is none */
};

/* For people and chat: title ("" never NULL), text (body of `message`, else of the record; "" if none), tier, channel and
 * key as the goldens show them; priority of label: urgency word, "" if none. */
const char *letter_title(const struct letter *letter);
const char *letter_text(const struct letter *letter);
const char *letter_urgency(const struct letter *letter);
const char *letter_ticket_id(const struct letter *letter); /* the source's own id of the ticket, else our number; "" if none */

/* The same for every kind that speaks to people: "[critical] URGENT: charged twice", on one line; what there is to read,
 * never "": the text, or in words what changed, who is meant and why; the facts below it, those not known left out; and
 * "evt_... · 2026-05-21T14:03:11.512Z". */
struct letter_fact { const char *name, *value; };
enum { LETTER_FACTS = 4 }; /* Ticket Tier Channel Type */
const char *letter_headline(struct arena *arena, const struct letter *letter);
const char *letter_story(struct arena *arena, const struct letter *letter);
int letter_facts(struct arena *arena, const struct letter *letter, struct letter_fact facts[LETTER_FACTS]);
const char *letter_stamp(struct arena *arena, const struct letter *letter);

/* What is hidden: route's redact.pii steps and the destination's row of the matrix, as one. */
enum { LETTER_FIELDS = CONFIG_FIELDS * CONFIG_STEPS }; /* of all its steps */
struct letter_redaction {
    struct config_redact to;      /* for all strings; wins where it is not UNSET */
    struct config_redact fields_mode; /* for `fields` */
    bool route;                   /* the route has a redact.pii step */
    const char *fields[LETTER_FIELDS]; int field_count; /* none = all strings */
    const char *salt;             /* for HASH: the desk's own */
};
/* A copy in arena with PII hidden in title, texts, names, addresses, payload, record and changes. Idempotent. A text whose
 * search hit a limit is hidden whole. */
const struct letter *letter_redact(struct arena *arena, const struct letter *letter, const struct letter_redaction *how);
/* "evt_" + 12 characters from what never changes: the desk's id, the entry, and a number within it. */
const char *letter_id(struct arena *arena, const char *desk, int64_t entry, int64_t nth);
#endif
