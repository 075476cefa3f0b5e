/* attach: see attach.h. */
#include "app/attach.h"
#include "app/restricted.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/draft.h"
#include "screen/attached.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 64 << 20 };

/* --- a file of one's own --- */

static bool read_whole(int fd, char *to, size_t size, size_t *n)
{
    for (ssize_t got; *n < size; *n += (size_t)got)
        if ((got = read(fd, to + *n, size - *n)) <= 0)
            return got == 0;
    return true;
}

static bool read_open(struct arena *arena, int fd, const char *path, struct attach_file *out, struct err *err)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INPUT, "%s is no file", path);
    if (st.st_size > FILE_MOST)
        return err_set(err, ERR_TOO_LARGE, "%s is %s: at most %s can be sent", path, attachment_size(arena, st.st_size), attachment_size(arena, FILE_MOST));
    char *data = arena_alloc(arena, (size_t)st.st_size + 1);
    size_t n = 0;
    if (!read_whole(fd, data, (size_t)st.st_size, &n))
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    *out = (struct attach_file){.name = attachment_name(arena, path), .data = data, .n = n};
    return true;
}

bool attach_load(struct arena *arena, const char *path, struct attach_file *out, struct err *err)
{
    if (restricted_is())
        return err_set(err, ERR_FORBIDDEN, "files of this machine are not for this account; from yours: ssh HOST triage attach NUMBER --name NAME < FILE");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool ok = read_open(arena, fd, path, out, err);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool read_input(struct arena *arena, const char *name, struct attach_file *out, struct err *err)
{
    AUTO_STR data;
    char block[65536];
    str_init(&data, FILE_MOST);
    if (isatty(0))
        return err_set(err, ERR_USAGE, "the bytes of %s come on standard input: < FILE", name);
    for (size_t n; (n = fread(block, 1, sizeof block, stdin)) > 0;)
        str_add(&data, block, n);
    if (data.cut || ferror(stdin))
        return err_set(err, data.cut ? ERR_TOO_LARGE : ERR_INPUT, "standard input: %s", data.cut ? "more than can be sent" : strerror(errno));
    *out = (struct attach_file){.name = attachment_name(arena, name), .data = arena_strndup(arena, data.data, data.len), .n = data.len};
    return true;
}

const char *attach_path(struct arena *arena, const char *name)
{
    AUTO_STR path;
    str_init(&path, 4096);
    str_adds(&path, "/v1/files?name=");
    for (const unsigned char *at = (const unsigned char *)name; *at; at++)
        str_addf(&path, "%%%02X", *at);
    return arena_strdup(arena, path.data);
}

/* {name, type, size, sha256} as the daemon has it now; NULL: said. */
static const struct json *put(struct shell *sh, const struct attach_file *f, int *code)
{
    static const struct link_header type = {"Content-Type", "application/octet-stream"};
    struct err err = {0};
    AUTO_STR answer;
    str_init(&answer, 1 << 16);
    shell_connect(sh);
    const struct json *root = NULL;
    if (link_call_with(sh->link, "POST", attach_path(sh->arena, f->name), &type, 1, f->data, f->n, &answer, NULL, &err))
        root = json_parse_in(sh->arena, answer.data, answer.len, &json_limits_native, NULL, &err);
    if (err.code == ERR_TOO_LARGE)
        err_in(&err, "%s", f->name);
    if (!root)
        *code = shell_failed(sh, &err, err.code == ERR_TOO_LARGE ? "attachments: in its configuration says how much" : "");
    return root;
}

/* What a dry run is told of a file: enough for every ceiling. */
static struct json *size_only(const struct attach_file *f)
{
    struct json *row = json_object();
    json_put_string(row, "name", f->name);
    json_put_i64(row, "size", (int64_t)f->n);
    return row;
}

bool attach_options(struct shell *sh, const struct action_row *action, bool dry, const char **attachments, int *code)
{
    AUTO_JSON list = json_array();
    struct err err = {0};
    *attachments = NULL;
    for (const char *path; action->arg == ARG_TEXT && (path = shell_option(sh, "--attach", true));) {
        struct attach_file f;
        if (!attach_load(sh->arena, path, &f, &err)) {
            *code = shell_failed(sh, &err, "");
            return false;
        }
        const struct json *row = dry ? NULL : put(sh, &f, code);
        if (!dry && !row)
            return false;
        json_push(list, dry ? size_only(&f) : json_copy(row));
    }
    *attachments = json_first(list) ? json_print_in(sh->arena, list) : NULL;
    return true;
}

/* --- triage attach --- */

const char attach_help[] =
    "  triage attach 42 console.log page.png       puts files with your reply to #42: the draft names them, `r` goes on with it\n"
    "  triage attach 42 --name console.log < FILE  the same from standard input; over ssh, from your own machine\n"
    "  triage attach 42 --note FILE                with your note\n"
    "  triage reply 42 --attach FILE < text        sends them at once; --attach as often as there are files\n"
    "  triage attachments 42                       what came and went with its messages\n"
    "  triage attachment 42 1 > FILE               the bytes of one\n"
    "How large they may be stands under `attachments:` in the desk's configuration. One that is never sent goes after a week.\n";

static const char *keep_path(struct shell *sh, int64_t ticket, bool reply)
{
    return arena_printf(sh->arena, "/v1/keep/%s", draft_key(sh->arena, ticket, reply));
}

/* The caller's draft as an object to add to; NULL: said. The caller frees it. */
static struct json *draft_of(struct shell *sh, const char *path, int *code)
{
    bool quiet = sh->quiet;
    sh->quiet = true;
    const struct json *root = shell_fetch(sh, path, NULL, code), *value = json_get(root, "value");
    sh->quiet = quiet;
    if (!root)
        return NULL;
    if (json_is(value, JSON_OBJECT))
        return json_copy(value);
    struct json *draft = json_object();
    json_put_string(draft, "text", draft_text(value));
    return draft;
}

static bool add_to(struct shell *sh, struct json *draft, const struct attach_file *f, int *code)
{
    const struct json *row = put(sh, f, code), *old = draft_files(draft);
    struct json *list = old ? json_copy(old) : json_array();
    if (row)
        json_push(list, json_copy(row));
    json_drop(draft, "attachments");
    json_put(draft, "attachments", list);
    return row;
}

static bool add_all(struct shell *sh, struct json *draft, const char *name, int *code)
{
    struct attach_file f;
    struct err err = {0};
    if (name)
        return read_input(sh->arena, name, &f, &err) ? add_to(sh, draft, &f, code) : (*code = shell_failed(sh, &err, ""), false);
    for (int i = 1; i < sh->argc; i++) {
        if (!attach_load(sh->arena, sh->argv[i], &f, &err)) {
            *code = shell_failed(sh, &err, "");
            return false;
        }
        if (!add_to(sh, draft, &f, code))
            return false;
    }
    return true;
}

static int save(struct shell *sh, const char *path, const struct json *draft)
{
    AUTO_JSON body = json_object();
    struct err err = {0};
    char hint[256] = "";
    struct attachment *list;
    int n = attachment_read(sh->arena, json_print_in(sh->arena, draft_files(draft)), &list);
    json_put(body, "value", json_copy(draft));
    if (!link_call(sh->link, "PUT", path, json_print_in(sh->arena, body), NULL, hint, &err))
        return shell_failed(sh, &err, hint);
    print_safe(&sh->print, arena_printf(sh->arena, "with your draft: %s", attachment_say_all(sh->arena, list, n)));
    str_addc(&sh->out, '\n');
    return shell_flush(sh);
}

int attach_put(struct shell *sh)
{
    const char *name = shell_option(sh, "--name", true);
    bool note = shell_option(sh, "--note", false);
    int64_t ticket;
    int code = 0;
    if (!sh->argc || !shell_number(sh->argv[0], &ticket) || (name ? sh->argc != 1 : sh->argc < 2))
        return shell_usage(sh, "usage: triage attach NUMBER FILE... | NUMBER --name NAME < FILE", "", "triage help attach");
    const char *path = keep_path(sh, ticket, !note);
    AUTO_JSON draft = draft_of(sh, path, &code);
    return draft && add_all(sh, draft, name, &code) ? save(sh, path, draft) : code;
}

/* --- triage attachments, attachment --- */

static void print_list(struct print *p, const struct json *root)
{
    for (const struct json *a = json_first(json_get(root, "attachments")); a; a = json_next(a)) {
        const char *size = attachment_size(p->arena, json_get_i64(a, "size", -1)), *host = json_get_string(a, "host", NULL);
        print_cell(p, arena_printf(p->arena, "%" PRId64, json_get_i64(a, "n", 0)), 4, true);
        print_cell(p, *size ? size : "-", 10, true);
        print_cell(p, json_get_bool(a, "kept", false) ? "here" : host ? "link" : "named", 6, false);
        print_safe(p, json_get_string(a, "name", ""));
        if (host)
            str_addf(p->out, "  at %s", text_safe_in(p->arena, host, TEXT_LINE));
        print_end(p);
    }
}

int attach_list(struct shell *sh)
{
    int64_t ticket;
    if (sh->argc != 1 || !shell_number(sh->argv[0], &ticket))
        return shell_usage(sh, "attachments needs a ticket's number", "", "triage attachments 42");
    return shell_print(sh, arena_printf(sh->arena, "/v1/tickets/%" PRId64 "/attachments", ticket), print_list);
}

/* A terminal acts on bytes: it gets text, made safe; whatever else goes where it was sent. */
static int give(struct shell *sh, const char *data, size_t n, const char *type)
{
    struct err err = {0};
    bool shows = isatty(1) || sh->linear;
    if (shows && !(attachment_is_text(type) && text_valid(data, n))) {
        err_set(&err, ERR_USAGE, "it is no text (%s), and this is a terminal", type);
        return shell_failed(sh, &err, "triage attachment NUMBER K > FILE");
    }
    if (shows)
        text_safe(&sh->out, data, n, TEXT_BLOCK);
    return shows ? shell_flush(sh) : shell_put(sh, data, n);
}

static const char *type_of(struct shell *sh, int64_t ticket, int64_t n, int *code)
{
    const struct json *root = shell_fetch(sh, arena_printf(sh->arena, "/v1/tickets/%" PRId64 "/attachments", ticket), NULL, code);
    for (const struct json *a = json_first(json_get(root, "attachments")); a; a = json_next(a))
        if (json_get_i64(a, "n", 0) == n)
            return attachment_type(json_get_string(a, "name", ""));
    return root ? attachment_type("") : NULL;
}

int attach_get(struct shell *sh)
{
    int64_t ticket, n;
    int code = 0;
    struct err err = {0};
    char hint[256] = "";
    AUTO_STR answer;
    str_init(&answer, FILE_MOST);
    if (sh->argc != 2 || !shell_number(sh->argv[0], &ticket) || !shell_number(sh->argv[1], &n))
        return shell_usage(sh, "attachment needs a ticket's number and which of its files", "", "triage attachments 42 numbers them");
    sh->quiet = true;
    const char *type = type_of(sh, ticket, n, &code);
    if (!type)
        return code;
    if (!link_call(sh->link, "GET", arena_printf(sh->arena, "/v1/tickets/%" PRId64 "/attachments/%" PRId64, ticket, n), NULL, &answer, hint, &err))
        return shell_failed(sh, &err, hint);
    return give(sh, answer.data, answer.len, type);
}
