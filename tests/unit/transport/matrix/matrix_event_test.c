/* One event: what is read of it, and what makes it refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_event.h"
#include "util/buf.h"

static struct matrix_event event;
static const char *why;

/* Reads a text in which ' stands for ". */
static bool parse_as(const char *text, enum matrix_form form)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    matrix_event_finish(&event);
    bool is = matrix_event_parse(&event, copy, strlen(copy), form, &why);
    assert_int_equal(is, why == NULL);
    free(copy);
    return is;
}

/* An event of that type with that content, said by @ann. */
static bool parse(const char *type, const char *content, const char *more)
{
    char text[4096];
    snprintf(text, sizeof text,
             "{'type':'%s','event_id':'$e','sender':'@ann:x','origin_server_ts':1795600000000,"
             "'content':%s%s}", type, content, more);
    return parse_as(text, MATRIX_FULL);
}

static bool parse_state(const char *type, const char *content)
{
    return parse(type, content, ",'state_key':''");
}

static void check_refused(const char *type, const char *content, const char *more, const char *expected)
{
    assert_false(parse(type, content, more));
    assert_string_equal(why, expected);
    assert_null(event.root);
}

static int finish(void **state)
{
    (void)state;
    matrix_event_finish(&event);
    return 0;
}

/* ---- the envelope ---- */

static void what_all_events_have(void **state)
{
    (void)state;
    assert_true(parse("m.room.message", "{'msgtype':'m.text','body':'hi','net.hotseat.id':'i7'}",
                      ",'room_id':'!r:x','unsigned':{'age':5,'transaction_id':'t1'}"));
    assert_int_equal(event.kind, MATRIX_MESSAGE);
    assert_string_equal(event.id, "$e");
    assert_string_equal(event.type, "m.room.message");
    assert_string_equal(event.sender, "@ann:x");
    assert_string_equal(event.room, "!r:x");
    assert_null(event.state_key);
    assert_true(event.at == 1795600000000);
    assert_string_equal(event.transaction, "t1");
    assert_string_equal(event.outbox, "i7");
    assert_false(event.redacted);
    assert_int_equal(event.relation, MATRIX_ALONE);
    assert_null(event.about);
    assert_null(event.reply_to);
}

static void optional_fields_of_a_wrong_type_are_absent(void **state)
{
    (void)state;
    assert_true(parse("m.room.message", "{'msgtype':'m.text','body':'hi','net.hotseat.id':7}",
                      ",'room_id':'x','unsigned':{'transaction_id':['t']}"));
    assert_null(event.room);
    assert_null(event.transaction);
    assert_null(event.outbox);
    assert_true(parse("m.room.message", "{'msgtype':'m.text','body':'hi','m.relates_to':3}", ",'unsigned':[]"));
    assert_int_equal(event.relation, MATRIX_ALONE);
}

static void forged_times(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t at; } cases[] = {
        {"-5", 0}, {"9007199254740991", MATRIX_POWER_MAX}, {"9007199254740992", MATRIX_POWER_MAX},
        {"9223372036854775807", 0}, {"99999999999999999999999", 0}, {"'now'", 0}, {"1.5e12", 0}, {"null", 0},
        {"1e999", 0},
    };
    char text[400];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "{'type':'m.room.name','event_id':'$e','sender':'@a:x','state_key':'',"
                                    "'content':{},'origin_server_ts':%s}", cases[i].text);
        assert_true(parse_as(text, MATRIX_FULL));
        assert_true(event.at == cases[i].at);
    }
}

