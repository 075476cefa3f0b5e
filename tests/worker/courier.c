/* courier: the thread against a server on loopback. The mailbox is this file's own: a writer that notes receipts, and that
 * can be full or out of disk. */
#include "worker/courier.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/str.h"
#include "harness/stub.h"
#include "wire/letter.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum { RECEIPTS = 256 };
struct writer {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct { struct receipt r; char excerpt[2048]; } list[RECEIPTS];
    int count, refuse, fail; /* so many posts are refused, so many commits fail */
};

bool writer_post(struct writer *w, struct job *job, struct err *err)
{
    pthread_mutex_lock(&w->lock);
    bool refused = w->refuse > 0, failed = !refused && w->fail > 0;
    w->refuse -= refused;
    w->fail -= failed;
    if (!refused && !failed) {
        w->list[w->count].r = job->receipt;
        str_copy(w->list[w->count].excerpt, sizeof w->list[0].excerpt, job->receipt.excerpt);
        w->count++;
        pthread_cond_broadcast(&w->some);
    }
    pthread_mutex_unlock(&w->lock);
    if (refused)
        return err_set(err, ERR_UNAVAILABLE, "full");
    job->ok = !failed;
    job->err.code = failed ? ERR_NO_SPACE : ERR_NONE;
    job->wake(job->wake_arg);
    return true;
}

static int receipts(struct writer *w, int want, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000 + 1;
    pthread_mutex_lock(&w->lock);
    while (w->count < want && pthread_cond_timedwait(&w->some, &w->lock, &until) == 0)
        continue;
    int count = w->count;
    pthread_mutex_unlock(&w->lock);
    return count;
}

static struct writer fresh(void)
{
    return (struct writer){.lock = PTHREAD_MUTEX_INITIALIZER, .some = PTHREAD_COND_INITIALIZER};
}

static char *written_letter(struct arena *arena, int kind)
{
    const struct ticket ticket = {.id = 42, .account = "shop", .key = "T-7"};
    const struct message message = {.id = "desk:1", .author = "ana", .body = "Hello.", .at = 1798761600123};
    const struct letter letter = {.of = kind == DEST_WEBHOOK ? LETTER_REPLY : LETTER_EVENT, .id = "evt_7k2mq0vz81ab", .type = "message.created", .at = 1798761600123, .dialect = "rbs",
                                  .ticket = &ticket, .message = &message};
    AUTO_JSON root = letter_encode(&letter);
    return json_print_in(arena, root);
}

static const struct config_destination shop = {.name = "shop", .kind = DEST_WEBHOOK, .format = FORMAT_STANDARD, .auth = DEST_AUTH_HMAC,
                                               .secrets = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, .secret_count = 1, .timeout = 10000,
                                               .allow_loopback = true};

/* Everything the courier was given is gone or overwritten when this returns. */
static void send_to(struct courier *c, int64_t id, const char *place, const char *url, const struct config_destination *like)
{
    AUTO_ARENA arena = arena_new();
    struct config_destination to = *like;
    char *letter = written_letter(arena, like->kind), *address = arena_strdup(arena, url), *name = arena_strdup(arena, place);
    to.url = address;
    const struct outgoing o = {.parcel = id, .attempt = 1, .place = name, .to = &to, .letter = letter};
    courier_send(c, &o);
    memset(letter, 'x', strlen(letter));
    memset(address, 'x', strlen(address));
    memset(name, 'x', strlen(name));
}

static void send_parcel(struct courier *c, int64_t id, const char *url)
{
    send_to(c, id, url, url, &shop);
}

static struct courier *started(const struct courier_options *o, struct writer *w)
{
    struct err err = {0};
    struct courier *c = courier_open(o, &err);
    assert_non_null(c);
    assert_true(courier_start(c, w, &err));
    return c;
}

