/* config_destination: the words of destinations, questions about them, and their keys in triage.yaml. One struct serves all
 * kinds, so one table of keys does too; which of them a kind has and which it cannot do without stands in a table of its
 * own, so that a key of another kind is told instead of passed over. Pure. */
#include "core/config_keys.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "core/retry.h"
#include <ctype.h>
#include <stddef.h>
#include <string.h>

const char *const redact_entity_words[] = {"email", "phone", "card", "iban", "ssn", "ip", "secret", NULL};
const char *const redact_mode_words[] = {"", "raw", "mask", "hash", "drop", NULL};
const char *const destination_kind_words[] = {"webhook", "slack", "discord", "telegram", "email", "postgres", "notion", "pagerduty", "model",
                                              "tamio-api", "cstar-api", NULL};
const char *const step_kind_words[] = {"classify", "filter.match", "redact.pii", "dedupe", "throttle", "transform", "enrich.entity", NULL};
_Static_assert(sizeof redact_entity_words / sizeof *redact_entity_words == REDACT_ENTITIES + 1, "a word for each entity");
_Static_assert(sizeof destination_kind_words / sizeof *destination_kind_words == DEST_KINDS + 1, "a word for each kind");
_Static_assert(sizeof step_kind_words / sizeof *step_kind_words == STEP_KINDS + 1, "a word for each step");

const char *const reply_via_words[] = {[REPLY_NONE] = "none", [REPLY_WEBHOOK] = "webhook", [REPLY_EMAIL] = "email", [REPLY_API] = "api", NULL};

const char *reply_via_word(int via)
{
    return reply_via_words[via];
}

const struct config_destination *config_destination(const struct config *config, const char *name)
{
    for (int i = 0; name && i < config->destination_count; i++)
        if (str_eq(config->destinations[i].name, name))
            return &config->destinations[i];
    return NULL;
}

#define TEXT(member) offsetof(struct config_destination, member)
static const size_t texts[] = {TEXT(name), TEXT(url), TEXT(token), TEXT(secrets[0]), TEXT(secrets[1]), TEXT(source), TEXT(channel), TEXT(host),
                               TEXT(user), TEXT(password), TEXT(from), TEXT(schema), TEXT(table), TEXT(version), TEXT(model), TEXT(prompt),
                               TEXT(link)};

static void own(struct arena *arena, const char **text)
{
    *text = arena_strdup(arena, *text);
}

struct config_destination *config_destination_copy(struct arena *arena, const struct config_destination *from)
{
    if (!from)
        return NULL;
    struct config_destination *to = ARENA_NEW(arena, struct config_destination);
    *to = *from;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        own(arena, (const char **)(void *)((char *)to + texts[i]));
    for (int i = 0; i < to->to_count; i++)
        own(arena, &to->to[i]);
    for (int i = 0; i < to->label_count; i++)
        own(arena, &to->labels[i]);
    for (int i = 0; i < to->column_count; i++) {
        own(arena, &to->columns[i].name);
        own(arena, &to->columns[i].value);
    }
    return to;
}

static int api_kind(const struct config_source *source)
{
    return str_eq(source->dialect, "tamio") ? DEST_TAMIO_API : DEST_CSTAR_API;
}

const struct config_destination *config_reply_destination(struct arena *arena, const struct config *config, const struct config_source *source)
{
    if (!source || source->reply_via == REPLY_NONE)
        return NULL;
    const struct config_destination *mail = source->reply_via == REPLY_EMAIL ? config_destination(config, source->reply_destination) : NULL;
    if (source->reply_via == REPLY_EMAIL && !mail)
        return NULL;
    struct config_destination *to = ARENA_NEW(arena, struct config_destination);
    if (mail) {
        *to = *mail;
        to->to_count = 0; /* the customer's address is in the letter */
    } else {
        *to = (struct config_destination){.kind = source->reply_via == REPLY_API ? api_kind(source) : DEST_WEBHOOK, .url = source->reply_url,
                                          .token = source->reply_token, .format = FORMAT_STANDARD, .allow_loopback = source->allow_loopback,
                                          .allow_private = source->allow_private,
                                          .line = source->line, .profile = PROFILE_DEFAULT};
        if (source->reply_secret) {
            to->secrets[to->secret_count++] = source->reply_secret;
            to->auth = DEST_AUTH_HMAC;
        }
    }
    memset(&to->redact, 0, sizeof to->redact); /* the customer reads what the agent wrote */
    to->name = arena_printf(arena, "reply:%s", source->name);
    to->disabled = false;
    return to;
}

