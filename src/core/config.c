/* config: triage.yaml as a snapshot. The keys stand in tables (core/schema reads them); what a table cannot say, such
 * as that a step tells somebody who exists, is a check on the row it concerns, so that the error still has a line.
 * What a file leaves out comes from the sample that is compiled in. Pure; the result is immutable, any thread. */
#include "core/config_keys.h"
#include "base/str.h"
#include "core/macro.h"
#include "core/sample.h"
#include <ctype.h>
#include <string.h>

enum { MINUTE = 60000, MOST_SOURCES = 256, MOST_AGENTS = 1024, MOST_POLICIES = 64, MOST_VIEWS = 64 };

static const char *const dialects[] = {"auto", "rbs", "ripio", "cstar", "ingestlayer", "tamio", NULL};
static const char *const auths[] = {"signed", "bearer", "none", NULL};
static const char *const roles[] = {"", "agent", "lead", "admin", NULL};
static const char *const sorts[] = {"due", "age", "updated", "urgency", "priority", NULL};
static const char *const games[] = {"native", "mirror", NULL};
static const char *const customers[] = {"any", "known", NULL};

/* --- checks on rows --- */

bool config_unique(struct schema *s, const struct yaml *node, const char *what, const char *mine, const char *other)
{
    if (!mine || !str_eq(mine, other))
        return true;
    if (str_eq(what, "token"))
        return schema_refuse(s, node, "%s: there is another with the same token", s->place);
    return schema_refuse(s, node, "%s: there is another with the %s '%.60s'", s->place, what, mine);
}

const struct yaml *config_at(const struct yaml *row, const char *key)
{
    const struct yaml *node = yaml_get(row, key);
    return node ? node : row;
}

int config_row_number(const struct schema *s)
{
    const char *open = strrchr(s->place, '[');
    int n = 0;
    for (const char *at = open ? open + 1 : ""; isdigit((unsigned char)*at); at++)
        n = n * 10 + (*at - '0');
    return n;
}

static bool check_reply(struct schema *s, const struct config_source *row, const struct yaml *node)
{
    const struct { int via; const char *key; bool there; } needs[] = {{REPLY_WEBHOOK, "reply_url", row->reply_url},
                                                                      {REPLY_EMAIL, "reply_destination", row->reply_destination},
                                                                      {REPLY_API, "reply_token", row->reply_token && *row->reply_token}};
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (row->reply_via == needs[i].via && !needs[i].there)
            return schema_refuse(s, node, "%s: replies go by %s, so it needs a `%s`", s->place, reply_via_word(row->reply_via), needs[i].key);
    if (row->reply_via == REPLY_API && !str_eq(row->dialect, "tamio") && !str_eq(row->dialect, "cstar"))
        return schema_refuse(s, config_at(node, "reply_via"), "%s.reply_via: only dialect tamio or cstar has an api that takes replies, not %s",
                             s->place, row->dialect);
    for (const char *at = row->reply_token ? row->reply_token : ""; *at; at++)
        if (*at <= ' ' || *at >= 0x7f)
            return schema_refuse(s, config_at(node, "reply_token"), "%s.reply_token holds what a token cannot: a blank, or a letter beyond ASCII",
                                 s->place);
    return !row->reply_url || config_check_url(s, config_at(node, "reply_url"), "reply_url", row->reply_url, row->allow_loopback);
}

/* The vendor's API that we are ourselves, for this source's client. */
static bool check_emulation(struct schema *s, const struct config_source *row, const struct yaml *api)
{
    if (!api)
        return true;
    if (!str_eq(row->dialect, "ripio"))
        return schema_refuse(s, api, "%s.api: only Ripio's API can be spoken here, and '%.60s' is of dialect %s", s->place, row->name, row->dialect);
    if (!row->emulate.client_id || !row->emulate.client_secret)
        return schema_refuse(s, api, "%s.api: needs a `client_id` and a `client_secret`", s->place);
    return !strchr(row->emulate.client_id, ':') || schema_refuse(s, api, "%s.api.client_id cannot hold a colon", s->place);
}

