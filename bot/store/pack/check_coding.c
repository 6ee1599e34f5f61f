/* What only coding questions have: samples, and what the judge needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/pack/reader.h"

#define POINTS 100 /* of all groups together */
#define FILE_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./"

static const char *const languages[] = {"c",    "cpp", "python", "javascript",
                                        "java", "go",  "rust",   NULL};
static const char *const verdicts[] = {"WA", "TLE", "MLE", "OLE", "RE", "CE", NULL};

/* ---- files of a question ---- */

static bool file_is_there(const struct pack_reader *reader, const char *file)
{
    char path[4096];
    struct stat st;
    return snprintf(path, sizeof path, "%s/%s", reader->dir, file) < (int)sizeof path &&
           lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The value at the path names a file below the pack's directory, and it is there. */
static bool check_file(struct pack_reader *reader, const json_t *value)
{
    const char *file = json_string_value(value);
    if (!file || !*file || strlen(file) > 200 || file[strspn(file, FILE_LETTERS)] != '\0' ||
        *file == '/' || *file == '.' || *file == '-' || strstr(file, "..")) {
        reader_problem(reader, "must be a file below the pack's directory, such as "
                               "solutions/two-sum/right.py");
        return false;
    }
    if (!reader->dir || file_is_there(reader, file))
        return true;
    reader_problem(reader, "there is no file %s", file);
    return false;
}

static bool member_file(struct pack_reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    bool good = true;
    reader_into(reader, key);
    if (json_is_string(value))
        good = check_file(reader, value);
    reader_up(reader);
    return good;
}

/* ---- samples and groups ---- */

static bool check_sample(struct pack_reader *reader, const json_t *sample, const void *context)
{
    static const struct pack_field fields[] = {{"input", 's', true, 0, 65536},
                                               {"output", 's', true, 0, 65536},
                                               {"note", 's', false, 1, 1000},
                                               {NULL, 0, false, 0, 0}};
    (void)context;
    return reader_fields(reader, sample, fields);
}

static bool check_given(struct pack_reader *reader, const json_t *one)
{
    static const struct pack_field fields[] = {{"input", 's', true, 0, 1048576},
                                               {"output", 's', true, 0, 1048576},
                                               {NULL, 0, false, 0, 0}};
    return reader_fields(reader, one, fields);
}

/* Arguments of a program: unlike in other lists, two may be the same. */
static bool check_args(struct pack_reader *reader, const json_t *one)
{
    const json_t *args = reader_list(one, "args", 20);
    bool good = true;
    reader_into(reader, "args");
    for (size_t i = 0; i < json_array_size(args); i++) {
        size_t length = json_string_length(json_array_get(args, i));
        if (length >= 1 && length <= 100)
            continue;
        reader_at(reader, i);
        reader_problem(reader, "must be a string of 1 to 100 bytes");
        reader_up(reader);
        good = false;
    }
    reader_up(reader);
    return good;
}

static bool check_generated(struct pack_reader *reader, const json_t *one)
{
    static const struct pack_field fields[] = {{"generator", 'w', true, 1, 200},
                                               {"seed", 'i', true, 0, 4294967295.0},
                                               {"args", 'l', false, 0, 20},
                                               {NULL, 0, false, 0, 0}};
    bool good = reader_fields(reader, one, fields);
    good &= member_file(reader, one, "generator");
    good &= check_args(reader, one);
    return good;
}

static bool check_case(struct pack_reader *reader, const json_t *one, const void *context)
{
    (void)context;
    return json_object_get(one, "generator") ? check_generated(reader, one)
                                             : check_given(reader, one);
}

static bool check_group(struct pack_reader *reader, const json_t *group, const void *context)
{
    static const struct pack_field fields[] = {{"name", 'w', true, 1, 40},
                                               {"points", 'i', true, 1, POINTS},
                                               {"cases", 'l', true, 1, 50},
                                               {NULL, 0, false, 0, 0}};
    (void)context;
    bool good = reader_fields(reader, group, fields);
    good &= member_of_letters(reader, group, "name", LETTERS_ID, "lower-case letters, digits and -");
    good &= check_each(reader, group, "cases", 50, check_case, NULL);
    return good;
}

/* Groups whose name is this. */
static size_t count_named(const json_t *groups, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const char *other = json_string_value(json_object_get(json_array_get(groups, i), "name"));
        count += other && strcmp(other, name) == 0;
    }
    return count;
}

static bool check_groups(struct pack_reader *reader, const json_t *question)
{
    const json_t *groups = reader_list(question, "groups", 20);
    bool good = check_each(reader, question, "groups", 20, check_group, NULL);
    json_int_t points = 0;
    for (size_t i = 0; good && i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        const char *name = json_string_value(json_object_get(group, "name"));
        points += json_integer_value(json_object_get(group, "points"));
        if (count_named(groups, name) > 1)
            return reader_refuse(reader, "groups", "two are named %s", name);
    }
    if (good && json_array_size(groups) > 0 && points != POINTS)
        return reader_refuse(reader, "groups", "have %d points together; expected %d", (int)points,
                             POINTS);
    return good;
}

/* ---- solutions ---- */

static bool check_wrong(struct pack_reader *reader, const json_t *wrong, const void *groups)
{
    static const struct pack_field fields[] = {
        {"file", 'w', true, 1, 200}, {"language", 'w', true, 1, 60}, {"expect", 'w', true, 1, 60},
        {"group", 'w', true, 1, 40}, {"why", 's', true, 3, 500},     {NULL, 0, false, 0, 0}};
    const char *group = json_string_value(json_object_get(wrong, "group"));
    bool good = reader_fields(reader, wrong, fields);
    good &= member_file(reader, wrong, "file");
    good &= member_in(reader, wrong, "language", languages);
    good &= member_in(reader, wrong, "expect", verdicts);
    if (group && groups && count_named(groups, group) == 0)
        return reader_refuse(reader, "group", "is the name of no group");
    return good;
}

