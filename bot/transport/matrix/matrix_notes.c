#include "transport/matrix/matrix_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct matrix_note {
    struct matrix_note *next;
    char *key, *value; /* value NULL = forget it */
    bool pushed;
};

void matrix_notes_init(struct matrix_notes *notes, const struct transport_sink *sink,
                       const char *network, int64_t (*now)(void))
{
    *notes = (struct matrix_notes){.sink = sink, .network = network, .now = now};
    notes->last = &notes->first;
}

static void release(struct matrix_note *note)
{
    if (!note)
        return;
    free(note->key);
    free(note->value);
    free(note);
}

void matrix_notes_finish(struct matrix_notes *notes)
{
    while (notes->first) {
        struct matrix_note *note = notes->first;
        notes->first = note->next;
        release(note);
    }
    notes->last = &notes->first;
}

static int push(struct matrix_notes *notes, struct matrix_note *note)
{
    struct address here = {"matrix", notes->network, NULL};
    struct event event = {
        .kind = EVENT_NOTE,
        .at = notes->now(),
        .room = here,
        .who = here,
        .kept = true,
        .tag = note->key,
        .text = note->value,
        .length = note->value ? strlen(note->value) : 0,
    };
    if (notes->sink->event(notes->sink->context, &event))
        return -1;
    note->pushed = true;
    return 0;
}

bool matrix_notes_push(struct matrix_notes *notes)
{
    for (struct matrix_note *note = notes->first; note; note = note->next)
        if (!note->pushed && push(notes, note))
            return false;
    return true;
}

int matrix_notes_set(struct matrix_notes *notes, const char *key, const char *value)
{
    if (strlen(key) > EVENT_TAG_MAX || (value && strlen(value) > EVENT_NOTE_MAX))
        return -1;
    struct matrix_note *note = calloc(1, sizeof *note);
    if (!note)
        return -1;
    note->key = strdup(key);
    note->value = value ? strdup(value) : NULL;
    if (!note->key || (value && !note->value)) {
        release(note);
        return -1;
    }
    *notes->last = note;
    notes->last = &note->next;
    matrix_notes_push(notes);
    return 0;
}

int matrix_notes_set_about(struct matrix_notes *notes, const char *prefix, const char *about,
                           const char *value)
{
    char key[EVENT_TAG_MAX + 1];
    int length = snprintf(key, sizeof key, "%s%s", prefix, about);
    return length < 0 || (size_t)length >= sizeof key ? -1 : matrix_notes_set(notes, key, value);
}

bool matrix_notes_stored(struct matrix_notes *notes, const char *key)
{
    struct matrix_note **at = &notes->first;
    while (*at && (!(*at)->pushed || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    struct matrix_note *note = *at;
    if (!note)
        return false;
    *at = note->next;
    if (!*at)
        notes->last = at;
    release(note);
    for (note = notes->first; note; note = note->next)
        if (strcmp(note->key, key) == 0)
            return false;
    return true;
}

/* ---- reading ---- */

struct reading {
    struct matrix_notes *notes;
    size_t skip; /* bytes of the prefix */
    note_fn *note;
    void *context;
};

/* The last that was set under this key and is not stored yet. */
static const struct matrix_note *waiting(const struct matrix_notes *notes, const char *key)
{
    const struct matrix_note *last = NULL;
    for (const struct matrix_note *note = notes->first; note; note = note->next)
        if (strcmp(note->key, key) == 0)
            last = note;
    return last;
}

static void read_stored(void *context, const char *key, const char *value, int64_t at)
{
    struct reading *reading = context;
    if (!waiting(reading->notes, key))
        reading->note(reading->context, key + reading->skip, value, at);
}

int matrix_notes_each(struct matrix_notes *notes, const char *prefix, note_fn *note, void *context)
{
    struct reading reading = {.notes = notes, .skip = strlen(prefix), .note = note,
                              .context = context};
    size_t count = 0;
    for (const struct matrix_note *one = notes->first; one; one = one->next)
        count++;
    /* What is set in the meantime is not among them. */
    const struct matrix_note *one = notes->first;
    for (size_t i = 0; i < count; i++, one = one->next)
        if (strncmp(one->key, prefix, reading.skip) == 0 && one->value &&
            waiting(notes, one->key) == one)
            note(context, one->key + reading.skip, one->value, notes->now());
    return notes->sink->recall(notes->sink->context, "matrix", notes->network, prefix,
                               read_stored, &reading);
}

struct finding {
    const char *key;
    char *value;
    bool no_memory;
};

static void find(void *context, const char *key, const char *value, int64_t at)
{
    struct finding *finding = context;
    (void)at;
    if (strcmp(key, finding->key) != 0)
        return;
    finding->value = strdup(value);
    finding->no_memory = !finding->value;
}

char *matrix_notes_get(struct matrix_notes *notes, const char *prefix, const char *about,
                       bool *failed)
{
    char key[EVENT_TAG_MAX + 1];
    struct finding finding = {.key = key};
    *failed = false;
    int length = snprintf(key, sizeof key, "%s%s", prefix, about);
    if (length < 0 || (size_t)length >= sizeof key)
        return NULL;
    const struct matrix_note *note = waiting(notes, key);
    if (note && note->value)
        find(&finding, key, note->value, 0);
    else if (!note)
        *failed = notes->sink->recall(notes->sink->context, "matrix", notes->network, key, find,
                                      &finding) != 0;
    *failed |= finding.no_memory;
    return finding.value;
}