static void a_parcel_is_carried_and_its_receipt_posted(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    send_parcel(c, 7, stub_url(stub));
    assert_int_equal(receipts(&w, 1, 3000), 1);
    assert_int_equal(w.list[0].r.parcel, 7);
    assert_int_equal(w.list[0].r.verdict.kind, VERDICT_DELIVERED);
    assert_int_equal(w.list[0].r.status, 200);
    assert_false(w.list[0].r.verdict.ambiguous);
    const struct stub_request *r = stub_request(stub, 0);
    assert_non_null(strstr(r->body, "\"text\":\"Hello.\""));
    char *id = stub_header(r, "webhook-id"), *signature = stub_header(r, "webhook-signature");
    assert_string_equal(id, "evt_7k2mq0vz81ab");
    assert_true(str_starts(signature, "v1,"));
    free(id);
    free(signature);
    courier_stop(c);
    courier_close(c);
    stub_close(stub);
}

static void each_answer_has_its_verdict(void **state)
{
    (void)state;
    static const struct { struct stub_step step; int verdict, status; int64_t wait; bool ambiguous; const char *excerpt; } rows[] = {
        {STUB_STATUS("204 No Content"), VERDICT_DELIVERED, 204, 0, false, ""},
        {{STUB_ANSWER, "HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\nno\x1b[31m\x07!", NULL}, VERDICT_RETRY, 500, 0, false, "no\xe2\x90\x9b[31m\xe2\x90\x87!"},
        {STUB_STATUS("410 Gone"), VERDICT_RETRY, 410, 0, false, ""},
        {{STUB_ANSWER, "HTTP/1.1 429 Slow\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n", NULL}, VERDICT_WAIT, 429, 90000, false, ""},
        {{STUB_ANSWER, "HTTP/1.1 503 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", NULL}, VERDICT_RETRY, 503, 7000, false, ""},
        {{STUB_ANSWER, "HTTP/1.1 302 Away\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", NULL}, VERDICT_RETRY, 302, 0, false, ""},
        {{STUB_FLOOD, "HTTP/1.1 200 OK\r\n\r\n", "long"}, VERDICT_DELIVERED, 200, 0, false, "longlong"},
        {{STUB_RESET, NULL, NULL}, VERDICT_RETRY, 0, 0, true, NULL},
        {{STUB_HANG, NULL, NULL}, VERDICT_RETRY, 0, 0, true, "imed out"},
    };
    struct stub *stub = stub_open();
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < (int)(sizeof rows / sizeof *rows); i++) {
        struct config_destination to = shop;
        to.timeout = 400;
        stub_script(stub, &rows[i].step, 1);
        send_to(c, i + 1, arena_printf(arena, "shop %d", i), stub_url(stub), &to); /* what one answered holds up no other */
        assert_int_equal(receipts(&w, i + 1, 3000), i + 1);
        const struct receipt *r = &w.list[i].r;
        if (r->parcel != i + 1 || r->verdict.kind != rows[i].verdict || r->status != rows[i].status || r->verdict.retry_after != rows[i].wait ||
            r->verdict.ambiguous != rows[i].ambiguous || (rows[i].excerpt && !strstr(w.list[i].excerpt, rows[i].excerpt)))
            fail_msg("row %d: verdict %d, status %d, wait %d, '%s'", i, r->verdict.kind, (int)r->status, (int)r->verdict.retry_after, w.list[i].excerpt);
        assert_in_range(r->jitter_bp, 0, 10000);
    }
    courier_stop(c);
    courier_close(c);
    stub_close(stub);
}

