/* help: the tables read aloud. What a verb is called, takes and does stands in its row and nowhere else. */
#include "app/complete.h"
#include "app/help.h"
#include "base/str.h"
#include "command/command.h"
#include "demo/demo.h"
#include <stdio.h>
#include <string.h>

enum { HELP_COLUMN = 30, COLUMNS_MOST = 100 };

const char help_more[] = "--list   the verbs: a word, a tab, what it does\n"
                         "--next -- WORD...   for shells that complete: what may stand for the last of these words, a line each\n"
                         "--where EXPR   the expression with what may stand next, a line each\n"
                         "--mdoc   the verbs as the man page has them\n";

static const char intro[] =
    "triage: the support desk in the terminal\n\n"
    "  triage                               the console\n"
    "  triage ls --view unassigned          what nobody works on\n"
    "  triage ls --where 'urgency == \"critical\" && !has(assignee)' --json\n"
    "  triage claim 42                      mine now\n"
    "  triage reply 42 < answer.txt         to the customer\n"
    "  triage snooze 42 43 tomorrow\n"
    "  triage watch | jq .event             everything that happens, as it happens\n";
static const char outro[] =
    "\noptions:\n"
    "  --socket PATH   which daemon (else $TRIAGE_SOCKET, /run/triage, your own)\n"
    "  --json          one JSON object, or one a line\n"
    "  --no-input      never wait for typing\n"
    "  --open VIEW  --theme NAME  --keys FILE  --ascii  --mono  --mouse   of the console\n"
    "  --linear        the console as lines that are only ever added: for screen readers and logs\n"
    "  --key-id ID     who one is where several people share a user id (else $TRIAGE_KEY)\n"
    "  --restricted    for the line of a closed account in authorized_keys: no files, no programs, no environment\n"
    "  --help  --version\n\n"
    "An action takes one number or many, then its argument; --dry-run says what would change,\n"
    "--key K makes a repeated call do nothing twice. Exit codes: 0 done, or so already, which is\n"
    "said, 1 not found, 64 usage, 65 bad input or not possible as it is, 69 no daemon, 70 a bug,\n"
    "75 changed meanwhile or try again, 77 not allowed, 78 configuration.";

static bool on_desk(const struct command *c)
{
    return action_table[c->id].flags & DESK;
}

static const char *args_of(const struct command *c)
{
    return c->id == ACTION_UNDO || c->id == ACTION_REDO ? "[NUMBER]" : c->args;
}

/* "  name args    what it does", what does not fit on lines of its own, words whole. */
static void row(const char *name, const char *args, const char *help, int columns)
{
    int column = printf("  %s%s%s", name, *args ? " " : "", args);
    if (column > HELP_COLUMN - 2)
        putchar('\n'), column = 0;
    column += printf("%*s", HELP_COLUMN - 1 - column, "");
    while (*help) {
        int word = (int)strcspn(help, " ");
        if (column + 1 + word > columns && column >= HELP_COLUMN)
            column = printf("\n%*s", HELP_COLUMN - 1, "") - 1;
        column += printf(" %.*s", word, help);
        help += word + strspn(help + word, " ");
    }
    putchar('\n');
}

static void all(const struct verb *verbs, int columns)
{
    columns = columns && columns < COLUMNS_MOST ? columns : COLUMNS_MOST;
    puts(intro);
    for (int desk = 0; desk < 2; desk++) {
        puts(desk ? "\nthe desk:" : "tickets:");
        for (int i = 0; i < ACTIONS; i++)
            if (on_desk(command_at(i)) == desk)
                row(command_at(i)->name, args_of(command_at(i)), command_at(i)->help, columns);
    }
    puts("\neverything else:");
    for (const struct verb *v = verbs; v->name; v++)
        row(v->name, v->args, v->help, columns);
    puts(outro);
}

