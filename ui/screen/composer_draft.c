/* composer_draft: what is kept of the composer's text and comes back into it: as it was, beside what was typed meanwhile, or against what another
 * console of the agent keeps there. */
#include "screen/composer.h"
#include "base/str.h"
#include "core/draft.h"
#include <string.h>

struct json *composer_draft(const struct composer *c)
{
    struct json *draft = json_object(), *cited = json_array();
    json_put_string(draft, "text", editor_text(c->editor));
    if (c->thread_version)
        json_put_i64(draft, "version", c->thread_version);
    if (c->shared)
        json_put_bool(draft, "shared", true);
    if (*c->by)
        json_put_string(draft, "by", c->by);
    for (int i = 0; i < c->cited_count; i++) {
        struct json *one = json_object();
        json_put_string(one, "key", c->cited[i].key);
        json_put_string(one, "mark", c->cited[i].mark);
        json_push(cited, one);
    }
    json_put(draft, "cited", cited);
    if (c->attached.count)
        json_put(draft, "attachments", attached_write(&c->attached));
    return draft;
}

void composer_rest(struct composer *c, const struct json *draft)
{
    c->attached.count = 0;
    attached_read(&c->attached, draft_files(draft));
    c->shared = draft_shared(draft);
    str_copy(c->by, sizeof c->by, json_is(draft, JSON_OBJECT) ? json_get_string(draft, "by", "") : "");
    /* The send guard means what was there when the text was begun, not when it was taken up again. */
    c->thread_version = json_is(draft, JSON_OBJECT) ? json_get_i64(draft, "version", c->thread_version) : c->thread_version;
    c->cited_count = 0;
    for (const struct json *one = json_first(json_get(draft, "cited")); one; one = json_next(one))
        composer_cite(c, json_get_string(one, "key", ""), json_get_string(one, "mark", ""));
}

bool composer_resume(struct composer *c, const struct json *draft)
{
    const char *text = draft_text(draft);
    if (!*text && !draft_files(draft))
        return false;
    composer_set(c, text);
    composer_rest(c, draft);
    return true;
}

void composer_forget_rival(struct composer *c)
{
    json_free(c->rival);
    editor_free(c->rival_text);
    c->rival = NULL;
    c->rival_text = NULL;
}

static void meet_rival(struct composer *c, const struct json *draft)
{
    composer_forget_rival(c);
    c->rival = json_copy(draft);
    c->rival_text = editor_new(false, COMPOSER_TEXT);
    editor_set(c->rival_text, draft_text(draft));
    if (c->state == COMPOSER_REVIEW || c->state == COMPOSER_DISCARDING || c->state == COMPOSER_DETACHING)
        c->state = COMPOSER_RIVAL;
}

/* The cursor stays in its words, which are the last. */
static bool take_all(struct composer *c, const struct json *all)
{
    size_t behind = editor_length(c->editor) - editor_cursor(c->editor);
    const char *text = draft_text(all);
    if (!str_eq(text, editor_text(c->editor))) {
        if (!editor_take(c->editor, text, strlen(text)))
            return false;
        editor_move(c->editor, editor_length(c->editor) > behind ? editor_length(c->editor) - behind : 0);
    }
    composer_rest(c, all);
    c->key[0] = 0;
    return true;
}

enum composer_joined composer_join(struct composer *c, const struct json *was, const struct json *draft, bool unasked)
{
    bool both;
    AUTO_JSON own = composer_draft(c);
    AUTO_JSON all = draft_merge(was, draft, own, &both);
    composer_forget_rival(c);
    if ((!both || unasked) && take_all(c, all))
        return both ? COMPOSER_BOTH : COMPOSER_ONE;
    meet_rival(c, draft);
    return COMPOSER_ASKS;
}

bool composer_both(struct composer *c)
{
    bool both;
    AUTO_JSON own = composer_draft(c);
    AUTO_JSON all = draft_merge(NULL, c->rival, own, &both);
    bool took = take_all(c, all);
    if (took)
        composer_forget_rival(c);
    return took;
}
