/* The store port, over every adapter: notes, the memory of a transport. */
#include "stores.h"

#include <string.h>

#include "util/buf.h"

#define WORKS(call) assert_int_equal(call, 0)

static void note(struct stores *s, const char *network, const char *key, const char *value,
                 int64_t at)
{
    WORKS(s->ops->note_set(s->store, "matrix", network, key, value, at, &s->error));
}

static void collect_note(void *context, const char *key, const char *value, int64_t at)
{
    buf_printf(context, "%s=%s@%d ", key, value, (int)at);
}

static void expect_notes(struct stores *s, const char *network, const char *prefix,
                         const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->notes(s->store, "matrix", network, prefix, collect_note, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void a_note_is_kept_until_it_is_forgotten(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    note(s, "net", "since", "s1", 1);
    note(s, "net", "since", "s2", 2);
    note(s, "net", "empty", "", 3);
    note(s, "other", "since", "theirs", 4);
    WORKS(s->ops->note_set(s->store, "irc", "net", "since", "irc's", 5, &s->error));
    stores_commit(s);
    stores_reopen(s);
    expect_notes(s, "net", "", "empty=@3 since=s2@2 ");
    expect_notes(s, "other", "since", "since=theirs@4 ");
    expect_notes(s, "nowhere", "", "");
    stores_begin(s);
    note(s, "net", "since", NULL, 6);
    note(s, "net", "never was", NULL, 6);
    expect_notes(s, "net", "", "empty=@3 ");
    s->ops->rollback(s->store);
    expect_notes(s, "net", "", "empty=@3 since=s2@2 ");
}

static void notes_are_found_by_what_their_keys_begin_with(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    note(s, "net", "tag/b", "2", 1);
    note(s, "net", "tag", "0", 1);
    note(s, "net", "tag0", "4", 1);
    note(s, "net", "tag/a", "1", 1);
    note(s, "net", "TAG/c", "5", 1);
    note(s, "net", "tag/\xf4\x8f\xbf\xbf", "3", 1); /* the last of all characters */
    stores_commit(s);
    expect_notes(s, "net", "tag/", "tag/a=1@1 tag/b=2@1 tag/\xf4\x8f\xbf\xbf=3@1 ");
    expect_notes(s, "net", "tag/b", "tag/b=2@1 ");
    expect_notes(s, "net", "u", "");
}

static void a_long_note_stays_whole(void **state)
{
    struct stores *s = *state;
    static char value[EVENT_NOTE_MAX + 1];
    struct buf found;
    memset(value, 'x', sizeof value - 1);
    stores_begin(s);
    note(s, "net", "long", value, 0);
    stores_commit(s);
    buf_init(&found);
    WORKS(s->ops->notes(s->store, "matrix", "net", "", collect_note, &found, &s->error));
    assert_int_equal(found.length, strlen("long=@0 ") + EVENT_NOTE_MAX);
    buf_finish(&found);
}

static void old_notes_of_a_kind_are_trimmed(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    note(s, "net", "tag/old", "1", 99);
    note(s, "net", "tag/edge", "2", 100);
    note(s, "other", "tag/old", "3", 99);
    note(s, "net", "since", "4", 1);
    note(s, "net", "tag0", "5", 1);
    WORKS(s->ops->notes_trim(s->store, "tag/", 100, &s->error));
    stores_commit(s);
    expect_notes(s, "net", "", "since=4@1 tag/edge=2@100 tag0=5@1 ");
    expect_notes(s, "other", "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(a_note_is_kept_until_it_is_forgotten),
        STORES_ALL(notes_are_found_by_what_their_keys_begin_with),
        STORES_ALL(a_long_note_stays_whole),
        STORES_ALL(old_notes_of_a_kind_are_trimmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
