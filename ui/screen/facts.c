/* facts: each fact is a row of a table: a heading and a function that writes its value; a fact that is not
 * known takes no line. Clocks and the label's reasons follow, because they answer "why now?". */
#include "screen/facts.h"
#include "core/watch.h"
#include "base/text.h"
#include "core/field.h"
#include "screen/sign.h"
#include <string.h>

const char *facts_woke(const struct look *look, const struct ticket *t)
{
    return t->woke_by == WOKE_BY_REPLY ? arena_printf(look->arena, "↑ they wrote, %s", look_clock(look, t->woke_at))
           : t->woke_by                ? arena_printf(look->arena, "↑ it is time, %s", look_clock(look, t->woke_at))
                                       : "";
}

const char *facts_undelivered(const struct look *look, const struct mirror_row *row)
{
    const char *glyph = look_delivery("dead").glyph;
    return row->undelivered > 1 ? arena_printf(look->arena, "%s %lld undelivered", glyph, (long long)row->undelivered)
           : row->undelivered   ? arena_printf(look->arena, "%s undelivered", glyph)
                                : "";
}

const char *facts_links(const struct look *look, const struct ticket *t)
{
    const struct { const char *how; int64_t other; } links[] = {
        {"part of", t->merged_into}, {"goes on from", t->followup_of}, {"goes on in", t->followed_by}, {"split from", t->split_from}};
    AUTO_STR out;
    str_init(&out, 200);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (links[i].other)
            str_addf(&out, "%s%s #%lld", out.len ? ", " : "", links[i].how, (long long)links[i].other);
    return arena_strdup(look->arena, out.data);
}

static void part(struct str *out, const char *lead, const char *text)
{
    if (text && *text)
        str_addf(out, "%s%s%s", out->len ? " · " : "", lead, text);
}

/* Who hears of it, oneself first. */
char *facts_watchers(const struct look *look, const char *watchers)
{
    const struct json *list = watchers ? json_parse_in(look->arena, watchers, strlen(watchers), &json_limits_dialect, NULL, NULL) : NULL;
    bool me = watch_has(watchers, mirror_me(look->mirror));
    AUTO_STR out;
    str_init(&out, 400);
    if (me)
        str_addf(&out, "%s you", sign_of(SIGN_WATCHED).glyph);
    for (const struct json *who = json_first(list); who; who = json_next(who))
        if (json_string(who) && !str_eq(json_string(who), mirror_me(look->mirror)))
            str_addf(&out, "%s%s%s", out.len ? ", " : sign_of(SIGN_WATCHED).glyph, out.len ? "" : " ", json_string(who));
    return arena_strdup(look->arena, out.data);
}

const char *facts_life(const struct look *look, const struct ticket *t)
{
    bool asleep = t->snoozed_until > look->now;
    AUTO_STR out;
    str_init(&out, 1000);
    part(&out, "waits for ", t->status == STATUS_ON_HOLD ? t->hold_reason : "");
    part(&out, "", facts_woke(look, t));
    part(&out, "z until ", !asleep ? "" : t->wake_on == WAKE_ON_REPLY ? "they write" : look_stamp(look, t->snoozed_until));
    part(&out, "", asleep || t->woke_by ? t->snooze_note : "");
    part(&out, "♥ said thanks ", t->thanked_at ? look_stamp(look, t->thanked_at) : "");
    part(&out, "", facts_links(look, t));
    part(&out, "", facts_watchers(look, t->watchers));
    return arena_strdup(look->arena, out.data);
}

struct pane {
    const struct look *look;
    struct surface *s;
    int row, end, left, width;
    const struct ticket *t;
    const struct mirror_row *brief;
    const struct json *doc;
};

enum { HEADING = 11, CLOCK = 15 };

static void line(struct pane *p, const char *heading, enum ui_role role, const char *text)
{
    if (p->row >= p->end || !text || !*text)
        return;
    surface_text(p->s, p->row, p->left, HEADING - 1, UI_HEADING, heading);
    surface_text(p->s, p->row++, p->left + HEADING, p->width - HEADING, role, text);
}

static const char *text_of(const struct pane *p, const char *name, const char *brief)
{
    return json_get_string(p->doc, name, brief ? brief : "");
}

