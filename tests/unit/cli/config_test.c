/* The configuration: config.example is complete and tells the truth; rooms; the file as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/config.h"
#include "transport/irc/irc_settings.h"
#include "util/buf.h"

static const char least[] = "network \"libera\" { host = \"irc.libera.chat\"\n"
                            "channels = {\"#my-study-group\"} }\n";

/* Options without a default: in the example as "# name = ..." */
static const char *const without[] = {"plugins", "questions", "owners", "moderators", "network.ca_file", "network.password",
    "network.more_hosts", "network.proxy", "network.account", "network.account_password",
    "network.cert_file", "network.key_file", "network.sasl", "network.services",
    "paste.hosts", "paste.ca_file"};

static char *read_example(void)
{
    struct buf text;
    char part[4096], path[4096];
    size_t length;
    const char *top = getenv("HOTSEAT_TOP");
    snprintf(path, sizeof path, "%s/config.example", top ? top : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    buf_init(&text);
    while ((length = fread(part, 1, sizeof part, file)) > 0)
        buf_add(&text, part, length);
    fclose(file);
    assert_false(text.failed);
    return text.data;
}

static void complain(void *context, const char *problem)
{
    struct buf *problems = context;
    buf_printf(problems, "%s\n", problem);
}

/* Loads a configuration given as text; its problems, if any, to `problems`. */
static int load_mode(const char *text, size_t length, mode_t mode, struct options *options,
                     struct buf *problems)
{
    char path[] = "/tmp/hotseat-config-XXXXXX";
    struct error error;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), length);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    int result = config_load(path, options, complain, problems, &error);
    unlink(path);
    return result;
}

static void load(const char *text, struct options *options)
{
    struct buf problems;
    buf_init(&problems);
    int result = load_mode(text, strlen(text), 0600, options, &problems);
    assert_string_equal(buf_text(&problems), "");
    assert_int_equal(result, 0);
    buf_finish(&problems);
}

static void refuse(const char *text, mode_t mode, const char *why)
{
    struct options options;
    struct buf problems;
    buf_init(&problems);
    assert_int_equal(load_mode(text, strlen(text), mode, &options, &problems), -1);
    if (!strstr(buf_text(&problems), why))
        fail_msg("expected \"%s\" in: %s", why, buf_text(&problems));
    buf_finish(&problems);
}

static void same_room(const struct room_settings *a, const struct room_settings *b)
{
    assert_string_equal(a->prefix, b->prefix);
    assert_int_equal(a->named_only, b->named_only);
    assert_int_equal(a->reveal_names, b->reveal_names);
    assert_int_equal(a->open_ballots, b->open_ballots);
    assert_int_equal(a->gather_ms, b->gather_ms);
    assert_int_equal(a->answer_ms, b->answer_ms);
    assert_int_equal(a->vote_ms, b->vote_ms);
    assert_int_equal(a->settle_ms, b->settle_ms);
    assert_int_equal(a->last_call_ms, b->last_call_ms);
    assert_int_equal(a->rounds_max, b->rounds_max);
}

static void same_network(const struct irc_settings *a, const struct irc_settings *b)
{
    assert_string_equal(a->network, b->network);
    assert_string_equal(a->servers[0].host, b->servers[0].host);
    assert_int_equal((int)a->servers[0].port, (int)b->servers[0].port);
    assert_int_equal(a->tls, b->tls);
    assert_null(a->ca_file);
    assert_null(b->ca_file);
    assert_string_equal(a->nick, b->nick);
    assert_string_equal(a->user, b->user);
    assert_string_equal(a->realname, b->realname);
    assert_int_equal(a->channel_count, b->channel_count);
    assert_string_equal(a->channels[0], b->channels[0]);
    assert_int_equal(a->colours, b->colours);
    assert_int_equal(a->flood_burst, b->flood_burst);
    assert_int_equal(a->flood_ms, b->flood_ms);
}

