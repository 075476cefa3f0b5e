/* redact_rule: what redact.c looks for: a row per pattern, and what else has to be true before a match is a find (a
 * checksum, a shape, the words around it). Only redact*.c include this. Scores are hundredths; SURE_ENOUGH makes a find. */
#ifndef CORE_REDACT_RULE_H
#define CORE_REDACT_RULE_H
#include "core/redact.h"

enum { REDACT_SURE_ENOUGH = 50, REDACT_HINTS = 10 };

struct redact_hit {
    const char *text;
    size_t n;        /* of text */
    size_t from, to; /* what is to be hidden; a check may move both */
    size_t next;     /* where to look on when it is none */
    int entity, score;
    bool beside;     /* one of the same entity stands directly before it */
};
struct redact_rule {
    const char *pattern;
    const char *hints[REDACT_HINTS];  /* the pattern is tried where one of them stands in the text; none: no matter */
    int digits, dots, colons, equals; /* and where it has at least so many of these */
    int entity, score;
    int group;                        /* of the pattern: what is hidden */
    bool caseless;
    bool (*check)(struct redact_hit *hit); /* false: it is none. May set the score */
};
extern const struct redact_rule redact_rules[];
extern const int redact_rule_count;

/* core/redact_check.c */
bool redact_check_card(struct redact_hit *hit);  /* issuer and length, Luhn; cut to where the card ends */
bool redact_check_iban(struct redact_hit *hit);  /* country and length, ISO 7064 mod 97; cut to where it ends */
bool redact_check_ssn(struct redact_hit *hit);   /* area, group, serial; the specimens need words around them */
bool redact_check_phone(struct redact_hit *hit); /* the part of a chain of numbers that is shaped like a phone number */
bool redact_check_email(struct redact_hit *hit); /* from "@domain" to the whole address */
bool redact_check_ip4(struct redact_hit *hit);
bool redact_check_ip6(struct redact_hit *hit);
bool redact_check_key(struct redact_hit *hit);   /* a private key block, to its end or the text's */

/* core/redact_context.c: what the words before `from` say to entity: how much surer (> 0) or less sure (< 0) it is. */
int redact_context(const char *text, size_t from, int entity);
bool redact_context_sorted(void); /* its table is as bsearch wants it */
#endif
