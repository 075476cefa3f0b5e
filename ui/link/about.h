/* about: what GET /v1/desk says of the desk and of me, as short texts, and who works here. Its texts live until the next one is read,
 * those of agents until they are told of again. Pure. */
#ifndef LINK_ABOUT_H
#define LINK_ABOUT_H
#include "base/json.h"

struct mirror_agent {
    const char *name, *role, *team;
    int64_t open, load, capacity; /* load: what they are given counts; capacity 0 = no bound */
    const char *away;             /* why they are not here; "" = they are */
    const char *skills;           /* "billing, german" */
};
struct about {
    struct arena *arena, *agents_arena; /* of the texts; of theirs: they are told of more often */
    const char *team, *config, *source, *me, *role, *oncall; /* "" = not said */
    bool restricted, bands;
    struct mirror_agent *agents;
    int agent_count;
    struct json *kept; /* my settings; NULL: they were not asked for */
};
void about_init(struct about *about); /* nothing is said yet */
void about_fini(struct about *about);
void about_read(struct about *about, const struct json *root);    /* GET /v1/desk: replaces everything */
/* What a stream begins with: a configuration read since may give another role. Is it another, or is the account restricted otherwise? */
bool about_me(struct about *about, const struct json *hello);
void about_agents(struct about *about, const struct json *list);  /* as GET /v1/agents has them */
void about_oncall(struct about *about, const struct json *root);  /* GET /v1/oncall: who is, of the first schedule */
#endif
