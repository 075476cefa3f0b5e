/* shell: see shell.h. */
#include "app/shell.h"
#include "app/restricted.h"
#include "app/table.h"
#include "base/clock.h"
#include "base/text.h"
#include "command/command.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- JSON on its way out --- */

/* The same JSON, with an escape for whatever a terminal would act on (C1, direction marks, what nobody can
 * see): such code points are beyond ASCII, so they only stand inside strings. */
char *shell_inert(struct arena *arena, const char *data, size_t n)
{
    AUTO_STR out;
    char bytes[5];
    str_init(&out, SHELL_OUT_MAX);
    for (const char *at = data, *end = data + n; at < end;) {
        uint32_t code = text_next(&at, end);
        if (code < 0x7f || (code > 0x7f && text_safe_code(code) == code))
            str_add(&out, bytes, (size_t)text_encode(code, bytes));
        else if (code < 0x10000)
            str_addf(&out, "\\u%04x", (unsigned)code);
        else
            str_addf(&out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)),
                     (unsigned)(0xdc00 + (code & 0x3ff)));
    }
    return arena_strdup(arena, out.data);
}

/* --- saying what went wrong --- */

int shell_failed(struct shell *sh, const struct err *err, const char *hint)
{
    const struct err_row *row = err_row(err->code);
    hint = hint && *hint ? hint : row->hint;
    if (err->code == ERR_UNAVAILABLE && restricted_is() && str_eq(hint, row->hint)) /* to start one is not for this account */
        hint = restricted_remedy;
    if (sh->options.json) {
        AUTO_JSON problem = json_object();
        json_put_string(problem, "type", arena_printf(sh->arena, "urn:triage:problem:%s", row->slug));
        json_put_string(problem, "title", row->title);
        json_put_i64(problem, "status", row->status);
        json_put_string(problem, "detail", err->text);
        json_put_bool(problem, "retryable", row->retryable);
        json_put_string(problem, "hint", hint);
        const char *text = json_print_in(sh->arena, problem);
        fprintf(stderr, "%s\n", shell_inert(sh->arena, text, strlen(text)));
    } else {
        fprintf(stderr, "%s%s\n", row->exit ? "triage: " : "", text_safe_in(sh->arena, err->text, TEXT_LINE)); /* what is so already is no failure */
        if (*hint)
            fprintf(stderr, "  hint: %s\n", text_safe_in(sh->arena, hint, TEXT_LINE));
    }
    return row->exit;
}

int shell_usage(struct shell *sh, const char *fmt, const char *what, const char *hint)
{
    struct err err = {0};
    err_set(&err, ERR_USAGE, "%s%.200s", fmt, what);
    return shell_failed(sh, &err, hint);
}

/* --- calls --- */

void shell_connect(struct shell *sh)
{
    home_find(sh->arena, sh->options.socket, &sh->home);
    if (!sh->link) {
        sh->link = link_open(sh->home.socket);
        link_identify(sh->link, sh->options.key_id ? sh->options.key_id : getenv("TRIAGE_KEY"));
    }
}

int64_t shell_now(struct shell *sh)
{
    shell_connect(sh);
    if (!link_now(sh->link)) {
        struct err unheard = {0};
        link_call(sh->link, "GET", "/v1/self", NULL, NULL, NULL, &unheard); /* what is wrong is said by the call that this is for */
    }
    return link_now(sh->link) ? link_now(sh->link) : clock_now();
}

const struct json *shell_fetch(struct shell *sh, const char *path, const char *body, int *code)
{
    struct err err = {0};
    char hint[256] = "";
    AUTO_STR answer;
    str_init(&answer, SHELL_OUT_MAX);
    shell_connect(sh);
    const struct json *root = NULL;
    if (link_call(sh->link, body ? "POST" : "GET", path, body, &answer, hint, &err))
        root = json_parse_in(sh->arena, answer.data, answer.len, &json_limits_dialect, NULL, &err);
    if (!root) {
        *code = shell_failed(sh, &err, hint);
        return NULL;
    }
    sh->print.now = shell_now(sh);
    if (sh->options.json && !sh->quiet) {
        str_add(&sh->out, answer.data, answer.len);
        if (!answer.len || answer.data[answer.len - 1] != '\n')
            str_addc(&sh->out, '\n');
    }
    return root;
}

char *shell_escape(struct shell *sh, const char *text)
{
    AUTO_STR out;
    str_init(&out, SHELL_FILE_MAX);
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
            strchr("-_.~", *at))
            str_addc(&out, (char)*at);
        else
            str_addf(&out, "%%%02X", *at);
    return arena_strdup(sh->arena, out.data);
}

/* Who reads has read enough: the end that cat and git have there, which says nothing and which shells know. */
static void hung_up(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}

int shell_put(struct shell *sh, const char *data, size_t n)
{
    if (fwrite(data, 1, n, stdout) == n && fflush(stdout) == 0)
        return 0;
    struct err err = {0};
    err_set(&err, ERR_STORAGE, "writing to standard output: %s", strerror(errno));
    if (errno == EPIPE)
        hung_up();
    return shell_failed(sh, &err, "what it goes to is full, or closed");
}

