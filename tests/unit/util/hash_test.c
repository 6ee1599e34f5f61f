/* Published vectors of the hashes and of the generator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/hash.h"

/* FIPS 180-4 examples. */
static void sha256_vectors(void **state)
{
    char hex[SHA256_HEX];
    (void)state;
    sha256_hex("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    sha256_hex(million, 1000000, hex);
    free(million);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Vectors of the FNV reference. */
static void fnv1a_vectors(void **state)
{
    (void)state;
    assert_true(fnv1a("", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(fnv1a("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(fnv1a("foobar", 6) == UINT64_C(0x85944171f73967e8));
}

/* The first outputs of splitmix64 for the seed 1234567, as its author published them. */
static void splitmix64_vectors(void **state)
{
    uint64_t seed = 1234567;
    (void)state;
    assert_true(random_next(&seed) == UINT64_C(6457827717110365317));
    assert_true(random_next(&seed) == UINT64_C(3203168211198807973));
    assert_true(random_next(&seed) == UINT64_C(9817491932198370423));
}

static void below_is_even(void **state)
{
    uint64_t seed = 5;
    unsigned counts[7] = {0};
    (void)state;
    for (int i = 0; i < 70000; i++) {
        uint32_t drawn = random_below(&seed, 7);
        assert_true(drawn < 7);
        counts[drawn]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(counts[i], 9500, 10500);
    for (int i = 0; i < 100; i++)
        assert_int_equal(random_below(&seed, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_vectors),
        cmocka_unit_test(fnv1a_vectors),
        cmocka_unit_test(splitmix64_vectors),
        cmocka_unit_test(below_is_even),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
