/* composer: a small machine of six states, each with its own keys. What is seen of it: composer_draw.c. */
#include "screen/composer.h"
#include "base/text.h"
#include "core/draft.h"
#include "core/field.h"
#include "core/fill.h"
#include <stdio.h>
#include <string.h>

/* A draft is kept as JSON, in which a line's end takes two bytes: that has to fit through the daemon's door. */
enum { TEXT_MAX = COMPOSER_TEXT };

void composer_open(struct composer *c, int64_t ticket, int64_t thread_version, bool reply, const char *draft)
{
    composer_fini(c);
    *c = (struct composer){.ticket = ticket,
                           .thread_version = thread_version,
                           .reply = reply,
                           .editor = editor_new(false, TEXT_MAX)};
    if (!reply)
        editor_unfilled(c->editor);
    editor_set(c->editor, draft ? draft : "");
    ticket_open(&c->thread, ticket);
}

void composer_fini(struct composer *c)
{
    editor_free(c->editor);
    ticket_fini(&c->thread);
    early_free(c->early);
    composer_forget_rival(c);
    *c = (struct composer){0};
}

bool composer_is_open(const struct composer *c)
{
    return c->editor != NULL;
}

void composer_note(struct composer *c)
{
    c->reply = false;
    c->state = COMPOSER_WRITING;
    editor_unfilled(c->editor);
}

void composer_set(struct composer *c, const char *text)
{
    editor_set(c->editor, text);
}

void composer_add(struct composer *c, const char *text)
{
    size_t end = editor_length(c->editor);
    if (end && editor_replace(c->editor, end, end, "\n\n"))
        end = editor_length(c->editor);
    editor_replace(c->editor, end, end, text);
    editor_move(c->editor, editor_length(c->editor));
}

/* --- what is put in --- */

bool composer_asks(const struct composer *c)
{
    size_t at = editor_cursor(c->editor), n = strlen(c->asked);
    return n && at == c->asked_at && at >= n && strncmp(editor_text(c->editor) + at - n, c->asked, n) == 0;
}

void composer_insert(struct composer *c, const char *text)
{
    AUTO_ARENA a = arena_new();
    char *safe = text_safe_in(a, text, TEXT_BLOCK);
    size_t at = editor_cursor(c->editor), asked = strlen(c->asked), from = at >= asked ? at - asked : at, start, end;
    if (strncmp(editor_text(c->editor) + from, c->asked, asked) != 0)
        from = at;
    editor_replace(c->editor, from, at, safe);
    if (editor_placeholder(c->editor, from, &start, &end) && start < from + strlen(safe))
        editor_move(c->editor, end);
    else
        editor_move(c->editor, from + strlen(safe));
    c->asked[0] = 0;
    c->key[0] = 0;
}

void composer_cite(struct composer *c, const char *key, const char *text)
{
    size_t blank = strspn(text, " \t\r\n#"), n = strcspn(text + blank, "\r\n");
    if (c->cited_count == COMPOSER_CITED || !n || strlen(key) >= sizeof c->cited->key)
        return;
    AUTO_ARENA a = arena_new();
    str_copy(c->cited[c->cited_count].key, sizeof c->cited->key, key);
    str_copy(c->cited[c->cited_count++].mark, sizeof c->cited->mark, text_safe_in(a, arena_strndup(a, text + blank, n), TEXT_LINE));
}

char *composer_articles(const struct composer *c, struct arena *arena)
{
    AUTO_JSON keys = json_array();
    for (int i = 0; i < c->cited_count; i++)
        if (strstr(editor_text(c->editor), c->cited[i].mark))
            json_push(keys, json_new_string(c->cited[i].key));
    return json_first(keys) ? json_print_in(arena, keys) : NULL;
}

static enum composer_outcome asked(struct composer *c, const char *text, enum composer_outcome outcome)
{
    str_copy(c->asked, sizeof c->asked, text);
    c->asked_at = editor_cursor(c->editor);
    return outcome;
}

