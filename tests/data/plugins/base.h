/* A small plugin of which each file here spoils one thing, by defining it before including this. */
#include "hotseat/plugin.h"

#ifndef ABI_MAJOR
#define ABI_MAJOR HS_ABI_MAJOR
#endif
#ifndef ABI_MINOR
#define ABI_MINOR HS_ABI_MINOR
#endif
#ifndef SIZE
#define SIZE sizeof(struct hs_plugin)
#endif
#ifndef KIND
#define KIND "good"
#endif
#ifndef TITLE
#define TITLE "Good"
#endif
#ifndef VERSION
#define VERSION "1"
#endif
#ifndef AXES
#define AXES 3
#endif
#ifndef WEIGHT
#define WEIGHT 1
#endif
#ifndef RUBRIC
#define RUBRIC &rubric
#endif
#ifndef ADVICE
#define ADVICE "Say something."
#endif
#ifndef POSE
#define POSE pose
#endif
#ifndef RESULT
#define RESULT result
#endif
#ifndef ANSWER
#define ANSWER NULL
#endif
/* What the callbacks do, given host, effects and round. */
#ifndef ON_POSE
#define ON_POSE return host->say(effects, round->question->prompt);
#endif
#ifndef ON_RESULT
#define ON_RESULT return host->say(effects, "Result of version " VERSION ".");
#endif

#define ANCHORS {"One.", "Two.", "Three.", "Four.", "Five."}
static const struct hs_axis axes[] = {
    {"first", "First", WEIGHT, ANCHORS},
    {"second", "Second", 1, ANCHORS},
    {"third", "Third", 1, ANCHORS},
};
__attribute__((unused)) static const struct hs_rubric rubric = {"good", AXES, axes};

__attribute__((unused)) static int pose(const struct hs_round *round, const struct hs_host *host,
                                        struct hs_effects *effects)
{
    (void)round;
    ON_POSE
}

__attribute__((unused)) static int result(const struct hs_round *round,
                                          const struct hs_result *results, size_t count,
                                          const struct hs_host *host, struct hs_effects *effects)
{
    (void)round;
    (void)results;
    (void)count;
    ON_RESULT
}

#ifdef ON_ANSWER
#undef ANSWER
#define ANSWER answer
static int answer(const struct hs_round *round, uint32_t seat, const char *text, size_t size,
                  const struct hs_host *host, struct hs_effects *effects)
{
    (void)round;
    (void)text;
    (void)size;
    ON_ANSWER
}
#endif

__attribute__((unused)) static const struct hs_plugin plugin = {
    .abi_major = ABI_MAJOR,
    .abi_minor = ABI_MINOR,
    .size = SIZE,
    .kind = KIND,
    .title = TITLE,
    .summary = "a plugin of the tests",
    .version = VERSION,
    .rubric = RUBRIC,
    .answer_seconds = 60,
    .vote_seconds = 60,
    .answer_advice = ADVICE,
    .grade_advice = "Grade it.",
    .pose = POSE,
    .result = RESULT,
    .answer = ANSWER,
};

#ifndef NO_EXPORT
HS_EXPORT_PLUGIN(plugin)
#endif
