/* text: nothing but what may be shown ever comes out, over every code point there is and over other people's collections
 * of nasty text (TRIAGE_CORPORA). */
#include "base/text.h"
#include "harness/corpora.h"
#include <dirent.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <cmocka.h>

/* What must never reach a terminal, written down by hand and not asked of the library under test. */
static const struct {
    uint32_t from, to;
    const char *what;
} forbidden[] = {
    {0x00, 0x09, "C0"}, {0x0b, 0x1f, "C0"}, {0x7f, 0x9f, "DEL, C1"}, {0xad, 0xad, "soft hyphen"},
    {0x34f, 0x34f, "grapheme joiner"}, {0x600, 0x605, "Arabic signs"}, {0x61c, 0x61c, "Arabic letter mark"},
    {0x6dd, 0x6dd, "end of ayah"}, {0x70f, 0x70f, "Syriac abbreviation"}, {0x115f, 0x1160, "Hangul filler"},
    {0x17b4, 0x17b5, "Khmer invisible"}, {0x180b, 0x180f, "Mongolian selectors"}, {0x200b, 0x200f, "zero width, marks"},
    {0x2028, 0x202e, "separators, bidi"}, {0x2060, 0x206f, "joiners, isolates"}, {0x3164, 0x3164, "filler"},
    {0xd800, 0xdfff, "surrogates"}, {0xe000, 0xf8ff, "private"}, {0xfdd0, 0xfdef, "noncharacters"},
    {0xfe00, 0xfe0f, "variation"}, {0xfeff, 0xfeff, "BOM"}, {0xffa0, 0xffa0, "filler"}, {0xfff0, 0xfffb, "interlinear"},
    {0xfffe, 0xffff, "noncharacters"}, {0x110bd, 0x110bd, "Kaithi"}, {0x1bca0, 0x1bca3, "shorthand"},
    {0x1d173, 0x1d17a, "music"}, {0x1f3fb, 0x1f3ff, "skin tones"}, {0x1fffe, 0x1ffff, "noncharacters"},
    {0x2fffe, 0x2ffff, "noncharacters"}, {0x3fffe, 0x10ffff, "unassigned planes, tags, private"}};

static const char *fault_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        if (code >= forbidden[i].from && code <= forbidden[i].to)
            return forbidden[i].what;
    return code != '\n' && wcwidth((wchar_t)code) < 0 ? "no width" : NULL;
}

static void check_safe(const char *safe, size_t n, enum text_mode mode)
{
    int marks = 0;
    assert_true(text_valid(safe, n));
    for (const char *p = safe, *end = safe + n; p < end;) {
        uint32_t code = text_next(&p, end);
        const char *fault = code == '\n' && mode == TEXT_LINE ? "newline in a line" : fault_of(code);
        if (fault)
            fail_msg("U+%04X came through: %s", (unsigned)code, fault);
        marks = code != '\n' && text_width(code) == 0 ? marks + 1 : 0;
        assert_true(marks <= 2);
        assert_true(!text_is_ascii() || code < 0x7f);
    }
}

/* Bytes of any number up to 0x1fffff in UTF-8's manner, surrogates and all. */
static size_t raw(uint32_t code, char out[4])
{
    if (code < 0xd800 || (code > 0xdfff && code <= 0x10ffff)) {
        char good[5];
        int n = text_encode(code, good);
        memcpy(out, good, (size_t)n);
        return (size_t)n;
    }
    out[0] = (char)(0xe0 | code >> 12), out[1] = (char)(0x80 | (code >> 6 & 63)), out[2] = (char)(0x80 | (code & 63));
    return 3;
}

static void run_every_code_point(void)
{
    AUTO_STR out;
    str_init(&out, 64);
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        char bytes[4], text[8] = "a";
        size_t n = raw(code, bytes);
        memcpy(text + 1, bytes, n);
        text[n + 1] = 'b';
        for (enum text_mode mode = TEXT_LINE; mode <= TEXT_BLOCK; mode++) {
            str_clear(&out);
            text_safe(&out, text, n + 2, mode);
            check_safe(out.data, out.len, mode);
            assert_true(out.data[0] == 'a' && out.data[out.len - 1] == 'b');
            str_clear(&out);
            text_safe(&out, bytes, n, mode); /* with nothing to sit on */
            check_safe(out.data, out.len, mode);
        }
        if (code < 0xd800 || code > 0xdfff)
            assert_null(text_safe_code(code) == '\n' ? "newline" : fault_of(text_safe_code(code)));
    }
}

static void every_code_point_comes_out_harmless(void **state)
{
    (void)state;
    run_every_code_point();
}

static void every_code_point_comes_out_harmless_in_ascii(void **state)
{
    (void)state;
    text_set_ascii(true);
    run_every_code_point();
    text_set_ascii(false);
}

static void widths_are_those_of_libc(void **state)
{
    (void)state;
    for (uint32_t code = 0x20; code < 0x110000; code++) {
        uint32_t safe = text_safe_code(code);
        if (safe == code)
            assert_int_equal(text_width(code), wcwidth((wchar_t)code));
    }
}

