/* Owners and moderators in the configuration: whom they mean, where, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/config.h"
#include "util/buf.h"

static const char networks[] = "network \"libera\" { host = \"h\"\n channels = {\"#a\", \"#b\"} }\n"
                               "network \"oftc\" { host = \"h\"\n channels = {\"#a\"} }\n"
                               "matrix \"m\" { server = \"example.org\" }\n";

static void complain(void *context, const char *problem)
{
    buf_printf(context, "%s\n", problem);
}

static int load(const char *text, struct options *options, struct buf *problems)
{
    char path[] = "/tmp/hotseat-roles-XXXXXX";
    struct error error;
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    fprintf(file, "%s%s", text, networks);
    fclose(file);
    int result = config_load(path, options, complain, problems, &error);
    unlink(path);
    return result;
}

static void load_good(const char *text, struct options *options)
{
    struct buf problems;
    buf_init(&problems);
    int result = load(text, options, &problems);
    assert_string_equal(buf_text(&problems), "");
    assert_int_equal(result, 0);
    buf_finish(&problems);
}

static enum role role(const struct options *options, const char *transport, const char *network,
                      const char *account, const char *room)
{
    struct address who = {transport, network, account}, place = {"irc", "libera", room};
    return config_role(options, &who, &place);
}

static void all_rooms_and_one(void **state)
{
    struct options options;
    (void)state;
    load_good("owners = {\"irc/libera/ann\", \"matrix/m/@bob:example.org\"}\n"
              "moderators = {\"irc/libera/cyd\", \"irc/libera/ann\"}\n"
              "room \"irc/libera/#b\" { owners = {\"irc/libera/cyd\"}\n"
              " moderators = {\"irc/oftc/dan\", \"matrix/m/@a/b:example.org\"} }\n",
              &options);
    /* Of several words the highest counts. */
    assert_int_equal(role(&options, "irc", "libera", "account:ann", "#a"), ROLE_OWNER);
    assert_int_equal(role(&options, "irc", "libera", "account:ann", "#b"), ROLE_OWNER);
    assert_int_equal(role(&options, "irc", "libera", "account:cyd", "#a"), ROLE_MODERATOR);
    assert_int_equal(role(&options, "irc", "libera", "account:cyd", "#b"), ROLE_OWNER);
    assert_int_equal(role(&options, "irc", "oftc", "account:dan", "#b"), ROLE_MODERATOR);
    assert_int_equal(role(&options, "matrix", "m", "@bob:example.org", "#a"), ROLE_OWNER);
    assert_int_equal(role(&options, "matrix", "m", "@a/b:example.org", "#b"), ROLE_MODERATOR);
    /* Others of that name, and others. */
    assert_int_equal(role(&options, "irc", "oftc", "account:ann", "#a"), ROLE_MEMBER);
    assert_int_equal(role(&options, "irc", "oftc", "account:dan", "#a"), ROLE_MEMBER);
    assert_int_equal(role(&options, "matrix", "libera", "account:ann", "#a"), ROLE_MEMBER);
    assert_int_equal(role(&options, "matrix", "m", "@Bob:example.org", "#a"), ROLE_MEMBER);
    assert_int_equal(role(&options, "irc", "libera", "account:anne", "#a"), ROLE_MEMBER);
    config_free(&options);
}

/* What the transport says is "account:ann" for an account, and "nick:ann" for whoever has none. */
static void a_nick_is_nobodys_account(void **state)
{
    struct options options;
    (void)state;
    load_good("owners = {\"irc/libera/Ann\"}\n", &options);
    assert_int_equal(role(&options, "irc", "libera", "account:ann", "#a"), ROLE_OWNER);
    assert_int_equal(role(&options, "irc", "libera", "nick:ann", "#a"), ROLE_MEMBER);
    assert_int_equal(role(&options, "irc", "libera", "nick:account:ann", "#a"), ROLE_MEMBER);
    assert_int_equal(role(&options, "irc", "libera", "Ann", "#a"), ROLE_MEMBER);
    config_free(&options);
}

static void a_linked_room_has_them_in_all_its_places(void **state)
{
    struct options options;
    (void)state;
    load_good("room \"study\" { places = {\"irc/libera/#a\", \"irc/oftc/#a\"}\n"
              " moderators = {\"irc/oftc/dan\"} }\n"
              "room \"irc/libera/#a\" { prefix = \"?\" }\n",
              &options);
    assert_int_equal(role(&options, "irc", "oftc", "account:dan", "#a"), ROLE_MODERATOR);
    assert_int_equal(role(&options, "irc", "oftc", "account:dan", "#b"), ROLE_MEMBER);
    config_free(&options);
}