/* What was typed last began a line (or, a mention, a word) and asks for something. Deleting back to it asks for nothing. */
static enum composer_outcome asks(struct composer *c, const struct key *key)
{
    static const struct { const char *text; enum composer_outcome outcome; } begins[] = {
        {"/", COMPOSER_CANNED}, {"::", COMPOSER_CANNED}, {"??", COMPOSER_ARTICLES}};
    AUTO_ARENA a = arena_new();
    const char *before = editor_before(c->editor, a);
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strcmp(before, begins[i].text) == 0 && key_is(key, (uint32_t)*begins[i].text))
            return asked(c, before, begins[i].outcome);
    size_t n = strlen(before);
    bool mentions = !c->reply && key_is(key, '@') && n >= 2 && before[n - 2] == '@' && (n == 2 || strchr(" \t(,;:", before[n - 3]));
    return mentions ? asked(c, "@@", COMPOSER_MENTION) : COMPOSER_TYPED;
}

/* --- keys --- */

static bool blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == 0;
}

bool composer_wrong(const struct composer *c, const struct fill_place *place)
{
    return !c->reply || !place->row;
}

static bool strange(const struct composer *c, struct fill_place *place)
{
    while (fill_find(editor_text(c->editor), place->end, place))
        if (composer_wrong(c, place))
            return true;
    return false;
}

bool composer_place(const struct composer *c, struct fill_place *place)
{
    size_t at = editor_cursor(c->editor);
    struct fill_place next = {0};
    while (fill_find(editor_text(c->editor), next.end, &next) && next.start < at)
        if (at <= next.end) {
            *place = next;
            return true;
        }
    return false;
}

/* What stands under the cursor is no variable, but nearly one. */
static const struct fill_row *meant(const struct composer *c, struct fill_place *place)
{
    return c->reply && composer_place(c, place) && !place->row ? fill_near(editor_text(c->editor), place) : NULL;
}

/* Among those that must not leave as they are, as long as there are any: the others need nothing. */
static bool go_to_place(struct composer *c, bool back)
{
    size_t at = editor_cursor(c->editor);
    struct fill_place place = {0}, first = {0}, before = {0}, last = {0}, after = {0};
    bool wrong = strange(c, &(struct fill_place){0});
    while (fill_find(editor_text(c->editor), place.end, &place)) {
        if (wrong && !composer_wrong(c, &place))
            continue;
        first = first.end ? first : place;
        if (place.end < at)
            before = place;
        if (place.end > at && !after.end)
            after = place;
        last = place;
    }
    struct fill_place to = back ? before.end ? before : last : after.end ? after : first;
    if (to.end)
        editor_move(c->editor, to.end);
    return to.end;
}

/* Tab: what is nearly a variable becomes it; else on to the next place, round and round. */
static enum composer_outcome tab(struct composer *c, bool back)
{
    struct fill_place place;
    const struct fill_row *near = back ? NULL : meant(c, &place);
    c->refusal = NULL;
    if (!near) {
        if (!go_to_place(c, back))
            c->refusal = "There is no {{place}} to fill in here; Esc reviews.";
        return COMPOSER_NOTHING;
    }
    AUTO_ARENA a = arena_new();
    return editor_replace(c->editor, place.start, place.end, arena_printf(a, "{{%s}}", near->name)) ? COMPOSER_TYPED : COMPOSER_NOTHING;
}

static void refuse_place(struct composer *c, const struct fill_place *place)
{
    AUTO_ARENA a = arena_new();
    char named[60];
    str_copy(named, sizeof named, arena_strndup(a, editor_text(c->editor) + place->start, place->end - place->start));
    snprintf(c->refused, sizeof c->refused, "%s is left: fill it in or delete it.", named);
    c->refusal = c->refused;
}

