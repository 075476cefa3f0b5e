/* macro: a macro's lines are checked when it is read, so that what is listed can be run. Running folds step by step into a
 * copy of the ticket, for a step is allowed or refused by what the ticket is by then; what the steps said is one observation. */
#include "core/macro.h"
#include "base/str.h"
#include "base/text.h"
#include "core/fill.h"
#include "core/tags.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- reading --- */

static char *trimmed(struct arena *arena, const char *text, size_t n)
{
    while (n && strchr(" \t\r\n", *text))
        text++, n--;
    while (n && strchr(" \t\r\n", text[n - 1]))
        n--;
    return arena_strndup(arena, text, n);
}

static const struct field *word_field(enum action_arg arg)
{
    switch (arg) {
    case ARG_STATUS:
    case ARG_PRIORITY:
    case ARG_URGENCY:
    case ARG_CATEGORY:
        return field_find(action_arg_name(arg));
    default:
        return NULL;
    }
}

/* "90m" "2h" "3d" "1w" from now, in ms; 0: that is none. */
static int64_t span(const char *text)
{
    static const struct { char unit; int64_t ms; } units[] = {{'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
    int64_t n = 0;
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; digits <= 4 && i < digits; i++)
        n = n * 10 + (text[i] - '0');
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (digits && text[digits] == units[i].unit && !text[digits + 1])
            return n * units[i].ms;
    return 0;
}

static bool check_argument(const struct action_row *row, const char *arg, struct err *err)
{
    const struct field *words = word_field(row->arg);
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(arg, row->arg == ARG_STATUS ? " \t" : ""), arg);
    if (row->arg == ARG_NONE)
        return !*arg || err_set(err, ERR_USAGE, "%s takes nothing: \"%.40s\"", row->name, arg);
    if (!*arg)
        return err_set(err, ERR_USAGE, "%s needs %s", row->name, action_arg_name(row->arg));
    if (words && field_word_value(words, row->arg == ARG_STATUS ? word : arg) <= 0)
        return err_set(err, ERR_USAGE, "%s: \"%.40s\" is none of its words", row->name, arg);
    if (row->arg == ARG_UNTIL && !span(arg))
        return err_set(err, ERR_USAGE, "%s: \"%.40s\" is no span such as 30m, 2h, 3d or 1w", row->name, arg);
    return true;
}

/* What asks for a person's word each time, or chooses its ticket itself, is nothing to do by the way. */
static bool may_stand(const struct action_row *row)
{
    static const int never[] = {ACTION_DELETE, ACTION_ERASE, ACTION_PURGE, ACTION_SPAM, ACTION_DUPLICATE, ACTION_INVALID};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (row == &action_table[never[i]])
            return false;
    bool known = row->arg == ARG_NONE || row->arg == ARG_AGENT || row->arg == ARG_TAGS || row->arg == ARG_UNTIL || word_field(row->arg);
    return (row->flags & UNDOABLE) && !(row->flags & (DESK | CHOOSES)) && (known || row == &action_table[ACTION_NOTE]);
}

static bool read_step(struct arena *arena, const char *line, struct macro_step *out, struct err *err)
{
    size_t n = strcspn(line, " \t");
    const struct action_row *row = action_find(arena_strndup(arena, line, n));
    char *arg = trimmed(arena, line + n, strlen(line + n));
    if (!row)
        return err_set(err, ERR_USAGE, "\"%.40s\" is no action", line);
    if (row == &action_table[ACTION_REPLY])
        return err_set(err, ERR_USAGE, "the text to the customer stands under `reply`, not among the actions");
    if (!may_stand(row))
        return err_set(err, ERR_USAGE, "%s is nothing a macro may do: it cannot be undone with the rest, or asks for your word", row->name);
    *out = (struct macro_step){(int)(row - action_table), *arg ? arg : NULL};
    return check_argument(row, arg, err);
}

