/* err: how a function says what went wrong. A function that can fail returns bool and takes `struct err *err`
 * last; on false, err holds a code and one impersonal line: what was being done, to what, where. The code decides
 * HTTP status, exit code and whether trying again makes sense; the row is the same for API, shell and toast. */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include <stdbool.h>

enum err_code {
    ERR_NONE = 0,
    ERR_USAGE,       /* the command or the call is spelled wrong */
    ERR_INPUT,       /* data that cannot be read: JSON, UTF-8, a field out of range */
    ERR_AUTH,        /* not signed, not known */
    ERR_FORBIDDEN,   /* known, but not allowed */
    ERR_NOT_FOUND,   /* no such ticket, source, view */
    ERR_CONFLICT,    /* changed since, or somebody has it just now: version, thread, undo, lock. Looked at again it may go */
    ERR_STATE,       /* understood, and not possible as things stand: repeated it is refused again. Not closed, a limit, no replies taken */
    ERR_ALREADY,     /* it is so already, and nothing was done: what was asked for stands, which is no failure of a verb (exit 0) */
    ERR_TOO_LARGE,   /* over a limit */
    ERR_RATE,        /* over a rate */
    ERR_UNAVAILABLE, /* no daemon, draining, overloaded */
    ERR_STORAGE,     /* database or file system said no */
    ERR_NO_SPACE,    /* disk full */
    ERR_CONFIG,      /* configuration or theme file */
    ERR_INTERNAL,    /* a bug: please report */
    ERR_CODES
};

struct err {
    enum err_code code;
    char text[480];
};

/* One row per code; total, tested. */
struct err_row {
    const char *slug;  /* urn:triage:problem:<slug>, RFC 9457 `type` */
    const char *title; /* RFC 9457 `title` */
    int status;        /* HTTP status */
    int exit;          /* sysexits(3) code of a CLI verb; the only place that says it */
    bool retryable;
    const char *hint;  /* what a person can do, may be "" */
};
const struct err_row *err_row(enum err_code code);

/* Sets code and text (printf style) and returns false, so that `return err_set(...)` reads well. err may be NULL. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts "what: " before the text; never touches the code. Returns false. */
bool err_in(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#endif
