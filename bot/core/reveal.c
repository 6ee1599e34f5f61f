#include "core/reveal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/ballot.h"
#include "core/flow.h"
#include "core/guest.h"
#include "core/place.h"
#include "core/plugin_call.h"
#include "core/score.h"

#define MESSAGE_BYTES (8 * 1024) /* a message longer than this is continued in another */

void reveal_sort(struct hs_result *results, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct hs_result moved = results[i];
        size_t at = i;
        while (at > 0 && results[at - 1].score < moved.score) {
            results[at] = results[at - 1];
            at--;
        }
        results[at] = moved;
    }
}

static void score_cell(struct text *text, const struct hs_result *result)
{
    text_cell(text, true);
    if (result->votes > 0)
        text_printf(text, "%.1f", result->score);
    else
        text_put(text, "-");
}

static void add_table(const struct round *round, const struct hs_result *results, size_t count,
                      struct text *text)
{
    text_row(text);
    text_cell(text, false);
    text_put(text, "Name");
    text_cell(text, true);
    text_put(text, "Score");
    text_cell(text, true);
    text_put(text, "Graders");
    char name[PLACE_NAME];
    for (size_t i = 0; i < count; i++) {
        text_row(text);
        text_cell(text, false);
        text_put(text, place_ranked_name(round, &round->seats[results[i].seat], name));
        score_cell(text, &results[i]);
        text_cell(text, true);
        text_printf(text, "%u", results[i].votes);
    }
}

void reveal_say_scores(const struct round *round, const struct hs_result *results, size_t count,
                       struct effects *effects)
{
    struct text text;
    text_init(&text);
    text_heading(&text);
    text_printf(&text, "Round %" PRIu64 " is over: %s", round->id, round->question->pub.title);
    size_t graded = 0;
    for (size_t i = 0; i < count; i++)
        graded += results[i].votes > 0;
    if (graded == 0) {
        text_paragraph(&text);
        text_printf(&text, "Nobody graded %s, so there are no scores this time.",
                    count == 1 ? "the one answer" : "the answers");
    } else if (round->reveal_names) {
        add_table(round, results, count, &text);
    } else {
        text_paragraph(&text);
        text_put(&text, "Scores:");
        for (size_t i = 0; i < count; i++) {
            if (results[i].votes > 0)
                text_printf(&text, "%s %.1f", i ? "," : "", results[i].score);
            else
                text_printf(&text, "%s not graded", i ? "," : "");
        }
        text_put(&text, ". Names stay hidden here; I sent everyone their own.");
    }
    effects_say(effects, round->room, &text);
    text_finish(&text);
}

static size_t comments_for(const struct round *round, uint32_t author, const char **comments)
{
    size_t count = 0;
    for (size_t i = 0; i < round->ballot_count && count < ROUND_SEATS_MAX; i++)
        if (round->ballots[i].author == author && round->ballots[i].comment)
            comments[count++] = round->ballots[i].comment;
    /* In the order of voting they would tell who wrote them. */
    uint64_t state = round->seed ^ ((uint64_t)author + 77) * UINT64_C(0xD1B54A32D192ED03);
    for (size_t i = count; i > 1; i--) {
        size_t j = random_below(&state, (uint32_t)i);
        const char *kept = comments[i - 1];
        comments[i - 1] = comments[j];
        comments[j] = kept;
    }
    return count;
}

static void add_answer_result(const struct round *round, const struct hs_result *result,
                              struct text *text)
{
    const struct hs_rubric *rubric = round->plugin->rubric;
    if (result->votes == 0) {
        text_put(text, "nobody graded your answer, so it has no score. ");
        return;
    }
    text_put(text, "you got ");
    char score[16];
    snprintf(score, sizeof score, "%.1f", result->score);
    text_strong(text, score);
    text_printf(text, " of 5 from %u grader%s (", result->votes, result->votes == 1 ? "" : "s");
    for (size_t a = 0; a < rubric->axis_count; a++)
        text_printf(text, "%s%s %.1f", a ? ", " : "", rubric->axes[a].name, result->axis[a]);
    text_put(text, "). ");
}

static const struct hs_result *result_of(const struct hs_result *results, size_t count,
                                         uint32_t seat)
{
    for (size_t i = 0; i < count; i++)
        if (results[i].seat == seat)
            return &results[i];
    return NULL;
}

