/* handoff: see handoff.h. The file is read by its name when the editor is done: many editors write another and rename it. */
#include "app/handoff.h"
#include "app/scissors.h"
#include "base/str.h"
#include "base/text.h"
#include "term/ncurses.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *handoff_editor(void)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
    return visual && *visual ? visual : editor && *editor ? editor : NULL;
}

static bool blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n", text[i]) || !text[i])
            return false;
    return true;
}

/* --- the file --- */

static bool sys(struct err *err, const char *what, const char *path)
{
    return err_set(err, ERR_UNAVAILABLE, "%s %s: %s", what, path, strerror(errno));
}

static bool make_dir(char *dir, size_t size, struct err *err)
{
    const char *run = getenv("XDG_RUNTIME_DIR"), *tmp = getenv("TMPDIR");
    snprintf(dir, size, "%s/triage-XXXXXX", run && *run ? run : tmp && *tmp ? tmp : "/tmp");
    return mkdtemp(dir) || sys(err, "making a directory for a text", dir);
}

static bool put(int fd, const char *text, size_t n)
{
    for (ssize_t got; n; text += got, n -= (size_t)got)
        if ((got = write(fd, text, n)) <= 0)
            return false;
    return true;
}

static bool write_file(const char *const *parts, int count, const char *path, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    for (int i = 0; ok && i < count; i++)
        ok = put(fd, parts[i], strlen(parts[i]));
    ok = ok || sys(err, "writing", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* What is there now, if it is a file at all; one byte more than may be is read, so that too much is seen. */
static char *read_file(const char *path, size_t max, size_t *n)
{
    struct stat is;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char *text = fd >= 0 && fstat(fd, &is) == 0 && S_ISREG(is.st_mode) ? malloc(max + 2) : NULL;
    ssize_t got = 0;
    for (*n = 0; text && *n < max + 1 && (got = read(fd, text + *n, max + 1 - *n)) > 0; *n += (size_t)got)
        ;
    if (fd >= 0)
        close(fd);
    if (got < 0) { /* half of a text is not what was saved */
        free(text);
        return NULL;
    }
    return text;
}

/* All that lies there but `spare`; true: the directory is gone too. */
static bool clean_up(const char *dir, const char *only, const char *spare)
{
    DIR *list = opendir(dir);
    for (const struct dirent *entry; list && (entry = readdir(list));)
        if (entry->d_name[0] != '.' || (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0))
            if ((!only || strcmp(entry->d_name, only) == 0) && (!spare || strcmp(entry->d_name, spare) != 0))
                unlinkat(dirfd(list), entry->d_name, 0);
    if (list)
        closedir(list);
    return rmdir(dir) == 0;
}

/* --- how it ended --- */

/* Why all that was saved has to stay in its file. */
enum stay { STAYS_NOT, STAYS_MUCH, STAYS_TORN, STAYS_BELOW };

/* The path first: a narrow screen ends the line behind it. */
static void say_stay(struct handoff_end *out, enum stay stay, const struct handoff *h, const struct child_end *end, const char *path)
{
    char how[120] = "", much[60];
    snprintf(much, sizeof much, "more than %zu bytes", h->max);
    const char *const why[] = {[STAYS_MUCH] = much, [STAYS_TORN] = "hints, but no line of scissors",
                               [STAYS_BELOW] = "left out: what is below the scissors"};
    if (!out->good && end->signal)
        snprintf(how, sizeof how, " (the editor: signal %d)", end->signal);
    else if (!out->good)
        snprintf(how, sizeof how, " (the editor: status %d)", end->code);
    snprintf(out->say, sizeof out->say, "What was saved stays in %.200s%s: %s.%s", path, how, why[stay], out->text && out->good ? "" : " The earlier text stands.");
}

static void say_end(struct handoff_end *out, const struct child_end *end, const char *editor, bool changed)
{
    const char *within = changed ? "; C-r brings what it saved" : "";
    if (end->code == 127)
        snprintf(out->say, sizeof out->say, "There is no such editor as %.100s. The text is as it was.", editor);
    else if (end->signal)
        snprintf(out->say, sizeof out->say, "The editor was ended by signal %d (%s). The earlier text stands%s.", end->signal, strsignal(end->signal), within);
    else if (end->code)
        snprintf(out->say, sizeof out->say, "The editor ended with status %d. The earlier text stands%s.", end->code, within);
}

/* A byte that is no UTF-8 will take three. */
static size_t bytes_repaired(const char *text, size_t n)
{
    size_t all = 0;
    char bytes[5];
    for (const char *end = text + n; text < end;)
        all += (size_t)text_encode(text_next(&text, end), bytes);
    return all;
}

/* Too much; or no text that can be told from the hints; or more than the text. */
static enum stay cut(const struct handoff *h, size_t most, struct handoff_end *out)
{
    if (!out->text || out->n > most)
        return out->text ? STAYS_MUCH : STAYS_NOT;
    enum scissors_left left = scissors_cut(out->text, &out->n, h->hints);
    out->text[out->n] = 0;
    return bytes_repaired(out->text, out->n) > h->max ? STAYS_MUCH : left == SCISSORS_TORN ? STAYS_TORN : left == SCISSORS_MORE ? STAYS_BELOW : STAYS_NOT;
}

static bool same(const struct handoff *h, const struct handoff_end *out)
{
    return out->n == strlen(h->text) && memcmp(out->text, h->text, out->n) == 0;
}

static enum stay judge(const struct handoff *h, const char *below, const char *path, const struct child_end *end, struct handoff_end *out)
{
    size_t most = h->max + strlen(below) + 1;
    out->text = read_file(path, most, &out->n);
    out->asked = end->asked;
    out->good = end->asked || (!end->code && !end->signal);
    enum stay stay = cut(h, most, out);
    bool empty = out->text && blank(out->text, out->n), left = out->text && !empty && stay != STAYS_MUCH && stay != STAYS_TORN && !same(h, out);
    bool gone = !out->text;
    if (!left) {
        free(out->text);
        out->text = NULL;
    }
    if (stay)
        say_stay(out, stay, h, end, path);
    else if (!out->good)
        say_end(out, end, h->editor, left);
    else if (gone)
        snprintf(out->say, sizeof out->say, "The editor left no file. The earlier text stands.");
    else if (empty && *h->text)
        snprintf(out->say, sizeof out->say, "The editor left nothing in the file. The earlier text stands; Esc and q discard it.");
    return stay;
}

bool handoff_run(const struct handoff *h, struct handoff_end *end, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    const char *below = scissors_below(arena, h->hints);
    char dir[256], path[400];
    struct child_end ended;
    const struct child_run run = {.command = h->editor, .file = path, .wait = h->wait, .arg = h->arg};
    *end = (struct handoff_end){0};
    if (!make_dir(dir, sizeof dir, err))
        return false;
    snprintf(path, sizeof path, "%s/%s", dir, h->name);
    bool ok = write_file((const char *const[]){h->text, below}, 2, path, err) && term_run(&run, &ended, err);
    bool stays = ok && judge(h, below, path, &ended, end) != STAYS_NOT;
    /* An editor that is ended by a signal may have rescued what it had not saved. */
    bool gone = clean_up(dir, ok && ended.asked ? h->name : NULL, stays ? h->name : NULL);
    if (ok && ended.asked && !gone)
        snprintf(end->parting, sizeof end->parting, "the editor left a file of its own in %.150s", dir);
    return ok;
}

/* As one word of the shell's. */
static char *quoted(struct arena *arena, const char *text)
{
    AUTO_STR out;
    str_init(&out, 4096);
    str_addc(&out, '\'');
    for (; *text; text++)
        if (*text == '\'')
            str_adds(&out, "'\\''");
        else
            str_addc(&out, *text);
    str_addc(&out, '\'');
    return arena_strdup(arena, out.data);
}

bool handoff_pipe(const struct handoff *h, struct child_end *end, struct err *err)
{
    static const char line[] = "pipe() { \"${SHELL:-/bin/sh}\" -c %s <\"$1\"; code=$?; printf '\\n[Enter goes back to triage] '; read -r key </dev/tty; return $code; }; pipe";
    AUTO_ARENA arena = arena_new();
    char dir[256], path[400];
    if (!make_dir(dir, sizeof dir, err))
        return false;
    snprintf(path, sizeof path, "%s/%s", dir, h->name);
    const struct child_run run = {.command = arena_printf(arena, line, quoted(arena, h->editor)), .file = path, .wait = h->wait, .arg = h->arg};
    bool ok = write_file(&h->text, 1, path, err) && term_run(&run, end, err);
    clean_up(dir, NULL, NULL);
    return ok;
}

bool handoff_leave(const char *name, const char *text, char *path, size_t size, struct err *err)
{
    char dir[256];
    if (!make_dir(dir, sizeof dir, err))
        return false;
    snprintf(path, size, "%s/%s", dir, name);
    return write_file(&text, 1, path, err);
}
