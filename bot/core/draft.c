/* Drafts: the lines since !begin, kept in the store so that a restart loses none. */
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

void draft_drop(struct hall *hall, struct draft *draft, struct effects *effects)
{
    record(effects, draft, true);
    parts_finish(&draft->parts);
    size_t at = (size_t)(draft - hall->drafts);
    hall->draft_count--;
    memmove(&hall->drafts[at], &hall->drafts[at + 1],
            (hall->draft_count - at) * sizeof *hall->drafts);
}
