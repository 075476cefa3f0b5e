/* guard: the block list as a table, and a URL parser that takes less than curl's does. Of IPv6 only 2000::/3 is in use
 * for the public, so what is not listed there is refused as a whole; IPv4 is listed range by range (IANA's special
 * purpose registries). Pure; used on the courier's thread. */
#include "worker/guard.h"
#include "base/str.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct range {
    uint8_t bytes[16];
    int bits;
    int kind;
    const char *why;
};

static const struct range ranges4[] = {
    {{0}, 8, GUARD_REFUSED, "unspecified"},
    {{10}, 8, GUARD_PRIVATE, "private"},
    {{100, 64}, 10, GUARD_PRIVATE, "carrier-grade NAT"},
    {{127}, 8, GUARD_LOOPBACK, "loopback"},
    {{169, 254}, 16, GUARD_REFUSED, "link-local"},
    {{172, 16}, 12, GUARD_PRIVATE, "private"},
    {{192, 0, 0}, 24, GUARD_REFUSED, "protocol assignments"},
    {{192, 0, 2}, 24, GUARD_REFUSED, "documentation"},
    {{192, 88, 99}, 24, GUARD_REFUSED, "6to4 relay"},
    {{192, 168}, 16, GUARD_PRIVATE, "private"},
    {{198, 18}, 15, GUARD_REFUSED, "benchmark"},
    {{198, 51, 100}, 24, GUARD_REFUSED, "documentation"},
    {{203, 0, 113}, 24, GUARD_REFUSED, "documentation"},
    {{224}, 4, GUARD_REFUSED, "multicast"},
    {{240}, 4, GUARD_REFUSED, "reserved"},
};

/* The narrower range stands first. */
static const struct range ranges6[] = {
    {{[15] = 1}, 128, GUARD_LOOPBACK, "loopback"},
    {{0}, 128, GUARD_REFUSED, "unspecified"},
    {{0x00, 0x64, 0xff, 0x9b}, 96, GUARD_REFUSED, "NAT64"},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, GUARD_REFUSED, "NAT64"},
    {{0x01, 0x00}, 64, GUARD_REFUSED, "discard"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, GUARD_REFUSED, "documentation"},
    {{0x20, 0x01, 0x00}, 23, GUARD_REFUSED, "protocol assignments"},
    {{0x20, 0x02}, 16, GUARD_REFUSED, "6to4"},
    {{0x3f, 0xff, 0x00}, 20, GUARD_REFUSED, "documentation"},
    {{0x20}, 3, GUARD_PUBLIC, "public"},
    {{0x5f, 0x00}, 16, GUARD_REFUSED, "SRv6"},
    {{0xfc}, 7, GUARD_PRIVATE, "unique local"},
    {{0xfe, 0x80}, 10, GUARD_REFUSED, "link-local"},
    {{0xfe, 0xc0}, 10, GUARD_REFUSED, "site-local"},
    {{0xff}, 8, GUARD_REFUSED, "multicast"},
    {{0}, 0, GUARD_REFUSED, "reserved"},
};

static bool inside(const uint8_t *bytes, const struct range *r)
{
    int whole = r->bits / 8, rest = r->bits % 8;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return memcmp(bytes, r->bytes, (size_t)whole) == 0 && (!rest || (bytes[whole] & mask) == (r->bytes[whole] & mask));
}

static struct guard_verdict look(const struct range *ranges, size_t count, const uint8_t *bytes)
{
    for (size_t i = 0; i < count; i++)
        if (inside(bytes, &ranges[i]))
            return (struct guard_verdict){ranges[i].kind, ranges[i].why};
    return (struct guard_verdict){GUARD_PUBLIC, "public"};
}

struct guard_verdict guard_address(const uint8_t *bytes, size_t n)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (n == 16 && memcmp(bytes, mapped, sizeof mapped) == 0)
        return guard_address(bytes + 12, 4);
    if (n == 16)
        return look(ranges6, sizeof ranges6 / sizeof *ranges6, bytes);
    if (n == 4)
        return look(ranges4, sizeof ranges4 / sizeof *ranges4, bytes);
    return (struct guard_verdict){GUARD_REFUSED, "neither IPv4 nor IPv6"};
}

struct guard_verdict guard_sockaddr(const struct sockaddr *address, size_t n)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (address->sa_family == AF_INET && n >= sizeof v4) {
        memcpy(&v4, address, sizeof v4);
        return guard_address((const uint8_t *)&v4.sin_addr, 4);
    }
    if (address->sa_family == AF_INET6 && n >= sizeof v6) {
        memcpy(&v6, address, sizeof v6);
        return guard_address(v6.sin6_addr.s6_addr, 16);
    }
    return guard_address(NULL, 0);
}

