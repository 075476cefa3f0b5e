/* when_words: the console's short spelling (`word`, `!word`, `field:x`), turned into the language itself: each term
 * becomes one clause, checked by the real parser, and the whole is printed canonically, which is what the console
 * shows. Pure. */
#include "core/when_tree.h"
#include "base/text.h"
#include <string.h>

#define BLANK " \t\r\n"

struct term {
    const char *whole;         /* as typed, for errors */
    bool negated, quoted;
    const char *name, *op;     /* NULL: just words; op is "" for field:x */
    const char *value;
};

static bool me_field(const struct field *f, const char *value)
{
    return strcmp(value, "me") == 0 && (strcmp(f->name, "assignee") == 0 || strcmp(f->name, "source_assignee") == 0);
}

static bool value_clause(struct str *out, const struct field *f, const char *op, const char *value)
{
    const char *compare = *op == 0 || strcmp(op, "=") == 0 ? "==" : op;
    bool yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
    if (strcmp(value, "none") == 0 || strcmp(value, "any") == 0)
        str_addf(out, f->type == FIELD_BOOL ? "%s%s" : "%shas(%s)", *value == 'n' ? "!" : "", f->name);
    else if (f->type == FIELD_BOOL)
        str_addf(out, "%s == %s", f->name, yes ? "true" : "false");
    else if (f->type == FIELD_INT || me_field(f, value))
        str_addf(out, "%s %s %s", f->name, compare, value);
    else if (f->type == FIELD_TAGS || (f->type == FIELD_TEXT && !*op)) {
        str_adds(out, f->type == FIELD_TAGS ? "" : f->name);
        str_adds(out, f->type == FIELD_TAGS ? "" : ".contains(");
        when_print_string(out, value);
        str_adds(out, f->type == FIELD_TAGS ? " in tags" : ")");
    } else {
        str_addf(out, "%s %s ", f->name, compare);
        when_print_string(out, value);
    }
    return true;
}

static bool value_ok(const struct field *f, const struct term *term, const char *value, struct err *err)
{
    static const char *const yes_no[] = {"yes", "no", "true", "false", "any", "none"};
    bool ok = *value != 0 && (f->type != FIELD_TAGS || !*term->op || *term->op == '=');
    if (f->type == FIELD_INT && strcmp(value, "any") && strcmp(value, "none"))
        ok = ok && strspn(value + (*value == '-'), "0123456789") == strlen(value) - (*value == '-') && value[*value == '-'];
    if (f->type == FIELD_BOOL) {
        ok = false;
        for (size_t i = 0; i < sizeof yes_no / sizeof *yes_no; i++)
            ok = ok || strcmp(value, yes_no[i]) == 0;
    }
    if (ok)
        return true;
    static const char *const wants[] = {[FIELD_INT] = "a number", [FIELD_BOOL] = "yes or no", [FIELD_TAGS] = "a word"};
    bool known = f->type == FIELD_INT || f->type == FIELD_BOOL || f->type == FIELD_TAGS;
    return err_set(err, ERR_USAGE, "%s: %s wants %s, or any, or none", term->whole, f->name, known ? wants[f->type] : "a value");
}

/* body:x, or body:"x y": one value, commas and all. */
static bool body_clause(struct str *out, const struct term *term, struct err *err)
{
    if (!*term->value || *term->op)
        return err_set(err, ERR_USAGE, "%s: body wants words: body:refund, body:\"does not print\"", term->whole);
    str_adds(out, "body.contains(");
    when_print_string(out, term->value);
    str_addc(out, ')');
    return true;
}

