/* keymap: which keys run which command line, on which screen. A key file is read by people and by us:
 *   # comment
 *   bind SCREEN KEYS COMMAND...      SCREEN is a screen's name, or * for all of them
 *   unbind SCREEN KEYS               or, where just these are none, all keys that begin so
 * A later file overrides an earlier one's same keys; a second binding of the same keys in one file, or one by which others
 * could not be pressed any more, of whichever file, is refused with file and line: also those of * by a screen's, unless they are the same keys. Help, hint bar and popup are read from here. */
#ifndef TERM_KEYMAP_H
#define TERM_KEYMAP_H
#include "base/arena.h"
#include "base/err.h"
#include "term/key.h"

struct binding {
    const char *screen; /* "*" = everywhere */
    struct keys keys;
    char spelled[KEYS_NAME];
    const char *command;
    const char *file;
    int line;
};

struct keymap; /* opaque; belongs to its arena */
struct keymap *keymap_new(struct arena *arena);
/* Adds a file's lines; screens is the NULL-ended list of names that may stand there (NULL: any). On a fault nothing of
 * the file is kept; err is ERR_CONFIG and says file:line. */
bool keymap_parse(struct keymap *map, const char *file, const char *text, size_t n, const char *const *screens,
                  struct err *err);
bool keymap_load(struct keymap *map, const char *path, const char *const *screens, struct err *err);

enum keymap_answer { KEYMAP_NONE, KEYMAP_PENDING, KEYMAP_RUN };
/* Adds key to pending and looks it up on that screen, then under *. RUN: *binding is what to run, pending is empty
 * again. PENDING: more keys may follow. NONE: nothing begins like this; pending is empty again (Esc always clears). */
enum keymap_answer keymap_press(const struct keymap *map, const char *screen, struct keys *pending, const struct key *key,
                                const struct binding **binding);

/* The live bindings of a screen (its own, then those of * it does not override), in file order; with pending, only
 * those that begin with it. NULL-ended, in arena. */
const struct binding **keymap_list(const struct keymap *map, struct arena *arena, const char *screen,
                                   const struct keys *pending);
/* All of them, in file order; NULL after the last. */
const struct binding *keymap_at(const struct keymap *map, size_t i);
/* The keys that run a command here: of several the shortest, then the first. NULL if none. */
const struct binding *keymap_find(const struct keymap *map, const char *screen, const char *command);
#endif
