/* pictures: all the gallery holds, as SVG: each in three sizes and without colours, the queue in every theme that ships. As a test it
 * compares them byte for byte with data/doc/screens; "pictures write" (make screenshots) makes those files anew, and
 * "pictures show NAME COLUMNSxROWS THEME [ascii]" writes any one to stdout, to be looked at. */
#include "base/str.h"
#include "base/text.h"
#include "screen/composer.h"
#include "support/gallery.h"
#include "term/svg.h"
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct desk_case desk;

/* How a picture is taken. */
struct view {
    int columns, rows;
    const char *theme, *name;
};
static const struct view views[] = {
    {80, 24, "calm-dark", "80x24"}, {120, 40, "calm-dark", "120x40"}, {200, 60, "calm-dark", "200x60"}, {80, 24, "mono", "mono"}};
enum { VIEWS = sizeof views / sizeof *views, THEME_COLUMNS = 120, THEME_ROWS = 40 };

/* --- files --- */

static const char *source(const char *path)
{
    const char *root = getenv("TRIAGE_SRCDIR");
    return arena_printf(desk.arena, "%s/%s", root ? root : ".", path);
}

static const char *file_of(const char *picture, const char *view)
{
    return source(arena_printf(desk.arena, "data/doc/screens/%s-%s.svg", picture, view));
}

/* The file's bytes; NULL if it cannot be read. */
static char *kept(const char *path)
{
    enum { MOST = 1 << 20 };
    FILE *in = fopen(path, "r");
    if (!in)
        return NULL;
    char *text = arena_alloc(desk.arena, MOST);
    text[fread(text, 1, MOST - 1, in)] = 0;
    fclose(in);
    return text;
}

static void keep(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    if (!out || fputs(text, out) < 0 || fclose(out) != 0)
        fail_msg("writing %s: %s", path, strerror(errno));
}

/* --- a picture --- */

static void draw(const struct gallery_picture *picture, const struct view *view, FILE *out)
{
    const char *dirs[] = {source("themes"), NULL};
    struct theme theme;
    struct err err = {0};
    if (!theme_find(&theme, view->theme, dirs, &err))
        fail_msg("%s", err.text);
    gallery_draw(&desk, picture, view->columns, view->rows);
    svg_write(desk.surface, &theme, picture->title, out);
}

static char *made(const struct gallery_picture *picture, const struct view *view)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    draw(picture, view, out);
    assert_int_equal(fclose(out), 0);
    char *copy = arena_strdup(desk.arena, text);
    free(text);
    return copy;
}

static const struct gallery_picture *named(const char *name)
{
    for (int i = 0; i < gallery_count(); i++)
        if (strcmp(gallery_at(i)->name, name) == 0)
            return gallery_at(i);
    fail_msg("there is no picture %s", name);
    return NULL;
}

static void each_picture(void (*take)(const struct gallery_picture *picture, const struct view *view, void *arg), void *arg)
{
    const char *dirs[] = {source("themes"), NULL};
    for (int i = 0; i < gallery_count(); i++)
        for (int v = 0; v < VIEWS; v++)
            take(gallery_at(i), &views[v], arg);
    for (char **theme = theme_names(desk.arena, dirs); *theme; theme++) {
        struct view view = {THEME_COLUMNS, THEME_ROWS, *theme, arena_printf(desk.arena, "theme-%s", *theme)};
        if (strcmp(*theme, "terminal") != 0) /* whose colours nobody knows */
            take(named("queue"), &view, arg);
    }
}

/* --- the tests --- */

static int setup(void **state)
{
    (void)state;
    gallery_start(&desk, false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gallery_end(&desk);
    return 0;
}

static void compare(const struct gallery_picture *picture, const struct view *view, void *arg)
{
    int *counts = arg; /* all, and those that differ */
    const char *path = file_of(picture->name, view->name), *old = kept(path);
    counts[0]++;
    if (str_eq(old, made(picture, view)))
        return;
    print_message("# %s %s\n", path, old ? "is not what the screen draws" : "is not there");
    counts[1]++;
}

static int files_kept(void)
{
    int n = 0;
    DIR *dir = opendir(source("data/doc/screens"));
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        size_t len = strlen(entry->d_name);
        n += len > 4 && strcmp(entry->d_name + len - 4, ".svg") == 0;
    }
    if (dir)
        closedir(dir);
    return n;
}

