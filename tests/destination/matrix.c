/* matrix: every kind of destination x every kind of secret x raw, mask, hash, drop: what the courier would send is composed as the
 * courier composes it, and the whole request is searched for what was to be hidden. */
#include "../support/letter.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/redact.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char yaml[] =
    "destinations:\n"
    "  - {name: ingestlayer, kind: webhook, url: 'https://a.example/h', secrets: [s]}\n"
    "  - {name: standard, kind: webhook, url: 'https://a.example/h', secrets: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw], format: standard}\n"
    "  - {name: cloudevents, kind: webhook, url: 'https://a.example/h', format: cloudevents}\n"
    "  - {name: binary, kind: webhook, url: 'https://a.example/h', format: cloudevents-binary}\n"
    "  - {name: cstar, kind: webhook, url: 'https://a.example/h', secrets: [s], format: cstar, flat: true}\n"
    "  - {name: rbs, kind: webhook, url: 'https://a.example/h', secrets: [s], format: rbs}\n"
    "  - {name: tamio, kind: webhook, url: 'https://a.example/h', secrets: [s], format: tamio}\n"
    "  - {name: slack, kind: slack, url: 'https://hooks.slack.com/services/T0/B0/x'}\n"
    "  - {name: slack-api, kind: slack, token: xoxb-1, channel: C1}\n"
    "  - {name: discord, kind: discord, url: 'https://discord.com/api/webhooks/1/x'}\n"
    "  - {name: telegram, kind: telegram, token: '1:x', channel: '@c'}\n"
    "  - {name: email, kind: email, host: mail.example, from: a@desk.example, to: [b@desk.example]}\n"
    "  - {name: postgres, kind: postgres, url: 'postgresql://t@db.example/s', table: events}\n"
    "  - {name: notion, kind: notion, token: ntn_1, channel: 0123456789abcdef0123456789abcdef}\n"
    "  - {name: pagerduty, kind: pagerduty, token: 0123456789abcdef0123456789abcdef}\n";

/* What must not be found once it is hidden, by entity: found by pattern, context and checksum, so each is a good one. */
static const struct { const char *text, *secret; } samples[REDACT_ENTITIES] = {
    [REDACT_EMAIL] = {"write to ada@acme.example please", "ada@acme.example"},
    [REDACT_PHONE] = {"call me at +1 212 555 0143 today", "212 555 0143"},
    [REDACT_CARD] = {"my card 4111 1111 1111 1111 fails", "4111 1111 1111 1111"},
    [REDACT_IBAN] = {"refund to DE89 3704 0044 0532 0130 00 now", "3704 0044 0532"},
    [REDACT_SSN] = {"my ssn is 536 22 1234 ok", "536 22 1234"},
    [REDACT_IP] = {"it comes from 203.0.113.77 again", "203.0.113.77"},
    [REDACT_SECRET] = {"the key sk_live_4eC39HqLyjWDarjtT1zdp7dc leaked", "4eC39HqLyjWDarjtT1zdp7dc"},
};

/* The whole of a request as one text, without what forms put between its characters (escapes, soft line ends). */
static const char *whole(struct arena *arena, const struct delivery *d)
{
    AUTO_STR s;
    str_init(&s, 1 << 20);
    str_addf(&s, "%s\n", d->url ? d->url : "");
    for (int i = 0; i < d->header_count; i++)
        str_addf(&s, "%s: %s\n", d->headers[i].name, d->headers[i].value);
    for (int i = 0; i < d->param_count; i++)
        str_addf(&s, "%s\n", d->params[i] ? d->params[i] : "");
    if (d->body)
        str_add(&s, d->body, d->body_n);
    char *out = arena_strdup(arena, s.data), *to = out;
    for (const char *at = out; *at;) {
        if (*at == '\\')
            at++;
        else if (strncmp(at, "=\r\n", 3) == 0)
            at += 3;
        else
            *to++ = *at++;
    }
    *to = 0;
    return out;
}

static const struct letter *saying(struct arena *arena, const char *text)
{
    struct letter *l = ARENA_NEW(arena, struct letter);
    struct ticket *t = ARENA_NEW(arena, struct ticket);
    struct message *m = ARENA_NEW(arena, struct message);
    struct json *payload;
    *l = *letter_raw(arena);
    *t = *l->ticket;
    *m = *l->message;
    t->title = text;
    m->body = text;
    payload = json_parse_in(arena, "{\"ticket_id\":\"T-7\"}", 19, &json_limits_native, NULL, NULL);
    json_put_string(payload, "subject", text);
    json_put_string(payload, "body", text);
    l->ticket = t;
    l->message = m;
    l->payload = payload;
    return l;
}

static const char *sent(struct arena *arena, const struct config_destination *row, int entity, int mode)
{
    struct config_destination to = *row;
    struct letter_redaction how = {.salt = "salt"};
    to.redact.mode[entity] = mode;
    how.to = to.redact;
    struct delivery d = letter_composed(arena, &to, letter_redact(arena, saying(arena, samples[entity].text), &how), NULL);
    return whole(arena, &d);
}

static void check_cell(const struct config_destination *row, int entity, int mode)
{
    AUTO_ARENA arena = arena_new();
    const char *text = sent(arena, row, entity, mode), *word = redact_entity_words[entity];
    bool secret = strstr(text, samples[entity].secret) != NULL, mark = strstr(text, arena_printf(arena, "[%s]", word)) != NULL,
         hash = strstr(text, arena_printf(arena, "[%s:", word)) != NULL;
    bool want_secret = mode == REDACT_RAW, want_mark = mode == REDACT_MASK, want_hash = mode == REDACT_HASH;
    if (secret != want_secret || mark != want_mark || hash != want_hash)
        fail_msg("%s, %s %s: what leaves is\n%s", row->name, word, redact_mode_words[mode], text);
}

static void every_destination_hides_each_secret_as_its_row_says(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    const struct config *config = config_parse(arena, "matrix.yaml", yaml, sizeof yaml - 1, NULL, 0, &err);
    int cells = 0;
    if (!config)
        fail_msg("%s", err.text);
    for (int i = 0; i < config->destination_count; i++)
        for (int entity = 0; entity < REDACT_ENTITIES; entity++)
            for (int mode = REDACT_RAW; mode <= REDACT_DROP; mode++, cells++)
                check_cell(&config->destinations[i], entity, mode);
    assert_int_equal(cells, 15 * 7 * 4);
    print_message("# matrix: %d destinations x %d kinds of secret x raw, mask, hash, drop = %d requests, each searched\n", config->destination_count,
                  REDACT_ENTITIES, cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_destination_hides_each_secret_as_its_row_says)};
    struct err err;
    return crypto_open() && redact_open(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