bool macro_steps(struct arena *arena, struct macro *macro, struct err *err)
{
    int texts = macro->reply && *macro->reply;
    if (macro->reply && !texts)
        macro->reply = NULL;
    if (macro->reply && strlen(macro->reply) > MACRO_TEXT)
        return err_set(err, ERR_INPUT, "reply: at most %d KiB", MACRO_TEXT >> 10);
    macro->step_count = 0;
    for (int i = 0; i < macro->line_count; i++) {
        struct macro_step *step = &macro->steps[macro->step_count++];
        if (!read_step(arena, trimmed(arena, macro->lines[i], strlen(macro->lines[i])), step, err))
            return false;
        texts += step->action == ACTION_NOTE;
    }
    if (texts > 1)
        return err_set(err, ERR_USAGE, "one text a macro: a note or the reply");
    return texts || macro->step_count || err_set(err, ERR_USAGE, "it has neither actions nor a reply");
}

bool macro_name_fits(const char *name)
{
    static const char more[] = "._-";
    if (!name || !isalnum((unsigned char)*name) || strlen(name) > 64)
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && !strchr(more, *name))
            return false;
    return true;
}

static bool add_line(struct arena *arena, struct macro *macro, const char *text, size_t n, struct err *err)
{
    char *line = trimmed(arena, text, n);
    if (!*line)
        return true;
    if (macro->line_count == MACRO_ACTIONS || strlen(line) > MACRO_LINE)
        return err_set(err, ERR_INPUT, "actions: at most %d, of at most %d bytes", MACRO_ACTIONS, MACRO_LINE);
    macro->lines[macro->line_count++] = line;
    return true;
}

static bool read_lines(struct arena *arena, const struct json *actions, struct macro *out, struct err *err)
{
    const char *text = json_string(actions);
    for (size_t n; text && *text; text += n + (text[n] == ';')) {
        n = strcspn(text, ";");
        if (!add_line(arena, out, text, n, err))
            return false;
    }
    for (const struct json *line = text ? NULL : json_first(actions); line; line = json_next(line))
        if (!json_string(line) || !add_line(arena, out, json_string(line), strlen(json_string(line)), err))
            return err->code != ERR_NONE ? false : err_set(err, ERR_INPUT, "actions: each is a text");
    return true;
}

bool macro_read(struct arena *arena, const char *name, const struct json *data, struct macro *out, struct err *err)
{
    *out = (struct macro){.name = name, .title = json_get_string(data, "title", NULL), .owner = json_get_string(data, "owner", NULL),
                          .by = json_get_string(data, "by", NULL), .guard = json_get_string(data, "when", NULL), .reply = json_get_string(data, "reply", NULL)};
    if (out->guard && !*out->guard)
        out->guard = NULL;
    return read_lines(arena, json_get(data, "actions"), out, err) &&
           (!out->guard || (out->when = when_parse(arena, out->guard, err))) && macro_steps(arena, out, err);
}

struct json *macro_data(const struct macro *macro)
{
    struct json *data = json_object(), *actions = json_array();
    for (int i = 0; i < macro->line_count; i++)
        json_push(actions, json_new_string(macro->lines[i]));
    json_put_string(data, "title", macro->title);
    json_put_string(data, "when", macro->guard);
    json_put(data, "actions", actions);
    json_put_string(data, "reply", macro->reply);
    json_put_string(data, "owner", macro->owner);
    json_put_string(data, "by", macro->by);
    return data;
}

/* --- running --- */

struct running {
    struct arena *arena;
    const struct macro *macro;
    const struct action *action;
    const struct config_source *source;
    const struct config *rules;
    int64_t now;
    struct ticket *ticket; /* as the steps so far leave it */
    struct observation *out;
    struct err *err;
};

/* A variable without a value is refused here, whoever reads the text: nobody looks at it before it stands. */
static const char *filled(struct running *r, const char *text)
{
    const char *left;
    struct fill with = {r->ticket, r->action->actor, r->rules};
    char *out = fill_text(r->arena, text, &with, &left);
    if (left)
        err_set(r->err, ERR_INPUT, "%.60s has no value on #%lld; write the text by hand", left, (long long)r->ticket->id);
    return left ? NULL : out;
}

