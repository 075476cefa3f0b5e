/* schema: tables of keys instead of code per key. One reader per type in a table; a reader gets the node and the key's
 * row and writes to one place. Pure; any thread. */
#include "core/schema.h"
#include "base/str.h"
#include "core/brief.h"
#include "core/field.h"
#include "core/when.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool schema_refuse(struct schema *s, const struct yaml *node, const char *fmt, ...)
{
    char text[300];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    const char *whole = arena_printf(s->arena, "%s:%d:%d: %s", s->file, node->line, node->column, text);
    faults_add(s->faults, &(struct fault){s->file, node->line, node->column, whole});
    return false;
}

/* --- what could not be read --- */

bool schema_unsure(const struct schema *s, const void *what)
{
    const struct schema_doubt *at = s->doubts;
    while (at && at->what != what)
        at = at->next;
    return at != NULL;
}

static void doubt(struct schema *s, const void *what)
{
    if (schema_unsure(s, what))
        return;
    struct schema_doubt *one = ARENA_NEW(s->arena, struct schema_doubt);
    *one = (struct schema_doubt){what, s->doubts};
    s->doubts = one;
}

/* What this key would have brought: a list, or a map with all in it. */
static void doubt_key(struct schema *s, const struct schema_key *key, const char *to)
{
    if (key->type == SCHEMA_ROWS)
        doubt(s, to + key->offset);
    if (!key->keys)
        return;
    doubt(s, key->keys);
    for (const struct schema_key *each = key->type == SCHEMA_MAP ? key->keys : NULL; each && each->name; each++)
        if (each->type == SCHEMA_ROWS)
            doubt(s, to + each->offset);
}

static void nearer(const char *word, const char *other, const char **best, int *least)
{
    size_t n = strlen(word);
    int d = n && strncmp(word, other, n) == 0 && other[n] == '.' ? 1 : str_distance(word, other); /* "filter": "filter.match" */
    if (d < *least && d < (int)strlen(other)) {
        *least = d;
        *best = other;
    }
}

const char *schema_nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    int least = 4;
    for (; words && *words; words++)
        nearer(word, *words, &best, &least);
    return best;
}

const char *schema_hint(struct schema *s, const char *near)
{
    return near ? arena_printf(s->arena, ", did you mean '%s'?", near) : "";
}

/* "sources[0].limit" */
static const char *place(struct schema *s, const struct schema_key *key)
{
    return *s->place ? arena_printf(s->arena, "%s.%s", s->place, key->name) : key->name;
}

static bool wrong(struct schema *s, const struct yaml *node, const struct schema_key *key, const char *want)
{
    static const char *const kinds[] = {"", "a list", "a map"};
    if (node->kind != YAML_SCALAR)
        return schema_refuse(s, node, "%s must be %s, not %s", place(s, key), want, kinds[node->kind]);
    return schema_refuse(s, node, "%s must be %s, not '%.60s'", place(s, key), want, node->text);
}

