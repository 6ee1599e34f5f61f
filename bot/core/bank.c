#include "core/bank.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void bank_init(struct bank *bank)
{
    memset(bank, 0, sizeof *bank);
}

void bank_finish(struct bank *bank)
{
    for (size_t i = 0; i < bank->count; i++)
        question_unref(bank->questions[i]);
    free(bank->questions);
    words_finish(&bank->words);
    bank_init(bank);
}

/* Index of the first question whose id is not below. */
static size_t lower_bound(const struct bank *bank, const char *id)
{
    size_t low = 0, high = bank->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(bank->questions[middle]->pub.id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int learn_words(struct words *words, const struct hs_question *q)
{
    int failed = words_add(words, q->title) | words_add(words, q->prompt) |
                 words_add(words, q->model_answer);
    for (size_t i = 0; i < q->topic_count; i++)
        failed |= words_add(words, q->topics[i]);
    for (size_t i = 0; i < q->hint_count; i++)
        failed |= words_add(words, q->hints[i].text);
    for (size_t i = 0; i < q->follow_up_count; i++)
        failed |= words_add(words, q->follow_ups[i].text);
    for (size_t i = 0; i < q->note_count; i++)
        failed |= words_add(words, q->notes[i].five) | words_add(words, q->notes[i].one);
    for (size_t i = 0; i < q->mistake_count; i++)
        failed |= words_add(words, q->mistakes[i]);
    return failed;
}

int bank_add_take(struct bank *bank, struct question *question)
{
    size_t at = lower_bound(bank, question->pub.id);
    if (at < bank->count && strcmp(bank->questions[at]->pub.id, question->pub.id) == 0)
        goto refuse;
    if (learn_words(&bank->words, &question->pub))
        goto refuse;
    if (bank->count == bank->capacity) {
        size_t wanted = bank->capacity ? bank->capacity * 2 : 64;
        struct question **grown = reallocarray(bank->questions, wanted, sizeof *grown);
        if (!grown)
            goto refuse;
        bank->questions = grown;
        bank->capacity = wanted;
    }
    memmove(&bank->questions[at + 1], &bank->questions[at],
            (bank->count - at) * sizeof *bank->questions);
    bank->questions[at] = question;
    bank->count++;
    return 0;
refuse:
    question_unref(question);
    return -1;
}

struct question *bank_find(const struct bank *bank, const char *id)
{
    size_t at = lower_bound(bank, id);
    if (at < bank->count && strcmp(bank->questions[at]->pub.id, id) == 0)
        return bank->questions[at];
    return NULL;
}

static bool matches(const struct question *question, const struct bank_filter *filter)
{
    return strcmp(question->kind, filter->kind) == 0 &&
           (!filter->level || strcmp(question->pub.level, filter->level) == 0) &&
           (!filter->topic || question_has_topic(question, filter->topic)) &&
           (!filter->company || question_for_company(question, filter->company));
}

static bool any_match(const struct bank *bank, const struct bank_filter *filter)
{
    for (size_t i = 0; i < bank->count; i++)
        if (matches(bank->questions[i], filter))
            return true;
    return false;
}

/* The one condition without which something would match. */
static const char *what_to_drop(const struct bank *bank, const struct bank_filter *filter)
{
    struct bank_filter loose = *filter;
    loose.company = NULL;
    if (filter->company && any_match(bank, &loose))
        return "company";
    loose = *filter;
    loose.topic = NULL;
    if (filter->topic && any_match(bank, &loose))
        return "topic";
    loose = *filter;
    loose.level = NULL;
    if (filter->level && any_match(bank, &loose))
        return "level";
    loose = (struct bank_filter){.kind = filter->kind};
    if (!any_match(bank, &loose))
        return "";
    return filter->topic ? "topic" : filter->company ? "company" : "level";
}

struct question *bank_choose(const struct bank *bank, const struct bank_filter *filter,
                             bank_usage_fn *usage, void *context, uint64_t seed,
                             const char **matching_without)
{
    struct question *chosen = NULL;
    struct bank_usage least = {0, 0};
    uint32_t equal = 0;
    uint64_t state = seed;
    *matching_without = "";
    for (size_t i = 0; i < bank->count; i++) {
        struct question *question = bank->questions[i];
        if (!matches(question, filter))
            continue;
        struct bank_usage used = usage(context, question->pub.id);
        bool fewer = used.room < least.room || (used.room == least.room && used.people < least.people);
        bool same = used.room == least.room && used.people == least.people;
        if (!chosen || fewer) {
            chosen = question;
            least = used;
            equal = 1;
        } else if (same && random_below(&state, ++equal) == 0) {
            /* Each of the equals is kept with the same chance (reservoir of one). */
            chosen = question;
        }
    }
    if (!chosen)
        *matching_without = what_to_drop(bank, filter);
    return chosen;
}
