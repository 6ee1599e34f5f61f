/* Memory that lives as long as one event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/arena.h"

static void blocks_are_zeroed_aligned_and_apart(void **state)
{
    struct arena arena;
    unsigned char *parts[200];
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < 200; i++) {
        parts[i] = arena_alloc(&arena, i * 37 + 1);
        assert_non_null(parts[i]);
        assert_int_equal((uintptr_t)parts[i] % _Alignof(max_align_t), 0);
        for (size_t b = 0; b < i * 37 + 1; b++)
            assert_int_equal(parts[i][b], 0);
        memset(parts[i], (int)i, i * 37 + 1);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t b = 0; b < i * 37 + 1; b++)
            assert_int_equal(parts[i][b], (unsigned char)i);
    assert_false(arena.failed);
    arena_finish(&arena);
}

static void nothing_is_a_valid_pointer(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena);
    assert_non_null(arena_alloc(&arena, 0));
    assert_non_null(arena_array(&arena, 0, 8));
    assert_non_null(arena_memdup(&arena, NULL, 0));
    assert_null(arena_strdup(&arena, NULL));
    assert_null(arena_strndup(&arena, NULL, 3));
    assert_false(arena.failed);
    arena_finish(&arena);
}

static void a_size_that_overflows_fails_until_reset(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena);
    assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
    assert_true(arena.failed);
    assert_non_null(arena_alloc(&arena, 8));
    assert_true(arena.failed);
    arena_reset(&arena);
    assert_false(arena.failed);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_true(arena.failed);
    arena_finish(&arena);
}

static void reset_gives_everything_back(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena);
    for (int i = 0; i < 3; i++) {
        for (int n = 0; n < 100; n++)
            arena_alloc(&arena, 1000);
        assert_true(arena.used >= 100 * 1000);
        arena_reset(&arena);
        assert_int_equal(arena.used, 0);
    }
    unsigned char *again = arena_alloc(&arena, 64);
    for (int i = 0; i < 64; i++)
        assert_int_equal(again[i], 0);
    arena_finish(&arena);
}

static void strings_are_copied(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena);
    assert_string_equal(arena_strdup(&arena, "seat"), "seat");
    assert_string_equal(arena_strndup(&arena, "seated", 4), "seat");
    assert_string_equal(arena_strndup(&arena, "seat", 40), "seat");
    assert_string_equal(arena_printf(&arena, "%s %d", "round", 12), "round 12");
    assert_memory_equal(arena_memdup(&arena, "a\0b", 3), "a\0b", 3);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zeroed_aligned_and_apart),
        cmocka_unit_test(nothing_is_a_valid_pointer),
        cmocka_unit_test(a_size_that_overflows_fails_until_reset),
        cmocka_unit_test(reset_gives_everything_back),
        cmocka_unit_test(strings_are_copied),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
