/* Errors and prepared statements of the SQLite store. Private to it. */
#ifndef STORE_SQLITE_SQL_H
#define STORE_SQLITE_SQL_H

#include <sqlite3.h>

#include "app/ports.h"
#include "store/sqlite/known.h"

/* Turns SQLite's last error into ours. Returns -1. */
int sql_error(sqlite3 *db, struct error *error, const char *what);

/* Opens a database for reading only; also one on a disk that cannot be written. */
int sql_open_reader(const char *path, sqlite3 **db, struct error *error);

/* What a room or member counts for, and all that counts for one; for use in a statement. */
#define SQL_WHOLE_OF(link, id) "coalesce((SELECT whole FROM " link " WHERE part = " id "), " id ")"
#define SQL_LINKED(link, id) "(SELECT " id " UNION ALL SELECT part FROM " link " WHERE whole = " id ")"
#define SQL_ENTRY(room, member)                                                                    \
    "SELECT " room ", round, " member ", kind, reason, points, score, at FROM ledger"

/* Every statement, prepared once on first use. None that a member waits for may
 * scan a table; tests/unit/store/sqlite/sql_test.c reads their plans. */
#define SQL_STATEMENTS(X)                                                                          \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(SAVEPOINT, "SAVEPOINT event")                                                                \
    X(RELEASE, "RELEASE event")                                                                    \
    X(ROLLBACK_TO, "ROLLBACK TO event")                                                            \
    X(INBOX_ADD, "INSERT OR IGNORE INTO inbox(transport,network,event,at) VALUES(?1,?2,?3,?4)")    \
    X(INBOX_TRIM, "DELETE FROM inbox WHERE at < ?1")                                               \
    X(NOTE_SET, "INSERT INTO note(transport,network,key,value,at) VALUES(?1,?2,?3,?4,?5)"          \
                " ON CONFLICT(transport, network, key) DO UPDATE SET value = ?4, at = ?5")         \
    X(NOTE_DROP, "DELETE FROM note WHERE transport = ?1 AND network = ?2 AND key = ?3")            \
    X(NOTES, "SELECT key, value, at FROM note WHERE transport = ?1 AND network = ?2"               \
             " AND key >= ?3 AND key < ?3 || x'ff' ORDER BY key")                                  \
    X(NOTES_TRIM, "DELETE FROM note WHERE at < ?2 AND +key >= ?1 AND +key < ?1 || x'ff'")          \
    X(MEMBER_FIND, "SELECT i.member, " SQL_WHOLE_OF("member_link", "i.member") ", m.name"          \
                   " FROM identity i JOIN member m ON m.id = i.member"                             \
                   " WHERE i.account = ?3 AND i.network = ?2 AND i.transport = ?1")                \
    X(IDENTITIES, "SELECT i.transport, i.network, i.account, i.member, m.name"                     \
                  " FROM identity i JOIN member m ON m.id = i.member"                              \
                  " WHERE i.member IN " SQL_LINKED("member_link", "?1") " ORDER BY i.member")      \
    X(MEMBER_NAME, "UPDATE member SET name = ?2, seen_at = ?3 WHERE id = ?1")                      \
    X(MEMBER_ADD, "INSERT INTO member(name, seen_at) VALUES(?1,?2)")                               \
    X(IDENTITY_ADD, "INSERT INTO identity(transport,network,account,member) VALUES(?1,?2,?3,?4)")  \
    X(ROOM_BY_PLACE, "SELECT room, " SQL_WHOLE_OF("room_link", "room") " FROM place"               \
                     " WHERE target = ?3 AND network = ?2 AND transport = ?1")                     \
    X(ROOM_ADD, "INSERT INTO room(made_at) VALUES(?1)")                                            \
    X(PLACE_ADD, "INSERT INTO place(transport,network,target,room) VALUES(?1,?2,?3,?4)")           \
    X(PLACES, "SELECT transport, network, target FROM place"                                       \
              " WHERE room IN " SQL_LINKED("room_link", "?1") " ORDER BY room")                    \
    X(ROOM_BY_TARGET, "SELECT DISTINCT " SQL_WHOLE_OF("room_link", "room") ", target FROM place"   \
                      " WHERE target = ?1 LIMIT 2")                                                \
    X(ROOM_LAST, "SELECT " SQL_WHOLE_OF("room_link", "p.room") ", p.target FROM place p WHERE p.room ="\
                 " coalesce((SELECT room FROM round WHERE id = (SELECT max(id) FROM round)),"      \
                 " (SELECT max(id) FROM room)) LIMIT 1")                                           \
    X(ROOM_WHOLE, "SELECT whole FROM room_link WHERE part = ?1")                                   \
    X(ROOM_PART, "SELECT min(part) FROM room_link WHERE whole = ?1")                               \
    X(ROOM_JOIN, "INSERT INTO room_link(part, whole) VALUES(?1,?2)")                               \
    X(ROOM_MOVE, "UPDATE room_link SET whole = ?2 WHERE whole = ?1")                               \
    X(ROOM_LEAVE, "DELETE FROM room_link WHERE part = ?1")                                         \
    X(ROOM_LINKS, "SELECT part, whole FROM room_link ORDER BY part")                               \
    X(MEMBER_WHOLE, "SELECT whole FROM member_link WHERE part = ?1")                               \
    X(MEMBER_PART, "SELECT min(part) FROM member_link WHERE whole = ?1")                           \
    X(MEMBER_JOIN, "INSERT INTO member_link(part, whole) VALUES(?1,?2)")                           \
    X(MEMBER_MOVE, "UPDATE member_link SET whole = ?2 WHERE whole = ?1")                           \
    X(MEMBER_MOVE_ANSWERS, "UPDATE OR REPLACE part SET member = ?2 WHERE member = ?1"              \
                           " AND round IN (SELECT id FROM round WHERE phase IN"                    \
                           " ('gather','answer','vote','reveal'))")                                \
    X(MEMBER_MOVE_MARKS, "UPDATE mark SET voter = CASE voter WHEN ?1 THEN ?2 ELSE voter END,"      \
                         " author = CASE author WHEN ?1 THEN ?2 ELSE author END"                   \
                         " WHERE ?1 IN (voter, author) AND round IN (SELECT id FROM round"         \
                         " WHERE phase IN ('gather','answer','vote','reveal'))")                   \
    X(LINK_CODE, "SELECT member, at, state FROM link_code WHERE hash = ?1")                        \
    X(LINK_CODE_DROP, "DELETE FROM link_code WHERE member = ?1 AND state = 0")                     \
    X(LINK_CODE_TRIM, "DELETE FROM link_code WHERE at < ?1")                                       \
    X(LINK_CODE_PUT, "INSERT OR REPLACE INTO link_code(hash,member,at,state) VALUES(?1,?2,?3,0)")  \
    X(LINK_CODE_STATE, "UPDATE link_code SET state = ?2 WHERE hash = ?1")                          \
    X(LINK_TRIES, "SELECT tries, since FROM link_try WHERE member = ?1")                           \
    X(LINK_TRIES_PUT, "INSERT OR REPLACE INTO link_try(member,tries,since) VALUES(?1,?2,?3)")      \
    X(MEMBER_LEAVE, "DELETE FROM member_link WHERE part = ?1")                                     \
    X(ROOM_PAST, "SELECT EXISTS(SELECT 1 FROM round WHERE room = ?1)"                              \
                 " OR EXISTS(SELECT 1 FROM ledger WHERE room = ?1)"                                \
                 " OR EXISTS(SELECT 1 FROM room_link WHERE part = ?1)"                             \
                 " OR EXISTS(SELECT 1 FROM room_link WHERE whole = ?1)"                            \
                 " OR (SELECT count(*) FROM place WHERE room = ?1) > 1")                           \
    X(ROOM_DROP, "DELETE FROM room WHERE id = ?1")                                                 \
    X(PLACE_DROP, "DELETE FROM place WHERE target = ?3 AND network = ?2 AND transport = ?1")       \
    X(PLACE_MOVE, "UPDATE place SET target = ?4"                                                   \
                  " WHERE target = ?3 AND network = ?2 AND transport = ?1")                        \
    X(OUTBOX_MOVE, "UPDATE outbox SET target = ?4"                                                 \
                   " WHERE target = ?3 AND network = ?2 AND transport = ?1 AND private = 0")       \
    X(MOVED_BACK, "DELETE FROM moved WHERE target = ?4 AND network = ?2 AND transport = ?1"        \
                  " AND ?3 IS NOT NULL")                                                           \
    X(MOVED_ON, "UPDATE moved SET now = ?4"                                                        \
                " WHERE now = ?3 AND network = ?2 AND transport = ?1")                             \
    X(MOVED_ADD, "INSERT INTO moved(transport,network,target,now) VALUES(?1,?2,?3,?4)")            \
    X(MOVES, "SELECT transport, network, target, now FROM moved ORDER BY id")                      \
    X(BECAME_HOST, "UPDATE round SET host = ?3 WHERE id = ?1 AND host = ?2")                       \
    X(BECAME_SEAT, "UPDATE seat SET member = ?3 WHERE round = ?1 AND member = ?2")                 \
    X(BECAME_ANSWER, "UPDATE answer SET member = ?3 WHERE round = ?1 AND member = ?2")             \
    X(BECAME_PART, "UPDATE part SET member = ?3 WHERE round = ?1 AND member = ?2")                 \
    X(BECAME_DRAFT, "UPDATE draft SET member = ?3 WHERE member = ?2 AND ?1 = 0")                   \
    X(BECAME_MOTION, "UPDATE OR REPLACE motion SET member = ?3 WHERE round = ?1 AND member = ?2")  \
    X(BECAME_BALLOT, "UPDATE ballot SET voter = CASE voter WHEN ?2 THEN ?3 ELSE voter END,"        \
                     " author = CASE author WHEN ?2 THEN ?3 ELSE author END"                       \
                     " WHERE round = ?1 AND ?2 IN (voter, author)")                                \
    X(BECAME_MARK, "UPDATE mark SET voter = CASE voter WHEN ?2 THEN ?3 ELSE voter END,"            \
                   " author = CASE author WHEN ?2 THEN ?3 ELSE author END"                         \
                   " WHERE round = ?1 AND ?2 IN (voter, author)")                                  \
    X(OUTBOX_MAIL, "UPDATE outbox SET transport = ?4, network = ?5, target = ?6"                   \
                   " WHERE target = ?3 AND network = ?2 AND transport = ?1 AND private = 1")       \
    X(QUESTION_PUT, "INSERT OR IGNORE INTO question(id,hash,body) VALUES(?1,?2,?3)")               \
    X(ROUND_PUT,                                                                                   \
      "INSERT INTO round(id,room,phase,kind,host,seed,opened_at,phase_at,deadline,remaining,"      \
      "paused,reminded,reveal_names,answer_ms,vote_ms,level,topic,company,question,"               \
      "question_hash,state,state_version,called_at,open_ballots,held_at,graded_at) VALUES("        \
      "?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,"    \
      "?25,?26) ON CONFLICT(id) DO UPDATE SET phase=?3,"                                           \
      "phase_at=?8, deadline=?9, remaining=?10, paused=?11, reminded=?12, question=?19,"           \
      "question_hash=?20, state=?21, state_version=?22, called_at=?23, held_at=?25, graded_at=?26")                                                            \
    X(SEAT_PUT,                                                                                    \
      "INSERT INTO seat(round,number,member,name,transport,network,account,hints,gone,used_by,"    \
      "answered_by,graded_by,guest) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"            \
      " ON CONFLICT(round, number) DO UPDATE SET name=?4, transport=?5, network=?6, account=?7,"   \
      " hints=?8, gone=?9, used_by=?10, answered_by=?11, graded_by=?12, guest=?13")                \
    X(ANSWER_PUT, "INSERT INTO answer(round,member,revision,withdrawn,text,hash,at)"               \
                  " VALUES(?1,?2,?3,?4,?5,?6,?7)")                                                 \
    X(BALLOT_PUT, "INSERT INTO ballot(round,voter,author,scores,comment,at,turn)"                  \
                  " VALUES(?1,?2,?3,?4,?5,?6,?7)")                                                 \
    X(MARK_PUT, "INSERT OR REPLACE INTO mark(round,event,message,voter,author,score,turn,at)"      \
                " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)")                                                \
    X(MARK_DROP, "DELETE FROM mark WHERE round = ?1 AND event = ?2")                               \
    X(MARKS_CLEAR, "DELETE FROM mark WHERE round = ?1")                                            \
    X(PART_PUT, "INSERT OR REPLACE INTO part(round,member,number,event,text)"                      \
                " VALUES(?1,?2,?3,?4,?5)")                                                         \
    X(PART_DROP, "DELETE FROM part WHERE round = ?1 AND number = ?3 AND member IN "                \
                 SQL_LINKED("member_link", "?2"))                                                  \
    X(PARTS_DROP, "DELETE FROM part WHERE round = ?1 AND member IN "                               \
                  SQL_LINKED("member_link", "?2"))                                                 \
    X(PARTS_ADOPT, "UPDATE part SET round = ?1, number = number + ?3 WHERE round = 0"              \
                   " AND member IN " SQL_LINKED("member_link", "?2"))                              \
    X(PARTS_CLEAR, "DELETE FROM part WHERE round = ?1")                                            \
    X(MOTION_PUT, "INSERT OR REPLACE INTO motion(round,member,verb,amount) VALUES(?1,?2,?3,?4)")   \
    X(MOTION_CLEAR, "DELETE FROM motion WHERE round = ?1")                                         \
    X(DRAFT_PUT, "INSERT OR REPLACE INTO draft(member,round,revise,at) VALUES(?1,?2,?3,?4)")       \
    X(DRAFT_DROP, "DELETE FROM draft WHERE member IN " SQL_LINKED("member_link", "?1"))            \
    X(ROOM_ASKED_PUT, "INSERT INTO asked(scope,who,question,times,at)"                             \
                      " SELECT 'room', id, ?2, 1, ?3 FROM room"                                    \
                      " WHERE id IN " SQL_LINKED("room_link", "?1")                                \
                      " ON CONFLICT(who, question, scope) DO UPDATE SET times = times + 1, at = ?3")\
    X(MEMBER_ASKED_PUT, "INSERT INTO asked(scope,who,question,times,at) VALUES('member',?1,?2,1,?3)"\
                      " ON CONFLICT(who, question, scope) DO UPDATE SET times = times + 1, at = ?3")\
    X(ROOM_ASKED, "SELECT max(times) FROM asked WHERE question = ?2 AND scope = 'room'"            \
                  " AND who IN " SQL_LINKED("room_link", "?1"))                                    \
    X(MEMBER_ASKED, "SELECT max(times) FROM asked WHERE question = ?2 AND scope = 'member'"        \
                    " AND who IN " SQL_LINKED("member_link", "?1"))                                \
    X(LOG_NEWEST, "SELECT max(id) FROM log WHERE room = ?1 AND id < ?2")                           \
    X(LOG_OF_ROUND, "SELECT max(id) FROM log WHERE round = ?1 AND id < ?2")                        \
    X(LOG_GET, "SELECT l.room, l.round, m.name, l.what, l.at FROM log l"                           \
               " LEFT JOIN member m ON m.id = l.member WHERE l.id = ?1")                           \
    X(ROOM_PARTS, "SELECT part FROM room_link WHERE whole = ?1")                                   \
    X(ROOM_MEMBERS, "SELECT s.member, " SQL_WHOLE_OF("member_link", "s.member") ", s.name,"        \
                    " s.account FROM round r JOIN seat s ON s.round = r.id"                        \
                    " WHERE r.room IN " SQL_LINKED("room_link", "?1")                              \
                    " AND (s.name = ?2 COLLATE NOCASE OR s.account = ?2 COLLATE NOCASE"            \
                    " OR s.account = 'account:' || ?2 COLLATE NOCASE)")                            \
    X(SANCTION_PUT, "INSERT OR REPLACE INTO sanction(room,member,kind,name,reason,until,given_by,at)"\
                    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)")                                            \
    X(SANCTION_LIFT, "DELETE FROM sanction WHERE room IN " SQL_LINKED("room_link", "?1")           \
                     " AND " SQL_WHOLE_OF("member_link", "member") " = "                           \
                     SQL_WHOLE_OF("member_link", "?2") " AND kind = ?3")                           \
    X(SANCTIONS, "SELECT kind, " SQL_WHOLE_OF("member_link", "member") ", name, reason,"           \
                 " (SELECT m.name FROM member m WHERE m.id = given_by), until, at FROM sanction"   \
                 " WHERE room IN " SQL_LINKED("room_link", "?1"))                                  \
    X(LOG_ADD, "INSERT INTO log(room,round,member,what,at) VALUES(?1,?2,?3,?4,?5)")                \
    X(LEDGER_PLACE, "SELECT p.room FROM place p WHERE p.room IN " SQL_LINKED("room_link", "?1")    \
                    " AND EXISTS (SELECT 1 FROM identity i WHERE i.member = ?2"                    \
                    " AND i.network = p.network AND i.transport = p.transport)"                    \
                    " ORDER BY p.room LIMIT 1")                                                    \
    X(LEDGER_ADD, "INSERT INTO ledger(room,round,member,kind,reason,points,score,at)"              \
                  " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)")                                              \
    X(BOARD_NAME, "SELECT id FROM board_name WHERE room=?1 AND period=?2 AND key=?3 AND kind=?4")  \
    X(BOARD_NAME_ADD, "INSERT INTO board_name(room,period,key,kind) VALUES(?1,?2,?3,?4)")          \
    X(BOARD_GET, "SELECT points, scored, sum, standing, bucket FROM board"                         \
                 " WHERE board = ?1 AND member = ?2")                                              \
    X(BOARD_PUT, "INSERT OR REPLACE INTO board(board,member,points,scored,sum,standing,bucket)"    \
                 " VALUES(?1,?2,?3,?4,?5,?6,?7)")                                                  \
    X(RANK_MOVE, "INSERT INTO board_rank(board,bucket,members) VALUES(?1,?2,?3)"                   \
                 " ON CONFLICT(board, bucket) DO UPDATE SET members = members + ?3")               \
    X(BOARD_TOP, "SELECT b.member, m.name, b.points, b.scored, b.sum, b.standing"                  \
                 " FROM board b JOIN member m ON m.id = b.member WHERE b.board = ?1"               \
                 " ORDER BY b.standing DESC, b.points DESC, b.member LIMIT ?2")                    \
    X(RANK_ABOVE, "SELECT coalesce(sum(members), 0) FROM board_rank"                               \
                  " WHERE board = ?1 AND bucket > ?2")                                             \
    X(RANK_WITHIN, "SELECT count(*) FROM board WHERE board = ?1 AND bucket = ?2"                   \
                   " AND standing > ?3")                                                           \
    X(MEMBER_GET, "SELECT name FROM member WHERE id = ?1")                                         \
    X(OUTBOX_COLLAPSE, "SELECT id FROM outbox WHERE target = ?3 AND collapse = ?5"                 \
                       " AND collapse IS NOT NULL AND network = ?2 AND transport = ?1"             \
                       " AND private = ?4")                                                        \
    X(OUTBOX_ADD, "INSERT INTO outbox(transport,network,target,private,flags,collapse,body,at,"    \
                  "about,mark,tag,mention,due)"                                                    \
                  " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)")                           \
    X(OUTBOX_READ, "SELECT id,transport,network,target,private,flags,collapse,body,at,"            \
                   "about,mark,tag,mention,due FROM outbox WHERE id > ?1 ORDER BY id LIMIT ?2")    \
    X(OUTBOX_DONE, "DELETE FROM outbox WHERE id = ?1")                                             \
    X(ROUNDS_OPEN,                                                                                 \
      "SELECT r.id," SQL_WHOLE_OF("room_link", "r.room") ",r.phase,r.kind,"                        \
      SQL_WHOLE_OF("member_link", "r.host") ",r.seed,r.opened_at,r.phase_at,r.deadline,"           \
      "r.remaining,r.paused,r.reminded,r.reveal_names,r.answer_ms,r.vote_ms,r.level,r.topic,"      \
      "r.company,r.question,r.question_hash,r.state,r.state_version,"                              \
      "(SELECT body FROM question q WHERE q.id = r.question AND q.hash = r.question_hash),"        \
      "r.called_at,r.open_ballots,r.held_at,r.graded_at"                                           \
      " FROM round r WHERE r.phase IN ('gather','answer','vote','reveal') ORDER BY r.id")          \
    X(SEATS, "SELECT number," SQL_WHOLE_OF("member_link", "member") ",name,transport,"             \
             "network,account,hints,gone,used_by,answered_by,graded_by,guest FROM seat"            \
             " WHERE round = ?1 ORDER BY number")                                                  \
    X(ANSWERS, "SELECT " SQL_WHOLE_OF("member_link", "member") ",revision,withdrawn,text,at"       \
               " FROM answer WHERE round = ?1 ORDER BY member, revision")                          \
    X(BALLOTS, "SELECT " SQL_WHOLE_OF("member_link", "voter") ","                                  \
               SQL_WHOLE_OF("member_link", "author") ",scores,comment,at,turn"                     \
               " FROM ballot WHERE round = ?1 AND turn IS NOT NULL ORDER BY id")                   \
    X(MARKS, "SELECT event,message," SQL_WHOLE_OF("member_link", "voter") ","                      \
             SQL_WHOLE_OF("member_link", "author") ",score,turn,at FROM mark WHERE round = ?1")    \
    X(PARTS, "SELECT " SQL_WHOLE_OF("member_link", "member") ",number,event,text FROM part"        \
             " WHERE round = ?1 ORDER BY member, number")                                          \
    X(MOTIONS, "SELECT " SQL_WHOLE_OF("member_link", "member") ",verb,amount FROM motion"          \
               " WHERE round = ?1")                                                                \
    X(DRAFTS, "SELECT " SQL_WHOLE_OF("member_link", "member") ",round,revise,at FROM draft"        \
              " ORDER BY member")                                                                  \
    X(NEXT_ROUND, "SELECT coalesce(max(id), 0) + 1 FROM round")                                    \
    X(LEDGER_ALL, SQL_ENTRY(SQL_WHOLE_OF("room_link", "room"), SQL_WHOLE_OF("member_link", "member"))    \
                  " WHERE ?1 IS NULL ORDER BY id")                                                 \
    X(LEDGER_OF_ROOM, SQL_ENTRY("?1", SQL_WHOLE_OF("member_link", "member"))                       \
                      " WHERE room IN " SQL_LINKED("room_link", "?1") " ORDER BY id")              \
    X(LEDGER_OF_MEMBER, SQL_ENTRY(SQL_WHOLE_OF("room_link", "room"), "?1")                         \
                        " WHERE member IN " SQL_LINKED("member_link", "?1") " ORDER BY id")        \
    X(BOARD_DROP, "DELETE FROM board WHERE board = ?1 AND member = ?2")                            \
    X(BOARDS_OF_ROOM_CLEAR, "DELETE FROM board WHERE board IN"                                     \
                            " (SELECT id FROM board_name WHERE room = ?1)")                        \
    X(RANKS_OF_ROOM_CLEAR, "DELETE FROM board_rank WHERE board IN"                                 \
                           " (SELECT id FROM board_name WHERE room = ?1)")                         \
    X(BOARDS_MISSING, "SELECT EXISTS(SELECT 1 FROM ledger) AND NOT EXISTS(SELECT 1 FROM board)")   \
    X(BOARDS_CLEAR, "DELETE FROM board")                                                           \
    X(RANKS_CLEAR, "DELETE FROM board_rank")

