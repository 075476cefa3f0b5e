/* ripio: the ticket API of seed 1 with the real daemon: a token, a ticket with files, its registration, every refusal word for
 * word; what survives a restart; what happens once under one key. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/stub.h"
#include "store/store.h"
#include "support/fixture.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 30000 };
static const char config[] =
    "team: ripio\n"
    "sources:\n"
    "  - {name: ramps, dialect: ripio, api: {client_id: ramps, client_secret: s3cret}}\n"
    "  - {name: other, dialect: ripio, secrets: [w], api: {client_id: other, client_secret: 'a:b', prefix: OTH}}\n"
    "  - {name: off, dialect: ripio, api: {client_id: off, client_secret: x, enabled: no}}\n"
    "  - {name: strict, dialect: ripio, auth: none, api: {client_id: strict, client_secret: x, customers: known}}\n"
    "  - {name: both, dialect: ripio, auth: none, api: {client_id: both, client_secret: x}}\n"
    "  - {name: open, dialect: ripio, auth: none}\n"
    "  - {name: slow, dialect: ripio, api: {client_id: slow, client_secret: x}, rate: 1/s, burst: 1}\n"
    "agents:\n"
    "  - {name: mara, uid: 4000001, role: lead}\n"; /* whoever owns the desk is an admin beside her */

struct api {
    struct arena *arena;
    struct daemon_run *run;
    struct client *in;
    const char *bearer; /* "Authorization: Bearer ...\r\n" of client ramps */
};

/* --- asking --- */

static const char *basic(struct arena *arena, const char *pair)
{
    char text[256];
    crypto_base64((const uint8_t *)pair, strlen(pair), text, sizeof text);
    return arena_printf(arena, "Authorization: Basic %s\r\nContent-Type: application/x-www-form-urlencoded\r\n", text);
}

static struct answer ask_token(struct api *api, const char *pair, const char *body)
{
    return client_ask(api->in, "POST", "/oauth2/token/", pair ? basic(api->arena, pair) : NULL, body, strlen(body));
}

static const char *token_of(struct api *api, const char *pair)
{
    struct answer a = ask_token(api, pair, "grant_type=client_credentials");
    assert_int_equal(a.status, 200);
    return arena_printf(api->arena, "Authorization: Bearer %s\r\n", json_get_string(a.json, "accessToken", ""));
}

static struct api open_api(const char *text)
{
    struct api api = {.arena = arena_new(), .run = daemon_start(text)};
    api.in = client_open(api.run->ingest);
    api.bearer = token_of(&api, "ramps:s3cret");
    return api;
}

static void close_api(struct api *api)
{
    client_close(api->in);
    daemon_remove(api->run);
    arena_free(api->arena);
}

static struct answer create(struct api *api, const char *headers, const char *type, const char *body, size_t n)
{
    return client_ask(api->in, "POST", "/api/v1/supportTickets/", arena_printf(api->arena, "%sContent-Type: %s\r\n", headers ? headers : "", type), body, n);
}

static struct answer create_json(struct api *api, const char *headers, const char *body)
{
    return create(api, headers, "application/json", body, strlen(body));
}

static struct answer retrieve(struct api *api, const char *headers, const char *id)
{
    return client_ask(api->in, "GET", arena_printf(api->arena, "/api/v1/supportTickets/%s/", id), headers, NULL, 0);
}

