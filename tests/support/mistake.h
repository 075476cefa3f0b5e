/* mistake: a configuration that is wrong, and part of what is said of it. */
#ifndef SUPPORT_MISTAKE_H
#define SUPPORT_MISTAKE_H

struct mistake { const char *text, *says; };
/* Each is refused (ERR_CONFIG) with "t.yaml:LINE:COLUMN" in front and that in it; all that are not are printed before the test fails. */
void mistakes_are_told(const struct mistake *list, int count);
#endif
