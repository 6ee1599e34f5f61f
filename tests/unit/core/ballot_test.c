/* Blind ballots: orders, labels, the forms of a vote, and the weighted mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/ballot.h"

static const struct address someone = {"script", "local", "x"};

static const struct hs_axis axes[] = {
    {"a", "A", 2, {"", "", "", "", ""}},
    {"b", "B", 2, {"", "", "", "", ""}},
    {"c", "C", 1, {"", "", "", "", ""}},
    {"d", "D", 1, {"", "", "", "", ""}},
};
static const struct hs_rubric rubric = {"r", 4, axes};
static const struct hs_plugin plugin = {.rubric = &rubric};

static struct round *round_of(unsigned people, uint64_t seed)
{
    struct round *round = round_create(1, 1, "coding");
    assert_non_null(round);
    round->seed = seed;
    round->plugin = &plugin;
    for (unsigned i = 0; i < people; i++) {
        struct seat *seat = round_sit(round, 10 + i, "x", &someone);
        assert_non_null(seat);
        assert_int_equal(round_answer(seat, "answer", 6, 1), 0);
    }
    return round;
}

static void everyone_gets_all_others_and_never_their_own(void **state)
{
    (void)state;
    for (unsigned people = 1; people <= ROUND_SEATS_MAX; people += 7) {
        struct round *round = round_of(people, people);
        for (uint32_t voter = 0; voter < people; voter++) {
            struct ballot_order order;
            bool seen[ROUND_SEATS_MAX] = {false};
            ballot_order(round, voter, &order);
            assert_int_equal(order.count, people - 1);
            for (size_t i = 0; i < order.count; i++) {
                assert_int_not_equal(order.author[i], voter);
                assert_false(seen[order.author[i]]);
                seen[order.author[i]] = true;
            }
        }
        round_destroy(round);
    }
}

static void the_order_is_the_same_again_and_each_voters_own(void **state)
{
    unsigned same = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct round *round = round_of(5, seed);
        struct ballot_order first, again, other;
        ballot_order(round, 0, &first);
        ballot_order(round, 0, &again);
        assert_memory_equal(first.author, again.author, first.count * sizeof *first.author);
        ballot_order(round, 1, &other);
        same += first.author[0] == other.author[0];
        round_destroy(round);
    }
    /* By chance two voters have the same answer under A in 3 of 16 rounds. */
    assert_in_range(same, 15, 65);
}

static void each_answer_is_under_each_letter_as_often(void **state)
{
    unsigned under_a[4] = {0};
    (void)state;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct round *round = round_of(4, seed * UINT64_C(0x9E3779B97F4A7C15));
        struct ballot_order order;
        ballot_order(round, 0, &order);
        under_a[order.author[0]]++;
        round_destroy(round);
    }
    for (int i = 1; i < 4; i++)
        assert_in_range(under_a[i], 1230, 1440);
}

static void labels_go_both_ways(void **state)
{
    char label[4];
    (void)state;
    for (size_t i = 0; i < 63; i++)
        assert_int_equal(ballot_label_parse(ballot_label(i, label)), i);
    assert_string_equal(ballot_label(25, label), "Z");
    assert_string_equal(ballot_label(26, label), "AA");
    assert_int_equal(ballot_label_parse("b"), 1);
    assert_int_equal(ballot_label_parse(""), -1);
    assert_int_equal(ballot_label_parse("4"), -1);
    assert_int_equal(ballot_label_parse("AAA"), -1);
    assert_int_equal(ballot_label_parse("\xC3\x84"), -1);
}

