/* redact: what is found in text and hidden. */
#include "core/redact.h"

const struct config_redact redact_all = {{REDACT_MASK, REDACT_MASK, REDACT_MASK, REDACT_MASK, REDACT_MASK, REDACT_MASK, REDACT_MASK}};

const char *redact_text(struct arena *arena, const char *text, const struct config_redact *how, const char *salt)
{
    (void)arena, (void)how, (void)salt;
    return text;
}
