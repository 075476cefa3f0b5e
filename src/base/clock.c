/* clock: injectable time. */
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int64_t (*inject)(void *);
static void *inject_arg;

static int64_t read_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
    return inject ? inject(inject_arg) : read_ms(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void clock_inject(int64_t (*fn)(void *arg), void *arg)
{
    inject = fn;
    inject_arg = arg;
}

static int64_t mapped(void *arg)
{
    int64_t value = atomic_load_explicit((_Atomic int64_t *)arg, memory_order_relaxed);
    return value > 0 ? value : read_ms(CLOCK_REALTIME) - value;
}

bool clock_map(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_USAGE, "opening clock file %s: %s", path, strerror(errno));
    void *map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return err_set(err, ERR_USAGE, "mapping clock file %s: %s", path, strerror(errno));
    clock_inject(mapped, map);
    return true;
}

char *clock_format(int64_t ms, char *buf)
{
    /* Civil from days, after the proleptic Gregorian calendar: no libc, so pure and re-entrant. */
    int64_t days = ms / 86400000, rest = ms % 86400000;
    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153, d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
    int64_t y = yoe + era * 400 + (m <= 2);
    snprintf(buf, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)(y > 9999 ? 9999 : y < 0 ? 0 : y), (int)m, (int)d,
             (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
    return buf;
}
