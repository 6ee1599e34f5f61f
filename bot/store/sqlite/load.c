/* Rows -> open rounds and drafts, at start and after a failure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/sql.h"

static int copy_text(char **slot, sqlite3_stmt *row, int column)
{
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return 0;
    *slot = strdup(sql_column(row, column));
    return *slot ? 0 : -1;
}

static int copy_state(struct round *round, sqlite3_stmt *row)
{
    const void *state = sqlite3_column_blob(row, 20);
    int size = sqlite3_column_bytes(row, 20);
    round->state_version = (uint32_t)sqlite3_column_int64(row, 21);
    if (!state || size <= 0)
        return 0;
    round->state = malloc((size_t)size);
    if (!round->state)
        return -1;
    memcpy(round->state, state, (size_t)size);
    round->state_size = (size_t)size;
    return 0;
}

static struct round *read_round(sqlite3_stmt *row)
{
    struct round *round = round_create((uint64_t)sqlite3_column_int64(row, 0),
                                       (uint64_t)sqlite3_column_int64(row, 1), sql_column(row, 3));
    if (!round)
        return NULL;
    round->phase = round_phase_parse(sql_column(row, 2));
    round->host = (uint64_t)sqlite3_column_int64(row, 4);
    round->seed = (uint64_t)sqlite3_column_int64(row, 5);
    round->opened_at = sqlite3_column_int64(row, 6);
    round->phase_at = sqlite3_column_int64(row, 7);
    round->deadline = sqlite3_column_int64(row, 8);
    round->remaining = sqlite3_column_int64(row, 9);
    round->paused = sqlite3_column_int(row, 10);
    round->reminded = sqlite3_column_int(row, 11);
    round->reveal_names = sqlite3_column_int(row, 12);
    round->answer_ms = sqlite3_column_int64(row, 13);
    round->vote_ms = sqlite3_column_int64(row, 14);
    round->called_at = sqlite3_column_int64(row, 23);
    round->open_ballots = sqlite3_column_int(row, 24);
    round->held_at = sqlite3_column_int64(row, 25);
    round->graded_at = sqlite3_column_int64(row, 26);
    snprintf(round->question_hash, sizeof round->question_hash, "%s", sql_column(row, 19));
    if (copy_text(&round->level, row, 15) || copy_text(&round->topic, row, 16) ||
        copy_text(&round->company, row, 17) || copy_text(&round->question_id, row, 18) ||
        copy_state(round, row)) {
        round_destroy(round);
        return NULL;
    }
    return round;
}

static int read_seats(struct sqlite_store *store, struct round *round, struct error *error)
{
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_SEATS, error);
    if (sql_bind(store, row, error, "i", (int64_t)round->id))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct address who = {sql_column(row, 3), sql_column(row, 4), sql_column(row, 5)};
        struct seat *seat = round_sit(round, (uint64_t)sqlite3_column_int64(row, 1),
                                      sql_column(row, 2), &who);
        if (!seat) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for a seat");
        }
        seat->hints_used = (uint32_t)sqlite3_column_int64(row, 6);
        seat->left = sqlite3_column_int(row, 7);
        seat->used_by = (uint64_t)sqlite3_column_int64(row, 8);
        seat->answered_by = (uint64_t)sqlite3_column_int64(row, 9);
        seat->graded_by = (uint64_t)sqlite3_column_int64(row, 10);
        seat->guest = sqlite3_column_int(row, 11);
    }
    return more;
}

/* Also of somebody who left: their seat and answer stay. */
static struct seat *seat_by_member(struct round *round, uint64_t member)
{
    for (size_t i = 0; i < round->seat_count; i++)
        if (round->seats[i].member == member)
            return &round->seats[i];
    return NULL;
}

static int read_answers(struct sqlite_store *store, struct round *round, struct error *error)
{
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_ANSWERS, error);
    if (sql_bind(store, row, error, "i", (int64_t)round->id))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct seat *seat = seat_by_member(round, (uint64_t)sqlite3_column_int64(row, 0));
        /* Of several accounts of one member the last revision counts. */
        if (!seat || sqlite3_column_int64(row, 1) <= (int64_t)seat->revision)
            continue;
        bool withdrawn = sqlite3_column_int(row, 2);
        const char *text = sql_column(row, 3);
        if (round_answer(seat, withdrawn ? NULL : text, strlen(text),
                         sqlite3_column_int64(row, 4))) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for an answer");
        }
        seat->revision = (uint32_t)sqlite3_column_int64(row, 1);
    }
    return more;
}