static void what_must_be_there(void **state)
{
    (void)state;
    static const struct { const char *text, *why; } cases[] = {
        {"{'event_id':'$e','sender':'@a:x','content':{}}", "no type"},
        {"{'type':7,'event_id':'$e','sender':'@a:x','content':{}}", "no type"},
        {"{'type':'','event_id':'$e','sender':'@a:x','content':{}}", "no type"},
        {"{'type':'m.room.topic','event_id':'$e','sender':'@a:x','content':{}}",
         "a type that the bot does not act on"},
        {"{'type':'m.reaction','event_id':'$e','sender':'@a:x'}", "no content"},
        {"{'type':'m.reaction','event_id':'$e','sender':'@a:x','content':[]}", "no content"},
        {"{'type':'m.reaction','event_id':'$e','content':{}}", "no sender"},
        {"{'type':'m.reaction','event_id':'$e','sender':null,'content':{}}", "no sender"},
        {"{'type':'m.reaction','event_id':'$e','sender':'ann','content':{}}", "no sender"},
        {"{'type':'m.reaction','event_id':'$e','sender':'@ann','content':{}}", "no sender"},
        {"{'type':'m.reaction','event_id':'$e','sender':'@a\\nb:x','content':{}}", "no sender"},
        {"{'type':'m.reaction','sender':'@a:x','content':{}}", "no event id"},
        {"{'type':'m.reaction','event_id':'e','sender':'@a:x','content':{}}", "no event id"},
        {"{'type':'m.reaction','event_id':['$e'],'sender':'@a:x','content':{}}", "no event id"},
        {"{'type':'m.reaction','event_id':'$e','sender':'@a:x','content':{},'state_key':''}",
         "said, but with a state key"},
        {"{'type':'m.room.name','event_id':'$e','sender':'@a:x','content':{}}",
         "state without a state key"},
        {"{'type':'m.room.name','event_id':'$e','sender':'@a:x','content':{},'state_key':1}",
         "state without a state key"},
        {"{'type':'m.room.power_levels','event_id':'$e','sender':'@a:x','content':{},'state_key':'@a:x'}",
         "state under another key"},
        {"[]", "JSON, but no object"},
        {"{", "not JSON"},
        {"", "not JSON"},
        {"{'type':'m.reaction'}}", "not JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(parse_as(cases[i].text, MATRIX_FULL));
        assert_string_equal(why, cases[i].why);
    }
}

static void ids_have_255_bytes_at_most(void **state)
{
    (void)state;
    char text[700];
    for (int length = 254; length <= 255; length++) {
        snprintf(text, sizeof text, "{'type':'m.room.name','event_id':'$%0*d','sender':'@a:x','content':{},"
                                    "'state_key':''}", length, 0);
        assert_int_equal(parse_as(text, MATRIX_FULL), length == 254);
        snprintf(text, sizeof text, "{'type':'m.room.name','event_id':'$e','sender':'@%0*d:x','content':{},"
                                    "'state_key':''}", length - 2, 0);
        assert_int_equal(parse_as(text, MATRIX_FULL), length == 254);
        snprintf(text, sizeof text, "{'type':'m.room.member','event_id':'$e','sender':'@a:x',"
                                    "'content':{'membership':'join'},'state_key':'@%0*d'}", length, 0);
        assert_int_equal(parse_as(text, MATRIX_FULL), length == 254);
    }
}

static void nested_deeply(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text);
    for (int depth = 62; depth <= 63; depth++) {
        buf_clear(&text);
        buf_puts(&text, "{'type':'m.room.name','event_id':'$e','sender':'@a:x','state_key':'','content':{'x':");
        for (int i = 0; i < depth; i++)
            buf_puts(&text, "[");
        for (int i = 0; i < depth; i++)
            buf_puts(&text, "]");
        buf_puts(&text, "}}");
        assert_int_equal(parse_as(buf_text(&text), MATRIX_FULL), depth == 62);
    }
    assert_string_equal(why, "JSON nested too deeply");
    buf_finish(&text);
}

static void stripped_state(void **state)
{
    (void)state;
    assert_true(parse_as("{'type':'m.room.member','sender':'@a:x','state_key':'@bot:x',"
                         "'content':{'membership':'invite','is_direct':true}}", MATRIX_STRIPPED));
    assert_string_equal(event.id, "");
    assert_true(event.at == 0);
    assert_int_equal(event.member.membership, MATRIX_INVITED);
    assert_true(event.member.direct);
    assert_false(parse_as("{'type':'m.room.message','sender':'@a:x','content':{'msgtype':'m.text','body':'b'}}",
                          MATRIX_STRIPPED));
    assert_string_equal(why, "no state");
}

