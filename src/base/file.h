/* file: the one habit around writing whole things to descriptors. */
#ifndef BASE_FILE_H
#define BASE_FILE_H
#include <stdbool.h>
#include <stddef.h>

bool file_write(int fd, const void *data, size_t n); /* all of it; false: errno says why */
#endif
