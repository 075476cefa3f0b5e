/* demo: `triage demo`: a private desk in a directory that is gone afterwards, a made-up day on it (story, cast), and the
 * console over it. Supervises three processes: triaged, the cast, the console; when one ends or a signal comes, all end. */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

enum { DEMO_WORDS = 16 };
/* argv[0] is "demo". console: what its console is told ("--linear"), at most DEMO_WORDS, NULL-ended. Exit code. */
int demo_run(int argc, char **argv, const char *const *console);
extern const char demo_help[];
#endif
