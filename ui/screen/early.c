/* early: see early.h. */
#include "screen/early.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct early {
    struct key keys[EARLY_KEYS];
    int count;
    size_t bytes;
    size_t lost_keys, lost_pastes;
};

static const char *copied(const char *text, size_t n)
{
    char *copy = malloc(n + 1);
    if (!copy)
        abort();
    memcpy(copy, text, n);
    copy[n] = 0;
    return copy;
}

bool early_add(struct early **early, const struct key *key)
{
    if (!*early && !(*early = calloc(1, sizeof **early)))
        abort();
    struct early *e = *early;
    size_t n = key->text ? key->n : 0;
    if (e->lost_keys || e->lost_pastes || e->count == EARLY_KEYS || n > EARLY_TEXT - e->bytes) {
        e->lost_pastes += key->code == K_PASTE;
        e->lost_keys += key->code != K_PASTE;
        return false;
    }
    struct key *own = &e->keys[e->count++];
    *own = *key;
    own->text = n ? copied(key->text, n) : NULL;
    own->n = n;
    e->bytes += n;
    return true;
}

int early_count(const struct early *e)
{
    return e ? e->count : 0;
}

const struct key *early_key(const struct early *e, int i)
{
    return &e->keys[i];
}

void early_say(const struct early *e, char *out, size_t size)
{
    size_t keys = e ? e->lost_keys : 0, pastes = e ? e->lost_pastes : 0;
    snprintf(out, size, "%s", "");
    if (keys && pastes)
        snprintf(out, size, "No room while the desk is silent: the last %zu key%s and %zu paste%s are not taken.", keys, keys == 1 ? "" : "s", pastes, pastes == 1 ? "" : "s");
    else if (keys + pastes)
        snprintf(out, size, "No room while the desk is silent: the last %zu %s%s not taken.", keys + pastes, keys ? "key" : "paste", keys + pastes == 1 ? " is" : "s are");
}

void early_free(struct early *e)
{
    for (int i = 0; e && i < e->count; i++)
        free((char *)e->keys[i].text);
    free(e);
}
