/* A behavioral round: a story of one's own, told as situation, task, action, result. */
#include <string.h>

#include "hotseat/plugin.h"
#include "hotseat/result.h"

static const struct hs_axis axes[] = {
    {"situation", "Situation and task", 1,
      {"No situation.", "Vague; what was at stake stays open.",
       "Clear enough, the task half said.", "Situation and task clear in two sentences.",
       "Clear, with what was at stake and why it was hard."}},
    {"actions", "Own actions", 2,
      {"No action of their own.", "Mostly what the team did.",
       "Own actions, the reasons missing.", "Own actions and the reasons for them.",
       "Own actions, reasons, and what was decided against."}},
    {"result", "Result, measured", 1,
      {"No result.", "A result without evidence.", "A result that could be measured.",
       "A measured result.", "A measured result, compared with what was before."}},
    {"reflection", "Reflection", 1,
      {"No lesson.", "A phrase that fits any story.", "One lesson of their own.", "A lesson and how it was used later.",
       "A lesson used later, and what is still open."}},
};

static const struct hs_rubric rubric = {"behavioral", sizeof axes / sizeof *axes, axes};

/* One for each axis: what to try next time if it was the group's weakest. */
static const char *const advice[] = {
    "Next time, spend two sentences on the situation, no more.",
    "Next time, say I where you now say we, and say why you chose so.",
    "Next time, end with a number: time saved, errors avoided, users reached.",
    "Next time, add what you would do differently today.",
};

static const struct hs_lessons lessons = {
    .advice = advice,
    .mistakes = "What weakens such a story",
    .model = "One good story",
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
    if (strpbrk(text, "0123456789%"))
        return HS_OK;
    return hs_note_once(round, seat,
                        "Optional: graders also look for a result with a number in it.",
                        host, effects);
}

static const struct hs_plugin plugin = {
    .abi_major = HS_ABI_MAJOR,
    .abi_minor = HS_ABI_MINOR,
    .size = sizeof(struct hs_plugin),
    .kind = "behavioral",
    .title = "Behavioral",
    .summary = "tell a story of your own: situation, task, action, result",
    .version = "1.0",
    .rubric = &rubric,
    .answer_seconds = 360,
    .vote_seconds = 240,
    .answer_advice = "Tell one real story: situation, your task, what you did, and a result with a number.",
    .grade_advice = "Grade what the person did and learned, not how grand the project was.",
    .pose = pose,
    .result = result,
    .answer = answer,
};

HS_EXPORT_PLUGIN(plugin)
