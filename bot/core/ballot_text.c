/* What a grader reads: the criteria, and the answers under labels of the grader's own. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/ballot.h"
#include "core/flow.h"

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

void flow_send_ballot(const struct hall *hall, const struct round *round, const struct seat *voter,
                      struct effects *effects)
{
    struct ballot_order order;
    ballot_order(round, voter->number, &order);
    struct address to = round_seat_address(voter);
    struct text text;
    if (order.count == 0)
        return;
    char scores[ROUND_EXAMPLE];
    flow_example_scores(round->plugin->rubric, scores);
    text_init(&text);
    text_printf(&text, "Round %" PRIu64 ": %zu answer%s to grade, 1 to 5 on each of:", round->id,
                order.count, order.count == 1 ? "" : "s");
    add_criteria(round, &text);
    text_paragraph(&text);
    text_printf(&text, "%s Grade like this: ", round->plugin->grade_advice);
    text_monof(&text, "%svote A %s what was good, what to change", hall_prefix(hall, round->room),
               scores);
    effects_tell(effects, &to, &text, NULL, 0);
    text_finish(&text);
    for (size_t i = 0; i < order.count; i++) {
        text_init(&text);
        flow_answer_text(round, &round->seats[order.author[i]], i, &text);
        effects_tell(effects, &to, &text, NULL, 0);
        text_finish(&text);
    }
}
