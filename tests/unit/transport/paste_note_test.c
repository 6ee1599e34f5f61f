/* Events as notes: all comes back, and nothing that was not written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "transport/paste_note.h"
#include "util/buf.h"

static struct event said(void)
{
    return (struct event){.kind = EVENT_EDIT, .at = 1795384387123, .role = ROLE_MODERATOR,
                          .guest = true, .to_bot = true, .line = true, .kept = true,
                          .room = {"irc", "libera", NULL}, .who = {"irc", "libera", "ann"},
                          .name = "Ann, 3:x", .bot_name = "hotseat", .id = "$id:1,2",
                          .about = "-,", .text = "https://bpa.st/ABCD\nx", .length = 21};
}

static void test_there_and_back(void **state)
{
    struct event event = said(), *read;
    struct buf note;
    bool bad;
    (void)state;
    buf_init(&note);
    paste_note_write(&note, &event);
    read = paste_note_read(buf_text(&note), "irc", "libera", &bad);
    assert_non_null(read);
    assert_int_equal(read->kind, EVENT_EDIT);
    assert_true(read->at == event.at && read->role == event.role && read->guest && !read->cut &&
                read->to_bot && read->line && !read->erasable && read->kept);
    assert_null(read->room.target);
    assert_true(address_same(&read->who, &event.who));
    assert_string_equal(read->name, event.name);
    assert_string_equal(read->bot_name, event.bot_name);
    assert_string_equal(read->id, event.id);
    assert_string_equal(read->about, event.about);
    assert_null(read->tag);
    assert_string_equal(read->text, event.text);
    assert_int_equal(read->length, event.length);
    free(read);
    buf_finish(&note);
}

/* Each note that is cut, or has a byte changed, is refused or read; nothing else happens. */
static void test_damaged(void **state)
{
    struct event event = said();
    struct buf note;
    bool bad;
    (void)state;
    buf_init(&note);
    paste_note_write(&note, &event);
    char *text = strdup(buf_text(&note));
    for (size_t i = 0; i < note.length; i++) {
        char was = text[i];
        text[i] = '\0';
        assert_null(paste_note_read(text, "irc", "libera", &bad));
        assert_true(bad);
        for (const char *other = "0-9,: x"; *other; other++) {
            text[i] = *other;
            free(paste_note_read(text, "irc", "libera", &bad));
        }
        text[i] = was;
    }
    static const char *const notes[] = {
        "", "2 0 1 0 0 ", "1 4 1 0 0 -,1:a,1:b,-,-,-,-,1:c,", "1 0 1 9 0 -,1:a,1:b,-,-,-,-,1:c,",
        "1 0 1 0 0 -,-,1:b,-,-,-,-,1:c,", "1 0 1 0 0 -,1:a,1:b,-,-,-,-,-,",
        "1 0 1 0 0 -,1:a,1:b,-,-,-,-,1:c,x", "1 0 1 0 0 -,1:a,1:b,-,-,-,-,9:c,",
        "1 0 1 0 0 -,1:a,1:b,-,-,-,-,-1:c,", "1 0 1 0 0 -,1:a,1:b,-,-,-,-,99999999999999999999:c,"};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        assert_null(paste_note_read(notes[i], "irc", "libera", &bad));
    free(text);
    buf_finish(&note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_there_and_back),
                                       cmocka_unit_test(test_damaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
