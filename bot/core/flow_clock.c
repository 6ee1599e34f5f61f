/* What time does to rounds: reminders, the last call, the end of a phase. */
#include "core/flow.h"

#include <inttypes.h>

#include "core/account.h"
#include "core/hold.h"
#include "core/place.h"
#include "core/presence.h"
#include "util/span.h"

#define REMINDER_MS (60 * 1000)       /* before the end of a phase */
#define REMINDER_PHASE_MS (180 * 1000) /* shorter phases get none */

static bool wants_reminder(const struct round *round)
{
    return !round->reminded && (round->phase == ROUND_ANSWER || round->phase == ROUND_VOTE) &&
           round->deadline - round->phase_at >= REMINDER_PHASE_MS;
}

int64_t flow_done_at(const struct hall *hall, const struct round *round)
{
    for (size_t i = 0; round->phase == ROUND_ANSWER && i < hall->draft_count; i++)
        if (hall->drafts[i].round == round->id && !hall->drafts[i].pending)
            return 0;
    return round_done_at(round);
}

int64_t flow_due(const struct hall *hall, const struct round *round)
{
    if (!round_open(round))
        return 0;
    if (!round->plugin)
        return 1;
    if (round->paused)
        return 0;
    bool reminds = round->deadline > 0 && round->held_at == 0 && round->graded_at == 0 &&
                   wants_reminder(round);
    if (hold_waits(hall, round) && !reminds)
        return hold_due(hall, round);
    if (round->graded_at > 0)
        return hold_count_due(hall, round);
    int64_t due = reminds ? round->deadline - REMINDER_MS : round->deadline;
    int64_t done = hold_waits(hall, round) ? 0 : flow_done_at(hall, round);
    return done > 0 && (due == 0 || done < due) ? done : due;
}

static void list_owing(const struct round *round, struct text *text)
{
    const char *between = "";
    char name[PLACE_NAME];
    for (uint32_t i = 0; i < round->seat_count; i++) {
        const struct seat *seat = &round->seats[i];
        bool owes = round->phase == ROUND_VOTE ? round_given(round, i) < round_owed(round, i)
                                               : seat->answer == NULL;
        if (seat->left || !owes)
            continue;
        text_printf(text, "%s%s", between, place_seat_name(round, seat, name));
        between = ", ";
    }
}

static void remind(struct round *round, int64_t now, struct effects *effects)
{
    round->reminded = true;
    round_record(round, effects);
    char left[SPAN_TEXT];
    struct text text, owing;
    text_init(&text);
    text_init(&owing);
    list_owing(round, &owing);
    text_printf(&text, "Round %" PRIu64 ": %s left to %s.", round->id,
                span_text(round->deadline - now, left),
                round->phase == ROUND_VOTE ? "grade" : "answer");
    if (!text_empty(&owing)) {
        text_put(&text, " Still open: ");
        list_owing(round, &text);
        text_put(&text, ".");
    }
    effects_say(effects, round->room, &text);
    text_finish(&text);
    text_finish(&owing);
}

static bool done_by(const struct hall *hall, const struct round *round, int64_t now)
{
    int64_t done = flow_done_at(hall, round);
    return done > 0 && done <= now;
}

/* Has a seat, or had one, be it from another of their accounts. */
static bool is_seated(const struct hall *hall, const struct round *round,
                      const struct presence *present)
{
    struct address who = {present->transport, present->network, present->account};
    uint64_t own, member;
    for (size_t i = 0; i < round->seat_count; i++) {
        struct address at = round_seat_address(&round->seats[i]);
        if (address_same(&at, &who))
            return true;
    }
    /* Who is not known has never spoken; if that cannot be told now, nobody is shut out. */
    if (account_member(hall, &who, &own, &member))
        return false;
    for (size_t i = 0; member && i < round->seat_count; i++)
        if (round->seats[i].member == member)
            return true;
    return false;
}

/* People in the room who have no seat: one of them may be writing an answer. */
static bool has_onlookers(const struct hall *hall, const struct round *round)
{
    const struct room *place = NULL;
    while ((place = place_next(hall, round->room, place)))
        for (size_t i = 0; i < place->present_count; i++)
            if (!is_seated(hall, round, &place->present[i]))
                return true;
    return false;
}

static bool wants_last_call(const struct hall *hall, struct round *round, int64_t now)
{
    return round->phase == ROUND_ANSWER && round->called_at == 0 && round->last_call_ms > 0 &&
           now + round->last_call_ms < round->deadline && has_onlookers(hall, round);
}

/* Nobody loses an answer because two others were quick. */
static void call_last(const struct hall *hall, struct round *round, int64_t now,
                      struct effects *effects)
{
    char left[SPAN_TEXT];
    struct text text;
    round->called_at = now;
    round_record(round, effects);
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 ": all %zu who joined have answered. Grading starts in %s. "
                       "Still writing? Say ",
                round->id, round_answers(round), span_text(round->last_call_ms, left));
    place_invite(hall, round->room, &text, "join", " and we wait for you.", effects);
    text_finish(&text);
}

/* What an event does may end a phase: judged by when it is handled, the rest by when it was sent. */
struct moment {
    int64_t sent, done, now;
};

static bool is_due(const struct hall *hall, const struct round *round, const struct moment *at)
{
    int64_t due = flow_due(hall, round);
    bool waits = round->paused || round->graded_at > 0 || hold_waits(hall, round);
    return due > 0 && (due <= at->sent || (!waits && done_by(hall, round, at->done)));
}

static struct round *earliest(const struct hall *hall, const struct moment *at)
{
    struct round *first = NULL;
    for (size_t i = 0; i < hall->round_count; i++) {
        struct round *round = hall->rounds[i];
        if (is_due(hall, round, at) && (!first || flow_due(hall, round) < flow_due(hall, first)))
            first = round;
    }
    return first;
}

/* Does what the round wants, whose time has come. */
static int act(struct hall *hall, struct round *round, const struct moment *at,
               struct effects *effects)
{
    bool waits = hold_waits(hall, round), done = !waits && done_by(hall, round, at->done);
    int64_t now = at->now;
    if (!round->plugin)
        return flow_end(hall, round, "its plugin or its question is no longer there", now, effects);
    if (round->graded_at == 0 && !done && at->sent < round->deadline)
        remind(round, now, effects);
    else if (waits && hold_may_wait(hall, round, now))
        hold_tell(hall, round, now, effects);
    else if (done && wants_last_call(hall, round, now))
        call_last(hall, round, now, effects);
    else
        return flow_advance(hall, round, now, effects);
    return 0;
}

static int tick(struct hall *hall, const struct moment *at, struct effects *effects)
{
    struct round *round;
    while ((round = earliest(hall, at)))
        if (act(hall, round, at, effects) || !effects_ok(effects))
            return -1;
    return 0;
}

int flow_tick_before(struct hall *hall, const struct event *event, struct effects *effects)
{
    int64_t sent = event->sent ? event->sent : event->at;
    return tick(hall, &(struct moment){sent, sent, event->at}, effects);
}

int flow_tick(struct hall *hall, const struct event *event, struct effects *effects)
{
    int64_t sent = event->sent ? event->sent : event->at;
    return tick(hall, &(struct moment){sent, event->at, event->at}, effects);
}

int hall_abandon(struct hall *hall, int64_t now, struct effects *effects)
{
    struct round *round = earliest(hall, &(struct moment){now, now, now});
    return round ? flow_end(hall, round, "something went wrong on my side, and I am sorry", now,
                            effects)
                 : 0;
}
