/*
 * Hostile events: each field of each event of a real server, one after the
 * other left out or replaced by a value of every other sort. Nothing crashes,
 * and what is accepted keeps its bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/event.h"
#include "transport/matrix/matrix_event.h"
#include "transport/matrix/matrix_sync.h"
#include "transport/matrix/matrix_words.h"
#include "util/utf8.h"

static size_t tried, accepted;

/* ---- what must hold of an event that is accepted ---- */

static void check_id(const char *id, char sigil)
{
    if (!id)
        return;
    assert_int_equal(id[0], sigil);
    assert_in_range(strlen(id), 2, MATRIX_ID_MAX);
}

static void check_message(const struct matrix_event *event)
{
    struct buf words;
    bool cut;
    buf_init(&words);
    matrix_words(event, &words, &cut);
    assert_false(words.failed);
    assert_true(words.length <= EVENT_TEXT_MAX && utf8_valid(buf_text(&words), words.length));
    buf_finish(&words);
    matrix_event_mentions(&event->message, "@bot:localhost");
}

static void check_member(const struct matrix_event *event)
{
    char name[MATRIX_LABEL_MAX + 1];
    check_id(event->state_key, '@');
    matrix_words_name(event->member.name, event->state_key, name);
    assert_in_range(strlen(name), 1, MATRIX_LABEL_MAX);
}

static void check_accepted(const struct matrix_event *event)
{
    char key[MATRIX_KEY_MAX + 1];
    assert_int_not_equal(event->kind, MATRIX_KIND_NONE);
    assert_true(event->id && event->sender && event->at >= 0);
    check_id(event->sender, '@');
    check_id(event->about, '$');
    check_id(event->room, '!');
    check_id(event->reply_to, '$');
    if (event->kind == MATRIX_MESSAGE)
        check_message(event);
    if (event->kind == MATRIX_MEMBER)
        check_member(event);
    if (event->kind == MATRIX_REACTION && event->key && matrix_words_key(event->key, key))
        assert_in_range(strlen(key), 1, MATRIX_KEY_MAX);
    if (event->kind == MATRIX_POWER)
        assert_true(matrix_power_of(&event->power, event->sender) <= MATRIX_POWER_MAX);
    if (event->kind == MATRIX_CREATE)
        assert_true(matrix_creation_by(&event->creation, event->creation.creator));
}

static void try_event(const json_t *root)
{
    struct matrix_event event;
    const char *why;
    char *text = json_dumps(root, JSON_COMPACT);
    assert_non_null(text);
    bool is = matrix_event_parse(&event, text, strlen(text), MATRIX_FULL, &why);
    tried++;
    accepted += is;
    if (is)
        check_accepted(&event);
    else
        assert_true(why && why[0] && why != matrix_event_memory);
    matrix_event_finish(&event);
    free(text);
}

/* ---- one field after the other ---- */

/* NULL when all have been had. */
static json_t *bad_value(size_t number)
{
    static char long_text[3000];
    memset(long_text, 'x', sizeof long_text - 1);
    switch (number) {
    case 0: return json_null();
    case 1: return json_true();
    case 2: return json_integer(-1);
    case 3: return json_integer(INT64_MAX);
    case 4: return json_real(1e300);
    case 5: return json_string("");
    case 6: return json_string("x");
    case 7: return json_string("\xE2\x80\xAE$@!\n\x01\xE2\x80\x8B");
    case 8: return json_string(long_text);
    case 9: return json_array();
    case 10: return json_pack("[{s:i}]", "a", 1);
    case 11: return json_object();
    case 12: return json_pack("{s:[n]}", "event_id", NULL);
    default: return NULL;
    }
}

typedef void try_fn(const json_t *root);

/* `object` is within `root`, which is tried; `whole` is what it is like unharmed. */
static void try_members(try_fn *try, const json_t *root, json_t *object, const json_t *whole, int depth)
{
    const char *key;
    json_t *was, *bad;
    json_object_foreach((json_t *)whole, key, was) {
        for (size_t i = 0; (bad = bad_value(i)); i++) {
            json_object_set_new(object, key, bad);
            try(root);
        }
        json_object_del(object, key);
        try(root);
        json_object_set_new(object, key, json_deep_copy(was));
        if (json_is_object(was) && depth > 1)
            try_members(try, root, json_object_get(object, key), was, depth - 1);
    }
}

static void try_all(try_fn *try, const json_t *whole, int depth)
{
    json_t *root = json_deep_copy(whole);
    try(root);
    try_members(try, root, root, whole, depth);
    json_decref(root);
}

static json_t *read_file(const char *name)
{
    char path[512];
    const char *top = getenv("HOTSEAT_TOP");
    snprintf(path, sizeof path, "%s/tests/data/matrix/%s", top ? top : ".", name);
    json_t *whole = json_load_file(path, 0, NULL);
    if (!whole)
        fail_msg("cannot read %s", path);
    return whole;
}

static void each_field_of_each_event(void **state)
{
    (void)state;
    static const char *const lists[] = {"messages.json", "relations.json", "members.json", "state.json"};
    json_t *whole, *event;
    size_t n;
    tried = accepted = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        whole = read_file(lists[i]);
        json_array_foreach(json_is_array(whole) ? whole : json_object_get(whole, "chunk"), n, event)
            try_all(try_event, event, 10);
        json_decref(whole);
    }
    whole = read_file("sync.json");
    const char *id;
    json_t *room;
    json_object_foreach(json_object_get(json_object_get(whole, "rooms"), "join"), id, room)
        json_array_foreach(json_object_get(json_object_get(room, "timeline"), "events"), n, event)
            try_all(try_event, event, 10);
    json_decref(whole);
    print_message("# %zu events, %zu accepted\n", tried, accepted);
    assert_true(accepted > 100 && tried - accepted > 1000);
}

