/* writing: see writing.h. What the composer wants done: kept, sent, handed to an editor, filled from a list. */
#include "app/writing.h"
#include "app/deed.h"
#include "app/enclose.h"
#include "app/handoff.h"
#include "app/insert.h"
#include "app/keeper.h"
#include "app/posting.h"
#include "app/press.h"
#include "app/restricted.h"
#include "app/shown.h"
#include "base/clock.h"
#include "core/draft.h"
#include "screen/escalations.h"
#include "term/ncurses.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { AWAIT_MS = 2000 };

/* --- drafts --- */

void writing_kept(struct console *c)
{
    struct composer *w = &c->composer;
    /* The list of drafts says how many there are, and whose: typing on changes neither. */
    if (!w->saved_at || w->unsaved)
        fetch_want(c, SLOT_DOC + MIRROR_DRAFTS);
    w->saved_at = console_now(c);
    w->unsaved = false;
}

void writing_keep(struct console *c)
{
    struct composer *w = &c->composer;
    w->changed_at = w->state == COMPOSER_SENDING ? clock_mono() : 0; /* what is sent is no draft behind it */
    if (w->state != COMPOSER_SENDING && !w->rival) /* first it is said whose text stays */
        keeper_put(c, false, "");
}

/* What was written meanwhile is asked about when it is sent; better to know before. */
static void say_back(struct console *c)
{
    struct look look = console_look(c);
    const struct mirror_row *row = ticket_row(&look, c->composer.ticket);
    int64_t news = row ? row->t.thread_version - c->composer.thread_version : 0;
    if (news > 0 && c->composer.reply)
        console_toast(c, UI_WARN, "Your draft is back. %lld message%s came since it was begun: look before you send.", (long long)news, news == 1 ? "" : "s");
    else
        console_toast(c, UI_TOAST, "Your draft is back.");
}

/* Takes the keys. What had no room is said behind them: they may say something of their own. */
void writing_press(struct console *c, struct early *early)
{
    char lost[160];
    for (int i = 0; i < early_count(early); i++)
        press_key(c, early_key(early, i));
    early_say(early, lost, sizeof lost);
    if (*lost)
        console_toast(c, UI_ERROR, "%s", lost);
    early_free(early);
}

/* Behind what was typed since. Where both wrote, a text that was only unread stands above it; another console's is asked about. */
static void came_late(struct console *c, const struct writing_news *news)
{
    AUTO_ARENA a = arena_new();
    struct composer *w = &c->composer;
    const struct json *was = news->was ? json_parse_in(a, news->was, strlen(news->was), &json_limits_dialect, NULL, NULL) : NULL;
    enum composer_joined joined = composer_join(w, was, news->kept, !news->rival);
    if (joined == COMPOSER_BOTH)
        console_toast(c, UI_WARN, "Your earlier draft came: it stands above what you typed since. C-_ takes it out again.");
    if (editor_length(w->editor) || w->attached.count)
        w->changed_at = clock_mono();
}

void writing_came(struct console *c, const struct writing_news *news)
{
    struct composer *w = &c->composer;
    bool awaited = w->awaits;
    c->dirty = c->at_once = true;
    w->awaits = false;
    if (!news->answered && awaited)
        console_toast(c, UI_WARN, "Whether a draft is kept here nobody answers: it is asked again, and will stand above what you type.");
    if (news->answered && !news->rival && composer_drafted(w, news->kept))
        say_back(c);
    else if (news->answered && (!awaited || editor_length(w->editor)))
        came_late(c, news);
    if (awaited)
        writing_press(c, composer_early(w));
}

/* What waits for an answer is text as long as it is no other key's. */
void writing_leave(struct console *c)
{
    struct composer *w = &c->composer;
    struct early *early = w->state == COMPOSER_SENDING ? NULL : composer_early(w);
    w->awaits = false;
    for (int i = 0; i < early_count(early) && w->state == COMPOSER_WRITING; i++)
        composer_key(w, early_key(early, i));
    early_free(early);
    if (w->rival && !composer_both(w))
        keeper_hold(c);
    else if (editor_length(w->editor) || w->attached.count)
        keeper_put(c, false, "");
}

