#include "core/marks.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void release(struct mark *mark)
{
    free(mark->event);
    free(mark->message);
    free(mark);
}

void marks_finish(struct marks *marks)
{
    for (size_t i = 0; i < marks->count; i++)
        release(marks->mark[i]);
    free(marks->mark);
    *marks = (struct marks){0};
}

/* Index of the first mark not before the event; *found if it is that event's. */
static size_t lower_bound(const struct marks *marks, const char *event, bool *found)
{
    size_t low = 0, high = marks->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(marks->mark[middle]->event, event) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < marks->count && strcmp(marks->mark[low]->event, event) == 0;
    return low;
}

struct mark *marks_find(const struct marks *marks, const char *event)
{
    bool found;
    size_t at = lower_bound(marks, event, &found);
    return found ? marks->mark[at] : NULL;
}

static int reserve(struct marks *marks)
{
    if (marks->count < marks->capacity)
        return 0;
    size_t wanted = marks->capacity ? marks->capacity * 2 : 16;
    struct mark **grown = reallocarray(marks->mark, wanted, sizeof(struct mark *));
    if (!grown)
        return -1;
    marks->mark = grown;
    marks->capacity = wanted;
    return 0;
}

struct mark *marks_add(struct marks *marks, const struct mark *mark)
{
    bool found;
    struct mark *copy = reserve(marks) ? NULL : malloc(sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *mark;
    copy->event = strdup(mark->event);
    copy->message = strdup(mark->message);
    if (!copy->event || !copy->message) {
        release(copy);
        return NULL;
    }
    size_t at = lower_bound(marks, copy->event, &found);
    memmove(&marks->mark[at + 1], &marks->mark[at],
            (marks->count - at) * sizeof(struct mark *));
    marks->mark[at] = copy;
    marks->count++;
    return copy;
}

void marks_drop(struct marks *marks, struct mark *mark)
{
    bool found;
    size_t at = lower_bound(marks, mark->event, &found);
    marks->count--;
    memmove(&marks->mark[at], &marks->mark[at + 1],
            (marks->count - at) * sizeof(struct mark *));
    release(mark);
}
