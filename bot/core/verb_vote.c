/* vote and votes: grading the others' answers, blind. */
#include <inttypes.h>
#include <string.h>

#include "core/ballot.h"
#include "core/flow.h"
#include "core/hold.h"
#include "core/talk.h"
#include "util/span.h"
#include "util/utf8.h"

#define OWED_SHOWN 10     /* labels in a receipt */
#define COMMENT_SHOWN 120 /* bytes of one's own comment in the list of votes */

static bool may_vote(const struct talk *talk, struct round *round)
{
    return hold_takes_vote(round, talk->event) && round_seat_of(round, talk->member);
}

static bool graded_nearby(const struct talk *talk, struct round *round)
{
    (void)talk;
    return round->phase == ROUND_VOTE;
}

static bool answered_nearby(const struct talk *talk, struct round *round)
{
    (void)talk;
    return round->phase == ROUND_ANSWER || round->phase == ROUND_GATHER;
}

/* No round takes a vote from the speaker now: says why, and what would have worked. */
static void refuse_vote(struct talk *talk, const struct talk_choice *choice)
{
    char left[SPAN_TEXT];
    if (choice->fitting > 1 || (choice->named && choice->fitting == 0)) {
        talk_refuse_choice(talk, choice, may_vote);
        return;
    }
    const struct round *graded = talk_choose(talk, 0, graded_nearby).round;
    const struct round *answered = talk_choose(talk, 0, answered_nearby).round;
    if (graded && !hold_takes_vote(graded, talk->event))
        talk_reply(talk, "Grading of round %" PRIu64 " is over; the scores come soon. I stored no vote.",
                   graded->id);
    else if (graded)
        talk_reply(talk, "You have no seat in round %" PRIu64 ". Say %sjoin, then I send you the "
                         "answers to grade.",
                   graded->id, talk->prefix);
    else if (answered && answered->phase == ROUND_GATHER)
        talk_reply(talk, "Round %" PRIu64 " has no answers yet; its question is still to come.",
                   answered->id);
    else if (answered)
        talk_reply(talk, "Round %" PRIu64 " is not graded yet: %s left to answer. Then I send you the "
                         "answers.",
                   answered->id, span_text(round_time_left(answered, talk->event->at), left));
    else if (choice->named)
        talk_refuse_choice(talk, choice, may_vote);
    else
        talk_refuse_nothing(talk, "I stored no vote. ");
}

/* The names of the criteria in order: "Correctness, Approach, ...". */
static void name_axes(const struct hs_rubric *rubric, struct buf *out)
{
    for (size_t a = 0; a < rubric->axis_count; a++)
        buf_printf(out, "%s%s", a ? ", " : "", rubric->axes[a].name);
}

static void refuse_form(struct talk *talk, const struct round *round, const struct seat *seat,
                        enum ballot_fault fault, const struct ballot_order *order)
{
    struct buf axes;
    char last[4];
    const struct hs_rubric *rubric = round->plugin->rubric;
    buf_init(&axes);
    name_axes(rubric, &axes);
    char scores[ROUND_EXAMPLE];
    flow_example_scores(rubric, scores);
    if (fault == BALLOT_NO_LABEL)
        talk_reply(talk, "Which answer? Begin with its letter, for example %svote A %s (%s).",
                   talk->prefix, scores, buf_text(&axes));
    else if (fault == BALLOT_UNKNOWN && round_owed(round, seat->number) == 0)
        talk_reply(talk, "There is no answer for you to grade in round %" PRIu64 "; your own you "
                         "cannot grade.",
                   round->id);
    else if (fault == BALLOT_UNKNOWN && round->open_ballots)
        talk_reply(talk, "There is no answer of that letter: they are A to %s.",
                   ballot_label(order->count - 1, last));
    else if (fault == BALLOT_UNKNOWN)
        talk_reply(talk, "You have no answer of that letter. Yours to grade: A%s%s. Your own answer "
                         "is not among them.",
                   order->count > 1 ? " to " : "",
                   order->count > 1 ? ballot_label(order->count - 1, last) : "");
    else if (fault == BALLOT_COMMENT_LONG)
        talk_reply(talk, "That comment is longer than %d bytes. Nothing was stored; send a shorter "
                         "one.",
                   ROUND_COMMENT_MAX);
    else
        talk_reply(talk, "A vote is %zu scores from 1 to 5, in this order: %s. For example %svote A %s. "
                         "Nothing was stored.",
                   rubric->axis_count, buf_text(&axes), talk->prefix, scores);
    if (axes.failed)
        talk->broken = true;
    buf_finish(&axes);
}

