/* key: what a terminal says happened, and how keys are spelled in a key file, in help and in tests. */
#ifndef TERM_KEY_H
#define TERM_KEY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A character is its code point; what is no character lies above Unicode. */
enum key_code {
    K_NONE = 0,
    K_FIRST = 0x110000,
    K_ENTER = K_FIRST, K_TAB, K_ESC, K_BACKSPACE, K_DELETE, K_INSERT, K_UP, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END,
    K_PGUP, K_PGDN, K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10, K_F11, K_F12,
    K_LAST_NAMED = K_F12,
    /* not keys, but they come the same way */
    K_RESIZE,    /* ask term_size */
    K_PASTE,     /* text, n */
    K_RESUMED,   /* back after a stop: everything is drawn anew */
    K_FOCUS_IN, K_FOCUS_OUT,
    K_CLICK, K_WHEEL_UP, K_WHEEL_DOWN, /* row, column */
    K_END_ASKED, /* the system wants the program to end: keep what was typed, then leave */
};
enum key_mods { MOD_SHIFT = 1, MOD_CTRL = 2, MOD_ALT = 4 };

struct key {
    uint32_t code;
    unsigned mods;    /* shift only with named keys: a shifted letter is another letter */
    bool after_esc;   /* MOD_ALT came as an Esc before it: where no such key is bound, it was Esc and then this key */
    int row, column;  /* of a click, from 0 */
    const char *text; /* K_PASTE: raw, lines end in \n; valid until the next term_key */
    size_t n;
};

enum { KEYS_MOST = 4, KEY_NAME = 24, KEYS_NAME = 64 };
struct keys { /* a sequence, as in "gg" */
    struct key key[KEYS_MOST];
    int count;
};

bool key_equal(const struct key *a, const struct key *b); /* code and mods */
bool key_is(const struct key *key, uint32_t code);        /* this key with no modifier */
bool key_ctrl(const struct key *key, char letter);        /* C-letter */
/* A character that would be typed into a text: no modifier, printable. */
bool key_types(const struct key *key);

/* "a" "C-d" "M-b" "S-Tab" "Enter" "Esc" "PgDn" "Space" "F1"; names ignore case. Inside a sequence a name stands in
 * angle brackets: "g<Enter>". "gg" is g g; "C-xC-e" is C-x C-e. false: not a spelling. */
bool keys_parse(const char *text, struct keys *keys);
void key_format(const struct key *key, char out[KEY_NAME]);
void keys_format(const struct keys *keys, char out[KEYS_NAME]);
#endif
