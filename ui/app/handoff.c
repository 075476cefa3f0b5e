/* handoff: see handoff.h. */
#include "app/handoff.h"
#include "app/scissors.h"
#include "base/str.h"
#include "base/text.h"
#include "term/ncurses.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char handoff_piped[] = "ticket.txt";

const char *handoff_editor(void)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
    return visual && *visual ? visual : editor && *editor ? editor : NULL;
}

static bool blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n", text[i]) || !text[i])
            return false;
    return true;
}

/* --- how it ended --- */

/* Why all that was saved has to stay in its file. */
enum stay { STAYS_NOT, STAYS_MUCH, STAYS_TORN, STAYS_BELOW };

/* The path first: a narrow screen ends the line behind it. */
static void say_stay(struct handoff_end *out, enum stay stay, const struct handoff *h, const struct child_end *end, const char *path)
{
    char how[120] = "", much[60];
    snprintf(much, sizeof much, "more than %zu bytes", h->max);
    const char *const why[] = {[STAYS_MUCH] = much, [STAYS_TORN] = "hints, but no line of scissors",
                               [STAYS_BELOW] = "left out: what is below the scissors"};
    if (!out->good && end->signal)
        snprintf(how, sizeof how, " (the editor: signal %d)", end->signal);
    else if (!out->good)
        snprintf(how, sizeof how, " (the editor: status %d)", end->code);
    snprintf(out->say, sizeof out->say, "What was saved stays in %.200s%s: %s.%s", path, how, why[stay], out->text && out->good ? "" : " The earlier text stands.");
}

static void say_end(struct handoff_end *out, const struct child_end *end, const char *editor, bool changed)
{
    const char *within = changed ? "; C-r brings what it saved" : "";
    if (end->code == 127)
        snprintf(out->say, sizeof out->say, "There is no such editor as %.100s. The text is as it was.", editor);
    else if (end->signal)
        snprintf(out->say, sizeof out->say, "The editor was ended by signal %d (%s). The earlier text stands%s.", end->signal, strsignal(end->signal), within);
    else if (end->code)
        snprintf(out->say, sizeof out->say, "The editor ended with status %d. The earlier text stands%s.", end->code, within);
}

/* A byte that is no UTF-8 will take three. */
static size_t bytes_repaired(const char *text, size_t n)
{
    size_t all = 0;
    char bytes[5];
    for (const char *end = text + n; text < end;)
        all += (size_t)text_encode(text_next(&text, end), bytes);
    return all;
}

/* Too much; or no text that can be told from the hints; or more than the text. */
static enum stay cut(const struct handoff *h, size_t most, struct handoff_end *out)
{
    if (!out->text || out->n > most)
        return out->text ? STAYS_MUCH : STAYS_NOT;
    enum scissors_left left = scissors_cut(out->text, &out->n, h->left->hints);
    out->text[out->n] = 0;
    return bytes_repaired(out->text, out->n) > h->max ? STAYS_MUCH : left == SCISSORS_TORN ? STAYS_TORN : left == SCISSORS_MORE ? STAYS_BELOW : STAYS_NOT;
}

static bool same(const struct handoff *h, const struct handoff_end *out)
{
    return out->n == strlen(h->text) && memcmp(out->text, h->text, out->n) == 0;
}

static enum stay judge(const struct handoff *h, const struct spool *spool, const char *name, const char *below, const struct child_end *end, struct handoff_end *out)
{
    char path[SPOOL_PATH];
    size_t most = h->max + strlen(below) + 1;
    spool_path(spool, name, path);
    out->text = spool_get(spool, name, most, &out->n);
    out->asked = end->asked;
    out->good = end->asked || (!end->code && !end->signal);
    enum stay stay = cut(h, most, out);
    bool empty = out->text && blank(out->text, out->n), left = out->text && !empty && stay != STAYS_MUCH && stay != STAYS_TORN && !same(h, out);
    bool gone = !out->text;
    if (!left) {
        free(out->text);
        out->text = NULL;
    }
    if (stay)
        say_stay(out, stay, h, end, path);
    else if (!out->good)
        say_end(out, end, h->editor, left);
    else if (gone)
        snprintf(out->say, sizeof out->say, "The editor left no file. The earlier text stands.");
    else if (empty && *h->text)
        snprintf(out->say, sizeof out->say, "The editor left nothing in the file. The earlier text stands; Esc and q discard it.");
    return stay;
}

bool handoff_run(const struct handoff *h, struct handoff_end *end, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    const char *below = scissors_below(arena, h->left->hints);
    char path[SPOOL_PATH], name[LEFT_NAME];
    struct spool spool;
    struct child_end ended;
    const struct child_run run = {.command = h->editor, .file = path, .wait = h->wait, .arg = h->arg};
    *end = (struct handoff_end){0};
    if (!spool_make(&spool, h->desk, err))
        return false;
    left_name(h->left->ticket, h->left->reply, name);
    spool_path(&spool, name, path);
    bool ok = left_about(&spool, h->left, err) && spool_put(&spool, name, (const char *const[]){h->text, below}, 2, err) && term_run(&run, &ended, err);
    bool stays = ok && judge(h, &spool, name, below, &ended, end) != STAYS_NOT, asked = ok && ended.asked;
    /* An editor that is ended by a signal may have rescued what it had not saved. */
    bool gone = stays ? left_disown(&spool) : asked ? left_taken(&spool, h->left) : spool_drop(&spool, NULL);
    if (asked && !gone)
        snprintf(end->parting, sizeof end->parting, "the editor left a file of its own in %.150s", spool.dir);
    return ok;
}

/* As one word of the shell's. */
static char *quoted(struct arena *arena, const char *text)
{
    AUTO_STR out;
    str_init(&out, 4096);
    str_addc(&out, '\'');
    for (; *text; text++)
        if (*text == '\'')
            str_adds(&out, "'\\''");
        else
            str_addc(&out, *text);
    str_addc(&out, '\'');
    return arena_strdup(arena, out.data);
}

bool handoff_pipe(const struct handoff *h, struct child_end *end, struct err *err)
{
    static const char line[] = "pipe() { \"${SHELL:-/bin/sh}\" -c %s <\"$1\"; code=$?; printf '\\n[Enter goes back to triage] '; read -r key </dev/tty; return $code; }; pipe";
    AUTO_ARENA arena = arena_new();
    char path[SPOOL_PATH];
    struct spool spool;
    if (!spool_make(&spool, h->desk, err))
        return false;
    spool_path(&spool, handoff_piped, path);
    const struct child_run run = {.command = arena_printf(arena, line, quoted(arena, h->editor)), .file = path, .wait = h->wait, .arg = h->arg};
    bool ok = spool_put(&spool, handoff_piped, &h->text, 1, err) && term_run(&run, end, err);
    spool_drop(&spool, NULL);
    return ok;
}
