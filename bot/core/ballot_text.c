/* What a grader reads: the criteria, and the answers under labels of the grader's own. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/ballot.h"
#include "core/flow.h"
#include "core/place.h"

static void label_line(const struct round *round, const struct seat *author, size_t label,
                       struct text *text)
{
    char name[4];
    text_heading(text);
    text_printf(text, "Answer %s", ballot_label(label, name));
    if (author->hints_used > 0)
        text_printf(text, " (%u hint%s used)", author->hints_used,
                    author->hints_used == 1 ? "" : "s");
    text_printf(text, ", round %" PRIu64, round->id);
}

void flow_answer_text(const struct round *round, const struct seat *author, size_t label,
                      struct text *text)
{
    label_line(round, author, label, text);
    if (strstr(author->answer, "```")) {
        text_markdown(text, author->answer, author->answer_length);
        if (text_ok(text))
            return;
        /* Markup that swells beyond a message is shown as it was typed. */
        text_finish(text);
        text_init(text);
        label_line(round, author, label, text);
    }
    text_quote(text);
    text_put_n(text, author->answer, author->answer_length);
}

void flow_example_scores(const struct hs_rubric *rubric, char out[ROUND_EXAMPLE])
{
    static const char scores[] = "4 3 5 4 3";
    snprintf(out, ROUND_EXAMPLE, "%.*s", (int)rubric->axis_count * 2 - 1, scores);
}

static void add_criteria(const struct round *round, struct text *text)
{
    const struct hs_rubric *rubric = round->plugin->rubric;
    for (size_t a = 0; a < rubric->axis_count; a++) {
        const struct hs_axis *axis = &rubric->axes[a];
        const char *five = axis->anchor[HS_SCALE_MAX - 1], *one = axis->anchor[0];
        for (size_t i = 0; i < round->question->pub.note_count; i++)
            if (strcmp(round->question->pub.notes[i].axis, axis->id) == 0) {
                five = round->question->pub.notes[i].five;
                one = round->question->pub.notes[i].one;
            }
        text_item(text, (unsigned)a + 1, 0);
        text_strong(text, axis->name);
        text_printf(text, ". 5: %s 1: %s", five, one);
    }
}

/* The criteria and how to grade, behind a first sentence. */
static void add_how(const struct round *round, const char *prefix, bool marks, struct text *text)
{
    char scores[ROUND_EXAMPLE];
    flow_example_scores(round->plugin->rubric, scores);
    add_criteria(round, text);
    text_paragraph(text);
    text_printf(text, "%s Grade like this%s: ", round->plugin->grade_advice,
                round->open_ballots ? ", privately to me" : "");
    text_monof(text, "%svote A %s what was good, what to change", prefix, scores);
    if (marks)
        text_put(text, ". Or react to an answer with a number from 1 to 5, which counts for all "
                       "criteria.");
}

/* The people there can put marks on messages. */
static bool has_marks(const struct hall *hall, const struct address *place)
{
    const struct world *world = hall->world;
    return world->counts && world->counts(world->context, place);
}

static void tag_answer(const struct round *round, uint32_t author, struct effects *effects,
                       struct message *message)
{
    if (message)
        message->tag = ballot_tag(effects->arena, round, author);
}

void flow_show_answer(const struct round *round, uint32_t author, size_t label,
                      const struct address *to, struct effects *effects)
{
    struct text text;
    text_init(&text);
    flow_answer_text(round, &round->seats[author], label, &text);
    tag_answer(round, author, effects, effects_tell(effects, to, &text, NULL, 0));
    text_finish(&text);
}

void flow_send_ballot(const struct hall *hall, const struct round *round, const struct seat *voter,
                      struct effects *effects)
{
    struct ballot_order order;
    size_t owed = round_owed(round, voter->number);
    ballot_order(round, voter->number, &order);
    struct address to = round_seat_address(voter);
    struct text text;
    if (owed == 0)
        return;
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 ": %zu answer%s to grade%s, 1 to 5 on each of:", round->id,
                owed, owed == 1 ? "" : "s", round->open_ballots ? ", in the room" : "");
    add_how(round, place_prefix(hall, round->room, &to), has_marks(hall, &to), &text);
    effects_tell(effects, &to, &text, NULL, 0);
    text_finish(&text);
    for (size_t i = 0; i < order.count && !round->open_ballots; i++)
        flow_show_answer(round, order.author[i], i, &to, effects);
}

/* In each place as its people can grade. */
static void explain_open_ballots(const struct hall *hall, const struct round *round,
                                 struct effects *effects)
{
    const struct room *place = NULL;
    while ((place = place_next(hall, round->room, place))) {
        struct address to = place_address(place);
        struct text text;
        text_init(&text);
        text_printf(&text, "Round %" PRIu64 ": the answers follow, without names. Grade the others', 1 "
                           "to 5 on each of:",
                    round->id);
        add_how(round, place->settings.prefix, has_marks(hall, &to), &text);
        effects_reply(effects, &to, &text);
        text_finish(&text);
    }
}

void flow_post_ballots(const struct hall *hall, const struct round *round,
                       struct effects *effects)
{
    struct ballot_order order;
    ballot_order(round, 0, &order);
    explain_open_ballots(hall, round, effects);
    for (size_t i = 0; i < order.count; i++) {
        struct text text;
        text_init(&text);
        flow_answer_text(round, &round->seats[order.author[i]], i, &text);
        tag_answer(round, order.author[i], effects, effects_say(effects, round->room, &text));
        text_finish(&text);
    }
}
