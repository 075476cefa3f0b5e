/* path: a row for each slot. Most ask the same whatever is shown. */
#include "app/path.h"
#include "app/found.h"
#include "app/prompt.h"
#include "term/ncurses.h"
#include <inttypes.h>
#include <string.h>

enum { PAGE_LEAST = 60 };

char *path_escape(struct arena *arena, const char *text)
{
    AUTO_STR out;
    str_init(&out, 16384);
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
            strchr("-_.~", *at))
            str_addc(&out, (char)*at);
        else
            str_addf(&out, "%%%02X", *at);
    return arena_strdup(arena, out.data);
}

static int page_size(const struct console *c)
{
    int columns = 0, rows = 0;
    if (c->surface)
        return surface_rows(c->surface) + 20 > PAGE_LEAST ? surface_rows(c->surface) + 20 : PAGE_LEAST;
    term_size(&columns, &rows); /* the first is for one picture; what is below it follows that */
    return rows ? rows + 4 : PAGE_LEAST;
}

/* Behind a first page that was for one picture: the rest of a page. */
static int more_size(const struct console *c)
{
    int rows = mirror_row_count(c->mirror);
    return rows < PAGE_LEAST ? PAGE_LEAST - rows : PATH_MORE;
}

static const char *rows_path(struct console *c, struct arena *a, bool more)
{
    AUTO_STR path;
    str_init(&path, 32768);
    str_addf(&path, "/v1/tickets?brief=1&view=%s&sort=%s&invert=%d&limit=%d", path_escape(a, c->view), sort_word(c->sort), c->invert, more ? more_size(c) : page_size(c));
    if (*c->where)
        str_addf(&path, "&where=%s", path_escape(a, c->where));
    if (more)
        str_addf(&path, "&after=%s", path_escape(a, mirror_next(c->mirror)));
    return arena_strdup(a, path.data);
}

/* The first brings what a start has to know beside it; a session is not wanted where a view was asked for by name. */
static const char *desk(struct console *c, struct arena *a)
{
    const char *keep = mirror_ready(c->mirror) ? "" : c->options.view ? "&keep=quiet,mouse" : "&keep=quiet,mouse,session";
    const char *view = *c->view ? arena_printf(a, "&view=%s", path_escape(a, c->view)) : "";
    return arena_printf(a, "/v1/desk?brief=1&limit=%d%s%s%s", page_size(c), view, keep, *keep ? "&mine=1" : "");
}

static const char *page(struct console *c, struct arena *a)
{
    return rows_path(c, a, false);
}

static const char *more(struct console *c, struct arena *a)
{
    return mirror_next(c->mirror) ? rows_path(c, a, true) : NULL;
}

/* --- of the ticket whose documents are kept --- */

static const char *of_focus(struct console *c, struct arena *a, const char *what)
{
    return c->focus ? arena_printf(a, "/v1/tickets/%" PRId64 "%s", c->focus, what) : NULL;
}

static const char *ticket(struct console *c, struct arena *a)
{
    return of_focus(c, a, "?lines=1");
}

static const char *why(struct console *c, struct arena *a)
{
    return of_focus(c, a, arena_printf(a, "/why/%s", c->why));
}

static const char *similar(struct console *c, struct arena *a)
{
    return of_focus(c, a, "/similar");
}

/* --- of what a screen shows --- */

static const char *escalations(struct console *c, struct arena *a)
{
    return arena_printf(a, "/v1/escalations?brief=1&limit=%d", c->listed ? c->listed : PATH_MORE);
}

static const char *stats(struct console *c, struct arena *a)
{
    return metrics_path(&c->metrics, a);
}

static const char *audit(struct console *c, struct arena *a)
{
    return audit_path(c->lists[LISTS_AUDIT].filter, a);
}

static const char *event(struct console *c, struct arena *a)
{
    return arena_printf(a, "/v1/events/%" PRId64, c->event);
}

static const char *parcel(struct console *c, struct arena *a)
{
    return arena_printf(a, "/v1/parcels/%" PRId64, c->delivery);
}

static const char *customer(struct console *c, struct arena *a)
{
    return c->customer_of ? arena_printf(a, "/v1/tickets/%" PRId64 "/customer", c->customer_of)
                          : arena_printf(a, "/v1/customers/%s", path_escape(a, c->customer));
}

