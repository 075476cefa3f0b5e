/* submission: what a client of Ripio's ticket API sends to have a ticket made (dialects.md 4.2): read from multipart, urlencoded or JSON,
 * each field checked. Texts are as they were sent, in the request's arena. */
#ifndef API_SUBMISSION_H
#define API_SUBMISSION_H
#include "api/request.h"
#include "base/form.h"

enum { SUBMISSION_FILES = 5, SUBMISSION_FILE = 10 << 20, SUBMISSION_SPOOL = 1 << 20 }; /* how many; bytes of one; of a body without any */
struct submission {
    struct request *req;
    const struct config_source *source;
    const char *customer, *summary, *description;
    const char *key;          /* Idempotency-Key; NULL: none */
    const struct form_part *files[SUBMISSION_FILES];
    int file_count;
    /* Of submission alone. */
    const struct json *json;  /* the body, if it is JSON */
    struct form form;         /* else */
    struct json *errors;      /* {field: [texts]}; NULL: none yet */
};

/* req and source are set. false: it cannot be taken, and the request is answered. */
bool submission_read(struct submission *submission);
/* Notes what is wrong with a field, in place of what was. */
void submission_error(struct submission *submission, const char *field, const char *text);
#endif
