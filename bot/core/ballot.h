/*
 * Blind ballots. Before the reveal answers go by labels only, and each voter
 * has an order of their own, derived from the round's seed: label A of one
 * voter is not label A of another. In a round with open ballots, where the
 * answers stand in the room, all have the same order.
 */
#ifndef CORE_BALLOT_H
#define CORE_BALLOT_H

#include "core/round.h"

struct ballot_order {
    uint32_t author[ROUND_SEATS_MAX]; /* author[0] is label A */
    size_t count;
};

/* The answers a voter may grade (everyone's but their own), in their own order; with open ballots
 * all answers in the order of the room, also their own, which they cannot grade. */
void ballot_order(const struct round *round, uint32_t voter, struct ballot_order *order);
/* The label index of an author's answer; order->count if it has none. */
size_t ballot_index(const struct ballot_order *order, uint32_t author);

/* The tag of the message that shows an answer to graders: "vote ROUND SEAT". All of a round begin
 * with "vote ROUND ". A tag names the author: it never leaves the bot. In the arena. */
const char *ballot_tag(struct arena *arena, const struct round *round, uint32_t author);
/* What a tag says: 0, or -1 if it is no such tag. */
int ballot_tag_parse(const char *tag, uint64_t *round, uint32_t *author);
/* "A" .. "Z", "AA" ..; out has room for 4 bytes. */
const char *ballot_label(size_t index, char out[4]);
/* Index of a label (any case), or -1. */
int ballot_label_parse(const char *label);

enum ballot_fault {
    BALLOT_OK,
    BALLOT_NO_LABEL,     /* the first word is no label */
    BALLOT_UNKNOWN,      /* no answer has that label for this voter */
    BALLOT_FEW, BALLOT_MANY, /* not one score per axis */
    BALLOT_RANGE,        /* a score is not 1..5 */
    BALLOT_COMMENT_LONG
};
struct ballot_words {
    size_t index; /* of the label */
    uint8_t score[HS_AXES_MAX];
    const char *comment; /* in the text, or NULL */
    size_t comment_length;
};
/* Parses "B 4 3 5 4 good trade-offs" (also "B 4,3,5,4" and "B 4353"). */
enum ballot_fault ballot_parse(const char *text, size_t length, size_t axes, size_t answers,
                               struct ballot_words *out);

/* Appends the record of what voter gives author now; `marked` if that follows from marks. */
void ballot_record(const struct round *round, uint32_t voter, uint32_t author, bool marked,
                   struct effects *effects);

/* One answer's outcome: the rubric-weighted mean over its ballots. */
void ballot_result(const struct round *round, uint32_t author, struct hs_result *result);
/* Weighted mean of one ballot's axes; 0 if it has none. */
double ballot_mean(const struct hs_rubric *rubric, const uint8_t score[HS_AXES_MAX]);

/* Somebody's name. One that is an ordinary word ("Queue") is taken for the person only where
 * it cannot be the word: behind "@" or in a signature. */
struct ballot_name {
    const char *text;
    bool word;
};

/*
 * What graders may read of an answer: names of people (whole words, any case,
 * with or without "@") become "[name]", and a signature at the end goes. An
 * answer that uses a name more than three times means a thing by it and keeps
 * it (the name is then marked as a word).
 * Something is always left of the answer. *changed tells whether anything was
 * taken out. Appends to out.
 */
struct buf;
void ballot_strip(struct buf *out, const char *answer, size_t length,
                  struct ballot_name *names, size_t name_count, bool *changed);

#endif