static void a_secret_the_other_side_repeats_is_not_kept(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    struct writer w = fresh();
    char body[2048], raw[4096];
    memset(body, '.', sizeof body); /* at the beginning, and where the excerpt ends */
    memcpy(body, shop.secrets[0], strlen(shop.secrets[0]));
    memcpy(body + 1010, shop.secrets[0], strlen(shop.secrets[0]));
    snprintf(raw, sizeof raw, "HTTP/1.1 500 No\r\nContent-Length: %zu\r\n\r\n%.*s", sizeof body, (int)sizeof body, body);
    stub_script(stub, &(struct stub_step){STUB_ANSWER, raw, NULL}, 1);
    struct courier *c = started(&(struct courier_options){0}, &w);
    send_parcel(c, 1, stub_url(stub));
    assert_int_equal(receipts(&w, 1, 5000), 1);
    assert_true(str_starts(w.list[0].excerpt, "[secret]..."));
    assert_null(strstr(w.list[0].excerpt, "whsec_"));
    courier_close(c);
    stub_close(stub);
}

static void of_a_key_that_is_repeated_all_over_no_half_is_kept(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    struct writer w = fresh();
    char body[4001], raw[8192];
    struct config_destination to = shop;
    char token[201] = {0};
    memset(token, 'k', 200);
    to.token = token;
    memset(body, 'k', 4000);
    body[4000] = '\0';
    snprintf(raw, sizeof raw, "HTTP/1.1 500 No\r\nContent-Length: 4000\r\n\r\n%s", body);
    stub_script(stub, &(struct stub_step){STUB_ANSWER, raw, NULL}, 1);
    struct courier *c = started(&(struct courier_options){0}, &w);
    send_to(c, 1, "shop", stub_url(stub), &to);
    assert_int_equal(receipts(&w, 1, 5000), 1);
    assert_non_null(strstr(w.list[0].excerpt, "[secret]"));
    assert_null(strstr(w.list[0].excerpt, "kk"));
    courier_close(c);
    stub_close(stub);
}

static void a_refused_address_is_an_attempt_without_a_connection(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    struct config_destination to = shop;
    to.allow_loopback = false;
    send_to(c, 1, "elsewhere", stub_url(stub), &to);
    send_parcel(c, 2, "not-a-url");
    assert_int_equal(receipts(&w, 2, 3000), 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(w.list[i].r.verdict.kind, VERDICT_RETRY);
        assert_int_equal(w.list[i].r.status, 0);
        assert_false(w.list[i].r.verdict.ambiguous);
    }
    send_parcel(c, 3, "not a url");
    assert_int_equal(receipts(&w, 3, 3000), 3);
    assert_int_equal(w.list[2].r.verdict.kind, VERDICT_DEAD); /* it will be none the next time either */
    assert_int_equal(w.list[2].r.status, 0);
    assert_non_null(strstr(w.list[0].excerpt, "refused"));
    assert_int_equal(stub_connections(stub), 0);
    courier_stop(c);
    courier_close(c);
    stub_close(stub);
}

static void a_private_address_is_tried_only_when_its_row_allows_it(void **state)
{
    (void)state;
    for (int allowed = 0; allowed < 2; allowed++) {
        struct writer w = fresh();
        struct courier *c = started(&(struct courier_options){0}, &w);
        struct config_destination to = shop;
        to.allow_private = allowed;
        to.timeout = 200; /* nobody answers there */
        send_to(c, 1, "inside", "https://10.255.255.1:9/", &to);
        assert_int_equal(receipts(&w, 1, 3000), 1);
        assert_int_equal(w.list[0].r.verdict.kind, VERDICT_RETRY);
        assert_int_equal(strstr(w.list[0].excerpt, "refused: private") != NULL, !allowed);
        courier_stop(c);
        courier_close(c);
    }
}

static const struct stub_step held = {STUB_HOLD, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL};

static void a_destination_that_hangs_gets_two_at_once_and_holds_up_nobody(void **state)
{
    (void)state;
    struct stub *slow = stub_open(), *fast = stub_open();
    stub_script(slow, &held, 1);
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    for (int i = 0; i < 6; i++) {
        send_parcel(c, 100 + i, stub_url(slow));
    }
    for (int i = 0; i < 4; i++) {
        send_parcel(c, i, stub_url(fast));
    }
    assert_int_equal(receipts(&w, 4, 5000), 4);
    for (int i = 0; i < 4; i++)
        assert_true(w.list[i].r.parcel < 100);
    assert_int_equal(stub_wait(slow, 3, 200), 2); /* no third comes */
    stub_release(slow);
    assert_int_equal(receipts(&w, 10, 5000), 10);
    courier_stop(c);
    courier_close(c);
    stub_close(slow);
    stub_close(fast);
}

