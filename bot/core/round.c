#include "core/round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const phase_words[ROUND_PHASE_COUNT] = {
#define X(id, word) word,
    ROUND_PHASES(X)
#undef X
};

const char *round_phase_word(enum round_phase phase)
{
    return phase_words[phase];
}

enum round_phase round_phase_parse(const char *word)
{
    for (int i = 0; i < ROUND_PHASE_COUNT; i++)
        if (strcmp(word, phase_words[i]) == 0)
            return (enum round_phase)i;
    return ROUND_PHASE_COUNT;
}

bool round_may_enter(enum round_phase from, enum round_phase to)
{
#define X(a, b)                                                                                    \
    if (from == ROUND_##a && to == ROUND_##b)                                                      \
        return true;
    ROUND_TRANSITIONS(X)
#undef X
    return false;
}

bool round_open(const struct round *round)
{
    return round->phase <= ROUND_VOTE;
}

void round_record(const struct round *round, struct effects *effects)
{
    for (struct effect *e = effects->first; e; e = e->next)
        if (e->kind == RECORD_ROUND && e->as.round == round)
            return;
    struct effect *effect = effects_add(effects, RECORD_ROUND);
    if (effect)
        effect->as.round = round;
}

int round_enter(struct round *round, enum round_phase to, int64_t at, int64_t length,
                struct effects *effects)
{
    if (!round_may_enter(round->phase, to))
        return -1;
    struct effect *log = effects_add(effects, RECORD_LOG);
    if (!log)
        return -1;
    log->as.log = (struct log_entry){
        .room = round->room,
        .round = round->id,
        .what = arena_printf(effects->arena, "phase %s -> %s", phase_words[round->phase],
                             phase_words[to]),
        .at = at,
    };
    round_record(round, effects);
    if (round->motion_count > 0) {
        struct effect *motion = effects_add(effects, RECORD_MOTION);
        if (!motion)
            return -1;
        motion->as.motion.round = round->id;
        round->motion_count = 0;
    }
    if (to == ROUND_CLOSED || to == ROUND_ENDED) {
        struct effect *over = effects_add(effects, RECORD_OVER);
        if (!over)
            return -1;
        over->as.over = round->id;
    }
    round->phase = to;
    round->phase_at = at;
    round->deadline = length > 0 ? at + length : 0;
    round->paused = false;
    round->remaining = 0;
    round->reminded = false;
    round->called_at = 0;
    round->held_at = round->graded_at = round->count_at = 0;
    return effects_ok(effects) ? 0 : -1;
}

struct round *round_create(uint64_t id, uint64_t room, const char *kind)
{
    struct round *round = calloc(1, sizeof *round);
    if (!round)
        return NULL;
    round->id = id;
    round->room = room;
    snprintf(round->kind, sizeof round->kind, "%s", kind);
    return round;
}

void round_destroy(struct round *round)
{
    if (!round)
        return;
    for (size_t i = 0; i < round->seat_count; i++) {
        struct seat *seat = &round->seats[i];
        free(seat->name);
        free(seat->transport);
        free(seat->network);
        free(seat->account);
        free(seat->answer);
        parts_finish(&seat->parts);
    }
    for (size_t i = 0; i < round->ballot_count; i++)
        free(round->ballots[i].comment);
    free(round->seats);
    free(round->ballots);
    marks_finish(&round->marks);
    free(round->motions);
    free(round->state);
    free(round->question_id);
    free(round->level);
    free(round->topic);
    free(round->company);
    question_unref(round->question);
    free(round);
}

static int replace(char **slot, const char *value)
{
    if (*slot && strcmp(*slot, value) == 0)
        return 0;
    char *copy = strdup(value);
    if (!copy)
        return -1;
    free(*slot);
    *slot = copy;
    return 0;
}

int round_seat_touch(struct seat *seat, const char *name, const struct address *who)
{
    if (replace(&seat->name, name) || replace(&seat->transport, who->transport) ||
        replace(&seat->network, who->network) || replace(&seat->account, who->target))
        return -1;
    return 0;
}

static int grow(void **array, size_t *capacity, size_t size)
{
    size_t wanted = *capacity ? *capacity * 2 : 8;
    void *grown = reallocarray(*array, wanted, size);
    if (!grown)
        return -1;
    *array = grown;
    *capacity = wanted;
    return 0;
}

static struct seat *find_seat(struct round *round, uint64_t member)
{
    for (size_t i = 0; i < round->seat_count; i++)
        if (round->seats[i].member == member)
            return &round->seats[i];
    return NULL;
}

struct seat *round_seat_of(struct round *round, uint64_t member)
{
    struct seat *seat = find_seat(round, member);
    return seat && !seat->left ? seat : NULL;
}

struct seat *round_sit(struct round *round, uint64_t member, const char *name,
                       const struct address *who)
{
    struct seat *seat = find_seat(round, member);
    if (!seat) {
        if (round->seat_count >= ROUND_SEATS_MAX)
            return NULL;
        if (round->seat_count == round->seat_capacity &&
            grow((void **)&round->seats, &round->seat_capacity, sizeof *round->seats))
            return NULL;
        seat = &round->seats[round->seat_count];
        *seat = (struct seat){.number = (uint32_t)round->seat_count, .member = member};
        round->seat_count++;
    }
    seat->left = false;
    return round_seat_touch(seat, name, who) ? NULL : seat;
}

uint64_t round_user(const struct seat *seat, uint64_t by)
{
    return by ? by : seat->member;
}

struct address round_seat_address(const struct seat *seat)
{
    return (struct address){seat->transport, seat->network, seat->account};
}

int round_answer(struct seat *seat, const char *text, size_t length, int64_t at)
{
    char *copy = NULL;
    if (text) {
        copy = strndup(text, length);
        if (!copy)
            return -1;
        length = strlen(copy);
        sha256_hex(copy, length, seat->hash);
    } else {
        length = 0;
        seat->hash[0] = '\0';
    }
    free(seat->answer);
    seat->answer = copy;
    seat->answer_length = length;
    seat->answered_at = at;
    seat->revision++;
    return 0;
}

/* ---- ballots ---- */

static struct ballot *find_ballot(const struct round *round, uint32_t voter, uint32_t author)
{
    uint16_t at = round->ballot_at[voter][author];
    return at ? &round->ballots[at - 1] : NULL;
}

static bool has_score(const uint8_t score[HS_AXES_MAX])
{
    for (size_t i = 0; i < HS_AXES_MAX; i++)
        if (score[i])
            return true;
    return false;
}

struct ballot *round_ballot(const struct round *round, uint32_t voter, uint32_t author)
{
    struct ballot *ballot = find_ballot(round, voter, author);
    return ballot && has_score(ballot->score) ? ballot : NULL;
}

/* The ballot of voter on author, made if there is none. NULL when out of memory. */
static struct ballot *make_ballot(struct round *round, uint32_t voter, uint32_t author)
{
    struct ballot *ballot = find_ballot(round, voter, author);
    if (ballot)
        return ballot;
    if (round->ballot_count == round->ballot_capacity &&
        grow((void **)&round->ballots, &round->ballot_capacity, sizeof *round->ballots))
        return NULL;
    ballot = &round->ballots[round->ballot_count++];
    *ballot = (struct ballot){.voter = voter, .author = author};
    round->ballot_at[voter][author] = (uint16_t)round->ballot_count;
    return ballot;
}

/* What counts is the newest of what stands. */
static void settle_ballot(struct round *round, struct ballot *ballot, int64_t at)
{
    bool counted = has_score(ballot->score);
    const struct mark *mark = ballot->newest;
    if (mark && mark->turn > ballot->said_turn) {
        memset(ballot->score, mark->score, sizeof ballot->score);
        ballot->at = mark->at;
    } else {
        memcpy(ballot->score, ballot->said, sizeof ballot->score);
        ballot->at = has_score(ballot->said) ? ballot->said_at : at;
    }
    uint32_t *given = &round->seats[ballot->voter].given;
    *given += (uint32_t)has_score(ballot->score);
    *given -= (uint32_t)counted;
}

/* The turn of a vote that comes now (0), or came when it was stored. */
static uint32_t take_turn(struct round *round, uint32_t turn)
{
    if (turn == 0)
        turn = round->turns + 1;
    if (turn > round->turns)
        round->turns = turn;
    return turn;
}

int round_cast(struct round *round, uint32_t voter, uint32_t author,
               const uint8_t score[HS_AXES_MAX], const char *comment, int64_t at, uint32_t turn)
{
    char *copy = NULL;
    if (comment && !(copy = strdup(comment)))
        return -1;
    struct ballot *ballot = make_ballot(round, voter, author);
    if (!ballot) {
        free(copy);
        return -1;
    }
    free(ballot->comment);
    ballot->comment = copy;
    memcpy(ballot->said, score, HS_AXES_MAX);
    ballot->said_turn = take_turn(round, turn);
    ballot->said_at = at;
    settle_ballot(round, ballot, at);
    return 0;
}

struct mark *round_mark(struct round *round, const struct mark *mark)
{
    struct ballot *ballot = make_ballot(round, mark->voter, mark->author);
    struct mark *kept = ballot ? marks_add(&round->marks, mark) : NULL;
    if (!kept)
        return NULL;
    kept->turn = take_turn(round, mark->turn);
    struct mark **at = &ballot->newest;
    while (*at && (*at)->turn > kept->turn)
        at = &(*at)->older;
    kept->older = *at;
    *at = kept;
    settle_ballot(round, ballot, kept->at);
    return kept;
}

void round_unmark(struct round *round, struct mark *mark, int64_t at)
{
    struct ballot *ballot = find_ballot(round, mark->voter, mark->author);
    struct mark **link = &ballot->newest;
    while (*link != mark)
        link = &(*link)->older;
    *link = mark->older;
    marks_drop(&round->marks, mark);
    settle_ballot(round, ballot, at);
}

/* ---- motions ---- */

static const char *const motion_words[MOTION_COUNT] = {
#define X(id, word) word,
    ROUND_MOTIONS(X)
#undef X
};

const char *round_motion_word(enum motion_verb verb)
{
    return motion_words[verb];
}

enum motion_verb round_motion_parse(const char *word)
{
    for (int i = 0; i < MOTION_COUNT; i++)
        if (strcmp(word, motion_words[i]) == 0)
            return (enum motion_verb)i;
    return MOTION_COUNT;
}

int round_move(struct round *round, uint64_t member, enum motion_verb verb, int64_t amount)
{
    if (round->motion_count == round->motion_capacity &&
        grow((void **)&round->motions, &round->motion_capacity, sizeof *round->motions))
        return -1;
    round->motions[round->motion_count++] = (struct motion){verb, member, amount};
    return 0;
}

int64_t round_time_left(const struct round *round, int64_t now)
{
    if (round->paused)
        return round->remaining;
    if (round->deadline == 0 || now >= round->deadline)
        return 0;
    return round->deadline - now;
}

size_t round_answers(const struct round *round)
{
    size_t count = 0;
    for (size_t i = 0; i < round->seat_count; i++)
        count += round->seats[i].answer != NULL;
    return count;
}

size_t round_owed(const struct round *round, uint32_t voter)
{
    return round_answers(round) - (round->seats[voter].answer != NULL);
}

size_t round_given(const struct round *round, uint32_t voter)
{
    return round->seats[voter].given;
}

bool round_all_answered(const struct round *round)
{
    bool somebody = false;
    for (size_t i = 0; i < round->seat_count; i++) {
        if (!round->seats[i].left && !round->seats[i].answer)
            return false;
        somebody |= !round->seats[i].left;
    }
    return somebody;
}

bool round_all_voted(const struct round *round)
{
    size_t answers = round_answers(round);
    for (size_t i = 0; i < round->seat_count; i++) {
        const struct seat *seat = &round->seats[i];
        if (!seat->left && seat->given < answers - (seat->answer != NULL))
            return false;
    }
    return true;
}

int64_t round_done_at(const struct round *round)
{
    if (round->phase == ROUND_VOTE)
        return round_all_voted(round) ? round->phase_at : 0;
    if (round->phase != ROUND_ANSWER || round_answers(round) < 2 || !round_all_answered(round))
        return 0;
    int64_t last = 0;
    for (size_t i = 0; i < round->seat_count; i++)
        if (!round->seats[i].left && round->seats[i].answered_at > last)
            last = round->seats[i].answered_at;
    last += round->settle_ms;
    int64_t call_ends = round->called_at > 0 ? round->called_at + round->last_call_ms : 0;
    return call_ends > last ? call_ends : last;
}
