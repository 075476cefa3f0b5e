/* text: the allow-list between a stranger's bytes and a terminal. A code point gets through only if its category says
 * it is a letter, mark, number, punctuation, symbol or space AND libc gives it a width; everything else becomes a
 * visible stand-in, so that hiding or reordering text is seen and not obeyed. Joiners, variation selectors and skin
 * tones are dropped: they change how wide a terminal draws what stands before them. Any thread; the two things kept
 * are a table of widths, filled as it is asked for, and the ASCII switch, set once at start. */
#include "base/text.h"
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>
#include <wchar.h>

enum { REPLACEMENT = 0xfffd, MARKS = 2, TAB = 8, TABLE = 0x40000, BLOCK = 256, UNPRINTABLE = 3 };

/* --- UTF-8 --- */

/* Length of the well-formed sequence at p, else 0; its code point in *code. */
static int decode(const unsigned char *p, const unsigned char *end, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3
          : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
    if (!n || end - p < n)
        return 0;
    uint32_t c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
    for (int i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 0;
    *code = c;
    return n;
}

uint32_t text_next(const char **p, const char *end)
{
    uint32_t code = REPLACEMENT;
    int n = decode((const unsigned char *)*p, (const unsigned char *)end, &code);
    *p += n ? n : 1;
    return code;
}

bool text_valid(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + n;
    uint32_t code;
    while (p < end) {
        int len = decode(p, end, &code);
        if (!len)
            return false;
        p += len;
    }
    return true;
}

int text_encode(uint32_t code, char out[5])
{
    unsigned char *to = (unsigned char *)out;
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        code = REPLACEMENT;
    int n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = n - 1; i > 0; i--, code >>= 6)
        to[i] = (unsigned char)(0x80 | (code & 0x3f));
    to[0] = (unsigned char)(lead[n] | code);
    to[n] = 0;
    return n;
}

/* --- width --- */

/* Two bits each: 0, 1, 2 or UNPRINTABLE. A block is filled when the first of its code points is met: a desk's texts need a few of
 * the thousand, and all of them are a tenth of a console's start. Two threads that fill the same one write the same. */
static atomic_uchar widths[TABLE / 4];
static atomic_bool filled[TABLE / BLOCK];
static locale_t utf8;
static int (*width_of)(uint32_t code);

static int libc_width(uint32_t code)
{
    int n = wcwidth((wchar_t)code);
    return n < 0 || n > 2 ? UNPRINTABLE : n;
}

static int own_width(uint32_t code)
{
    return utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_CN
               ? UNPRINTABLE
               : utf8proc_charwidth((utf8proc_int32_t)code);
}

/* The daemon never calls setlocale and a console may run in the C locale, where wcwidth knows ASCII only: a UTF-8 locale is kept for
 * the process's life, and borrowed by the thread that fills a block. */
static void find_locale(void)
{
    if (strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0)
        utf8 = duplocale(uselocale((locale_t)0));
    if (!utf8)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!utf8)
        utf8 = newlocale(LC_CTYPE_MASK, "en_US.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    width_of = wcwidth(L'\u4e00') == 2 ? libc_width : own_width;
    if (utf8)
        uselocale(before);
}

static void fill_block(uint32_t first)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_locale);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    for (uint32_t code = first; code < first + BLOCK; code += 4) {
        unsigned four = 0;
        for (uint32_t i = 0; i < 4; i++)
            four |= (unsigned)width_of(code + i) << i * 2;
        atomic_store_explicit(&widths[code / 4], (unsigned char)four, memory_order_relaxed);
    }
    if (utf8)
        uselocale(before);
    atomic_store_explicit(&filled[first / BLOCK], true, memory_order_release);
}

static int raw_width(uint32_t code)
{
    if (code >= 0x20 && code < 0x7f)
        return 1;
    if (code < 0x20 || code >= TABLE) /* nothing beyond plane 3 is ever shown */
        return UNPRINTABLE;
    if (!atomic_load_explicit(&filled[code / BLOCK], memory_order_acquire))
        fill_block(code / BLOCK * BLOCK);
    return atomic_load_explicit(&widths[code / 4], memory_order_relaxed) >> code % 4 * 2 & 3;
}

int text_width(uint32_t code)
{
    int width = raw_width(code);
    return width == UNPRINTABLE ? 1 : width;
}

/* --- the allow-list --- */

static bool ascii;

void text_set_ascii(bool on)
{
    ascii = on;
}

bool text_is_ascii(void)
{
    return ascii;
}

/* Categories that may be shown: all but other (C) and the line and paragraph separators. */
static bool shown(uint32_t code)
{
#define C(name) (1u << UTF8PROC_CATEGORY_##name)
    static const unsigned allowed = C(LU) | C(LL) | C(LT) | C(LM) | C(LO) | C(MN) | C(MC) | C(ME) | C(ND) | C(NL) | C(NO) |
                                    C(PC) | C(PD) | C(PS) | C(PE) | C(PI) | C(PF) | C(PO) | C(SM) | C(SC) | C(SK) |
                                    C(SO) | C(ZS);
#undef C
    return allowed >> utf8proc_category((utf8proc_int32_t)code) & 1;
}

