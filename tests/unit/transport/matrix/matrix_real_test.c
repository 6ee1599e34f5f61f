/*
 * Answers of a real server (Synapse 1.163.2, tests/data/matrix/NAME.json), read as
 * the bot reads them, must give what NAME.told says. In the room of sync.json people said, edited, marked, erased and
 * replied; then it was upgraded. There is also an invitation, a knock and a
 * room that was left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_event.h"
#include "transport/matrix/matrix_list.h"
#include "transport/matrix/matrix_sync.h"
#include "transport/matrix/matrix_words.h"

static struct buf told; /* one line for each event */
static struct error error;

static void read_file(const char *name, struct buf *out)
{
    char path[512], piece[4096];
    const char *top = getenv("HOTSEAT_TOP");
    snprintf(path, sizeof path, "%s/tests/data/matrix/%s", top ? top : ".", name);
    FILE *in = fopen(path, "rb");
    if (!in)
        fail_msg("cannot read %s", path);
    buf_init(out);
    for (size_t size; (size = fread(piece, 1, sizeof piece, in)) > 0;)
        buf_add(out, piece, size);
    fclose(in);
}

/* ---- one line for an event ---- */

static void tell_message(const struct matrix_event *event)
{
    struct buf words;
    bool cut;
    buf_init(&words);
    matrix_words(event, &words, &cut);
    buf_printf(&told, " %s \"%s\"%s%s%s%s", event->redacted ? "erased" : event->message.msgtype, buf_text(&words),
               event->relation == MATRIX_REPLACE ? " edit" : "", event->relation == MATRIX_THREAD ? " thread" : "",
               event->reply_to ? " reply" : "", event->falling_back ? " falling back" : "");
    if (event->message.filename)
        buf_printf(&told, " %s %s %lld %s", event->message.filename, event->message.mimetype,
                   (long long)event->message.size, event->message.url);
    if (matrix_event_mentions(&event->message, "@bot:localhost"))
        buf_puts(&told, " mentions the bot");
    if (event->outbox)
        buf_printf(&told, " own %s %s", event->outbox, event->transaction ? event->transaction : "");
    buf_finish(&words);
}

static void tell_key(const struct matrix_event *event)
{
    char key[MATRIX_KEY_MAX + 1] = "erased";
    if (event->key)
        matrix_words_key(event->key, key);
    buf_printf(&told, " %s", key);
}

static void tell_member(const struct matrix_event *event)
{
    static const char *const names[] = {"invited", "joined", "left", "banned", "knocked"};
    char name[MATRIX_LABEL_MAX + 1];
    matrix_words_name(event->member.name, event->state_key, name);
    buf_printf(&told, " %s (%s) %s%s", event->state_key, name, names[event->member.membership],
               event->member.direct ? " directly" : "");
}

static void tell_content(const struct matrix_event *event)
{
    if (event->kind == MATRIX_MESSAGE)
        tell_message(event);
    else if (event->kind == MATRIX_REACTION)
        tell_key(event);
    else if (event->kind == MATRIX_MEMBER)
        tell_member(event);
    else if (event->kind == MATRIX_POWER)
        buf_printf(&told, " ann %lld bot %lld", (long long)matrix_power_of(&event->power, "@ann:localhost"),
                   (long long)matrix_power_of(&event->power, "@bot:localhost"));
    else if (event->kind == MATRIX_CREATE)
        buf_printf(&told, " version %s by %s%s%s", event->creation.version, event->creation.creator,
                   event->creation.creators_rule ? " for ever" : "",
                   matrix_creation_by(&event->creation, "@bot:localhost") ? " with the bot" : "");
    else if (event->kind == MATRIX_TOMBSTONE)
        buf_printf(&told, " to %.4s", event->tombstone.room);
    else if (event->kind == MATRIX_NAME || event->kind == MATRIX_ALIAS)
        buf_printf(&told, " %s", event->named.name);
    else if (event->kind == MATRIX_JOIN_RULES)
        buf_printf(&told, " %s", event->join_rules.rule);
    else if (event->kind == MATRIX_ENCRYPTED)
        buf_printf(&told, " %s", event->encryption.algorithm);
    else if (event->kind == MATRIX_HISTORY)
        buf_printf(&told, " %s", event->history.visibility);
}

static int on_event(void *context, const struct matrix_raw *raw)
{
    struct matrix_event event;
    const char *why;
    enum matrix_form form = raw->section == MATRIX_INVITE || raw->section == MATRIX_KNOCK ? MATRIX_STRIPPED
                                                                                        : MATRIX_FULL;
    (void)context;
    buf_printf(&told, "%c %s", raw->part == MATRIX_STATE ? 's' : 't', raw->type);
    if (matrix_event_parse(&event, raw->bytes, raw->length, form, &why)) {
        buf_printf(&told, " %.4s", event.sender);
        if (form == MATRIX_FULL)
            assert_true(event.id[0] == '$' && event.at > 1795000000000);
        tell_content(&event);
        matrix_event_finish(&event);
    } else {
        buf_printf(&told, " refused: %s", why);
    }
    buf_puts(&told, "\n");
    return 0;
}

