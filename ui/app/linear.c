/* linear: one loop: what came by the stream, then a line. Input is read here and not by stdio, because the loop waits for the
 * stream and the keyboard at once. News is kept until it is asked for, so that no line appears while another is being typed or
 * read aloud. */
#include "app/linear.h"
#include "app/words.h"
#include "base/clock.h"
#include "base/text.h"
#include "command/command.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 64, NEWS_MAX = 64 << 10, LINE_MAX_BYTES = 64 << 10, WAIT_MS = 60000 };

struct linear {
    struct shell *sh;
    struct str input; /* read, not yet taken */
    struct str news;
    int news_count, missed;
    int64_t ticket;   /* the one we are at, 0 = none */
    char me[64];
    bool ended, quit;
};

/* --- news --- */

static void remember(struct linear *l, const char *line)
{
    if (l->news.len + strlen(line) + 2 > NEWS_MAX) {
        l->missed++;
        return;
    }
    str_addf(&l->news, "%s\n", line);
    l->news_count++;
}

static void tell_news(struct linear *l)
{
    fputs(l->news_count ? l->news.data : "Nothing new.\n", stdout);
    if (l->missed)
        printf("and %d more; triage watch keeps all\n", l->missed);
    str_clear(&l->news);
    l->news_count = l->missed = 0;
}

static const char *safe(struct arena *arena, const char *text)
{
    return text_safe_in(arena, text, TEXT_LINE);
}

static const char *ticket_news(struct arena *arena, const struct json *frame)
{
    const struct json *data = json_get(frame, "data"), *row = json_get(frame, "row");
    const char *effect = json_get_string(data, "effect", ""), *did = json_get_string(data, "do", NULL), *title = safe(arena, json_get_string(row, "title", ""));
    const char *actor = safe(arena, json_get_string(frame, "actor", ""));
    int64_t id = json_get_i64(frame, "ticket", 0);
    if (strcmp(effect, "create") == 0)
        return arena_printf(arena, "new ticket #%" PRId64 ", %s: %s", id, safe(arena, json_get_string(row, "urgency", "")), title);
    if (json_get_i64(data, "messages", 0) && !did)
        return arena_printf(arena, "#%" PRId64 ", a new message: %s", id, title);
    return did ? arena_printf(arena, "#%" PRId64 ", %s by %s: %s", id, did, actor, title) : NULL;
}

static bool told_me(const struct linear *l, const struct json *data)
{
    for (const struct json *who = json_first(json_get(data, "told")); who; who = json_next(who))
        if (json_string(who) && strcmp(json_string(who), l->me) == 0)
            return true;
    return false;
}

static void escalation_news(struct linear *l, struct arena *arena, const struct json *frame)
{
    const struct json *data = json_get(frame, "data");
    int64_t id = json_get_i64(frame, "ticket", 0);
    const char *what = safe(arena, json_get_string(data, "what", "")), *why = safe(arena, json_get_string(data, "why", ""));
    if (told_me(l, data)) { /* the one thing that does not wait */
        printf("\a\n#%" PRId64 " pages you: %s. ack %" PRId64 " acknowledges it.\n", id, why, id);
        fflush(stdout);
        return;
    }
    remember(l, arena_printf(arena, "#%" PRId64 ", escalation %s: %s", id, what, why));
}

static void frame_came(void *arg, const char *event, int64_t id, const char *text, size_t n)
{
    struct linear *l = arg;
    AUTO_ARENA arena = arena_new();
    const struct json *frame = json_parse_in(arena, text, n, &json_limits_dialect, NULL, NULL);
    const char *line = strcmp(event, "ticket") == 0 ? ticket_news(arena, frame) : NULL;
    (void)id;
    if (strcmp(event, "escalation") == 0)
        escalation_news(l, arena, frame);
    if (line && strcmp(json_get_string(frame, "actor", ""), l->me) != 0)
        remember(l, line);
}

/* --- input --- */

