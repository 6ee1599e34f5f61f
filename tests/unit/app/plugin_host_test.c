/* The plugin host: what it refuses and why, and how it changes versions under open rounds. */
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

#include "app/plugin_host.h"
#include "util/buf.h"

/* A host, and a directory of its own to put plugins into. */
struct place {
    struct plugin_host *host;
    char dir[64];
    char refused[2000];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->dir, sizeof place->dir, "/tmp/hotseat-plugins.XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    place->host = plugin_host_create();
    assert_non_null(place->host);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"a.so", "b.so", "c.so", "hidden.txt", ".d.so"};
    struct place *place = *state;
    char path[200];
    plugin_host_destroy(place->host);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", place->dir, names[i]);
        unlink(path);
    }
    rmdir(place->dir);
    free(place);
    return 0;
}

static void path_of(const char *plugin, char path[4096])
{
    const char *build = getenv("HOTSEAT_BUILD");
    snprintf(path, 4096, "%s/tests/plugins/%s.so", build ? build : "build", plugin);
}

static void read_plugin(const char *plugin, struct buf *out)
{
    char path[4096], chunk[4096];
    size_t got;
    path_of(plugin, path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(out, chunk, got);
    fclose(file);
}

/* Writes into a file of the place, in place: the same inode, as a careless copy does. */
static void write_file(const struct place *place, const char *name, const void *data, size_t size)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", place->dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
}

static void install(const struct place *place, const char *plugin, const char *name)
{
    struct buf bytes;
    buf_init(&bytes);
    read_plugin(plugin, &bytes);
    write_file(place, name, bytes.data, bytes.length);
    buf_finish(&bytes);
}

static int load(struct place *place, const char *name, struct error *error)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", place->dir, name);
    return plugin_host_load(place->host, path, error);
}

static void must_load(struct place *place, const char *name)
{
    struct error error;
    if (load(place, name, &error))
        fail_msg("%s", error.why);
}

static void note_refused(void *context, const char *path, const struct error *why)
{
    struct place *place = context;
    size_t length = strlen(place->refused);
    (void)path;
    snprintf(place->refused + length, sizeof place->refused - length, "%s\n", why->why);
}

static void load_dir(struct place *place)
{
    struct error error;
    *place->refused = '\0';
    if (plugin_host_load_dir(place->host, place->dir, note_refused, place, &error))
        fail_msg("%s", error.why);
}

static size_t count(const struct place *place)
{
    size_t n = 0;
    while (plugin_at(place->host, n))
        n++;
    return n;
}

/* ---- refused by name and reason ---- */

static const struct refusal {
    const char *plugin, *why;
} refusals[] = {
    {"old_major", "built for plugin ABI 0.0, this hotseat has 1.0; build it anew"},
    {"newer_minor", "needs plugin ABI 1.1, this hotseat has 1.0; use a newer hotseat"},
    {"wrong_size", "set .size = sizeof(struct hs_plugin)"},
    {"no_pose", "pose: missing (a REQUIRED slot)"},
    {"no_result", "result: missing (a REQUIRED slot)"},
    {"no_title", "title: missing (a REQUIRED slot)"},
    {"no_rubric", "rubric: missing (a REQUIRED slot)"},
    {"no_advice", "answer_advice: must be 1 to 1000 bytes"},
    {"two_lines", "title: must be one line"},
    {"not_utf8", "title: must be UTF-8"},
    {"bad_kind", "kind: may hold lower-case letters and _ only"},
    {"long_kind", "kind: must be 1 to 24 bytes"},
    {"two_axes", "rubric: must have 3 to 5 axes"},
    {"weight_zero", "first: weight must be 1 to 10"},
    {"no_symbol", "it has no symbol hs_plugin_descriptor"},
    {"null_descriptor", "hs_plugin_descriptor: returned NULL"},
    {"undefined_symbol", "undefined symbol: hs_nowhere"},
};

