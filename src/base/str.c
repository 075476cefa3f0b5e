/* str: the growing buffer. */
#include "base/str.h"
#include "base/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void str_init(struct str *str, size_t max)
{
    *str = (struct str){.data = empty, .max = max};
}

void str_fini(struct str *str)
{
    if (str->data != empty)
        free(str->data);
    str_init(str, str->max);
}

void str_clear(struct str *str)
{
    str->len = 0;
    str->cut = false;
    if (str->data != empty)
        str->data[0] = 0;
}

static void grow(struct str *str, size_t need)
{
    if (need < str->cap)
        return;
    size_t cap = str->cap ? str->cap : 128;
    while (cap <= need)
        cap *= 2;
    str->data = memory_must(realloc(str->data == empty ? NULL : str->data, cap));
    str->cap = cap;
}

void str_reserve(struct str *str, size_t n)
{
    n = n < str->max ? n : str->max;
    grow(str, n);
    str->data[str->len] = 0;
}

void str_add(struct str *str, const void *data, size_t n)
{
    if (n > str->max - str->len) {
        n = str->max - str->len;
        str->cut = true;
    }
    if (!n)
        return;
    grow(str, str->len + n);
    memcpy(str->data + str->len, data, n);
    str->len += n;
    str->data[str->len] = 0;
}

void str_adds(struct str *str, const char *text)
{
    if (text)
        str_add(str, text, strlen(text));
}

void str_addc(struct str *str, char c)
{
    if (str->len >= str->max || str->len + 1 >= str->cap) {
        str_add(str, &c, 1);
        return;
    }
    str->data[str->len++] = c; /* there is room, which is so nearly always */
    str->data[str->len] = 0;
}

size_t str_i64(char to[21], int64_t number)
{
    char digits[20];
    size_t at = sizeof digits, sign = number < 0;
    uint64_t left = sign ? 0 - (uint64_t)number : (uint64_t)number;
    do
        digits[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (sign)
        *to++ = '-';
    memcpy(to, digits + at, sizeof digits - at);
    return sign + sizeof digits - at;
}

void str_addf(struct str *str, const char *fmt, ...)
{
    char small[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n > 0 && (size_t)n < sizeof small) {
        str_add(str, small, (size_t)n);
    } else if (n > 0) {
        char *text = memory_must(malloc((size_t)n + 1));
        vsnprintf(text, (size_t)n + 1, fmt, again);
        str_add(str, text, (size_t)n);
        free(text);
    }
    va_end(again);
}

char *str_take(struct str *str)
{
    grow(str, str->len);
    char *data = str->data;
    data[str->len] = 0;
    str_init(str, str->max);
    return data;
}

bool str_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_copy(char *to, size_t size, const char *from)
{
    size_t n = strlen(from);
    bool whole = n < size;
    if (!whole) {
        n = size - 1;
        while (n && ((unsigned char)from[n] & 0xc0) == 0x80)
            n--;
    }
    memcpy(to, from, n);
    to[n] = 0;
    return whole;
}

int str_distance(const char *a, const char *b)
{
    int row[40], n = (int)strlen(b);
    if (n >= 40 || strlen(a) >= 40)
        return 99;
    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int best = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            best = best < row[j] + 1 ? best : row[j] + 1;
            row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
        }
    }
    return row[n];
}