static void tell_seat(const struct round *round, const struct seat *seat,
                      const struct hs_result *result, struct effects *effects)
{
    size_t given = round_given(round, seat->number);
    int32_t points = score_vote_points(given, round_owed(round, seat->number));
    if (!result && given == 0)
        return;
    const char *comments[ROUND_SEATS_MAX];
    size_t comment_count = comments_for(round, seat->number, comments);
    struct text text;
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 ": ", round->id);
    if (result) {
        add_answer_result(round, result, &text);
        points += score_answer_points(result->votes > 0, result->score);
    } else {
        text_put(&text, "thank you for grading. ");
    }
    if (seat->guest)
        text_put(&text, GUEST_NO_POINTS);
    else
        text_printf(&text, "+%d points.", (int)points);
    if (comment_count > 0) {
        text_paragraph(&text);
        text_put(&text, "Graders wrote:");
    }
    struct address to = round_seat_address(seat);
    for (size_t i = 0; i < comment_count; i++) {
        /* 63 long comments are more than one message holds. */
        if (text.bytes.length > MESSAGE_BYTES) {
            effects_tell(effects, &to, &text, NULL, 0);
            text_finish(&text);
            text_init(&text);
        }
        text_item(&text, 0, 0);
        text_put(&text, comments[i]);
    }
    effects_tell(effects, &to, &text, NULL, 0);
    text_finish(&text);
}

void reveal_tell_seats(const struct round *round, const struct hs_result *results, size_t count,
                       struct effects *effects)
{
    for (uint32_t i = 0; i < round->seat_count; i++)
        tell_seat(round, &round->seats[i], result_of(results, count, i), effects);
}

/* `by`: the account that it was earned from. */
static void add_ledger(const struct round *round, uint32_t seat, uint64_t by, const char *reason,
                       int32_t points, const double *score, int64_t now, struct effects *effects)
{
    struct effect *effect = round->seats[seat].guest ? NULL : effects_add(effects, RECORD_LEDGER);
    if (!effect)
        return;
    effect->as.ledger = (struct ledger_entry){
        .room = round->room,
        .round = round->id,
        .member = round_user(&round->seats[seat], by),
        .kind = round->kind,
        .reason = reason,
        .points = points,
        .scored = score != NULL,
        .score = score ? *score : 0,
        .at = now,
    };
}

void reveal_record(const struct round *round, const struct hs_result *results, size_t count,
                   int64_t now, struct effects *effects)
{
    for (size_t i = 0; i < count; i++) {
        bool scored = results[i].votes > 0;
        add_ledger(round, results[i].seat, round->seats[results[i].seat].answered_by, "answer", score_answer_points(scored, results[i].score),
                   scored ? &results[i].score : NULL, now, effects);
    }
    for (uint32_t i = 0; i < round->seat_count; i++) {
        size_t given = round_given(round, i);
        if (given > 0)
            add_ledger(round, i, round->seats[i].graded_by, "votes", score_vote_points(given, round_owed(round, i)), NULL,
                       now, effects);
    }
}

int flow_reveal(struct hall *hall, struct round *round, int64_t now, struct effects *effects)
{
    struct hs_result results[ROUND_SEATS_MAX];
    size_t count = 0;
    if (round_enter(round, ROUND_REVEAL, now, 0, effects))
        return -1;
    for (uint32_t i = 0; i < round->seat_count; i++)
        if (round->seats[i].answer)
            ballot_result(round, i, &results[count++]);
    reveal_sort(results, count);
    reveal_record(round, results, count, now, effects);
    reveal_say_scores(round, results, count, effects);
    reveal_tell_seats(round, results, count, effects);
    enum plugin_outcome outcome = plugin_result(round, now, results, count, effects);
    if (outcome == PLUGIN_BROKEN)
        return -1;
    if (outcome == PLUGIN_FAILED) {
        /* The scores are the group's and stand; only what the plugin had to say is missing. */
        flow_log(round, 0, now, effects, "plugin %s failed at the result", round->kind);
        struct text text;
        text_init(&text);
        text_printf(&text, "Round %" PRIu64 ": the %s plugin failed, so its advice is missing. "
                           "The scores stand.",
                    round->id, round->plugin->title);
        effects_say(effects, round->room, &text);
        text_finish(&text);
    }
    (void)hall;
    if (round_enter(round, ROUND_CLOSED, now, 0, effects))
        return -1;
    flow_progress(round, effects);
    return effects_ok(effects) ? 0 : -1;
}
