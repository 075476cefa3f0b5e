/* day: the script's rows in order. A row is read when it is its turn, so that a body is written with what its ticket has become
 * by then (a conversation grows). Times are `HH:MM` of the day that the script is at, or `+Nd HH:MM`, N days after the first. */
#include "demo/day.h"
#include "base/str.h"
#include "core/act.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000, DAY = 86400000, TICKETS = 64 };

struct day {
    struct arena *arena;
    const char *file;
    const struct yaml *next;  /* row */
    int64_t midnight, begins; /* of the first day, UTC */
    struct dice dice;
    struct plot *plots[TICKETS];
    const char *names[TICKETS];
    int count;
};

static bool fault(const struct day *d, const struct yaml *node, struct err *err, const char *what)
{
    return err_set(err, ERR_CONFIG, "%s:%d:%d: %s", d->file, node->line, node->column, what);
}

static const char *text_of(const struct yaml *row, const char *name)
{
    const struct yaml *node = yaml_get(row, name);
    return node ? node->text : NULL;
}

/* --- reading --- */

static bool read_time(const char *text, int64_t *after)
{
    int days = 0, hour, minute, used = 0;
    if (text && *text == '+' && (sscanf(text, "+%dd %n", &days, &used) != 1 || days < 0 || days > 30))
        return false;
    if (!text || sscanf(text + used, "%2d:%2d", &hour, &minute) != 2 || hour > 23 || minute > 59 || hour < 0 || minute < 0)
        return false;
    *after = days * (int64_t)DAY + (hour * 60 + minute) * (int64_t)MINUTE;
    return true;
}

static bool set_begin(struct day *d, const struct yaml *root, int64_t from, struct err *err)
{
    static const char *const weekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    const struct yaml *node = yaml_get(root, "begins");
    const char *text = node ? node->text : NULL, *hour = text ? strchr(text, ' ') : NULL;
    int64_t after;
    int weekday = 0;
    while (hour && weekday < 7 && strncmp(text, weekdays[weekday], (size_t)(hour - text)) != 0)
        weekday++;
    if (!hour || weekday == 7 || !read_time(hour + 1, &after))
        return fault(d, node ? node : root, err, "begins: a weekday and an hour, friday 08:55");
    int64_t day = from / DAY, today = (day + 3) % 7; /* 1970-01-01 was a Thursday */
    d->midnight = (day + (weekday - today + 7) % 7) * DAY;
    d->midnight += d->midnight + after < from ? 7 * (int64_t)DAY : 0;
    d->begins = d->midnight + after;
    return true;
}

static int ask_of(const char *text)
{
    return str_eq(text, "critical") ? ASK_CRITICAL : str_eq(text, "high") ? ASK_HIGH : ASK_LOW;
}

static bool read_ticket(struct day *d, const struct yaml *row, struct err *err)
{
    struct plot *plot = ARENA_NEW(d->arena, struct plot);
    struct template *text = ARENA_NEW(d->arena, struct template);
    struct person *person = ARENA_NEW(d->arena, struct person);
    *person = (struct person){"en", text_of(row, "name"), text_of(row, "email"), text_of(row, "company")};
    *text = (struct template){.lang = "en", .kind = text_of(row, "kind"), .subject = text_of(row, "subject"), .body = text_of(row, "body"), .ask = ask_of(text_of(row, "ask"))};
    *plot = (struct plot){.number = d->count, .vendor = vendor_find(text_of(row, "source")), .text = text, .person = person, .ask = text->ask, .title = text->subject,
                          .body = text->body, .order = "H-40117", .amount = "49.00"};
    if (d->count == TICKETS)
        return fault(d, row, err, "too many tickets");
    if (!plot->vendor || !person->name || !person->email || !text->subject || !text->body)
        return fault(d, row, err, "a ticket has source, name, email, subject and body");
    person->company = person->company ? person->company : person->name;
    text->kind = text->kind ? text->kind : "question";
    vendor_introduce(d->arena, &d->dice, plot);
    d->names[d->count] = row->name;
    d->plots[d->count++] = plot;
    return true;
}

