/* also: see also.h. Only what is plainly the same stands here: a word that means two things elsewhere is not guessed at, and nothing that goes for good has
 * a second name. */
#include "command/also.h"
#include "base/str.h"
#include <string.h>

const struct also also_table[] = {
    {"acknowledge", "ack"},
    {"answer", "reply"},
    {"bye", "quit"},
    {"colors", "theme"},
    {"colorscheme", "theme"},
    {"colours", "theme"},
    {"comment", "note"},
    {"complete", "close"},
    {"defer", "snooze"},
    {"deselect", "unmark"},
    {"done", "close"},
    {"e", "editor"},
    {"edit", "editor"},
    {"email", "reply"},
    {"exit", "quit"},
    {"f", "filter"},
    {"find", "filter"},
    {"finish", "close"},
    {"give", "assign"},
    {"grab", "claim"},
    {"grep", "filter"},
    {"h", "help"},
    {"history", "go audit"},
    {"inbox", "go unassigned"},
    {"keys", "help"},
    {"list", "go all"},
    {"log", "go audit"},
    {"logout", "quit"},
    {"man", "help"},
    {"pick", "claim"},
    {"postpone", "snooze"},
    {"q", "quit"},
    {"q!", "quit"},
    {"qa", "quit"},
    {"queue", "go all"},
    {"refresh", "resync"},
    {"release", "unassign"},
    {"resolve", "close"},
    {"respond", "reply"},
    {"restore", "unmerge"},
    {"scoreboard", "go boss"},
    {"scores", "go boss"},
    {"search", "filter"},
    {"select", "mark"},
    {"send", "reply"},
    {"shortcuts", "help"},
    {"simulate", "why"},
    {"sleep", "snooze"},
    {"solve", "close"},
    {"solved", "close"},
    {"sources", "go ingest"},
    {"stats", "go metrics"},
    {"subscribe", "watch"},
    {"take", "claim"},
    {"tickets", "go all"},
    {"transfer", "assign"},
    {"unclaim", "unassign"},
    {"unresolve", "reopen"},
    {"unsubscribe", "unwatch"},
    {"users", "go agents"},
    {"wq", "quit"},
    {"yank", "copy"},
};
const size_t also_count = sizeof also_table / sizeof *also_table;

const char *also_line(const char *word)
{
    for (size_t i = 0; i < also_count; i++)
        if (str_eq(also_table[i].word, word))
            return also_table[i].line;
    return NULL;
}

char *also_words(struct arena *arena, const char *line)
{
    AUTO_STR words;
    str_init(&words, 400);
    for (size_t i = 0; i < also_count; i++)
        if (strcmp(also_table[i].line, line) == 0)
            str_addf(&words, "%s%s", words.len ? " " : "", also_table[i].word);
    return arena_strdup(arena, words.len ? words.data : "");
}
