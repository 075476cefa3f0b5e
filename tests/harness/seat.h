/* seat: ana's seat, for stories of what a person does: a desk with a shop that signs (`shop`) and one that takes replies (`post`), tom
 * beside her, and her console. One at a time. What is waited for fails the test with the console's picture. */
#ifndef HARNESS_SEAT_H
#define HARNESS_SEAT_H
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"

enum { SEAT_SOON = CONSOLE_SOON }; /* ms: how long anything may take, on a machine that is busy */
extern struct seat {
    struct daemon_run *run;
    struct client *in, *desk; /* the door, and the desk as ana */
    struct console_run *console;
} seat;
void seat_take(const char *view, const char *more); /* the view her console opens with; further configuration, NULL: none */
void seat_leave(void);
/* As a test's set-up and what ends it: an empty desk, shown whole; that with #1 "Checkout is down" of the shop, #2 "Invoice is wrong" and #3
 * "Cannot sign in" of the post in her list. */
int seat_empty(void **state);
int seat_of_three(void **state);
int seat_left(void **state);
void seat_post(const char *source, const char *id, const char *subject);
void seat_bring(const char *source, const char *id, const char *subject); /* and waits until she sees it */
void seat_three(void);                                                     /* those three */
void seat_press(const char *keys);
void seat_shows(const char *text);
void seat_hides(const char *text);
const char *seat_row(const char *text); /* the row that shows it, once one does */
void seat_becomes(int64_t ticket, const char *name, const char *value); /* waits until that is its text */
const char *seat_field(int64_t ticket, const char *name); /* a text of the ticket; "" where it has none. Until the next question */
#endif
