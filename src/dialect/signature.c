/* signature: one table row per scheme says which headers carry it, how the value is written, which bytes are signed
 * and how freshness is told; everything else is the same road for all: find the row, read the value, compute a MAC
 * for every secret and every reading of "signed", compare all of them in constant time, and only then look at the
 * clock, so that "stale" is told to holders of the secret alone. A malformed value never falls back to another row,
 * and a source without secrets costs the same work as one with. */
#include "dialect/signature.h"
#include "base/crypto.h"
#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum { FRESH_SECONDS = 300, MACS_MAX = 16, ID_MAX = 256, SECRET_MAX = 512, SHOWN_HEX = 8 };

struct value {
    const char *id, *stamp; /* as sent: they are part of what is signed */
    int64_t time;
    uint8_t macs[MACS_MAX][32];
    int mac_count;
};
enum content { BODY = 1, TIME_BODY = 2, ID_TIME_BODY = 4 };
enum fresh { FRESH_NONE, FRESH_VALUE /* the time is in the value or required beside it */, FRESH_HEADER /* may be absent */ };
struct scheme {
    const char *name, *family;
    const char *headers[6];                  /* first present wins */
    bool (*mine)(const char *text, bool any); /* shares a header with another row: is the value this row's? */
    bool (*read)(struct arena *arena, const char *text, struct value *out);
    unsigned content, doubtful;              /* contents tried; those of them accepted with a warning */
    enum fresh fresh;
    const char *time_header, *id_header;     /* beside the value, NULL if in it */
    bool decoded;                            /* the secret is base64, with or without whsec_ */
    const char *form;                        /* for people */
};

/* --- reading values --- */

static char *trimmed(struct arena *arena, const char *text, size_t n)
{
    while (n && isspace((unsigned char)*text))
        text++, n--;
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    return arena_strndup(arena, text, n);
}

/* Unix seconds: plain digits, not more than fit. */
static bool seconds(const char *text, int64_t *value)
{
    size_t n = strlen(text);
    if (n < 1 || n > 12 || text[strspn(text, "0123456789")])
        return false;
    *value = 0;
    for (; *text; text++)
        *value = *value * 10 + (*text - '0');
    return true;
}

static bool take_hex(const char *hex, struct value *out)
{
    if (out->mac_count == MACS_MAX || !crypto_unhex(hex, 32, out->macs[out->mac_count]))
        return false;
    out->mac_count++;
    return true;
}

static const char prefix[] = "sha256=";

static bool read_prefixed(struct arena *arena, const char *text, struct value *out)
{
    (void)arena;
    return str_starts(text, prefix) && take_hex(text + sizeof prefix - 1, out);
}

static bool read_bare(struct arena *arena, const char *text, struct value *out)
{
    (void)arena;
    return take_hex(text, out);
}

static bool read_either(struct arena *arena, const char *text, struct value *out)
{
    return str_starts(text, prefix) ? read_prefixed(arena, text, out) : read_bare(arena, text, out);
}

/* t=<seconds>,<name>=<hex>[,<name>=<hex>...]: order free, unknown names skipped, exactly one t. */
static bool read_list(struct arena *arena, const char *text, const char *name, struct value *out)
{
    bool any = false, more = true;
    for (const char *p = text; more; p += strcspn(p, ",") + 1) {
        char *item = trimmed(arena, p, strcspn(p, ",")), *equals = strchr(item, '=');
        more = p[strcspn(p, ",")] == ',';
        if (!equals)
            continue;
        *equals = 0;
        const char *key = trimmed(arena, item, strlen(item)), *value = trimmed(arena, equals + 1, strlen(equals + 1));
        if (strcmp(key, "t") == 0) {
            if (out->stamp || !seconds(value, &out->time))
                return false;
            out->stamp = value;
        } else if (strcmp(key, name) == 0) {
            any |= take_hex(value, out);
        }
    }
    return any && out->stamp;
}

static bool read_v1_list(struct arena *arena, const char *text, struct value *out)
{
    return read_list(arena, text, "v1", out);
}

static bool read_s_list(struct arena *arena, const char *text, struct value *out)
{
    return read_list(arena, text, "s", out);
}

/* "v1,<base64> v1,<base64>": other versions are skipped. */
static bool read_standard(struct arena *arena, const char *text, struct value *out)
{
    bool any = false;
    for (const char *p = text; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " "), got = 0;
        const char *item = trimmed(arena, p, n);
        if (str_starts(item, "v1,") && out->mac_count < MACS_MAX &&
            crypto_unbase64(item + 3, out->macs[out->mac_count], 32, &got) && got == 32) {
            out->mac_count++;
            any = true;
        }
        p += n;
    }
    return any;
}

