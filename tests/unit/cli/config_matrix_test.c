/* The sections "matrix" of the configuration. */
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
#include "transport/matrix/matrix_settings.h"
#include "util/buf.h"

static void complain(void *context, const char *problem)
{
    struct buf *problems = context;
    buf_printf(problems, "%s\n", problem);
}

static int load_mode(const char *text, mode_t mode, struct options *options, struct buf *problems)
{
    char path[] = "/tmp/hotseat-config-XXXXXX";
    struct error error;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    int result = config_load(path, options, complain, problems, &error);
    unlink(path);
    return result;
}

/* The section "m" with this inside. */
static void load(const char *inside, struct options *options)
{
    struct buf text, problems;
    buf_init(&text);
    buf_init(&problems);
    buf_printf(&text, "matrix \"m\" {\n%s}\n", inside);
    int result = load_mode(buf_text(&text), 0600, options, &problems);
    assert_string_equal(buf_text(&problems), "");
    assert_int_equal(result, 0);
    assert_int_equal(options->matrix_count, 1);
    buf_finish(&text);
    buf_finish(&problems);
}

static void refuse_file(const char *text, mode_t mode, const char *why)
{
    struct options options;
    struct buf problems;
    buf_init(&problems);
    assert_int_equal(load_mode(text, mode, &options, &problems), -1);
    if (!strstr(buf_text(&problems), why))
        fail_msg("expected \"%s\" in: %s", why, buf_text(&problems));
    assert_null(strstr(buf_text(&problems), "sesame"));
    buf_finish(&problems);
}

/* A line of the section, which is line 3 of the file. */
static void refuse(const char *line, const char *why)
{
    struct buf text, words;
    buf_init(&text);
    buf_init(&words);
    buf_printf(&text, "matrix \"m\" {\nserver = \"x.org\"\n%s\n}\n", line);
    buf_printf(&words, "line 3: %s", why);
    refuse_file(buf_text(&text), 0600, buf_text(&words));
    buf_finish(&text);
    buf_finish(&words);
}

static void least_and_most(void **state)
{
    (void)state;
    struct options options;
    load("server = \"x.org\"\n", &options);
    const struct matrix_settings *m = options.matrix;
    assert_string_equal(m->network, "m");
    assert_string_equal(m->server, "x.org");
    assert_null(m->homeserver);
    assert_string_equal(m->token_file, "/var/lib/hotseat/matrix-m.token");
    assert_int_equal(m->rooms_max, 20);
    assert_int_equal(m->room_count + m->inviter_count, 0);
    config_free(&options);
    load("homeserver = \"https://matrix.x.org:8448/base\"\nca_file = \"/c\"\ntoken_file = \"/t\"\n"
         "user = \"@bot:x.org\"\npassword = \"pass word\"\ndevice_id = \"A-1\"\n"
         "rooms = {\"!abc:x.org\", \"#prep:x.org\", "
         "\"!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM\"}\n"
         "invite_from = {\"@ann:x.org\", \"*:y.org\"}\nrooms_max = 3\n",
         &options);
    m = options.matrix;
    assert_string_equal(m->homeserver, "https://matrix.x.org:8448/base");
    assert_string_equal(m->token_file, "/t");
    assert_string_equal(m->password, "pass word");
    assert_int_equal(m->room_count, 3);
    assert_string_equal(m->inviters[1], "*:y.org");
    assert_int_equal(m->rooms_max, 3);
    config_free(&options);
}

