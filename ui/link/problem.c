/* problem: see problem.h. */
#include "link/problem.h"
#include "base/str.h"
#include <string.h>

static enum err_code code_of(const char *slug, int status)
{
    for (int i = ERR_USAGE; i < ERR_CODES; i++)
        if (slug && strcmp(err_row(i)->slug, slug) == 0)
            return i;
    for (int i = ERR_USAGE; i < ERR_CODES; i++)
        if (err_row(i)->status == status)
            return i;
    return status >= 500 ? ERR_UNAVAILABLE : ERR_INPUT;
}

bool problem_already(const struct json *result)
{
    const char *type = json_get_string(json_get(result, "error"), "type", ""), *slug = strrchr(type, ':');
    return !json_get_bool(result, "ok", false) && slug && strcmp(slug + 1, err_row(ERR_ALREADY)->slug) == 0;
}

void problem_read(int status, const char *body, size_t n, struct err *err, char hint[256])
{
    AUTO_JSON problem = json_parse(body, n, &json_limits_native, NULL, NULL);
    const char *type = json_get_string(problem, "type", "");
    const char *slug = str_starts(type, "urn:triage:problem:") ? type + strlen("urn:triage:problem:") : NULL;
    enum err_code code = code_of(slug, status);
    const char *detail = json_get_string(problem, "detail", json_get_string(problem, "title", NULL));
    if (detail && *detail)
        err_set(err, code, "%s", detail);
    else
        err_set(err, code, "the daemon answered %d", status);
    str_copy(hint, 256, json_get_string(problem, "hint", err_row(code)->hint));
}
