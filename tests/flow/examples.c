/* examples: what the manual and help show is done as it stands, line after line, on a desk where there is what they speak of. An example is
 * a line that begins with `triage`; what stands behind two blanks is said of it. Each page begins with a fresh desk: one that erases #42
 * takes nothing from the next. */
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] =
    "team: acme\n"
    "sources:\n"
    "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
    "agents:\n"
    "  - {name: tom, uid: %ld, role: admin, shared: true, key_id: k-tom, tz: Europe/Berlin}\n"
    "  - {name: ana, role: lead, key_id: k-ana}\n"
    "  - {name: ben, role: agent, key_id: k-ben}\n"
    "oncall: {schedules: [{name: primary, tz: Europe/Berlin, rotations: [{name: week, start: 2026-12-21, participants: [ana, ben]}]}]}\n"
    "escalation: {policies: [{name: p, steps: [{target: oncall, delay: 5m}]}]}\n";
enum { TICKETS = 43, EVENTS = 57, OUTPUT = 1 << 18 };
static struct daemon_run *run;
static long done, left_out;

static int end(void **state)
{
    (void)state;
    if (run)
        daemon_remove(run);
    run = NULL;
    return 0;
}

/* What a page takes for granted. */
static const struct { const char *page, *is; } granted[] = {
    {"purge", "triage delete 42 delete"},
    {"drafts", "export TRIAGE_KEY=k-ana; triage attach 43 FILE && triage drafts share 43"},
    {"oncall", "export TRIAGE_KEY=k-ben; triage cover from='Sun 08:00' to=+4h note=concert"}};
/* What it says of what it cannot know. */
static const struct { const char *says, *is; } unknown[] = {
    {"SEQ:HASH", "$(triage audit head)"},
    {"KEY", "$(triage oncall --json | sed 's/.*\"covers\"//' | grep -o '\"key\":\"[^\"]*\"' | head -1 | cut -d '\"' -f 4)"}};

static void in_folder(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", run->dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void begin(void)
{
    static const char *const files[] = {"FILE", "text", "answer.txt", "console.log", "page.png"};
    AUTO_ARENA arena = arena_new();
    run = daemon_start_mine(config);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    struct client *in = client_open(run->ingest);
    for (int i = 1; i <= TICKETS; i++)
        shop_post_number(in, "open", i, arena_printf(arena, "Ticket %d", i));
    for (int i = TICKETS + 1; i <= EVENTS; i++)
        client_post(in, "/in/open", arena_printf(arena, "{\"eventId\":\"q-%d\",\"eventType\":\"support.ticket_created\",\"data\":{}}", i));
    client_close(in);
    struct client *desk = client_open(run->desk);
    static const char draft[] = "{\"value\":{\"text\":\"Hello,\"}}";
    assert_int_equal(client_ask(desk, "PUT", "/v1/keep/draft:42:reply", "X-Triage-Key: k-tom\r\nContent-Type: application/json\r\n", draft, sizeof draft - 1).status, 200);
    client_close(desk);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        in_folder(files[i], "Hello.\n");
    in_folder("next.yaml", arena_printf(arena, config, (long)getuid()));
}

static char *whole(struct arena *arena, const char *path)
{
    char *text = arena_alloc(arena, OUTPUT);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, OUTPUT - 1, file)] = 0;
    fclose(file);
    return text;
}

/* In the desk's folder, with nothing to read. */
static void run_line(const char *page, const char *line)
{
    AUTO_ARENA arena = arena_new();
    const char *log = arena_printf(arena, "%s/said", run->dir);
    in_folder("line", line);
    int status = system(arena_printf(arena, "cd %s && PATH=%s:$PATH sh ./line >%s 2>&1 </dev/null", run->dir, getenv("TRIAGE_BUILDDIR"), log));
    if (status)
        fail_msg("triage help %s: %s\n%s", page, line, whole(arena, log));
}

static const char *filled(struct arena *arena, const char *line)
{
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        const char *at = strstr(line, unknown[i].says);
        if (at)
            line = arena_printf(arena, "%.*s%s%s", (int)(at - line), line, unknown[i].is, at + strlen(unknown[i].says));
    }
    return line;
}

/* A form and no example, or what is no line of a script: the console, and what goes on until somebody ends it. */
static bool is_form(const char *line)
{
    return strchr(line, '[') || strcmp(line, "triage") == 0 || strncmp(line, "triage watch |", 14) == 0;
}

static const char *example(struct arena *arena, const char *line, size_t n)
{
    while (n && (*line == ' ' || *line == '$'))
        line++, n--;
    const char *text = arena_strndup(arena, line, n), *end = strstr(text, "  ");
    return strncmp(text, "triage", 6) == 0 && (!text[6] || text[6] == ' ') ? arena_strndup(arena, text, end ? (size_t)(end - text) : n) : NULL;
}

static void page_does(const char *page, const char *text)
{
    AUTO_ARENA arena = arena_new();
    bool begun = false;
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        const char *line = example(arena, text, strcspn(text, "\n"));
        if (line && is_form(line)) {
            left_out++;
        } else if (line) {
            if (!begun)
                begin();
            for (size_t i = 0; i < sizeof granted / sizeof *granted && !begun; i++)
                if (strcmp(granted[i].page, page) == 0)
                    run_line(page, granted[i].is);
            begun = true;
            run_line(page, filled(arena, line));
            done++;
        }
    }
    end(NULL);
}

static void every_example_of_help_does_what_it_says_in_its_order(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    page_does("", arena_strdup(arena, SHELL(NULL, "help")->out));
    const char *list = arena_strdup(arena, SHELL(NULL, "help", "--list")->out);
    for (; *list; list += strcspn(list, "\n"), list += *list == '\n') {
        const char *verb = arena_strndup(arena, list, strcspn(list, "\t"));
        page_does(verb, arena_strdup(arena, SHELL(NULL, "help", verb)->out));
    }
    print_message("# %ld examples done; %ld left out: forms with [...], the console, and what never ends\n", done, left_out);
    assert_true(done >= 59);
}

/* The page as it is read: its requests' arguments, without the escapes of roff. */
static const char *shown(struct arena *arena, const char *roff)
{
    AUTO_STR out;
    str_init(&out, OUTPUT);
    for (const char *at = roff; (at = strstr(at, "\n.Dl ")) != NULL;) {
        at += strlen("\n.Dl ");
        for (; *at && *at != '\n'; at++)
            if (strncmp(at, "\\(dq", 4) == 0)
                str_addc(&out, '"'), at += 3;
            else if (*at != '\\')
                str_addc(&out, *at);
        str_addc(&out, '\n');
    }
    return arena_strdup(arena, out.data);
}

static void every_example_of_the_manual_does_what_it_says(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    done = left_out = 0;
    page_does("the manual", shown(arena, whole(arena, arena_printf(arena, "%s/ui/app/triage.1", getenv("TRIAGE_BUILDDIR")))));
    print_message("# %ld examples done; %ld left out\n", done, left_out);
    assert_true(done >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(every_example_of_help_does_what_it_says_in_its_order, end),
                                       cmocka_unit_test_teardown(every_example_of_the_manual_does_what_it_says, end)};
    crypto_open();
    return cmocka_run_group_tests_name("examples", tests, NULL, NULL);
}
