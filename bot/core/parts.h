/*
 * The private messages that an answer, or a draft of one, is made of, as they
 * were typed: so that one of them can be edited or taken back until the lock.
 * A zeroed struct parts is empty.
 */
#ifndef CORE_PARTS_H
#define CORE_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* An answer of more messages keeps the further ones together: they can only be replaced as a whole. */
#define PARTS_MAX 1000

struct part {
    uint32_t number; /* grows along the text, with gaps where a part went */
    char *event;     /* event_key() of the message, NULL if it cannot be named */
    char *text;
    size_t length;
};

struct parts {
    struct part *part;
    size_t count, capacity;
};

void parts_finish(struct parts *parts);
/* Bytes of the whole: the texts, with a LF between two. */
size_t parts_length(const struct parts *parts);
/* Appends the whole to `out`. 0, or -1 when out of memory. */
int parts_join(const struct parts *parts, struct buf *out);
/* The part that came in this event; NULL if none, or if `event` is NULL. */
struct part *parts_find(const struct parts *parts, const char *event);

/* Adds a part where its number, as it was stored, belongs. NULL when out of memory. */
struct part *parts_load(struct parts *parts, uint32_t number, const char *event, const char *text,
                        size_t length);
/* Adds a text at the end: a part of its own, or a further line of the last one if neither can be
 * named. Gives the part that is new or longer now, NULL when out of memory. */
struct part *parts_add(struct parts *parts, const char *event, const char *text, size_t length);
/* Gives a part another text. 0, or -1 when out of memory. */
int part_change(struct part *part, const char *text, size_t length);
/* Takes a part out. */
void parts_drop(struct parts *parts, struct part *part);
/* All parts of `from` come behind those of `to`; *offset was added to their numbers. 0, or -1 when
 * out of memory. */
int parts_move(struct parts *to, struct parts *from, uint32_t *offset);

/* Appends the record that a part of this member's answer (round 0: draft) is new or changed. */
struct effects;
void part_record(struct effects *effects, uint64_t round, uint64_t member,
                 const struct part *part);
/* The part of this number went; 0 = all of them. */
void part_record_drop(struct effects *effects, uint64_t round, uint64_t member, uint32_t number);
/* The parts of the draft are the answer's now; as parts_move(). */
void part_record_adopt(struct effects *effects, uint64_t round, uint64_t member, uint32_t offset);

#endif