static bool check_address(struct schema *s, const struct config_source *row, const struct yaml *node)
{
    const char *hole = row->link ? strstr(row->link, "%s") : NULL;
    if (!row->link)
        return true;
    if (!hole || strchr(hole + 1, '%') || strchr(row->link, '%') != hole)
        return schema_refuse(s, config_at(node, "link"), "%s.link must have %%s once, where the source's own number of the ticket goes", s->place);
    return config_check_url(s, config_at(node, "link"), "link", row->link, true);
}

static bool check_source(struct schema *s, void *to, const struct yaml *node)
{
    struct config_source *row = to;
    const struct yaml *api = yaml_get(node, "api");
    EACH_BEFORE(config_source, other, row, config_row_number(s))
        if (!config_unique(s, node, "name", row->name, other->name) || !config_unique(s, node, "token", row->token, other->token) ||
            !config_unique(s, node, "client_id", row->emulate.client_id, other->emulate.client_id))
            return false;
    if (!check_emulation(s, row, api))
        return false;
    if (row->auth == AUTH_SIGNED && !row->secret_count && !api)
        return schema_refuse(s, node, "%s: '%.60s' is signed, so it needs `secrets` (or say auth: none)", s->place, row->name);
    if (row->auth == AUTH_BEARER && !row->token)
        return schema_refuse(s, node, "%s: '%.60s' is bearer, so it needs a `token`", s->place, row->name);
    if (!check_reply(s, row, node) || !check_address(s, row, node))
        return false;
    row->account = row->account ? row->account : row->name;
    row->burst = row->burst ? row->burst : 2 * row->rate;
    return true;
}

static bool keys_are_new(struct schema *s, const struct config_agent *row, const struct config_agent *other, const struct yaml *node)
{
    for (int i = 0; i < row->key_count; i++)
        for (int k = 0; k < other->key_count; k++)
            if (!config_unique(s, node, "key", row->keys[i], other->keys[k]))
                return false;
    return true;
}

/* Words that stand for others than an agent; from the fifth on, whoever else writes entries (their actor). */
static const char *const taken[] = {"oncall", "leads", "me", "source", "clock", "triage", "courier", "routes", "model", "trainer", "boot", NULL};
enum { MACHINE = 4 };

static bool check_agent(struct schema *s, void *to, const struct yaml *node)
{
    struct config_agent *row = to;
    row->zone = config_named_zone(s, node, row->tz);
    for (int i = 0; taken[i]; i++)
        if (str_eq(row->name, taken[i]))
            return schema_refuse(s, node, "%s: '%s' has a meaning here and cannot be an agent's name", s->place, row->name);
    for (int i = 0; i < row->key_count; i++)
        if (!strchr(row->keys[i], ':'))
            return schema_refuse(s, node, "%s.keys: '%.60s' must be dialect:id, such as tamio:tm-2", s->place, row->keys[i]);
    if (row->page_url && !config_check_url(s, config_at(node, "page_url"), "page_url", row->page_url, true))
        return false;
    if (row->shared && row->uid < 0)
        return schema_refuse(s, node, "%s: shared is said of a uid, and '%s' has none", s->place, row->name);
    EACH_BEFORE(config_agent, other, row, config_row_number(s)) {
        if (!config_unique(s, node, "name", row->name, other->name) || !config_unique(s, node, "key_id", row->key_id, other->key_id) ||
            !keys_are_new(s, row, other, node))
            return false;
        if (row->uid >= 0 && row->uid == other->uid)
            return schema_refuse(s, node, "%s: %s and %s have the same uid", s->place, other->name, row->name);
    }
    return true;
}

const char *config_nearest_source(struct schema *s, const char *name)
{
    const struct config *config = s->owner;
    const char **names = ARENA_ARRAY(s->arena, const char *, config->source_count + 1);
    for (int i = 0; i < config->source_count; i++)
        names[i] = config->sources[i].name;
    return schema_nearest(name, names);
}