static bool is_prefixed(const char *text, bool any)
{
    (void)any;
    return str_starts(text, prefix);
}

/* X-Signature belongs to cStar first; where any scheme may come, `s=` tells Tamio's. */
static bool has_s(const char *text, bool any)
{
    bool found = !any;
    for (const char *p = text; p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
        p += strspn(p, " \t");
        found |= p[0] == 's' && p[1 + strspn(p + 1, " \t")] == '=';
    }
    return found;
}

/* --- the table --- */

static const struct scheme schemes[] = {
    {.name = "rbs", .family = "rbs", .headers = {"X-Webhook-Signature"}, .read = read_either, .content = BODY,
     .fresh = FRESH_HEADER, .time_header = "X-Webhook-Timestamp", .form = "sha256=<64 hex digits>"},
    {.name = "rbs-plain", .family = "rbs", .headers = {"X-RBS-Signature"}, .read = read_either, .content = BODY,
     .form = "<64 hex digits>, sha256= before them allowed"},
    {.name = "ripio", .family = "ripio", .headers = {"Http-X-Wh-Signature-256", "X-Wh-Signature-256"}, .read = read_either,
     .content = BODY, .form = "sha256=<64 hex digits>"},
    {.name = "cstar-2025", .family = "cstar", .headers = {"X-Signature"}, .mine = is_prefixed, .read = read_prefixed,
     .content = BODY, .form = "sha256=<64 hex digits>"},
    {.name = "tamio", .family = "tamio", .headers = {"Signature", "Tamio-Signature", "X-Tamio-Signature", "PlugnPaid-Signature", "X-Signature"},
     .mine = has_s, .read = read_s_list, .content = TIME_BODY | BODY, .doubtful = BODY, .fresh = FRESH_VALUE,
     .form = "t=<Unix seconds>,s=<64 hex digits>"},
    {.name = "cstar-2026", .family = "cstar", .headers = {"X-Signature"}, .read = read_v1_list, .content = TIME_BODY,
     .fresh = FRESH_VALUE, .form = "t=<Unix seconds>,v1=<64 hex digits>"},
    {.name = "cstar-oldest", .family = "cstar", .headers = {"x-cstar-signature"}, .read = read_bare, .content = BODY,
     .form = "<64 hex digits>"},
    {.name = "ingest-in", .family = "ingestlayer", .headers = {"X-Ingest-Signature"}, .read = read_either, .content = BODY,
     .form = "sha256=<64 hex digits>, or without sha256="},
    {.name = "ingest-out", .family = "ingestlayer", .headers = {"X-Ingestlayer-Signature"}, .read = read_v1_list,
     .content = TIME_BODY | BODY, .doubtful = BODY, .fresh = FRESH_VALUE, .form = "t=<Unix seconds>,v1=<64 hex digits>"},
    {.name = "standard", .headers = {"webhook-signature"}, .read = read_standard, .content = ID_TIME_BODY,
     .fresh = FRESH_VALUE, .time_header = "webhook-timestamp", .id_header = "webhook-id", .decoded = true,
     .form = "v1,<base64 of 32 bytes>, several separated by spaces"},
};
enum { SCHEMES = sizeof schemes / sizeof *schemes };

/* A row without a family (Standard Webhooks) belongs to all. */
static bool in_family(const struct scheme *s, const char *dialect)
{
    bool ingest = str_starts(dialect, "ingest");
    return !s->family || strcmp(dialect, "auto") == 0 || strcmp(dialect, s->family) == 0 ||
           (ingest && strcmp(s->family, "ingestlayer") == 0);
}

/* --- verifying --- */

struct check {
    struct arena *arena;
    const struct signature_input *in;
    const struct scheme *scheme;
    const char *header, *text; /* where the value was found */
    int header_count;
    struct value value;
    unsigned hit; /* contents that matched */
};

static const char *header_of(const struct check *c, const char *name, int *count)
{
    *count = 0;
    const char *text = c->in->header(c->in->header_arg, name, count);
    if (text && *count < 1)
        *count = 1;
    return text ? trimmed(c->arena, text, strlen(text)) : NULL;
}

