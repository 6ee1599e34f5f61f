/* What the files of the memory store share. Private to it. */
#ifndef STORE_MEMORY_MEMORY_H
#define STORE_MEMORY_MEMORY_H

#include "store/memory/memory_store.h"
#include "store/memory/rows.h"

struct memory_store {
    struct store store; /* first: a struct store * is one of these */
    struct table tables[TABLE_COUNT];
    struct undo_log undo;
    bool writing;    /* a transaction is open */
    bool nested;     /* and in it a savepoint */
    size_t mark;     /* of the savepoint, in the undo log */
    int64_t last_message; /* ids of messages are never used twice */
    uint64_t last_number; /* of ballots and ledger entries */
};

struct memory_store *memory_of(struct store *store);

/* Writing; ERR_INTERNAL outside a transaction. */
int memory_put(struct memory_store *store, enum memory_table table, const void *row,
               struct error *error);
int memory_drop(struct memory_store *store, enum memory_table table, const void *key,
                struct error *error);
const void *memory_find(const struct memory_store *store, enum memory_table table,
                        const void *key);
/* The row with this number as its key: of MEMBER, ROOM, ROUND. */
bool memory_has(const struct memory_store *store, enum memory_table table, uint64_t id);
/* One more than the greatest number in the table: of MEMBER, ROOM, ROUND. */
uint64_t memory_next(const struct memory_store *store, enum memory_table table);

/* What a room (ROOM_LINK) or member (MEMBER_LINK) counts for: itself, if it is linked to nothing. */
uint64_t memory_whole(const struct memory_store *store, enum memory_table links, uint64_t id);

/* Operations in other files. */
int memory_room(struct store *store, const struct address *place, int64_t now, uint64_t *id,
                struct error *error);
int memory_room_own(struct store *store, const struct address *place, int64_t now, uint64_t *own,
                    uint64_t *whole, struct error *error);
int memory_room_link(struct store *store, uint64_t room, uint64_t whole, struct error *error);
int memory_room_unlink(struct store *store, uint64_t room, struct error *error);
int memory_room_links(struct store *store, room_link_fn *link, void *context, struct error *error);
int memory_member(struct store *store, const struct address *who, const char *name, int64_t now,
                  uint64_t *id, struct error *error);
int memory_identity(struct store *store, const struct address *who, uint64_t *own, uint64_t *whole,
                    struct error *error);
int memory_identities(struct store *store, uint64_t member, identity_fn *identity, void *context,
                      struct error *error);
int memory_link_code(struct store *store, const char *hash, struct link_code *code,
                     struct error *error);
int memory_link_tries(struct store *store, uint64_t member, unsigned *tries, int64_t *since,
                      struct error *error);
int memory_link_record(struct memory_store *store, const struct link_record *link,
                       struct error *error);
int memory_became(struct memory_store *store, const struct became_record *became,
                  struct error *error);
int memory_mail(struct memory_store *store, const struct mail_record *mail, struct error *error);
int memory_member_link(struct store *store, uint64_t member, uint64_t whole, struct error *error);
int memory_member_unlink(struct store *store, uint64_t member, struct error *error);
int memory_record(struct store *store, const struct effect *effect, struct error *error);
int memory_sanction_record(struct memory_store *store, const struct sanction_record *sanction,
                           struct error *error);
int memory_log_record(struct memory_store *store, const struct log_entry *log,
                      struct error *error);
int memory_sanctions(struct store *store, uint64_t room, sanction_fn *sanction, void *context,
                     struct error *error);
int memory_log_read(struct store *store, uint64_t room, uint64_t round, log_row_fn *row,
                    void *context, struct error *error);
int memory_room_members(struct store *store, uint64_t room, const char *name,
                        room_member_fn *member, void *context, struct error *error);
int memory_outbox_add(struct store *store, const struct outbox_row *row, int64_t *id,
                      struct error *error);
int memory_outbox_drop(struct store *store, const struct address *to, bool private_talk,
                       const char *collapse, size_t *dropped, struct error *error);
int memory_outbox_read(struct store *store, int64_t after, size_t limit, outbox_row_fn *row,
                       void *context, struct error *error);
void memory_outbox_taken(struct store *store, int64_t id);
int memory_outbox_done(struct store *store, int64_t id, struct error *error);
int memory_note_set(struct store *store, const char *transport, const char *network,
                    const char *key, const char *value, int64_t at, struct error *error);
int memory_notes(struct store *store, const char *transport, const char *network,
                 const char *prefix, note_fn *note, void *context, struct error *error);
int memory_notes_trim(struct store *store, const char *prefix, int64_t before,
                      struct error *error);
int memory_place_move(struct store *store, const struct address *place, const char *target,
                      bool *moved, struct error *error);
int memory_moves(struct store *store, move_fn *move, void *context, struct error *error);
int memory_rounds_open(struct store *store, round_load_fn *load, void *context,
                       struct error *error);
int memory_drafts(struct store *store, draft_load_fn *load, void *context, struct error *error);
int memory_draft_parts(struct store *store, part_load_fn *load, void *context,
                       struct error *error);
int memory_board(struct store *store, uint64_t room, enum period period, const char *key,
                 const char *kind, struct board_row *rows, size_t limit, size_t *count,
                 struct error *error);
int memory_standing(struct store *store, uint64_t room, enum period period, const char *key,
                    const char *kind, uint64_t member, struct board_row *row,
                    struct error *error);

#endif
