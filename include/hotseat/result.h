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

/* What a kind of round says after the votes. No member is NULL. */
struct hs_lessons {
    const char *const *advice; /* a sentence for each axis: what to try next time if it was weakest */
    const char *mistakes;      /* before the question's common mistakes, e.g. "Common mistakes" */
    const char *model;         /* over the model answer, e.g. "One good answer" */
};

/* A text that grows piece by piece; what does not fit makes it too long for good. */
struct hs_text {
    char text[8 * 1024];
    size_t length;
    int too_long;
};

static inline void hs_put(struct hs_text *text, const char *before, const char *words,
                          const char *after)
{
    size_t left = sizeof text->text - text->length;
    int length = snprintf(text->text + text->length, left, "%s%s%s", before, words, after);
    if (length < 0 || (size_t)length >= left)
        text->too_long = 1;
    else
        text->length += (size_t)length;
}

static inline int hs_say_text(const struct hs_text *text, const struct hs_host *host,
                              struct hs_effects *effects)
{
    if (text->too_long)
        return HS_ELIMIT;
    return text->length > 0 ? host->say(effects, text->text) : HS_OK;
}

/* Strongest and weakest axis, what a 5 on the weakest is for this question, what to try next time. */
static inline void hs_put_axes(struct hs_text *text, const struct hs_round *round,
                               const struct hs_result *results, size_t count,
                               const struct hs_lessons *lessons)
{
    const struct hs_axis *axes = round->rubric->axes;
    size_t strong = hs_extreme_axis(round, results, count, 1);
    size_t weak = hs_extreme_axis(round, results, count, -1);
    char line[400];
    if (weak == round->rubric->axis_count)
        return;
    if (strong == weak)
        snprintf(line, sizeof line, "All axes alike: %.1f of 5.", hs_axis_mean(results, count, 0));
    else
        snprintf(line, sizeof line, "Strongest: %s (%.1f). Weakest: %s (%.1f).", axes[strong].name,
                 hs_axis_mean(results, count, strong), axes[weak].name,
                 hs_axis_mean(results, count, weak));
    hs_put(text, "", line, "");
    for (size_t i = 0; strong != weak && i < round->question->note_count; i++)
        if (strcmp(round->question->notes[i].axis, axes[weak].id) == 0)
            hs_put(text, " A 5 there: ", round->question->notes[i].five, "");
    hs_put(text, "\n\n", strong != weak ? lessons->advice[weak] : "", "\n\n");
}

/* Says what was strong and weak, the common mistakes, and a question to think on; then the model answer. */
static inline int hs_say_lessons(const struct hs_round *round, const struct hs_result *results,
                                 size_t count, const struct hs_lessons *lessons,
                                 const struct hs_host *host, struct hs_effects *effects)
{
    struct hs_text text = {.length = 0}, model = {.length = 0};
    const struct hs_question *question = round->question;
    size_t weak = hs_extreme_axis(round, results, count, -1);
    const struct hs_follow_up *next = hs_follow_up_for(
        question, round->rubric->axes[weak < round->rubric->axis_count ? weak : 0].id);
    hs_put_axes(&text, round, results, count, lessons);
    for (size_t i = 0; i < question->mistake_count && i < 3; i++) {
        if (i == 0)
            hs_put(&text, "", lessons->mistakes, ":\n\n");
        hs_put(&text, "- ", question->mistakes[i], "\n");
    }
    if (next)
        hs_put(&text, "\nTo think on: ", next->text, "");
    hs_put(&model, "**", lessons->model, "**\n\n");
    hs_put(&model, "", question->model_answer, "");
    if (question->complexity[0])
        hs_put(&model, "\n\nIntended cost: ", question->complexity, "");
    int status = hs_say_text(&text, host, effects);
    return status == HS_OK ? hs_say_text(&model, host, effects) : status;
}

/* Says something to a seat privately, but only once a round, however often an
 * answer is sent in parts or revised. Uses the round's state. */
static inline int hs_note_once(const struct hs_round *round, uint32_t seat, const char *note,
                               const struct hs_host *host, struct hs_effects *effects)
{
    unsigned char told[HS_SEATS_MAX / 8] = {0};
    if (seat >= HS_SEATS_MAX)
        return HS_EINVAL;
    if (round->state_version == 1 && round->state_size == sizeof told)
        memcpy(told, round->state, sizeof told);
    unsigned char bit = (unsigned char)(1u << seat % 8);
    if (told[seat / 8] & bit)
        return HS_OK;
    told[seat / 8] |= bit;
    int status = host->say_private(effects, seat, note);
    return status == HS_OK ? host->keep(effects, 1, told, sizeof told) : status;
}

#ifdef __cplusplus
}
#endif

#endif
