/* choice: see choice.h. An answer is a number of the list, a name of it or its beginning where only one begins so; where the
 * list is only a help, any text. */
#include "app/choice.h"
#include "app/linear.h"
#include "base/text.h"
#include "command/command.h"
#include <stdio.h>
#include <string.h>

enum { TRIES = 3 };

struct question {
    const char *text; /* what is asked, up to its mark */
    const struct offer *offers;
    int n;
    bool open;
};

static void put(struct arena *arena, const char *text)
{
    fputs(text_safe_in(arena, text, TEXT_LINE), stdout);
}

static void ask(struct shell *sh, const struct question *q)
{
    for (int i = 0; i < q->n; i++) {
        printf("%d ", i + 1);
        put(sh->arena, q->offers[i].name);
        if (q->offers[i].detail && *q->offers[i].detail) {
            fputs(", ", stdout);
            put(sh->arena, q->offers[i].detail);
        }
        putchar('\n');
    }
    printf("%s%s ", q->text, !q->n ? "" : q->open ? " A number of these, or other words:" : " A number or a name:");
    fflush(stdout);
}

/* -1: none of them, or of several. */
static int meant(const struct question *q, const char *said)
{
    int64_t number;
    int found = -1;
    if (shell_number(said, &number) && number >= 1 && number <= q->n)
        return (int)number - 1;
    for (int i = 0; i < q->n; i++) {
        if (strcmp(q->offers[i].name, said) == 0)
            return i;
        if (strncmp(q->offers[i].name, said, strlen(said)) == 0)
            found = found == -1 ? i : -2;
    }
    return found;
}

static const char *answer(struct shell *sh, const struct question *q)
{
    for (int i = 0; i < TRIES; i++) {
        ask(sh, q);
        bool bad;
        const char *said = linear_line(sh->linear, &bad);
        if (!said || !said[strspn(said, " \t")]) {
            puts("Nothing was done.");
            return NULL;
        }
        said += strspn(said, " \t");
        int chosen = meant(q, said);
        if (chosen >= 0)
            return q->offers[chosen].name;
        if (q->open)
            return said;
        puts("None of these, or more than one. An empty line leaves.");
    }
    puts("Nothing was done.");
    return NULL;
}

/* --- what is asked for each kind of argument --- */

static const char *title_of(struct arena *arena, const struct json *item)
{
    (void)arena;
    return json_get_string(item, "title", NULL);
}

/* What whoever assigns has to know of them: as the console's picker says it. */
static const char *load_of(struct arena *arena, const struct json *agent)
{
    long long load = json_get_i64(agent, "load", 0), capacity = json_get_i64(agent, "capacity", 0);
    const char *away = json_get_string(agent, "away", ""), *open = capacity ? arena_printf(arena, "%lld of %lld open", load, capacity) : arena_printf(arena, "%lld open", load);
    return arena_printf(arena, "%s, %s%s%s%s", json_get_string(agent, "role", ""), open, *away ? ", away: " : "", away, json_get_bool(agent, "oncall", false) ? ", on call" : "");
}

/* The names in a list of the daemon's. */
static bool names(struct shell *sh, const char *path, const char *list, const char *(*detail)(struct arena *arena, const struct json *item), struct question *q)
{
    int code = 0;
    const struct json *root = shell_fetch(sh, path, NULL, &code);
    struct offer *offers = ARENA_ARRAY(sh->arena, struct offer, json_count(json_get(root, list)) + 1);
    for (const struct json *item = json_first(json_get(root, list)); item; item = json_next(item))
        offers[q->n++] = (struct offer){json_get_string(item, "name", ""), detail(sh->arena, item)};
    q->offers = offers;
    return root != NULL;
}

static bool question_for(struct shell *sh, enum action_arg arg, const char *ticket, struct question *q)
{
    static const char *const texts[] = {[ARG_AGENT] = "Whom?",       [ARG_STATUS] = "Which status?",     [ARG_PRIORITY] = "Which priority?",
                                        [ARG_URGENCY] = "Which urgency?", [ARG_CATEGORY] = "Which category?", [ARG_UNTIL] = "Until when?",
                                        [ARG_MACRO] = "Which macro?", [ARG_TAGS] = "Which tags, with commas?", [ARG_REASON] = "Why?",
                                        [ARG_INTO] = "Into which ticket?", [ARG_MESSAGE] = "From which message on (its number stands in brackets)?"};
    if ((size_t)arg >= sizeof texts / sizeof *texts || !texts[arg])
        return false;
    q->text = texts[arg];
    q->offers = offer_for(sh->arena, arg, &q->n);
    q->open = !q->offers || offer_is_open(arg);
    sh->quiet = true;
    bool ok = arg == ARG_AGENT   ? names(sh, "/v1/agents", "agents", load_of, q)
              : arg == ARG_MACRO ? names(sh, arena_printf(sh->arena, "/v1/macros?ticket=%s", ticket), "macros", title_of, q)
                                 : true;
    sh->quiet = false;
    q->open &= arg != ARG_AGENT && arg != ARG_MACRO;
    return ok;
}

bool choice_complete(struct shell *sh, char **words, int *n)
{
    const struct command *c = command_find(words[0]);
    struct question q = {0};
    int given = 1;
    int64_t ticket;
    while (given < *n && shell_number(words[given], &ticket))
        given++;
    bool why = strcmp(words[0], "why") == 0, action = c && c->is_action && !(action_table[c->id].flags & DESK);
    if (given < *n || given == 1 || (!why && !action))
        return true;
    if (why) {
        q.text = "Why what?";
        q.offers = offer_whys(&q.n);
        q.n--; /* the last is about an event */
    } else if (!question_for(sh, action_table[c->id].arg, words[1], &q)) {
        return true;
    }
    const char *chosen = answer(sh, &q);
    if (chosen)
        words[(*n)++] = arena_strdup(sh->arena, chosen);
    words[*n] = NULL;
    return chosen != NULL;
}
