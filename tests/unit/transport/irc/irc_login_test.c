/* Capabilities and SASL before registration: whatever fails, nothing is sent that registers. */
#include "stages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "skip/skip.h"
#include "util/log.h"

/* ---- the log ---- */

static int log_file = -1;

static const char *log_text(void)
{
    static char text[65536];
    ssize_t length = pread(log_file, text, sizeof text - 1, 0);
    assert_true(length >= 0);
    text[length] = '\0';
    return text;
}

static bool logged(const struct stage *stage, const void *words)
{
    (void)stage;
    return strstr(log_text(), words) != NULL;
}

/* ---- the stage ---- */

static char account[] = "benbot", password[] = "pa55-wort", encoded[] = "AGJlbmJvdABwYTU1LXdvcnQ=",
            server_password[] = "door-word";
static size_t before; /* lines that the server had from the first connection */

static size_t heard(const struct stage *stage, const char *words)
{
    size_t count = 0;
    for (size_t i = before; i < fake_irc_count(stage->fake); i++)
        count += strncmp(fake_irc_line(stage->fake, i), words, strlen(words)) == 0;
    return count;
}

static bool has_heard(const struct stage *stage, const void *words)
{
    return heard(stage, words) > 0;
}

static bool has_visits(const struct stage *stage, const void *count)
{
    return fake_irc_visits(stage->fake) >= *(const unsigned *)count;
}

static bool is_ready(const struct stage *stage, const void *what)
{
    return stage->ready > *(const unsigned *)what;
}

/* The bot comes again, with these settings, to a server that only says what the test does. */
static void come_again(struct stage *stage, enum irc_sasl sasl)
{
    unsigned visits = fake_irc_visits(stage->fake) + 1;
    log_file = memfd_create("log", MFD_CLOEXEC);
    assert_true(log_file >= 0);
    log_set_fd(log_file);
    stage->irc.sasl = sasl;
    stage->irc.account = account;
    stage->irc.account_password = password;
    stage->irc.password = server_password;
    fake_irc_mute(stage->fake, true);
    fake_irc_hang_up(stage->fake);
    before = fake_irc_count(stage->fake);
    stages_until(stage, has_visits, &visits);
    stages_until(stage, has_heard, "CAP LS 302");
}

static int teardown(void **state)
{
    log_set_fd(2);
    close(log_file);
    return stages_teardown(state);
}

static void nothing_registers(const struct stage *stage)
{
    assert_int_equal(heard(stage, "NICK"), 0);
    assert_int_equal(heard(stage, "USER"), 0);
    assert_int_equal(heard(stage, "PASS"), 0);
    assert_int_equal(heard(stage, "CAP END"), 0);
}

static void no_secret(void)
{
    assert_null(strstr(log_text(), password));
    assert_null(strstr(log_text(), encoded));
    assert_null(strstr(log_text(), server_password));
}

#define LISTED ":s CAP * LS :multi-prefix sasl=PLAIN,EXTERNAL"

static void ask_for_sasl(struct stage *stage)
{
    fake_irc_say(stage->fake, LISTED);
    stages_until(stage, has_heard, "CAP REQ :sasl multi-prefix");
}

static void go_to_the_password(struct stage *stage)
{
    ask_for_sasl(stage);
    fake_irc_say(stage->fake, ":s CAP * ACK :sasl multi-prefix ");
    stages_until(stage, has_heard, "AUTHENTICATE PLAIN");
    fake_irc_say(stage->fake, "AUTHENTICATE +");
    stages_until(stage, has_heard, "AUTHENTICATE AGJlbmJvdABwYTU1LXdvcnQ=");
    nothing_registers(stage);
}

static bool is_gone(const struct stage *stage, const void *what)
{
    (void)what;
    return !fake_irc_connected(stage->fake);
}

/* The link is closed, the reason stands in the log, and nothing was sent that registers. */
static void ends_with(struct stage *stage, const char *why)
{
    stages_until(stage, is_gone, NULL);
    stages_until(stage, logged, "next attempt in");
    if (!strstr(log_text(), why))
        fail_msg("expected \"%s\" in: %s", why, log_text());
    nothing_registers(stage);
    no_secret();
}

static void it_logs_in_before_it_registers(void **state)
{
    struct stage *stage = *state;
    come_again(stage, IRC_SASL_REQUIRED);
    go_to_the_password(stage);
    fake_irc_say(stage->fake, ":s 900 * *!*@* BenBot :You are now logged in as BenBot");
    fake_irc_say(stage->fake, ":s 903 * :SASL authentication successful");
    stages_until(stage, has_heard, "CAP END");
    assert_int_equal(heard(stage, "PASS door-word"), 1);
    assert_int_equal(heard(stage, "NICK hotseat"), 1);
    unsigned ready = stage->ready;
    fake_irc_mute(stage->fake, false);
    fake_irc_say(stage->fake, ":s 001 hotseat :Welcome");
    stages_until(stage, is_ready, &ready);
    assert_true(logged(stage, "logged in as the account BenBot"));
    no_secret();
}