/* Why there is no editor but the built-in one; NULL: there is. */
static const char *only_inside(const struct console *c)
{
    if (restricted_is() || mirror_restricted(c->mirror))
        return "No program may be run from this account";
    return handoff_editor() ? NULL : "Neither $VISUAL nor $EDITOR is set";
}

void writing_begin(struct console *c, int64_t ticket, bool reply)
{
    struct look look = console_look(c);
    const struct mirror_row *row = ticket_row(&look, ticket);
    bool sending = composer_is_open(&c->composer) && c->composer.state == COMPOSER_SENDING;
    if (sending && c->composer.ticket == ticket && c->composer.reply == reply)
        return;
    if (keeper_full(c, ticket, reply)) {
        console_toast(c, UI_ERROR, "Too many texts wait for the desk: none is begun before it is back.");
        return;
    }
    if (sending)
        posting_leave(c);
    if (composer_is_open(&c->composer)) { /* what an answer opens takes nothing away */
        writing_leave(c);
        keeper_close(c);
    }
    if (posting_reopen(c, ticket, reply))
        return;
    composer_open(&c->composer, ticket, row ? row->t.thread_version : 0, reply, "");
    c->composer.awaits = true;
    c->composer.opened_at = clock_mono();
    c->composer.inside = only_inside(c) != NULL;
    fetch_focus(c, ticket);
    keeper_open(c);
}

/* --- an editor of one's own --- */

/* The rest of the console goes on meanwhile: others see us reply, the stream is read, the draft is kept. */
void writing_meanwhile(void *arg, int fd, int ms)
{
    struct console *c = arg;
    arena_reset(c->frame); /* an editor may be open for a day */
    link_wait(c->link, &fd, 1, ms);
    link_run(c->link);
    shown_tell(c); /* the line may have come, or come back, since */
    keeper_follow(c, clock_mono());
    fetch_pump(c);
}

static const char *hints_of(struct console *c)
{
    struct look look = console_look(c);
    const char *title = composer_title(&c->composer, &look), *subject = composer_subject(&c->composer, &look);
    return arena_printf(c->frame, "# %s%s%s\n%s", title, *subject ? ": " : "", subject,
                        c->composer.reply ? "# {{customer.first_name}} and the like are filled in when it is sent.\n" : "");
}

static void edited(struct console *c, const struct handoff_end *end)
{
    struct composer *w = &c->composer;
    bool took = end->text && composer_edited(w, end->text, end->n, end->good);
    const char *lost = *editor_said(w->editor) ? editor_said(w->editor) : NULL;
    if (*end->say || (took && lost))
        console_toast(c, UI_WARN, "%s%s", end->say, took && lost ? lost : "");
    w->changed_at = clock_mono();
    if (end->asked) {
        str_copy(c->parting, sizeof c->parting, end->parting);
        c->quit = true;
    }
}

/* There the text has the whole screen, and from there the thread comes back beside it. */
static void write_wide(struct console *c, const char *why)
{
    struct composer *w = &c->composer;
    w->wide = !w->wide || w->state != COMPOSER_WRITING;
    w->state = COMPOSER_WRITING;
    if (w->wide)
        console_toast(c, UI_DIM, "%s: this is the built-in editor, on the whole screen. Esc reviews.", why);
}

static void write_outside(struct console *c)
{
    struct composer *w = &c->composer;
    struct err err = {0};
    struct handoff_end end;
    AUTO_ARENA own = arena_new();
    const char *why = only_inside(c);
    if (why) {
        write_wide(c, why);
        return;
    }
    if (editor_length(w->editor) || w->attached.count)
        writing_keep(c);
    char desk[SPOOL_DESK], tag[DRAFT_TAG];
    AUTO_JSON draft = composer_draft(w);
    const char *value = json_print_in(own, draft);
    spool_desk(c->home.socket, mirror_me(c->mirror), desk);
    draft_tag(value, tag);
    const struct left left = {.ticket = w->ticket, .reply = w->reply, .over = tag, .hints = arena_strdup(own, hints_of(c)), .value = value};
    const struct handoff what = {.editor = handoff_editor(), .desk = desk, .left = &left, .text = editor_text(w->editor), .max = COMPOSER_TEXT, .wait = writing_meanwhile, .arg = c};
    bool ok = handoff_run(&what, &end, &err);
    console_resize(c);
    if (ok)
        edited(c, &end);
    else
        console_toast(c, UI_ERROR, "%s; the text is as it was.", err.text);
    free(end.text);
}