static void never_more_than_32_are_under_way_and_all_get_their_turn(void **state)
{
    (void)state;
    enum { PLACES = 40 };
    struct stub *stub = stub_open();
    stub_script(stub, &held, 1);
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < 2 * PLACES; i++) {
        send_parcel(c, i, arena_printf(arena, "%s/%d", stub_url(stub), i % PLACES));
    }
    assert_int_equal(stub_wait(stub, COURIER_TOTAL, 5000), COURIER_TOTAL);
    assert_int_equal(stub_wait(stub, COURIER_TOTAL + 1, 200), COURIER_TOTAL);
    stub_release(stub);
    assert_int_equal(receipts(&w, 2 * PLACES, 8000), 2 * PLACES);
    bool seen[2 * PLACES] = {false};
    for (int i = 0; i < 2 * PLACES; i++) {
        assert_int_equal(w.list[i].r.verdict.kind, VERDICT_DELIVERED);
        assert_false(seen[w.list[i].r.parcel]);
        seen[w.list[i].r.parcel] = true;
    }
    courier_stop(c);
    courier_close(c);
    stub_close(stub);
}

static void what_does_not_fit_in_memory_is_told_to_come_later(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    struct writer w = fresh();
    struct err err = {0};
    struct courier *c = courier_open(&(struct courier_options){.waiting = 3}, &err);
    for (int i = 0; i < 5; i++) {
        send_parcel(c, i, stub_url(stub));
    }
    assert_true(courier_start(c, &w, &err));
    assert_int_equal(receipts(&w, 5, 3000), 5);
    int later = 0;
    for (int i = 0; i < 5; i++)
        if (w.list[i].r.verdict.kind == VERDICT_LATER) {
            later++;
            assert_true(w.list[i].r.parcel >= 3);
            assert_int_equal(w.list[i].r.verdict.retry_after, COURIER_LATER_MS);
        }
    assert_int_equal(later, 2);
    assert_int_equal(stub_connections(stub), 3);
    send_parcel(c, 9, stub_url(stub)); /* there is room again */
    assert_int_equal(receipts(&w, 6, 3000), 6);
    assert_int_equal(w.list[5].r.verdict.kind, VERDICT_DELIVERED);
    courier_stop(c);
    courier_close(c);
    stub_close(stub);
}

static void a_receipt_the_writer_could_not_take_is_offered_again(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    struct writer w = fresh();
    w.refuse = 1;
    w.fail = 1;
    struct courier *c = started(&(struct courier_options){0}, &w);
    send_parcel(c, 1, stub_url(stub));
    assert_int_equal(receipts(&w, 1, 5000), 1);
    assert_int_equal(w.list[0].r.verdict.kind, VERDICT_DELIVERED);
    assert_int_equal(w.refuse + w.fail, 0);
    assert_int_equal(stub_connections(stub), 1);
    courier_stop(c);
    courier_close(c);
    stub_close(stub);
}

static void what_is_under_way_at_the_stop_still_gets_its_receipt(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    static const struct stub_step slow = {STUB_DRIP, "HTTP/1.0 200 OK\r\n\r\n", NULL}; /* 1.9 s */
    stub_script(stub, &slow, 1);
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    send_parcel(c, 1, stub_url(stub));
    assert_int_equal(stub_wait(stub, 1, 3000), 1);
    courier_stop(c);
    assert_int_equal(w.count, 1);
    assert_int_equal(w.list[0].r.verdict.kind, VERDICT_DELIVERED);
    send_parcel(c, 1, stub_url(stub)); /* after the stop: stays flying in the store, goes out at the next start */
    courier_close(c);
    assert_int_equal(stub_connections(stub), 1);
    stub_close(stub);
}

