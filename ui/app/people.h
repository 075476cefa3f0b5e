/* people: the verbs about customers and about what answers are made of: articles, macros. */
#ifndef APP_PEOPLE_H
#define APP_PEOPLE_H
#include "app/shell.h"

int people_customer(struct shell *sh);
int people_customers(struct shell *sh);
int people_articles(struct shell *sh);
int people_article(struct shell *sh);
int people_macros(struct shell *sh);
#endif
