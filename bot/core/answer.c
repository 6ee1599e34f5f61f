/* Answers: cleaning them for blind reading, storing them, and the receipt. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "core/ballot.h"
#include "core/flow.h"
#include "core/guest.h"
#include "core/place.h"
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

/* The names that those seated have on other networks. */
static bool add_accounts(const struct hall *hall, const struct round *round, struct arena *arena,
                         struct ballot_name *names, size_t *count)
{
    for (size_t i = 0; i < round->seat_count; i++) {
        const struct seat *seat = &round->seats[i];
        struct accounts accounts;
        if (accounts_read(hall, seat->member, arena, &accounts))
            return false;
        for (size_t j = 0; j < accounts.count && *count < NAMES_MAX; j++)
            if (strcmp(accounts.list[j].name, seat->name) != 0)
                names[(*count)++] = name_of(hall, accounts.list[j].name);
    }
    return true;
}

bool answer_clean(const struct hall *hall, const struct round *round, const char *text,
                  size_t length, struct buf *out, bool *changed)
{
    struct ballot_name names[NAMES_MAX];
    struct arena arena;
    size_t count = 0;
    arena_init(&arena);
    for (size_t i = 0; i < round->seat_count && count < NAMES_MAX; i++)
        names[count++] = name_of(hall, round->seats[i].name);
    bool known = add_accounts(hall, round, &arena, names, &count);
    const struct room *place = NULL;
    while ((place = place_next(hall, round->room, place)))
        for (size_t i = 0; i < place->present_count && count < NAMES_MAX; i++)
            names[count++] = name_of(hall, place->present[i].name);
    ballot_strip(out, text, length, names, count, changed);
    arena_finish(&arena);
    return known && !out->failed;
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

/* The words add nothing to a mark: a receipt with all of this came before. */
static bool mark_is_enough(const struct talk *talk, const struct seat *seat, bool done,
                           bool paused, bool stripped)
{
    return seat->revision > 1 && !done && !paused && !stripped && !talk->event->from;
}

/* Newer receipts of one round replace older ones that are not sent yet: a paste
 * of ten lines is one answer and wants one receipt. */
static const char *receipt_key(struct effects *effects, const struct round *round)
{
    return arena_printf(effects->arena, "receipt:%" PRIu64, round->id);
}

/* "Stored for round 12: 30 lines, 812 bytes, code 1f2e3d4c. " */
static void put_receipt(const struct hall *hall, const struct round *round,
                        const struct seat *seat, const char *lead, struct text *text)
{
    size_t lines = count_lines(seat->answer, seat->answer_length);
    text_put(text, lead);
    if (hall->round_count > 1)
        text_printf(text, " for round %" PRIu64, round->id);
    text_printf(text, ": %zu line%s, %zu bytes, code %.8s. ", lines, lines == 1 ? "" : "s",
                seat->answer_length, seat->hash);
}

/* The first receipt for an answer: what can be done with it is said once. */
static bool is_first(const struct talk *talk, const struct seat *seat)
{
    return seat->revision <= (talk->burst ? talk->burst->lines : 1);
}

/* What a guest must know is said with the receipt, also if that is replaced by the next. */
static const char *burst_greeting(struct talk *talk)
{
    if (talk->burst) {
        talk->greet |= talk->burst->greet;
        talk->burst->greet = talk->greet;
    }
    return guest_greeting(talk);
}

static void send_receipt(struct talk *talk, const struct round *round, const struct seat *seat,
                         const char *lead, bool stripped)
{
    char left[SPAN_TEXT];
    int64_t due = line_due(talk, round);
    struct text text;
    text_init(&text);
    put_receipt(talk->hall, round, seat, lead, &text);
    bool done = flow_done_at(talk->hall, round) > 0;
    bool over = round->deadline > 0 && talk->event->at >= round->deadline;
    if (round->paused)
        text_put(&text, "The clock is stopped.");
    else if (done)
        text_put(&text, "Everyone who joined has answered; grading comes next.");
    else if (over)
        text_put(&text, "The time is over, but this was sent before.");
    else
        text_printf(&text, "%s left.",
                    span_text(round_time_left(round, due > 0 ? due : talk->event->at), left));
    if (is_first(talk, seat) && !done && (!over || round->paused))
        text_printf(&text, " Write on to add to it; %srevise replaces it, %swithdraw takes it back.",
                    talk->prefix, talk->prefix);
    if (stripped)
        text_put(&text, " I took names out, so that grading stays blind.");
    text_put(&text, burst_greeting(talk));
    if (talk->burst && talk->burst->word[0])
        text_printf(&text, " %s%.31s is no command, so it is a line of your answer.", talk->prefix,
                    talk->burst->word);
    /* What was read from a link is told, whatever comes after it. */
    const char *collapse = talk->event->from ? NULL : receipt_key(talk->effects, round);
    struct message *message = mark_is_enough(talk, seat, done, round->paused, stripped)
                                  ? talk_mark(talk, &text, collapse)
                                  : talk_tell(talk, &text, collapse);
    if (message) {
        message->due = due;
        message->flags |= EFFECT_OPEN;
    }
    text_finish(&text);
}

void answer_settle(struct hall *hall, struct round *round, int64_t now, struct effects *effects)
{
    for (size_t i = 0; i < BURSTS_MAX; i++) {
        struct burst *burst = &hall->bursts.list[i];
        struct seat *seat =
            burst->member && burst->due > now ? round_seat_of(round, burst->member) : NULL;
        if (!seat || !seat->answer)
            continue;
        struct address to = round_seat_address(seat);
        struct text text;
        text_init(&text);
        put_receipt(hall, round, seat, "Stored", &text);
        text_put(&text, "Answering is over.");
        struct message *message =
            effects_tell(effects, &to, &text, receipt_key(effects, round), EFFECT_URGENT | EFFECT_OPEN);
        if (message)
            message->instead = true;
        text_finish(&text);
        burst->advise &= burst->round != round->id;
    }
}

int answer_advise(struct round *round, const struct seat *seat, int64_t now,
                  struct effects *effects)
{
    enum plugin_outcome outcome = plugin_answer(round, now, seat->number, effects);
    /* The answer is stored either way; advice that fails is only missing advice. */
    if (outcome == PLUGIN_FAILED)
        flow_log(round, 0, now, effects, "plugin %s failed at an answer", round->kind);
    return outcome == PLUGIN_BROKEN ? -1 : 0;
}

/* In the middle of a burst the answer is not all there yet. */
static void advise(struct talk *talk, struct round *round, const struct seat *seat)
{
    if (talk->burst) {
        talk->burst->round = round->id;
        talk->burst->advise = true;
    } else if (answer_advise(round, seat, talk->event->at, talk->effects)) {
        talk->broken = true;
    }
}

void answer_renew(struct talk *talk, struct round *round, struct seat *seat, const char *lead)
{
    struct buf whole, clean;
    bool changed = false;
    buf_init(&whole);
    buf_init(&clean);
    if (parts_join(&seat->parts, &whole) ||
        !answer_clean(talk->hall, round, buf_text(&whole), whole.length, &clean, &changed) ||
        round_answer(seat, buf_text(&clean), clean.length, talk->event->at)) {
        talk->broken = true;
    } else {
        seat->answered_by = talk->own;
        answer_record(round, seat, talk->event->at, talk->effects);
        send_receipt(talk, round, seat, lead, changed);
        advise(talk, round, seat);
        flow_progress(round, talk->effects);
    }
    buf_finish(&clean);
    buf_finish(&whole);
}

/* `length` more bytes fit, to what is there or in its place. */
static bool check_answer(struct talk *talk, const struct seat *seat, size_t length, bool replace)
{
    size_t before = replace || !seat->answer ? 0 : parts_length(&seat->parts) + 1;
    if (talk->event->cut || length > EVENT_TEXT_MAX) {
        talk_refused(talk, "That is longer than %d KB, so I stored nothing of it. Send less than that.",
                   EVENT_TEXT_MAX / 1024);
        return false;
    }
    if (before + length > EVENT_TEXT_MAX) {
        talk_refused(talk,
                   "With that your answer would be longer than %d KB, so I did not add it. What you "
                   "sent before is safe; %srevise replaces it.",
                   EVENT_TEXT_MAX / 1024, talk->prefix);
        return false;
    }
    return true;
}

/* The parts that are there go, if the answer is to be replaced. */
static void make_way(struct talk *talk, const struct round *round, struct seat *seat, bool replace)
{
    if (!replace || seat->parts.count == 0)
        return;
    part_record_drop(talk->effects, round->id, seat->member, 0);
    parts_finish(&seat->parts);
}

static bool add_held(struct talk *talk, const struct round *round, struct seat *seat)
{
    const struct part *part = line_take_held(talk, &seat->parts);
    if (part)
        part_record(talk->effects, round->id, seat->member, part);
    talk->broken |= part == NULL;
    return part != NULL;
}

/* How the receipt begins. What was taken from elsewhere is told by itself if there is more. */
static const char *receipt_lead(const struct talk *talk, bool more, const char *text,
                                size_t length)
{
    const char *from = talk->event->from;
    size_t lines = count_lines(text, length);
    if (!from)
        return "Stored";
    if (!more)
        return arena_printf(talk->effects->arena, "Stored from %s", from);
    return arena_printf(talk->effects->arena, "Read %zu line%s, %zu bytes from %s. Stored", lines,
                        lines == 1 ? "" : "s", length, from);
}

void answer_store(struct talk *talk, struct round *round, struct seat *seat, const char *text,
                  size_t length, bool replace)
{
    size_t held = line_held(talk);
    if (!check_answer(talk, seat, held + length, replace))
        return;
    /* A blank line between others has its place. */
    bool blank = !answer_has_words(text, length);
    if (blank && !(line_follows(talk) && (seat->answer || held))) {
        talk_refused(talk, "An answer needs some words; I stored nothing.");
        return;
    }
    bool more = seat->answer && !replace;
    make_way(talk, round, seat, replace);
    if (held && !add_held(talk, round, seat))
        return;
    const struct part *part = parts_add(&seat->parts, talk->key, text, length);
    if (!part) {
        talk->broken = true;
        return;
    }
    part_record(talk->effects, round->id, seat->member, part);
    const char *lead = receipt_lead(talk, more, text, length);
    if (lead)
        answer_renew(talk, round, seat, lead);
    else
        talk->broken = true;
}

void answer_adopt(struct talk *talk, struct round *round, struct seat *seat, struct draft *draft,
                  bool replace)
{
    uint32_t offset;
    if (!check_answer(talk, seat, parts_length(&draft->parts), replace))
        return;
    make_way(talk, round, seat, replace);
    if (parts_move(&seat->parts, &draft->parts, &offset)) {
        talk->broken = true;
        return;
    }
    part_record_adopt(talk->effects, round->id, seat->member, offset);
    draft_drop(talk->hall, draft, talk->effects);
    answer_renew(talk, round, seat, "Stored");
}

bool answer_drop(struct talk *talk, struct round *round, struct seat *seat)
{
    make_way(talk, round, seat, true);
    if (round_answer(seat, NULL, 0, talk->event->at)) {
        talk->broken = true;
        return false;
    }
    answer_record(round, seat, talk->event->at, talk->effects);
    return true;
}

void answer_withdraw(struct talk *talk, struct round *round, struct seat *seat)
{
    char left[SPAN_TEXT];
    if (!answer_drop(talk, round, seat))
        return;
    talk_reply(talk, "Taken back; nobody will read it. You can send another for %s.",
               span_text(round_time_left(round, talk->event->at), left));
    flow_progress(round, talk->effects);
}
