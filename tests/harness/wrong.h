/* wrong: what a long test finds that must not be. It is told and counted, and the test goes on: one fault often explains the next. */
#ifndef HARNESS_WRONG_H
#define HARNESS_WRONG_H

enum { WRONG_TOLD = 20 }; /* the rest is only counted */
void wrong(int *count, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#endif
