/* role: what a piece of a screen is, never how it is coloured: screens name roles, a theme gives each a style, and
 * every role has attributes of its own that read well without any colour. Roles carry weight, not meaning alone: a
 * word or glyph stands beside (console.md 9). */
#ifndef TERM_ROLE_H
#define TERM_ROLE_H
#include <stdbool.h>

enum ui_role {
    UI_NORMAL,      /* text */
    UI_DIM,         /* context: what is read second */
    UI_MUTED,       /* less still: paused, empty, "-" */
    UI_STRONG,      /* weight without colour */
    UI_TITLE,       /* the screen's name */
    UI_HEADING,     /* names of columns */
    UI_ACCENT,      /* where the eye should go */
    UI_LINK,        /* an address, a ticket number in running text */
    UI_RULE,        /* the thin lines */
    UI_TAB,         /* a view's name and count */
    UI_TAB_ACTIVE,  /* the view shown */
    UI_GUTTER,      /* the mark before the selected row */
    UI_SELECTED,    /* the number of the selected row */
    UI_MARK,        /* marked rows */
    UI_MATCH,       /* letters found by a filter or picker */
    UI_KEY,         /* a key in the hint bar */
    UI_HINT,        /* what the key does */
    UI_INPUT,       /* what is being typed */
    UI_PLACEHOLDER, /* what must be filled in */
    UI_TOAST,       /* the line that comes and goes */
    UI_ERROR,       /* something did not work */
    UI_OK,          /* done, delivered, live */
    UI_WARN,        /* soon late, retrying */
    UI_LATE,        /* past its time */
    UI_CRITICAL,    /* urgency */
    UI_HIGH,
    UI_LOW,
    UI_NEW,      /* arrived since looked at */
    UI_MINE,     /* belongs to me */
    UI_CUSTOMER, /* what the customer wrote, and the bar before it */
    UI_REPLY,    /* what we wrote to the customer */
    UI_NOTE,     /* internal */
    UI_SYSTEM,   /* what the desk did by itself */
    UI_PRESENCE, /* who else is here */
    UI_MASKED,   /* a hidden field */
    UI_BOSS,     /* the boss and its bar */
    UI_XP,       /* experience */
    UI_GOLD,     /* gold, chests, achievements */
    UI_BAR_REST, /* the empty part of a bar */
    UI_ROLES
};

/* UI_IN_BAR is no look: the cell is part of a bar, which a picture draws as one. */
enum ui_attr { UI_BOLD = 1, UI_FAINT = 2, UI_UNDERLINE = 4, UI_REVERSE = 8, UI_IN_BAR = 16 };

/* One row per role; total, names unique (tested). */
struct ui_role_row {
    const char *name; /* as a theme file spells it */
    unsigned mono;    /* enum ui_attr, where there are no colours */
};
const struct ui_role_row *ui_role_row(enum ui_role role);
bool ui_role_named(const char *name, enum ui_role *role);
#endif