static void snooze_facts(struct pane *p)
{
    struct arena *a = p->look->arena;
    const char *until = look_stamp(p->look, p->t->snoozed_until), *by = p->t->snoozed_by;
    bool asleep = p->t->snoozed_until > p->look->now;
    if (asleep && p->t->wake_on == WAKE_ON_REPLY)
        line(p, "snoozed", UI_MUTED, arena_printf(a, "z until they write, or %s", until));
    else if (asleep)
        line(p, "snoozed", UI_MUTED, arena_printf(a, "z until %s%s", until, p->t->wake_on == WAKE_ON_TIME ? "" : ", or they write"));
    if (p->t->woke_by)
        line(p, "back", UI_NEW, facts_woke(p->look, p->t));
    if ((asleep || p->t->woke_by) && p->t->snooze_note)
        line(p, asleep || !by ? "note" : look_owner(p->look, by), UI_NOTE, p->t->snooze_note);
}

static void life_facts(struct pane *p)
{
    struct arena *a = p->look->arena;
    if (p->t->status == STATUS_ON_HOLD)
        line(p, "waits for", UI_WARN, p->t->hold_reason);
    snooze_facts(p);
    if (p->t->reopen_count)
        line(p, "reopened", UI_WARN, arena_printf(a, "%s %s", sign_of(SIGN_REOPENED).glyph, look_times(a, p->t->reopen_count)));
    if (p->t->reopens_refused)
        line(p, "", UI_WARN, arena_printf(a, p->t->reopens_refused == 1 ? "%lld more was too many an hour" : "%lld more were too many an hour", (long long)p->t->reopens_refused));
    if (p->t->thanked_at)
        line(p, "thanks", UI_OK, arena_printf(a, "%s %s; X reopens", sign_of(SIGN_THANKS).glyph, look_stamp(p->look, p->t->thanked_at)));
    line(p, "linked", UI_STRONG, facts_links(p->look, p->t));
    line(p, "deliveries", UI_LATE, facts_undelivered(p->look, p->brief));
}

static void status_facts(struct pane *p)
{
    struct arena *a = p->look->arena;
    struct badge status = look_state(p->t);
    line(p, "status", status.role, arena_printf(a, "%s %s", status.glyph, status.word));
    if (ticket_differs(p->t))
        line(p, "at source", UI_WARN,
             arena_printf(a, "%s %s", sign_of(SIGN_DIFFERS).glyph, look_words(a, status_word(p->t->source_status))));
    struct badge urgency = look_urgency(p->t->urgency);
    line(p, "urgency", urgency.role,
         arena_printf(a, "%s %s %s", urgency.glyph, urgency.word, look_sure_said(p->look, p->t->urgency_bp)));
    line(p, "priority", UI_NORMAL, priority_word(p->t->priority));
    line(p, "category", UI_NORMAL, category_word(p->t->category));
    line(p, "owner",
         p->t->assignee && str_eq(p->t->assignee, mirror_me(p->look->mirror)) ? UI_MINE : UI_NORMAL,
         look_owner(p->look, p->t->assignee));
    const char *theirs = text_of(p, "source_assignee", NULL);
    if (*theirs && !str_eq(theirs, p->t->assignee))
        line(p, "at source", UI_WARN, arena_printf(a, "%s %s", sign_of(SIGN_DIFFERS).glyph, theirs));
    line(p, "team", UI_NORMAL, p->t->team);
    line(p, "watched by", watch_has(p->t->watchers, mirror_me(p->look->mirror)) ? UI_MINE : UI_NORMAL, facts_watchers(p->look, p->t->watchers));
    life_facts(p);
    struct badge csat = look_csat(json_get_i64(p->doc, "csat", 0));
    if (*csat.word)
        line(p, "satisfied", csat.role, arena_printf(a, "%s %s, said %s", csat.glyph, csat.word, look_stamp(p->look, json_get_i64(p->doc, "csat_at", 0))));
}

