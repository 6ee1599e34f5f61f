#include "store/memory/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void table_finish(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->rows[i]);
    free(table->rows);
    table->rows = NULL;
    table->count = table->capacity = 0;
}

size_t table_bound(const struct table *table, const void *key)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->form->compare(table->rows[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void **find_slot(const struct table *table, const void *key)
{
    size_t at = table_bound(table, key);
    return at < table->count && table->form->compare(table->rows[at], key) == 0 ? &table->rows[at]
                                                                                : NULL;
}

const void *table_find(const struct table *table, const void *key)
{
    void **slot = find_slot(table, key);
    return slot ? *slot : NULL;
}

/* ---- rows ---- */

static const char *part_of(const void *row, const struct table_part *part)
{
    const char *pointer;
    memcpy(&pointer, (const char *)row + part->pointer, sizeof pointer);
    return pointer;
}

/* Bytes to copy; a NULL part has none. */
static size_t part_size(const void *row, const struct table_part *part)
{
    size_t size = 0;
    const char *pointer = part_of(row, part);
    if (!pointer)
        return 0;
    if (part->size == TABLE_TEXT)
        return strlen(pointer) + 1;
    memcpy(&size, (const char *)row + part->size, sizeof size);
    return size;
}

static void *copy_row(const struct table_form *form, const void *row)
{
    size_t size = form->row_size;
    for (size_t i = 0; i < form->part_count; i++)
        size += part_size(row, &form->parts[i]);
    char *copy = malloc(size), *at = copy + form->row_size;
    if (!copy)
        return NULL;
    memcpy(copy, row, form->row_size);
    for (size_t i = 0; i < form->part_count; i++) {
        const struct table_part *part = &form->parts[i];
        const char *pointer = part_of(row, part);
        size_t length = part_size(row, part);
        if (!pointer)
            continue;
        memcpy(at, pointer, length);
        memcpy(copy + part->pointer, &at, sizeof at);
        at += length;
    }
    return copy;
}

/* ---- changes ---- */

static int reserve(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *grown = reallocarray(*array, wanted, size);
    if (!grown)
        return -1;
    *array = grown;
    *capacity = wanted;
    return 0;
}

static int reserve_step(struct undo_log *log)
{
    return reserve((void **)&log->steps, log->count, &log->capacity, sizeof *log->steps);
}

static void note(struct undo_log *log, struct table *table, void *before, void *after)
{
    log->steps[log->count++] = (struct undo_step){table, before, after};
}

/* Room for the row was reserved, or was never given back. */
static void insert(struct table *table, void *row)
{
    size_t at = table_bound(table, row);
    memmove(&table->rows[at + 1], &table->rows[at], (table->count - at) * sizeof *table->rows);
    table->rows[at] = row;
    table->count++;
}

static void take_out(struct table *table, void **slot)
{
    size_t at = (size_t)(slot - table->rows);
    table->count--;
    memmove(slot, slot + 1, (table->count - at) * sizeof *table->rows);
}

int table_put(struct table *table, struct undo_log *log, const void *row)
{
    if (reserve_step(log) ||
        reserve((void **)&table->rows, table->count, &table->capacity, sizeof *table->rows))
        return -1;
    void *copy = copy_row(table->form, row);
    if (!copy)
        return -1;
    void **slot = find_slot(table, copy);
    note(log, table, slot ? *slot : NULL, copy);
    if (slot)
        *slot = copy;
    else
        insert(table, copy);
    return 0;
}

int table_drop(struct table *table, struct undo_log *log, const void *key)
{
    void **slot = find_slot(table, key);
    if (!slot)
        return 0;
    if (reserve_step(log))
        return -1;
    note(log, table, *slot, NULL);
    take_out(table, slot);
    return 0;
}

/* ---- undoing ---- */

static void take_back(const struct undo_step *step)
{
    if (!step->after) {
        insert(step->table, step->before);
        return;
    }
    void **slot = find_slot(step->table, step->after);
    if (step->before)
        *slot = step->before;
    else
        take_out(step->table, slot);
    free(step->after);
}

void undo_log_back(struct undo_log *log, size_t mark)
{
    while (log->count > mark)
        take_back(&log->steps[--log->count]);
}

void undo_log_clear(struct undo_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->steps[i].before);
    log->count = 0;
}

void undo_log_finish(struct undo_log *log)
{
    undo_log_clear(log);
    free(log->steps);
    log->steps = NULL;
    log->capacity = 0;
}