static bool find_scheme(struct check *c)
{
    bool any = strcmp(c->in->dialect, "auto") == 0;
    for (int i = 0; i < SCHEMES; i++) {
        const struct scheme *s = &schemes[i];
        for (int h = 0; in_family(s, c->in->dialect) && s->headers[h]; h++) {
            const char *text = header_of(c, s->headers[h], &c->header_count);
            if (!text || (s->mine && !s->mine(text, any)))
                continue;
            c->scheme = s;
            c->header = s->headers[h];
            c->text = text;
            return true;
        }
    }
    return false;
}

static bool plain_id(const char *id)
{
    size_t n = strlen(id);
    return n > 0 && n <= ID_MAX &&
           !id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")];
}

/* Value and whatever stands beside it. A point in an id would let bytes move between id, time and body. */
static bool read_value(struct check *c)
{
    const struct scheme *s = c->scheme;
    int count;
    if (c->header_count > 1 || !s->read(c->arena, c->text, &c->value))
        return false;
    if (s->id_header) {
        c->value.id = header_of(c, s->id_header, &count);
        if (!c->value.id || count > 1 || !plain_id(c->value.id))
            return false;
    }
    if (s->time_header && s->fresh == FRESH_VALUE) {
        c->value.stamp = header_of(c, s->time_header, &count);
        if (!c->value.stamp || count > 1 || !seconds(c->value.stamp, &c->value.time))
            return false;
    }
    return true;
}

static void mac_of(const struct signature_input *in, const struct value *v, enum content content, const void *key, size_t key_n,
                   uint8_t mac[32])
{
    struct crypto_part parts[5];
    int n = 0;
    if (content == ID_TIME_BODY) {
        parts[n++] = (struct crypto_part){v->id, strlen(v->id)};
        parts[n++] = (struct crypto_part){".", 1};
    }
    if (content != BODY) {
        parts[n++] = (struct crypto_part){v->stamp, strlen(v->stamp)};
        parts[n++] = (struct crypto_part){".", 1};
    }
    parts[n++] = (struct crypto_part){in->body, in->body_n};
    crypto_hmac_sha256(key, key_n, parts, n, mac);
}

/* The bytes of a secret: as they are, or decoded into `room` where the scheme says base64. */
static const void *key_bytes(const struct scheme *s, const char *secret, uint8_t room[SECRET_MAX], size_t *n)
{
    static const char mark[] = "whsec_";
    const char *code = str_starts(secret, mark) ? secret + sizeof mark - 1 : secret;
    if (s->decoded && crypto_unbase64(code, room, SECRET_MAX, n))
        return room;
    *n = strlen(secret);
    return secret;
}

static unsigned try_secret(const struct check *c, const char *secret)
{
    uint8_t room[SECRET_MAX], mac[32];
    size_t n;
    const void *key = key_bytes(c->scheme, secret, room, &n);
    unsigned hit = 0;
    for (unsigned content = BODY; content <= ID_TIME_BODY; content <<= 1) {
        if (!(c->scheme->content & content))
            continue;
        mac_of(c->in, &c->value, content, key, n, mac);
        for (int i = 0; i < c->value.mac_count; i++)
            hit |= crypto_equal(mac, c->value.macs[i], 32) ? content : 0;
    }
    crypto_wipe(room, sizeof room);
    crypto_wipe(mac, sizeof mac);
    return n ? hit : 0;
}

/* Every secret is tried, also after one fitted. Nothing configured: the work is done with a key nobody has. */
static void try_secrets(struct check *c)
{
    for (int i = 0; i < c->in->secret_count; i++)
        c->hit |= try_secret(c, c->in->secrets[i]);
    if (c->in->secret_count < 1)
        (void)try_secret(c, "no secret is configured here");
}

static bool judge_age(struct check *c, struct signature_result *out)
{
    int64_t age = c->in->now - c->value.time;
    out->timestamp = c->value.time;
    out->verdict = age > FRESH_SECONDS ? SIGNATURE_STALE : age < -FRESH_SECONDS ? SIGNATURE_FUTURE : out->verdict;
    return age <= FRESH_SECONDS && age >= -FRESH_SECONDS;
}

/* RBS: the time stands in a header of its own that nobody signs. */
static bool judge_header_time(struct check *c, struct signature_result *out)
{
    int count;
    const char *text = header_of(c, c->scheme->time_header, &count);
    if (!text) {
        out->verdict = c->in->strict ? SIGNATURE_MISSING : SIGNATURE_WARN;
        out->warning = "no timestamp: how old it is cannot be told";
        return !c->in->strict;
    }
    if (count > 1 || !seconds(text, &c->value.time)) {
        out->verdict = SIGNATURE_MALFORMED;
        return false;
    }
    return judge_age(c, out);
}

