/* handoff: see handoff.h. The file is read by its name when the editor is done: many editors write another and rename it. */
#include "app/handoff.h"
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

static const char cut[] = "# --- the text begins below this line ---";

const char *handoff_editor(void)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
    return visual && *visual ? visual : editor && *editor ? editor : NULL;
}

/* --- the head --- */

static size_t line_of(const char *text, size_t n)
{
    const char *end = memchr(text, '\n', n);
    return end ? (size_t)(end - text) + 1 : n;
}

static bool says(const char *line, size_t n, const char *what, size_t len)
{
    while (n && strchr("\r\n \t", line[n - 1]) && line[n - 1])
        n--;
    while (len && what[len - 1] == '\n')
        len--;
    return n == len && memcmp(line, what, n) == 0;
}

static bool is_of(const char *line, size_t n, const char *head)
{
    for (size_t left = strlen(head), len; left; head += len, left -= len)
        if (says(line, n, head, len = line_of(head, left)))
            return true;
    return false;
}

/* Where the text begins below the line that ends the head; 0: there is none. */
static size_t below_cut(const char *text, size_t n)
{
    for (size_t at = 0, len; at < n; at += len) {
        len = line_of(text + at, n - at);
        if (says(text + at, len, cut, sizeof cut - 1))
            return at + len;
    }
    return 0;
}

static bool blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n", text[i]) || !text[i])
            return false;
    return true;
}

void handoff_strip(char *text, size_t *n, const char *head)
{
    size_t below = below_cut(text, *n), at = 0, kept = 0, len;
    for (; at < (below ? below : *n); at += len) {
        len = line_of(text + at, *n - at);
        bool drops = below ? text[at] == '#' : is_of(text + at, len, head);
        if (!below && !drops)
            break;
        if (!drops) {
            memmove(text + kept, text + at, len);
            kept += len;
        }
    }
    if (blank(text, kept))
        kept = 0;
    memmove(text + kept, text + at, *n - at);
    *n -= at - kept;
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

/* The path first: a narrow screen ends the line behind it. */
static void say_much(struct handoff_end *out, const struct handoff *h, const struct child_end *end, const char *path)
{
    char how[120] = "";
    if (!out->good && end->signal)
        snprintf(how, sizeof how, " (the editor: signal %d)", end->signal);
    else if (!out->good)
        snprintf(how, sizeof how, " (the editor: status %d)", end->code);
    snprintf(out->say, sizeof out->say, "What was saved stays in %.200s%s: more than %zu bytes. The earlier text stands.", path, how, h->max);
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

/* An editor that ends a last line ends one more than there was. */
static void trim(const struct handoff *h, struct handoff_end *out)
{
    size_t before = strlen(h->text);
    if (out->n && out->text[out->n - 1] == '\n' && (!before || h->text[before - 1] != '\n'))
        out->n--;
    out->text[out->n] = 0;
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

/* true: what was saved is too much, and has to stay where it is. */
static bool judge(const struct handoff *h, const char *path, const struct child_end *end, struct handoff_end *out)
{
    size_t head = strlen(h->head) + sizeof cut, most = h->max + head + 1;
    out->text = read_file(path, most, &out->n);
    out->asked = end->asked;
    out->good = end->asked || (!end->code && !end->signal);
    bool much = out->text && out->n > most;
    if (out->text && !much) {
        handoff_strip(out->text, &out->n, h->head);
        trim(h, out);
        much = bytes_repaired(out->text, out->n) > h->max;
    }
    bool empty = out->text && !much && blank(out->text, out->n);
    bool same = out->text && !much && out->n == strlen(h->text) && memcmp(out->text, h->text, out->n) == 0;
    if (much)
        say_much(out, h, end, path);
    else if (!out->good)
        say_end(out, end, h->editor, out->text && !empty && !same);
    else if (!out->text)
        snprintf(out->say, sizeof out->say, "The editor left no file. The earlier text stands.");
    else if (empty && *h->text)
        snprintf(out->say, sizeof out->say, "The editor left nothing in the file. The earlier text stands; Esc and q discard it.");
    if (!out->text || much || empty || same) {
        free(out->text);
        out->text = NULL;
    }
    return much;
}

bool handoff_run(const struct handoff *h, struct handoff_end *end, struct err *err)
{
    char dir[256], path[400];
    struct child_end ended;
    const struct child_run run = {.command = h->editor, .file = path, .wait = h->wait, .arg = h->arg};
    *end = (struct handoff_end){0};
    if (!make_dir(dir, sizeof dir, err))
        return false;
    snprintf(path, sizeof path, "%s/%s", dir, h->name);
    bool ok = write_file((const char *const[]){h->head, cut, "\n", h->text}, 4, path, err) && term_run(&run, &ended, err);
    bool much = ok && judge(h, path, &ended, end);
    /* An editor that is ended by a signal may have rescued what it had not saved. */
    bool gone = clean_up(dir, ok && ended.asked ? h->name : NULL, much ? h->name : NULL);
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
