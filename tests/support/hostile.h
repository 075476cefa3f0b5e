/* hostile: text that somebody who means harm could write, and what of it may come out of no exit. The payloads are generated (controls,
 * sequences with each final and each terminator, what is not seen or turns the direction, what is not UTF-8, stacks of marks, lines
 * that look like our own) and read from the corpora below TRIAGE_CORPORA where it is set. What is forbidden is listed here on its own
 * (ECMA-48; Unicode: Cc, Cf, Zl, Zp, Co, noncharacters, variation selectors), not asked of the code under test. */
#ifndef SUPPORT_HOSTILE_H
#define SUPPORT_HOSTILE_H
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hostile { /* the payloads; texts without NUL, some of them no UTF-8 */
    const char **list;
    int count, generated; /* the generated ones come first */
};
void hostile_make(struct arena *arena, struct hostile *out);

enum hostile_exit {
    HOSTILE_LINES = 1, /* newlines are our own */
    HOSTILE_TABS = 2,  /* so are tabs: lists made for completion */
    HOSTILE_DATA = 4,  /* JSON: marks may stack, a program reads it */
};
bool hostile_code(uint32_t code); /* a control, format, private or invisible character */
/* The first place that may not be there: a forbidden code, what is not UTF-8, more than two marks on a base. false: there is none. */
bool hostile_find(const char *text, size_t n, unsigned exit, size_t *at, const char **what);
/* Fails the test, with what stands around it. */
void hostile_check(const char *exit_name, const char *text, size_t n, unsigned exit);
#endif