static enum composer_outcome send(struct composer *c)
{
    struct fill_place place = {0}; /* of what must not leave */
    bool left = strange(c, &place);
    c->refusal = NULL;
    if (blank(editor_text(c->editor)))
        c->refusal = "There is nothing to send yet.";
    else if (c->arriving)
        c->refusal = "A file is still on its way to the desk: a moment.";
    else if (left) {
        refuse_place(c, &place);
    }
    if (c->refusal) {
        if (left)
            editor_move(c->editor, place.end);
        c->state = COMPOSER_WRITING;
        return COMPOSER_REFUSED;
    }
    c->state = COMPOSER_SENDING;
    c->lingers = false;
    return COMPOSER_SEND;
}

static bool is_empty(const struct composer *c)
{
    return blank(editor_text(c->editor)) && !c->attached.count && !c->arriving;
}

static void to_review(struct composer *c)
{
    c->state = c->rival ? COMPOSER_RIVAL : COMPOSER_REVIEW;
}

static enum composer_outcome writing_key(struct composer *c, const struct key *key)
{
    if (key->code == K_TAB)
        return tab(c, key->mods & MOD_SHIFT);
    switch (editor_key(c->editor, key)) {
    case EDITOR_CHANGED:
        c->refusal = NULL;
        c->key[0] = 0;
        return asks(c, key);
    case EDITOR_LEFT:
        to_review(c);
        return is_empty(c) && !c->called && !c->rival ? COMPOSER_DISCARD : COMPOSER_NOTHING;
    case EDITOR_EXTERNAL:
        return COMPOSER_EXTERNAL;
    case EDITOR_IGNORED:
        return COMPOSER_IGNORED;
    case EDITOR_MOVED:
    case EDITOR_DONE:
        break;
    }
    return COMPOSER_NOTHING;
}

static enum composer_outcome send_key(struct composer *c, const struct key *key)
{
    c->close_after = key_is(key, 'Y');
    c->next_after = key_is(key, 'N');
    c->pending_after = key_is(key, 'P');
    return send(c);
}

static enum composer_outcome review_key(struct composer *c, const struct key *key)
{
    c->refusal = NULL;
    if (key_is(key, 'a'))
        return COMPOSER_ATTACH;
    if (key_is(key, 'A') && c->attached.count)
        c->state = COMPOSER_DETACHING;
    if (key_is(key, 'y') || key_is(key, 'Y') || key_is(key, 'N') || (key_is(key, 'P') && c->reply))
        return send_key(c, key);
    if (key_is(key, 'p'))
        return COMPOSER_POSTPONE;
    if (key_is(key, 's')) {
        c->shared = !c->shared;
        c->unsaved = true;
        return COMPOSER_SHARED;
    }
    if (key_is(key, 'q') && is_empty(c))
        return COMPOSER_DISCARD;
    if (key_is(key, 'q'))
        c->state = COMPOSER_DISCARDING;
    if (key_is(key, 'K')) {
        c->state = COMPOSER_WRITING;
        return COMPOSER_ACK;
    }
    if (key_is(key, 'i') && c->reply)
        return COMPOSER_NOTE;
    if (key_is(key, 'e'))
        return COMPOSER_EXTERNAL;
    if (key_is(key, K_ESC) || key_is(key, K_TAB) || key_is(key, K_ENTER))
        c->state = COMPOSER_WRITING;
    if (key_is(key, K_TAB))
        go_to_place(c, false);
    return COMPOSER_NOTHING;
}

static enum composer_outcome discarding_key(struct composer *c, const struct key *key)
{
    if (key_is(key, 'y'))
        return COMPOSER_DISCARD;
    to_review(c);
    return COMPOSER_NOTHING;
}

static enum composer_outcome detaching_key(struct composer *c, const struct key *key)
{
    int index = key->mods ? -1 : attached_index(&c->attached, key->code);
    to_review(c);
    if (index < 0)
        return COMPOSER_NOTHING;
    attached_take_off(&c->attached, index);
    c->key[0] = 0;
    return COMPOSER_DETACHED;
}