bool schema_nothing(const struct yaml *node)
{
    return node->kind == YAML_SCALAR && node->plain &&
           (!*node->text || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

const struct yaml *schema_said(const struct yaml *map, const char *name)
{
    const struct yaml *node = yaml_get(map, name);
    return node && !schema_nothing(node) ? node : NULL;
}

static bool put(int64_t value, void *to)
{
    memcpy(to, &value, sizeof value);
    return true;
}

const struct schema_key *schema_key_named(const struct schema_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

/* --- numbers with units --- */

struct unit {
    const char *word;
    int64_t worth;
};

/* Digits, then perhaps a unit. -1 if it is no such thing or too large. */
static int64_t with_unit(const char *text, const struct unit *units)
{
    int64_t n = 0;
    const char *at = text;
    for (; isdigit((unsigned char)*at) && n < (int64_t)1 << 40; at++)
        n = n * 10 + (*at - '0');
    if (at == text)
        return -1;
    while (*at == ' ')
        at++;
    for (; units->word; units++)
        if (strcmp(at, units->word) == 0)
            return n <= ((int64_t)1 << 60) / units->worth ? n * units->worth : -1;
    return -1;
}

static bool bounded(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to,
                    const struct unit *units, const char *want)
{
    int64_t value = node->kind == YAML_SCALAR ? with_unit(node->text, units) : -1;
    if (value < 0)
        return wrong(s, node, key, want);
    if (value < key->min || (key->max && value > key->max))
        return schema_refuse(s, node, "%s is out of bounds: '%.60s'", place(s, key), node->text);
    return put(value, to);
}

static bool read_time(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    static const struct unit units[] = {{"", 60000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
                                        {"d", 86400000}, {"w", 604800000}, {NULL, 0}};
    return bounded(s, node, key, to, units, "a duration such as 15m, 4h or 4d (a plain number is minutes)");
}

static bool read_bytes(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    static const struct unit units[] = {{"", 1}, {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {NULL, 0}};
    return bounded(s, node, key, to, units, "a size such as 8 MiB or 64 KiB (a plain number is bytes)");
}

static bool read_rate(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    static const struct unit units[] = {{"", 1}, {"/s", 1}, {NULL, 0}};
    return bounded(s, node, key, to, units, "a rate such as 50/s");
}

/* Up to four decimals, exactly; two with a per cent sign. */
static int64_t share_of(const char *text)
{
    int64_t whole = 0, part = 0, digits = 0;
    const char *at = text;
    for (; isdigit((unsigned char)*at) && whole < 100000; at++, digits++)
        whole = whole * 10 + (*at - '0');
    int scale = 10000;
    if (*at == '.')
        for (at++; isdigit((unsigned char)*at) && scale > 1; at++, digits++)
            part += (*at - '0') * (scale /= 10);
    if (!digits)
        return -1;
    if (strcmp(at, "%") == 0 && part % 100 == 0)
        return whole * 100 + part / 100;
    return *at ? -1 : whole * 10000 + part;
}

static bool read_share(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    int64_t value = node->kind == YAML_SCALAR ? share_of(node->text) : -1;
    if (value < key->min || value > key->max)
        return wrong(s, node, key, key->max <= 10000 ? "a share such as 0.8 or 80%" : "a factor such as 1.25 or 125%");
    return put(value, to);
}

static bool read_int(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    int64_t value;
    struct err err;
    if (!yaml_int(node, s->file, key->min, key->max, &value, &err))
        return wrong(s, node, key, arena_printf(s->arena, "a whole number from %lld to %lld", (long long)key->min, (long long)key->max));
    return put(value, to);
}

/* --- words and texts --- */

/* The index of the word that stands there; -1 and an error if it is none. */
static int word_of(struct schema *s, const struct yaml *node, const struct schema_key *key)
{
    struct str list;
    str_init(&list, 256);
    int value = -1;
    for (int i = 0; key->words[i]; i++) {
        if (!*key->words[i])
            continue;
        str_addf(&list, "%s%s", list.len ? ", " : "", key->words[i]);
        if (node->kind == YAML_SCALAR && strcmp(node->text, key->words[i]) == 0)
            value = i;
    }
    const char *want = arena_printf(s->arena, "one of %s", list.data);
    str_fini(&list);
    if (value < 0 && node->kind == YAML_SCALAR)
        schema_refuse(s, node, "%s must be %s, not '%.60s'%s", place(s, key), want, node->text,
                      schema_hint(s, schema_nearest(node->text, key->words)));
    else if (value < 0)
        wrong(s, node, key, want);
    return value;
}

static bool read_bool(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    struct err err;
    if (!key->words)
        return yaml_bool(node, s->file, to, &err) || wrong(s, node, key, "true or false");
    int value = word_of(s, node, key);
    bool second = value == 1;
    if (value >= 0)
        memcpy(to, &second, sizeof second);
    return value >= 0;
}

static bool read_word(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    int value = word_of(s, node, key);
    if (value >= 0)
        memcpy(to, &value, sizeof value);
    return value >= 0;
}

static bool read_text(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    size_t max = key->max ? (size_t)key->max : 256;
    if (node->kind != YAML_SCALAR)
        return wrong(s, node, key, "a text");
    if (strlen(node->text) > max)
        return schema_refuse(s, node, "%s is longer than %zu bytes", place(s, key), max);
    if (key->required && !*node->text)
        return schema_refuse(s, node, "%s is empty", place(s, key));
    if (key->words && word_of(s, node, key) < 0)
        return false;
    const char *text = arena_strdup(s->arena, node->text);
    memcpy(to, &text, sizeof text);
    return true;
}

static bool read_name(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    if (node->kind != YAML_SCALAR || !isalnum((unsigned char)*node->text) || strlen(node->text) > 64)
        return wrong(s, node, key, "a name: a letter or digit, then letters, digits, '.', '_' or '-', at most 64");
    for (const char *at = node->text; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
            return schema_refuse(s, node, "%s: '%.60s' may hold letters, digits, '.', '_' and '-'", place(s, key), node->text);
    return read_text(s, node, key, to);
}

/* One text stands for a list of one. */
static bool read_texts(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    static const struct schema_key one = {.type = SCHEMA_TEXT, .required = true};
    struct schema_key row = one;
    const char **list = to;
    int count = 0;
    row.name = key->name;
    if (node->kind == YAML_MAP)
        return wrong(s, node, key, "a list of texts");
    for (const struct yaml *n = node->kind == YAML_LIST ? node->child : node; n; n = node->kind == YAML_LIST ? n->next : NULL) {
        if (count >= key->max)
            return schema_refuse(s, n, "%s has more than %lld", place(s, key), (long long)key->max);
        if (!read_text(s, n, &row, &list[count]))
            return false;
        count++;
    }
    memcpy((char *)to - key->offset + key->count_at, &count, sizeof count);
    return true;
}

static bool read_when(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    struct err err;
    if (node->kind != YAML_SCALAR)
        return wrong(s, node, key, "an expression in quotes");
    const struct when *when = key->event ? when_parse_event(s->arena, node->text, &err) : when_parse(s->arena, node->text, &err);
    if (!when)
        return schema_refuse(s, node, "%s: %s", place(s, key), err.text);
    memcpy(to, &when, sizeof when);
    if (key->text_at) {
        const char *text = arena_strdup(s->arena, node->text);
        memcpy((char *)to - key->offset + key->text_at, &text, sizeof text);
    }
    return true;
}

static bool read_pairs(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    enum { LONGEST = 256 };
    int count = 0;
    if (node->kind != YAML_MAP)
        return wrong(s, node, key, "a map of names and texts");
    for (const struct yaml *n = node->child; n; n = n->next, count++) {
        if (count >= key->max)
            return schema_refuse(s, n, "%s has more than %lld", place(s, key), (long long)key->max);
        if (n->kind != YAML_SCALAR || !*n->name || strlen(n->name) > LONGEST || strlen(n->text) > LONGEST)
            return schema_refuse(s, n, "%s: '%.60s' must have a text of at most %d bytes", place(s, key), n->name, LONGEST);
        struct schema_pair pair = {arena_strdup(s->arena, n->name), schema_nothing(n) ? NULL : arena_strdup(s->arena, n->text)};
        memcpy((char *)to + sizeof pair * (size_t)count, &pair, sizeof pair);
    }
    memcpy((char *)to - key->offset + key->count_at, &count, sizeof count);
    return true;
}

/* --- rows --- */

static const char *nearest_key(const struct schema_key *keys, const char *name)
{
    const char *near = NULL;
    int least = 4;
    for (; keys->name; keys++)
        nearer(name, keys->name, &near, &least);
    return near;
}

static bool all_known(struct schema *s, const struct schema_key *keys, const struct yaml *map)
{
    bool good = true;
    for (const struct yaml *n = map ? map->child : NULL; n; n = n->next)
        if (!schema_key_named(keys, n->name))
            good = schema_refuse(s, n, "unknown key '%.60s'%s%s%s", n->name, *s->place ? " in " : "", s->place,
                                 schema_hint(s, s->faults->more ? NULL : nearest_key(keys, n->name)));
    return good;
}

/* Is the key left out, and what is unknown beside it perhaps that key? With more mistakes than are told, words are no longer compared. */
static bool misspelled(const struct schema *s, const struct schema_key *keys, const struct schema_key *key, const struct yaml *map)
{
    if (s->faults->more)
        return !yaml_get(map, key->name);
    for (const struct yaml *n = map && !yaml_get(map, key->name) ? map->child : NULL; n; n = n->next) {
        const char *near = schema_key_named(keys, n->name) ? NULL : nearest_key(keys, n->name);
        if (!schema_key_named(keys, n->name) && (!near || strcmp(near, key->name) == 0))
            return true;
    }
    return false;
}

static bool read_key(struct schema *s, const struct schema_key *key, const struct yaml *map, const struct yaml *defaults, char *to);

/* A row of which the only key says what it is. */
static bool read_choice(struct schema *s, const struct yaml *node, const struct schema_key *key, char *row)
{
    if (!node->child || node->child->next)
        return schema_refuse(s, node, "%s must have one key, which says what it is", s->place);
    if (!all_known(s, key->keys, node))
        return false;
    int kind = 0;
    while (strcmp(key->keys[kind].name, node->child->name) != 0)
        kind++;
    memcpy(row + key->kind_at, &kind, sizeof kind);
    return read_key(s, &key->keys[kind], node, NULL, row);
}

static bool read_row(struct schema *s, const struct yaml *node, const struct schema_key *key, char *row)
{
    node = key->choice ? brief_member(s, node) : brief_spelled(s, node, key);
    if (node->kind != YAML_MAP)
        return schema_refuse(s, node, "%s must be a map", s->place);
    if (key->line_at)
        memcpy(row + key->line_at, &node->line, sizeof node->line);
    bool good = key->choice ? read_choice(s, node, key, row) : schema_read(s, key->keys, node, NULL, row);
    return good && (!key->check || key->check(s, row, node));
}

static bool is_named(const struct schema_key *first, const char *row)
{
    const char *name;
    if (first->type != SCHEMA_NAME)
        return true;
    memcpy(&name, row + first->offset, sizeof name);
    return name != NULL;
}

static bool read_or_doubt(struct schema *s, const struct yaml *node, const struct schema_key *key, char *row, void *list)
{
    if (read_row(s, node, key, row))
        return true;
    doubt(s, row);
    doubt(s, key->keys);
    if (!is_named(key->keys, row))
        doubt(s, list);
    return false;
}

static bool read_rows(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to)
{
    char outer[sizeof s->place];
    int count = 0;
    if (node->kind == YAML_SCALAR && key->brief && !schema_nothing(node))
        node = brief_list(s, node);
    else if (node->kind != YAML_LIST && !schema_nothing(node))
        return doubt_key(s, key, (char *)to - key->offset), wrong(s, node, key, "a list");
    for (const struct yaml *n = node->child; n; n = n->next)
        count++;
    if (count > key->max)
        return doubt_key(s, key, (char *)to - key->offset), schema_refuse(s, node, "%s has more than %lld rows", place(s, key), (long long)key->max);
    char *rows = key->inside ? to : arena_alloc(s->arena, key->row_size * (size_t)(count ? count : 1));
    str_copy(outer, sizeof outer, s->place);
    const char *at = place(s, key);
    int i = 0;
    bool good = true;
    for (const struct yaml *n = node->child; n; n = n->next, i++) {
        str_copy(s->place, sizeof s->place, arena_printf(s->arena, "%s[%d]", at, i));
        good = read_or_doubt(s, n, key, rows + key->row_size * (size_t)i, to) && good;
    }
    str_copy(s->place, sizeof s->place, outer);
    if (!key->inside)
        memcpy(to, &rows, sizeof rows);
    memcpy((char *)to - key->offset + key->count_at, &count, sizeof count);
    return good;
}

/* --- maps --- */

static bool (*const readers[])(struct schema *s, const struct yaml *node, const struct schema_key *key, void *to) = {
    [SCHEMA_TEXT] = read_text, [SCHEMA_NAME] = read_name, [SCHEMA_INT] = read_int, [SCHEMA_BOOL] = read_bool,
    [SCHEMA_TIME] = read_time, [SCHEMA_BYTES] = read_bytes, [SCHEMA_RATE] = read_rate, [SCHEMA_SHARE] = read_share,
    [SCHEMA_WORD] = read_word, [SCHEMA_TEXTS] = read_texts, [SCHEMA_WHEN] = read_when, [SCHEMA_ROWS] = read_rows,
    [SCHEMA_PAIRS] = read_pairs,
};

/* What holds where nothing is said, or nothing that can be read. */
static void fall_back(struct schema *s, const struct schema_key *key, char *to)
{
    const struct yaml spelled = {.kind = YAML_SCALAR, .text = key->fallback};
    if (key->fallback)
        readers[key->type](s, &spelled, key, to + key->offset);
}

static bool read_map(struct schema *s, const struct schema_key *key, const struct yaml *node, const struct yaml *defaults, void *to)
{
    char outer[sizeof s->place];
    if (node && node->kind != YAML_MAP && !schema_nothing(node) && !brief_is(node, key))
        return doubt_key(s, key, to), wrong(s, node, key, "a map");
    str_copy(outer, sizeof outer, s->place);
    str_copy(s->place, sizeof s->place, place(s, key));
    const struct yaml *said = brief_spelled(s, node, key), *usual = brief_spelled(s, defaults, key);
    bool good = schema_read(s, key->keys, said, usual, to);
    if (good && key->check && (said || usual))
        good = key->check(s, to, said ? said : usual);
    if (!good)
        doubt(s, key->keys);
    str_copy(s->place, sizeof s->place, outer);
    return good;
}

static bool read_key(struct schema *s, const struct schema_key *key, const struct yaml *map, const struct yaml *defaults, char *to)
{
    const struct yaml *node = yaml_get(map, key->name), *usual = yaml_get(defaults, key->name);
    if (key->type == SCHEMA_MAP)
        return read_map(s, key, node, usual, to);
    if (!node || (schema_nothing(node) && key->type != SCHEMA_ROWS))
        node = usual && !schema_nothing(usual) ? usual : NULL;
    if (!node && key->required)
        return schema_refuse(s, map, "%s%s'%s' is missing", s->place, *s->place ? ": " : "", key->name);
    if (node && readers[key->type](s, node, key, to + key->offset))
        return true;
    fall_back(s, key, to);
    return !node;
}

/* A text in the place of all keys: what is wrong with it is said once. */
static bool is_repeated(const struct yaml *map)
{
    const struct yaml *first = map ? map->child : NULL;
    return first && first->line == map->line && first->column == map->column;
}

bool schema_read(struct schema *s, const struct schema_key *keys, const struct yaml *map, const struct yaml *defaults, void *to)
{
    bool known = all_known(s, keys, map), good = known;
    for (const struct schema_key *key = keys; key->name && (good || !is_repeated(map)); key++)
        if (!known && misspelled(s, keys, key, map))
            doubt_key(s, key, to), fall_back(s, key, to);
        else
            good = read_key(s, key, map, defaults, to) && good;
    return good;
}
