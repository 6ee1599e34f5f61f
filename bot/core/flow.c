#include "core/flow.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/hold.h"
#include "core/place.h"
#include "core/plugin_call.h"
#include "core/reveal.h"
#include "core/talk.h"
#include "util/span.h"

/* ---- records ---- */

void flow_record_seat(const struct round *round, const struct seat *seat, struct effects *effects)
{
    struct effect *effect = effects_add(effects, RECORD_SEAT);
    if (!effect)
        return;
    effect->as.seat.round = round;
    effect->as.seat.seat = seat;
}

void flow_log(const struct round *round, uint64_t member, int64_t at, struct effects *effects,
              const char *format, ...)
{
    char what[160];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    struct effect *effect = effects_add(effects, RECORD_LOG);
    if (!effect)
        return;
    effect->as.log = (struct log_entry){
        .room = round->room,
        .round = round->id,
        .member = member,
        .what = arena_strdup(effects->arena, what),
        .at = at,
    };
}

void flow_record_asked(const struct round *round, uint64_t room, uint64_t member, int64_t at,
                       struct effects *effects)
{
    struct effect *effect = effects_add(effects, RECORD_ASKED);
    if (!effect)
        return;
    effect->as.asked = (struct asked_record){
        .room = room,
        .member = member,
        .question = arena_strdup(effects->arena, round->question_id),
        .at = at,
    };
}

void flow_progress(const struct round *round, struct effects *effects)
{
    struct effect *effect = effects_add(effects, EFFECT_PROGRESS);
    if (!effect)
        return;
    struct progress *progress = &effect->as.progress;
    progress->room = round->room;
    progress->round = round->id;
    progress->phase = round_phase_word(round->phase);
    progress->deadline = round_open(round) ? round->deadline : 0;
    progress->remaining = round->paused ? round->remaining : 0;
    size_t answers = round_answers(round);
    for (uint32_t i = 0; i < round->seat_count; i++) {
        const struct seat *seat = &round->seats[i];
        if (seat->left && !seat->answer)
            continue;
        progress->total++;
        if (round->phase == ROUND_VOTE)
            progress->done += seat->given >= answers - (seat->answer != NULL);
        else
            progress->done += seat->answer != NULL;
    }
}

/* ---- opening and posing ---- */

int flow_open(struct hall *hall, struct round *round, int64_t gather_ms, const char *host_name,
              int64_t now, struct effects *effects)
{
    round->phase = ROUND_GATHER;
    round->opened_at = round->phase_at = now;
    round_record(round, effects);
    flow_log(round, round->host, now, effects, "opened %s", round->kind);
    for (size_t i = 0; i < round->seat_count; i++)
        flow_record_seat(round, &round->seats[i], effects);
    if (gather_ms == 0)
        return flow_pose(hall, round, now, effects);
    round->deadline = now + gather_ms;
    char left[SPAN_TEXT];
    struct text text;
    text_init(&text);
    text_printf(&text, "%s opens round %" PRIu64 ": ", host_name, round->id);
    text_strong(&text, round->plugin->title);
    text_printf(&text, ". The question comes in %s. Say ", span_text(gather_ms, left));
    place_invite(hall, round->room, &text, "join", " to take a seat.", effects);
    text_finish(&text);
    flow_progress(round, effects);
    return effects_ok(effects) ? 0 : -1;
}

struct usage {
    const struct hall *hall;
    const struct round *round;
    bool failed;
};

/* How often the room and the people seated had a question. */
static struct bank_usage question_usage(void *context, const char *id)
{
    struct usage *usage = context;
    const struct world *world = usage->hall->world;
    struct bank_usage count = {0, 0};
    int times = world->asked(world->context, usage->round->room, 0, id);
    if (times < 0)
        usage->failed = true;
    else
        count.room = (unsigned)times;
    for (size_t i = 0; i < usage->round->seat_count && !usage->failed; i++) {
        times = world->asked(world->context, 0, usage->round->seats[i].member, id);
        if (times < 0)
            usage->failed = true;
        count.people += times > 0;
    }
    return count;
}

/* Draws the question and gives it to the round. 1 = none fits (any more). */
static int draw_question(struct hall *hall, struct round *round)
{
    struct bank_filter filter = {round->kind, round->level, round->topic, round->company};
    struct usage usage = {hall, round, false};
    const char *without;
    const struct bank *bank = hall->world->bank(hall->world->context);
    struct question *question =
        bank_choose(bank, &filter, question_usage, &usage, round->seed, &without);
    if (usage.failed)
        return -1;
    if (!question)
        return 1;
    round->question_id = strdup(question->pub.id);
    if (!round->question_id)
        return -1;
    memcpy(round->question_hash, question->hash, sizeof round->question_hash);
    round->question = question_ref(question);
    return 0;
}

