/* drafts: see drafts.h. What the composer's review does by a key is done here by a word. */
#include "app/drafts.h"
#include "core/article.h"
#include "core/attachment.h"
#include "core/draft.h"
#include "screen/look.h"
#include "base/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char drafts_help[] =
    "  triage drafts                         texts you have begun, and those colleagues handed to the team\n"
    "  triage drafts show 42                 yours on #42; `note` behind the number: the note\n"
    "  triage drafts share 42                hands it to the team; unshare takes it back\n"
    "  triage reply 42 --draft               sends it, with its files and articles; --pending, --close, --next as ever\n"
    "  triage drafts take 43 --from ana      takes over what ana shared on #43: it is yours alone then\n"
    "  triage drafts discard 43              throws yours away\n";

struct drafts_after drafts_after(struct shell *sh)
{
    return (struct drafts_after){.close = shell_option(sh, "--close", false), .pending = shell_option(sh, "--pending", false), .next = shell_option(sh, "--next", false)};
}

/* Files alone are a draft too. */
static const char *what_of(struct print *p, const struct json *d)
{
    struct attachment *list;
    const char *text = json_get_string(d, "text", "");
    const struct json *files = json_get(d, "attachments");
    int n = *text || !files ? 0 : attachment_read(p->arena, json_print_in(p->arena, files), &list);
    return n ? attachment_say_all(p->arena, list, n) : text;
}

static void print_draft(struct print *p, const struct json *d)
{
    bool mine = json_get_bool(d, "mine", false);
    print_cell(p, arena_printf(p->arena, "#%" PRId64, json_get_i64(d, "ticket", 0)), 7, false);
    print_cell(p, json_get_string(d, "kind", ""), 6, false);
    print_cell(p, arena_printf(p->arena, "%s%s", mine ? "you" : json_get_string(d, "agent", ""), json_get_bool(d, "shared", false) ? ", shared" : ""), 16, false);
    print_cell(p, look_ago(p->arena, p->now - json_get_i64(d, "at", 0)), 5, true);
    print_safe(p, what_of(p, d));
    print_end(p);
}

static void print_drafts(struct print *p, const struct json *root)
{
    for (const struct json *d = json_first(json_get(root, "drafts")); d; d = json_next(d))
        print_draft(p, d);
}

/* Of whom the draft of the words is: "42", or "42 note". */
static bool meant(struct shell *sh, struct draft *draft)
{
    *draft = (struct draft){.reply = true};
    if (sh->argc < 2 || sh->argc > 3 || !shell_number(sh->argv[1], &draft->ticket))
        return false;
    draft->reply = sh->argc == 2 || str_eq(sh->argv[2], "reply");
    return draft->reply || str_eq(sh->argv[2], "note");
}

static const char *path_of(struct shell *sh, const struct draft *draft)
{
    return arena_printf(sh->arena, "/v1/keep/%s", draft_key(sh->arena, draft->ticket, draft->reply));
}

static const struct json *lacks(struct shell *sh, const char *why, int *code)
{
    struct err err = {0};
    err_set(&err, ERR_NOT_FOUND, "%s", why);
    *code = shell_failed(sh, &err, "triage drafts lists those there are");
    return NULL;
}

/* NULL: there is none; said. */
static const struct json *kept(struct shell *sh, const struct draft *draft, int *code)
{
    bool quiet = sh->quiet;
    sh->quiet = true;
    const struct json *root = shell_fetch(sh, path_of(sh, draft), NULL, code), *value = json_get(root, "value");
    sh->quiet = quiet;
    if (!root || (value && (*draft_text(value) || draft_files(value))))
        return root ? value : NULL;
    return lacks(sh, arena_printf(sh->arena, "#%" PRId64 ": you have begun no %s there; `triage drafts` lists yours", draft->ticket, draft_word(draft->reply)), code);
}

static int put(struct shell *sh, const struct draft *draft, struct json *value, const char *said)
{
    AUTO_JSON body = json_object();
    char hint[256] = "";
    struct err err = {0};
    AUTO_STR answer;
    str_init(&answer, 1 << 16);
    if (value)
        json_put(body, "value", value);
    else
        json_put_null(body, "value");
    shell_connect(sh);
    if (!link_call(sh->link, "PUT", path_of(sh, draft), json_print_in(sh->arena, body), &answer, hint, &err))
        return shell_failed(sh, &err, hint);
    print_safe(&sh->print, said);
    str_addc(&sh->out, '\n');
    return shell_flush(sh);
}

static int show(struct shell *sh, const struct draft *draft, const char *from)
{
    (void)from;
    int code = 0;
    const struct json *value = kept(sh, draft, &code);
    if (!value)
        return code;
    for (const char *line = draft_text(value); *line;) {
        size_t n = strcspn(line, "\n");
        print_safe(&sh->print, arena_strndup(sh->arena, line, n));
        str_addc(&sh->out, '\n');
        line += n + (line[n] == '\n');
    }
    struct attachment *list;
    int n = draft_files(value) ? attachment_read(sh->arena, json_print_in(sh->arena, draft_files(value)), &list) : 0;
    if (n)
        fprintf(stderr, "%s\n", text_safe_in(sh->arena, attachment_say_all(sh->arena, list, n), TEXT_LINE));
    return shell_flush(sh);
}

