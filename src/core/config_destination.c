/* config_destination: the words of destinations, and questions about them. Pure. */
#include "core/config.h"
#include "base/str.h"
#include "core/retry.h"
#include <stddef.h>
#include <string.h>

const char *const redact_entity_words[] = {"email", "phone", "card", "iban", "ssn", "ip", "secret", NULL};
const char *const redact_mode_words[] = {"", "raw", "mask", "hash", "drop", NULL};
const char *const destination_kind_words[] = {"webhook", "slack", "discord", "telegram", "email", "postgres", "notion", "pagerduty", "model",
                                              "tamio-api", "cstar-api", NULL};
const char *const step_kind_words[] = {"classify", "filter.match", "redact.pii", "dedupe", "throttle", "transform", "enrich.entity", NULL};
_Static_assert(sizeof redact_entity_words / sizeof *redact_entity_words == REDACT_ENTITIES + 1, "a word for each entity");
_Static_assert(sizeof destination_kind_words / sizeof *destination_kind_words == DEST_KINDS + 1, "a word for each kind");
_Static_assert(sizeof step_kind_words / sizeof *step_kind_words == STEP_KINDS + 1, "a word for each step");

const char *reply_via_word(int via)
{
    static const char *const words[] = {[REPLY_NONE] = "none", [REPLY_WEBHOOK] = "webhook", [REPLY_EMAIL] = "email", [REPLY_API] = "api"};
    return words[via];
}

const struct config_destination *config_destination(const struct config *config, const char *name)
{
    for (int i = 0; name && i < config->destination_count; i++)
        if (str_eq(config->destinations[i].name, name))
            return &config->destinations[i];
    return NULL;
}

#define AT(member) offsetof(struct config_destination, member)
static const size_t texts[] = {AT(name), AT(url), AT(token), AT(secrets[0]), AT(secrets[1]), AT(source), AT(channel), AT(host), AT(user),
                               AT(password), AT(from), AT(schema), AT(table), AT(version), AT(model), AT(prompt), AT(link)};

static void own(struct arena *arena, const char **text)
{
    *text = arena_strdup(arena, *text);
}

struct config_destination *config_destination_copy(struct arena *arena, const struct config_destination *from)
{
    if (!from)
        return NULL;
    struct config_destination *to = ARENA_NEW(arena, struct config_destination);
    *to = *from;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        own(arena, (const char **)(void *)((char *)to + texts[i]));
    for (int i = 0; i < to->to_count; i++)
        own(arena, &to->to[i]);
    for (int i = 0; i < to->label_count; i++)
        own(arena, &to->labels[i]);
    for (int i = 0; i < to->column_count; i++) {
        own(arena, &to->columns[i].name);
        own(arena, &to->columns[i].value);
    }
    return to;
}

static int api_kind(const struct config_source *source)
{
    return str_eq(source->dialect, "tamio") ? DEST_TAMIO_API : DEST_CSTAR_API;
}

const struct config_destination *config_reply_destination(struct arena *arena, const struct config *config, const struct config_source *source)
{
    if (!source || source->reply_via == REPLY_NONE)
        return NULL;
    const struct config_destination *mail = source->reply_via == REPLY_EMAIL ? config_destination(config, source->reply_destination) : NULL;
    if (source->reply_via == REPLY_EMAIL && !mail)
        return NULL;
    struct config_destination *to = ARENA_NEW(arena, struct config_destination);
    if (mail) {
        *to = *mail;
        to->to_count = 0; /* the customer's address is in the letter */
    } else {
        *to = (struct config_destination){.kind = source->reply_via == REPLY_API ? api_kind(source) : DEST_WEBHOOK, .url = source->reply_url,
                                          .token = source->reply_token, .format = FORMAT_STANDARD, .allow_loopback = source->allow_loopback,
                                          .line = source->line, .profile = PROFILE_DEFAULT};
        if (source->reply_secret) {
            to->secrets[to->secret_count++] = source->reply_secret;
            to->auth = DEST_AUTH_HMAC;
        }
    }
    memset(&to->redact, 0, sizeof to->redact); /* the customer reads what the agent wrote */
    to->name = arena_printf(arena, "reply:%s", source->name);
    to->disabled = false;
    return to;
}
