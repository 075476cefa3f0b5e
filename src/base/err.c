/* err: codes and their one table. */
#include "base/err.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct err_row rows[ERR_CODES] = {
    [ERR_NONE] = {"none", "No error", 200, 0, false, ""},
    [ERR_USAGE] = {"usage", "Not understood", 400, 64, false, "see --help"},
    [ERR_INPUT] = {"input", "Input refused", 422, 65, false, ""},
    [ERR_AUTH] = {"unauthenticated", "Signature check failed", 401, 77, false, "triage verify --explain says why"},
    [ERR_FORBIDDEN] = {"forbidden", "Not allowed", 403, 77, false, ""},
    [ERR_NOT_FOUND] = {"not-found", "Not found", 404, 1, false, ""},
    [ERR_CONFLICT] = {"conflict", "Changed meanwhile", 409, 75, false, "look at it again, then repeat"},
    [ERR_STATE] = {"state", "Not possible as it is", 422, 65, false, ""},
    [ERR_ALREADY] = {"already", "So already", 422, 0, false, ""},
    [ERR_TOO_LARGE] = {"too-large", "Too large", 413, 65, false, ""},
    [ERR_RATE] = {"rate-limited", "Too many requests", 429, 75, true, "slow down"},
    [ERR_UNAVAILABLE] = {"unavailable", "Not available now", 503, 69, true, "triage up starts a private daemon"},
    [ERR_STORAGE] = {"storage", "Storage failed", 503, 74, true, "see the daemon's log"},
    [ERR_NO_SPACE] = {"no-space", "Disk full", 507, 73, true, "free some space; nothing acknowledged is lost"},
    [ERR_CONFIG] = {"config", "Configuration refused", 422, 78, false, "triage check FILE shows each problem"},
    [ERR_INTERNAL] = {"internal", "Internal error", 500, 70, false, "this is a bug; the log has the details"},
};

const struct err_row *err_row(enum err_code code)
{
    return &rows[code < ERR_CODES ? code : ERR_INTERNAL];
}

bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    if (!err)
        return false;
    va_list ap;
    va_start(ap, fmt);
    err->code = code;
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return false;
}

bool err_in(struct err *err, const char *fmt, ...)
{
    if (!err)
        return false;
    char was[sizeof err->text];
    memcpy(was, err->text, sizeof was);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof err->text)
        snprintf(err->text + n, sizeof err->text - (size_t)n, ": %s", was);
    return false;
}
