/* scratch: a directory of a test's own below /tmp, with the place of a database in it; it goes with all that came to lie there. */
#ifndef HARNESS_SCRATCH_H
#define HARNESS_SCRATCH_H

struct scratch {
    char dir[48];
    char db[64]; /* DIR/triage.db; nobody has made it */
};
struct scratch scratch_make(const char *name); /* /tmp/triage-NAME-...; what cannot be made fails the test */
void scratch_remove(const struct scratch *scratch);
#endif
