/* story: a support team's day, made up as it goes: who writes what, who answers, what goes wrong. First the day so far
 * (times before `base`), then the live part, without end. The same seed tells the same story, byte for byte, as long as
 * nobody interferes; story_taken and story_answered say that somebody did. Pure: no clock, no file, no socket. */
#ifndef DEMO_STORY_H
#define DEMO_STORY_H
#include "demo/vendor.h"

struct story_options {
    const struct texts *texts;
    uint64_t seed;
    int64_t base;      /* ms UTC: where the day so far ends and the live part begins */
    int speed_percent; /* 100 = one live event every second or two */
};
enum beat_kind { BEAT_SEND, BEAT_ACT, BEAT_CLOCK /* a day's only: time passed */ };
enum twist { TWIST_NONE, TWIST_DUPLICATE, TWIST_CONFLICT, TWIST_FORGED, TWIST_STRANGE /* without what it is about: kept aside */ }; /* what is wrong with what is sent */
struct beat { /* one thing that happens; texts live until the next story_next */
    int64_t at;     /* ms UTC */
    int kind;       /* enum beat_kind */
    bool past;      /* part of the day so far */
    const struct plot *plot;
    /* BEAT_SEND */
    const char *type, *body;
    int twist;      /* enum twist; FORGED: to be signed with a secret that is not the source's */
    /* BEAT_ACT: one POST /v1/do */
    const char *agent; /* NULL = the person at this terminal */
    const char *action, *member, *value; /* member NULL = no argument */
    bool confirm;             /* a day's only: what asks for a yes gets it */
    const struct plot *other; /* a day's only: whose number the argument is, instead of value */
    const char *caption;      /* a day's only: what to look at; NULL */
};
struct story;
struct story *story_new(const struct story_options *options); /* keeps options' texts, copies the rest */
void story_free(struct story *story);
void story_next(struct story *story, struct beat *beat); /* rising `at` */
/* The person took the ticket with this key: colleagues leave it alone. */
void story_taken(struct story *story, const char *key);
/* The person answered it: its customer will react, if their system lets them. */
void story_answered(struct story *story, const char *key);
const struct plot *story_plot(const struct story *story, const char *key); /* NULL if the story knows none */
enum { STORY_COLLEAGUES = 3 };
extern const char *const story_colleagues[STORY_COLLEAGUES]; /* names in data/demo/triage.yaml; the last is the lead */
#endif
