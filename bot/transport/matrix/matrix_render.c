#include "transport/matrix/matrix_render.h"
#include "transport/matrix/matrix_json.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/text.h"

/* ---- the plain body ---- */

struct body {
    struct buf *out;
    const char *between; /* put before the next line */
    enum text_block before;
    bool begun;          /* something was put */
};

/* Blocks stand apart by an empty line, but what a line introduces follows it at once. */
static const char *gap(enum text_block before, enum text_block block)
{
    if (before == block && (block == TEXT_ITEM || block == TEXT_ROW))
        return "\n";
    if (before == TEXT_QUOTE && block == TEXT_QUOTE)
        return "\n>\n";
    if (before == TEXT_HEADING)
        return "\n";
    if (before == TEXT_PARAGRAPH && block != TEXT_PARAGRAPH && block != TEXT_HEADING)
        return "\n";
    return "\n\n";
}

static void body_line(void *context, const char *line, size_t length, enum text_block block)
{
    struct body *body = context;
    (void)block;
    while (length > 0 && line[length - 1] == ' ')
        length--;
    if (body->begun)
        buf_puts(body->out, body->between);
    buf_add(body->out, line, length);
    body->between = "\n";
    body->begun = true;
}

int matrix_render_body(const char *bytes, size_t size, struct buf *out)
{
    static const struct text_style plain = {"", "", "", "", "", "", true};
    struct body body = {.out = out};
    struct text_cursor cursor;
    size_t start = out->length;
    text_walk(&cursor, bytes, size);
    const char *from = cursor.at;
    while (text_next_block(&cursor)) {
        enum text_block block = cursor.block;
        struct text_cursor ahead = cursor;
        while (block == TEXT_ROW && text_next_block(&ahead) && ahead.block == TEXT_ROW)
            cursor = ahead;
        bool empty = cursor.in == cursor.in_end && block != TEXT_ITEM;
        body.between = gap(body.before, block);
        if (!empty && text_render_lines(from, (size_t)(cursor.at - from), &plain, body_line, &body))
            return -1;
        body.before = empty ? body.before : block;
        from = cursor.at;
    }
    if (!out->failed && start + strspn(buf_text(out) + start, " \n") == out->length) {
        buf_truncate(out, start);
        buf_puts(out, MATRIX_RENDER_EMPTY);
    }
    return out->failed ? -1 : 0;
}

/* ---- contents ---- */

static json_t *relation(const struct matrix_render_about *about)
{
    if (about->replace)
        return json_pack("{s:s,s:s}", "rel_type", "m.replace", "event_id", about->replace);
    return json_pack("{s:{s:s}}", "m.in_reply_to", "event_id", about->reply);
}

/* What is shown: in an edit the same once more, inside m.new_content. */
static json_t *shown(const char *star, const char *body, const char *html, const char *mention)
{
    json_t *mentions = mention ? json_pack("{s:[s]}", "user_ids", mention) : json_object();
    return json_pack("{s:s,s:s+,s:s,s:s+,s:o}", "msgtype", "m.notice", "body", star, body, "format",
                     "org.matrix.custom.html", "formatted_body", star, html, "m.mentions",
                     mentions);
}

/* Appends a content that is taken; NULL = there was no memory for it. */
static int put_content_take(json_t *content, struct buf *out)
{
    char *json = content ? matrix_json_dump(content, JSON_COMPACT) : NULL;
    json_decref(content);
    if (json)
        buf_puts(out, json);
    int result = json && !out->failed ? 0 : -1;
    free(json);
    return result;
}

static json_t *notice(const char *body, const char *html, const struct matrix_render_about *about)
{
    json_t *content = shown(about->replace ? "* " : "", body, html, about->mention);
    int failed = !content;
    if (about->replace)
        failed |= json_object_set_new(content, "m.new_content",
                                      shown("", body, html, about->mention));
    if (about->replace || about->reply)
        failed |= json_object_set_new(content, "m.relates_to", relation(about));
    if (about->id)
        failed |= json_object_set_new(content, MATRIX_ID_KEY, json_string(about->id));
    if (!failed)
        return content;
    json_decref(content);
    return NULL;
}

int matrix_render_notice(const char *bytes, size_t size, const struct matrix_render_about *about,
                         struct buf *out)
{
    struct buf body, html;
    int result = -1;
    buf_init(&body);
    buf_init(&html);
    if (!matrix_render_body(bytes, size, &body) && !matrix_render_html(bytes, size, &html))
        result = put_content_take(notice(buf_text(&body), buf_text(&html), about), out);
    buf_finish(&html);
    buf_finish(&body);
    return result;
}

int matrix_render_reaction(const char *event, const char *key, const char *id, struct buf *out)
{
    char keycap[sizeof "1\xEF\xB8\x8F\xE2\x83\xA3"] = "1\xEF\xB8\x8F\xE2\x83\xA3";
    if (key[0] >= '1' && key[0] <= '9' && !key[1]) {
        keycap[0] = key[0];
        key = keycap;
    }
    json_t *content = json_pack("{s:{s:s,s:s,s:s},s:s}", "m.relates_to", "rel_type",
                                "m.annotation", "event_id", event, "key", key, MATRIX_ID_KEY, id);
    return put_content_take(content, out);
}
