/* corpora: what others collected to try such programs with, below the folder that TRIAGE_CORPORA names. Unset, or set to nothing: there is none. */
#ifndef HARNESS_CORPORA_H
#define HARNESS_CORPORA_H

const char *corpora_root(void); /* NULL: none */
/* The same; where there is none the test is skipped and says of what. */
const char *corpora_needed(const char *what);
#endif
