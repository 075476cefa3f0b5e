/* log: logfmt lines on standard error, stable event names, for edges only (thread loops, main). A value never
 * carries a message body, an address or a secret; control characters are escaped here all the same. Thread-safe:
 * one write(2) a line. */
#ifndef BASE_LOG_H
#define BASE_LOG_H
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
void log_level(enum log_level most); /* lines above this are dropped; default LOG_INFO */
/* log_line(LOG_INFO, "ready", "socket=%s port=%d", path, port): fmt makes the key=value part, may be NULL. Values
 * that can hold spaces must be quoted by the caller with %s of a quoted text. */
void log_line(enum log_level level, const char *event, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
#endif
