/* Records of the core -> rows. */
#include <stdio.h>
#include <string.h>

#include "store/sqlite/sql.h"

static int record_round(struct sqlite_store *store, const struct round *round,
                        struct error *error)
{
    if (round->question &&
        sql_do(store, SQL_QUESTION_PUT, error, "ttt", round->question_id, round->question_hash,
               round->question->body))
        return -1;
    sqlite3_stmt *put = sql_prepare(store, SQL_ROUND_PUT, error);
    if (sql_bind(store, put, error, "iittiiiiiiiiiiittttt", (int64_t)round->id,
                 (int64_t)round->room, round_phase_word(round->phase), round->kind,
                 (int64_t)round->host, (int64_t)round->seed, round->opened_at, round->phase_at,
                 round->deadline, round->remaining, (int64_t)round->paused,
                 (int64_t)round->reminded, (int64_t)round->reveal_names, round->answer_ms,
                 round->vote_ms, round->level, round->topic, round->company, round->question_id,
                 round->question_id ? round->question_hash : NULL))
        return -1;
    int bound = round->state ? sqlite3_bind_blob(put, 21, round->state, (int)round->state_size,
                                                 SQLITE_STATIC)
                             : sqlite3_bind_null(put, 21);
    if (bound != SQLITE_OK ||
        sqlite3_bind_int64(put, 22, (int64_t)round->state_version) != SQLITE_OK ||
        sqlite3_bind_int64(put, 23, round->called_at) != SQLITE_OK ||
        sqlite3_bind_int64(put, 24, (int64_t)round->open_ballots) != SQLITE_OK ||
        sqlite3_bind_int64(put, 25, round->held_at) != SQLITE_OK ||
        sqlite3_bind_int64(put, 26, round->graded_at) != SQLITE_OK)
        return sql_error(store->db, error, "cannot store a round");
    return sql_run(store, put, error);
}

static int record_seat(struct sqlite_store *store, const struct round *round,
                       const struct seat *seat, struct error *error)
{
    return sql_do(store, SQL_SEAT_PUT, error, "iiittttiiiiii", (int64_t)round->id,
                  (int64_t)seat->number, (int64_t)seat->member, seat->name, seat->transport,
                  seat->network, seat->account, (int64_t)seat->hints_used, (int64_t)seat->left,
                  (int64_t)seat->used_by, (int64_t)seat->answered_by, (int64_t)seat->graded_by,
                  (int64_t)seat->guest);
}

static int record_answer(struct sqlite_store *store, const struct answer_record *answer,
                         struct error *error)
{
    return sql_do(store, SQL_ANSWER_PUT, error, "iiiitti", (int64_t)answer->round,
                  (int64_t)answer->member, (int64_t)answer->revision, (int64_t)answer->withdrawn,
                  answer->text, answer->hash, answer->at);
}

static int record_ballot(struct sqlite_store *store, const struct ballot_record *ballot,
                         struct error *error)
{
    char scores[HS_AXES_MAX + 1];
    for (size_t i = 0; i < HS_AXES_MAX; i++)
        scores[i] = (char)('0' + ballot->score[i]);
    scores[HS_AXES_MAX] = '\0';
    return sql_do(store, SQL_BALLOT_PUT, error, ballot->marked ? "iiittin" : "iiittii",
                  (int64_t)ballot->round, (int64_t)ballot->voter, (int64_t)ballot->author, scores,
                  ballot->comment, ballot->at, (int64_t)ballot->turn);
}

static int record_mark(struct sqlite_store *store, const struct mark_record *mark,
                       struct error *error)
{
    if (mark->gone)
        return sql_do(store, SQL_MARK_DROP, error, "it", (int64_t)mark->round, mark->event);
    return sql_do(store, SQL_MARK_PUT, error, "ittiiiii", (int64_t)mark->round, mark->event,
                  mark->message, (int64_t)mark->voter, (int64_t)mark->author,
                  (int64_t)mark->score, (int64_t)mark->turn, mark->at);
}

static int record_asked(struct sqlite_store *store, const struct asked_record *asked,
                        struct error *error)
{
    if (asked->room)
        return sql_do(store, SQL_ROOM_ASKED_PUT, error, "iti", (int64_t)asked->room,
                      asked->question, asked->at);
    return sql_do(store, SQL_MEMBER_ASKED_PUT, error, "iti", (int64_t)asked->member,
                  asked->question, asked->at);
}