static void read_more(struct linear *l)
{
    char part[4096];
    ssize_t n = read(0, part, sizeof part);
    if (n > 0)
        str_add(&l->input, part, (size_t)n);
    l->ended |= n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

static void take(struct str *input, size_t n)
{
    memmove(input->data, input->data + n, input->len - n + 1);
    input->len -= n;
}

char *linear_line(struct linear *l)
{
    for (;;) {
        char *end = l->input.len ? memchr(l->input.data, '\n', l->input.len) : NULL;
        if (end || (l->ended && l->input.len)) {
            size_t n = end ? (size_t)(end - l->input.data) : l->input.len;
            char *line = arena_printf(l->sh->arena, "%.*s", (int)n, l->input.data);
            take(&l->input, n + (end != NULL));
            return line;
        }
        if (l->ended || l->input.len >= LINE_MAX_BYTES)
            return NULL;
        int fd = 0;
        unsigned ready = link_wait(l->sh->link, &fd, 1, WAIT_MS);
        link_run(l->sh->link);
        if (ready & 1)
            read_more(l);
    }
}

/* --- one line --- */

static bool is_about_a_ticket(const char *verb)
{
    static const char *const others[] = {"show", "why", "similar"};
    const struct command *c = command_find(verb);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(verb, others[i]) == 0)
            return true;
    return c && c->is_action && !(action_table[c->id].flags & DESK) && c->id != ACTION_UNDO && c->id != ACTION_REDO;
}

static void help(void)
{
    puts("ls --view mine        the tickets of a view; any verb of `help` works here\n"
         "42                    to ticket 42: read it, and what follows is about it\n"
         "claim, close, reply   about the ticket you are at; reply asks for its text, a line with only a dot ends it\n"
         "(an empty line)       what happened meanwhile\n"
         "quit                  leave");
}

static bool is_word(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static void run_words(struct linear *l, char **words, int n, int (*dispatch)(struct shell *, const char *))
{
    struct shell *sh = l->sh;
    static char show[] = "show";
    char *all[WORDS + 2] = {words[0]};
    int64_t number = 0;
    int count = 1, from = 1;
    if (shell_number(words[0], &number)) {
        all[0] = show;
        from = 0;
    }
    if (is_about_a_ticket(all[0])) {
        if (n > from && shell_number(words[from], &number))
            l->ticket = number;
        else if (l->ticket)
            all[count++] = arena_printf(sh->arena, "%" PRId64, l->ticket);
    }
    for (int i = from; i < n; i++)
        all[count++] = words[i];
    sh->argc = count - 1;
    sh->argv = all + 1;
    if ((is_word(all[0], "watch", "demo") && sh->argc < 1) || is_word(all[0], "demo", "demo"))
        puts("Not here: an empty line tells what happened.");
    else
        dispatch(sh, all[0]);
    fflush(stderr);
}

static void run_line(struct linear *l, const char *line, int (*dispatch)(struct shell *, const char *))
{
    char *words[WORDS];
    int n = words_split(l->sh->arena, line, words, WORDS);
    if (!n)
        tell_news(l);
    else if (is_word(words[0], "quit", "q") || is_word(words[0], "exit", "bye"))
        l->quit = true;
    else if (is_word(words[0], "help", "?") && n == 1)
        help();
    else
        run_words(l, words, n, dispatch);
}

static void prompt(const struct linear *l)
{
    if (l->news_count)
        printf("%d new. ", l->news_count + l->missed);
    if (l->ticket)
        printf("#%" PRId64 " ", l->ticket);
    fputs("> ", stdout);
    fflush(stdout);
}

/* Who we are and where the stream starts. */
static bool greet(struct linear *l, int *code)
{
    struct shell *sh = l->sh;
    sh->quiet = true;
    const struct json *desk = shell_fetch(sh, "/v1/desk?limit=1", NULL, code);
    if (!desk)
        return false;
    snprintf(l->me, sizeof l->me, "%s", json_get_string(json_get(desk, "me"), "name", ""));
    printf("triage, %s. You are %s. help says what can be said, quit leaves.\n", safe(sh->arena, json_get_string(desk, "team", "")), safe(sh->arena, l->me));
    link_follow(sh->link, json_get_i64(desk, "seq", 0), frame_came, l);
    return true;
}

int linear_run(struct shell *sh, int (*dispatch)(struct shell *sh, const char *verb))
{
    struct linear l = {.sh = sh};
    int code = 0;
    str_init(&l.input, 1 << 20);
    str_init(&l.news, NEWS_MAX);
    sh->linear = &l;
    for (bool ok = greet(&l, &code); ok && !l.quit;) {
        prompt(&l);
        struct arena *outer = sh->arena;
        sh->arena = sh->print.arena = arena_new(); /* a line's */
        sh->quiet = false;
        const char *line = linear_line(&l);
        sh->print.now = clock_now();
        if (line)
            run_line(&l, line, dispatch);
        ok = line != NULL;
        arena_free(sh->arena);
        sh->arena = sh->print.arena = outer;
    }
    fputs("\n", stdout);
    str_fini(&l.input);
    str_fini(&l.news);
    sh->linear = NULL;
    return code;
}
