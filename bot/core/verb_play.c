/* start, join, leave, hint: taking part in rounds. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "core/guest.h"
#include "core/place.h"
#include "core/sanction.h"
#include "core/talk.h"
#include "util/span.h"

#define ANSWER_MIN_S 10
#define ANSWER_MAX_S (7 * 24 * 3600)
#define GATHER_MIN_S 5
#define GATHER_MAX_S (24 * 3600)

/* ---- start ---- */

static void refuse_kind(struct talk *talk, const char *word)
{
    struct buf kinds;
    const struct world *world = talk->hall->world;
    const struct hs_plugin *plugin;
    buf_init(&kinds);
    for (size_t i = 0; (plugin = world->plugin_at(world->context, i)); i++)
        buf_printf(&kinds, "%s%s", i ? ", " : "", plugin->kind);
    if (kinds.length == 0)
        talk_reply(talk, "No kind of round is loaded. Whoever hosts me can run hotseat doctor.");
    else if (word)
        talk_reply(talk, "I have no kind of round called %.32s. Kinds: %s.", word, buf_text(&kinds));
    else
        talk_reply(talk, "Which kind? Say %sstart and one of: %s.", talk->prefix, buf_text(&kinds));
    if (kinds.failed)
        talk->broken = true;
    buf_finish(&kinds);
}

/* Reads one duration option into milliseconds; false after a refusal. */
static bool read_span(struct talk *talk, const char *name, const char *value, int64_t least,
                      int64_t most, int64_t *milliseconds)
{
    int64_t seconds;
    if (!value)
        return true;
    if (span_parse(value, &seconds) || seconds < least || seconds > most) {
        char low[SPAN_TEXT], high[SPAN_TEXT];
        talk_reply(talk, "%s:%.20s does not fit; it can be %s to %s, such as %s:5m.", name, value,
                   span_text(least * 1000, low), span_text(most * 1000, high), name);
        return false;
    }
    *milliseconds = seconds * 1000;
    return true;
}

/* Any use will do: this only asks whether something matches. */
static struct bank_usage unused(void *context, const char *question_id)
{
    (void)context;
    (void)question_id;
    return (struct bank_usage){0, 0};
}

/* The filter matches something, or the refusal says which part to drop. */
static bool check_questions(struct talk *talk, const struct bank_filter *filter)
{
    const char *without = "";
    const struct world *world = talk->hall->world;
    if (bank_choose(world->bank(world->context), filter, unused, NULL, 0, &without))
        return true;
    if (without[0])
        talk_reply(talk, "No %s question fits all of that. Try it without the %s.", filter->kind,
                   without);
    else
        talk_reply(talk, "There are no %s questions yet. Whoever hosts me can add a pack.",
                   filter->kind);
    return false;
}

static char *copy_or_null(struct talk *talk, const char *text)
{
    if (!text)
        return NULL;
    char *copy = strdup(text);
    if (!copy)
        talk->broken = true;
    return copy;
}

static void open_round(struct talk *talk, const struct hs_plugin *plugin,
                       const struct bank_filter *filter, int64_t gather_ms, int64_t answer_ms,
                       int64_t vote_ms)
{
    struct hall *hall = talk->hall;
    const struct room_settings *settings = &talk->room->settings;
    struct round *round = round_create(hall->next_round, talk->room->id, plugin->kind);
    if (!round) {
        talk->broken = true;
        return;
    }
    round->host = talk->member;
    round->seed = talk->event->seed;
    round->reveal_names = settings->reveal_names;
    round->open_ballots = settings->open_ballots;
    round->answer_ms = answer_ms;
    round->vote_ms = vote_ms;
    round->settle_ms = settings->settle_ms;
    round->last_call_ms = settings->last_call_ms;
    round->level = copy_or_null(talk, filter->level);
    round->topic = copy_or_null(talk, filter->topic);
    round->company = copy_or_null(talk, filter->company);
    round->plugin = hall->world->plugin_acquire(hall->world->context, plugin->kind);
    if (hall_add_round_take(hall, round)) {
        talk->broken = true;
        return;
    }
    if (talk->broken || !round->plugin ||
        !talk_sit(talk, round)) {
        talk->broken = true;
        return;
    }
    /* What follows at once says who opened the round only if it gathers people first. */
    if (gather_ms == 0)
        place_tell_others(talk, round, "started", true);
    if (flow_open(hall, round, gather_ms, talk->event->name, talk->event->at, talk->effects))
        talk->broken = true;
}

