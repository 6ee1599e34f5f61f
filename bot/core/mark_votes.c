/* Votes by a mark on the message that shows an answer: given, taken back, counted anew. */
#include "core/mark_votes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/ballot.h"
#include "core/flow.h"
#include "core/place.h"
#include "core/talk.h"

static void record(struct effects *effects, const struct round *round, const struct mark *mark,
                   bool gone)
{
    struct effect *effect = effects_add(effects, RECORD_MARK);
    if (!effect)
        return;
    effect->as.mark = (struct mark_record){
        .round = round->id,
        .voter = round->seats[mark->voter].member,
        .author = round->seats[mark->author].member,
        .event = arena_strdup(effects->arena, mark->event),
        .message = arena_strdup(effects->arena, mark->message),
        .score = mark->score,
        .turn = mark->turn,
        .at = mark->at,
        .gone = gone,
    };
}

/* ---- given ---- */

/* "4" -> 4; 0 if it is no score. */
static uint8_t score_of(const struct event *event)
{
    if (event->length != 1 || event->text[0] < '0' + HS_SCALE_MIN ||
        event->text[0] > '0' + HS_SCALE_MAX)
        return 0;
    return (uint8_t)(event->text[0] - '0');
}

/* Who may not grade learns once how they could. */
static bool may_mark(struct talk *talk, uint64_t id, uint32_t author)
{
    struct round *round = hall_round(talk->hall, id);
    struct seat *seat = round ? round_seat_of(round, talk->member) : NULL;
    enum memo_what what = !round || round->phase != ROUND_VOTE ? MEMO_OVER
                          : !seat                              ? MEMO_NO_SEAT
                                                               : MEMO_OWN;
    if (what == MEMO_OWN && seat->number != author)
        return author < round->seat_count && round->seats[author].answer;
    if (id >= talk->hall->next_round || !memo_first(&talk->hall->memo, talk->member, id, what))
        return false;
    if (what == MEMO_OVER)
        talk_reply(talk, "Grading of round %" PRIu64 " is over, so your mark does not count.", id);
    else if (what == MEMO_NO_SEAT)
        talk_reply(talk, "You have no seat in round %" PRIu64 ", so your mark does not count. Say %sjoin "
                         "to me, then take the mark off and put it on again.",
                   id, place_prefix(talk->hall, round->room, &talk->event->who));
    else
        talk_reply(talk, "That is your own answer in round %" PRIu64 "; your marks count on the others'.",
                   id);
    return false;
}

/* In the room a sign for one of them would be seen by all. */
static void send_receipt(struct talk *talk, const struct round *round, const struct seat *seat,
                         uint32_t author)
{
    struct text text;
    struct ballot_order order;
    ballot_order(round, seat->number, &order);
    text_init(&text);
    text_put(&text, "Stored: ");
    vote_put(round, seat, &order, author, &text);
    text_put(&text, ". ");
    vote_receipt(talk, round, seat, &order, &text);
    const char *collapse = arena_printf(talk->effects->arena, "votes:%" PRIu64, round->id);
    bool all = round_given(round, seat->number) >= round_owed(round, seat->number);
    if (all || round->open_ballots)
        talk_tell(talk, &text, collapse);
    else
        talk_mark(talk, &text, collapse);
    text_finish(&text);
}

static int give(struct talk *talk, struct round *round, uint32_t author)
{
    const struct event *event = talk->event;
    struct seat *seat = round_seat_of(round, talk->member);
    struct mark mark = {
        .event = (char *)event_key(talk->effects->arena, event, event->id),
        .message = (char *)event_key(talk->effects->arena, event, event->about),
        .voter = seat->number,
        .author = author,
        .score = score_of(event),
        .at = event->at,
    };
    if (!mark.event || !mark.message)
        return -1;
    if (marks_find(&round->marks, mark.event))
        return 0;
    const struct mark *given = round_mark(round, &mark);
    if (!given)
        return -1;
    record(talk->effects, round, given, false);
    ballot_record(round, seat->number, author, true, talk->effects);
    talk_graded(talk, round, seat);
    send_receipt(talk, round, seat, author);
    flow_progress(round, talk->effects);
    return 0;
}

int mark_give(struct hall *hall, const struct event *event, struct effects *effects)
{
    uint64_t id;
    uint32_t author;
    /* A receipt is about the message that the mark is on. */
    struct talk talk = {.hall = hall, .event = event, .effects = effects, .origin = event->about,
                        .prefix = "!", .call = "!"};
    if (!event->id || !event->about || !event->tag || score_of(event) == 0 ||
        ballot_tag_parse(event->tag, &id, &author))
        return 0;
    if (talk_know(&talk))
        return -1;
    if (may_mark(&talk, id, author) && give(&talk, hall_round(hall, id), author))
        return -1;
    return talk.broken || !effects_ok(effects) ? -1 : 0;
}

/* ---- taken back ---- */

