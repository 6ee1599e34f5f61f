/* Lines of a burst: which of them are text though they look like commands, and when they are told of. */
#include <string.h>

#include "core/flow.h"
#include "core/plugin_call.h"
#include "core/talk.h"

/* It is text for an answer, or was meant as a command and is none. */
static bool may_be_text(const struct talk *talk)
{
    const struct command *command = &talk->command;
    bool answers = command->verb == COMMAND_ANSWER || command->verb == COMMAND_REVISE;
    bool number_only = command->word_count == 1 && command_round_number(command->words[0]) > 0;
    return command->verb == COMMAND_NONE || command->verb == COMMAND_UNKNOWN ||
           (answers && command->rest_length > 0 && !number_only);
}

void line_begin(struct talk *talk)
{
    const struct event *event = talk->event;
    struct bursts *bursts = &talk->hall->bursts;
    const struct draft *draft = draft_of(talk->hall, talk->member);
    if (!event->line || talk->room || event->kind != EVENT_TEXT || (draft && !draft->pending))
        return;
    struct burst *burst = burst_of(bursts, talk->member, event->at);
    enum command_verb verb = talk->command.verb;
    /* Who goes on with a command hardly meant what was refused before as text; and what waits to be
     * said is said before this is answered. */
    if (burst && verb != COMMAND_NONE && verb != COMMAND_UNKNOWN) {
        burst_release(burst);
        burst->word[0] = '\0';
        burst->greet = false;
    }
    if (!may_be_text(talk) || (verb == COMMAND_UNKNOWN && !burst && !line_would_fit(talk)))
        return;
    talk->burst = burst_line(bursts, talk->member, event->at);
    if (verb != COMMAND_UNKNOWN || talk->burst->lines == 1)
        return;
    /* Whoever mistyped a command must be able to see it; code is full of words behind a sign. */
    if (!talk->burst->word[0] && talk->command.meant && event->text[0] != ' ')
        memcpy(talk->burst->word, talk->command.word, sizeof talk->burst->word);
    talk->command.verb = COMMAND_NONE;
}

bool line_follows(const struct talk *talk)
{
    return talk->burst && talk->burst->lines > 1;
}

void line_hold(struct talk *talk)
{
    const struct event *event = talk->event;
    if (!talk->burst || line_follows(talk) || !line_would_fit(talk))
        return;
    talk->holding = true;
    if (burst_hold(talk->burst, event->text, event->length, talk->key))
        talk->broken = true;
}

size_t line_held(const struct talk *talk)
{
    return talk->burst && talk->burst->held ? talk->burst->held_length + 1 : 0;
}

const struct part *line_take_held(struct talk *talk, struct parts *parts)
{
    struct burst *burst = talk->burst;
    const struct part *part =
        parts_add(parts, burst->held_key, burst->held, burst->held_length);
    burst_release(burst);
    effects_unsay(talk->effects, &talk->event->who, LINE_HELD_KEY);
    return part;
}

int64_t line_due(const struct talk *talk, const struct round *round)
{
    if (!talk->burst)
        return 0;
    int64_t due = talk->burst->due, calm = round->deadline - BURST_CALM_MS;
    if (round->paused || due <= calm)
        return due;
    return calm > talk->event->at ? calm : 0;
}

int line_advise(struct hall *hall, int64_t now, struct effects *effects)
{
    for (size_t i = 0; i < BURSTS_MAX; i++) {
        struct burst *burst = &hall->bursts.list[i];
        struct round *round = hall_round(hall, burst->round);
        if (!burst->advise || burst->due > now)
            continue;
        burst->advise = false;
        const struct seat *seat = round ? round_seat_of(round, burst->member) : NULL;
        if (seat && seat->answer && round->phase == ROUND_ANSWER && round->plugin &&
            answer_advise(round, seat, now, effects))
            return -1;
    }
    return 0;
}