static void refuses_with_the_reason(void **state)
{
    struct place *place = *state;
    struct error error;
    char path[4096];
    install(place, "good", "a.so");
    must_load(place, "a.so");
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        path_of(refusals[i].plugin, path);
        assert_int_equal(plugin_host_load(place->host, path, &error), -1);
        if (!strstr(error.why, refusals[i].why))
            fail_msg("%s: %s", refusals[i].plugin, error.why);
        assert_non_null(strstr(error.why, refusals[i].plugin));
        assert_null(strstr(error.why, "/proc/"));
        assert_int_equal(count(place), 1);
        assert_string_equal(plugin_at(place->host, 0)->kind, "good");
    }
}

static void refuses_what_is_no_shared_object(void **state)
{
    struct place *place = *state;
    struct error error;
    char path[200];
    write_file(place, "a.so", "", 0);
    assert_int_equal(load(place, "a.so", &error), -1);
    assert_non_null(strstr(error.why, "it is not a shared object"));
    write_file(place, "a.so", "#!/bin/sh\necho I am no plugin, whatever my name says it is.\n####\n", 64);
    assert_int_equal(load(place, "a.so", &error), -1);
    assert_non_null(strstr(error.why, "it is not a shared object"));
    assert_int_equal(load(place, "b.so", &error), -1);
    assert_non_null(strstr(error.why, "No such file"));
    snprintf(path, sizeof path, "%s/c.so", place->dir);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(load(place, "c.so", &error), -1);
    assert_non_null(strstr(error.why, "it is not a file"));
    rmdir(path);
    assert_int_equal(count(place), 0);
}

/* A file that is still being copied must not take the bot with it. */
static void survives_a_file_cut_short(void **state)
{
    struct place *place = *state;
    struct buf bytes;
    struct error error;
    size_t refused = 0;
    buf_init(&bytes);
    read_plugin("good", &bytes);
    for (size_t part = 0; part < 40; part++) {
        write_file(place, "a.so", bytes.data, bytes.length * part / 40);
        refused += load(place, "a.so", &error) != 0;
    }
    assert_true(refused > 20);
    write_file(place, "a.so", bytes.data, bytes.length);
    must_load(place, "a.so");
    buf_finish(&bytes);
}

static void refuses_what_anyone_may_write(void **state)
{
    struct place *place = *state;
    struct error error;
    char path[200];
    install(place, "good", "a.so");
    snprintf(path, sizeof path, "%s/a.so", place->dir);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(load(place, "a.so", &error), -1);
    assert_non_null(strstr(error.why, "chmod o-w"));
    assert_int_equal(chmod(path, 0644), 0);
    must_load(place, "a.so");
    assert_int_equal(chmod(place->dir, 0777), 0);
    assert_int_equal(plugin_host_load_dir(place->host, place->dir, NULL, NULL, &error), -1);
    assert_non_null(strstr(error.why, "chmod o-w"));
}

/* ---- a directory ---- */

static void goes_on_without_the_bad_ones(void **state)
{
    struct place *place = *state;
    install(place, "weight_zero", "a.so");
    install(place, "good", "b.so");
    install(place, "other", ".d.so");
    install(place, "other", "hidden.txt");
    load_dir(place);
    assert_int_equal(count(place), 1);
    assert_non_null(strstr(place->refused, "/a.so: first: weight"));
}

static void refuses_the_second_of_a_kind(void **state)
{
    struct place *place = *state;
    install(place, "good", "a.so");
    install(place, "good_2", "b.so");
    load_dir(place);
    assert_int_equal(count(place), 1);
    assert_string_equal(plugin_at(place->host, 0)->version, "1");
    assert_non_null(strstr(place->refused, "/b.so: the kind good is loaded already, from "));
    assert_non_null(strstr(place->refused, "/a.so\n"));
}

static void lists_kinds_in_their_order(void **state)
{
    struct place *place = *state;
    install(place, "other", "a.so");
    install(place, "good", "b.so");
    load_dir(place);
    assert_string_equal(plugin_at(place->host, 0)->kind, "good");
    assert_string_equal(plugin_at(place->host, 1)->kind, "other");
    assert_null(plugin_at(place->host, 2));
}

static void names_a_directory_that_is_not_there(void **state)
{
    struct place *place = *state;
    struct error error;
    assert_int_equal(plugin_host_load_dir(place->host, "/nowhere/at/all", NULL, NULL, &error), -1);
    assert_non_null(strstr(error.why, "/nowhere/at/all"));
}

