/*
 * Helpers for plugins that talk about the results of a round. Header-only; part
 * of the public ABI only as source: nothing here crosses between plugin and host.
 */
#ifndef HOTSEAT_RESULT_H
#define HOTSEAT_RESULT_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hotseat/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The group's mean on one axis over all graded answers; 0 if none was graded. */
static inline double hs_axis_mean(const struct hs_result *results, size_t count, size_t axis)
{
    double sum = 0;
    size_t graded = 0;
    for (size_t i = 0; i < count; i++)
        if (results[i].votes > 0) {
            sum += results[i].axis[axis];
            graded++;
        }
    return graded > 0 ? sum / (double)graded : 0;
}

/* Index of the axis with the lowest (sign -1) or highest (sign 1) mean, the
 * first of equals; axis_count if nothing was graded. */
static inline size_t hs_extreme_axis(const struct hs_round *round, const struct hs_result *results,
                                     size_t count, int sign)
{
    size_t found = round->rubric->axis_count;
    double best = 0;
    for (size_t i = 0; i < round->rubric->axis_count; i++) {
        double mean = hs_axis_mean(results, count, i);
        if (mean > 0 && (found == round->rubric->axis_count || sign * (mean - best) > 0)) {
            found = i;
            best = mean;
        }
    }
    return found;
}

/* The question's first follow-up for an axis, else its first; NULL if it has none. */
static inline const struct hs_follow_up *hs_follow_up_for(const struct hs_question *question,
                                                          const char *axis)
{
    for (size_t i = 0; i < question->follow_up_count; i++)
        if (strcmp(question->follow_ups[i].axis, axis) == 0)
            return &question->follow_ups[i];
    return question->follow_up_count > 0 ? &question->follow_ups[0] : NULL;
}

/* Says the question: title, level, prompt. */
static inline int hs_say_question(const struct hs_round *round, const struct hs_host *host,
                                  struct hs_effects *effects)
{
    char text[8 * 1024];
    const struct hs_question *question = round->question;
    int length = snprintf(text, sizeof text, "**%s** (%s, difficulty %u of 5)\n\n%s",
                          question->title, question->level, question->difficulty,
                          question->prompt);
    if (length < 0 || (size_t)length >= sizeof text)
        return HS_ELIMIT;
    return host->say(effects, text);
}

/* Says what was strong, what was weak, what to do about it, and a follow-up
 * question; then the model answer. `advice` has one sentence for each axis. */
static inline int hs_say_lessons(const struct hs_round *round, const struct hs_result *results,
                                 size_t count, const char *const *advice,
                                 const struct hs_host *host, struct hs_effects *effects)
{
    char text[4 * 1024], model[8 * 1024];
    const struct hs_axis *axes = round->rubric->axes;
    size_t strong = hs_extreme_axis(round, results, count, 1);
    size_t weak = hs_extreme_axis(round, results, count, -1);
    int length = 0;
    if (strong < round->rubric->axis_count && strong != weak)
        length = snprintf(text, sizeof text, "Strongest: %s (%.1f). Weakest: %s (%.1f). %s",
                          axes[strong].name, hs_axis_mean(results, count, strong),
                          axes[weak].name, hs_axis_mean(results, count, weak), advice[weak]);
    const struct hs_follow_up *next =
        hs_follow_up_for(round->question, axes[weak < round->rubric->axis_count ? weak : 0].id);
    if (next && length >= 0 && (size_t)length < sizeof text)
        length += snprintf(text + length, sizeof text - (size_t)length, "%sTo think on: %s",
                           length ? "\n\n" : "", next->text);
    if (length < 0 || (size_t)length >= sizeof text)
        return HS_ELIMIT;
    int status = length > 0 ? host->say(effects, text) : HS_OK;
    if (status != HS_OK)
        return status;
    length = snprintf(model, sizeof model, "**One good answer**\n\n%.7000s",
                      round->question->model_answer);
    return length < 0 ? HS_EFAILED : host->say(effects, model);
}

#ifdef __cplusplus
}
#endif

#endif