static int record_motion(struct sqlite_store *store, const struct motion_record *motion,
                         struct error *error)
{
    if (!motion->verb)
        return sql_do(store, SQL_MOTION_CLEAR, error, "i", (int64_t)motion->round);
    return sql_do(store, SQL_MOTION_PUT, error, "iiti", (int64_t)motion->round,
                  (int64_t)motion->member, motion->verb, motion->amount);
}

static int record_draft(struct sqlite_store *store, const struct draft_record *draft,
                        struct error *error)
{
    if (!draft->done)
        return sql_do(store, SQL_DRAFT_PUT, error, "iiii", (int64_t)draft->member,
                      (int64_t)draft->round, (int64_t)draft->revise, draft->at);
    if (sql_do(store, SQL_PARTS_DROP, error, "ii", INT64_C(0), (int64_t)draft->member))
        return -1;
    return sql_do(store, SQL_DRAFT_DROP, error, "i", (int64_t)draft->member);
}

static int record_part(struct sqlite_store *store, const struct part_record *part,
                       struct error *error)
{
    int64_t round = (int64_t)part->round, member = (int64_t)part->member, number = part->number;
    if (part->change == PART_PUT) {
        /* What it takes the place of may be stored under another account's id. */
        if (sql_do(store, SQL_PART_DROP, error, "iii", round, member, number))
            return -1;
        return sql_do(store, SQL_PART_PUT, error, "iiitt", round, member, number, part->event,
                      part->text);
    }
    if (part->change == PART_ADOPT)
        return sql_do(store, SQL_PARTS_ADOPT, error, "iii", round, member, number);
    if (number > 0)
        return sql_do(store, SQL_PART_DROP, error, "iii", round, member, number);
    return sql_do(store, SQL_PARTS_DROP, error, "ii", round, member);
}

static int record_over(struct sqlite_store *store, uint64_t round, struct error *error)
{
    if (sql_do(store, SQL_PARTS_CLEAR, error, "i", (int64_t)round))
        return -1;
    return sql_do(store, SQL_MARKS_CLEAR, error, "i", (int64_t)round);
}

static int record_log(struct sqlite_store *store, const struct log_entry *log, struct error *error)
{
    return sql_do(store, SQL_LOG_ADD, error, "iiiti", (int64_t)log->room, (int64_t)log->round,
                  (int64_t)log->member, log->what, log->at);
}

int sqlite_record(struct store *base, const struct effect *effect, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    switch (effect->kind) {
    case RECORD_ROUND:
        return record_round(store, effect->as.round, error);
    case RECORD_SEAT:
        return record_seat(store, effect->as.seat.round, effect->as.seat.seat, error);
    case RECORD_ANSWER:
        return record_answer(store, &effect->as.answer, error);
    case RECORD_BALLOT:
        return record_ballot(store, &effect->as.ballot, error);
    case RECORD_LEDGER:
        return sqlite_ledger(store, &effect->as.ledger, error);
    case RECORD_ASKED:
        return record_asked(store, &effect->as.asked, error);
    case RECORD_MOTION:
        return record_motion(store, &effect->as.motion, error);
    case RECORD_DRAFT:
        return record_draft(store, &effect->as.draft, error);
    case RECORD_PART:
        return record_part(store, &effect->as.part, error);
    case RECORD_MARK:
        return record_mark(store, &effect->as.mark, error);
    case RECORD_OVER:
        return record_over(store, effect->as.over, error);
    case RECORD_BECAME:
        return sqlite_became(store, &effect->as.became, error);
    case RECORD_MAIL:
        return sqlite_mail(store, &effect->as.mail, error);
    case RECORD_LINK:
        return sqlite_link_record(store, &effect->as.link, error);
    case RECORD_SANCTION:
        return sqlite_sanction_record(store, &effect->as.sanction, error);
    case RECORD_LOG:
        return record_log(store, &effect->as.log, error);
    case EFFECT_SAY:
    case EFFECT_TELL:
    case EFFECT_REPLY:
    case EFFECT_ERASE:
    case EFFECT_UNSAY:
    case EFFECT_COUNT:
    case EFFECT_PROGRESS:
        break;
    }
    return error_set(error, ERR_INTERNAL, "effect %d is no record", (int)effect->kind);
}
