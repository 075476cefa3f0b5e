/* outlet: see outlet.h. The tty is opened once more under its own name: only that opening is non-blocking, so that whoever shares
 * the other (the shell we came from, a child) is not. */
#include "term/outlet.h"
#include "base/clock.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    MOST = 16 << 20,   /* a frame of 1000 x 1000 cells is less */
    PIECE = 512,       /* at a time to a tty that cannot be had non-blocking */
    WORTH = 512,       /* bytes between two questions */
    WORTH_NEAR = 4096, /* to a terminal that answers within NEAR_MS: each answer wakes us, which is half a key's work */
    NEAR_MS = 20,
    SILENT_MS = 1000,  /* one that never answered is not waited for longer */
    LOST_MS = 10000,   /* nor an answer of one that does */
    LEAVE_MS = 2000,
    GUESS_MS = 250 /* there and back, where nobody says */
};
static const char question[] = "\033[5n";

static struct {
    FILE *file;   /* curses' own: `door` */
    int door, kept, tty; /* kept: the file in memory, -1 before outlet_catch */
    bool nonblocking, gone;
    struct str out; /* from sent on: not handed over yet */
    size_t sent;
    bool asks, asked, answers; /* answers: it did, once */
    int64_t asked_at, round_trip;
    size_t before, after; /* bytes since the last answer: before the question in flight, and behind it */
} t = {.door = -1, .kept = -1, .tty = -1};

/* --- opening --- */

static int open_again(void)
{
    char name[256];
    if (ttyname_r(STDOUT_FILENO, name, sizeof name) != 0)
        return -1;
    return open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

FILE *outlet_open(bool asks, struct err *err)
{
    t.door = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    t.tty = open_again();
    t.nonblocking = t.tty >= 0;
    if (!t.nonblocking)
        t.tty = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    t.file = t.door >= 0 ? fdopen(t.door, "w") : NULL;
    str_init(&t.out, MOST);
    t.sent = 0;
    t.asks = asks;
    t.gone = t.asked = t.answers = false;
    t.before = t.after = 0;
    t.round_trip = 0;
    if (!t.file || t.tty < 0) {
        err_set(err, ERR_UNAVAILABLE, "opening the terminal once more: %s", strerror(errno));
        outlet_end();
        return NULL;
    }
    return t.file;
}

static int open_kept(void)
{
#ifdef MFD_CLOEXEC
    return memfd_create("frame", MFD_CLOEXEC);
#else
    char name[] = "/tmp/triage-frame-XXXXXX";
    int fd = mkstemp(name);
    if (fd >= 0)
        unlink(name);
    return fd;
#endif
}

bool outlet_catch(struct err *err)
{
    fflush(t.file);
    t.kept = open_kept();
    if (t.kept >= 0 && dup2(t.kept, t.door) >= 0 && fcntl(t.door, F_SETFD, FD_CLOEXEC) == 0 && fcntl(t.kept, F_SETFD, FD_CLOEXEC) == 0)
        return true;
    return err_set(err, ERR_UNAVAILABLE, "making a place for frames: %s", strerror(errno));
}

void outlet_end(void)
{
    if (t.file)
        fclose(t.file);
    else
        shut(&t.door);
    t.file = NULL;
    t.door = -1;
    shut(&t.kept);
    shut(&t.tty);
    str_fini(&t.out);
}

/* --- out --- */

void outlet_put(const char *bytes, size_t n)
{
    if (t.gone)
        return;
    str_add(&t.out, bytes, n);
    t.after += n;
}

void outlet_take(void)
{
    char part[4096];
    off_t n = t.kept >= 0 ? lseek(t.kept, 0, SEEK_CUR) : 0, at = 0;
    while (at < n) {
        ssize_t got = pread(t.kept, part, n - at < (off_t)sizeof part ? (size_t)(n - at) : sizeof part, at);
        if (got <= 0)
            break;
        outlet_put(part, (size_t)got);
        at += got;
    }
    if (n > 0)
        lseek(t.kept, 0, SEEK_SET);
}

static bool writable(int ms)
{
    struct pollfd fd = {.fd = t.tty, .events = POLLOUT};
    return poll(&fd, 1, ms) > 0;
}

static void handed_over(size_t n)
{
    t.sent += n;
    if (t.sent == t.out.len) {
        str_clear(&t.out);
        t.sent = 0;
    }
}

void outlet_push(void)
{
    while (t.sent < t.out.len) {
        size_t left = t.out.len - t.sent;
        if (!t.nonblocking && !writable(0))
            return;
        ssize_t n = write(t.tty, t.out.data + t.sent, t.nonblocking || left < PIECE ? left : PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        t.gone = n < 0; /* nobody reads any more; the loop is told by its own descriptor */
        handed_over(n < 0 ? left : (size_t)n);
    }
}

static size_t worth(void)
{
    return t.answers && t.round_trip < NEAR_MS ? WORTH_NEAR : WORTH;
}

/* One question at a time, in one piece with what it is about. */
static void ask_if_worth(int64_t now)
{
    if (!t.asks || t.asked || t.gone || t.after < worth())
        return;
    outlet_put(question, strlen(question));
    t.asked = true;
    t.asked_at = now;
    t.before += t.after;
    t.after = 0;
}

void outlet_frame(int64_t now)
{
    ask_if_worth(now);
    outlet_push();
}

/* --- how far they are --- */

static int64_t give_up_at(void)
{
    return t.asked_at + (t.answers ? LOST_MS : SILENT_MS);
}

bool outlet_ready(int64_t now)
{
    outlet_push();
    if (t.sent < t.out.len)
        return false;
    if (t.asked && now >= give_up_at()) {
        t.asks = t.answers; /* one that never answered is not asked again */
        t.asked = false;
        t.before = t.after = 0;
        t.round_trip = t.answers ? t.round_trip : GUESS_MS;
    }
    return !t.asked || t.before + t.after <= OUTLET_UNREAD;
}

int outlet_waits_for(void)
{
    return t.sent < t.out.len ? t.tty : -1;
}

int64_t outlet_until(int64_t now)
{
    if (t.sent < t.out.len || !t.asked)
        return INT64_MAX;
    return give_up_at() > now ? give_up_at() : now;
}

void outlet_answered(int64_t now)
{
    enum { PART = 4 };
    if (t.asked) {
        int64_t took = now - t.asked_at;
        t.round_trip += t.answers ? (took - t.round_trip) / PART : took;
        t.before = 0;
    }
    t.asked = false;
    t.asks = t.answers = true;
    outlet_frame(now); /* what went out behind the question */
}

int64_t outlet_round_trip(void)
{
    return t.round_trip;
}

bool outlet_asked(void)
{
    return t.asked && !t.gone;
}

void outlet_leave(const char *last, size_t n)
{
    bool cut = t.sent && t.sent < t.out.len; /* maybe within a sequence: CAN ends it */
    int64_t end = clock_mono() + LEAVE_MS;
    str_clear(&t.out);
    t.sent = 0;
    if (cut)
        outlet_put("\030", 1);
    outlet_put(last, n);
    outlet_take();
    for (outlet_push(); t.sent < t.out.len && clock_mono() < end; outlet_push())
        writable((int)(end - clock_mono()));
    str_clear(&t.out);
    t.sent = 0;
}