/* "B, C, D", of many the first few. */
static void list_owed(const struct round *round, const struct seat *seat,
                      const struct ballot_order *order, struct text *text)
{
    char label[4];
    size_t owed = 0;
    for (size_t i = 0; i < order->count; i++) {
        if (order->author[i] == seat->number || round_ballot(round, seat->number, order->author[i]))
            continue;
        if (owed++ < OWED_SHOWN)
            text_printf(text, "%s%s", owed > 1 ? ", " : "", ballot_label(i, label));
    }
    if (owed > OWED_SHOWN)
        text_printf(text, " and %zu more", owed - OWED_SHOWN);
}

static void add_scores(const struct round *round, const uint8_t *score, struct text *text)
{
    for (size_t a = 0; a < round->plugin->rubric->axis_count; a++)
        text_printf(text, " %u", score[a]);
}

/* The vote is the last one owed, or more is to say than that it is stored. */
static bool is_news(const struct round *round, const struct seat *seat)
{
    return round_given(round, seat->number) >= round_owed(round, seat->number);
}

void vote_receipt(struct talk *talk, const struct round *round, const struct seat *seat,
                  const struct ballot_order *order, struct text *text)
{
    char left[SPAN_TEXT];
    size_t owed = round_owed(round, seat->number), given = round_given(round, seat->number);
    if (given < owed) {
        text_printf(text, "%zu to go: ", owed - given);
        list_owed(round, seat, order, text);
        text_printf(text, ". %s left.", span_text(round_time_left(round, talk->event->at), left));
    } else if (round_all_voted(round)) {
        text_put(text, "That was the last one; the scores come now.");
    } else {
        text_put(text, "All done, thank you. You can change a vote until the others are done.");
    }
}

void vote_put(const struct round *round, const struct seat *voter,
              const struct ballot_order *order, uint32_t author, struct text *text)
{
    char label[4];
    const struct ballot *ballot = round_ballot(round, voter->number, author);
    text_put(text, ballot_label(ballot_index(order, author), label));
    if (ballot)
        add_scores(round, ballot->score, text);
}

static void send_receipt(struct talk *talk, const struct round *round, const struct seat *seat,
                         const struct ballot_order *order, uint32_t author, bool commented)
{
    struct text text;
    text_init(&text);
    text_put(&text, "Stored: ");
    vote_put(round, seat, order, author, &text);
    if (commented)
        text_put(&text, ", with your comment");
    text_put(&text, ". ");
    vote_receipt(talk, round, seat, order, &text);
    if (is_news(round, seat))
        talk_tell(talk, &text, NULL);
    else
        talk_mark(talk, &text, NULL);
    text_finish(&text);
}

/* The text of a vote after an optional round number. */
static void skip_number(const struct talk *talk, const char **text, size_t *length)
{
    const struct command *command = &talk->command;
    *text = command->rest;
    *length = command->rest_length;
    if (command->word_count == 0 || command_round_number(command->words[0]) == 0)
        return;
    size_t word = strlen(command->words[0]);
    if (word <= *length && strncmp(*text, command->words[0], word) == 0) {
        *text += word;
        *length -= word;
    }
}