/* field:a,b is "one of"; a quoted value is one value, commas and all. */
static bool field_clause(struct arena *arena, struct str *out, const struct term *term, struct err *err)
{
    const char *real = when_alias(term->name);
    const struct field *f = field_find(real ? real : term->name);
    if (!f || !(f->flags & FIELD_WHEN)) {
        const char *near = when_suggest(term->name);
        return err_set(err, ERR_USAGE, "%s: unknown field \"%s\"%s%s%s quotes around it to search for the words", term->whole, term->name,
                       near ? "; did you mean \"" : "", near ? near : "", near ? "\"? Put" : "; put");
    }
    char *rest = arena_strdup(arena, term->value), *value;
    for (int i = 0; (value = term->quoted ? rest : strsep(&rest, ",")); i++) {
        if (!value_ok(f, term, value, err))
            return false;
        str_adds(out, i ? " || " : "");
        value_clause(out, f, term->op, value);
        if (term->quoted)
            break;
    }
    return true;
}

/* One or more quoted or bare pieces up to a blank; gives the end. */
static const char *read_value(const char *p, struct str *out, bool *quoted)
{
    while (*p && !strchr(BLANK, *p)) {
        if (*p != '"') {
            str_addc(out, *p++);
            continue;
        }
        *quoted = true;
        for (p++; *p && *p != '"'; p++) {
            if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
                p++;
            str_addc(out, *p);
        }
        p += *p == '"';
    }
    return p;
}

static const char *read_term(struct arena *arena, const char *p, struct term *term)
{
    static const char *const ops[] = {">=", "<=", ">", "<", "="};
    const char *start = p;
    *term = (struct term){.op = ""};
    term->negated = *p == '!' && p[1] && !strchr(BLANK, p[1]);
    p += term->negated;
    const char *colon = p + strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.0123456789");
    if (colon > p && (*p < '0' || *p > '9') && *colon == ':' && !str_starts(colon, "://")) {
        term->name = arena_strndup(arena, p, (size_t)(colon - p));
        p = colon + 1;
        for (size_t i = 0; !*term->op && i < sizeof ops / sizeof *ops; i++)
            if (str_starts(p, ops[i]))
                term->op = ops[i];
        p += strlen(term->op);
    }
    AUTO_STR value;
    str_init(&value, WHEN_TEXT);
    p = read_value(p, &value, &term->quoted);
    term->value = arena_strndup(arena, value.data, value.len);
    char cut[64];
    str_copy(cut, sizeof cut, arena_strndup(arena, start, (size_t)(p - start)));
    term->whole = arena_strdup(arena, cut);
    return p;
}

static bool term_clause(struct arena *arena, struct str *out, const struct term *term, struct err *err)
{
    AUTO_STR clause;
    str_init(&clause, 2 * WHEN_TEXT);
    if (term->name) {
        if (!(strcmp(term->name, "body") == 0 ? body_clause(&clause, term, err) : field_clause(arena, &clause, term, err)))
            return false;
    } else {
        str_adds(&clause, "text.contains(");
        when_print_string(&clause, term->value);
        str_addc(&clause, ')');
    }
    if (!when_parse_about(arena, clause.data, term->whole, err))
        return false;
    str_addf(out, "%s%s(%s)", out->len ? " && " : "", term->negated ? "!" : "", clause.data);
    return true;
}

char *when_from_words(struct arena *arena, const char *words, struct err *err)
{
    AUTO_STR out;
    str_init(&out, 4 * WHEN_TEXT);
    size_t n = words ? strlen(words) : 0;
    if (n > WHEN_TEXT || (n && !text_valid(words, n))) {
        err_set(err, n > WHEN_TEXT ? ERR_TOO_LARGE : ERR_USAGE, n > WHEN_TEXT ? "the filter is over %d bytes" : "the filter is not UTF-8", WHEN_TEXT);
        return NULL;
    }
    for (const char *p = words ? words + strspn(words, BLANK) : ""; *p; p += strspn(p, BLANK)) {
        struct term term;
        p = read_term(arena, p, &term);
        if ((term.name || *term.value) && !term_clause(arena, &out, &term, err))
            return NULL;
    }
    struct when *w = when_parse_about(arena, out.data, "the filter", err);
    return w ? when_print(arena, w) : NULL;
}
