/* problem: what the daemon says of a call it refused (problem+json, RFC 9457), as our own error. Pure. */
#ifndef LINK_PROBLEM_H
#define LINK_PROBLEM_H
#include "base/err.h"
#include "base/json.h"
#include <stddef.h>

/* A body that is no problem, or none, has the status alone: the code is that of the status, hint is the code's. */
void problem_read(int status, const char *body, size_t n, struct err *err, char hint[256]);
/* Of a result of /v1/do: was nothing done because it is so already (ERR_ALREADY)? Then what was asked for stands. */
bool problem_already(const struct json *result);
#endif
