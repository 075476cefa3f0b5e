/* cstar_record: what cStar says beside tickets: customers and articles. */
#include "dialect/cstar.h"
#include <string.h>

bool cstar_customer(struct cstar *c)
{
    static const struct cstar_member members[] = {
        {"id", "source_id", CSTAR_TEXT}, {"name", "name", CSTAR_TEXT}, {"phone", "phone", CSTAR_TEXT}, {"status", "status", CSTAR_TEXT},
        {"tags", "tags", CSTAR_TAGS}, {"notes", "notes", CSTAR_TEXT}, {"customFields", "custom", CSTAR_JSON},
        {"ticketCount", "ticket_count", CSTAR_INT}, {"createdAt", "created_at", CSTAR_TIME}, {"updatedAt", "updated_at", CSTAR_TIME}, {NULL, NULL, CSTAR_TEXT}};
    static const struct decode_word feelings[] = {{"happy", 0}, {"positive", 0}, {"angry", 1}, {"negative", 1},
                                                  {"neutral", 2}, {"frustrated", 3}, {NULL, 0}};
    static const char *const names[] = {"positive", "negative", "neutral", "frustrated"};
    struct decode *d = &c->d;
    const struct json *customer = cstar_object(c->data, "customer");
    const char *key = cstar_key(c, cstar_pick(customer, "id"), "customer.id");
    if (!key)
        return decode_fatal(d, "customer id missing");
    cstar_check(c, customer);
    struct json *data = cstar_data(c, customer, members);
    const char *email = decode_text(d, cstar_value(c, customer, "email", NULL), "email");
    const char *address = decode_email(d, email), *feeling = decode_text(d, cstar_value(c, customer, "sentiment", NULL), "sentiment");
    if (email && *email)
        json_put_string(data, address ? "email" : "email_raw", email);
    int found = decode_blank(feeling) ? -1 : decode_word_value(d, feeling, feelings);
    if (found >= 0)
        json_put_string(data, "sentiment", names[found]);
    else if (!decode_blank(feeling))
        decode_warn(d, "enum", "sentiment", false);
    json_put_bool(data, "active", strcmp(c->row->type, "customer.deleted") != 0);
    decode_record(d, "customer", key, data);
    decode_extra(d, "customer", "%s", key);
    return true;
}

bool cstar_article(struct cstar *c)
{
    static const struct cstar_member members[] = {
        {"title", "title", CSTAR_TEXT}, {"slug", "slug", CSTAR_TEXT}, {"excerpt", "excerpt", CSTAR_TEXT}, {"content", "content", CSTAR_TEXT},
        {"category", "category", CSTAR_TEXT}, {"isPublic", "public", CSTAR_BOOL}, {"tags", "tags", CSTAR_TAGS},
        {"viewCount", "views", CSTAR_INT}, {"useCount", "uses", CSTAR_INT}, {"publishedAt", "published_at", CSTAR_TIME},
        {"createdAt", "created_at", CSTAR_TIME}, {"updatedAt", "updated_at", CSTAR_TIME}, {NULL, NULL, CSTAR_TEXT}};
    static const struct decode_word words[] = {{"draft", 0}, {"published", 1}, {"archived", 2}, {NULL, 0}};
    struct decode *d = &c->d;
    const struct json *article = cstar_object(c->data, "article");
    const char *key = cstar_key(c, cstar_pick(article, "id"), "article.id");
    if (!key)
        return decode_fatal(d, "article id missing");
    cstar_check(c, article);
    struct json *data = cstar_data(c, article, members);
    bool published = strcmp(c->row->type, "article.published") == 0;
    char *said = decode_text(d, cstar_value(c, article, "status", NULL), "status");
    int status = decode_blank(said) ? -1 : decode_word_value(d, said, words);
    if (!decode_blank(said) && status < 0)
        decode_warn(d, "enum", "status", false);
    if (published && !decode_blank(said) && status != 1)
        decode_warn(d, "conflict", "status", true);
    status = published ? 1 : status;
    decode_extra(d, "article", "%s", key);
    if (status >= 0) {
        json_put_string(data, "status", words[status].word);
        decode_extra(d, "article_status", "%s", words[status].word);
    }
    if (strcmp(c->row->type, "article.deleted") == 0)
        json_put_bool(data, "deleted", true);
    decode_record(d, "article", key, data);
    return true;
}
