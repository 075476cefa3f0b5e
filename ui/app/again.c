/* again: see again.h. What came of it is said from the answer, which the console and the shell get alike. */
#include "app/again.h"
#include "app/part.h"
#include "base/text.h"
#include <inttypes.h>

/* "event 57: #42", "event 57 stays in quarantine: type missing", of the first that came of it. */
static const char *outcome(struct arena *arena, const struct json *root)
{
    const struct json *event = json_first(json_get(root, "events"));
    const char *state = json_get_string(event, "state", "nothing");
    int64_t ticket = json_get_i64(event, "ticket", 0), id = json_get_i64(event, "id", 0);
    const char *note = json_get_string(event, "note", "");
    if (str_eq(state, "quarantine"))
        return arena_printf(arena, "event %" PRId64 " stays in quarantine: %s", id, *note ? text_safe_in(arena, note, TEXT_LINE) : "it cannot be read yet");
    if (json_get_bool(event, "duplicate", false))
        return arena_printf(arena, "it came in before, as event %" PRId64, id);
    return ticket ? arena_printf(arena, "event %" PRId64 " %s: #%" PRId64, id, state, ticket) : arena_printf(arena, "event %" PRId64 " %s", id, state);
}

static char *path_of(struct arena *arena, int64_t event)
{
    return arena_printf(arena, "/v1/events/%" PRId64 "/rerun", event);
}

/* --- the console --- */

static void came(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    c->dirty = c->at_once = true;
    if (answer->err)
        console_toast(c, UI_ERROR, "%s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
    else
        console_toast(c, UI_TOAST, "%s", outcome(c->frame, root));
    fetch_place(c);
}

const char *again_event(struct console *c)
{
    struct look look = console_look(c);
    struct lists_item item = {0};
    bool under = console_place(c) == PLACE_INGEST && lists_selected(console_table(c), &look, &item) && !item.refusal;
    return under ? arena_printf(c->frame, "%" PRId64, item.id) : "";
}

static bool refused_here(struct console *c)
{
    struct look look = console_look(c);
    struct lists_item item = {0};
    return console_place(c) == PLACE_INGEST && lists_selected(console_table(c), &look, &item) && item.refusal;
}

static void do_rerun(struct console *c, const char *arg)
{
    int64_t event = 0;
    if (!shell_number(*arg ? arg : again_event(c), &event))
        event = 0;
    if (!event && refused_here(c))
        console_toast(c, UI_ERROR, "rerun: what was refused is not kept, only its sender has it; w says why");
    else if (!event)
        console_toast(c, UI_ERROR, "rerun: there is no event under the cursor; gi shows them, j and k move");
    else
        link_send(c->link, "POST", path_of(c->frame, event), "{}", came, c);
}

static const struct part_command commands[] = {{LOCAL_RERUN, do_rerun}, {0}};
const struct part part_again = {commands, NULL};

/* --- the shell --- */

const char again_help[] =
    "What nothing could be made of is kept aside, to the byte (triage events --state quarantine). Once triage.yaml says\n"
    "otherwise, or a newer triage reads more, it is taken in as if it came now; what is kept aside stays, for the record.\n";

int again_rerun(struct shell *sh)
{
    int64_t event;
    int code = 0;
    if (sh->argc != 1 || !shell_number(sh->argv[0], &event))
        return shell_usage(sh, "usage: triage ", "rerun EVENT", "triage events --state quarantine lists them");
    const struct json *root = shell_fetch(sh, path_of(sh->arena, event), "{}", &code);
    if (root && !sh->options.json)
        str_addf(sh->print.out, "%s\n", outcome(sh->arena, root));
    return root ? shell_flush(sh) : code;
}