/* --- which kind has which keys --- */

static const char *const auths[] = {"none", "bearer", "hmac", NULL};
static const char *const formats[] = {"ingestlayer", "standard", "cloudevents", "cloudevents-binary", "cstar", "ripio", "rbs", "tamio", NULL};
static const char *const apis[] = {"openai", "anthropic", NULL};
_Static_assert(sizeof formats / sizeof *formats == FORMATS + 1, "a word for each format");

static const char common[] = "name kind disabled profile ambiguous allow_loopback allow_private rate burst timeout redact link source";
enum { ALTERNATIVES = 2 };
/* needs: all keys of one of the alternatives; has: what else. Words between blanks. */
static const struct kind_keys { const char *needs[ALTERNATIVES], *has; } kinds[DEST_KINDS] = {
    [DEST_WEBHOOK] = {{"url"}, "token secrets auth format flat generation body sign"},
    [DEST_SLACK] = {{"url", "token channel"}, ""},
    [DEST_DISCORD] = {{"url"}, "channel"},
    [DEST_TELEGRAM] = {{"token channel"}, "url"},
    [DEST_EMAIL] = {{"host from"}, "to port tls user password max_per_hour"},
    [DEST_POSTGRES] = {{"url table"}, "schema columns"},
    [DEST_NOTION] = {{"token channel"}, "url columns version"},
    [DEST_PAGERDUTY] = {{"token"}, "url"},
    [DEST_MODEL] = {{"api model"}, "url token prompt labels per_hour"},
    [DEST_TAMIO_API] = {{"token"}, "url"},
    [DEST_CSTAR_API] = {{"token"}, "url"},
};

static bool among(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; at && (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (!at[n] || at[n] == ' '))
            return true;
    return false;
}

static bool is_kinds_own(const struct kind_keys *kind, const char *key)
{
    for (int i = 0; i < ALTERNATIVES; i++)
        if (among(kind->needs[i], key))
            return true;
    return among(common, key) || among(kind->has, key);
}

/* The first word of words that the row leaves out; NULL: none. */
static const char *missing(struct schema *s, const struct yaml *row, const char *words)
{
    char *rest = arena_strdup(s->arena, words), *word;
    while ((word = strsep(&rest, " "))) {
        const struct yaml *node = schema_said(row, word);
        if (!node || (node->kind == YAML_SCALAR && !*node->text))
            return word;
    }
    return NULL;
}

static bool has_what_it_needs(struct schema *s, const struct config_destination *d, const struct yaml *row)
{
    const char *const *needs = kinds[d->kind].needs, *lacks = NULL;
    for (int i = 0; i < ALTERNATIVES && needs[i]; i++) {
        const char *first = missing(s, row, needs[i]);
        if (!first)
            return true;
        lacks = lacks ? lacks : first;
    }
    return schema_refuse(s, row, "%s: kind %s needs `%s`%s%s%s", s->place, destination_kind_words[d->kind], lacks,
                         needs[1] ? ", or in its place `" : "", needs[1] ? needs[1] : "", needs[1] ? "`" : "");
}

static bool check_keys(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    const char *word = destination_kind_words[d->kind];
    for (const struct yaml *n = row->child; n; n = n->next)
        if (!is_kinds_own(&kinds[d->kind], n->name))
            return schema_refuse(s, n, "%s.%.60s: kind %s has no such key", s->place, n->name, word);
    return has_what_it_needs(s, d, row);
}

/* --- what a value must be --- */

bool config_check_url(struct schema *s, const struct yaml *node, const char *what, const char *url, bool loopback)
{
    bool https = str_starts(url, "https://"), http = str_starts(url, "http://");
    if (!https && !http)
        return schema_refuse(s, node, "%s.%s must begin with https:// or http://", s->place, what);
    for (const char *at = url; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f)
            return schema_refuse(s, node, "%s.%s must begin with https:// or http:// and hold no blanks", s->place, what);
    const char *host = url + (https ? 8 : 7);
    size_t n = strcspn(host, "/?#");
    if (!n || *host == ':')
        return schema_refuse(s, node, "%s.%s has no host", s->place, what);
    if (memchr(host, '@', n))
        return schema_refuse(s, node, "%s.%s must not hold a user or a password", s->place, what);
    return https || loopback ||
           schema_refuse(s, node, "%s.%s is plain http, which is for this machine only: use https, or say allow_loopback: true", s->place, what);
}

