/* composer: writing to the customer or a note, with the thread in sight. The text is the daemon's draft 500
 * ms after the last key, so neither a dropped link nor a closed terminal loses it. Esc reviews; nothing is
 * sent by one key. */
#ifndef SCREEN_COMPOSER_H
#define SCREEN_COMPOSER_H
#include "screen/attached.h"
#include "screen/early.h"
#include "screen/look.h"
#include "screen/ticket.h"
#include "widget/editor.h"

enum composer_state {
    COMPOSER_WRITING,
    COMPOSER_REVIEW,
    COMPOSER_SENDING,
    COMPOSER_CONFLICT,
    COMPOSER_DISCARDING,
    COMPOSER_DETACHING,
    COMPOSER_RIVAL, /* another console wrote on the same text: whose stays? */
    COMPOSER_STATES
};
enum composer_outcome {
    COMPOSER_NOTHING, /* draw again */
    COMPOSER_IGNORED, /* no key of the text's */
    COMPOSER_TYPED,   /* the text changed: save the draft soon */
    COMPOSER_SEND,
    COMPOSER_POSTPONE, /* close it, the draft stays */
    COMPOSER_DISCARD,  /* close it, the draft goes */
    COMPOSER_EXTERNAL, /* $EDITOR, please */
    COMPOSER_NOTE,     /* it should be a note: the source takes no replies */
    COMPOSER_CANNED,   /* "/" or "::" began a line: offer canned replies; composer_insert takes the place of it */
    COMPOSER_ARTICLES, /* "??" did: offer articles */
    COMPOSER_MENTION,  /* "@@" began a word of a note: offer agents */
    COMPOSER_SHARED,   /* handed to the team, or taken back: save it now */
    COMPOSER_ATTACH,   /* a file is to go with it: which? */
    COMPOSER_DETACHED, /* one goes along no more: save it now */
    COMPOSER_ACK,      /* what pages me is acknowledged, and the writing goes on */
    COMPOSER_LEAVE,    /* close it over a text that is being sent: nobody answers */
    COMPOSER_REFUSED,  /* cannot be sent like this; composer_refusal says why */
};
enum { COMPOSER_CITED = 16, COMPOSER_TEXT = 100 << 10 /* bytes a text may have */ };
struct composer {
    int64_t ticket, thread_version;
    bool reply; /* else a note */
    bool close_after, next_after, pending_after; /* once it is sent: close, claim next, wait for the customer */
    bool shared;  /* handed to the team: colleagues see it, and may take it over */
    bool saving;  /* the daemon does not have it as it is, or was a moment ago */
    bool unsaved; /* it is, or is no more, but the daemon does not know yet */
    bool wide;    /* the text has the whole screen */
    bool inside;  /* no program may be run to edit it, or none is named: that is what there is instead */
    bool called;  /* something pages me: Esc goes to the review also where nothing is written, for K is there */
    bool outside; /* $EDITOR is wanted, once the kept draft is there */
    enum composer_state state;
    struct editor *editor;
    struct ticket_screen thread;
    int64_t changed_at, saved_at; /* the loop's clock; 0 = nothing to save, never saved */
    const char *refusal; /* until the next key */
    char refused[512];   /* why the desk did not take it */
    bool lingers;        /* being sent takes long: it can be left */
    bool doubted;        /* it did not, and whether somebody wrote since is not known yet */
    char by[72];     /* who began it, where somebody else did */
    size_t asked_at; /* where the cursor stood then */
    char asked[4];  /* what stands before the cursor and began a line: gone when something is inserted; "" = nothing */
    struct { char key[128], mark[120]; } cited[COMPOSER_CITED]; /* articles put in, and what of each must still be there when it is sent */
    int cited_count;
    struct json *rival;         /* what another console has kept since; NULL: nothing. As it is seen: */
    struct editor *rival_text;
    struct attached attached; /* files that go with it */
    int arriving;             /* files on their way to the daemon */
    int64_t opened_at; /* the loop's clock */
    bool awaits;    /* the kept draft is on its way: keys wait for it, so that it is neither missed nor thrown away unseen */
    struct early *early;
    char key[96]; /* of the request in doubt: sent, never answered */
};
void composer_open(struct composer *c, int64_t ticket, int64_t thread_version, bool reply, const char *draft);
void composer_fini(struct composer *c);
bool composer_is_open(const struct composer *c);
void composer_note(struct composer *c); /* what was to be a reply is a note from now on */
void composer_set(struct composer *c, const char *text);
void composer_add(struct composer *c, const char *text); /* below what stands there, a blank line between */
/* Does what asked for something still stand alone before the cursor? Whoever typed on means it as it is. */
bool composer_asks(const struct composer *c);
/* Puts text where it was asked for; the cursor goes to its first {{...}}, else behind it. */
void composer_insert(struct composer *c, const char *text);
/* What was inserted is of that article; text: how it stands there. */
void composer_cite(struct composer *c, const char *key, const char *text);
/* What is kept of it: the text, how far the thread was then, whether it is shared, the articles cited, the files that go along. And back again; false: there is
 * nothing in it. */
