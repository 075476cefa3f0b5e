/* palette: everything that can be said, by a few of its letters: earlier lines, commands, views, screens, tickets. */
#include "app/part.h"
#include "base/text.h"
#include <string.h>

static void remember(struct console *c, const char *line)
{
    int found = 0;
    while (found < c->history_count && strcmp(c->history[found], line) != 0)
        found++;
    if (found == c->history_count && c->history_count < HISTORY)
        c->history_count++;
    if (found == HISTORY)
        found = HISTORY - 1;
    memmove(c->history[1], c->history[0], (size_t)found * sizeof c->history[0]);
    str_copy(c->history[0], sizeof c->history[0], line);
}

static const char *keys_of(struct console *c, const char *line)
{
    const struct binding *b = keymap_find(c->keymap, console_screen(c), line);
    return b ? b->spelled : "";
}

struct choices {
    struct picker_item *items;
    size_t n;
};

static void offer(struct choices *to, const char *name, const char *detail)
{
    to->items[to->n] = (struct picker_item){.id = (int64_t)to->n + 1, .name = name, .detail = detail};
    to->n++;
}

static void do_palette(struct console *c, const char *arg)
{
    static const char *const places[] = {"go escalations", "go deliveries", "go ingest", "go labels", "go articles", "go macros", "go oncall", "go boss", "go metrics", "go audit"};
    int rows = mirror_row_count(c->mirror) < 200 ? mirror_row_count(c->mirror) : 200;
    struct choices to = {
        .items = ARENA_ARRAY(c->frame, struct picker_item,
                             c->history_count + COMMANDS + mirror_view_count(c->mirror) + rows + 8)};
    for (int i = 0; i < c->history_count; i++)
        offer(&to, c->history[i], "again");
    for (int i = 0; i < COMMANDS; i++)
        offer(&to, command_at(i)->name,
              arena_printf(c->frame, "%s   %s", command_at(i)->help, keys_of(c, command_at(i)->name)));
    for (int i = 0; i < mirror_view_count(c->mirror); i++) {
        const struct mirror_view *v = mirror_view_at(c->mirror, i);
        offer(&to, arena_printf(c->frame, "go %s", v->name),
              arena_printf(c->frame, "view %s, %lld", v->title, (long long)v->count));
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        offer(&to, places[i], "screen");
    for (int i = 0; i < rows; i++) {
        const struct mirror_row *row = mirror_row_at(c->mirror, i);
        offer(&to, arena_printf(c->frame, "go %lld", (long long)row->t.id), row->t.title);
    }
    overlay_pick(&c->overlay, FOR_PALETTE, ":", to.items, to.n, true);
    if (*arg)
        picker_type(c->overlay.picker, arg);
}

/* A command and its argument are meant as typed, however well the letters fit the help of another. */
static const char *palette_line(struct console *c, const struct answer *a)
{
    const char *typed = a->typed, *chosen = a->text;
    size_t n = strcspn(typed, " ");
    bool whole = typed[n] && typed[n + strspn(typed + n, " ")] && command_find(arena_strndup(c->frame, typed, n));
    return whole && strncmp(chosen, typed, n + 1) != 0 ? typed : chosen;
}

static void on_palette(struct console *c, const struct answer *a)
{
    const char *line = palette_line(c, a);
    remember(c, line);
    run_line(c, line);
}

static const struct part_command commands[] = {{LOCAL_PALETTE, do_palette}, {0}};
static const struct part_answer answers[] = {{FOR_PALETTE, on_palette}, {0}};
const struct part part_palette = {commands, answers};
