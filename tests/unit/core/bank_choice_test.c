/* The bank: order, filters, a fair choice, what to drop, and the vocabulary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/bank.h"

static struct question *make(const char *id, const char *kind, const char *level,
                             const char *topic, const char *company)
{
    struct question *q = calloc(1, sizeof *q);
    assert_non_null(q);
    arena_init(&q->memory);
    q->references = 1;
    q->kind = arena_strdup(&q->memory, kind);
    q->pub.id = arena_strdup(&q->memory, id);
    q->pub.level = arena_strdup(&q->memory, level);
    q->pub.title = "Title";
    q->pub.prompt = arena_printf(&q->memory, "A prompt about the Queue of %s.", topic);
    q->pub.model_answer = "Model.";
    const char **topics = arena_array(&q->memory, 1, sizeof *topics);
    const char **companies = arena_array(&q->memory, 1, sizeof *companies);
    topics[0] = arena_strdup(&q->memory, topic);
    companies[0] = arena_strdup(&q->memory, company);
    q->pub.topics = topics;
    q->pub.topic_count = 1;
    q->companies = companies;
    q->company_count = company ? 1 : 0;
    return q;
}

static int setup(void **state)
{
    static struct bank bank;
    bank_init(&bank);
    assert_int_equal(bank_add_take(&bank, make("c3", "coding", "senior", "graphs", NULL)), 0);
    assert_int_equal(bank_add_take(&bank, make("c1", "coding", "mid", "Binary-Search", "Acme")), 0);
    assert_int_equal(bank_add_take(&bank, make("c2", "coding", "mid", "graphs", NULL)), 0);
    assert_int_equal(bank_add_take(&bank, make("c4", "coding", "mid", "graphs", NULL)), 0);
    assert_int_equal(bank_add_take(&bank, make("b1", "behavioral", "mid", "conflict", NULL)), 0);
    *state = &bank;
    return 0;
}

static int teardown(void **state)
{
    bank_finish(*state);
    return 0;
}

static void ids_are_sorted_and_once(void **state)
{
    struct bank *bank = *state;
    for (size_t i = 1; i < bank->count; i++)
        assert_true(strcmp(bank->questions[i - 1]->pub.id, bank->questions[i]->pub.id) < 0);
    assert_int_equal(bank_add_take(bank, make("c2", "coding", "mid", "x", NULL)), -1);
    assert_int_equal(bank->count, 5);
    assert_string_equal(bank_find(bank, "c2")->pub.id, "c2");
    assert_null(bank_find(bank, "c9"));
}

struct uses {
    const char *id[8];
    struct bank_usage usage[8];
};

static struct bank_usage usage_of(void *context, const char *id)
{
    const struct uses *uses = context;
    for (size_t i = 0; uses && i < 8 && uses->id[i]; i++)
        if (strcmp(uses->id[i], id) == 0)
            return uses->usage[i];
    return (struct bank_usage){0, 0};
}

static const char *chosen(struct bank *bank, struct bank_filter filter, struct uses *uses,
                          uint64_t seed)
{
    const char *without = "";
    struct question *q = bank_choose(bank, &filter, usage_of, uses, seed, &without);
    return q ? q->pub.id : without;
}

static void filters_narrow_the_choice(void **state)
{
    struct bank *bank = *state;
    assert_string_equal(chosen(bank, (struct bank_filter){.kind = "behavioral"}, NULL, 1), "b1");
    assert_string_equal(chosen(bank, (struct bank_filter){"coding", "senior", NULL, NULL}, NULL, 1),
                        "c3");
    assert_string_equal(
        chosen(bank, (struct bank_filter){"coding", NULL, "binary_search", NULL}, NULL, 1), "c1");
    assert_string_equal(chosen(bank, (struct bank_filter){"coding", "mid", NULL, "acme"}, NULL, 1),
                        "c1");
}

static void what_to_drop_is_named(void **state)
{
    struct bank *bank = *state;
    assert_string_equal(chosen(bank, (struct bank_filter){.kind = "design"}, NULL, 1), "");
    assert_string_equal(chosen(bank, (struct bank_filter){"coding", "staff", NULL, NULL}, NULL, 1),
                        "level");
    assert_string_equal(chosen(bank, (struct bank_filter){"coding", NULL, "tries", NULL}, NULL, 1),
                        "topic");
    assert_string_equal(chosen(bank, (struct bank_filter){"coding", NULL, NULL, "none"}, NULL, 1),
                        "company");
    assert_string_equal(
        chosen(bank, (struct bank_filter){"coding", "senior", "graphs", "acme"}, NULL, 1),
        "company");
}

static void the_least_used_comes_first(void **state)
{
    struct bank *bank = *state;
    struct uses uses = {{"c1", "c2", "c3", "c4"}, {{1, 0}, {0, 2}, {0, 1}, {1, 0}}};
    /* The room's use counts before that of the people. */
    for (uint64_t seed = 1; seed < 50; seed++)
        assert_string_equal(chosen(bank, (struct bank_filter){.kind = "coding"}, &uses, seed), "c3");
    uses.usage[2].room = 2;
    for (uint64_t seed = 1; seed < 50; seed++)
        assert_string_equal(chosen(bank, (struct bank_filter){.kind = "coding"}, &uses, seed), "c2");
}

static void equals_have_equal_chances_and_seeds_repeat(void **state)
{
    struct bank *bank = *state;
    unsigned count[5] = {0};
    for (uint64_t seed = 1; seed <= 8000; seed++) {
        uint64_t mixed = seed * UINT64_C(0x9E3779B97F4A7C15);
        const char *id = chosen(bank, (struct bank_filter){.kind = "coding"}, NULL, mixed);
        assert_string_equal(id, chosen(bank, (struct bank_filter){.kind = "coding"}, NULL, mixed));
        count[id[1] - '0']++;
    }
    for (int i = 1; i <= 4; i++)
        assert_in_range(count[i], 1850, 2150);
}

static void words_of_the_questions_are_known(void **state)
{
    struct bank *bank = *state;
    assert_true(words_has(&bank->words, "queue"));
    assert_true(words_has(&bank->words, "THE"));
    assert_true(words_has(&bank->words, "graphs"));
    assert_false(words_has(&bank->words, "ann"));
    assert_false(words_has(&bank->words, "que"));
    assert_false(words_has(&bank->words, ""));
    assert_false(words_has(&bank->words, "Queue of"));
    struct words many;
    char word[16];
    words_init(&many);
    assert_false(words_has(&many, "x"));
    for (int i = 0; i < 5000; i++) {
        snprintf(word, sizeof word, "w%d", i);
        assert_int_equal(words_add(&many, word), 0);
        assert_int_equal(words_add(&many, word), 0);
    }
    assert_int_equal(many.count, 5000);
    for (int i = 0; i < 5000; i++) {
        snprintf(word, sizeof word, "W%d", i);
        assert_true(words_has(&many, word));
    }
    words_finish(&many);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(ids_are_sorted_and_once),
        T(filters_narrow_the_choice),
        T(what_to_drop_is_named),
        T(the_least_used_comes_first),
        T(equals_have_equal_chances_and_seeds_repeat),
        T(words_of_the_questions_are_known),
    };
    return cmocka_run_group_tests_name("bank choice", tests, NULL, NULL);
}
