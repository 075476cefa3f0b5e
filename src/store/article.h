/* article: the knowledge articles there are, and the words they are found by. */
#ifndef STORE_ARTICLE_H
#define STORE_ARTICLE_H
#include "core/article.h"
#include "store/store.h"

bool store_article_get(struct store *s, struct arena *a, const char *key, struct article *out, bool *found, struct err *err);
bool store_article_put(struct store *s, const struct article *article, struct err *err); /* the same again: nothing happens */
bool store_article_drop(struct store *s, const char *key, struct err *err);
struct article_found { struct article article; const char *excerpt; }; /* body: NULL */
/* Those that have all the words, best first; no words: all, by title. The last word may be the beginning of one. */
bool store_article_list(struct store *s, struct arena *a, const char *words, int max, struct article_found **list, int *count, struct err *err);
bool store_article_files(struct store *s, struct arena *a, int max, const char **keys, int *count, struct err *err); /* keys that begin with file: */
bool store_article_check(struct store *s, struct err *err); /* does the index say what the table says? else err */
#endif