/* "4 3 5 4" without a letter: the 4 is a score, unless it is a round that the speaker knows of. */
static struct talk_choice choose_graded(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, may_vote);
    if (!choice.named || choice.fitting > 0 || talk->command.round)
        return choice;
    talk->command.word_count = 0;
    struct talk_choice only = talk_choose(talk, 0, may_vote);
    return only.round && choice.number <= HS_SCALE_MAX ? only : choice;
}

void verb_vote(struct talk *talk)
{
    struct talk_choice choice = choose_graded(talk);
    struct round *round = choice.round;
    if (!round) {
        refuse_vote(talk, &choice);
        return;
    }
    struct seat *seat = round_seat_of(round, talk->member);
    struct ballot_order order;
    struct ballot_words words;
    const char *text;
    size_t length;
    ballot_order(round, seat->number, &order);
    skip_number(talk, &text, &length);
    enum ballot_fault fault =
        ballot_parse(text, length, round->plugin->rubric->axis_count, order.count, &words);
    if (fault) {
        refuse_form(talk, round, seat, fault, &order);
        return;
    }
    uint32_t author = order.author[words.index];
    if (author == seat->number) {
        talk_reply(talk, "That is your own answer, which you cannot grade. %svotes shows the others.",
                   talk->prefix);
        return;
    }
    char *comment = NULL;
    if (words.comment)
        comment = arena_strndup(talk->effects->arena, words.comment, words.comment_length);
    if ((words.comment && !comment) ||
        round_cast(round, seat->number, author, words.score, comment, talk->event->at,
                   0)) {
        talk->broken = true;
        return;
    }
    ballot_record(round, seat->number, author, false, talk->effects);
    talk_graded(talk, round, seat);
    send_receipt(talk, round, seat, &order, author, words.comment != NULL);
    flow_progress(round, talk->effects);
}

/* "!votes B" shows answer B again, for who has lost it from sight. */
static bool show_answer(struct talk *talk, const struct round *round, const struct seat *seat,
                        const struct ballot_order *order)
{
    const struct command *command = &talk->command;
    size_t at = command->word_count > 0 && command_round_number(command->words[0]) ? 1 : 0;
    if (at >= command->word_count)
        return false;
    int label = ballot_label_parse(command->words[at]);
    if (label < 0 || (size_t)label >= order->count) {
        refuse_form(talk, round, seat, BALLOT_UNKNOWN, order);
        return true;
    }
    flow_show_answer(round, order->author[label], (size_t)label, &talk->event->who, talk->effects);
    return true;
}

void verb_votes(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, may_vote);
    struct round *round = choice.round;
    if (!round) {
        refuse_vote(talk, &choice);
        return;
    }
    const struct seat *seat = round_seat_of(round, talk->member);
    struct ballot_order order;
    char label[4], left[SPAN_TEXT];
    ballot_order(round, seat->number, &order);
    if (show_answer(talk, round, seat, &order))
        return;
    struct text text;
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 ", %s left. ", round->id,
                span_text(round_time_left(round, talk->event->at), left));
    if (seat->given < round_owed(round, seat->number)) {
        text_put(&text, "You still owe: ");
        list_owed(round, seat, &order, &text);
        text_printf(&text, ". %svotes and a letter shows that answer again.", talk->prefix);
    } else {
        text_put(&text, "You owe nothing.");
    }
    for (size_t i = 0; i < order.count; i++) {
        const struct ballot *ballot = round_ballot(round, seat->number, order.author[i]);
        if (!ballot)
            continue;
        text_item(&text, 0, 0);
        text_printf(&text, "%s:", ballot_label(i, label));
        add_scores(round, ballot->score, &text);
        if (ballot->comment) {
            size_t whole = strlen(ballot->comment);
            size_t shown = utf8_cut_word(ballot->comment, whole, COMMENT_SHOWN);
            text_put(&text, " ");
            text_put_n(&text, ballot->comment, shown);
            text_put(&text, shown < whole ? "..." : "");
        }
    }
    talk_tell(talk, &text, NULL);
    text_finish(&text);
}
