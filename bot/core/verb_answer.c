/* Private plain text, answer, begin .. end, cancel, revise, withdraw: the sealed answers. */
#include <inttypes.h>
#include <string.h>

#include "core/flow.h"
#include "core/talk.h"
#include "util/span.h"

static bool may_answer(const struct talk *talk, struct round *round)
{
    (void)talk;
    return round->phase == ROUND_ANSWER && round->plugin;
}

static bool has_answer(const struct talk *talk, struct round *round)
{
    struct seat *seat = round_seat_of(round, talk->member);
    return may_answer(talk, round) && seat && seat->answer;
}

/* The seat of somebody who answers; who answers without joining, joins. */
static struct seat *answer_seat(struct talk *talk, struct round *round)
{
    struct seat *seat = round_seat_of(round, talk->member);
    if (seat)
        return seat;
    if (round->seat_count >= ROUND_SEATS_MAX) {
        talk_reply(talk, "Round %" PRIu64 " is full (%d seats), so I could not take your answer.",
                   round->id, ROUND_SEATS_MAX);
        return NULL;
    }
    seat = round_sit(round, talk->member, talk->event->name, &talk->event->who);
    if (!seat) {
        talk->broken = true;
        return NULL;
    }
    flow_record_seat(round, seat, talk->effects);
    flow_record_asked(round, 0, talk->member, talk->event->at, talk->effects);
    return seat;
}

static bool in_phase(const struct talk *talk, enum round_phase phase, const struct round **found)
{
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        const struct room *room = talk_room_of(talk, round);
        bool near = round_seat_of(round, talk->member) || (room && talk_present(talk, room));
        if (round->phase == phase && near) {
            *found = round;
            return true;
        }
    }
    return false;
}

static bool in_a_room(const struct talk *talk)
{
    for (size_t i = 0; i < talk->hall->room_count; i++)
        if (talk_present(talk, talk->hall->rooms[i]))
            return true;
    return false;
}

/* Nothing takes an answer from the speaker now: says what would have worked. */
static void refuse_answer(struct talk *talk)
{
    const struct round *round;
    char left[SPAN_TEXT];
    if (in_phase(talk, ROUND_GATHER, &round))
        talk_reply(talk, "The question of round %" PRIu64 " comes in %s; answer it then.", round->id,
                   span_text(round_time_left(round, talk->event->at), left));
    else if (in_phase(talk, ROUND_VOTE, &round))
        talk_reply(talk, "Answers to round %" PRIu64 " are locked; it is being graded. %svotes shows "
                         "what you can grade.",
                   round->id, talk->prefix);
    else if (in_a_room(talk))
        talk_reply(talk, "No question is open, so I stored nothing. Start one in the room: %sstart "
                         "coding, for example. %shelp says more.",
                   talk->prefix, talk->prefix);
    else
        talk_reply(talk, "I see you in none of my rooms, so I stored nothing. Join the room of your "
                         "group, then write to me again.");
}

/* Several rounds could be meant: keeps the text, asks. */
static void keep_for_later(struct talk *talk, const struct talk_choice *choice, const char *text,
                           size_t length)
{
    if (length > 0) {
        if (talk->event->cut) {
            talk_reply(talk, "That is longer than %d KB, so I stored nothing of it.",
                       EVENT_TEXT_MAX / 1024);
            return;
        }
        struct draft *draft = draft_begin(talk, 0, false, true);
        if (!draft)
            return;
        draft_add(talk, draft, text, length);
        talk_reply(talk, "I kept your text, but several questions are open. Say for which: "
                         "%sanswer and the number of the round.",
                   talk->prefix);
    }
    talk_refuse_choice(talk, choice, may_answer, "No question is open.");
}

/* A line for the draft that is open since begin. */
static void extend_draft(struct talk *talk, struct draft *draft)
{
    if (talk->event->cut || draft->text.length + 1 + talk->event->length > EVENT_TEXT_MAX) {
        talk_reply(talk, "That line would make it longer than %d KB; I left it out. %send stores "
                         "what came before, %scancel drops it.",
                   EVENT_TEXT_MAX / 1024, talk->prefix, talk->prefix);
        return;
    }
    draft_add(talk, draft, talk->event->text, talk->event->length);
}

/* "12 my text": the number and where the text begins; 0 if the first word names no open round. */
static uint64_t leading_round(struct talk *talk, const char **text, size_t *length)
{
    const struct command *command = &talk->command;
    if (command->word_count == 0)
        return 0;
    uint64_t number = command_round_number(command->words[0]);
    struct round *round = number ? hall_round(talk->hall, number) : NULL;
    if (!round || !may_answer(talk, round))
        return 0;
    size_t word = strlen(command->words[0]);
    if (word > *length)
        return 0;
    *text += word;
    *length -= word;
    while (*length > 0 && (**text == ' ' || **text == '\n')) {
        (*text)++;
        (*length)--;
    }
    return number;
}