static void a_stop_does_not_wait_for_ever(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    static const struct stub_step hang = {STUB_HANG, NULL, NULL};
    stub_script(stub, &hang, 1);
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){.drain_ms = 200}, &w);
    for (int i = 0; i < 4; i++) { /* two under way, two waiting */
        send_parcel(c, i, stub_url(stub));
    }
    assert_int_equal(stub_wait(stub, 2, 3000), 2);
    int64_t from = clock_mono();
    courier_stop(c);
    assert_in_range(clock_mono() - from, 150, 1500);
    courier_close(c);
    assert_int_equal(w.count, 0);
    stub_close(stub);
}

/* One parcel to one of Discord's webhooks; what became of it. */
static int chat_with(struct courier *c, struct writer *w, const char *place, struct stub *stub)
{
    static const struct config_destination chat = {.name = "chat", .kind = DEST_DISCORD, .timeout = 10000, .allow_loopback = true};
    int n = w->count;
    send_to(c, n + 1, place, stub_url(stub), &chat);
    assert_int_equal(receipts(w, n + 1, 3000), n + 1);
    return w->list[n].r.verdict.kind;
}

static void a_wait_holds_the_one_who_asked_and_only_where_it_says_so_the_account(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    static const struct stub_step steps[] = {
        {STUB_ANSWER, "HTTP/1.1 429 Slow\r\nContent-Length: 34\r\n\r\n{\"retry_after\":60,\"global\":false} ", NULL},
        {STUB_ANSWER, "HTTP/1.1 204 Yes\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset-After: 60\r\n\r\n", NULL},
        {STUB_ANSWER, "HTTP/1.1 429 Slow\r\nContent-Length: 34\r\n\r\n{\"retry_after\":60, \"global\":true} ", NULL}};
    stub_script(stub, steps, 3);
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    assert_int_equal(chat_with(c, &w, "one", stub), VERDICT_WAIT);
    assert_int_equal(chat_with(c, &w, "one", stub), VERDICT_LATER);
    assert_int_equal(chat_with(c, &w, "two", stub), VERDICT_DELIVERED); /* its bucket is empty now */
    assert_int_equal(chat_with(c, &w, "two", stub), VERDICT_LATER);
    assert_int_equal(chat_with(c, &w, "three", stub), VERDICT_WAIT);
    assert_int_equal(chat_with(c, &w, "four", stub), VERDICT_LATER);
    assert_int_equal(stub_connections(stub), 3);
    courier_stop(c);
    courier_close(c);
    stub_close(stub);
}

static void nobody_is_held_for_more_than_a_day(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    static const struct stub_step ages = {STUB_ANSWER, "HTTP/1.1 429 Slow\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n", NULL};
    stub_script(stub, &ages, 1);
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    assert_int_equal(chat_with(c, &w, "one", stub), VERDICT_WAIT);
    assert_int_equal(chat_with(c, &w, "one", stub), VERDICT_LATER);
    assert_in_range(w.list[1].r.verdict.retry_after, 1, 86400000);
    courier_stop(c);
    courier_close(c);
    stub_close(stub);
}

static void all_chats_of_a_bot_keep_its_pace_together(void **state)
{
    (void)state;
    enum { CHATS = 60 };
    struct stub *stub = stub_open();
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){0}, &w);
    AUTO_ARENA arena = arena_new();
    static const struct config_destination bot = {.name = "bot", .kind = DEST_TELEGRAM, .token = "7:key", .channel = "-5", .timeout = 10000, .allow_loopback = true};
    int64_t from = clock_mono();
    for (int i = 0; i < CHATS; i++)
        send_to(c, i + 1, arena_printf(arena, "chat %d", i), stub_url(stub), &bot);
    assert_int_equal(receipts(&w, CHATS, 20000), CHATS);
    assert_true(clock_mono() - from >= 900); /* thirty at once, the other thirty in a second */
    for (int i = 0; i < CHATS; i++)
        assert_int_equal(w.list[i].r.verdict.kind, VERDICT_DELIVERED);
    courier_close(c);
    stub_close(stub);
}

