/* draft: a text that is being written, as it is kept: under its agent and a key that names the ticket and what it is to be. Nobody but its
 * agent sees it, until it is handed to the team; then anybody may take it over, and it is theirs alone. Pure. */
#ifndef CORE_DRAFT_H
#define CORE_DRAFT_H
#include "base/arena.h"
#include "base/json.h"
#include <stdbool.h>
#include <stdint.h>

struct draft {
    int64_t ticket;
    bool reply; /* else a note */
};
bool draft_parse(const char *key, struct draft *draft); /* "draft:42:reply"; false: it is no draft's key */
const char *draft_key(struct arena *arena, int64_t ticket, bool reply);
const char *draft_word(bool reply); /* reply, note */
/* Of a kept value: its text, or {text, cited, version, shared, by, attachments}. */
bool draft_shared(const struct json *value);
const char *draft_text(const struct json *value); /* "" = none */
/* The files it brings, as the daemon gave them ({name, type, size, sha256}); NULL: none. */
const struct json *draft_files(const struct json *value);
/* The value as it is kept by who takes it over: theirs alone, and it says whose it was. The caller frees it. */
struct json *draft_taken(const struct json *value, const char *from);
/* By which one state of what is kept is told from another (value: its JSON as it is kept; NULL: none is, and the tag is ""). */
enum { DRAFT_TAG = 17 };
void draft_tag(const char *value, char tag[DRAFT_TAG]);
/* Two texts that came of one (was; NULL: nothing is known of it): `first` is what is kept by now, `then` what is to be. What only one of them
 * changed is as that one has it. Where both wrote, *both is set and both texts stand there, the first one above, a blank line between; files and
 * cited articles are those of both, without what one took off; version is the older. The caller frees it. */
struct json *draft_merge(const struct json *was, const struct json *first, const struct json *then, bool *both);
#endif
