/*
 * One event: whatever is read of it keeps its bounds, and so do the words, the
 * key and the name that come out of it.
 */
#include "fuzz.h"

#include <jansson.h>
#include <string.h>

#include "core/event.h"
#include "transport/matrix/matrix_event.h"
#include "transport/matrix/matrix_slice.h"
#include "transport/matrix/matrix_sync.h"
#include "transport/matrix/matrix_words.h"
#include "util/utf8.h"

/* An id that is there has its form and its bound. */
static void check_id(const char *id, char sigil)
{
    if (!id)
        return;
    MUST(id[0] == sigil && id[1] && strlen(id) <= MATRIX_ID_MAX);
    for (; *id; id++)
        MUST((unsigned char)*id > ' ' && *id != 0x7F);
}

static void check_clean(const char *text, size_t length, size_t limit, bool one_line)
{
    MUST(length <= limit && strlen(text) == length && utf8_valid(text, length));
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t code = utf8_decode(text + at, length - at, &size);
        MUST(!utf8_is_trick(code) && (!one_line || (code != '\n' && code != '\t')));
    }
}

static void check_key(const char *text)
{
    char key[MATRIX_KEY_MAX + 1], again[MATRIX_KEY_MAX + 1];
    if (!matrix_words_key(text, key))
        return;
    check_clean(key, strlen(key), MATRIX_KEY_MAX, true);
    MUST(key[0] && matrix_words_key(key, again) && strcmp(key, again) == 0);
}

static void check_name(const char *name, const char *user)
{
    char label[MATRIX_LABEL_MAX + 1], again[MATRIX_LABEL_MAX + 1];
    matrix_words_name(name, user, label);
    check_clean(label, strlen(label), MATRIX_LABEL_MAX, true);
    MUST(label[0] && label[0] != ' ' && label[strlen(label) - 1] != ' ' && !strstr(label, "  "));
    matrix_words_name(label, "@else:x", again);
    MUST(strcmp(label, again) == 0);
}

/* All of the body is there, in order; what was added are fences. */
static void check_fence(const char *body, const char *html)
{
    struct buf out;
    size_t length = strlen(body), at = 0;
    buf_init(&out);
    matrix_words_fence(body, length, html, &out);
    MUST(!out.failed && out.length >= length && out.length <= length + 16 * 48);
    for (size_t i = 0; i < out.length; i++)
        at += at < length && out.data[i] == body[at];
    MUST(at == length);
    buf_finish(&out);
}

/* The end of the text is there; it is not longer than it may be. */
static void check_named(const char *text, size_t length, const char *user, const char *name)
{
    struct buf out;
    buf_init(&out);
    bool calls = matrix_words_named(text, length, user, name, true, &out);
    MUST(!out.failed && (out.length <= EVENT_TEXT_MAX || out.length == length));
    MUST(calls || (out.length == length && memcmp(buf_text(&out), text, length) == 0));
    MUST(length == 0 || out.data[out.length - 1] == text[length - 1]);
    buf_finish(&out);
}

static void check_words(const struct matrix_event *event)
{
    struct buf out;
    bool cut;
    buf_init(&out);
    enum matrix_words kind = matrix_words(event, &out, &cut);
    MUST(!out.failed);
    MUST(kind != MATRIX_WORDS_NOTHING || (out.length == 0 && !cut));
    check_clean(buf_text(&out), out.length, EVENT_TEXT_MAX, false);
    check_named(buf_text(&out), out.length, event->sender, "Bot");
    buf_finish(&out);
    if (event->message.body)
        check_fence(event->message.body, event->message.html);
}

static void check_message(const struct matrix_event *event)
{
    const struct matrix_message *message = &event->message;
    MUST(!message->msgtype == event->redacted);
    MUST(event->redacted || message->body);
    MUST(message->size >= -1);
    MUST(!message->url || strncmp(message->url, "mxc://", 6) == 0);
    matrix_event_mentions(message, event->sender);
    check_words(event);
}

