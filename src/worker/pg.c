/* pg: a block per exchange: look the host up, connect, send, read every result. One idle connection is kept for each
 * connection string, for a short while. libpq is never let near a name to resolve (it would ask on this thread), a service
 * file or an environment that could lead elsewhere: it gets the address that was allowed, and host only for the certificate.
 * On the courier's thread. */
#include "worker/pg.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "worker/guard.h"
#include "worker/lookup.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTIONS = 64, WORDS = 4 << 10 };

enum stage { RESOLVING, CONNECTING, SENDING, READING };
struct call {
    struct call *next;
    const struct delivery *request;
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
    int64_t started, deadline;
    int stage; /* enum stage */
    bool over;
    struct lookup *lookup;
    PGconn *conn;
    PostgresPollingStatusType wants; /* while CONNECTING */
    bool flushed;                    /* all of the statement has left */
    int fault;                       /* enum reply_fault */
    char sqlstate[6], tag[32];
    struct str words;                /* what the server, or libpq, says */
};
struct idle { PGconn *conn; char *url; int allow; int64_t until; };
struct pg {
    struct call *calls;
    struct idle idle[PG_IDLE];
    int count, wake[2]; /* a pipe: lookups that are over */
};

static bool open_pipe(int fds[2])
{
    if (pipe(fds) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

struct pg *pg_open(struct err *err)
{
    struct pg *pg = memory_must(calloc(1, sizeof *pg));
    if (open_pipe(pg->wake))
        return pg;
    free(pg);
    err_set(err, ERR_INTERNAL, "opening a pipe");
    return NULL;
}

static void idle_drop(struct idle *idle)
{
    PQfinish(idle->conn);
    free(idle->url);
    *idle = (struct idle){0};
}

static void call_free(struct pg *pg, struct call *call)
{
    struct call **at = &pg->calls;
    while (*at && *at != call)
        at = &(*at)->next;
    if (*at) {
        *at = call->next;
        pg->count--;
    }
    lookup_close(call->lookup);
    PQfinish(call->conn);
    str_fini(&call->words);
    free(call);
}

void pg_close(struct pg *pg)
{
    if (!pg)
        return;
    while (pg->calls)
        call_free(pg, pg->calls);
    for (int i = 0; i < PG_IDLE; i++)
        if (pg->idle[i].conn)
            idle_drop(&pg->idle[i]);
    close(pg->wake[0]);
    close(pg->wake[1]);
    free(pg);
}

int pg_count(const struct pg *pg)
{
    return pg->count;
}

/* --- the connection string --- */

static const char *option(const PQconninfoOption *all, const char *name)
{
    for (; all->keyword; all++)
        if (str_eq(all->keyword, name))
            return all->val && *all->val ? all->val : NULL;
    return NULL;
}

/* Without a word on it, TLS is asked for: see connect_to. */
static bool is_secure(const PQconninfoOption *all)
{
    const char *mode = option(all, "sslmode");
    return !mode || str_eq(mode, "require") || str_eq(mode, "verify-ca") || str_eq(mode, "verify-full");
}

static bool is_socket(const char *host)
{
    return *host == '/' || *host == '@';
}

static const char *place_of(const PQconninfoOption *all)
{
    return option(all, "hostaddr") ? option(all, "hostaddr") : option(all, "host");
}

static bool check_place(const PQconninfoOption *all, int allow, struct err *err)
{
    const char *host = option(all, "host"), *place = place_of(all);
    if (option(all, "service") || option(all, "replication"))
        return err_set(err, ERR_INPUT, "reading a connection string: service and replication are not taken");
    if (!place || strchr(place, ',') || (host && strchr(host, ',')))
        return err_set(err, ERR_INPUT, "reading a connection string: it has to name one host");
    if (is_socket(place))
        return allow & GUARD_ALLOW_LOOPBACK || err_set(err, ERR_FORBIDDEN, "a Unix socket is refused: it needs allow_loopback");
    return guard_host(place, is_secure(all), allow, err);
}

/* libpq's own words on a string may repeat a part of it. */
static PQconninfoOption *parse(const char *url, struct err *err)
{
    char *said = NULL;
    PQconninfoOption *all = url && *url ? PQconninfoParse(url, &said) : NULL;
    PQfreemem(said);
    if (!all)
        err_set(err, ERR_INPUT, "reading a connection string: it is not well formed");
    return all;
}

/* --- connecting --- */

/* The addresses that may be connected to: as libpq wants them, with the host once for each. */
struct way { struct str hosts, addresses; bool leaves; /* this machine */ char refused[96]; };

static void way_init(struct way *w)
{
    *w = (struct way){0};
    str_init(&w->hosts, 4 << 10);
    str_init(&w->addresses, 4 << 10);
}

static void way_fini(struct way *w)
{
    str_fini(&w->hosts);
    str_fini(&w->addresses);
}

static void way_add(struct way *w, const char *host, const struct sockaddr_storage *address, bool secure, int allow)
{
    char text[INET6_ADDRSTRLEN];
    bool v6 = address->ss_family == AF_INET6;
    struct guard_verdict v = guard_sockaddr((const struct sockaddr *)address, sizeof *address);
    const char *why = guard_refusal(&v, secure, allow);
    const void *bytes = v6 ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr : &((const struct sockaddr_in *)address)->sin_addr;
    if (why)
        str_copy(w->refused, sizeof w->refused, why);
    if (why || !inet_ntop(address->ss_family, bytes, text, sizeof text))
        return;
    str_addf(&w->hosts, "%s%s", w->hosts.len ? "," : "", host);
    str_addf(&w->addresses, "%s%s", w->addresses.len ? "," : "", text);
    w->leaves |= v.kind != GUARD_LOOPBACK;
}

static void add_option(const char **keys, const char **values, int *n, const char *key, const char *value)
{
    for (int i = 0; i < *n; i++)
        if (str_eq(keys[i], key)) {
            values[i] = value;
            return;
        }
    if (*n < OPTIONS - 1) {
        keys[*n] = key;
        values[(*n)++] = value;
    }
}

/* way NULL: a Unix socket, or an address, as the string says. */
static PGconn *connect_to(const PQconninfoOption *all, const struct way *way, bool leaves)
{
    const char *keys[OPTIONS] = {0}, *values[OPTIONS] = {0}, *given = option(all, "options");
    int n = 0;
    AUTO_STR options;
    str_init(&options, 8 << 10);
    str_addf(&options, "%s%s-c statement_timeout=%d", given ? given : "", given ? " " : "", PG_TOTAL_MS);
    if (leaves)
        add_option(keys, values, &n, "sslmode", "require");
    add_option(keys, values, &n, "gssencmode", "disable"); /* it would ask name servers on this thread */
    for (const PQconninfoOption *o = all; o->keyword; o++)
        if (o->val && *o->val)
            add_option(keys, values, &n, o->keyword, o->val);
    add_option(keys, values, &n, "application_name", "triage");
    add_option(keys, values, &n, "client_encoding", "UTF8");
    add_option(keys, values, &n, "options", options.data);
    if (way) {
        add_option(keys, values, &n, "host", way->hosts.data);
        add_option(keys, values, &n, "hostaddr", way->addresses.data);
    }
    return PQconnectStartParams(keys, values, 0);
}

static void fail(struct call *call, int fault, const char *words)
{
    call->over = true;
    call->fault = fault;
    str_copy(call->sqlstate, sizeof call->sqlstate, "08006");
    str_clear(&call->words);
    str_adds(&call->words, words);
}

/* A trigger may say anything it likes; libpq would print it. */
static void hear_no_notice(void *arg, const PGresult *result)
{
    (void)arg, (void)result;
}

/* VERBOSE, because the code of a connection refused by the server stands nowhere but in the text. */
static void take_connection(struct call *call, PGconn *conn)
{
    call->conn = conn;
    call->stage = CONNECTING;
    call->wants = PGRES_POLLING_WRITING;
    if (!conn || PQstatus(conn) == CONNECTION_BAD)
        fail(call, REPLY_REFUSED, conn ? PQerrorMessage(conn) : "out of memory");
    else {
        PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
        PQsetNoticeReceiver(conn, hear_no_notice, NULL);
    }
}

/* Nothing is known to fail in a string that was parsed before. */
static void connect_found(struct call *call)
{
    struct err err;
    const struct sockaddr_storage *list;
    int count = lookup_addresses(call->lookup, &list);
    PQconninfoOption *all = parse(call->request->url, &err);
    struct way way;
    way_init(&way);
    for (int i = 0; all && i < count; i++)
        way_add(&way, option(all, "host"), &list[i], is_secure(all), guard_allow(call->request));
    if (way.addresses.len)
        take_connection(call, connect_to(all, &way, way.leaves));
    else {
        char why[160];
        snprintf(why, sizeof why, "the address it resolves to is refused: %s", way.refused);
        fail(call, REPLY_REFUSED, count ? why : "the host's name is not known");
    }
    way_fini(&way);
    PQconninfoFree(all);
}

static bool is_address(const char *text, bool *leaves)
{
    uint8_t bytes[16];
    bool v4 = inet_pton(AF_INET, text, bytes) == 1, v6 = !v4 && inet_pton(AF_INET6, text, bytes) == 1;
    *leaves = (v4 || v6) && guard_address(bytes, v4 ? 4 : 16).kind != GUARD_LOOPBACK;
    return v4 || v6;
}

static bool begin(struct pg *pg, struct call *call, const PQconninfoOption *all, struct err *err)
{
    bool leaves = false;
    const char *place = place_of(all);
    if (is_socket(place) || is_address(place, &leaves)) {
        take_connection(call, connect_to(all, NULL, leaves));
        return true;
    }
    call->stage = RESOLVING;
    call->lookup = lookup_start(place, pg->wake[1]);
    return call->lookup || err_set(err, ERR_UNAVAILABLE, "starting a thread to look a host up");
}

/* --- connections that are kept --- */

/* A server has nothing to say on an idle connection but farewell. */
static bool is_alive(PGconn *conn)
{
    struct pollfd fd = {.fd = PQsocket(conn), .events = POLLIN};
    return poll(&fd, 1, 0) == 0 && PQstatus(conn) == CONNECTION_OK;
}

static PGconn *take_idle(struct pg *pg, const struct delivery *r)
{
    for (int i = 0; i < PG_IDLE; i++) {
        struct idle *idle = &pg->idle[i];
        if (!idle->conn || !str_eq(idle->url, r->url) || idle->allow != guard_allow(r))
            continue;
        PGconn *conn = idle->conn;
        bool alive = is_alive(conn);
        idle->conn = alive ? NULL : conn;
        idle_drop(idle);
        return alive ? conn : NULL;
    }
    return NULL;
}

/* The oldest makes room. */
static void keep_idle(struct pg *pg, struct call *call)
{
    struct idle *to = &pg->idle[0];
    for (int i = 0; i < PG_IDLE; i++) {
        struct idle *idle = &pg->idle[i];
        if (idle->conn && str_eq(idle->url, call->request->url))
            return;
        if (!idle->conn || (to->conn && idle->until < to->until))
            to = idle;
    }
    if (to->conn)
        idle_drop(to);
    *to = (struct idle){call->conn, memory_must(strdup(call->request->url)), guard_allow(call->request), clock_mono() + PG_IDLE_MS};
    call->conn = NULL;
}

static void run_idle(struct pg *pg)
{
    for (int i = 0; i < PG_IDLE; i++) {
        struct idle *idle = &pg->idle[i];
        if (idle->conn && (idle->until <= clock_mono() || !is_alive(idle->conn)))
            idle_drop(idle);
    }
}

/* --- an exchange --- */

static void send_statement(struct call *call)
{
    const struct delivery *r = call->request;
    PQsetErrorVerbosity(call->conn, PQERRORS_DEFAULT);
    call->stage = SENDING;
    if (PQsetnonblocking(call->conn, 1) != 0 || !PQsendQueryParams(call->conn, r->sql, r->param_count, NULL, r->params, NULL, NULL, 0))
        fail(call, REPLY_LOST, PQerrorMessage(call->conn));
}

/* "FATAL:  28P01: password authentication failed ...": the code after two spaces, if there is one. */
static bool code_in(const char *words, char code[6])
{
    for (const char *p = strstr(words, ":  "); p; p = strstr(p + 3, ":  ")) {
        size_t n = strspn(p + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (n == 5 && p[8] == ':') {
            str_copy(code, 6, p + 3);
            return true;
        }
    }
    return false;
}

static void refused_connection(struct call *call)
{
    char words[WORDS], code[6];
    str_copy(words, sizeof words, PQerrorMessage(call->conn));
    words[strcspn(words, "\n")] = '\0';
    bool said = code_in(words, code);
    fail(call, said ? REPLY_ANSWERED : REPLY_REFUSED, words);
    if (said)
        memcpy(call->sqlstate, code, sizeof code);
}

static void run_connecting(struct call *call)
{
    call->wants = PQconnectPoll(call->conn);
    if (call->wants == PGRES_POLLING_OK)
        send_statement(call);
    else if (call->wants == PGRES_POLLING_FAILED)
        refused_connection(call);
}

/* Of several results the error counts: a constraint that is checked at the end speaks after "INSERT 0 1". Only the primary
 * message is kept; details may quote whole rows. */
static void take_result(struct call *call, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE), *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        str_copy(call->tag, sizeof call->tag, PQcmdStatus((PGresult *)(uintptr_t)result));
        return;
    }
    if (!code || *call->sqlstate)
        return;
    str_copy(call->sqlstate, sizeof call->sqlstate, code);
    str_clear(&call->words);
    str_addf(&call->words, "%s: %s", code, words ? words : "");
}

static void read_results(struct call *call)
{
    while (!PQisBusy(call->conn)) {
        PGresult *result = PQgetResult(call->conn);
        if (!result) {
            call->over = true;
            break;
        }
        take_result(call, result);
        PQclear(result);
        if (PQstatus(call->conn) == CONNECTION_BAD)
            break;
    }
    if (PQstatus(call->conn) == CONNECTION_BAD && !*call->sqlstate)
        fail(call, REPLY_LOST, "the connection was lost");
    call->over |= PQstatus(call->conn) == CONNECTION_BAD;
}

static void run_statement(struct call *call)
{
    int left = call->flushed ? 0 : PQflush(call->conn);
    call->flushed = left == 0;
    call->stage = left == 0 ? READING : SENDING;
    if (!PQconsumeInput(call->conn) || left < 0) {
        read_results(call); /* it may have said why before it left */
        if (!call->over)
            fail(call, REPLY_LOST, "the connection was lost");
        return;
    }
    read_results(call);
}

static void run_call(struct call *call)
{
    if (call->stage == RESOLVING && lookup_is_over(call->lookup))
        connect_found(call);
    if (!call->over && call->stage == CONNECTING)
        run_connecting(call);
    if (!call->over && call->stage >= SENDING)
        run_statement(call);
    if (!call->over && clock_mono() >= call->deadline)
        fail(call, REPLY_TIMEOUT, "no answer in time");
}

static void finish(struct pg *pg, struct call *call)
{
    struct http_answer answer = {.ms = clock_mono() - call->started, .why = call->fault ? call->words.data : NULL};
    answer.reply = (struct reply){.fault = call->fault, .sent = call->flushed, .body = call->words.data, .body_n = call->words.len,
                                  .sqlstate = *call->sqlstate ? call->sqlstate : NULL, .tag = *call->tag ? call->tag : NULL};
    if (!call->fault && call->conn && PQstatus(call->conn) == CONNECTION_OK && PQtransactionStatus(call->conn) == PQTRANS_IDLE)
        keep_idle(pg, call);
    call->done(call->arg, &answer);
    call_free(pg, call);
}

bool pg_start(struct pg *pg, const struct delivery *request, void (*done)(void *arg, const struct http_answer *answer), void *arg, struct err *err)
{
    PQconninfoOption *all = parse(request->url, err);
    if (!all)
        return false;
    int64_t now = clock_mono();
    struct call *call = memory_must(calloc(1, sizeof *call));
    *call = (struct call){.request = request, .done = done, .arg = arg, .started = now,
                          .deadline = now + (request->timeout ? request->timeout : PG_TOTAL_MS)};
    str_init(&call->words, WORDS);
    bool ok = check_place(all, guard_allow(request), err);
    if (ok && (call->conn = take_idle(pg, request)))
        send_statement(call);
    else
        ok = ok && begin(pg, call, all, err);
    PQconninfoFree(all);
    if (!ok) {
        call_free(pg, call);
        return false;
    }
    call->next = pg->calls;
    pg->calls = call;
    pg->count++;
    return true;
}

/* --- the loop's side --- */

static short events_of(const struct call *call)
{
    if (call->stage == CONNECTING)
        return call->wants == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    return call->flushed ? POLLIN : POLLIN | POLLOUT;
}

int pg_watch(struct pg *pg, struct pollfd *fds, int max, int *timeout_ms)
{
    int n = 0;
    int64_t now = clock_mono();
    for (const struct call *call = pg->calls; call; call = call->next) {
        int64_t left = call->over ? 0 : call->deadline > now ? call->deadline - now : 0;
        *timeout_ms = left < *timeout_ms ? (int)left : *timeout_ms;
        if (n < max && call->conn && PQsocket(call->conn) >= 0)
            fds[n++] = (struct pollfd){.fd = PQsocket(call->conn), .events = events_of(call)};
    }
    for (int i = 0; i < PG_IDLE && n < max; i++)
        if (pg->idle[i].conn)
            fds[n++] = (struct pollfd){.fd = PQsocket(pg->idle[i].conn), .events = POLLIN};
    if (n < max && pg->calls)
        fds[n++] = (struct pollfd){.fd = pg->wake[0], .events = POLLIN};
    return n;
}

void pg_run(struct pg *pg)
{
    char bytes[64];
    while (read(pg->wake[0], bytes, sizeof bytes) > 0)
        continue;
    run_idle(pg);
    for (struct call *call = pg->calls; call; call = call->next)
        if (!call->over)
            run_call(call);
    for (bool found = true; found;) { /* done may begin another call, so the list is looked through anew after each */
        found = false;
        for (struct call *call = pg->calls; call && !found; call = call->next)
            if (call->over) {
                finish(pg, call);
                found = true;
                break;
            }
    }
}
