/* A round in 60 lines: the template for a plugin of your own. See plugins/README.md. */
#include "hotseat/plugin.h"

/* What graders judge, 1 to 5 each. Three to five axes, each level in one short sentence. */
static const struct hs_axis axes[] = {
    {"warmth", "Warmth", 2,
     {"Cold.", "Polite.", "Friendly.", "Warm.", "Made my day."}},
    {"wit", "Wit", 1,
     {"None.", "A hint.", "A smile.", "A laugh.", "I will tell it to others."}},
    {"brevity", "Brevity", 1,
     {"Endless.", "Long.", "Fair.", "Short.", "Not a word too many."}},
};
static const struct hs_rubric rubric = {"hello", 3, axes};

/* The question comes out: say it. The host adds how and how long to answer. */
static int pose(const struct hs_round *round, const struct hs_host *host,
                struct hs_effects *effects)
{
    return host->say(effects, round->question->prompt);
}

/* The votes are in. The host posts names and scores; say what the group can learn. */
static int result(const struct hs_round *round, const struct hs_result *results, size_t count,
                  const struct hs_host *host, struct hs_effects *effects)
{
    (void)round;
    for (size_t i = 0; i < count; i++)
        if (results[i].votes > 0 && results[i].axis[0] >= 4) {
            int status = host->award(effects, results[i].seat, 1, "a warm hello");
            if (status != HS_OK)
                return status;
        }
    return host->say(effects, "Every warm hello earned a point more.");
}

static const struct hs_plugin plugin = {
    .abi_major = HS_ABI_MAJOR,
    .abi_minor = HS_ABI_MINOR,
    .size = sizeof(struct hs_plugin),
    .kind = "hello",
    .title = "Hello",
    .summary = "greet somebody well",
    .version = "1.0",
    .rubric = &rubric,
    .answer_seconds = 60,
    .vote_seconds = 60,
    .answer_advice = "Greet somebody you have never met.",
    .grade_advice = "Which greeting would you like to get?",
    .pose = pose,
    .result = result,
};

HS_EXPORT_PLUGIN(plugin)
