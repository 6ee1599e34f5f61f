/* A checked question -> struct question. */
#include <stdlib.h>
#include <string.h>

#include "store/pack/reader.h"

static const char *text_of(struct arena *arena, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return arena_strdup(arena, text ? text : "");
}

static const char *const *texts_of(struct arena *arena, const json_t *object, const char *key,
                                   size_t *count)
{
    const json_t *list = json_object_get(object, key);
    *count = json_array_size(list);
    const char **texts = arena_array(arena, *count, sizeof *texts);
    for (size_t i = 0; texts && i < *count; i++)
        texts[i] = arena_strdup(arena, json_string_value(json_array_get(list, i)));
    return texts;
}

static void build_hints(struct arena *arena, const json_t *json, struct hs_question *pub)
{
    const json_t *list = json_object_get(json, "hints");
    pub->hint_count = json_array_size(list);
    struct hs_hint *hints = arena_array(arena, pub->hint_count, sizeof *hints);
    for (size_t i = 0; hints && i < pub->hint_count; i++) {
        const json_t *one = json_array_get(list, i);
        hints[i].text = text_of(arena, one, "text");
        hints[i].cost = json_number_value(json_object_get(one, "cost"));
    }
    pub->hints = hints;
}

static void build_follow_ups(struct arena *arena, const json_t *json, struct hs_question *pub)
{
    const json_t *list = json_object_get(json, "follow_ups");
    pub->follow_up_count = json_array_size(list);
    struct hs_follow_up *ups = arena_array(arena, pub->follow_up_count, sizeof *ups);
    for (size_t i = 0; ups && i < pub->follow_up_count; i++) {
        ups[i].text = text_of(arena, json_array_get(list, i), "text");
        ups[i].axis = text_of(arena, json_array_get(list, i), "axis");
    }
    pub->follow_ups = ups;
}

static void build_notes(struct arena *arena, const json_t *json, struct hs_question *pub)
{
    const json_t *list = json_object_get(json, "rubric");
    pub->note_count = json_array_size(list);
    struct hs_rubric_note *notes = arena_array(arena, pub->note_count, sizeof *notes);
    for (size_t i = 0; notes && i < pub->note_count; i++) {
        const json_t *one = json_array_get(list, i);
        notes[i].axis = text_of(arena, one, "axis");
        notes[i].five = text_of(arena, one, "five");
        notes[i].three = text_of(arena, one, "three");
        notes[i].one = text_of(arena, one, "one");
    }
    pub->notes = notes;
}

static void build_public(struct arena *arena, const json_t *json, struct hs_question *pub)
{
    pub->id = text_of(arena, json, "id");
    pub->title = text_of(arena, json, "title");
    pub->prompt = text_of(arena, json, "prompt");
    pub->level = text_of(arena, json, "level");
    pub->model_answer = text_of(arena, json, "model_answer");
    pub->complexity = text_of(arena, json, "complexity");
    pub->difficulty = (unsigned)json_integer_value(json_object_get(json, "difficulty"));
    pub->answer_seconds = (unsigned)json_integer_value(json_object_get(json, "answer_seconds"));
    pub->topics = texts_of(arena, json, "topics", &pub->topic_count);
    pub->mistakes = texts_of(arena, json, "mistakes", &pub->mistake_count);
    build_hints(arena, json, pub);
    build_follow_ups(arena, json, pub);
    build_notes(arena, json, pub);
}

static const char *own_or_pack(struct arena *arena, const json_t *json, const json_t *pack,
                               const char *key)
{
    return text_of(arena, json_object_get(json, key) ? json : pack, key);
}

struct question *build_question(const json_t *json, const json_t *pack, const char *body)
{
    struct question *question = calloc(1, sizeof *question);
    if (!question)
        return NULL;
    struct arena *arena = &question->memory;
    arena_init(arena);
    question->references = 1;
    question->kind = text_of(arena, json, "kind");
    question->domain = text_of(arena, json, "domain");
    question->companies = texts_of(arena, json, "companies", &question->company_count);
    question->roles = texts_of(arena, json, "roles", &question->role_count);
    question->licence = own_or_pack(arena, json, pack, "licence");
    question->source = own_or_pack(arena, json, pack, "source");
    question->body = arena_strdup(arena, body);
    sha256_hex(body, strlen(body), question->hash);
    build_public(arena, json, &question->pub);
    if (arena->failed) {
        question_unref(question);
        return NULL;
    }
    return question;
}
