/* The choice of the next question. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/bank.h"

#define MANY 20

static const char *const graphs[] = {"graphs", "Hash-Maps"};
static const char *const google[] = {"google"};

static struct question *question(const char *id, const char *level, bool tagged)
{
    struct question *q = calloc(1, sizeof *q);
    assert_non_null(q);
    arena_init(&q->memory);
    q->references = 1;
    q->kind = "coding";
    q->pub.id = arena_strdup(&q->memory, id);
    q->pub.level = level;
    q->pub.title = "A title";
    q->pub.prompt = "A prompt.";
    q->pub.model_answer = "An answer.";
    q->pub.topics = graphs;
    q->pub.topic_count = tagged ? 2 : 0;
    q->companies = google;
    q->company_count = tagged ? 1 : 0;
    return q;
}

/* q00 .. q19, put in from the last to the first; the even ones are senior, every fourth is tagged. */
static void fill(struct bank *bank)
{
    bank_init(bank);
    for (int i = MANY - 1; i >= 0; i--) {
        char id[8];
        snprintf(id, sizeof id, "q%02d", i);
        assert_int_equal(bank_add_take(bank, question(id, i % 2 ? "mid" : "senior", i % 4 == 0)), 0);
    }
}

static size_t number_of(const char *id)
{
    return strtoul(id + 1, NULL, 10);
}

/* Times the room had each, by number; the people had those with an odd one. */
struct use {
    unsigned room[MANY], people[MANY];
};

static struct bank_usage use_of(void *context, const char *id)
{
    const struct use *use = context;
    size_t i = number_of(id);
    return (struct bank_usage){use->room[i], use->people[i]};
}

static const struct question *choose(const struct bank *bank, struct bank_filter filter,
                                     struct use *use, uint64_t seed, const char *without)
{
    const char *matching;
    const struct question *chosen = bank_choose(bank, &filter, use_of, use, seed, &matching);
    if (!chosen)
        assert_string_equal(matching, without);
    return chosen;
}

static void keeps_the_order_of_ids(void **state)
{
    struct bank bank;
    (void)state;
    fill(&bank);
    for (size_t i = 1; i < bank.count; i++)
        assert_true(strcmp(bank.questions[i - 1]->pub.id, bank.questions[i]->pub.id) < 0);
    assert_string_equal(bank_find(&bank, "q07")->pub.id, "q07");
    assert_null(bank_find(&bank, "q7"));
    assert_int_equal(bank_add_take(&bank, question("q07", "mid", false)), -1);
    assert_int_equal(bank.count, MANY);
    bank_finish(&bank);
}

static void repeats_none_before_all_were_asked(void **state)
{
    struct bank bank;
    struct use use = {{0}, {0}};
    (void)state;
    fill(&bank);
    for (unsigned time = 0; time < 3 * MANY; time++) {
        const struct question *q = choose(&bank, (struct bank_filter){.kind = "coding"}, &use,
                                          time * 977 + 5, "");
        unsigned *room = &use.room[number_of(q->pub.id)];
        assert_int_equal(*room, time / MANY);
        ++*room;
    }
    bank_finish(&bank);
}

static void spares_those_that_people_had(void **state)
{
    struct bank bank;
    struct use use = {{0}, {0}};
    (void)state;
    fill(&bank);
    for (size_t i = 0; i < MANY; i++)
        use.people[i] = i == 13 ? 1 : 2;
    for (uint64_t seed = 0; seed < 50; seed++)
        assert_string_equal(choose(&bank, (struct bank_filter){.kind = "coding"}, &use, seed, "")->pub.id,
                            "q13");
    use.room[13] = 1; /* the room's own use weighs more */
    assert_string_not_equal(choose(&bank, (struct bank_filter){.kind = "coding"}, &use, 1, "")->pub.id,
                            "q13");
    bank_finish(&bank);
}

static void gives_each_the_same_chance(void **state)
{
    struct bank bank;
    struct use use = {{0}, {0}};
    unsigned times[MANY] = {0};
    (void)state;
    fill(&bank);
    for (uint64_t seed = 0; seed < MANY * 200; seed++)
        times[number_of(choose(&bank, (struct bank_filter){.kind = "coding"}, &use, seed, "")->pub.id)]++;
    for (size_t i = 0; i < MANY; i++)
        assert_in_range(times[i], 130, 270); /* 200 expected, 14 is one standard deviation */
    bank_finish(&bank);
}

static void is_the_same_for_the_same_seed(void **state)
{
    struct bank bank;
    struct use use = {{0}, {0}};
    struct bank_filter all = {.kind = "coding"};
    (void)state;
    fill(&bank);
    for (uint64_t seed = 0; seed < 50; seed++)
        assert_ptr_equal(choose(&bank, all, &use, seed, ""), choose(&bank, all, &use, seed, ""));
    bank_finish(&bank);
}

static void filters(void **state)
{
    struct bank bank;
    struct use use = {{0}, {0}};
    (void)state;
    fill(&bank);
    for (uint64_t seed = 0; seed < 50; seed++) {
        const struct question *q =
            choose(&bank, (struct bank_filter){"coding", "senior", "HASH maps", "Google"}, &use, seed, "");
        assert_int_equal(number_of(q->pub.id) % 4, 0);
    }
    bank_finish(&bank);
}

static void says_what_to_drop(void **state)
{
    struct bank bank;
    struct use use = {{0}, {0}};
    (void)state;
    fill(&bank);
    assert_null(choose(&bank, (struct bank_filter){.kind = "poetry"}, &use, 1, ""));
    assert_null(choose(&bank, (struct bank_filter){"coding", "staff", NULL, NULL}, &use, 1, "level"));
    assert_null(choose(&bank, (struct bank_filter){"coding", NULL, "rhymes", NULL}, &use, 1, "topic"));
    assert_null(choose(&bank, (struct bank_filter){"coding", NULL, "graphs", "ibm"}, &use, 1, "company"));
    assert_null(choose(&bank, (struct bank_filter){"coding", "mid", "graphs", NULL}, &use, 1, "topic"));
    bank_finish(&bank);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_of_ids),
        cmocka_unit_test(repeats_none_before_all_were_asked),
        cmocka_unit_test(spares_those_that_people_had),
        cmocka_unit_test(gives_each_the_same_chance),
        cmocka_unit_test(is_the_same_for_the_same_seed),
        cmocka_unit_test(filters),
        cmocka_unit_test(says_what_to_drop),
    };
    return cmocka_run_group_tests_name("bank", tests, NULL, NULL);
}
