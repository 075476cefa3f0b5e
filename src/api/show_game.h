/* show_game: the game's shapes of data/doc/api.md. show_boss and show_player are declared in api/show.h. */
#ifndef API_SHOW_GAME_H
#define API_SHOW_GAME_H
#include "api/show.h"

const struct json *show_parsed(struct show *show, const char *text); /* NULL where there is none */
int64_t show_tally(struct show *show, const char *name, const char *key, int64_t day, int64_t *n); /* its sum; n may be NULL */
struct json *show_players(struct show *show, int64_t month); /* all who play; season: of that month (core/player), 0 = this one */
void show_resets(struct show *show, struct desk_state *desk); /* adds from when scores count */
int show_privacy(struct show *show, const char *agent); /* enum game_privacy */
/* How each line of a ticket's ledger came about, and which rule set is in force. */
void show_why_score(struct show *show, struct json *lines, const struct ticket *t);
#endif
