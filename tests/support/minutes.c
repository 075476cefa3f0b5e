/* minutes: see minutes.h. */
#include "support/minutes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { MINUTE = 60000 };

static int kind_of(const struct tm *tm, const struct week_row *rows, int row_count, const struct yearly *holidays)
{
    int kind = SEGMENT_OFF_HOURS, weekday = tm->tm_wday ? tm->tm_wday : 7, minute = tm->tm_hour * 60 + tm->tm_min;
    for (; holidays && holidays->month; holidays++)
        if (holidays->month == tm->tm_mon + 1 && holidays->day == tm->tm_mday)
            return SEGMENT_HOLIDAY;
    for (int i = 0; i < row_count; i++)
        if (weekday >= rows[i].first_day && weekday <= rows[i].last_day && minute >= rows[i].from && minute < rows[i].until)
            kind = rows[i].kind;
    return kind;
}

static void ask(const char *tz, struct minutes *m, const struct week_row *rows, int row_count, const struct yearly *holidays)
{
    setenv("TZ", tz, 1);
    tzset();
    for (int i = 0; i < m->count; i++) {
        time_t at = m->start / 1000 + i * 60;
        struct tm tm;
        localtime_r(&at, &tm);
        m->kind[i] = (unsigned char)kind_of(&tm, rows, row_count, holidays);
    }
}

struct minutes *minutes_new(const char *tz, int64_t start, int count, const struct week_row *rows, int row_count, const struct yearly *holidays)
{
    struct minutes *m = calloc(1, sizeof *m);
    int status;
    assert_non_null(m);
    *m = (struct minutes){start, count, mmap(NULL, (size_t)count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)};
    assert_true(m->kind != MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        ask(tz, m, rows, row_count, holidays);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return m;
}

void minutes_free(struct minutes *m)
{
    if (m)
        munmap(m->kind, (size_t)m->count);
    free(m);
}

int minutes_kind(const struct minutes *m, int64_t at)
{
    return m ? m->kind[(at - m->start) / MINUTE] : SEGMENT_COUNTED;
}

int64_t minutes_counted(const struct minutes *m, int64_t from, int64_t until)
{
    if (!m || until <= from)
        return until > from ? until - from : 0;
    int first = (int)((from - m->start) / MINUTE), last = (int)((until - m->start) / MINUTE), whole = 0;
    const unsigned char *kind = m->kind;
    for (int i = first; i < last; i++)
        whole += kind[i] == SEGMENT_COUNTED;
    int64_t sum = whole * (int64_t)MINUTE;
    if (kind[first] == SEGMENT_COUNTED)
        sum -= (from - m->start) % MINUTE;
    if (kind[last] == SEGMENT_COUNTED)
        sum += (until - m->start) % MINUTE;
    return sum;
}
