/* config_keys: what the files of config share: the tables of keys that are not config.c's own, and the checks more than
 * one of them makes. Each says no with the place of the value that is wrong, and never with the value where it may be a
 * credential. Only config*.c include it. */
#ifndef CORE_CONFIG_KEYS_H
#define CORE_CONFIG_KEYS_H
#include "core/config.h"
#include "core/schema.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define COUNT(type, member) .count_at = offsetof(struct type, member)
#define YEAR (366 * (int64_t)86400000)
/* The rows of the same list that stand before this one. */
#define EACH_BEFORE(type, other, row, list_count) \
    for (const struct type *other = (const struct type *)(row) - (list_count); other < (const struct type *)(row); other++)
/* A key for each kind of what is hidden, into the struct config_redact at `where`; usual: where none is said. */
#define REDACT_KEY(where, entity, word, usual)                                                                              \
    {.name = word, .type = SCHEMA_WORD, .offset = (where) + (entity) * sizeof(int), .words = redact_mode_words, .fallback = usual}
#define REDACT_KEYS(where, usual)                                                                                           \
    REDACT_KEY(where, REDACT_EMAIL, "email", usual), REDACT_KEY(where, REDACT_PHONE, "phone", usual),                       \
    REDACT_KEY(where, REDACT_CARD, "card", usual), REDACT_KEY(where, REDACT_IBAN, "iban", usual),                           \
    REDACT_KEY(where, REDACT_SSN, "ssn", usual), REDACT_KEY(where, REDACT_IP, "ip", usual),                                 \
    REDACT_KEY(where, REDACT_SECRET, "secret", usual)

/* Rows of `agents:` (config.c). */
extern const struct schema_key config_agent_keys[];
/* A rule set (config_game.c). */
extern const struct schema_key config_game_keys[];
/* Rows of `destinations:` and `routes:`. A route's check wants the destinations and sources of s->owner read before it. */
extern const struct schema_key config_destination_keys[], config_route_keys[];
/* `assignment:`, and afterwards: each skill is both asked for and had. */
extern const struct schema_key config_assignment_keys[];
bool config_check_assignment(struct schema *s, const struct config *config, const struct yaml *root);
extern const struct schema_key config_macro_keys[];
bool config_check_macro(struct schema *s, void *row, const struct yaml *node);
bool config_check_destination(struct schema *s, void *row, const struct yaml *node);
bool config_check_route(struct schema *s, void *row, const struct yaml *node);
/* The destinations that sources name for their replies: of kind email, and there. */
bool config_check_replies(struct schema *s, const struct config *config, const struct yaml *root);

/* `oncall:` and an agent's `shift:`, with what is checked when they have been read: the short form of `oncall` becomes the
 * first schedule. Agents are read before it. */
extern const struct schema_key config_oncall_keys[], config_shift_keys[];
bool config_check_oncall(struct schema *s, void *config, const struct yaml *node);
bool config_check_shift(struct schema *s, void *agent, const struct yaml *node);
/* `escalation:`, and the destinations agents are paged by: they are there, and reach somebody. */
extern const struct schema_key config_escalation_keys[];
const char *config_no_pager(const struct config_destination *to); /* why nobody can be paged there; NULL: they can */
bool config_check_pagers(struct schema *s, const struct config *config, const struct yaml *root);
/* Of a row with `hours` (its text is in hours) and `weekdays`. */
bool config_read_hours(struct schema *s, const struct yaml *node, struct config_hours *hours, const char *const *days, int count);
/* Is there somebody, some schedule, rotation or team of that name? What is refused is said at `where`. */
bool config_check_target(struct schema *s, const struct yaml *node, const char *where, const char *target);
/* The calendars that shifts name: there. They are read behind the agents. */
bool config_check_shifts(struct schema *s, const struct config *config, const struct yaml *root);
/* The destinations that steps name: there. They are read behind the steps. */
bool config_check_pages(struct schema *s, const struct config *config, const struct yaml *root);

/* The place in its list of the row that is being read. */
int config_row_number(const struct schema *s);
/* No two rows have the same. A token is not repeated in the error. NULL is like nothing else. */
bool config_unique(struct schema *s, const struct yaml *node, const char *what, const char *mine, const char *other);
/* Where a key of this row stands; the row where it is left out. */
const struct yaml *config_at(const struct yaml *row, const char *key);
/* Rows of `calendars:` and `sla:`. An sla's check wants the calendars of s->owner read before it. */
extern const struct schema_key config_calendar_keys[], config_sla_keys[];
bool config_check_calendar(struct schema *s, void *row, const struct yaml *node);
bool config_check_sla(struct schema *s, void *row, const struct yaml *node);
/* The configuration's entry for a zone, for the `tz` of a row; NULL for no name. */
const struct config_zone *config_named_zone(struct schema *s, const struct yaml *row, const char *name);
/* The nearest of the sources' or destinations' names, for "did you mean"; NULL: none. */
const char *config_nearest_source(struct schema *s, const char *name);
const char *config_nearest_destination(struct schema *s, const char *name);
/* https://HOST..., or http:// where loopback says so; no user or password, no blank. `what` names it in the error. */
bool config_check_url(struct schema *s, const struct yaml *node, const char *what, const char *url, bool loopback);
#endif
