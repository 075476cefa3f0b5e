/* match: see match.h. */
#include "app/match.h"

void match_init(struct match *m)
{
    *m = (struct match){0};
    for (int i = 0; i < MATCH_KEPT; i++)
        m->kept[i].arena = arena_new();
}

void match_fini(struct match *m)
{
    for (int i = 0; i < MATCH_KEPT; i++)
        arena_free(m->kept[i].arena);
}

static const struct when *parsed(struct match *m, const char *text)
{
    for (int i = 0; i < MATCH_KEPT; i++)
        if (str_eq(m->kept[i].text, text))
            return m->kept[i].when;
    int i = m->next++ % MATCH_KEPT;
    arena_reset(m->kept[i].arena);
    m->kept[i].text = arena_strdup(m->kept[i].arena, text);
    const struct when *when = when_parse_asked(m->kept[i].arena, text, NULL);
    m->kept[i].when = when ? when_shown(m->kept[i].arena, when) : NULL; /* as the daemon has it */
    return m->kept[i].when;
}

/* What a customer wrote the console does not have: a row that is shown for it stays until the list is asked for again (app/stream). */
static bool is_shown(void *match, int64_t ticket, const char *folded)
{
    (void)folded;
    return mirror_row_find(((const struct match *)match)->mirror, ticket, NULL) != NULL;
}

bool match_ticket(void *match, const char *text, const struct ticket *ticket)
{
    struct match *m = match;
    const struct when *when = parsed(m, text);
    return when && when_eval(when, ticket, &(struct when_env){.me = mirror_me(m->mirror), .body = is_shown, .body_arg = m});
}
