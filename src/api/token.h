/* token: what a client of an emulated API shows after it has shown its secret. Nothing is kept: a token is its own proof, the
 * time it ends and an HMAC over that, the client and the client's secret. It outlives a restart, ends with its time, and with
 * a new secret. Pure. */
#ifndef API_TOKEN_H
#define API_TOKEN_H
#include "base/arena.h"
#include "core/config.h"

enum { TOKEN_SECONDS = 36000 };
char *token_make(struct arena *arena, const uint8_t seal[32], const struct config_emulation *client, int64_t now); /* now: ms */
/* The source whose client the token was made for; NULL: none, or its time is over. All are compared, in constant time. */
const struct config_source *token_source(const struct config *config, const uint8_t seal[32], const char *token, int64_t now);
/* The source of client_id:client_secret; NULL: none. */
const struct config_source *token_client(const struct config *config, const void *pair, size_t n);
#endif
