/* libircclient behind a socket pair: it rests on what its version 1.9 and 1.10 do, so it is tested. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "transport/irc/irc_session.h"

struct record {
    char commands[4096];
    char events[1024];
    unsigned numeric;
};

static void on_command(void *context, const char *line, size_t length)
{
    struct record *record = context;
    size_t used = strlen(record->commands);
    snprintf(record->commands + used, sizeof record->commands - used, "%.*s|", (int)length, line);
}

static void on_event(void *context, const char *event)
{
    struct record *record = context;
    size_t used = strlen(record->events);
    snprintf(record->events + used, sizeof record->events - used, "%s ", event);
}

static void on_numeric(void *context, unsigned code)
{
    struct record *record = context;
    record->numeric = code;
}

static struct irc_session *open_session(struct record *record, const char *password,
                                        const char *realname)
{
    struct error error;
    struct irc_settings settings = {.nick = "hotseat", .user = "user",
                                    .realname = (char *)(uintptr_t)realname,
                                    .password = (char *)(uintptr_t)password};
    struct irc_session_events events = {record, on_command, on_event, on_numeric};
    memset(record, 0, sizeof *record);
    struct irc_session *session = irc_session_create(&settings, "hotseat", &events, &error);
    if (!session)
        fail_msg("%s", error.why);
    return session;
}

static void it_registers_at_once(void **state)
{
    struct record record;
    (void)state;
    struct irc_session *session = open_session(&record, "letmein", "practice bot");
    assert_non_null(strstr(record.commands, "PASS letmein|"));
    assert_non_null(strstr(record.commands, "NICK hotseat|"));
    assert_non_null(strstr(record.commands, "USER user "));
    assert_non_null(strstr(record.commands, ":practice bot|"));
    irc_session_destroy(session);
}

static void percent_signs_are_no_formats(void **state)
{
    struct record record;
    char many[101];
    (void)state;
    struct irc_session *session = open_session(&record, "50%n%s", "100% %n%s%99999d");
    assert_non_null(strstr(record.commands, "PASS 50%n%s|"));
    assert_non_null(strstr(record.commands, ":100% %n%s%99999d|"));
    irc_session_destroy(session);
    memset(many, '%', 100);
    many[100] = '\0';
    session = open_session(&record, many, many);
    assert_non_null(strstr(record.commands, "PASS %%%%%%"));
    assert_non_null(strstr(record.commands, ":%%%%%%"));
    irc_session_destroy(session);
}

static void a_line_is_dispatched_before_feed_returns(void **state)
{
    struct record record;
    (void)state;
    struct irc_session *session = open_session(&record, NULL, "bot");
    assert_int_equal(irc_session_feed(session, ":s!x@x 001 hotseat :hi\r\n"), 0);
    assert_string_equal(record.events, "CONNECT ");
    for (int i = 0; i < 1000; i++)
        assert_int_equal(irc_session_feed(session, ":s!x@x 353 hotseat = #c :ann bob\r\n"), 0);
    assert_int_equal(record.numeric, 353);
    record.events[0] = '\0';
    assert_int_equal(irc_session_feed(session, ":a!x@x PRIVMSG #c :one\r\n"), 0);
    assert_string_equal(record.events, "CHANNEL ");
    irc_session_destroy(session);
}

static void commands_come_out_at_once(void **state)
{
    struct record record;
    (void)state;
    struct irc_session *session = open_session(&record, NULL, "bot");
    irc_session_feed(session, ":s!x@x 001 hotseat :hi\r\n");
    record.commands[0] = '\0';
    assert_int_equal(irc_session_join(session, "#c", NULL), 0);
    assert_int_equal(irc_session_say(session, "#c", "100% :of it"), 0);
    assert_int_equal(irc_session_quit(session, "bye"), 0);
    assert_non_null(strstr(record.commands, "JOIN #c|"));
    assert_non_null(strstr(record.commands, "PRIVMSG #c :100% :of it|"));
    assert_non_null(strstr(record.commands, "QUIT :bye|"));
    irc_session_destroy(session);
}

static void many_lines_in_a_row_do_not_fill_it(void **state)
{
    struct record record;
    (void)state;
    struct irc_session *session = open_session(&record, NULL, "bot");
    irc_session_feed(session, ":s!x@x 001 hotseat :hi\r\n");
    size_t out = 0;
    for (int i = 0; i <= 200; i++) {
        record.commands[0] = '\0';
        assert_int_equal(i < 200 ? irc_session_say(session, "#c", "sixty-four bytes or so of a "
                                                                  "text that goes out by itself")
                                 : irc_session_flush(session), 0);
        for (const char *at = record.commands; (at = strstr(at, "by itself|")); at++)
            out++;
    }
    assert_int_equal(out, 200);
    irc_session_destroy(session);
}

static void a_session_leaves_no_descriptor(void **state)
{
    struct record record;
    (void)state;
    int before = dup(0);
    close(before);
    for (int i = 0; i < 50; i++)
        irc_session_destroy(open_session(&record, NULL, "bot"));
    int after = dup(0);
    close(after);
    assert_int_equal(after, before);
    irc_session_destroy(NULL);
}

static void too_many_open_files_are_an_error(void **state)
{
    struct record record = {0};
    struct error error;
    struct irc_settings settings = {.nick = "hotseat", .user = "user", .realname = "bot"};
    struct irc_session_events events = {&record, on_command, on_event, on_numeric};
    struct rlimit limit;
    int held[1100], count = 0;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < 1100) {
        limit.rlim_cur = 1100;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    while (count < 1100 && (held[count] = dup(0)) >= 0 && held[count] < 1040)
        count++;
    assert_null(irc_session_create(&settings, "hotseat", &events, &error));
    assert_non_null(strstr(error.why, "too many open files"));
    close(held[count]);
    while (count > 0)
        close(held[--count]);
    irc_session_destroy(open_session(&record, NULL, "bot"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_registers_at_once),
        cmocka_unit_test(percent_signs_are_no_formats),
        cmocka_unit_test(a_line_is_dispatched_before_feed_returns),
        cmocka_unit_test(commands_come_out_at_once),
        cmocka_unit_test(many_lines_in_a_row_do_not_fill_it),
        cmocka_unit_test(a_session_leaves_no_descriptor),
        cmocka_unit_test(too_many_open_files_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
