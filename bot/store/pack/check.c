/* What a question must be like. */
#include <string.h>

#include "store/pack/reader.h"

static const char *const kinds[] = {"coding", "ml_theory", "system_design", "behavioral",
                                    "deep_dive", NULL};
static const char *const levels[] = {"entry", "mid", "senior", "staff", NULL};
static const char *const companies[] = {"google",   "amazon",    "meta",   "apple",
                                        "netflix",  "deepmind",  "microsoft", "openai",
                                        "nvidia",   "tesla",     "ibm",    NULL};
static const char *const roles[] = {"applied_ml_engineer", "data_scientist", "research_scientist",
                                    "ml_infrastructure_engineer", "ml_product_manager", NULL};
static const char *const domains[] = {"nlp",    "vision", "rl",      "recommenders",
                                      "anomaly_detection", "mlops", "ethics", "privacy", NULL};
static const char *const licences[] = {"CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "MIT",
                                       "Apache-2.0", NULL};

/* The rubric axes of the known kinds, in the order of `kinds` (docs/SCORES.md). */
static const char *const rubrics[][HS_AXES_MAX + 1] = {
    {"correctness", "approach", "communication", "tests", NULL},
    {"correctness", "depth", "assumptions", "clarity", NULL},
    {"framing", "design", "operations", "tradeoffs", NULL},
    {"situation", "actions", "result", "reflection", NULL},
    {"accuracy", "depth", "judgement", "honesty", NULL},
};

const char *pack_kind_name(size_t index)
{
    return index < sizeof rubrics / sizeof *rubrics ? kinds[index] : NULL;
}

/* ---- kinds and their axes ---- */

/* The axes that a question's rubric must have; count 0 = unknown, anything goes. */
struct axes {
    const char *name[HS_AXES_MAX + 1];
    size_t count;
};

static struct axes own_axes(const json_t *list)
{
    struct axes axes = {.count = 0};
    for (size_t i = 0; i < json_array_size(list) && axes.count < HS_AXES_MAX; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (name)
            axes.name[axes.count++] = name;
    }
    return axes;
}

static struct axes axes_of(const struct pack_reader *reader, const char *kind)
{
    struct axes axes = {.count = 0};
    for (size_t i = 0; kind && kinds[i]; i++)
        if (strcmp(kinds[i], kind) == 0)
            for (; rubrics[i][axes.count]; axes.count++)
                axes.name[axes.count] = rubrics[i][axes.count];
    return axes.count > 0 || !kind ? axes : own_axes(json_object_get(reader->kinds, kind));
}

static bool check_kind(struct pack_reader *reader, const json_t *question)
{
    const char *kind = json_string_value(json_object_get(question, "kind"));
    if (!member_of_letters(reader, question, "kind", LETTERS_WORD, "lower-case letters and _"))
        return false;
    if (!kind || word_in(kind, kinds) || json_object_get(reader->kinds, kind) || reader->stored)
        return true;
    reader_into(reader, "kind");
    reader_not_in(reader, kind, kinds);
    reader_up(reader);
    return false;
}

static bool check_own_kind(struct pack_reader *reader, const char *kind, const json_t *axes)
{
    size_t length = strlen(kind), count = json_array_size(axes);
    bool good = true;
    if (length == 0 || length > HS_KIND_MAX || kind[strspn(kind, LETTERS_WORD)] != '\0') {
        reader_problem(reader, "a kind is 1 to 24 lower-case letters and _");
        return false;
    }
    if (word_in(kind, kinds)) {
        reader_problem(reader, "is a kind of the format; its axes are fixed");
        return false;
    }
    if (!json_is_array(axes) || count < HS_AXES_MIN || count > HS_AXES_MAX) {
        reader_problem(reader, "must be a list of 3 to 5 axes");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *axis = json_string_value(json_array_get(axes, i));
        if (!axis || (axis[strspn(axis, LETTERS_WORD)] == '\0'))
            continue;
        reader_at(reader, i);
        reader_problem(reader, "may hold lower-case letters and _ only");
        reader_up(reader);
        good = false;
    }
    return good;
}

bool check_kinds(struct pack_reader *reader, const json_t *pack)
{
    bool good = true;
    const char *kind;
    json_t *axes;
    json_t *own = reader_list(pack, "kinds", 20);
    reader_into(reader, "kinds");
    json_object_foreach(own, kind, axes) {
        good &= strings_in(reader, own, kind, HS_AXES_MAX, 1, 40, NULL);
        reader_into(reader, kind);
        good &= check_own_kind(reader, kind, axes);
        reader_up(reader);
    }
    reader_up(reader);
    return good;
}

bool check_licence(struct pack_reader *reader, const json_t *object)
{
    return member_in(reader, object, "licence", licences);
}

/* ---- parts of a question ---- */

static bool check_axis(struct pack_reader *reader, const json_t *part, const struct axes *axes)
{
    return axes->count == 0 || member_in(reader, part, "axis", axes->name);
}

static bool check_hint(struct pack_reader *reader, const json_t *hint, const void *context)
{
    static const struct pack_field fields[] = {
        {"text", 's', true, 3, 2000}, {"cost", 'n', true, 0, 4}, {NULL, 0, false, 0, 0}};
    (void)context;
    return reader_fields(reader, hint, fields);
}

