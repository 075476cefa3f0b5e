/* dialect: one row per ticket system whose events we take (dialects.md 3-7). A dialect turns a verified body into an
 * interpretation; it never touches clock, store or socket. One file and one word in sources.am adds a dialect. */
#ifndef DIALECT_DIALECT_H
#define DIALECT_DIALECT_H
#include "core/observe.h"

enum effect { EFFECT_CREATE, EFFECT_UPDATE, EFFECT_ASSIGN, EFFECT_MESSAGE, EFFECT_CLOSE, EFFECT_RESOLVE, EFFECT_DELETE,
              EFFECT_REGISTER, EFFECT_REGISTER_FAILED, EFFECT_CUSTOMER, EFFECT_ARTICLE, EFFECT_BOSS, EFFECT_PLAYER,
              EFFECT_ACHIEVEMENT, EFFECT_SURVEY, EFFECT_IGNORE, EFFECT_QUARANTINE, EFFECT_REJECT };
const char *effect_word(int effect);

/* Where the body came in; the door decides what is fatal and how replies look. */
enum door { DOOR_WEBHOOK, DOOR_REST /* /v1/ingest */, DOOR_WHK /* /whk/<token> */, DOOR_OUT /* somebody's webhook.out */ };

struct dialect_input {
    const char *body; size_t body_n;      /* raw bytes, BOM included */
    const struct json *root;              /* parsed */
    const struct json_notes *notes;       /* bom, dup */
    const char *(*header)(const void *arg, const char *name); /* case-insensitive; NULL if absent */
    const void *header_arg;
    const char *account;                  /* key scope and endpoint's team */
    int door;
    int64_t received_at;
};
struct warning { const char *kind, *field; bool soft; }; /* dialects.md 1a: strict refuses any that is not soft */
struct interpretation {
    int effect;
    const char *type;          /* event type as written; NULL if unknown */
    const char *key;           /* dedupe key, e.g. "rbs:<eventId>"; NULL = no dedupe (and on quarantine) */
    bool key_daily;            /* the key counts for 24 h only (ingestlayer) */
    bool has_time; int64_t occurred_at; /* ms; has_time false = order by receipt */
    uint8_t content_hash[32];  /* sorted members minus delivery-only ones (dialects.md 9.1) */
    struct observation obs;    /* obs.key NULL when it says nothing of a ticket; KIND_REFER only names one. obs.records
                                * count either way */
    const char *fatal;         /* reason of quarantine or reject, fixed English */
    int index;                 /* REST: which element of the batch */
    struct warning warnings[48]; int warning_count;
    const char *extra;         /* "hp=500;boss=cstar:x": manifest's dialect effects, for display and tests */
    bool strict_status_400;    /* strict mode answers 400 (duplicate members) instead of 422 */
};
struct dialect {
    const char *name;          /* rbs ripio cstar ingestlayer tamio */
    const char *title;         /* for people: "Red Broom (Camino)" */
    const char *badge;         /* at most 5 columns, for lists */
    int (*detect)(const struct json *root); /* the door such an object belongs to (dialects.md 2); -1: not mine */
    /* Fills `out` (count = 1; REST: one per element, at most 500). false: the whole request is refused, out[0] says
     * why (EFFECT_REJECT). in->root NULL: not JSON. Everything belongs to arena, nothing points into root or body. */
    bool (*decode)(struct arena *arena, const struct dialect_input *in, struct interpretation **out, int *count);
};
extern const struct dialect *const dialect_table[]; /* NULL-terminated, in order of detection */
const struct dialect *dialect_find(const char *name);
/* Detection from the body alone; door is set too (ingest REST, WHK or OUT look different). NULL = cannot tell. */
const struct dialect *dialect_detect(const struct json *root, int *door);

bool decode_strict_ok(const struct interpretation *i); /* no warning but soft ones */
/* The HTTP status of one interpretation (dialects.md 1a, 2): 200, 202, 400 or 422. Of a batch, the highest counts. */
int dialect_status(const struct interpretation *i, int door, bool strict);
#endif
