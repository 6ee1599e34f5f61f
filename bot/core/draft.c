/* Drafts: the lines since !begin, kept in the store so that a restart loses none. */
#include <inttypes.h>
#include <string.h>

#include "core/talk.h"

struct draft *draft_of(struct hall *hall, uint64_t member)
{
    for (size_t i = 0; i < hall->draft_count; i++)
        if (hall->drafts[i].member == member)
            return &hall->drafts[i];
    return NULL;
}

bool draft_has_words(const struct draft *draft)
{
    for (size_t i = 0; i < draft->parts.count; i++)
        if (answer_has_words(draft->parts.part[i].text, draft->parts.part[i].length))
            return true;
    return false;
}

static void record(struct effects *effects, const struct draft *draft, bool done)
{
    struct effect *effect = effects_add(effects, RECORD_DRAFT);
    if (!effect)
        return;
    effect->as.draft = (struct draft_record){
        .member = draft->member,
        .round = draft->round,
        .revise = draft->revise,
        .done = done,
        .at = draft->at,
    };
}

struct draft *draft_begin(struct talk *talk, uint64_t round, bool revise, bool pending)
{
    struct hall *hall = talk->hall;
    struct draft *draft = draft_of(hall, talk->member);
    if (!draft) {
        struct draft_record fresh = {.member = talk->member};
        if (hall_add_draft(hall, &fresh)) {
            talk->broken = true;
            return NULL;
        }
        draft = &hall->drafts[hall->draft_count - 1];
    }
    draft->round = round;
    draft->revise = revise;
    draft->pending = pending;
    draft->at = talk->event->at;
    if (draft->parts.count > 0)
        part_record_drop(talk->effects, 0, draft->member, 0);
    parts_finish(&draft->parts);
    record(talk->effects, draft, false);
    return draft;
}

void draft_add(struct talk *talk, struct draft *draft, const char *text, size_t length)
{
    const struct part *part = parts_add(&draft->parts, talk->key, text, length);
    if (part)
        part_record(talk->effects, 0, draft->member, part);
    else
        talk->broken = true;
}

void draft_add_held(struct talk *talk, struct draft *draft)
{
    const struct part *part = line_take_held(talk, &draft->parts);
    if (part)
        part_record(talk->effects, 0, draft->member, part);
    else
        talk->broken = true;
}

size_t draft_lines(const struct draft *draft)
{
    size_t lines = draft->parts.count;
    for (size_t i = 0; i < draft->parts.count; i++)
        for (const char *at = draft->parts.part[i].text; (at = strchr(at, '\n')); at++)
            lines++;
    return lines;
}

void draft_drop(struct hall *hall, struct draft *draft, struct effects *effects)
{
    record(effects, draft, true);
    parts_finish(&draft->parts);
    size_t at = (size_t)(draft - hall->drafts);
    hall->draft_count--;
    memmove(&hall->drafts[at], &hall->drafts[at + 1],
            (hall->draft_count - at) * sizeof *hall->drafts);
}

/* ---- the end of answering ---- */

/* The lines since !begin become the answer of somebody who has none. 1 = they did, 0 = they do
 * not count, -1 = the event must be rolled back. */
static int keep_draft(const struct hall *hall, const struct round *round, struct seat *seat,
                      struct draft *draft, int64_t now, struct effects *effects)
{
    struct buf whole, clean;
    bool changed;
    uint32_t offset;
    int kept = 0;
    if (seat->answer || !draft_has_words(draft))
        return 0;
    buf_init(&whole);
    buf_init(&clean);
    if (parts_join(&draft->parts, &whole) ||
        !answer_clean(hall, round, buf_text(&whole), whole.length, &clean, &changed) ||
        parts_move(&seat->parts, &draft->parts, &offset))
        kept = -1;
    else
        kept = round_answer(seat, buf_text(&clean), clean.length, now) ? -1 : 1;
    buf_finish(&whole);
    buf_finish(&clean);
    if (kept == 1) {
        seat->answered_by = seat->used_by;
        part_record_adopt(effects, round->id, seat->member, offset);
        answer_record(round, seat, now, effects);
    }
    return kept;
}

int draft_give_up(struct hall *hall, struct draft *draft, int64_t now, struct effects *effects,
                  bool *kept)
{
    struct round *round = hall_round(hall, draft->round);
    struct seat *seat = round ? round_seat_of(round, draft->member) : NULL;
    bool open = seat && round->phase == ROUND_ANSWER;
    int result = open ? keep_draft(hall, round, seat, draft, now, effects) : 0;
    *kept = result > 0;
    draft_drop(hall, draft, effects);
    return result < 0 || !effects_ok(effects) ? -1 : 0;
}

int draft_lock(struct hall *hall, struct round *round, int64_t now, struct effects *effects)
{
    for (size_t i = hall->draft_count; i > 0; i--) {
        struct draft *draft = &hall->drafts[i - 1];
        struct seat *seat = round_seat_of(round, draft->member);
        if (draft->round != round->id || !seat)
            continue;
        int kept = keep_draft(hall, round, seat, draft, now, effects);
        if (kept < 0)
            return -1;
        struct text text;
        text_init(&text);
        text_printf(&text, "Answering in round %" PRIu64 " is over. ", round->id);
        if (kept > 0)
            text_printf(&text, "I stored what you had sent since begin: code %.8s.", seat->hash);
        else if (seat->answer)
            text_put(&text, "The answer you had stored stands; the lines since begin do not count.");
        else
            text_put(&text, "You had sent no line, so you have no answer.");
        struct address to = round_seat_address(seat);
        effects_tell(effects, &to, &text, NULL, EFFECT_URGENT | EFFECT_OPEN);
        text_finish(&text);
        draft_drop(hall, draft, effects);
    }
    return effects_ok(effects) ? 0 : -1;
}
