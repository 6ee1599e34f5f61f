/* One try to log in by SASL, line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_sasl.h"
#include "util/buf.h"

static char network[] = "libera", account[101] = "jilles", password[301] = "sesame";
static struct irc_settings settings;
static struct irc_sasl_try try;
static struct buf sent;

static void on_send(void *context, const char *line, size_t length)
{
    struct buf *out = context;
    assert_in_range(length, 1, 510);
    buf_add(out, line, length);
    buf_putc(out, '|');
}

static enum irc_sasl_step hear(const char *text)
{
    static struct irc_line line;
    assert_true(irc_line_parse(&line, text, strlen(text)));
    return irc_sasl_line(&try, &line, on_send, &sent);
}

static enum irc_sasl_step begin(const char *offered)
{
    buf_clear(&sent);
    return irc_sasl_begin(&try, &settings, offered, on_send, &sent);
}

static int setup(void **state)
{
    (void)state;
    buf_init(&sent);
    snprintf(account, sizeof account, "jilles");
    snprintf(password, sizeof password, "sesame");
    settings = (struct irc_settings){.network = network, .account = account,
                                     .account_password = password};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_finish(&sent);
    return 0;
}

static void plain_logs_in(void **state)
{
    (void)state;
    assert_int_equal(begin("EXTERNAL,PLAIN"), IRC_SASL_GOES_ON);
    assert_string_equal(buf_text(&sent), "AUTHENTICATE PLAIN|");
    assert_int_equal(hear("AUTHENTICATE +"), IRC_SASL_GOES_ON);
    assert_string_equal(buf_text(&sent), "AUTHENTICATE PLAIN|AUTHENTICATE AGppbGxlcwBzZXNhbWU=|");
    assert_int_equal(hear(":s 900 * *!*@* jilles :You are now logged in"), IRC_SASL_GOES_ON);
    assert_int_equal(hear(":s 903 * :SASL authentication successful"), IRC_SASL_IN);
    assert_string_equal(try.account, "jilles");
}

static void external_says_nothing_but_that_it_is_there(void **state)
{
    (void)state;
    settings.account_password = NULL;
    settings.cert_file = network;
    assert_int_equal(begin(""), IRC_SASL_GOES_ON);
    assert_int_equal(hear(":s AUTHENTICATE :+"), IRC_SASL_GOES_ON);
    assert_string_equal(buf_text(&sent), "AUTHENTICATE EXTERNAL|AUTHENTICATE +|");
    assert_int_equal(hear(":s 903 * :ok"), IRC_SASL_IN);
}

static void of_two_ways_the_one_that_is_offered_is_taken(void **state)
{
    (void)state;
    settings.cert_file = network;
    begin("plain");
    assert_string_equal(buf_text(&sent), "AUTHENTICATE PLAIN|");
    begin("EXTERNAL,SCRAM-SHA-256");
    assert_string_equal(buf_text(&sent), "AUTHENTICATE EXTERNAL|");
    begin("");
    assert_string_equal(buf_text(&sent), "AUTHENTICATE PLAIN|");
}

/* How often a long answer was split, and whether what ends it is "+". */
static void chunks(size_t password_length, size_t expected, bool plus)
{
    memset(account, 'a', 100);
    account[100] = '\0';
    memset(password, 'p', password_length);
    password[password_length] = '\0';
    begin("");
    hear("AUTHENTICATE +");
    const char *at = buf_text(&sent) + strlen("AUTHENTICATE PLAIN|");
    size_t count = 0, whole = 0;
    bool last_is_plus = false;
    for (; *at; at += strcspn(at, "|") + 1) {
        assert_memory_equal(at, "AUTHENTICATE ", 13);
        size_t length = strcspn(at, "|") - 13;
        last_is_plus = length == 1 && at[13] == '+';
        whole += last_is_plus ? 0 : length;
        assert_in_range(length, 1, 400);
        count++;
    }
    assert_int_equal(count, expected);
    assert_int_equal(last_is_plus, plus);
    assert_int_equal(whole, (password_length + 102 + 2) / 3 * 4);
}

static void long_answers_go_in_chunks(void **state)
{
    (void)state;
    chunks(195, 1, false); /* 396 characters */
    chunks(198, 2, true);  /* 400: an empty one ends it */
    chunks(199, 2, false);
    chunks(300, 2, false);
}