enum sql_id {
#define X(id, sql) SQL_##id,
    SQL_STATEMENTS(X)
#undef X
    SQL_COUNT
};

struct sqlite_store {
    struct store store; /* first: a struct store * is one of these */
    sqlite3 *db;
    sqlite3_stmt *statement[SQL_COUNT];
    int lock_fd; /* of FILE.lock, -1 if not held */
    int64_t *taken; /* outbox ids handed to a transport, ascending */
    size_t taken_count, taken_capacity;
    int64_t *struck; /* of them, those that the open transaction removes */
    size_t struck_count, struck_capacity, struck_mark; /* mark: at the savepoint */
    struct known known;
};

struct sqlite_store *sql_store(struct store *store);
const char *sql_text(enum sql_id id);

/* The statement, reset and unbound; NULL and *error on failure. */
sqlite3_stmt *sql_prepare(struct sqlite_store *store, enum sql_id id, struct error *error);
/* Binds by letter from parameter 1 on: i int64_t, t const char * (NULL = null),
 * d double, b const void * and size_t, n null. */
int sql_bind(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error,
             const char *types, ...);
/* Runs to the end a statement that gives no rows. */
int sql_run(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error);
/* One step: 1 = a row, 0 = the end (reset), -1 = failed (reset). */
int sql_row(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error);
/* Prepare, bind and run in one. */
#define sql_do(store, id, error, ...)                                                              \
    sql_do_(store, sql_prepare(store, id, error), error, __VA_ARGS__)
