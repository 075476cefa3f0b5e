/* seat: one desk, one console, and words for both. */
#include "harness/seat.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: shop, dialect: rbs, secrets: ['s3cret']}\n"
                             "  - {name: post, dialect: rbs, secrets: ['s3cret'], reply_via: webhook, reply_url: 'http://127.0.0.1:9/x', allow_loopback: true, link: 'https://post.example/t/%s'}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: admin, team: eu}\n"
                             "  - {name: tom, uid: 4242, role: agent, team: eu}\n";
struct seat seat;

void seat_take(const char *view, const char *more)
{
    AUTO_STR text;
    str_init(&text, 1 << 16);
    str_addf(&text, "%s%s", config, more ? more : "");
    crypto_open();
    seat.run = daemon_start_mine(text.data);
    seat.in = client_open(seat.run->ingest);
    seat.desk = client_open(seat.run->desk);
    seat.console = console_open("the", seat.run, view);
}

void seat_leave(void)
{
    console_close(seat.console);
    client_close(seat.in);
    client_close(seat.desk);
    daemon_remove(seat.run);
}

void seat_post(const char *source, const char *id, const char *subject)
{
    shop_post_signed(seat.in, source, "s3cret", *seat.run->clock, id, subject);
}

void seat_bring(const char *source, const char *id, const char *subject)
{
    seat_post(source, id, subject);
    seat_shows(subject);
}

void seat_three(void)
{
    seat_bring("shop", "A-1", "Checkout is down");
    seat_bring("post", "A-2", "Invoice is wrong");
    seat_bring("post", "A-3", "Cannot sign in");
}

int seat_empty(void **state)
{
    (void)state;
    seat_take("all", NULL);
    return 0;
}

int seat_of_three(void **state)
{
    seat_empty(state);
    seat_three();
    return 0;
}

int seat_left(void **state)
{
    (void)state;
    seat_leave();
    return 0;
}

void seat_press(const char *keys)
{
    console_type(seat.console, keys);
}

void seat_shows(const char *text)
{
    console_shows(seat.console, text, NULL);
}

void seat_hides(const char *text)
{
    console_hides(seat.console, text);
}

const char *seat_row(const char *text)
{
    seat_shows(text);
    return console_row(seat.console, console_find(seat.console, text));
}

const char *seat_field(int64_t ticket, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/tickets/%lld", (long long)ticket);
    client_close(seat.desk); /* it may be long since it was asked, and the desk keeps no idle line */
    seat.desk = client_open(seat.run->desk);
    struct answer a = client_get(seat.desk, path);
    return json_get_string(json_get(a.json, "ticket"), name, "");
}

void seat_becomes(int64_t ticket, const char *name, const char *value)
{
    for (int64_t until = clock_mono() + SEAT_SOON; strcmp(seat_field(ticket, name), value) != 0 && clock_mono() < until;)
        console_ended(seat.console, 20);
    assert_string_equal(seat_field(ticket, name), value);
}