const char *config_nearest_destination(struct schema *s, const char *name)
{
    const struct config *config = s->owner;
    const char **names = ARENA_ARRAY(s->arena, const char *, config->destination_count + 1);
    for (int i = 0; i < config->destination_count; i++)
        names[i] = config->destinations[i].name;
    return schema_nearest(name, names);
}

bool config_names_me(const char *text)
{
    char quote = 0;
    bool inside = false;
    for (const char *at = text; *at; at++) {
        if (quote) {
            if (*at == '\\' && at[1])
                at++;
            else if (*at == quote)
                quote = 0;
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (!inside && strncmp(at, "me", 2) == 0 && !isalnum((unsigned char)at[2]) && at[2] != '_' && at[2] != '.') {
            return true;
        }
        inside = isalnum((unsigned char)*at) || *at == '_' || *at == '.';
    }
    return false;
}

static bool check_view(struct schema *s, void *to, const struct yaml *node)
{
    struct config_view *row = to;
    EACH_BEFORE(config_view, other, row, config_row_number(s))
        if (!config_unique(s, node, "name", row->name, other->name))
            return false;
    row->title = row->title ? row->title : row->name;
    row->when = when_shown(s->arena, row->when);
    row->mine = config_names_me(row->text);
    return true;
}

/* --- the keys --- */

static const struct schema_key emulation_keys[] = {
    {.name = "client_id", .type = SCHEMA_TEXT, AT(config_source, emulate.client_id)},
    {.name = "client_secret", .type = SCHEMA_TEXT, AT(config_source, emulate.client_secret)},
    {.name = "enabled", .type = SCHEMA_BOOL, AT(config_source, emulate.enabled), .fallback = "true"},
    {.name = "customers", .type = SCHEMA_WORD, AT(config_source, emulate.known), .words = customers, .fallback = "any"},
    {.name = "prefix", .type = SCHEMA_NAME, AT(config_source, emulate.prefix), .fallback = "SUP"},
    {.name = "backend", .type = SCHEMA_NAME, AT(config_source, emulate.backend)},
    {0},
};
static const struct schema_key source_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(config_source, name), .required = true},
    {.name = "dialect", .type = SCHEMA_TEXT, AT(config_source, dialect), .words = dialects, .fallback = "auto"},
    {.name = "account", .type = SCHEMA_NAME, AT(config_source, account)},
    {.name = "secrets", .type = SCHEMA_TEXTS, AT(config_source, secrets), COUNT(config_source, secret_count), .max = CONFIG_SECRETS},
    {.name = "auth", .type = SCHEMA_WORD, AT(config_source, auth), .words = auths, .fallback = "signed"},
    {.name = "token", .type = SCHEMA_TEXT, AT(config_source, token)},
    {.name = "strict", .type = SCHEMA_BOOL, AT(config_source, strict)},
    {.name = "disabled", .type = SCHEMA_BOOL, AT(config_source, disabled)},
    {.name = "limit", .type = SCHEMA_BYTES, AT(config_source, limit), .min = 1, .max = 64 << 20, .fallback = "8 MiB"},
    {.name = "rate", .type = SCHEMA_RATE, AT(config_source, rate), .max = 1000000, .fallback = "0"},
    {.name = "burst", .type = SCHEMA_INT, AT(config_source, burst), .max = 1000000, .fallback = "0"},
    {.name = "reply_via", .type = SCHEMA_WORD, AT(config_source, reply_via), .words = reply_via_words, .fallback = "none"},
    {.name = "link", .type = SCHEMA_TEXT, AT(config_source, link), .max = 2000},
    {.name = "reply_url", .type = SCHEMA_TEXT, AT(config_source, reply_url), .max = 2000},
    {.name = "reply_secret", .type = SCHEMA_TEXT, AT(config_source, reply_secret)},
    {.name = "reply_token", .type = SCHEMA_TEXT, AT(config_source, reply_token), .max = 1000},
    {.name = "reply_destination", .type = SCHEMA_NAME, AT(config_source, reply_destination)},
    {.name = "allow_loopback", .type = SCHEMA_BOOL, AT(config_source, allow_loopback)},
    {.name = "allow_private", .type = SCHEMA_BOOL, AT(config_source, allow_private)},
    {.name = "game", .type = SCHEMA_BOOL, AT(config_source, mirrored), .words = games},
    {.name = "team", .type = SCHEMA_TEXT, AT(config_source, team)},
    {.name = "api", .type = SCHEMA_MAP, .keys = emulation_keys},
    {0},
};
const struct schema_key config_agent_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(config_agent, name), .required = true},
    {.name = "uid", .type = SCHEMA_INT, AT(config_agent, uid), .min = -1, .max = UINT32_MAX - 1LL, .fallback = "-1"},
    {.name = "key_id", .type = SCHEMA_TEXT, AT(config_agent, key_id), .max = 128},
    {.name = "shared", .type = SCHEMA_BOOL, AT(config_agent, shared)},
    {.name = "restricted", .type = SCHEMA_BOOL, AT(config_agent, restricted)},
    {.name = "role", .type = SCHEMA_WORD, AT(config_agent, role), .words = roles, .fallback = "agent"},
    {.name = "team", .type = SCHEMA_TEXT, AT(config_agent, team)},
    {.name = "keys", .type = SCHEMA_TEXTS, AT(config_agent, keys), COUNT(config_agent, key_count), .max = CONFIG_KEYS},
    {.name = "game", .type = SCHEMA_WORD, AT(config_agent, game), .words = game_privacy_words},
    {.name = "page_url", .type = SCHEMA_TEXT, AT(config_agent, page_url), .max = 2000},
    {.name = "tz", .type = SCHEMA_TEXT, AT(config_agent, tz), .max = 64},
    {.name = "shift", .type = SCHEMA_MAP, .keys = config_shift_keys, .brief = "calendar", .check = config_check_shift},
    {.name = "page", .type = SCHEMA_TEXTS, AT(config_agent, page), COUNT(config_agent, page_count), .max = CONFIG_PAGES},
    {.name = "skills", .type = SCHEMA_TEXTS, AT(config_agent, skills), COUNT(config_agent, skill_count), .max = CONFIG_AGENT_SKILLS},
    {.name = "capacity", .type = SCHEMA_INT, AT(config_agent, capacity), .min = -1, .max = 10000, .fallback = "-1"},
    {0},
};
static const struct schema_key view_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(config_view, name), .required = true},
    {.name = "title", .type = SCHEMA_TEXT, AT(config_view, title), .max = 40},
    {.name = "when", .type = SCHEMA_WHEN, AT(config_view, when), .text_at = offsetof(struct config_view, text), .required = true},
    {.name = "sort", .type = SCHEMA_TEXT, AT(config_view, sort), .words = sorts, .fallback = "due"},
    {0},
};
static const struct schema_key listen_keys[] = {
    {.name = "port", .type = SCHEMA_INT, AT(config, port), .max = 65535},
    {0},
};
static const struct schema_key audit_keys[] = {
    {.name = "destination", .type = SCHEMA_NAME, AT(config, audit_to)},
    {.name = "every", .type = SCHEMA_TIME, AT(config, audit_every), .min = MINUTE, .max = YEAR},
    {0},
};
static const struct schema_key attachment_keys[] = {
    {.name = "file", .type = SCHEMA_BYTES, AT(config, attachments.file), .min = 1, .max = 64 << 20},
    {.name = "message", .type = SCHEMA_BYTES, AT(config, attachments.message), .min = 1, .max = 64 << 20},
    {.name = "webhook", .type = SCHEMA_BYTES, AT(config, attachments.webhook), .min = 1, .max = 64 << 20},
    {.name = "keep", .type = SCHEMA_TIME, AT(config, attachments.keep), .min = 60 * MINUTE, .max = YEAR},
    {0},
};
static const struct schema_key mask_keys[] = {REDACT_KEYS(offsetof(struct config, mask), NULL), {0}};
/* Routes, policies and steps stand behind what they name. */
static const struct schema_key root_keys[] = {
    {.name = "team", .type = SCHEMA_TEXT, AT(config, team_name), .max = 64},
    {.name = "tz", .type = SCHEMA_TEXT, AT(config, tz), .max = 64},
    {.name = "listen", .type = SCHEMA_MAP, .keys = listen_keys},
    {.name = "sources", .type = SCHEMA_ROWS, AT(config, sources), COUNT(config, source_count), .max = MOST_SOURCES,
     .line_at = offsetof(struct config_source, line), .keys = source_keys, .row_size = sizeof(struct config_source), .check = check_source},
    {.name = "agents", .type = SCHEMA_ROWS, AT(config, agents), COUNT(config, agent_count), .max = MOST_AGENTS,
     .keys = config_agent_keys, .row_size = sizeof(struct config_agent), .check = check_agent},
    {.name = "oncall", .type = SCHEMA_MAP, .keys = config_oncall_keys, .brief = "agents", .check = config_check_oncall},
    {.name = "calendars", .type = SCHEMA_ROWS, AT(config, calendars), COUNT(config, calendar_count), .max = MOST_POLICIES,
     .keys = config_calendar_keys, .row_size = sizeof(struct calendar), .check = config_check_calendar},
    {.name = "sla", .type = SCHEMA_ROWS, AT(config, slas), COUNT(config, sla_count), .max = MOST_POLICIES,
     .keys = config_sla_keys, .row_size = sizeof(struct config_sla), .check = config_check_sla},
    {.name = "escalation", .type = SCHEMA_MAP, .keys = config_escalation_keys},
    {.name = "views", .type = SCHEMA_ROWS, AT(config, views), COUNT(config, view_count), .max = MOST_VIEWS,
     .keys = view_keys, .row_size = sizeof(struct config_view), .check = check_view},
    {.name = "destinations", .type = SCHEMA_ROWS, AT(config, destinations), COUNT(config, destination_count), .max = CONFIG_DESTINATIONS,
     .line_at = offsetof(struct config_destination, line), .keys = config_destination_keys, .row_size = sizeof(struct config_destination),
     .check = config_check_destination},
    {.name = "routes", .type = SCHEMA_ROWS, AT(config, routes), COUNT(config, route_count), .max = CONFIG_ROUTES,
     .line_at = offsetof(struct config_route, line), .keys = config_route_keys, .row_size = sizeof(struct config_route), .check = config_check_route},
    {.name = "assignment", .type = SCHEMA_MAP, .keys = config_assignment_keys},
    {.name = "articles", .type = SCHEMA_TEXT, AT(config, article_dir), .max = 1000},
    {.name = "article_link", .type = SCHEMA_TEXT, AT(config, article_link), .max = 500},
    {.name = "macros", .type = SCHEMA_ROWS, AT(config, macros), COUNT(config, macro_count), .max = MACROS,
     .keys = config_macro_keys, .row_size = sizeof(struct macro), .check = config_check_macro},
    {.name = "mask", .type = SCHEMA_MAP, .keys = mask_keys, .brief = "*"},
    {.name = "audit", .type = SCHEMA_MAP, .keys = audit_keys},
    {.name = "attachments", .type = SCHEMA_MAP, .keys = attachment_keys},
    {.name = "reopen_window", .type = SCHEMA_TIME, AT(config, reopen_window), .min = MINUTE, .max = YEAR},
    {.name = "keep_delivered", .type = SCHEMA_TIME, AT(config, keep_delivered), .min = MINUTE, .max = 10 * YEAR},
    {.name = "undo_send", .type = SCHEMA_TIME, AT(config, undo_send), .max = 10 * MINUTE},
    {.name = "game", .type = SCHEMA_NAME, AT(config, game.name)},
    {0},
};

