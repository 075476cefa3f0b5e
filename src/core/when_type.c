/* when_type: everything is typed when it is parsed, so that a misspelt word of a list or a comparison that could never hold is an
 * error when a configuration is loaded and never a rule that is silently false at night. Pure. */
#include "core/when_type.h"
#include "base/str.h"
#include "base/zone.h"
#include <string.h>

const char *const type_words[] = {
    [T_NULL] = "null", [T_BOOL] = "a yes or no", [T_INT] = "a number", [T_TIME] = "a time",
    [T_ENUM] = "a word of a list", [T_TEXT] = "a text", [T_TAGS] = "a set of words", [T_ANY_TEXT] = "several texts",
};

const char *type_describe(const struct when *w)
{
    return w->kind == FIELD ? w->field->name : w->kind == ENV ? when_names[w->pick].name : w->kind == PAYLOAD ? w->text :
           w->kind == ANY_TEXT ? "text" : w->kind == BODY ? "body" : "this";
}

bool type_condition(struct when_parser *ps, const struct when *w, bool bound)
{
    if (!w || w->type == T_BOOL)
        return w != NULL;
    ps->open = ps->token == END && !ps->failed && !bound;
    lex_fault(ps, ERR_USAGE, w->at, "%s is %s, not a condition; compare it with something", type_describe(w), type_words[w->type]);
    return false;
}

static bool two_digits(const char **p, int *out)
{
    const char *s = *p;
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
        return false;
    *out = (s[0] - '0') * 10 + s[1] - '0';
    *p = s + 2;
    return true;
}

static bool lit(const char **p, char c)
{
    return **p == c ? (*p)++, true : false;
}

/* "2026-11-23" or "2026-11-23T14:32[:07]Z" */
static bool time_literal(const char *p, int64_t *ms)
{
    int century, year, month, day, hour = 0, minute = 0, second = 0;
    if (!two_digits(&p, &century) || !two_digits(&p, &year) || !lit(&p, '-') || !two_digits(&p, &month) ||
        !lit(&p, '-') || !two_digits(&p, &day))
        return false;
    if (*p) {
        if (!lit(&p, 'T') || !two_digits(&p, &hour) || !lit(&p, ':') || !two_digits(&p, &minute))
            return false;
        if (*p == ':' && (p++, !two_digits(&p, &second)))
            return false;
        if (!lit(&p, 'Z') || *p)
            return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
        return false;
    *ms = (((civil_day(century * 100 + year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
    return true;
}

static bool enum_literal(struct when_parser *ps, struct when *word, const struct field *f)
{
    int value = *word->text ? field_word_value(f, word->text) : -1;
    if (value > 0) {
        word->type = T_ENUM;
        word->field = f;
        word->number = value;
        return true;
    }
    const char *near = NULL;
    for (int i = 1, least = 4; i < f->word_count; i++) {
        bool begins = *word->text && str_starts(f->words[i], word->text); /* what is not written out yet */
        int distance = begins ? 0 : str_distance(word->text, f->words[i]);
        if (distance < least) {
            near = f->words[i];
            least = distance;
        }
    }
    if (near)
        lex_fault(ps, ERR_USAGE, word->at, "%s is never \"%s\"; did you mean \"%s\"?", f->name, lex_brief(ps, word->text), near);
    else
        lex_fault(ps, ERR_USAGE, word->at, "%s is never \"%s\"; it is %s", f->name, lex_brief(ps, word->text), f->help);
    return false;
}

/* A payload's text is what stands beside it: a number, or the word of a yes or no. */
static void adopt_payload(struct when *payload, struct when *other, enum op op)
{
    if (payload->kind != PAYLOAD || other->kind == PAYLOAD)
        return;
    if (other->type == T_INT)
        payload->type = T_INT;
    if (other->kind == LITERAL && other->type == T_BOOL && payload->type == T_TEXT && (op == EQ || op == NE)) {
        other->text = other->number ? "true" : "false";
        other->type = T_TEXT;
    }
}

/* Gives a string beside an enum or a time the type that is meant. */
static bool adopt(struct when_parser *ps, struct when *literal, const struct when *other)
{
    if (literal->kind != LITERAL || literal->type != T_TEXT)
        return true;
    if (other->kind == FIELD && other->type == T_ENUM)
        return enum_literal(ps, literal, other->field);
    if (other->type != T_TIME || other->kind != FIELD)
        return true;
    if (!time_literal(literal->text, &literal->number))
        return lex_fault(ps, ERR_USAGE, literal->at, "\"%s\" is no time; write \"2026-11-23\" or \"2026-11-23T14:32:00Z\"", lex_brief(ps, literal->text));
    literal->type = T_TIME;
    return true;
}

static bool null_ok(struct when_parser *ps, const struct when *other, enum op op)
{
    bool named = other->kind == FIELD || other->kind == ENV || other->kind == PAYLOAD;
    if (!named || other->type == T_INT || other->type == T_BOOL)
        return lex_fault(ps, ERR_USAGE, other->at, "%s is never null", type_describe(other));
    return op == EQ || op == NE || lex_fault(ps, ERR_USAGE, other->at, "null compares with == and != only");
}

static bool same_family(const struct when *a, const struct when *b)
{
    bool number_a = a->type == T_INT || a->type == T_TIME, number_b = b->type == T_INT || b->type == T_TIME;
    if (number_a || number_b)
        return number_a && number_b;
    return a->type == b->type && (a->type != T_ENUM || a->field->words == b->field->words);
}

bool type_agree(struct when_parser *ps, struct when *a, struct when *b, enum op op)
{
    if (a->type == T_NULL || b->type == T_NULL)
        return null_ok(ps, a->type == T_NULL ? b : a, op);
    const struct when *set = a->type == T_TAGS ? a : b->type == T_TAGS ? b : NULL;
    if (set)
        return lex_fault(ps, ERR_USAGE, set->at, "%s is a set of words; write \"word\" in %s", type_describe(set), type_describe(set));
    if (a->type == T_ANY_TEXT || b->type == T_ANY_TEXT)
        return lex_fault(ps, ERR_USAGE, a->at, "%s is several texts; write %s.contains(\"...\")", type_describe(a->type == T_ANY_TEXT ? a : b), type_describe(a->type == T_ANY_TEXT ? a : b));
    adopt_payload(a, b, op);
    adopt_payload(b, a, op);
    if (!adopt(ps, a, b) || !adopt(ps, b, a))
        return false;
    if (!same_family(a, b))
        return lex_fault(ps, ERR_USAGE, b->at, "%s is %s and does not compare with %s", type_describe(a), type_words[a->type],
                     b->type == a->type ? "words of another list" : type_words[b->type]);
    if (a->type == T_BOOL && op != EQ && op != NE)
        return lex_fault(ps, ERR_USAGE, a->at, "a yes or no compares with == and != only");
    return true;
}