static void a_wrong_password_ends_it_and_waits_long(void **state)
{
    struct stage *stage = *state;
    come_again(stage, IRC_SASL_REQUIRED);
    for (unsigned i = 0; i < 8; i++) {
        unsigned visits = fake_irc_visits(stage->fake) + 1;
        int64_t least = i < 6 ? 60 << i : 3600;
        go_to_the_password(stage);
        fake_irc_say(stage->fake, ":s 904 * :SASL authentication failed: pa55-wort");
        ends_with(stage, "refuse the account \"benbot\" with its password (904)");
        skip_seconds(&stage->loop, least - 1);
        stages_until(stage, is_gone, NULL);
        assert_int_equal(fake_irc_visits(stage->fake), visits - 1);
        skip_seconds(&stage->loop, 2 + least / 4);
        before = fake_irc_count(stage->fake);
        stages_until(stage, has_visits, &visits);
        stages_until(stage, has_heard, "CAP LS 302");
    }
}

static void what_a_server_can_do_wrong(void **state)
{
    static const struct {
        const char *line, *why;
        bool asked; /* it comes after CAP REQ, not instead of the list */
    } cases[] = {
        {":s CAP * LS :multi-prefix", "offers no SASL", false},
        {":s CAP * LS :", "offers no SASL", false},
        {":s 421 * CAP :Unknown command", "offers no SASL", false},
        {":s CAP * LS :sasl=EXTERNAL,SCRAM-SHA-256\r\n:s CAP * ACK :sasl",
         "only EXTERNAL,SCRAM-SHA-256", false},
        {":s 001 hotseat :Welcome", "welcomes us before we have logged in", false},
        {":s CAP * NAK :sasl multi-prefix\r\n:s CAP * ACK multi-prefix\r\n:s CAP * NAK sasl",
         "does not turn it on", true},
        {":s CAP * ACK :multi-prefix", "does not turn it on", true},
        {":s CAP * ACK :", "does not turn it on", true},
        {":s CAP * ACK :sasl multi-prefix\r\n:s 001 hotseat :Welcome",
         "welcomes us before we have logged in", true},
        {"ERROR :Too many connections", "Too many connections", true},
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        come_again(stage, IRC_SASL_REQUIRED);
        if (cases[i].asked)
            ask_for_sasl(stage);
        fake_irc_say(stage->fake, "%s", cases[i].line);
        if (strncmp(cases[i].line, "ERROR", 5) == 0)
            fake_irc_hang_up(stage->fake);
        ends_with(stage, cases[i].why);
        close(log_file);
        skip_seconds(&stage->loop, 400);
    }
    come_again(stage, IRC_SASL_REQUIRED);
}

static void frozen_services_do_not_hold_it(void **state)
{
    struct stage *stage = *state;
    come_again(stage, IRC_SASL_REQUIRED);
    go_to_the_password(stage);
    skip_seconds(&stage->loop, 20);
    ends_with(stage, "services do not answer");
    assert_true(logged(stage, "next attempt in 1 s") || logged(stage, "next attempt in 2 s"));
}

static void a_silent_server_does_not_get_the_nick(void **state)
{
    struct stage *stage = *state;
    come_again(stage, IRC_SASL_REQUIRED);
    skip_seconds(&stage->loop, 31);
    ends_with(stage, "offers no SASL");
}

static void a_hostile_error_does_not_put_the_password_into_the_log(void **state)
{
    struct stage *stage = *state;
    come_again(stage, IRC_SASL_REQUIRED);
    go_to_the_password(stage);
    fake_irc_say(stage->fake, "ERROR :you said AGJlbmJvdABwYTU1LXdvcnQ=");
    fake_irc_hang_up(stage->fake);
    ends_with(stage, "(withheld)");
}

/* ---- sasl = "optional" ---- */

static void becomes_ready(struct stage *stage)
{
    unsigned ready = stage->ready;
    stages_until(stage, has_heard, "USER");
    fake_irc_mute(stage->fake, false);
    fake_irc_say(stage->fake, ":s 001 hotseat :Welcome");
    stages_until(stage, is_ready, &ready);
    fake_irc_mute(stage->fake, true);
}

