/* form: what a multipart body may be, byte for byte, what is refused, and what a file may be called. */
#include "base/form.h"
#include "base/str.h"
#include "base/text.h"
#include "support/fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define FIELD(name, value) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n" value

static bool parse_n(struct arena *arena, const char *body, size_t n, struct form *form, struct err *err)
{
    return form_multipart(arena, "b", body, n, form, err);
}

static struct form good(struct arena *arena, const char *body)
{
    struct form form = {0};
    struct err err = {0};
    if (!parse_n(arena, body, strlen(body), &form, &err))
        fail_msg("%s: %s", body, err.text);
    return form;
}

static bool holds(const struct form_part *p, const char *text)
{
    return p && p->n == strlen(text) && memcmp(p->data, text, p->n) == 0;
}

static void the_parts_are_what_stands_between_the_delimiters(void **state)
{
    (void)state;
    static const struct { const char *body, *value; int count; } cases[] = {
        {"--b\r\n" FIELD("a", "1") "\r\n--b--", "1", 1},
        {"--b\r\n" FIELD("a", "1") "\r\n--b--\r\n", "1", 1},
        {"--b\r\n" FIELD("a", "") "\r\n--b--\r\n", "", 1},
        {"--b\r\n" FIELD("a", "\r\n") "\r\n--b--\r\n", "\r\n", 1},
        {"--b\r\n" FIELD("a", "1\n--b--") "\r\n--b--\r\n", "1\n--b--", 1},
        {"--b\r\n" FIELD("a", "1\r--b\r\n-b") "\r\n--b--\r\n", "1\r--b\r\n-b", 1},
        {"--b\r\n" FIELD("a", "\r\n--\r\n--a") "\r\n--b--\r\n", "\r\n--\r\n--a", 1},
        {"--b \t\r\n" FIELD("a", "1") "\r\n--b \r\n" FIELD("c", "2") "\r\n--b-- \t\r\n", "1", 2},
        {"a preamble\r\nof two lines\r\n--b\r\n" FIELD("a", "1") "\r\n--b--\r\nan epilogue\r\n--b\r\nof two", "1", 1},
        {"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--", "1", 1},
        {"--b\r\ncontent-disposition:form-data;name=\"a\"\r\nX-Other: y\r\n\r\n1\r\n--b--", "1", 1},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n1\r\n--b--", "1", 1},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--b--", "", 1},
        {"--b--", NULL, 0},
        {"x--b\r\n" FIELD("a", "1") "\r\n--b--", NULL, 0}, /* all of it is preamble */
        {"\n--b\r\n" FIELD("a", "1") "\r\n--b--", NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        int n;
        struct form form = good(arena, cases[i].body);
        assert_int_equal(form.count, cases[i].count);
        if (cases[i].value && !holds(form_find(&form, "a", &n), cases[i].value))
            fail_msg("%s", cases[i].body);
    }
}

