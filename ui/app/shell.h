/* shell: what every verb needs: its words and options, one call to the desk, the answer on stdout, and the problem on
 * stderr with the exit code of its cause (err_row). Data goes to stdout, talk to stderr. */
#ifndef APP_SHELL_H
#define APP_SHELL_H
#include "app/cli.h"
#include "app/home.h"
#include "app/print.h"
#include "base/err.h"
#include "core/moment.h"
#include "link/link.h"

enum { SHELL_OUT_MAX = 64 << 20, SHELL_FILE_MAX = 1 << 20, SHELL_OPTIONS = 64 };
struct shell {
    struct arena *arena;
    struct cli_options options;
    struct home home;
    struct link *link;
    int argc; /* words after the verb */
    char **argv;
    struct print print;
    struct str out;
    const char *known[SHELL_OPTIONS]; /* the options that were asked for so far */
    int known_count;
    size_t rows; /* listed so far */
    struct linear *linear; /* the mode of lines this verb was said in; NULL: a verb of its own */
    bool quiet;  /* --json: what was fetched is not what is printed */
};

/* --- words --- */
/* The value of an option of this verb, taken out of its words; NULL if it is not there. */
const char *shell_option(struct shell *sh, const char *name, bool has_value);
void shell_knows(struct shell *sh, const char *name); /* there is such an option; shell_option says so of what it is asked for */
/* To be asked once all options were: 0; or the exit code, said, of a word that is an option nobody knows, which would be taken for text. A lone "--"
 * ends the options, and goes. */
int shell_stray(struct shell *sh);
bool shell_number(const char *text, int64_t *id); /* "42", "#42" */
int64_t shell_zone(void);                         /* local time minus UTC, ms */
int64_t shell_now(struct shell *sh);              /* the desk's clock; this machine's where no desk answers */
struct moment shell_here(struct shell *sh);       /* the desk's clock in this person's zone */
/* --since: "2h", "yesterday", "2026-11-24T09:00" -> ms UTC, 0 for NULL. false: said, and *code is the exit code. */
bool shell_since(struct shell *sh, const char *text, int64_t *since, int *code);
/* A file's text in the arena; NULL: said, and *code is the exit code. */
const char *shell_file(struct shell *sh, const char *path, size_t *n, int *code);

/* --- calls --- */
void shell_connect(struct shell *sh);
/* The answer as a tree in the arena; NULL: the problem was said, and *code is the exit code. With --json it is put out
 * as it came, unless quiet. body NULL: a GET. */
const struct json *shell_fetch(struct shell *sh, const char *path, const char *body, int *code);
int shell_post(struct shell *sh, const char *path, const char *body, const char *said);
/* A GET, printed; all options have been asked for. */
int shell_print(struct shell *sh, const char *path, void (*print)(struct print *p, const struct json *root));
char *shell_escape(struct shell *sh, const char *text); /* for a query */

/* --- saying --- */
int shell_failed(struct shell *sh, const struct err *err, const char *hint); /* the exit code */
int shell_usage(struct shell *sh, const char *text, const char *what, const char *hint);
/* What was printed goes out; the exit code. Where nobody reads on (`| head`) it does not return: it ends by SIGPIPE, and says nothing. */
int shell_flush(struct shell *sh);
int shell_put(struct shell *sh, const char *data, size_t n); /* the same of bytes as they are */
char *shell_inert(struct arena *arena, const char *data, size_t n); /* JSON that no terminal acts on */
#endif
