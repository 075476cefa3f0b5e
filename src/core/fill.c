/* fill: see the header. An address or a telephone number is no variable: a reply goes to its customer anyway, and a console
 * shows what is filled in before it is sent. */
#include "core/fill.h"
#include "base/str.h"
#include "base/text.h"
#include "core/field.h"
#include <string.h>

enum { FILLED_MAX = 512 << 10, VALUE_MAX = 400, SHOWN_MAX = 64 };

static const char *agent_name(struct arena *arena, const struct fill *with)
{
    (void)arena;
    return with->agent;
}

static const char *agent_team(struct arena *arena, const struct fill *with)
{
    const struct config_agent *agent = config_agent(with->config, with->agent);
    (void)arena;
    return agent ? agent->team : NULL;
}

/* The first word of a name, unless it is an initial or a title with a full stop. */
static const char *first_name(struct arena *arena, const struct fill *with)
{
    const char *name = with->ticket->customer_name;
    size_t n = name ? strcspn(name, " \t,") : 0;
    return !n || name[n] == ',' || name[n - 1] == '.' ? name : arena_strndup(arena, name, n);
}

static const char *customer_name(struct arena *arena, const struct fill *with)
{
    (void)arena;
    return with->ticket->customer_name;
}

static const char *customer_plan(struct arena *arena, const struct fill *with)
{
    (void)arena;
    return with->ticket->plan;
}

static const char *desk_name(struct arena *arena, const struct fill *with)
{
    (void)arena;
    return with->config->team_name;
}

static const char *ticket_category(struct arena *arena, const struct fill *with)
{
    (void)arena;
    return category_word(with->ticket->category);
}

static const char *ticket_id(struct arena *arena, const struct fill *with)
{
    return arena_printf(arena, "%lld", (long long)with->ticket->id);
}

static const char *ticket_priority(struct arena *arena, const struct fill *with)
{
    (void)arena;
    return priority_word(with->ticket->priority);
}

/* What the customer knows it by: their system's reference, else our number. */
static const char *ticket_ref(struct arena *arena, const struct fill *with)
{
    return with->ticket->ref && *with->ticket->ref ? with->ticket->ref : arena_printf(arena, "#%lld", (long long)with->ticket->id);
}

static const char *ticket_subject(struct arena *arena, const struct fill *with)
{
    (void)arena;
    return with->ticket->title;
}

static const char *ticket_url(struct arena *arena, const struct fill *with)
{
    (void)arena;
    return with->ticket->url;
}

const struct fill_row fill_table[] = {
    {"agent.name", "your name, as the desk knows it", agent_name},
    {"agent.team", "your team", agent_team},
    {"customer.first_name", "the first word of the customer's name", first_name},
    {"customer.name", "the customer's name", customer_name},
    {"customer.plan", "the customer's plan or tier", customer_plan},
    {"desk.name", "the desk's name", desk_name},
    {"ticket.category", "bug, feature, question, billing, onboarding or other", ticket_category},
    {"ticket.id", "the ticket's number here", ticket_id},
    {"ticket.priority", "low, normal, high or urgent", ticket_priority},
    {"ticket.ref", "the reference the customer knows, else # and the number", ticket_ref},
    {"ticket.subject", "the subject line", ticket_subject},
    {"ticket.url", "where the source shows it", ticket_url},
    {NULL, NULL, NULL},
};

static const struct fill_row *find(const char *name, const char *end)
{
    while (name < end && *name == ' ')
        name++;
    while (end > name && end[-1] == ' ')
        end--;
    size_t n = (size_t)(end - name);
    for (const struct fill_row *row = fill_table; row->name; row++)
        if (strlen(row->name) == n && memcmp(row->name, name, n) == 0)
            return row;
    return NULL;
}

static bool names(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* Where the braces close: on their line, and before others open. */
static const char *closing(const char *at)
{
    for (; *at && *at != '\n' && strncmp(at, "{{", 2) != 0; at++)
        if (strncmp(at, "}}", 2) == 0)
            return at;
    return NULL;
}

/* What is left open is meant as a place where a name follows; else it is two braces. */
static const char *left_open(const char *at)
{
    at += strspn(at, " \t\r\n");
    if (!names(*at) || *at == '.')
        return NULL;
    while (names(*at))
        at++;
    return at;
}

bool fill_find(const char *text, size_t from, struct fill_place *place)
{
    for (const char *open = strstr(text + from, "{{"); open; open = strstr(open + 2, "{{")) {
        const char *close = closing(open + 2), *end = close ? close + 2 : left_open(open + 2);
        if (!end)
            continue;
        *place = (struct fill_place){.start = (size_t)(open - text), .end = (size_t)(end - text), .open = !close,
                                     .row = close ? find(open + 2, close) : NULL};
        return true;
    }
    return false;
}

const struct fill_row *fill_near(const char *text, const struct fill_place *place)
{
    char name[40] = "";
    size_t at = place->start + 2, end = place->open ? place->end : place->end - 2, n = 0;
    for (; at < end && n + 1 < sizeof name; at++)
        if (names(text[at]))
            name[n++] = text[at];
    const struct fill_row *best = NULL;
    int least = n < 6 ? 3 : 4; /* one slip in three letters, at most three */
    for (const struct fill_row *row = fill_table; row->name && n; row++) {
        const char *last = strchr(row->name, '.') + 1;
        int d = strncmp(row->name, name, n) == 0 ? -1 : strncmp(last, name, n) == 0 ? 0 : str_distance(row->name, name);
        if (d < least) {
            best = row;
            least = d;
        }
    }
    return best;
}

static char *place_shown(struct arena *arena, const char *text, const struct fill_place *place)
{
    char shown[SHOWN_MAX];
    str_copy(shown, sizeof shown, arena_strndup(arena, text + place->start, place->end - place->start));
    return text_safe_in(arena, shown, TEXT_LINE);
}

const char *fill_strange(struct arena *arena, const char *text)
{
    struct fill_place place = {0};
    while (fill_find(text, place.end, &place))
        if (!place.row)
            return place_shown(arena, text, &place);
    return NULL;
}

/* One line without control characters, of a length that a greeting can bear. */
static char *value_of(struct arena *arena, const struct fill *with, const struct fill_row *row)
{
    const char *value = row ? row->value(arena, with) : NULL;
    char cut[VALUE_MAX];
    if (!value || !*value)
        return NULL;
    str_copy(cut, sizeof cut, value);
    return text_safe_in(arena, cut, TEXT_LINE);
}

char *fill_text(struct arena *arena, const char *text, const struct fill *with, const char **left)
{
    AUTO_STR out;
    struct fill_place place = {0};
    size_t done = 0;
    str_init(&out, FILLED_MAX);
    *left = NULL;
    for (; fill_find(text, done, &place); done = place.end) {
        char *value = value_of(arena, with, place.row);
        str_add(&out, text + done, place.start - done);
        if (value)
            str_adds(&out, value);
        else
            str_add(&out, text + place.start, place.end - place.start);
        if (!value && !*left)
            *left = place_shown(arena, text, &place);
    }
    str_adds(&out, text + done);
    return arena_strdup(arena, out.data);
}