static const char *argument(struct running *r, const struct macro_step *step)
{
    switch (action_table[step->action].arg) {
    case ARG_AGENT:
        return str_eq(step->arg, "me") ? r->action->actor : step->arg;
    case ARG_TAGS:
        return tags_read(r->arena, step->arg);
    case ARG_UNTIL:
        return arena_printf(r->arena, "%lld", (long long)(r->now + span(step->arg)));
    case ARG_TEXT:
        return filled(r, step->arg);
    case ARG_STATUS:
        return arena_strndup(r->arena, step->arg, strcspn(step->arg, " \t"));
    default:
        return step->arg;
    }
}

/* "on_hold waits for the bank": the words behind a status are its reason. */
static const char *beside(struct running *r, const struct macro_step *step)
{
    size_t n = step->arg && action_table[step->action].arg == ARG_STATUS ? strcspn(step->arg, " \t") : 0;
    if (!n || !step->arg[n])
        return NULL;
    AUTO_JSON with = json_object();
    json_put_string(with, "reason", step->arg + n + strspn(step->arg + n, " \t"));
    return json_print_in(r->arena, with);
}

/* What the step said goes over what was said before. */
static void join(struct running *r, const struct observation *said)
{
    struct observation *out = r->out;
    for (int i = 0; i < field_count; i++) {
        if (!field_set_has(&said->said, i) && !field_set_has(&said->null, i))
            continue;
        uint64_t bit = (uint64_t)1 << (i & 63);
        out->said.bits[i >> 6] = (out->said.bits[i >> 6] & ~bit) | (said->said.bits[i >> 6] & bit);
        out->null.bits[i >> 6] = (out->null.bits[i >> 6] & ~bit) | (said->null.bits[i >> 6] & bit);
        field_move(&out->value, &said->value, &field_table[i]);
    }
    if (out->kind == KIND_UPDATE || kind_rank(said->kind) > kind_rank(out->kind))
        out->kind = said->kind;
    if (said->message_count) {
        out->messages = said->messages;
        out->message_count = said->message_count;
    }
}

static bool take_step(struct running *r, int id, const char *arg, const char *with)
{
    struct observation said;
    struct action one = {.id = id, .actor = r->action->actor, .role = r->action->role, .arg = arg, .with = with};
    if (!act_observe(r->arena, r->ticket, &one, r->source, r->rules, r->now, &said, r->err)) {
        if (r->err && r->err->code == ERR_ALREADY)
            r->err->code = ERR_STATE; /* the macro as a whole is not so already */
        return err_in(r->err, "%s", action_table[id].name);
    }
    observe_fold(r->ticket, &said);
    join(r, &said);
    return true;
}

bool macro_observe(struct arena *arena, const struct ticket *before, const struct macro *macro, const struct action *action,
                   const struct config_source *source, const struct config *rules, const struct when_env *env, int64_t now,
                   struct observation *out, struct err *err)
{
    struct running r = {arena, macro, action, source, rules, now, ticket_copy(arena, before), out, err};
    if (macro->when && !when_eval(macro->when, before, env))
        return err_set(err, ERR_STATE, "#%lld: macro %s is for tickets with %.120s, which this one is not", (long long)before->id, macro->name, macro->guard);
    if (action->version && action->version != before->version)
        return err_set(err, ERR_CONFLICT, "#%lld changed since you looked", (long long)before->id);
    *out = (struct observation){.voice = VOICE_DESK, .kind = KIND_UPDATE, .account = before->account, .dialect = before->dialect,
                                .key = before->key, .v = {.t = now, .rank = 2}};
    /* The reply first: a step may close the ticket, and to a closed one nobody writes. It is filled where all replies are. */
    if (macro->reply && !take_step(&r, ACTION_REPLY, macro->reply, NULL))
        return false;
    for (int i = 0; i < macro->step_count; i++) {
        const char *arg = macro->steps[i].arg ? argument(&r, &macro->steps[i]) : NULL;
        if ((macro->steps[i].arg && !arg) || !take_step(&r, macro->steps[i].action, arg, beside(&r, &macro->steps[i])))
            return false;
    }
    return true;
}
