/* What a question must be like. */
#include <string.h>

#include "store/pack/reader.h"

#define TEXT 16000 /* bytes of a longer text */

static const char *const kinds[PACK_KINDS] = {"coding", "ml_theory", "system_design", "behavioral",
                                              "deep_dive"};
static const char *const levels[] = {"entry", "mid", "senior", "staff", NULL};
static const char *const companies[] = {
    "google", "amazon", "meta",   "apple",  "netflix", "deepmind", "microsoft",
    "openai", "nvidia", "tesla",  "ibm",    NULL};
static const char *const roles[] = {"applied_ml_engineer", "data_scientist", "research_scientist",
                                    "ml_infrastructure_engineer", "ml_product_manager", NULL};
static const char *const licences[] = {"CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "MIT",
                                       "Apache-2.0", NULL};
static const char *const languages[] = {"c",    "cpp", "python", "javascript",
                                        "java", "go",  "rust",   NULL};
static const char *const verdicts[] = {"WA", "TLE", "MLE", "OLE", "RE", "CE", NULL};

/* The rubric axes of the known kinds (GRADING.md section 4). */
static const struct {
    const char *kind;
    const char *axes[5];
} rubrics[] = {
    {"coding", {"correctness", "approach", "communication", "tests", NULL}},
    {"ml_theory", {"correctness", "depth", "assumptions", "clarity", NULL}},
    {"system_design", {"framing", "design", "operations", "tradeoffs", NULL}},
    {"behavioral", {"situation", "actions", "result", "reflection", NULL}},
    {"deep_dive", {"accuracy", "depth", "judgement", "honesty", NULL}},
};

const char *pack_kind_name(size_t index)
{
    return index < PACK_KINDS ? kinds[index] : NULL;
}

static bool in_list(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(*list, word) == 0)
            return true;
    return false;
}

static bool fail_list(struct pack_reader *reader, const char *word, const char *const *list)
{
    struct buf words;
    buf_init(&words);
    for (size_t i = 0; list[i]; i++)
        buf_printf(&words, "%s%s", i ? ", " : "", list[i]);
    if (words.failed)
        reader->failed = true;
    reader_problem(reader, "\"%.60s\" is none of: %s", word, buf_text(&words));
    buf_finish(&words);
    return false;
}

/* A string member is one of a list, if it is there. */
static bool member_in(struct pack_reader *reader, const json_t *object, const char *key,
                      const char *const *list)
{
    const char *word = json_string_value(json_object_get(object, key));
    if (!word || in_list(word, list))
        return true;
    size_t mark = reader_into(reader, key);
    fail_list(reader, word, list);
    reader_up(reader, mark);
    return false;
}

/* Every element is a string of 1 to 100 bytes, and one of the list if there is one. */
static bool strings_in(struct pack_reader *reader, const json_t *object, const char *key,
                       const char *const *list)
{
    bool good = true;
    size_t index;
    json_t *value;
    size_t mark = reader_into(reader, key);
    json_array_foreach(json_object_get(object, key), index, value) {
        size_t inner = reader_at(reader, index);
        const char *word = json_string_value(value);
        size_t length = json_string_length(value);
        if (!word || length == 0 || length > 500 || strlen(word) != length) {
            reader_problem(reader, "must be a string of 1 to 500 bytes");
            good = false;
        } else if (list && !in_list(word, list)) {
            good = fail_list(reader, word, list);
        }
        reader_up(reader, inner);
    }
    reader_up(reader, mark);
    return good;
}

typedef bool check_fn(struct pack_reader *reader, const json_t *element, const char *const *axes);

static bool each(struct pack_reader *reader, const json_t *object, const char *key, check_fn *check,
                 const char *const *axes)
{
    bool good = true;
    size_t index;
    json_t *value;
    size_t mark = reader_into(reader, key);
    json_array_foreach(json_object_get(object, key), index, value) {
        size_t inner = reader_at(reader, index);
        good &= check(reader, value, axes);
        reader_up(reader, inner);
    }
    reader_up(reader, mark);
    return good;
}

static bool check_hint(struct pack_reader *reader, const json_t *hint, const char *const *axes)
{
    static const struct pack_field fields[] = {
        {"text", 's', true, 3, 2000}, {"cost", 'n', true, 0, 4}, {NULL, 0, false, 0, 0}};
    (void)axes;
    return reader_fields(reader, hint, fields);
}

