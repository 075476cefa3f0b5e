/* article: reading articles from where they come from, and what follows when one helped. */
#include "core/article.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include "core/consequence.h"
#include <string.h>

/* --- files --- */

static bool name_fits(const char *name, size_t n)
{
    return n > 3 && n < ARTICLE_KEY - 8 && *name != '.' && strcmp(name + n - 3, ".md") == 0 && text_valid(name, n) && !strpbrk(name, "/\x1f \t\r\n");
}

/* The first line that is a heading; what stands before it is not part of the article. */
static const char *heading(const char *text)
{
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (*line == '#' && line[strspn(line, "#")] == ' ')
            return line;
    return NULL;
}

bool article_file(struct arena *arena, const char *name, const char *text, size_t n, struct article *out, struct err *err)
{
    size_t length = strlen(name);
    if (!name_fits(name, length))
        return err_set(err, ERR_CONFIG, "articles: \"%.80s\" is no name of an article: letters without blanks, ending in .md", name);
    if (n > ARTICLE_BODY || !text_valid(text, n) || memchr(text, 0, n))
        return err_set(err, ERR_CONFIG, "articles: %.80s is not UTF-8 of at most %d KiB", name, ARTICLE_BODY >> 10);
    const char *head = heading(text), *title = head ? head + strspn(head, "# ") : NULL, *end = title ? title + strcspn(title, "\r\n") : NULL;
    *out = (struct article){.key = arena_printf(arena, "file:%.*s", (int)length - 3, name), .slug = arena_strndup(arena, name, length - 3), .status = "published"};
    out->title = title && end > title ? text_safe_in(arena, arena_strndup(arena, title, (size_t)(end - title)), TEXT_LINE) :
                                        arena_strndup(arena, name, length - 3);
    const char *body = end ? end + strspn(end, "\r\n") : text;
    out->body = arena_strdup(arena, body);
    return true;
}

bool config_articles(struct config *config, struct arena *arena, article_list *list, struct err *err)
{
    struct file_text *files;
    int n;
    const char *dir = config->article_dir, *slash = dir && *dir != '/' ? strrchr(config->file, '/') : NULL;
    if (config->article_link && (!strstr(config->article_link, "%s") || strncmp(config->article_link, "http", 4) != 0))
        return err_set(err, ERR_CONFIG, "%s: article_link: an address with %%s where the article's name goes", config->file);
    if (!dir)
        return true;
    if (slash)
        dir = arena_printf(arena, "%.*s/%s", (int)(slash - config->file), config->file, dir);
    if (!list(arena, dir, ".md", ARTICLES, ARTICLE_BODY, &files, &n, err))
        return err_in(err, "%s: articles", config->file);
    struct article *all = ARENA_ARRAY(arena, struct article, n + 1);
    for (int i = 0; i < n; i++)
        if (!article_file(arena, files[i].name, files[i].text, files[i].n, &all[i], err))
            return false;
    config->articles = all;
    config->article_count = n;
    return true;
}

/* --- records --- */

bool article_record(struct arena *arena, const char *key, const char *data, struct article *out)
{
    const struct json *j = json_parse_in(arena, data, strlen(data), &json_limits_dialect, NULL, NULL);
    const char *title = json_get_string(j, "title", NULL), *content = json_get_string(j, "content", NULL);
    if (!title || !*title || json_get_bool(j, "deleted", false))
        return false;
    *out = (struct article){.key = key, .title = title, .category = json_get_string(j, "category", NULL),
                            .url = json_get_string(j, "url", NULL), .slug = json_get_string(j, "slug", NULL), .status = json_get_string(j, "status", "draft"),
                            .updated_at = json_get_i64(j, "updated_at", json_get_i64(j, "created_at", 0))};
    out->body = content ? content : json_get_string(j, "excerpt", "");
    if (strlen(out->body) > ARTICLE_BODY) {
        char *cut = arena_alloc(arena, ARTICLE_BODY);
        str_copy(cut, ARTICLE_BODY, out->body);
        out->body = cut;
    }
    out->tags = json_get(j, "tags") ? json_print_in(arena, json_get(j, "tags")) : NULL;
    return true;
}

/* A slug is letters of an address or it is none: it goes to customers as it is. */
static bool slug_fits(const char *slug)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    return slug && *slug && strspn(slug, letters) == strlen(slug);
}

const char *article_url(struct arena *arena, const struct article *article, const char *link)
{
    const char *place = link ? strstr(link, "%s") : NULL;
    if (article->url && *article->url)
        return article->url;
    return place && slug_fits(article->slug) ? arena_printf(arena, "%.*s%s%s", (int)(place - link), link, article->slug, place + 2) : NULL;
}

/* --- on tickets --- */

int article_keys(struct arena *arena, const char *articles, const char *keys[ARTICLES_OF_TICKET])
{
    const struct json *list = articles ? json_parse_in(arena, articles, strlen(articles), &json_limits_native, NULL, NULL) : NULL;
    int n = 0;
    for (const struct json *key = json_first(list); key && n < ARTICLES_OF_TICKET; key = json_next(key))
        if (json_string(key))
            keys[n++] = json_string(key);
    return n;
}

char *article_add(struct arena *arena, const char *articles, const char *key)
{
    const char *keys[ARTICLES_OF_TICKET];
    int n = article_keys(arena, articles, keys);
    AUTO_JSON list = json_array();
    for (int i = 0; i < n; i++) {
        if (str_eq(keys[i], key))
            return arena_strdup(arena, articles);
        json_push(list, json_new_string(keys[i]));
    }
    if (!*key || strlen(key) >= ARTICLE_KEY || n == ARTICLES_OF_TICKET)
        return NULL;
    json_push(list, json_new_string(key));
    return json_print_in(arena, list);
}

static void helped(struct follow *f, const char *key)
{
    const struct ticket *t = f->out->after;
    const char *agent = t->assignee ? t->assignee : f->facts->actor;
    struct record_draft *record = follow_push(f->arena, &f->out->records, &f->out->record_count, sizeof *record);
    const char *data = arena_printf(f->arena, "{\"article\":%s,\"ticket\":%lld,\"agent\":%s,\"at\":%lld}", follow_text(f, key), (long long)t->id,
                                    follow_text(f, agent), (long long)f->now);
    *record = (struct record_draft){.kind = "article_used", .key = arena_printf(f->arena, "%lld\x1f%s", (long long)t->id, key), .data = data};
    follow_entry(f, "article_used", "%s", data);
}

void article_follow(struct follow *f)
{
    const struct ticket *t = f->out->after;
    const char *keys[ARTICLES_OF_TICKET];
    if (!f->before || !t->articles || ticket_done(f->before->status) || !ticket_done(t->status) || t->disposition)
        return;
    int n = article_keys(f->arena, t->articles, keys);
    for (int i = 0; i < n; i++)
        helped(f, keys[i]);
}
