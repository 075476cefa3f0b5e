/* hostile: see hostile.h. */
#include "support/hostile.h"
#include "base/str.h"
#include "harness/corpora.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MOST = 8000, CHUNK = 160 };

/* --- what may not come out --- */

static const struct range { uint32_t from, to; } forbidden[] = {
    {0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f}, {0x8e2, 0x8e2}, {0x115f, 0x1160}, {0x17b4, 0x17b5},
    {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xd800, 0xdfff}, {0xe000, 0xf8ff}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
    {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0x1fffe, 0x1ffff},
    {0xe0000, 0x10ffff}};

bool hostile_code(uint32_t code)
{
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        if (code >= forbidden[i].from && code <= forbidden[i].to)
            return true;
    return false;
}

/* Strict UTF-8 (RFC 3629), by itself: bytes used, 0 = it is none. */
static int decode(const unsigned char *p, size_t n, uint32_t *code)
{
    static const struct { unsigned char low, high, least, most; int more; } forms[] = {
        {0x00, 0x7f, 0, 0, 0}, {0xc2, 0xdf, 0x80, 0xbf, 1}, {0xe0, 0xe0, 0xa0, 0xbf, 2}, {0xe1, 0xec, 0x80, 0xbf, 2}, {0xed, 0xed, 0x80, 0x9f, 2},
        {0xee, 0xef, 0x80, 0xbf, 2}, {0xf0, 0xf0, 0x90, 0xbf, 3}, {0xf1, 0xf3, 0x80, 0xbf, 3}, {0xf4, 0xf4, 0x80, 0x8f, 3}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*p < forms[i].low || *p > forms[i].high)
            continue;
        if ((size_t)forms[i].more >= n)
            return 0;
        *code = forms[i].more ? *p & (0x3fu >> forms[i].more) : *p;
        for (int k = 1; k <= forms[i].more; k++) {
            if (p[k] < (k == 1 ? forms[i].least : 0x80) || p[k] > (k == 1 ? forms[i].most : 0xbf))
                return 0;
            *code = *code << 6 | (p[k] & 0x3f);
        }
        return 1 + forms[i].more;
    }
    return 0;
}

/* The marks of the stacks below, and their blocks. */
static bool is_mark(uint32_t code)
{
    return (code >= 0x300 && code <= 0x36f) || (code >= 0x483 && code <= 0x489) || (code >= 0x1ab0 && code <= 0x1aff) || (code >= 0x1dc0 && code <= 0x1dff) ||
           (code >= 0x20d0 && code <= 0x20f0) || (code >= 0xfe20 && code <= 0xfe2f);
}

bool hostile_find(const char *text, size_t n, unsigned exit, size_t *at, const char **what)
{
    static char said[64];
    int marks = 0;
    *what = said;
    for (size_t i = 0; i < n;) {
        uint32_t code = 0;
        int used = decode((const unsigned char *)text + i, n - i, &code);
        bool ours = (code == '\n' && (exit & HOSTILE_LINES)) || (code == '\t' && (exit & HOSTILE_TABS));
        marks = is_mark(code) ? marks + 1 : 0;
        *at = i;
        if (!used)
            snprintf(said, sizeof said, "byte %02x, which is no UTF-8,", (unsigned char)text[i]);
        else if (hostile_code(code) && !ours)
            snprintf(said, sizeof said, "U+%04X", (unsigned)code);
        else if (marks > 2 && !(exit & HOSTILE_DATA))
            snprintf(said, sizeof said, "a third mark on one base");
        else {
            i += (size_t)used;
            continue;
        }
        return true;
    }
    return false;
}

void hostile_check(const char *exit_name, const char *text, size_t n, unsigned exit)
{
    size_t at;
    const char *what;
    if (hostile_find(text, n, exit, &at, &what))
        fail_msg("%s: %s at byte %zu, after \"%.*s\"", exit_name, what, at, (int)(at < 40 ? at : 40), text + (at < 40 ? 0 : at - 40));
}

/* --- the payloads --- */

struct maker {
    struct arena *arena;
    struct hostile *out;
};

static void add(struct maker *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct maker *m, const char *fmt, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    assert_true(m->out->count < MOST);
    if (*text)
        m->out->list[m->out->count++] = arena_strdup(m->arena, text);
}