static void who_has_refused_too_often_is_left_alone(void **state)
{
    (void)state;
    enum { PLACES = 10, MOST = 40, MORE = 10 };
    struct stub *stub = stub_open();
    static const struct stub_step no = STUB_STATUS("403 Forbidden");
    struct writer w = fresh();
    struct courier *c = started(&(struct courier_options){.refusals = MOST}, &w);
    AUTO_ARENA arena = arena_new();
    struct config_destination chat = {.name = "chat", .kind = DEST_DISCORD, .timeout = 10000, .allow_loopback = true};
    chat.rate = chat.burst = MOST;
    stub_script(stub, &no, 1);
    while (w.count < MOST) {
        int before = w.count;
        for (int i = 0; i < PLACES; i++)
            send_to(c, before + i + 1, arena_printf(arena, "chat %d", i), stub_url(stub), &chat);
        assert_int_equal(receipts(&w, before + PLACES, 30000), before + PLACES);
        for (int i = before; i < w.count; i++)
            assert_int_equal(w.list[i].r.status, 403);
    }
    int connections = stub_connections(stub);
    for (int i = 0; i < MORE; i++)
        send_to(c, MOST + i + 1, arena_printf(arena, "another %d", i), stub_url(stub), &chat);
    assert_int_equal(receipts(&w, MOST + MORE, 5000), MOST + MORE);
    for (int i = MOST; i < MOST + MORE; i++) {
        assert_int_equal(w.list[i].r.verdict.kind, VERDICT_LATER);
        assert_in_range(w.list[i].r.verdict.retry_after, 500000, 600000);
    }
    assert_int_equal(stub_connections(stub), connections);
    courier_close(c);
    stub_close(stub);
}

static void an_idle_courier_starts_and_stops(void **state)
{
    (void)state;
    struct writer w = fresh();
    int64_t from = clock_mono();
    struct courier *c = started(&(struct courier_options){0}, &w);
    courier_stop(c);
    courier_close(c);
    courier_stop(NULL);
    courier_close(NULL);
    assert_true(clock_mono() - from < 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parcel_is_carried_and_its_receipt_posted),
        cmocka_unit_test(each_answer_has_its_verdict),
        cmocka_unit_test(a_secret_the_other_side_repeats_is_not_kept),
        cmocka_unit_test(of_a_key_that_is_repeated_all_over_no_half_is_kept),
        cmocka_unit_test(a_refused_address_is_an_attempt_without_a_connection),
        cmocka_unit_test(a_private_address_is_tried_only_when_its_row_allows_it),
        cmocka_unit_test(a_destination_that_hangs_gets_two_at_once_and_holds_up_nobody),
        cmocka_unit_test(never_more_than_32_are_under_way_and_all_get_their_turn),
        cmocka_unit_test(what_does_not_fit_in_memory_is_told_to_come_later),
        cmocka_unit_test(a_receipt_the_writer_could_not_take_is_offered_again),
        cmocka_unit_test(what_is_under_way_at_the_stop_still_gets_its_receipt),
        cmocka_unit_test(a_stop_does_not_wait_for_ever),
        cmocka_unit_test(a_wait_holds_the_one_who_asked_and_only_where_it_says_so_the_account),
        cmocka_unit_test(nobody_is_held_for_more_than_a_day),
        cmocka_unit_test(all_chats_of_a_bot_keep_its_pace_together),
        cmocka_unit_test(who_has_refused_too_often_is_left_alone),
        cmocka_unit_test(an_idle_courier_starts_and_stops),
    };
    log_level(LOG_ERROR);
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
