/* demo: `triage demo`: a private desk in a directory that is gone afterwards, a made-up day on it (story, cast), and the
 * console over it. Supervises three processes: triaged, the cast, the console; when one ends or a signal comes, all end. */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

/* argv[0] is "demo". Exit code. */
int demo_run(int argc, char **argv);
extern const char demo_help[];
#endif