static void tell_fallback(struct hall *hall, const struct event *event, struct effects *effects,
                          const struct round *round, const struct seat *seat, uint32_t author)
{
    struct talk talk = {.hall = hall, .event = event, .effects = effects};
    struct address to = round_seat_address(seat);
    struct text text;
    struct ballot_order order;
    ballot_order(round, seat->number, &order);
    text_init(&text);
    if (round_ballot(round, seat->number, author)) {
        text_put(&text, "Taken back; what you gave before counts again: ");
        vote_put(round, seat, &order, author, &text);
    } else {
        text_put(&text, "Taken back: you give nothing to ");
        vote_put(round, seat, &order, author, &text);
    }
    text_put(&text, ". ");
    vote_receipt(&talk, round, seat, &order, &text);
    effects_tell(effects, &to, &text, arena_printf(effects->arena, "votes:%" PRIu64, round->id),
                 EFFECT_URGENT);
    text_finish(&text);
}

static void take_back(struct hall *hall, const struct event *event, struct effects *effects,
                      struct round *round, struct mark *mark)
{
    const struct seat *seat = &round->seats[mark->voter];
    uint32_t author = mark->author;
    const struct ballot *ballot = round_ballot(round, mark->voter, author);
    bool counted = ballot && ballot->newest == mark && mark->turn > ballot->said_turn;
    record(effects, round, mark, true);
    round_unmark(round, mark, event->at);
    if (!counted)
        return;
    ballot_record(round, seat->number, author, true, effects);
    tell_fallback(hall, event, effects, round, seat, author);
    flow_progress(round, effects);
}

void mark_drop_all(struct round *round, uint32_t voter, int64_t at, struct effects *effects)
{
    static const uint8_t nothing[HS_AXES_MAX];
    for (size_t i = round->marks.count; i > 0; i--) {
        struct mark *mark = round->marks.mark[i - 1];
        if (mark->voter != voter)
            continue;
        record(effects, round, mark, true);
        round_unmark(round, mark, at);
    }
    for (uint32_t author = 0; author < round->seat_count; author++) {
        if (!round_ballot(round, voter, author))
            continue;
        if (round_cast(round, voter, author, nothing, NULL, at, 0))
            effects->failed = true;
        ballot_record(round, voter, author, false, effects);
    }
}

/* The voter, or whoever keeps order where the mark stands: in an open room its id is no secret, and
 * from elsewhere it proves nothing. */
static bool may_take_back(const struct talk *talk, const struct round *round,
                          const struct mark *mark)
{
    const struct room *place = NULL;
    if (round->seats[mark->voter].member == talk->member)
        return true;
    if (!talk->event->room.target)
        return false;
    while ((place = place_next(talk->hall, round->room, place))) {
        struct address where = place_address(place);
        if (address_same(&where, &talk->event->room))
            break;
    }
    struct talk there = *talk;
    there.room = (struct room *)place;
    return place && talk_role(&there, round->room) >= ROLE_MODERATOR;
}

bool mark_retract(struct hall *hall, const struct event *event, struct effects *effects)
{
    struct talk talk = {.hall = hall, .event = event, .effects = effects};
    const char *key = event_key(effects->arena, event, event->about);
    for (size_t i = 0; key && i < hall->round_count; i++) {
        struct round *round = hall->rounds[i];
        struct mark *mark = marks_find(&round->marks, key);
        if (!mark)
            continue;
        if (talk_know(&talk))
            effects->failed = true;
        else if (round->phase == ROUND_VOTE && may_take_back(&talk, round, mark))
            take_back(hall, event, effects, round, mark);
        return true;
    }
    return false;
}

/* ---- counted anew ---- */

static int compare_ids(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The keys of the marks that a tally lists, sorted. NULL when out of memory. */
static const char **read_list(struct arena *arena, const struct event *event, size_t *count)
{
    char *text = arena_strndup(arena, event->text, event->length), *state = NULL;
    const char **keys = arena_array(arena, event->length / 2 + 1, sizeof *keys);
    *count = 0;
    if (!text || !keys)
        return NULL;
    for (char *id = strtok_r(text, "\n", &state); id; id = strtok_r(NULL, "\n", &state))
        if (!(keys[(*count)++] = event_key(arena, event, id)))
            return NULL;
    qsort(keys, *count, sizeof *keys, compare_ids);
    return keys;
}

int mark_tally(struct hall *hall, const struct event *event, struct effects *effects)
{
    uint64_t id;
    uint32_t author;
    size_t count;
    if (!event->about || !event->tag || ballot_tag_parse(event->tag, &id, &author))
        return 0;
    struct round *round = hall_round(hall, id);
    if (!round || round->phase != ROUND_VOTE)
        return 0;
    const char *message = event_key(effects->arena, event, event->about);
    const char **keys = read_list(effects->arena, event, &count);
    if (!message || !keys)
        return -1;
    for (size_t i = round->marks.count; i > 0; i--) {
        struct mark *mark = round->marks.mark[i - 1];
        const char *key = mark->event;
        if (strcmp(mark->message, message) == 0 &&
            !bsearch(&key, keys, count, sizeof *keys, compare_ids))
            take_back(hall, event, effects, round, mark);
    }
    return effects_ok(effects) ? 0 : -1;
}
