/* when_parse: from text to tree, by recursive descent over when_lex's tokens. Every name is looked up in the field table here, and
 * typed (when_type). Pure; limits: WHEN_TEXT, WHEN_NODES, WHEN_DEPTH. The first fault stays, the parser then unwinds on NULLs. */
#include "base/str.h"
#include "base/text.h"
#include "core/when_type.h"
#include <string.h>

/* ---- names ---- */

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
    for (int i = 0; i < WHEN_NAMES; i++) {
        int d = event || !when_names[i].event ? str_distance(name, when_names[i].name) : 99;
        if (d < least && 2 * d <= (int)strlen(when_names[i].name)) {
            best = when_names[i].name;
            least = d;
        }
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

static struct when *unknown_name(struct when_parser *ps, const char *name, int at)
{
    const char *near = nearest(name, ps->event);
    int own = own_name(name);
    if (!when_alias(name) && (str_starts(name, "payload.") || (own >= 0 && when_names[own].event)))
        return lex_fault(ps, ERR_USAGE, at, "\"%s\" is of an event, which only a route has at hand", lex_brief(ps, name));
    if (strcmp(name, "body") == 0)
        return lex_fault(ps, ERR_USAGE, at, "body is looked up where tickets are looked for (/, ls --where); what is kept goes by fields");
    if (field_find(name))
        return lex_fault(ps, ERR_USAGE, at, "field \"%s\" is not for conditions", name);
    if (near)
        return lex_fault(ps, ERR_USAGE, at, "unknown field \"%s\"; did you mean \"%s\"?", lex_brief(ps, name), near);
    return lex_fault(ps, ERR_USAGE, at, "unknown field \"%s\"", lex_brief(ps, name));
}

static enum type field_type_of(const struct field *f)
{
    static const enum type types[] = {
        [FIELD_TEXT] = T_TEXT, [FIELD_TAGS] = T_TAGS, [FIELD_JSON] = T_TEXT, [FIELD_INT] = T_INT,
        [FIELD_TIME] = T_TIME, [FIELD_ENUM] = T_ENUM, [FIELD_BOOL] = T_BOOL,
    };
    return types[f->type];
}

/* ---- the grammar, tightest first ---- */

static struct when *node_new(struct when_parser *ps, enum kind kind, enum type type, int at)
{
    if (++ps->nodes > WHEN_NODES)
        return lex_fault(ps, ERR_TOO_LARGE, at, "over %d parts; split the expression", WHEN_NODES);
    struct when *w = ARENA_NEW(ps->arena, struct when);
    w->kind = kind;
    w->type = type;
    w->at = at;
    return w;
}

static struct when *parse_or(struct when_parser *ps);

static bool deeper(struct when_parser *ps)
{
    return ++ps->depth <= WHEN_DEPTH || lex_fault(ps, ERR_TOO_LARGE, ps->at, "nested over %d deep", WHEN_DEPTH);
}

static struct when *parse_literal(struct when_parser *ps)
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
        if (lex_sees(ps, NAME, constants[i].name) && (w = node_new(ps, LITERAL, constants[i].type, ps->at)))
            w->number = constants[i].number;
    if (w)
        lex_advance(ps);
    return w;
}

static struct when *payload_new(struct when_parser *ps, const char *name)
{
    struct when *w = node_new(ps, PAYLOAD, T_TEXT, ps->at);
    if (w)
        w->text = arena_strdup(ps->arena, name + strlen("payload."));
    return w;
}

static struct when *parse_name(struct when_parser *ps)
{
    if (ps->token != NAME)
        return lex_unexpected(ps, "a field");
    const char *name = ps->event ? plain_name(ps->word) : ps->word;
    const struct field *f = field_find(name);
    int own = own_name(name);
    struct when *w = NULL;
    if (f && f->flags & FIELD_WHEN) {
        if ((w = node_new(ps, FIELD, field_type_of(f), ps->at)))
            w->field = f;
    } else if (strcmp(name, "text") == 0)
        w = node_new(ps, ANY_TEXT, T_ANY_TEXT, ps->at);
    else if (strcmp(name, "body") == 0 && ps->asked)
        w = node_new(ps, BODY, T_ANY_TEXT, ps->at);
    else if (own >= 0 && (ps->event || !when_names[own].event)) {
        if ((w = node_new(ps, ENV, when_names[own].type, ps->at)))
            w->pick = own;
    } else if (ps->event && str_starts(name, "payload."))
        w = payload_new(ps, name);
    else
        return unknown_name(ps, name, ps->at);
    lex_advance(ps);
    return w;
}