static bool check_address(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    const struct yaml *node = config_at(row, "url");
    if (!d->url)
        return true;
    if (d->kind != DEST_POSTGRES)
        return config_check_url(s, node, "url", d->url, d->allow_loopback);
    return str_starts(d->url, "postgresql://") || str_starts(d->url, "postgres://") ||
           schema_refuse(s, node, "%s.url must begin with postgresql://", s->place);
}

/* A credential goes into a header or an address as it is. */
static bool check_token(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    size_t n = d->token ? strlen(d->token) : 0;
    for (size_t i = 0; i < n; i++)
        if (d->token[i] <= ' ' || d->token[i] >= 0x7f)
            return schema_refuse(s, config_at(row, "token"), "%s.token holds what a token cannot: a blank, or a letter beyond ASCII", s->place);
    if (d->kind == DEST_PAGERDUTY && n != 32)
        return schema_refuse(s, config_at(row, "token"), "%s.token must be a routing key of 32 characters, not %zu", s->place, n);
    return d->kind != DEST_SLACK || !d->token || d->channel ||
           schema_refuse(s, config_at(row, "token"), "%s: a `token` posts to a `channel`, and none is said", s->place);
}

static bool is_standard_secret(const char *secret)
{
    uint8_t key[64];
    size_t n = 0;
    bool good = str_starts(secret, "whsec_") && crypto_unbase64(secret + 6, key, sizeof key, &n) && n >= 24;
    crypto_wipe(key, sizeof key);
    return good;
}

static bool check_signing(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    const struct yaml *secrets = yaml_get(row, "secrets"), *each = secrets && secrets->kind == YAML_LIST ? secrets->child : secrets;
    if (!schema_said(row, "auth"))
        d->auth = d->secret_count ? DEST_AUTH_HMAC : d->token && d->kind == DEST_WEBHOOK ? DEST_AUTH_BEARER : DEST_AUTH_NONE;
    if (d->auth == DEST_AUTH_HMAC && !d->secret_count)
        return schema_refuse(s, config_at(row, "auth"), "%s: auth hmac needs `secrets`", s->place);
    if (d->auth == DEST_AUTH_BEARER && (!d->token || !*d->token))
        return schema_refuse(s, config_at(row, "auth"), "%s: auth bearer needs a `token`", s->place);
    for (int i = 0; i < d->secret_count && d->format == FORMAT_STANDARD; i++, each = each->next)
        if (!is_standard_secret(d->secrets[i]))
            return schema_refuse(s, each, "%s.secrets: format standard signs with whsec_ and base64 of 24 to 64 bytes", s->place);
    return true;
}

/* What is said of one format means nothing to another. */
static bool check_format(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    static const struct { const char *key; int format; } own[] = {
        {"flat", FORMAT_CSTAR}, {"generation", FORMAT_CSTAR}, {"body", FORMAT_INGESTLAYER}, {"sign", FORMAT_INGESTLAYER}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        const struct yaml *node = yaml_get(row, own[i].key);
        if (node && d->format != own[i].format)
            return schema_refuse(s, node, "%s.%s is for format %s, and this is %s", s->place, own[i].key, formats[own[i].format], formats[d->format]);
    }
    return true;
}

/* "desk@acme.example" or "Acme's desk <desk@acme.example>". */
static bool is_mailbox(struct arena *arena, const char *text)
{
    size_t n = strlen(text);
    const char *open = strchr(text, '<');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < 0x20 || *p == 0x7f)
            return false;
    return open && n && text[n - 1] == '>' ? text_is_email(arena_strndup(arena, open + 1, (size_t)(text + n - 1 - (open + 1)))) : text_is_email(text);
}

