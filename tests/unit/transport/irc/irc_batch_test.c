/* Messages in many lines, and what is played back of the past. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_batch.h"

static struct irc_batches batches;

static int set_up(void **state)
{
    (void)state;
    irc_batches_init(&batches);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    irc_batches_finish(&batches);
    return 0;
}

static enum irc_batch_step see(const char *text)
{
    static struct irc_line line;
    assert_true(irc_line_parse(&line, text, strlen(text)));
    return irc_batches_line(&batches, &line);
}

static void many_lines_become_one_text(void **state)
{
    (void)state;
    assert_int_equal(see("@msgid=m7;account=ann;time=2026-01-05T10:00:00.000Z :ann!a@b BATCH +x "
                         "draft/multiline hotseat"),
                     IRC_BATCH_TAKEN);
    assert_int_equal(see("@batch=x :ann!a@b PRIVMSG hotseat :def f():"), IRC_BATCH_TAKEN);
    assert_int_equal(see("@batch=x :ann!a@b PRIVMSG hotseat :    return "), IRC_BATCH_TAKEN);
    assert_int_equal(see("@batch=x;draft/multiline-concat :ann!a@b PRIVMSG hotseat :1"), IRC_BATCH_TAKEN);
    assert_int_equal(see("@batch=x :ann!a@b PRIVMSG hotseat :"), IRC_BATCH_TAKEN);
    assert_int_equal(see(":bob!a@b PRIVMSG hotseat :in between"), IRC_BATCH_NONE);
    assert_int_equal(see(":s BATCH -x"), IRC_BATCH_WHOLE);
    assert_string_equal(buf_text(&batches.whole.text), "def f():\n    return 1\n");
    assert_string_equal(batches.whole.nick, "ann");
    assert_string_equal(batches.whole.account, "ann");
    assert_string_equal(batches.whole.target, "hotseat");
    assert_string_equal(batches.whole.msgid, "m7");
    assert_false(batches.whole.past);
    assert_false(batches.whole.cut);
    assert_int_equal(batches.count, 0);
}

static void only_who_began_it_adds_to_it(void **state)
{
    (void)state;
    see(":ann!a@b BATCH +x draft/multiline hotseat");
    see("@batch=x :ann!a@b PRIVMSG hotseat :mine");
    assert_int_equal(see("@batch=x :eve!a@b PRIVMSG hotseat :not mine"), IRC_BATCH_TAKEN);
    assert_int_equal(see(":s BATCH -x"), IRC_BATCH_WHOLE);
    assert_string_equal(buf_text(&batches.whole.text), "mine");
}

static void the_past_is_told_from_now(void **state)
{
    (void)state;
    see(":znc BATCH +p znc.in/playback #prep");
    assert_int_equal(see("@batch=p :ann!a@b PRIVMSG #prep :!start"), IRC_BATCH_OLD);
    assert_int_equal(see("@batch=p :ann!a@b JOIN #prep"), IRC_BATCH_OLD);
    see("@batch=p :ann!a@b BATCH +x draft/multiline hotseat");
    see("@batch=x :ann!a@b PRIVMSG hotseat :old");
    assert_int_equal(see(":znc BATCH -x"), IRC_BATCH_WHOLE);
    assert_true(batches.whole.past);
    assert_int_equal(see(":znc BATCH -p"), IRC_BATCH_TAKEN);
    assert_int_equal(see("@batch=p :ann!a@b PRIVMSG #prep :now"), IRC_BATCH_NONE);
}

static void other_batches_are_as_good_as_none(void **state)
{
    (void)state;
    see(":s BATCH +n netsplit a.test b.test");
    assert_int_equal(see("@batch=n :ann!a@b QUIT :a.test b.test"), IRC_BATCH_NONE);
    assert_int_equal(see(":s BATCH -n"), IRC_BATCH_TAKEN);
}

static void a_text_without_end_is_cut_and_a_flood_of_batches_bounded(void **state)
{
    (void)state;
    char line[600], filler[401];
    memset(filler, 'y', 400);
    filler[400] = '\0';
    see(":ann!a@b BATCH +x draft/multiline hotseat");
    snprintf(line, sizeof line, "@batch=x :ann!a@b PRIVMSG hotseat :%s", filler);
    for (int i = 0; i < 1000; i++)
        see(line);
    assert_true(batches.open[0].text.length <= EVENT_TEXT_MAX);
    assert_int_equal(see(":s BATCH -x"), IRC_BATCH_WHOLE);
    assert_true(batches.whole.cut);
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof line, ":eve!a@b BATCH +r%d draft/multiline hotseat", i);
        see(line);
    }
    assert_int_equal(batches.count, IRC_BATCHES_MAX);
    assert_string_equal(batches.open[0].ref, "r984");
}

static void garbage_ends_nothing(void **state)
{
    (void)state;
    static const char *const lines[] = {"BATCH", "BATCH +", "BATCH -", "BATCH x", ":s BATCH -none",
                                        ":s BATCH + draft/multiline", ":s BATCH +a"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(see(lines[i]), IRC_BATCH_TAKEN);
    see(":ann!a@b BATCH +x draft/multiline hotseat");
    assert_int_equal(see(":s BATCH -x"), IRC_BATCH_TAKEN);
    see(":ann!a@b BATCH +x draft/multiline hotseat");
    see("@batch=x :ann!a@b PRIVMSG hotseat :lost with the connection");
    irc_batches_clear(&batches);
    assert_int_equal(see(":s BATCH -x"), IRC_BATCH_TAKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_lines_become_one_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_who_began_it_adds_to_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_past_is_told_from_now, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_batches_are_as_good_as_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_without_end_is_cut_and_a_flood_of_batches_bounded,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(garbage_ends_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
