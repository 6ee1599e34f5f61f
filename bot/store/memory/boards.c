/* Boards, counted from the ledger. */
#include "store/memory/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tally {
    uint64_t member;
    int64_t points;
    uint64_t scored;
    double sum, standing;
};

struct tallies {
    struct tally *tally; /* by member while counting, then best first */
    size_t count, capacity;
};

/* One board: whose room, which time, what kind ("" = all). */
struct board_key {
    uint64_t room;
    enum period period;
    const char *key, *kind;
};

static bool belongs(const struct memory_store *store, const struct ledger_entry *entry,
                    const struct board_key *board)
{
    char key[PERIOD_KEY];
    return memory_whole(store, TABLE_ROOM_LINK, entry->room) == board->room &&
           (!*board->kind || strcmp(entry->kind, board->kind) == 0) &&
           strcmp(period_key(board->period, entry->at, key), board->key) == 0;
}

static struct tally *tally_of(struct tallies *all, uint64_t member)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->tally[middle].member < member)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < all->count && all->tally[low].member == member)
        return &all->tally[low];
    if (all->count == all->capacity) {
        size_t wanted = all->capacity ? all->capacity * 2 : 16;
        struct tally *grown = reallocarray(all->tally, wanted, sizeof *grown);
        if (!grown)
            return NULL;
        all->tally = grown;
        all->capacity = wanted;
    }
    memmove(&all->tally[low + 1], &all->tally[low], (all->count - low) * sizeof *all->tally);
    all->count++;
    all->tally[low] = (struct tally){.member = member};
    return &all->tally[low];
}

static int best_first(const void *left, const void *right)
{
    const struct tally *a = left, *b = right;
    if (a->standing != b->standing)
        return a->standing > b->standing ? -1 : 1;
    if (a->points != b->points)
        return a->points > b->points ? -1 : 1;
    return (a->member > b->member) - (a->member < b->member);
}

/* 0, or -1 out of memory; free(all->tally) in either case. */
static int count_board(const struct memory_store *store, const struct board_key *board,
                       struct tallies *all)
{
    const struct table *ledger = &store->tables[TABLE_LEDGER];
    *all = (struct tallies){0};
    for (size_t i = 0; i < ledger->count; i++) {
        const struct ledger_entry *entry = &((const struct ledger_row *)ledger->rows[i])->entry;
        if (!belongs(store, entry, board))
            continue;
        struct tally *tally = tally_of(all, memory_whole(store, TABLE_MEMBER_LINK, entry->member));
        if (!tally)
            return -1;
        tally->points += entry->points;
        tally->scored += entry->scored;
        tally->sum += entry->scored ? entry->score : 0;
    }
    for (size_t i = 0; i < all->count; i++)
        all->tally[i].standing = score_standing(all->tally[i].scored, all->tally[i].sum);
    if (all->count > 1)
        qsort(all->tally, all->count, sizeof *all->tally, best_first);
    return 0;
}

/* Who is as good as the one before shares the rank. */
static unsigned rank_of(const struct tallies *all, size_t at)
{
    while (at > 0 && all->tally[at - 1].standing == all->tally[at].standing)
        at--;
    return (unsigned)at + 1;
}

static void fill_row(const struct memory_store *store, const struct tallies *all, size_t at,
                     struct board_row *row)
{
    const struct tally *tally = &all->tally[at];
    const struct member_row *member = memory_find(store, TABLE_MEMBER, &tally->member);
    memset(row, 0, sizeof *row);
    row->rank = rank_of(all, at);
    row->member = tally->member;
    snprintf(row->name, sizeof row->name, "%s", member ? member->name : "");
    row->points = tally->points;
    row->rounds = tally->scored;
    row->mean = tally->scored > 0 ? tally->sum / (double)tally->scored : 0;
    row->standing = tally->standing;
    row->uncertainty = score_uncertainty(tally->scored);
}

int memory_board(struct store *base, uint64_t room, enum period period, const char *key,
                 const char *kind, struct board_row *rows, size_t limit, size_t *count,
                 struct error *error)
{
    const struct memory_store *store = memory_of(base);
    struct board_key board = {room, period, key, kind ? kind : ""};
    struct tallies all;
    int failed = count_board(store, &board, &all);
    *count = 0;
    while (!failed && *count < all.count && *count < limit) {
        fill_row(store, &all, *count, &rows[*count]);
        (*count)++;
    }
    free(all.tally);
    return failed ? error_set(error, ERR_MEMORY, "no memory for a board") : 0;
}

int memory_standing(struct store *base, uint64_t room, enum period period, const char *key,
                    const char *kind, uint64_t member, struct board_row *row,
                    struct error *error)
{
    const struct memory_store *store = memory_of(base);
    struct board_key board = {room, period, key, kind ? kind : ""};
    struct tallies all;
    int failed = count_board(store, &board, &all);
    memset(row, 0, sizeof *row);
    for (size_t i = 0; !failed && i < all.count; i++)
        if (all.tally[i].member == member)
            fill_row(store, &all, i, row);
    free(all.tally);
    return failed ? error_set(error, ERR_MEMORY, "no memory for a board") : 0;
}