static void judge(struct check *c, struct signature_result *out)
{
    const struct scheme *s = c->scheme;
    out->verdict = SIGNATURE_OK;
    if (s->fresh == FRESH_HEADER ? !judge_header_time(c, out) : s->fresh == FRESH_VALUE && !judge_age(c, out))
        return;
    if (!(c->hit & ~s->doubtful)) {
        out->verdict = SIGNATURE_WARN;
        out->warning = "the body alone is signed, not its timestamp";
    }
    out->id = c->value.id;
}

static void run(struct check *c, struct signature_result *out)
{
    *out = (struct signature_result){.verdict = SIGNATURE_MISSING};
    if (!find_scheme(c))
        return;
    out->scheme = c->scheme->name;
    out->verdict = SIGNATURE_MALFORMED;
    if (!read_value(c))
        return;
    try_secrets(c);
    out->verdict = SIGNATURE_MISMATCH;
    if (c->hit)
        judge(c, out);
}

void signature_verify(struct arena *arena, const struct signature_input *in, struct signature_result *out)
{
    struct check c = {.arena = arena, .in = in};
    run(&c, out);
}

bool signature_ok(const struct signature_result *result)
{
    return result->verdict == SIGNATURE_OK || result->verdict == SIGNATURE_WARN;
}

const char *signature_word(int verdict)
{
    static const char *const words[] = {[SIGNATURE_OK] = "ok", [SIGNATURE_WARN] = "ok-warn", [SIGNATURE_MISSING] = "missing",
                                        [SIGNATURE_MALFORMED] = "malformed", [SIGNATURE_MISMATCH] = "mismatch",
                                        [SIGNATURE_STALE] = "stale", [SIGNATURE_FUTURE] = "future"};
    return verdict >= 0 && verdict <= SIGNATURE_FUTURE ? words[verdict] : "";
}

/* --- explaining --- */

static void say_headers(const struct check *c, struct str *out)
{
    const char *before = "looked for: ";
    for (int i = 0; i < SCHEMES; i++)
        for (int h = 0; in_family(&schemes[i], c->in->dialect) && schemes[i].headers[h]; h++) {
            str_addf(out, "%s%s", before, schemes[i].headers[h]);
            before = ", ";
        }
    str_adds(out, "\nfound: none of them\n");
}

static const char *content_name(unsigned content)
{
    return content == BODY        ? "the body"
           : content == TIME_BODY ? "timestamp \".\" body"
                                  : "id \".\" timestamp \".\" body";
}

/* What a sender often does instead: says so when it explains the signature. */
static const char *near_miss(const struct check *c)
{
    for (int i = 0; i < c->in->secret_count; i++) {
        const char *secret = c->in->secrets[i];
        struct signature_input cut = *c->in;
        struct check other = *c;
        struct scheme odd = *c->scheme;
        other.in = &cut;
        while (cut.body_n && (cut.body[cut.body_n - 1] == '\n' || cut.body[cut.body_n - 1] == '\r'))
            cut.body_n--;
        if (cut.body_n != c->in->body_n && try_secret(&other, secret))
            return "it fits the body without the line break at its end: the bytes were changed on the way or before signing";
        other.in = c->in;
        other.scheme = &odd;
        odd.decoded = !odd.decoded;
        if (try_secret(&other, secret))
            return odd.decoded ? "it fits the secret decoded from base64: sign with its text as it is"
                               : "it fits the secret's text: decode it from base64 before signing";
        odd.decoded = c->scheme->decoded;
        odd.content = c->value.stamp ? BODY | TIME_BODY : BODY;
        if (try_secret(&other, secret))
            return "the secret is right, but other bytes are signed than this scheme says";
        if (str_starts(secret, "whsec_") && try_secret(c, secret + 6))
            return "it fits the secret without whsec_: the prefix is part of the secret here";
    }
    return NULL;
}