int sql_do_(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error,
            const char *types, ...);
/* A text column, "" for null, and when out of memory: see sql_whole(). */
const char *sql_column(sqlite3_stmt *statement, int column);
/* After the columns of a row were read and before the next call: 0, or -1 if memory
 * was out for one of them. (In a loop to the end, sql_row() says so, too.) */
int sql_whole(sqlite3_stmt *statement, struct error *error);

/* Parts of the store in other files. */
int sqlite_record(struct store *store, const struct effect *effect, struct error *error);
int sqlite_ledger(struct sqlite_store *store, const struct ledger_entry *entry,
                  struct error *error);
int sqlite_board(struct store *store, uint64_t room, enum period period, const char *key,
                 const char *kind, struct board_row *rows, size_t limit, size_t *count,
                 struct error *error);
int sqlite_standing(struct store *store, uint64_t room, enum period period, const char *key,
                    const char *kind, uint64_t member, struct board_row *row,
                    struct error *error);
int sqlite_boards_rebuild(struct store *store, struct error *error);
/* Adds the entries of a LEDGER_* statement (of room or member `id`) to the boards again. */
int sqlite_boards_add(struct sqlite_store *store, enum sql_id entries, uint64_t id,
                      struct error *error);
/* Takes everything of a room, or of a member, off the boards. */
int sqlite_boards_drop_room(struct sqlite_store *store, uint64_t room, struct error *error);
int sqlite_boards_drop_member(struct sqlite_store *store, uint64_t member, struct error *error);
int sqlite_room(struct store *store, const struct address *place, int64_t now, uint64_t *id,
                struct error *error);
