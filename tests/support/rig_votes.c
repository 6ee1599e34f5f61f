#include "rig_votes.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rig_votes *votes_at_work; /* ops have no context of their own */

/* ---- what the store knows ---- */

static bool grading(struct rig_votes *votes, uint64_t round)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM round WHERE id = %" PRIu64
                              " AND phase = 'vote'", round);
    return rig_number(votes->rig, sql) == 1;
}

static bool seated(struct rig_votes *votes, uint64_t round, const char *name)
{
    char sql[192];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM seat WHERE round = %" PRIu64 " AND account = '%s' AND gone = 0",
             round, name);
    return rig_number(votes->rig, sql) == 1;
}

/* One text from the store. */
static void read_text(struct rig_votes *votes, const char *sql, char *out, size_t size)
{
    char *rows = rig_rows(votes->rig, sql);
    snprintf(out, size, "%s", rows);
    rig_at_work++;
    free(rows);
    rig_at_work--;
}

/* The vote counts from now on, if the bot takes it. */
static void hear(struct rig_votes *votes, struct rig_vote *vote)
{
    if (vote->turn == 0 && grading(votes, vote->round) &&
        seated(votes, vote->round, vote->voter))
        vote->turn = ++votes->turns;
}

/* ---- marks ---- */

static void push(struct rig_votes *votes, const struct rig_vote *vote, enum event_kind kind,
                 const char *text)
{
    char tag[64], sql[160], seat[16], id[24];
    bool mark = kind == EVENT_MARK;
    snprintf(sql, sizeof sql, "SELECT number FROM seat WHERE round = %" PRIu64
                              " AND account = '%s'", vote->round, vote->author);
    read_text(votes, sql, seat, sizeof seat);
    snprintf(tag, sizeof tag, "vote %" PRIu64 " %s", vote->round, seat);
    snprintf(id, sizeof id, "r%u", ++votes->ids);
    rig_push(votes->rig, &(struct event){
                             .kind = kind, .id = mark ? vote->id : kind == EVENT_RETRACT ? id : NULL,
                             .who.target = vote->voter, .text = text, .tag = tag,
                             .about = kind == EVENT_RETRACT ? vote->id : vote->message});
}

/* The messages with a tag that a person was shown; the one chosen, NULL if there is none. */
static const struct rig_seen *choose_message(const struct rig_votes *votes, const char *person,
                                             uint32_t choice)
{
    const struct rig *rig = votes->rig;
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0, at = 0; i < rig->seen_count; i++) {
            const struct rig_seen *one = &rig->seen[i];
            if (!one->tag || !one->person || strcmp(one->person, person) != 0)
                continue;
            if (pass == 1 && at == choice % count)
                return one;
            count += pass == 0;
            at++;
        }
    return NULL;
}

void rig_votes_mark(struct rig_votes *votes, const char *person, uint32_t choice, bool unheard)
{
    const struct rig_seen *shown = choose_message(votes, person, choice >> 8);
    if (!shown || votes->count == RIG_VOTES_MAX)
        return;
    struct rig_vote *vote = &votes->vote[votes->count++];
    char sql[160], *end;
    *vote = (struct rig_vote){.stands = true};
    snprintf(vote->id, sizeof vote->id, "m%u", ++votes->ids);
    snprintf(vote->message, sizeof vote->message, "b%" PRId64, shown->id);
    snprintf(vote->voter, sizeof vote->voter, "%s", person);
    memset(vote->score, '1' + (char)(choice % 5), 3);
    vote->round = strtoull(shown->tag + 5, &end, 10);
    snprintf(sql, sizeof sql, "SELECT account FROM seat WHERE round = %" PRIu64
                              " AND number = %s", vote->round, end);
    read_text(votes, sql, vote->author, sizeof vote->author);
    if (unheard)
        return;
    hear(votes, vote);
    push(votes, vote, EVENT_MARK, (char[]){vote->score[0], '\0'});
    rig_settle(votes->rig, 0);
}

/* One of a person's marks (NULL: of anybody's), NULL if there is none. */
static struct rig_vote *choose_mark(struct rig_votes *votes, const char *person, uint32_t choice)
{
    size_t start = votes->count ? choice % votes->count : 0;
    for (size_t i = 0; i < votes->count; i++) {
        struct rig_vote *vote = &votes->vote[(start + i) % votes->count];
        if (vote->id[0] && vote->stands && (!person || strcmp(vote->voter, person) == 0))
            return vote;
    }
    return NULL;
}

/* What is taken back after the grading changes nothing any more. */
static void take_back(struct rig_votes *votes, struct rig_vote *vote)
{
    if (grading(votes, vote->round))
        vote->turn = 0;
}

void rig_votes_retract(struct rig_votes *votes, const char *person, uint32_t choice, bool unheard)
{
    struct rig_vote *vote = choose_mark(votes, person, choice);
    if (!vote)
        return;
    vote->stands = false;
    if (unheard)
        return;
    take_back(votes, vote);
    push(votes, vote, EVENT_RETRACT, "");
    rig_settle(votes->rig, 0);
}

void rig_votes_repeat(struct rig_votes *votes, uint32_t choice)
{
    struct rig_vote *vote = choose_mark(votes, NULL, choice);
    if (!vote || vote->turn == 0)
        return;
    push(votes, vote, EVENT_MARK, (char[]){vote->score[0], '\0'});
    rig_settle(votes->rig, 0);
}

