#include "transport/matrix/matrix_words.h"

#include <string.h>
#include <strings.h>

#include "core/event.h"
#include "util/utf8.h"

/* ---- replies and mentions ---- */

static const char *line_end(const char *at, const char *end)
{
    const char *lf = memchr(at, '\n', (size_t)(end - at));
    return lf ? lf + 1 : end;
}

static bool starts(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

/* Skips "> <@ann:x> their words", the lines of ">" after it, and one empty line. (Up to version
 * 1.12 of the specification clients put it before a reply.) */
static const char *over_quotation(const char *at, const char *end)
{
    if (!starts(at, end, "> <@") && !starts(at, end, "> * <@"))
        return at;
    while (at < end && *at == '>')
        at = line_end(at, end);
    return at < end && *at == '\n' ? at + 1 : at;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *digit = c ? strchr(digits, c | 0x20) : NULL;
    return digit ? (int)(digit - digits) : -1;
}

/* Behind the user's id, which may be percent-encoded, or NULL. */
static const char *over_id(const char *at, const char *end, const char *user)
{
    for (; *user; user++) {
        char c = at < end ? *at : '\0';
        int high = c == '%' && end - at > 2 ? hex_digit(at[1]) : -1;
        int low = high >= 0 ? hex_digit(at[2]) : -1;
        if (low >= 0)
            c = (char)(high * 16 + low);
        if (c != *user)
            return NULL;
        at += low >= 0 ? 3 : 1;
    }
    return at;
}

/* Behind "[any words](https://matrix.to/#/@user:server)", or NULL. */
static const char *over_link(const char *at, const char *end, const char *user)
{
    static const char base[] = "](https://matrix.to/#/";
    const char *close = at < end && *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
    if (!close || !starts(close, end, base))
        return NULL;
    at = over_id(close + strlen(base), end, user);
    return at && at < end && *at == ')' ? at + 1 : NULL;
}

static const char *over_name(const char *at, const char *end, const char *name)
{
    size_t length = name ? strlen(name) : 0;
    at += at < end && *at == '@';
    return length > 0 && (size_t)(end - at) >= length && strncasecmp(at, name, length) == 0
               ? at + length : NULL;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* Bytes of a call at the beginning, with a colon or comma after it, and white space; 0 if there is none. */
static size_t call_length(const char *text, size_t length, const char *user, const char *name)
{
    const char *end = text + length, *at = text, *after;
    while (at < end && is_space(*at))
        at++;
    after = over_link(at, end, user);
    if (!after)
        after = over_id(at, end, user);
    if (!after)
        after = over_name(at, end, name);
    if (!after)
        return 0;
    at = after;
    at += at < end && (*at == ':' || *at == ',');
    if (at == after && at < end && !is_space(*at))
        return 0;
    while (at < end && is_space(*at))
        at++;
    return (size_t)(at - text);
}

bool matrix_words_named(const char *text, size_t length, const char *user, const char *name,
                        bool mentioned, struct buf *out)
{
    size_t call = call_length(text, length, user, mentioned ? name : NULL);
    size_t before = out->length, more = strlen(name) + strlen(": ");
    if (call > 0 && call < length && name[0] && more + length - call <= EVENT_TEXT_MAX) {
        buf_printf(out, "%s: ", name);
        buf_add(out, text + call, length - call);
    }
    if (out->length == before)
        buf_add(out, text, length);
    return call > 0;
}

/* ---- the words ---- */

static void add_clean(const char *text, size_t length, struct buf *out, bool *cut)
{
    size_t before = out->length;
    utf8_clean(out, text, length, false);
    if (out->failed)
        return;
    size_t size = out->length - before, kept = utf8_cut(buf_text(out) + before, size, EVENT_TEXT_MAX);
    *cut = kept < size;
    buf_truncate(out, before + kept);
}

enum matrix_words matrix_words(const struct matrix_event *event, struct buf *out, bool *cut)
{
    const struct matrix_message *message = &event->message;
    struct buf fenced;
    *cut = false;
    if (event->kind != MATRIX_MESSAGE || !message->msgtype)
        return MATRIX_WORDS_NOTHING;
    if (strcmp(message->msgtype, "m.file") == 0) {
        if (message->filename && strcmp(message->filename, message->body) != 0)
            add_clean(message->body, strlen(message->body), out, cut);
        return MATRIX_WORDS_FILE;
    }
    if (strcmp(message->msgtype, "m.text") != 0 && strcmp(message->msgtype, "m.emote") != 0)
        return MATRIX_WORDS_NOTHING;
    const char *body = message->body, *end = body + strlen(body);
    if (event->reply_to)
        body = over_quotation(body, end);
    buf_init(&fenced);
    matrix_words_fence(body, (size_t)(end - body), message->html, &fenced);
    add_clean(buf_text(&fenced), fenced.length, out, cut);
    out->failed |= fenced.failed;
    buf_finish(&fenced);
    return MATRIX_WORDS_TEXT;
}