/* --- the whole --- */

/* What is no YAML is one mistake: nobody knows what stands behind it. */
static const struct yaml *read_tree(struct schema *s, const char *text, size_t n)
{
    struct err err = {0};
    const struct yaml *root = yaml_parse(s->arena, s->file, text, n, &err);
    if (!root)
        faults_add(s->faults, &(struct fault){.file = s->file, .text = arena_strdup(s->arena, err.text)});
    else if (root->kind != YAML_MAP)
        schema_refuse(s, root, "the file must be a map of keys");
    return root && root->kind == YAML_MAP ? root : NULL;
}

/* The rule set's own text, or one that is compiled in. */
static bool read_game(struct schema *s, struct config *config, const char *text, size_t n, const struct yaml *root)
{
    const struct yaml *said = yaml_get(root, "game"), *defaults, *tree;
    const char *name = config->game.name;
    if (!name) /* its key had a mistake */
        return false;
    if (!text && str_eq(name, "default"))
        text = sample_game_default, n = strlen(text);
    else if (!text && str_eq(name, "cstar"))
        text = sample_game_cstar, n = strlen(text);
    if (!text)
        return schema_refuse(s, said ? said : root, "game: there is no rule set '%s' (default and cstar are built in)", name);
    s->file = "game/default.yaml";
    defaults = read_tree(s, sample_game_default, strlen(sample_game_default));
    s->file = arena_printf(s->arena, "game/%s.yaml", name);
    tree = read_tree(s, text, n);
    if (!defaults || !tree || !schema_read(s, config_game_keys, tree, defaults, &config->game))
        return false;
    config->game.base[PRIORITY_NONE] = config->game.base[PRIORITY_NORMAL];
    return true;
}

