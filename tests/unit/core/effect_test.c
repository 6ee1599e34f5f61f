/* The list of effects: order, limit, truncation, and stickiness of failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/effect.h"

static void order_and_truncation(void **state)
{
    struct arena arena;
    struct effects effects;
    (void)state;
    arena_init(&arena);
    effects_init(&effects, &arena);
    for (int i = 0; i < 5; i++)
        effects_add(&effects, RECORD_LOG)->as.log.round = (uint64_t)i;
    effects_truncate(&effects, 9);
    assert_int_equal(effects.count, 5);
    effects_truncate(&effects, 2);
    assert_int_equal(effects.count, 2);
    effects_add(&effects, RECORD_LOG)->as.log.round = 7;
    const struct effect *e = effects.first;
    assert_int_equal(e->as.log.round, 0);
    assert_int_equal(e->next->as.log.round, 1);
    assert_int_equal(e->next->next->as.log.round, 7);
    assert_null(e->next->next->next);
    effects_truncate(&effects, 0);
    assert_null(effects.first);
    assert_non_null(effects_add(&effects, RECORD_LOG));
    assert_true(effects_ok(&effects));
    arena_finish(&arena);
}

static void more_than_the_limit_fails(void **state)
{
    struct arena arena;
    struct effects effects;
    (void)state;
    arena_init(&arena);
    effects_init(&effects, &arena);
    for (int i = 0; i < EFFECTS_MAX; i++)
        assert_non_null(effects_add(&effects, RECORD_LOG));
    assert_true(effects_ok(&effects));
    assert_null(effects_add(&effects, RECORD_LOG));
    assert_false(effects_ok(&effects));
    arena_finish(&arena);
}

static void messages_are_copied(void **state)
{
    struct arena arena;
    struct effects effects;
    struct text text;
    char account[] = "ann";
    struct address to = {"script", "local", account};
    (void)state;
    arena_init(&arena);
    effects_init(&effects, &arena);
    text_init(&text);
    text_put(&text, "hello");
    effects_tell(&effects, &to, &text, "key", EFFECT_URGENT);
    effects_say(&effects, 9, &text);
    effects_reply(&effects, &to, &text);
    text_finish(&text);
    memset(account, 'x', 3);
    const struct message *tell = &effects.first->as.message;
    assert_string_equal(tell->to.target, "ann");
    assert_string_equal(tell->collapse, "key");
    assert_int_equal(tell->flags, EFFECT_URGENT);
    assert_non_null(memmem(tell->bytes, tell->size, "hello", 5));
    assert_int_equal(effects.first->next->as.message.room, 9);
    assert_int_equal(effects.first->next->next->kind, EFFECT_REPLY);
    assert_true(effects_ok(&effects));
    arena_finish(&arena);
}

static void a_bad_text_makes_the_list_bad(void **state)
{
    struct arena arena;
    struct effects effects;
    struct text text;
    char *huge = malloc(TEXT_MAX + 1);
    (void)state;
    assert_non_null(huge);
    memset(huge, 'x', TEXT_MAX + 1);
    arena_init(&arena);
    effects_init(&effects, &arena);
    text_init(&text);
    text_put_n(&text, huge, TEXT_MAX + 1);
    effects_say(&effects, 1, &text);
    assert_false(effects_ok(&effects));
    text_finish(&text);
    free(huge);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_truncation),
        cmocka_unit_test(more_than_the_limit_fails),
        cmocka_unit_test(messages_are_copied),
        cmocka_unit_test(a_bad_text_makes_the_list_bad),
    };
    return cmocka_run_group_tests_name("effect", tests, NULL, NULL);
}
