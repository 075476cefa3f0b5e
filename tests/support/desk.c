/* desk: see desk.h. */
#include "support/desk.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static bool title_match(void *arg, const char *text, const struct ticket *ticket)
{
    (void)arg, (void)text;
    return ticket->assignee && strcmp(ticket->assignee, "ana") == 0;
}

char *(*desk_spoil)(struct arena *arena, const char *text, size_t *n);

char *desk_fixture(struct arena *arena, const char *name, size_t *n)
{
    char path[512], *text = arena_alloc(arena, 1 << 20);
    snprintf(path, sizeof path, "%s/tests/fixtures/desk/%s", getenv("TRIAGE_SRCDIR"), name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("no fixture %s", path);
    *n = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return desk_spoil ? desk_spoil(arena, text, n) : text;
}

void desk_start(struct desk_case *c)
{
    static const struct hint hints[] = {{"c", "claim"}, {"a", "assign"}, {"r", "reply"}, {"?", "help"}};
    struct err err = {0};
    size_t n;
    *c = (struct desk_case){.arena = arena_new(), .mirror = mirror_new(title_match, NULL)};
    char *text = desk_fixture(c->arena, "desk.json", &n);
    if (!mirror_desk(c->mirror, text, n, DESK_NOW, &err))
        fail_msg("%s", err.text);
    c->look = (struct look){.mirror = c->mirror,
                            .held = {.used = 3250586, .kept = 1258291},
                            .arena = c->arena,
                            .now = DESK_NOW,
                            .link = "live",
                            .link_role = UI_OK,
                            .toast_role = UI_TOAST,
                            .hints = hints,
                            .hint_count = 4,
                            .game = true};
}

void desk_document(struct desk_case *c, enum mirror_doc_id id, int64_t ticket, const char *name)
{
    struct err err = {0};
    size_t n;
    char *text = desk_fixture(c->arena, name, &n);
    if (!mirror_doc_set(c->mirror, id, ticket, text, n, DESK_NOW, &err))
        fail_msg("%s", err.text);
}

void desk_size(struct desk_case *c, int columns, int rows)
{
    surface_free(c->surface);
    c->surface = surface_new(columns, rows);
}

void desk_end(struct desk_case *c)
{
    surface_free(c->surface);
    mirror_free(c->mirror);
    arena_free(c->arena);
}

const char *desk_row(struct desk_case *c, int row)
{
    char *dump = surface_dump(c->arena, c->surface), *save = NULL;
    char *copy = arena_strdup(c->arena, dump);
    (void)save;
    for (; row > 0 && copy; row--)
        copy = strchr(copy, '\n') ? strchr(copy, '\n') + 1 : NULL;
    if (!copy)
        return "";
    copy[strcspn(copy, "\n")] = 0;
    return copy;
}

char *desk_words(struct arena *arena, const char *text)
{
    char *out = arena_strdup(arena, text), *to = out;
    for (; *text; text++)
        if (*text != ' ' || text[1] != ' ')
            *to++ = *text;
    *to = 0;
    return out;
}

void desk_shows(struct desk_case *c, const char *text)
{
    char *dump = surface_dump(c->arena, c->surface);
    if (!strstr(desk_words(c->arena, dump), desk_words(c->arena, text)))
        fail_msg("not shown: %s\n%s", text, dump);
}

void desk_hides(struct desk_case *c, const char *text)
{
    char *dump = surface_dump(c->arena, c->surface);
    if (strstr(desk_words(c->arena, dump), desk_words(c->arena, text)))
        fail_msg("shown: %s\n%s", text, dump);
}

static bool here(const struct surface *s, int row, int column, const char *text)
{
    while (*text) {
        const struct cell *cell = surface_cell(s, row, column++);
        const char *shown = !cell ? "" : *cell->text ? cell->text : cell->width ? " " : "";
        if (!cell || strncmp(text, shown, strlen(shown)) != 0)
            return false;
        text += strlen(shown);
    }
    return true;
}

enum ui_role desk_role(struct desk_case *c, const char *text)
{
    for (int row = 0; row < surface_rows(c->surface); row++)
        for (int column = 0; column < surface_columns(c->surface); column++)
            if (here(c->surface, row, column, text))
                return surface_cell(c->surface, row, column)->role;
    fail_msg("not shown: %s\n%s", text, surface_dump(c->arena, c->surface));
    return UI_NORMAL;
}

void desk_is_inert(struct desk_case *c)
{
    for (int row = 0; row < surface_rows(c->surface); row++)
        for (int column = 0; column < surface_columns(c->surface); column++) {
            const char *at = surface_cell(c->surface, row, column)->text, *end = at + strlen(at);
            while (at < end) {
                uint32_t code = text_next(&at, end);
                if (text_safe_code(code) != code)
                    fail_msg("row %d column %d holds U+%04X", row, column, code);
            }
        }
}