static const struct config_view *view_named(const struct config *config, const char *name)
{
    for (int i = 0; i < config->view_count; i++)
        if (str_eq(config->views[i].name, name))
            return &config->views[i];
    return NULL;
}

/* The built-in views first, each unless the file has its own of that name, then what else the file has. */
static void merge_views(struct schema *s, struct config *config, const struct config *usual)
{
    struct config_view *all = ARENA_ARRAY(s->arena, struct config_view, usual->view_count + config->view_count + 1);
    int n = 0;
    for (int i = 0; i < usual->view_count; i++) {
        const struct config_view *own = view_named(config, usual->views[i].name);
        all[n++] = own ? *own : usual->views[i];
    }
    for (int i = 0; i < config->view_count; i++)
        if (!view_named(usual, config->views[i].name))
            all[n++] = config->views[i];
    config->views = all;
    config->view_count = n;
}

/* Destinations may stand below the sources that name them. */
static bool check_backends(struct schema *s, const struct config *config, const struct yaml *root)
{
    const struct yaml *list = yaml_get(root, "sources"), *node = list ? list->child : NULL;
    bool good = true;
    for (int i = 0; i < config->source_count && node; i++, node = node->next) {
        const char *name = config->sources[i].emulate.backend;
        if (name && !config_destination(config, name) && !schema_unsure(s, &config->destinations))
            good = schema_refuse(s, yaml_get(yaml_get(node, "api"), "backend"), "sources[%d].api.backend: there is no destination '%.60s'", i, name);
    }
    return good;
}