void writing_follow(struct console *c)
{
    struct composer *w = &c->composer;
    posting_follow(c);
    if (composer_is_open(w) && w->awaits && clock_mono() - w->opened_at >= AWAIT_MS)
        writing_came(c, &(struct writing_news){0}); /* nobody types blind for longer; what comes late is joined */
    if (!composer_is_open(w) || !w->outside || w->awaits)
        return;
    w->outside = false;
    if (w->state != COMPOSER_SENDING)
        write_outside(c);
}

static void want_outside(struct console *c)
{
    c->composer.outside = true;
}

void writing_editor(struct console *c, int64_t ticket, bool reply)
{
    writing_begin(c, ticket, reply);
    c->composer.outside = true;
}

/* --- what the composer wants --- */

static void typed(struct console *c)
{
    c->composer.changed_at = clock_mono();
}

static void postpone(struct console *c)
{
    keeper_put(c, false, c->composer.reply ? "The draft is kept; r goes on with it." : "The draft is kept; i goes on with it.");
    keeper_close(c);
    composer_fini(&c->composer);
}

static void discard(struct console *c)
{
    keeper_put(c, true, "");
    keeper_close(c);
    composer_fini(&c->composer);
}

static void make_note(struct console *c)
{
    keeper_put(c, true, "");
    keeper_close(c);
    composer_note(&c->composer);
    keeper_open(c);
    typed(c);
}

static void share(struct console *c)
{
    c->composer.changed_at = 0;
    keeper_put(c, false, c->composer.shared ? "Handed to the team: colleagues see it on the ticket and may take it over. s takes it back." : "It is yours alone again.");
}

static void detached(struct console *c)
{
    writing_keep(c);
}

/* The ticket that pages me; 0: none does. What was only just said counts until it is read. */
static int64_t calling(struct console *c)
{
    struct look look = console_look(c);
    struct paged paged = escalations_page_me(&look);
    const struct wanted *read = &c->slots[SLOT_DOC + MIRROR_PAGED];
    return paged.count ? paged.ticket : read->wanted || read->flying ? c->rang : 0;
}

/* Woken in the middle of a sentence: two keys, and the sentence goes on. */
static void acknowledge(struct console *c)
{
    const int64_t ticket = calling(c);
    const struct command_do what = {.action = &action_table[ACTION_ACK], .tickets = &ticket, .ticket_count = 1, .arg = ""};
    if (ticket)
        deed_do(c, &what);
    else
        console_toast(c, UI_DIM, "nothing pages you");
}

static void canned(struct console *c)
{
    typed(c);
    insert_canned(c);
}

static void articles(struct console *c)
{
    typed(c);
    insert_articles(c, "");
}

static void mention(struct console *c)
{
    typed(c);
    insert_agents(c);
}

void writing_add(struct console *c, const char *text)
{
    if (c->composer.state == COMPOSER_SENDING) {
        console_toast(c, UI_ERROR, "This text is on its way to the desk: nothing was added to it.");
        return;
    }
    composer_add(&c->composer, text);
    typed(c);
}

bool writing_key(struct console *c, const struct key *key)
{
    static void (*const wants[])(struct console *c) = {
        [COMPOSER_TYPED] = typed, [COMPOSER_SEND] = posting_send, [COMPOSER_LEAVE] = posting_leave, [COMPOSER_POSTPONE] = postpone, [COMPOSER_DISCARD] = discard, [COMPOSER_EXTERNAL] = want_outside,
        [COMPOSER_NOTE] = make_note, [COMPOSER_CANNED] = canned, [COMPOSER_ARTICLES] = articles, [COMPOSER_MENTION] = mention, [COMPOSER_SHARED] = share, [COMPOSER_ATTACH] = enclose_open, [COMPOSER_DETACHED] = detached, [COMPOSER_ACK] = acknowledge, [COMPOSER_REFUSED] = NULL};
    c->composer.called = calling(c) != 0;
    enum composer_outcome outcome = composer_key(&c->composer, key);
    if (wants[outcome])
        wants[outcome](c);
    return outcome != COMPOSER_IGNORED;
}