/* {"language": "file", ...} */
static bool check_references(struct pack_reader *reader, const json_t *question)
{
    bool good = true;
    const char *language;
    json_t *file;
    reader_into(reader, "references");
    json_object_foreach(reader_list(question, "references", 7), language, file) {
        reader_into(reader, language);
        if (word_in(language, languages)) {
            good &= check_file(reader, file);
        } else {
            reader_not_in(reader, language, languages);
            good = false;
        }
        reader_up(reader);
    }
    reader_up(reader);
    return good;
}

/* ---- limits and comparing ---- */

static bool check_factor(struct pack_reader *reader, const json_t *limits)
{
    bool good = true;
    const char *language;
    json_t *value;
    reader_into(reader, "factor");
    json_object_foreach(reader_list(limits, "factor", 7), language, value) {
        double factor = json_number_value(value);
        reader_into(reader, language);
        if (!word_in(language, languages)) {
            reader_not_in(reader, language, languages);
            good = false;
        } else if (!json_is_number(value) || factor < 1 || factor > 20) {
            reader_problem(reader, "must be a number, 1 to 20");
            good = false;
        }
        reader_up(reader);
    }
    reader_up(reader);
    return good;
}

static bool check_limits(struct pack_reader *reader, const json_t *question)
{
    static const struct pack_field fields[] = {{"time_ms", 'i', true, 50, 60000},
                                               {"memory_mib", 'i', true, 16, 2048},
                                               {"output_kib", 'i', false, 1, 65536},
                                               {"factor", 'o', false, 0, 7},
                                               {NULL, 0, false, 0, 0}};
    const json_t *limits = json_object_get(question, "limits");
    if (!json_is_object(limits))
        return true;
    reader_into(reader, "limits");
    bool good = reader_fields(reader, limits, fields);
    good &= check_factor(reader, limits);
    reader_up(reader);
    return good;
}

/* "float:0.001" or "float:1e-6": above zero, below one. */
static bool is_float_compare(const char *compare)
{
    static const char digits[] = "0123456789";
    if (strncmp(compare, "float:", 6) != 0)
        return false;
    const char *number = compare + 6;
    if (strncmp(number, "0.", 2) == 0)
        return number[2] && number[2 + strspn(number + 2, digits)] == '\0' && strtod(number, NULL) > 0;
    return *number >= '1' && *number <= '9' && strncmp(number + 1, "e-", 2) == 0 && number[3] >= '1' &&
           number[3] <= '9' && strlen(number) <= 5 && number[3 + strspn(number + 3, digits)] == '\0';
}

static bool check_compare(struct pack_reader *reader, const json_t *question)
{
    static const char *const comparers[] = {"exact", "tokens", "lines", "unordered-lines",
                                            "float:1e-6", "checker", NULL};
    static const struct pack_field fields[] = {
        {"file", 'w', true, 1, 200}, {"language", 'w', true, 1, 60}, {NULL, 0, false, 0, 0}};
    const json_t *checker = json_object_get(question, "checker");
    const char *compare = json_string_value(json_object_get(question, "compare"));
    bool wanted = compare && strcmp(compare, "checker") == 0, good = true;
    if (compare && !is_float_compare(compare))
        good = member_in(reader, question, "compare", comparers);
    if (json_is_object(checker)) {
        reader_into(reader, "checker");
        good &= reader_fields(reader, checker, fields);
        good &= member_file(reader, checker, "file");
        good &= member_in(reader, checker, "language", languages);
        reader_up(reader);
    }
    if (wanted && !checker)
        return reader_refuse(reader, "checker", "is missing; compare says that a checker decides");
    if (!wanted && checker)
        return reader_refuse(reader, "checker", "goes with \"compare\": \"checker\" only");
    return good;
}

/* ---- what belongs together ---- */

/* Each of these fields must be there, or (needed false) must not. */
static bool check_presence(struct pack_reader *reader, const json_t *question,
                           const char *const *fields, bool needed, const char *why)
{
    bool good = true;
    for (; *fields; fields++)
        if ((json_object_get(question, *fields) != NULL) != needed)
            good = reader_refuse(reader, *fields, "%s", why);
    return good;
}

bool check_coding(struct pack_reader *reader, const json_t *question)
{
    static const char *const coding[] = {"complexity", "samples", "groups",  "limits", "references",
                                         "wrong",      "compare", "checker", NULL};
    static const char *const judged[] = {"samples",    "complexity", "limits",
                                         "references", "wrong",      NULL};
    const char *kind = json_string_value(json_object_get(question, "kind"));
    bool good = true;
    if (kind && strcmp(kind, "coding") != 0)
        return check_presence(reader, question, coding, false, "only coding questions have it");
    if (json_object_get(question, "groups"))
        good &= check_presence(reader, question, judged, true,
                               "is missing; a question with groups must have it");
    else if (json_object_get(question, "wrong"))
        good = reader_refuse(reader, "groups", "is missing; wrong names a group");
    good &= check_each(reader, question, "samples", 10, check_sample, NULL);
    good &= check_groups(reader, question);
    good &= check_each(reader, question, "wrong", 20, check_wrong,
                       reader_list(question, "groups", 20));
    good &= check_limits(reader, question);
    good &= check_compare(reader, question);
    good &= check_references(reader, question);
    return good;
}