/* ---- what was said ---- */

static void a_message(void **state)
{
    (void)state;
    assert_true(parse("m.room.message",
                      "{'msgtype':'m.text','body':'a\\u0000b','format':'org.matrix.custom.html',"
                      "'formatted_body':'<b>a</b>','m.mentions':{'user_ids':['@bot:x',5],'room':true}}", ""));
    assert_string_equal(event.message.msgtype, "m.text");
    assert_string_equal(event.message.body, "a\xEF\xBF\xBD" "b");
    assert_string_equal(event.message.html, "<b>a</b>");
    assert_true(event.message.mentions);
    assert_true(event.message.mentions_room);
    assert_true(matrix_event_mentions(&event.message, "@bot:x"));
    assert_false(matrix_event_mentions(&event.message, "@ann:x"));
    assert_true(parse("m.room.message", "{'msgtype':'m.text','body':'','format':'x','formatted_body':'<b>',"
                                        "'m.mentions':{'user_ids':'@bot:x','room':'true'}}", ""));
    assert_null(event.message.html);
    assert_false(event.message.mentions_room);
    assert_false(matrix_event_mentions(&event.message, "@bot:x"));
}

static void a_file(void **state)
{
    (void)state;
    assert_true(parse("m.room.message",
                      "{'msgtype':'m.file','body':'my answer','filename':'a.py','url':'mxc://x/abc',"
                      "'info':{'size':123,'mimetype':'text/x-python'}}", ""));
    assert_string_equal(event.message.url, "mxc://x/abc");
    assert_string_equal(event.message.filename, "a.py");
    assert_string_equal(event.message.mimetype, "text/x-python");
    assert_true(event.message.size == 123);
    assert_false(event.message.encrypted_file);
    assert_true(parse("m.room.message", "{'msgtype':'m.file','body':'a.txt','url':'https://x/a','file':{},"
                                        "'info':{'size':-4,'mimetype':1},'filename':2}", ""));
    assert_null(event.message.url);
    assert_null(event.message.filename);
    assert_null(event.message.mimetype);
    assert_true(event.message.size == -1);
    assert_true(event.message.encrypted_file);
}

static void an_edit(void **state)
{
    (void)state;
    assert_true(parse("m.room.message",
                      "{'msgtype':'m.text','body':'* new','m.new_content':{'msgtype':'m.text','body':'new'},"
                      "'net.hotseat.id':'i','m.relates_to':{'rel_type':'m.replace','event_id':'$old'}}", ""));
    assert_int_equal(event.relation, MATRIX_REPLACE);
    assert_string_equal(event.about, "$old");
    assert_string_equal(event.message.body, "new");
    assert_string_equal(event.outbox, "i");
    check_refused("m.room.message", "{'msgtype':'m.text','body':'* new',"
                                    "'m.relates_to':{'rel_type':'m.replace','event_id':'$old'}}", "",
                  "an edit of no event, or without new content");
    check_refused("m.room.message", "{'msgtype':'m.text','body':'* n','m.new_content':{'msgtype':'m.text',"
                                    "'body':'n'},'m.relates_to':{'rel_type':'m.replace'}}", "",
                  "an edit of no event, or without new content");
    check_refused("m.room.message", "{'msgtype':'m.text','body':'* n','m.new_content':{'body':'n'},"
                                    "'m.relates_to':{'rel_type':'m.replace','event_id':'$o'}}", "",
                  "a message without msgtype or body");
}

