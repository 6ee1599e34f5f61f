/* Private plain text, answer, begin .. end, cancel, revise, withdraw: the sealed answers. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/ballot.h"
#include "core/flow.h"
#include "core/guest.h"
#include "core/hold.h"
#include "core/place.h"
#include "core/sanction.h"
#include "core/talk.h"
#include "util/span.h"

static bool may_answer(const struct talk *talk, struct round *round)
{
    return hold_takes_answer(round, talk->event);
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
    if (sanction_bars(talk, round->room))
        return NULL;
    if (round->seat_count >= ROUND_SEATS_MAX) {
        talk_reply(talk, "Round %" PRIu64 " is full (%d seats), so I could not take your answer.",
                   round->id, ROUND_SEATS_MAX);
        return NULL;
    }
    seat = talk_sit(talk, round);
    if (!seat) {
        talk->broken = true;
        return NULL;
    }
    flow_record_seat(round, seat, talk->effects);
    flow_record_asked(round, 0, talk->own, talk->event->at, talk->effects);
    place_tell_others(talk, round, "joined", false);
    return seat;
}

/* A round near the speaker that is in this phase; one they sit in goes first. */
static struct round *in_phase(const struct talk *talk, enum round_phase phase)
{
    struct round *found = NULL;
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        const struct room *room = talk_room_of(talk, round);
        if (round->phase != phase)
            continue;
        if (round_seat_of(round, talk->member))
            return round;
        if (!found && room && talk_present(talk, room))
            found = round;
    }
    return found;
}

/* The round takes no answer in this phase: says what does work. */
static void refuse_phase(struct talk *talk, struct round *round)
{
    char left[SPAN_TEXT];
    if (round->phase == ROUND_ANSWER)
        talk_reply(talk, "The time to answer round %" PRIu64 " is over, so I stored nothing. I only "
                         "wait for what was sent before.",
                   round->id);
    else if (round->phase == ROUND_GATHER && round->paused)
        talk_reply(talk, "Round %" PRIu64 " is paused; its question is still to come.", round->id);
    else if (round->phase == ROUND_GATHER)
        talk_reply(talk, "The question of round %" PRIu64 " comes in %s; answer it then.", round->id,
                   span_text(round_time_left(round, talk->event->at), left));
    else if (round_seat_of(round, talk->member))
        talk_reply(talk, "Answers to round %" PRIu64 " are locked; it is being graded. %svotes shows "
                         "what you can grade.",
                   round->id, talk->prefix);
    else
        talk_reply(talk, "Answers to round %" PRIu64 " are locked; it is being graded. %sjoin lets "
                         "you grade, too.",
                   round->id, talk->prefix);
}

/* Nothing takes an answer from the speaker now: says what would have worked. */
static void refuse_answer(struct talk *talk, const struct talk_choice *choice)
{
    talk->refused = true;
    struct round *round = choice->named ? hall_round(talk->hall, choice->number) : NULL;
    struct draft *kept = draft_of(talk->hall, talk->member);
    if (kept && kept->pending)
        draft_drop(talk->hall, kept, talk->effects);
    if (choice->named && (choice->fitting == 0 || !round))
        talk_refuse_choice(talk, choice, may_answer);
    else if (round || (round = in_phase(talk, ROUND_ANSWER)) ||
             (round = in_phase(talk, ROUND_VOTE)) || (round = in_phase(talk, ROUND_GATHER)))
        refuse_phase(talk, round);
    else
        talk_refuse_nothing(talk, "I stored nothing. ");
}

/* Says that the text is kept, and asks which round it is for. */
static void ask_round(struct talk *talk, const struct draft *draft)
{
    struct buf open;
    struct text words;
    buf_init(&open);
    text_init(&words);
    talk_list_rounds(talk, may_answer, &open);
    text_put(&words, "I kept your text");
    if (draft->parts.count > 0 && line_follows(talk))
        text_printf(&words, " (%zu lines)", draft_lines(draft));
    text_printf(&words, ", but which question is it for? Open: %s. Say ", buf_text(&open));
    text_monof(&words, "%sanswer", talk->prefix);
    text_put(&words, " and the number of the round, and I store it.");
    struct message *message = talk_tell(talk, &words, "kept");
    if (message && talk->burst)
        message->due = talk->burst->due;
    text_finish(&words);
    if (open.failed)
        talk->broken = true;
    buf_finish(&open);
}

/* Several rounds could be meant: keeps the text, asks. What comes in several messages stays together. */
static void keep_for_later(struct talk *talk, const char *text, size_t length)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    size_t before = draft && draft->pending ? parts_length(&draft->parts) + 1 : 0;
    size_t held = line_held(talk);
    if (talk->event->cut || before + held + length > EVENT_TEXT_MAX) {
        talk_refused(talk, "That is longer than %d KB, so I stored nothing of it. Send less than that.",
                   EVENT_TEXT_MAX / 1024);
        return;
    }
    if (!before && !(draft = draft_begin(talk, 0, false, true)))
        return;
    if (held)
        draft_add_held(talk, draft);
    draft_add(talk, draft, text, length);
    ask_round(talk, draft);
}

