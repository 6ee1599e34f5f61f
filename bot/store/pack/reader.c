#include "store/pack/reader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

size_t reader_into(struct pack_reader *reader, const char *key)
{
    size_t mark = reader->path.length;
    buf_printf(&reader->path, "%s%s", mark ? "." : "", key);
    return mark;
}

size_t reader_at(struct pack_reader *reader, size_t index)
{
    size_t mark = reader->path.length;
    buf_printf(&reader->path, "[%zu]", index);
    return mark;
}

void reader_up(struct pack_reader *reader, size_t mark)
{
    buf_truncate(&reader->path, mark);
}

void reader_problem(struct pack_reader *reader, const char *format, ...)
{
    struct buf message;
    va_list args;
    buf_init(&message);
    va_start(args, format);
    buf_vprintf(&message, format, args);
    va_end(args);
    reader->problems++;
    if (message.failed)
        reader->failed = true;
    else if (reader->problem) {
        const char *path = buf_text(&reader->path);
        struct pack_problem problem = {
            .file = reader->file,
            .line = reader_line(reader->text, reader->length, path),
            .field = path,
            .message = buf_text(&message),
        };
        reader->problem(reader->context, &problem);
    }
    buf_finish(&message);
}

/* ---- the line of a path, in text that jansson has found to be JSON ---- */

struct scan {
    const char *at, *end;
    size_t line;
};

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && strchr(" \t\r\n:,", *scan->at)) {
        scan->line += *scan->at == '\n';
        scan->at++;
    }
}

static void skip_string(struct scan *scan)
{
    for (scan->at++; scan->at < scan->end && *scan->at != '"'; scan->at++)
        if (*scan->at == '\\')
            scan->at++;
    scan->at++;
}

static void skip_value(struct scan *scan)
{
    size_t depth = 0;
    do {
        skip_space(scan);
        if (scan->at >= scan->end)
            return;
        char c = *scan->at;
        if (c == '"') {
            skip_string(scan);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        scan->at++;
        if (c != '{' && c != '[' && c != '}' && c != ']')
            while (scan->at < scan->end && !strchr(" \t\r\n:,]}", *scan->at))
                scan->at++;
    } while (depth > 0);
}

/* Enters element `index` of a list. */
static bool enter_element(struct scan *scan, size_t index)
{
    if (scan->at >= scan->end || *scan->at != '[')
        return false;
    scan->at++;
    for (size_t i = 0; i < index; i++)
        skip_value(scan);
    skip_space(scan);
    return scan->at < scan->end && *scan->at != ']';
}

static bool enter_member(struct scan *scan, const char *key, size_t length)
{
    if (scan->at >= scan->end || *scan->at != '{')
        return false;
    scan->at++;
    for (;;) {
        skip_space(scan);
        if (scan->at >= scan->end || *scan->at != '"')
            return false;
        const char *name = scan->at + 1;
        skip_string(scan);
        bool found = (size_t)(scan->at - name) == length + 1 && memcmp(name, key, length) == 0;
        skip_space(scan);
        if (found)
            return true;
        skip_value(scan);
    }
}

size_t reader_line(const char *text, size_t length, const char *path)
{
    struct scan scan = {text, text + length, 1};
    size_t line = 1;
    skip_space(&scan);
    while (*path) {
        bool found;
        if (*path == '[') {
            found = enter_element(&scan, strtoul(path + 1, NULL, 10));
            path = strchr(path, ']') + 1;
        } else {
            path += *path == '.';
            size_t name = strcspn(path, ".[");
            found = enter_member(&scan, path, name);
            path += name;
        }
        /* What is missing is missing in what was found last. */
        if (!found)
            return line;
        line = scan.line;
    }
    return line;
}

/* ---- fields ---- */

static const char *type_word(char type)
{
    switch (type) {
    case 's': return "a string";
    case 'i': return "a whole number";
    case 'n': return "a number";
    case 'l': return "a list";
    default: return "an object";
    }
}

static bool has_type(const json_t *value, char type)
{
    switch (type) {
    case 's': return json_is_string(value);
    case 'i': return json_is_integer(value);
    case 'n': return json_is_number(value);
    case 'l': return json_is_array(value);
    default: return json_is_object(value);
    }
}

static double measure(const json_t *value, char type)
{
    switch (type) {
    case 's': return (double)json_string_length(value);
    case 'l': return (double)json_array_size(value);
    case 'o': return (double)json_object_size(value);
    default: return json_number_value(value);
    }
}

static bool check_field(struct pack_reader *reader, const json_t *value,
                        const struct pack_field *field)
{
    static const struct {
        char type;
        const char *unit;
    } units[] = {{'s', " bytes"}, {'l', " elements"}, {'o', " members"}};
    if (!has_type(value, field->type)) {
        reader_problem(reader, "must be %s", type_word(field->type));
        return false;
    }
    double size = measure(value, field->type);
    if (size >= field->least && size <= field->most) {
        if (field->type == 's' && json_string_length(value) != strlen(json_string_value(value))) {
            reader_problem(reader, "must not contain a NUL character");
            return false;
        }
        return true;
    }
    const char *unit = "";
    for (size_t i = 0; i < 3; i++)
        if (units[i].type == field->type)
            unit = units[i].unit;
    reader_problem(reader, "is %.6g%s; expected %.6g to %.6g", size, unit, field->least, field->most);
    return false;
}

bool reader_fields(struct pack_reader *reader, const json_t *object,
                   const struct pack_field *fields)
{
    bool good = true;
    const char *key;
    json_t *value;
    if (!json_is_object(object)) {
        reader_problem(reader, "must be an object");
        return false;
    }
    for (const struct pack_field *field = fields; field->name; field++) {
        value = json_object_get(object, field->name);
        size_t mark = reader_into(reader, field->name);
        if (!value && field->required) {
            reader_problem(reader, "is missing; it must be %s", type_word(field->type));
            good = false;
        } else if (value && !check_field(reader, value, field)) {
            good = false;
        }
        reader_up(reader, mark);
    }
    json_object_foreach((json_t *)object, key, value) {
        const struct pack_field *field = fields;
        while (field->name && strcmp(field->name, key) != 0)
            field++;
        if (field->name || strncmp(key, "x-", 2) == 0)
            continue;
        size_t mark = reader_into(reader, key);
        reader_problem(reader, "is no field of the format; own fields begin with x-");
        reader_up(reader, mark);
        good = false;
    }
    return good;
}