static void replies_and_threads(void **state)
{
    (void)state;
    assert_true(parse("m.room.message", "{'msgtype':'m.text','body':'b',"
                                        "'m.relates_to':{'m.in_reply_to':{'event_id':'$q'}}}", ""));
    assert_int_equal(event.relation, MATRIX_ALONE);
    assert_string_equal(event.reply_to, "$q");
    assert_true(parse("m.room.message",
                      "{'msgtype':'m.text','body':'b','m.relates_to':{'rel_type':'m.thread','event_id':'$root',"
                      "'is_falling_back':true,'m.in_reply_to':{'event_id':'$last'}}}", ""));
    assert_int_equal(event.relation, MATRIX_THREAD);
    assert_string_equal(event.about, "$root");
    assert_string_equal(event.reply_to, "$last");
    assert_true(event.falling_back);
    assert_true(parse("m.room.message", "{'msgtype':'m.text','body':'b','m.relates_to':{'rel_type':'m.thread',"
                                        "'event_id':7,'m.in_reply_to':'$q'}}", ""));
    assert_int_equal(event.relation, MATRIX_ALONE);
    assert_null(event.reply_to);
    assert_true(parse("m.room.message", "{'msgtype':'m.text','body':'b','m.relates_to':"
                                        "{'rel_type':'org.example','event_id':'$q'}}", ""));
    assert_int_equal(event.relation, MATRIX_ALONE);
    assert_null(event.about);
}

static void messages_that_are_none(void **state)
{
    (void)state;
    static const char *const contents[] = {"{'msgtype':'m.text'}", "{'body':'b'}", "{'msgtype':1,'body':'b'}",
                                           "{'msgtype':'m.text','body':['b']}", "{'msgtype':'','body':'b'}"};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
        check_refused("m.room.message", contents[i], "", "a message without msgtype or body");
}

static void what_was_redacted(void **state)
{
    (void)state;
    assert_true(parse("m.room.message", "{}", ",'unsigned':{'redacted_because':{'type':'m.room.redaction'}}"));
    assert_true(event.redacted);
    assert_null(event.message.msgtype);
    assert_true(parse("m.reaction", "{}", ""));
    assert_true(event.redacted);
    assert_null(event.key);
    assert_true(parse("m.room.member", "{'membership':'join'}",
                      ",'state_key':'@a:x','unsigned':{'redacted_because':{}}"));
    assert_true(event.redacted);
    assert_int_equal(event.member.membership, MATRIX_JOINED);
}

