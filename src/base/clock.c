/* clock: injectable time. */
#include "base/clock.h"
#include "base/zone.h"
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
    struct civil c;
    zone_civil(NULL, ms, &c);
    int milli = (int)(ms % 1000), year = c.year > 9999 ? 9999 : c.year < 0 ? 0 : c.year;
    snprintf(buf, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, c.month, c.day, c.hour, c.minute, c.second, milli < 0 ? milli + 1000 : milli);
    return buf;
}
