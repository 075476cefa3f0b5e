/* reveal: what is hidden in a ticket, shown to whoever says why. Nothing changes but the journal: who looked, and the reason. What
 * was hidden goes into that one answer and nowhere else. */
#include "engine/change.h"

static struct json *whole_text(const struct ticket *t, const struct message *list, int count)
{
    struct json *text = json_object(), *messages = json_array();
    json_put_string(text, "title", t->title);
    json_put_string(text, "customer_name", t->customer_name);
    json_put_string(text, "customer_email", t->customer_email);
    json_put_string(text, "customer_phone", t->customer_phone);
    for (int i = 0; i < count; i++) {
        struct json *message = json_object();
        json_put_i64(message, "row", list[i].row);
        json_put_string(message, "body", list[i].body);
        json_push(messages, message);
    }
    json_put(text, "messages", messages);
    return text;
}

bool reveal_do(struct engine *e, struct arena *arena, const struct action *action, int64_t ticket, int64_t now, struct change *c, struct json **text,
               struct err *err)
{
    struct observation obs;
    struct message *messages;
    int count;
    if (!(c->before = c->after = store_ticket_shown(e->store, arena, ticket, err)) ||
        !act_observe(arena, c->before, action, change_source(e, c->before), e->config, now, &obs, err) ||
        !store_message_list(e->store, arena, ticket, &messages, &count, err))
        return false;
    AUTO_JSON data = json_object();
    json_put_string(data, "field", "text");
    json_put_string(data, "reason", action->arg);
    struct entry entry = {.at = now, .actor = action->actor, .kind = "reveal", .ticket = ticket, .data = json_print_in(arena, data)};
    if (!change_entry(e, &entry, NULL, err))
        return false;
    c->seq = entry.seq;
    if (text)
        *text = whole_text(c->before, messages, count);
    return true;
}
