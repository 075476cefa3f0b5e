/* machine: did a machine write it? An auto-reply or a bounce is known by the headers its mail had, where the source hands them
 * on (`headers`, or beside the text), or by whom it is from. Such a message answers nothing, waits for nothing, reopens nothing. Pure. */
#ifndef DIALECT_MACHINE_H
#define DIALECT_MACHINE_H
#include "base/json.h"
#include <stdbool.h>
bool machine_wrote(const struct json *message, const char *author); /* message: as the source sent it, NULL = nothing known */
#endif
