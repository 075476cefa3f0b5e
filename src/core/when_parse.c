/* when_parse: from text to tree, by recursive descent, one token ahead. Every name is typed against the field table
 * here, so that a misspelt field or word is an error when a configuration is loaded and never a rule that is
 * silently false at night. Pure; limits: WHEN_TEXT, WHEN_NODES, WHEN_DEPTH. The first fault stays, the parser then
 * unwinds on NULLs. */
#include "base/str.h"
#include "core/when_tree.h"
#include "base/text.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- tokens ---- */

enum token { END, NAME, STRING, NUMBER, PUNCT, BROKEN };

struct parser {
    struct arena *arena;
    const char *text, *p; /* p: behind the present token */
    enum token token;
    int at;               /* where the present token starts */
    const char *word;     /* NAME, STRING, PUNCT: its text */
    int64_t number;
    int nodes, depth;
    const char *about;    /* errors name this instead of a column (console words) */
    bool event;           /* an event is at hand: its names are known, and those of templates */
    struct err *err;
    bool failed, open;    /* open: failed where the text ends, and it could go on */
};

static int column(const struct parser *ps, int at)
{
    int n = 1;
    for (int i = 0; i < at; i++)
        n += ((unsigned char)ps->text[i] & 0xC0) != 0x80;
    return n;
}

/* Keeps the first fault; later ones are its echo. Returns NULL so that `return fault(...)` reads well. */
static struct when *__attribute__((format(printf, 4, 5))) fault(struct parser *ps, enum err_code code, int at, const char *fmt, ...)
{
    if (ps->failed)
        return NULL;
    ps->failed = true;
    ps->token = BROKEN;
    va_list ap;
    va_start(ap, fmt);
    char line[400];
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (ps->about)
        err_set(ps->err, code, "%s: %s", ps->about, line);
    else
        err_set(ps->err, code, "column %d: %s", column(ps, at), line);
    return NULL;
}