/* ---- reading ---- */

static int on_room(void *context, enum matrix_section section, const char *room)
{
    static const char *const sections[] = {"join", "invite", "knock", "leave"};
    (void)context;
    buf_printf(&told, "%s %.4s\n", sections[section], room);
    return 0;
}

static int on_room_end(void *context, enum matrix_section section, const char *room, bool limited,
                       const char *prev_batch)
{
    (void)context;
    (void)section;
    (void)room;
    buf_printf(&told, "over%s%s\n", limited ? " limited" : "", prev_batch[0] ? " from there" : "");
    return 0;
}

static void on_direct(void *context, const char *user, const char *room)
{
    (void)context;
    buf_printf(&told, "direct %s %.4s\n", user, room);
}

static void on_ignored(void *context, const char *user)
{
    (void)context;
    buf_printf(&told, "ignored %s\n", user);
}

static int on_account_data(void *context, const char *type, const char *bytes, size_t length)
{
    const char *why;
    (void)context;
    if (strcmp(type, "m.direct") == 0)
        return matrix_direct_rooms(bytes, length, on_direct, NULL, &why);
    if (strcmp(type, "m.ignored_user_list") == 0)
        return matrix_ignored_users(bytes, length, on_ignored, NULL, &why);
    buf_printf(&told, "account %s\n", type);
    return 0;
}

static void read_sync(const char *name, size_t size, struct matrix_sync_facts *facts)
{
    const struct matrix_sync_calls calls = {.event = on_event, .room = on_room, .room_end = on_room_end,
                                            .account_data = on_account_data};
    struct matrix_sync *sync = matrix_sync_create(&calls);
    struct buf text;
    assert_non_null(sync);
    read_file(name, &text);
    buf_clear(&told);
    for (size_t at = 0; at < text.length; at += size)
        assert_int_equal(matrix_sync_feed(sync, text.data + at,
                                          text.length - at < size ? text.length - at : size, &error), 0);
    assert_int_equal(matrix_sync_end(sync, facts, &error), 0);
    assert_int_equal(facts->dropped, 0);
    matrix_sync_destroy(sync);
    buf_finish(&text);
}

static void read_list(const char *name, struct matrix_list_facts *facts)
{
    const struct matrix_list_calls calls = {.event = on_event};
    struct matrix_list *list = matrix_list_create(&calls);
    struct buf text;
    assert_non_null(list);
    read_file(name, &text);
    buf_clear(&told);
    assert_int_equal(matrix_list_feed(list, text.data, text.length, &error), 0);
    assert_int_equal(matrix_list_end(list, facts, &error), 0);
    assert_int_equal(facts->dropped, 0);
    matrix_list_destroy(list);
    buf_finish(&text);
}

static void check_told(const char *name)
{
    struct buf expected;
    read_file(name, &expected);
    assert_string_equal(buf_text(&told), buf_text(&expected));
    buf_finish(&expected);
}

static void a_sync(void **state)
{
    (void)state;
    struct matrix_sync_facts facts;
    for (size_t size = 1; size < 20000; size = size * 5 + 2) {
        read_sync("sync.json", size, &facts);
        check_told("sync.told");
        assert_int_equal(facts.rooms, 5);
        assert_int_equal(facts.to_device, 1);
        assert_int_equal(facts.device_changes, 4);
        assert_true(facts.key_counts);
        assert_true(facts.next_batch[0] == 's');
    }
}

/* With a limit of three events a room, and members left out that nobody has to know of. */
static void a_first_sync(void **state)
{
    (void)state;
    struct matrix_sync_facts facts;
    read_sync("sync_first.json", 1000, &facts);
    check_told("sync_first.told");
}

static void lists(void **state)
{
    (void)state;
    static const struct { const char *name, *told; bool from, on; } cases[] = {
        {"messages.json", "messages.told", true, true}, {"relations.json", "relations.told", false, false},
        {"members.json", "members.told", false, false}, {"state.json", "state.told", false, false}};
    struct matrix_list_facts facts;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_list(cases[i].name, &facts);
        check_told(cases[i].told);
        assert_int_equal(facts.start[0] != '\0', cases[i].from);
        assert_int_equal(facts.end[0] != '\0', cases[i].on);
    }
}

static int finish(void **state)
{
    (void)state;
    buf_finish(&told);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_sync, finish),
        cmocka_unit_test_teardown(a_first_sync, finish),
        cmocka_unit_test_teardown(lists, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
