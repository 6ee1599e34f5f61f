#include "transport/matrix/matrix_list.h"

#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_slice.h"

struct matrix_list {
    struct matrix_list_calls calls;
    struct matrix_slice *slice;
    struct matrix_list_facts facts;
    bool found; /* the list itself */
    struct error error; /* what is wrong beside the grammar */
};

static bool is(const struct matrix_path *path, const char *key)
{
    return path->key[0] && strcmp(path->key[0], key) == 0;
}

static void dropped(struct matrix_list *list, const char *why)
{
    list->facts.dropped++;
    if (list->calls.dropped)
        list->calls.dropped(list->calls.context, "", why);
}

static enum matrix_choice want_event(struct matrix_list *list, const struct matrix_path *path)
{
    if (path->first == '{')
        return MATRIX_TAKE;
    dropped(list, "an event that is no object");
    return MATRIX_SKIP;
}

static enum matrix_choice want_member(struct matrix_list *list, const struct matrix_path *path)
{
    if (is(path, "chunk") && path->first == '[') {
        list->found = true;
        return MATRIX_ENTER;
    }
    if (is(path, "state") && path->first == '[')
        return MATRIX_ENTER;
    return is(path, "start") || is(path, "end") || is(path, "next_batch") ? MATRIX_TAKE : MATRIX_SKIP;
}

static enum matrix_choice want(void *context, const struct matrix_path *path)
{
    struct matrix_list *list = context;
    switch (path->depth) {
    case 0:
        list->found = path->first == '[';
        return MATRIX_ENTER;
    case 1:
        return path->key[0] ? want_member(list, path) : want_event(list, path);
    default:
        return want_event(list, path);
    }
}

static int take_token(struct matrix_list *list, const struct matrix_path *path, const char *bytes,
                      size_t length)
{
    char *token = is(path, "start") ? list->facts.start : list->facts.end;
    if (length == 4 && memcmp(bytes, "null", 4) == 0)
        return 0;
    if (!matrix_slice_string(bytes, length, token, MATRIX_TOKEN_MAX))
        return error_set(&list->error, ERR_INVALID, "%s is no string of at most %d bytes",
                         path->key[0], MATRIX_TOKEN_MAX - 1);
    return 0;
}

static int take_event(struct matrix_list *list, enum matrix_part part, const char *bytes,
                      size_t length)
{
    char type[MATRIX_TYPE_MAX];
    struct matrix_raw raw = {.section = MATRIX_JOIN, .part = part, .room = "", .type = type,
                             .bytes = bytes, .length = length};
    if (!matrix_raw_type(bytes, length, type)) {
        dropped(list, "an event without a type");
        return 0;
    }
    if (list->calls.wants_event && !list->calls.wants_event(list->calls.context, &raw)) {
        list->facts.skipped++;
        return 0;
    }
    list->facts.events++;
    return list->calls.event(list->calls.context, &raw);
}

static int take(void *context, const struct matrix_path *path, const char *bytes, size_t length,
                const char *why)
{
    struct matrix_list *list = context;
    if (!bytes) {
        dropped(list, why);
        return 0;
    }
    if (path->depth == 1 && path->key[0])
        return take_token(list, path, bytes, length);
    return take_event(list, path->depth == 2 && is(path, "state") ? MATRIX_STATE : MATRIX_TIMELINE,
                      bytes, length);
}

struct matrix_list *matrix_list_create(const struct matrix_list_calls *calls)
{
    struct matrix_list *list = calloc(1, sizeof *list);
    if (!list)
        return NULL;
    struct matrix_slice_calls own = {list, want, take, NULL};
    list->calls = *calls;
    list->slice = matrix_slice_create(&own);
    if (list->slice)
        return list;
    free(list);
    return NULL;
}

void matrix_list_destroy(struct matrix_list *list)
{
    if (!list)
        return;
    matrix_slice_destroy(list->slice);
    free(list);
}

/* What is wrong with the answer says more than that the slicer was stopped. */
static int failed(const struct matrix_list *list, struct error *error)
{
    if (error && list->error.code != ERR_NONE)
        *error = list->error;
    return error_prefix(error, "list of events");
}

int matrix_list_feed(struct matrix_list *list, const char *bytes, size_t length,
                     struct error *error)
{
    return matrix_slice_feed(list->slice, bytes, length, error) == 0 ? 0 : failed(list, error);
}

int matrix_list_end(struct matrix_list *list, struct matrix_list_facts *facts, struct error *error)
{
    if (matrix_slice_end(list->slice, error) != 0)
        return failed(list, error);
    if (!list->found)
        return error_set(error, ERR_INVALID, "list of events: an answer without a list");
    *facts = list->facts;
    return 0;
}
