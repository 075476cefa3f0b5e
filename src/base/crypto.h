/* crypto: hashes, MACs, random ids. The only file that includes libsodium. crypto_open() first (main, tests). */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool crypto_open(void); /* false: libsodium could not start */
void crypto_sha256(const void *data, size_t n, uint8_t out[32]);
struct crypto_part { const void *data; size_t n; };
void crypto_sha256_parts(const struct crypto_part *parts, int count, uint8_t out[32]); /* of them joined */
void crypto_hmac_sha256(const void *key, size_t key_n, const struct crypto_part *parts, int count, uint8_t out[32]);
bool crypto_equal(const void *a, const void *b, size_t n); /* constant time */
void crypto_random(void *out, size_t n);
void crypto_wipe(void *data, size_t n);
void crypto_hex(const uint8_t *data, size_t n, char *out);  /* 2n+1 bytes, lower case */
bool crypto_unhex(const char *hex, size_t n, uint8_t *out); /* exactly 2n hex digits of either case, then NUL */
/* Standard alphabet with padding. decode: false if not base64 or longer than max. */
void crypto_base64(const uint8_t *data, size_t n, char *out, size_t out_size);
bool crypto_unbase64(const char *text, uint8_t *out, size_t max, size_t *n);
uint64_t crypto_hash64(const char *text); /* stable 64-bit hash for indexes (first 8 bytes of SHA-256); never 0 */
void crypto_id(char *out, const char *prefix, int length); /* prefix + random base-36; out holds strlen+length+1 */
#endif
