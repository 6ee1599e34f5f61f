#include "core/parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/effect.h"

static void release(struct part *part)
{
    free(part->event);
    free(part->text);
}

void parts_finish(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        release(&parts->part[i]);
    free(parts->part);
    *parts = (struct parts){0};
}

size_t parts_length(const struct parts *parts)
{
    size_t length = parts->count > 1 ? parts->count - 1 : 0;
    for (size_t i = 0; i < parts->count; i++)
        length += parts->part[i].length;
    return length;
}

int parts_join(const struct parts *parts, struct buf *out)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (i > 0)
            buf_putc(out, '\n');
        buf_add(out, parts->part[i].text, parts->part[i].length);
    }
    return out->failed ? -1 : 0;
}

struct part *parts_find(const struct parts *parts, const char *event)
{
    for (size_t i = 0; event && i < parts->count; i++)
        if (parts->part[i].event && strcmp(parts->part[i].event, event) == 0)
            return &parts->part[i];
    return NULL;
}

static int reserve(struct parts *parts, size_t more)
{
    if (parts->count + more <= parts->capacity)
        return 0;
    size_t wanted = parts->capacity ? parts->capacity * 2 : 4;
    if (wanted < parts->count + more)
        wanted = parts->count + more;
    struct part *grown = reallocarray(parts->part, wanted, sizeof *grown);
    if (!grown)
        return -1;
    parts->part = grown;
    parts->capacity = wanted;
    return 0;
}

struct part *parts_load(struct parts *parts, uint32_t number, const char *event, const char *text,
                        size_t length)
{
    if (reserve(parts, 1))
        return NULL;
    struct part part = {number, event ? strdup(event) : NULL, strndup(text, length), length};
    if (!part.text || (event && !part.event)) {
        release(&part);
        return NULL;
    }
    size_t at = parts->count++;
    while (at > 0 && parts->part[at - 1].number > number) {
        parts->part[at] = parts->part[at - 1];
        at--;
    }
    parts->part[at] = part;
    return &parts->part[at];
}

static uint32_t last_number(const struct parts *parts)
{
    return parts->count > 0 ? parts->part[parts->count - 1].number : 0;
}

/* A further line of a part, which then stands for several messages. */
static int lengthen(struct part *part, const char *text, size_t length)
{
    char *grown = realloc(part->text, part->length + length + 2);
    if (!grown)
        return -1;
    grown[part->length] = '\n';
    memcpy(grown + part->length + 1, text, length);
    part->text = grown;
    part->length += length + 1;
    grown[part->length] = '\0';
    free(part->event);
    part->event = NULL;
    return 0;
}

struct part *parts_add(struct parts *parts, const char *event, const char *text, size_t length)
{
    struct part *last = parts->count > 0 ? &parts->part[parts->count - 1] : NULL;
    if (last && ((!event && !last->event) || parts->count >= PARTS_MAX))
        return lengthen(last, text, length) ? NULL : last;
    return parts_load(parts, last_number(parts) + 1, event, text, length);
}

int part_change(struct part *part, const char *text, size_t length)
{
    char *copy = strndup(text, length);
    if (!copy)
        return -1;
    free(part->text);
    part->text = copy;
    part->length = length;
    return 0;
}

void parts_drop(struct parts *parts, struct part *part)
{
    size_t at = (size_t)(part - parts->part);
    release(part);
    parts->count--;
    memmove(part, part + 1, (parts->count - at) * sizeof *part);
}

int parts_move(struct parts *to, struct parts *from, uint32_t *offset)
{
    *offset = last_number(to);
    if (reserve(to, from->count))
        return -1;
    for (size_t i = 0; i < from->count; i++) {
        to->part[to->count] = from->part[i];
        to->part[to->count++].number += *offset;
    }
    from->count = 0;
    parts_finish(from);
    return 0;
}

/* ---- records ---- */

static struct part_record *add_record(struct effects *effects, enum part_change change,
                                      uint64_t round, uint64_t member, uint32_t number)
{
    struct effect *effect = effects_add(effects, RECORD_PART);
    if (!effect)
        return NULL;
    effect->as.part = (struct part_record){
        .change = change, .round = round, .member = member, .number = number};
    return &effect->as.part;
}

void part_record(struct effects *effects, uint64_t round, uint64_t member,
                 const struct part *part)
{
    struct part_record *record = add_record(effects, PART_PUT, round, member, part->number);
    if (!record)
        return;
    record->event = arena_strdup(effects->arena, part->event);
    record->text = arena_strndup(effects->arena, part->text, part->length);
    record->length = part->length;
}

void part_record_drop(struct effects *effects, uint64_t round, uint64_t member, uint32_t number)
{
    add_record(effects, PART_DROP, round, member, number);
}

void part_record_adopt(struct effects *effects, uint64_t round, uint64_t member, uint32_t offset)
{
    add_record(effects, PART_ADOPT, round, member, offset);
}
