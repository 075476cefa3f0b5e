/* home: see home.h. A private daemon is a session of its own (as tmux does with its server): it outlives the
 * console and the terminal, and `triage down` ends it. Its directory is 0700 and checked to be ours before
 * anything is trusted. */
#include "app/home.h"
#include "app/restricted.h"
#include "app/keys.h"
#include "base/clock.h"
#include "base/str.h"
#include "command/command.h"
#include "screen/screens.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 10000, LOOK_MS = 5 };

static const char *own_dir(struct arena *arena)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime == '/')
        return arena_printf(arena, "%s/triage", runtime);
    return arena_printf(arena, "/tmp/triage-%lld", (long long)getuid());
}

/* Sockets may go when the machine restarts; the tickets stay. */
static const char *data_dir(struct arena *arena, const char *run)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && *data == '/')
        return arena_printf(arena, "%s/triage", data);
    return home && *home == '/' ? arena_printf(arena, "%s/.local/share/triage", home) : run;
}

void home_find(struct arena *arena, const char *given, struct home *home)
{
    static const char system_socket[] = "/run/triage/triage.sock";
    const char *named = given && *given ? given : getenv("TRIAGE_SOCKET");
    *home = (struct home){0};
    if (named && *named) {
        home->socket = arena_strdup(arena, named);
    } else if (access(system_socket, F_OK) == 0) {
        home->socket = system_socket;
    } else {
        home->dir = own_dir(arena);
        home->data = data_dir(arena, home->dir);
        home->socket = arena_printf(arena, "%s/triage.sock", home->dir);
    }
}

bool home_answers(const char *socket_path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (!str_copy(at.sun_path, sizeof at.sun_path, socket_path))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool is_ours(const char *dir, struct err *err)
{
    struct stat is;
    if (lstat(dir, &is) != 0 || !S_ISDIR(is.st_mode) || is.st_uid != getuid() || (is.st_mode & 077))
        return err_set(err, ERR_FORBIDDEN, "%s is not a directory of yours with mode 0700: chmod 700 it, or name another with XDG_RUNTIME_DIR", dir);
    return true;
}

static bool dir_ready(const char *dir, struct err *err)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_STORAGE, "making %s: %s", dir, strerror(errno));
    return is_ours(dir, err);
}

bool home_trusted(const struct home *home, struct err *err)
{
    struct stat is;
    return !home->dir || (lstat(home->dir, &is) != 0 && errno == ENOENT) || is_ours(home->dir, err);
}

/* Makes the directories above it as well, as a login would have them. */
static bool dirs_ready(struct arena *arena, const char *dir, struct err *err)
{
    char *path = arena_strdup(arena, dir);
    for (char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = 0;
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return err_set(err, ERR_STORAGE, "making %s: %s", path, strerror(errno));
        *at = '/';
    }
    return dir_ready(dir, err);
}

static const char *beside(struct arena *arena, const char *name)
{
    char self[4000];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return NULL;
    self[n] = 0;
    char *slash = strrchr(self, '/');
    if (!slash)
        return NULL;
    *slash = 0;
    const char *path = arena_printf(arena, "%s/%s", self, name);
    return access(path, X_OK) == 0 ? path : NULL;
}

static void become_daemon(const char *program, const struct home *home, const char *ingest, const char *log)
{
    int null = open("/dev/null", O_RDWR), out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    setsid();
    if (null < 0 || out < 0)
        _exit(73);
    dup2(null, 0);
    dup2(null, 1);
    dup2(out, 2);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    execlp(program, "triaged", "--dir", home->data, "--socket", home->socket, "--ingest", ingest,
           (char *)NULL);
    dprintf(2, "running %s: %s\n", program, strerror(errno));
    _exit(127);
}

const char *home_data(struct arena *arena, const char *name)
{
    const char *set = getenv("TRIAGE_DATA"), *bin = beside(arena, ".");
    const char *places[] = {set ? arena_printf(arena, "%s/%s", set, name) : NULL,
                            set ? arena_printf(arena, "%s/../%s", set, name) : NULL,
                            bin ? arena_printf(arena, "%s/../share/triage/%s", bin, name) : NULL,
                            bin ? arena_printf(arena, "%s/%s", bin, name) : NULL,
                            bin ? arena_printf(arena, "%s/../%s", bin, name) : NULL, /* a build folder in the sources */
                            arena_printf(arena, "%s/%s", TRIAGE_DATADIR, name)};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i] && access(places[i], R_OK) == 0)
            return places[i];
    return NULL;
}

