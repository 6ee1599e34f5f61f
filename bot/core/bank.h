/*
 * The choice of the next question: by kind, level, topic and company, seeded,
 * and never one the room or the people in it had before while there is another.
 */
#ifndef CORE_BANK_H
#define CORE_BANK_H

#include <stddef.h>
#include <stdint.h>

#include "core/question.h"
#include "core/words.h"

/* All loaded questions, sorted by id, so that choice does not depend on file order. Owns references. */
struct bank {
    struct question **questions;
    size_t count, capacity;
    struct words words; /* all that the questions say, to tell a word from a name */
};

void bank_init(struct bank *bank);
void bank_finish(struct bank *bank);
/* Takes one reference; keeps order. 0; -1 = out of memory or the id is there already (see bank_find). */
int bank_add_take(struct bank *bank, struct question *question);
struct question *bank_find(const struct bank *bank, const char *id);

struct bank_filter {
    const char *kind;    /* required */
    const char *level;   /* NULL = any */
    const char *topic;   /* NULL = any */
    const char *company; /* NULL = any */
};

/* How often each question was used, as the store knows it: times the room had
 * it, and how many of the people present had it. */
struct bank_usage {
    unsigned room, people;
};
typedef struct bank_usage bank_usage_fn(void *context, const char *question_id);

/*
 * Among the questions that match, those with the smallest (room, people) use,
 * one by chance. NULL if none matches; then *matching_without tells which
 * filter to drop: "level", "topic", "company" or "" if the kind has none.
 */
struct question *bank_choose(const struct bank *bank, const struct bank_filter *filter,
                             bank_usage_fn *usage, void *context, uint64_t seed,
                             const char **matching_without);

#endif
