/* audit_head: the chain's newest link reaches whoever is to keep it, whole, by every kind of destination that has a form for what
 * is about no ticket; the others say that they have none. */
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
    "  - {name: slack, kind: slack, url: 'https://hooks.slack.com/services/T0/B0/x'}\n"
    "  - {name: discord, kind: discord, url: 'https://discord.com/api/webhooks/1/x'}\n"
    "  - {name: telegram, kind: telegram, token: '1:x', channel: '@c'}\n"
    "  - {name: email, kind: email, host: mail.example, from: a@desk.example, to: [b@desk.example]}\n"
    "  - {name: postgres, kind: postgres, url: 'postgresql://t@db.example/s', table: events}\n"
    "  - {name: notion, kind: notion, token: ntn_1, channel: 0123456789abcdef0123456789abcdef}\n"
    "  - {name: cstar, kind: webhook, url: 'https://a.example/h', secrets: [s], format: cstar}\n"
    "  - {name: rbs, kind: webhook, url: 'https://a.example/h', secrets: [s], format: rbs}\n"
    "  - {name: tamio, kind: webhook, url: 'https://a.example/h', secrets: [s], format: tamio}\n";
enum { TELL = 10 }; /* the first so many can */
static const char hash[] = "f7adeefcddee847acd46a2732bddfa380672e3016ac3385107ba79c9dd1e1cdf";

static bool holds(const struct delivery *d, const char *text)
{
    bool found = d->body && memmem(d->body, d->body_n, text, strlen(text));
    for (int i = 0; i < d->param_count; i++)
        found |= d->params[i] && strstr(d->params[i], text);
    return found;
}

/* The courier hides what the destination's row says, so this goes the same way. */
static const struct letter *as_it_leaves(struct arena *arena, const struct config_destination *to)
{
    static const struct record record = {"audit", "head", "{\"seq\":10,\"hash\":\"f7adeefcddee847acd46a2732bddfa380672e3016ac3385107ba79c9dd1e1cdf\","
                                         "\"body\":\"triage audit verify --against 10:f7adeefcddee847acd46a2732bddfa380672e3016ac3385107ba79c9dd1e1cdf\",\"to\":\"x\"}"};
    static const struct letter letter = {.of = LETTER_DESK, .id = "evt_831d0v8nph6z", .type = "triage.audit_head", .at = 1795751634770, .team = "support",
                                         .hops = 1, .record = &record};
    struct letter_redaction how = {.to = to->redact, .salt = "salt"};
    for (int entity = 0; entity < REDACT_ENTITIES; entity++)
        how.to.mode[entity] = REDACT_MASK; /* as strict as a row can be: a link holds nothing to hide */
    return letter_redact(arena, &letter, &how);
}

static void every_form_for_people_or_machines_carries_the_whole_link(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    const struct config *config = config_parse(arena, "t.yaml", yaml, sizeof yaml - 1, NULL, 0, &err);
    if (!config)
        fail_msg("%s", err.text);
    for (int i = 0; i < config->destination_count; i++) {
        const struct config_destination *to = &config->destinations[i];
        const struct letter *letter = as_it_leaves(arena, to);
        enum err_code refused = letter_refused(arena, to, letter);
        if (refused != (i < TELL ? ERR_NONE : ERR_NOT_FOUND))
            fail_msg("%s: %d", to->name, refused);
        if (i >= TELL)
            continue;
        struct delivery d = letter_composed(arena, to, letter, NULL);
        if (!holds(&d, hash))
            fail_msg("%s does not carry the link: %.*s", to->name, (int)d.body_n, (const char *)d.body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_form_for_people_or_machines_carries_the_whole_link)};
    struct err err;
    return crypto_open() && redact_open(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
