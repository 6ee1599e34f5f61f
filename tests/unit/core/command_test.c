/* Chat text -> command: who is addressed, which verb, which words and options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/command.h"
#include "util/hash.h"

static struct command parsed;

static const struct command *parse(const char *text, bool private_talk)
{
    command_parse(&parsed, text, strlen(text), "!", "hotseat", private_talk);
    return &parsed;
}

static void every_verb_is_found_in_any_case(void **state)
{
    static const struct {
        const char *text;
        enum command_verb verb;
    } cases[] = {
#define X(id, word, where, usage, what) {"!" word, COMMAND_##id},
        COMMAND_VERBS(X)
#undef X
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char loud[64];
        assert_int_equal(parse(cases[i].text, false)->verb, cases[i].verb);
        snprintf(loud, sizeof loud, "  hotSEAT: %s x", cases[i].text);
        for (char *c = loud; *c; c++)
            *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
        assert_int_equal(parse(loud, false)->verb, cases[i].verb);
        assert_true(parsed.named);
        assert_string_equal(command_word(cases[i].verb), cases[i].text + 1);
        assert_int_equal(strncmp(command_usage(cases[i].verb), cases[i].text + 1,
                                 strlen(cases[i].text + 1)), 0);
        assert_non_null(strchr("RPB", command_where(cases[i].verb)));
    }
}

static void talk_is_no_command(void **state)
{
    static const char *const talk[] = {"",        "hello",        "!",         "!!!",      "!?",
                                       "! start", "start coding", "a !start",  "hotseat",  "hotseat:",
                                       "@hotseat", "hotseat is nice", "hotseats: start",
                                       "xhotseat: start", "!1", "\n\t "};
    (void)state;
    for (size_t i = 0; i < sizeof talk / sizeof *talk; i++)
        for (int private_talk = 0; private_talk < 2; private_talk++)
            assert_int_equal(parse(talk[i], private_talk)->verb, COMMAND_NONE);
    /* Without a name of its own nobody can name the bot. */
    command_parse(&parsed, "start", 5, "!", "", false);
    assert_int_equal(parsed.verb, COMMAND_NONE);
    command_parse(&parsed, ": start", 7, "!", "", false);
    assert_int_equal(parsed.verb, COMMAND_NONE);
}

static void ways_to_name_the_bot(void **state)
{
    static const char *const ways[] = {"hotseat: start", "hotseat, start", "@hotseat start",
                                       "@hotseat: start", "hotseat start", "hotseat: !start",
                                       "HOTSEAT:start"};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        assert_int_equal(parse(ways[i], false)->verb, COMMAND_START);
        assert_true(parsed.named);
    }
    assert_int_equal(parse("hotseat: dance", false)->verb, COMMAND_UNKNOWN);
    /* Privately, words after the name that are no command may be an answer. */
    assert_int_equal(parse("hotseat: dancing", true)->verb, COMMAND_NONE);
}

