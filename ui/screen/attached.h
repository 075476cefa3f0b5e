/* attached: a message's files as lines below it: "attachment 1: console.log 14 kB", "attachment: page.png at cdn.example.com". Those with
 * a number lie with the daemon (`triage attachment`); a link is named and never followed. */
#ifndef SCREEN_ATTACHED_H
#define SCREEN_ATTACHED_H
#include "core/attachment.h"

/* Of a message as a timeline's line has it; NULL where it has none. Not yet safe. */
const char *attached_lines(struct arena *arena, const struct json *message);
const char *attached_say(struct arena *arena, const struct json *row); /* "console.log 14 kB" */

/* Those that are to go with a text that is being written: put with the daemon already, named by their hash. */
struct attached {
    struct { char name[ATTACHMENT_NAME + 1], sha256[65]; int64_t size; } list[ATTACHMENTS_SENT];
    int count;
};
bool attached_add(struct attached *a, const struct json *row); /* {name, sha256, size}; false: it is no file, there already, or one too many */
void attached_read(struct attached *a, const struct json *list); /* adds those it has not; NULL adds none */
struct json *attached_write(const struct attached *a);           /* [{name, sha256, size}]; the caller frees it. NULL: none */
void attached_take_off(struct attached *a, int index);
const char *attached_all(struct arena *arena, const struct attached *a); /* "2 attachments: a.txt 1 kB, b.png 2.0 MB"; "" */
/* The key that names one in a menu, 1 to 9 and then letters; and which one it names, -1: none. */
char attached_key(int index);
int attached_index(const struct attached *a, uint32_t key);
#endif
