/* marking: see marking.h. */
#include "app/marking.h"
#include "app/path.h"
#include "app/prompt.h"
#include "screen/look.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE = 500 /* as api.md has it */ };

struct marking {
    struct console *c; /* NULL: it has gone on */
    char *view, *where; /* the list that is marked */
    char *fits;         /* what its tickets must be, that filter included; "": all are */
    enum mirror_sort sort; /* the first of them are marked, where they are too many */
    bool invert, words;
    int count;
    size_t before; /* marks there were */
};

/* All of the list: how many marks that made, and what else is marked, which no row of this list shows. */
static void say_all(struct console *c, size_t marks, size_t listed, size_t before)
{
    size_t more = marks > listed ? marks - listed : 0, made = marks > before ? marks - before : 0;
    const char *all = look_count(c->frame, (int64_t)listed), *whole = listed == 1 ? "the only one of this list" : "all of this list";
    const char *others = more ? arena_printf(c->frame, "; %s more, not in it, stay%s marked", look_count(c->frame, (int64_t)more), more == 1 ? "s" : "") : "";
    if (!listed)
        console_toast(c, UI_ERROR, "V marks all of this list, and there is nothing in it%s", others);
    else if (!made)
        console_toast(c, UI_DIM, "%s marked already: %s%s. U clears the marks", all, whole, others);
    else
        console_toast(c, UI_TOAST, "%s marked: %s%s%s", all, whole,
                      made < listed ? arena_printf(c->frame, ", %s of them anew", look_count(c->frame, (int64_t)made)) : "", others);
}

static void say_fit(struct console *c, size_t marks, int fits)
{
    const char *all = look_count(c->frame, (int64_t)marks);
    if (!fits)
        console_toast(c, UI_ERROR, "None of this list fits: none is marked by it.");
    else if (marks > (size_t)fits)
        console_toast(c, UI_TOAST, "%s fit%s and %s marked; with those from before %s are", look_count(c->frame, fits), fits == 1 ? "s" : "", fits == 1 ? "is" : "are", all);
    else
        console_toast(c, UI_TOAST, "%s fit%s, %s marked", look_count(c->frame, fits), fits == 1 ? "s" : "", all);
}

static void say(struct console *c, const struct marking *m)
{
    size_t marks = list_marks(console_marks(c));
    if (marks >= LIST_MARKS_MOST)
        console_toast(c, UI_WARN, "%s are marked, which is the most: act on these, then mark the rest", look_count(c->frame, (int64_t)marks));
    else if (m->words)
        say_fit(c, marks, m->count);
    else
        say_all(c, marks, (size_t)m->count, m->before);
}

/* --- tickets --- */

static void let_go(struct marking *m)
{
    if (m->c)
        m->c->marking = NULL;
    free(m->view);
    free(m->where);
    free(m->fits);
    free(m);
}

static bool is_shown(const struct marking *m)
{
    return strcmp(m->view, m->c->view) == 0 && strcmp(m->where, m->c->where) == 0;
}

static void came(void *arg, const struct link_answer *answer);

static void ask(struct marking *m, const char *after)
{
    struct console *c = m->c;
    AUTO_ARENA a = arena_new();
    AUTO_STR path;
    str_init(&path, 32768);
    str_addf(&path, "/v1/tickets?ids=1&view=%s&sort=%s&invert=%d&limit=%d", path_escape(a, m->view), sort_word(m->sort), m->invert, PAGE);
    if (*m->fits)
        str_addf(&path, "&where=%s", path_escape(a, m->fits));
    if (after)
        str_addf(&path, "&after=%s", path_escape(a, after));
    link_send(c->link, "GET", path.data, NULL, came, m);
}

static void came(void *arg, const struct link_answer *answer)
{
    struct marking *m = arg;
    struct console *c = m->c;
    AUTO_JSON root = answer->err || !c ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    bool here = c && is_shown(m);
    for (const struct json *id = here ? json_first(json_get(root, "ids")) : NULL; id; id = json_next(id), m->count++) {
        int64_t ticket = 0;
        json_i64(id, &ticket);
        list_mark(c->queue.list, ticket, true);
    }
    const char *next = json_get_string(root, "next", NULL);
    if (here && next && list_marks(c->queue.list) < LIST_MARKS_MOST) {
        ask(m, next);
        return;
    }
    if (c && answer->err)
        console_toast(c, UI_ERROR, "not all are marked: %s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
    else if (here)
        say(c, m);
    if (c)
        c->dirty = c->at_once = true;
    let_go(m);
}

static void begin(struct console *c, const char *fits, bool words, size_t before)
{
    marking_end(c);
    struct marking *m = calloc(1, sizeof *m);
    if (!m || !(m->view = strdup(c->view)) || !(m->where = strdup(c->where)) || !(m->fits = strdup(fits)))
        abort();
    m->c = c;
    m->sort = c->sort;
    m->invert = c->invert;
    m->words = words;
    m->before = before;
    c->marking = m;
    ask(m, NULL);
}

bool marking_waits(struct console *c)
{
    if (c->marking)
        console_toast(c, UI_WARN, "Not done: which tickets are marked is still on its way. Press it again.");
    return c->marking;
}

void marking_end(struct console *c)
{
    if (c->marking)
        c->marking->c = NULL;
    c->marking = NULL;
}

void marking_leave(struct console *c)
{
    size_t n = list_marks(c->queue.list);
    const struct mirror_view *was = mirror_view_find(c->mirror, c->view);
    marking_end(c);
    list_command(c->queue.list, "unmark");
    if (n)
        console_toast(c, UI_WARN, "%zu mark%s of %s taken off: this is another view", n, n == 1 ? "" : "s", was ? was->title : c->view);
}

static void mark_tickets(struct console *c, const char *words)
{
    struct err err = {0};
    AUTO_ARENA a = arena_new();
    const char *fits = prompt_within(c, a, words, &err);
    if (!fits) { /* what was typed is not lost for a slip */
        prompt_open(c, FOR_MARKS, "mark: ", words);
        overlay_note(&c->overlay, UI_ERROR, err.text);
    } else if (*fits) {
        begin(c, fits, true, list_marks(c->queue.list));
    }
}

/* --- all of it --- */

/* A row that has left is still seen, and is none of the list. Gives how many are. */
static int mark_rows(struct console *c)
{
    int n = 0;
    for (int i = 0; i < mirror_row_count(c->mirror); i++)
        if (!mirror_row_at(c->mirror, i)->gone) {
            list_mark(c->queue.list, mirror_row_at(c->mirror, i)->t.id, true);
            n++;
        }
    return n;
}

void marking_all(struct console *c)
{
    struct list *list = console_marks(c);
    struct marking m = {.before = list_marks(list), .count = (int)list_count(list)};
    if (console_place(c) == PLACE_QUEUE)
        m.count = mark_rows(c);
    else
        list_command(list, "mark-all");
    if (console_place(c) == PLACE_QUEUE && mirror_next(c->mirror))
        begin(c, c->where, false, m.before);
    else
        say(c, &m);
}

void marking_words(struct console *c, const char *words)
{
    struct look look = console_look(c);
    if (console_place(c) == PLACE_QUEUE) {
        mark_tickets(c, words);
        return;
    }
    const struct marking m = {.count = lists_mark(console_table(c), &look, words), .words = true};
    say(c, &m);
}