static bool check_mail(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    static const int64_t ports[] = {[TLS_REQUIRE] = 587, [TLS_IMPLICIT] = 465, [TLS_NONE] = 25};
    const struct yaml *list = yaml_get(row, "to"), *each = list && list->kind == YAML_LIST ? list->child : list;
    if (d->kind != DEST_EMAIL)
        return true;
    if (!*d->host || strspn(d->host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") != strlen(d->host))
        return schema_refuse(s, config_at(row, "host"), "%s.host must be a host's name alone; its port is `port`", s->place);
    if (!is_mailbox(s->arena, d->from))
        return schema_refuse(s, config_at(row, "from"), "%s.from must be an e-mail address, not '%.60s'", s->place, d->from);
    for (int i = 0; i < d->to_count; i++, each = each->next)
        if (!text_is_email(d->to[i]))
            return schema_refuse(s, each, "%s.to must be e-mail addresses, not '%.60s'", s->place, d->to[i]);
    if (!d->user != !d->password)
        return schema_refuse(s, row, "%s: user and password go together", s->place);
    if (d->tls == TLS_NONE && !d->allow_loopback)
        return schema_refuse(s, config_at(row, "tls"), "%s.tls: none is for this machine only: say allow_loopback: true, or use require", s->place);
    if (d->tls == TLS_NONE && d->user)
        return schema_refuse(s, config_at(row, "password"), "%s.password never leaves in clear: use tls require or implicit", s->place);
    d->port = d->port ? d->port : ports[d->tls];
    return true;
}

static bool is_identifier(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '_')
            return false;
    return strlen(text) <= 63;
}

static bool check_table(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    const struct { const char *key, *text; } names[] = {{"schema", d->schema}, {"table", d->table}};
    for (size_t i = 0; i < sizeof names / sizeof *names && d->kind == DEST_POSTGRES; i++)
        if (names[i].text && !is_identifier(names[i].text))
            return schema_refuse(s, config_at(row, names[i].key), "%s.%s must be a plain identifier: letters, digits and _, at most 63, not '%.60s'",
                                 s->place, names[i].key, names[i].text);
    return true;
}

/* Column: what goes there. A dollar before it is taken as meant. */
static bool check_columns(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    static const char *const heads[] = {"event", "payload", "ticket", "entity", "classify", NULL};
    const struct yaml *map = yaml_get(row, "columns"), *each = map ? map->child : NULL;
    for (int i = 0; i < d->column_count; i++, each = each->next) {
        struct config_column *c = &d->columns[i];
        if (d->kind == DEST_POSTGRES && !is_identifier(c->name))
            return schema_refuse(s, each, "%s.columns: '%.60s' is no plain identifier", s->place, c->name);
        if (!c->value)
            return schema_refuse(s, each, "%s.columns: '%.60s' has no value", s->place, c->name);
        c->value += *c->value == '$';
        const char *head = arena_strndup(s->arena, c->value, strcspn(c->value, "."));
        bool known = false;
        for (int k = 0; heads[k]; k++)
            known = known || str_eq(head, heads[k]);
        if (!known || (!c->value[strlen(head)] && !str_eq(head, "payload")) || c->value[strlen(c->value) - 1] == '.')
            return schema_refuse(s, each, "%s.columns: '%.60s' must be such as event.id, payload.plan, ticket.title, not '%.60s'%s", s->place,
                                 c->name, c->value, known ? "" : schema_hint(s, schema_nearest(head, heads)));
    }
    return true;
}

static bool check_link(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    const char *hole = d->link ? strstr(d->link, "%s") : NULL;
    if (!d->link)
        return true;
    if (!hole || strchr(hole + 1, '%') || strchr(d->link, '%') != hole)
        return schema_refuse(s, config_at(row, "link"), "%s.link must have %%s once, where the ticket's number goes", s->place);
    return config_check_url(s, config_at(row, "link"), "link", d->link, d->allow_loopback);
}

static bool check_labels(struct schema *s, struct config_destination *d, const struct yaml *row)
{
    static const char *const usual[] = {"low", "high", "critical", NULL};
    const struct yaml *list = yaml_get(row, "labels"), *each = list && list->kind == YAML_LIST ? list->child : list;
    for (int i = 0; i < d->label_count; i++, each = each->next) {
        bool known = false;
        for (int k = 0; usual[k]; k++)
            known = known || str_eq(d->labels[i], usual[k]);
        if (!known)
            return schema_refuse(s, each, "%s.labels must be of low, high, critical, not '%.60s'%s", s->place, d->labels[i],
                                 schema_hint(s, schema_nearest(d->labels[i], usual)));
    }
    for (int i = 0; d->kind == DEST_MODEL && !d->label_count && usual[i]; i++)
        d->labels[i] = usual[i];
    d->label_count = d->kind != DEST_MODEL || d->label_count ? d->label_count : 3;
    return true;
}

static int usual_profile(const struct config_destination *d)
{
    static const int by_format[FORMATS] = {[FORMAT_STANDARD] = PROFILE_STANDARD, [FORMAT_CSTAR] = PROFILE_CSTAR};
    static const int by_kind[DEST_KINDS] = {[DEST_EMAIL] = PROFILE_EMAIL, [DEST_MODEL] = PROFILE_STANDARD}; /* a model may be away for a day */
    return d->kind == DEST_WEBHOOK ? by_format[d->format] : by_kind[d->kind];
}

static void fill_in(struct config_destination *d, const struct yaml *row)
{
    if (!schema_said(row, "profile"))
        d->profile = usual_profile(d);
    if (d->kind == DEST_POSTGRES && !d->schema)
        d->schema = "public";
    if (d->kind == DEST_NOTION && !d->version)
        d->version = "2025-09-03";
    if (d->kind == DEST_MODEL && !d->per_hour)
        d->per_hour = 1000;
    if (d->rate && !d->burst)
        d->burst = 2 * d->rate;
}

bool config_check_destination(struct schema *s, void *to, const struct yaml *row)
{
    static bool (*const checks[])(struct schema *s, struct config_destination *d, const struct yaml *row) = {
        check_address, check_token, check_signing, check_format, check_mail, check_table, check_columns, check_labels, check_link};
    struct config_destination *d = to;
    EACH_BEFORE(config_destination, other, d, config_row_number(s))
        if (!config_unique(s, config_at(row, "name"), "name", d->name, other->name))
            return false;
    const struct config *config = s->owner;
    if (d->source && !config_source(config, d->source) && !schema_unsure(s, &config->sources))
        return schema_refuse(s, config_at(row, "source"), "%s.source: no source '%.60s'%s", s->place, d->source,
                             schema_hint(s, config_nearest_source(s, d->source)));
    if (!check_keys(s, d, row)) /* the others need what it promises */
        return false;
    bool good = true;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        good = checks[i](s, d, row) && good;
    fill_in(d, row);
    return good;
}

static bool check_reply_to(struct schema *s, const struct config *config, int i, const struct yaml *row)
{
    const char *name = config->sources[i].reply_destination;
    const struct config_destination *to = config_destination(config, name);
    const struct yaml *node = config_at(row, "reply_destination");
    if (!name || schema_unsure(s, to ? (const void *)to : &config->destinations))
        return true;
    if (!to)
        return schema_refuse(s, node, "sources[%d].reply_destination: no destination '%.60s'%s", i, name,
                             schema_hint(s, config_nearest_destination(s, name)));
    if (to->kind != DEST_EMAIL)
        return schema_refuse(s, node, "sources[%d].reply_destination: '%.60s' is of kind %s, and replies go by email", i, name,
                             destination_kind_words[to->kind]);
    return !to->disabled || schema_refuse(s, node, "sources[%d].reply_destination: '%.60s' is disabled in line %d", i, name, to->line);
}

bool config_check_replies(struct schema *s, const struct config *config, const struct yaml *root)
{
    const struct yaml *list = yaml_get(root, "sources"), *row = list ? list->child : NULL;
    bool good = true;
    for (int i = 0; i < config->source_count && row; i++, row = row->next)
        good = check_reply_to(s, config, i, row) && good;
    return good;
}

/* --- the keys --- */

#define OF(member) AT(config_destination, member)
#define LIST(member, count) OF(member), COUNT(config_destination, count)
static const struct schema_key redact_keys[] = {REDACT_KEYS(offsetof(struct config_destination, redact), NULL), {0}};
_Static_assert(sizeof redact_keys / sizeof *redact_keys == REDACT_ENTITIES + 1, "a key for each entity");
_Static_assert(sizeof(struct config_column) == sizeof(struct schema_pair), "a column is a pair");

const struct schema_key config_destination_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, OF(name), .required = true},
    {.name = "kind", .type = SCHEMA_WORD, OF(kind), .words = destination_kind_words, .required = true},
    {.name = "disabled", .type = SCHEMA_BOOL, OF(disabled)},
    {.name = "url", .type = SCHEMA_TEXT, OF(url), .max = 2000},
    {.name = "token", .type = SCHEMA_TEXT, OF(token), .max = 1000},
    {.name = "secrets", .type = SCHEMA_TEXTS, LIST(secrets, secret_count), .max = 2},
    {.name = "auth", .type = SCHEMA_WORD, OF(auth), .words = auths},
    {.name = "format", .type = SCHEMA_WORD, OF(format), .words = formats},
    {.name = "flat", .type = SCHEMA_BOOL, OF(flat)},
    {.name = "generation", .type = SCHEMA_WORD, OF(generation), .words = (const char *const[]){"2025", "2026", NULL}},
    {.name = "body", .type = SCHEMA_BOOL, OF(body_seed), .words = (const char *const[]){"full", "seed", NULL}},
    {.name = "sign", .type = SCHEMA_BOOL, OF(sign_body_only), .words = (const char *const[]){"time-and-body", "body-only", NULL}},
    {.name = "source", .type = SCHEMA_NAME, OF(source)},
    {.name = "channel", .type = SCHEMA_TEXT, OF(channel)},
    {.name = "host", .type = SCHEMA_TEXT, OF(host)},
    {.name = "port", .type = SCHEMA_INT, OF(port), .min = 1, .max = 65535},
    {.name = "tls", .type = SCHEMA_WORD, OF(tls), .words = (const char *const[]){"require", "implicit", "none", NULL}},
    {.name = "user", .type = SCHEMA_TEXT, OF(user)},
    {.name = "password", .type = SCHEMA_TEXT, OF(password)},
    {.name = "from", .type = SCHEMA_TEXT, OF(from)},
    {.name = "to", .type = SCHEMA_TEXTS, LIST(to, to_count), .max = CONFIG_RECIPIENTS},
    {.name = "max_per_hour", .type = SCHEMA_INT, OF(max_per_hour), .max = 1000000},
    {.name = "schema", .type = SCHEMA_TEXT, OF(schema)},
    {.name = "table", .type = SCHEMA_TEXT, OF(table)},
    {.name = "columns", .type = SCHEMA_PAIRS, LIST(columns, column_count), .max = CONFIG_COLUMNS},
    {.name = "version", .type = SCHEMA_TEXT, OF(version), .words = (const char *const[]){"2025-09-03", "2022-06-28", NULL}},
    {.name = "api", .type = SCHEMA_WORD, OF(api), .words = apis},
    {.name = "model", .type = SCHEMA_TEXT, OF(model)},
    {.name = "prompt", .type = SCHEMA_TEXT, OF(prompt), .max = 8000},
    {.name = "labels", .type = SCHEMA_TEXTS, LIST(labels, label_count), .max = 8},
    {.name = "per_hour", .type = SCHEMA_INT, OF(per_hour), .min = 1, .max = 1000000},
    {.name = "timeout", .type = SCHEMA_TIME, OF(timeout), .min = 1000, .max = 600000},
    {.name = "profile", .type = SCHEMA_WORD, OF(profile), .words = retry_profile_words},
    {.name = "ambiguous", .type = SCHEMA_WORD, OF(ambiguous), .words = (const char *const[]){"retry", "dead", NULL}},
    {.name = "allow_loopback", .type = SCHEMA_BOOL, OF(allow_loopback)},
    {.name = "allow_private", .type = SCHEMA_BOOL, OF(allow_private)},
    {.name = "rate", .type = SCHEMA_RATE, OF(rate), .max = 1000},
    {.name = "burst", .type = SCHEMA_INT, OF(burst), .max = 1000},
    {.name = "redact", .type = SCHEMA_MAP, .keys = redact_keys, .brief = "*"},
    {.name = "link", .type = SCHEMA_TEXT, OF(link), .max = 1000},
    {0},
};