static void fails(const char *offered, const char *lines, enum irc_sasl_step step, const char *why)
{
    char copy[600], *state = NULL;
    enum irc_sasl_step got = begin(offered);
    snprintf(copy, sizeof copy, "%s", lines);
    for (char *line = strtok_r(copy, "|", &state); line; line = strtok_r(NULL, "|", &state)) {
        assert_int_equal(got, IRC_SASL_GOES_ON);
        got = hear(line);
    }
    assert_int_equal(got, step);
    if (!strstr(try.why, why))
        fail_msg("expected \"%s\" in: %s", why, try.why);
    assert_null(strstr(try.why, "sesame"));
    assert_null(strstr(try.why, "AGppbGxlcwBzZXNhbWU"));
}

#define ASKED "AUTHENTICATE +|"

static void each_failure_says_what_to_change(void **state)
{
    (void)state;
    fails("", ASKED ":s 904 * :SASL failed", IRC_SASL_DENIED,
          "refuse the account \"jilles\" with its password (904): check account and "
          "account_password in network \"libera\"");
    fails("", ASKED ":s 902 * :locked", IRC_SASL_DENIED, "jilles is locked or frozen (902)");
    fails("", ASKED ":s 905 * :too long", IRC_SASL_DENIED, "too long for the server (905)");
    fails("", ASKED ":s 906 * :aborted", IRC_SASL_BROKEN, "broke off");
    fails("", ":s 908 * EXTERNAL,SCRAM-SHA-256 :are available|:s 904 * :failed", IRC_SASL_DENIED,
          "does not take SASL PLAIN, only EXTERNAL,SCRAM-SHA-256: set cert_file");
    fails("", ASKED ":s 908 * PLAIN,EXTERNAL :are available|:s 904 * :failed", IRC_SASL_DENIED,
          "with its password");
    fails("EXTERNAL", "", IRC_SASL_DENIED, "only EXTERNAL");
    fails("", ASKED ":s 907 * :already", IRC_SASL_DENIED, "with its password");
    fails("", ":s 903 * :of course", IRC_SASL_BROKEN, "before we have said who we are");
    settings.account_password = NULL;
    settings.cert_file = network;
    fails("", ASKED ":s 904 * :failed", IRC_SASL_DENIED, "NickServ CERT ADD");
    fails("PLAIN", "", IRC_SASL_DENIED, "set account and account_password");
}

static void a_challenge_that_is_none_of_ours_ends_it(void **state)
{
    (void)state;
    fails("", "AUTHENTICATE c2F5IHBsZWFzZQ==", IRC_SASL_BROKEN, "asks for more");
    assert_string_equal(buf_text(&sent), "AUTHENTICATE PLAIN|AUTHENTICATE *|");
    fails("", ASKED "AUTHENTICATE +", IRC_SASL_BROKEN, "asks for more");
    fails("", "AUTHENTICATE", IRC_SASL_BROKEN, "asks for more");
    begin("");
    irc_sasl_late(&try, on_send, &sent);
    assert_string_equal(buf_text(&sent), "AUTHENTICATE PLAIN|AUTHENTICATE *|");
    assert_non_null(strstr(try.why, "services do not answer"));
}

static void what_reveals_the_password_is_known(void **state)
{
    (void)state;
    assert_true(irc_sasl_reveals(&settings, "Closing link: sesame"));
    assert_true(irc_sasl_reveals(&settings, "AUTHENTICATE AGppbGxlcwBzZXNhbWU= was not expected"));
    assert_true(irc_sasl_reveals(&settings, "xGppbGxlcwBzZXNhbWU="));
    assert_false(irc_sasl_reveals(&settings, "Closing link: jilles"));
    settings.account_password = NULL;
    assert_false(irc_sasl_reveals(&settings, "sesame"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_logs_in, setup, teardown),
        cmocka_unit_test_setup_teardown(external_says_nothing_but_that_it_is_there, setup, teardown),
        cmocka_unit_test_setup_teardown(of_two_ways_the_one_that_is_offered_is_taken, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(long_answers_go_in_chunks, setup, teardown),
        cmocka_unit_test_setup_teardown(each_failure_says_what_to_change, setup, teardown),
        cmocka_unit_test_setup_teardown(a_challenge_that_is_none_of_ours_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_reveals_the_password_is_known, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