static bool check_follow_up(struct pack_reader *reader, const json_t *one, const void *axes)
{
    static const struct pack_field fields[] = {
        {"text", 's', true, 3, 2000}, {"axis", 'w', true, 1, 40}, {NULL, 0, false, 0, 0}};
    bool good = reader_fields(reader, one, fields);
    good &= check_axis(reader, one, axes);
    return good;
}

static bool check_note(struct pack_reader *reader, const json_t *note, const void *axes)
{
    static const struct pack_field fields[] = {{"axis", 'w', true, 1, 40},
                                               {"five", 's', true, 3, 1000},
                                               {"three", 's', true, 3, 1000},
                                               {"one", 's', true, 3, 1000},
                                               {NULL, 0, false, 0, 0}};
    bool good = reader_fields(reader, note, fields);
    good &= check_axis(reader, note, axes);
    return good;
}

static bool check_exemplar(struct pack_reader *reader, const json_t *one, const void *context)
{
    static const struct pack_field fields[] = {{"band", 'n', true, 1, 5},
                                               {"text", 's', true, 3, 7000},
                                               {"reason", 's', true, 3, 2000},
                                               {NULL, 0, false, 0, 0}};
    (void)context;
    return reader_fields(reader, one, fields);
}

/* Times that a rubric has a note on an axis. */
static size_t count_notes(const json_t *notes, const char *axis)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const char *word = json_string_value(json_object_get(json_array_get(notes, i), "axis"));
        count += word && strcmp(word, axis) == 0;
    }
    return count;
}

static bool check_cover(struct pack_reader *reader, const json_t *question,
                        const struct axes *axes)
{
    bool good = true;
    const json_t *notes = reader_list(question, "rubric", HS_AXES_MAX);
    for (size_t i = 0; notes && i < axes->count; i++) {
        size_t count = count_notes(notes, axes->name[i]);
        if (count == 0)
            good = reader_refuse(reader, "rubric", "has no note on the axis %s", axes->name[i]);
        else if (count > 1)
            good = reader_refuse(reader, "rubric", "has %zu notes on the axis %s", count,
                                 axes->name[i]);
    }
    return good;
}

static bool check_domain(struct pack_reader *reader, const json_t *question)
{
    const char *kind = json_string_value(json_object_get(question, "kind"));
    if (kind && strcmp(kind, "deep_dive") == 0 && !json_object_get(question, "domain"))
        return reader_refuse(reader, "domain", "is missing; a deep dive must have one");
    return member_in(reader, question, "domain", domains);
}

/* ---- the question as a whole ---- */

static bool check_words(struct pack_reader *reader, const json_t *question)
{
    bool good = member_of_letters(reader, question, "id", LETTERS_ID,
                                  "lower-case letters, digits and -");
    good &= check_kind(reader, question);
    good &= member_in(reader, question, "level", levels);
    good &= check_licence(reader, question);
    good &= check_domain(reader, question);
    good &= strings_in(reader, question, "topics", 12, 1, 60, NULL);
    good &= strings_in(reader, question, "mistakes", 10, 3, 500, NULL);
    good &= strings_in(reader, question, "companies", 11, 1, 60, companies);
    good &= strings_in(reader, question, "roles", 5, 1, 60, roles);
    return good;
}

bool check_question(struct pack_reader *reader, const json_t *question)
{
    static const struct pack_field fields[] = {
        {"id", 'w', true, 3, 64},          {"kind", 'w', true, 1, HS_KIND_MAX},
        {"title", 'w', true, 3, 120},      {"prompt", 's', true, 10, 6000},
        {"level", 'w', true, 1, 60},       {"difficulty", 'i', true, 1, 5},
        {"topics", 'l', true, 1, 12},      {"domain", 'w', false, 1, 60},
        {"companies", 'l', false, 0, 11},  {"roles", 'l', false, 0, 5},
        {"answer_seconds", 'i', false, 10, 604800},
        {"hints", 'l', true, 2, 6},        {"follow_ups", 'l', true, 2, 10},
        {"rubric", 'l', true, 3, 5},       {"model_answer", 's', true, 20, 7000},
        {"mistakes", 'l', true, 1, 10},    {"licence", 'w', false, 1, 60},
        {"source", 'w', false, 1, 300},    {"exemplars", 'l', false, 0, 20},
        {"complexity", 'w', false, 1, 300}, {"limits", 'o', false, 0, 100},
        {"compare", 'w', false, 1, 60},    {"samples", 'l', false, 1, 10},
        {"groups", 'l', false, 1, 20},     {"references", 'o', false, 1, 7},
        {"wrong", 'l', false, 2, 20},      {"checker", 'o', false, 0, 100},
        {"check", 'o', false, 0, 100},     {NULL, 0, false, 0, 0},
    };
    bool good = reader_fields(reader, question, fields);
    if (!json_is_object(question))
        return false;
    struct axes axes = axes_of(reader, json_string_value(json_object_get(question, "kind")));
    good &= check_words(reader, question);
    good &= check_each(reader, question, "hints", 6, check_hint, NULL);
    good &= check_each(reader, question, "follow_ups", 10, check_follow_up, &axes);
    good &= check_each(reader, question, "rubric", HS_AXES_MAX, check_note, &axes);
    good &= check_cover(reader, question, &axes);
    good &= check_each(reader, question, "exemplars", 20, check_exemplar, NULL);
    good &= check_quick(reader, question);
    good &= check_coding(reader, question);
    return good;
}