/* A stranger's text, short enough for an error line. */
static const char *brief(struct parser *ps, const char *text)
{
    char cut[48];
    return str_copy(cut, sizeof cut, text) ? text : arena_printf(ps->arena, "%s...", cut);
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const char *name_end(const char *p)
{
    while (is_name_start(*p) || (*p >= '0' && *p <= '9'))
        p++;
    return p;
}

static const char *skip_blank(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* A dotted name is one word ("customer.tier" is then an unknown field by its full name), unless a call follows. */
static void lex_name(struct parser *ps)
{
    const char *start = ps->p, *end = name_end(start + (*start == '$'));
    while (*end == '.' && is_name_start(end[1])) {
        const char *more = name_end(end + 1);
        if (*skip_blank(more) == '(')
            break;
        end = more;
    }
    ps->token = NAME;
    ps->word = arena_strndup(ps->arena, start, (size_t)(end - start));
    ps->p = end;
}

static void lex_number(struct parser *ps)
{
    const char *p = ps->p + (*ps->p == '-');
    int64_t n = 0;
    bool fits_in = true;
    for (; *p >= '0' && *p <= '9'; p++)
        fits_in = fits_in && !__builtin_mul_overflow(n, 10, &n) && !__builtin_add_overflow(n, *p - '0', &n);
    if (*p == '.' || is_name_start(*p)) {
        fault(ps, ERR_USAGE, ps->at, "numbers are whole and have no unit");
        return;
    }
    if (!fits_in) {
        fault(ps, ERR_USAGE, ps->at, "the number is out of range");
        return;
    }
    ps->token = NUMBER;
    ps->number = *ps->p == '-' ? -n : n;
    ps->p = p;
}

/* p stands on the u of \uXXXX; gives the code, or 0. */
static unsigned hex4(const char *p)
{
    unsigned code = 0;
    for (int i = 1; i <= 4; i++) {
        const char *digits = "0123456789abcdef", *hit = p[i] ? strchr(digits, tolower((unsigned char)p[i])) : NULL;
        if (!hit)
            return 0;
        code = code * 16 + (unsigned)(hit - digits);
    }
    return code >= 0xD800 && code <= 0xDFFF ? 0 : code;
}

/* p stands behind a backslash. Writes what is meant, gives the length consumed, or 0. */
static int unescape(const char *p, struct str *out)
{
    static const char from[] = "nrt\\\"'", to[] = "\n\r\t\\\"'";
    const char *hit = *p ? strchr(from, *p) : NULL;
    if (hit) {
        str_addc(out, to[hit - from]);
        return 1;
    }
    unsigned code = *p == 'u' ? hex4(p) : 0;
    if (!code)
        return 0;
    char utf8[5];
    str_add(out, utf8, (size_t)text_encode(code, utf8));
    return 5;
}

static void lex_string(struct parser *ps)
{
    AUTO_STR out;
    str_init(&out, WHEN_TEXT);
    char quote = *ps->p;
    const char *p = ps->p + 1;
    while (*p && *p != quote) {
        int n = 1;
        if ((unsigned char)*p < 0x20)
            break;
        if (*p != '\\')
            str_addc(&out, *p);
        else if ((n = unescape(p + 1, &out)) == 0) {
            fault(ps, ERR_USAGE, (int)(p - ps->text), "unknown escape in a string; write \\\\ for a backslash");
            return;
        } else
            n++;
        p += n;
    }
    if (*p != quote) {
        fault(ps, ERR_USAGE, ps->at, *p ? "control character in a string; write \\n or \\t" : "the string has no end");
        return;
    }
    ps->token = STRING;
    ps->word = arena_strndup(ps->arena, out.data, out.len);
    ps->p = p + 1;
}

static void lex_punct(struct parser *ps)
{
    static const char *const puncts[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", "."};
    for (size_t i = 0; i < sizeof puncts / sizeof *puncts; i++)
        if (str_starts(ps->p, puncts[i])) {
            ps->token = PUNCT;
            ps->word = puncts[i];
            ps->p += strlen(puncts[i]);
            return;
        }
    static const char *const hints[][2] = {{"=", "write \"==\""}, {"&", "write \"&&\""}, {"|", "write \"||\""}};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (*ps->p == *hints[i][0]) {
            fault(ps, ERR_USAGE, ps->at, "unexpected \"%s\"; %s", hints[i][0], hints[i][1]);
            return;
        }
    const char *end = ps->p + 1;
    while (((unsigned char)*end & 0xC0) == 0x80)
        end++;
    fault(ps, ERR_USAGE, ps->at, "unexpected character \"%.*s\"", (int)(end - ps->p), ps->p);
}

static void advance(struct parser *ps)
{
    if (ps->failed)
        return;
    ps->p = skip_blank(ps->p);
    ps->at = (int)(ps->p - ps->text);
    char c = *ps->p;
    if (!c)
        ps->token = END;
    else if (is_name_start(c) || (c == '$' && ps->event && is_name_start(ps->p[1])))
        lex_name(ps);
    else if ((c >= '0' && c <= '9') || (c == '-' && ps->p[1] >= '0' && ps->p[1] <= '9'))
        lex_number(ps);
    else if (c == '"' || c == '\'')
        lex_string(ps);
    else
        lex_punct(ps);
}

static bool sees(const struct parser *ps, enum token token, const char *word)
{
    return ps->token == token && strcmp(ps->word, word) == 0;
}

static bool take(struct parser *ps, const char *punct)
{
    if (!sees(ps, PUNCT, punct))
        return false;
    advance(ps);
    return true;
}

static struct when *unexpected(struct parser *ps, const char *wanted)
{
    static const char *const spelled[][2] = {{"and", "&&"}, {"AND", "&&"}, {"or", "||"}, {"OR", "||"}, {"not", "!"}, {"NOT", "!"}};
    for (size_t i = 0; ps->token == NAME && i < sizeof spelled / sizeof *spelled; i++)
        if (strcmp(ps->word, spelled[i][0]) == 0)
            return fault(ps, ERR_USAGE, ps->at, "unexpected \"%s\"; write \"%s\"", spelled[i][0], spelled[i][1]);
    if (ps->token == END && !ps->failed) {
        ps->open = true;
        return fault(ps, ERR_USAGE, ps->at, "the expression ends where %s should stand", wanted);
    }
    if (ps->token == NUMBER)
        return fault(ps, ERR_USAGE, ps->at, "unexpected number; %s should stand here", wanted);
    return fault(ps, ERR_USAGE, ps->at, "unexpected \"%s\"; %s should stand here", ps->failed ? "" : brief(ps, ps->word), wanted);
}

/* ---- types ---- */

static const char *const type_words[] = {
    [T_NULL] = "null", [T_BOOL] = "a yes or no", [T_INT] = "a number", [T_TIME] = "a time",
    [T_ENUM] = "a word of a list", [T_TEXT] = "a text", [T_TAGS] = "a set of words", [T_ANY_TEXT] = "several texts",
};

/* Other tools' names of our fields: understood in console words, a hint elsewhere. */
static const char *const aliases[][2] = {
    {"subject", "title"}, {"tag", "tags"}, {"tier", "plan"}, {"customer.tier", "plan"}, {"customer_tier", "plan"},
    {"customer.name", "customer_name"}, {"customer.email", "customer_email"}, {"email", "customer_email"},
    {"name", "customer_name"}, {"organization", "tenant"}, {"org", "tenant"}, {"agent", "assignee"}, {"owner", "assignee"},
    {"external_ref", "ref"}, {"reference", "ref"}, {"created", "created_at"}, {"updated", "updated_at"},
    {"due", "next_due_at"}, {"reopened", "reopen_count"}, {"source", "account"}, {"lang", "language"},
    {"escalation", "escalated"}, {"snoozed", "snoozed_until"}, {"confidence", "urgency_bp"}, {"severity", "urgency"},
};

const char *when_alias(const char *name)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(name, aliases[i][0]) == 0)
            return aliases[i][1];
    return NULL;
}

static const char *nearest(const char *name, bool event)
{
    const char *best = when_alias(name);
    if (best)
        return best;
    best = field_suggest(name, FIELD_WHEN);
    int least = best ? str_distance(name, best) : 4;
    for (int i = 0; i < WHEN_NAMES; i++)
        if ((event || !when_names[i].event) && str_distance(name, when_names[i].name) < least) {
            best = when_names[i].name;
            least = str_distance(name, best);
        }
    return best;
}

const char *when_suggest(const char *name)
{
    return nearest(name, false);
}

/* The row of an own name that is no field, -1 if there is none. */
static int own_name(const char *name)
{
    for (int i = 0; i < WHEN_NAMES; i++)
        if (strcmp(name, when_names[i].name) == 0)
            return i;
    return -1;
}

/* What a name of templates is here: "$event.type" is `type`, "customer.tier" is `plan`. The name itself if it is none. */
static const char *plain_name(const char *name)
{
    static const char *const heads[] = {"event.", "ticket.", "classify."};
    const char *bare = name + (*name == '$'), *rest = NULL;
    for (size_t i = 0; i < sizeof heads / sizeof *heads && !rest; i++)
        rest = str_starts(bare, heads[i]) ? bare + strlen(heads[i]) : NULL;
    bool event = str_starts(bare, "event."), label = rest && (strcmp(rest, "urgency") == 0 || strcmp(rest, "category") == 0);
    if (event && strcmp(rest, "dialect") == 0)
        return "event_dialect";
    if (event)
        return str_starts(rest, "payload.") || strcmp(rest, "type") == 0 || strcmp(rest, "source") == 0 ? rest : name;
    if (rest)
        return (str_starts(bare, "ticket.") ? field_find(rest) != NULL : label) ? rest : name;
    const char *ours = *name != '$' && own_name(name) < 0 && !field_find(name) ? when_alias(name) : NULL;
    return ours ? ours : name;
}

static struct when *unknown_name(struct parser *ps, const char *name, int at)
{
    const char *near = nearest(name, ps->event);
    int own = own_name(name);
    if (!when_alias(name) && (str_starts(name, "payload.") || (own >= 0 && when_names[own].event)))
        return fault(ps, ERR_USAGE, at, "\"%s\" is of an event, which only a route has at hand", brief(ps, name));
    if (field_find(name))
        return fault(ps, ERR_USAGE, at, "field \"%s\" is not for conditions", name);
    if (near)
        return fault(ps, ERR_USAGE, at, "unknown field \"%s\"; did you mean \"%s\"?", brief(ps, name), near);
    return fault(ps, ERR_USAGE, at, "unknown field \"%s\"", brief(ps, name));
}

static enum type field_type_of(const struct field *f)
{
    static const enum type types[] = {
        [FIELD_TEXT] = T_TEXT, [FIELD_TAGS] = T_TAGS, [FIELD_JSON] = T_TEXT, [FIELD_INT] = T_INT,
        [FIELD_TIME] = T_TIME, [FIELD_ENUM] = T_ENUM, [FIELD_BOOL] = T_BOOL,
    };
    return types[f->type];
}

static struct when *node_new(struct parser *ps, enum kind kind, enum type type, int at)
{
    if (++ps->nodes > WHEN_NODES)
        return fault(ps, ERR_TOO_LARGE, at, "over %d parts; split the expression", WHEN_NODES);
    struct when *w = ARENA_NEW(ps->arena, struct when);
    w->kind = kind;
    w->type = type;
    w->at = at;
    return w;
}

static const char *describe(const struct when *w)
{
    return w->kind == FIELD ? w->field->name : w->kind == ENV ? when_names[w->pick].name : w->kind == PAYLOAD ? w->text :
           w->kind == ANY_TEXT ? "text" : "this";
}

/* bound: a sign stands before it that no comparison can follow, but a method may. */
static bool need_condition(struct parser *ps, const struct when *w, bool bound)
{
    if (!w || w->type == T_BOOL)
        return w != NULL;
    ps->open = ps->token == END && !ps->failed && !bound;
    fault(ps, ERR_USAGE, w->at, "%s is %s, not a condition; compare it with something", describe(w), type_words[w->type]);
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

/* Days since 1970-01-01 of a civil date. */
static int64_t civil_days(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
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
    *ms = (((civil_days(century * 100 + year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
    return true;
}

static bool enum_literal(struct parser *ps, struct when *word, const struct field *f)
{
    int value = *word->text ? field_word_value(f, word->text) : -1;
    if (value > 0) {
        word->type = T_ENUM;
        word->field = f;
        word->number = value;
        return true;
    }
    const char *near = NULL;
    for (int i = 1, least = 4; i < f->word_count; i++)
        if (str_distance(word->text, f->words[i]) < least) {
            near = f->words[i];
            least = str_distance(word->text, near);
        }
    if (near)
        fault(ps, ERR_USAGE, word->at, "%s is never \"%s\"; did you mean \"%s\"?", f->name, brief(ps, word->text), near);
    else
        fault(ps, ERR_USAGE, word->at, "%s is never \"%s\"; it is %s", f->name, brief(ps, word->text), f->help);
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
static bool adopt(struct parser *ps, struct when *literal, const struct when *other)
{
    if (literal->kind != LITERAL || literal->type != T_TEXT)
        return true;
    if (other->kind == FIELD && other->type == T_ENUM)
        return enum_literal(ps, literal, other->field);
    if (other->type != T_TIME || other->kind != FIELD)
        return true;
    if (!time_literal(literal->text, &literal->number))
        return fault(ps, ERR_USAGE, literal->at, "\"%s\" is no time; write \"2026-11-23\" or \"2026-11-23T14:32:00Z\"", brief(ps, literal->text));
    literal->type = T_TIME;
    return true;
}

static bool null_ok(struct parser *ps, const struct when *other, enum op op)
{
    bool named = other->kind == FIELD || other->kind == ENV || other->kind == PAYLOAD;
    if (!named || other->type == T_INT || other->type == T_BOOL)
        return fault(ps, ERR_USAGE, other->at, "%s is never null", describe(other));
    return op == EQ || op == NE || fault(ps, ERR_USAGE, other->at, "null compares with == and != only");
}

static bool same_family(const struct when *a, const struct when *b)
{
    bool number_a = a->type == T_INT || a->type == T_TIME, number_b = b->type == T_INT || b->type == T_TIME;
    if (number_a || number_b)
        return number_a && number_b;
    return a->type == b->type && (a->type != T_ENUM || a->field->words == b->field->words);
}

static bool agree(struct parser *ps, struct when *a, struct when *b, enum op op)
{
    if (a->type == T_NULL || b->type == T_NULL)
        return null_ok(ps, a->type == T_NULL ? b : a, op);
    const struct when *set = a->type == T_TAGS ? a : b->type == T_TAGS ? b : NULL;
    if (set)
        return fault(ps, ERR_USAGE, set->at, "%s is a set of words; write \"word\" in %s", describe(set), describe(set));
    if (a->type == T_ANY_TEXT || b->type == T_ANY_TEXT)
        return fault(ps, ERR_USAGE, a->at, "text is several texts; write text.contains(\"...\")");
    adopt_payload(a, b, op);
    adopt_payload(b, a, op);
    if (!adopt(ps, a, b) || !adopt(ps, b, a))
        return false;
    if (!same_family(a, b))
        return fault(ps, ERR_USAGE, b->at, "%s is %s and does not compare with %s", describe(a), type_words[a->type],
                     b->type == a->type ? "words of another list" : type_words[b->type]);
    if (a->type == T_BOOL && op != EQ && op != NE)
        return fault(ps, ERR_USAGE, a->at, "a yes or no compares with == and != only");
    return true;
}

/* ---- the grammar, tightest first ---- */

static struct when *parse_or(struct parser *ps);

static bool deeper(struct parser *ps)
{
    return ++ps->depth <= WHEN_DEPTH || fault(ps, ERR_TOO_LARGE, ps->at, "nested over %d deep", WHEN_DEPTH);
}

static struct when *parse_literal(struct parser *ps)
{
    static const struct {
        const char *name;
        enum type type;
        int64_t number;
    } constants[] = {{"true", T_BOOL, 1}, {"false", T_BOOL, 0}, {"null", T_NULL, 0}};
    struct when *w = NULL;
    if (ps->token == STRING && (w = node_new(ps, LITERAL, T_TEXT, ps->at)))
        w->text = ps->word;
    if (ps->token == NUMBER && (w = node_new(ps, LITERAL, T_INT, ps->at)))
        w->number = ps->number;
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (sees(ps, NAME, constants[i].name) && (w = node_new(ps, LITERAL, constants[i].type, ps->at)))
            w->number = constants[i].number;
    if (w)
        advance(ps);
    return w;
}

static struct when *payload_new(struct parser *ps, const char *name)
{
    struct when *w = node_new(ps, PAYLOAD, T_TEXT, ps->at);
    if (w)
        w->text = arena_strdup(ps->arena, name + strlen("payload."));
    return w;
}

static struct when *parse_name(struct parser *ps)
{
    if (ps->token != NAME)
        return unexpected(ps, "a field");
    const char *name = ps->event ? plain_name(ps->word) : ps->word;
    const struct field *f = field_find(name);
    int own = own_name(name);
    struct when *w = NULL;
    if (f && f->flags & FIELD_WHEN) {
        if ((w = node_new(ps, FIELD, field_type_of(f), ps->at)))
            w->field = f;
    } else if (strcmp(name, "text") == 0)
        w = node_new(ps, ANY_TEXT, T_ANY_TEXT, ps->at);
    else if (own >= 0 && (ps->event || !when_names[own].event)) {
        if ((w = node_new(ps, ENV, when_names[own].type, ps->at)))
            w->pick = own;
    } else if (ps->event && str_starts(name, "payload."))
        w = payload_new(ps, name);
    else
        return unknown_name(ps, name, ps->at);
    advance(ps);
    return w;
}

/* has(field), size(field); the present token is the name, a "(" follows. */
static struct when *parse_call(struct parser *ps)
{
    bool has = sees(ps, NAME, "has");
    int at = ps->at;
    if (!has && !sees(ps, NAME, "size"))
        return fault(ps, ERR_USAGE, at, "unknown function \"%s\"; there are has(field) and size(field)", brief(ps, ps->word));
    struct when *w = node_new(ps, has ? HAS : SIZE, has ? T_BOOL : T_INT, at);
    advance(ps);
    advance(ps);
    if (!w || !(w->left = parse_name(ps)))
        return NULL;
    enum type type = w->left->type;
    if (type == T_ANY_TEXT || (has ? type == T_BOOL : type != T_TEXT && type != T_TAGS))
        return fault(ps, ERR_USAGE, w->left->at, "%s is %s: nothing to ask %s of", describe(w->left), type_words[type], has ? "has" : "size");
    return take(ps, ")") ? w : unexpected(ps, "\")\"");
}

/* Makes a method's argument ready for evaluating. */
static bool arm(struct parser *ps, struct when *w)
{
    if (w->pick != MATCHES) {
        w->folded = text_fold(ps->arena, w->right->text);
        return true;
    }
    struct err why = {0};
    w->regex = regex_new_in(ps->arena, w->right->text, REGEX_PLAIN, &why);
    return w->regex || fault(ps, ERR_USAGE, w->right->at, "%s", why.text);
}

/* .contains("x"); the present token is the dot. */
static struct when *parse_method(struct parser *ps, struct when *on)
{
    advance(ps);
    int method = 0, at = ps->at;
    while (method < METHODS && !sees(ps, NAME, when_methods[method]))
        method++;
    if (method == METHODS)
        return unexpected(ps, "contains, startsWith, endsWith or matches");
    if (on->type != T_TEXT && on->type != T_ANY_TEXT)
        return fault(ps, ERR_USAGE, at, "%s is %s; %s is for texts", describe(on), type_words[on->type], when_methods[method]);
    advance(ps);
    struct when *w = node_new(ps, METHOD, T_BOOL, on->at);
    if (!w || !take(ps, "("))
        return unexpected(ps, "\"(\"");
    if (ps->token != STRING)
        return unexpected(ps, "a string");
    w->pick = method;
    w->left = on;
    if (!(w->right = parse_literal(ps)))
        return NULL;
    if (!arm(ps, w))
        return NULL;
    return take(ps, ")") ? w : unexpected(ps, "\")\"");
}

static struct when *parse_primary(struct parser *ps)
{
    if (take(ps, "(")) {
        struct when *w = deeper(ps) ? parse_or(ps) : NULL;
        ps->depth--;
        return !w ? NULL : take(ps, ")") ? w : unexpected(ps, "\")\"");
    }
    struct when *w = parse_literal(ps);
    if (w || ps->failed)
        return w;
    if (sees(ps, PUNCT, "["))
        return fault(ps, ERR_USAGE, ps->at, "a list stands only behind \"in\"");
    if (ps->token != NAME)
        return unexpected(ps, "a field or a value");
    if (*skip_blank(ps->p) == '(')
        return parse_call(ps);
    w = parse_name(ps);
    return w && sees(ps, PUNCT, ".") ? parse_method(ps, w) : w;
}

static struct when *parse_unary(struct parser *ps)
{
    int at = ps->at;
    if (!take(ps, "!"))
        return parse_primary(ps);
    struct when *w = node_new(ps, NOT, T_BOOL, at);
    if (w)
        w->left = deeper(ps) ? parse_unary(ps) : NULL;
    ps->depth--;
    return w && need_condition(ps, w->left, w->left && w->left->type != T_TEXT && w->left->type != T_ANY_TEXT) ? w : NULL;
}

static struct when *parse_list(struct parser *ps)
{
    struct when *list = node_new(ps, LIST, T_NULL, ps->at), **tail = list ? &list->left : NULL;
    advance(ps);
    while (!ps->failed && !take(ps, "]")) {
        if (list->left && !take(ps, ","))
            return unexpected(ps, "\",\" or \"]\"");
        if (!(*tail = parse_literal(ps)))
            return unexpected(ps, "a string or a number");
        tail = &(*tail)->next;
    }
    return ps->failed ? NULL : list;
}

static struct when *parse_in(struct parser *ps, struct when *left)
{
    struct when *w = node_new(ps, IN, T_BOOL, left->at);
    advance(ps);
    struct when *right = sees(ps, PUNCT, "[") ? parse_list(ps) : ps->token == NAME ? parse_name(ps) : unexpected(ps, "a list or tags");
    if (!w || !right)
        return NULL;
    w->left = left;
    w->right = right;
    if (right->kind == LIST) {
        if (left->type == T_NULL || left->type == T_TAGS || left->type == T_ANY_TEXT)
            return fault(ps, ERR_USAGE, left->at, "%s is %s: not one of a list", describe(left), type_words[left->type]);
        for (struct when *item = right->left; item; item = item->next) {
            if (item->type == T_NULL)
                return fault(ps, ERR_USAGE, item->at, "a list holds no null; write %s == null", describe(left));
            if (!agree(ps, left, item, EQ))
                return NULL;
            if (left->kind == PAYLOAD && item->type != right->left->type)
                return fault(ps, ERR_USAGE, item->at, "a list beside a payload holds numbers or texts, not both");
        }
        return w;
    }
    if (right->type != T_TAGS)
        return fault(ps, ERR_USAGE, right->at, "%s is %s; \"in\" wants a list or tags", describe(right), type_words[right->type]);
    if (left->type == T_TEXT)
        return w;
    return fault(ps, ERR_USAGE, left->at, "%s holds words; %s is %s", describe(right), describe(left), type_words[left->type]);
}

static int sees_op(const struct parser *ps)
{
    for (int op = EQ; op <= GE; op++)
        if (sees(ps, PUNCT, when_ops[op]))
            return op;
    return -1;
}

static struct when *parse_relation(struct parser *ps)
{
    struct when *left = parse_unary(ps), *w = left;
    if (!left)
        return NULL;
    int op = sees_op(ps);
    if (sees(ps, NAME, "in"))
        w = parse_in(ps, left);
    else if (op >= 0) {
        w = node_new(ps, COMPARE, T_BOOL, left->at);
        advance(ps);
        struct when *right = parse_unary(ps);
        if (!w || !right || !agree(ps, left, right, (enum op)op))
            return NULL;
        w->pick = op;
        w->left = left;
        w->right = right;
    }
    if (w && w != left && (sees_op(ps) >= 0 || sees(ps, NAME, "in")))
        return fault(ps, ERR_USAGE, ps->at, "comparisons do not chain; join them with &&");
    return w;
}

/* One left-leaning chain of `join`s over `part`s. */
static struct when *parse_chain(struct parser *ps, const char *join, enum kind kind, struct when *part(struct parser *))
{
    struct when *left = part(ps);
    while (left && sees(ps, PUNCT, join)) {
        struct when *w = need_condition(ps, left, false) ? node_new(ps, kind, T_BOOL, left->at) : NULL;
        advance(ps);
        struct when *right = w ? part(ps) : NULL;
        if (!need_condition(ps, right, false))
            return NULL;
        w->left = left;
        w->right = right;
        left = w;
    }
    return left;
}

static struct when *parse_and(struct parser *ps)
{
    return parse_chain(ps, "&&", AND, parse_relation);
}

static struct when *parse_or(struct parser *ps)
{
    return parse_chain(ps, "||", OR, parse_and);
}

static struct when *parse_whole(struct parser *ps)
{
    advance(ps);
    struct when *w = parse_or(ps);
    if (!need_condition(ps, w, false))
        return NULL;
    if (ps->token != END)
        return unexpected(ps, "\"&&\", \"||\" or the end");
    return when_print_within(ps->arena, w) ? w : fault(ps, ERR_TOO_LARGE, 0, "over %d bytes when spelled out", WHEN_TEXT);
}

static struct when *parse_text(struct parser *ps, const char *text)
{
    ps->text = text && *skip_blank(text) ? text : "true";
    ps->p = ps->text;
    size_t n = strlen(ps->text);
    if (n > WHEN_TEXT)
        return fault(ps, ERR_TOO_LARGE, 0, "over %d bytes", WHEN_TEXT);
    if (!text_valid(ps->text, n))
        return fault(ps, ERR_USAGE, 0, "not UTF-8");
    return parse_whole(ps);
}

struct when *when_parse_about(struct arena *arena, const char *text, const char *about, struct err *err)
{
    struct parser ps = {.arena = arena, .about = about, .err = err};
    return parse_text(&ps, text);
}

enum when_state when_state(struct arena *arena, const char *text)
{
    struct err why = {0};
    struct parser ps = {.arena = arena, .err = &why};
    return parse_text(&ps, text) ? WHEN_WHOLE : ps.open ? WHEN_OPEN : WHEN_WRONG;
}

struct when *when_parse_event(struct arena *arena, const char *text, struct err *err)
{
    struct parser ps = {.arena = arena, .event = true, .err = err};
    return parse_text(&ps, text);
}

struct when *when_parse(struct arena *arena, const char *text, struct err *err)
{
    return when_parse_about(arena, text, NULL, err);
}
