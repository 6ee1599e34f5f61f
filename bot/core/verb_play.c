/* start, join, leave, hint: taking part in rounds. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "core/talk.h"
#include "util/span.h"

#define ANSWER_MIN_S 10
#define ANSWER_MAX_S (7 * 24 * 3600)
#define GATHER_MIN_S 5
#define GATHER_MAX_S (24 * 3600)

/* ---- start ---- */

/* Lower case, "-" as "_": "ML-Theory" finds ml_theory. */
static void fold_kind(const char *word, char *out, size_t size)
{
    size_t i = 0;
    for (; word[i] && i + 1 < size; i++)
        out[i] = word[i] == '-' ? '_' : (char)tolower((unsigned char)word[i]);
    out[i] = '\0';
}

/* The one loaded kind that is, or contains, the word; NULL if none or several. */
static const struct hs_plugin *find_kind(const struct world *world, const char *word)
{
    char kind[HS_KIND_MAX + 1];
    const struct hs_plugin *plugin, *near = NULL;
    size_t found = 0;
    fold_kind(word, kind, sizeof kind);
    for (size_t i = 0; (plugin = world->plugin_at(world->context, i)); i++) {
        if (strcmp(plugin->kind, kind) == 0)
            return plugin;
        if (strlen(kind) >= 3 && strstr(plugin->kind, kind)) {
            near = plugin;
            found++;
        }
    }
    return found == 1 ? near : NULL;
}

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
        talk_reply(talk, "Which kind? %sstart and one of: %s.", talk->prefix, buf_text(&kinds));
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
        !round_sit(round, talk->member, talk->event->name, &talk->event->who) ||
        flow_open(hall, round, gather_ms, talk->event->name, talk->event->at, talk->effects))
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
    if (command->word_count == 0) {
        refuse_kind(talk, NULL);
        return;
    }
    const struct hs_plugin *plugin = find_kind(talk->hall->world, command->words[0]);
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
    if (command->word_count > 2 ||
        (command->word_count == 2 && question_level_rank(command->words[1]) < 0)) {
        talk_reply(talk, "I do not know %.32s. Levels: entry, mid, senior, staff.",
                   command->words[command->word_count > 2 ? 2 : 1]);
        return;
    }
    if (open_here(talk, &open) >= settings->rounds_max) {
        talk_reply(talk, "Round %" PRIu64 " is still open here (%s). %sstatus shows where it is.",
                   open->id, round_phase_word(open->phase), talk->prefix);
        return;
    }
    if (!read_span(talk, "answer", command->answer, ANSWER_MIN_S, ANSWER_MAX_S, &answer) ||
        !read_span(talk, "vote", command->vote, ANSWER_MIN_S, ANSWER_MAX_S, &vote) ||
        !read_span(talk, "gather", command->gather, GATHER_MIN_S, GATHER_MAX_S, &gather))
        return;
    struct bank_filter filter = {plugin->kind,
                                 command->word_count == 2 ? command->words[1] : NULL,
                                 command->topic, command->company};
    if (check_questions(talk, &filter))
        open_round(talk, plugin, &filter, gather, answer, vote);
}

/* ---- join and leave ---- */

static bool may_join(const struct talk *talk, struct round *round)
{
    return !round_seat_of(round, talk->member);
}

static bool may_leave(const struct talk *talk, struct round *round)
{
    return round_seat_of(round, talk->member) != NULL;
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
    else if (round->phase == ROUND_ANSWER)
        text_printf(&text, "Answer me here: plain text, or %sbegin, many lines, %send. %s left.",
                    talk->prefix, talk->prefix, left);
    else
        text_printf(&text, "It is being graded; you can help. %s left.", left);
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
            talk_reply(talk, "You are in round %" PRIu64 " already.", choice.number);
        else if (talk_choose(talk, 0, may_leave).round && choice.fitting == 0)
            talk_reply(talk, "You have your seat already. %sstatus shows where the round is.",
                       talk->prefix);
        else
            talk_refuse_choice(talk, &choice, may_join,
                               "No round is open. Start one in the room: start coding, for example.");
        return;
    }
    if (round->seat_count >= ROUND_SEATS_MAX) {
        talk_reply(talk, "Round %" PRIu64 " is full (%d seats). The next one is yours.", round->id,
                   ROUND_SEATS_MAX);
        return;
    }
    struct seat *seat = round_sit(round, talk->member, talk->event->name, &talk->event->who);
    if (!seat) {
        talk->broken = true;
        return;
    }
    flow_record_seat(round, seat, talk->effects);
    if (round->question_id)
        flow_record_asked(round, 0, talk->member, talk->event->at, talk->effects);
    welcome(talk, round, seat);
    flow_progress(round, talk->effects);
}

void verb_leave(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, may_leave);
    struct round *round = choice.round;
    if (!round) {
        talk_refuse_choice(talk, &choice, may_leave, "You have no seat in an open round.");
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
    flow_progress(round, talk->effects);
}

/* ---- hints ---- */

static bool has_hints(const struct talk *talk, struct round *round)
{
    return round->phase == ROUND_ANSWER && round_seat_of(round, talk->member);
}

void verb_hint(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, has_hints);
    struct round *round = choice.round;
    if (!round) {
        talk_refuse_choice(talk, &choice, has_hints,
                           "Hints are for open questions, and no round is open.");
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
    text_printf(&text, "Graders will see that you used %u; it is meant to cost about %.2g of a point.",
                seat->hints_used, hint->cost);
    effects_tell(talk->effects, &talk->event->who, &text, NULL, 0);
    text_finish(&text);
}
