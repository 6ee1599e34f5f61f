#include "app/waiting.h"

#include <stdlib.h>
#include <string.h>

void waiting_init(struct waiting *waiting)
{
    *waiting = (struct waiting){0};
}

void waiting_finish(struct waiting *waiting)
{
    for (size_t i = 0; i < waiting->count; i++)
        free(waiting->list[i].key);
    free(waiting->list);
    waiting_init(waiting);
}

static struct waiting_target *find(const struct waiting *waiting, const char *key)
{
    for (size_t i = 0; i < waiting->count; i++)
        if (strcmp(waiting->list[i].key, key) == 0)
            return &waiting->list[i];
    return NULL;
}

static struct waiting_target *add_target(struct waiting *waiting, const char *key)
{
    if (waiting->count == waiting->capacity) {
        size_t wanted = waiting->capacity ? waiting->capacity * 2 : 16;
        struct waiting_target *grown = reallocarray(waiting->list, wanted, sizeof *grown);
        if (!grown)
            return NULL;
        waiting->list = grown;
        waiting->capacity = wanted;
    }
    char *copy = strdup(key);
    if (!copy)
        return NULL;
    waiting->list[waiting->count] = (struct waiting_target){.key = copy};
    return &waiting->list[waiting->count++];
}

int waiting_add(struct waiting *waiting, const char *key, int64_t id, int64_t due)
{
    struct waiting_target *target = find(waiting, key);
    if (!target && !(target = add_target(waiting, key)))
        return -1;
    if (target->id == 0 || id < target->id)
        target->id = id;
    if (target->due == 0 || due < target->due)
        target->due = due;
    return 0;
}

bool waiting_is_released(const struct waiting *waiting, const char *key, int64_t id)
{
    const struct waiting_target *target = find(waiting, key);
    return target && id < target->before;
}

int64_t waiting_release(struct waiting *waiting, const char *key, int64_t id)
{
    struct waiting_target *target = find(waiting, key);
    int64_t first = target ? target->id : 0;
    if (first == 0 || first > id)
        return 0;
    target->before = id;
    target->id = target->due = 0;
    return first;
}

static void drop(struct waiting *waiting, size_t at)
{
    free(waiting->list[at].key);
    waiting->list[at] = waiting->list[--waiting->count];
}

int64_t waiting_take_due(struct waiting *waiting, int64_t now)
{
    int64_t first = 0;
    for (size_t i = waiting->count; i > 0; i--) {
        const struct waiting_target *target = &waiting->list[i - 1];
        if (target->id == 0 || target->due > now)
            continue;
        if (first == 0 || target->id < first)
            first = target->id;
        drop(waiting, i - 1);
    }
    return first;
}

int64_t waiting_due(const struct waiting *waiting)
{
    int64_t first = 0;
    for (size_t i = 0; i < waiting->count; i++) {
        int64_t due = waiting->list[i].due;
        if (due > 0 && (first == 0 || due < first))
            first = due;
    }
    return first;
}

void waiting_settle(struct waiting *waiting)
{
    for (size_t i = waiting->count; i > 0; i--) {
        if (waiting->list[i - 1].id == 0)
            drop(waiting, i - 1);
        else
            waiting->list[i - 1].before = 0;
    }
}
