/* shop: what a shop that speaks RBS sends: tickets of its customer Uma, at an open door or signed. Fails the test where the daemon does
 * not take one. */
#ifndef HARNESS_SHOP_H
#define HARNESS_SHOP_H
#include "harness/client.h"

/* The event of a new ticket; its own id is e-ID. */
char *shop_event(struct arena *arena, const char *id, const char *subject);
void shop_post(struct client *in, const char *source, const char *id, const char *subject);
void shop_post_number(struct client *in, const char *source, int number, const char *subject); /* its id is the number */
/* Signed as at now_ms, by the daemon's clock. */
void shop_post_signed(struct client *in, const char *source, const char *secret, int64_t now_ms, const char *id, const char *subject);
#endif
