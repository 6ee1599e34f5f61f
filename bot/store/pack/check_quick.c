/* What makes a question a quick check, graded by the bot. */
#include <string.h>

#include "store/pack/reader.h"

static bool check_option(struct pack_reader *reader, const json_t *option, const void *context)
{
    static const struct pack_field fields[] = {{"text", 'w', true, 1, 300},
                                               {"right", 'b', true, 0, 0},
                                               {"why", 's', false, 3, 500},
                                               {NULL, 0, false, 0, 0}};
    (void)context;
    return reader_fields(reader, option, fields);
}

static bool check_choice(struct pack_reader *reader, const json_t *check)
{
    static const struct pack_field fields[] = {
        {"type", 'w', true, 1, 20}, {"options", 'l', true, 2, 8}, {NULL, 0, false, 0, 0}};
    const json_t *options = reader_list(check, "options", 8);
    size_t right = 0, wrong = 0;
    bool good = reader_fields(reader, check, fields);
    good &= check_each(reader, check, "options", 8, check_option, NULL);
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *value = json_object_get(json_array_get(options, i), "right");
        right += json_is_true(value);
        wrong += json_is_false(value);
    }
    if (!good || (right > 0 && wrong > 0))
        return good;
    return reader_refuse(reader, "options", "must have at least one right and one wrong");
}

static bool check_number(struct pack_reader *reader, const json_t *check)
{
    static const struct pack_field fields[] = {{"type", 'w', true, 1, 20},
                                               {"answer", 'n', true, -1e300, 1e300},
                                               {"tolerance", 'n', false, 0, 1e300},
                                               {"tolerance_percent", 'n', false, 0, 100},
                                               {"units", 'l', false, 0, 10},
                                               {NULL, 0, false, 0, 0}};
    bool good = reader_fields(reader, check, fields);
    good &= strings_in(reader, check, "units", 10, 1, 30, NULL);
    bool plain = json_object_get(check, "tolerance") != NULL;
    if (plain != (json_object_get(check, "tolerance_percent") != NULL))
        return good;
    reader_problem(reader, "needs either tolerance or tolerance_percent");
    return false;
}

static bool check_text(struct pack_reader *reader, const json_t *check)
{
    static const struct pack_field fields[] = {{"type", 'w', true, 1, 20},
                                               {"answer", 'w', true, 1, 200},
                                               {"aliases", 'l', false, 0, 20},
                                               {NULL, 0, false, 0, 0}};
    bool good = reader_fields(reader, check, fields);
    good &= strings_in(reader, check, "aliases", 20, 1, 200, NULL);
    return good;
}

bool check_quick(struct pack_reader *reader, const json_t *question)
{
    static const char *const types[] = {"choice", "number", "text", NULL};
    static bool (*const checks[])(struct pack_reader *, const json_t *) = {
        check_choice, check_number, check_text};
    const json_t *check = json_object_get(question, "check");
    const char *type = json_string_value(json_object_get(check, "type"));
    bool good = true;
    if (!json_is_object(check))
        return true;
    reader_into(reader, "check");
    if (!type) {
        good = reader_refuse(reader, "type", "must be one of: choice, number, text");
    } else if (!word_in(type, types)) {
        good = member_in(reader, check, "type", types);
    } else {
        for (size_t i = 0; types[i]; i++)
            if (strcmp(types[i], type) == 0)
                good = checks[i](reader, check);
    }
    reader_up(reader);
    return good;
}
