/* crypto: published vectors (FIPS 180-2, RFC 4231, RFC 4648, Standard Webhooks). */
#include "base/crypto.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void assert_hex(const uint8_t mac[32], const char *want)
{
    char hex[65];
    crypto_hex(mac, 32, hex);
    assert_string_equal(hex, want);
}

static void sha256_gives_the_published_digests(void **state)
{
    (void)state;
    uint8_t out[32];
    crypto_sha256("", 0, out);
    assert_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    crypto_sha256("abc", 3, out);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void hmac_gives_the_digests_of_rfc_4231(void **state)
{
    (void)state;
    uint8_t key[131], data[50], out[32];
    memset(key, 0x0b, 20);
    crypto_hmac_sha256(key, 20, &(struct crypto_part){"Hi There", 8}, 1, out);
    assert_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    struct crypto_part parts[] = {{"what do ya want ", 16}, {"", 0}, {"for nothing?", 12}};
    crypto_hmac_sha256("Jefe", 4, parts, 3, out);
    assert_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    memset(data, 0xdd, sizeof data);
    crypto_hmac_sha256(key, 20, &(struct crypto_part){data, 50}, 1, out);
    assert_hex(out, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    const char *text = "Test Using Larger Than Block-Size Key - Hash Key First";
    crypto_hmac_sha256(key, 131, &(struct crypto_part){text, strlen(text)}, 1, out);
    assert_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void standard_webhooks_signs_the_decoded_secret(void **state)
{
    (void)state;
    uint8_t key[64], out[32];
    size_t n;
    char text[64];
    assert_true(crypto_unbase64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", key, sizeof key, &n));
    const char *body = "{\"test\": 2432232314}";
    struct crypto_part parts[] = {{"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.", 40}, {body, strlen(body)}};
    crypto_hmac_sha256(key, n, parts, 2, out);
    crypto_base64(out, 32, text, sizeof text);
    assert_string_equal(text, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void hex_is_read_in_either_case_and_at_its_exact_length(void **state)
{
    (void)state;
    uint8_t out[4];
    assert_true(crypto_unhex("00fFAb7e", 4, out));
    assert_memory_equal(out, "\x00\xff\xab\x7e", 4);
    const char *bad[] = {"", "00ffab7", "00ffab7e0", "00ffab7g", "00 fab7e", "00ffab7e\n", "0x00ffab"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(crypto_unhex(bad[i], 4, out));
}

static void base64_wants_its_padding_and_its_room(void **state)
{
    (void)state;
    uint8_t out[8];
    size_t n = 99;
    assert_true(crypto_unbase64("Zm9vYg==", out, sizeof out, &n));
    assert_int_equal(n, 4);
    assert_memory_equal(out, "foob", 4);
    const char *bad[] = {"Zm9vYg", "Zm9vYg=", "Zm9v*g==", "Zm9vYmFyYmF6", "Zg==Zg=="};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(crypto_unbase64(bad[i], out, sizeof out, &n));
    assert_int_equal(n, 4);
}

static void ids_are_base_36_and_hashes_are_stable(void **state)
{
    (void)state;
    char a[24], b[24];
    crypto_id(a, "evt_", 12);
    crypto_id(b, "evt_", 12);
    assert_int_equal(strlen(a), 16);
    assert_int_equal(strspn(a + 4, "0123456789abcdefghijklmnopqrstuvwxyz"), 12);
    assert_string_not_equal(a, b);
    assert_true(crypto_hash64("abc") == 0xba7816bf8f01cfeaULL);
    assert_true(crypto_equal("same", "same", 4));
    assert_false(crypto_equal("same", "sama", 4));
}

static int open_crypto(void **state)
{
    (void)state;
    return crypto_open() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(hmac_gives_the_digests_of_rfc_4231),
        cmocka_unit_test(standard_webhooks_signs_the_decoded_secret),
        cmocka_unit_test(hex_is_read_in_either_case_and_at_its_exact_length),
        cmocka_unit_test(base64_wants_its_padding_and_its_room),
        cmocka_unit_test(ids_are_base_36_and_hashes_are_stable),
    };
    return cmocka_run_group_tests_name("crypto", tests, open_crypto, NULL);
}
