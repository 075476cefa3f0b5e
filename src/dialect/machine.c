/* machine: RFC 3834 (Auto-Submitted), RFC 3464 (null return path), and the Precedence of mailing lists. */
#include "dialect/machine.h"
#include "base/str.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Header names as mail has them, or as JSON likes to spell them: only letters count. */
static bool same_name(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a && !isalpha((unsigned char)*a))
            a++;
        if (!*a || !*b || tolower((unsigned char)*a) != *b)
            return !*a && !*b;
    }
}

static const char *header(const struct json *message, const char *name)
{
    static const char *const places[] = {"headers", "metadata", NULL};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (const struct json *m = json_first(places[i] ? json_get(message, places[i]) : message); m; m = json_next(m))
            if (json_name(m) && json_string(m) && same_name(json_name(m), name))
                return json_string(m);
    return NULL;
}

static bool is_one_of(const char *value, const char *const *words)
{
    for (; value && *words; words++)
        if (strncasecmp(value, *words, strlen(*words)) == 0)
            return true;
    return false;
}

bool machine_wrote(const struct json *message, const char *author)
{
    static const char *const people[] = {"no", NULL}, *const bulk[] = {"bulk", "junk", "list", "auto_reply", "auto-reply", NULL},
                             *const daemons[] = {"mailer-daemon", "postmaster", NULL};
    const char *submitted = header(message, "autosubmitted"), *path = header(message, "returnpath");
    bool bounced = path && (!*path || strcmp(path, "<>") == 0);
    return (submitted && *submitted && !is_one_of(submitted, people)) || is_one_of(header(message, "precedence"), bulk) || bounced ||
           is_one_of(author, daemons);
}