static void origin_facts(struct pane *p)
{
    struct arena *a = p->look->arena;
    const struct json *source = json_get(p->doc, "source");
    line(p, "customer", UI_CUSTOMER, p->t->customer_name);
    line(p, "e-mail", UI_MASKED, text_of(p, "customer_email", NULL));
    line(p, "phone", UI_MASKED, text_of(p, "customer_phone", NULL));
    line(p, "plan", UI_NORMAL, p->t->plan);
    line(p, "source", UI_NORMAL,
         arena_printf(a, "%s (%s)", json_get_string(source, "name", p->t->account ? p->t->account : "-"),
                      p->t->dialect ? p->t->dialect : "-"));
    line(p, "key", UI_DIM, p->t->key);
    line(p, "reference", UI_DIM, text_of(p, "ref", NULL));
    line(p, "replies", *p->brief->reply_via ? UI_NORMAL : UI_MUTED,
         *p->brief->reply_via ? arena_printf(a, "by %s", p->brief->reply_via) : "not taken by this source");
    line(p, "came", UI_DIM,
         arena_printf(a, "%s, %s", look_stamp(p->look, p->t->received_at),
                      look_since(a, p->look->now - p->t->received_at)));
    if (p->t->waiting_since)
        line(p, "waiting", UI_NORMAL,
             p->look->now - p->t->waiting_since < 60000 ? "less than a minute" : arena_printf(a, "for %s", look_ago(a, p->look->now - p->t->waiting_since)));
    const struct json *tags = json_get(p->doc, "tags");
    AUTO_STR joined;
    str_init(&joined, 200);
    for (const struct json *tag = json_first(tags); tag; tag = json_next(tag))
        str_addf(&joined, "%s%s", joined.len ? ", " : "", json_string(tag) ? json_string(tag) : "");
    line(p, "tags", UI_NORMAL, joined.data);
    str_clear(&joined);
    for (const struct json *key = json_first(json_get(p->doc, "articles")); key; key = json_next(key))
        str_addf(&joined, "%s%s", joined.len ? ", " : "", json_string(key) ? json_string(key) : "");
    line(p, "articles", UI_NORMAL, joined.data);
}

int facts_clock(const struct look *look, struct surface *s, int row, int column, int width, int label,
                const struct json *clock)
{
    const char *metric = json_get_string(clock, "metric", ""), *state = json_get_string(clock, "state", "");
    bool by_hours = json_get_string(clock, "calendar", NULL); /* then the wall's time is no measure of the target */
    int64_t due = json_get_i64(clock, "due_at", 0), left = due - look->now,
            whole = by_hours ? due - json_get_i64(clock, "started_at", 0) : json_get_i64(clock, "target", 0);
    if (!*metric || str_eq(state, "none") || str_eq(state, "cancelled") || !*state)
        return 0;
    int at = column + surface_textf(s, row, column, width, UI_DIM, "%-*s ", label, look_words(look->arena, metric));
    int room = column + width - at;
    bool late = str_eq(state, "fulfilled") && json_get_bool(clock, "breached", false);
    if (!str_eq(state, "running"))
        return at - column +
               surface_text(s, row, at, room,
                            late                         ? UI_WARN
                            : str_eq(state, "fulfilled") ? UI_OK
                                                         : UI_MUTED,
                            late ? "fulfilled late" : state);
    if (left <= 0)
        return at - column +
               surface_text(s, row, at, room, UI_LATE, look_left(look->arena, left < 0 ? left : -1));
    bool warned = json_get_bool(clock, "warned", false);
    at += surface_textf(s, row, at, room, warned ? UI_WARN : UI_NORMAL, "%*s left ", label ? 6 : 0, look_left(look->arena, left));
    if (whole > 0 && column + width - at >= 8) {
        surface_bar(s, row, at, 8, left > whole ? 10000 : (int)(left * 10000 / whole),
                    warned ? UI_WARN : UI_DIM);
        at += 8;
    }
    return at - column;
}

/* The head's words, and one where that says nothing. */
static const char *sure_words(const struct look *look, int64_t bp)
{
    const char *said = look_sure_said(look, bp);
    return !mirror_bands(look->mirror) || bp <= 0 ? said : arena_printf(look->arena, "(%s)", *said ? said : "sure");
}

