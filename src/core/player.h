/* player: an agent in the game: levels, streaks, achievements and what these count (model.md 5). */
#ifndef CORE_PLAYER_H
#define CORE_PLAYER_H
#include "core/consequence.h"

/* What achievements count, by agent; kept as tally "feat", key AGENT 0x1f WORD. A reversal takes its part back. */
enum feat { FEAT_RESOLVES, FEAT_FIRST_CONTACT, FEAT_GOLD, FEAT_NEGLECTED, FEAT_LABELS, FEAT_CSAT, FEAT_FIVE_STAR, FEAT_ARTICLES, FEAT_HANDOVERS,
            FEAT_BOSSES, FEAT_FINAL_BLOW, FEATS };
extern const char *const feat_words[]; /* resolves first_contact gold ... as achievements name them, NULL */

/* Levels: max(1, isqrt(xp / 100)); where a level starts. */
int64_t player_level(int64_t xp);
int64_t player_level_starts(int64_t level);
/* The agent's calendar day of a moment, local days since 1970. The season it belongs to: months since year 0. */
int64_t player_day(const struct config_agent *agent, int64_t ms);
int64_t player_season(int64_t day);
/* Working days in a row up to today. paid, off: one for each of `count` days, [0] = today, [1] = yesterday; a day that is off
 * (a weekend, leave) neither counts nor breaks. today: count it even if nothing is paid yet. */
int64_t player_streak(const bool *paid, const bool *off, int count, bool today);
enum { PLAYER_STREAK_DAYS = 92 };
/* Is it none of the agent's working days? Those are their shift's and their calendar's, else Monday to Friday; days of an absence
 * are not. */
bool player_off(const struct config *rules, const struct config_agent *agent, const struct desk_state *desk, int64_t day);
/* The newest reset that is about them; NULL: none. agent "": the team. */
const struct xp_reset *player_reset(const struct desk_state *desk, const char *agent);
/* Where an agent's sums are kept that hold this row of the ledger (0: one that is being made): under their name those that count, under
 * NAME 0x1e KEY those that the reset of that key put aside. */
const char *player_place(struct arena *arena, const struct desk_state *desk, const char *agent, int64_t row);
/* When an achievement's record was earned, as far as it counts since then; 0 = it does not. */
int64_t player_unlocked(const struct json *achievement, int64_t since);
/* enum game_privacy: as they set it last, else as configured. */
int player_privacy(const struct config_agent *agent, const struct desk_state *desk);
#endif
