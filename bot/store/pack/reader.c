#include "store/pack/reader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/nearest.h"
#include "util/utf8.h"

#define UNKNOWN_MAX 20 /* unknown fields reported one by one in an object */

/* ---- the path ---- */

static void go_into(struct pack_reader *reader, struct pack_step step)
{
    if (reader->depth < PACK_STEPS)
        reader->steps[reader->depth] = step;
    reader->depth++;
}

void reader_into(struct pack_reader *reader, const char *key)
{
    go_into(reader, (struct pack_step){.key = key});
}

void reader_at(struct pack_reader *reader, size_t index)
{
    go_into(reader, (struct pack_step){.index = index});
}

void reader_up(struct pack_reader *reader)
{
    reader->depth--;
}

/* "questions[3].hints[0].cost" */
static void put_path(const struct pack_reader *reader, struct buf *out)
{
    for (size_t i = 0; i < reader->depth && i < PACK_STEPS; i++) {
        const struct pack_step *step = &reader->steps[i];
        if (!step->key) {
            buf_printf(out, "[%zu]", step->index);
            continue;
        }
        buf_puts(out, i ? "." : "");
        /* An unknown key may hold anything. */
        utf8_clean(out, step->key, strlen(step->key), true);
    }
}

static void report(struct pack_reader *reader, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void report(struct pack_reader *reader, const char *format, va_list args)
{
    struct buf raw, message, path;
    buf_init(&raw);
    buf_init(&message);
    buf_init(&path);
    buf_vprintf(&raw, format, args);
    utf8_clean(&message, buf_text(&raw), raw.length, true);
    put_path(reader, &path);
    reader->problems++;
    if (raw.failed || message.failed || path.failed) {
        reader->failed = true;
    } else if (reader->problem) {
        struct pack_problem problem = {
            .file = reader->file,
            .line = place_line(reader),
            .field = buf_text(&path),
            .message = buf_text(&message),
        };
        reader->problem(reader->context, &problem);
    }
    buf_finish(&raw);
    buf_finish(&message);
    buf_finish(&path);
}

void reader_problem(struct pack_reader *reader, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(reader, format, args);
    va_end(args);
}

bool reader_refuse(struct pack_reader *reader, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reader_into(reader, key);
    report(reader, format, args);
    reader_up(reader);
    va_end(args);
    return false;
}

/* ---- values ---- */

static const char *type_word(char type)
{
    switch (type) {
    case 's':
    case 'w': return "a string";
    case 'i': return "a whole number";
    case 'n': return "a number";
    case 'b': return "true or false";
    case 'l': return "a list";
    default: return "an object";
    }
}

static bool has_type(const json_t *value, char type)
{
    switch (type) {
    case 's':
    case 'w': return json_is_string(value);
    case 'i': return json_is_integer(value);
    case 'n': return json_is_number(value);
    case 'b': return json_is_boolean(value);
    case 'l': return json_is_array(value);
    default: return json_is_object(value);
    }
}

static double measure(const json_t *value, char type)
{
    switch (type) {
    case 's':
    case 'w': return (double)json_string_length(value);
    case 'b': return 0;
    case 'l': return (double)json_array_size(value);
    case 'o': return (double)json_object_size(value);
    default: return json_number_value(value);
    }
}

static const char *unit_of(char type)
{
    switch (type) {
    case 's':
    case 'w': return " bytes";
    case 'l': return " elements";
    case 'o': return " members";
    default: return "";
    }
}

/* jansson lets no NUL into a string, so the text ends where it seems to. */
static bool check_characters(struct pack_reader *reader, const char *text, bool one_line)
{
    for (const char *c = text; *c; c++) {
        bool layout = *c == '\n' || *c == '\t';
        if (((unsigned char)*c >= 0x20 && *c != 0x7f) || (layout && !one_line))
            continue;
        if (layout)
            reader_problem(reader, "must be one line, without tabs");
        else
            reader_problem(reader, "holds the control character U+%04X", (unsigned)*c);
        return false;
    }
    return true;
}

static bool check_field(struct pack_reader *reader, const json_t *value,
                        const struct pack_field *field)
{
    if (!has_type(value, field->type)) {
        reader_problem(reader, "must be %s", type_word(field->type));
        return false;
    }
    double size = measure(value, field->type);
    if (!(size >= field->least && size <= field->most)) {
        reader_problem(reader, "is %.10g%s; expected %.10g to %.10g", size, unit_of(field->type),
                       field->least, field->most);
        return false;
    }
    return (field->type != 's' && field->type != 'w') ||
           check_characters(reader, json_string_value(value), field->type == 'w');
}

static const char *nearest_field(const char *key, const struct pack_field *fields)
{
    struct nearest nearest = nearest_begin(key);
    for (; fields->name; fields++)
        nearest_offer(&nearest, fields->name);
    return nearest.word;
}

static bool check_unknown(struct pack_reader *reader, const json_t *object,
                          const struct pack_field *fields)
{
    size_t unknown = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        const struct pack_field *field = fields;
        while (field->name && strcmp(field->name, key) != 0)
            field++;
        if (field->name || strncmp(key, "x-", 2) == 0 || ++unknown > UNKNOWN_MAX)
            continue;
        const char *meant = nearest_field(key, fields);
        if (meant)
            reader_refuse(reader, key, "is no field of the format; did you mean %s?", meant);
        else
            reader_refuse(reader, key, "is no field of the format; own fields begin with x-");
    }
    if (unknown > UNKNOWN_MAX)
        reader_problem(reader, "has %zu more fields that the format does not know",
                       unknown - UNKNOWN_MAX);
    return unknown == 0;
}

