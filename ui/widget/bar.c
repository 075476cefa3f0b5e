/* bar: arithmetic before surface_bar. */
#include "widget/bar.h"
#include "base/text.h"
#include <string.h>

static char *count(char *at, int64_t n, char unit)
{
    char digits[21];
    size_t len = str_i64(digits, n);
    memcpy(at, digits, len);
    at[len] = unit;
    return at + len + 1;
}

/* Without printf: a list shows one in each row. */
const char *bar_time(int64_t ms, char out[BAR_TIME])
{
    char *at = out;
    int64_t s = (ms < 0 ? -(ms / 1000) : ms / 1000), m = s / 60, h = m / 60, d = h / 24;
    if (ms < 0)
        at = (char *)memcpy(at, "late ", 5) + 5;
    if (s < 60)
        at = count(at, s, 's');
    else if (m < 60)
        at = count(at, m, 'm');
    else if (h < 24)
        at = count(at, h, 'h');
    else
        at = count(at, d, 'd');
    if (m >= 60 && h < 10 && m % 60) {
        *at = '0';
        at = count(at + (m % 60 < 10), m % 60, 'm');
    } else if (h >= 24 && d < 10 && h % 24) {
        at = count(at, h % 24, 'h');
    }
    *at = 0;
    return out;
}

enum ui_role bar_urgency(int64_t left_ms, int64_t total_ms)
{
    return total_ms <= 0 ? UI_NORMAL : left_ms < 0 ? UI_LATE : left_ms < total_ms / 4 ? UI_WARN : UI_OK;
}

/* In 1/10,000, safe for any two numbers. */
static int share_bp(int64_t part, int64_t whole)
{
    if (whole <= 0 || part <= 0)
        return 0;
    return part >= whole ? 10000 : (int)((double)part / (double)whole * 10000);
}

void bar_deadline(struct surface *s, int row, int column, int width, int64_t left_ms, int64_t total_ms)
{
    surface_bar(s, row, column, width, share_bp(left_ms, total_ms), bar_urgency(left_ms, total_ms));
}

void bar_share(struct surface *s, int row, int column, int width, int64_t now, int64_t most, enum ui_role role)
{
    int bp = share_bp(now, most);
    surface_bar(s, row, column, width, now > 0 && most > 0 && !bp ? 1 : bp, role);
}

void bar_spark(struct surface *s, int row, int column, int width, const int64_t *values, size_t n, enum ui_role role)
{
    int64_t most = 0;
    if (width < 0)
        width = 0;
    if (n > (size_t)width) {
        values += n - (size_t)width;
        n = (size_t)width;
    }
    for (size_t i = 0; i < n; i++)
        most = values[i] > most ? values[i] : most;
    for (size_t i = 0; i < n; i++) {
        char block[5];
        int bp = share_bp(values[i], most), eighths = bp ? 1 + bp * 7 / 10000 : 0;
        if (!eighths)
            continue;
        text_encode(0x2580 + (uint32_t)eighths, block);
        surface_text(s, row, column + (int)i, 1, role, block);
    }
}
