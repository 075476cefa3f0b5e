/* role: the table. In mono only five weights exist (faint, plain, bold, underlined, reversed); reverse is kept for
 * what must not be missed. */
#include "term/role.h"
#include <stddef.h>
#include <string.h>

static const struct ui_role_row rows[UI_ROLES] = {
    [UI_NORMAL] = {"normal", 0},
    [UI_DIM] = {"dim", UI_FAINT},
    [UI_MUTED] = {"muted", UI_FAINT},
    [UI_STRONG] = {"strong", UI_BOLD},
    [UI_TITLE] = {"title", UI_BOLD},
    [UI_HEADING] = {"heading", UI_FAINT},
    [UI_ACCENT] = {"accent", UI_BOLD},
    [UI_LINK] = {"link", UI_UNDERLINE},
    [UI_RULE] = {"rule", UI_FAINT},
    [UI_TAB] = {"tab", 0},
    [UI_TAB_ACTIVE] = {"tab-active", UI_BOLD},
    [UI_GUTTER] = {"gutter", UI_BOLD},
    [UI_SELECTED] = {"selected", UI_BOLD},
    [UI_MARK] = {"mark", UI_BOLD},
    [UI_MATCH] = {"match", UI_BOLD | UI_UNDERLINE},
    [UI_KEY] = {"key", UI_BOLD},
    [UI_HINT] = {"hint", 0},
    [UI_INPUT] = {"input", 0},
    [UI_PLACEHOLDER] = {"placeholder", UI_REVERSE},
    [UI_TOAST] = {"toast", UI_BOLD},
    [UI_ERROR] = {"error", UI_REVERSE},
    [UI_OK] = {"ok", 0},
    [UI_WARN] = {"warn", UI_BOLD},
    [UI_LATE] = {"late", UI_BOLD | UI_UNDERLINE},
    [UI_CRITICAL] = {"critical", UI_REVERSE | UI_BOLD},
    [UI_HIGH] = {"high", UI_BOLD},
    [UI_LOW] = {"low", UI_FAINT},
    [UI_NEW] = {"new", UI_BOLD},
    [UI_MINE] = {"mine", UI_BOLD},
    [UI_CUSTOMER] = {"customer", 0},
    [UI_REPLY] = {"reply", 0},
    [UI_NOTE] = {"note", UI_UNDERLINE},
    [UI_SYSTEM] = {"system", UI_FAINT},
    [UI_PRESENCE] = {"presence", UI_BOLD},
    [UI_MASKED] = {"masked", UI_FAINT},
    [UI_BOSS] = {"boss", UI_BOLD},
    [UI_XP] = {"xp", 0},
    [UI_GOLD] = {"gold", UI_BOLD},
    [UI_BAR_REST] = {"bar-rest", UI_FAINT},
};

const struct ui_role_row *ui_role_row(enum ui_role role)
{
    return &rows[(unsigned)role < UI_ROLES ? role : UI_NORMAL];
}

bool ui_role_named(const char *name, enum ui_role *role)
{
    for (unsigned i = 0; i < UI_ROLES; i++)
        if (strcmp(rows[i].name, name) == 0) {
            *role = (enum ui_role)i;
            return true;
        }
    return false;
}