static size_t open_here(const struct talk *talk, const struct round **one)
{
    size_t count = 0;
    for (size_t i = 0; i < talk->hall->round_count; i++)
        if (talk->hall->rounds[i]->room == talk->room->id && round_open(talk->hall->rounds[i])) {
            *one = talk->hall->rounds[i];
            count++;
        }
    return count;
}

void verb_start(struct talk *talk)
{
    const struct command *command = &talk->command;
    const struct room_settings *settings = &talk->room->settings;
    const struct round *open = NULL;
    int64_t gather = settings->gather_ms, answer = settings->answer_ms, vote = settings->vote_ms;
    if (sanction_bars(talk, talk->room->id))
        return;
    if (command->word_count == 0) {
        refuse_kind(talk, NULL);
        return;
    }
    const struct hs_plugin *plugin = talk_find_kind(talk, command->words[0]);
    if (!plugin) {
        refuse_kind(talk, command->words[0]);
        return;
    }
    if (command->bad_option) {
        talk_reply(talk, "I do not know %.40s. Options: topic:T company:C answer:5m vote:3m "
                         "gather:30s.",
                   command->bad_option);
        return;
    }
    char level[16] = "";
    for (size_t i = 0; command->word_count > 1 && command->words[1][i] && i + 1 < sizeof level; i++)
        level[i] = (char)tolower((unsigned char)command->words[1][i]);
    if (command->word_count > 2 || (level[0] && question_level_rank(level) < 0)) {
        talk_reply(talk, "I do not know %.32s. Levels: entry, mid, senior, staff.",
                   command->words[command->word_count > 2 ? 2 : 1]);
        return;
    }
    if (open_here(talk, &open) >= settings->rounds_max) {
        talk_reply(talk, "Round %" PRIu64 " is still open here (%s phase). Start again when it is over; "
                         "%sstatus shows how long that is.",
                   open->id, round_phase_word(open->phase), talk->prefix);
        return;
    }
    if (!read_span(talk, "answer", command->answer, ANSWER_MIN_S, ANSWER_MAX_S, &answer) ||
        !read_span(talk, "vote", command->vote, ANSWER_MIN_S, ANSWER_MAX_S, &vote) ||
        !read_span(talk, "gather", command->gather, GATHER_MIN_S, GATHER_MAX_S, &gather))
        return;
    struct bank_filter filter = {plugin->kind,
                                 level[0] ? level : NULL,
                                 command->topic, command->company};
    if (check_questions(talk, &filter))
        open_round(talk, plugin, &filter, gather, answer, vote);
}

/* ---- join and leave ---- */

static bool may_join(const struct talk *talk, struct round *round)
{
    return !round_seat_of(round, talk->member) && round->graded_at == 0;
}

static bool has_seat(const struct talk *talk, struct round *round)
{
    return round_seat_of(round, talk->member) != NULL;
}

/* "about 0.25 points", or "nothing" */
static void put_cost(struct text *text, double cost)
{
    if (cost > 0)
        text_printf(text, "about %.2g points", cost);
    else
        text_put(text, "nothing");
}

/* What stands before a command when the speaker writes to me privately of this round. */
static const char *own_prefix(const struct talk *talk, const struct round *round)
{
    return place_prefix(talk->hall, round->room, &talk->event->who);
}

/* "!hint gives a hint; it costs about 0.25 points." */
static void add_hint_offer(const struct talk *talk, const struct round *round,
                           const struct seat *seat, struct text *text)
{
    const struct hs_question *question = &round->question->pub;
    text_printf(text, " %shint gives %s hint; it costs ", own_prefix(talk, round),
                seat->hints_used ? "the next" : "a");
    put_cost(text, question->hints[seat->hints_used].cost);
    text_put(text, ".");
}

static void welcome(struct talk *talk, const struct round *round, const struct seat *seat)
{
    char left[SPAN_TEXT];
    struct text text;
    span_text(round_time_left(round, talk->event->at), left);
    text_init(&text);
    text_printf(&text, "You are in round %" PRIu64 " (%s). ", round->id, round->plugin->title);
    if (round->phase == ROUND_GATHER)
        text_printf(&text, "The question comes in %s.", left);
    else if (round->phase == ROUND_ANSWER && seat->answer)
        text_printf(&text, "The answer you stored stands. %s left.", left);
    else if (round->phase == ROUND_ANSWER)
        text_printf(&text, "Answer me here: plain text, or %sbegin, many lines, %send. %s left.",
                    own_prefix(talk, round), own_prefix(talk, round), left);
    else
        text_printf(&text, "It is being graded, and you can help. %s left.", left);
    if (round->phase == ROUND_ANSWER && round->question->pub.hint_count > seat->hints_used)
        add_hint_offer(talk, round, seat, &text);
    text_put(&text, guest_greeting(talk));
    talk_tell(talk, &text, NULL);
    text_finish(&text);
    if (round->phase == ROUND_VOTE)
        flow_send_ballot(talk->hall, round, seat, talk->effects);
}