char *facts_label(const struct look *look, const struct json *label)
{
    AUTO_STR out;
    str_init(&out, 500);
    const char *value = json_get_string(label, "value", json_get_string(label, "urgency", "")),
               *over = json_get_string(label, "runner_up", "");
    if (!*value)
        return arena_strdup(look->arena, "");
    str_addf(&out, "%s %s", value, sure_words(look, json_get_i64(label, "bp", 0)));
    if (*over)
        str_addf(&out, " over %s", over);
    for (const struct json *r = json_first(json_get(label, "reasons")); r; r = json_next(r)) {
        int64_t weight = json_get_i64(r, "weight_milli", 0), tenths = (weight < 0 ? -weight : weight) / 100;
        if (!tenths)
            continue; /* it tipped nothing */
        str_addf(&out, "  [%s %s%lld.%lld]", json_get_string(r, "text", ""), weight < 0 ? "-" : "+",
                 (long long)(tenths / 10), (long long)(tenths % 10));
    }
    return arena_strdup(look->arena, out.data);
}

static void wrapped(struct pane *p, const char *heading, enum ui_role role, const char *text)
{
    char **lines;
    int count =
        text_wrap(p->look->arena, text_safe_in(p->look->arena, text, TEXT_LINE), p->width - HEADING, &lines);
    for (int i = 0; i < count; i++)
        line(p, i ? "" : heading, role, lines[i]);
}

static void clock_facts(struct pane *p)
{
    p->row += json_count(json_get(p->doc, "clocks")) > 0;
    for (const struct json *clock = json_first(json_get(p->doc, "clocks")); clock && p->row < p->end;
         clock = json_next(clock))
        p->row += facts_clock(p->look, p->s, p->row, p->left, p->width, CLOCK, clock) > 0;
}

static void escalation_facts(struct pane *p)
{
    const struct json *e = json_get(p->doc, "escalation");
    const char *state = json_get_string(e, "state", "");
    struct arena *a = p->look->arena;
    int64_t next = json_get_i64(e, "next_at", 0);
    if (!*state || str_eq(state, "none"))
        return;
    p->row++;
    bool acked = str_eq(state, "acknowledged");
    line(p, "escalation", str_eq(state, "triggered") ? UI_CRITICAL : UI_OK,
         acked ? arena_printf(a, "✔ acked %s", look_owner(p->look, json_get_string(e, "acked_by", "")))
               : arena_printf(a, "%s", state));
    line(p, "policy", UI_DIM, json_get_string(e, "policy", ""));
    if (str_eq(state, "triggered"))
        line(p, "step", UI_NORMAL, look_step(a, e));
    if (next > p->look->now)
        line(p, "next in", UI_WARN, look_countdown(a, next - p->look->now));
    line(p, "reason", UI_DIM, json_get_string(e, "reason", ""));
}

const struct json *facts_similar(const struct look *look, int64_t ticket)
{
    const struct mirror_doc *doc = mirror_doc(look->mirror, MIRROR_SIMILAR);
    return doc->ticket == ticket ? json_get(doc->root, "rows") : NULL;
}

static const char *number_of(const struct pane *p, const struct json *row)
{
    return arena_printf(p->look->arena, "#%lld", (long long)json_get_i64(row, "id", 0));
}

/* Resolved ones like it: how it was answered then. */
static void similar_facts(struct pane *p)
{
    enum { MOST = 3 };
    const struct json *rows = facts_similar(p->look, p->t->id);
    int n = 0, digits = 0;
    p->row += json_count(rows) > 0;
    for (const struct json *r = json_first(rows); r && n < MOST; r = json_next(r), n++)
        digits = (int)strlen(number_of(p, r)) > digits ? (int)strlen(number_of(p, r)) : digits;
    n = 0;
    for (const struct json *r = json_first(rows); r && n < MOST; r = json_next(r))
        line(p, n++ ? "" : "similar", UI_DIM, arena_printf(p->look->arena, "%*s %s", digits, number_of(p, r), json_get_string(r, "title", "")));
}

int facts_draw(const struct look *look, struct surface *s, int top, int left, int rows, int width,
               const struct mirror_row *row, const struct json *doc)
{
    struct pane p = {look, s, top, top + rows, left, width, &row->t, row, doc};
    status_facts(&p);
    clock_facts(&p);
    escalation_facts(&p);
    const char *label = facts_label(look, json_path(doc, "label.urgency"));
    p.row += *label != 0;
    wrapped(&p, "label", UI_DIM, label);
    wrapped(&p, "category", UI_DIM, facts_label(look, json_path(doc, "label.category")));
    p.row++;
    origin_facts(&p);
    similar_facts(&p);
    return p.row - top;
}
