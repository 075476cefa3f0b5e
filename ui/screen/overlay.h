/* overlay: what lies over a screen and takes the keys until it is answered: a picker, a one-line question, a
 * yes or no, a text to read. One at a time; the loop asks for it by `purpose` and reads the answer when it is
 * there. */
#ifndef SCREEN_OVERLAY_H
#define SCREEN_OVERLAY_H
#include "screen/look.h"
#include "widget/editor.h"
#include "widget/pager.h"
#include "widget/picker.h"

enum overlay_kind { OVERLAY_NONE, OVERLAY_PICK, OVERLAY_ASK, OVERLAY_CONFIRM, OVERLAY_READ, OVERLAYS };
enum overlay_outcome { OVERLAY_IGNORED, OVERLAY_STAYS, OVERLAY_LEFT, OVERLAY_ANSWERED };
struct overlay {
    enum overlay_kind kind;
    int purpose;
    char title[256];
    struct picker *picker;
    struct editor *editor; /* of a question; of a search in a text */
    struct pager *pager;
    struct json *about;    /* what is read there, where it has to be laid out anew for another width */
    bool searching, typed; /* typed: free text was answered, not an item */
    char *choices;         /* of a confirmation, or beside Enter of a text: the keys that answer, the first is the plain yes */
    uint32_t choice;
    /* of a question: what may be typed next, and what is said of it */
    struct arena *aid;
    const struct picker_item *offers;
    int offer_count, offer_at; /* at: the one taken for now, -1 = none */
    bool completes;      /* Tab does something */
    char note[700];
    enum ui_role note_role;
};
void overlay_close(struct overlay *o); /* again is fine */
void overlay_pick(struct overlay *o, int purpose, const char *prompt, const struct picker_item *items,
                  size_t n, bool free_text);
void overlay_ask(struct overlay *o, int purpose, const char *prompt, const char *preset);
/* choices: "yn"-like letters; a letter answers, Esc leaves. The title says what each does. */
void overlay_confirm(struct overlay *o, int purpose, const char *title, const char *choices);
/* Gives the pager to fill between pager_begin and pager_end, from column 2 on (a search marks its line before
 * that). */
struct pager *overlay_read(struct overlay *o, int purpose, const char *title);
void overlay_about(struct overlay *o, struct json *about); /* is the overlay's from here on */
void overlay_answers(struct overlay *o, const char *choices); /* and these letters answer it, as Enter does */

/* Beside a question: a line above it ("" = none), and offers above that, each with its detail. Copied; gone with the next ones. */
void overlay_note(struct overlay *o, enum ui_role role, const char *note);
void overlay_offer(struct overlay *o, const struct picker_item *offers, int count, int at);

enum overlay_outcome overlay_key(struct overlay *o, const struct key *key);
const char *overlay_text(const struct overlay *o); /* what was typed, or the name of what was picked */
int64_t overlay_id(const struct overlay *o);       /* of what was picked, 0 = typed */
uint32_t overlay_choice(const struct overlay *o);
void overlay_draw(struct overlay *o, const struct look *look, struct surface *s);
#endif
