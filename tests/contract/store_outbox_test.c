/* The store port, over every adapter: the outbox. */
#include "stores.h"

#include <stdio.h>
#include <string.h>

#include "util/buf.h"

#define WORKS(call) assert_int_equal(call, 0)

static int64_t put_message(struct stores *s, const char *target, bool private_talk,
                           const char *collapse, const char *body)
{
    struct outbox_row row = {.to = {"irc", "net", target}, .private_talk = private_talk,
                             .flags = EFFECT_URGENT, .collapse = collapse, .bytes = body,
                             .size = strlen(body), .at = 77};
    int64_t id = 0;
    WORKS(s->ops->outbox_add(s->store, &row, &id, &s->error));
    assert_true(id > 0);
    return id;
}

static int collect_message(void *context, const struct outbox_row *row)
{
    buf_printf(context, "%.*s ", (int)row->size, row->bytes);
    return 0;
}

static void expect_outbox(struct stores *s, int64_t after, size_t limit, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->outbox_read(s->store, after, limit, collect_message, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void messages_wait_in_order(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    int64_t a = put_message(s, "#prep", false, NULL, "a");
    int64_t b = put_message(s, "ann", true, NULL, "b");
    stores_commit(s);
    stores_begin(s);
    int64_t c = put_message(s, "#prep", false, NULL, "c");
    stores_commit(s);
    assert_true(a < b && b < c);
    stores_reopen(s);
    expect_outbox(s, 0, 100, "a b c ");
    expect_outbox(s, 0, 2, "a b ");
    expect_outbox(s, a, 100, "b c ");
    expect_outbox(s, c, 100, "");
    expect_outbox(s, 0, 0, "");
    expect_outbox(s, 0, SIZE_MAX, "a b c ");
}

static int stop_at_once(void *context, const struct outbox_row *row)
{
    int *calls = context;
    (void)row;
    (*calls)++;
    return 1;
}

static void reading_stops_when_told(void **state)
{
    struct stores *s = *state;
    int calls = 0;
    stores_begin(s);
    put_message(s, "#prep", false, NULL, "a");
    put_message(s, "#prep", false, NULL, "b");
    stores_commit(s);
    WORKS(s->ops->outbox_read(s->store, 0, 100, stop_at_once, &calls, &s->error));
    assert_int_equal(calls, 1);
}

static int keep_message(void *context, const struct outbox_row *row)
{
    static char transport[16], network[16], target[16];
    struct outbox_row *kept = context;
    *kept = *row;
    snprintf(transport, sizeof transport, "%s", row->to.transport);
    snprintf(network, sizeof network, "%s", row->to.network);
    snprintf(target, sizeof target, "%s", row->to.target);
    kept->to = (struct address){transport, network, target};
    assert_memory_equal(row->bytes, "\0\1\377", 3);
    assert_null(row->collapse);
    return 0;
}

/* Its words beside the text, "-" for none. */
static int collect_words(void *context, const struct outbox_row *row)
{
    const char *words[] = {row->about, row->mark, row->tag, row->mention};
    for (size_t i = 0; i < 4; i++)
        buf_printf(context, "%s ", words[i] ? words[i] : "-");
    return 0;
}

static void a_message_keeps_what_it_answers_and_is_for(void **state)
{
    struct stores *s = *state;
    struct buf found;
    const struct address ann = {"irc", "net", "ann"};
    const struct outbox_row rows[] = {
        {.to = ann, .bytes = "x", .size = 1},
        {.to = ann, .bytes = "x", .size = 1, .about = "$event", .mark = "ok", .tag = "vote 1 2",
         .mention = "@ann:example.org"},
        {.to = ann, .bytes = "x", .size = 1, .about = "", .mention = "@bob:example.org"},
    };
    int64_t id;
    stores_begin(s);
    for (size_t i = 0; i < 3; i++)
        WORKS(s->ops->outbox_add(s->store, &rows[i], &id, &s->error));
    stores_commit(s);
    stores_reopen(s);
    buf_init(&found);
    WORKS(s->ops->outbox_read(s->store, 0, 9, collect_words, &found, &s->error));
    assert_string_equal(buf_text(&found), "- - - - $event ok vote 1 2 @ann:example.org "
                                          " - - @bob:example.org ");
    buf_finish(&found);
}

static int collect_due(void *context, const struct outbox_row *row)
{
    buf_printf(context, "%d ", (int)row->due);
    return 0;
}

static void a_message_keeps_when_it_is_due(void **state)
{
    struct stores *s = *state;
    struct buf found;
    const struct outbox_row later = {.to = {"irc", "net", "ann"}, .bytes = "x", .size = 1,
                                     .at = 77, .due = 79};
    int64_t id;
    stores_begin(s);
    put_message(s, "ann", true, NULL, "a");
    WORKS(s->ops->outbox_add(s->store, &later, &id, &s->error));
    stores_commit(s);
    stores_reopen(s);
    buf_init(&found);
    WORKS(s->ops->outbox_read(s->store, 0, 9, collect_due, &found, &s->error));
    assert_string_equal(buf_text(&found), "0 79 ");
    buf_finish(&found);
}

static size_t drop_message(struct stores *s, const char *network, const char *target,
                           bool private_talk, const char *collapse)
{
    const struct address to = {"irc", network, target};
    size_t dropped = 99;
    WORKS(s->ops->outbox_drop(s->store, &to, private_talk, collapse, &dropped, &s->error));
    return dropped;
}

static void a_waiting_message_is_dropped(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    put_message(s, "ann", true, "k", "a");
    put_message(s, "ann", true, "other", "b");
    put_message(s, "ann", false, "k", "c");
    put_message(s, "bob", true, "k", "d");
    put_message(s, "ann", true, NULL, "e");
    assert_int_equal(drop_message(s, "other", "ann", true, "k"), 0);
    assert_int_equal(drop_message(s, "net", "ann", true, "no such"), 0);
    assert_int_equal(drop_message(s, "net", "ann", true, "k"), 1);
    assert_int_equal(drop_message(s, "net", "ann", true, "k"), 0);
    stores_commit(s);
    expect_outbox(s, 0, 9, "b c d e ");
    stores_begin(s);
    int64_t taken = put_message(s, "ann", true, "k", "f");
    s->ops->outbox_taken(s->store, taken);
    assert_int_equal(drop_message(s, "net", "ann", true, "k"), 0);
    assert_int_equal(drop_message(s, "net", "bob", true, "k"), 1);
    s->ops->rollback(s->store);
    expect_outbox(s, 0, 9, "b c d e ");
}

static void a_message_comes_back_whole(void **state)
{
    struct stores *s = *state;
    struct outbox_row row = {.to = {"irc", "net", "ann"}, .private_talk = true,
                             .flags = EFFECT_URGENT, .bytes = "\0\1\377", .size = 3,
                             .at = INT64_C(1764000000123)};
    struct outbox_row kept = {0};
    int64_t id;
    stores_begin(s);
    WORKS(s->ops->outbox_add(s->store, &row, &id, &s->error));
    stores_commit(s);
    WORKS(s->ops->outbox_read(s->store, 0, 1, keep_message, &kept, &s->error));
    assert_int_equal(kept.id, id);
    assert_string_equal(kept.to.transport, "irc");
    assert_string_equal(kept.to.network, "net");
    assert_string_equal(kept.to.target, "ann");
    assert_true(kept.private_talk);
    assert_int_equal(kept.flags, EFFECT_URGENT);
    assert_int_equal(kept.size, 3);
    assert_int_equal(kept.at, row.at);
}

static void a_newer_message_replaces_a_waiting_one(void **state)
{
    struct stores *s = *state;
    struct outbox_row elsewhere = {.to = {"irc", "other", "ann"}, .private_talk = true,
                                   .collapse = "k", .bytes = "other", .size = 5};
    int64_t id;
    stores_begin(s);
    put_message(s, "ann", true, "k", "old");
    put_message(s, "ann", true, NULL, "plain");
    put_message(s, "ann", true, "k2", "key2");
    put_message(s, "ann", false, "k", "public");
    put_message(s, "bob", true, "k", "bob");
    WORKS(s->ops->outbox_add(s->store, &elsewhere, &id, &s->error));
    put_message(s, "ann", true, "k", "new");
    stores_commit(s);
    expect_outbox(s, 0, 100, "plain key2 public bob other new ");
}

static void a_taken_message_is_not_replaced(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    int64_t first = put_message(s, "ann", true, "k", "first");
    stores_commit(s);
    s->ops->outbox_taken(s->store, first);
    s->ops->outbox_taken(s->store, first);
    s->ops->outbox_taken(s->store, first + 1000); /* unknown: nothing happens */
    stores_begin(s);
    put_message(s, "ann", true, "k", "second");
    stores_commit(s);
    expect_outbox(s, 0, 100, "first second ");
    stores_begin(s);
    put_message(s, "ann", true, "k", "third");
    WORKS(s->ops->outbox_done(s->store, first, &s->error));
    stores_commit(s);
    expect_outbox(s, 0, 100, "third ");
}

static void a_message_that_is_done_is_gone(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    int64_t a = put_message(s, "ann", true, NULL, "a");
    int64_t b = put_message(s, "ann", true, NULL, "b");
    WORKS(s->ops->outbox_done(s->store, a, &s->error));
    WORKS(s->ops->outbox_done(s->store, a, &s->error)); /* twice is fine */
    stores_commit(s);
    expect_outbox(s, 0, 100, "b ");
    stores_begin(s);
    WORKS(s->ops->outbox_done(s->store, b, &s->error));
    stores_commit(s);
    stores_reopen(s);
    stores_begin(s);
    assert_true(put_message(s, "ann", true, NULL, "c") > b); /* no id twice */
    stores_commit(s);
}

/* A transaction that fails after striking a message off leaves it as taken as it was. */
static void a_rollback_leaves_a_message_taken(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    int64_t first = put_message(s, "ann", true, "k", "first");
    stores_commit(s);
    s->ops->outbox_taken(s->store, first);
    stores_begin(s);
    WORKS(s->ops->outbox_done(s->store, first, &s->error));
    s->ops->rollback(s->store);
    expect_outbox(s, 0, 100, "first ");
    stores_begin(s);
    put_message(s, "ann", true, "k", "second");
    stores_commit(s);
    expect_outbox(s, 0, 100, "first second ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(messages_wait_in_order),
        STORES_ALL(reading_stops_when_told),
        STORES_ALL(a_message_comes_back_whole),
        STORES_ALL(a_message_keeps_what_it_answers_and_is_for),
        STORES_ALL(a_message_keeps_when_it_is_due),
        STORES_ALL(a_waiting_message_is_dropped),
        STORES_ALL(a_newer_message_replaces_a_waiting_one),
        STORES_ALL(a_taken_message_is_not_replaced),
        STORES_ALL(a_message_that_is_done_is_gone),
        STORES_ALL(a_rollback_leaves_a_message_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
