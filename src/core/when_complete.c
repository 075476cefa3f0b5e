/* when_complete: see the header. Only where the last word begins and which field it is compared with is found here; what fits is the
 * parser's to say, so completion and parser cannot drift apart. */
#include "core/when_complete.h"
#include "base/str.h"
#include "core/when_tree.h"
#include <string.h>
#include <strings.h>

struct completing {
    struct arena *arena;
    const struct when_values *values;
    struct when_offers *out;
    const char *head, *typed;   /* before the word at the cursor, and the word */
    const struct field *field;  /* the last one named in this comparison */
    bool words;                 /* the short spelling */
};

/* --- what fits --- */

static bool fits(const struct completing *c, const char *text)
{
    struct err none = {0};
    const char *whole = arena_printf(c->arena, "%s%s", c->head, text);
    return c->words ? when_from_words(c->arena, whole, &none) != NULL : when_state(c->arena, whole) != WHEN_WRONG;
}

static void offer(struct completing *c, const char *text, const char *detail)
{
    if (c->out->count == WHEN_OFFERS || strncasecmp(text, c->typed, strlen(c->typed)) != 0 || !fits(c, text))
        return;
    c->out->list[c->out->count++] = (struct when_offer){arena_strdup(c->arena, text), detail};
}

static const char *quoted(struct completing *c, const char *value)
{
    AUTO_STR out;
    str_init(&out, 2 * WHEN_TEXT);
    when_print_string(&out, value);
    return arena_strdup(c->arena, out.data);
}

/* As the language or the short spelling has it; a value may begin as it was begun, without its quote. */
static void offer_value(struct completing *c, const char *value, const char *detail)
{
    bool bare = c->words && !value[strcspn(value, " \t,\"\\:")];
    offer(c, bare ? value : quoted(c, value), detail);
}

static void offer_values(struct completing *c)
{
    const struct field *f = c->field;
    int count = 0;
    if (!f)
        return;
    for (int i = 1; f->type == FIELD_ENUM && i < f->word_count; i++)
        offer_value(c, f->words[i], "");
    const char *const *list = c->values && field_is_text(f) ? c->values->of(c->values->arg, f->name, &count) : NULL;
    for (int i = 0; list && i < count; i++)
        offer_value(c, list[i], "");
}

static const char body_help[] = "words of the customer's messages";

/* --- the language itself --- */

static void offer_names(struct completing *c)
{
    for (int i = 0; i < field_count; i++)
        if (field_table[i].flags & FIELD_WHEN)
            offer(c, field_table[i].name, field_table[i].help);
    offer(c, "text", "title, customer, key, reference or assignee");
    offer(c, "body", body_help);
    for (int i = 0; i < WHEN_NAMES; i++)
        if (!when_names[i].event)
            offer(c, when_names[i].name, strcmp(when_names[i].name, "me") == 0 ? "whoever asks" : "now");
}

static void offer_signs(struct completing *c, const char *before)
{
    static const char *const joins[][2] = {{"in", "one of: [\"a\", \"b\"], or a set of words"}, {"&&", "and"}, {"||", "or"}};
    static const char *const signs[][2] = {{")", ""}, {"]", ""}, {",", ""}, {"[", "a list"}, {"(", ""}, {"!", "not"}};
    static const char *const calls[][2] = {{"has(", "there is one"}, {"size(", "how many"}, {"true", ""}, {"false", ""}, {"null", "none"}};
    for (int i = 0; i < OPS; i++)
        offer(c, arena_printf(c->arena, "%s%s", before, when_ops[i]), "");
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++)
        offer(c, arena_printf(c->arena, "%s%s", before, joins[i][0]), joins[i][1]);
    for (int i = 0; i < METHODS; i++)
        offer(c, arena_printf(c->arena, ".%s(", when_methods[i]), "");
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        offer(c, calls[i][0], calls[i][1]);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        offer(c, signs[i][0], signs[i][1]);
}

static bool in_name(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_';
}

static size_t string_end(const char *text, size_t at)
{
    char quote = text[at++];
    while (text[at] && text[at] != quote)
        at += text[at] == '\\' && text[at + 1] ? 2 : 1;
    return text[at] ? at + 1 : at;
}

