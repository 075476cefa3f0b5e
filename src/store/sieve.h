/* sieve: which tickets of all may fit an expression, by what their texts hold (core/needle). Lists and counts look through rows in
 * their own order; with a sieve they pass over those that cannot fit without reading them, so that a word few tickets hold costs as
 * little as one they all hold. It may keep too many, never too few: whoever reads a row still asks the expression, so that an
 * answer tells no more of what is hidden from its reader than it would without a sieve.
 *
 * The index is of grams, every three bytes in a row of a folded text, so that it finds what contains() finds, within words too, and
 * of any script. A row of `gram` says for SIEVE_PART tickets in a row which of them hold a gram (its hash: two that share one let more
 * through). A part is written once, when all its tickets are there; those behind the last part, and those whose texts changed since
 * (`reworded`), are looked at one by one: their texts alone are read. The writer makes parts in bites when nobody waits, and takes
 * reworded ones in; old grams of theirs stay and do no harm.
 *
 * It cannot help: fewer than NEEDLE_LEAST bytes, matches(), what is negated, other fields alone, an `||` of which one side says nothing;
 * nor while more than SIEVE_BEHIND tickets are new or reworded, as in a burst: then rows are looked through. Private to src/store.
 *
 * Beside an FTS5 table of trigrams (detail=none, contentless; tests/bench/grams, 100,000 tickets): that one takes 4 to 5 times the processor time to
 * make, 1.4 times the room, and 2 to 9 times as long for a word many hold; for one few hold it takes 0.01 to 0.03 ms where this takes 0.5 to 0.6. */
#ifndef STORE_SIEVE_H
#define STORE_SIEVE_H
#include "core/needle.h"
#include "store/sql.h"

enum { SIEVE_PART = 2048, SIEVE_BEHIND = 3 * SIEVE_PART, SIEVE_WORDS = SIEVE_PART / 64, SIEVE_GRAM_BITS = 20 };
/* Is one worth making after so many rows, of which so many fitted? Not where the page fills as fast without it. */
static inline bool sieve_pays(int looked, int found)
{
    return looked % 128 == 0 && found * 8 < looked;
}
enum { SIEVE_FEW = 2000 };  /* that may fit: they are fetched and put in order, where more are met on a walk */
struct sieve {
    const uint64_t *bits; /* by number */
    int64_t top;          /* of it and above nothing is known: they came in since */
    int64_t count;        /* how many below may fit */
};
/* One that keeps what may fit both (either may be NULL); *out NULL: it cannot help. Lives in arena. */
/* Is one made before any row is looked at? Where messages would be read for each of them. */
bool sieve_at_once(const struct when *where);
bool sieve_open(struct store *s, struct arena *arena, const struct when *where, const struct when *also, const struct sieve **out, struct err *err);
static inline bool sieve_keeps(const struct sieve *v, int64_t id)
{
    return id >= v->top || (v->bits[id >> 6] >> (id & 63) & 1);
}
/* The next number that it keeps, behind `after` or, back, before it; 0: there is none. Those it knows nothing of are left out. */
int64_t sieve_next(const struct sieve *v, int64_t after, bool back);
/* Tickets whose customers wrote these words, in this order, the last of them maybe only begun (store/search), and those that the index does not know
 * yet: too many, never too few. *whole false: there are more than so many, or the index is far behind; what each was told is of no use then. */
bool search_words(struct store *s, const char *words, int most, void (*each)(void *arg, int64_t ticket), void *arg, bool *whole, struct err *err);
/* Leaves in *v what every such text needs (core/needle); *v NULL: nothing is known yet, and one of tickets below top is made. */
bool body_sift(struct store *s, struct arena *arena, const char *const *words, int count, int64_t top, struct sieve **v, struct err *err);
/* Texts as `reworded` and the tail are read: number, then WHEN_TEXTS columns. */
#define SIEVE_TEXTS "t.id,t.title,t.customer_name,t.\"key\",t.ref,t.assignee"
/* The grams of a folded text, hashed; out has room for strlen(text). Gives how many. */
int sieve_grams(const char *text, uint32_t *out);
/* A row's bytes -> bits, and back: numbers of 16 bits, or all bits where that is shorter. */
bool sieve_unpack(const unsigned char *data, size_t n, uint64_t bits[SIEVE_WORDS]);
size_t sieve_pack(const uint64_t bits[SIEVE_WORDS], unsigned char data[SIEVE_PART / 8]);
/* store_queue_page with a sieve that is there already. */
bool queue_page(struct store *s, struct arena *a, const struct row_filter *f, const struct sieve *sieve, struct ticket ***rows, int *count, const char **next,
                struct err *err);
/* A member's place in a view's queue. */
bool queue_place(struct store *s, int64_t view, const char *owner, int64_t ticket, int64_t *due, bool *is, struct err *err);
#endif
