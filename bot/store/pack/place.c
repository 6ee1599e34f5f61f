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

struct pack_place place_find(const struct pack_reader *reader, struct pack_place place, size_t from)
{
    const char *end = reader->text + reader->length;
    skip_space(end, &place);
    for (size_t i = from; i < reader->depth; i++) {
        const struct pack_step *step = &reader->steps[i];
        struct pack_place inside = place;
        bool found = step->key ? enter_member(end, &inside, step->key)
                               : enter_element(end, &inside, step->index);
        if (!found)
            return place;
        place = inside;
    }
    return place;
}

void place_next(const struct pack_reader *reader, struct pack_place *place)
{
    const char *end = reader->text + reader->length;
    skip_value(end, place);
    skip_space(end, place);
}