static void the_pictures_in_the_documents_are_what_the_screens_draw(void **state)
{
    int counts[2] = {0};
    (void)state;
    each_picture(compare, counts);
    if (counts[1])
        fail_msg("%d pictures are not up to date: run make screenshots, look at them, and commit them", counts[1]);
    if (files_kept() != counts[0])
        fail_msg("data/doc/screens holds %d pictures, the gallery has %d", files_kept(), counts[0]);
    print_message("# %d pictures\n", counts[0]);
}

static void every_screen_overlay_and_state_of_the_composer_has_its_picture(void **state)
{
    bool places[PLACES] = {0}, overlays[OVERLAYS] = {0}, composers[COMPOSER_STATES] = {0};
    (void)state;
    overlays[OVERLAY_NONE] = true;
    for (int i = 0; i < gallery_count(); i++) {
        const struct gallery_picture *p = gallery_at(i);
        places[p->place] |= !p->overlay && !p->composer;
        overlays[p->overlay] = true;
        if (p->composer)
            composers[p->composer - 1] = true;
    }
    for (int i = 0; i < PLACES; i++)
        if (!places[i])
            fail_msg("the screen %s has no picture: add it to tests/support/gallery.c", screens_names[i]);
    for (int i = 0; i < OVERLAYS; i++)
        if (!overlays[i])
            fail_msg("overlay %d has no picture: add it to tests/support/gallery.c", i);
    for (int i = 0; i < COMPOSER_STATES; i++)
        if (!composers[i])
            fail_msg("state %d of the composer has no picture: add it to tests/support/gallery.c", i);
}

static void every_hint_is_a_command_with_a_key(void **state)
{
    int hints = 0;
    (void)state;
    for (int i = 0; i < gallery_count(); i++) {
        enum place place = gallery_at(i)->place;
        gallery_draw(&desk, gallery_at(i), 80, 24);
        for (int h = 0; h < desk.look.hint_count; h++, hints++)
            assert_true(*desk.look.hints[h].keys && *desk.look.hints[h].label);
        if (desk.look.hint_count != screens_offered(place))
            fail_msg("%s: %d of its %d hints have a key", screens_names[place], desk.look.hint_count, screens_offered(place));
    }
    assert_true(hints > 100);
}

/* Each screen has its link, and no link goes nowhere. */
static void the_readme_shows_every_picture_and_names_none_that_is_not_there(void **state)
{
    (void)state;
    const char *readme = kept(source("README.md")), *at = readme;
    assert_non_null(readme);
    for (int i = 0; i < gallery_count(); i++)
        if (!strstr(readme, arena_printf(desk.arena, "screens/%s-120x40.svg)", gallery_at(i)->name)))
            fail_msg("README.md has no link to the picture of %s", gallery_at(i)->name);
    while ((at = strstr(at, "](data/doc/"))) {
        at += 2;
        const char *path = source(arena_strndup(desk.arena, at, strcspn(at, ")#")));
        if (access(path, R_OK) != 0)
            fail_msg("README.md names %s, which is not there", path);
    }
}

/* --- made by hand --- */

static void write_one(const struct gallery_picture *picture, const struct view *view, void *arg)
{
    (void)arg;
    keep(file_of(picture->name, view->name), made(picture, view));
}

static void write_all(void **state)
{
    (void)state;
    each_picture(write_one, NULL);
}

static int show(const char *name, const char *size, const char *theme, bool ascii)
{
    struct view view = {.theme = theme};
    if (sscanf(size, "%dx%d", &view.columns, &view.rows) != 2)
        return 2;
    text_set_ascii(ascii);
    setup(NULL);
    draw(named(name), &view, stdout);
    return teardown(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest compared[] = {
        cmocka_unit_test_setup_teardown(the_pictures_in_the_documents_are_what_the_screens_draw, setup, teardown),
        cmocka_unit_test(every_screen_overlay_and_state_of_the_composer_has_its_picture),
        cmocka_unit_test_setup_teardown(every_hint_is_a_command_with_a_key, setup, teardown),
        cmocka_unit_test_setup_teardown(the_readme_shows_every_picture_and_names_none_that_is_not_there, setup, teardown)};
    const struct CMUnitTest written[] = {cmocka_unit_test_setup_teardown(write_all, setup, teardown)};
    if (argc >= 5 && strcmp(argv[1], "show") == 0)
        return show(argv[2], argv[3], argv[4], argc > 5);
    return argc > 1 && strcmp(argv[1], "write") == 0 ? cmocka_run_group_tests(written, NULL, NULL) : cmocka_run_group_tests(compared, NULL, NULL);
}