static void a_reaction(void **state)
{
    (void)state;
    assert_true(parse("m.reaction", "{'m.relates_to':{'rel_type':'m.annotation','event_id':'$m',"
                                    "'key':'1\\ufe0f\\u20e3'}}", ""));
    assert_int_equal(event.relation, MATRIX_ANNOTATION);
    assert_string_equal(event.about, "$m");
    assert_string_equal(event.key, "1\xEF\xB8\x8F\xE2\x83\xA3");
    static const char *const bad[] = {
        "{'x':1}", "{'m.relates_to':{'rel_type':'m.annotation','event_id':'$m'}}",
        "{'m.relates_to':{'rel_type':'m.annotation','event_id':'$m','key':4}}",
        "{'m.relates_to':{'rel_type':'m.annotation','event_id':'$m','key':''}}",
        "{'m.relates_to':{'rel_type':'m.annotation','key':'1'}}",
        "{'m.relates_to':{'rel_type':'m.reference','event_id':'$m','key':'1'}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_refused("m.reaction", bad[i], "", "a reaction to no event, or without a key");
}

static void a_redaction(void **state)
{
    (void)state;
    assert_true(parse("m.room.redaction", "{'reason':'r'}", ",'redacts':'$m'"));
    assert_string_equal(event.about, "$m");
    assert_true(parse("m.room.redaction", "{'redacts':'$n'}", ""));
    assert_string_equal(event.about, "$n");
    assert_true(parse("m.room.redaction", "{'redacts':'$n'}", ",'redacts':'$m'"));
    assert_string_equal(event.about, "$m");
    assert_true(parse("m.room.redaction", "{}", ",'redacts':'$m'"));
    assert_false(event.redacted);
    assert_true(parse("m.room.redaction", "{'redacts':'$n','m.relates_to':{'rel_type':'m.thread',"
                                          "'event_id':'$t'}}", ""));
    assert_string_equal(event.about, "$n");
    assert_int_equal(event.relation, MATRIX_ALONE);
    check_refused("m.room.redaction", "{'redacts':7}", ",'redacts':{}", "a redaction of no event");
}

static void what_is_encrypted(void **state)
{
    (void)state;
    assert_true(parse("m.room.encrypted", "{'algorithm':'m.megolm.v1.aes-sha2','ciphertext':'x',"
                                          "'m.relates_to':{'rel_type':'m.replace'}}", ""));
    assert_int_equal(event.kind, MATRIX_ENCRYPTED);
    assert_string_equal(event.encryption.algorithm, "m.megolm.v1.aes-sha2");
    assert_true(parse("m.room.encrypted", "{'algorithm':7}", ""));
    assert_null(event.encryption.algorithm);
    assert_true(parse_state("m.room.encryption", "{'algorithm':'m.megolm.v1.aes-sha2'}"));
    assert_string_equal(event.encryption.algorithm, "m.megolm.v1.aes-sha2");
    assert_true(parse_state("m.room.encryption", "{}"));
    assert_int_equal(event.kind, MATRIX_ENCRYPTION);
}

/* ---- state ---- */

static void memberships(void **state)
{
    (void)state;
    static const char *const names[] = {"invite", "join", "leave", "ban", "knock"};
    char content[100];
    for (int i = 0; i < 5; i++) {
        snprintf(content, sizeof content, "{'membership':'%s','displayname':'B'}", names[i]);
        assert_true(parse("m.room.member", content, ",'state_key':'@b:x'"));
        assert_int_equal(event.member.membership, i);
        assert_string_equal(event.member.name, "B");
        assert_string_equal(event.state_key, "@b:x");
    }
    assert_true(parse("m.room.member", "{'membership':'join','displayname':null}", ",'state_key':'@b:x'"));
    assert_null(event.member.name);
    assert_true(parse("m.room.member", "{'membership':'join','displayname':{}}", ",'state_key':'@b:x'"));
    assert_null(event.member.name);
    check_refused("m.room.member", "{'membership':'owner'}", ",'state_key':'@b:x'",
                  "a membership that there is not");
    check_refused("m.room.member", "{'membership':1}", ",'state_key':'@b:x'", "a membership that there is not");
    check_refused("m.room.member", "{'membership':'join'}", ",'state_key':'b'", "a membership of nobody");
}

static void small_state(void **state)
{
    (void)state;
    assert_true(parse_state("m.room.tombstone", "{'body':'moved','replacement_room':'!new:x'}"));
    assert_string_equal(event.tombstone.room, "!new:x");
    assert_string_equal(event.tombstone.body, "moved");
    assert_true(parse_state("m.room.tombstone", "{'replacement_room':'#new:x'}"));
    assert_null(event.tombstone.room);
    assert_true(parse_state("m.room.join_rules", "{'join_rule':'knock'}"));
    assert_string_equal(event.join_rules.rule, "knock");
    check_refused("m.room.join_rules", "{'join_rule':[]}", ",'state_key':''", "join rules without a rule");
    assert_true(parse_state("m.room.name", "{'name':'Prep'}"));
    assert_string_equal(event.named.name, "Prep");
    assert_true(parse_state("m.room.name", "{'name':4}"));
    assert_null(event.named.name);
    assert_true(parse_state("m.room.canonical_alias", "{'alias':'#prep:x'}"));
    assert_string_equal(event.named.name, "#prep:x");
    assert_true(parse_state("m.room.canonical_alias", "{'alias':'prep'}"));
    assert_null(event.named.name);
    assert_true(parse_state("m.room.history_visibility", "{'history_visibility':'joined'}"));
    assert_string_equal(event.history.visibility, "joined");
    check_refused("m.room.history_visibility", "{}", ",'state_key':''",
                  "a history visibility that says nothing");
}

static void kinds(void **state)
{
    (void)state;
    assert_int_equal(matrix_kind_of("m.reaction"), MATRIX_REACTION);
    assert_int_equal(matrix_kind_of("m.room.create"), MATRIX_CREATE);
    assert_int_equal(matrix_kind_of(""), MATRIX_KIND_NONE);
    assert_int_equal(matrix_kind_of("m.room.topic"), MATRIX_KIND_NONE);
    assert_false(matrix_kind_is_state(MATRIX_ENCRYPTED));
    assert_true(matrix_kind_is_state(MATRIX_MEMBER));
    assert_true(matrix_kind_is_state(MATRIX_HISTORY));
}

/* ---- account data ---- */

static struct buf told;

static void on_room(void *context, const char *user, const char *room)
{
    (void)context;
    buf_printf(&told, "%s %s\n", user, room);
}

static void on_ignored(void *context, const char *user)
{
    (void)context;
    buf_printf(&told, "%s\n", user);
}

static void direct_rooms(void **state)
{
    (void)state;
    const char *good = "{\"type\":\"m.direct\",\"content\":{\"@a:x\":[\"!1:x\",\"!2:x\",3,\"x\"],\"@b:x\":\"!3:x\","
                       "\"c\":[\"!4:x\"]}}";
    assert_int_equal(matrix_direct_rooms(good, strlen(good), on_room, NULL, &why), 0);
    assert_string_equal(buf_text(&told), "@a:x !1:x\n@a:x !2:x\n");
    buf_clear(&told);
    assert_int_equal(matrix_direct_rooms("{\"content\":[]}", 14, on_room, NULL, &why), 0);
    assert_int_equal(matrix_direct_rooms("[]", 2, on_room, NULL, &why), -1);
    assert_string_equal(why, "JSON, but no object");
    assert_int_equal(told.length, 0);
    buf_finish(&told);
}

static void ignored_users(void **state)
{
    (void)state;
    const char *good = "{\"content\":{\"ignored_users\":{\"@a:x\":{},\"nobody\":{},\"@b:x\":7}}}";
    assert_int_equal(matrix_ignored_users(good, strlen(good), on_ignored, NULL, &why), 0);
    assert_string_equal(buf_text(&told), "@a:x\n@b:x\n");
    buf_clear(&told);
    assert_int_equal(matrix_ignored_users("{\"content\":{\"ignored_users\":[\"@a:x\"]}}", 38, on_ignored,
                                          NULL, &why), 0);
    assert_int_equal(matrix_ignored_users("{", 1, on_ignored, NULL, &why), -1);
    assert_int_equal(told.length, 0);
    buf_finish(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_all_events_have, finish),
        cmocka_unit_test_teardown(optional_fields_of_a_wrong_type_are_absent, finish),
        cmocka_unit_test_teardown(forged_times, finish),
        cmocka_unit_test_teardown(what_must_be_there, finish),
        cmocka_unit_test_teardown(ids_have_255_bytes_at_most, finish),
        cmocka_unit_test_teardown(nested_deeply, finish),
        cmocka_unit_test_teardown(stripped_state, finish),
        cmocka_unit_test_teardown(a_message, finish),
        cmocka_unit_test_teardown(a_file, finish),
        cmocka_unit_test_teardown(an_edit, finish),
        cmocka_unit_test_teardown(replies_and_threads, finish),
        cmocka_unit_test_teardown(messages_that_are_none, finish),
        cmocka_unit_test_teardown(what_was_redacted, finish),
        cmocka_unit_test_teardown(a_reaction, finish),
        cmocka_unit_test_teardown(a_redaction, finish),
        cmocka_unit_test_teardown(what_is_encrypted, finish),
        cmocka_unit_test_teardown(memberships, finish),
        cmocka_unit_test_teardown(small_state, finish),
        cmocka_unit_test(kinds),
        cmocka_unit_test(direct_rooms),
        cmocka_unit_test(ignored_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