bool reader_fields(struct pack_reader *reader, const json_t *object,
                   const struct pack_field *fields)
{
    bool good = true;
    if (!json_is_object(object)) {
        reader_problem(reader, "must be an object");
        return false;
    }
    for (const struct pack_field *field = fields; field->name; field++) {
        const json_t *value = json_object_get(object, field->name);
        reader_into(reader, field->name);
        if (!value && field->required) {
            reader_problem(reader, "is missing; it must be %s", type_word(field->type));
            good = false;
        } else if (value && !check_field(reader, value, field)) {
            good = false;
        }
        reader_up(reader);
    }
    return check_unknown(reader, object, fields) && good;
}

/* ---- words and lists ---- */

json_t *reader_list(const json_t *object, const char *key, size_t most)
{
    json_t *list = json_object_get(object, key);
    bool walkable = (json_is_array(list) && json_array_size(list) <= most) ||
                    (json_is_object(list) && json_object_size(list) <= most);
    return walkable ? list : NULL;
}

bool word_in(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

void reader_not_in(struct pack_reader *reader, const char *word, const char *const *words)
{
    struct buf list;
    struct nearest nearest = nearest_begin(word);
    buf_init(&list);
    for (size_t i = 0; words[i]; i++) {
        buf_printf(&list, "%s%s", i ? ", " : "", words[i]);
        nearest_offer(&nearest, words[i]);
    }
    if (list.failed)
        reader->failed = true;
    reader_problem(reader, "\"%.*s\" is none of: %s%s%s%s",
                   (int)utf8_cut(word, strlen(word), 60), word, buf_text(&list),
                   nearest.word ? "; did you mean " : "", nearest.word ? nearest.word : "",
                   nearest.word ? "?" : "");
    buf_finish(&list);
}

bool member_in(struct pack_reader *reader, const json_t *object, const char *key,
               const char *const *words)
{
    const char *word = json_string_value(json_object_get(object, key));
    if (!word || word_in(word, words))
        return true;
    reader_into(reader, key);
    reader_not_in(reader, word, words);
    reader_up(reader);
    return false;
}

bool member_of_letters(struct pack_reader *reader, const json_t *object, const char *key,
                       const char *letters, const char *in_words)
{
    const char *word = json_string_value(json_object_get(object, key));
    if (!word || word[strspn(word, letters)] == '\0')
        return true;
    return reader_refuse(reader, key, "may hold %s only", in_words);
}

static bool check_string(struct pack_reader *reader, const json_t *list, size_t index, size_t least,
                         size_t most, const char *const *words)
{
    const json_t *value = json_array_get(list, index);
    const struct pack_field field = {NULL, 'w', true, (double)least, (double)most};
    if (!check_field(reader, value, &field))
        return false;
    for (size_t i = 0; i < index; i++)
        if (json_equal(json_array_get(list, i), value)) {
            reader_problem(reader, "is in the list twice");
            return false;
        }
    const char *word = json_string_value(value);
    if (!words || word_in(word, words))
        return true;
    reader_not_in(reader, word, words);
    return false;
}

bool strings_in(struct pack_reader *reader, const json_t *object, const char *key, size_t elements,
                size_t least, size_t most, const char *const *words)
{
    bool good = true;
    const json_t *list = reader_list(object, key, elements);
    reader_into(reader, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        reader_at(reader, i);
        good &= check_string(reader, list, i, least, most, words);
        reader_up(reader);
    }
    reader_up(reader);
    return good;
}

bool check_each(struct pack_reader *reader, const json_t *object, const char *key, size_t most,
                check_fn *check, const void *context)
{
    bool good = true;
    const json_t *list = reader_list(object, key, most);
    reader_into(reader, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        reader_at(reader, i);
        good &= check(reader, json_array_get(list, i), context);
        reader_up(reader);
    }
    reader_up(reader);
    return good;
}
