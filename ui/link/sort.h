/* sort: what a list of tickets can be sorted by. Pure. */
#ifndef LINK_SORT_H
#define LINK_SORT_H

/* As the daemon's views are; by number; by the last change, newest first; by level, the highest first, done ones last. */
enum mirror_sort { MIRROR_BY_DUE, MIRROR_BY_AGE, MIRROR_BY_UPDATED, MIRROR_BY_URGENCY, MIRROR_BY_PRIORITY, MIRROR_SORTS };
const char *sort_word(int by);   /* due age updated urgency priority: as the API has it; "" past the last */
int sort_find(const char *word); /* -1 if unknown */
#endif