const char *guard_refusal(const struct guard_verdict *v, bool secure, int allow)
{
    if (v->kind == GUARD_LOOPBACK)
        return allow & GUARD_ALLOW_LOOPBACK ? NULL : "a loopback address needs allow_loopback";
    if (v->kind == GUARD_REFUSED || (v->kind == GUARD_PRIVATE && !(allow & GUARD_ALLOW_PRIVATE)))
        return v->why;
    return secure ? NULL : "plain text is for loopback only";
}

/* --- URLs --- */

static bool take_scheme(const char **url, bool *https)
{
    const char *const schemes[] = {"http://", "https://"};
    for (int i = 0; i < 2; i++) {
        size_t n = strlen(schemes[i]);
        if (strncasecmp(*url, schemes[i], n) == 0) {
            *url += n;
            *https = i == 1;
            return true;
        }
    }
    return false;
}

static bool plain_bytes(const char *url)
{
    for (const unsigned char *p = (const unsigned char *)url; *p; p++)
        if (*p <= 0x20 || *p == 0x7f || *p == '\\')
            return false;
    return true;
}

static bool copy_host(const char *from, size_t n, struct guard_url *out)
{
    if (n == 0 || n >= sizeof out->host)
        return false;
    for (size_t i = 0; i < n; i++)
        out->host[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] + 32) : from[i];
    out->host[n] = '\0';
    return true;
}

static bool take_port(const char *at, size_t n, struct guard_url *out)
{
    out->port = out->https ? 443 : 80;
    if (n == 0)
        return true;
    if (*at != ':' || n > 6)
        return false;
    int port = 0;
    for (size_t i = 1; i < n; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        port = port * 10 + (at[i] - '0');
    }
    out->port = n == 1 ? out->port : port;
    return out->port > 0 && out->port <= 65535;
}

/* A last label that begins with a digit makes the host a number to some resolvers ("127.1", "0x7f.1", "2130706433"):
 * then it has to be a plain dotted quad. */
static bool name_is_a_number(const char *host)
{
    size_t n = strlen(host);
    if (n && host[n - 1] == '.')
        n--;
    size_t from = n;
    while (from && host[from - 1] != '.')
        from--;
    return host[from] >= '0' && host[from] <= '9';
}

static bool is_name(const char *host)
{
    for (const unsigned char *p = (const unsigned char *)host; *p; p++)
        if (*p < 0x80 && !strchr("abcdefghijklmnopqrstuvwxyz0123456789.-_", *p))
            return false;
    return true;
}

static bool split(const char *authority, size_t n, bool *bracketed, struct guard_url *out)
{
    const char *end = authority + n, *close = memchr(authority, ']', n), *colon = memchr(authority, ':', n);
    *bracketed = *authority == '[';
    if (*bracketed)
        return close && copy_host(authority + 1, (size_t)(close - authority - 1), out) && take_port(close + 1, (size_t)(end - close - 1), out);
    const char *stop = colon ? colon : end;
    return !close && copy_host(authority, (size_t)(stop - authority), out) && take_port(stop, (size_t)(end - stop), out);
}

static bool judge_host(const char *host, bool v6, bool secure, int allow, struct err *err)
{
    uint8_t bytes[16];
    if (inet_pton(v6 ? AF_INET6 : AF_INET, host, bytes) != 1) {
        if (v6 || !*host || name_is_a_number(host) || !is_name(host))
            return err_set(err, ERR_INPUT, "reading a host: it is neither a name nor a plain address");
        return true;
    }
    struct guard_verdict v = guard_address(bytes, v6 ? 16 : 4);
    const char *why = guard_refusal(&v, secure, allow);
    return !why || err_set(err, ERR_FORBIDDEN, "%s is refused: %s", host, why);
}

bool guard_host(const char *host, bool secure, int allow, struct err *err)
{
    struct guard_url u;
    if (!copy_host(host, strlen(host), &u))
        return err_set(err, ERR_INPUT, "reading a host: it is empty or too long");
    return judge_host(u.host, strchr(u.host, ':') != NULL, secure, allow, err);
}

bool guard_url(const char *url, int allow, struct guard_url *out, struct err *err)
{
    struct guard_url u = {0};
    bool bracketed;
    if (!url || !plain_bytes(url) || !take_scheme(&url, &u.https))
        return err_set(err, ERR_INPUT, "reading a URL: it has to begin with https:// and hold no spaces");
    size_t n = strcspn(url, "/?#");
    if (memchr(url, '@', n))
        return err_set(err, ERR_FORBIDDEN, "reading a URL: a user or a password in it is refused");
    if (!split(url, n, &bracketed, &u))
        return err_set(err, ERR_INPUT, "reading a URL: its host or port is not well formed");
    if (!judge_host(u.host, bracketed, u.https, allow, err))
        return false;
    *out = u;
    return true;
}
