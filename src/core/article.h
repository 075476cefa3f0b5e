/* article: what the desk knows, written down: from a source's knowledge base (records of kind article) or from files
 * beside the configuration, one Markdown file each. Pure. */
#ifndef CORE_ARTICLE_H
#define CORE_ARTICLE_H
#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>
#include <stddef.h>
#include <stdbool.h>

enum { ARTICLES = 2000, ARTICLE_BODY = 64 << 10, ARTICLE_KEY = 128, ARTICLES_OF_TICKET = 16 };
struct article {
    const char *key;    /* "file:reset-password", "cstar:a1" */
    const char *title, *body, *category, *tags, *url, *slug; /* tags: JSON array; url: where customers read it; slug: its name in
                                                                   addresses; NULL = not said */
    const char *status; /* draft published archived */
    int64_t updated_at;
};
/* A file of the directory: its name without ".md" is the key, the first heading the title (else the name), what follows the
 * body. false: its name or size does not fit (INPUT). */
bool article_file(struct arena *arena, const char *name, const char *text, size_t n, struct article *out, struct err *err);
/* Reads the directory that the configuration names (beside its file) into it: whoever loads a file does it next, with file_list
 * (which reads files, and so is not called from here). Without `articles:` nothing happens. false + err (CONFIG). */
struct config;
struct file_text;
typedef bool article_list(struct arena *, const char *dir, const char *suffix, int most, size_t max, struct file_text **, int *count, struct err *);
bool config_articles(struct config *config, struct arena *arena, article_list *list, struct err *err);
/* A record's data (api.md); false: it has no title, or it was deleted: there is nothing to read. */
bool article_record(struct arena *arena, const char *key, const char *data, struct article *out);
/* Where customers read it: as it says, else the configuration's link ("https://help.example/%s") with its slug; NULL: nobody knows. */
const char *article_url(struct arena *arena, const struct article *article, const char *link);
/* The keys in a ticket's `articles`, at most ARTICLES_OF_TICKET; gives their number. */
int article_keys(struct arena *arena, const char *articles, const char *keys[ARTICLES_OF_TICKET]);
/* The same set with one more; NULL: no room, or no key. */
char *article_add(struct arena *arena, const char *articles, const char *key);
/* The consequence of done: a sent reply brought an article and the ticket is resolved, so it helped. An entry and a record
 * article_used for each article, once a ticket. */
struct follow;
void article_follow(struct follow *f);
#endif
