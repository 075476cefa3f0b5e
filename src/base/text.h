/* text: UTF-8 that came from outside, made safe for a surface, a log, a title. Width is libc's wcwidth (what ncurses
 * itself uses); categories, graphemes and case folding are utf8proc's (text.c alone includes it). Laid out in text_layout,
 * addresses and masks in text_mask.
 * text_safe is THE one point where untrusted text becomes printable (reliability.md finding 4, console.md 10). */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one code point at *p (< end), advances; malformed bytes give U+FFFD and advance by one. */
uint32_t text_next(const char **p, const char *end);
bool text_valid(const char *text, size_t n); /* strict UTF-8 */
char *text_repair(const char *text, size_t n); /* valid UTF-8: what is none becomes U+FFFD. The caller frees it. */
int text_encode(uint32_t code, char out[5]); /* bytes written, NUL added */
int text_width(uint32_t code);               /* columns: 0, 1 or 2; unprintable: 1 (it will be drawn as a symbol) */
/* What a code point becomes on any exit: itself, or a visible stand-in (U+2400 picture for C0, U+2421 for DEL,
 * U+FFFD for C1, bidi, zero-width, tags, interlinear, noncharacters, private use, soft hyphen...). */
uint32_t text_safe_code(uint32_t code);
/* A terminal without UTF-8: from now on safe text is ASCII (accents lose their mark, known glyphs have a stand-in, the
 * rest is '?'). Off unless the console or the shell turns it on at start. */
void text_set_ascii(bool on);
bool text_is_ascii(void);
enum text_mode { TEXT_LINE, TEXT_BLOCK }; /* LINE: \n and \t become a space; BLOCK: \n kept, \t -> spaces */
/* Appends the safe form; at most two combining marks per base; NULL adds nothing. */
/* Joiners, variation selectors and skin tones go without a trace here; CR LF is one line end; U+2028/9 are line ends. */
void text_safe(struct str *out, const char *text, size_t n, enum text_mode mode);
char *text_safe_in(struct arena *arena, const char *text, enum text_mode mode); /* NULL gives "" */
bool text_is_plain(const char *text, size_t n); /* printable ASCII alone: safe as it stands, a column a byte */
int text_columns(const char *safe); /* columns of text that is already safe */
/* Bytes of the first character of safe text with its marks, 0 at the end; its columns in *width. */
size_t text_step(const char *safe, size_t n, int *width);
/* Bytes of the first grapheme of any text (Unicode's clusters: emoji families, flags); 0 at the end. */
size_t text_grapheme(const char *text, size_t n);
/* Cuts safe text to at most `columns`, with an ellipsis (… or ~ in ASCII mode) when something was cut. */
char *text_fit(struct arena *arena, const char *safe, int columns);
/* Wraps safe text at words to `columns`; gives lines in arena. */
int text_wrap(struct arena *arena, const char *safe, int columns, char ***lines);
uint32_t text_lower(uint32_t code); /* one code point, whatever the locale */
bool text_is_space(uint32_t code); /* white space of any kind, and what no text is made of: controls */
bool text_is_word(uint32_t code);  /* a letter, a mark, a figure: what words are made of */
char *text_fold(struct arena *arena, const char *text); /* NFKC_Casefold, for search and matching; NULL gives "" */
/* Is it an e-mail address by dialects.md 1a? */
bool text_is_email(const char *text);
/* j•••@example.com, J••• D•••, +•••67: what is shown of an address, a name, a phone number. Safe text; NULL gives "". */
char *text_mask(struct arena *arena, const char *text);
#endif
