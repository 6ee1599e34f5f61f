/* Names and signatures go out of an answer; words stay, whatever people are called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/ballot.h"
#include "util/buf.h"
#include "util/hash.h"

/* ann, bob, cyd_42 and Zo\xC3\xAB are names; the others are also words. */
static void strip(const char *answer, size_t length, struct buf *out, bool *changed)
{
    struct ballot_name names[] = {
        {"ann", false}, {"bob", false}, {"cyd_42", false}, {"Zo\xC3\xAB", false}, {"al", false},
        {"Ann Smith", false}, {"Queue", true}, {"the", true}, {"a", true},
    };
    ballot_strip(out, answer, length, names, sizeof names / sizeof *names, changed);
}

static void each_case(void **state)
{
    static const struct {
        const char *answer, *left; /* NULL = as it was */
    } cases[] = {
        {"I am Ann and I would ask bob.", "I am [name] and I would ask [name]."},
        {"ANN's idea, (bob), cyd_42: yes", "[name]'s idea, ([name]), [name]: yes"},
        {"Zo\xC3\xAB and Ann Smith", "[name] and [name]"},
        {"@ann @al @Queue @nobody", "[name] [name] [name] @nobody"},
        {"annual, banana, bobbing, ann_b, ann-marie, xann", NULL},
        {"al and io are short", NULL},
        {"The queue is a Queue; the first in a queue.", NULL},
        {"bob bob bob bob means a thing here", NULL},
        {"bob bob bob is a person", "[name] [name] [name] is a person"},
        /* signatures */
        {"Use a stack.\nann", "Use a stack."},
        {"Use a stack.\n-- Ann", "Use a stack."},
        {"Use a stack.\n\xE2\x80\x94 Cynthia", "Use a stack."},
        {"Use a stack.\nBest regards,\nCynthia Example\n", "Use a stack."},
        {"Use a stack.\nCheers, Cynthia", "Use a stack."},
        {"Use a stack.\nThanks, bob!", "Use a stack.\nThanks, [name]!"},
        {"Use a stack.\n-- Queue", "Use a stack."},
        {"Use a stack.\n@bob", "Use a stack."},
        /* what only looks like one */
        {"Which structure?\nQueue", NULL},
        {"Which structure?\n- queue", NULL},
        {"Cost:\nRegards memory, it is O(n).", NULL},
        {"SELECT 1\n-- the slow path", NULL},
        {"while (n --> 0)\n  n--;", NULL},
        {"It is O(n).\nBest case: O(1)", NULL},
        {"Thanks", NULL},
        {"one\nYours, and nobody else's, is the lock", NULL},
        /* something is always left */
        {"ann", "[name]"},
        {"-- Ann", "-- [name]"},
        {"Queue", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        bool changed;
        buf_init(&out);
        strip(cases[i].answer, strlen(cases[i].answer), &out, &changed);
        assert_string_equal(buf_text(&out), cases[i].left ? cases[i].left : cases[i].answer);
        assert_int_equal(changed, cases[i].left != NULL);
        buf_finish(&out);
    }
}

/* Whatever the text: it ends, stays in bounds, is valid if it was, and is not emptied. */
static void noise_is_stripped_within_bounds(void **state)
{
    static const char *const parts[] = {"ann", "@", "bob", "\n", " ", "-- ", "Regards,", "Queue",
                                        "\xE2\x80\x94", "x", ".", "~", "Cynthia", "\n\n"};
    uint64_t chance = 3;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct buf text, out;
        bool changed;
        buf_init(&text);
        buf_init(&out);
        for (uint32_t n = 1 + random_below(&chance, 12); n > 0; n--)
            buf_puts(&text, parts[random_below(&chance, sizeof parts / sizeof *parts)]);
        strip(buf_text(&text), text.length, &out, &changed);
        assert_true(out.length > 0);
        if (!changed)
            assert_string_equal(buf_text(&text), buf_text(&out));
        buf_finish(&text);
        buf_finish(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case),
        cmocka_unit_test(noise_is_stripped_within_bounds),
    };
    return cmocka_run_group_tests_name("ballot_strip", tests, NULL, NULL);
}
