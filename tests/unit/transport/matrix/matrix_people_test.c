/* Who is in a Matrix room, and how they are called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_people.h"

static int setup(void **state)
{
    static struct matrix_people people;
    matrix_people_init(&people);
    *state = &people;
    return 0;
}

static int teardown(void **state)
{
    matrix_people_finish(*state);
    return 0;
}

static void join(struct matrix_people *people, const char *id, const char *name)
{
    assert_int_equal(matrix_people_set(people, id, MATRIX_JOINED, name), 0);
}

static void assert_label(struct matrix_people *people, const char *id, const char *expected)
{
    char label[EVENT_NAME_MAX + 1];
    matrix_people_label(people, id, label);
    assert_string_equal(label, expected);
}

static void people_come_and_go(void **state)
{
    struct matrix_people *people = *state;
    join(people, "@bob:b.org", "Bob");
    join(people, "@ann:a.org", "Ann");
    assert_int_equal(matrix_people_set(people, "@cy:c.org", MATRIX_INVITED, NULL), 0);
    assert_int_equal(people->count, 3);
    assert_int_equal(people->joined, 2);
    assert_true(matrix_people_find(people, "@ann:a.org")->joined);
    assert_false(matrix_people_find(people, "@cy:c.org")->joined);
    assert_int_equal(matrix_people_set(people, "@ann:a.org", MATRIX_BANNED, NULL), 0);
    assert_null(matrix_people_find(people, "@ann:a.org"));
    assert_int_equal(matrix_people_set(people, "@nobody:a.org", MATRIX_LEFT, NULL), 0);
    assert_int_equal(people->joined, 1);
}

static void a_name_of_ones_own_stands_alone(void **state)
{
    struct matrix_people *people = *state;
    join(people, "@ann:a.org", "Ann");
    join(people, "@bob:b.org", NULL);
    assert_label(people, "@ann:a.org", "Ann");
    assert_label(people, "@bob:b.org", "bob");
    assert_label(people, "@gone:c.org", "gone");
}

static void two_of_a_name_are_told_apart(void **state)
{
    struct matrix_people *people = *state;
    join(people, "@ann:a.org", "Ann");
    join(people, "@ann2:b.org", "Ann");
    assert_label(people, "@ann:a.org", "Ann (@ann:a.org)");
    assert_label(people, "@ann2:b.org", "Ann (@ann2:b.org)");
    join(people, "@ann2:b.org", "Anna");
    assert_label(people, "@ann:a.org", "Ann");
    join(people, "@ann2:b.org", "Ann");
    assert_int_equal(matrix_people_set(people, "@ann2:b.org", MATRIX_LEFT, NULL), 0);
    assert_label(people, "@ann:a.org", "Ann");
    assert_label(people, "@ann2:b.org", "ann2");
}

static void names_that_look_alike_are_the_same(void **state)
{
    static const char *const alike[] = {
        "hotseat", "Hot Seat", "h\xd0\xbetseat" /* Cyrillic o */, "hot\xc2\xa0seat",
        "\xef\xbd\x88otseat" /* full-width h */, "h0tseat", "hot\xe2\x80\x8bseat",
        "\xf0\x9d\x90\xa1otseat" /* bold h */, "hot.seat", "hot\xcc\xb6seat",
    };
    struct matrix_people *people = *state;
    char label[EVENT_NAME_MAX + 1];
    join(people, "@bot:a.org", "hotseat");
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        join(people, "@eve:e.org", alike[i]);
        matrix_people_label(people, "@eve:e.org", label);
        assert_non_null(strstr(label, "(@eve:e.org)"));
    }
    join(people, "@eve:e.org", "hatseat");
    assert_label(people, "@eve:e.org", "hatseat");
}

static void a_name_that_looks_like_an_id_gets_the_real_one(void **state)
{
    struct matrix_people *people = *state;
    join(people, "@eve:e.org", "@ann:a.org");
    assert_label(people, "@eve:e.org", "@ann:a.org (@eve:e.org)");
}

static void whoever_is_invited_takes_no_name_away(void **state)
{
    struct matrix_people *people = *state;
    join(people, "@ann:a.org", "Ann");
    assert_int_equal(matrix_people_set(people, "@eve:e.org", MATRIX_INVITED, "Ann"), 0);
    assert_label(people, "@ann:a.org", "Ann");
    assert_label(people, "@eve:e.org", "Ann (@eve:e.org)");
}

static void a_long_id_is_shown_by_its_ends(void **state)
{
    struct matrix_people *people = *state;
    char id[201], label[EVENT_NAME_MAX + 1];
    snprintf(id, sizeof id, "@%0150d:example.org", 7);
    join(people, id, "Ann");
    join(people, "@ann:a.org", "ann");
    matrix_people_label(people, id, label);
    assert_in_range(strlen(label), 40, EVENT_NAME_MAX);
    assert_memory_equal(label, "Ann (@000", 9);
    assert_string_equal(label + strlen(label) - 12, "example.org)");
}

static void two_alone_are_partners(void **state)
{
    struct matrix_people *people = *state;
    join(people, "@bot:a.org", "hotseat");
    assert_null(matrix_people_other(people, "@bot:a.org"));
    assert_int_equal(matrix_people_set(people, "@ann:a.org", MATRIX_INVITED, NULL), 0);
    assert_string_equal(matrix_people_other(people, "@bot:a.org")->id, "@ann:a.org");
    assert_string_equal(matrix_people_other(people, "@ann:a.org")->id, "@bot:a.org");
    assert_null(matrix_people_other(people, "@cy:c.org"));
    /* An invitation is enough: whoever comes may read what was said. */
    assert_int_equal(matrix_people_set(people, "@cy:c.org", MATRIX_INVITED, NULL), 0);
    assert_null(matrix_people_other(people, "@bot:a.org"));
}

static void thousands_stay_in_order(void **state)
{
    struct matrix_people *people = *state;
    char id[32];
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(id, sizeof id, "@u%u:a.org", i * 7919 % 3000);
        join(people, id, i % 2 ? "Odd" : NULL);
    }
    for (unsigned i = 0; i < 3000; i += 3) {
        snprintf(id, sizeof id, "@u%u:a.org", i);
        assert_int_equal(matrix_people_set(people, id, MATRIX_LEFT, NULL), 0);
    }
    assert_int_equal(people->count, 2000);
    assert_int_equal(people->joined, 2000);
    for (size_t i = 1; i < people->count; i++) {
        assert_true(strcmp(people->list[i - 1].id, people->list[i].id) < 0);
        assert_true(people->looks[i - 1] <= people->looks[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(people_come_and_go, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_of_ones_own_stands_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(two_of_a_name_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(names_that_look_alike_are_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_that_looks_like_an_id_gets_the_real_one, setup, teardown),
        cmocka_unit_test_setup_teardown(whoever_is_invited_takes_no_name_away, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_id_is_shown_by_its_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(two_alone_are_partners, setup, teardown),
        cmocka_unit_test_setup_teardown(thousands_stay_in_order, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