/* ---- commands ---- */

/* The first three digits of "!vote A 4 3 5 4". */
static void read_scores(const char *text, char score[4])
{
    size_t count = 0;
    for (; *text && count < 3; text++)
        if (*text >= '1' && *text <= '5')
            score[count++] = *text;
    score[count] = '\0';
}

void rig_votes_command(struct rig_votes *votes, const char *person, const char *text,
                       const char *id)
{
    static const char last[] =
        "SELECT b.round || ' ' || s.account FROM ballot b JOIN seat s ON s.round = b.round AND"
        " s.member = b.author WHERE b.turn IS NOT NULL ORDER BY b.id DESC LIMIT 1";
    static const char count[] = "SELECT count(*) FROM ballot WHERE turn IS NOT NULL";
    char row[96], *name;
    int64_t before = rig_number(votes->rig, count);
    /* It may be the last that was owed: then marks are counted before rig_settle() comes back. */
    unsigned turn = ++votes->turns;
    rig_tell(votes->rig, person, text, id);
    rig_settle(votes->rig, 0);
    if (rig_number(votes->rig, count) == before || votes->count == RIG_VOTES_MAX)
        return;
    read_text(votes, last, row, sizeof row);
    struct rig_vote *vote = &votes->vote[votes->count++];
    *vote = (struct rig_vote){.turn = turn, .stands = true};
    vote->round = strtoull(row, &name, 10);
    snprintf(vote->author, sizeof vote->author, "%s", name + 1);
    read_scores(text, vote->score);
    snprintf(vote->voter, sizeof vote->voter, "%s", person);
}

/* ---- counting ---- */

/* All marks on the message of one vote, and that there are no others. */
static void tally_message(struct rig_votes *votes, const char *message)
{
    char list[RIG_VOTES_MAX * 8] = "";
    const struct rig_vote *any = NULL;
    for (size_t i = 0; i < votes->count; i++) {
        struct rig_vote *vote = &votes->vote[i];
        if (strcmp(vote->message, message) != 0)
            continue;
        any = vote;
        if (!vote->stands) {
            take_back(votes, vote);
            continue;
        }
        hear(votes, vote);
        push(votes, vote, EVENT_MARK, (char[]){vote->score[0], '\0'});
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", used ? "\n" : "", vote->id);
    }
    if (any)
        push(votes, any, EVENT_TALLY, list);
}

/* Each message once, of the round (0: of all). */
static void tally_round(struct rig_votes *votes, uint64_t round)
{
    for (size_t i = 0; i < votes->count; i++) {
        const struct rig_vote *vote = &votes->vote[i];
        bool first = vote->message[0] && (round == 0 || vote->round == round);
        for (size_t k = 0; k < i && first; k++)
            first = strcmp(votes->vote[k].message, vote->message) != 0;
        if (first)
            tally_message(votes, vote->message);
    }
}

void rig_votes_tally(struct rig_votes *votes)
{
    tally_round(votes, 0);
    rig_settle(votes->rig, 0);
}

static void on_count(struct transport *transport, const char *target, const char *tag)
{
    struct rig_votes *votes = votes_at_work;
    (void)transport;
    tally_round(votes, strtoull(tag + 5, NULL, 10));
    rig_push(votes->rig, &(struct event){.kind = EVENT_COUNTED, .room.target = target,
                                         .who.target = "", .tag = tag});
}

void rig_votes_init(struct rig_votes *votes, struct rig *rig)
{
    *votes = (struct rig_votes){.rig = rig, .ops = *rig->transport.ops};
    votes->ops.count = on_count;
    rig->transport.ops = &votes->ops;
    votes_at_work = votes;
}

/* ---- what must hold ---- */

static bool same_pair(const struct rig_vote *a, const struct rig_vote *b)
{
    return a->round == b->round && strcmp(a->voter, b->voter) == 0 &&
           strcmp(a->author, b->author) == 0;
}

int rig_votes_check(struct rig_votes *votes, char *why, size_t size)
{
    for (size_t i = 0; i < votes->count; i++) {
        const struct rig_vote *one = &votes->vote[i];
        char sql[640], found[16];
        const char *wanted = "000";
        unsigned turn = 0;
        for (size_t k = 0; k < votes->count; k++) {
            const struct rig_vote *other = &votes->vote[k];
            if (!same_pair(one, other) || other->turn <= turn)
                continue;
            wanted = other->score;
            turn = other->turn;
        }
        snprintf(sql, sizeof sql,
                 "SELECT coalesce((SELECT substr(b.scores, 1, 3) FROM ballot b"
                 " JOIN seat v ON v.round = b.round AND v.member = b.voter"
                 " JOIN seat a ON a.round = b.round AND a.member = b.author WHERE b.round = %" PRIu64
                 " AND v.account = '%s' AND a.account = '%s' ORDER BY b.id DESC LIMIT 1), '000')",
                 one->round, one->voter, one->author);
        read_text(votes, sql, found, sizeof found);
        if (strcmp(found, wanted) == 0)
            continue;
        snprintf(why, size, "round %" PRIu64 ": %s gives %s %s, the store has %s", one->round,
                 one->voter, one->author, wanted, found);
        return -1;
    }
    return 0;
}