static void whatever_two_readers_could_see_differently_is_refused(void **state)
{
    (void)state;
    static const struct { const char *body, *says; } cases[] = {
        {"", "no boundary"},
        {"--", "no boundary"},
        {"-b\r\n", "no boundary"},
        {"--b\n" FIELD("a", "1") "\r\n--b--", "follows a boundary"},
        {"--bb\r\n" FIELD("a", "1") "\r\n--bb--", "follows a boundary"},
        {"--b\r\n" FIELD("a", "1") "\r\n--bx\r\n\r\n--b--", "follows a boundary"},
        {"--b\r\n" FIELD("a", "1") "\r\n--b--x", "follows a boundary"},
        {"--b\r\n" FIELD("a", "1") "\r\n--b-", "follows a boundary"},
        {"--b\r\n" FIELD("a", "1") "\r\n--b\r\n", "last boundary is missing"},
        {"--b\r\n" FIELD("a", "1"), "last boundary is missing"},
        {"--b\r\n--b--", "last boundary is missing"},
        {"--b\r\n\r\n1\r\n--b--", "without Content-Disposition"},
        {"--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--", "without Content-Disposition"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n--b--", "does not end"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"\n\r\n\r\n1\r\n--b--", "control"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\";\r\n name=\"b\"\r\n\r\n1\r\n--b--", "Content-Disposition"},
        {"--b\r\nContent-Disposition: form-data;\r\n name=\"b\"\r\n\r\n1\r\n--b--", "Content-Disposition"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n--b--", "Content-Disposition"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--b--", "given twice"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"; filename=x; filename=y\r\n\r\n1\r\n--b--", "given twice"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--", "Content-Disposition"},
        {"--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--b--", "name"},
        {"--b\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n1\r\n--b--", "name"},
        {"--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--b--", "Content-Disposition"},
        {"--b\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n1\r\n--b--", "Content-Disposition"},
        {"--b\r\nContent-Disposition : form-data; name=\"a\"\r\n\r\n1\r\n--b--", "header"},
        {"--b\r\n: x\r\n\r\n1\r\n--b--", "header"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--b--", "Transfer-Encoding"},
        {"--b\r\nContent-Disposition: form-data; name=\"a\"; filename*=ISO-8859-1''x\r\n\r\n1\r\n--b--", "filename*"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct form form;
        struct err err = {0};
        if (parse_n(arena, cases[i].body, strlen(cases[i].body), &form, &err))
            fail_msg("taken: %s", cases[i].body);
        assert_int_equal(err.code, ERR_USAGE);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].body, err.text);
    }
    print_message("# %zu malformed bodies\n", sizeof cases / sizeof *cases);
}

static void every_prefix_of_a_body_is_refused_but_the_whole(void **state)
{
    (void)state;
    size_t n;
    AUTO_ARENA arena = arena_new();
    const char *body = fixture_read(arena, "events/api/ripio/create-request.multipart", &n);
    struct form form;
    struct err err = {0};
    int count;
    assert_true(form_multipart(arena, "----triageBoundary7MA4YWxk", body, n, &form, &err));
    assert_int_equal(form.count, 4);
    assert_true(holds(form_find(&form, "summary", &count), "Withdrawal not credited"));
    assert_string_equal(form_find(&form, "files", &count)->filename, "receipt.png");
    assert_string_equal(form_find(&form, "files", &count)->type, "image/png");
    for (size_t cut = 0; cut + 2 < n; cut++) { /* the last CRLF may be missing */
        AUTO_ARENA page = arena_new();
        char *copy = malloc(cut + 1); /* a byte beyond would be seen by the sanitizer */
        memcpy(copy, body, cut);
        if (form_multipart(page, "----triageBoundary7MA4YWxk", copy, cut, &form, &err))
            fail_msg("taken after %zu of %zu bytes", cut, n);
        free(copy);
    }
    print_message("# %zu prefixes\n", n - 2);
}

static void each_ceiling_holds(void **state)
{
    (void)state;
    for (int parts = FORM_PARTS; parts <= FORM_PARTS + 1; parts++) {
        AUTO_ARENA arena = arena_new();
        struct form form;
        struct err err = {0};
        AUTO_STR body;
        str_init(&body, 1 << 20);
        for (int i = 0; i < parts; i++)
            str_addf(&body, "--b\r\n" FIELD("a", "%d") "\r\n", i);
        str_adds(&body, "--b--");
        assert_int_equal(parse_n(arena, body.data, body.len, &form, &err), parts == FORM_PARTS);
        assert_int_equal(err.code, parts == FORM_PARTS ? ERR_NONE : ERR_TOO_LARGE);
    }
    for (int over = 0; over <= 1; over++) {
        AUTO_ARENA arena = arena_new();
        struct form form;
        struct err err = {0};
        AUTO_STR body;
        str_init(&body, 1 << 20);
        str_adds(&body, "--b\r\nContent-Disposition: form-data; name=a\r\nX: ");
        size_t before = body.len - 5;
        for (size_t i = before; i < FORM_HEAD - 2 + (size_t)over; i++)
            str_addc(&body, 'x');
        str_adds(&body, "\r\n\r\n1\r\n--b--");
        assert_int_equal(parse_n(arena, body.data, body.len, &form, &err), !over);
    }
}

static void a_content_type_names_its_boundary(void **state)
{
    (void)state;
    static const struct { const char *type, *boundary; } cases[] = {
        {"multipart/form-data; boundary=b", "b"},
        {"Multipart/Form-Data;BOUNDARY=\"a b\"", "a b"},
        {"multipart/form-data; charset=utf-8; boundary=----x", "----x"},
        {"multipart/form-data; boundary=\"gc0p4Jq0M2Yt08j34c0p'()+_,-./:=?\"", "gc0p4Jq0M2Yt08j34c0p'()+_,-./:=?"},
        {"multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789",
         "0123456789012345678901234567890123456789012345678901234567890123456789"},
        {"multipart/form-data; boundary=01234567890123456789012345678901234567890123456789012345678901234567890", NULL},
        {"multipart/form-data; boundary=\"a \"", NULL},
        {"multipart/form-data; boundary=\"a\r\n\"", NULL},
        {"multipart/form-data; boundary=", NULL},
        {"multipart/form-data; boundary=a; boundary=b", NULL},
        {"multipart/form-data; boundary=a b", NULL},
        {"multipart/form-data", NULL},
        {"multipart/form-databoundary=a", NULL},
        {"multipart/mixed; boundary=a", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[FORM_BOUNDARY + 1];
        bool found = form_boundary(cases[i].type, out);
        assert_int_equal(found, cases[i].boundary != NULL);
        if (found)
            assert_string_equal(out, cases[i].boundary);
    }
}

static void a_file_gets_a_base_name_that_everything_can_bear(void **state)
{
    (void)state;
    static const struct { const char *raw, *name; } cases[] = {
        {"receipt.png", "receipt.png"},
        {"C:\\Users\\lena\\receipt.png", "receipt.png"},
        {"../../etc/passwd", "passwd"},
        {"..", "file"},
        {"...", "file"},
        {"/", "file"},
        {"a/", "file"},
        {"-rf", "rf"},
        {"--.-x", "x"},
        {".bashrc", "bashrc"},
        {" a ", "a"},
        {"a.", "a"},
        {"a\tb\x1b[31m\x7f", "ab[31m"},
        {"\u202egnp.exe", "gnp.exe"},
        {"\u00f1and\u00fa.pdf", "\u00f1and\u00fa.pdf"},
        {"a\xff\xfe" "b", "ab"},
        {"", "file"},
    };
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(form_file_name(arena, cases[i].raw, strlen(cases[i].raw)), cases[i].name);
    assert_string_equal(form_file_name(arena, "a\0b", 3), "ab");
    AUTO_STR longest;
    str_init(&longest, 8192);
    for (int i = 0; i < 300; i++)
        str_adds(&longest, "\xc3\xa9");
    str_adds(&longest, ".png");
    const char *cut = form_file_name(arena, longest.data, longest.len);
    assert_true(strlen(cut) <= FORM_NAME && strlen(cut) > FORM_NAME - 4 && text_valid(cut, strlen(cut)));
    assert_string_equal(cut + strlen(cut) - 4, ".png");
}

static void a_file_name_comes_quoted_bare_or_extended(void **state)
{
    (void)state;
    static const struct { const char *param, *name; } cases[] = {
        {"filename=\"a b.png\"", "a b.png"},
        {"filename=a.png", "a.png"},
        {"filename=\"a\\\"b\\\\c.png\"", "c.png"},
        {"filename=\"\"", ""},
        {"filename*=UTF-8''na%C3%AFve.txt", "na\xc3\xafve.txt"},
        {"filename=\"x.txt\"; filename*=utf-8''y.txt", "x.txt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct form form = good(arena, arena_printf(arena, "--b\r\nContent-Disposition: form-data; name=files; %s\r\n\r\n1\r\n--b--", cases[i].param));
        assert_string_equal(form.parts[0].filename, cases[i].name);
    }
}

static void the_other_encoding_is_read_too(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct form form;
    struct err err = {0};
    int n;
    const char body[] = "a=1+2%20%C3%B1&&b=&c&a=x";
    assert_true(form_urlencoded(arena, body, sizeof body - 1, &form, &err));
    assert_int_equal(form.count, 4);
    assert_true(holds(form_find(&form, "a", &n), "1 2 \xc3\xb1") && n == 2);
    assert_true(holds(form_find(&form, "b", &n), "") && holds(form_find(&form, "c", &n), ""));
    static const char *const wrong[] = {"a=%", "a=%0", "a=%zz", "a=%00", "=1", "%ff=1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(form_urlencoded(arena, wrong[i], strlen(wrong[i]), &form, &err));
    assert_false(form_urlencoded(arena, "a=\0b", 4, &form, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_are_what_stands_between_the_delimiters),
        cmocka_unit_test(whatever_two_readers_could_see_differently_is_refused),
        cmocka_unit_test(every_prefix_of_a_body_is_refused_but_the_whole),
        cmocka_unit_test(each_ceiling_holds),
        cmocka_unit_test(a_content_type_names_its_boundary),
        cmocka_unit_test(a_file_gets_a_base_name_that_everything_can_bear),
        cmocka_unit_test(a_file_name_comes_quoted_bare_or_extended),
        cmocka_unit_test(the_other_encoding_is_read_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