static void store(struct talk *talk, bool replace)
{
    bool plain = talk->command.verb == COMMAND_NONE;
    const char *text = plain ? talk->event->text : talk->command.rest;
    size_t length = plain ? talk->event->length : talk->command.rest_length;
    struct talk_choice choice = {0};
    if (!plain && leading_round(talk, &text, &length)) {
        choice = talk_choose(talk, 0, may_answer);
    } else {
        /* Words of an answer are no round numbers. */
        talk->command.word_count = 0;
        if (plain)
            talk->command.round = NULL;
        choice = talk_choose(talk, 0, may_answer);
    }
    struct draft *kept = draft_of(talk->hall, talk->member);
    if (!choice.round) {
        if (choice.fitting > 1)
            keep_for_later(talk, &choice, text, length);
        else if (choice.named)
            talk_refuse_choice(talk, &choice, may_answer, "No question is open.");
        else
            refuse_answer(talk);
        return;
    }
    bool use_kept = length == 0 && kept && kept->pending;
    if (length == 0 && !use_kept) {
        talk_reply(talk, "Put your answer after it, or use %sbegin, many lines, %send.",
                   talk->prefix, talk->prefix);
        return;
    }
    struct seat *seat = answer_seat(talk, choice.round);
    if (!seat)
        return;
    answer_store(talk, choice.round, seat, use_kept ? buf_text(&kept->text) : text,
                 use_kept ? kept->text.length : length, replace);
    if (use_kept && !talk->broken)
        draft_drop(talk->hall, draft_of(talk->hall, talk->member), talk->effects);
}

/* "help", alone and without the prefix, is hardly an answer. */
static bool bare_command(const struct talk *talk)
{
    char word[16];
    const struct event *event = talk->event;
    if (talk->command.verb != COMMAND_NONE || event->length >= sizeof word)
        return false;
    memcpy(word, event->text, event->length);
    word[event->length] = '\0';
    return strpbrk(word, " \n\t") == NULL && command_find(word) != COMMAND_UNKNOWN &&
           command_find(word) != COMMAND_NONE;
}

void verb_say(struct talk *talk)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    if ((!draft || draft->pending) && bare_command(talk))
        talk_reply(talk, "Did you mean %s%.*s? I stored nothing.", talk->prefix,
                   (int)talk->event->length, talk->event->text);
    else if (draft && !draft->pending && talk->command.verb == COMMAND_NONE)
        extend_draft(talk, draft);
    else
        store(talk, false);
}

void verb_revise(struct talk *talk)
{
    if (talk->command.rest_length == 0)
        verb_begin(talk);
    else
        store(talk, true);
}

void verb_begin(struct talk *talk)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    if (draft && !draft->pending) {
        talk_reply(talk, "You have begun already (%zu bytes so far). %send stores it, %scancel drops "
                         "it.",
                   draft->text.length, talk->prefix, talk->prefix);
        return;
    }
    struct talk_choice choice = talk_choose(talk, 0, may_answer);
    if (!choice.round) {
        if (choice.fitting > 1 || choice.named)
            talk_refuse_choice(talk, &choice, may_answer, "No question is open.");
        else
            refuse_answer(talk);
        return;
    }
    struct seat *seat = answer_seat(talk, choice.round);
    if (!seat || !draft_begin(talk, choice.round->id, seat->answer != NULL, false))
        return;
    talk_reply(talk, "Send your lines now, then %send. %scancel drops them.%s", talk->prefix,
               talk->prefix,
               seat->answer ? " They will replace the answer you stored." : "");
}

void verb_finish(struct talk *talk)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    if (!draft || draft->pending) {
        talk_reply(talk, "There is nothing to end: %sbegin starts an answer of many lines. To end a "
                         "round, say %send in the room.",
                   talk->prefix, talk->prefix);
        return;
    }
    struct round *round = hall_round(talk->hall, draft->round);
    struct seat *seat = round ? round_seat_of(round, talk->member) : NULL;
    if (!seat || round->phase != ROUND_ANSWER) {
        draft_drop(talk->hall, draft, talk->effects);
        refuse_answer(talk);
        return;
    }
    if (draft->text.length == 0) {
        talk_reply(talk, "No line came since %sbegin. Send some, or %scancel.", talk->prefix,
                   talk->prefix);
        return;
    }
    answer_store(talk, round, seat, buf_text(&draft->text), draft->text.length, true);
    if (!talk->broken)
        draft_drop(talk->hall, draft_of(talk->hall, talk->member), talk->effects);
}

void verb_cancel(struct talk *talk)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    if (!draft) {
        talk_reply(talk, "There is nothing to cancel: you have no lines waiting. %swithdraw takes a "
                         "stored answer back.",
                   talk->prefix);
        return;
    }
    draft_drop(talk->hall, draft, talk->effects);
    talk_reply(talk, "Dropped. A stored answer, if you had one, is as it was.");
}

void verb_withdraw(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, has_answer);
    struct round *round = choice.round;
    if (!round) {
        const struct round *locked;
        if (choice.fitting > 1)
            talk_refuse_choice(talk, &choice, has_answer, "");
        else if (in_phase(talk, ROUND_VOTE, &locked))
            talk_reply(talk, "Answers to round %" PRIu64 " are locked; they can no longer be taken "
                             "back.",
                       locked->id);
        else
            talk_reply(talk, "You have no stored answer to take back.");
        return;
    }
    struct seat *seat = round_seat_of(round, talk->member);
    if (round_answer(seat, NULL, 0, talk->event->at)) {
        talk->broken = true;
        return;
    }
    answer_record(round, seat, talk->event->at, talk->effects);
    char left[SPAN_TEXT];
    talk_reply(talk, "Taken back; nobody will read it. You can send another for %s.",
               span_text(round_time_left(round, talk->event->at), left));
    flow_progress(round, talk->effects);
}