static const char *articles(struct console *c, struct arena *a)
{
    return arena_printf(a, "/v1/articles?limit=300&q=%s", path_escape(a, c->words));
}

static const char *article(struct console *c, struct arena *a)
{
    return arena_printf(a, "/v1/articles/%s", path_escape(a, c->article));
}

/* A day more than is shown: a week with a change of clocks is longer. */
static const char *oncall(struct console *c, struct arena *a)
{
    (void)c;
    const char *local = home_zone(a);
    return arena_printf(a, "/v1/oncall?from=today%%2000:00&to=%%2B8d%s%s", local ? "&local=" : "", local ? path_escape(a, local) : "");
}

static const char *outliers(struct console *c, struct arena *a)
{
    (void)a;
    return str_eq(mirror_role(c->mirror), "agent") ? NULL : "/v1/outliers";
}

static const struct {
    const char *same; /* whatever is shown; else: */
    const char *(*made)(struct console *c, struct arena *a);
} paths[SLOTS] = {
    [SLOT_DESK] = {.made = desk},
    [SLOT_PAGE] = {.made = page},
    [SLOT_MORE] = {.made = more},
    [SLOT_VIEWS] = {"/v1/views"},
    [SLOT_COUNT] = {.made = prompt_path},
    [SLOT_FOUND] = {.made = found_path},
    [SLOT_NUMBER] = {.made = found_number_path},
    [SLOT_DOC + MIRROR_TICKET] = {.made = ticket},
    [SLOT_DOC + MIRROR_WHY] = {.made = why},
    [SLOT_DOC + MIRROR_SIMILAR] = {.made = similar},
    [SLOT_DOC + MIRROR_ESCALATIONS] = {.made = escalations},
    [SLOT_DOC + MIRROR_PAGED] = {"/v1/escalations?brief=1&mine=1&limit=8"},
    [SLOT_DOC + MIRROR_SCORES] = {"/v1/scores"},
    [SLOT_DOC + MIRROR_STATS] = {.made = stats},
    [SLOT_DOC + MIRROR_VALUES] = {"/v1/values"},
    [SLOT_DOC + MIRROR_AUDIT] = {.made = audit},
    [SLOT_DOC + MIRROR_DRAFTS] = {"/v1/drafts"},
    [SLOT_DOC + MIRROR_EVENTS] = {"/v1/events?limit=100"},
    [SLOT_DOC + MIRROR_EVENT] = {.made = event},
    [SLOT_DOC + MIRROR_REFUSALS] = {"/v1/refusals"},
    [SLOT_DOC + MIRROR_SOURCES] = {"/v1/sources"},
    [SLOT_DOC + MIRROR_PARCELS] = {"/v1/parcels?limit=60"},
    [SLOT_DOC + MIRROR_WAITING] = {"/v1/parcels?state=retrying&limit=60"},
    [SLOT_DOC + MIRROR_DEAD] = {"/v1/parcels?state=dead&limit=100"},
    [SLOT_DOC + MIRROR_PARCEL] = {.made = parcel},
    [SLOT_DOC + MIRROR_DESTINATIONS] = {"/v1/destinations"},
    [SLOT_DOC + MIRROR_LABELS] = {"/v1/labels?limit=100"},
    [SLOT_DOC + MIRROR_CUSTOMER] = {.made = customer},
    [SLOT_DOC + MIRROR_ARTICLES] = {.made = articles},
    [SLOT_DOC + MIRROR_ARTICLE] = {.made = article},
    [SLOT_DOC + MIRROR_MACROS] = {"/v1/macros"},
    [SLOT_DOC + MIRROR_ONCALL] = {.made = oncall},
    [SLOT_DOC + MIRROR_AGENTS] = {"/v1/agents"},
    [SLOT_DOC + MIRROR_OUTLIERS] = {.made = outliers},
    [SLOT_DOC + MIRROR_HANDOVER] = {"/v1/handover"},
    [SLOT_DOC + MIRROR_SELF] = {"/v1/self"},
};

const char *path_of(struct console *c, struct arena *a, enum slot slot)
{
    return paths[slot].made ? paths[slot].made(c, a) : paths[slot].same;
}
