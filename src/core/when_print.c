/* when_print: an expression as text, in the one spelling that parses to the same tree: no blank, quote or parenthesis that another printing
 * would not have. Pure. */
#include "core/when_tree.h"

/* What stands inside something that binds tighter than itself needs parentheses; a kind that is not here binds tightest. */
static const struct {
    const char *word;        /* between two operands; NULL: the comparison's own */
    int binds, left, right;  /* left, right: an operand that binds no tighter is put in parentheses */
} bonds[KINDS] = {[OR] = {"||", 1, 0, 1}, [AND] = {"&&", 2, 1, 2}, [COMPARE] = {NULL, 3, 3, 3}, [IN] = {"in", 3, 3, 3}, [NOT] = {NULL, 4, 0, 3}};
enum { TIGHTEST = 5 };

static void print(struct str *out, const struct when *w);

static void print_in(struct str *out, const struct when *w, int tighter_than)
{
    int binds = bonds[w->kind].binds ? bonds[w->kind].binds : TIGHTEST;
    bool parens = binds <= tighter_than;
    str_adds(out, parens ? "(" : "");
    print(out, w);
    str_adds(out, parens ? ")" : "");
}

void when_print_string(struct str *out, const char *text)
{
    str_addc(out, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            str_addf(out, "\\%c", c);
        else if (c == '\n' || c == '\t' || c == '\r')
            str_addf(out, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        else if (c < 0x20 || c == 0x7F)
            str_addf(out, "\\u%04x", c);
        else
            str_addc(out, *text);
    }
    str_addc(out, '"');
}

static void print_literal(struct str *out, const struct when *w)
{
    if (w->type == T_NULL)
        str_adds(out, "null");
    else if (w->type == T_BOOL)
        str_adds(out, w->number ? "true" : "false");
    else if (w->text)
        when_print_string(out, w->text);
    else
        str_addf(out, "%lld", (long long)w->number);
}

static void print_name(struct str *out, const struct when *w)
{
    str_adds(out, w->kind == FIELD ? w->field->name : w->kind == ENV ? when_names[w->pick].name : w->kind == BODY ? "body" : "text");
}

static void print_payload(struct str *out, const struct when *w)
{
    str_addf(out, "payload.%s", w->text);
}

static void print_list(struct str *out, const struct when *w)
{
    str_addc(out, '[');
    for (const struct when *item = w->left; item; item = item->next) {
        print_literal(out, item);
        str_adds(out, item->next ? ", " : "");
    }
    str_addc(out, ']');
}

static void print_not(struct str *out, const struct when *w)
{
    str_addc(out, '!');
    print_in(out, w->left, bonds[NOT].right);
}

static void print_two(struct str *out, const struct when *w)
{
    print_in(out, w->left, bonds[w->kind].left);
    str_addf(out, " %s ", w->kind == COMPARE ? when_ops[w->pick] : bonds[w->kind].word);
    print_in(out, w->right, bonds[w->kind].right);
}

static void print_method(struct str *out, const struct when *w)
{
    print(out, w->left);
    str_addf(out, ".%s(", when_methods[w->pick]);
    print_literal(out, w->right);
    str_addc(out, ')');
}

static void print_call(struct str *out, const struct when *w)
{
    str_adds(out, w->kind == SIZE ? "size(" : "has(");
    print(out, w->left);
    str_addc(out, ')');
}

static void print(struct str *out, const struct when *w)
{
    static void (*const printers[KINDS])(struct str *out, const struct when *w) = {
        [LITERAL] = print_literal, [FIELD] = print_name, [ENV] = print_name, [PAYLOAD] = print_payload, [ANY_TEXT] = print_name,
        [BODY] = print_name, [LIST] = print_list, [NOT] = print_not, [AND] = print_two, [OR] = print_two,
        [COMPARE] = print_two, [IN] = print_two, [METHOD] = print_method, [SIZE] = print_call, [HAS] = print_call};
    printers[w->kind](out, w);
}

char *when_print_within(struct arena *arena, const struct when *w)
{
    AUTO_STR out;
    str_init(&out, WHEN_TEXT);
    print(&out, w);
    return out.cut ? NULL : arena_strndup(arena, out.data, out.len);
}

char *when_print(struct arena *arena, const struct when *when)
{
    return when ? when_print_within(arena, when) : arena_strdup(arena, "true");
}
