/* The line of a value, in text that jansson has found to be JSON. */
#include <stdlib.h>
#include <string.h>

#include "store/pack/reader.h"

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static void skip_space(const char *end, struct pack_place *place)
{
    while (place->at < end && is_one_of(*place->at, " \t\r\n:,")) {
        place->line += *place->at == '\n';
        place->at++;
    }
}

static void skip_string(const char *end, struct pack_place *place)
{
    for (place->at++; place->at < end && *place->at != '"'; place->at++)
        if (*place->at == '\\')
            place->at++;
    place->at++;
}

static void skip_value(const char *end, struct pack_place *place)
{
    size_t depth = 0;
    do {
        skip_space(end, place);
        if (place->at >= end)
            return;
        char c = *place->at;
        if (c == '"') {
            skip_string(end, place);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        place->at++;
        if (!is_one_of(c, "{}[]"))
            while (place->at < end && !is_one_of(*place->at, " \t\r\n:,]}"))
                place->at++;
    } while (depth > 0);
}

static bool enter_element(const char *end, struct pack_place *place, size_t index)
{
    if (place->at >= end || *place->at != '[')
        return false;
    place->at++;
    for (size_t i = 0; i < index; i++)
        skip_value(end, place);
    skip_space(end, place);
    return place->at < end && *place->at != ']';
}

/* A key that is written with escapes is not found; then the object's line must do. */
static bool enter_member(const char *end, struct pack_place *place, const char *key)
{
    size_t length = strlen(key);
    if (place->at >= end || *place->at != '{')
        return false;
    place->at++;
    for (;;) {
        skip_space(end, place);
        if (place->at >= end || *place->at != '"')
            return false;
        const char *name = place->at + 1;
        skip_string(end, place);
        bool found = (size_t)(place->at - name) == length + 1 && memcmp(name, key, length) == 0;
        skip_space(end, place);
        if (found)
            return true;
        skip_value(end, place);
    }
}

/* Goes from the value at depth `from` to the path's value, as far as it is there. */
static void follow(const struct pack_reader *reader, struct pack_place *place, size_t from)
{
    const char *end = reader->text + reader->length;
    skip_space(end, place);
    for (size_t i = from; i < reader->depth && i < PACK_STEPS; i++) {
        const struct pack_step *step = &reader->steps[i];
        struct pack_place inside = *place;
        bool found = step->key ? enter_member(end, &inside, step->key)
                               : enter_element(end, &inside, step->index);
        if (!found)
            return;
        *place = inside;
    }
}

size_t place_line(const struct pack_reader *reader)
{
    struct pack_place place = {reader->text, 1};
    if (reader->question_depth > 0)
        place = reader->question;
    follow(reader, &place, reader->question_depth);
    return place.line;
}

void place_enter(struct pack_reader *reader)
{
    reader->question = (struct pack_place){reader->text, 1};
    follow(reader, &reader->question, 0);
    reader->question_depth = reader->depth;
}

/* Up to the next string or white space, or the end of the value. */
static void skip_signs(const char *end, struct pack_place *place, size_t *depth)
{
    do {
        *depth += *place->at == '{' || *place->at == '[';
        *depth -= *place->at == '}' || *place->at == ']';
        place->at++;
    } while (*depth > 0 && place->at < end && !is_one_of(*place->at, " \t\r\n\""));
}

static void skip_lines(const char *end, struct pack_place *place)
{
    for (; place->at < end && is_one_of(*place->at, " \t\r\n"); place->at++)
        place->line += *place->at == '\n';
}

void place_copy(struct pack_reader *reader, struct buf *out)
{
    const char *end = reader->text + reader->length;
    struct pack_place *place = &reader->question;
    size_t depth = 0;
    if (*place->at != '{')
        skip_value(end, place);
    else
        do {
            const char *from = place->at;
            if (*from == '"')
                skip_string(end, place);
            else
                skip_signs(end, place, &depth);
            buf_add(out, from, (size_t)(place->at - from));
            skip_lines(end, place);
        } while (depth > 0 && place->at < end);
    skip_space(end, place);
}