static void problems_have_their_line(void **state)
{
    (void)state;
    refuse("homeserver = \"http://x.org\"", "homeserver: \"http://x.org\" would send the token");
    refuse("homeserver = \"x.org\"", "homeserver: \"x.org\" is no URL");
    refuse("token = \"sesame me\"", "token: must not be empty");
    refuse("token = \"\"", "token: must not be empty");
    refuse("user = \"bot user\"", "user: \"bot user\" is no user");
    refuse("password = \"sesame\"", "password: needs a user");
    refuse("device_id = \"a b\"", "device_id: has at most 64");
    refuse("token_file = \"/tmp/\"", "token_file: must name a file");
    refuse("rooms = {\"prep\"}", "rooms: \"prep\" is none; write \"#prep:example.org\"");
    refuse("rooms = {\"#prep\"}", "rooms: \"#prep\" is none");
    refuse("rooms = {\"!\"}", "rooms: \"!\" is none");
    refuse("invite_from = {\"ann\"}", "invite_from: \"ann\" is none");
    refuse("invite_from = {\"*\"}", "invite_from: \"*\" is none");
    refuse("rooms_max = 0", "rooms_max: 0 does not fit");
    refuse("colour = true", "no such option 'colour'");
    refuse("rooms = {\"#a:x.org\", \"#b:x.org\"} rooms_max = 1", "rooms_max: 1 is less than the 2");
    refuse_file("matrix \"m\" {\nserver = \"@bot:x.org\"\n}\n", 0600, "line 2: server: ");
    refuse_file("matrix \"m\" {\n}\n", 0600, "needs a server");
    refuse_file("matrix \"a/b\" {\nserver = \"x.org\"\n}\n", 0600, "the name of a matrix section");
    refuse_file("matrix \"m\" {\nserver = \"x.org\"\nuser = \"b\"\npassword = \"sesame\"\n"
                "token = \"sesame\"\n}\n",
                0600, "line 4: password: there is a token already");
    refuse_file("network \"m\" {\nhost = \"h\"\nchannels = {\"#a\"}\n}\nmatrix \"m\" {\n"
                "server = \"x.org\"\n}\n",
                0600, "there is a network \"m\" already");
}

static void http_to_elsewhere_is_said_plainly(void **state)
{
    (void)state;
    struct options options;
    load("plain_http = true\nhomeserver = \"http://x.org\"\n", &options);
    assert_true(options.matrix[0].plain);
    config_free(&options);
    load("homeserver = \"http://127.0.0.1:8008\"\n", &options);
    config_free(&options);
}

static void secrets_are_for_their_owner_only(void **state)
{
    (void)state;
    struct options options;
    load("server = \"x.org\"\ntoken = \"sesame\"\n", &options);
    config_free(&options);
    refuse_file("matrix \"m\" {\nserver = \"x.org\"\ntoken = \"sesame\"\n}\n", 0640, "chmod 600");
    refuse_file("matrix \"m\" {\nserver = \"x.org\"\nuser = \"b\"\npassword = \"sesame\"\n}\n",
                0644, "chmod 600");
}

/* The section of config.example, without its first "#" of each line. */
static char *section_of_the_example(void)
{
    char path[4096], line[400];
    const char *top = getenv("HOTSEAT_TOP");
    bool inside = false;
    struct buf text;
    snprintf(path, sizeof path, "%s/config.example", top ? top : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    buf_init(&text);
    while (fgets(line, sizeof line, file)) {
        inside |= strncmp(line, "#matrix ", 8) == 0;
        if (inside && line[0] == '#')
            buf_puts(&text, line + 1);
    }
    fclose(file);
    assert_false(text.failed);
    return text.data;
}

/* What it shows is right, and its defaults are the real ones. */
static void the_example_is_good(void **state)
{
    (void)state;
    struct options options, least;
    struct buf problems;
    char *text = section_of_the_example();
    buf_init(&problems);
    char *token = strstr(text, "    token = ");
    assert_non_null(token);
    token[0] = '#'; /* "or" */
    assert_int_equal(load_mode(text, 0600, &options, &problems), 0);
    load("server = \"x.org\"\n", &least);
    assert_int_equal(options.matrix_count, 1);
    assert_int_equal(options.matrix[0].rooms_max, least.matrix[0].rooms_max);
    assert_int_equal(options.matrix[0].plain, least.matrix[0].plain);
    assert_string_equal(options.matrix[0].token_file, "/var/lib/hotseat/matrix-example.token");
    assert_string_equal(options.matrix[0].device_id, "HOTSEAT-BOT");
    config_free(&options);
    config_free(&least);
    buf_finish(&problems);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_and_most),
        cmocka_unit_test(problems_have_their_line),
        cmocka_unit_test(http_to_elsewhere_is_said_plainly),
        cmocka_unit_test(secrets_are_for_their_owner_only),
        cmocka_unit_test(the_example_is_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