/* "#name = value" -> "name = value", but for the sections that are only examples. */
static void uncomment(char *text)
{
    char *at = text;
    while (at) {
        char *mark = at + strspn(at, " ");
        if (*mark == '#' && mark[1] >= 'a' && mark[1] <= 'z' && strncmp(mark, "#room", 5) != 0 &&
            strncmp(mark, "#matrix", 7) != 0)
            *mark = ' ';
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
}

static void defaults_of_the_example_are_the_real_ones(void **state)
{
    (void)state;
    struct options plain, example, whole;
    char *text = read_example();
    load(least, &plain);
    load(text, &example);
    uncomment(text);
    load(text, &whole);
    const struct options *both[] = {&example, &whole};
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(both[i]->database, plain.database);
        assert_null(both[i]->plugins);
        assert_null(both[i]->questions);
        assert_int_equal(both[i]->log_level, plain.log_level);
        same_room(&both[i]->room, &plain.room);
        assert_int_equal(both[i]->room_count, 0);
        assert_int_equal(both[i]->network_count, 1);
        same_network(&both[i]->networks[0], &plain.networks[0]);
    }
    config_free(&plain);
    config_free(&example);
    config_free(&whole);
    free(text);
}

static bool has_no_default(const char *name)
{
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strcmp(without[i], name) == 0)
            return true;
    return false;
}

static void every_option_is_in_the_example(void **state)
{
    (void)state;
    char *text = read_example(), line[128];
    size_t seen = 0;
    for (; config_option_name(seen); seen++) {
        const char *name = config_option_name(seen), *dot = strchr(name, '.');
        const char *indent = dot ? "    " : "", *word = dot ? dot + 1 : name;
        bool alone = strcmp(name, "paste") == 0;
        bool section = strcmp(name, "room") == 0 || strcmp(name, "network") == 0 || alone;
        bool given = strcmp(word, "host") == 0 || strcmp(word, "channels") == 0;
        const char *mark = has_no_default(name) ? "# " : given || section ? "" : "#";
        bool matrix = strncmp(name, "matrix", 6) == 0;
        section |= matrix && !dot;
        snprintf(line, sizeof line, "\n%s%s%s %s", matrix && dot ? "#    " : indent,
                 matrix                      ? dot ? "" : "#"
                 : strcmp(name, "room") == 0 ? "#"
                                             : mark,
                 word, alone ? "{" : section ? "\"" : "= ");
        if (!strstr(text, line))
            fail_msg("config.example lacks %s", name);
    }
    assert_true(seen > 20);
    free(text);
}

static void a_room_inherits_what_it_does_not_say(void **state)
{
    (void)state;
    struct options options;
    struct room_settings settings;
    char text[600];
    snprintf(text, sizeof text,
             "prefix = \"?\"\nvote = \"3m\"\nroom \"irc/libera/#a\" { answer = \"1h\" }\n%s", least);
    load(text, &options);
    config_room(&options, &(struct address){"irc", "libera", "#a"}, &settings);
    assert_string_equal(settings.prefix, "?");
    assert_int_equal(settings.vote_ms, 180000);
    assert_int_equal(settings.answer_ms, 3600000);
    config_room(&options, &(struct address){"irc", "libera", "#b"}, &settings);
    assert_int_equal(settings.answer_ms, 0);
    config_free(&options);
}

static void all_problems_are_named_with_their_lines(void **state)
{
    (void)state;
    refuse("log = \"info\"\ncolour = true\nrounds = 9\n", 0600, "line 2: no such option 'colour'");
    refuse("log = \"info\"\ncolour = true\nrounds = 9\n", 0600, "line 3: rounds: 9 does not fit");
    refuse("commands = 1001\n", 0600, "line 1: commands: 1001 does not fit: 1 to 1000");
    refuse("rounds = three\n", 0600, "line 1: invalid integer");
    refuse("rounds = three\nnamed_only = perhaps\n", 0600, "line 2: invalid boolean");
    refuse("\n\nreveal = \"all\"\n", 0600, "line 3: reveal: \"all\" is neither");
    refuse("ballots = \"secret\"\n", 0600, "neither \"private\" nor \"open\"");
    refuse("vote = \"soon\"\n", 0600, "write 30s, 5m or 2h");
    refuse("network \"n\" {\n port = 0\n host = \"h\"\n channels = {\"#a\"}\n}\n", 0600,
           "line 2: port: 0 does not fit; it can be 1 to 65535");
    refuse("network \"n\" {\n host = \"h\"\n channels = {\"a\"}\n}\n", 0600, "\"a\" is no channel");
    refuse("network \"n\" {\n channels = {\"#a\"}\n}\n", 0600, "needs a host");
    refuse("network \"n\" {\n host = \"h\"\n}\n", 0600, "name at least one");
    refuse("network \"n\" {\n nick = \"a\\r\\nQUIT\"\n}\n", 0600, "line breaks");
    refuse("room \"prep\" { }\n", 0600, "transport/network/target");
    refuse("include(\"/etc/passwd\")\n", 0600, "no such option 'include'");
    refuse("database = \"x\n", 0600, "premature end of file");
}