/* The last line of the daemon's log: why it ended. */
static const char *last_words(struct arena *arena, const char *log)
{
    char text[2001] = "";
    FILE *file = fopen(log, "r");
    if (!file)
        return "no log";
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fseek(file, size > 2000 ? size - 2000 : 0, SEEK_SET);
    size_t n = fread(text, 1, 2000, file);
    fclose(file);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
        text[--n] = 0;
    char *line = strrchr(text, '\n');
    return arena_strdup(arena, line ? line + 1 : *text ? text : "it said nothing");
}

bool home_rebuild(struct arena *arena, const struct home *home, struct err *err)
{
    const char *program = beside(arena, "triaged");
    program = program ? program : "triaged";
    if (!restricted_may("a rebuild", err))
        return false;
    if (home->dir)
        execlp(program, "triaged", "--rebuild", "--dir", home->data, (char *)NULL);
    else
        execlp(program, "triaged", "--rebuild", (char *)NULL);
    return err_set(err, ERR_UNAVAILABLE, "running %s: %s", program, strerror(errno));
}

const char *home_zone(struct arena *arena)
{
    static const char in[] = "/zoneinfo/";
    const char *tz = getenv("TZ");
    char path[512];
    if (tz && *tz)
        return arena_strdup(arena, tz + (*tz == ':'));
    ssize_t n = readlink("/etc/localtime", path, sizeof path - 1);
    path[n > 0 ? n : 0] = 0;
    const char *name = strstr(path, in);
    return name ? arena_strdup(arena, name + sizeof in - 1) : NULL;
}

bool home_start(struct arena *arena, const struct home *home, struct err *err)
{
    if (!restricted_may("starting a daemon", err))
        return false;
    if (!home->dir)
        return err_set(err, ERR_UNAVAILABLE, "no daemon answers at %s, and it is not your own to start",
                       home->socket);
    if (!dir_ready(home->dir, err) || !dirs_ready(arena, home->data, err))
        return false;
    const char *program = beside(arena, "triaged"), *log = arena_printf(arena, "%s/triaged.log", home->dir);
    const char *ingest = arena_printf(arena, "%s/ingest.sock", home->dir);
    pid_t child = fork();
    if (child < 0)
        return err_set(err, ERR_INTERNAL, "starting triaged: %s", strerror(errno));
    if (child == 0)
        become_daemon(program ? program : "triaged", home, ingest, log);
    for (int64_t end = clock_mono() + WAIT_MS; clock_mono() < end; poll(NULL, 0, LOOK_MS)) {
        if (home_answers(home->socket))
            return true;
        if (waitpid(child, NULL, WNOHANG) == child)
            return err_set(err, ERR_UNAVAILABLE, "triaged did not start: %s", last_words(arena, log));
    }
    return err_set(err, ERR_UNAVAILABLE, "triaged does not answer at %s after %d s", home->socket,
                   WAIT_MS / 1000);
}

/* A binding is a command line: one that nothing can run is a slip, and said where it stands. */
static bool runnable(struct arena *arena, const struct keymap *map, struct err *err)
{
    const struct binding *b;
    struct command_line line;
    struct err slip = {0};
    for (size_t i = 0; (b = keymap_at(map, i)); i++)
        if (!command_parse(arena, b->command, &line, &slip))
            return err_set(err, ERR_CONFIG, "%s:%d: %s", b->file, b->line, slip.text);
    return true;
}

struct keymap *home_keys(struct arena *arena, const char *given, struct err *err)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *user = getenv("HOME");
    struct keymap *map = keymap_new(arena);
    if (!keymap_parse(map, "default.keys", keys_default, strlen(keys_default), screens_names, err))
        return NULL;
    const char *own = given              ? given
                      : config && *config ? arena_printf(arena, "%s/triage/keys", config)
                      : user              ? arena_printf(arena, "%s/.config/triage/keys", user)
                                          : NULL;
    bool fine = !own || (!given && access(own, R_OK) != 0) || (keymap_load(map, own, screens_names, err) && runnable(arena, map, err));
    return fine ? map : NULL;
}
