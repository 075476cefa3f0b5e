/* show_ledger: the why ledger of a ticket's clocks (core/ledger) as JSON: for each clock why it stands where it stands, the
 * segments of its time, and the entries that made them, with who and when. What a clock is about comes from the journal. */
#include "api/show.h"
#include "core/ledger.h"
#include "core/sla.h"
#include <string.h>

enum { PAGE = 500, MOST_ENTRIES = 5000, MOST_CLOCKS = 40 };

static struct json *parsed(struct arena *arena, const char *text)
{
    return text ? json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
}

/* The newest MOST_ENTRIES, in order; `left` are older. */
static bool read_entries(struct show *show, int64_t ticket, struct ledger_entry **entries, int *count, bool *left)
{
    struct ledger_entry *list = ARENA_ARRAY(show->arena, struct ledger_entry, MOST_ENTRIES);
    int n = 0, got = PAGE;
    int64_t before = 0;
    while (got == PAGE && n < MOST_ENTRIES) {
        struct entry_query q = {.ticket = ticket, .kind = "sla", .before = before, .limit = PAGE, .newest_first = true};
        struct entry *page;
        if (!store_entry_list(show->store, show->arena, &q, &page, &got, &show->err))
            return false;
        for (int i = 0; i < got && n < MOST_ENTRIES; i++, before = page[i - 1].seq)
            n += ledger_read(parsed(show->arena, page[i].data), page[i].seq, page[i].cause, page[i].actor, &list[n]);
    }
    for (int i = 0; i < n / 2; i++) {
        struct ledger_entry swap = list[i];
        list[i] = list[n - 1 - i];
        list[n - 1 - i] = swap;
    }
    *entries = list;
    *count = n;
    *left = n == MOST_ENTRIES;
    return true;
}

static const char *text_of(struct show *show, const char *text)
{
    return mask_text(show->arena, &show->mask, NULL, text);
}

static struct json *sums_of(const int64_t sums[SEGMENT_KINDS])
{
    struct json *row = json_object();
    for (int kind = 0; kind < SEGMENT_KINDS; kind++)
        if (sums[kind])
            json_put_i64(row, segment_word(kind), sums[kind]);
    return row;
}

static struct json *line_of(struct show *show, const struct ledger_clock *c, const struct ledger_line *l)
{
    struct json *row = json_object();
    const char *sums = ledger_sums(show->arena, l->sums);
    json_put_i64(row, "at", l->entry->at);
    json_put_string(row, "when", ledger_moment(show->arena, c, l->entry->at));
    json_put_string(row, "text", text_of(show, l->text));
    json_put_string(row, "actor", text_of(show, l->entry->actor));
    json_put_i64(row, "seq", l->entry->seq);
    json_put_i64(row, "cause", l->entry->cause);
    json_put_i64(row, "elapsed", l->entry->elapsed);
    if (l->until) {
        json_put_i64(row, "until", l->until);
        json_put(row, "sums", sums_of(l->sums));
        json_put_string(row, "then", text_of(show, sums));
    }
    return row;
}

static struct json *segment_of(struct show *show, const struct ledger_segment *s)
{
    struct json *row = json_object();
    json_put_i64(row, "from", s->from);
    json_put_i64(row, "until", s->until);
    json_put_string(row, "kind", segment_word(s->kind));
    json_put_i64(row, "counted", s->counted);
    json_put_i64(row, "line", s->line);
    if (s->name[0])
        json_put_string(row, "name", text_of(show, s->name));
    if (s->coarse)
        json_put_bool(row, "coarse", true);
    return row;
}

static const char *title_of(const struct ledger_clock *c)
{
    static const char *const titles[] = {"First response", "Next response", "Resolution"};
    return titles[c->metric];
}