struct json *composer_draft(const struct composer *c);
bool composer_resume(struct composer *c, const struct json *draft);
/* The keys of the articles that are still in the text, a JSON array; NULL: none. */
char *composer_articles(const struct composer *c, struct arena *arena);
/* The kept draft came (NULL: there is none), and stands there unless something else does already. */
bool composer_drafted(struct composer *c, const struct json *draft);
/* It came late (NULL: there is none by now), and something else stands there; was: what both came of, NULL where that is not known. Where only one
 * of them is written on since, that one stands. Else, if unasked, both do, the kept one first, as one step of undo, and the cursor stays where
 * it was in its words; where they are not to, or there is no room, it is asked about (rival) when the writing is over. */
enum composer_joined { COMPOSER_ONE, COMPOSER_BOTH, COMPOSER_ASKS };
enum composer_joined composer_join(struct composer *c, const struct json *was, const struct json *draft, bool unasked);
/* For composer*.c alone: all of a draft but its text; what the rival keeps is known no more. */
void composer_rest(struct composer *c, const struct json *draft);
void composer_forget_rival(struct composer *c);
bool composer_both(struct composer *c); /* the rival's text first, then what stands there. false: there is no room */
/* The keys that waited for the kept draft, or that were typed while it is sent: for the caller to give once more, and to free. */
struct early *composer_early(struct composer *c);
enum composer_outcome composer_key(struct composer *c, const struct key *key);
/* The send was refused because the thread moved on: shows it and asks again; now: the version it has now. */
void composer_conflict(struct composer *c, int64_t thread_version);
void composer_doubt(struct composer *c, const char *why); /* it was refused, for that or for something else: keys wait until one of both is called */
/* What an editor of one's own made of it, as one step. stands false: it is taken back at once, one redo away. false: it is the same, or
 * there is no room for it. */
bool composer_edited(struct composer *c, const char *text, size_t n, bool stands);
/* Of {{...}} in the text: the one the cursor stands in or right behind (false: in none); and is it no variable of the desk? Those are filled where it is sent
 * from, or refused there; in a note nothing is filled. */
struct fill_place;
bool composer_place(const struct composer *c, struct fill_place *place);
bool composer_wrong(const struct composer *c, const struct fill_place *place);
const char *composer_title(const struct composer *c, const struct look *look);   /* to whom, and how; safe text */
const char *composer_subject(const struct composer *c, const struct look *look); /* of the ticket; safe text */
void composer_failed(struct composer *c, const char *why); /* not sent: back to the review, nothing is lost, and why stays until the next key */
void composer_draw(struct composer *c, const struct look *look, struct surface *s);
#endif
