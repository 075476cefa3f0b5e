/* yaml: libyaml's events folded into a tree. Events instead of its document API, because only events show what this
 * house refuses: anchors, aliases, tags and a second document. Input is always read as UTF-8. Everything lives in the
 * caller's arena; any thread. */
#include "base/yaml.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <yaml.h>

enum { DEPTH = 16, LARGEST = 1 << 20 };

struct reader {
    yaml_parser_t parser;
    yaml_event_t event;
    struct arena *arena;
    const char *file;
    struct err *err;
    int depth;
};

#define QUOTE "a text that starts with ! & * [ { \" or % must stand in single quotes"

static bool refuse(struct reader *r, yaml_mark_t at, const char *why)
{
    return err_set(r->err, ERR_CONFIG, "%s:%zu:%zu: %s", r->file, at.line + 1, at.column + 1, why);
}

/* The reader names a byte for broken UTF-8, where scanner and parser name a mark. */
static bool refuse_syntax(struct reader *r)
{
    const char *why = r->parser.problem ? r->parser.problem : "cannot be read";
    yaml_mark_t at = r->parser.problem_mark;
    if (r->parser.error == YAML_READER_ERROR)
        return refuse(r, r->parser.mark, "not UTF-8, or a control character");
    const char *hint = "";
    if (strstr(why, "mapping values are not allowed") || strstr(why, "could not find expected ':'"))
        hint = " (a text holding \": \" or \" #\" must stand in quotes)";
    else if (strstr(why, "while scanning") || strstr(why, "did not find expected"))
        hint = " (" QUOTE ")";
    char began[120] = "";
    if (r->parser.context && r->parser.context_mark.line < at.line)
        snprintf(began, sizeof began, " %s that began in line %zu", r->parser.context, r->parser.context_mark.line + 1);
    return err_set(r->err, ERR_CONFIG, "%s:%zu:%zu: %s%s%s", r->file, at.line + 1, at.column + 1, why, began, hint);
}

static bool next(struct reader *r)
{
    yaml_event_delete(&r->event);
    if (!yaml_parser_parse(&r->parser, &r->event))
        return refuse_syntax(r);
    return true;
}

/* What every node may not have. */
static bool admit(struct reader *r)
{
    const yaml_event_t *e = &r->event;
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (e->type == YAML_ALIAS_EVENT)
        return refuse(r, e->start_mark, "aliases (*name) are not read; " QUOTE);
    if (e->type == YAML_SCALAR_EVENT)
        anchor = e->data.scalar.anchor, tag = e->data.scalar.tag;
    else if (e->type == YAML_SEQUENCE_START_EVENT)
        anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
    else if (e->type == YAML_MAPPING_START_EVENT)
        anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
    if (anchor)
        return refuse(r, e->start_mark, "anchors (&name) are not read; " QUOTE);
    if (tag)
        return refuse(r, e->start_mark, "tags (!name) are not read; " QUOTE);
    return true;
}

static struct yaml *node_new(struct reader *r, enum yaml_kind kind)
{
    struct yaml *node = ARENA_NEW(r->arena, struct yaml);
    node->kind = kind;
    node->line = (int)r->event.start_mark.line + 1;
    node->column = (int)r->event.start_mark.column + 1;
    return node;
}

static struct yaml *scalar(struct reader *r)
{
    struct yaml *node = node_new(r, YAML_SCALAR);
    const char *text = (const char *)r->event.data.scalar.value;
    size_t n = r->event.data.scalar.length;
    if (memchr(text, 0, n)) {
        refuse(r, r->event.start_mark, "a NUL character in a text");
        return NULL;
    }
    node->text = arena_strndup(r->arena, text, n);
    node->plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return node;
}

static struct yaml *value(struct reader *r);

static struct yaml *list(struct reader *r)
{
    struct yaml *node = node_new(r, YAML_LIST), **tail = &node->child;
    for (;;) {
        if (!next(r))
            return NULL;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return node;
        struct yaml *child = value(r);
        if (!child)
            return NULL;
        *tail = child;
        tail = &child->next;
    }
}

static int by_name(const void *a, const void *b)
{
    const struct yaml *x = *(const struct yaml *const *)a, *y = *(const struct yaml *const *)b;
    int order = strcmp(x->name, y->name);
    return order ? order : x->line != y->line ? x->line - y->line : x->column - y->column;
}

/* Sorted, so that a file of 100,000 names is no work for a stranger to give. */
static bool names_differ(struct reader *r, const struct yaml *map, size_t count)
{
    const struct yaml **sorted = ARENA_ARRAY(r->arena, const struct yaml *, count), *twice = NULL, *first = NULL;
    size_t n = 0;
    for (const struct yaml *child = map->child; child; child = child->next)
        sorted[n++] = child;
    qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 1; i < n; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0 && (!twice || sorted[i]->line < twice->line))
            twice = sorted[i], first = sorted[i - 1];
    if (twice)
        return err_set(r->err, ERR_CONFIG, "%s:%d:%d: '%.60s' stands here twice, first in line %d", r->file,
                       twice->line, twice->column, twice->name, first->line);
    return true;
}

