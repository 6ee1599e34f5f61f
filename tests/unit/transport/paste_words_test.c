/* When what somebody said is a link, and what stands before it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "transport/paste_words.h"

static void expect(const char *text, size_t typed, const char *link)
{
    struct paste_words words;
    if (!paste_words_read(text, strlen(text), &words))
        fail_msg("\"%s\" is no link", text);
    assert_int_equal(words.typed, typed);
    assert_int_equal(words.length, strlen(link));
    assert_memory_equal(words.link, link, words.length);
}

static void test_links(void **state)
{
    (void)state;
    expect("https://a.b/c", 0, "https://a.b/c");
    expect("  https://a.b/c \n", 2, "https://a.b/c");
    expect("<https://a.b/c>", 0, "https://a.b/c");
    expect("!answer https://a.b/c", 8, "https://a.b/c");
    expect("!answer\nhttps://a.b/c", 8, "https://a.b/c");
    expect("!REVISE 12 https://a.b/c", 11, "https://a.b/c");
    expect("!revise #12  https://a.b/c", 13, "https://a.b/c");
    expect(".revise round:12 https://a.b/c", 17, "https://a.b/c");
    expect("hotseat: answer https://a.b/c", 16, "https://a.b/c");
    expect("hotseat: !answer 3 <https://a.b/c>", 19, "https://a.b/c");
    expect("@hotseat revise https://a.b/c", 16, "https://a.b/c");
    expect("one", 0, "one"); /* whether it is a link is for others to say */
}

static void test_text(void **state)
{
    static const char *const texts[] = {
        "", " \n", "See https://a.b/c", "https://a.b/c is mine", "answer https://a.b/c",
        "!vote https://a.b/c", "!begin https://a.b/c", "!answer it is https://a.b/c",
        "!answer 3 4 https://a.b/c", "!answer round: https://a.b/c", "hotseat: https://a.b/c",
        "hotseat: see https://a.b/c", "!answer # https://a.b/c", "!!!!!answer https://a.b/c",
        "!answers https://a.b/c", "https://a.b/c https://a.b/d"};
    struct paste_words words;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (paste_words_read(texts[i], strlen(texts[i]), &words))
            fail_msg("\"%s\"", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_links), cmocka_unit_test(test_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