static void say_macs(const struct check *c, struct str *out)
{
    uint8_t room[SECRET_MAX], mac[32];
    char hex[65];
    size_t n;
    for (int i = 0; i < c->value.mac_count; i++) {
        crypto_hex(c->value.macs[i], 32, hex);
        str_addf(out, "sent: %.*s...\n", SHOWN_HEX, hex);
    }
    for (int i = 0; i < c->in->secret_count; i++)
        for (unsigned content = BODY; content <= ID_TIME_BODY; content <<= 1) {
            if (!(c->scheme->content & content))
                continue;
            const void *key = key_bytes(c->scheme, c->in->secrets[i], room, &n);
            mac_of(c->in, &c->value, content, key, n, mac);
            crypto_hex(mac, 32, hex);
            str_addf(out, "computed over %s with secret %d of %d: %.*s...\n", content_name(content), i + 1, c->in->secret_count,
                     SHOWN_HEX, hex);
        }
    crypto_wipe(room, sizeof room);
    crypto_wipe(mac, sizeof mac);
    crypto_wipe(hex, sizeof hex);
}

static void say_time(const struct check *c, const struct signature_result *result, struct str *out)
{
    int64_t age = c->in->now - result->timestamp;
    if (!result->timestamp)
        return;
    str_addf(out, "timestamp: %" PRId64 ", which is %" PRId64 " s %s by the clock here; %d s are allowed\n", result->timestamp,
             age < 0 ? -age : age, age < 0 ? "ahead" : "old", FRESH_SECONDS);
}

void signature_explain(struct arena *arena, const struct signature_input *in, struct str *out)
{
    struct check c = {.arena = arena, .in = in};
    struct signature_result result;
    run(&c, &result);
    if (!c.scheme) {
        say_headers(&c, out);
    } else {
        str_addf(out, "found: %s, read as %s\nexpected form: %s\n", c.header, c.scheme->name, c.scheme->form);
        if (c.header_count > 1)
            str_addf(out, "it occurs %d times: a header that carries a signature may occur once\n", c.header_count);
        str_addf(out, "body: %zu bytes, secrets configured: %d\n", in->body_n, in->secret_count);
        if (result.verdict != SIGNATURE_MALFORMED || c.hit)
            say_macs(&c, out);
        say_time(&c, &result, out);
    }
    const char *hint = result.verdict == SIGNATURE_MISMATCH ? near_miss(&c) : NULL;
    if (hint)
        str_addf(out, "hint: %s\n", hint);
    str_addf(out, "verdict: %s%s%s\n", signature_word(result.verdict), result.warning ? ", " : "", result.warning ? result.warning : "");
}

/* --- signing --- */

static const struct scheme *scheme_of(const char *name)
{
    for (int i = 0; i < SCHEMES; i++)
        if (strcmp(schemes[i].name, name) == 0)
            return &schemes[i];
    return NULL;
}

/* The content a sender signs: the fullest the scheme knows. */
static enum content best_content(const struct scheme *s)
{
    return s->content & ID_TIME_BODY ? ID_TIME_BODY : s->content & TIME_BODY ? TIME_BODY : BODY;
}

static const char *written(struct arena *arena, const struct scheme *s, const char *stamp, const uint8_t mac[32])
{
    char text[65];
    if (s->decoded) {
        crypto_base64(mac, 32, text, sizeof text);
        return arena_printf(arena, "v1,%s", text);
    }
    crypto_hex(mac, 32, text);
    if (s->read == read_v1_list || s->read == read_s_list)
        return arena_printf(arena, "t=%s,%s=%s", stamp, s->read == read_s_list ? "s" : "v1", text);
    bool bare = s->read == read_bare || strcmp(s->name, "rbs-plain") == 0;
    return arena_printf(arena, "%s%s", bare ? "" : prefix, text);
}

int signature_sign(struct arena *arena, const char *scheme, const char *secret, const char *id, int64_t now, const char *body,
                   size_t body_n, struct signature_header headers[4])
{
    const struct scheme *s = scheme_of(scheme);
    uint8_t room[SECRET_MAX], mac[32];
    size_t key_n;
    int n = 0;
    if (!s || (s->id_header && (!id || !plain_id(id))))
        return 0;
    struct value v = {.id = id, .stamp = arena_printf(arena, "%" PRId64, now)};
    struct signature_input in = {.body = body, .body_n = body_n};
    const void *key = key_bytes(s, secret, room, &key_n);
    mac_of(&in, &v, best_content(s), key, key_n, mac);
    crypto_wipe(room, sizeof room);
    if (s->id_header)
        headers[n++] = (struct signature_header){s->id_header, arena_strdup(arena, id)};
    if (s->time_header)
        headers[n++] = (struct signature_header){s->time_header, v.stamp};
    headers[n++] = (struct signature_header){s->headers[0], written(arena, s, v.stamp, mac)};
    return n;
}
