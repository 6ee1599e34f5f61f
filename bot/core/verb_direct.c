/* extend, pause, resume, skip, end: by the host, by a moderator, or by a vote of those seated. */
#include <inttypes.h>
#include <stdio.h>

#include "core/flow.h"
#include "core/hold.h"
#include "core/place.h"
#include "core/talk.h"
#include "util/span.h"

#define EXTEND_MAX_S (7 * 24 * 3600)

static bool any_open(const struct talk *talk, struct round *round)
{
    (void)talk;
    (void)round;
    return true;
}

/* Who is in the middle of !begin and says !end in the room hardly means the round of all. */
static bool means_draft(const struct talk *talk, const struct round *round,
                        const struct talk_choice *choice)
{
    const struct draft *draft = draft_of(talk->hall, talk->member);
    return draft && !draft->pending && draft->round == round->id && !choice->named;
}

/* Tells why the verb cannot be done to the round now; false if it can. */
static bool refused_now(struct talk *talk, const struct round *round, enum motion_verb verb)
{
    if (verb == MOTION_PAUSE && round->paused) {
        talk_reply(talk, "Round %" PRIu64 " is paused already. %sresume starts its clock again.",
                   round->id, talk->prefix);
        return true;
    }
    if (verb == MOTION_RESUME && !round->paused) {
        talk_reply(talk, "The clock of round %" PRIu64 " is running. %spause would stop it.",
                   round->id, talk->prefix);
        return true;
    }
    return false;
}

static void announce(struct talk *talk, const struct round *round, const char *by,
                     const char *format, const char *what)
{
    struct text text;
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 " ", round->id);
    text_printf(&text, format, what);
    text_printf(&text, ", by %s.", by);
    effects_say(talk->effects, round->room, &text);
    text_finish(&text);
}

static void clear_motions(struct talk *talk, struct round *round)
{
    if (round->motion_count == 0)
        return;
    struct effect *effect = effects_add(talk->effects, RECORD_MOTION);
    if (effect)
        effect->as.motion.round = round->id;
    round->motion_count = 0;
}

static void stop_clock(struct talk *talk, struct round *round)
{
    round->remaining = round_time_left(round, talk->event->at);
    /* A pause in the last moment must not look like no time at all. */
    if (round->remaining < 1)
        round->remaining = 1;
    round->paused = true;
}

static void start_clock(struct talk *talk, struct round *round)
{
    round->deadline = talk->event->at + round->remaining;
    round->remaining = 0;
    round->paused = false;
}

static void change_clock(struct talk *talk, struct round *round, enum motion_verb verb,
                         int64_t amount, const char *by)
{
    char span[SPAN_TEXT];
    hold_lift(round);
    if (verb == MOTION_PAUSE) {
        stop_clock(talk, round);
        announce(talk, round, by, "is paused with %s left",
                 span_text(round->remaining, span));
    } else if (verb == MOTION_RESUME) {
        start_clock(talk, round);
        announce(talk, round, by, "goes on, %s left",
                 span_text(round_time_left(round, talk->event->at), span));
    } else {
        if (round->paused)
            round->remaining += amount * 1000;
        else
            round->deadline += amount * 1000;
        round->reminded = false;
        announce(talk, round, by, "has more time, %s left now",
                 span_text(round_time_left(round, talk->event->at), span));
    }
    round_record(round, talk->effects);
    flow_progress(round, talk->effects);
}

/* Does it. `by` is a name, or "vote of the room". */
static void act(struct talk *talk, struct round *round, enum motion_verb verb, int64_t amount,
                const char *by)
{
    char span[SPAN_TEXT], why[PLACE_NAME + 16];
    int64_t now = talk->event->at;
    flow_log(round, talk->member, now, talk->effects, "%s%s%s, by %s", round_motion_word(verb),
             verb == MOTION_EXTEND ? " " : "",
             verb == MOTION_EXTEND ? span_text(amount * 1000, span) : "", by);
    clear_motions(talk, round);
    if (verb == MOTION_SKIP) {
        announce(talk, round, by, "skips the rest of its %s phase", round_phase_word(round->phase));
        if (flow_advance(talk->hall, round, now, talk->effects))
            talk->broken = true;
    } else if (verb == MOTION_END) {
        snprintf(why, sizeof why, "ended by %s", by);
        if (flow_end(talk->hall, round, why, now, talk->effects))
            talk->broken = true;
    } else {
        change_clock(talk, round, verb, amount, by);
    }
}

static struct motion *find_motion(struct round *round, enum motion_verb verb, uint64_t member)
{
    for (size_t i = 0; i < round->motion_count; i++)
        if (round->motions[i].verb == verb && (!member || round->motions[i].member == member))
            return &round->motions[i];
    return NULL;
}

static int add_motion(struct talk *talk, struct round *round, enum motion_verb verb, int64_t amount)
{
    struct effect *effect = effects_add(talk->effects, RECORD_MOTION);
    if (!effect || round_move(round, talk->member, verb, amount))
        return -1;
    effect->as.motion =
        (struct motion_record){round->id, talk->member, round_motion_word(verb), amount};
    return 0;
}