/* Whichever is chosen, the other is one key away: C-_ brings back mine, C-r theirs. */
static enum composer_outcome rival_key(struct composer *c, const struct key *key)
{
    const char *theirs = draft_text(c->rival);
    c->refusal = NULL;
    if (key_is(key, K_ESC))
        c->state = COMPOSER_WRITING;
    if (key_is(key, 'b') && !composer_both(c))
        c->refusal = "There is no room for both: shorten yours, or choose one.";
    if (key_is(key, 'm'))
        composer_edited(c, theirs, strlen(theirs), false);
    if (key_is(key, 't') && composer_edited(c, theirs, strlen(theirs), true))
        composer_rest(c, c->rival);
    if (c->refusal || (!key_is(key, 'b') && !key_is(key, 'm') && !key_is(key, 't')))
        return COMPOSER_NOTHING;
    composer_forget_rival(c);
    c->key[0] = 0;
    c->state = COMPOSER_WRITING;
    return COMPOSER_TYPED;
}

static enum composer_outcome conflict_key(struct composer *c, const struct key *key)
{
    if (key_is(key, 'y'))
        return send(c);
    if (key_is(key, 'e') || key_is(key, K_ESC))
        c->state = COMPOSER_WRITING;
    return COMPOSER_NOTHING;
}

bool composer_edited(struct composer *c, const char *text, size_t n, bool stands)
{
    if (n == editor_length(c->editor) && memcmp(text, editor_text(c->editor), n) == 0)
        return false;
    bool took = editor_take(c->editor, text, n);
    if (took && !stands)
        editor_undo(c->editor);
    c->refusal = NULL;
    return took;
}

bool composer_drafted(struct composer *c, const struct json *draft)
{
    c->awaits = false;
    return !editor_length(c->editor) && composer_resume(c, draft);
}

struct early *composer_early(struct composer *c)
{
    struct early *early = c->early;
    c->early = NULL;
    return early;
}

static void forget_early(struct composer *c)
{
    early_free(composer_early(c));
}

static void wait_with(struct composer *c, const struct key *key)
{
    if (early_add(&c->early, key))
        return;
    early_say(c->early, c->refused, sizeof c->refused);
    c->refusal = c->refused;
}

enum composer_outcome composer_key(struct composer *c, const struct key *key)
{
    if (c->state == COMPOSER_SENDING && c->lingers && key_is(key, K_ESC))
        return COMPOSER_LEAVE;
    if (c->awaits || c->state == COMPOSER_SENDING) {
        wait_with(c, key);
        return COMPOSER_NOTHING;
    }
    switch (c->state) {
    case COMPOSER_WRITING:
        return writing_key(c, key);
    case COMPOSER_REVIEW:
        return review_key(c, key);
    case COMPOSER_DISCARDING:
        return discarding_key(c, key);
    case COMPOSER_DETACHING:
        return detaching_key(c, key);
    case COMPOSER_RIVAL:
        return rival_key(c, key);
    case COMPOSER_CONFLICT:
        return conflict_key(c, key);
    case COMPOSER_SENDING: /* waits, above */
    case COMPOSER_STATES:
        break;
    }
    return COMPOSER_NOTHING;
}

void composer_doubt(struct composer *c, const char *why)
{
    str_copy(c->refused, sizeof c->refused, why);
    c->doubted = true;
    c->lingers = false;
}

void composer_conflict(struct composer *c, int64_t thread_version)
{
    c->doubted = false;
    c->state = COMPOSER_CONFLICT;
    forget_early(c); /* was meant for what comes after it was sent */
    c->thread_version = thread_version;
}

void composer_failed(struct composer *c, const char *why)
{
    char reason[sizeof c->refused - 60];
    str_copy(reason, sizeof reason, why); /* it may stand there already */
    snprintf(c->refused, sizeof c->refused, "%s%s", reason, early_count(c->early) ? " What you typed behind it is not taken." : "");
    c->doubted = false;
    c->refusal = c->refused;
    forget_early(c);
    to_review(c);
}
