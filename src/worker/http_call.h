/* http_call: one exchange under way, as http.c and the file of its carrier see it. For worker/http*.c only. */
#ifndef WORKER_HTTP_CALL_H
#define WORKER_HTTP_CALL_H
#include "base/str.h"
#include "worker/http.h"
#include <curl/curl.h>
#include <pthread.h>

enum { HTTP_EARS = 8, HTTP_HEARD = 128 };

/* A conversation in SMTP, as far as it has come. */
struct mail_talk {
    int stage;             /* enum mail_stage */
    size_t at;             /* bytes of the message given to curl */
    bool dotted;           /* all of them: the final dot follows */
    bool secured;          /* STARTTLS was sent; or needs not be */
    bool utf8;             /* SMTPUTF8 was offered */
    bool lacks_utf8;       /* and is needed */
    bool ended;            /* the last reply is whole, and answers the last command */
    bool quit;             /* QUIT was sent: what follows is no answer */
    int code;              /* of the last reply */
};
struct call {
    struct call *next;
    struct http *http;
    CURL *easy;
    struct curl_slist *list; /* HTTP: headers; MAIL: the recipient */
    const struct carriage *carriage;
    const struct delivery *request;
    int allow;   /* enum guard_allow, together */
    bool secure; /* not in clear: may leave this machine */
    size_t head_n;
    struct str body;
    char heard[HTTP_EARS][HTTP_HEARD]; /* "" = absent */
    char refused[160], fault[CURL_ERROR_SIZE];
    int64_t started, deadline; /* deadline: of a call with a thread */
    struct mail_talk talk;
    pthread_t thread;        /* where the carriage has one; all above is the thread's until it is `over` */
    bool over;               /* under the lock */
    CURLcode code;
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
};
/* What differs between the carriers. */
struct carriage {
    const char *protocols;
    bool own_thread; /* curl blocks in it: it would hold up all others */
    bool (*check)(const struct delivery *request, bool *secure, struct err *err); /* before there is a call */
    void (*prepare)(struct call *call); /* sets curl's options, after those all share */
    void (*conclude)(const struct call *call, CURLcode code, struct reply *reply, const char **why);
};
extern const struct carriage http_mail;
/* Why there is no answer, for a person. */
const char *http_fault(const struct call *call, CURLcode code);
#endif
