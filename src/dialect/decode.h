/* decode: what the dialect files share: members read with the warnings dialects.md asks for, times, keys, messages
 * and records collected. Only src/dialect includes this; the outside reads dialect.h. */
#ifndef DIALECT_DECODE_H
#define DIALECT_DECODE_H
#include "dialect/dialect.h"

/* Text -> number, for counting and finding without walking lists. Lives in the arena. */
struct decode_map { struct decode_slot *slots; size_t size, used; };
int64_t *decode_map_at(struct arena *arena, struct decode_map *map, const char *key); /* 0 at first */

struct decode {
    struct arena *arena;
    const struct dialect_input *in;
    struct interpretation *out;
    struct observation *obs; /* &out->obs */
    bool soft_types;         /* a scalar of another type is a soft warning here */
    bool soft_email;         /* so is what is no e-mail address */
    int message_max, record_max;
    struct decode_map texts, ids;
};

/* One interpretation, ready to be filled. false: there is nothing to read (no JSON, or the root is no object), and
 * out says so; the dialect just returns what decode_done gives. */
bool decode_begin(struct decode *d, struct arena *arena, const struct dialect_input *in);
void decode_one(struct decode *d, struct arena *arena, const struct dialect_input *in, struct interpretation *out);
/* Ends a single interpretation; the value of a dialect's decode. */
bool decode_done(struct decode *d, struct interpretation **out, int *count);
/* The event cannot be attached to anything: everything said so far is taken back. Returns false. */
bool decode_fatal(struct decode *d, const char *reason);

void decode_warn(struct decode *d, const char *kind, const char *field, bool soft);
/* dialects.md 9.4: a text or a number, as ms. false: it is no time. no_zone (may be NULL): it was read as UTC for want of a zone. */
bool decode_time(const struct json *node, int64_t *ms, bool *no_zone);

/* SHA-256 of the canonical JSON without the members in `without` (NULL-terminated, top level). */
void decode_hash(struct decode *d, const struct json *node, const char *const *without);
void decode_key(struct decode *d, const char *prefix, const char *id); /* id NULL: the body's hash is the key */

/* Members. `field` is the name a warning carries. Texts are copies in the arena. */
bool decode_given(const struct json *node);                 /* there and not null */
char *decode_text(struct decode *d, const struct json *node, const char *field); /* scalars become text + `type` */
char *decode_optional(struct decode *d, const struct json *object, const char *name); /* "" is NULL */
char *decode_required(struct decode *d, const struct json *object, const char *name); /* absent: `missing` */
char *decode_id(struct decode *d, const struct json *node, const char *field); /* text or digits; NULL: no identity */
bool decode_int(struct decode *d, const struct json *node, const char *field, int64_t *value); /* digits: `type` */
bool decode_flag(struct decode *d, const struct json *node, const char *field, bool *value);
bool decode_when(struct decode *d, const struct json *node, const char *field, int64_t *ms); /* `ts`, `ts-no-zone` */
char *decode_json(struct decode *d, const struct json *node); /* printed; NULL for absent, null, {}, [], or too deep */
struct decode_word { const char *word; int value; };
/* Trimmed and lower-cased, looked up in a list ended by {NULL}; -1 if not in it. */
int decode_word_value(struct decode *d, const char *text, const struct decode_word *words);
char *decode_lower(struct decode *d, const char *text); /* trimmed, ASCII lower case */
char *decode_trim(struct decode *d, const char *text);
bool decode_blank(const char *text);                   /* NULL, empty or only white space */
/* A list where the document says array: an array itself; text is read as a JSON array, else it is the one element;
 * anything else is the one element; each with `coerce`. NULL: none. */
const struct json *decode_list(struct decode *d, const struct json *node, const char *field);
const char *decode_email(struct decode *d, const char *text); /* NULL unless it is an address (+ `email`) */

/* What the event says. */
bool decode_occurred(struct decode *d, const struct json *node, const char *field); /* also the order: v.t */
void decode_says(struct decode *d, int effect, int kind);
void decode_ticket(struct decode *d, const char *source_id, const char *key);
int64_t decode_clamp(const struct decode *d, int64_t ms); /* a wrong clock must not freeze a ticket */
/* Adds a message unless its id is known or there are too many; NULL then. id NULL: made of the text and how often it
 * came. */
struct message *decode_message(struct decode *d, const char *id, const char *prefix, const char *body);
int decode_role(const char *word); /* enum author; anything unknown is a customer */
void decode_record(struct decode *d, const char *kind, const char *key, struct json *data); /* takes data */
void decode_extra(struct decode *d, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void decode_extra_title(struct decode *d, const char *title);
/* The members of object not in `known` (NULL-terminated), as a JSON object; NULL if there are none. */
char *decode_rest(struct decode *d, const struct json *object, const char *const *known);
/* Customer facts on the ticket and a customer record, if there is a key. */
void decode_customer(struct decode *d, const char *key, const char *source_id, const char *name, const char *email,
                     const char *phone, const char *plan);
#endif
