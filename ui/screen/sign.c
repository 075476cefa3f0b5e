/* sign: see sign.h. */
#include "screen/sign.h"
#include "base/text.h"
#include "core/field.h"
#include <string.h>

enum { AT = 2, WORD_AT = 5, MEANS_AT = 23, BOTH = 150 /* columns from which two stand side by side */ };

struct meaning {
    struct badge badge;
    const char *means;
};

static const struct meaning signs[SIGNS] = {
    [SIGN_CURSOR] = {{"▌", "cursor", UI_GUTTER}, "the row that keys act on, where none is marked"},
    [SIGN_MARKED] = {{"●", "marked", UI_MARK}, "keys act on all of these"},
    [SIGN_SENDING] = {{"◌", "sending", UI_WARN}, "what was done is on its way to the desk"},
    [SIGN_SNOOZED] = {{"z", "snoozed", UI_MUTED}, "hidden until a time, or until the customer writes"},
    [SIGN_VIEWING] = {{"▸", "viewing", UI_PRESENCE}, "somebody else looks at it"},
    [SIGN_REPLYING] = {{"✎", "replying", UI_PRESENCE}, "somebody else writes to the customer; in the head: drafts of yours"},
    [SIGN_LIKELY] = {{"~", "likely", UI_DIM}, "behind an urgency: the classifier is fairly sure, from 50 to 80 of 100"},
    [SIGN_UNSURE] = {{"?", "unsure", UI_DIM}, "behind an urgency: it rather guessed, below 50 of 100; nothing behind it: it is sure"},
    [SIGN_WATCHED] = {{"◉", "watched", UI_NORMAL}, "whoever watches hears of changes"},
    [SIGN_THANKS] = {{"♥", "thanks", UI_OK}, "the customer's last word was thanks"},
    [SIGN_DIFFERS] = {{"≠", "differs", UI_WARN}, "its source has it in another state"},
    [SIGN_REOPENED] = {{"↩", "reopened", UI_WARN}, "so many times"},
    [SIGN_ONCALL] = {{"◆", "on call", UI_ACCENT}, "is told first; of an achievement: reached"},
    [SIGN_BOSS] = {{"⚔", "boss", UI_BOSS}, "what the team works down together"},
    [SIGN_SHORTENED] = {{"…", "cut", UI_DIM}, "there is more than has room here; of tickets and views: further ones"}};

struct badge sign_of(enum sign sign)
{
    return signs[sign].badge;
}

/* --- all there are --- */

struct told {
    struct meaning *list;
    int n;
};

static void add(struct told *to, struct badge badge, const char *means)
{
    to->list[to->n++] = (struct meaning){badge, means};
}

static void add_states(struct told *to)
{
    static const char *const means[] = {[STATUS_NEW] = "nobody has touched it", [STATUS_OPEN] = "somebody works on it; in the list without a sign",
                                        [STATUS_PENDING] = "waits for the customer", [STATUS_ON_HOLD] = "waits for something else",
                                        [STATUS_RESOLVED] = "done; opens again when the customer writes", [STATUS_CLOSED] = "over"};
    for (int status = STATUS_NEW; status <= STATUS_CLOSED; status++)
        add(to, look_status(status), means[status]);
    add(to, look_state(&(struct ticket){.deleted = true}), "in no queue and no count");
}

static void add_urgencies(struct told *to)
{
    static const char *const means[] = {[URGENCY_LOW] = "of little urgency", [URGENCY_HIGH] = "of high urgency", [URGENCY_CRITICAL] = "of the highest"};
    for (int urgency = URGENCY_LOW; urgency <= URGENCY_CRITICAL; urgency++)
        if (means[urgency])
            add(to, look_urgency(urgency), means[urgency]);
}

static void add_escalations(struct told *to)
{
    add(to, look_escalation(ESCALATION_TRIGGERED), "somebody is paged for it");
    add(to, look_escalation(ESCALATION_ACKNOWLEDGED), "somebody took the page");
    add(to, look_escalation(ESCALATION_SUPPRESSED), "maintenance holds its pages");
}

static void add_deliveries(struct told *to)
{
    static const struct { const char *state, *means; } rows[] = {
        {"held", "leaves in a moment, and can be taken back"}, {"bundled", "leaves together with others"}, {"due", "leaves next"}, {"flying", "no answer yet"},
        {"retrying", "was not taken, and is sent again"}, {"delivered", "was taken"}, {"dead", "is not sent again by itself"},
        {"skipped", "a rule kept it"}, {"dropped", "somebody gave it up"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add(to, look_delivery(rows[i].state), rows[i].means);
}

static void add_own(struct told *to)
{
    for (int i = 0; i < SIGNS; i++)
        add(to, signs[i].badge, signs[i].means);
}

/* --- as text --- */

static const struct { const char *title; void (*add)(struct told *to); } parts[] = {
    {"what the signs mean", add_own}, {"states of a ticket", add_states}, {"urgencies", add_urgencies}, {"pages", add_escalations}, {"what leaves", add_deliveries}};

/* Two side by side where both have room, else what it means goes on below. */
static void read_part(struct arena *arena, struct pager *pager, const struct told *told, int columns)
{
    int beside = columns >= BOTH ? 2 : 1, width = columns / beside, down = (told->n + beside - 1) / beside;
    for (int row = 0; row < down; row++) {
        char **lines[2] = {NULL};
        int n[2] = {0}, most = 1;
        for (int k = 0, i = row; k < beside && i < told->n; k++, i += down) {
            n[k] = text_wrap(arena, told->list[i].means, width - MEANS_AT - 2, &lines[k]);
            most = n[k] > most ? n[k] : most;
        }
        for (int line = 0; line < most; line++) {
            pager_line(pager);
            for (int k = 0, i = row; k < beside && i < told->n; k++, i += down) {
                const struct badge *badge = &told->list[i].badge;
                if (line == 0) {
                    pager_piece(pager, k * width + AT, badge->role, badge->glyph);
                    pager_piece(pager, k * width + WORD_AT, UI_STRONG, badge->word);
                }
                if (line < n[k])
                    pager_piece(pager, k * width + MEANS_AT, UI_DIM, lines[k][line]);
            }
        }
    }
}

void sign_read(struct arena *arena, struct pager *pager, int columns)
{
    enum { MOST = 64, ITEM = 1000 }; /* items: behind the guide's groups */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct told told = {.list = ARENA_ARRAY(arena, struct meaning, MOST)};
        parts[i].add(&told);
        pager_item(pager, ITEM + (int)i);
        pager_line(pager);
        pager_line(pager);
        pager_piece(pager, AT, UI_HEADING, parts[i].title);
        read_part(arena, pager, &told, columns);
    }
}
