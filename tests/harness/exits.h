/* exits: what came out of the real programs, looked at for what support/hostile forbids: the two streams of a verb, and the bytes of a
 * console with the clipboard and the notifications decoded. A text that holds it fails the test; with the door open (a program whose
 * cleaning is taken out, triage-open) it is counted instead, so that a test can show that it would have noticed. */
#ifndef HARNESS_EXITS_H
#define HARNESS_EXITS_H
#include "support/hostile.h"
#include <stdio.h>
#include <sys/types.h>

void exits_open_door(bool open);
long exits_looked(void); /* texts and streams so far */
long exits_found(void);  /* of those that held it, with the door open; since exits_open_door */

/* name: what the failure says; allowed: enum hostile_exit. */
void exits_text(const char *name, const char *text, size_t n, unsigned allowed);
/* `triage WORDS` (NULL ends them) with this to read; both streams are looked at. What was on stdout (the caller frees). */
char *exits_shell(const char *input, const char *const *words);
char *exits_run(const char *program, const char *input, const char *const *words); /* another program than triage */
/* triage begun and not waited for: its streams are the caller's to read. */
pid_t exits_begin(const char *const *words, FILE *input, FILE *const *streams);
char *exits_slurp(FILE *file, size_t *n); /* the whole file, which is closed; the caller frees */

/* The bytes of a console: its sequences are its own, none holds a marker (PWN, 7777), and between them is nothing that a terminal acts on. */
struct exits_told { int copied, notices; }; /* sequences that were decoded; added to */
void exits_stream(const char *name, const char *bytes, size_t n, struct exits_told *told);
#endif