static struct plot *plot_of(const struct day *d, const char *name)
{
    for (int i = 0; name && i < d->count; i++)
        if (str_eq(d->names[i], name))
            return d->plots[i];
    return NULL;
}

static bool check_row(const struct day *d, const struct yaml *row, struct err *err)
{
    const char *does = text_of(row, "does"), *opens = text_of(row, "opens"), *writes = text_of(row, "writes"), *ticket = text_of(row, "ticket");
    int64_t after;
    if (!read_time(text_of(row, "at"), &after))
        return fault(d, row, err, "at: HH:MM, or +Nd HH:MM");
    if (does && !action_find(does))
        return fault(d, row, err, "does: no such action");
    if ((opens && !plot_of(d, opens)) || (writes && !plot_of(d, writes)) || (ticket && !plot_of(d, ticket)))
        return fault(d, row, err, "there is no ticket of that name");
    return true;
}

struct day *day_new(const char *file, const char *text, size_t n, int64_t from, struct err *err)
{
    struct day *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    d->arena = arena_new();
    d->file = arena_strdup(d->arena, file);
    dice_init(&d->dice, 7);
    const struct yaml *root = yaml_parse(d->arena, file, text, n, err), *tickets = root ? yaml_get(root, "tickets") : NULL, *steps = root ? yaml_get(root, "steps") : NULL;
    bool ok = root && set_begin(d, root, from, err);
    for (const struct yaml *row = tickets ? tickets->child : NULL; ok && row; row = row->next)
        ok = read_ticket(d, row, err);
    for (const struct yaml *row = steps ? steps->child : NULL; ok && row; row = row->next)
        ok = check_row(d, row, err);
    d->next = steps ? steps->child : NULL;
    if (ok)
        return d;
    day_free(d);
    return NULL;
}

void day_free(struct day *d)
{
    if (d)
        arena_free(d->arena);
    free(d);
}

int64_t day_begins(const struct day *d)
{
    return d->begins;
}

/* --- telling --- */

static void send(struct day *d, struct plot *plot, enum move move, struct beat *beat)
{
    struct pen pen = {.arena = d->arena, .dice = &d->dice, .at = beat->at};
    plot->touched = beat->at;
    beat->kind = BEAT_SEND;
    beat->plot = plot;
    beat->body = vendor_write(&pen, plot, move);
    beat->type = pen.type;
}

static void say(struct day *d, struct plot *plot, const char *text, struct beat *beat)
{
    if (plot->line_count == PLOT_LINES)
        return;
    plot->lines[plot->line_count++] = (struct line){.id = dice_uuid(&d->dice, d->arena), .text = text, .client = true, .at = beat->at};
    send(d, plot, MOVE_SAY, beat);
}

static void act(struct day *d, const struct yaml *row, const char *does, struct beat *beat)
{
    const struct action_row *action = action_find(does);
    beat->kind = BEAT_ACT;
    beat->agent = text_of(row, "who");
    beat->action = does;
    beat->plot = plot_of(d, text_of(row, "ticket"));
    beat->value = text_of(row, "value");
    beat->other = plot_of(d, text_of(row, "into"));
    beat->confirm = str_eq(text_of(row, "confirm"), "true");
    beat->member = beat->value || beat->other ? action_arg_name(action->arg) : NULL;
}

bool day_next(struct day *d, struct beat *beat)
{
    const struct yaml *row = d->next;
    int64_t after = 0;
    if (!row)
        return false;
    d->next = row->next;
    read_time(text_of(row, "at"), &after);
    *beat = (struct beat){.at = d->midnight + after, .kind = BEAT_CLOCK, .past = true, .caption = text_of(row, "says")};
    struct plot *opens = plot_of(d, text_of(row, "opens")), *writes = plot_of(d, text_of(row, "writes"));
    const char *does = text_of(row, "does");
    if (opens) {
        opens->opened = beat->at;
        send(d, opens, MOVE_OPEN, beat);
    } else if (writes) {
        say(d, writes, text_of(row, "text"), beat);
    } else if (does) {
        act(d, row, does, beat);
    }
    return true;
}