static struct json *clock_of(struct show *show, const struct ledger_clock *c)
{
    struct json *row = json_object(), *verdict = json_array(), *lines = json_array(), *segments = json_array();
    const struct sla_clock settled = {.state = c->state, .target = c->target, .elapsed = c->elapsed};
    json_put_string(row, "metric", sla_metric_word(c->metric));
    json_put_string(row, "title", title_of(c));
    json_put_string(row, "state", ledger_state_word(c->state));
    json_put_string(row, "policy", c->policy);
    json_put_string(row, "calendar", c->calendar ? c->calendar->name : NULL);
    json_put_string(row, "zone", zone_name(c->calendar ? config_zone(c->calendar->zone) : NULL));
    json_put_i64(row, "target", c->target);
    json_put_i64(row, "elapsed", c->elapsed);
    json_put_i64(row, "started_at", c->started_at);
    json_put_i64(row, "since", c->since);
    json_put_i64(row, "due_at", c->due_at);
    json_put_bool(row, "warned", c->warned);
    json_put_bool(row, "breached", c->breached);
    json_put_bool(row, "late", c->elapsed > c->target);
    if (c->metric == SLA_RESOLUTION && c->state == CLOCK_FULFILLED)
        json_put_string(row, "tier", sla_tier_word(sla_tier(&settled, &show->config->game)));
    json_put(row, "sums", sums_of(c->sums));
    for (const char *const *text = ledger_verdict(show->arena, c, show->now); *text; text++)
        json_push(verdict, json_new_string(text_of(show, *text)));
    for (int i = 0; i < c->line_count; i++)
        json_push(lines, line_of(show, c, &c->lines[i]));
    for (int i = 0; i < c->segment_count; i++)
        json_push(segments, segment_of(show, &c->segments[i]));
    json_put(row, "verdict", verdict);
    json_put(row, "lines", lines);
    json_put(row, "segments", segments);
    return row;
}

static void say(struct show *show, struct json *lines, const char *text)
{
    json_push(lines, json_new_string(text_of(show, text)));
}

/* The same in sentences, for who reads lines. */
static void clock_in_lines(struct show *show, struct json *lines, const struct ledger_clock *c)
{
    struct arena *a = show->arena;
    for (const char *const *text = ledger_verdict(a, c, show->now); *text; text++)
        say(show, lines, arena_printf(a, "%s: %s", title_of(c), *text));
    for (int i = 0; i < c->line_count; i++) {
        const struct ledger_line *l = &c->lines[i];
        const char *sums = l->until ? ledger_sums(a, l->sums) : "";
        say(show, lines, arena_printf(a, "%s: %s%s%s (entry %lld)", ledger_moment(a, c, l->entry->at), l->text, *sums ? "; then " : "", sums,
                                      (long long)l->entry->seq));
    }
}

static bool newest_of_its_metric(const struct ledger_clock *clocks, int count, int at)
{
    for (int i = at + 1; i < count; i++)
        if (clocks[i].metric == clocks[at].metric)
            return false;
    return true;
}

/* The clocks that are, by metric; then those of earlier causes, newest first. */
static int in_order(struct ledger_clock *clocks, int count, const struct ledger_clock **list)
{
    int n = 0;
    for (int metric = 0; metric < SLA_METRICS; metric++)
        for (int i = 0; i < count; i++)
            if (clocks[i].metric == metric && newest_of_its_metric(clocks, count, i))
                list[n++] = &clocks[i];
    for (int i = count - 1; i >= 0; i--)
        if (!newest_of_its_metric(clocks, count, i))
            list[n++] = &clocks[i];
    return n;
}

struct json *show_ledger(struct show *show, const struct ticket *t)
{
    struct ledger_entry *entries;
    struct ledger_clock *clocks;
    int entry_count, count;
    bool left;
    if (!read_entries(show, t->id, &entries, &entry_count, &left))
        return NULL;
    ledger_clocks(show->arena, show->config, entries, entry_count, show->now, &clocks, &count);
    const struct ledger_clock **list = ARENA_ARRAY(show->arena, const struct ledger_clock *, count + 1);
    struct json *root = json_object(), *lines = json_array(), *rows = json_array();
    count = in_order(clocks, count, list);
    for (int i = 0; i < count && i < MOST_CLOCKS; i++) {
        json_push(rows, clock_of(show, list[i]));
        clock_in_lines(show, lines, list[i]);
    }
    if (!count)
        say(show, lines, "No SLA policy matches this ticket, so no clock runs.");
    if (count > MOST_CLOCKS || left)
        say(show, lines, "Older clocks of this ticket are in the journal.");
    json_put_bool(root, "older", count > MOST_CLOCKS || left);
    json_put(root, "lines", lines);
    json_put(root, "clocks", rows);
    return root;
}
