/* A round of coding: one problem, code or clear pseudo-code, graded by peers. */
#include <string.h>

#include "hotseat/plugin.h"
#include "hotseat/result.h"

static const struct hs_axis axes[] = {
    {"correctness", "Correctness", 2,
      {"Does not solve the problem.", "Solves part of it, with a major gap.",
       "Right on the main cases, one gap or bug.", "Right, with a minor slip.",
       "Right on every case, also those nobody named."}},
    {"approach", "Approach and complexity", 2,
      {"No workable approach.", "Works, but far too slow or too large.",
       "A fair approach, its cost half explained.", "A good approach with its cost stated.",
       "The best approach, with alternatives weighed."}},
    {"communication", "Communication", 1,
      {"Cannot be followed.", "Hard to follow.", "Can be followed with some effort.",
       "Clear and in order.", "Clear enough to teach from."}},
    {"tests", "Tests and edge cases", 1,
      {"No test or edge case named.", "One obvious case.", "The usual cases, an edge missed.",
       "Edges named and handled.", "Edges handled, and a test that could break it."}},
};

static const struct hs_rubric rubric = {"coding", sizeof axes / sizeof *axes, axes};

/* One for each axis: what to try next time if it was the group's weakest. */
static const char *const advice[] = {
    "Next time, run your code by hand on a tiny input before you send it.",
    "Next time, name the brute force and its cost first, then what makes it faster.",
    "Next time, say in one sentence what each part of the code does.",
    "Next time, list empty, one, many, equal and largest before you write code.",
};

static const struct hs_lessons lessons = {
    .advice = advice,
    .mistakes = "Common mistakes",
    .model = "One good answer",
};

static int pose(const struct hs_round *round, const struct hs_host *host,
                struct hs_effects *effects)
{
    return hs_say_question(round, host, effects);
}

static int result(const struct hs_round *round, const struct hs_result *results, size_t count,
                  const struct hs_host *host, struct hs_effects *effects)
{
    return hs_say_lessons(round, results, count, &lessons, host, effects);
}

/* A short private note if something that graders look for seems missing. */
static int answer(const struct hs_round *round, uint32_t seat, const char *text, size_t size,
                  const struct hs_host *host, struct hs_effects *effects)
{
    (void)size;
    if (strstr(text, "O(") || strcasestr(text, "linear") || strcasestr(text, "complexity"))
        return HS_OK;
    return hs_note_once(round, seat,
                        "Optional: graders also look for the time and memory it takes, such as O(n log n).",
                        host, effects);
}

static const struct hs_plugin plugin = {
    .abi_major = HS_ABI_MAJOR,
    .abi_minor = HS_ABI_MINOR,
    .size = sizeof(struct hs_plugin),
    .kind = "coding",
    .title = "Coding",
    .summary = "solve a programming problem, explain the approach and its cost",
    .version = "1.0",
    .rubric = &rubric,
    .answer_seconds = 900,
    .vote_seconds = 300,
    .answer_advice = "State your approach first, then the code, then its time and memory.",
    .grade_advice = "Read the code as if you had to keep it: try a small input and an edge case in your head.",
    .pose = pose,
    .result = result,
    .answer = answer,
};

HS_EXPORT_PLUGIN(plugin)
