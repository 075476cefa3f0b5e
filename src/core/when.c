/* when: evaluating an expression. Pure; any thread: a tree is written once by the parser and only read
 * afterwards. Own code because no kept C library evaluates anything like it (dependencies.md P7).
 * Texts that fold (contains and its kin) are folded once, when parsed; a ticket's text that is plain ASCII, as most
 * are, is then compared in place, without a copy. */
#include "core/when_tree.h"
#include "base/text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *const when_ops[OPS] = {"==", "!=", "<", "<=", ">", ">="};
const char *const when_methods[METHODS] = {"contains", "startsWith", "endsWith", "matches"};
const struct when_name when_names[WHEN_NAMES] = {
    {"hour", T_INT, offsetof(struct when_env, hour), false},
    {"weekday", T_INT, offsetof(struct when_env, weekday), false},
    {"open_criticals", T_INT, offsetof(struct when_env, open_criticals), false},
    {"me", T_TEXT, offsetof(struct when_env, me), false},
    {"type", T_TEXT, offsetof(struct when_env, type), true},
    {"source", T_TEXT, offsetof(struct when_env, source), true},
    {"event_dialect", T_TEXT, offsetof(struct when_env, event_dialect), true},
};

struct scene {
    const struct ticket *ticket;
    const struct when_env *env;
};
struct value {
    bool there;
    const char *text; /* T_TEXT, T_TAGS */
    int64_t number;
    int rest; /* -1, 0, 1: what a number of a payload has behind its point */
};

static struct value field_value(const struct field *f, const struct ticket *ticket)
{
    struct value v = {0};
    if (field_is_text(f)) {
        v.text = field_text(ticket, f);
        v.there = v.text != NULL;
        return v;
    }
    v.number = field_int(ticket, f);
    v.there = v.number != 0 || f->type == FIELD_INT || f->type == FIELD_BOOL;
    return v;
}

static struct value env_value(int row, const struct when_env *env)
{
    struct value v = {0};
    if (!env)
        return v;
    const char *at = (const char *)env + when_names[row].offset;
    if (when_names[row].type == T_TEXT) {
        v.text = *(const char *const *)(const void *)at;
        v.there = v.text != NULL;
        return v;
    }
    v.number = *(const int64_t *)(const void *)at;
    v.there = true;
    return v;
}

/* "-12.50": the whole part, and of which sign the rest is. false: no such number. */
static bool spells_number(const char *text, int64_t *whole, int *rest)
{
    bool minus = *text == '-';
    const char *at = text + minus;
    int64_t n = 0;
    bool fits_in = *at >= '0' && *at <= '9';
    for (; *at >= '0' && *at <= '9'; at++)
        fits_in = fits_in && !__builtin_mul_overflow(n, 10, &n) && !__builtin_add_overflow(n, *at - '0', &n);
    size_t digits = *at == '.' ? strspn(at + 1, "0123456789") : 0, noughts = digits ? strspn(at + 1, "0") : 0;
    at += digits ? digits + 1 : 0;
    *whole = minus ? -n : n;
    *rest = noughts == digits ? 0 : minus ? -1 : 1;
    return fits_in && !*at;
}

static struct value payload_value(const struct when *w, const struct when_env *env)
{
    struct value v = {0};
    const struct json *node = env ? json_path(env->payload, w->text) : NULL;
    bool yes;
    v.text = json_string(node) ? json_string(node) : json_number(node);
    if (!v.text && json_bool(node, &yes))
        v.text = yes ? "true" : "false";
    v.there = v.text && (w->type != T_INT || spells_number(v.text, &v.number, &v.rest));
    return v;
}

