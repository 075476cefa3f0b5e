/* verify: reads body (stdin), headers and secrets from files, and hands them to the code the daemon runs. A
 * secret comes from a file, never from argv, where every user of the machine could read it. */
#include "app/verify.h"
#include "app/restricted.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "base/text.h"
#include "core/config.h"
#include "dialect/signature.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_MAX = 16 << 20, HEADERS = 64 };

struct headers {
    char *name[HEADERS], *value[HEADERS];
    int count;
};
struct request {
    const char *source, *dialect, *secret_file, *headers_file, *config_file;
    int64_t now;
    bool explain, strict;
};

static const char usage[] =
    "usage: triage verify [--explain] [--strict] --dialect D --secret-file F --headers F < body\n"
    "       triage verify [--explain] --source S --config triage.yaml --headers F < body\n"
    "  --at SECONDS  judge freshness at this time instead of now\n";

static bool read_all(FILE *file, struct str *out)
{
    char block[16384];
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        str_add(out, block, n);
    return !ferror(file) && !out->cut;
}

static bool read_file(const char *path, struct str *out, struct err *err)
{
    if (!restricted_may("reading a file by its name", err))
        return false;
    FILE *file = fopen(path, "r");
    if (!file)
        return err_set(err, ERR_INPUT, "reading %s: %s", path, strerror(errno));
    bool ok = read_all(file, out);
    fclose(file);
    return ok || err_set(err, ERR_INPUT, "reading %s: too large or unreadable", path);
}

static void split_headers(char *text, struct headers *out)
{
    char *save = NULL;
    for (char *line = strtok_r(text, "\r\n", &save); line && out->count < HEADERS;
         line = strtok_r(NULL, "\r\n", &save)) {
        char *colon = strchr(line, ':');
        if (!colon || strncmp(line, "HTTP/", 5) == 0 || strncmp(line, "POST ", 5) == 0)
            continue;
        *colon = 0;
        out->name[out->count] = line;
        out->value[out->count++] = colon + 1 + strspn(colon + 1, " \t");
    }
}

static const char *header(const void *arg, const char *name, int *count)
{
    const struct headers *h = arg;
    const char *value = NULL;
    *count = 0;
    for (int i = 0; i < h->count; i++)
        if (strcasecmp(h->name[i], name) == 0) {
            value = value ? value : h->value[i];
            ++*count;
        }
    return value;
}

static bool options(int argc, char **argv, struct request *r)
{
    for (int i = 0; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        if (str_eq(argv[i], "--explain"))
            r->explain = true;
        else if (str_eq(argv[i], "--strict"))
            r->strict = true;
        else if (!next)
            return false;
        else if (str_eq(argv[i], "--source"))
            r->source = argv[++i];
        else if (str_eq(argv[i], "--dialect"))
            r->dialect = argv[++i];
        else if (str_eq(argv[i], "--secret-file"))
            r->secret_file = argv[++i];
        else if (str_eq(argv[i], "--headers"))
            r->headers_file = argv[++i];
        else if (str_eq(argv[i], "--config"))
            r->config_file = argv[++i];
        else if (str_eq(argv[i], "--at"))
            r->now = strtoll(argv[++i], NULL, 10);
        else
            return false;
    }
    return r->headers_file && (r->secret_file || r->config_file);
}

/* The source's dialect and secrets as the daemon would have them. */
static bool from_config(struct arena *arena, const struct request *r, struct signature_input *in,
                        struct err *err)
{
    AUTO_STR text;
    str_init(&text, 1 << 20);
    if (!read_file(r->config_file, &text, err))
        return false;
    struct config *config = config_parse(arena, r->config_file, text.data, text.len, NULL, 0, err);
    const struct config_source *source = config && r->source ? config_source(config, r->source) : NULL;
    if (!config)
        return false;
    if (!source)
        return err_set(err, ERR_NOT_FOUND, "%s has no source \"%s\"", r->config_file,
                       r->source ? r->source : "");
    in->dialect = source->dialect;
    in->secrets = source->secrets;
    in->secret_count = source->secret_count;
    in->strict = source->strict;
    return true;
}

static bool from_file(struct arena *arena, const struct request *r, struct signature_input *in,
                      struct err *err)
{
    AUTO_STR text;
    str_init(&text, 64 << 10);
    if (!read_file(r->secret_file, &text, err))
        return false;
    const char **list = ARENA_ARRAY(arena, const char *, CONFIG_SECRETS);
    char *copy = arena_strdup(arena, text.data), *save = NULL;
    crypto_wipe(text.data, text.len);
    for (char *line = strtok_r(copy, "\r\n", &save); line && in->secret_count < CONFIG_SECRETS;
         line = strtok_r(NULL, "\r\n", &save))
        list[in->secret_count++] = line;
    in->secrets = list;
    in->dialect = r->dialect ? r->dialect : "auto";
    in->strict = r->strict;
    return in->secret_count > 0 || err_set(err, ERR_INPUT, "%s holds no secret", r->secret_file);
}

static int judge(struct arena *arena, const struct request *r, struct err *err)
{
    struct signature_input in = {.header = header, .now = r->now ? r->now : clock_now() / 1000};
    struct headers headers = {0};
    AUTO_STR body, head, steps;
    str_init(&body, FILE_MAX);
    str_init(&head, 256 << 10);
    str_init(&steps, 64 << 10);
    if (!read_file(r->headers_file, &head, err) ||
        !(r->config_file ? from_config(arena, r, &in, err) : from_file(arena, r, &in, err)))
        return err_row(err->code)->exit;
    if (!read_all(stdin, &body)) {
        err_set(err, ERR_INPUT, "reading the body: too large or unreadable");
        return err_row(err->code)->exit;
    }
    split_headers(head.data, &headers);
    in.header_arg = &headers;
    in.body = body.data;
    in.body_n = body.len;
    struct signature_result result = {0};
    signature_verify(arena, &in, &result);
    if (r->explain) {
        signature_explain(arena, &in, &steps);
        fputs(text_safe_in(arena, steps.data, TEXT_BLOCK), stdout);
        if (steps.len && steps.data[steps.len - 1] != '\n')
            putchar('\n');
    }
    if (signature_ok(&result))
        printf("signed (%s)%s%s\n", result.scheme ? result.scheme : "?", result.warning ? ", but " : "",
               result.warning ? result.warning : "");
    else
        puts("not signed for this source");
    return signature_ok(&result) ? 0 : err_row(ERR_AUTH)->exit;
}

int verify_run(int argc, char **argv)
{
    struct request request = {0};
    struct err err = {0};
    if (!options(argc, argv, &request)) {
        fputs(usage, stderr);
        return err_row(ERR_USAGE)->exit;
    }
    crypto_open();
    AUTO_ARENA arena = arena_new();
    int code = judge(arena, &request, &err);
    if (err.code)
        fprintf(stderr, "triage verify: %s\n", text_safe_in(arena, err.text, TEXT_LINE));
    return code;
}
