/* A question pack: every problem has its line and field; every question can be stored and read again. */
#include "fuzz.h"

#include <string.h>

#include "store/pack/pack.h"

struct count {
    size_t problems, lines;
};

static void problem(void *context, const struct pack_problem *one)
{
    struct count *count = context;
    count->problems++;
    MUST(one->file && one->field && one->message && one->message[0]);
    MUST(one->line >= 1 && one->line <= count->lines);
}

static void check_question(const struct question *question)
{
    struct question *again = pack_question_parse(question->body);
    MUST(again);
    MUST(strcmp(again->hash, question->hash) == 0);
    MUST(strcmp(again->pub.id, question->pub.id) == 0);
    question_unref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pack_summary summary = {0};
    struct count count = {0, 2};
    struct bank bank;
    for (size_t i = 0; i < size; i++)
        count.lines += data[i] == '\n';
    bank_init(&bank);
    MUST(pack_load_text("fuzz.json", size ? (const char *)data : "", size, &bank, problem, &count,
                        &summary) == 0);
    MUST(summary.problems == count.problems);
    MUST(bank.count == summary.questions);
    for (size_t i = 0; i < bank.count; i++)
        check_question(bank.questions[i]);
    bank_finish(&bank);
    return 0;
}
