/* bar: shares and times as the eye takes them in: a deadline running out, hit points, experience, a row of counts. */
#ifndef WIDGET_BAR_H
#define WIDGET_BAR_H
#include "term/surface.h"
#include <stddef.h>
#include <stdint.h>

enum { BAR_TIME = 24 };
/* "45s" "12m" "1h40m" "9h" "3d" "3d4h", negative "late 18m": at most 3 parts of two units, never more exact than is of use. */
const char *bar_time(int64_t ms, char out[BAR_TIME]);
/* How urgent what is left of total is: late below 0, warn below a quarter, else ok. total <= 0: normal. */
enum ui_role bar_urgency(int64_t left_ms, int64_t total_ms);
/* What is left of a deadline, in the role of its urgency; empty once late. */
void bar_deadline(struct surface *s, int row, int column, int width, int64_t left_ms, int64_t total_ms);
/* now of most, in a role; most <= 0 is empty. */
void bar_share(struct surface *s, int row, int column, int width, int64_t now, int64_t most, enum ui_role role);
/* The last `width` of n values as blocks of eight heights, the highest filling the line; 0 is a blank. */
void bar_spark(struct surface *s, int row, int column, int width, const int64_t *values, size_t n, enum ui_role role);
#endif
