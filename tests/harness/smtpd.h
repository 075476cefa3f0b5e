/* smtpd: a real mail server (python3-aiosmtpd) in a process of its own, with STARTTLS, a certificate made for the run, AUTH
 * and answers by script: see smtpd.py. It takes the user "desk" with the password "s3cret". */
#ifndef HARNESS_SMTPD_H
#define HARNESS_SMTPD_H
#include "base/json.h"

struct smtpd;
/* NULL: aiosmtpd is not installed for /usr/bin/python3; anything else that goes wrong fails the test. */
struct smtpd *smtpd_open(void);
void smtpd_close(struct smtpd *smtpd); /* NULL is fine */
/* A JSON object: {"script":{"rcpt":"550 no"},"hide":["STARTTLS"]}. Returns what was seen since the last call, in arena. */
const struct json *smtpd_script(struct smtpd *smtpd, struct arena *arena, const char *order);
int smtpd_port(const struct smtpd *smtpd);
int smtpd_port_tls(const struct smtpd *smtpd);
const char *smtpd_ca(const struct smtpd *smtpd); /* the file of whom to trust */
#endif
