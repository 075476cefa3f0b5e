/* postgres: initdb once, then the server as a process group of its own. */
#include "harness/postgres.h"
#include "base/clock.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct postgres {
    char bin[256], directory[64], data[80];
    const struct passwd *user; /* NULL: ourselves */
    pid_t pid;
    int port;
    PGconn *conn;
};

static bool find_server(char *bin, size_t size)
{
    glob_t found;
    bool ok = glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0;
    if (ok)
        str_copy(bin, size, found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    if (!ok && access("/usr/bin/initdb", X_OK) == 0 && (ok = true))
        str_copy(bin, size, "/usr/bin/initdb");
    if (ok)
        *strrchr(bin, '/') = '\0';
    return ok;
}

/* In a child: whoever the server may run as, with nothing of ours but a place to write. */
static void become(const struct postgres *p)
{
    int log = open("/dev/null", O_RDWR);
    dup2(log, 0);
    dup2(log, 1);
    dup2(log, 2);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    setpgid(0, 0);
    if (p->user && (initgroups(p->user->pw_name, p->user->pw_gid) != 0 || setgid(p->user->pw_gid) != 0 || setuid(p->user->pw_uid) != 0))
        _exit(126);
    if (chdir(p->directory) != 0)
        _exit(126);
}

static pid_t run(const struct postgres *p, const char *const *args)
{
    char program[512];
    const char *whole[32] = {program}; /* its full name: initdb looks for the others where it was called from, or in PATH */
    snprintf(program, sizeof program, "%s%s%s", *args[0] == '/' ? "" : p->bin, *args[0] == '/' ? "" : "/", args[0]);
    for (int i = 1; args[i] && i < 31; i++)
        whole[i] = args[i];
    pid_t pid = fork();
    if (pid == 0) {
        become(p);
        execv(program, (char *const *)(uintptr_t)whole);
        _exit(127);
    }
    return pid;
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    getsockname(fd, (struct sockaddr *)&address, &n);
    close(fd);
    return ntohs(address.sin_port);
}

static bool succeeds(const struct postgres *p, const char *const *args)
{
    int status = 1;
    pid_t pid = run(p, args);
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static void make_cluster(struct postgres *p)
{
    const char *const args[] = {"initdb", "-D", p->data, "-U", "boss", "-A", "trust", "--auth-host=scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C", NULL};
    const char *const certificate[] = {"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                                       "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem", NULL};
    if (!succeeds(p, args))
        fail_msg("initdb failed");
    if (!succeeds(p, certificate))
        fail_msg("openssl made no certificate");
}

static void start_server(struct postgres *p)
{
    char port[16], place[160], certificate[128], key[128];
    snprintf(certificate, sizeof certificate, "ssl_cert_file=%s/cert.pem", p->directory);
    snprintf(key, sizeof key, "ssl_key_file=%s/key.pem", p->directory);
    p->port = free_port();
    snprintf(port, sizeof port, "%d", p->port);
    snprintf(place, sizeof place, "host=%s port=%d user=boss dbname=postgres", p->directory, p->port);
    const char *const args[] = {"postgres", "-D", p->data, "-k", p->directory, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
                                "-c", "ssl=on", "-c", certificate, "-c", key, "-c", "shared_buffers=2MB", "-c", "max_connections=40", NULL};
    p->pid = run(p, args);
    for (int64_t until = clock_mono() + 30000; clock_mono() < until; poll(NULL, 0, 50)) {
        p->conn = PQconnectdb(place);
        if (PQstatus(p->conn) == CONNECTION_OK)
            return;
        PQfinish(p->conn);
    }
    fail_msg("the server does not start");
}

struct postgres *postgres_open(void)
{
    struct postgres *p = calloc(1, sizeof *p);
    p->user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (!find_server(p->bin, sizeof p->bin) || (geteuid() == 0 && !p->user)) {
        free(p);
        return NULL;
    }
    str_copy(p->directory, sizeof p->directory, "/tmp/triage-pg-XXXXXX");
    assert_non_null(mkdtemp(p->directory));
    if (p->user)
        assert_int_equal(chown(p->directory, p->user->pw_uid, p->user->pw_gid), 0);
    snprintf(p->data, sizeof p->data, "%s/data", p->directory);
    make_cluster(p);
    start_server(p);
    return p;
}

void postgres_kill(struct postgres *p)
{
    int left = 0;
    PQfinish(p->conn);
    p->conn = NULL;
    if (p->pid <= 0)
        return;
    kill(p->pid, SIGQUIT); /* its processes end on the spot, and no memory of theirs stays behind */
    for (int64_t until = clock_mono() + 5000; (left = waitpid(p->pid, NULL, WNOHANG)) == 0 && clock_mono() < until;)
        poll(NULL, 0, 10);
    if (left == 0) {
        kill(-p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    p->pid = 0;
}

void postgres_close(struct postgres *p)
{
    if (!p)
        return;
    postgres_kill(p);
    char *const args[] = {(char *)"/bin/rm", (char *)"-rf", p->directory, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execv(args[0], args);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    free(p);
}

void postgres_sql(struct postgres *p, const char *sql)
{
    PGresult *result = PQexec(p->conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(p->conn));
    PQclear(result);
}

char *postgres_value(struct postgres *p, struct arena *arena, const char *sql)
{
    PGresult *result = PQexec(p->conn, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(p->conn));
    char *value = PQntuples(result) && !PQgetisnull(result, 0, 0) ? arena_strdup(arena, PQgetvalue(result, 0, 0)) : NULL;
    PQclear(result);
    return value;
}

const char *postgres_directory(const struct postgres *p)
{
    return p->directory;
}

int postgres_port(const struct postgres *p)
{
    return p->port;
}