struct range {
    uint32_t from, to;
};

static bool within(const struct range *list, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++)
        if (code >= list[i].from && code <= list[i].to)
            return true;
    return false;
}
#define WITHIN(list, code) within(list, sizeof(list) / sizeof *(list), code)

/* Letters and marks by category that draw nothing at all: fillers, Mongolian and Khmer invisibles, the joiner. */
static const struct range invisible[] = {
    {0x034f, 0x034f}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x3164, 0x3164},
    {0xfe00, 0xfe0f}, {0xffa0, 0xffa0}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef}};
/* What only changes the look of its neighbours, met in honest text every day: goes without a trace. */
static const struct range dropped[] = {
    {0x034f, 0x034f}, {0x200c, 0x200d}, {0xfe00, 0xfe0f}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef}};

/* What our own glyphs and everyday punctuation are in ASCII mode. Sorted; tested. */
static const struct stand_in {
    uint16_t code;
    char ascii;
} stand_ins[] = {
    {0x00a1, '!'}, {0x00ab, '<'}, {0x00b7, '.'}, {0x00bb, '>'}, {0x00bf, '?'}, {0x00d7, 'x'}, {0x2010, '-'},
    {0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'},
    {0x201d, '"'}, {0x2022, '*'}, {0x2026, '~'}, {0x203c, '!'}, {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'},
    {0x2193, 'v'}, {0x21a9, '<'}, {0x21bb, '@'}, {0x2212, '-'}, {0x2260, '/'}, {0x2298, '/'}, {0x229e, '+'}, {0x23f8, '='}, {0x2500, '-'}, {0x2501, '-'}, {0x2502, '|'},
    {0x2503, '|'}, {0x250c, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'}, {0x251c, '+'}, {0x2524, '+'},
    {0x252c, '+'}, {0x2534, '+'}, {0x253c, '+'}, {0x2550, '='}, {0x2581, '_'}, {0x2582, '.'}, {0x2583, '-'},
    {0x2584, '='}, {0x2585, '+'}, {0x2586, '*'}, {0x2587, '#'}, {0x2588, '#'}, {0x2589, '#'}, {0x258a, '#'},
    {0x258b, '#'}, {0x258c, '>'}, {0x258d, '|'}, {0x258e, '|'}, {0x258f, '|'}, {0x2590, '|'}, {0x2591, '.'},
    {0x2592, ':'}, {0x2593, '#'}, {0x2595, '|'}, {0x25a0, '#'}, {0x25a1, 'o'}, {0x25b2, '^'}, {0x25b3, '^'},
    {0x25b6, '>'}, {0x25b8, '>'}, {0x25bc, 'v'}, {0x25be, 'v'}, {0x25c0, '<'}, {0x25c2, '<'}, {0x25c6, '*'},
    {0x25c7, 'o'}, {0x25c9, '@'}, {0x25cb, 'o'}, {0x25cc, '.'}, {0x25cf, '*'}, {0x25d0, '%'}, {0x2605, '*'}, {0x2606, '*'}, {0x2665, '*'}, {0x2694, 'X'}, {0x270e, '/'}, {0x2713, '+'},
    {0x2714, '+'}, {0x2717, 'x'}, {0x2718, 'x'},
};

static int by_code(const void *key, const void *row)
{
    uint32_t a = *(const uint32_t *)key, b = ((const struct stand_in *)row)->code;
    return a < b ? -1 : a > b;
}

static uint32_t ascii_code(uint32_t code)
{
    const struct stand_in *row =
        bsearch(&code, stand_ins, sizeof stand_ins / sizeof *stand_ins, sizeof *stand_ins, by_code);
    if (row)
        return (unsigned char)row->ascii;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
    if (category == UTF8PROC_CATEGORY_ZS)
        return ' ';
    if (category > UTF8PROC_CATEGORY_LO) /* only letters may lose their accents: a crossed-out = is not an = */
        return '?';
    utf8proc_int32_t parts[8];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)code, parts, 8, UTF8PROC_DECOMPOSE, &boundary);
    return n > 1 && parts[0] >= 0x20 && parts[0] < 0x7f ? (uint32_t)parts[0] : '?';
}

uint32_t text_safe_code(uint32_t code)
{
    if (code >= 0x20 && code < 0x7f)
        return code;
    if (code <= 0x7f)
        return ascii ? '?' : code == 0x7f ? 0x2421 : 0x2400 + code;
    if (code > 0x10ffff || !shown(code) || WITHIN(invisible, code) || raw_width(code) == UNPRINTABLE)
        code = REPLACEMENT;
    return ascii ? ascii_code(code) : code;
}

/* --- text_safe --- */

static bool plain(char c)
{
    return c >= 0x20 && c < 0x7f;
}

/* Eight bytes at a time: below 0x20 one loses its highest bit's neighbour to it, 0x7f gains it, above it is there. */
bool text_is_plain(const char *text, size_t n)
{
    const uint64_t each = 0x0101010101010101, high = each << 7;
    for (uint64_t word; n >= sizeof word; text += sizeof word, n -= sizeof word) {
        memcpy(&word, text, sizeof word);
        if (((word - each * 0x20) | (word + each) | word) & high)
            return false;
    }
    while (n && plain(*text))
        text++, n--;
    return !n;
}

struct safe {
    struct str *out;
    enum text_mode mode;
    int column; /* only its place between two tab stops matters */
    int marks;
    bool based; /* something stands there that a mark can sit on */
};

static void put(struct safe *s, const char *bytes, size_t n)
{
    if (s->out->max - s->out->len < n)
        s->out->cut = true; /* whole characters only */
    else if (!s->out->cut)
        str_add(s->out, bytes, n);
}

static void put_code(struct safe *s, uint32_t code)
{
    char bytes[5];
    int width = text_width(code);
    if (width == 0 && !s->based) {
        put_code(s, ' ');
        put_code(s, code);
        return;
    }
    if (width == 0 && ++s->marks > MARKS)
        return;
    put(s, bytes, (size_t)text_encode(code, bytes));
    if (width) {
        s->marks = 0;
        s->column += width;
        s->based = true;
    }
}

static void put_newline(struct safe *s)
{
    if (s->mode == TEXT_LINE) {
        put_code(s, ' ');
        return;
    }
    put(s, "\n", 1);
    s->column = 0;
    s->based = false;
}

static void put_tab(struct safe *s)
{
    do
        put_code(s, ' ');
    while (s->mode == TEXT_BLOCK && s->column % TAB);
}

static void put_unsafe(struct safe *s, uint32_t code)
{
    if (code == '\n' || code == 0x2028 || code == 0x2029)
        put_newline(s);
    else if (code == '\t')
        put_tab(s);
    else if (!WITHIN(dropped, code) && !(ascii && code > 0x7f && raw_width(code) == 0 && shown(code)))
        put_code(s, text_safe_code(code));
}

void text_safe(struct str *out, const char *text, size_t n, enum text_mode mode)
{
    struct safe s = {.out = out, .mode = mode};
    const char *p = text, *end = text ? text + n : NULL;
    while (p < end) {
        const char *run = p;
        while (p < end && plain(*p))
            p++;
        if (p - run > 1) { /* plain ASCII, most of all text, in one copy */
            size_t fits = out->max - out->len, len = (size_t)(p - run);
            put(&s, run, len < fits ? len : fits);
            out->cut |= len > fits;
            s.column += (int)(len % TAB);
            s.marks = 0;
            s.based = true;
            continue;
        }
        p = run;
        if (*p == '\r' && p + 1 < end && p[1] == '\n')
            p++;
        put_unsafe(&s, text_next(&p, end));
        if (out->cut)
            return;
    }
}

char *text_safe_in(struct arena *arena, const char *text, enum text_mode mode)
{
    size_t n = text ? strlen(text) : 0;
    if (text_is_plain(text, n))
        return arena_strndup(arena, text, n);
    AUTO_STR out;
    str_init(&out, SIZE_MAX / 2);
    text_safe(&out, text, n, mode);
    return arena_strndup(arena, out.data, out.len);
}

/* --- what Unicode says --- */

size_t text_grapheme(const char *text, size_t n)
{
    const char *p = text, *end = text + n, *next;
    if (!n)
        return 0;
    utf8proc_int32_t state = 0, before = (utf8proc_int32_t)text_next(&p, end);
    while (p < end) {
        next = p;
        utf8proc_int32_t code = (utf8proc_int32_t)text_next(&next, end);
        if (utf8proc_grapheme_break_stateful(before, code, &state))
            break;
        before = code;
        p = next;
    }
    return (size_t)(p - text);
}

/* utf8proc refuses broken UTF-8; here every bad byte is one U+FFFD. */
char *text_repair(const char *text, size_t n)
{
    AUTO_STR out;
    char bytes[5];
    str_init(&out, SIZE_MAX / 2);
    for (const char *end = text + n; text < end;)
        str_add(&out, bytes, (size_t)text_encode(text_next(&text, end), bytes));
    return str_take(&out);
}

uint32_t text_lower(uint32_t code)
{
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
}

char *text_fold(struct arena *arena, const char *text)
{
    if (!text)
        return arena_strdup(arena, "");
    size_t n = strlen(text);
    char *valid = text_valid(text, n) ? NULL : text_repair(text, n);
    utf8proc_uint8_t *folded = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)(valid ? valid : text));
    if (!folded)
        abort(); /* valid text cannot fail but by memory */
    char *copy = arena_strdup(arena, (char *)folded);
    free(folded);
    free(valid);
    return copy;
}

bool text_is_word(uint32_t code)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO) || category == UTF8PROC_CATEGORY_CO;
}

bool text_is_space(uint32_t code)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
    return code <= 0x20 || code == 0x7f || (code >= 0x80 && code < 0xa0) || category == UTF8PROC_CATEGORY_ZS ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}