/* Where the word at the end begins, and the field that it is compared with. */
static size_t last_word(struct completing *c, const char *text)
{
    size_t from = 0, at = 0, n = strlen(text);
    while (at < n) {
        from = at;
        if (text[at] == '"' || text[at] == '\'') {
            at = string_end(text, at);
            if (at == n && (at - from < 2 || text[at - 1] != text[from]))
                return from;
        } else if (in_name(text[at]) || (text[at] == '.' && in_name(text[at + 1]))) {
            for (at++; in_name(text[at]); at++)
                continue;
            const struct field *f = at < n ? field_find(arena_strndup(c->arena, text + from, at - from)) : NULL;
            c->field = f ? f : c->field;
            if (at == n)
                return from;
        } else if (strchr("=!<>&|", text[at])) {
            at += strspn(text + at, "=!<>&|");
            c->field = strchr("&|", text[from]) ? NULL : c->field;
            if (at == n)
                return from;
        } else {
            if (text[at] == '.' && at + 1 == n)
                return from;
            at++;
        }
    }
    return n;
}

static void all_of(struct completing *c)
{
    offer_values(c);
    if (c->field && (strcmp(c->field->name, "assignee") == 0 || strcmp(c->field->name, "source_assignee") == 0))
        offer(c, "me", "whoever asks");
    offer_names(c);
    offer_signs(c, "");
}

void when_complete(struct arena *arena, const char *text, const struct when_values *values, struct when_offers *out)
{
    struct completing c = {.arena = arena, .values = values, .out = out};
    size_t from = last_word(&c, text);
    *out = (struct when_offers){.from = from};
    c.head = arena_strndup(arena, text, from);
    c.typed = arena_strdup(arena, text + from);
    all_of(&c);
    if (out->count != 1 || strcmp(out->list[0].text, c.typed) != 0)
        return;
    /* It stands there whole already: what comes behind it. */
    *out = (struct when_offers){.from = strlen(text)};
    c.head = text;
    c.typed = "";
    offer_signs(&c, " ");
}

/* --- the short spelling --- */

static size_t last_term(const char *text)
{
    size_t from = 0;
    bool quote = false;
    for (size_t i = 0; text[i]; i++) {
        quote ^= text[i] == '"';
        if (!quote && strchr(" \t", text[i]))
            from = i + 1;
    }
    return from;
}

static void offer_fields(struct completing *c)
{
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        if (f->flags & FIELD_WHEN && c->out->count < WHEN_OFFERS && strncasecmp(f->name, c->typed, strlen(c->typed)) == 0)
            c->out->list[c->out->count++] = (struct when_offer){arena_printf(c->arena, "%s:", f->name), f->help};
    }
    if (c->out->count < WHEN_OFFERS && strncasecmp("body:", c->typed, strlen(c->typed)) == 0)
        c->out->list[c->out->count++] = (struct when_offer){"body:", body_help};
}

void when_complete_words(struct arena *arena, const char *text, const struct when_values *values, struct when_offers *out)
{
    struct completing c = {.arena = arena, .values = values, .out = out, .words = true};
    size_t from = last_term(text);
    from += text[from] == '!';
    const char *colon = strchr(text + from, ':'), *name = colon ? arena_strndup(arena, text + from, (size_t)(colon - text) - from) : NULL;
    if (colon) {
        const char *ours = when_alias(name), *comma = strrchr(colon, ',');
        c.field = field_find(ours ? ours : name);
        from = (size_t)((comma ? comma + 1 : colon + 1 + strspn(colon + 1, "<>=")) - text);
    }
    *out = (struct when_offers){.from = from};
    c.head = arena_strndup(arena, text, from);
    c.typed = arena_strdup(arena, text + from);
    if (!colon) {
        offer_fields(&c);
        return;
    }
    if (strcmp(name, "body") == 0)
        return; /* whatever they wrote */
    offer_values(&c);
    if (c.field && c.field->type == FIELD_BOOL) {
        offer(&c, "yes", "");
        offer(&c, "no", "");
    }
    if (c.field && (strcmp(c.field->name, "assignee") == 0 || strcmp(c.field->name, "source_assignee") == 0))
        offer(&c, "me", "whoever asks");
    offer(&c, "any", "there is one");
    offer(&c, "none", "there is none");
}

const char *when_common(struct arena *arena, const struct when_offers *offers)
{
    if (!offers->count)
        return "";
    size_t n = strlen(offers->list[0].text);
    for (int i = 1; i < offers->count; i++) {
        size_t k = 0;
        while (k < n && offers->list[i].text[k] == offers->list[0].text[k])
            k++;
        n = k;
    }
    while (n && ((unsigned char)offers->list[0].text[n] & 0xC0) == 0x80)
        n--;
    return arena_strndup(arena, offers->list[0].text, n);
}