/* ---- versions ---- */

static void a_new_version_serves_new_rounds(void **state)
{
    struct place *place = *state;
    install(place, "good", "a.so");
    load_dir(place);
    const struct hs_plugin *first = plugin_acquire(place->host, "good");
    assert_string_equal(first->version, "1");
    install(place, "good_2", "a.so"); /* over the file that is loaded */
    assert_string_equal(first->version, "1");
    load_dir(place);
    assert_string_equal(place->refused, "");
    const struct hs_plugin *second = plugin_acquire(place->host, "good");
    assert_string_equal(second->version, "2");
    assert_string_equal(first->version, "1");
    assert_int_equal(count(place), 1);
    plugin_release(place->host, first);
    assert_string_equal(second->version, "2");
    plugin_release(place->host, second);
    assert_string_equal(plugin_at(place->host, 0)->version, "2");
}

static void a_bad_new_version_leaves_the_old_one(void **state)
{
    struct place *place = *state;
    install(place, "good", "a.so");
    load_dir(place);
    install(place, "no_pose", "a.so");
    load_dir(place);
    assert_non_null(strstr(place->refused, "pose: missing"));
    assert_string_equal(plugin_at(place->host, 0)->version, "1");
}

static void a_file_may_change_its_kind(void **state)
{
    struct place *place = *state;
    install(place, "good", "a.so");
    load_dir(place);
    install(place, "other", "a.so");
    load_dir(place);
    assert_int_equal(count(place), 1);
    assert_string_equal(plugin_at(place->host, 0)->kind, "other");
}

static void a_file_taken_away_serves_its_rounds_only(void **state)
{
    struct place *place = *state;
    char path[200];
    install(place, "good", "a.so");
    install(place, "other", "b.so");
    load_dir(place);
    const struct hs_plugin *first = plugin_acquire(place->host, "good");
    snprintf(path, sizeof path, "%s/a.so", place->dir);
    unlink(path);
    load_dir(place);
    assert_null(plugin_acquire(place->host, "good"));
    assert_int_equal(count(place), 1);
    assert_string_equal(first->version, "1");
    plugin_release(place->host, first);
}

static void unloading_waits_for_the_rounds(void **state)
{
    struct place *place = *state;
    struct error error;
    install(place, "good", "a.so");
    load_dir(place);
    const struct hs_plugin *plugin = plugin_acquire(place->host, "good");
    assert_int_equal(plugin_host_unload(place->host, "good", &error), -1);
    assert_int_equal(error.code, ERR_BUSY);
    assert_string_equal(error.why, "1 open round of the kind good uses it");
    plugin_release(place->host, plugin);
    assert_int_equal(plugin_host_unload(place->host, "good", &error), 0);
    assert_int_equal(count(place), 0);
    assert_int_equal(plugin_host_unload(place->host, "good", &error), -1);
    assert_int_equal(error.code, ERR_MISSING);
}

static void a_hundred_reloads_leave_nothing_open(void **state)
{
    struct place *place = *state;
    install(place, "good", "a.so");
    load_dir(place);
    int before = dup(0);
    close(before);
    for (int i = 0; i < 100; i++)
        load_dir(place);
    int after = dup(0);
    close(after);
    assert_in_range(after, before - 1, before + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_with_the_reason),
        TEST(refuses_what_is_no_shared_object),
        TEST(survives_a_file_cut_short),
        TEST(refuses_what_anyone_may_write),
        TEST(goes_on_without_the_bad_ones),
        TEST(refuses_the_second_of_a_kind),
        TEST(lists_kinds_in_their_order),
        TEST(names_a_directory_that_is_not_there),
        TEST(a_new_version_serves_new_rounds),
        TEST(a_bad_new_version_leaves_the_old_one),
        TEST(a_file_may_change_its_kind),
        TEST(a_file_taken_away_serves_its_rounds_only),
        TEST(unloading_waits_for_the_rounds),
        TEST(a_hundred_reloads_leave_nothing_open),
    };
    return cmocka_run_group_tests_name("plugin host", tests, NULL, NULL);
}
