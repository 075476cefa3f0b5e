/* verify: `triage verify`: is this request signed for this source, and if not, why? Needs no daemon. */
#ifndef APP_VERIFY_H
#define APP_VERIFY_H
int verify_run(int argc, char **argv); /* the words after "verify"; exit code */
#endif
