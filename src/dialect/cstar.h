/* cstar: what the files that read cStar's events share: the event while it is read, and its members by name. */
#ifndef DIALECT_CSTAR_H
#define DIALECT_CSTAR_H
#include "dialect/decode.h"

struct cstar_type;
struct cstar {
    struct decode d;
    const struct json *root, *data, *changes; /* NULL where there is no object */
    const struct cstar_type *row;
};
struct cstar_type {
    const char *type;
    int effect, kind;
    bool (*read)(struct cstar *c);
};
enum cstar_kind { CSTAR_TEXT, CSTAR_INT, CSTAR_TIME, CSTAR_BOOL, CSTAR_JSON, CSTAR_TAGS };
struct cstar_member { /* of a record: its name at cStar, and ours */
    const char *camel, *name;
    enum cstar_kind type;
};

/* A member in camelCase, else in snake_case. */
const struct json *cstar_pick(const struct json *object, const char *camel);
/* What `changes` says a member became; NULL if it says nothing. */
const struct json *cstar_changed(const struct cstar *c, const char *camel);
/* The member's present value: the change, the snapshot, else the flat key. May be a JSON null that was said. */
const struct json *cstar_value(const struct cstar *c, const struct json *object, const char *camel, const char *flat);
/* "cstar:ID", NULL where there is none; an agent is named by an id or by an object that has one. */
const char *cstar_key(struct cstar *c, const struct json *node, const char *field);
const char *cstar_agent(struct cstar *c, const struct json *node, const char *field);
bool cstar_same(struct cstar *c, const struct json *a, const struct json *b);
/* A change whose `to` is not what the snapshot shows is believed, but noted. */
void cstar_check(struct cstar *c, const struct json *object);
const struct json *cstar_object(const struct json *data, const char *name); /* NULL if it is no object */
char *cstar_tags(struct cstar *c, const struct json *node, const char *field, int *count); /* as a JSON array */
/* The members an object says (null says nothing), under our names; the caller passes it on to decode_record. */
struct json *cstar_data(struct cstar *c, const struct json *object, const struct cstar_member *members);

/* One per kind of event; false: it was fatal, and is noted. */
bool cstar_ticket(struct cstar *c);
bool cstar_customer(struct cstar *c);
bool cstar_article(struct cstar *c);
bool cstar_boss(struct cstar *c);
bool cstar_player(struct cstar *c);
bool cstar_achievement(struct cstar *c);
bool cstar_survey(struct cstar *c);
#endif
