/* address: see address.h. What a stranger says is an address is taken for one only if a browser could not be led elsewhere by it. */
#include "core/address.h"
#include "base/str.h"
#include <string.h>

static bool is_web(const char *url)
{
    bool web = url && (str_starts(url, "https://") || str_starts(url, "http://")) && strlen(url) <= ADDRESS_MOST;
    for (const char *at = url; web && *at; at++)
        web = *at > ' ' && *at < 0x7f;
    return web;
}

static void add_escaped(struct str *out, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++)
        if (strchr(plain, *text))
            str_addc(out, *text);
        else
            str_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
}

const char *address_of(struct arena *arena, const struct config_source *source, const struct ticket *t)
{
    const char *form = source ? source->link : NULL, *hole = form ? strstr(form, "%s") : NULL;
    AUTO_STR out;
    str_init(&out, ADDRESS_MOST + 1);
    if (is_web(t->url))
        return t->url;
    if (!hole || !t->source_id || !*t->source_id)
        return NULL;
    str_add(&out, form, (size_t)(hole - form));
    add_escaped(&out, t->source_id);
    str_adds(&out, hole + 2);
    return out.cut || !is_web(out.data) ? NULL : arena_strdup(arena, out.data);
}
