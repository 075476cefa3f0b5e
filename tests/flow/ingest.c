/* ingest: what a lead sees of what comes in: rows that come while one reads stand above and are counted, whoever comes back sees the newest,
 * and of what was refused the cause is said. */
#include "base/arena.h"
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "harness/console.h"
#include "harness/house.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { MANY = 50 };
static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char config[] = "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none}\n"
                             "  - {name: shop, dialect: rbs, auth: signed, secrets: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw]}\n"
                             "agents:\n  - {name: ana, uid: %ld, role: lead}\n";
static int posted;

static int start(void **state)
{
    (void)state;
    house_open(config);
    posted = 0;
    return 0;
}

static void post(int n)
{
    for (int i = 0; i < n; i++) {
        *house.run->clock += 1000;
        shop_post_number(house.in, "open", ++posted, "Checkout is down");
    }
}

static struct console_run *at_ingest(const char *shows)
{
    struct console_run *c = console_open("ana", house.run, "all");
    console_shows(c, "live", NULL);
    console_type(c, "gi");
    console_shows(c, shows, NULL);
    return c;
}

static void what_comes_in_above_is_counted_and_who_comes_back_sees_it(void **state)
{
    (void)state;
    post(MANY);
    struct console_run *c = at_ingest("accepted 50");
    console_type(c, "G");
    console_shows(c, "00:00:01 open", NULL);
    post(3);
    console_shows(c, "3 new above", NULL);
    console_shows(c, "accepted 53", NULL);
    console_type(c, "q");
    console_hides(c, "accepted 53");
    console_type(c, "gi");
    console_shows(c, "accepted 53", NULL);
    console_hides(c, "new above");
    console_shows(c, "00:00:53 open", " 53 ");
    assert_int_equal(console_close(c), 0);
}

/* Rightly signed, if `by` is the source's secret; NULL: not at all. */
static void refused(int status, const char *by, const char *body)
{
    AUTO_ARENA arena = arena_new();
    AUTO_STR headers;
    struct signature_header list[4];
    str_init(&headers, 2048);
    *house.run->clock += 1000;
    int n = by ? signature_sign(arena, "rbs", by, "msg_1", *house.run->clock / 1000, body, strlen(body), list) : 0;
    for (int i = 0; i < n; i++)
        str_addf(&headers, "%s: %s\r\n", list[i].name, list[i].value);
    assert_int_equal(client_ask(house.in, "POST", "/in/shop", headers.len ? headers.data : "", body, strlen(body)).status, status);
}

static void what_was_refused_says_its_cause_and_enter_says_more(void **state)
{
    (void)state;
    refused(401, NULL, "{}");
    refused(401, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "{}");
    refused(400, secret, "{");
    struct console_run *c = at_ingest("refused 400");
    console_shows(c, "not-json: The body is not", NULL);
    console_shows(c, "signature: mismatch", NULL);
    console_shows(c, "refused 401", "no signature header");
    console_type(c, "R");
    console_shows(c, "rerun: what was refused is not kept", NULL);
    console_type(c, "\r");
    console_shows(c, "Why was this refused?", NULL);
    console_shows(c, "What is refused is not kept", NULL);
    console_type(c, "q");
    console_hides(c, "Why was this refused?");
    console_type(c, "G\r");
    console_shows(c, "looked for: X-Webhook-Signature", NULL);
    assert_int_equal(console_close(c), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_comes_in_above_is_counted_and_who_comes_back_sees_it, start, house_left),
        cmocka_unit_test_setup_teardown(what_was_refused_says_its_cause_and_enter_says_more, start, house_left),
    };
    return cmocka_run_group_tests_name("ingest", tests, NULL, NULL);
}
