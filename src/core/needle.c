/* needle: see needle.h. */
#include "core/needle.h"
#include "core/body.h"
#include "core/when_tree.h"
#include <string.h>

static const struct needle *one_text(struct arena *arena, const char *folded)
{
    if (!folded || strlen(folded) < NEEDLE_LEAST)
        return NULL;
    struct needle *n = ARENA_NEW(arena, struct needle);
    *n = (struct needle){.kind = NEEDLE_TEXT, .text = folded};
    return n;
}

static const struct needle *joined(struct arena *arena, enum needle_kind kind, const struct needle *a, const struct needle *b)
{
    if (!a || !b)
        return kind == NEEDLE_ONE ? NULL : a ? a : b;
    struct needle *n = ARENA_NEW(arena, struct needle), *first = ARENA_NEW(arena, struct needle), *second = ARENA_NEW(arena, struct needle);
    *second = *b;
    *first = *a;
    first->next = second;
    second->next = NULL;
    *n = (struct needle){.kind = kind, .first = first};
    return n;
}

static bool is_text(const struct when *w)
{
    return w->kind == ANY_TEXT || (w->kind == FIELD && when_text_is(w->field));
}

/* What equals a text holds it. */
static const struct needle *equal_to(struct arena *arena, const struct when *text, const struct when *literal)
{
    return is_text(text) && literal->kind == LITERAL && literal->type == T_TEXT ? one_text(arena, when_fold(arena, literal->text)) : NULL;
}

static const struct needle *one_of_list(struct arena *arena, const struct when *w)
{
    if (w->right->kind != LIST || !w->right->left)
        return NULL;
    const struct needle *all = equal_to(arena, w->left, w->right->left);
    for (const struct when *item = w->right->left->next; item && all; item = item->next)
        all = joined(arena, NEEDLE_ONE, all, equal_to(arena, w->left, item));
    return all;
}

const struct needle *needle_of(struct arena *arena, const struct when *w)
{
    if (!w)
        return NULL;
    switch (w->kind) {
    case AND:
        return joined(arena, NEEDLE_ALL, needle_of(arena, w->left), needle_of(arena, w->right));
    case OR:
        return joined(arena, NEEDLE_ONE, needle_of(arena, w->left), needle_of(arena, w->right));
    case METHOD:
        return w->pick != MATCHES && is_text(w->left) ? one_text(arena, w->folded) : NULL;
    case COMPARE:
        return w->pick == EQ ? equal_to(arena, w->left, w->right) : NULL;
    case IN:
        return one_of_list(arena, w);
    default:
        return NULL;
    }
}

int needle_body(const struct when *w, const char *words[NEEDLE_BODIES], int n)
{
    if (w && w->kind == AND)
        return needle_body(w->right, words, needle_body(w->left, words, n));
    if (w && w->kind == METHOD && w->left->kind == BODY && body_indexed(w->right->text) && n < NEEDLE_BODIES)
        words[n++] = w->right->text;
    return n;
}

const struct needle *needle_both(struct arena *arena, const struct needle *a, const struct needle *b)
{
    return joined(arena, NEEDLE_ALL, a, b);
}

static bool holds(const char *needle, const char *const texts[], int count)
{
    for (int i = 0; i < count; i++)
        if (strstr(texts[i], needle))
            return true;
    return false;
}

bool needle_found(const struct needle *n, const char *const texts[], int count)
{
    if (n->kind == NEEDLE_TEXT)
        return holds(n->text, texts, count);
    for (const struct needle *each = n->first; each; each = each->next)
        if (needle_found(each, texts, count) == (n->kind == NEEDLE_ONE))
            return n->kind == NEEDLE_ONE;
    return n->kind == NEEDLE_ALL;
}
