/* attachment: a file that came or goes with a message, as the message names it: the list of objects, links or ids that dialects send
 * (dialects.md 8.2, `assets`), and our own, {name, type, size, sha256}. Whatever somebody calls a file, the name here can stand in a
 * line, a header and a directory (reliability.md, M1): what a path, an option or a hidden file would need of it is gone. Nothing is opened,
 * nothing is guessed from bytes. Pure. */
#ifndef CORE_ATTACHMENT_H
#define CORE_ATTACHMENT_H
#include "base/arena.h"
#include "base/json.h"

enum { ATTACHMENT_NAME = 120 /* bytes */, ATTACHMENTS_READ = 100 /* of one message */, ATTACHMENTS_SENT = 20 /* with one reply */ };
struct attachment {
    const char *name, *type; /* never NULL */
    const char *host;        /* of a link to it; NULL: it is none */
    const char *sha256;      /* 64 hex digits: we may have its bytes; NULL: none were given to us */
    int64_t size;            /* bytes; -1: nobody said */
};
/* At most ATTACHMENTS_READ of a message's assets, in their order. assets: JSON or NULL. */
int attachment_read(struct arena *arena, const char *assets, struct attachment **list);
/* Our own as assets; NULL: there are none. */
char *attachment_write(struct arena *arena, const struct attachment *list, int count);
/* A name as it may be used: the last part of a path, without controls and what is not seen, "..", or a beginning that is an option or
 * hides it; at most ATTACHMENT_NAME bytes, its ending kept; never empty. Idempotent. */
char *attachment_name(struct arena *arena, const char *said);
const char *attachment_type(const char *name); /* by its ending; application/octet-stream where that says nothing */
bool attachment_is_text(const char *type);     /* a terminal may show it, once it is made safe */
char *attachment_size(struct arena *arena, int64_t bytes); /* "14 kB"; "" for -1 */
/* For people: "console.log 14 kB", with the host where it is a link; "2 attachments: a.txt 1 kB, b.png 2 MB"; "" for none. */
char *attachment_say(struct arena *arena, const struct attachment *a);
char *attachment_say_all(struct arena *arena, const struct attachment *list, int count);
#endif