/* How many who still sit in the round want it. */
static size_t count_motions(struct round *round, enum motion_verb verb)
{
    size_t wanted = 0;
    for (size_t i = 0; i < round->motion_count; i++)
        wanted += round->motions[i].verb == verb &&
                  round_seat_of(round, round->motions[i].member) != NULL;
    return wanted;
}

/* In the other places of the room nobody saw what was proposed. */
static void tell_proposal(struct talk *talk, const struct round *round, enum motion_verb verb,
                          const char *what, size_t wanted, size_t needed)
{
    const struct room *place = NULL;
    char where[PLACE_WORDS];
    while ((place = place_next_other(talk, round->room, place))) {
        struct address to = place_address(place);
        struct text text;
        text_init(&text);
        text_printf(&text, "%s on %s wants to %s round %" PRIu64 "%s: %zu of %zu votes. Say ",
                    talk->event->name, place_words(&talk->event->who, where),
                    round_motion_word(verb), round->id, what, wanted, needed);
        text_monof(&text, "%s%s%s%s %" PRIu64, place->call, round_motion_word(verb),
                   verb == MOTION_EXTEND ? " " : "",
                   verb == MOTION_EXTEND ? talk->command.words[0] : "", round->id);
        text_put(&text, " if you agree.");
        effects_reply(talk->effects, &to, &text);
        text_finish(&text);
    }
}

/* More than half of those who sit in the round decide. */
static void move(struct talk *talk, struct round *round, enum motion_verb verb, int64_t amount)
{
    size_t seated = 0;
    for (size_t i = 0; i < round->seat_count; i++)
        seated += !round->seats[i].left;
    /* Who agrees, agrees to what was first proposed. */
    struct motion *first = find_motion(round, verb, 0);
    if (first)
        amount = first->amount;
    if (find_motion(round, verb, talk->member)) {
        talk_reply(talk, "I have your vote for it already. %zu of %zu so far.",
                   count_motions(round, verb), seated / 2 + 1);
        return;
    }
    if (add_motion(talk, round, verb, amount)) {
        talk->broken = true;
        return;
    }
    size_t needed = seated / 2 + 1, wanted = count_motions(round, verb);
    if (wanted >= needed) {
        act(talk, round, verb, amount, "vote of the room");
        return;
    }
    char span[SPAN_TEXT], what[SPAN_TEXT + 8] = "";
    if (verb == MOTION_EXTEND)
        snprintf(what, sizeof what, " by %s", span_text(amount * 1000, span));
    talk_reply(talk, "%zu of %zu votes to %s round %" PRIu64 "%s. Say %s%s%s%s %" PRIu64 " if you agree.",
               wanted, needed, round_motion_word(verb), round->id, what, talk->prefix,
               round_motion_word(verb), verb == MOTION_EXTEND ? " " : "",
               verb == MOTION_EXTEND ? talk->command.words[0] : "", round->id);
    tell_proposal(talk, round, verb, what, wanted, needed);
}

/* The amount of "!extend 2m"; -1 after a refusal. */
static int64_t extend_amount(struct talk *talk)
{
    int64_t seconds;
    const struct command *command = &talk->command;
    if (command->word_count == 0) {
        talk_reply(talk, "By how much? For example %sextend 2m.", talk->prefix);
        return -1;
    }
    if (span_parse(command->words[0], &seconds) || seconds < 1 || seconds > EXTEND_MAX_S) {
        talk_reply(talk, "%.20s is no time I can add; say %sextend 2m, at most 7 days.",
                   command->words[0], talk->prefix);
        return -1;
    }
    return seconds;
}

void verb_direct(struct talk *talk, enum motion_verb verb)
{
    int64_t amount = 0;
    struct talk_choice choice = talk_choose(talk, verb == MOTION_EXTEND ? 1 : 0, any_open);
    struct round *round = choice.round;
    if (!round) {
        talk_refuse_choice(talk, &choice, any_open);
        return;
    }
    if (refused_now(talk, round, verb) ||
        (verb == MOTION_EXTEND && (amount = extend_amount(talk)) < 0))
        return;
    if (verb == MOTION_END && means_draft(talk, round, &choice)) {
        talk_reply(talk, "Say %send to me privately to store your lines. To end the round for all: "
                         "%send %" PRIu64 ".",
                   place_prefix(talk->hall, round->room, &talk->event->who), talk->prefix,
                   round->id);
        return;
    }
    char by[PLACE_NAME];
    if (talk_may_direct(talk, round))
        act(talk, round, verb, amount, place_speaker(talk, round, by));
    else if (round_seat_of(round, talk->member))
        move(talk, round, verb, amount);
    else
        talk_reply(talk, "Only those in round %" PRIu64 " decide that. %sjoin first.", round->id,
                   talk->prefix);
}