static int read_ballots(struct sqlite_store *store, struct round *round, struct error *error)
{
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_BALLOTS, error);
    if (sql_bind(store, row, error, "i", (int64_t)round->id))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        const struct seat *voter = seat_by_member(round, (uint64_t)sqlite3_column_int64(row, 0));
        const struct seat *author = seat_by_member(round, (uint64_t)sqlite3_column_int64(row, 1));
        const char *scores = sql_column(row, 2);
        uint8_t score[HS_AXES_MAX] = {0};
        for (size_t i = 0; i < HS_AXES_MAX && scores[i]; i++)
            score[i] = (uint8_t)(scores[i] - '0');
        const char *comment =
            sqlite3_column_type(row, 3) == SQLITE_NULL ? NULL : sql_column(row, 3);
        if (voter && author && round_cast(round, voter->number, author->number, score, comment,
                                          sqlite3_column_int64(row, 4),
                                          (uint32_t)sqlite3_column_int64(row, 5))) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for a ballot");
        }
    }
    return more;
}

static int read_parts(struct sqlite_store *store, struct round *round, struct error *error)
{
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_PARTS, error);
    if (sql_bind(store, row, error, "i", (int64_t)round->id))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct seat *seat = seat_by_member(round, (uint64_t)sqlite3_column_int64(row, 0));
        const char *text = sql_column(row, 3);
        if (seat && !parts_load(&seat->parts, (uint32_t)sqlite3_column_int64(row, 1),
                                (const char *)sqlite3_column_text(row, 2), text, strlen(text))) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for a part of an answer");
        }
    }
    return more;
}

static int read_marks(struct sqlite_store *store, struct round *round, struct error *error)
{
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_MARKS, error);
    if (sql_bind(store, row, error, "i", (int64_t)round->id))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        const struct seat *voter = seat_by_member(round, (uint64_t)sqlite3_column_int64(row, 2));
        const struct seat *author = seat_by_member(round, (uint64_t)sqlite3_column_int64(row, 3));
        struct mark mark = {
            .event = (char *)sql_column(row, 0),
            .message = (char *)sql_column(row, 1),
            .voter = voter ? voter->number : 0,
            .author = author ? author->number : 0,
            .score = (uint8_t)sqlite3_column_int(row, 4),
            .turn = (uint32_t)sqlite3_column_int64(row, 5),
            .at = sqlite3_column_int64(row, 6),
        };
        if (voter && author && !round_mark(round, &mark)) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for a mark");
        }
    }
    return more;
}

static int read_motions(struct sqlite_store *store, struct round *round, struct error *error)
{
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_MOTIONS, error);
    if (sql_bind(store, row, error, "i", (int64_t)round->id))
        return -1;
    while ((more = sql_row(store, row, error)) > 0)
        if (round_move(round, (uint64_t)sqlite3_column_int64(row, 0),
                       round_motion_parse(sql_column(row, 1)), sqlite3_column_int64(row, 2))) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for a motion");
        }
    return more;
}

int sqlite_rounds_open(struct store *base, round_load_fn *load, void *context, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *row = sql_prepare(store, SQL_ROUNDS_OPEN, error);
    int more;
    if (!row)
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct round *round = read_round(row);
        if (!round)
            error_set(error, ERR_MEMORY, "no memory for a round");
        if (!round || read_seats(store, round, error) || read_answers(store, round, error) ||
            read_parts(store, round, error) || read_ballots(store, round, error) ||
            read_marks(store, round, error) || read_motions(store, round, error)) {
            round_destroy(round);
            sqlite3_reset(row);
            return -1;
        }
        const char *body =
            sqlite3_column_type(row, 22) == SQLITE_NULL ? NULL : sql_column(row, 22);
        if (load(context, round, body)) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "an open round could not be loaded");
        }
    }
    return more;
}

int sqlite_drafts(struct store *base, draft_load_fn *load, void *context, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *row = sql_prepare(store, SQL_DRAFTS, error);
    int more;
    if (!row)
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct draft_record draft = {
            .member = (uint64_t)sqlite3_column_int64(row, 0),
            .round = (uint64_t)sqlite3_column_int64(row, 1),
            .revise = sqlite3_column_int(row, 2),
            .at = sqlite3_column_int64(row, 3),
        };
        if (load(context, &draft)) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for a draft");
        }
    }
    return more;
}

int sqlite_draft_parts(struct store *base, part_load_fn *load, void *context,
                       struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *row = sql_prepare(store, SQL_PARTS, error);
    int more;
    if (sql_bind(store, row, error, "i", INT64_C(0)))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct part_record part = {
            .member = (uint64_t)sqlite3_column_int64(row, 0),
            .number = (uint32_t)sqlite3_column_int64(row, 1),
            .event = (const char *)sqlite3_column_text(row, 2),
            .text = sql_column(row, 3),
        };
        part.length = strlen(part.text);
        if (load(context, &part)) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for a part of a draft");
        }
    }
    return more;
}

int sqlite_next_round(struct store *base, uint64_t *id, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *row = sql_prepare(store, SQL_NEXT_ROUND, error);
    if (!row || sql_row(store, row, error) <= 0)
        return -1;
    *id = (uint64_t)sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return 0;
}