static void an_unknown_word_has_a_near_one(void **state)
{
    (void)state;
    assert_int_equal(parse("!strat coding", false)->verb, COMMAND_UNKNOWN);
    assert_string_equal(parsed.meant, "start");
    assert_string_equal(parsed.word, "strat");
    assert_null(parse("!weather", false)->meant);
    assert_null(parse("!use", false)->meant);
    parse("!xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false);
    assert_int_equal(strlen(parsed.word), sizeof parsed.word - 1);
}

static void start_takes_options_anywhere(void **state)
{
    (void)state;
    parse("!start topic:graphs coding ANSWER:5m senior vote:3m company:x gather:30s round:4", false);
    assert_int_equal(parsed.word_count, 2);
    assert_string_equal(parsed.words[0], "coding");
    assert_string_equal(parsed.words[1], "senior");
    assert_string_equal(parsed.topic, "graphs");
    assert_string_equal(parsed.answer, "5m");
    assert_string_equal(parsed.vote, "3m");
    assert_string_equal(parsed.company, "x");
    assert_string_equal(parsed.gather, "30s");
    assert_string_equal(parsed.round, "4");
    assert_null(parsed.bad_option);
    assert_string_equal(parse("!start coding topi:graphs a:b", false)->bad_option, "topi:graphs");
    assert_string_equal(parse("!start coding topic:", false)->bad_option, "topic:");
}

static void free_text_keeps_its_colons(void **state)
{
    (void)state;
    parse("!vote round:12 B 4 3 5 4 see round:9", true);
    assert_string_equal(parsed.round, "12");
    assert_int_equal(strncmp(parsed.rest, "B 4 3 5 4 see round:9", parsed.rest_length), 0);
    parse("!answer in round:9 I said", true);
    assert_null(parsed.round);
    parse("!revise topic:x", true);
    assert_null(parsed.topic);
    assert_int_equal(strncmp(parsed.rest, "topic:x", parsed.rest_length), 0);
}

static void the_rest_is_trimmed_and_exact(void **state)
{
    (void)state;
    parse("  !answer \t two  words\nand a line \n ", true);
    assert_int_equal(parsed.rest_length, strlen("two  words\nand a line"));
    assert_int_equal(strncmp(parsed.rest, "two  words\nand a line", parsed.rest_length), 0);
    assert_int_equal(parse("!answer", true)->rest_length, 0);
}

static void many_words_are_bounded(void **state)
{
    char text[4000] = "!top";
    (void)state;
    for (size_t i = 4; i + 2 < sizeof text; i += 2)
        memcpy(text + i, " x", 3);
    assert_int_equal(parse(text, false)->word_count, COMMAND_WORDS_MAX);
    memset(text + 5, 'y', sizeof text - 6);
    assert_int_equal(parse(text, false)->word_count, 0);
    assert_int_equal(parsed.verb, COMMAND_TOP);
}

static void round_numbers(void **state)
{
    (void)state;
    assert_int_equal(command_round_number("12"), 12);
    assert_int_equal(command_round_number("#12"), 12);
    assert_int_equal(command_round_number("0"), 0);
    assert_int_equal(command_round_number(""), 0);
    assert_int_equal(command_round_number("#"), 0);
    assert_int_equal(command_round_number("-1"), 0);
    assert_int_equal(command_round_number("12x"), 0);
    assert_int_equal(command_round_number("99999999999999999999999"), 0);
}

/* Any bytes, any prefix: nothing is read outside the text, and what comes out lies inside it. */
static void noise_is_parsed_within_bounds(void **state)
{
    static const char letters[] = "!? \n:hotseat@startvoteround12:,AB";
    uint64_t chance = 9;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[48];
        size_t length = random_below(&chance, sizeof text);
        for (size_t c = 0; c < length; c++)
            text[c] = letters[random_below(&chance, sizeof letters - 1)];
        command_parse(&parsed, text, length, i % 2 ? "!" : "?!", "hotseat", i % 3);
        assert_true(parsed.rest >= text && parsed.rest + parsed.rest_length <= text + length);
    }
}

/* In an answer to a message of the bot a command needs no prefix, but talk is none. */
static void only_what_is_plainly_meant_is_a_command_when_called(void **state)
{
    static const struct {
        const char *text;
        enum command_verb verb;
    } cases[] = {
        {"status", COMMAND_STATUS},       {" Join 12 ", COMMAND_JOIN},
        {"end", COMMAND_END},             {"end of story", COMMAND_NONE},
        {"leave it to me", COMMAND_NONE}, {"skip 3", COMMAND_SKIP},
        {"skip it", COMMAND_NONE},        {"start coding mid", COMMAND_START},
        {"help vote", COMMAND_HELP},      {"top week", COMMAND_TOP},
        {"extend 2m", COMMAND_EXTEND},    {"answer the question, please", COMMAND_NONE},
        {"begin with it", COMMAND_NONE},  {"vote A 4 3 5 4", COMMAND_VOTE},
        {"vote for the second", COMMAND_NONE}, {"nice one!", COMMAND_NONE},
        {"", COMMAND_NONE},               {" \n", COMMAND_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        command_parse_called(&parsed, cases[i].text, strlen(cases[i].text));
        if (parsed.verb != cases[i].verb)
            fail_msg("\"%s\" is %d", cases[i].text, (int)parsed.verb);
        assert_int_equal(parsed.named, cases[i].verb != COMMAND_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_is_found_in_any_case),
        cmocka_unit_test(talk_is_no_command),
        cmocka_unit_test(ways_to_name_the_bot),
        cmocka_unit_test(an_unknown_word_has_a_near_one),
        cmocka_unit_test(start_takes_options_anywhere),
        cmocka_unit_test(free_text_keeps_its_colons),
        cmocka_unit_test(the_rest_is_trimmed_and_exact),
        cmocka_unit_test(many_words_are_bounded),
        cmocka_unit_test(round_numbers),
        cmocka_unit_test(noise_is_parsed_within_bounds),
        cmocka_unit_test(only_what_is_plainly_meant_is_a_command_when_called),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