static void check_power(const struct matrix_event *event)
{
    const struct matrix_power *power = &event->power;
    int64_t levels[] = {power->users_default, power->events_default, power->state_default, power->redact,
                        power->kick, power->ban, power->invite, power->notify_room,
                        matrix_power_of(power, event->sender), matrix_power_of(power, "@a:x"),
                        matrix_power_needed(power, "m.reaction", false),
                        matrix_power_needed(power, "m.room.name", true)};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        MUST(levels[i] >= -MATRIX_POWER_MAX && levels[i] <= MATRIX_POWER_MAX);
}

static void check_content(const struct matrix_event *event)
{
    switch (event->kind) {
    case MATRIX_MESSAGE:
        check_message(event);
        break;
    case MATRIX_REACTION:
        MUST(event->redacted || (event->about && event->key));
        if (event->key)
            check_key(event->key);
        break;
    case MATRIX_REDACTION:
        MUST(event->redacted || event->about);
        break;
    case MATRIX_MEMBER:
        check_id(event->state_key, '@');
        check_name(event->member.name, event->state_key);
        break;
    case MATRIX_POWER:
        check_power(event);
        break;
    case MATRIX_CREATE:
        check_id(event->creation.creator, '@');
        MUST(event->creation.version && matrix_creation_by(&event->creation, event->creation.creator));
        break;
    case MATRIX_TOMBSTONE:
        check_id(event->tombstone.room, '!');
        break;
    default:
        break;
    }
}

static void check_event(const char *text, size_t length, enum matrix_form form)
{
    struct matrix_event event;
    char type[MATRIX_TYPE_MAX];
    const char *why;
    if (!matrix_event_parse(&event, text, length, form, &why)) {
        MUST(why && why[0] && why != matrix_event_memory && !event.root);
        return;
    }
    MUST(!why && event.kind == matrix_kind_of(event.type) && event.kind != MATRIX_KIND_NONE);
    MUST(matrix_raw_type(text, length, type) && strcmp(type, event.type) == 0);
    MUST(event.at >= 0 && event.at <= MATRIX_POWER_MAX);
    MUST(matrix_kind_is_state(event.kind) == (event.state_key != NULL));
    MUST((event.relation == MATRIX_ALONE) || event.about);
    if (form == MATRIX_FULL)
        check_id(event.id, '$');
    check_id(event.sender, '@');
    check_id(event.room, '!');
    check_id(event.about, '$');
    check_id(event.reply_to, '$');
    check_content(&event);
    matrix_event_finish(&event);
}

/* A member is found as jansson finds it. */
static void check_member(const char *text, size_t length)
{
    const char *value = NULL;
    size_t size = 0;
    bool found = matrix_slice_member(text, length, "type", &value, &size);
    MUST(!found || (value >= text && value + size <= text + length));
    json_t *whole = json_loadb(text, length, 0, NULL), *one;
    if (json_is_object(whole)) {
        const json_t *wanted = json_object_get(whole, "type");
        MUST(found == (wanted != NULL));
        one = found ? json_loadb(value, size, JSON_DECODE_ANY, NULL) : NULL;
        MUST(!found || (one && json_equal(one, wanted)));
        json_decref(one);
    }
    json_decref(whole);
}

static void ignore_room(void *context, const char *user, const char *room)
{
    (void)context;
    check_id(user, '@');
    check_id(room, '!');
}

static void ignore_user(void *context, const char *user)
{
    (void)context;
    check_id(user, '@');
}

/* The input as plain text: a body and its HTML, a key, a name. */
static void check_texts(const char *text, size_t length)
{
    struct buf copy;
    buf_init(&copy);
    buf_add(&copy, text, length);
    const char *body = buf_text(&copy), *half = body + strlen(body);
    half += half < body + copy.length;
    check_fence(body, half);
    check_key(body);
    check_name(body, half);
    check_named(text, length, "@bot:x", "Bot");
    buf_finish(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size ? (const char *)data : "", *why;
    check_event(text, size, MATRIX_FULL);
    check_event(text, size, MATRIX_STRIPPED);
    check_member(text, size);
    matrix_direct_rooms(text, size, ignore_room, NULL, &why);
    matrix_ignored_users(text, size, ignore_user, NULL, &why);
    check_texts(text, size);
    return 0;
}
