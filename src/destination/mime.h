/* mime: the forms a mail is written in (RFC 5322, 2045, 2047), and what is taken for an address. Everything here ends lines
 * with CR LF, keeps header lines to 78 characters and body lines to 76, and lets no control byte into a header. Pure. */
#ifndef DESTINATION_MIME_H
#define DESTINATION_MIME_H
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

/* "Name: text" for text that anybody may have written: made safe as one line (CR, LF and NUL become one space), and in RFC 2047
 * words, split on code points, where it is not plain ASCII, is too long for its line, or looks like such a word itself. */
void mime_header(struct str *out, const char *name, const char *text);
/* A list of addresses, folded between them. Each has passed mime_is_address. */
void mime_header_addresses(struct str *out, const char *name, const char *const *addresses, int count);
/* "From: Name <address>"; name may be NULL. */
void mime_header_mailbox(struct str *out, const char *header, const char *name, const char *address);
/* "Date: Thu, 21 May 2026 14:03:11 +0000". */
void mime_header_date(struct str *out, int64_t ms);
/* Quoted-printable UTF-8. Line ends of any kind become CR LF; other control characters U+FFFD; the last line is ended. */
void mime_body(struct str *out, const char *text);

/* A part of a message in parts: a file in base64, its name as RFC 2231 says where it is long or more than plain ASCII. type: "a/b"; name: core/
 * attachment's. The boundary's line stands before it. */
void mime_file(struct str *out, const char *type, const char *name, const char *data, size_t n);
size_t mime_file_most(size_t n); /* bytes mime_file adds for n of a file, at most */
/* An addr-spec that needs no quotes: one "@", a dot-atom on both sides, a dot in the domain, no address in brackets, at most
 * 254 bytes. Bytes over 0x7f pass: such a mailbox needs SMTPUTF8. */
bool mime_is_address(const char *text);
/* "Name <address>" or "address"; name NULL if there is none. false: not an address. */
bool mime_mailbox(struct arena *arena, const char *text, const char **name, const char **address);
const char *mime_domain(const char *address); /* what follows the "@" */
#endif