void verb_join(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, may_join);
    struct round *round = choice.round;
    if (!round) {
        if (choice.named && choice.fitting == 1)
            talk_reply(talk, "You are in round %" PRIu64 " already. %sstatus shows where it is.",
                       choice.number, talk->prefix);
        else if (!choice.named && choice.fitting == 0 && talk_choose(talk, 0, has_seat).fitting)
            talk_reply(talk, "You have your seat already. %sstatus shows where the round is.",
                       talk->prefix);
        else
            talk_refuse_choice(talk, &choice, may_join);
        return;
    }
    if (sanction_bars(talk, round->room))
        return;
    if (round->seat_count >= ROUND_SEATS_MAX) {
        talk_reply(talk, "Round %" PRIu64 " is full (%d seats). The next one is yours.", round->id,
                   ROUND_SEATS_MAX);
        return;
    }
    struct seat *seat = talk_sit(talk, round);
    if (!seat) {
        talk->broken = true;
        return;
    }
    flow_record_seat(round, seat, talk->effects);
    if (round->question_id)
        flow_record_asked(round, 0, talk->own, talk->event->at, talk->effects);
    welcome(talk, round, seat);
    place_tell_others(talk, round, "joined", false);
    flow_progress(round, talk->effects);
}

void verb_leave(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, has_seat);
    struct round *round = choice.round;
    if (!round) {
        bool other = choice.fitting == (choice.named ? 1 : 0);
        if (other && talk_choose(talk, 0, may_join).fitting)
            talk_reply(talk, "You have no seat to give up. %sjoin would take one.", talk->prefix);
        else
            talk_refuse_choice(talk, &choice, has_seat);
        return;
    }
    struct seat *seat = round_seat_of(round, talk->member);
    seat->left = true;
    flow_record_seat(round, seat, talk->effects);
    struct draft *draft = draft_of(talk->hall, talk->member);
    if (draft && draft->round == round->id)
        draft_drop(talk->hall, draft, talk->effects);
    talk_reply(talk, "You left round %" PRIu64 "%s. %sjoin takes your seat again.", round->id,
               seat->answer ? "; the answer you stored is still graded" : "", talk->prefix);
    place_tell_others(talk, round, "left", false);
    flow_progress(round, talk->effects);
}

/* ---- hints ---- */

static bool has_hints(const struct talk *talk, struct round *round)
{
    return round->phase == ROUND_ANSWER && round_seat_of(round, talk->member);
}

static bool is_answered(const struct talk *talk, struct round *round)
{
    (void)talk;
    return round->phase == ROUND_ANSWER;
}

static void refuse_hint(struct talk *talk, const struct talk_choice *choice)
{
    bool unclear = choice->fitting > 1 || (choice->named && choice->fitting == 0);
    if (!unclear && talk_choose(talk, 0, is_answered).round)
        talk_reply(talk, "Hints are for those in the round. %sjoin first.", talk->prefix);
    else if (!unclear && talk_choose(talk, 0, has_seat).round)
        talk_reply(talk, "There are hints only while the question is open for answers.");
    else
        talk_refuse_choice(talk, choice, has_hints);
}

void verb_hint(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, has_hints);
    struct round *round = choice.round;
    if (!round) {
        refuse_hint(talk, &choice);
        return;
    }
    struct seat *seat = round_seat_of(round, talk->member);
    const struct hs_question *question = &round->question->pub;
    if (seat->hints_used >= question->hint_count) {
        talk_reply(talk, "Round %" PRIu64 " has no more hints for you.", round->id);
        return;
    }
    const struct hs_hint *hint = &question->hints[seat->hints_used++];
    flow_record_seat(round, seat, talk->effects);
    struct text text;
    text_init(&text);
    text_printf(&text, "Hint %u of %zu: ", seat->hints_used, question->hint_count);
    text_markdown(&text, hint->text, strlen(hint->text));
    text_paragraph(&text);
    text_put(&text, "It costs ");
    put_cost(&text, hint->cost);
    text_printf(&text, ": graders see that you used %u.", seat->hints_used);
    if (seat->hints_used < question->hint_count)
        add_hint_offer(talk, round, seat, &text);
    effects_tell(talk->effects, &talk->event->who, &text, NULL, 0);
    text_finish(&text);
}
