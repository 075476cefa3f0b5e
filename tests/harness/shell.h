/* shell: `triage VERB ...` as a shell runs it: what came out, what was said, and the exit code. */
#ifndef HARNESS_SHELL_H
#define HARNESS_SHELL_H

struct shell_ran { char out[65536], err[8192]; int code; }; /* code: 128 + signal where it was killed */
/* The words end with NULL; input NULL: nothing to read. What it gives lives until the next run. */
const struct shell_ran *shell_run(const char *input, const char *const *words);
const struct shell_ran *shell_run_onto(int out, const char *const *words); /* with that as standard output; out: "" */
#define SHELL(input, ...) shell_run(input, (const char *const[]){__VA_ARGS__, NULL})
void shell_holds(const char *text, const char *part); /* else the test fails, and shows the text */
#endif
