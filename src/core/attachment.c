/* attachment: see attachment.h. Senders have many names for the same few facts: each is a list of those seen. */
#include "core/attachment.h"
#include "base/text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HOST = 80, ENDING = 16, SAY_MAX = 8 << 10, SHA = 64 };
static const char anything[] = "application/octet-stream";

/* --- names --- */

/* A stand-in of text_safe says "here was something"; in a file's name an underscore does. Neither may what a path or a file system
 * somewhere means something else by. */
static bool is_strange(uint32_t code)
{
    return code < 0x20 || code == 0xfffd || (code >= 0x2400 && code <= 0x2426) || (code < 0x80 && strchr("\"*/:<>?\\|", (int)code));
}

static const char *last_part(const char *text)
{
    const char *part = text;
    for (; *text; text++)
        if ((*text == '/' || *text == '\\') && text[1])
            part = text + 1;
    return part;
}

static void add_plain(struct str *out, const char *text)
{
    char bytes[5];
    for (const char *at = text, *end = text + strlen(text); at < end;) {
        uint32_t code = text_next(&at, end);
        code = is_strange(code) ? '_' : code;
        if (code == '.' && out->len && out->data[out->len - 1] == '.')
            continue;
        if (!out->len && (code == '.' || code == '-' || code == ' '))
            continue;
        str_add(out, bytes, (size_t)text_encode(code, bytes));
    }
}

static bool is_loose_end(char c)
{
    return c == '.' || c == ' ';
}

/* Where a character begins, at or before n, with no blank and no dot before it. */
static size_t boundary(const char *text, size_t n)
{
    while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    while (n && is_loose_end(text[n - 1]))
        n--;
    return n;
}

static char *cut(struct arena *arena, const char *name, size_t n)
{
    const char *dot = strrchr(name, '.');
    size_t ending = dot && name + n - dot <= ENDING ? (size_t)(name + n - dot) : 0;
    size_t kept = n <= ATTACHMENT_NAME ? n - ending : boundary(name, ATTACHMENT_NAME - ending);
    return arena_printf(arena, "%.*s%s", (int)kept, name, name + n - ending);
}

char *attachment_name(struct arena *arena, const char *said)
{
    AUTO_STR out;
    str_init(&out, 64 << 10);
    add_plain(&out, last_part(text_safe_in(arena, said, TEXT_LINE)));
    while (out.len && is_loose_end(out.data[out.len - 1]))
        out.data[--out.len] = 0;
    return out.len ? cut(arena, out.data, out.len) : arena_strdup(arena, "file");
}

/* --- types --- */

