/* form: a form's body as a list of parts, in either of its two encodings: multipart/form-data (RFC 7578, boundaries by
 * RFC 2046 5.1.1, exact about CRLF) and application/x-www-form-urlencoded. Every length has a ceiling, the work is linear
 * in the body, and nothing is guessed: what is not well-formed is refused whole. Pure. */
#ifndef BASE_FORM_H
#define BASE_FORM_H
#include "base/arena.h"
#include "base/err.h"
#include <stddef.h>

enum {
    FORM_PARTS = 64,     /* of one form */
    FORM_BOUNDARY = 70,  /* characters (RFC 2046) */
    FORM_HEAD = 8 << 10, /* bytes of one part's headers */
    FORM_NAME = 255,     /* bytes of a part's name, and of a file's */
};
struct form_part {
    const char *name;     /* valid UTF-8, not empty */
    const char *filename; /* as form_file_name makes it; NULL: no file. "" was sent: "", no file was chosen */
    const char *type;     /* a file's media type, printable ASCII; NULL: not said */
    const char *data;     /* multipart: within the body, not terminated */
    size_t n;
};
struct form { struct form_part *parts; int count; };

/* The boundary of a Content-Type; false: it is not multipart/form-data, or has no boundary there may be. */
bool form_boundary(const char *content_type, char out[FORM_BOUNDARY + 1]);
/* ERR_USAGE says what is malformed, ERR_TOO_LARGE over which ceiling; neither echoes input. */
bool form_multipart(struct arena *arena, const char *boundary, const char *body, size_t n, struct form *out, struct err *err);
bool form_urlencoded(struct arena *arena, const char *body, size_t n, struct form *out, struct err *err);
/* The first part of that name, and how many there are; NULL: none. */
const struct form_part *form_find(const struct form *form, const char *name, int *count);

/* Percent-decodes n bytes (plus: '+' is a space); NULL on a bad escape or a NUL. */
char *form_decode(struct arena *arena, const char *text, size_t n, bool plus);
/* A base name any file system and terminal can bear: no directories, no controls or invisible characters, none of - . and
 * space at the start, at most FORM_NAME bytes (the ending is kept); "file" where nothing is left. */
char *form_file_name(struct arena *arena, const char *raw, size_t n);
#endif
