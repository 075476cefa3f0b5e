/* snapshot: main's thread only. A snapshot is built whole or not at all, so a bad file on reload changes nothing. */
#include "daemon/snapshot.h"
#include "base/file.h"
#include "base/str.h"
#include "base/yaml.h"
#include "core/article.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 4 << 20 };

/* The whole file, NUL-terminated. */
static char *read_file(struct arena *arena, const char *path, size_t *n, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *text = NULL;
    if (fd < 0 || fstat(fd, &st) < 0) {
        err_set(err, ERR_CONFIG, "opening %s: %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
        err_set(err, ERR_CONFIG, "%s is no file of at most %d MiB", path, FILE_MAX >> 20);
    } else {
        text = arena_alloc(arena, (size_t)st.st_size + 1);
        for (*n = 0; *n < (size_t)st.st_size;) {
            ssize_t got = read(fd, text + *n, (size_t)st.st_size - *n);
            if (got <= 0)
                break;
            *n += (size_t)got;
        }
    }
    if (fd >= 0)
        close(fd);
    return text;
}

/* Where data files may lie, best first. */
static int places(struct arena *arena, const char *dir, const char *list[6])
{
    char self[4096];
    int n = 0;
    if (dir)
        list[n++] = dir;
    if (getenv("TRIAGE_DATA"))
        list[n++] = getenv("TRIAGE_DATA");
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len > 0) {
        self[len] = 0;
        const char *beside = dirname(self);
        list[n++] = arena_printf(arena, "%s/../share/triage", beside);
        list[n++] = arena_printf(arena, "%s/data", beside);
    }
    list[n++] = TRIAGE_DATADIR;
    list[n++] = TRIAGE_SOURCEDIR "/data";
    return n;
}

char *snapshot_data(struct arena *arena, const char *dir, const char *name, struct err *err)
{
    const char *list[6];
    int n = places(arena, dir, list);
    for (int i = 0; i < n; i++) {
        char *path = arena_printf(arena, "%s/%s", list[i], name);
        if (access(path, R_OK) == 0)
            return path;
    }
    err_set(err, ERR_CONFIG, "data file %s is in none of --data, $TRIAGE_DATA, %s", name, TRIAGE_DATADIR);
    return NULL;
}

/* The rule set a configuration names, where it is none of those compiled in. */
static char *game_text(struct arena *arena, const struct snapshot_from *from, const char *file, const char *text, size_t n, size_t *size, struct err *err)
{
    const struct yaml *root = yaml_parse(arena, file, text, n, err), *game = root ? yaml_get(root, "game") : NULL;
    *size = 0;
    if (!game || game->kind != YAML_SCALAR || !game->text || str_eq(game->text, "default") || str_eq(game->text, "cstar"))
        return NULL;
    if (strchr(game->text, '/')) {
        err_set(err, ERR_CONFIG, "%s:%d:%d: game is a name, not a path", file, game->line, game->column);
        return NULL;
    }
    char *path = snapshot_data(arena, from->data, arena_printf(arena, "game/%s.yaml", game->text), err);
    return path ? read_file(arena, path, size, err) : NULL;
}

/* Listed by name but without a uid: that is who it is. Else one more agent. */
static void add_first_user(struct arena *arena, struct config *config)
{
    int64_t uid = (int64_t)geteuid();
    if (config_agent_by_uid(config, uid))
        return;
    const struct passwd *who = getpwuid(geteuid());
    const char *name = who && who->pw_name && *who->pw_name ? who->pw_name : "admin";
    int n = config->agent_count, at = 0;
    struct config_agent *agents = ARENA_ARRAY(arena, struct config_agent, n + 1);
    if (n)
        memcpy(agents, config->agents, sizeof *agents * (size_t)n);
    while (at < n && !(agents[at].uid < 0 && str_eq(agents[at].name, name)))
        at++;
    if (at == n)
        agents[n] = (struct config_agent){.name = arena_strdup(arena, name)};
    agents[at].uid = uid;
    agents[at].role = ROLE_ADMIN;
    config->agents = agents;
    config->agent_count = at == n ? n + 1 : n;
}

struct snapshot *snapshot_load(const struct snapshot_from *from, struct err *err)
{
    struct arena *arena = arena_new();
    size_t n = 0, game_n = 0;
    const char *file = from->config ? from->config : "(built in)";
    const char *text = from->config ? read_file(arena, from->config, &n, err) : "", *game = NULL;
    struct config *config = NULL;
    if (text) {
        struct err bad = {0};
        struct faults faults = {0};
        game = n ? game_text(arena, from, file, text, n, &game_n, &bad) : NULL;
        if (bad.code != ERR_NONE && err)
            *err = bad;
        else if (!(config = config_read(arena, file, text, n, game, game_n, zone_load, &faults)))
            faults_tell(&faults, err);
    }
    if (!config || !config_articles(config, arena, file_list, err)) {
        arena_free(arena);
        return NULL;
    }
    if (from->first_user)
        add_first_user(arena, config);
    if (from->port >= 0)
        config->port = from->port;
    return snapshot_new(arena, config);
}

struct classify_model *snapshot_model(const struct snapshot_from *from, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    size_t n;
    char *path = snapshot_data(arena, from->data, "classify/lexicon.tsv", err);
    char *text = path ? read_file(arena, path, &n, err) : NULL;
    return text ? classify_model_new(text, n, err) : NULL;
}
