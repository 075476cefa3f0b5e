/* keymap: bindings in an array, looked up by comparing: a few hundred rows, a few keys a second. */
#include "term/keymap.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST = 256 << 10, MOST = 4096 };

struct keymap {
    struct arena *arena;
    struct binding *list;
    size_t n, cap;
};

struct keymap *keymap_new(struct arena *arena)
{
    struct keymap *map = ARENA_NEW(arena, struct keymap);
    map->arena = arena;
    return map;
}

/* Is `part` how `whole` begins? Equal counts. */
static bool begins(const struct keys *whole, const struct keys *part)
{
    for (int i = 0; i < part->count; i++)
        if (!key_equal(&whole->key[i], &part->key[i]) || i >= whole->count) /* most are another key, and lie far apart */
            return false;
    return true;
}

static bool same_keys(const struct keys *a, const struct keys *b)
{
    return a->count == b->count && begins(a, b);
}

/* --- reading a file --- */

struct reader {
    struct keymap *map;
    const char *file;
    const char *const *screens;
    struct err *err;
    int line;
};

static bool refuse(struct reader *r, const char *what, const char *arg)
{
    return err_set(r->err, ERR_CONFIG, "%s:%d: %s%.60s%s", r->file, r->line, what, arg ? arg : "", arg ? "'" : "");
}

static void remove_at(struct keymap *map, size_t i)
{
    memmove(map->list + i, map->list + i + 1, (map->n - i - 1) * sizeof *map->list);
    map->n--;
}

static void add(struct keymap *map, const struct binding *binding)
{
    if (map->n == map->cap) {
        size_t cap = map->cap ? map->cap * 2 : 64;
        struct binding *more = ARENA_ARRAY(map->arena, struct binding, cap);
        if (map->n)
            memcpy(more, map->list, map->n * sizeof *more);
        map->list = more;
        map->cap = cap;
    }
    map->list[map->n++] = *binding;
}

static bool is_general(const struct binding *b)
{
    return strcmp(b->screen, "*") == 0;
}

/* The same screen's binding that these keys meet: equal, or one the start of the other. */
static struct binding *met(struct keymap *map, const char *screen, const struct keys *keys, size_t *at)
{
    for (size_t i = 0; i < map->n; i++) {
        struct binding *b = &map->list[i];
        if ((begins(&b->keys, keys) || begins(keys, &b->keys)) && strcmp(b->screen, screen) == 0) {
            *at = i;
            return b;
        }
    }
    return NULL;
}

/* Keys bound elsewhere that nobody could press any more are not lost by the way: whoever means it says so. */
static bool refuse_hidden(struct reader *r, const struct binding *made, const struct binding *old)
{
    char more[40] = "", there[80] = "";
    int others = -1;
    for (size_t i = 0; i < r->map->n; i++)
        others += begins(&r->map->list[i].keys, &made->keys) && strcmp(r->map->list[i].screen, old->screen) == 0;
    if (others > 0)
        snprintf(more, sizeof more, " and %d more", others);
    if (strcmp(made->screen, old->screen) != 0)
        snprintf(there, sizeof there, " on '%.60s'", is_general(made) ? old->screen : made->screen);
    const char *shorter = made->keys.count < old->keys.count ? made->spelled : old->spelled;
    return err_set(r->err, ERR_CONFIG, "%s:%d: with %s nobody could press %s%s%s any more (%s:%d: %.40s); bind other keys, or say `unbind %s %s` before", r->file, r->line,
                   made->spelled, old->spelled, more, there, old->file, old->line, old->command, old->screen, shorter);
}

/* One of everywhere that the screen's would shadow, or the other way round: not the same keys, which are the screen's own there, but how they begin. */
static const struct binding *shadows(const struct keymap *map, const struct binding *made)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct binding *b = &map->list[i];
        if (is_general(b) != is_general(made) && b->keys.count != made->keys.count && (begins(&b->keys, &made->keys) || begins(&made->keys, &b->keys)))
            return b;
    }
    return NULL;
}