/* A line for the draft that is open since begin. */
static void extend_draft(struct talk *talk, struct draft *draft)
{
    struct round *round = hall_round(talk->hall, draft->round);
    if (round && !may_answer(talk, round)) {
        refuse_phase(talk, round);
        return;
    }
    if (talk->event->cut || parts_length(&draft->parts) + 1 + talk->body_length > EVENT_TEXT_MAX) {
        talk_refused(talk, "That line would make it longer than %d KB; I left it out. %send stores "
                         "what came before, %scancel drops it.",
                   EVENT_TEXT_MAX / 1024, talk->prefix, talk->prefix);
        return;
    }
    draft_add(talk, draft, talk->body, talk->body_length);
    if (talk->event->from)
        talk_reply(talk, "I have the text from %s (%zu bytes). Send more, then %send. %scancel drops "
                         "all of it.",
                   talk->event->from, talk->body_length, talk->prefix, talk->prefix);
}

static void skip_word(const struct command *command, const char **text, size_t *length)
{
    size_t word = strlen(command->words[0]);
    word = word < *length ? word : *length;
    *text += word;
    *length -= word;
    while (*length > 0 && (**text == ' ' || **text == '\n')) {
        (*text)++;
        (*length)--;
    }
}

struct talk_choice answer_choose_round(struct talk *talk, const char **text, size_t *length)
{
    struct command *command = &talk->command;
    struct talk_choice choice = {0};
    if (command->verb != COMMAND_NONE && command->word_count > 0) {
        choice = talk_choose(talk, 0, may_answer);
        if (!choice.named || command->round || talk->event->from)
            return choice;
        if (choice.fitting > 0) {
            skip_word(command, text, length);
            return choice;
        }
        command->word_count = 0;
    }
    return talk_choose(talk, 0, may_answer);
}

static struct draft *kept_text(const struct talk *talk)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    return draft && draft->pending ? draft : NULL;
}

bool line_would_fit(struct talk *talk)
{
    return talk_choose(talk, COMMAND_WORDS_MAX, may_answer).fitting > 0;
}

/* A line of a burst goes where those before it went. */
static struct round *burst_round(const struct talk *talk)
{
    struct round *round = line_follows(talk) && talk->command.verb == COMMAND_NONE
                              ? hall_round(talk->hall, talk->burst->round)
                              : NULL;
    return round && may_answer(talk, round) ? round : NULL;
}

static void store(struct talk *talk, bool replace)
{
    bool plain = talk->command.verb == COMMAND_NONE;
    const char *text = talk->body;
    size_t length = talk->body_length;
    struct talk_choice choice = {.round = burst_round(talk)};
    if (!choice.round)
        choice = answer_choose_round(talk, &text, &length);
    /* An empty line between others is text, too. */
    bool empty = length == 0 && !(plain && line_follows(talk));
    if (!choice.round) {
        if (choice.fitting > 1 && !empty)
            keep_for_later(talk, text, length);
        else if (choice.fitting > 1)
            talk_refuse_choice(talk, &choice, may_answer);
        else
            refuse_answer(talk, &choice);
        return;
    }
    if (empty && !kept_text(talk)) {
        talk_reply(talk, "Put your answer after it, or use %sbegin, many lines, %send.",
                   talk->prefix, talk->prefix);
        return;
    }
    struct seat *seat = answer_seat(talk, choice.round);
    if (!seat)
        return;
    if (empty)
        answer_adopt(talk, choice.round, seat, kept_text(talk), replace);
    else
        answer_store(talk, choice.round, seat, text, length, replace);
}

/* "help", alone and without the prefix, is hardly an answer; nor is "vote A 4 3 5 4". */
static bool bare_command(const struct talk *talk)
{
    char word[16];
    const struct event *event = talk->event;
    if (talk->command.verb != COMMAND_NONE || event->from)
        return false;
    size_t length = strcspn(event->text, " \n\t");
    if (length == 0 || length >= sizeof word)
        return false;
    memcpy(word, event->text, length);
    word[length] = '\0';
    enum command_verb verb = command_find(word);
    if (verb == COMMAND_VOTE) {
        struct ballot_words parsed;
        enum ballot_fault fault = ballot_parse(event->text + length, event->length - length,
                                               HS_AXES_MIN, ROUND_SEATS_MAX, &parsed);
        return fault == BALLOT_OK || fault == BALLOT_MANY || length == event->length;
    }
    return length == event->length && verb != COMMAND_UNKNOWN && verb != COMMAND_NONE;
}

void verb_say(struct talk *talk)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    if ((!draft || draft->pending) && !line_follows(talk) && bare_command(talk)) {
        line_hold(talk);
        talk_refused(talk, "Did you mean %s%.*s? I stored nothing.", talk->prefix,
                     (int)talk->event->length, talk->event->text);
    } else if (draft && !draft->pending && talk->command.verb == COMMAND_NONE) {
        extend_draft(talk, draft);
    } else {
        store(talk, false);
    }
}

