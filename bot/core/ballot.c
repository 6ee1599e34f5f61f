#include "core/ballot.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void ballot_order(const struct round *round, uint32_t voter, struct ballot_order *order)
{
    order->count = 0;
    for (uint32_t i = 0; i < round->seat_count && order->count < ROUND_SEATS_MAX; i++)
        if ((i != voter || round->open_ballots) && round->seats[i].answer)
            order->author[order->count++] = i;
    /* Fisher-Yates with a stream of the voter's own, or the room's: the order is a
     * function of the round's seed and the seat, so that it needs no storing. */
    uint64_t stream = round->open_ballots ? ROUND_SEATS_MAX : voter;
    uint64_t state = round->seed ^ (stream + 1) * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = order->count; i > 1; i--) {
        size_t j = random_below(&state, (uint32_t)i);
        uint32_t kept = order->author[i - 1];
        order->author[i - 1] = order->author[j];
        order->author[j] = kept;
    }
}

size_t ballot_index(const struct ballot_order *order, uint32_t author)
{
    size_t at = 0;
    while (at < order->count && order->author[at] != author)
        at++;
    return at;
}

const char *ballot_tag(struct arena *arena, const struct round *round, uint32_t author)
{
    return arena_printf(arena, "vote %" PRIu64 " %u", round->id, author);
}

int ballot_tag_parse(const char *tag, uint64_t *round, uint32_t *author)
{
    char *rest, *end;
    if (strncmp(tag, "vote ", 5) != 0 || !isdigit((unsigned char)tag[5]))
        return -1;
    *round = strtoull(tag + 5, &rest, 10);
    if (*rest != ' ' || !isdigit((unsigned char)rest[1]))
        return -1;
    unsigned long seat = strtoul(rest + 1, &end, 10);
    *author = (uint32_t)seat;
    return *end || seat >= ROUND_SEATS_MAX ? -1 : 0;
}

const char *ballot_label(size_t index, char out[4])
{
    size_t at = 0;
    if (index >= 26)
        out[at++] = (char)('A' + index / 26 - 1);
    out[at++] = (char)('A' + index % 26);
    out[at] = '\0';
    return out;
}

int ballot_label_parse(const char *label)
{
    size_t length = strlen(label);
    if (length < 1 || length > 2)
        return -1;
    int index = 0;
    for (size_t i = 0; i < length; i++) {
        int c = toupper((unsigned char)label[i]);
        if (c < 'A' || c > 'Z')
            return -1;
        index = index * 26 + (c - 'A' + 1);
    }
    return index - 1;
}

static size_t word_at(const char *text, size_t length, size_t *at, char *out, size_t size)
{
    while (*at < length && isspace((unsigned char)text[*at]))
        (*at)++;
    size_t start = *at;
    while (*at < length && !isspace((unsigned char)text[*at]))
        (*at)++;
    size_t taken = *at - start;
    if (taken >= size)
        return 0;
    memcpy(out, text + start, taken);
    out[taken] = '\0';
    return taken;
}

/* A word made of digits and commas only: "4", "4,3,5,4", "4353". */
static bool score_word(const char *word)
{
    if (!isdigit((unsigned char)word[0]))
        return false;
    return word[strspn(word, "0123456789,;/")] == '\0';
}

/* Adds the scores of one word; "10" alone is a number out of range, "4353" is four digits. */
static enum ballot_fault add_scores(const char *word, size_t axes, size_t *count,
                                    struct ballot_words *out)
{
    size_t digits = strlen(word);
    bool packed = *count == 0 && digits == axes && strspn(word, "0123456789") == digits;
    for (const char *c = word; *c; c++) {
        if (!isdigit((unsigned char)*c))
            continue;
        if (!packed && isdigit((unsigned char)c[1]))
            return BALLOT_RANGE;
        if (*c < '0' + HS_SCALE_MIN || *c > '0' + HS_SCALE_MAX)
            return BALLOT_RANGE;
        if (*count >= axes)
            return BALLOT_MANY;
        out->score[(*count)++] = (uint8_t)(*c - '0');
    }
    return BALLOT_OK;
}

enum ballot_fault ballot_parse(const char *text, size_t length, size_t axes, size_t answers,
                               struct ballot_words *out)
{
    *out = (struct ballot_words){0};
    char word[32];
    size_t at = 0, count = 0;
    if (word_at(text, length, &at, word, sizeof word) == 0)
        return BALLOT_NO_LABEL;
    size_t letters = strcspn(word, ":,.)");
    if (word[letters] && !word[letters + 1])
        word[letters] = '\0'; /* "B:" */
    int label = ballot_label_parse(word);
    if (label < 0)
        return BALLOT_NO_LABEL;
    if ((size_t)label >= answers)
        return BALLOT_UNKNOWN;
    out->index = (size_t)label;
    for (;;) {
        size_t before = at;
        size_t size = word_at(text, length, &at, word, sizeof word);
        bool enough = count >= axes;
        /* A number right after the last score is one score too many, but "3 typos" is a comment. */
        if (size == 0 || !score_word(word) || (enough && at < length)) {
            at = before;
            break;
        }
        enum ballot_fault fault = add_scores(word, axes, &count, out);
        if (fault)
            return fault;
    }
    if (count < axes)
        return BALLOT_FEW;
    while (at < length && isspace((unsigned char)text[at]))
        at++;
    if (at < length) {
        out->comment = text + at;
        out->comment_length = length - at;
    }
    return out->comment_length > ROUND_COMMENT_MAX ? BALLOT_COMMENT_LONG : BALLOT_OK;
}

void ballot_record(const struct round *round, uint32_t voter, uint32_t author, bool marked,
                   struct effects *effects)
{
    const struct ballot *ballot = &round->ballots[round->ballot_at[voter][author] - 1];
    struct effect *effect = effects_add(effects, RECORD_BALLOT);
    if (!effect)
        return;
    effect->as.ballot = (struct ballot_record){
        .round = round->id,
        .voter = round->seats[voter].member,
        .author = round->seats[author].member,
        .comment = arena_strdup(effects->arena, ballot->comment),
        .at = ballot->at,
        .marked = marked,
        .turn = ballot->said_turn,
    };
    memcpy(effect->as.ballot.score, ballot->score, round->plugin->rubric->axis_count);
}

double ballot_mean(const struct hs_rubric *rubric, const uint8_t score[HS_AXES_MAX])
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < rubric->axis_count; i++)
        if (score[i]) {
            sum += (double)rubric->axes[i].weight * score[i];
            weight += rubric->axes[i].weight;
        }
    return weight > 0 ? sum / weight : 0;
}

void ballot_result(const struct round *round, uint32_t author, struct hs_result *result)
{
    const struct hs_rubric *rubric = round->plugin->rubric;
    *result = (struct hs_result){.seat = author};
    for (size_t i = 0; i < round->ballot_count; i++) {
        const struct ballot *ballot = &round->ballots[i];
        if (ballot->author != author || ballot_mean(rubric, ballot->score) == 0)
            continue;
        result->votes++;
        result->score += ballot_mean(rubric, ballot->score);
        for (size_t a = 0; a < rubric->axis_count; a++)
            result->axis[a] += ballot->score[a];
    }
    if (result->votes == 0)
        return;
    result->score /= result->votes;
    for (size_t a = 0; a < rubric->axis_count; a++)
        result->axis[a] /= result->votes;
}