static void forms_of_a_vote(void **state)
{
    static const struct {
        const char *text;
        enum ballot_fault fault;
        const char *scores, *comment;
    } cases[] = {
        {"B 4 3 5 4", BALLOT_OK, "4354", NULL},
        {"b 4 3 5 4 good trade-offs", BALLOT_OK, "4354", "good trade-offs"},
        {"B 4,3,5,4 fine", BALLOT_OK, "4354", "fine"},
        {"B 4, 3, 5, 4", BALLOT_OK, "4354", NULL},
        {"B: 4/3/5/4", BALLOT_OK, "4354", NULL},
        {"B) 4354 why", BALLOT_OK, "4354", "why"},
        {"B\n4 3\n5 4\nline one\nline two", BALLOT_OK, "4354", "line one\nline two"},
        {"B 4 3 5 4 3 typos", BALLOT_OK, "4354", "3 typos"},
        {"B 4 3 5 4 2nd case missed", BALLOT_OK, "4354", "2nd case missed"},
        {"", BALLOT_NO_LABEL, NULL, NULL},
        {"   ", BALLOT_NO_LABEL, NULL, NULL},
        {"4 3 5 4", BALLOT_NO_LABEL, NULL, NULL},
        {"good one", BALLOT_NO_LABEL, NULL, NULL},
        {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx 4 3 5 4", BALLOT_NO_LABEL, NULL, NULL},
        {"D 4 3 5 4", BALLOT_UNKNOWN, NULL, NULL},
        {"no 4 3 5 4", BALLOT_UNKNOWN, NULL, NULL},
        {"B", BALLOT_FEW, NULL, NULL},
        {"B 4 3 5", BALLOT_FEW, NULL, NULL},
        {"B 4 3 good", BALLOT_FEW, NULL, NULL},
        {"B 4.5 3 5 4", BALLOT_FEW, NULL, NULL},
        {"B -4 3 5 4", BALLOT_FEW, NULL, NULL},
        {"B 4 3 5 4 2", BALLOT_MANY, NULL, NULL},
        {"B 4,3,5,4,2", BALLOT_MANY, NULL, NULL},
        {"B 0 3 5 4", BALLOT_RANGE, NULL, NULL},
        {"B 4 3 5 6", BALLOT_RANGE, NULL, NULL},
        {"B 10 3 5 4", BALLOT_RANGE, NULL, NULL},
        {"B 43 5 4", BALLOT_RANGE, NULL, NULL},
        {"B 4359", BALLOT_RANGE, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ballot_words words;
        enum ballot_fault fault =
            ballot_parse(cases[i].text, strlen(cases[i].text), 4, 3, &words);
        if (fault != cases[i].fault)
            fail_msg("\"%s\" gives %d", cases[i].text, fault);
        if (fault)
            continue;
        assert_int_equal(words.index, 1);
        for (int a = 0; a < 4; a++)
            assert_int_equal(words.score[a], cases[i].scores[a] - '0');
        if (!cases[i].comment)
            assert_null(words.comment);
        else
            assert_int_equal(strncmp(words.comment, cases[i].comment, words.comment_length), 0);
    }
}

static void a_comment_has_a_limit(void **state)
{
    char text[ROUND_COMMENT_MAX + 32] = "A 4 4 4 4 ";
    struct ballot_words words;
    (void)state;
    memset(text + 10, 'x', ROUND_COMMENT_MAX);
    assert_int_equal(ballot_parse(text, 10 + ROUND_COMMENT_MAX, 4, 1, &words), BALLOT_OK);
    text[10 + ROUND_COMMENT_MAX] = 'x';
    assert_int_equal(ballot_parse(text, 11 + ROUND_COMMENT_MAX, 4, 1, &words),
                     BALLOT_COMMENT_LONG);
}

static void a_score_is_the_weighted_mean(void **state)
{
    static const uint8_t first[HS_AXES_MAX] = {5, 4, 3, 2}, second[HS_AXES_MAX] = {3, 2, 1, 2};
    struct round *round = round_of(3, 1);
    struct hs_result result;
    (void)state;
    ballot_result(round, 0, &result);
    assert_int_equal(result.votes, 0);
    assert_int_equal(round_cast(round, 1, 0, first, NULL, 1, 0), 0);
    assert_int_equal(round_cast(round, 2, 0, second, NULL, 1, 0), 0);
    ballot_result(round, 0, &result);
    assert_int_equal(result.votes, 2);
    assert_true(result.axis[0] > 3.999 && result.axis[0] < 4.001);
    /* (5*2+4*2+3+2)/6 = 23/6 and (3*2+2*2+1+2)/6 = 13/6 */
    assert_true(result.score > 2.999 && result.score < 3.001);
    assert_true(ballot_mean(&rubric, first) > 3.8333 && ballot_mean(&rubric, first) < 3.8334);
    round_destroy(round);
}

static void open_ballots_have_one_order_for_all(void **state)
{
    (void)state;
    struct round *round = round_of(6, 99);
    struct ballot_order first, other;
    round->open_ballots = true;
    assert_int_equal(round_answer(&round->seats[3], NULL, 0, 1), 0);
    ballot_order(round, 0, &first);
    assert_int_equal(first.count, 5);
    for (uint32_t voter = 0; voter < 6; voter++) {
        ballot_order(round, voter, &other);
        assert_memory_equal(first.author, other.author, 5 * sizeof *first.author);
        size_t own = ballot_index(&other, voter);
        assert_true(voter == 3 ? own == 5 : first.author[own] == voter);
    }
    round_destroy(round);
}

static void a_tag_says_round_and_author(void **state)
{
    static const char *const wrong[] = {"", "vote", "vote ", "vote 1", "vote 1 ", "vote x 1",
                                        "vote 1 x", "vote 1 64", "vote 1 2 3", "vote -1 2",
                                        "vote 1 -2", "Vote 1 2", "vote  1 2", "vote 1 2x"};
    struct arena arena;
    uint64_t id;
    uint32_t author;
    (void)state;
    arena_init(&arena);
    struct round *round = round_of(2, 1);
    round->id = UINT64_C(12345678901);
    const char *tag = ballot_tag(&arena, round, 1);
    assert_string_equal(tag, "vote 12345678901 1");
    assert_int_equal(ballot_tag_parse(tag, &id, &author), 0);
    assert_true(id == round->id);
    assert_int_equal(author, 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (ballot_tag_parse(wrong[i], &id, &author) == 0)
            fail_msg("\"%s\" is taken for a tag", wrong[i]);
    round_destroy(round);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everyone_gets_all_others_and_never_their_own),
        cmocka_unit_test(the_order_is_the_same_again_and_each_voters_own),
        cmocka_unit_test(each_answer_is_under_each_letter_as_often),
        cmocka_unit_test(labels_go_both_ways),
        cmocka_unit_test(forms_of_a_vote),
        cmocka_unit_test(a_comment_has_a_limit),
        cmocka_unit_test(a_score_is_the_weighted_mean),
        cmocka_unit_test(open_ballots_have_one_order_for_all),
        cmocka_unit_test(a_tag_says_round_and_author),
    };
    return cmocka_run_group_tests_name("ballot", tests, NULL, NULL);
}
