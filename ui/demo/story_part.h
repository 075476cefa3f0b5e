/* story_part: what the parts of a story share: story (the queue of plans, tickets and how each plan becomes a beat), story_past (the day
 * so far) and story_live (the world, the colleagues and the script). For these alone. */
#ifndef DEMO_STORY_PART_H
#define DEMO_STORY_PART_H
#include "demo/story.h"

enum { LEAD = STORY_COLLEAGUES - 1, PERSON = STORY_COLLEAGUES }; /* indexes of actors */
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
enum { PAYING_GAP = 62 * SECOND }; /* who closes sooner after a close is not paid */

enum plan_kind { PLAN_OPEN, PLAN_SAY, PLAN_ASSIGN, PLAN_RESOLVE, PLAN_RAISE, PLAN_SURVEY, PLAN_ACT, PLAN_WORLD, PLAN_COLLEAGUE,
                 PLAN_SCRIPT };
struct plan {
    int64_t at, order;
    enum plan_kind kind;
    struct plot *plot;
    int actor;          /* of an act; who, of PLAN_COLLEAGUE; which, of PLAN_SCRIPT */
    int saying;         /* enum later_kind of a PLAN_SAY */
    const char *action, *member, *value;
};
struct deck { int *cards; int count, at; };
struct story {
    struct arena *arena, *page; /* page: of the beat last given */
    struct story_options o;
    struct dice dice;
    struct plan *plans; int plan_count, plan_room;
    int64_t planned, now; /* now: wall time of the plan being carried out */
    struct plot **plots; int plot_count, plot_room;
    struct deck ordinary, critical, wallet, people[8];
    int script;
    int64_t last_paid[STORY_COLLEAGUES + 1]; /* wall time of each actor's last close that was worth something */
    char *last_body, *last_type; /* of what was sent last, for its twin */
    struct plot *last_plot;
};

/* What is to happen at plan.at, in story time: ms from base. */
void story_plan(struct story *s, struct plan what);
int64_t story_within(struct story *s, int64_t least, int64_t most); /* by chance */
int story_draw(struct story *s, struct deck *deck);                 /* a card; the deck is shuffled when it is through */
int64_t story_wall(const struct story *s, int64_t t);               /* story time as ms UTC */
int64_t story_span(const struct story *s, int64_t ms);              /* how long that much of the story takes on the wall */
struct plot *story_plot_new(struct story *s, const struct vendor *vendor, int template);
struct plot *story_some_plot(struct story *s);
struct plot *story_some_critical(struct story *s);
bool story_send(struct story *s, const struct plan *p, enum move move, struct beat *beat); /* false: its system does not say that */
void story_act(struct story *s, int64_t at, struct plot *plot, int actor, const char *action, const char *member, const char *value);
void story_answer(struct story *s, int64_t at, struct plot *plot, int actor); /* the first is the ticket's own; later ones are short */

/* Days that are done, and a day up to now: planned at once. */
void story_past_week(struct story *s);
void story_past_day(struct story *s);
/* Each plans its own next move. */
void story_world(struct story *s, int64_t at);
void story_colleague(struct story *s, int64_t at, int who);
bool story_script(struct story *s, const struct plan *p, struct beat *beat); /* true: *beat is one */
void story_react(struct story *s, int64_t at, struct plot *plot); /* who was answered thanks, or has one more question, or says nothing */
#endif