/* Steps through a JSON array of strings, unescaping into out (cut at size). What is no such array ends the walk. */
static const char *tag_next(const char *p, char *out, size_t size)
{
    size_t n = 0;
    while (*p && *p != '"')
        p++;
    if (!*p)
        return NULL;
    for (p++; *p && *p != '"'; p++) {
        char c = *p;
        if (c == '\\' && p[1]) {
            static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
            const char *hit = strchr(from, *++p);
            c = hit && *hit ? to[hit - from] : *p;
            if (*p == 'u') {
                char utf8[5];
                unsigned code = 0;
                for (int i = 0; i < 4 && isxdigit((unsigned char)p[1]); i++) {
                    char digit[2] = {*++p, 0};
                    code = code * 16 + (unsigned)strtoul(digit, NULL, 16);
                }
                int k = text_encode(code ? code : 0xFFFD, utf8);
                for (int i = 0; i < k && n + 1 < size; i++)
                    out[n++] = utf8[i];
                continue;
            }
        }
        if (n + 1 < size)
            out[n++] = c;
    }
    out[n] = 0;
    return *p ? p + 1 : p;
}

static bool tags_have(const char *tags, const char *word)
{
    char tag[256];
    for (const char *p = tags; (p = tag_next(p, tag, sizeof tag));)
        if (strcmp(tag, word) == 0)
            return true;
    return false;
}

static int64_t tags_count(const char *tags)
{
    char tag[8];
    int64_t n = 0;
    for (const char *p = tags; (p = tag_next(p, tag, sizeof tag));)
        n++;
    return n;
}

static int64_t characters(const char *text)
{
    int64_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

/* Is folded at p, reading p with A-Z as a-z? */
static bool ascii_at(const char *p, const char *folded, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != folded[i])
            return false;
    }
    return true;
}

static bool fits_folded(enum method method, const char *text, const char *folded)
{
    size_t n = strlen(text), k = strlen(folded);
    if (k > n)
        return false;
    if (method != CONTAINS)
        return ascii_at(text + (method == ENDS ? n - k : 0), folded, k);
    for (size_t i = 0; i + k <= n; i++)
        if (ascii_at(text + i, folded, k))
            return true;
    return false;
}