const struct verb *help_find(const struct verb *verbs, const char *name)
{
    for (const struct verb *v = verbs; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

#define NEXT_HELP                                                                                                                                                                  \
    "  triage claim --next                                         the one that needs somebody most\n"                                                                            \
    "  triage claim --next --skip 42 --reason \"not my language\"     the same, passing over another"

static const struct { int action; const char *text; } action_more[] = {
    {ACTION_REPLY, "       --article KEY: a knowledge article of which the text brings the title, the link or the first words\n"
                   "       --status pending|on_hold|resolved [--reason TEXT]: in the same breath; --pending is short for it\n"
                   "       --close, --next: once it is sent, close the ticket, claim the next one\n"
                   "       --draft: what is sent is your draft, with its files; --anyway, also when somebody wrote since it was begun\n"
                   "       --attach FILE: a file goes with it; as often as there are files\n"
                   "       {{customer.first_name}}, {{ticket.ref}} and other variables are filled in; one without a value is refused"},
    {ACTION_MACRO, "--dry-run shows what it would change and write; one undo takes all of it back. `triage macros NUMBER` lists those for a ticket"},
    {ACTION_CLAIM, NEXT_HELP},
    {ACTION_CLAIM_NEXT, NEXT_HELP},
    {ACTION_STATUS, "       on_hold needs a reason, as words behind it or as --reason TEXT; pending needs our answer to be the last word"},
    {ACTION_SNOOZE, "       --until TIME --on time|customer_reply|either (default either) --note TEXT; `reply` alone waits for the customer, 30 days at most;\n"
                    "       `3h only` comes back then and not before"},
    {ACTION_MERGE, "       --into NUMBER; --confirm where the customers differ. triage unmerge takes it back, exactly"},
    {ACTION_SPLIT, "       --message ROW: `triage show` gives the rows in brackets; that message and what came after it is copied"},
    {ACTION_VIEW_SAVE, "       triage view-save NAME --where EXPR [--title TITLE] [--sort BY] [--invert]; in the console :view-save NAME [TITLE] keeps what is shown"},
    {ACTION_VIEW_RENAME, "       triage view-rename NAME NEW-NAME [TITLE]"},
    {ACTION_DELETE, "  triage delete 42 delete   the word once more, or --confirm. undo and unmerge take it back; so does a later event of its source"},
    {ACTION_ERASE, "  triage erase 42 erase     the word once more, or --confirm. No undo; what happened stays, without a word of what was written"},
    {ACTION_ERASE_EVENT, "  triage events --state quarantine      lists them\n"
                         "  triage erase-event 57 erase-event     the word once more, or --confirm; those of the same bytes go with it"},
    {ACTION_PURGE, "  triage purge 42 purge     the word once more, or --confirm. Only what is deleted or spam. No undo; its number is not used again, and the\n"
                   "                            journal says who purged it"},
    {ACTION_RESET_XP, "  triage reset-xp ana \"left the team\" --confirm   or all; --confirm, as it is seen by all of them\n"
                      "Every line of the ledger stays; what was earned before counts no more. undo brings it back, while it is the last"},
    {ACTION_TAGS, "  triage tags 42 vip, eu              sets them\n"
                  "  triage tags 42 +vip -eu             changes those there are\n"
                  "  triage tags 42 '+\"new customer\"'   a tag with blanks or a sign of its own, in quotes"},
    {ACTION_SPAM, "  triage spam 42 spam             the word once more, or --confirm"},
    {ACTION_DUPLICATE, "  triage duplicate 42 duplicate   the word once more, or --confirm"},
    {ACTION_INVALID, "  triage invalid 42 invalid       the word once more, or --confirm"}};

static void one_action(const struct command *c)
{
    const struct action_row *row = &action_table[c->id];
    bool by_itself = row->flags & (DESK | CHOOSES); /* takes no numbers */
    const char *numbers = by_itself || *args_of(c) == '[' ? "" : row->flags & MANY ? " NUMBER..." : " NUMBER";
    printf("usage: triage %s%s%s%s [--dry-run] [--key K]%s\n%s (%s and above)\n", c->name, numbers, *args_of(c) ? " " : "", args_of(c),
           by_itself ? "" : " [--version N]", c->help, role_word(row->role));
    if (row->arg == ARG_TEXT)
        printf("The text comes as words or on standard input:\n  triage %s 42 < text\n", c->name);
    for (size_t i = 0; i < sizeof action_more / sizeof *action_more; i++)
        if (action_more[i].action == c->id)
            printf("%s\n", action_more[i].text);
    int count;
    const char *const *words = command_words(row->arg, &count);
    for (int i = 0; i < count; i++)
        printf("%s%s", i ? ", " : "", words[i]);
    if (count)
        putchar('\n');
}

int help_one(struct shell *sh, const struct verb *verbs, const char *name)
{
    const struct command *c = command_find(name);
    const struct verb *v = help_find(verbs, name);
    if (v && strcmp(name, "demo") == 0)
        fputs(demo_help, stdout);
    else if (v)
        printf("usage: triage %s %s\n%s\n%s", v->name, v->args, v->help, v->more ? v->more : "");
    else if (c && c->is_action)
        one_action(c);
    else
        return shell_usage(sh, "no verb ", name, "triage help lists them");
    return 0;
}

/* --- for shells --- */

static int list(const struct verb *verbs)
{
    for (int i = 0; i < ACTIONS; i++)
        printf("%s\t%s\n", command_at(i)->name, command_at(i)->help);
    for (const struct verb *v = verbs; v->name; v++)
        printf("%s\t%s\n", v->name, v->help);
    return 0;
}

/* --- for the man page --- */

/* Text that no line of is taken for a request. */
static void roff(const char *text)
{
    bool start = true;
    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        start = *text == '\n';
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '"')
            fputs("\\(dq", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
}

static void item(const char *name, const char *numbers, const char *args, const char *help, const char *more)
{
    printf(".It Cm \"%s%s%s", name, numbers, *args ? " " : "");
    roff(args);
    puts("\"");
    roff(help);
    putchar('\n');
    if (!more)
        return;
    puts(".Bd -literal -offset indent -compact");
    roff(more);
    puts(".Ed");
}

static int mdoc(const struct verb *verbs)
{
    static const char *const heads[] = {".Sh VERBS ON TICKETS\nEach takes one ticket number or many, then its argument.\n.Fl -dry-run\nsays what would change,\n"
                                        ".Fl -key Ar k\nmakes a repeated call do nothing twice,\n.Fl -version Ar n\nrefuses if the ticket changed since.\n"
                                        ".Cm note\nand\n.Cm reply\nread standard input where no words are given.",
                                        ".Sh VERBS ON THE DESK\nNames and values; one with blanks in it is quoted."};
    for (int desk = 0; desk < 2; desk++) {
        printf("%s\n.Bl -tag -width Ds\n", heads[desk]);
        for (int i = 0; i < ACTIONS; i++) {
            const struct command *c = command_at(i);
            if (on_desk(c) == desk)
                item(c->name, desk || *args_of(c) == '[' ? "" : action_table[c->id].flags & MANY ? " NUMBER..." : " NUMBER", args_of(c), c->help, NULL);
        }
        puts(".El");
    }
    puts(".Sh OTHER VERBS\n.Bl -tag -width Ds");
    for (const struct verb *v = verbs; v->name; v++)
        item(v->name, "", v->args, v->help, v->more);
    puts(".El");
    return 0;
}

int help_run(struct shell *sh, const struct verb *verbs)
{
    if (sh->argc > 1 && strcmp(sh->argv[0], "--next") == 0 && strcmp(sh->argv[1], "--") == 0)
        return sh->argc > 2 ? complete_next(sh, verbs, sh->argv + 2, sh->argc - 2) : shell_usage(sh, "--next needs a word", "", "it may be empty");
    const char *where = shell_option(sh, "--where", true);
    if (where)
        return complete_where(sh, where);
    if (shell_option(sh, "--mdoc", false))
        return mdoc(verbs);
    if (shell_option(sh, "--list", false))
        return list(verbs);
    if (sh->argc)
        return help_one(sh, verbs, sh->argv[0]);
    all(verbs, sh->print.columns);
    return 0;
}