static int hand_over(struct shell *sh, const struct draft *draft, bool shared)
{
    int code = 0;
    const struct json *value = kept(sh, draft, &code);
    if (!value)
        return code;
    struct json *own = json_is(value, JSON_OBJECT) ? json_copy(value) : json_object();
    if (!json_is(value, JSON_OBJECT))
        json_put_string(own, "text", draft_text(value));
    json_drop(own, "shared");
    if (shared)
        json_put_bool(own, "shared", true);
    return put(sh, draft, own, shared ? "handed to the team" : "yours alone again");
}

static int share(struct shell *sh, const struct draft *draft, const char *from)
{
    (void)from;
    return hand_over(sh, draft, true);
}

static int unshare(struct shell *sh, const struct draft *draft, const char *from)
{
    (void)from;
    return hand_over(sh, draft, false);
}

static int take(struct shell *sh, const struct draft *draft, const char *from)
{
    AUTO_JSON body = json_object();
    if (!from)
        return shell_usage(sh, "usage: triage drafts take NUMBER [NOTE] --from AGENT", "", "triage drafts says who shares what");
    json_put_i64(body, "ticket", draft->ticket);
    json_put_string(body, "kind", draft_word(draft->reply));
    json_put_string(body, "from", from);
    return shell_post(sh, "/v1/drafts/take", json_print_in(sh->arena, body), "it is yours now");
}

static int discard(struct shell *sh, const struct draft *draft, const char *from)
{
    (void)from;
    int code = 0;
    return kept(sh, draft, &code) ? put(sh, draft, NULL, "thrown away") : code;
}

static const char *join(struct shell *sh, const char *first, const struct json *then)
{
    AUTO_JSON all = first ? json_parse(first, strlen(first), &json_limits_native, NULL, NULL) : json_array();
    for (const struct json *row = json_first(then); row; row = json_next(row))
        json_push(all, json_copy(row));
    return json_first(all) ? json_print_in(sh->arena, all) : NULL;
}

/* Those of which something still stands in the text. */
static const char *cited(struct shell *sh, const struct json *draft)
{
    const char *keys = NULL;
    for (const struct json *one = json_first(json_get(draft, "cited")); one; one = json_next(one))
        if (strstr(draft_text(draft), json_get_string(one, "mark", "")))
            keys = article_add(sh->arena, keys, json_get_string(one, "key", ""));
    return keys;
}

const char *drafts_send(struct shell *sh, struct command_do *what, int *code)
{
    const struct draft draft = {*what->tickets, what->action == &action_table[ACTION_REPLY]};
    bool anyway = shell_option(sh, "--anyway", false);
    const struct json *value = kept(sh, &draft, code);
    if (value && !*draft_text(value))
        value = lacks(sh, arena_printf(sh->arena, "#%" PRId64 ": your %s has files and no text yet, and a file alone says nothing", draft.ticket, draft_word(draft.reply)), code);
    if (!value)
        return NULL;
    what->attachments = join(sh, what->attachments, draft_files(value));
    what->articles = draft.reply ? cited(sh, value) : NULL;
    what->thread_version = draft.reply && !anyway ? json_get_i64(value, "version", 0) : 0;
    what->draft = true;
    return draft_text(value);
}

void drafts_keep(struct shell *sh, const struct command_do *what, const char *text)
{
    const struct draft draft = {*what->tickets, what->action == &action_table[ACTION_REPLY]};
    const char *word = draft_word(draft.reply);
    bool quiet = sh->quiet;
    int code = 0;
    sh->quiet = true;
    const struct json *value = json_get(shell_fetch(sh, path_of(sh, &draft), NULL, &code), "value");
    sh->quiet = quiet;
    struct json *own = json_is(value, JSON_OBJECT) ? json_copy(value) : json_object();
    const char *was = draft_text(value);
    json_drop(own, "text");
    json_put_string(own, "text", *was && !str_eq(was, text) ? arena_printf(sh->arena, "%s\n\n%s", was, text) : text);
    put(sh, &draft, own, arena_printf(sh->arena, "The text is kept as your draft: drafts show %" PRId64 "%s shows it, %s %" PRId64 " --draft sends it.", draft.ticket,
                                      draft.reply ? "" : " note", word, draft.ticket));
}

int drafts_run(struct shell *sh)
{
    static const struct { const char *word; int (*run)(struct shell *sh, const struct draft *draft, const char *from); } words[] = {
        {"show", show}, {"share", share}, {"unshare", unshare}, {"take", take}, {"discard", discard}};
    const char *from = shell_option(sh, "--from", true);
    struct draft draft;
    if (!sh->argc)
        return shell_print(sh, "/v1/drafts", print_drafts);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i].word, sh->argv[0])) {
            return meant(sh, &draft) ? words[i].run(sh, &draft, from) : shell_usage(sh, "usage: triage drafts ", sh->argv[0], "a ticket's number, and `note` where it is one");
        }
    return shell_usage(sh, "drafts: no such word as ", sh->argv[0], "triage help drafts");
}