/* has(field), size(field); the present token is the name, a "(" follows. */
static struct when *parse_call(struct when_parser *ps)
{
    bool has = lex_sees(ps, NAME, "has");
    int at = ps->at;
    if (!has && !lex_sees(ps, NAME, "size"))
        return lex_fault(ps, ERR_USAGE, at, "unknown function \"%s\"; there are has(field) and size(field)", lex_brief(ps, ps->word));
    struct when *w = node_new(ps, has ? HAS : SIZE, has ? T_BOOL : T_INT, at);
    lex_advance(ps);
    lex_advance(ps);
    if (!w || !(w->left = parse_name(ps)))
        return NULL;
    enum type type = w->left->type;
    if (type == T_ANY_TEXT || (has ? type == T_BOOL : type != T_TEXT && type != T_TAGS))
        return lex_fault(ps, ERR_USAGE, w->left->at, "%s is %s: nothing to ask %s of", type_describe(w->left), type_words[type], has ? "has" : "size");
    return lex_take(ps, ")") ? w : lex_unexpected(ps, "\")\"");
}

/* Makes a method's argument ready for evaluating. */
static bool arm(struct when_parser *ps, struct when *w)
{
    if (w->pick != MATCHES) {
        w->folded = text_fold(ps->arena, w->right->text);
        return true;
    }
    struct err why = {0};
    w->regex = regex_new_in(ps->arena, w->right->text, REGEX_PLAIN, &why);
    return w->regex || lex_fault(ps, ERR_USAGE, w->right->at, "%s", why.text);
}

/* .contains("x"); the present token is the dot. */
static struct when *parse_method(struct when_parser *ps, struct when *on)
{
    lex_advance(ps);
    int method = 0, at = ps->at;
    while (method < METHODS && !lex_sees(ps, NAME, when_methods[method]))
        method++;
    if (method == METHODS)
        return lex_unexpected(ps, "contains, startsWith, endsWith or matches");
    if (on->type != T_TEXT && on->type != T_ANY_TEXT)
        return lex_fault(ps, ERR_USAGE, at, "%s is %s; %s is for texts", type_describe(on), type_words[on->type], when_methods[method]);
    if (on->kind == BODY && method != CONTAINS)
        return lex_fault(ps, ERR_USAGE, at, "body is looked up by its words: write body.contains(\"...\")");
    lex_advance(ps);
    struct when *w = node_new(ps, METHOD, T_BOOL, on->at);
    if (!w || !lex_take(ps, "("))
        return lex_unexpected(ps, "\"(\"");
    if (ps->token != STRING)
        return lex_unexpected(ps, "a string");
    w->pick = method;
    w->left = on;
    if (!(w->right = parse_literal(ps)))
        return NULL;
    if (!arm(ps, w))
        return NULL;
    return lex_take(ps, ")") ? w : lex_unexpected(ps, "\")\"");
}

static struct when *parse_primary(struct when_parser *ps)
{
    if (lex_take(ps, "(")) {
        struct when *w = deeper(ps) ? parse_or(ps) : NULL;
        ps->depth--;
        return !w ? NULL : lex_take(ps, ")") ? w : lex_unexpected(ps, "\")\"");
    }
    struct when *w = parse_literal(ps);
    if (w || ps->failed)
        return w;
    if (lex_sees(ps, PUNCT, "["))
        return lex_fault(ps, ERR_USAGE, ps->at, "a list stands only behind \"in\"");
    if (ps->token != NAME)
        return lex_unexpected(ps, "a field or a value");
    if (*lex_blank(ps->p) == '(')
        return parse_call(ps);
    w = parse_name(ps);
    return w && lex_sees(ps, PUNCT, ".") ? parse_method(ps, w) : w;
}

static struct when *parse_unary(struct when_parser *ps)
{
    int at = ps->at;
    if (!lex_take(ps, "!"))
        return parse_primary(ps);
    struct when *w = node_new(ps, NOT, T_BOOL, at);
    if (w)
        w->left = deeper(ps) ? parse_unary(ps) : NULL;
    ps->depth--;
    return w && type_condition(ps, w->left, w->left && w->left->type != T_TEXT && w->left->type != T_ANY_TEXT) ? w : NULL;
}

static struct when *parse_list(struct when_parser *ps)
{
    struct when *list = node_new(ps, LIST, T_NULL, ps->at), **tail = list ? &list->left : NULL;
    lex_advance(ps);
    while (!ps->failed && !lex_take(ps, "]")) {
        if (list->left && !lex_take(ps, ","))
            return lex_unexpected(ps, "\",\" or \"]\"");
        if (!(*tail = parse_literal(ps)))
            return lex_unexpected(ps, "a string or a number");
        tail = &(*tail)->next;
    }
    return ps->failed ? NULL : list;
}

