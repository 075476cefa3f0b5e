/* chain: is the journal as it was written? Each entry has a salted digest over all it says; each commit adds a link,
 * sha256(the link before, the commit's digests in order). So an entry that was edited, taken out, put in or moved shows,
 * and a link that was too. The ledger repeats what its entries say (`score`), row by row in the same order, and is
 * compared on the way. What was cut off at the end shows only against a link kept elsewhere: the daemon's log has one
 * (`chain_head`), a destination may (`audit:` in triage.yaml).
 *
 * A walk goes from link to link, each read by a statement of its own, so it may run beside a writer, in bites, and from
 * any link that is known to be good. */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H
#include "store/store.h"

enum { CHAIN_HASH = 32 };
struct chain_place { int64_t seq; uint8_t hash[CHAIN_HASH]; }; /* a link: the last entry it covers; {0}: before the first */
enum chain_fault {
    CHAIN_FITS,
    CHAIN_EDITED,   /* an entry does not say what its digest was made of */
    CHAIN_EMPTIED,  /* its salt was taken away: nothing vouches for it */
    CHAIN_MISSING,  /* an entry is not there */
    CHAIN_INSERTED, /* an entry before the first, or behind the last link */
    CHAIN_BROKEN,   /* a link does not fit the entries it covers, and these fit themselves: digest and entry were changed together, or the link */
    CHAIN_LEDGER,   /* the ledger's row is not what its entry says, or there is none */
    CHAIN_SHORT,    /* ends before the link that was kept elsewhere */
    CHAIN_OTHER,    /* is another journal than the one whose link was kept */
    CHAIN_FAULTS
};
const char *chain_fault_word(int fault);     /* "edited" */
const char *chain_fault_sentence(int fault); /* for people */
struct chain_walk {
    struct chain_place at;   /* in: where to go on from, known to be good. out: the last good link */
    struct chain_place kept; /* a link kept elsewhere, to be met on the way; seq 0: none */
    int64_t score;           /* in and out: the ledger's last row that was compared; -1: leave the ledger out */
    int64_t links, entries;  /* counted up */
    int fault;               /* enum chain_fault: the walk ended there, at entry `bad` (the first it concerns) */
    int64_t bad;
    bool end;                /* there is no more */
};
/* Walks whole links until `most` entries are read (at least one link), a fault or the end. */
bool store_chain_walk(struct store *s, struct chain_walk *walk, int64_t most, struct err *err);
/* The newest link; seq 0: the journal is empty. */
bool store_chain_head(struct store *s, struct chain_place *out, struct err *err);
#endif
