/* attach: files an agent gives to what they write. The bytes lie with the daemon before any of this runs (worker/shelf); here it is written down
 * who put what there, and, when a text is sent, that each file it names is one we have, under a name that is fit to leave and within what
 * the way it leaves by can carry: what is not is refused now, and not lost later. */
#include "engine/change.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/attachment.h"
#include <string.h>

static bool read_back(struct engine *e, struct arena *arena, const struct filing *f, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "field", "attachment");
    json_put_i64(data, "n", f->n);
    json_put_string(data, "name", f->name);
    struct entry entry = {.at = now, .actor = f->agent, .kind = "reveal", .ticket = f->ticket, .data = json_print_in(arena, data)};
    return change_entry(e, &entry, NULL, err);
}

bool engine_file(struct engine *e, struct arena *arena, const struct filing *f, int64_t now, struct err *err)
{
    if (f->ticket)
        return read_back(e, arena, f, now, err);
    return store_file_put(e->store, f->sha256, f->size, now, err) && store_upload_put(e->store, f->sha256, f->agent, now, err);
}

/* What the way a message leaves by can carry. One that carries none names them, and that has room. */
static int64_t room(const struct config *config, const struct config_source *source, bool reply)
{
    bool webhook = reply && source && source->reply_via == REPLY_WEBHOOK;
    int64_t most = config->attachments.message;
    return webhook && config->attachments.webhook < most ? config->attachments.webhook : most;
}

/* A dry run brings no bytes: a file that is not here yet says how large it is. */
static bool take_size(struct engine *e, struct arena *arena, const struct json *item, struct attachment *to, struct err *err)
{
    int64_t size = json_get_i64(item, "size", -1), most = e->config->attachments.file;
    const char *said = json_get_string(item, "name", NULL);
    if (!said || !*said || size < 0)
        return err_set(err, ERR_USAGE, "attachments: in a dry run each has a \"name\", and the \"sha256\" that POST /v1/files gave or its \"size\"");
    *to = (struct attachment){.name = attachment_name(arena, said), .size = size};
    return size <= most || err_set(err, ERR_TOO_LARGE, "%s: %s, and one file has %s at most", to->name, attachment_size(arena, size), attachment_size(arena, most));
}

static bool take(struct engine *e, struct arena *arena, const struct json *item, struct attachment *to, struct err *err)
{
    const char *said = json_get_string(item, "name", NULL), *hex = json_get_string(item, "sha256", "");
    uint8_t sha256[32];
    bool found = false;
    if (!said || !*said || !crypto_unhex(hex, sizeof sha256, sha256))
        return err_set(err, ERR_USAGE, "attachments: each is an object with the \"name\" and the \"sha256\" that POST /v1/files gave");
    *to = (struct attachment){.name = attachment_name(arena, said)};
    if (!store_file_get(e->store, sha256, &to->size, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_INPUT, "%s is not here any more: attach it again", to->name);
    char *lower = arena_alloc(arena, 65);
    crypto_hex(sha256, sizeof sha256, lower);
    to->sha256 = lower;
    to->type = attachment_type(to->name);
    return true;
}

bool attach_check(struct engine *e, struct arena *arena, struct action *action, const struct config_source *source, bool dry, struct err *err)
{
    const struct json *list = action->attachments ? json_parse_in(arena, action->attachments, strlen(action->attachments), &json_limits_native, NULL, err) : NULL;
    struct attachment all[ATTACHMENTS_SENT];
    int64_t sum = 0, most = room(e->config, source, action->id == ACTION_REPLY);
    int n = 0; /* those that are here */
    if (!list)
        return !action->attachments;
    if (json_count(list) > ATTACHMENTS_SENT)
        return err_set(err, ERR_INPUT, "attachments: at most %d with one message", ATTACHMENTS_SENT);
    for (const struct json *item = json_first(list); item; item = json_next(item)) {
        bool here = !dry || json_get(item, "sha256");
        if (!(here ? take : take_size)(e, arena, item, &all[n], err))
            return false;
        sum += all[n].size;
        n += here;
    }
    if (sum > most)
        return err_set(err, ERR_TOO_LARGE, "attachments: %s together, and %s at most leave %s", attachment_size(arena, sum), attachment_size(arena, most),
                       most < e->config->attachments.message ? "by this source's webhook" : "with one message");
    action->attachments = attachment_write(arena, all, n);
    return true;
}
