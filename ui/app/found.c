/* found: see found.h. Each of the two calls keeps what was typed when it left, so that an answer is never taken for another's. */
#include "app/found.h"
#include "app/part.h"
#include "app/path.h"
#include "base/clock.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PAUSE_MS = 200, LEAST = 3 /* bytes that the desk looks up; it would read every ticket for fewer */ };

static struct found_by *by_slot(struct console *c, enum slot slot)
{
    return &c->found.by[slot - SLOT_FOUND];
}

void found_begin(struct console *c)
{
    for (int i = 0; i < FOUND_WAYS; i++) {
        json_free(c->found.by[i].root);
        c->found.by[i] = (struct found_by){0};
    }
    *c->found.typed = 0;
}

void found_typed(struct console *c)
{
    const char *text = palette_sought(c) ? picker_typed(c->overlay.picker) : "";
    if (str_eq(text, c->found.typed))
        return;
    str_copy(c->found.typed, sizeof c->found.typed, text);
    for (int i = 0; i < FOUND_WAYS; i++) {
        struct wanted *w = &c->slots[SLOT_FOUND + i];
        *c->found.by[i].after = 0;
        w->again = w->flying;
        w->wanted = true;
        w->not_before = clock_mono() + PAUSE_MS;
    }
}

/* --- what is asked --- */

/* NULL: nothing, or more than a title has. */
static const char *sought(struct console *c, enum slot slot)
{
    const char *words = palette_sought(c), *typed = words ? picker_typed(c->overlay.picker) : "";
    if (!words || strlen(typed) >= sizeof by_slot(c, slot)->asked)
        return NULL;
    str_copy(by_slot(c, slot)->asked, sizeof by_slot(c, slot)->asked, typed);
    return words + strspn(words, " ");
}

static bool has_word(const char *words)
{
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n >= LEAST)
            return true;
        at += n;
    }
    return false;
}

const char *found_path(struct console *c, struct arena *a)
{
    const char *words = sought(c, SLOT_FOUND), *after = by_slot(c, SLOT_FOUND)->after;
    if (!words || !has_word(words))
        return NULL;
    return arena_printf(a, "/v1/tickets?brief=1&limit=%d&q=%s%s%s", FOUND_MOST - 1, path_escape(a, words), *after ? "&after=" : "", path_escape(a, after));
}

const char *found_number_path(struct console *c, struct arena *a)
{
    const char *words = sought(c, SLOT_NUMBER);
    words += words && *words == '#';
    int64_t number = words && *words && !words[strspn(words, "0123456789")] ? strtoll(words, NULL, 10) : 0;
    return number ? arena_printf(a, "/v1/tickets/%" PRId64, number) : NULL;
}

/* --- what came --- */

void found_take(struct console *c, enum slot slot, const struct link_answer *answer)
{
    struct found_by *by = by_slot(c, slot);
    struct json *root = json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    const char *next = json_get_string(root, "next", "");
    json_free(by->root);
    by->root = root;
    str_copy(by->typed, sizeof by->typed, by->asked);
    bool on = *next && !json_first(json_get(root, "rows")) && strlen(next) < sizeof by->after;
    str_copy(by->after, sizeof by->after, on ? next : "");
    if (on) /* so far none: the desk answers in parts */
        fetch_want(c, slot);
    palette_news(c);
}

static bool among(const struct found_row *rows, int n, int64_t id)
{
    while (n--)
        if (rows[n].id == id)
            return true;
    return false;
}

static void put(struct found_row *rows, int *n, const struct json *ticket, const char *typed)
{
    int64_t id = json_get_i64(ticket, "id", 0);
    if (id && *n < FOUND_MOST && !among(rows, *n, id))
        rows[(*n)++] = (struct found_row){id, json_get_string(ticket, "title", ""), json_get_string(ticket, "customer_name", ""), typed};
}

int found_list(const struct console *c, struct found_row rows[FOUND_MOST])
{
    const struct found_by *words = &c->found.by[0], *number = &c->found.by[SLOT_NUMBER - SLOT_FOUND];
    int n = 0;
    put(rows, &n, json_get(number->root, "ticket"), number->typed);
    for (const struct json *row = json_first(json_get(words->root, "rows")); row; row = json_next(row))
        put(rows, &n, row, words->typed);
    return n;
}