/* One `name: value`; the event is the name's. */
static struct yaml *member(struct reader *r)
{
    if (!admit(r))
        return NULL;
    if (r->event.type != YAML_SCALAR_EVENT) {
        refuse(r, r->event.start_mark, "a name must be a text; " QUOTE);
        return NULL;
    }
    struct yaml *name = scalar(r);
    if (!name)
        return NULL;
    if (name->plain && strcmp(name->text, "<<") == 0) {
        refuse(r, r->event.start_mark, "merge keys (<<) are not read");
        return NULL;
    }
    struct yaml *node = next(r) ? value(r) : NULL;
    if (!node)
        return NULL;
    node->name = name->text;
    if (node->kind == YAML_SCALAR && node->plain && !*node->text)
        node->line = name->line, node->column = name->column; /* nothing stands there: point at its name */
    return node;
}

static struct yaml *map(struct reader *r)
{
    struct yaml *node = node_new(r, YAML_MAP), **tail = &node->child;
    size_t count = 0;
    for (;; count++) {
        if (!next(r))
            return NULL;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            return names_differ(r, node, count) ? node : NULL;
        struct yaml *child = member(r);
        if (!child)
            return NULL;
        *tail = child;
        tail = &child->next;
    }
}

static struct yaml *value(struct reader *r)
{
    if (!admit(r))
        return NULL;
    if (r->event.type == YAML_SCALAR_EVENT)
        return scalar(r);
    if (++r->depth > DEPTH) {
        refuse(r, r->event.start_mark, "nested deeper than 16");
        return NULL;
    }
    struct yaml *node = r->event.type == YAML_SEQUENCE_START_EVENT ? list(r) : map(r);
    r->depth--;
    return node;
}

static struct yaml *document(struct reader *r)
{
    if (!next(r) || !next(r)) /* stream start, document start */
        return NULL;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return node_new(r, YAML_MAP);
    struct yaml *root = next(r) ? value(r) : NULL;
    if (!root || !next(r) || !next(r)) /* document end, stream end */
        return NULL;
    if (r->event.type != YAML_STREAM_END_EVENT) {
        refuse(r, r->event.start_mark, "a second document (---); one file holds one");
        return NULL;
    }
    return root;
}

static struct yaml *too_large(const char *file, struct err *err)
{
    err_set(err, ERR_CONFIG, "%s: more than 1 MiB", file);
    return NULL;
}

struct yaml *yaml_parse(struct arena *arena, const char *file, const char *text, size_t n, struct err *err)
{
    struct reader r = {.arena = arena, .file = file, .err = err};
    if (n > LARGEST)
        return too_large(file, err);
    if (!yaml_parser_initialize(&r.parser))
        abort();
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
    struct yaml *root = document(&r);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    return root;
}

static ssize_t read_all(int fd, char *to, size_t size)
{
    size_t n = 0;
    while (n < size) {
        ssize_t got = read(fd, to + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

struct yaml *yaml_load(struct arena *arena, const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = fd < 0 ? NULL : arena_alloc(arena, LARGEST + 1);
    ssize_t n = fd < 0 ? -1 : read_all(fd, text, LARGEST + 1);
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (n < 0) {
        err_set(err, ERR_CONFIG, "reading %s: %s", path, strerror(why));
        return NULL;
    }
    return n > LARGEST ? too_large(path, err) : yaml_parse(arena, path, text, (size_t)n, err);
}

const struct yaml *yaml_get(const struct yaml *map_node, const char *name)
{
    if (!map_node || map_node->kind != YAML_MAP)
        return NULL;
    for (const struct yaml *child = map_node->child; child; child = child->next)
        if (strcmp(child->name, name) == 0)
            return child;
    return NULL;
}

static bool wrong(const struct yaml *node, const char *file, struct err *err, const char *want)
{
    const char *name = node->name ? node->name : "this";
    if (node->kind != YAML_SCALAR)
        return err_set(err, ERR_CONFIG, "%s:%d:%d: '%.60s' must be %s, not a %s", file, node->line, node->column, name, want,
                       node->kind == YAML_LIST ? "list" : "map");
    return err_set(err, ERR_CONFIG, "%s:%d:%d: '%.60s' must be %s, not '%.60s'", file, node->line, node->column, name, want,
                   node->text);
}

bool yaml_int(const struct yaml *node, const char *file, int64_t min, int64_t max, int64_t *value_out, struct err *err)
{
    char want[96], *end = NULL;
    snprintf(want, sizeof want, "a whole number from %" PRId64 " to %" PRId64, min, max);
    if (node->kind != YAML_SCALAR || !*node->text || strspn(node->text, "+-0123456789") != strlen(node->text))
        return wrong(node, file, err, want);
    errno = 0;
    long long n = strtoll(node->text, &end, 10);
    if (errno || *end || n < min || n > max)
        return wrong(node, file, err, want);
    *value_out = n;
    return true;
}

bool yaml_bool(const struct yaml *node, const char *file, bool *value_out, struct err *err)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    if (node->kind == YAML_SCALAR)
        for (int i = 0; i < 6; i++)
            if (strcasecmp(node->text, words[i]) == 0) {
                *value_out = i & 1;
                return true;
            }
    return wrong(node, file, err, "true or false");
}