static const struct { const char *ending, *type; } types[] = {
    {"csv", "text/csv"}, {"doc", "application/msword"}, {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"eml", "message/rfc822"}, {"gif", "image/gif"}, {"gz", "application/gzip"}, {"har", "application/json"}, {"heic", "image/heic"},
    {"jpeg", "image/jpeg"}, {"jpg", "image/jpeg"}, {"json", "application/json"}, {"log", "text/plain"}, {"md", "text/markdown"},
    {"mov", "video/quicktime"}, {"mp3", "audio/mpeg"}, {"mp4", "video/mp4"}, {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"}, {"patch", "text/x-diff"}, {"pdf", "application/pdf"}, {"png", "image/png"},
    {"svg", "image/svg+xml"}, {"tar", "application/x-tar"}, {"txt", "text/plain"}, {"webp", "image/webp"},
    {"xls", "application/vnd.ms-excel"}, {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml"}, {"yaml", "application/yaml"}, {"yml", "application/yaml"}, {"zip", "application/zip"}};

const char *attachment_type(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcasecmp(dot + 1, types[i].ending) == 0)
            return types[i].type;
    return anything;
}

bool attachment_is_text(const char *type)
{
    static const char *const also[] = {"application/json", "application/xml", "application/yaml", "message/rfc822"};
    bool text = strncmp(type, "text/", 5) == 0;
    for (size_t i = 0; i < sizeof also / sizeof *also; i++)
        text |= strcmp(type, also[i]) == 0;
    return text;
}

/* "type/subtype" and nothing that a header would read on from. */
static bool is_type(const char *text)
{
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_";
    size_t n = strspn(text, token), m = text[n] == '/' ? strspn(text + n + 1, token) : 0;
    return n && m && !text[n + 1 + m] && n + m < 100;
}

/* --- reading --- */

static const struct json *first_of(const struct json *object, const char *const *names)
{
    const struct json *found = NULL;
    for (; *names && !found; names++) {
        found = json_get(object, *names);
        found = json_is(found, JSON_STRING) || json_is(found, JSON_NUMBER) ? found : NULL;
    }
    return found;
}

static const char *text_of(const struct json *object, const char *const *names)
{
    const char *text = json_string(first_of(object, names));
    return text && *text ? text : NULL;
}

static int64_t size_of(const struct json *object)
{
    static const char *const names[] = {"size", "size_bytes", "sizeBytes", "file_size", "fileSize", "bytes", "length", NULL};
    const struct json *said = first_of(object, names);
    int64_t size;
    if (json_i64(said, &size))
        return size >= 0 ? size : -1;
    const char *text = json_string(said);
    bool digits = text && *text && strlen(text) < 16 && !text[strspn(text, "0123456789")];
    return digits ? strtoll(text, NULL, 10) : -1;
}

static bool is_link(const char *text)
{
    return strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0;
}

/* Who would be asked for it: what stands before an @ is not the host, however much it looks like one. */
static const char *host_of(struct arena *arena, const char *link)
{
    const char *from = strstr(link, "://") + 3;
    size_t n = strcspn(from, "/?#\\");
    for (size_t i = 0; i < n; i++)
        if (from[i] == '@') {
            from += i + 1;
            n -= i + 1;
            i = (size_t)-1;
        }
    char *host = arena_strndup(arena, from, n < HOST ? n : HOST);
    for (char *p = host; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]", *p))
            *p = '_';
    return host;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The last part of the path, with its %XX read. */
static const char *name_in(struct arena *arena, const char *link)
{
    const char *path = strchr(strstr(link, "://") + 3, '/'), *from = path;
    size_t n = path ? strcspn(path, "?#") : 0;
    for (size_t i = 0; i + 1 < n; i++)
        from = path[i] == '/' ? path + i + 1 : from;
    char *name = arena_strndup(arena, path ? from : "", path ? (size_t)(path + n - from) : 0), *to = name;
    for (const char *p = name; *p; p++) {
        bool coded = *p == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0;
        *to++ = coded ? (char)(hex(p[1]) << 4 | hex(p[2])) : *p;
        p += coded ? 2 : 0;
    }
    *to = 0;
    return *name ? name : NULL;
}

static bool is_sha(const char *text)
{
    return text && strlen(text) == SHA && strspn(text, "0123456789abcdef") == SHA;
}

static struct attachment read_one(struct arena *arena, const struct json *item)
{
    static const char *const names[] = {"name", "filename", "file_name", "fileName", "original_name", "originalName", "title", NULL},
                            *const links[] = {"url", "href", "link", "download_url", "downloadUrl", "src", NULL},
                            *const said_types[] = {"type", "content_type", "contentType", "mime_type", "mimeType", "mime", "media_type", NULL},
                            *const ids[] = {"id", "uuid", "key", NULL};
    const char *plain = json_string(item), *link = plain ? plain : text_of(item, links), *type = text_of(item, said_types);
    const char *name = text_of(item, names), *id = plain ? plain : text_of(item, ids), *sha = text_of(item, (const char *const[]){"sha256", NULL});
    link = link && is_link(link) ? link : NULL;
    if (!name && link)
        name = name_in(arena, link);
    struct attachment a = {.name = attachment_name(arena, name ? name : link ? "file" : id), .host = link ? host_of(arena, link) : NULL,
                           .sha256 = is_sha(sha) ? sha : NULL, .size = size_of(item)};
    a.type = type && is_type(type) ? type : attachment_type(a.name);
    return a;
}

int attachment_read(struct arena *arena, const char *assets, struct attachment **list)
{
    const struct json *root = assets ? json_parse_in(arena, assets, strlen(assets), &json_limits_dialect, NULL, NULL) : NULL;
    size_t most = json_count(root) < ATTACHMENTS_READ ? json_count(root) : ATTACHMENTS_READ;
    int n = 0;
    *list = ARENA_ARRAY(arena, struct attachment, most);
    for (const struct json *item = json_is(root, JSON_ARRAY) ? json_first(root) : NULL; item && (size_t)n < most; item = json_next(item))
        if (!json_is(item, JSON_NULL))
            (*list)[n++] = read_one(arena, item);
    return n;
}

char *attachment_write(struct arena *arena, const struct attachment *list, int count)
{
    AUTO_JSON root = json_array();
    for (int i = 0; i < count; i++) {
        struct json *row = json_object();
        json_put_string(row, "name", list[i].name);
        json_put_string(row, "type", list[i].type);
        json_put_i64(row, "size", list[i].size);
        json_put_string(row, "sha256", list[i].sha256);
        json_push(root, row);
    }
    return count ? json_print_in(arena, root) : NULL;
}

/* --- for people --- */

char *attachment_size(struct arena *arena, int64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB"};
    if (bytes < 0)
        return arena_strdup(arena, "");
    if (bytes < 1000)
        return arena_printf(arena, "%" PRId64 " %s", bytes, bytes == 1 ? "byte" : "bytes");
    size_t u = 0;
    int64_t one = 1000;
    for (; u + 1 < sizeof units / sizeof *units && bytes / one >= 1000; u++)
        one *= 1000;
    int64_t tenths = bytes / (one / 10);
    return u && tenths < 100 ? arena_printf(arena, "%" PRId64 ".%" PRId64 " %s", tenths / 10, tenths % 10, units[u])
                             : arena_printf(arena, "%" PRId64 " %s", bytes / one, units[u]);
}

char *attachment_say(struct arena *arena, const struct attachment *a)
{
    const char *size = attachment_size(arena, a->size);
    return arena_printf(arena, "%s%s%s%s%s", a->name, *size ? " " : "", size, a->host ? " at " : "", a->host ? a->host : "");
}

char *attachment_say_all(struct arena *arena, const struct attachment *list, int count)
{
    AUTO_STR out;
    str_init(&out, SAY_MAX);
    for (int i = 0; i < count; i++) {
        if (!i)
            str_addf(&out, "%d attachment%s: ", count, count == 1 ? "" : "s");
        str_addf(&out, "%s%s", i ? ", " : "", attachment_say(arena, &list[i]));
    }
    return arena_strdup(arena, out.data);
}
