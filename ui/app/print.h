/* print: the shell verbs' answers for people. Everything from a ticket passes text_safe here (reliability.md
 * T-31). */
#ifndef APP_PRINT_H
#define APP_PRINT_H
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

struct print {
    struct str *out;
    struct arena *arena;
    int64_t now, zone; /* ms */
    int columns;       /* of the terminal, 0 = not one: rows are as long as they are */
    const char *me;    /* shown as "you"; may be "" */
    bool spoken;       /* read aloud (--linear): a row is a sentence, not columns */
};
void print_rows(struct print *p, const struct json *rows, bool heading); /* heading: over the columns, where there are rows */
void print_ticket(struct print *p, const struct json *ticket, const struct json *lines);
void print_revealed(struct print *p, const struct json *text); /* what a reveal's answer carries */
void print_events(struct print *p, const struct json *root);
void print_sources(struct print *p, const struct json *root);
void print_desk(struct print *p, const struct json *root);
void print_labels(struct print *p, const struct json *root);
void print_similar(struct print *p, const struct json *root);
void print_models(struct print *p, const struct json *root);
void print_tree(struct print *p, const struct json *root, int depth); /* any object as "name  value" lines */
void print_safe(struct print *p, const char *text);                   /* one line's worth, made safe */
/* A row of a table: cells, cut and padded to their widths, then whatever comes last, then its end: on a terminal it is fitted to that (app/table). */
void print_cell(struct print *p, const char *text, int width, bool right);
void print_end(struct print *p);
struct print_head { const char *name; int width; bool right; };
void print_heads(struct print *p, const struct print_head *heads, size_t n, const char *last); /* the same of what the columns are called */
void print_named(struct print *p, const char *name, const char *value); /* a line "name  value"; nothing for "" */
#endif
