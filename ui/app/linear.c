/* linear: one loop: what came by the stream, then a line. Input is read here and not by stdio, because the loop waits for the
 * stream and the keyboard at once. News is kept until it is asked for, so that no line appears while another is being typed or
 * read aloud. */
#include "app/choice.h"
#include "app/linear.h"
#include "app/phrase.h"
#include "app/words.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"
#include "command/command.h"
#include "link/paged.h"
#include "screen/look.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NEWS_MAX = 64 << 10, LINE_MAX_BYTES = 64 << 10, WAIT_MS = 60000, GONE_MS = 1000 };
enum { WORDS_MORE = 3 }; /* room behind a line's own words for those that are put in */

struct linear {
    struct shell *sh;
    const struct linear_door *door;
    const struct keymap *keys;
    struct str input; /* read, not yet taken */
    struct str news;
    struct str list;  /* the words of the list that `more` goes on with, each with its NUL */
    char next[200];   /* where it goes on; "" = it is at its end */
    int news_count, missed;
    int64_t ticket;   /* the one we are at, 0 = none */
    char me[64];
    int known;        /* options of the program itself */
    bool ended, quit, gone;
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

/* Nor does this, for whoever wrote it. */
static void parcel_news(const struct linear *l, const struct json *frame)
{
    const struct json *data = json_get(frame, "data");
    int64_t id = json_get_i64(frame, "ticket", 0);
    if (strcmp(json_get_string(data, "agent", ""), l->me) != 0 || strcmp(json_get_string(data, "state", ""), "dead") != 0)
        return;
    printf("\a\n#%" PRId64 ": your answer was not sent. why %" PRId64 " route says why, reply %" PRId64 " --draft sends it again.\n", id, id, id);
    fflush(stdout);
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
    if (strcmp(event, "parcel") == 0)
        parcel_news(l, frame);
    if (line && strcmp(json_get_string(frame, "actor", ""), l->me) != 0)
        remember(l, line);
}

/* Whoever waits to be paged has to know that nobody can. */
static void tell_line(struct linear *l)
{
    const struct link_status *s = link_status(l->sh->link);
    bool gone = s->gone_since && clock_mono() - s->gone_since >= GONE_MS;
    if (gone == l->gone)
        return;
    l->gone = gone;
    puts(gone ? "\nThe daemon stopped answering: no page comes through. It is tried again by itself." : "\nThe daemon answers again.");
    fflush(stdout);
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

/* What is there of the next line, its end too; of one that is too long the middle is left out as it comes. true: it is whole. */
static bool gather(struct linear *l, size_t *n)
{
    char *end = l->input.len ? memchr(l->input.data, '\n', l->input.len) : NULL;
    *n = end ? (size_t)(end - l->input.data) + 1 : l->input.len;
    if (*n > LINE_MAX_BYTES + 1 && !end) {
        l->input.len = LINE_MAX_BYTES + 1;
        l->input.data[l->input.len] = 0;
    }
    return end || (l->ended && l->input.len);
}

static const char *wrong_with(const char *line, size_t n)
{
    return n > LINE_MAX_BYTES ? "That line has more than 65536 bytes: nothing of it was taken." :
           memchr(line, 0, n) ? "That line has a NUL byte: nothing of it was taken." : NULL;
}

char *linear_line(struct linear *l, bool *bad)
{
    *bad = false;
    for (size_t n;;) {
        if (gather(l, &n)) {
            size_t len = n - (l->input.data[n - 1] == '\n');
            const char *wrong = wrong_with(l->input.data, len);
            char *line = arena_printf(l->sh->arena, "%.*s", wrong ? 0 : (int)len, l->input.data);
            take(&l->input, n);
            if ((*bad = wrong != NULL))
                puts(wrong);
            return line;
        }
        if (l->ended)
            return NULL;
        int fd = 0;
        unsigned ready = link_wait(l->sh->link, &fd, 1, WAIT_MS);
        link_run(l->sh->link);
        tell_line(l);
        if (ready & 1)
            read_more(l);
    }
}

/* --- one line --- */

static void help(void)
{
    puts("ls --view mine        the tickets of a view, some at a time; more goes on; any verb of `triage help` works here\n"
         "42                    to ticket 42: read it, and what follows is about it\n"
         "claim, close, reply   about the ticket you are at; reply asks for its text, a line with only a dot ends it\n"
         "assign, snooze, why   what they leave open is asked, with numbered answers\n"
         "next, claim-next      to what pages me, else to my ticket that is due first; take the free one that needs somebody most\n"
         "c r i x gu ge ...     keys of the console are understood as words; so is what its : takes: /refund, view NAME, go escalations\n"
         "(an empty line)       what happened meanwhile\n"
         "help VERB             what a verb takes;  help --list: all of them\n"
         "quit                  leave");
}

static bool is_word(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

void linear_at(struct linear *l, int64_t ticket)
{
    l->ticket = ticket;
}

void linear_more(struct linear *l, const char *next)
{
    snprintf(l->next, sizeof l->next, "%s", next ? next : "");
}

/* To the ticket that the words name, or with the one we are at put in behind the verb. */
static int place_ticket(struct linear *l, char **words, int n)
{
    int64_t number;
    if (!phrase_needs_ticket(words[0]))
        return n;
    if (n > 1 && shell_number(words[1], &number)) {
        l->ticket = number;
        return n;
    }
    if (!l->ticket || (n > 1 && strcmp(words[0], "customer") == 0))
        return n;
    memmove(words + 2, words + 1, (size_t)n * sizeof *words); /* the NULL too */
    words[1] = arena_printf(l->sh->arena, "%" PRId64, l->ticket);
    return n + 1;
}

/* Lists that can be gone on with: the words are kept for `more`. */
static void keep_list(struct linear *l, char **words, int n)
{
    str_clear(&l->list);
    for (int i = 0; i < n; i++)
        str_add(&l->list, words[i], strlen(words[i]) + 1);
    *l->next = 0;
}

static void run_words(struct linear *l, char **words, int n)
{
    struct shell *sh = l->sh;
    int64_t was = l->ticket;
    n = place_ticket(l, words, n);
    if (!choice_complete(sh, words, &n))
        return;
    sh->argc = n - 1;
    sh->argv = words + 1;
    sh->rows = 0;
    if ((is_word(words[0], "watch", "demo") && n == 1) || is_word(words[0], "demo", "demo"))
        puts("Not here: an empty line tells what happened.");
    else if (l->door->run(sh, words[0]) == err_row(ERR_NOT_FOUND)->exit)
        l->ticket = was; /* nobody can be at a ticket that is none */
}

static void run_line(struct linear *l, const char *line);

static void go_on(struct linear *l)
{
    char **words = ARENA_ARRAY(l->sh->arena, char *, l->list.len + WORDS_MORE + 1); /* a word has a byte at least */
    int n = 0;
    if (!*l->next) {
        puts("There is no more.");
        return;
    }
    for (size_t at = 0; at < l->list.len; at += strlen(l->list.data + at) + 1) {
        words[n++] = arena_strdup(l->sh->arena, l->list.data + at);
        if (n > 1)
            continue;
        words[n++] = arena_strdup(l->sh->arena, "--after"); /* at once behind the verb: a -- may come, and end the options */
        words[n++] = arena_strdup(l->sh->arena, l->next);
    }
    words[n] = NULL;
    run_words(l, words, n);
}

/* What pages me, as the desk has it now; false: it does not answer. */
static bool read_paged(struct linear *l, struct paged *paged)
{
    int code = 0;
    bool quiet = l->sh->quiet;
    l->sh->quiet = true;
    const struct json *root = shell_fetch(l->sh, "/v1/escalations?mine=1", NULL, &code);
    l->sh->quiet = quiet;
    *paged = root ? paged_read(root, l->me, shell_now(l->sh)) : (struct paged){0};
    return root != NULL;
}

/* Whoever comes while they are being paged is told at once: the page itself went before. */
static void tell_paged(struct linear *l)
{
    struct paged paged;
    if (!read_paged(l, &paged) || !paged.count)
        return;
    const char *ago = look_ago(l->sh->arena, shell_now(l->sh) - paged.since);
    bool now = str_eq(ago, "now");
    printf("#%" PRId64 " pages you%s%s", paged.ticket, now ? " now" : ", for ", now ? "" : ago);
    if (paged.count > 1)
        printf("; %s%d more %s", paged.more ? "over " : "", paged.count - 1, paged.count == 2 ? "does" : "do");
    printf(". next goes there, ack %" PRId64 " acknowledges it.\n", paged.ticket);
}

/* A page for me; else my ticket that is due first: read at once. */
static void go_next(struct linear *l)
{
    struct paged paged;
    int code = 0;
    if (!read_paged(l, &paged))
        return;
    if (paged.count) {
        run_line(l, arena_printf(l->sh->arena, "%" PRId64, paged.ticket));
        return;
    }
    l->sh->quiet = true;
    const struct json *root = shell_fetch(l->sh, "/v1/tickets?view=mine&sort=due&limit=1", NULL, &code), *row = json_first(json_get(root, "rows"));
    l->sh->quiet = false;
    if (row)
        run_line(l, arena_printf(l->sh->arena, "%" PRId64, json_get_i64(row, "id", 0)));
    else if (root)
        puts("You have no ticket. claim-next takes the one that needs somebody most.");
}

/* However many there are: what is said in one line is a text too. */
static int split(struct arena *arena, const char *line, char ***words)
{
    int most = (int)strlen(line) / 2 + 2;
    *words = ARENA_ARRAY(arena, char *, most + WORDS_MORE);
    return words_split(arena, line, *words, most);
}

/* A line of the console's as one of verbs; NULL: it is one. A command's whole name with words behind it goes before keys: `go mine`. */
static const char *meant_by(const struct linear *l, const char *line, char **words, int n)
{
    struct arena *arena = l->sh->arena;
    int64_t number;
    line += strspn(line, " \t");
    if (shell_number(words[0], &number))
        return arena_printf(arena, "show %" PRId64, number);
    if (l->door->knows(words[0]))
        return NULL;
    const struct command *command = command_find(words[0]);
    bool named = *line == '/' || (n > 1 && command && str_eq(command->name, words[0]));
    const char *first = named ? phrase_of_line(arena, line) : phrase_of_keys(arena, l->keys, line);
    return first || named ? first : phrase_of_line(arena, line);
}

static void run_anew(struct linear *l, char **words, int n)
{
    if (is_word(words[0], "ls", "ls"))
        keep_list(l, words, n);
    run_words(l, words, n);
}

/* What this mode alone knows; false: the words are none of it. */
static bool run_own(struct linear *l, char **words, int n)
{
    if (is_word(words[0], "quit", "q") || is_word(words[0], "exit", "bye"))
        l->quit = true;
    else if (is_word(words[0], "help", "?") && n == 1)
        help();
    else if (is_word(words[0], "more", "m") && n == 1)
        go_on(l);
    else if (is_word(words[0], "next", ",") && n == 1)
        go_next(l);
    else
        return false;
    return true;
}

static void run_line(struct linear *l, const char *line)
{
    struct arena *arena = l->sh->arena;
    char **words;
    int n = split(arena, line, &words);
    const char *meant = n ? meant_by(l, line, words, n) : NULL, *none = NULL;
    if (meant)
        n = split(arena, meant, &words);
    else if (n && !l->door->knows(words[0]))
        none = phrase_of_none(arena, l->keys, line + strspn(line, " \t"));
    if (!n)
        tell_news(l);
    else if (run_own(l, words, n))
        return;
    else if (none)
        puts(none);
    else
        run_anew(l, words, n);
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
    sh->print.me = l->me;
    sh->print.spoken = true;
    printf("triage, %s. You are %s. help says what can be said, quit leaves.\n", safe(sh->arena, json_get_string(desk, "team", "")), safe(sh->arena, l->me));
    tell_paged(l);
    link_follow(sh->link, json_get_i64(desk, "seq", 0), frame_came, l);
    return true;
}

static bool listen(struct linear *l)
{
    l->sh->arena = l->sh->print.arena = arena_new(); /* a line's */
    l->sh->known_count = l->known; /* one verb's options are none of the next one's, and their names are that line's */
    l->sh->quiet = false;
    bool bad;
    const char *line = linear_line(l, &bad);
    l->sh->print.now = shell_now(l->sh);
    if (line && !bad)
        run_line(l, line);
    return line && !l->quit;
}

int linear_run(struct shell *sh, const struct linear_door *door)
{
    struct linear l = {.sh = sh, .door = door, .known = sh->known_count};
    struct arena *outer = sh->arena;
    struct err err = {0};
    int code = 0;
    l.keys = home_keys(outer, sh->options.keys, &err);
    if (!l.keys)
        return shell_failed(sh, &err, "");
    fflush(stdout);
    setvbuf(stdout, NULL, _IOLBF, 0);
    dup2(1, 2); /* a talk is one stream: what was refused is heard, and logged, where it was said */
    str_init(&l.input, 1 << 20);
    str_init(&l.news, NEWS_MAX);
    str_init(&l.list, 2 * LINE_MAX_BYTES);
    sh->linear = &l;
    for (bool on = greet(&l, &code); on;) {
        prompt(&l);
        on = listen(&l);
        arena_free(sh->arena);
        sh->arena = sh->print.arena = outer;
    }
    putchar('\n');
    str_fini(&l.list);
    str_fini(&l.input);
    str_fini(&l.news);
    sh->linear = NULL;
    return code;
}
