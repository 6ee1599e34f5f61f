#include "core/question.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct question *question_ref(struct question *question)
{
    question->references++;
    return question;
}

void question_unref(struct question *question)
{
    if (!question || --question->references > 0)
        return;
    arena_finish(&question->memory);
    free(question);
}

int question_level_rank(const char *level)
{
    static const char *const levels[] = {"entry", "mid", "senior", "staff"};
    for (int i = 0; i < 4; i++)
        if (strcmp(level, levels[i]) == 0)
            return i;
    return -1;
}

/* Equal but for case and the sign between words: "Binary-Search" is "binary search". */
static int same_words(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        char x = strchr("-_ ", *a) ? ' ' : (char)tolower((unsigned char)*a);
        char y = strchr("-_ ", *b) ? ' ' : (char)tolower((unsigned char)*b);
        if (x != y)
            return 0;
    }
    return *a == *b;
}

int question_has_topic(const struct question *question, const char *topic)
{
    for (size_t i = 0; i < question->pub.topic_count; i++)
        if (same_words(question->pub.topics[i], topic))
            return 1;
    return 0;
}

int question_for_company(const struct question *question, const char *company)
{
    for (size_t i = 0; i < question->company_count; i++)
        if (same_words(question->companies[i], company))
            return 1;
    return 0;
}