static bool check_audit(struct schema *s, const struct config *config, const struct yaml *root)
{
    const struct config_destination *to = config->audit_to ? config_destination(config, config->audit_to) : NULL;
    if (!config->audit_to || schema_unsure(s, to ? (const void *)to : &config->destinations) || (to && to->kind != DEST_MODEL))
        return true;
    return schema_refuse(s, config_at(yaml_get(root, "audit"), "destination"), to ? "audit.destination: '%.60s' is a model and keeps nothing"
                                                                                 : "audit.destination: there is no destination '%.60s'", config->audit_to);
}

/* What rows say of rows that are read behind them. */
static bool (*const whole_checks[])(struct schema *s, const struct config *config, const struct yaml *root) = {
    check_backends, check_audit, config_check_pagers, config_check_assignment, config_check_replies, config_check_shifts, config_check_pages};

struct config *config_read(struct arena *arena, const char *file, const char *text, size_t n, const char *game_text, size_t game_n,
                           config_zone_load *load, struct faults *faults)
{
    struct config *usual = ARENA_NEW(arena, struct config), *config = ARENA_NEW(arena, struct config);
    struct schema s = {.arena = arena, .file = "triage.yaml (built in)", .faults = faults, .owner = usual};
    const struct yaml *root, *defaults = read_tree(&s, sample_config, strlen(sample_config));
    if (!defaults || !schema_read(&s, root_keys, defaults, NULL, usual))
        return NULL;
    config->file = arena_strdup(arena, file);
    s = (struct schema){.arena = arena, .file = config->file, .faults = faults, .owner = config};
    if (!(root = read_tree(&s, text, n)))
        return NULL;
    schema_read(&s, root_keys, root, defaults, config);
    for (size_t i = 0; i < sizeof whole_checks / sizeof *whole_checks; i++)
        whole_checks[i](&s, config, root);
    config->zone = config_named_zone(&s, root, config->tz);
    if (load)
        config_find_zones(config, arena, load, faults);
    merge_views(&s, config, usual);
    read_game(&s, config, game_text, game_n, root);
    return faults->count ? NULL : config;
}

