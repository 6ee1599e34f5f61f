#include "core/hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "core/reading.h"
#include "util/span.h"

#define TAG_BYTES 32

/* ---- networks ---- */

static struct lag *find_lag(const struct hall *hall, const char *transport, const char *network)
{
    for (size_t i = 0; i < hall->lag_count; i++)
        if (strcmp(hall->lags[i].network, network) == 0 &&
            strcmp(hall->lags[i].transport, transport) == 0)
            return &hall->lags[i];
    return NULL;
}

/* NULL when out of memory. */
static struct lag *make_lag(struct hall *hall, const char *transport, const char *network)
{
    struct lag *lag = find_lag(hall, transport, network);
    if (lag)
        return lag;
    struct lag *grown = reallocarray(hall->lags, hall->lag_count + 1, sizeof *grown);
    if (!grown)
        return NULL;
    hall->lags = grown;
    lag = &grown[hall->lag_count];
    *lag = (struct lag){.transport = strdup(transport), .network = strdup(network)};
    if (!lag->transport || !lag->network) {
        free(lag->transport);
        free(lag->network);
        return NULL;
    }
    hall->lag_count++;
    return lag;
}

int hall_know_network(struct hall *hall, const char *transport, const char *network)
{
    return make_lag(hall, transport, network) ? 0 : -1;
}

void hall_hold(struct hall *hall, const char *transport, const char *network, bool held)
{
    struct lag *lag = find_lag(hall, transport, network);
    if (lag)
        lag->held = held;
}

void hall_settle(struct hall *hall)
{
    for (size_t i = 0; i < hall->lag_count; i++)
        hall->lags[i].settled = hall->lags[i].behind;
}

void hall_unsettle(struct hall *hall)
{
    for (size_t i = 0; i < hall->lag_count; i++)
        hall->lags[i].behind = hall->lags[i].settled;
}

static bool is_at(const struct room *place, const char *transport, const char *network)
{
    return strcmp(place->network, network) == 0 && strcmp(place->transport, transport) == 0;
}

static bool concerns(const struct hall *hall, const struct round *round, const struct lag *lag)
{
    for (size_t i = 0; i < hall->room_count; i++)
        if (hall->rooms[i]->id == round->room &&
            is_at(hall->rooms[i], lag->transport, lag->network))
            return true;
    return false;
}

static bool is_missing(const struct hall *hall, const struct round *round, const struct lag *lag)
{
    return (lag->behind || lag->held) && concerns(hall, round, lag);
}

static bool is_behind(const struct hall *hall, const struct round *round)
{
    for (size_t i = 0; i < hall->lag_count; i++)
        if (is_missing(hall, round, &hall->lags[i]))
            return true;
    return false;
}

/* ---- the end of a phase that is held open ---- */

/* Grading may end before its deadline; acted on, it may be after it. */
static int64_t end_of(const struct round *round)
{
    bool early = round->graded_at > 0 &&
                 (round->deadline == 0 || round->graded_at < round->deadline);
    return early ? round->graded_at : round->deadline;
}

bool hold_waits(const struct hall *hall, const struct round *round)
{
    return is_behind(hall, round) || reading_until(hall, round, end_of(round)) > 0;
}

/* A network that is behind since after the end is so because the bot was down until then. */
static int64_t last_moment(const struct hall *hall, const struct round *round)
{
    int64_t from = end_of(round);
    if (!is_behind(hall, round))
        return reading_until(hall, round, from);
    for (size_t i = 0; i < hall->lag_count; i++)
        if (is_missing(hall, round, &hall->lags[i]) && hall->lags[i].since > from)
            from = hall->lags[i].since;
    return from + HOLD_BEHIND_MS;
}

int64_t hold_due(const struct hall *hall, const struct round *round)
{
    int64_t end = end_of(round);
    /* Of a short wait nobody is told. */
    bool quiet = round->held_at > 0 || !is_behind(hall, round);
    return end > 0 && quiet ? last_moment(hall, round) : end;
}

bool hold_may_wait(const struct hall *hall, const struct round *round, int64_t now)
{
    return now < last_moment(hall, round);
}

void hold_tell(const struct hall *hall, struct round *round, int64_t now, struct effects *effects)
{
    char left[SPAN_TEXT];
    const char *between = "";
    struct text text;
    round->held_at = now;
    round_record(round, effects);
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 ": time is up, but I am behind with ", round->id);
    for (size_t i = 0; i < hall->lag_count; i++)
        if (is_missing(hall, round, &hall->lags[i])) {
            text_printf(&text, "%s%s", between, hall->lags[i].network);
            between = " and ";
        }
    text_printf(&text, ". What was sent there in time still counts, so I wait for it: at most %s.",
                span_text(last_moment(hall, round) - now, left));
    effects_say(effects, round->room, &text);
    text_finish(&text);
}

void hold_lift(struct round *round)
{
    round->held_at = round->graded_at = round->count_at = 0;
}

/* ---- what comes while it is held open ---- */

static bool in_time(const struct round *round, const struct event *event)
{
    int64_t sent = event->sent ? event->sent : event->at;
    return round->paused || end_of(round) == 0 || sent < end_of(round);
}

