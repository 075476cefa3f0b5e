/* left: see left.h. */
#include "app/left.h"
#include "app/handoff.h"
#include "app/scissors.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BELOW_MOST = 4096, REST_MOST = 64 << 10 };
static const char rest[] = "draft.json";

void left_name(int64_t ticket, bool reply, char name[LEFT_NAME])
{
    snprintf(name, LEFT_NAME, "%s-%" PRId64 ".txt", draft_word(reply), ticket);
}

bool left_about(const struct spool *s, const struct left *l, struct err *err)
{
    AUTO_ARENA a = arena_new();
    AUTO_JSON all = json_object();
    const struct json *value = json_parse_in(a, l->value, strlen(l->value), &json_limits_dialect, NULL, NULL);
    struct json *draft = json_is(value, JSON_OBJECT) ? json_copy(value) : json_object();
    json_drop(draft, "text");
    json_put_i64(all, "ticket", l->ticket);
    json_put_bool(all, "reply", l->reply);
    json_put_bool(all, "doubt", l->doubt);
    json_put_string(all, "over", l->over);
    json_put_string(all, "hints", l->hints);
    json_put(all, "draft", draft);
    return spool_put(s, rest, (const char *const[]){json_print_in(a, all), "\n"}, 2, err);
}

bool left_put(const struct spool *s, const struct left *l, struct err *err)
{
    AUTO_ARENA a = arena_new();
    char name[LEFT_NAME];
    left_name(l->ticket, l->reply, name);
    struct left is = *l;
    is.hints = arena_printf(a, "# A %s on #%" PRId64 " that no desk took%s. The next triage there takes it up.\n", draft_word(l->reply), l->ticket, l->doubt ? ", or nobody said so" : "");
    const char *text = draft_text(json_parse_in(a, l->value, strlen(l->value), &json_limits_dialect, NULL, NULL));
    return left_about(s, &is, err) && spool_put(s, name, (const char *const[]){text, scissors_below(a, is.hints)}, 2, err);
}

bool left_taken(struct spool *s, const struct left *l)
{
    char name[LEFT_NAME];
    left_name(l->ticket, l->reply, name);
    spool_remove(s, name);
    return spool_drop(s, rest);
}

bool left_disown(struct spool *s)
{
    spool_remove(s, rest);
    spool_leave(s);
    return false;
}

/* Of a command's input, and of nothing, there is nothing to be taken up. What an editor of its own left stays. */
static enum left_is clean(struct spool *s, int64_t ticket)
{
    spool_drop(s, ticket ? NULL : handoff_piped);
    return LEFT_NONE;
}

enum left_is left_get(struct arena *a, struct spool *s, size_t max, struct left *l)
{
    size_t n = 0;
    char name[LEFT_NAME], *about = spool_get(s, rest, REST_MOST, &n);
    const struct json *all = about ? json_parse_in(a, about, n, &json_limits_dialect, NULL, NULL) : NULL;
    free(about);
    *l = (struct left){.ticket = json_get_i64(all, "ticket", 0), .reply = json_get_bool(all, "reply", false), .doubt = json_get_bool(all, "doubt", false),
                       .over = json_get_string(all, "over", ""), .hints = json_get_string(all, "hints", "")};
    if (l->ticket <= 0)
        return clean(s, 0);
    left_name(l->ticket, l->reply, name);
    char *text = spool_get(s, name, max + BELOW_MOST, &n);
    if (!text)
        return clean(s, l->ticket);
    bool stays = n > max + BELOW_MOST || scissors_cut(text, &n, l->hints) != SCISSORS_TEXT || n > max;
    text[n] = 0;
    const struct json *kept = json_get(all, "draft");
    bool blank = !text[strspn(text, " \t\r\n")] && !draft_files(kept);
    struct json *draft = json_is(kept, JSON_OBJECT) ? json_copy(kept) : json_object();
    json_put_string(draft, "text", text);
    l->value = json_print_in(a, draft);
    json_free(draft);
    free(text);
    return stays ? LEFT_STAYS : blank ? clean(s, l->ticket) : LEFT_TEXT;
}