static const char two_networks[] =
    "network \"a\" { host = \"h\"\n channels = {\"#x\", \"#z\"} }\n"
    "network \"b\" { host = \"h\"\n channels = {\"#y\"} }\n"
    "matrix \"n\" { server = \"h\" }\n";

static void linked_rooms_are_alike_but_for_how_they_are_called(void **state)
{
    (void)state;
    struct options options;
    struct room_settings settings;
    struct address places[OPTIONS_PLACES_MAX];
    char text[1000];
    snprintf(text, sizeof text,
             "vote = \"3m\"\n"
             "room \"irc/b/#y\" { prefix = \"?\" }\n"
             "room \"irc/a/#z\" { answer = \"1h\" }\n"
             "room \"study\" { places = {\"irc/a/#x\", \"irc/b/#y\", \"matrix/n/!r/x:h\"}\n"
             "reveal = \"never\"\n prefix = \".\" }\n%s",
             two_networks);
    load(text, &options);
    config_room(&options, &(struct address){"irc", "a", "#x"}, &settings);
    assert_string_equal(settings.prefix, ".");
    assert_false(settings.reveal_names);
    assert_int_equal(settings.vote_ms, 180000);
    config_room(&options, &(struct address){"irc", "b", "#y"}, &settings);
    assert_string_equal(settings.prefix, "?");
    assert_false(settings.reveal_names);
    config_room(&options, &(struct address){"irc", "a", "#z"}, &settings);
    assert_string_equal(settings.prefix, "!");
    assert_true(settings.reveal_names);
    assert_int_equal(config_linked(&options, 0, places, OPTIONS_PLACES_MAX), 3);
    assert_string_equal(places[1].network, "b");
    assert_string_equal(places[2].transport, "matrix");
    assert_string_equal(places[2].target, "!r/x:h");
    assert_int_equal(config_linked(&options, 0, places, 2), 2);
    assert_int_equal(config_linked(&options, 1, places, OPTIONS_PLACES_MAX), 0);
    config_free(&options);
}

