/* fault: what is wrong with a file that a person writes. A reader goes on behind a mistake and adds what it finds here;
 * whoever reads the list has each mistake of the file in the order of its lines. Pure. */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H
#include "base/err.h"

enum { FAULTS = 50 };
struct fault {
    const char *file; /* those of one file stand together, files in the order in which they were read */
    int line, column; /* 0: the text says where */
    const char *text; /* "file:line:column: what, and what would be right" */
};
struct faults {
    struct fault list[FAULTS];
    int count, more; /* more: how many further back in the file were found and are not kept */
};
/* Into its place by line and column; behind one of the same place. The texts stay the caller's. */
void faults_add(struct faults *all, const struct fault *one);
/* True where there is none. Else false, and err (CONFIG) has the first and how many there are beside it. */
bool faults_tell(const struct faults *all, struct err *err);
#endif