static bool check_follow_up(struct pack_reader *reader, const json_t *one, const char *const *axes)
{
    static const struct pack_field fields[] = {
        {"text", 's', true, 3, 2000}, {"axis", 's', true, 1, 40}, {NULL, 0, false, 0, 0}};
    return reader_fields(reader, one, fields) &&
           (!axes || member_in(reader, one, "axis", axes));
}

static bool check_note(struct pack_reader *reader, const json_t *note, const char *const *axes)
{
    static const struct pack_field fields[] = {{"axis", 's', true, 1, 40},
                                               {"five", 's', true, 3, 1000},
                                               {"three", 's', true, 3, 1000},
                                               {"one", 's', true, 3, 1000},
                                               {NULL, 0, false, 0, 0}};
    return reader_fields(reader, note, fields) && (!axes || member_in(reader, note, "axis", axes));
}

static bool check_exemplar(struct pack_reader *reader, const json_t *one, const char *const *axes)
{
    static const struct pack_field fields[] = {{"band", 'n', true, 1, 5},
                                               {"text", 's', true, 3, TEXT},
                                               {"reason", 's', true, 3, 2000},
                                               {NULL, 0, false, 0, 0}};
    (void)axes;
    return reader_fields(reader, one, fields);
}

/* ---- coding ---- */

static bool check_sample(struct pack_reader *reader, const json_t *sample, const char *const *axes)
{
    static const struct pack_field fields[] = {{"input", 's', true, 0, 65536},
                                               {"output", 's', true, 0, 65536},
                                               {"note", 's', false, 1, 1000},
                                               {NULL, 0, false, 0, 0}};
    (void)axes;
    return reader_fields(reader, sample, fields);
}

static bool check_case(struct pack_reader *reader, const json_t *one, const char *const *axes)
{
    static const struct pack_field fields[] = {{"input", 's', false, 0, 1048576},
                                               {"output", 's', false, 0, 1048576},
                                               {"generator", 's', false, 1, 200},
                                               {"args", 'l', false, 0, 20},
                                               {"seed", 'i', false, 0, 4294967295.0},
                                               {NULL, 0, false, 0, 0}};
    (void)axes;
    if (!reader_fields(reader, one, fields))
        return false;
    bool given = json_object_get(one, "input") && json_object_get(one, "output");
    if (given != (json_object_get(one, "generator") != NULL))
        return true;
    reader_problem(reader, "needs either input and output, or a generator");
    return false;
}

static bool check_group(struct pack_reader *reader, const json_t *group, const char *const *axes)
{
    static const struct pack_field fields[] = {{"name", 's', true, 1, 40},
                                               {"points", 'i', true, 1, 100},
                                               {"cases", 'l', true, 1, 50},
                                               {NULL, 0, false, 0, 0}};
    return reader_fields(reader, group, fields) && each(reader, group, "cases", check_case, axes);
}

static bool check_wrong(struct pack_reader *reader, const json_t *wrong, const char *const *axes)
{
    static const struct pack_field fields[] = {
        {"file", 's', true, 1, 200}, {"language", 's', true, 1, 20}, {"expect", 's', true, 2, 3},
        {"group", 's', true, 1, 40}, {"why", 's', true, 3, 500},     {NULL, 0, false, 0, 0}};
    (void)axes;
    if (!reader_fields(reader, wrong, fields))
        return false;
    bool language = member_in(reader, wrong, "language", languages);
    bool verdict = member_in(reader, wrong, "expect", verdicts);
    return language && verdict;
}

static bool check_limits(struct pack_reader *reader, const json_t *question)
{
    static const struct pack_field fields[] = {{"time_ms", 'i', true, 50, 60000},
                                               {"memory_mib", 'i', true, 16, 2048},
                                               {"output_kib", 'i', false, 1, 65536},
                                               {"factor", 'o', false, 0, 20},
                                               {NULL, 0, false, 0, 0}};
    const json_t *limits = json_object_get(question, "limits");
    if (!limits)
        return true;
    size_t mark = reader_into(reader, "limits");
    bool good = reader_fields(reader, limits, fields);
    reader_up(reader, mark);
    return good;
}

static bool check_compare(struct pack_reader *reader, const json_t *question)
{
    static const char *const comparers[] = {"exact", "tokens", "lines", "unordered-lines",
                                            "float:1e-6", NULL};
    const char *compare = json_string_value(json_object_get(question, "compare"));
    if (!compare || in_list(compare, comparers) || strncmp(compare, "float:", 6) == 0)
        return true;
    return member_in(reader, question, "compare", comparers);
}