static char *safe_of(const char *text, enum text_mode mode)
{
    static struct arena *arena;
    if (!arena)
        arena = arena_new();
    else
        arena_reset(arena);
    return text_safe_in(arena, text, mode);
}

/* Each byte at each place of a text of each length. */
static void plain_text_is_printable_ascii_alone(void **state)
{
    char text[20];
    (void)state;
    for (size_t n = 0; n < sizeof text; n++)
        for (size_t at = 0; at < n; at++)
            for (int byte = 0; byte < 256; byte++) {
                memset(text, byte % 2 ? 0x20 : 0x7e, sizeof text);
                text[at] = (char)byte;
                if (text_is_plain(text, n) != (byte >= 0x20 && byte < 0x7f))
                    fail_msg("byte %d at %zu of %zu", byte, at, n);
            }
    assert_true(text_is_plain("", 0));
}

static void attacks_are_seen_and_not_obeyed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"AAAA\rBBy", "AAAA\u240dBBy"},
        {"AA\b\bB", "AA\u2408\u2408B"},
        {"\x1b[2J", "\u241b[2J"},
        {"\x7f", "\u2421"},
        {"\xc2\x9b" "2J", "\ufffd2J"},
        {"\x9b" "2J", "\ufffd2J"},
        {"\u202eevil", "\ufffdevil"},
        {"pay\u200bpal", "pay\ufffdpal"},
        {"a\u0301\u0301\u0301\u0301b", "a\u0301\u0301b"},
        {"\u0301x", " \u0301x"},
        {"\U0001f469\u200d\U0001f467", "\U0001f469\U0001f467"},
        {"\u2764\ufe0f", "\u2764"},
        {"\U0001f44d\U0001f3fd", "\U0001f44d"},
        {"one\r\ntwo\tthree", "one two three"},
        {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
        {"\xf0\x9f", "\ufffd\ufffd"},
        {"\xc0\xaf", "\ufffd\ufffd"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(safe_of(cases[i].text, TEXT_LINE), cases[i].line);
    assert_string_equal(safe_of(NULL, TEXT_LINE), "");
}

static void a_block_keeps_lines_and_lines_up_tabs(void **state)
{
    (void)state;
    assert_string_equal(safe_of("a\r\nb\tc\n\td", TEXT_BLOCK), "a\nb       c\n        d");
}

static void a_full_buffer_is_cut_between_characters(void **state)
{
    (void)state;
    for (size_t max = 0; max < 12; max++) {
        AUTO_STR out;
        str_init(&out, max);
        text_safe(&out, "ab\u20ac\u20ac" "cd\u20ac", 13, TEXT_LINE);
        assert_true(out.cut);
        assert_true(text_valid(out.data, out.len));
    }
}

static void ascii_mode_keeps_what_can_be_read(void **state)
{
    (void)state;
    text_set_ascii(true);
    assert_string_equal(safe_of("Caf\u00e9 \u201chi\u201d \u2014 \u25b2 \u65e5 e\u0301 \u2260", TEXT_LINE),
                        "Cafe \"hi\" - ^ ? e /");
    assert_string_equal(safe_of("\x1b\u202e", TEXT_LINE), "??");
    text_set_ascii(false);
}

static void text_is_fitted_by_columns(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_string_equal(text_fit(arena, "hello", 5), "hello");
    assert_string_equal(text_fit(arena, "hello", 4), "hel\u2026");
    assert_string_equal(text_fit(arena, "\u65e5\u672c\u8a9e", 5), "\u65e5\u672c\u2026");
    assert_string_equal(text_fit(arena, "\u65e5\u672c\u8a9e", 4), "\u65e5\u2026");
    assert_string_equal(text_fit(arena, "e\u0301e\u0301", 1), "\u2026");
    assert_string_equal(text_fit(arena, "x", 0), "");
    assert_int_equal(text_columns("\u65e5e\u0301x"), 4);
}

static void text_is_wrapped_at_words(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct {
        const char *text;
        int columns, count;
        const char *joined;
    } cases[] = {
        {"the quick brown fox", 10, 2, "the quick|brown fox"},
        {"the quick", 9, 1, "the quick"},
        {"abcdefghij", 4, 3, "abcd|efgh|ij"},
        {"a\n\nb\n", 10, 3, "a||b"},
        {"  indented text here", 12, 2, "  indented|text here"},
        {"\u65e5\u672c\u8a9e", 1, 3, "\u65e5|\u672c|\u8a9e"},
        {"", 5, 1, ""},
        {"ab   cd", 2, 2, "ab|cd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char **lines;
        AUTO_STR joined;
        str_init(&joined, 1000);
        int n = text_wrap(arena, cases[i].text, cases[i].columns, &lines);
        for (int k = 0; k < n; k++)
            str_addf(&joined, "%s%s", k ? "|" : "", lines[k]);
        assert_string_equal(joined.data, cases[i].joined);
        assert_int_equal(n, cases[i].count);
    }
}

static void graphemes_are_whole_clusters(void **state)
{
    (void)state;
    assert_int_equal(text_grapheme("ab", 2), 1);
    assert_int_equal(text_grapheme("e\u0301x", 4), 3);
    assert_int_equal(text_grapheme("\U0001f469\u200d\U0001f467x", 12), 11);
    assert_int_equal(text_grapheme("", 0), 0);
    assert_int_equal(text_grapheme("\xff\xfe", 2), 1);
}

static void folding_finds_what_people_mean(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_string_equal(text_fold(arena, "STRASSE"), text_fold(arena, "stra\u00dfe"));
    assert_string_equal(text_fold(arena, "\u210c\u00c9"), text_fold(arena, "he\u0301"));
    assert_string_equal(text_fold(arena, "a\xff" "B"), "a\ufffd" "b");
    assert_string_equal(text_fold(arena, NULL), "");
}

static void an_address_is_told_from_what_only_looks_like_one(void **state)
{
    (void)state;
    static const char *const yes[] = {"a@b.c", "jane.doe+x@example.co.uk", "j\u00fcrgen@b\u00fccher.example", "'@b.c"};
    static const char *const no[] = {"", "a", "a@b", "@b.c", "a@", "a@b@c.d", "a b@c.d", "a\u00a0b@c.d", "a@b..c", "a@.b.c",
                                     "a@b.c.", "[email protected]", "<a@b.c>", "a@b.c\n", "a\"@b.c", "\xff@b.c", "a\x01@b.c"};
    char text[300] = "";
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(text_is_email(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(text_is_email(no[i]));
    assert_false(text_is_email(NULL));
    memset(text, 'a', 250);
    strcpy(text + 250, "@b.c");
    assert_true(text_is_email(text));
    memmove(text + 1, text, 255);
    assert_false(text_is_email(text));
}

static void a_mask_shows_little_and_is_stable(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct {
        const char *text, *masked;
    } cases[] = {{"jane@example.com", "j\u2022\u2022\u2022@example.com"}, {"Jane Doe", "J\u2022\u2022\u2022 D\u2022\u2022\u2022"},
                 {"+49 170 1234567", "+\u2022\u2022\u202267"}, {"", ""}, {"\x1b]x", "\u241b\u2022\u2022\u2022"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *once = text_mask(arena, cases[i].text);
        assert_string_equal(once, cases[i].masked);
        if (i < 2)
            assert_string_equal(text_mask(arena, once), once);
    }
}

/* --- collections by others --- */

static void check_bytes(const char *text, size_t n)
{
    for (enum text_mode mode = TEXT_LINE; mode <= TEXT_BLOCK; mode++) {
        AUTO_STR out;
        str_init(&out, SIZE_MAX / 2);
        text_safe(&out, text, n, mode);
        check_safe(out.data, out.len, mode);
    }
}

static int check_file(const char *path)
{
    AUTO_STR whole;
    char part[4096];
    size_t n;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    str_init(&whole, 64 << 20);
    while ((n = fread(part, 1, sizeof part, file)))
        str_add(&whole, part, n);
    fclose(file);
    check_bytes(whole.data, whole.len);
    int lines = 0;
    for (char *line = whole.data, *end = whole.data + whole.len; line < end; lines++) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        check_bytes(line, (size_t)((stop ? stop : end) - line));
        line = stop ? stop + 1 : end;
    }
    return lines;
}

static int check_folder(const char *folder)
{
    char path[1200];
    int lines = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && entry->d_type == DT_REG)
            lines += check_file(path);
    }
    closedir(dir);
    return lines;
}

static void collections_of_nasty_text_come_out_harmless(void **state)
{
    (void)state;
    static const char *const folders[] = {"blns", "utf8-kuhn", "term-xtermjs/escape_sequence_files"};
    const char *corpora = corpora_needed("blns, utf8-kuhn, term-xtermjs");
    for (size_t i = 0; i < 3; i++) {
        char folder[400];
        snprintf(folder, sizeof folder, "%s/%s", corpora, folders[i]);
        int lines = check_folder(folder);
        print_message("# %s: %d lines\n", folders[i], lines);
        assert_true(lines > 100);
    }
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_comes_out_harmless),
        cmocka_unit_test(every_code_point_comes_out_harmless_in_ascii),
        cmocka_unit_test(widths_are_those_of_libc),
        cmocka_unit_test(plain_text_is_printable_ascii_alone),
        cmocka_unit_test(attacks_are_seen_and_not_obeyed),
        cmocka_unit_test(a_block_keeps_lines_and_lines_up_tabs),
        cmocka_unit_test(a_full_buffer_is_cut_between_characters),
        cmocka_unit_test(ascii_mode_keeps_what_can_be_read),
        cmocka_unit_test(text_is_fitted_by_columns),
        cmocka_unit_test(text_is_wrapped_at_words),
        cmocka_unit_test(graphemes_are_whole_clusters),
        cmocka_unit_test(folding_finds_what_people_mean),
        cmocka_unit_test(an_address_is_told_from_what_only_looks_like_one),
        cmocka_unit_test(a_mask_shows_little_and_is_stable),
        cmocka_unit_test(collections_of_nasty_text_come_out_harmless),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