static bool bind(struct reader *r, struct binding *made)
{
    struct binding *old;
    size_t at;
    while ((old = met(r->map, made->screen, &made->keys, &at))) {
        if (strcmp(old->file, made->file) != 0 && !same_keys(&old->keys, &made->keys))
            return refuse_hidden(r, made, old);
        if (strcmp(old->file, made->file) != 0) {
            remove_at(r->map, at); /* an earlier file: this one knows better */
            continue;
        }
        return same_keys(&old->keys, &made->keys)
                   ? err_set(r->err, ERR_CONFIG, "%s:%d: %s is bound twice on '%s', first in line %d", r->file, r->line,
                             made->spelled, made->screen, old->line)
                   : err_set(r->err, ERR_CONFIG, "%s:%d: %s and %s (line %d) begin alike on '%s': only one can be reached",
                             r->file, r->line, made->spelled, old->spelled, old->line, made->screen);
    }
    const struct binding *hidden = shadows(r->map, made);
    if (hidden)
        return refuse_hidden(r, made, hidden);
    if (r->map->n >= MOST)
        return refuse(r, "more bindings than anybody has keys", NULL);
    add(r->map, made);
    return true;
}

/* These keys, or, where they alone are none, all that begin with them. */
static bool unbind(struct reader *r, const struct binding *gone)
{
    size_t before = r->map->n;
    for (int longer = 0; longer < 2 && r->map->n == before; longer++)
        for (size_t i = r->map->n; i-- > 0;) {
            const struct binding *b = &r->map->list[i];
            if (strcmp(b->screen, gone->screen) == 0 && (longer ? begins(&b->keys, &gone->keys) : same_keys(&b->keys, &gone->keys)))
                remove_at(r->map, i);
        }
    return r->map->n < before || refuse(r, "nothing to unbind: '", gone->spelled);
}

static char *word(char **p)
{
    *p += strspn(*p, " \t");
    char *start = *p;
    *p += strcspn(*p, " \t");
    if (**p)
        *(*p)++ = 0;
    return start;
}

static bool known_screen(struct reader *r, const char *screen)
{
    bool known = !r->screens || strcmp(screen, "*") == 0;
    AUTO_STR names;
    str_init(&names, 300);
    for (const char *const *s = r->screens; s && *s && !known; s++) {
        known = strcmp(*s, screen) == 0;
        str_addf(&names, " %s", *s);
    }
    return known || err_set(r->err, ERR_CONFIG, "%s:%d: no screen '%.60s'; there are *%s", r->file, r->line, screen, names.data);
}

static bool read_line(struct reader *r, char *p)
{
    char *verb = word(&p);
    if (!*verb || *verb == '#')
        return true;
    struct binding made = {.screen = word(&p), .file = r->file, .line = r->line};
    const char *spelling = word(&p);
    bool binds = strcmp(verb, "bind") == 0;
    if (!binds && strcmp(verb, "unbind") != 0)
        return refuse(r, "a line is `bind SCREEN KEYS COMMAND` or `unbind SCREEN KEYS`, not '", verb);
    if (!known_screen(r, made.screen))
        return false;
    if (!keys_parse(spelling, &made.keys))
        return err_set(r->err, ERR_CONFIG, "%s:%d: not a key: '%.60s'; keys are spelled as ? shows them: x, gg, C-d, M-x, Enter, Space, F5, g<Enter>", r->file, r->line, spelling);
    keys_format(&made.keys, made.spelled);
    p += strspn(p, " \t");
    for (size_t n = strlen(p); n && (p[n - 1] == ' ' || p[n - 1] == '\t'); n--)
        p[n - 1] = 0;
    if (binds && !*p)
        return refuse(r, "no command for '", spelling);
    made.screen = arena_strdup(r->map->arena, made.screen);
    made.command = arena_strdup(r->map->arena, p);
    return binds ? bind(r, &made) : unbind(r, &made);
}

static bool read_lines(struct reader *r, const char *text, size_t n)
{
    char line[1024];
    for (const char *end = text + n; text < end;) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((stop ? stop : end) - text);
        r->line++;
        if (len >= sizeof line)
            return refuse(r, "a line of more than 1,000 bytes", NULL);
        memcpy(line, text, len);
        line[len] = 0;
        line[strcspn(line, "\r")] = 0;
        if (!read_line(r, line))
            return false;
        text += len + 1;
    }
    return true;
}