void verb_revise(struct talk *talk)
{
    if (talk->command.rest_length == 0)
        verb_begin(talk);
    else
        store(talk, true);
}

bool answer_cut_end(const struct talk *talk, const char *text, size_t *length)
{
    size_t last = *length, prefix = strlen(talk->prefix);
    while (last > 0 && text[last - 1] != '\n')
        last--;
    bool ended = *length - last == prefix + 3 && memcmp(text + last, talk->prefix, prefix) == 0 &&
                 strncasecmp(text + last + prefix, "end", 3) == 0;
    if (ended)
        *length = last > 0 ? last - 1 : 0;
    return ended;
}

static void take_first_lines(struct talk *talk, struct draft *draft, const char *text,
                             size_t length)
{
    bool ended = answer_cut_end(talk, text, &length);
    if (length > 0)
        draft_add(talk, draft, text, length);
    if (ended)
        verb_finish(talk);
    else
        talk_reply(talk, "I have your first lines. Send more, then %send. %scancel drops them.%s",
                   talk->prefix, talk->prefix, guest_greeting(talk));
}

void verb_begin(struct talk *talk)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    const char *text = talk->command.rest;
    size_t length = talk->command.rest_length;
    if (draft && !draft->pending) {
        talk_reply(talk, "You have begun already (%zu bytes so far). %send stores it, %scancel drops "
                         "it.",
                   parts_length(&draft->parts), talk->prefix, talk->prefix);
        return;
    }
    if (talk->event->cut) {
        talk_refused(talk, "That is longer than %d KB, so I stored nothing of it. Send less than that.",
                   EVENT_TEXT_MAX / 1024);
        return;
    }
    struct talk_choice choice = answer_choose_round(talk, &text, &length);
    if (!choice.round) {
        if (choice.fitting > 1)
            talk_refuse_choice(talk, &choice, may_answer);
        else
            refuse_answer(talk, &choice);
        return;
    }
    struct seat *seat = answer_seat(talk, choice.round);
    draft = seat ? draft_begin(talk, choice.round->id, seat->answer != NULL, false) : NULL;
    if (!draft)
        return;
    if (length > 0)
        take_first_lines(talk, draft, text, length);
    else
        talk_reply(talk, "Send your lines now, then %send. %scancel drops them.%s%s", talk->prefix,
                   talk->prefix,
                   seat->answer ? " They will replace the answer you stored." : "",
                   guest_greeting(talk));
}

void verb_finish(struct talk *talk)
{
    struct draft *draft = draft_of(talk->hall, talk->member);
    if (!draft || draft->pending) {
        talk_reply(talk, "There is nothing to end: %sbegin starts an answer of many lines. To end a "
                         "round, say %send in the room.",
                   talk->prefix, talk->call);
        return;
    }
    struct round *round = hall_round(talk->hall, draft->round);
    struct seat *seat = round ? round_seat_of(round, talk->member) : NULL;
    if (seat && round->phase == ROUND_ANSWER && !may_answer(talk, round)) {
        refuse_phase(talk, round); /* what came in time is stored when answering is closed */
        return;
    }
    if (!seat || round->phase != ROUND_ANSWER) {
        struct talk_choice none = {0};
        draft_drop(talk->hall, draft, talk->effects);
        refuse_answer(talk, &none);
        return;
    }
    if (!draft_has_words(draft)) {
        talk_reply(talk, "No line came since %sbegin. Send some, or %scancel.", talk->prefix,
                   talk->prefix);
        return;
    }
    answer_adopt(talk, round, seat, draft, true);
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
        const struct round *locked = in_phase(talk, ROUND_VOTE);
        const struct round *late = in_phase(talk, ROUND_ANSWER);
        if (late && !hold_takes_answer(late, talk->event))
            locked = late;
        if (choice.fitting > 1 || (choice.named && choice.fitting == 0))
            talk_refuse_choice(talk, &choice, has_answer);
        else if (locked)
            talk_reply(talk, "Answers to round %" PRIu64 " are locked; they can no longer be taken "
                             "back.",
                       locked->id);
        else
            talk_reply(talk, "You have no stored answer to take back.");
        return;
    }
    answer_withdraw(talk, round, round_seat_of(round, talk->member));
}

void verb_unread(struct talk *talk)
{
    const struct draft *draft = draft_of(talk->hall, talk->member);
    const struct event *event = talk->event;
    const char *kept = event->kind == EVENT_EDIT          ? "All stays as it was."
                       : draft && !draft->pending ? "I added nothing to your lines."
                                                  : "I stored nothing.";
    if (draft && !draft->pending)
        talk_refused(talk, "I could not read that link to %s: %s %s", event->from, event->fault, kept);
    else
        talk_refused(talk, "I could not read that link to %s: %s %s Send the text itself, or %sbegin, "
                           "many lines, %send.",
                     event->from, event->fault, kept, talk->prefix, talk->prefix);
}
