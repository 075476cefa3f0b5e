/* problem: what the daemon says of a call it refused (problem+json, RFC 9457), as our own error. Pure. */
#ifndef LINK_PROBLEM_H
#define LINK_PROBLEM_H
#include "base/err.h"
#include <stddef.h>

/* A body that is no problem, or none, has the status alone: the code is that of the status, hint is the code's. */
void problem_read(int status, const char *body, size_t n, struct err *err, char hint[256]);
#endif