/* The registration falls due a moment after the commit; the desk's clock is the test's. */
static const char *outcome(struct api *api, const char *headers, const char *id, const char **key)
{
    const char *status = "PENDING";
    *api->run->clock += 10;
    for (int ms = 0; ms < PATIENCE_MS && strcmp(status, "PENDING") == 0; ms += 10) {
        struct answer a = retrieve(api, headers, id);
        assert_int_equal(a.status, 200);
        status = arena_strdup(api->arena, json_get_string(a.json, "status", ""));
        *key = arena_strdup(api->arena, json_get_string(a.json, "issueKey", NULL));
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    return status;
}

static const char *id_of(struct api *api, const struct answer *a)
{
    assert_int_equal(a->status, 202);
    return arena_strdup(api->arena, json_get_string(a->json, "ticketId", ""));
}

static void is_fixture(struct api *api, const struct answer *a, const char *name)
{
    size_t n;
    const char *text = fixture_read(api->arena, arena_printf(api->arena, "events/api/ripio/%s", name), &n);
    const struct json *expected = json_parse_in(api->arena, text, n, &json_limits_dialect, NULL, NULL);
    assert_int_equal(a->status, json_get_i64(expected, "status", 0));
    assert_string_equal(a->body, json_print_in(api->arena, expected));
}

static const char good[] = "{\"customerId\":\"c-1\",\"summary\":\"Withdrawal\",\"description\":\"It did not come.\"}";

static struct store *reader(struct api *api)
{
    struct err err = {0};
    struct store *store = store_open(arena_printf(api->arena, "%s/triage.db", api->run->dir), STORE_READER, &err);
    assert_non_null(store);
    return store;
}

static const struct message *first_message(struct api *api)
{
    struct err err = {0};
    struct message *list;
    int n;
    struct store *store = reader(api);
    assert_true(store_message_list(store, api->arena, 1, &list, &n, &err));
    store_close(store);
    assert_int_equal(n, 1);
    return list;
}

/* --- the tests --- */

static void the_documented_request_makes_a_ticket_with_a_key(void **state)
{
    (void)state;
    struct api api = open_api(config);
    size_t n;
    const char *body = fixture_read(api.arena, "events/api/ripio/create-request.multipart", &n), *key;
    const char *type = "multipart/form-data; boundary=----triageBoundary7MA4YWxk";
    struct answer a = create(&api, api.bearer, type, body, n);
    const char *first = id_of(&api, &a);
    assert_int_equal(strlen(first), 36);
    assert_string_equal(a.body, arena_printf(api.arena, "{\"ticketId\":\"%s\",\"status\":\"PENDING\",\"issueKey\":null}", first));
    a = retrieve(&api, api.bearer, first); /* the clock stands still: not yet */
    assert_string_equal(a.body, arena_printf(api.arena, "{\"ticketId\":\"%s\",\"status\":\"PENDING\",\"issueKey\":null}", first));
    assert_string_equal(outcome(&api, api.bearer, first, &key), "CREATED");
    assert_string_equal(key, "SUP-1");
    a = create(&api, api.bearer, type, body, n);
    const char *second = id_of(&api, &a);
    assert_string_not_equal(first, second);
    assert_string_equal(outcome(&api, api.bearer, second, &key), "CREATED");
    assert_string_equal(key, "SUP-2");
    a = retrieve(&api, api.bearer, second);
    assert_string_equal(a.body, arena_printf(api.arena, "{\"ticketId\":\"%s\",\"status\":\"CREATED\",\"issueKey\":\"SUP-2\"}", second));

    struct client *desk = client_open(api.run->desk);
    a = client_get(desk, "/v1/tickets/1");
    const struct json *ticket = json_get(a.json, "ticket");
    assert_string_equal(json_get_string(ticket, "title", ""), "Withdrawal not credited");
    assert_string_equal(json_get_string(ticket, "channel", ""), "api");
    assert_string_equal(json_get_string(ticket, "ref", ""), "SUP-1");
    assert_string_equal(json_get_string(ticket, "customer", ""), "ripio:3c90c3cc-0d44-4b50-8888-8dd25736052a");
    a = client_get(desk, "/v1/tickets/1/attachments/1"); /* what the customer sent is what an agent gets */
    const char *sent = memmem(body, n, a.body, a.body_n);
    assert_true(a.status == 200 && a.body_n && sent && strncmp(sent - 4, "\r\n\r\n", 4) == 0 && strncmp(sent + a.body_n, "\r\n--", 4) == 0);
    assert_string_equal(answer_header(desk, &a, "Content-Type"), "image/png");
    client_close(desk);
    const struct message *m = first_message(&api);
    assert_int_equal(m->author_kind, AUTHOR_CUSTOMER);
    assert_string_equal(m->body, "Sent 0.5 ETH on Monday, nothing arrived.\nPlease help \u2013 \u00d1.");
    assert_true(m->asset_count == 1 && strstr(m->assets, "\"name\":\"receipt.png\",\"type\":\"image/png\""));
    close_api(&api);
}

static void the_same_ticket_may_come_as_json_or_urlencoded(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const char form[] = "customerId=c-1&summary=a+%C3%B1&description=d";
    struct answer a = create_json(&api, api.bearer, good);
    assert_int_equal(a.status, 202);
    a = create(&api, api.bearer, "application/json; charset=utf-8", good, strlen(good));
    assert_int_equal(a.status, 202);
    a = create(&api, api.bearer, "application/x-www-form-urlencoded", form, strlen(form));
    assert_int_equal(a.status, 202);
    close_api(&api);
}

static void every_refusal_is_the_vendors(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const char *off = token_of(&api, "off:x"), *wrong = "Authorization: Bearer UfpqHJaQEjV27rR6itJyhUz5x6eOxz\r\n";
    struct answer a = create_json(&api, NULL, good);
    is_fixture(&api, &a, "error-403-unauthenticated.json");
    a = create_json(&api, wrong, "this is no JSON");
    is_fixture(&api, &a, "error-403-unauthenticated.json");
    a = create_json(&api, basic(api.arena, "ramps:s3cret"), good);
    is_fixture(&api, &a, "error-403-unauthenticated.json");
    a = retrieve(&api, NULL, "x");
    is_fixture(&api, &a, "error-403-unauthenticated.json");
    a = create_json(&api, off, "this is no JSON");
    is_fixture(&api, &a, "error-403-not-enabled.json");
    a = create_json(&api, api.bearer, "{\"customerId\":\"c\",\"description\":\"d\"}");
    is_fixture(&api, &a, "error-400-validation.json");
    a = retrieve(&api, api.bearer, "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d");
    is_fixture(&api, &a, "error-404.json");
    a = client_ask(api.in, "GET", "/api/v1/nothing/here", api.bearer, NULL, 0);
    is_fixture(&api, &a, "error-404.json");
    a = client_ask(api.in, "GET", "/oauth2/authorize", NULL, NULL, 0);
    is_fixture(&api, &a, "error-404.json");
    a = client_ask(api.in, "DELETE", "/api/v1/supportTickets/", api.bearer, NULL, 0);
    assert_int_equal(a.status, 405);
    assert_int_equal(json_get_i64(a.json, "code", 0), 40005);
    assert_string_equal(answer_header(api.in, &a, "Allow"), "POST");

    static const struct { const char *type, *body; } unreadable[] = {
        {"application/json", ""}, {"application/json", "[]"}, {"application/json", "{"}, {"application/json", "{\"summary\":\"\xff\"}"},
        {"text/plain", "customerId=c"}, {"application/jsonx", "{}"}, {"multipart/form-data", "--b--"}, {"multipart/form-data; boundary=b", "--b\r\n"},
        {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=summary\r\n\r\n\xff\r\n--b--"},
        {"application/x-www-form-urlencoded", "summary=%zz"},
    };
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++) {
        a = create(&api, api.bearer, unreadable[i].type, unreadable[i].body, strlen(unreadable[i].body));
        if (a.status != 400 || json_get_i64(a.json, "code", 0) != 20001)
            fail_msg("%s: %d %s", unreadable[i].body, a.status, a.body);
        assert_string_equal(a.body, "{\"code\":20001,\"type\":\"ParseError\",\"detail\":{\"message\":\"Malformed request.\",\"code\":\"parse_error\"},\"status\":400}");
    }
    print_message("# %zu unreadable bodies\n", sizeof unreadable / sizeof *unreadable);
    close_api(&api);
}

static const char *long_text(struct arena *arena, int n)
{
    char *text = arena_alloc(arena, (size_t)n * 2 + 1);
    for (int i = 0; i < n; i++)
        memcpy(text + 2 * i, "\xc3\xb1", 2);
    return text;
}

static void each_field_is_told_what_is_wrong_with_it(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const struct { const char *body, *detail; } cases[] = {
        {"{}", "{\"customerId\":[\"This field is required.\"],\"summary\":[\"This field is required.\"],\"description\":[\"This field is required.\"]}"},
        {"{\"customerId\":\"c\",\"summary\":null,\"description\":\" \\n\"}",
         "{\"summary\":[\"This field may not be null.\"],\"description\":[\"This field may not be blank.\"]}"},
        {"{\"customerId\":7,\"summary\":\"\",\"description\":\"d\"}", "{\"customerId\":[\"Not a valid string.\"],\"summary\":[\"This field may not be blank.\"]}"},
        {"{\"customerId\":\"c\",\"summary\":\"s\",\"description\":\"d\",\"files\":[\"x\"]}",
         "{\"files\":[\"The submitted data was not a file. Check the encoding type on the form.\"]}"},
        {arena_printf(api.arena, "{\"customerId\":\"c\",\"summary\":\"%s\",\"description\":\"d\"}", long_text(api.arena, 256)),
         "{\"summary\":[\"Ensure this field has no more than 255 characters.\"]}"},
        {arena_printf(api.arena, "{\"customerId\":\"c\",\"summary\":\"s\",\"description\":\"%s\"}", long_text(api.arena, 32768)),
         "{\"description\":[\"Ensure this field has no more than 32767 characters.\"]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer a = create_json(&api, api.bearer, cases[i].body);
        assert_string_equal(a.body, arena_printf(api.arena, "{\"code\":20000,\"type\":\"ValidationError\",\"detail\":%s,\"status\":400}", cases[i].detail));
    }
    struct answer a = create_json(&api, api.bearer, arena_printf(api.arena, "{\"customerId\":\"c\",\"summary\":\"%s\",\"description\":\"%s\",\"files\":[]}",
                                  long_text(api.arena, 255), long_text(api.arena, 32767)));
    assert_int_equal(a.status, 202);
#define PART(name, rest) "--b\r\nContent-Disposition: form-data; name=\"" name "\"" rest "\r\n"
    const char twice[] = PART("summary", "\r\n\r\na") PART("summary", "\r\n\r\nb") PART("customerId", "\r\n\r\nc")
                         PART("description", "; filename=x\r\n\r\nd") PART("files", "\r\n\r\ntext") "--b--";
    a = create(&api, api.bearer, "multipart/form-data; boundary=b", twice, sizeof twice - 1);
    assert_string_equal(a.body, "{\"code\":20000,\"type\":\"ValidationError\",\"detail\":{\"summary\":[\"This field may be given only once.\"],"
                                "\"description\":[\"Not a valid string.\"],\"files\":[\"The submitted data was not a file. Check the encoding type on the form.\"]},"
                                "\"status\":400}");
    print_message("# %zu bodies with faults\n", sizeof cases / sizeof *cases + 1);
    close_api(&api);
}

static void add_file(struct str *body, const char *name, const char *data, size_t n)
{
    str_addf(body, "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"%s\"\r\nContent-Type: application/x-test\r\n\r\n", name);
    str_add(body, data, n);
    str_adds(body, "\r\n");
}

static void add_fields(struct str *body)
{
    static const char *const fields[] = {"customerId", "summary", "description"};
    for (int i = 0; i < 3; i++)
        str_addf(body, "--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s!\r\n", fields[i], fields[i]);
}

static char *stored(struct api *api, const uint8_t sum[32], size_t *n)
{
    char hex[65];
    crypto_hex(sum, 32, hex);
    const char *path = arena_printf(api->arena, "%s/files/%s", api->run->dir, hex);
    struct stat st;
    if (stat(path, &st) < 0)
        fail_msg("%s is not there", path);
    assert_int_equal(st.st_mode & 0777, 0600);
    *n = (size_t)st.st_size;
    char *data = arena_alloc(api->arena, *n + 1);
    FILE *f = fopen(path, "rb");
    assert_int_equal(fread(data, 1, *n, f), *n);
    fclose(f);
    return data;
}

static int files_there(const struct api *api)
{
    char path[256];
    int n = 0;
    snprintf(path, sizeof path, "%s/files", api->run->dir);
    DIR *dir = opendir(path);
    for (struct dirent *d; dir && (d = readdir(dir));)
        n += d->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

/* What the event kept of a large request, with the files put back where it names them, is the request. */
static void is_whole_again(struct api *api, const char *body, size_t n)
{
    struct event e;
    struct err err = {0};
    uint8_t sum[32];
    struct store *store = reader(api);
    assert_true(store_event_get(store, api->arena, 1, &e, &err));
    assert_string_equal(e.state, "applied");
    assert_true(e.raw_n < 4096);
    AUTO_STR whole;
    str_init(&whole, 70 << 20);
    const char *raw = e.raw, *end = raw + e.raw_n;
    for (const char *at; (at = memmem(raw, (size_t)(end - raw), " bytes: files/", 14)); raw = at + 14 + 65) {
        size_t file_n;
        char hex[65];
        const char *open = memrchr(raw, '[', (size_t)(at - raw));
        memcpy(hex, at + 14, 64);
        hex[64] = 0;
        assert_true(crypto_unhex(hex, 32, sum));
        const char *file = stored(api, sum, &file_n);
        str_add(&whole, raw, (size_t)(open - raw));
        str_add(&whole, file, file_n);
    }
    str_add(&whole, raw, (size_t)(end - raw));
    assert_int_equal(whole.len, n);
    assert_memory_equal(whole.data, body, n);
    crypto_sha256(body, n, sum);
    assert_memory_equal(sum, e.sha256, 32);
    store_close(store);
}

/* The largest request there may be, and the next larger ones. */
static void five_files_of_ten_mebibytes_are_on_disk_as_they_were_sent(void **state)
{
    (void)state;
    enum { N = 10 << 20 };
    struct api api = open_api(config);
    AUTO_STR body;
    str_init(&body, 70 << 20);
    add_fields(&body);
    char *data = malloc(N + 1);
    uint8_t sums[5][32];
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < N; k++)
            data[k] = (char)((k * 31 + i * 7 + (k >> 13)) & 0xff);
        memcpy(data + N - 6, "\r\n--a\r", 6);
        crypto_sha256(data, N, sums[i]);
        add_file(&body, i ? "a b.bin" : "../../x\x1b[31m.png", data, N);
    }
    size_t fields = body.len;
    str_adds(&body, "--b--\r\n");
    int64_t before = clock_mono();
    struct answer a = create(&api, api.bearer, "multipart/form-data; boundary=b", body.data, body.len);
    const char *id = id_of(&api, &a), *key;
    print_message("# %zu bytes with 5 files in %lld ms\n", body.len, (long long)(clock_mono() - before));
    assert_string_equal(outcome(&api, api.bearer, id, &key), "CREATED");
    for (int i = 0; i < 5; i++) {
        size_t n;
        uint8_t sum[32];
        const char *kept = stored(&api, sums[i], &n);
        crypto_sha256(kept, n, sum);
        assert_int_equal(n, N);
        assert_memory_equal(sum, sums[i], 32);
    }
    assert_int_equal(files_there(&api), 5);
    const struct message *m = first_message(&api);
    assert_true(m->asset_count == 5 && strstr(m->assets, "\"x[31m.png\"") && strstr(m->assets, "\"size\":10485760"));
    is_whole_again(&api, body.data, fields + 7);

    body.len = fields; /* a sixth */
    add_file(&body, "six", "6", 1);
    str_adds(&body, "--b--\r\n");
    a = create(&api, api.bearer, "multipart/form-data; boundary=b", body.data, body.len);
    assert_int_equal(a.status, 400);
    assert_true(strstr(a.body, "{\"files\":[\"Ensure this field has no more than 5 elements.\"]}") != NULL);
    str_clear(&body);
    add_fields(&body);
    add_file(&body, "large", data, N + 1);
    str_adds(&body, "--b--\r\n");
    a = create(&api, api.bearer, "multipart/form-data; boundary=b", body.data, body.len);
    assert_int_equal(a.status, 400);
    assert_true(strstr(a.body, "Ensure each file has no more than 10485760 bytes.") != NULL);
    a = client_ask(api.in, "GET", "/in", NULL, NULL, 0);
    assert_int_equal(a.status, 200);
    assert_int_equal(files_there(&api), 5);
    free(data);
    close_api(&api);
}

/* Its length is not said before: it moves from memory into a file on the way. */
static void a_body_in_chunks_grows_out_of_memory_into_a_file(void **state)
{
    (void)state;
    enum { CHUNK = 100000, N = 3 << 20 };
    struct api api = open_api(config);
    AUTO_STR body;
    str_init(&body, 8 << 20);
    char *data = malloc(N);
    uint8_t sum[32], kept[32];
    size_t n;
    for (int i = 0; i < N; i++)
        data[i] = (char)(i * 7 + (i >> 11));
    crypto_sha256(data, N, sum);
    add_fields(&body);
    add_file(&body, "f", data, N);
    str_adds(&body, "--b--");
    const char *head = arena_printf(api.arena, "POST /api/v1/supportTickets/ HTTP/1.1\r\nHost: desk\r\n%sContent-Type: multipart/form-data; boundary=b\r\n"
                                               "Transfer-Encoding: chunked\r\n\r\n", api.bearer);
    client_send(api.in, head, strlen(head));
    for (size_t at = 0; at < body.len; at += CHUNK) {
        size_t piece = body.len - at < CHUNK ? body.len - at : CHUNK;
        const char *size = arena_printf(api.arena, "%zx\r\n", piece);
        client_send(api.in, size, strlen(size));
        client_send(api.in, body.data + at, piece);
        client_send(api.in, "\r\n", 2);
    }
    client_send(api.in, "0\r\n\r\n", 5);
    struct answer a = client_read(api.in, PATIENCE_MS);
    assert_int_equal(a.status, 202);
    const char *there = stored(&api, sum, &n);
    crypto_sha256(there, n, kept);
    assert_memory_equal(kept, sum, 32);
    is_whole_again(&api, body.data, body.len);
    DIR *dir = opendir(api.run->dir); /* what it waited in has no name */
    for (struct dirent *d; (d = readdir(dir));)
        assert_null(strstr(d->d_name, "body-"));
    closedir(dir);
    free(data);
    close_api(&api);
}

static void who_asks_is_judged_before_a_byte_of_the_body_is_read(void **state)
{
    (void)state;
    struct api api = open_api(config);
    static const char *const heads[] = {"", "Authorization: Bearer nobody\r\n"};
    for (int i = 0; i < 2; i++) {
        struct client *c = client_open(api.run->ingest);
        const char *head = arena_printf(api.arena, "POST /api/v1/supportTickets/ HTTP/1.1\r\nHost: desk\r\n%sContent-Type: application/json\r\n"
                                                   "Content-Length: 50000000\r\n\r\n", heads[i]);
        client_send(c, head, strlen(head));
        struct answer a = client_read(c, 3000);
        is_fixture(&api, &a, "error-403-unauthenticated.json");
        client_close(c);
    }
    struct client *c = client_open(api.run->ingest);
    const char *head = arena_printf(api.arena, "POST /api/v1/supportTickets/ HTTP/1.1\r\nHost: desk\r\n%sContent-Type: application/json\r\n"
                                               "Content-Length: %d\r\n\r\n", api.bearer, (52 << 20) + 1);
    client_send(c, head, strlen(head));
    struct answer a = client_read(c, 3000);
    assert_int_equal(a.status, 413);
    assert_int_equal(json_get_i64(a.json, "code", 0), 40013);
    client_close(c);
    close_api(&api);
}

static void a_token_is_asked_for_as_oauth_says(void **state)
{
    (void)state;
    struct api api = open_api(config);
    static const char grant[] = "grant_type=client_credentials";
    struct answer a = ask_token(&api, "ramps:s3cret", grant);
    const char *token = json_get_string(a.json, "accessToken", "");
    assert_string_equal(a.body, arena_printf(api.arena, "{\"accessToken\":\"%s\",\"expiresIn\":36000,\"tokenType\":\"Bearer\",\"scope\":\"read write\"}", token));
    assert_int_equal(ask_token(&api, "other:a:b", grant).status, 200);
    static const char *const wrong[] = {"ramps:s3cre", "ramps:", "ramps", "other:s3cret", ":", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        a = ask_token(&api, wrong[i], grant);
        assert_int_equal(a.status, 401);
        assert_string_equal(a.body, "{\"error\":\"invalid_client\"}");
    }
    assert_int_equal(ask_token(&api, NULL, grant).status, 401);
    assert_string_equal(ask_token(&api, "ramps:s3cret", "grant_type=password").body, "{\"error\":\"unsupported_grant_type\"}");
    assert_string_equal(ask_token(&api, "ramps:s3cret", "scope=read").body, "{\"error\":\"invalid_request\"}");
    assert_int_equal(client_ask(api.in, "GET", "/oauth2/token/", NULL, NULL, 0).status, 405);
    close_api(&api);
}

static void tokens_and_numbers_survive_a_restart_but_not_their_time(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const char *key;
    struct answer a = create_json(&api, api.bearer, good);
    const char *id = id_of(&api, &a);
    assert_string_equal(outcome(&api, api.bearer, id, &key), "CREATED");
    assert_int_equal(daemon_stop(api.run), 0);
    daemon_restart(api.run);
    client_close(api.in);
    api.in = client_open(api.run->ingest);
    assert_string_equal(outcome(&api, api.bearer, id, &key), "CREATED");
    assert_string_equal(key, "SUP-1");
    a = create_json(&api, api.bearer, good);
    assert_string_equal(outcome(&api, api.bearer, id_of(&api, &a), &key), "CREATED");
    assert_string_equal(key, "SUP-2");
    const char *other = token_of(&api, "other:a:b");
    a = retrieve(&api, other, id); /* another client's ticket is none */
    is_fixture(&api, &a, "error-404.json");
    a = create_json(&api, other, good);
    assert_string_equal(outcome(&api, other, id_of(&api, &a), &key), "CREATED");
    assert_string_equal(key, "OTH-1");
    *api.run->clock += 35990 * 1000LL;
    assert_int_equal(retrieve(&api, api.bearer, id).status, 200);
    *api.run->clock += 20 * 1000LL;
    a = retrieve(&api, api.bearer, id);
    is_fixture(&api, &a, "error-403-unauthenticated.json");
    close_api(&api);
}

static void one_idempotency_key_makes_one_ticket_for_a_day(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const char *with = arena_printf(api.arena, "%sIdempotency-Key: k-1\r\n", api.bearer), *key;
    struct answer a = create_json(&api, with, good);
    const char *first = id_of(&api, &a), *body = arena_strdup(api.arena, a.body);
    assert_string_equal(outcome(&api, api.bearer, first, &key), "CREATED");
    a = create_json(&api, with, good);
    assert_string_equal(a.body, body);
    a = create(&api, with, "application/x-www-form-urlencoded", "customerId=c-1&summary=Withdrawal&description=It+did+not+come.", 62);
    assert_string_equal(a.body, body);
    a = create_json(&api, with, "{\"customerId\":\"c-1\",\"summary\":\"Other\",\"description\":\"x\"}"); /* the first one stands */
    assert_string_equal(a.body, body);
    struct client *desk = client_open(api.run->desk);
    a = client_get(desk, "/v1/events?state=conflict");
    assert_int_equal(json_count(json_get(a.json, "events")), 1);
    client_close(desk);
    const char *other = arena_printf(api.arena, "%sIdempotency-Key: k-1\r\n", token_of(&api, "other:a:b"));
    a = create_json(&api, other, good); /* keys are a client's own */
    assert_string_not_equal(id_of(&api, &a), first);
    *api.run->clock += 86400001;
    api.bearer = token_of(&api, "ramps:s3cret");
    with = arena_printf(api.arena, "%sIdempotency-Key: k-1\r\n", api.bearer);
    a = create_json(&api, with, good);
    assert_string_not_equal(id_of(&api, &a), first);
    a = create_json(&api, arena_printf(api.arena, "%sIdempotency-Key: a\r\nIdempotency-Key: b\r\n", api.bearer), good);
    assert_int_equal(a.status, 400);
    close_api(&api);
}

static void only_known_customers_with_an_address_open_tickets_where_that_is_asked(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const char *strict = token_of(&api, "strict:x"), *key;
    struct client *desk = client_open(api.run->desk);
    struct answer a = create_json(&api, strict, good);
    is_fixture(&api, &a, "error-404.json");
    a = client_post(desk, "/v1/customers", "{\"id\":\"c-1\",\"source\":\"strict\"}");
    assert_int_equal(a.status, 200);
    a = create_json(&api, strict, good);
    assert_string_equal(a.body, "{\"code\":20000,\"type\":\"ValidationError\",\"detail\":{\"customerId\":[\"The customer has no e-mail address.\"]},\"status\":400}");
    assert_int_equal(client_post(desk, "/v1/customers", "{\"id\":\"c-1\",\"email\":\"nobody\",\"source\":\"strict\"}").status, 400);
    assert_int_equal(client_post(desk, "/v1/customers", "{\"id\":\"c-1\",\"email\":\"c@example.com\"}").status, 400);
    assert_int_equal(client_post(desk, "/v1/customers", "{\"id\":\"c-1\",\"email\":\"c@example.com\",\"source\":\"strict\"}").status, 200);
    a = create_json(&api, strict, good);
    assert_string_equal(outcome(&api, strict, id_of(&api, &a), &key), "CREATED");
    client_close(desk);
    /* Closed by another account's word it is still ours; closed by ours it is gone. */
    static const char closed[] = "{\"eventType\":\"ACCOUNT.CLOSED\",\"issueDatetime\":\"2027-01-01T00:30:00.000Z\","
                                 "\"account\":{\"customerId\":\"3c90c3cc-0d44-4b50-8888-8dd25736052a\",\"isActive\":false}}";
    const char *uuid = "{\"customerId\":\"3c90c3cc-0d44-4b50-8888-8dd25736052a\",\"summary\":\"s\",\"description\":\"d\"}";
    desk = client_open(api.run->desk);
    assert_int_equal(client_post(desk, "/v1/customers", "{\"id\":\"3c90c3cc-0d44-4b50-8888-8dd25736052a\",\"email\":\"c@example.com\",\"source\":\"strict\"}").status, 200);
    client_close(desk);
    *api.run->clock += 3600000;
    assert_int_equal(client_ask(api.in, "POST", "/in/open", "Content-Type: application/json\r\n", closed, sizeof closed - 1).status, 200);
    assert_int_equal(create_json(&api, strict, uuid).status, 202);
    assert_int_equal(client_ask(api.in, "POST", "/in/strict", "Content-Type: application/json\r\n", closed, sizeof closed - 1).status, 200);
    a = create_json(&api, strict, uuid);
    is_fixture(&api, &a, "error-404.json");
    close_api(&api);
}

static void a_client_over_its_rate_is_told_when_to_come_back(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const char *slow = token_of(&api, "slow:x");
    assert_int_equal(create_json(&api, slow, good).status, 202);
    struct answer a = create_json(&api, slow, good);
    assert_int_equal(a.status, 429);
    assert_int_equal(json_get_i64(a.json, "code", 0), 40029);
    assert_non_null(answer_header(api.in, &a, "Retry-After"));
    close_api(&api);
}

/* --- the outcome told to others --- */

/* `backend`: what the source's API says of it; the subscriber hears outcomes in Ripio's words. */
static struct api open_heard(struct stub *subscriber, struct stub *backend)
{
    struct arena *arena = arena_new();
    const char *text = arena_printf(arena,
        "team: ripio\n"
        "sources:\n"
        "  - {name: ramps, dialect: ripio, api: {client_id: ramps, client_secret: s3cret%s}}\n"
        "agents:\n  - {name: mara, uid: 4000001, role: lead}\n"
        "destinations:\n"
        "  - {name: client, kind: webhook, url: '%s', format: ripio, secrets: [whsec], allow_loopback: true}\n"
        "  - {name: legacy, kind: webhook, url: '%s', secrets: [other], allow_loopback: true}\n"
        "routes:\n"
        "  - {name: outcomes, of: desk, to: [{destination: client, always: true}]}\n",
        backend ? ", backend: legacy" : "", stub_url(subscriber), stub_url(backend ? backend : subscriber));
    struct api api = open_api(text);
    arena_free(arena);
    return api;
}

static const struct json *heard(struct api *api, struct stub *subscriber, int index)
{
    for (int ms = 0; ms < PATIENCE_MS && stub_wait(subscriber, index + 1, 50) <= index; ms += 50)
        *api->run->clock += 60000; /* tries come after half a minute, two, ten and sixty */
    const struct stub_request *r = stub_request(subscriber, index);
    assert_non_null(r);
    const struct json *event = json_parse_in(api->arena, r->body, r->body_n, &json_limits_dialect, NULL, NULL);
    char *signature = stub_header(r, "Http-X-Wh-Signature-256"), hex[65];
    uint8_t mac[32];
    const struct crypto_part part = {r->body, r->body_n};
    crypto_hmac_sha256("whsec", 5, &part, 1, mac);
    crypto_hex(mac, 32, hex);
    assert_string_equal(signature, arena_printf(api->arena, "sha256=%s", hex));
    free(signature);
    return event;
}

static void says(struct api *api, const struct json *event, const char *id, const char *status, const char *key)
{
    const struct json *t = json_get(event, "supportTicket");
    struct answer a = retrieve(api, api->bearer, id);
    assert_string_equal(json_get_string(event, "eventType", ""), arena_printf(api->arena, "SUPPORT_TICKET.%s", status));
    assert_string_equal(json_get_string(t, "ticketId", ""), id);
    assert_string_equal(json_get_string(t, "customerId", ""), "c-1");
    assert_string_equal(json_get_string(t, "summary", ""), "Withdrawal");
    assert_string_equal(json_get_string(t, "status", ""), status);
    assert_string_equal(json_get_string(t, "issueKey", "null"), key ? key : "null");
    assert_string_equal(a.body, arena_printf(api->arena, key ? "{\"ticketId\":\"%s\",\"status\":\"%s\",\"issueKey\":\"%s\"}"
                                                             : "{\"ticketId\":\"%s\",\"status\":\"%s\",\"issueKey\":null}", id, status, key));
}

static void the_subscriber_hears_each_outcome_once_and_as_retrieve_says(void **state)
{
    (void)state;
    enum { N = 5 };
    struct stub *subscriber = stub_open();
    static const struct stub_step ok[] = {STUB_STATUS("200 OK")};
    stub_script(subscriber, ok, 1);
    struct api api = open_heard(subscriber, NULL);
    const char *ids[N], *key;
    for (int i = 0; i < N; i++) {
        struct answer a = create_json(&api, api.bearer, good);
        ids[i] = id_of(&api, &a);
        assert_string_equal(outcome(&api, api.bearer, ids[i], &key), "CREATED");
        says(&api, heard(&api, subscriber, i), ids[i], "CREATED", arena_printf(api.arena, "SUP-%d", i + 1));
    }
    struct client *desk = client_open(api.run->desk);
    client_post(desk, "/v1/do", "{\"do\":\"priority\",\"tickets\":[1],\"priority\":\"high\"}"); /* is no outcome */
    client_close(desk);
    *api.run->clock += 60000;
    assert_int_equal(stub_wait(subscriber, N + 1, 300), N);
    close_api(&api);
    stub_close(subscriber);
}

static void a_backend_takes_it_first_or_it_has_failed(void **state)
{
    (void)state;
    struct stub *subscriber = stub_open(), *backend = stub_open();
    static const struct stub_step ok[] = {STUB_STATUS("200 OK")};
    static const struct stub_step once[] = {STUB_STATUS("503 Busy"), STUB_STATUS("200 OK"), STUB_STATUS("400 No")};
    stub_script(subscriber, ok, 1);
    stub_script(backend, once, 3);
    struct api api = open_heard(subscriber, backend);
    struct answer a = create_json(&api, api.bearer, good);
    const char *id = id_of(&api, &a);
    *api.run->clock += 10;
    assert_int_equal(stub_wait(backend, 1, PATIENCE_MS), 1); /* busy: it is still pending */
    assert_string_equal(json_get_string(retrieve(&api, api.bearer, id).json, "status", ""), "PENDING");
    const struct json *event = heard(&api, subscriber, 0); /* while time passes it is asked again */
    assert_int_equal(stub_wait(backend, 2, PATIENCE_MS), 2);
    says(&api, event, id, "CREATED", "SUP-1");
    assert_true(memmem(stub_request(backend, 1)->body, stub_request(backend, 1)->body_n, id, 36) != NULL);
    a = create_json(&api, api.bearer, good);
    id = id_of(&api, &a);
    says(&api, heard(&api, subscriber, 1), id, "FAILED", NULL);
    assert_int_equal(stub_wait(backend, 7, PATIENCE_MS), 7); /* five tries */
    /* It is final: replaying the dead letter changes nothing and asks nobody. */
    struct client *desk = client_open(api.run->desk);
    assert_int_equal(client_post(desk, "/v1/deliveries", "{\"do\":\"replay\",\"destination\":\"register:ramps\"}").status, 200);
    *api.run->clock += 60000;
    assert_int_equal(stub_wait(backend, 8, 300), 7);
    says(&api, heard(&api, subscriber, 1), id, "FAILED", NULL);
    a = client_get(desk, "/v1/parcels?destination=register:ramps&state=skipped");
    assert_int_equal(json_count(json_get(a.json, "parcels")), 1);
    client_close(desk);
    close_api(&api);
    stub_close(backend);
    stub_close(subscriber);
}

static void a_registration_somebody_drops_has_failed(void **state)
{
    (void)state;
    struct stub *subscriber = stub_open(), *backend = stub_open();
    static const struct stub_step ok[] = {STUB_STATUS("200 OK")}, busy[] = {STUB_STATUS("503 Busy")};
    stub_script(subscriber, ok, 1);
    stub_script(backend, busy, 1);
    struct api api = open_heard(subscriber, backend);
    struct answer a = create_json(&api, api.bearer, good);
    const char *id = id_of(&api, &a);
    *api.run->clock += 10;
    assert_int_equal(stub_wait(backend, 1, PATIENCE_MS), 1);
    struct client *desk = client_open(api.run->desk);
    int64_t dropped = 0;
    for (int i = 0; i < 100 && !dropped; i++) { /* not while it flies */
        a = client_post(desk, "/v1/deliveries", "{\"do\":\"drop\",\"destination\":\"register:ramps\"}");
        dropped = json_get_i64(a.json, "count", 0);
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
    assert_int_equal(dropped, 1);
    says(&api, heard(&api, subscriber, 0), id, "FAILED", NULL);
    client_close(desk);
    close_api(&api);
    stub_close(backend);
    stub_close(subscriber);
}

/* Ripio itself speaks of the ticket too, and of the time before: the history is folded again. */
static void a_late_word_takes_no_key_back(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const char *both = token_of(&api, "both:x"), *key;
    struct answer a = create_json(&api, both, good);
    const char *id = id_of(&api, &a);
    assert_string_equal(outcome(&api, both, id, &key), "CREATED");
    const char *late = arena_printf(api.arena, "{\"eventType\":\"SUPPORT_TICKET.FAILED\",\"issueDatetime\":\"2026-12-31T23:00:00.000Z\",\"supportTicket\":{"
                                    "\"ticketId\":\"%s\",\"customerId\":\"c-1\",\"issueKey\":null,\"summary\":\"Before\",\"status\":\"FAILED\"}}", id);
    assert_int_equal(client_ask(api.in, "POST", "/in/both", "Content-Type: application/json\r\n", late, strlen(late)).status, 200);
    a = retrieve(&api, both, id);
    assert_string_equal(a.body, arena_printf(api.arena, "{\"ticketId\":\"%s\",\"status\":\"CREATED\",\"issueKey\":\"SUP-1\"}", id));
    struct client *desk = client_open(api.run->desk);
    a = client_get(desk, "/v1/tickets/1");
    assert_string_equal(json_get_string(json_get(a.json, "ticket"), "title", ""), "Withdrawal");
    client_close(desk);
    close_api(&api);
}

static void the_journal_gives_the_same_tickets_again(void **state)
{
    (void)state;
    struct api api = open_api(config);
    const char *key;
    for (int i = 0; i < 3; i++) {
        struct answer a = create_json(&api, api.bearer, good);
        assert_string_equal(outcome(&api, api.bearer, id_of(&api, &a), &key), "CREATED");
    }
    assert_int_equal(daemon_stop(api.run), 0);
    const char *const args[] = {"triaged", "--dir", api.run->dir, "--clock", arena_printf(api.arena, "%s/clock", api.run->dir), "--rebuild", NULL};
    assert_int_equal(daemon_try_aloud(args), 0);
    close_api(&api);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documented_request_makes_a_ticket_with_a_key),
        cmocka_unit_test(the_same_ticket_may_come_as_json_or_urlencoded),
        cmocka_unit_test(every_refusal_is_the_vendors),
        cmocka_unit_test(each_field_is_told_what_is_wrong_with_it),
        cmocka_unit_test(five_files_of_ten_mebibytes_are_on_disk_as_they_were_sent),
        cmocka_unit_test(a_body_in_chunks_grows_out_of_memory_into_a_file),
        cmocka_unit_test(who_asks_is_judged_before_a_byte_of_the_body_is_read),
        cmocka_unit_test(a_token_is_asked_for_as_oauth_says),
        cmocka_unit_test(tokens_and_numbers_survive_a_restart_but_not_their_time),
        cmocka_unit_test(one_idempotency_key_makes_one_ticket_for_a_day),
        cmocka_unit_test(only_known_customers_with_an_address_open_tickets_where_that_is_asked),
        cmocka_unit_test(a_client_over_its_rate_is_told_when_to_come_back),
        cmocka_unit_test(the_subscriber_hears_each_outcome_once_and_as_retrieve_says),
        cmocka_unit_test(a_backend_takes_it_first_or_it_has_failed),
        cmocka_unit_test(a_registration_somebody_drops_has_failed),
        cmocka_unit_test(a_late_word_takes_no_key_back),
        cmocka_unit_test(the_journal_gives_the_same_tickets_again),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