bool keymap_parse(struct keymap *map, const char *file, const char *text, size_t n, const char *const *screens,
                  struct err *err)
{
    struct keymap made = {.arena = map->arena};
    for (size_t i = 0; i < map->n; i++)
        add(&made, &map->list[i]);
    struct reader r = {.map = &made, .file = arena_strdup(map->arena, file), .screens = screens, .err = err};
    if (n > LARGEST)
        return err_set(err, ERR_CONFIG, "%s: more than 256 KiB", file);
    if (!read_lines(&r, text, n))
        return false;
    *map = made;
    return true;
}

bool keymap_load(struct keymap *map, const char *path, const char *const *screens, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = malloc(LARGEST + 2);
    size_t n = 0;
    ssize_t got = fd < 0 ? -1 : 0;
    if (!text)
        abort();
    while (fd >= 0 && n <= LARGEST && ((got = read(fd, text + n, LARGEST + 1 - n)) > 0 || (got < 0 && errno == EINTR)))
        n += got > 0 ? (size_t)got : 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    bool ok = got < 0 ? err_set(err, ERR_CONFIG, "reading %s: %s", path, strerror(why))
                      : keymap_parse(map, path, text, n, screens, err);
    free(text);
    return ok;
}

/* --- looking up --- */

/* Equal keys among one screen's bindings, or whether some begin with them. */
static const struct binding *exact(const struct keymap *map, const char *screen, const struct keys *keys, bool *longer)
{
    const struct binding *found = NULL;
    for (size_t i = 0; i < map->n; i++) {
        const struct binding *b = &map->list[i];
        if (!begins(&b->keys, keys) || strcmp(b->screen, screen) != 0)
            continue;
        if (b->keys.count == keys->count)
            found = b;
        else
            *longer = true;
    }
    return found;
}

enum keymap_answer keymap_press(const struct keymap *map, const char *screen, struct keys *pending, const struct key *key,
                                const struct binding **binding)
{
    bool longer = false;
    if (pending->count && key_is(key, K_ESC)) {
        pending->count = 0;
        return KEYMAP_NONE;
    }
    pending->key[pending->count++] = (struct key){.code = key->code, .mods = key->mods};
    const struct binding *found = exact(map, screen, pending, &longer);
    if (!found && !longer)
        found = exact(map, "*", pending, &longer);
    if (!found && longer && pending->count < KEYS_MOST)
        return KEYMAP_PENDING;
    pending->count = 0;
    *binding = found;
    return found ? KEYMAP_RUN : KEYMAP_NONE;
}

const struct binding *keymap_at(const struct keymap *map, size_t i)
{
    return i < map->n ? &map->list[i] : NULL;
}

/* A screen's own binding that keeps one of * from being reached. */
static bool shadowed(const struct keymap *map, const char *screen, const struct binding *b)
{
    for (size_t i = 0; i < map->n && strcmp(screen, "*") != 0; i++) {
        const struct binding *own = &map->list[i];
        if (strcmp(own->screen, screen) == 0 && (begins(&b->keys, &own->keys) || begins(&own->keys, &b->keys)))
            return true;
    }
    return false;
}

/* One of this screen's own bindings, or, with general, one of * that the screen leaves alone. */
static bool applies(const struct keymap *map, const char *screen, const struct binding *b, int general)
{
    if (general)
        return strcmp(b->screen, "*") == 0 && !shadowed(map, screen, b);
    return strcmp(screen, "*") != 0 && strcmp(b->screen, screen) == 0;
}

const struct binding **keymap_list(const struct keymap *map, struct arena *arena, const char *screen,
                                   const struct keys *pending)
{
    const struct binding **list = ARENA_ARRAY(arena, const struct binding *, map->n + 1);
    size_t n = 0;
    for (int general = 0; general < 2; general++)
        for (size_t i = 0; i < map->n; i++) {
            const struct binding *b = &map->list[i];
            if (applies(map, screen, b, general) && (!pending || begins(&b->keys, pending)))
                list[n++] = b;
        }
    return list;
}

const struct binding *keymap_find(const struct keymap *map, const char *screen, const char *command)
{
    const struct binding *best = NULL;
    for (int general = 0; general < 2; general++)
        for (size_t i = 0; i < map->n; i++) {
            const struct binding *b = &map->list[i];
            if (*b->command == *command && strcmp(b->command, command) == 0 && applies(map, screen, b, general) &&
                (!best || strlen(b->spelled) < strlen(best->spelled)))
                best = b;
        }
    return best;
}
