/* memory: a program that runs for months holds about what it uses. The C library keeps what was freed for the next time, in holes
 * between what lives; here it is told not to keep the large pieces, to put what many threads make into two heaps, not one for each of
 * them, and to give the holes back at a quiet moment. Where the C library is not glibc, nothing is done and nothing is known. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H
#include <stddef.h>

/* Before the first thread: pieces of `large` bytes and more are given back as soon as they are freed. Each costs two system calls
 * and its pages anew, so what is made by the thousand a second has to be smaller. */
void memory_frugal(size_t large);
/* Gives back every whole page that is free; about 1 ms for 10 MB of holes. For a quiet moment, on any thread. */
void memory_release(void);

/* What malloc or strdup gave; where that is nothing, the program ends and says so: nobody goes on with half of a thing. */
void *memory_must(void *ptr);

struct memory {
    size_t used, /* bytes handed out and not freed */
        kept;    /* bytes freed, and still held for the next time */
};
struct memory memory_now(void); /* all zero where it is not known */
#endif