bool hold_takes_answer(const struct round *round, const struct event *event)
{
    return round->phase == ROUND_ANSWER && round->plugin && in_time(round, event);
}

bool hold_takes_vote(const struct round *round, const struct event *event)
{
    return round->phase == ROUND_VOTE && round->plugin && in_time(round, event);
}

/* ---- marks ---- */

static bool counts(const struct hall *hall, const struct room *place)
{
    const struct world *world = hall->world;
    struct address at = {place->transport, place->network, place->target};
    return world->counts && world->counts(world->context, &at);
}

/* The places of the round where marks are still to be counted; as bits, in their order. */
static uint32_t uncounted(const struct hall *hall, const struct round *round)
{
    uint32_t places = 0, bit = 1;
    for (size_t i = 0; i < hall->room_count; i++) {
        if (hall->rooms[i]->id != round->room)
            continue;
        if (counts(hall, hall->rooms[i]))
            places |= bit;
        bit <<= 1;
    }
    return places & ~round->counted;
}

static const char *count_tag(const struct round *round, char out[TAG_BYTES])
{
    snprintf(out, TAG_BYTES, "vote %" PRIu64 " ", round->id);
    return out;
}

static int ask_count(struct round *round, int64_t now, struct effects *effects)
{
    char tag[TAG_BYTES];
    struct effect *effect = effects_add(effects, EFFECT_COUNT);
    if (!effect)
        return -1;
    effect->as.count = (struct count_request){
        .room = round->room,
        .tag = arena_strdup(effects->arena, count_tag(round, tag)),
    };
    round->count_at = now;
    round->counted = 0;
    return effects_ok(effects) ? 1 : -1;
}

static int log_uncounted(const struct round *round, int64_t now, struct effects *effects)
{
    flow_log(round, 0, now, effects, "marks were not counted again");
    return effects_ok(effects) ? 0 : -1;
}

int hold_count(struct hall *hall, struct round *round, int64_t now, struct effects *effects)
{
    if (round->count_at == 0)
        round->counted = 0;
    if (uncounted(hall, round) == 0)
        return 0;
    /* After the longest wait there is nobody to ask. */
    if (hold_waits(hall, round) && !hold_may_wait(hall, round, now))
        return log_uncounted(round, now, effects);
    if (round->graded_at == 0) {
        round->graded_at = now;
        round_record(round, effects);
    }
    if (round->count_at == 0)
        return ask_count(round, now, effects);
    if (now < round->count_at + HOLD_COUNT_MS)
        return 1;
    return log_uncounted(round, now, effects);
}

int64_t hold_count_due(const struct hall *hall, const struct round *round)
{
    if (round->count_at == 0 || uncounted(hall, round) == 0)
        return round->graded_at;
    return round->count_at + HOLD_COUNT_MS;
}

/* ---- events ---- */

static const struct address *network_of(const struct event *event)
{
    return event->room.transport ? &event->room : &event->who;
}

/* What was asked while the network was behind may never be answered. */
static void ask_again(struct hall *hall, const struct lag *lag)
{
    for (size_t i = 0; i < hall->round_count; i++) {
        struct round *round = hall->rounds[i];
        if (round->count_at > 0 && concerns(hall, round, lag) && uncounted(hall, round) != 0)
            round->count_at = 0;
    }
}

static void note_count(struct hall *hall, const struct event *event)
{
    char tag[TAG_BYTES];
    for (size_t i = 0; i < hall->round_count; i++) {
        struct round *round = hall->rounds[i];
        uint32_t bit = 1;
        if (round->count_at == 0 || strcmp(count_tag(round, tag), event->tag) != 0)
            continue;
        for (size_t r = 0; r < hall->room_count; r++) {
            const struct room *place = hall->rooms[r];
            if (place->id != round->room)
                continue;
            if (is_at(place, event->room.transport, event->room.network) &&
                strcmp(place->target, event->room.target) == 0)
                round->counted |= bit;
            bit <<= 1;
        }
    }
}

void hold_finish(struct hall *hall)
{
    for (size_t i = 0; i < hall->lag_count; i++) {
        free(hall->lags[i].transport);
        free(hall->lags[i].network);
    }
    free(hall->lags);
    hall->lags = NULL;
    hall->lag_count = 0;
    readings_finish(hall);
}

int hold_apply(struct hall *hall, const struct event *event, struct effects *effects)
{
    if (event->kind == EVENT_READING || event->kind == EVENT_READ)
        return reading_apply(hall, event, effects);
    if (event->kind == EVENT_COUNTED) {
        if (event->tag && event->room.target)
            note_count(hall, event);
        return 0;
    }
    const struct address *network = network_of(event);
    struct lag *lag = make_lag(hall, network->transport, network->network);
    if (!lag)
        return -1;
    if (event->kind == EVENT_BEHIND && !lag->behind)
        lag->since = event->at;
    lag->behind = event->kind == EVENT_BEHIND;
    if (!lag->behind) {
        lag->since = 0;
        ask_again(hall, lag);
    }
    return 0;
}