static void what_is_no_account_is_told_what_would_work(void **state)
{
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"owners = {\"ann\"}\n", "line 1: owners: \"ann\" is no account; write "
                                 "transport/network/account, such as \"irc/libera/ann\""},
        {"\nmoderators = {\"irc/libera/ok\", \"irc/libera/\"}\n", "line 2: moderators: \"irc/libera/\" is no"},
        {"owners = {\"irc//ann\"}\n", "\"irc//ann\" is no account"},
        {"owners = {\"/libera/ann\"}\n", "\"/libera/ann\" is no account"},
        {"owners = {\"xmpp/libera/ann\"}\n", "\"xmpp\" is no kind of network; it is irc or matrix"},
        {"owners = {\"irc/efnet/ann\"}\n",
         "there is no network \"efnet\" in this file; there is: libera, oftc"},
        {"owners = {\"matrix/libera/@ann:example.org\"}\n",
         "there is no matrix section \"libera\" in this file; there is: m"},
        {"owners = {\"irc/libera/nick:ann\"}\n",
         "\"nick:ann\" is no services account; write the name that NickServ knows it by"},
        {"owners = {\"irc/libera/account:ann\"}\n", "\"account:ann\" is no services account"},
        {"owners = {\"irc/libera/ann!*@*\"}\n", "is no services account"},
        {"owners = {\"irc/libera/ann bob\"}\n", "is no services account"},
        {"owners = {\"irc/libera/\\{65}\"}\n", "is no services account"},
        {"owners = {\"matrix/m/ann\"}\n",
         "\"ann\" is no Matrix user; write the whole ID, such as \"matrix/example/@ann:example.org\""},
        {"owners = {\"matrix/m/@ann\"}\n", "\"@ann\" is no Matrix user"},
        {"owners = {\"matrix/m/@:example.org\"}\n", "is no Matrix user"},
        {"room \"irc/libera/#a\" {\n moderators = {\"dan\"} }\n", "line 2: moderators: \"dan\" is no"},
        {"room \"study\" { places = {\"irc/libera/#a\", \"irc/oftc/#a\"} }\n"
         "room \"irc/oftc/#a\" { owners = {\"irc/oftc/dan\"} }\n",
         "line 2: owners: belongs into room \"study\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct options options;
        struct buf problems, text;
        char *many = strstr(wrong[i].text, "\\{65}");
        buf_init(&problems);
        buf_init(&text);
        buf_add(&text, wrong[i].text, many ? (size_t)(many - wrong[i].text) : strlen(wrong[i].text));
        for (int j = 0; many && j < 65; j++)
            buf_printf(&text, "x");
        buf_printf(&text, "%s", many ? many + 5 : "");
        assert_int_equal(load(buf_text(&text), &options, &problems), -1);
        if (!strstr(buf_text(&problems), wrong[i].why))
            fail_msg("expected \"%s\" in: %s", wrong[i].why, buf_text(&problems));
        buf_finish(&text);
        buf_finish(&problems);
    }
}

static void there_are_not_too_many(void **state)
{
    struct options options;
    struct buf text, problems;
    (void)state;
    buf_init(&problems);
    for (int count = OPTIONS_ROLES_MAX; count <= OPTIONS_ROLES_MAX + 1; count++) {
        buf_init(&text);
        for (int i = 0; i < count; i++)
            buf_printf(&text, "%s\"irc/libera/a%d\"", i ? ", " : "moderators = {", i);
        buf_printf(&text, "}\nowners = {\"irc/libera/x\"}\n");
        int result = load(buf_text(&text), &options, &problems);
        buf_finish(&text);
        assert_int_equal(result, count > OPTIONS_ROLES_MAX ? -1 : 0);
        if (result)
            continue;
        assert_int_equal(role(&options, "irc", "libera", "account:a63", "#a"), ROLE_MODERATOR);
        assert_int_equal(role(&options, "irc", "libera", "account:x", "#a"), ROLE_OWNER);
        config_free(&options);
    }
    assert_non_null(strstr(buf_text(&problems), "line 1: moderators: at most 64 accounts"));
    buf_finish(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rooms_and_one),
        cmocka_unit_test(a_nick_is_nobodys_account),
        cmocka_unit_test(a_linked_room_has_them_in_all_its_places),
        cmocka_unit_test(what_is_no_account_is_told_what_would_work),
        cmocka_unit_test(there_are_not_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
