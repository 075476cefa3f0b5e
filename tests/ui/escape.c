/* escape: every payload through every text of every document into every picture of the gallery, and through what the console is told or
 * given to write beside the documents. The fields are the strings of the documents themselves and the screens are the gallery's, which a
 * new screen cannot stay out of: what is added is tried. A pass gives each third string of all documents a payload of its own and draws
 * everything; make check takes a sample of the passes, `escape all` takes each. The door can be left open (text_safe is wrapped by the
 * linker): then each screen must show what is not allowed, or the fields would not have reached it. */
#include "base/str.h"
#include "base/text.h"
#include "screen/composer.h"
#include "support/gallery.h"
#include "support/hostile.h"
#include "term/svg.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SAMPLE = 19, APART = 3 };
static const struct { int columns, rows; } sizes[] = {{80, 24}, {120, 40}, {200, 60}};

static struct arena *arena;
static struct hostile hostile;
static bool all, door_open;
static int pass;              /* which payloads the strings get */
static long leaves, replaced; /* of this pass */

/* --- the door --- */

void __real_text_safe(struct str *out, const char *text, size_t n, enum text_mode mode);
void __wrap_text_safe(struct str *out, const char *text, size_t n, enum text_mode mode);
char *__real_text_safe_in(struct arena *a, const char *text, enum text_mode mode);
char *__wrap_text_safe_in(struct arena *a, const char *text, enum text_mode mode);

void __wrap_text_safe(struct str *out, const char *text, size_t n, enum text_mode mode)
{
    if (door_open)
        str_add(out, text, n);
    else
        __real_text_safe(out, text, n, mode);
}

char *__wrap_text_safe_in(struct arena *a, const char *text, enum text_mode mode)
{
    return door_open ? arena_strdup(a, text ? text : "") : __real_text_safe_in(a, text, mode);
}

/* --- the fields --- */

static const char *payload(long i)
{
    return hostile.list[(unsigned long)i % (unsigned long)hostile.count];
}

/* A third of the strings is another one each time: words that a screen switches on are mostly what they were. */
static struct json *spoiled(const struct json *node)
{
    if (json_is(node, JSON_STRING)) {
        long leaf = leaves++;
        if (leaf % APART != pass % APART)
            return json_copy(node);
        replaced++;
        char *text = text_repair(payload(leaf + pass / APART), strlen(payload(leaf + pass / APART))); /* the daemon's JSON is UTF-8 */
        struct json *out = json_new_string(text);
        free(text);
        return out;
    }
    if (!json_is(node, JSON_OBJECT) && !json_is(node, JSON_ARRAY))
        return json_copy(node);
    struct json *out = json_is(node, JSON_OBJECT) ? json_object() : json_array();
    for (const struct json *child = json_first(node); child; child = json_next(child))
        if (json_is(node, JSON_OBJECT))
            json_put(out, json_name(child), spoiled(child));
        else
            json_push(out, spoiled(child));
    return out;
}

static char *spoil(struct arena *into, const char *text, size_t *n)
{
    AUTO_JSON root = json_parse(text, *n, &json_limits_dialect, NULL, NULL);
    assert_non_null(root);
    AUTO_JSON out = spoiled(root);
    char *printed = json_print_in(into, out);
    *n = strlen(printed);
    return printed;
}

/* --- beside the documents --- */

static void put_composer(struct desk_case *desk, const char *text)
{
    struct composer composer = {0};
    composer_open(&composer, 4119, 7, true, text);
    composer.state = (enum composer_state)(pass % COMPOSER_STATES);
    if (composer.state == COMPOSER_RIVAL) {
        composer.rival_text = editor_new(false, COMPOSER_TEXT);
        editor_set(composer.rival_text, text);
    }
    composer_draw(&composer, &desk->look, desk->surface);
    composer_fini(&composer);
}

static void put_question(struct desk_case *desk, const char *text)
{
    struct overlay overlay = {0};
    overlay_ask(&overlay, 1, text, text);
    overlay_draw(&overlay, &desk->look, desk->surface);
    overlay_close(&overlay);
    overlay_confirm(&overlay, 1, text, "y");
    overlay_draw(&overlay, &desk->look, desk->surface);
    overlay_close(&overlay);
}

static void put_picker(struct desk_case *desk, const char *text)
{
    struct overlay overlay = {0};
    const struct picker_item items[] = {{.id = 1, .name = text, .detail = text, .keys = text}, {.id = 2, .name = "plain", .detail = text}, {.id = 3, .name = text}};
    overlay_pick(&overlay, 1, text, items, 3, true);
    overlay_draw(&overlay, &desk->look, desk->surface);
    picker_type(overlay.picker, text);
    overlay_draw(&overlay, &desk->look, desk->surface);
    overlay_close(&overlay);
}

static void put_text(struct desk_case *desk, const char *text)
{
    struct overlay overlay = {0};
    struct pager *pager = overlay_read(&overlay, 1, text);
    pager_begin(pager);
    pager_line(pager);
    pager_piece(pager, 2, UI_NORMAL, text);
    pager_end(pager);
    overlay_draw(&overlay, &desk->look, desk->surface);
    overlay_close(&overlay);
}

static void put_look(struct desk_case *desk, const char *text)
{
    const struct hint hints[] = {{text, text}};
    struct look *look = &desk->look;
    look->toast = look->banner = look->link = look->ingest = text;
    look->hints = hints;
    look->hint_count = 1;
    gallery_at(0)->draw(desk);
    look->toast = look->banner = look->ingest = NULL;
    look->link = "live";
    look->hint_count = 0;
}

