/* A round of ML theory: one question of concepts, mathematics or diagnosis. */
#include <string.h>

#include "hotseat/plugin.h"
#include "hotseat/result.h"

static const struct hs_axis axes[] = {
    {"correctness", "Correctness", 2,
      {"Wrong or missing.", "Partly right, with a major error.",
       "Right on the main point, one gap.", "Right, with a minor slip.",
       "Right, and precise in every term."}},
    {"depth", "Depth and derivation", 2,
      {"No reason given.", "Names a reason without explaining it.", "Explains the main reason.",
       "Explains or derives it step by step.", "Derives it and links it to something deeper."}},
    {"assumptions", "Assumptions and failure modes", 1,
      {"Names no assumption and no way to fail.", "Hints at one.", "Names one that matters.", "Names those that matter and why.",
       "Says how to test for them, too."}},
    {"clarity", "Clarity", 1,
      {"Cannot be followed.", "Hard to follow.", "Can be followed with some effort.",
       "Clear and in order.", "Clear enough to teach from."}},
};

static const struct hs_rubric rubric = {"ml_theory", sizeof axes / sizeof *axes, axes};

/* One for each axis: what to try next time if it was the group's weakest. */
static const char *const advice[] = {
    "Next time, check your claim on a tiny example with numbers.",
    "Next time, write the formula and say what each term does.",
    "Next time, add one sentence: this holds only if, and it breaks when.",
    "Next time, lead with a one-sentence answer.",
};

static const struct hs_lessons lessons = {
    .advice = advice,
    .mistakes = "Often said, but wrong or not enough",
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
    if (strcasestr(text, "assum") || strcasestr(text, "fail") || strcasestr(text, "only if") ||
        strcasestr(text, "unless"))
        return HS_OK;
    return hs_note_once(round, seat,
                        "Optional: graders also look for an assumption, or for when it fails.",
                        host, effects);
}

static const struct hs_plugin plugin = {
    .abi_major = HS_ABI_MAJOR,
    .abi_minor = HS_ABI_MINOR,
    .size = sizeof(struct hs_plugin),
    .kind = "ml_theory",
    .title = "ML theory",
    .summary = "explain a concept, derive a formula, diagnose a model",
    .version = "1.0",
    .rubric = &rubric,
    .answer_seconds = 360,
    .vote_seconds = 240,
    .answer_advice = "Give the short answer first, then why it is so, then when it fails.",
    .grade_advice = "Reward what is right and why; long words alone are worth nothing.",
    .pose = pose,
    .result = result,
    .answer = answer,
};

HS_EXPORT_PLUGIN(plugin)