static struct when *parse_in(struct when_parser *ps, struct when *left)
{
    struct when *w = node_new(ps, IN, T_BOOL, left->at);
    lex_advance(ps);
    struct when *right = lex_sees(ps, PUNCT, "[") ? parse_list(ps) : ps->token == NAME ? parse_name(ps) : lex_unexpected(ps, "a list or tags");
    if (!w || !right)
        return NULL;
    w->left = left;
    w->right = right;
    if (right->kind == LIST) {
        if (left->type == T_NULL || left->type == T_TAGS || left->type == T_ANY_TEXT)
            return lex_fault(ps, ERR_USAGE, left->at, "%s is %s: not one of a list", type_describe(left), type_words[left->type]);
        for (struct when *item = right->left; item; item = item->next) {
            if (item->type == T_NULL)
                return lex_fault(ps, ERR_USAGE, item->at, "a list holds no null; write %s == null", type_describe(left));
            if (!type_agree(ps, left, item, EQ))
                return NULL;
            if (left->kind == PAYLOAD && item->type != right->left->type)
                return lex_fault(ps, ERR_USAGE, item->at, "a list beside a payload holds numbers or texts, not both");
        }
        return w;
    }
    if (right->type != T_TAGS)
        return lex_fault(ps, ERR_USAGE, right->at, "%s is %s; \"in\" wants a list or tags", type_describe(right), type_words[right->type]);
    if (left->type == T_TEXT)
        return w;
    return lex_fault(ps, ERR_USAGE, left->at, "%s holds words; %s is %s", type_describe(right), type_describe(left), type_words[left->type]);
}

static int sees_op(const struct when_parser *ps)
{
    for (int op = EQ; op <= GE; op++)
        if (lex_sees(ps, PUNCT, when_ops[op]))
            return op;
    return -1;
}

static struct when *parse_relation(struct when_parser *ps)
{
    struct when *left = parse_unary(ps), *w = left;
    if (!left)
        return NULL;
    int op = sees_op(ps);
    if (left->type == T_ANY_TEXT && (op >= 0 || lex_sees(ps, NAME, "in")))
        return lex_fault(ps, ERR_USAGE, left->at, "%s is several texts; write %s.contains(\"...\")", type_describe(left), type_describe(left));
    if (lex_sees(ps, NAME, "in"))
        w = parse_in(ps, left);
    else if (op >= 0) {
        w = node_new(ps, COMPARE, T_BOOL, left->at);
        lex_advance(ps);
        struct when *right = parse_unary(ps);
        if (!w || !right || !type_agree(ps, left, right, (enum op)op))
            return NULL;
        w->pick = op;
        w->left = left;
        w->right = right;
    }
    if (w && w != left && (sees_op(ps) >= 0 || lex_sees(ps, NAME, "in")))
        return lex_fault(ps, ERR_USAGE, ps->at, "comparisons do not chain; join them with &&");
    return w;
}

/* One left-leaning chain of `join`s over `part`s. */
static struct when *parse_chain(struct when_parser *ps, const char *join, enum kind kind, struct when *part(struct when_parser *))
{
    struct when *left = part(ps);
    while (left && lex_sees(ps, PUNCT, join)) {
        struct when *w = type_condition(ps, left, false) ? node_new(ps, kind, T_BOOL, left->at) : NULL;
        lex_advance(ps);
        struct when *right = w ? part(ps) : NULL;
        if (!type_condition(ps, right, false))
            return NULL;
        w->left = left;
        w->right = right;
        left = w;
    }
    return left;
}

static struct when *parse_and(struct when_parser *ps)
{
    return parse_chain(ps, "&&", AND, parse_relation);
}

static struct when *parse_or(struct when_parser *ps)
{
    return parse_chain(ps, "||", OR, parse_and);
}

static struct when *parse_whole(struct when_parser *ps)
{
    lex_advance(ps);
    struct when *w = parse_or(ps);
    if (!type_condition(ps, w, false))
        return NULL;
    if (ps->token != END)
        return lex_unexpected(ps, "\"&&\", \"||\" or the end");
    return when_print_within(ps->arena, w) ? w : lex_fault(ps, ERR_TOO_LARGE, 0, "over %d bytes when spelled out", WHEN_TEXT);
}

static struct when *parse_text(struct when_parser *ps, const char *text)
{
    ps->text = text && *lex_blank(text) ? text : "true";
    ps->p = ps->text;
    size_t n = strlen(ps->text);
    if (n > WHEN_TEXT)
        return lex_fault(ps, ERR_TOO_LARGE, 0, "over %d bytes", WHEN_TEXT);
    if (!text_valid(ps->text, n))
        return lex_fault(ps, ERR_USAGE, 0, "not UTF-8");
    return parse_whole(ps);
}

struct when *when_parse_about(struct arena *arena, const char *text, const char *about, struct err *err)
{
    struct when_parser ps = {.arena = arena, .about = about, .asked = true, .err = err};
    return parse_text(&ps, text);
}

enum when_state when_state(struct arena *arena, const char *text)
{
    struct err why = {0};
    struct when_parser ps = {.arena = arena, .asked = true, .err = &why};
    return parse_text(&ps, text) ? WHEN_WHOLE : ps.open ? WHEN_OPEN : WHEN_WRONG;
}

struct when *when_parse_event(struct arena *arena, const char *text, struct err *err)
{
    struct when_parser ps = {.arena = arena, .event = true, .err = err};
    return parse_text(&ps, text);
}

struct when *when_parse(struct arena *arena, const char *text, struct err *err)
{
    struct when_parser ps = {.arena = arena, .err = err};
    return parse_text(&ps, text);
}

struct when *when_parse_asked(struct arena *arena, const char *text, struct err *err)
{
    return when_parse_about(arena, text, NULL, err);
}