static void a_link_that_cannot_be_says_what_would_work(void **state)
{
    (void)state;
    static const struct {
        const char *rooms, *why;
    } wrong[] = {
        {"room \"s\" {\n places = {\"irc/a/#x\"} }\n", "line 2: places: a linked room has 2 to 16"},
        {"room \"s\" { places = {} }\n", "one with another name lists its places"},
        {"room \"s\" { places = {\"irc/a/#x\", \"#y\"} }\n",
         "places: \"#y\" is no place; write transport/network/target"},
        {"room \"s\" { places = {\"irc/a/#x\", \"irc//#y\"} }\n", "\"irc//#y\" is no place"},
        {"room \"s\" { places = {\"irc/a/#x\", \"irc/b/\"} }\n", "\"irc/b/\" is no place"},
        {"room \"s\" { places = {\"irc/a/#x\", \"irc/a/#x\"} }\n",
         "\"irc/a/#x\" is named in room \"s\" already"},
        {"room \"s\" { places = {\"irc/a/#x\", \"irc/b/#y\"} }\n"
         "room \"t\" { places = {\"irc/a/#z\", \"irc/b/#y\"} }\n",
         "line 2: places: \"irc/b/#y\" is in room \"s\" already; a place is in one room only"},
        {"room \"irc/a/#x\" { places = {\"irc/a/#x\", \"irc/b/#y\"} }\n",
         "has a name of its own, such as \"study\""},
        {"room \"s\" { places = {\"irc/a/#x\", \"irc/c/#y\"} }\n",
         "there is no network \"c\" in this file"},
        {"room \"s\" { places = {\"irc/a/#x\", \"irc/b/#z\"} }\n",
         "\"#z\" is none of the channels of network \"b\"; add it there"},
        {"room \"s\" { places = {\"irc/a/#x\", \"irc/b/#y\"} }\n"
         "room \"irc/b/#y\" {\n vote = \"1m\" }\n",
         "line 3: vote: belongs into room \"s\""},
        {"room \"s\" { places = {\"irc/a/#x\", \"matrix/n/#y:h\"} }\n",
         "\"#y:h\" is no ID of a Matrix room; it begins with !"},
        {"room \"s\" { places = {\"irc/a/#x\", \"matrix/m/!y:h\"} }\n",
         "there is no matrix section \"m\""},
        {"room \"s\" { places = {\"irc/a/#x\", \"xmpp/n/y\"} }\n",
         "\"xmpp\" is no kind of network; it is irc or matrix"},
        {"room \"s\" { }\n", "one with another name lists its places"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%s%s", wrong[i].rooms, two_networks);
        refuse(text, 0600, wrong[i].why);
    }
}

static void only_text_of_a_fair_size_is_read(void **state)
{
    (void)state;
    struct options options;
    struct buf problems;
    struct error error;
    buf_init(&problems);
    char *huge = calloc(1, 2 * 1024 * 1024);
    assert_non_null(huge);
    memset(huge, '#', 2 * 1024 * 1024 - 1);
    refuse(huge, 0600, "larger than 1 MiB");
    free(huge);
    refuse("log = \"\x01\"\n", 0600, "line 1: a control code");
    refuse("log = \"\xff\xfe\"\n", 0600, "not UTF-8");
    assert_int_equal(load_mode("a\0b", 3, 0600, &options, &problems), -1);
    assert_non_null(strstr(buf_text(&problems), "control code (byte 1)"));
    assert_int_equal(config_load("/tmp", &options, complain, &problems, &error), -1);
    assert_non_null(strstr(buf_text(&problems), "is not a file"));
    assert_int_equal(config_load("/nonexistent", &options, complain, &problems, &error), -1);
    assert_non_null(strstr(buf_text(&problems), "No such file"));
    buf_finish(&problems);
}

static void a_password_is_for_its_owner_only(void **state)
{
    (void)state;
    struct options options;
    const char *text = "network \"n\" {\nhost = \"h\"\nchannels = {\"#a\"}\npassword = \"sesame\"\n}\n";
    load(text, &options);
    assert_string_equal(options.networks[0].password, "sesame");
    config_free(&options);
    refuse(text, 0644, "chmod 600");
    refuse(text, 0640, "chmod 600");
}

/* Where the password of an account would go over a wire that anybody can read, it is not taken. */
static void an_account_needs_a_private_line(void **state)
{
    static const struct {
        const char *lines;
        bool good;
    } cases[] = {
        {"host = \"irc.example.org\"", true},
        {"host = \"irc.example.org\"\ntls = false", false},
        {"host = \"127.0.0.1\"\ntls = false", true},
        {"host = \"127.example.org\"\ntls = false", false},
        {"host = \"localhost\"\ntls = false\nmore_hosts = {\"irc.example.org\"}", false},
        {"host = \"localhost\"\ntls = false\nproxy = \"socks5h://127.0.0.1:9050\"", false},
        {"host = \"abc.onion\"\ntls = false", false},
        {"host = \"abc.onion\"\ntls = false\nproxy = \"socks5h://127.0.0.1:9050\"", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options options;
        char text[400];
        snprintf(text, sizeof text, "network \"n\" {\n%s\nchannels = {\"#a\"}\n"
                 "account = \"bot\"\naccount_password = \"sesame\"\n}\n", cases[i].lines);
        if (cases[i].good) {
            load(text, &options);
            config_free(&options);
        } else {
            refuse(text, 0600, "account_password: would be readable on the way");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_of_the_example_are_the_real_ones),
        cmocka_unit_test(every_option_is_in_the_example),
        cmocka_unit_test(a_room_inherits_what_it_does_not_say),
        cmocka_unit_test(all_problems_are_named_with_their_lines),
        cmocka_unit_test(linked_rooms_are_alike_but_for_how_they_are_called),
        cmocka_unit_test(a_link_that_cannot_be_says_what_would_work),
        cmocka_unit_test(only_text_of_a_fair_size_is_read),
        cmocka_unit_test(a_password_is_for_its_owner_only),
        cmocka_unit_test(an_account_needs_a_private_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
