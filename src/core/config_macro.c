/* config_macro: macros in triage.yaml. */
#include "core/config_keys.h"
#include "core/fill.h"
#include "core/macro.h"
#include <stddef.h>

const struct schema_key config_macro_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(macro, name), .required = true},
    {.name = "title", .type = SCHEMA_TEXT, AT(macro, title), .max = 80},
    {.name = "when", .type = SCHEMA_WHEN, AT(macro, when), .text_at = offsetof(struct macro, guard)},
    {.name = "actions", .type = SCHEMA_TEXTS, AT(macro, lines), COUNT(macro, line_count), .max = MACRO_ACTIONS},
    {.name = "reply", .type = SCHEMA_TEXT, AT(macro, reply), .max = MACRO_TEXT},
    {0},
};

bool config_check_macro(struct schema *s, void *to, const struct yaml *node)
{
    struct macro *row = to;
    struct err why = {0};
    EACH_BEFORE(macro, other, row, config_row_number(s))
        if (!config_unique(s, config_at(node, "name"), "name", row->name, other->name))
            return false;
    const char *strange = row->reply ? fill_strange(s->arena, row->reply) : NULL;
    bool known = !strange || schema_refuse(s, config_at(node, "reply"), "%s.reply: %s is no variable", s->place, strange);
    bool steps = macro_steps(s->arena, row, &why) || schema_refuse(s, row->line_count ? config_at(node, "actions") : node, "%s", why.text);
    return known && steps;
}