static const struct { const char *name; void (*put)(struct desk_case *desk, const char *text); } beside[] = {
    {"what is written", put_composer}, {"a question", put_question}, {"a picker", put_picker}, {"a text to read", put_text}, {"toast, banner, link and hints", put_look}};
enum { BESIDE = sizeof beside / sizeof *beside };

/* --- a pass --- */

static bool cells_hold_it(const struct surface *s, const char *name)
{
    size_t at;
    const char *what;
    for (int row = 0; row < surface_rows(s); row++)
        for (int column = 0; column < surface_columns(s); column++) {
            const struct cell *cell = surface_cell(s, row, column);
            bool forged = strcmp(cell->text, "\342\224\203") == 0 && cell->role != UI_CUSTOMER; /* the bar that customers cannot draw */
            if (!forged && !hostile_find(cell->text, strlen(cell->text), 0, &at, &what))
                continue;
            if (!door_open)
                fail_msg("%s, pass %d, row %d, column %d: %s", name, pass, row, column, forged ? "the bar of customer text" : what);
            return true;
        }
    return false;
}

static void check_picture(const struct surface *s, const char *title)
{
    struct theme theme;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    theme_terminal(&theme);
    svg_write(s, &theme, title, out);
    fclose(out);
    hostile_check("a picture", text, n, HOSTILE_LINES);
    free(text);
}

struct tally { long renders, pairs, fields; int *seen; };

static void one_pass(struct tally *t)
{
    struct desk_case desk;
    int size = pass % (int)(sizeof sizes / sizeof *sizes);
    leaves = replaced = 0;
    gallery_start(&desk, false);
    for (int i = 0; i < gallery_count(); i++, t->renders++) {
        gallery_draw(&desk, gallery_at(i), sizes[size].columns, sizes[size].rows);
        t->seen[i] += cells_hold_it(desk.surface, gallery_at(i)->name);
    }
    if (!door_open && pass % 10 == 0)
        check_picture(desk.surface, payload(pass));
    t->pairs += replaced * gallery_count();
    t->fields = leaves;
    for (int i = 0; i < BESIDE; i++, t->renders++, t->pairs++) {
        desk_size(&desk, sizes[size].columns, sizes[size].rows);
        beside[i].put(&desk, payload(pass));
        t->seen[gallery_count() + i] += cells_hold_it(desk.surface, beside[i].name);
    }
    gallery_end(&desk);
}

static void no_text_of_any_document_comes_onto_any_screen_as_it_was(void **state)
{
    struct tally t = {.seen = ARENA_ARRAY(arena, int, gallery_count() + BESIDE)};
    int step = all ? 1 : SAMPLE, passes = 0;
    (void)state;
    for (pass = 0; pass < hostile.count * (all ? APART : 1); pass += step, passes++)
        one_pass(&t);
    print_message("# escape: %d payloads (%d generated), %ld fields of the documents, %d screens and overlays: %d passes, %ld renders, %ld payloads x fields x screens, 0 raw characters\n",
                  hostile.count, hostile.generated, t.fields, gallery_count() + BESIDE, passes, t.renders, t.pairs);
    assert_true(hostile.generated > 2000);
    assert_true(t.fields > 500);
}

static void with_the_door_open_every_screen_shows_it(void **state)
{
    struct tally t = {.seen = ARENA_ARRAY(arena, int, gallery_count() + BESIDE)};
    (void)state;
    door_open = true;
    for (pass = 0; pass < 30 * SAMPLE; pass += SAMPLE)
        one_pass(&t);
    door_open = false;
    for (int i = 0; i < gallery_count() + BESIDE; i++)
        if (!t.seen[i])
            fail_msg("%s: no payload reached it, or nobody would have noticed", i < gallery_count() ? gallery_at(i)->name : beside[i - gallery_count()].name);
}

static void what_may_not_come_out_is_found_where_it_stands(void **state)
{
    static const char *const bad[] = {"a\033b", "\001", "a\177", "\302\205", "\302\255", "\342\200\256", "\342\200\250", "\363\240\201\201", "\357\273\277", "\300\200", "\355\240\200", "\200", "\342\200", "e\314\201\314\201\314\201", "a\nb"};
    static const char *const good[] = {"", "plain", "\303\251t\303\251", "\346\274\242\345\255\227", "e\314\201\314\201", "\342\224\202 \342\217\270", "\360\237\230\200"};
    size_t at;
    const char *what;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!hostile_find(bad[i], strlen(bad[i]), 0, &at, &what))
            fail_msg("case %zu passes", i);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_false(hostile_find(good[i], strlen(good[i]), 0, &at, &what));
    assert_false(hostile_find("a\n\tb", 4, HOSTILE_LINES | HOSTILE_TABS, &at, &what));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_not_come_out_is_found_where_it_stands),
        cmocka_unit_test(no_text_of_any_document_comes_onto_any_screen_as_it_was),
        cmocka_unit_test(with_the_door_open_every_screen_shows_it),
    };
    setlocale(LC_ALL, "C.UTF-8");
    all = argc > 1 && strcmp(argv[1], "all") == 0;
    arena = arena_new();
    hostile_make(arena, &hostile);
    desk_spoil = spoil;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