int shell_flush(struct shell *sh)
{
    if (sh->print.columns && !sh->options.json)
        table_fit(&sh->out, sh->print.columns);
    const char *text = sh->options.json ? shell_inert(sh->arena, sh->out.data, sh->out.len) : sh->out.data;
    int code = shell_put(sh, text, sh->options.json ? strlen(text) : sh->out.len);
    str_clear(&sh->out);
    return code;
}

void shell_knows(struct shell *sh, const char *name)
{
    for (int i = 0; i < sh->known_count; i++)
        if (strcmp(sh->known[i], name) == 0)
            return;
    if (sh->known_count < SHELL_OPTIONS)
        sh->known[sh->known_count++] = name;
}

const char *shell_option(struct shell *sh, const char *name, bool has_value)
{
    shell_knows(sh, name);
    for (int i = 0; i < sh->argc && strcmp(sh->argv[i], "--") != 0; i++) {
        if (strcmp(sh->argv[i], name) != 0 || (has_value && i + 1 >= sh->argc))
            continue;
        const char *value = has_value ? sh->argv[i + 1] : name;
        int used = has_value ? 2 : 1;
        sh->argc -= used;
        memmove(sh->argv + i, sh->argv + i + used, (size_t)(sh->argc - i) * sizeof *sh->argv);
        return value;
    }
    return NULL;
}

/* "--word" or "--word=...": a text that begins so has a blank somewhere. */
static bool is_option(const char *word)
{
    size_t n = str_starts(word, "--") ? strspn(word + 2, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
    return n && word[2] != '-' && (!word[2 + n] || (word[2 + n] == '=' && !strpbrk(word, " \t\n")));
}

static const char *nearest(const struct shell *sh, const char *word)
{
    const char *near = NULL;
    int best = 4; /* of --limt from --limit */
    for (int i = 0; i < sh->known_count; i++) {
        int distance = str_distance(word, sh->known[i]);
        if (distance < best)
            best = distance, near = sh->known[i];
    }
    return near;
}

int shell_stray(struct shell *sh)
{
    for (int i = 0; i < sh->argc; i++) {
        if (strcmp(sh->argv[i], "--") == 0) {
            sh->argc--;
            memmove(sh->argv + i, sh->argv + i + 1, (size_t)(sh->argc - i) * sizeof *sh->argv);
            return 0;
        }
        const char *near = is_option(sh->argv[i]) ? nearest(sh, sh->argv[i]) : NULL;
        if (is_option(sh->argv[i]))
            return shell_usage(sh, "no option ", sh->argv[i],
                               near ? arena_printf(sh->arena, "did you mean \"%s\"? Behind -- all is text", near) : "behind -- all is text");
    }
    return 0;
}

bool shell_number(const char *text, int64_t *id)
{
    char *end;
    text += *text == '#';
    errno = 0;
    *id = strtoll(text, &end, 10);
    return end != text && !*end && *id > 0 && !errno;
}

int64_t shell_zone(void)
{
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    return (int64_t)local.tm_gmtoff * 1000;
}

struct moment shell_here(struct shell *sh)
{
    const char *name = home_zone(sh->arena);
    struct err err;
    struct moment here = {.zone = name ? zone_load(sh->arena, name, &err) : NULL, .base = shell_now(sh)};
    here.offset = here.zone ? 0 : shell_zone();
    return here;
}

bool shell_since(struct shell *sh, const char *text, int64_t *since, int *code)
{
    *since = 0;
    if (!text)
        return true;
    const struct moment here = shell_here(sh);
    if (command_since(&here, text, since))
        return true;
    *code = shell_usage(sh, "since when? ", text,
                        "30m, 2h, 3d, today, yesterday, 2026-11-24 or 2026-11-24T09:00");
    return false;
}

const char *shell_file(struct shell *sh, const char *path, size_t *n, int *code)
{
    struct err err = {0};
    if (!restricted_may("reading a file by its name", &err)) {
        *code = shell_failed(sh, &err, "");
        return NULL;
    }
    FILE *file = fopen(path, "r");
    char *text = arena_alloc(sh->arena, SHELL_FILE_MAX + 1);
    *n = file ? fread(text, 1, SHELL_FILE_MAX + 1, file) : 0;
    if (!file || ferror(file))
        err_set(&err, ERR_CONFIG, "reading %s: %s", path, strerror(errno));
    else if (*n > SHELL_FILE_MAX)
        err_set(&err, ERR_CONFIG, "%s is larger than 1 MiB", path);
    if (file)
        fclose(file);
    if (err.code == ERR_NONE) {
        text[*n] = 0;
        return text;
    }
    *code = shell_failed(sh, &err, "");
    return NULL;
}

int shell_print(struct shell *sh, const char *path, void (*print)(struct print *p, const struct json *root))
{
    int code = shell_stray(sh);
    const struct json *root = code ? NULL : shell_fetch(sh, path, NULL, &code);
    if (!root)
        return code;
    if (!sh->options.json)
        print(&sh->print, root);
    return shell_flush(sh);
}

int shell_post(struct shell *sh, const char *path, const char *body, const char *said)
{
    struct err err = {0};
    char hint[256] = "";
    shell_connect(sh);
    if (!link_call(sh->link, "POST", path, body, NULL, hint, &err))
        return shell_failed(sh, &err, hint);
    fprintf(stderr, "%s\n", said);
    return 0;
}