int sqlite_room_own(struct store *store, const struct address *place, int64_t now, uint64_t *own,
                    uint64_t *whole, struct error *error);
int sqlite_room_link(struct store *store, uint64_t room, uint64_t whole, struct error *error);
int sqlite_room_unlink(struct store *store, uint64_t room, struct error *error);
int sqlite_room_links(struct store *store, room_link_fn *link, void *context, struct error *error);
int sqlite_member(struct store *store, const struct address *who, const char *name, int64_t now,
                  uint64_t *id, struct error *error);
int sqlite_identity(struct store *store, const struct address *who, uint64_t *own, uint64_t *whole,
                    struct error *error);
int sqlite_identities(struct store *store, uint64_t member, identity_fn *identity, void *context,
                      struct error *error);
int sqlite_link_code(struct store *store, const char *hash, struct link_code *code,
                     struct error *error);
int sqlite_link_tries(struct store *store, uint64_t member, unsigned *tries, int64_t *since,
                      struct error *error);
int sqlite_link_record(struct sqlite_store *store, const struct link_record *link,
                       struct error *error);
int sqlite_became(struct sqlite_store *store, const struct became_record *became,
                  struct error *error);
int sqlite_mail(struct sqlite_store *store, const struct mail_record *mail, struct error *error);
int sqlite_member_link(struct store *store, uint64_t member, uint64_t whole, struct error *error);
int sqlite_member_unlink(struct store *store, uint64_t member, struct error *error);
int sqlite_rounds_open(struct store *store, round_load_fn *load, void *context,
                       struct error *error);