/* ---- the answer around the events ---- */

static size_t events;

static int count_event(void *context, const struct matrix_raw *raw)
{
    (void)context;
    assert_true(raw->type[0] && raw->room[0] == '!' && raw->bytes[0] == '{');
    events++;
    return 0;
}

static void try_sync(const json_t *root)
{
    const struct matrix_sync_calls calls = {.event = count_event};
    struct matrix_sync_facts facts;
    struct error error = {0};
    struct matrix_sync *sync = matrix_sync_create(&calls);
    char *text = json_dumps(root, JSON_COMPACT);
    assert_true(sync && text);
    int result = matrix_sync_feed(sync, text, strlen(text), &error);
    if (result == 0)
        result = matrix_sync_end(sync, &facts, &error);
    tried++;
    accepted += result == 0;
    /* Only the token must be there; whatever else is wrong costs no more than itself. */
    if (result != 0)
        assert_non_null(strstr(error.why, "next_batch"));
    matrix_sync_destroy(sync);
    free(text);
}

static void each_member_of_an_answer(void **state)
{
    (void)state;
    json_t *whole = read_file("sync.json");
    tried = accepted = events = 0;
    try_all(try_sync, whole, 5);
    json_decref(whole);
    print_message("# %zu answers, %zu accepted, %zu events\n", tried, accepted, events);
    assert_in_range(tried - accepted, 5, 14);
    assert_true(events > 20 * tried);
}

/* ---- as large and as deep as may be ---- */

static void event_of_64_kib(void **state)
{
    (void)state;
    struct matrix_event event;
    struct buf text, words;
    const char *why;
    bool cut;
    buf_init(&text);
    buf_init(&words);
    buf_puts(&text, "{\"type\":\"m.room.message\",\"event_id\":\"$e\",\"sender\":\"@a:x\",\"content\":"
                    "{\"msgtype\":\"m.text\",\"format\":\"org.matrix.custom.html\",\"body\":\"");
    for (int i = 0; i < 4096; i++)
        buf_puts(&text, "<pre>\\n\xE2\x80\xAE");
    buf_puts(&text, "\",\"formatted_body\":\"");
    while (text.length < 65536 - 8)
        buf_puts(&text, "<pre>a<");
    buf_puts(&text, "\"}}");
    assert_true(matrix_event_parse(&event, buf_text(&text), text.length, MATRIX_FULL, &why));
    assert_int_equal(matrix_words(&event, &words, &cut), MATRIX_WORDS_TEXT);
    assert_true(cut);
    assert_in_range(words.length, EVENT_TEXT_MAX - 8, EVENT_TEXT_MAX);
    assert_null(strstr(buf_text(&words), "\xE2\x80\xAE"));
    matrix_event_finish(&event);
    buf_finish(&words);
    buf_finish(&text);
}

/* 32,000 brackets in an event cost that event only. */
static void an_event_of_nothing_but_brackets(void **state)
{
    (void)state;
    const struct matrix_sync_calls calls = {.event = count_event};
    struct matrix_sync *sync = matrix_sync_create(&calls);
    struct matrix_sync_facts facts;
    struct error error;
    struct buf text;
    assert_non_null(sync);
    buf_init(&text);
    buf_puts(&text, "{\"next_batch\":\"s\",\"rooms\":{\"join\":{\"!a:x\":{\"timeline\":{\"events\":["
                    "{\"type\":\"m.room.message\",\"content\":");
    for (int i = 0; i < 32000; i++)
        buf_puts(&text, "[");
    for (int i = 0; i < 32000; i++)
        buf_puts(&text, "]");
    buf_puts(&text, "},{\"type\":\"m.room.message\"}]}}}}}");
    events = 0;
    for (size_t at = 0; at < text.length; at += 1000)
        assert_int_equal(matrix_sync_feed(sync, text.data + at, text.length - at < 1000 ? text.length - at : 1000,
                                          &error), 0);
    assert_int_equal(matrix_sync_end(sync, &facts, &error), 0);
    assert_int_equal(events, 1);
    assert_int_equal(facts.dropped, 1);
    matrix_sync_destroy(sync);
    buf_finish(&text);
}

/* Cut off anywhere, an answer is never taken for whole. */
static void a_cut_answer(void **state)
{
    (void)state;
    const struct matrix_sync_calls calls = {.event = count_event};
    json_t *whole = read_file("sync.json");
    char *text = json_dumps(whole, JSON_COMPACT);
    size_t length = strlen(text);
    for (size_t cut = 0; cut < length; cut += cut + 100 < length ? 37 : 1) {
        struct matrix_sync *sync = matrix_sync_create(&calls);
        struct matrix_sync_facts facts;
        struct error error;
        assert_non_null(sync);
        assert_int_equal(matrix_sync_feed(sync, text, cut, &error), 0);
        assert_int_equal(matrix_sync_end(sync, &facts, &error), -1);
        assert_non_null(strstr(error.why, "cut off"));
        matrix_sync_destroy(sync);
    }
    free(text);
    json_decref(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_of_each_event),
        cmocka_unit_test(each_member_of_an_answer),
        cmocka_unit_test(event_of_64_kib),
        cmocka_unit_test(an_event_of_nothing_but_brackets),
        cmocka_unit_test(a_cut_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