const char *when_fold(struct arena *arena, const char *text)
{
    if (!is_ascii(text))
        return text_fold(arena, text);
    char *folded = arena_strdup(arena, text);
    for (char *p = folded; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    return folded;
}

static bool fits(enum method method, const char *text, const char *folded)
{
    if (is_ascii(text))
        return fits_folded(method, text, folded);
    AUTO_ARENA scratch = arena_new();
    return fits_folded(method, text_fold(scratch, text), folded);
}

static bool truth(const struct when *w, const struct scene *scene);

static struct value size_of(const struct value *of, enum type type)
{
    struct value v = {.there = true};
    if (of->there)
        v.number = type == T_TAGS ? tags_count(of->text) : characters(of->text);
    return v;
}

static struct value value_of(const struct when *w, const struct scene *scene)
{
    struct value v;
    switch (w->kind) {
    case LITERAL:
        return (struct value){.there = w->type != T_NULL, .text = w->text, .number = w->number};
    case FIELD:
        return field_value(w->field, scene->ticket);
    case ENV:
        return env_value(w->pick, scene->env);
    case PAYLOAD:
        return payload_value(w, scene->env);
    case SIZE:
        v = value_of(w->left, scene);
        return size_of(&v, w->left->type);
    default:
        return (struct value){.there = true, .number = truth(w, scene)};
    }
}

static int order(const struct value *a, const struct value *b, enum type type)
{
    if (type == T_TEXT)
        return strcmp(a->text, b->text);
    return a->number != b->number ? (a->number > b->number) - (a->number < b->number) : a->rest - b->rest;
}

static bool compare_eval(const struct when *w, const struct scene *scene)
{
    struct value a = value_of(w->left, scene), b = value_of(w->right, scene);
    if (w->left->type == T_NULL || w->right->type == T_NULL)
        return (a.there == b.there) == (w->pick == EQ);
    if (!a.there || !b.there)
        return false;
    int c = order(&a, &b, w->left->type);
    const bool answers[] = {[EQ] = c == 0, [NE] = c != 0, [LT] = c < 0, [LE] = c <= 0, [GT] = c > 0, [GE] = c >= 0};
    return answers[w->pick];
}

static bool in_eval(const struct when *w, const struct scene *scene)
{
    struct value a = value_of(w->left, scene);
    if (!a.there)
        return false;
    if (w->right->kind == FIELD) {
        struct value tags = value_of(w->right, scene);
        return tags.there && tags_have(tags.text, a.text);
    }
    for (const struct when *item = w->right->left; item; item = item->next) {
        struct value b = value_of(item, scene);
        if (order(&a, &b, w->left->type) == 0)
            return true;
    }
    return false;
}

static bool method_fits(const struct when *w, const char *text)
{
    if (text && w->pick == MATCHES)
        return regex_match(w->regex, text, strlen(text)) == REGEX_YES;
    return text && fits((enum method)w->pick, text, w->folded);
}

/* What `text` is. */
static const size_t texts[] = {offsetof(struct ticket, title), offsetof(struct ticket, customer_name), offsetof(struct ticket, key),
                               offsetof(struct ticket, ref), offsetof(struct ticket, assignee)};
_Static_assert(sizeof texts / sizeof *texts == WHEN_TEXTS, "when.h says how many");

const char *when_text(const struct ticket *ticket, int index)
{
    return *(const char *const *)(const void *)((const char *)ticket + texts[index]);
}

bool when_text_is(const struct field *field)
{
    for (int k = 0; k < WHEN_TEXTS; k++)
        if (field->offset == texts[k])
            return true;
    return false;
}

static bool method_eval(const struct when *w, const struct scene *scene)
{
    if (w->left->kind == BODY)
        return scene->env && scene->env->body && scene->env->body(scene->env->body_arg, scene->ticket->id, w->folded);
    if (w->left->kind != ANY_TEXT)
        return method_fits(w, value_of(w->left, scene).text);
    for (int i = 0; i < WHEN_TEXTS; i++)
        if (method_fits(w, when_text(scene->ticket, i)))
            return true;
    return false;
}

static void any_text(struct field_set *fields)
{
    for (int i = 0; i < field_count; i++)
        if (when_text_is(&field_table[i]))
            field_set_add(fields, i);
}

void when_fields(const struct when *w, struct field_set *fields)
{
    if (!w)
        return;
    if (w->kind == FIELD)
        field_set_add(fields, field_index(w->field));
    if (w->kind == ANY_TEXT)
        any_text(fields);
    when_fields(w->left, fields);
    when_fields(w->right, fields);
    when_fields(w->next, fields);
}

static struct when *condition(struct arena *arena, enum kind kind, const struct when *left, const struct when *right)
{
    struct when *w = ARENA_NEW(arena, struct when);
    *w = (struct when){.kind = kind, .type = T_BOOL, .left = (struct when *)(uintptr_t)left, .right = (struct when *)(uintptr_t)right};
    return w;
}

const struct when *when_not(struct arena *arena, const struct when *when)
{
    return condition(arena, NOT, when, NULL);
}

bool when_asks(const struct when *when, const char *field)
{
    struct field_set named = {0};
    when_fields(when, &named);
    return field_set_has(&named, field_index(field_find(field)));
}

const struct when *when_shown(struct arena *arena, const struct when *when)
{
    if (when_asks(when, "deleted"))
        return when;
    struct when *is = condition(arena, FIELD, NULL, NULL), *not = condition(arena, NOT, is, NULL);
    is->field = field_find("deleted");
    return when ? condition(arena, AND, when, not) : not;
}

static bool has_eval(const struct when *w, const struct scene *scene)
{
    struct value v = value_of(w->left, scene);
    return v.there && (w->left->type != T_INT || v.number != 0);
}

static bool truth(const struct when *w, const struct scene *scene)
{
    switch (w->kind) {
    case NOT:
        return !truth(w->left, scene);
    case AND:
        return truth(w->left, scene) && truth(w->right, scene);
    case OR:
        return truth(w->left, scene) || truth(w->right, scene);
    case COMPARE:
        return compare_eval(w, scene);
    case IN:
        return in_eval(w, scene);
    case METHOD:
        return method_eval(w, scene);
    case HAS:
        return has_eval(w, scene);
    default:
        return value_of(w, scene).number != 0;
    }
}

bool when_eval(const struct when *when, const struct ticket *ticket, const struct when_env *env)
{
    struct scene scene = {ticket, env};
    return !when || truth(when, &scene);
}