int sqlite_drafts(struct store *store, draft_load_fn *load, void *context, struct error *error);
int sqlite_draft_parts(struct store *store, part_load_fn *load, void *context,
                       struct error *error);
int sqlite_next_round(struct store *store, uint64_t *id, struct error *error);
int sqlite_sanction_record(struct sqlite_store *store, const struct sanction_record *sanction,
                           struct error *error);
int sqlite_sanctions(struct store *store, uint64_t room, sanction_fn *sanction, void *context,
                     struct error *error);
int sqlite_log_read(struct store *store, uint64_t room, uint64_t round, log_row_fn *row,
                    void *context, struct error *error);
int sqlite_room_members(struct store *store, uint64_t room, const char *name,
                        room_member_fn *member, void *context, struct error *error);
int sqlite_outbox_add(struct store *store, const struct outbox_row *row, int64_t *id,
                      struct error *error);
int sqlite_outbox_drop(struct store *store, const struct address *to, bool private_talk,
                       const char *collapse, size_t *dropped, struct error *error);
int sqlite_outbox_read(struct store *store, int64_t after, size_t limit, outbox_row_fn *row,
                       void *context, struct error *error);
void sqlite_outbox_taken(struct store *store, int64_t id);
int sqlite_outbox_done(struct store *store, int64_t id, struct error *error);
int sqlite_note_set(struct store *store, const char *transport, const char *network,
                    const char *key, const char *value, int64_t at, struct error *error);
int sqlite_notes(struct store *store, const char *transport, const char *network,
                 const char *prefix, note_fn *note, void *context, struct error *error);
int sqlite_notes_trim(struct store *store, const char *prefix, int64_t before,
                      struct error *error);
int sqlite_place_move(struct store *store, const struct address *place, const char *target,
                      bool *moved, struct error *error);
int sqlite_moves(struct store *store, move_fn *move, void *context, struct error *error);
/* After a commit: what it removed is no longer taken. */
void sqlite_outbox_settle(struct sqlite_store *store);

#endif
