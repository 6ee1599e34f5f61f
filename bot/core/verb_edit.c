/* Edits and retractions of what an answer, or a draft of one, is made of. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/flow.h"
#include "core/hold.h"
#include "core/talk.h"

/* Where a message is kept. */
struct kept {
    struct round *round; /* of the answer; NULL for a draft */
    struct seat *seat;
    struct draft *draft;
    struct parts *parts;
    struct part *part;
};

/* Also of somebody who left: their answer stays. */
static struct seat *seat_of(const struct round *round, uint64_t member)
{
    for (size_t i = 0; i < round->seat_count; i++)
        if (round->seats[i].member == member)
            return &round->seats[i];
    return NULL;
}

/* False if the message is no part of anything the speaker has open. */
static bool find_kept(const struct talk *talk, struct kept *kept)
{
    *kept = (struct kept){.draft = draft_of(talk->hall, talk->member)};
    if (kept->draft && (kept->part = parts_find(&kept->draft->parts, talk->key))) {
        kept->parts = &kept->draft->parts;
        return true;
    }
    kept->draft = NULL;
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        kept->round = talk->hall->rounds[i];
        kept->seat = round_open(kept->round) ? seat_of(kept->round, talk->member) : NULL;
        if (!kept->seat || !(kept->part = parts_find(&kept->seat->parts, talk->key)))
            continue;
        kept->parts = &kept->seat->parts;
        return true;
    }
    return false;
}

/* The answer can no longer be changed; who tries is told once. */
static bool is_locked(struct talk *talk, const struct kept *kept)
{
    const struct round *round =
        kept->round ? kept->round : hall_round(talk->hall, kept->draft->round);
    if (!round || hold_takes_answer(round, talk->event))
        return false;
    if (memo_first(&talk->hall->memo, talk->member, round->id, MEMO_LOCKED))
        talk_reply(talk, "Answers to round %" PRIu64 " are locked, so that change does not count.",
                   round->id);
    return true;
}

/* ---- edits ---- */

/* What a part reads now: without "!answer 12" before it. False after a refusal. */
static bool read_edit(struct talk *talk, const struct kept *kept, const char **text,
                      size_t *length)
{
    enum command_verb verb = talk->command.verb;
    *text = talk->body;
    *length = talk->body_length;
    if (verb == COMMAND_NONE || verb == COMMAND_UNKNOWN)
        return true;
    if (verb != COMMAND_ANSWER && verb != COMMAND_REVISE && verb != COMMAND_BEGIN) {
        talk_reply(talk, "That message is part of your answer, which stays as it was. Send %s%s as a "
                         "message of its own.",
                   talk->prefix, command_word(verb));
        return false;
    }
    struct talk_choice choice = answer_choose_round(talk, text, length);
    if (kept->round && choice.named && choice.round && choice.round != kept->round) {
        talk_reply(talk, "That message is part of your answer to round %" PRIu64 ", which stays as it "
                         "was. For another round, send it anew.",
                   kept->round->id);
        return false;
    }
    if (verb == COMMAND_BEGIN)
        answer_cut_end(talk, *text, length);
    return true;
}

static bool has_words_but(const struct kept *kept, const struct part *without)
{
    for (size_t i = 0; i < kept->parts->count; i++) {
        const struct part *part = &kept->parts->part[i];
        if (part != without && answer_has_words(part->text, part->length))
            return true;
    }
    return false;
}

/* False after a refusal. */
static bool may_become(struct talk *talk, const struct kept *kept, const char *text, size_t length)
{
    size_t whole = parts_length(kept->parts) - kept->part->length + length;
    if (talk->event->cut || whole > EVENT_TEXT_MAX) {
        talk_reply(talk, "With that change it would be longer than %d KB, so it stays as it was.",
                   EVENT_TEXT_MAX / 1024);
        return false;
    }
    if (kept->seat && !answer_has_words(text, length) && !has_words_but(kept, kept->part)) {
        talk_reply(talk, "An answer needs some words, so it stays as it was. %swithdraw takes it back.",
                   talk->prefix);
        return false;
    }
    return true;
}

static void say_draft(struct talk *talk, const struct draft *draft, const char *what)
{
    struct text text;
    text_init(&text);
    text_put(&text, what);
    if (draft->pending)
        text_printf(&text, " Say %sanswer and the number of the round, and I store it.", talk->prefix);
    else
        text_printf(&text, " %send stores your lines.", talk->prefix);
    talk_mark(talk, &text, "draft");
    text_finish(&text);
}

static void change_part(struct talk *talk, const struct kept *kept)
{
    const char *text;
    size_t length;
    if (!read_edit(talk, kept, &text, &length) || !may_become(talk, kept, text, length))
        return;
    if (part_change(kept->part, text, length)) {
        talk->broken = true;
        return;
    }
    part_record(talk->effects, kept->round ? kept->round->id : 0, talk->member, kept->part);
    if (kept->draft)
        say_draft(talk, kept->draft, "Changed.");
    else
        answer_renew(talk, kept->round, kept->seat, "Changed");
}

bool edit_counts_anew(struct talk *talk)
{
    struct kept kept;
    enum command_verb verb = talk->command.verb;
    if (!talk->key)
        return false;
    if (find_kept(talk, &kept)) {
        if (!is_locked(talk, &kept))
            change_part(talk, &kept);
        return false;
    }
    if (verb == COMMAND_VOTE)
        return true;
    bool answers = verb == COMMAND_NONE || verb == COMMAND_ANSWER || verb == COMMAND_REVISE ||
                   verb == COMMAND_BEGIN;
    return answers && memo_take_refused(&talk->hall->memo, talk->member, talk->key);
}

/* ---- retractions ---- */

static void drop_draft_part(struct talk *talk, const struct kept *kept)
{
    part_record_drop(talk->effects, 0, talk->member, kept->part->number);
    parts_drop(kept->parts, kept->part);
    if (kept->parts->count > 0 || !kept->draft->pending) {
        say_draft(talk, kept->draft, "Left out.");
        return;
    }
    draft_drop(talk->hall, kept->draft, talk->effects);
    talk_reply(talk, "Dropped; I keep nothing of it.");
}

static void drop_answer_part(struct talk *talk, const struct kept *kept)
{
    if (!has_words_but(kept, kept->part)) {
        answer_withdraw(talk, kept->round, kept->seat);
        return;
    }
    part_record_drop(talk->effects, kept->round->id, talk->member, kept->part->number);
    parts_drop(kept->parts, kept->part);
    answer_renew(talk, kept->round, kept->seat, "Taken out. Stored now");
}

void verb_retract(struct talk *talk)
{
    struct kept kept;
    /* What is gone cannot be answered. */
    talk->origin = NULL;
    if (!talk->key || !find_kept(talk, &kept) || is_locked(talk, &kept))
        return;
    if (kept.draft)
        drop_draft_part(talk, &kept);
    else
        drop_answer_part(talk, &kept);
}
