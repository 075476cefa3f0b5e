/* article: the articles there are follow two voices: a source's records, as its events come, and the files of the
 * configuration, whenever one comes into force. */
#include "engine/change.h"
#include "base/str.h"
#include "store/article.h"
#include <stdio.h>
#include <string.h>

bool article_take(struct engine *e, struct arena *arena, const char *key, struct err *err)
{
    char *data = NULL;
    struct article article;
    if (!store_record_get(e->store, arena, "article", key, &data, err))
        return false;
    return data && article_record(arena, key, data, &article) ? store_article_put(e->store, &article, err) : store_article_drop(e->store, key, err);
}

static bool is_configured(const struct config *config, const char *key)
{
    for (int i = 0; i < config->article_count; i++)
        if (str_eq(config->articles[i].key, key))
            return true;
    return false;
}

bool article_files(struct engine *e, struct arena *arena, struct err *err)
{
    const char **keys = ARENA_ARRAY(arena, const char *, ARTICLES);
    int n;
    if (!store_article_files(e->store, arena, ARTICLES, keys, &n, err))
        return false;
    for (int i = 0; i < n; i++)
        if (!is_configured(e->config, keys[i]) && !store_article_drop(e->store, keys[i], err))
            return false;
    for (int i = 0; i < e->config->article_count; i++)
        if (!store_article_put(e->store, &e->config->articles[i], err))
            return false;
    return true;
}

/* Is a text the article's own: its address, its title, or its first words stand in the reply? */
static bool brings(const char *reply, const struct article *a, const char *url)
{
    size_t blank = strspn(a->body, " \t\r\n#"), n = strcspn(a->body + blank, "\r\n");
    char first[120];
    snprintf(first, sizeof first, "%.*s", (int)(n < sizeof first ? n : sizeof first - 1), a->body + blank);
    return (url && strstr(reply, url)) || strstr(reply, a->title) || (*first && strstr(reply, first));
}

bool article_cited(struct engine *e, struct arena *arena, const char *articles, const char *reply, struct err *err)
{
    const char *keys[ARTICLES_OF_TICKET];
    int n = article_keys(arena, articles, keys);
    for (int i = 0; i < n; i++) {
        struct article article;
        bool found;
        if (!store_article_get(e->store, arena, keys[i], &article, &found, err))
            return false;
        if (!found)
            return err_set(err, ERR_NOT_FOUND, "articles: there is no %.80s; `triage articles` or gk lists them", keys[i]);
        if (!brings(reply, &article, article_url(arena, &article, e->config->article_link)))
            return err_set(err, ERR_INPUT, "articles: the text brings nothing of %.80s", keys[i]);
    }
    return true;
}
