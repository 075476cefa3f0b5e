/* desk_people: acts on the desk that are about people and what they write: notes on customers, macros. Rows of the table in
 * core/desk.c. */
#ifndef CORE_DESK_PEOPLE_H
#define CORE_DESK_PEOPLE_H
#include "core/desk.h"

/* {customer or ticket, text}: a record customer_note, its key the customer's, 0x1f and a number that rises. {customer or ticket, note}:
 * the one of that number is taken away by whoever wrote it, or a lead. */
bool people_customer_note(struct desk_act *d);
/* {name, title, when, actions, reply, personal}: a record macro, its key the name, or agent/name where it is personal. The team's
 * are a lead's to keep. macro-drop: {name, personal}. */
bool people_macro_save(struct desk_act *d);
bool people_macro_drop(struct desk_act *d);
#endif
