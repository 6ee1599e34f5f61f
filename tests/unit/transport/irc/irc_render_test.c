/* Long texts as IRC lines: nothing cut off, nothing over the budget, no character split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "transport/irc/irc_render.h"
#include "util/utf8.h"

struct lines {
    struct buf all; /* lines, LF after each */
    size_t count, longest;
    bool bad;
};

static int take(void *context, const char *line, size_t length)
{
    struct lines *lines = context;
    lines->count++;
    if (length > lines->longest)
        lines->longest = length;
    if (length == 0 || !utf8_valid(line, length) || memchr(line, '\n', length) ||
        memchr(line, '\r', length) || memchr(line, '\0', length))
        lines->bad = true;
    buf_add(&lines->all, line, length);
    buf_putc(&lines->all, '\n');
    return 0;
}

static void render(const struct text *text, size_t budget, bool colours, struct lines *lines)
{
    size_t size;
    memset(lines, 0, sizeof *lines);
    buf_init(&lines->all);
    assert_true(text_ok(text));
    const char *bytes = text_bytes(text, &size);
    assert_int_equal(irc_render(bytes, size, budget, colours, take, lines), 0);
    assert_false(lines->bad);
    assert_true(lines->longest <= budget);
}

/* The budget of RFC 1459: the line the server relays has at most 512 bytes. */
static void the_budget(void **state)
{
    static const char prefix[] = "hotseat!~hotseat@very.long.host.example.org";
    char line[600];
    (void)state;
    size_t budget = irc_render_budget(strlen(prefix), "#prep");
    assert_true(budget < sizeof line);
    int head = snprintf(line, sizeof line, ":%s PRIVMSG #prep :", prefix);
    assert_int_equal((size_t)head + budget + 2, 512);
    /* However long a target, there is room for some text. */
    char target[600];
    memset(target, 'x', sizeof target - 1);
    target[sizeof target - 1] = '\0';
    assert_int_equal(irc_render_budget(strlen(prefix), target), 64);
}

static void every_letter_arrives(void **state)
{
    struct text text;
    struct lines lines;
    char word[16];
    (void)state;
    text_init(&text);
    for (int i = 0; i < 2000; i++) {
        snprintf(word, sizeof word, "%s%d", i ? " " : "", i);
        text_put(&text, word);
    }
    render(&text, 80, false, &lines);
    /* Joined by spaces again, it is the same text. */
    char *at = lines.all.data;
    for (int i = 0; i < 2000; i++) {
        char *end;
        assert_int_equal(strtol(at, &end, 10), i);
        at = end + 1;
    }
    assert_true(lines.count > 100);
    buf_finish(&lines.all);
    text_finish(&text);
}

static void no_character_is_split(void **state)
{
    struct text text;
    struct lines lines;
    size_t found = 0;
    (void)state;
    text_init(&text);
    for (int i = 0; i < 900; i++)
        text_put(&text, i % 3 == 0 ? "é" : i % 3 == 1 ? "語" : "🎯");
    for (size_t budget = 32; budget < 64; budget++) {
        render(&text, budget, false, &lines);
        found = 0;
        for (char *c = lines.all.data; (c = strstr(c, "🎯")); c++)
            found++;
        assert_int_equal(found, 300);
        buf_finish(&lines.all);
    }
    text_finish(&text);
}

static void code_keeps_its_indentation(void **state)
{
    static const char code[] = "def f(x):\n    if x:\n        return 'a very long line of code that "
                               "does not fit into the budget of one line'\n\n    return 0";
    struct text text;
    struct lines lines;
    (void)state;
    text_init(&text);
    text_code(&text, "python", code, strlen(code));
    render(&text, 60, false, &lines);
    assert_non_null(strstr(lines.all.data, "    def f(x):\n        if x:\n            return"));
    /* What is left of a long line is indented as its beginning; an empty line is a space. */
    assert_non_null(strstr(lines.all.data, " does not \n            fit into"));
    assert_non_null(strstr(lines.all.data, "\n \n"));
    buf_finish(&lines.all);
    text_finish(&text);
}

static void bold_only_where_wanted(void **state)
{
    struct text text;
    struct lines lines;
    (void)state;
    text_init(&text);
    text_strong(&text, "Round 1");
    render(&text, 400, true, &lines);
    assert_string_equal(lines.all.data, "\x02Round 1\x02\n");
    buf_finish(&lines.all);
    render(&text, 400, false, &lines);
    assert_string_equal(lines.all.data, "Round 1\n");
    buf_finish(&lines.all);
    text_finish(&text);
}

static int stop_at_once(void *context, const char *line, size_t length)
{
    size_t *calls = context;
    (void)line;
    (void)length;
    (*calls)++;
    return 1;
}

static void the_receiver_can_stop(void **state)
{
    struct text text;
    size_t size, calls = 0;
    (void)state;
    text_init(&text);
    for (int i = 0; i < 100; i++)
        text_put(&text, "many words ");
    const char *bytes = text_bytes(&text, &size);
    assert_int_equal(irc_render(bytes, size, 50, false, stop_at_once, &calls), -1);
    assert_int_equal(calls, 1);
    text_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_budget),
        cmocka_unit_test(every_letter_arrives),
        cmocka_unit_test(no_character_is_split),
        cmocka_unit_test(code_keeps_its_indentation),
        cmocka_unit_test(bold_only_where_wanted),
        cmocka_unit_test(the_receiver_can_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