static void optional_goes_on_without_and_says_so(void **state)
{
    struct stage *stage = *state;
    come_again(stage, IRC_SASL_OPTIONAL);
    fake_irc_say(stage->fake, ":s CAP * LS :multi-prefix");
    stages_until(stage, has_heard, "CAP REQ :multi-prefix");
    fake_irc_say(stage->fake, ":s CAP * ACK :multi-prefix");
    becomes_ready(stage);
    assert_true(logged(stage, "offers no SASL"));
    assert_true(logged(stage, "goes on without an account"));
    /* Services come back, and the bot logs in then. */
    fake_irc_say(stage->fake, ":s CAP hotseat NEW :sasl=PLAIN other");
    stages_until(stage, has_heard, "CAP REQ :sasl");
    fake_irc_say(stage->fake, ":s CAP hotseat ACK :sasl");
    stages_until(stage, has_heard, "AUTHENTICATE PLAIN");
    fake_irc_say(stage->fake, "AUTHENTICATE +");
    stages_until(stage, has_heard, "AUTHENTICATE AGJlbmJvdABwYTU1LXdvcnQ=");
    fake_irc_say(stage->fake, ":s 900 hotseat h!u@h benbot :in\r\n:s 903 hotseat :ok");
    stages_until(stage, logged, "logged in as the account benbot");
    assert_int_equal(heard(stage, "USER"), 1);
    assert_int_equal(heard(stage, "CAP END"), 1);
}

static void optional_does_not_hammer_a_wrong_password(void **state)
{
    struct stage *stage = *state;
    unsigned visits = 3;
    come_again(stage, IRC_SASL_OPTIONAL);
    go_to_the_password(stage);
    fake_irc_say(stage->fake, ":s 904 * :SASL authentication failed");
    becomes_ready(stage);
    assert_true(logged(stage, "goes on without an account"));
    /* The connection breaks at once, and the account is left alone in the next one. */
    fake_irc_hang_up(stage->fake);
    before = fake_irc_count(stage->fake);
    stages_until(stage, has_visits, &visits);
    fake_irc_say(stage->fake, LISTED);
    stages_until(stage, has_heard, "CAP REQ :multi-prefix");
    fake_irc_say(stage->fake, ":s CAP * ACK :multi-prefix");
    becomes_ready(stage);
    assert_int_equal(heard(stage, "AUTHENTICATE"), 0);
    /* After a minute it is tried again. */
    skip_seconds(&stage->loop, 60);
    stages_until(stage, has_heard, "CAP REQ :sasl");
}

/* ---- capabilities ---- */

static void a_list_that_comes_late_is_answered_all_the_same(void **state)
{
    struct stage *stage = *state;
    come_again(stage, IRC_SASL_OFF);
    skip_seconds(&stage->loop, 11);
    stages_until(stage, has_heard, "USER");
    assert_int_equal(heard(stage, "CAP END"), 0);
    fake_irc_say(stage->fake, ":s CAP * LS :multi-prefix batch server-time");
    stages_until(stage, has_heard, "CAP REQ :server-time batch multi-prefix");
    fake_irc_say(stage->fake, ":s CAP * ACK :server-time batch multi-prefix");
    stages_until(stage, has_heard, "CAP END");
    assert_int_equal(heard(stage, "USER"), 1);
}

static void a_request_refused_as_a_whole_is_made_one_by_one(void **state)
{
    struct stage *stage = *state;
    come_again(stage, IRC_SASL_OFF);
    fake_irc_say(stage->fake, ":s CAP * LS * :sasl=PLAIN sts=duration=5 chghost=x");
    fake_irc_say(stage->fake, ":s CAP * LS :batch unknown draft/multiline=max-bytes=4096");
    stages_until(stage, has_heard, "CAP REQ :batch draft/multiline chghost");
    fake_irc_say(stage->fake, ":s CAP * NAK :batch draft/multiline chghost");
    stages_until(stage, has_heard, "CAP REQ :chghost");
    assert_int_equal(heard(stage, "CAP REQ"), 4);
    fake_irc_say(stage->fake, ":s CAP * ACK :batch\r\n:s CAP * NAK :draft/multiline");
    fake_irc_say(stage->fake, ":s CAP * ACK :chghost");
    stages_until(stage, has_heard, "CAP END");
    assert_int_equal(heard(stage, "CAP REQ"), 4);
    assert_int_equal(heard(stage, "AUTHENTICATE"), 0);
}

#define TEST(name) {#name, name, stages_setup, teardown, "irc"}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_logs_in_before_it_registers),
        TEST(a_wrong_password_ends_it_and_waits_long),
        TEST(what_a_server_can_do_wrong),
        TEST(frozen_services_do_not_hold_it),
        TEST(a_silent_server_does_not_get_the_nick),
        TEST(a_hostile_error_does_not_put_the_password_into_the_log),
        TEST(optional_goes_on_without_and_says_so),
        TEST(optional_does_not_hammer_a_wrong_password),
        TEST(a_list_that_comes_late_is_answered_all_the_same),
        TEST(a_request_refused_as_a_whole_is_made_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
