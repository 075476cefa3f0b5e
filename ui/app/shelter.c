/* shelter: see shelter.h. */
#include "app/shelter.h"
#include "base/str.h"

void shelter_init(struct shelter *s)
{
    *s = (struct shelter){.spool.lock = -1};
}

static bool stands(const struct shelter *s, const char *tag, const struct left *l)
{
    return s->spool.lock >= 0 && str_eq(s->is, tag) && s->doubt == l->doubt;
}

bool shelter_put(struct shelter *s, const char *desk, const struct left *l, struct err *err)
{
    char tag[DRAFT_TAG];
    draft_tag(l->value, tag);
    if (stands(s, tag, l))
        return true;
    if (s->spool.lock < 0 && !spool_make(&s->spool, desk, err))
        return false;
    if (!left_put(&s->spool, l, err))
        return false;
    str_copy(s->is, sizeof s->is, tag);
    s->doubt = l->doubt;
    return true;
}

void shelter_take(struct shelter *s, struct spool *spool, const struct left *l)
{
    s->spool = *spool;
    s->doubt = l->doubt;
    draft_tag(l->value, s->is);
}

void shelter_drop(struct shelter *s, const struct left *l)
{
    if (s->spool.lock >= 0)
        left_taken(&s->spool, l);
    shelter_init(s);
}
