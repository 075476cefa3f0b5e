/* articles: what the desk knows: the list, and one article to read. */
#ifndef SCREEN_ARTICLES_H
#define SCREEN_ARTICLES_H
#include "screen/lists.h"
#include "widget/pager.h"

extern const struct lists_type articles_list;
/* Fills the pager, between begin and end, with an article of api.md. Its Markdown is text: headings and code are told apart, and
 * nothing in it is acted on. */
void articles_read(const struct look *look, struct pager *pager, const struct json *article);
#endif
