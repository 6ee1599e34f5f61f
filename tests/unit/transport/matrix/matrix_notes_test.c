/* What the Matrix transport remembers: readable at once, pushed in order until it is stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_notes.h"

/* A session: what was pushed, what is stored. */
struct desk {
    struct transport_sink sink;
    struct matrix_notes notes;
    bool refuses, unreadable;
    char pushed[1024];
    struct {
        const char *key, *value;
    } stored[4];
};

static int on_event(void *context, const struct event *event)
{
    struct desk *desk = context;
    if (desk->refuses)
        return -1;
    assert_int_equal(event->kind, EVENT_NOTE);
    assert_true(event->kept);
    assert_string_equal(event->who.transport, "matrix");
    assert_string_equal(event->who.network, "net");
    size_t used = strlen(desk->pushed);
    snprintf(desk->pushed + used, sizeof desk->pushed - used, "%s=%s;", event->tag,
             event->text ? event->text : "(none)");
    return 0;
}

static int on_recall(void *context, const char *transport, const char *network, const char *prefix,
                     note_fn *note, void *note_context)
{
    struct desk *desk = context;
    assert_string_equal(transport, "matrix");
    assert_string_equal(network, "net");
    for (size_t i = 0; i < 4 && !desk->unreadable; i++)
        if (desk->stored[i].key && strncmp(desk->stored[i].key, prefix, strlen(prefix)) == 0)
            note(note_context, desk->stored[i].key, desk->stored[i].value, 5);
    return desk->unreadable ? -1 : 0;
}

static int64_t now(void)
{
    return 7;
}

static int setup(void **state)
{
    static struct desk desk;
    memset(&desk, 0, sizeof desk);
    desk.sink = (struct transport_sink){.context = &desk, .event = on_event, .recall = on_recall};
    matrix_notes_init(&desk.notes, &desk.sink, "net", now);
    *state = &desk;
    return 0;
}

static int teardown(void **state)
{
    struct desk *desk = *state;
    matrix_notes_finish(&desk->notes);
    return 0;
}

static void assert_note(struct desk *desk, const char *about, const char *expected)
{
    bool failed;
    char *value = matrix_notes_get(&desk->notes, "dm/", about, &failed);
    assert_false(failed);
    if (expected)
        assert_string_equal(value, expected);
    else
        assert_null(value);
    free(value);
}

static void what_is_set_is_pushed_and_readable_at_once(void **state)
{
    struct desk *desk = *state;
    assert_note(desk, "ann", NULL);
    assert_int_equal(matrix_notes_set_about(&desk->notes, "dm/", "ann", "!a"), 0);
    assert_string_equal(desk->pushed, "dm/ann=!a;");
    assert_note(desk, "ann", "!a");
    assert_note(desk, "an", NULL);
    assert_int_equal(matrix_notes_set_about(&desk->notes, "dm/", "ann", NULL), 0);
    assert_note(desk, "ann", NULL);
    assert_string_equal(desk->pushed, "dm/ann=!a;dm/ann=(none);");
}

static void what_was_set_last_counts_over_what_is_stored(void **state)
{
    struct desk *desk = *state;
    desk->stored[0].key = "dm/ann";
    desk->stored[0].value = "!old";
    desk->stored[1].key = "dm/anna";
    desk->stored[1].value = "!other";
    assert_note(desk, "ann", "!old");
    matrix_notes_set(&desk->notes, "dm/ann", "!new");
    assert_note(desk, "ann", "!new");
    matrix_notes_set(&desk->notes, "dm/ann", NULL);
    assert_note(desk, "ann", NULL);
    assert_note(desk, "anna", "!other");
}

static void what_could_not_be_pushed_is_pushed_later_in_order(void **state)
{
    struct desk *desk = *state;
    desk->refuses = true;
    assert_int_equal(matrix_notes_set(&desk->notes, "a", "1"), 0);
    assert_int_equal(matrix_notes_set(&desk->notes, "b", "2"), 0);
    assert_false(matrix_notes_push(&desk->notes));
    /* Not stored, whatever somebody says. */
    assert_false(matrix_notes_stored(&desk->notes, "a"));
    desk->refuses = false;
    assert_int_equal(matrix_notes_set(&desk->notes, "c", "3"), 0);
    assert_true(matrix_notes_push(&desk->notes));
    assert_string_equal(desk->pushed, "a=1;b=2;c=3;");
}

static void only_the_last_of_a_key_is_told_as_stored(void **state)
{
    struct desk *desk = *state;
    matrix_notes_set(&desk->notes, "since", "1");
    matrix_notes_set(&desk->notes, "since", "2");
    assert_false(matrix_notes_stored(&desk->notes, "since"));
    assert_true(matrix_notes_stored(&desk->notes, "since"));
    assert_false(matrix_notes_stored(&desk->notes, "since"));
    matrix_notes_set(&desk->notes, "after", "3");
    assert_string_equal(desk->pushed, "since=1;since=2;after=3;");
}

static void collect(void *context, const char *key, const char *value, int64_t at)
{
    char *out = context;
    (void)at;
    snprintf(out + strlen(out), 200 - strlen(out), "%s=%s;", key, value);
}

static void all_with_a_prefix_are_there_once(void **state)
{
    struct desk *desk = *state;
    char out[200] = "";
    desk->stored[0].key = "dm/ann";
    desk->stored[0].value = "!old";
    desk->stored[1].key = "dm/bob";
    desk->stored[1].value = "!b";
    desk->stored[2].key = "tag/x";
    desk->stored[2].value = "t";
    matrix_notes_set(&desk->notes, "dm/ann", "!new");
    matrix_notes_set(&desk->notes, "dm/ann", "!newest");
    matrix_notes_set(&desk->notes, "dm/cy", "!c");
    matrix_notes_set(&desk->notes, "dm/bob", NULL);
    assert_int_equal(matrix_notes_each(&desk->notes, "dm/", collect, out), 0);
    assert_string_equal(out, "ann=!newest;cy=!c;");
}

static void what_cannot_be_read_is_told(void **state)
{
    struct desk *desk = *state;
    bool failed;
    desk->unreadable = true;
    assert_null(matrix_notes_get(&desk->notes, "dm/", "ann", &failed));
    assert_true(failed);
    assert_int_equal(matrix_notes_each(&desk->notes, "dm/", collect, NULL), -1);
}

static void a_key_that_is_too_long_is_refused(void **state)
{
    struct desk *desk = *state;
    char about[300];
    memset(about, 'x', sizeof about - 1);
    about[sizeof about - 1] = '\0';
    assert_int_equal(matrix_notes_set_about(&desk->notes, "dm/", about, "1"), -1);
    assert_string_equal(desk->pushed, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_set_is_pushed_and_readable_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_set_last_counts_over_what_is_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(what_could_not_be_pushed_is_pushed_later_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_last_of_a_key_is_told_as_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(all_with_a_prefix_are_there_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_that_is_too_long_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
