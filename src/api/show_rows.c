/* show_rows: a ticket as one row of a list: what is masked of it, how replies to it leave, and how many of its deliveries are dead. What
 * costs a query is asked once for all rows. */
#include "api/show.h"
#include "base/log.h"
#include "wire/row.h"
#include <string.h>

const struct config_source *show_source(const struct config *config, const struct ticket *t)
{
    const struct config_source *found = NULL;
    for (int i = 0; i < config->source_count; i++) {
        const struct config_source *s = &config->sources[i];
        if (!str_eq(s->account ? s->account : s->name, t->account))
            continue;
        if (!found || str_eq(s->dialect, t->dialect))
            found = s;
    }
    return found;
}

static const char *via_word(const struct config_source *source)
{
    return reply_via_word(source ? source->reply_via : REPLY_NONE);
}

/* With what its policy says of it. */
static struct json *paging(const struct show *show, const struct ticket *t)
{
    struct escalation safe = t->escalation;
    const struct config_escalation *policy = config_policy(show->config, safe.policy);
    safe.reason = mask_text(show->arena, &show->mask, NULL, safe.reason);
    struct json *row = row_escalation(&safe);
    json_put_i64(row, "steps", config_policy_steps(show->config, safe.policy));
    json_put_i64(row, "repeat", policy ? policy->repeat : 0);
    return row;
}

struct json *show_row(const struct show *show, const struct ticket *t)
{
    struct json *row = mask_ticket(show->arena, &show->mask, t);
    const struct config_source *source = show_source(show->config, t);
    json_put_string(row, "reply_via", via_word(source));
    if (source && source->reply_via == REPLY_NONE)
        json_put_i64(row, "source_line", source->line);
    if (t->escalation.state != ESCALATION_NONE) {
        json_drop(row, "escalation");
        json_put(row, "escalation", paging(show, t));
    }
    return row;
}

static struct json *brief_row(const struct show *show, const struct ticket *t)
{
    struct json *row = mask_brief(show->arena, &show->mask, t);
    const struct config_source *source = show_source(show->config, t);
    if (source && source->reply_via != REPLY_NONE)
        json_put_string(row, "reply_via", via_word(source));
    else if (source)
        json_put_i64(row, "source_line", source->line);
    return row;
}

static bool is_brief(const struct show *show)
{
    return request_query_i64(show->req, "brief", 0, 0, 1) == 1;
}

struct json *show_paged(const struct show *show, const struct ticket *t)
{
    if (!is_brief(show))
        return show_row(show, t);
    struct json *row = json_object();
    json_put_i64(row, "id", t->id);
    json_put_string(row, "title", mask_text(show->arena, &show->mask, "title", t->title));
    json_put(row, "escalation", paging(show, t));
    return row;
}

const int64_t *show_undelivered(const struct show *show, struct ticket *const *rows, int count)
{
    int64_t *ids = ARENA_ARRAY(show->arena, int64_t, count + 1), *dead = ARENA_ARRAY(show->arena, int64_t, count + 1);
    struct err err = {0};
    for (int i = 0; i < count; i++)
        ids[i] = rows[i]->id;
    if (!store_parcel_undelivered(show->store, show->arena, ids, count, dead, &err))
        log_line(LOG_WARN, "undelivered_not_read", "error=\"%s\"", err.text);
    return dead;
}

struct json *show_rows(const struct show *show, struct ticket *const *rows, int count)
{
    bool brief = is_brief(show);
    struct json *list = json_array();
    const int64_t *dead = show_undelivered(show, rows, count);
    for (int i = 0; i < count; i++) {
        struct json *row = brief ? brief_row(show, rows[i]) : show_row(show, rows[i]);
        if (dead[i])
            json_put_i64(row, "undelivered", dead[i]);
        json_push(list, row);
    }
    return list;
}
