/* erase: what stays of what is kept when the words in a ticket, and who wrote them, go for good: that somebody wrote, when, and what
 * followed from it. What rules read of a text is still read of what stands in its place (whether it only thanks, whether a note says
 * enough, whether two texts are the same), so that a history folds to the same ticket and a rebuild comes out the same. Pure. */
#ifndef WIRE_ERASE_H
#define WIRE_ERASE_H
#include "base/json.h"

struct erase { struct arena *arena; const char *salt; }; /* salt: the desk's own, so that nobody tells a text by what stands for it */
/* In place of a message's text; NULL for none. */
char *erase_body(const struct erase *e, const char *body);
/* An observation as kept with an event (wire/row); NULL: it cannot be read. */
char *erase_observed(const struct erase *e, const char *text);
/* The same, where only the records under that key go; NULL: there are none. */
char *erase_records(const struct erase *e, const char *text, const char *key);
/* What a journal entry of that kind says; NULL: nothing of it goes. */
char *erase_said(const struct erase *e, const char *kind, const char *data);
/* An entry of the desk: notes whose keys begin so have never said anything; NULL: it is about none. */
char *erase_notes(const struct erase *e, const char *data, const char *prefix);
/* A record of a customer or a survey: its numbers and flags; NULL: nothing of it goes. */
char *erase_record(const struct erase *e, const char *data);
/* The title of an erased ticket. */
extern const char erase_title[];
#endif