/* {"language": "file", ...} */
static bool check_references(struct pack_reader *reader, const json_t *question)
{
    bool good = true;
    const char *key;
    json_t *value;
    size_t mark = reader_into(reader, "references");
    json_object_foreach(json_object_get(question, "references"), key, value) {
        size_t inner = reader_into(reader, key);
        const char *file = json_string_value(value);
        if (!in_list(key, languages))
            good = fail_list(reader, key, languages);
        else if (!file || !*file || strstr(file, "..") || *file == '/') {
            reader_problem(reader, "must be a file below the pack's directory");
            good = false;
        }
        reader_up(reader, inner);
    }
    reader_up(reader, mark);
    return good;
}

static bool check_coding(struct pack_reader *reader, const json_t *question)
{
    bool good = each(reader, question, "samples", check_sample, NULL);
    good &= each(reader, question, "groups", check_group, NULL);
    good &= each(reader, question, "wrong", check_wrong, NULL);
    good &= check_limits(reader, question);
    good &= check_compare(reader, question);
    good &= check_references(reader, question);
    return good;
}

/* ---- the question as a whole ---- */

static bool check_id(struct pack_reader *reader, const json_t *question)
{
    const char *id = json_string_value(json_object_get(question, "id"));
    if (id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0')
        return true;
    size_t mark = reader_into(reader, "id");
    reader_problem(reader, "may hold lower-case letters, digits and - only");
    reader_up(reader, mark);
    return false;
}

static const char *const *axes_of(const json_t *question)
{
    const char *kind = json_string_value(json_object_get(question, "kind"));
    for (size_t i = 0; kind && i < sizeof rubrics / sizeof *rubrics; i++)
        if (strcmp(rubrics[i].kind, kind) == 0)
            return rubrics[i].axes;
    return NULL;
}

static bool check_kind(struct pack_reader *reader, const json_t *question)
{
    const char *kind = json_string_value(json_object_get(question, "kind"));
    if (kind[strspn(kind, "abcdefghijklmnopqrstuvwxyz_")] == '\0')
        return true;
    size_t mark = reader_into(reader, "kind");
    reader_problem(reader, "may hold lower-case letters and _ only");
    reader_up(reader, mark);
    return false;
}

bool check_question(struct pack_reader *reader, const json_t *question)
{
    static const struct pack_field fields[] = {
        {"id", 's', true, 3, 64},          {"kind", 's', true, 1, 24},
        {"title", 's', true, 3, 120},      {"prompt", 's', true, 10, 6000},
        {"level", 's', true, 1, 10},       {"difficulty", 'i', true, 1, 5},
        {"topics", 'l', true, 1, 12},      {"domain", 's', false, 0, 60},
        {"companies", 'l', false, 0, 20},  {"roles", 'l', false, 0, 10},
        {"answer_seconds", 'i', false, 10, 604800},
        {"hints", 'l', true, 2, 6},        {"follow_ups", 'l', true, 2, 10},
        {"rubric", 'l', true, 1, 5},       {"model_answer", 's', true, 20, TEXT},
        {"mistakes", 'l', true, 1, 10},    {"licence", 's', false, 1, 40},
        {"source", 's', false, 1, 300},    {"exemplars", 'l', false, 0, 20},
        {"signature", 'o', false, 0, 20},  {"complexity", 's', false, 1, 300},
        {"limits", 'o', false, 0, 10},     {"compare", 's', false, 1, 40},
        {"samples", 'l', false, 0, 10},    {"groups", 'l', false, 0, 20},
        {"references", 'o', false, 0, 10}, {"wrong", 'l', false, 0, 20},
        {"check", 'o', false, 1, 20},      {NULL, 0, false, 0, 0},
    };
    if (!reader_fields(reader, question, fields))
        return false;
    const char *const *axes = axes_of(question);
    bool good = check_id(reader, question);
    good &= check_kind(reader, question);
    good &= member_in(reader, question, "level", levels);
    good &= member_in(reader, question, "licence", licences);
    good &= strings_in(reader, question, "topics", NULL);
    good &= strings_in(reader, question, "mistakes", NULL);
    good &= strings_in(reader, question, "companies", companies);
    good &= strings_in(reader, question, "roles", roles);
    good &= each(reader, question, "hints", check_hint, axes);
    good &= each(reader, question, "follow_ups", check_follow_up, axes);
    good &= each(reader, question, "rubric", check_note, axes);
    good &= each(reader, question, "exemplars", check_exemplar, axes);
    return good & check_coding(reader, question);
}