const struct config_destination *config_register_destination(struct arena *arena, const struct config *config, const struct config_source *source)
{
    const struct config_destination *backend = source ? config_destination(config, source->emulate.backend) : NULL;
    struct config_destination *to = config_destination_copy(arena, backend);
    if (to)
        to->name = arena_printf(arena, "register:%s", source->name);
    return to;
}

/* An agent's own address for pages: a Standard Webhook, unsigned. */
static const struct config_destination *page_destination(struct arena *arena, const struct config *config, const char *place)
{
    const struct config_agent *agent = config_agent(config, place + strlen("page:"));
    if (!agent || !agent->page_url)
        return NULL;
    struct config_destination *to = ARENA_NEW(arena, struct config_destination);
    *to = (struct config_destination){.name = arena_strdup(arena, place), .kind = DEST_WEBHOOK, .url = agent->page_url, .format = FORMAT_STANDARD,
                                      .profile = PROFILE_PAGE, .allow_loopback = str_starts(agent->page_url, "http:")};
    return to;
}

const struct config_destination *config_place(struct arena *arena, const struct config *config, const char *place)
{
    if (str_starts(place, "page:"))
        return page_destination(arena, config, place);
    const char *colon = strchr(place, ':');
    const struct config_source *source = colon ? config_source(config, colon + 1) : NULL;
    if (str_starts(place, "register:"))
        return config_register_destination(arena, config, source);
    return colon ? config_reply_destination(arena, config, source) : config_destination(config, place);
}
