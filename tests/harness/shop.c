/* shop: one event's text, and the doors it is put in at. */
#include "harness/shop.h"
#include "dialect/signature.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { SIGNATURE_HEADERS = 4 };

char *shop_event(struct arena *arena, const char *id, const char *subject)
{
    return arena_printf(arena, "{\"eventId\":\"e-%s\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol\","
                               "\"data\":{\"source_ticket_id\":\"%s\",\"user_id\":\"u\",\"user_name\":\"Uma\",\"user_email\":\"u@example.com\","
                               "\"subject\":\"%s\",\"description\":\"Some text\"}}", id, id, subject);
}

static void post(struct client *in, const char *source, const char *headers, const char *body)
{
    char path[128];
    snprintf(path, sizeof path, "/in/%s", source);
    struct answer a = client_ask(in, "POST", path, headers, body, strlen(body));
    if (a.status != 200)
        fail_msg("%s took no ticket: %d %s", path, a.status, a.body ? a.body : "");
}

void shop_post(struct client *in, const char *source, const char *id, const char *subject)
{
    AUTO_ARENA arena = arena_new();
    post(in, source, "Content-Type: application/json\r\n", shop_event(arena, id, subject));
}

void shop_post_number(struct client *in, const char *source, int number, const char *subject)
{
    char id[16];
    snprintf(id, sizeof id, "%d", number);
    shop_post(in, source, id, subject);
}

void shop_post_signed(struct client *in, const char *source, const char *secret, int64_t now_ms, const char *id, const char *subject)
{
    AUTO_ARENA arena = arena_new();
    AUTO_STR headers;
    str_init(&headers, 2048);
    struct signature_header list[SIGNATURE_HEADERS];
    char *body = shop_event(arena, id, subject);
    int n = signature_sign(arena, "rbs", secret, "msg_1", now_ms / 1000, body, strlen(body), list);
    for (int i = 0; i < n; i++)
        str_addf(&headers, "%s: %s\r\n", list[i].name, list[i].value);
    post(in, source, headers.data, body);
}
