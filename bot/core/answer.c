/* Answers: cleaning them for blind reading, storing them, and the receipt. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "core/ballot.h"
#include "core/flow.h"
#include "core/plugin_call.h"
#include "core/talk.h"
#include "util/span.h"

#define NAMES_MAX 256

bool answer_has_words(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isspace((unsigned char)text[i]))
            return true;
    return false;
}

/* A name that the questions use as a word is no help to find out who wrote. */
static struct ballot_name name_of(const struct hall *hall, const char *name)
{
    const struct bank *bank = hall->world->bank(hall->world->context);
    return (struct ballot_name){name, bank && words_has(&bank->words, name)};
}

bool answer_clean(const struct hall *hall, const struct round *round, const char *text,
                  size_t length, struct buf *out, bool *changed)
{
    struct ballot_name names[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < round->seat_count && count < NAMES_MAX; i++)
        names[count++] = name_of(hall, round->seats[i].name);
    for (size_t r = 0; r < hall->room_count; r++) {
        const struct room *room = hall->rooms[r];
        for (size_t i = 0; room->id == round->room && i < room->present_count; i++)
            if (count < NAMES_MAX)
                names[count++] = name_of(hall, room->present[i].name);
    }
    ballot_strip(out, text, length, names, count, changed);
    return !out->failed;
}

void answer_record(const struct round *round, const struct seat *seat, int64_t at,
                   struct effects *effects)
{
    struct effect *effect = effects_add(effects, RECORD_ANSWER);
    if (!effect)
        return;
    struct answer_record *record = &effect->as.answer;
    record->round = round->id;
    record->member = seat->member;
    record->revision = seat->revision;
    record->withdrawn = seat->answer == NULL;
    record->length = seat->answer_length;
    record->text = arena_strndup(effects->arena, seat->answer ? seat->answer : "",
                                 seat->answer_length);
    memcpy(record->hash, seat->hash, sizeof record->hash);
    record->at = at;
    flow_record_seat(round, seat, effects);
}

static size_t count_lines(const char *text, size_t length)
{
    size_t lines = 1;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

/* Newer receipts of one round replace older ones that are not sent yet: a paste
 * of ten lines is one answer and wants one receipt. */
static void send_receipt(struct talk *talk, const struct round *round, const struct seat *seat,
                         bool stripped)
{
    char left[SPAN_TEXT];
    size_t lines = count_lines(seat->answer, seat->answer_length);
    struct text text;
    text_init(&text);
    text_put(&text, "Stored");
    if (talk->hall->round_count > 1)
        text_printf(&text, " for round %" PRIu64, round->id);
    text_printf(&text, ": %zu line%s, %zu bytes, code %.8s. ", lines, lines == 1 ? "" : "s",
                seat->answer_length, seat->hash);
    bool done = flow_done_at(talk->hall, round) > 0;
    if (round->paused)
        text_put(&text, "The clock is stopped.");
    else if (done)
        text_put(&text, "Everyone who joined has answered; grading comes next.");
    else
        text_printf(&text, "%s left.",
                    span_text(round_time_left(round, talk->event->at), left));
    if (seat->revision == 1 && !done)
        text_printf(&text, " Write on to add to it; %srevise replaces it, %swithdraw takes it back.",
                    talk->prefix, talk->prefix);
    if (stripped)
        text_put(&text, " I took names out, so that grading stays blind.");
    talk_tell(talk, &text, arena_printf(talk->effects->arena, "receipt:%" PRIu64, round->id));
    text_finish(&text);
}

static bool check_answer(struct talk *talk, const struct seat *seat, size_t length, bool replace)
{
    size_t before = replace || !seat->answer ? 0 : seat->answer_length + 1;
    if (talk->event->cut || length > EVENT_TEXT_MAX) {
        talk_reply(talk, "That is longer than %d KB, so I stored nothing of it. Send less than that.",
                   EVENT_TEXT_MAX / 1024);
        return false;
    }
    if (before + length > EVENT_TEXT_MAX) {
        talk_reply(talk,
                   "With that your answer would be longer than %d KB, so I did not add it. What you "
                   "sent before is safe; %srevise replaces it.",
                   EVENT_TEXT_MAX / 1024, talk->prefix);
        return false;
    }
    return true;
}

void answer_store(struct talk *talk, struct round *round, struct seat *seat, const char *text,
                  size_t length, bool replace)
{
    if (!check_answer(talk, seat, length, replace))
        return;
    if (!answer_has_words(text, length)) {
        talk_reply(talk, "An answer needs some words; I stored nothing.");
        return;
    }
    struct buf whole, clean;
    bool changed = false;
    buf_init(&whole);
    buf_init(&clean);
    if (seat->answer && !replace) {
        buf_add(&whole, seat->answer, seat->answer_length);
        buf_putc(&whole, '\n');
    }
    buf_add(&whole, text, length);
    if (whole.failed ||
        !answer_clean(talk->hall, round, buf_text(&whole), whole.length, &clean, &changed)) {
        talk->broken = true;
    } else if (round_answer(seat, buf_text(&clean), clean.length, talk->event->at)) {
        talk->broken = true;
    } else {
        answer_record(round, seat, talk->event->at, talk->effects);
        send_receipt(talk, round, seat, changed);
        enum plugin_outcome outcome =
            plugin_answer(round, talk->event->at, seat->number, talk->effects);
        /* The answer is stored either way; advice that fails is only missing advice. */
        if (outcome == PLUGIN_BROKEN)
            talk->broken = true;
        else if (outcome == PLUGIN_FAILED)
            flow_log(round, 0, talk->event->at, talk->effects, "plugin %s failed at an answer",
                     round->kind);
        flow_progress(round, talk->effects);
    }
    buf_finish(&clean);
    buf_finish(&whole);
}