static void say_how_to_answer(const struct hall *hall, const struct round *round, int64_t length,
                              struct effects *effects)
{
    char left[SPAN_TEXT];
    struct text text;
    struct buf tail;
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 ": %s to answer. Send your answer to me privately; it stays "
                       "sealed until grading. Say ",
                round->id, span_text(length, left));
    buf_init(&tail);
    buf_printf(&tail, " so that we wait for you. %s", round->plugin->answer_advice);
    effects->failed |= tail.failed;
    place_invite(hall, round->room, &text, "join", buf_text(&tail), effects);
    buf_finish(&tail);
    text_finish(&text);
}

int flow_pose(struct hall *hall, struct round *round, int64_t now, struct effects *effects)
{
    int drawn = draw_question(hall, round);
    if (drawn < 0)
        return -1;
    if (drawn > 0)
        return flow_end(hall, round, "no question fits any more", now, effects);
    int64_t length = round->answer_ms;
    if (length == 0 && round->question->pub.answer_seconds > 0)
        length = (int64_t)round->question->pub.answer_seconds * 1000;
    if (length == 0)
        length = (int64_t)round->plugin->answer_seconds * 1000;
    if (round_enter(round, ROUND_ANSWER, now, length, effects))
        return -1;
    flow_record_asked(round, round->room, 0, now, effects);
    for (size_t i = 0; i < round->seat_count; i++)
        flow_record_asked(round, 0, round_user(&round->seats[i], round->seats[i].used_by), now, effects);
    enum plugin_outcome outcome = plugin_pose(round, now, effects);
    if (outcome == PLUGIN_BROKEN)
        return -1;
    if (outcome == PLUGIN_FAILED)
        return flow_end(hall, round, "its plugin could not pose the question", now, effects);
    say_how_to_answer(hall, round, length, effects);
    flow_progress(round, effects);
    return effects_ok(effects) ? 0 : -1;
}

/* ---- locking the answers ---- */

static void say_graded(const struct round *round, size_t answers, int64_t length,
                       struct effects *effects)
{
    char left[SPAN_TEXT];
    struct text text;
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 ": answering is over, %zu answer%s. ", round->id, answers,
                answers == 1 ? "" : "s");
    if (!round->open_ballots)
        text_put(&text, "I sent you the others' answers privately, without names. ");
    text_printf(&text, "%s to grade.", span_text(length, left));
    effects_say(effects, round->room, &text);
    text_finish(&text);
}

int flow_lock(struct hall *hall, struct round *round, int64_t now, struct effects *effects)
{
    answer_settle(hall, round, now, effects);
    if (draft_lock(hall, round, now, effects))
        return -1;
    size_t answers = round_answers(round), graders = 0;
    for (uint32_t i = 0; i < round->seat_count; i++)
        graders += !round->seats[i].left && round_owed(round, i) > 0;
    if (answers == 0)
        return flow_end(hall, round, "nobody answered", now, effects);
    if (graders == 0)
        return flow_reveal(hall, round, now, effects);
    int64_t length = round->vote_ms;
    if (length == 0)
        length = (int64_t)round->plugin->vote_seconds * 1000;
    if (round_enter(round, ROUND_VOTE, now, length, effects))
        return -1;
    say_graded(round, answers, length, effects);
    if (round->open_ballots)
        flow_post_ballots(hall, round, effects);
    for (size_t i = 0; i < round->seat_count && !round->open_ballots; i++)
        if (!round->seats[i].left)
            flow_send_ballot(hall, round, &round->seats[i], effects);
    flow_progress(round, effects);
    return effects_ok(effects) ? 0 : -1;
}

/* ---- ending ---- */

int flow_end(struct hall *hall, struct round *round, const char *why, int64_t now,
             struct effects *effects)
{
    answer_settle(hall, round, now, effects);
    for (size_t i = hall->draft_count; i > 0; i--)
        if (hall->drafts[i - 1].round == round->id)
            draft_drop(hall, &hall->drafts[i - 1], effects);
    if (round_enter(round, ROUND_ENDED, now, 0, effects))
        return -1;
    struct text text;
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 " is over without scores: %s.", round->id, why);
    effects_say(effects, round->room, &text);
    text_finish(&text);
    flow_progress(round, effects);
    return effects_ok(effects) ? 0 : -1;
}

int flow_advance(struct hall *hall, struct round *round, int64_t now, struct effects *effects)
{
    switch (round->phase) {
    case ROUND_GATHER:
        return flow_pose(hall, round, now, effects);
    case ROUND_ANSWER:
        return flow_lock(hall, round, now, effects);
    case ROUND_VOTE: {
        int counting = hold_count(hall, round, now, effects);
        if (counting)
            return counting < 0 ? -1 : 0;
        return flow_reveal(hall, round, now, effects);
    }
    default:
        return -1;
    }
}
