/* texts: what the demo's customers and colleagues have to say, read from data/demo/tickets.yaml. Pure: a parsed file in,
 * a plain struct out. */
#ifndef DEMO_TEXTS_H
#define DEMO_TEXTS_H
#include "base/yaml.h"

struct person { const char *lang, *name, *email, *company; };
enum ask { ASK_LOW, ASK_HIGH, ASK_CRITICAL };
struct template {
    const char *lang, *kind, *subject, *body, *answer;
    const char *only; /* the dialect it is written for; NULL = any but ripio */
    int ask;          /* enum ask */
};
struct sayings { const char **text; int count; };
enum later_kind { LATER_MORE, LATER_THANKS, LATER_AGAIN, LATER_PRAISE, LATER_ONCE_MORE, LATER_KINDS };
struct later { const char *lang; struct sayings said[LATER_KINDS]; };
struct texts {
    struct person *people; int person_count;
    struct template *templates; int template_count;
    struct later *later; int later_count;
    struct sayings notes;
};
/* Everything belongs to arena, as the tree does. file: for messages. */
bool texts_read(struct arena *arena, const char *file, const struct yaml *root, struct texts *out, struct err *err);
const struct later *texts_later(const struct texts *texts, const char *lang);
#endif