/* Any code as UTF-8 would write it, surrogates and beyond too. */
static const char *utf8(struct arena *arena, uint32_t c)
{
    if (c < 0x80)
        return arena_printf(arena, "%c", (int)c);
    if (c < 0x800)
        return arena_printf(arena, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 63)));
    if (c < 0x10000)
        return arena_printf(arena, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
    return arena_printf(arena, "%c%c%c%c", (int)(0xf0 | c >> 18), (int)(0x80 | (c >> 12 & 63)), (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
}

/* Every way a control string or a sequence begins: 7 bits, 8 bits as UTF-8, 8 bits raw. */
static void add_sequences(struct maker *m)
{
    static const char *const ends[] = {"\007", "\033\\", "\302\234", "\234", ""};
    static const char *const csi[] = {"\033[", "\302\233", "\233"};
    static const char *const strings[] = {"\033P", "\033_", "\033^", "\033X", "\302\220", "\302\237", "\302\236", "\302\230", "\220", "\237", "\236", "\230"};
    static const int osc[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 46, 50, 51, 52, 99, 104, 105, 112, 133, 176, 440, 555, 633, 701, 777, 1337, 2000};
    for (int c = 0x20; c < 0x7f; c++)
        add(m, "a\033%cPWN", c);
    for (size_t i = 0; i < sizeof csi / sizeof *csi; i++)
        for (int c = 0x40; c < 0x7f; c++)
            add(m, "a%s7777;1%cPWN", csi[i], c);
    for (int c = 0x3c; c < 0x40; c++)
        for (int f = 'a'; f <= 'z'; f++)
            add(m, "\033[%c7777%cPWN", c, f);
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
        for (size_t i = 0; i < sizeof osc / sizeof *osc; i++) {
            add(m, "\033]%d;PWN;7777%s", osc[i], ends[e]);
            add(m, "\302\235%d;PWN;7777%s", osc[i], ends[e]);
        }
        for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
            add(m, "%sPWN;7777%s", strings[i], ends[e]);
    }
    add(m, "\033[200~PWN\r\033[201~");
    add(m, "\033[6n\033[c\033[>q\033[21t\0337777");
    add(m, "\033]8;;http://PWN\033\\link\033]8;;\033\\");
    add(m, "\033]52;c;UFdOCg==\007");
}

static void add_characters(struct maker *m)
{
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        uint32_t from = forbidden[i].from ? forbidden[i].from : 1, to = forbidden[i].to, many = to - from + 1;
        for (uint32_t c = from; c <= to; c += many > 600 ? many / 200 : 1)
            add(m, "a%sb", utf8(m->arena, c));
    }
    for (int c = 0x80; c < 0x100; c++)
        add(m, "a%cb", c);
    for (uint32_t c = 1; c <= 0x20; c++)
        add(m, "%s", utf8(m->arena, 0xe0000 + 0x40 + c)); /* tags that spell */
    for (uint32_t plane = 1; plane <= 16; plane++)
        add(m, "a%s%sb", utf8(m->arena, plane << 16 | 0xfffe), utf8(m->arena, plane << 16 | 0xffff));
}

static void add_broken(struct maker *m)
{
    static const char *const broken[] = {"\300\200", "\300\233[7777mPWN", "\301\277", "\340\200\200", "\340\200\233[7777m", "\360\200\200\200", "\370\210\200\200\200", "\374\204\200\200\200\200", "\376", "\377",
        "\355\240\200", "\355\277\277", "\355\240\275\355\270\200", "\364\220\200\200", "\367\277\277\277", "\303", "\342\200", "\360\237\230", "\302\033[7777m", "\342\200\033]0;PWN\007", "\303(\033c", "\200\200\200\200"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        add(m, "a%sb", broken[i]);
        add(m, "%s", broken[i]); /* at the end, where the rest of it would follow */
    }
}

static void add_stacks(struct maker *m)
{
    static const uint32_t marks[] = {0x300, 0x301, 0x336, 0x35c, 0x489, 0x20dd, 0x1dff, 0xfe20};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        for (int high = 1; high <= 625; high *= 5) {
            AUTO_STR tower;
            str_init(&tower, 4000);
            for (int k = 0; k < high; k++)
                str_adds(&tower, utf8(m->arena, marks[i]));
            add(m, "Z%so", tower.data);
            add(m, "%s", tower.data);
        }
}

/* What would look like ours if it stood where ours stands. */
static void add_forgeries(struct maker *m)
{
    static const char *const ends[] = {"\n", "\r", "\r\n", "\302\205", "\342\200\250", "\342\200\251", "\013", "\014", "\033E", "\n\n\n"};
    static const char *const lines[] = {"\342\224\203 10:52 reply  you", " triage  acme    \342\227\217 live", "\342\226\214 4121   12m  \342\200\274 critical", "send it? y yes   Esc no", "$ rm -rf ~", "> "};
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++)
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            add(m, "thanks%s%sPWN", ends[e], lines[i]);
    add(m, "AAAA\rBBy\010\010\010PWN");
    add(m, "\t\t\t\t\t\t\tPWN");
    add(m, "%s", "%s%n%x%1000000s");
    add(m, "PWN' OR 1=1; --\nSubject: PWN\r\nBcc: x@example.com\r\n\r\nPWN");
}

/* A file of a corpus in pieces that end where they end: a sequence may be cut in two. */
static void add_file(struct maker *m, const char *path, bool by_lines)
{
    char piece[1024];
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("reading %s", path);
    for (size_t n; (n = by_lines ? (fgets(piece, sizeof piece, file) ? strcspn(piece, "\n") + 1 : 0) : fread(piece, 1, CHUNK, file)) > 0;) {
        n -= by_lines;
        for (size_t i = 0; i < n; i++)
            piece[i] = piece[i] ? piece[i] : 1;
        piece[n] = 0;
        add(m, "%s", piece);
    }
    fclose(file);
}

static void add_corpora(struct maker *m, const char *root)
{
    const char *dir = arena_printf(m->arena, "%s/term-xtermjs/escape_sequence_files", root);
    struct dirent **names = NULL;
    add_file(m, arena_printf(m->arena, "%s/blns/blns.txt", root), true);
    add_file(m, arena_printf(m->arena, "%s/utf8-kuhn/UTF-8-test.txt", root), true);
    int n = scandir(dir, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *dot = strrchr(names[i]->d_name, '.');
        if (dot && strcmp(dot, ".in") == 0)
            add_file(m, arena_printf(m->arena, "%s/%s", dir, names[i]->d_name), false);
        free(names[i]);
    }
    free(names);
}

void hostile_make(struct arena *arena, struct hostile *out)
{
    struct maker m = {arena, out};
    const char *root = corpora_root();
    *out = (struct hostile){.list = ARENA_ARRAY(arena, const char *, MOST)};
    add_sequences(&m);
    add_characters(&m);
    add_broken(&m);
    add_stacks(&m);
    add_forgeries(&m);
    out->generated = out->count;
    if (root)
        add_corpora(&m, root);
    else
        print_message("# skipped: TRIAGE_CORPORA is not set (blns, utf8-kuhn, term-xtermjs)\n");
}