struct config *config_parse(struct arena *arena, const char *file, const char *text, size_t n, const char *game_text,
                            size_t game_n, struct err *err)
{
    struct faults faults = {0};
    struct config *config = config_read(arena, file, text, n, game_text, game_n, NULL, &faults);
    return faults_tell(&faults, err) ? config : NULL;
}

/* --- questions --- */

const struct config_source *config_source(const struct config *config, const char *name)
{
    for (int i = 0; name && i < config->source_count; i++)
        if (str_eq(config->sources[i].name, name))
            return &config->sources[i];
    return NULL;
}

const struct config_agent *config_agent(const struct config *config, const char *name)
{
    for (int i = 0; name && i < config->agent_count; i++)
        if (str_eq(config->agents[i].name, name))
            return &config->agents[i];
    return NULL;
}

const struct config_agent *config_agent_by_uid(const struct config *config, int64_t uid)
{
    for (int i = 0; uid >= 0 && i < config->agent_count; i++)
        if (config->agents[i].uid == uid)
            return &config->agents[i];
    return NULL;
}

const struct config_agent *config_agent_calling(const struct config *config, int64_t uid, const char *key_id)
{
    const struct config_agent *by_uid = config_agent_by_uid(config, uid);
    if (!by_uid || !key_id)
        return by_uid;
    for (int i = 0; by_uid->shared && i < config->agent_count; i++)
        if (str_eq(config->agents[i].key_id, key_id))
            return &config->agents[i];
    return NULL;
}

const struct config_agent *config_agent_by_key(const struct config *config, const char *dialect_key)
{
    for (int i = 0; dialect_key && i < config->agent_count; i++)
        for (int k = 0; k < config->agents[i].key_count; k++)
            if (str_eq(config->agents[i].keys[k], dialect_key))
                return &config->agents[i];
    return NULL;
}

bool config_person(const char *actor)
{
    for (int i = MACHINE; taken[i]; i++)
        if (str_eq(actor, taken[i]))
            return false;
    return actor && *actor && !strchr(actor, ':');
}

bool config_agent_named(const struct config *config, const char *member, const char *name, struct err *err)
{
    const char *near = NULL;
    if (config_agent(config, name))
        return true;
    for (int i = 0, least = 3; i < config->agent_count; i++) {
        int d = str_distance(name, config->agents[i].name);
        near = d < least ? config->agents[i].name : near;
        least = d < least ? d : least;
    }
    return err_set(err, ERR_NOT_FOUND, "%s%sno agent \"%.64s\" in the configuration%s%.64s%s `triage agents` or gw lists them", member, *member ? ": " : "", name,
                   near ? ", did you mean \"" : ";", near ? near : "", near ? "\"?" : "");
}

const char *role_word(int role)
{
    return role > ROLE_NONE && role <= ROLE_ADMIN ? roles[role] : "";
}

int role_find(const char *word)
{
    int role = ROLE_ADMIN;
    while (role > ROLE_NONE && !str_eq(roles[role], word))
        role--;
    return role;
}

bool role_refuse(struct err *err, const char *what, int needed, int had)
{
    return err_set(err, ERR_FORBIDDEN, "%.200s needs the role %s, yours is %s: ask one who has it (`triage agents` or gw says who), or have an admin change yours in triage.yaml",
                   what, role_word(needed), had > ROLE_NONE ? role_word(had) : "none");
}
