/* unkept: see unkept.h. */
#include "app/unkept.h"
#include <stdlib.h>
#include <string.h>

struct unkept *unkept_find(const struct console *c, int64_t ticket, bool reply)
{
    struct unkept *h = c->unkept;
    while (h && (h->ticket != ticket || h->reply != reply || h->gone))
        h = h->next;
    return h;
}

struct unkept *unkept_mine(const struct console *c)
{
    return composer_is_open(&c->composer) ? unkept_find(c, c->composer.ticket, c->composer.reply) : NULL;
}

void unkept_drop(struct unkept *h)
{
    free(h->sent);
    free(h->wanted);
    h->sent = h->wanted = NULL;
    h->sends = h->wants = false;
}

const struct json *unkept_parsed(struct arena *a, const char *value)
{
    return value ? json_parse_in(a, value, strlen(value), &json_limits_dialect, NULL, NULL) : NULL;
}

static struct left left_of(const struct unkept *h)
{
    return (struct left){h->ticket, h->reply, h->doubt, *h->over ? h->over : h->tag, "", h->wants ? h->wanted : h->sent};
}

void unkept_unshelter(struct unkept *h)
{
    const struct left is = left_of(h);
    shelter_drop(&h->shelter, &is);
}

void unkept_desk(const struct console *c, char desk[SPOOL_DESK])
{
    spool_desk(c->home.socket, mirror_me(c->mirror), desk);
}

/* false + err: there is no place for it. One that says nothing needs none. */
bool unkept_shelter(struct unkept *h, struct err *err)
{
    AUTO_ARENA a = arena_new();
    char desk[SPOOL_DESK];
    const struct left is = left_of(h);
    const struct json *value = unkept_parsed(a, is.value);
    unkept_desk(h->c, desk);
    if (*draft_text(value) || draft_files(value))
        return shelter_put(&h->shelter, desk, &is, err);
    unkept_unshelter(h);
    return true;
}

void unkept_free(struct unkept *h)
{
    unkept_unshelter(h);
    free(h->only);
    free(h->was);
    free(h);
}

void unkept_want(struct unkept *h, const char *value)
{
    free(h->wanted);
    h->wanted = value ? strdup(value) : NULL;
    h->wants = true;
    h->refused = false;
}

struct unkept *unkept_begin(struct console *c, int64_t ticket, bool reply)
{
    struct unkept *h = calloc(1, sizeof *h);
    if (!h)
        abort();
    *h = (struct unkept){.next = c->unkept, .c = c, .ticket = ticket, .reply = reply};
    shelter_init(&h->shelter);
    return c->unkept = h;
}
