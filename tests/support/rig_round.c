#include "rig_round.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 60000
#define TRIES 25

const char *const rig_people[RIG_PEOPLE] = {"Zorblax", "Quimby", "Vexmoor"};
const char *const rig_tokens[RIG_PEOPLE] = {"aqqa17", "bwwb23", "cxxc31"};

enum what { ENTER, SAY, TELL, VOTE, EDIT, MARK, RETRACT };

struct step {
    enum what what;
    int who;
    const char *text;
    bool in_room;    /* where the acknowledgement comes */
    const char *ack; /* NULL = none comes */
    const char *adds; /* a further line of the acknowledged answer; EDIT: all of it. NULL = nothing */
    int author;      /* VOTE, MARK, RETRACT */
    const char *id;  /* of what is said or marked; EDIT, RETRACT: of what it is about */
};

/* Vexmoor never speaks in the room: only being seen there lets them answer. */
static const struct step steps[] = {
    {ENTER, 0, "", false, NULL, NULL, 0, NULL},
    {ENTER, 1, "", false, NULL, NULL, 0, NULL},
    {ENTER, 2, "", false, NULL, NULL, 0, NULL},
    {SAY, 0, "!start coding mid answer:20m vote:20m", true, "to answer", NULL, 0, NULL},
    {SAY, 1, "!join", false, "You are in round", NULL, 0, NULL},
    {TELL, 0, "A stack, aqqa17, in O(n).", false, "Stored", "A stack, aqqa17, in O(n).", 0, NULL},
    {TELL, 2, "Sort first, cxxc31.", false, "Stored", "Sort first, cxxc31.", 0,
     "p1"},
    {TELL, 2, "Then scan.", false, "Stored", "Then scan.", 0, NULL},
    {EDIT, 2, "Sort all first, cxxc31.", false, "Changed", "Sort all first, cxxc31.\nThen scan.", 0,
     "p1"},
    {SAY, 1, "!hint", false, "hint", NULL, 0, NULL},
    {TELL, 1, "!begin", false, "Send your lines", NULL, 0, NULL},
    {TELL, 1, "def f(x):", false, NULL, NULL, 0, NULL},
    {TELL, 1, "    return bwwb23", false, NULL, NULL, 0, NULL},
    {SAY, 0, "!status", true, "Round", NULL, 0, NULL},
    {TELL, 1, "!end", false, "Stored", "def f(x):\n    return bwwb23", 0, NULL},
    {VOTE, 0, "4 3 5 4 note-one", false, "Stored: ", NULL, 1, NULL},
    {VOTE, 0, "2 2 2 2", false, "Stored: ", NULL, 2, NULL},
    {TELL, 1, "!votes", false, "owe", NULL, 0, NULL},
    {VOTE, 1, "5 5 5 5", false, "Stored: ", NULL, 0, NULL},
    {VOTE, 1, "1 2 3 4 note-two", false, "Stored: ", NULL, 2, NULL},
    {VOTE, 1, "1 1 3 4 note-two", false, "Stored: ", NULL, 2, NULL},
    {MARK, 2, "5", false, "Stored: ", NULL, 0, "m1"},
    {RETRACT, 2, "", false, "Taken back", NULL, 0, "m1"},
    {MARK, 2, "3", false, "Stored: ", NULL, 0, "m2"},
    {VOTE, 2, "4 4 4 4", false, "Stored: ", NULL, 1, NULL},
    {SAY, 2, "!top", true, "Zorblax", NULL, 0, NULL},
    {TELL, 1, "!me", false, "all time", NULL, 0, NULL},
};
#define STEPS (sizeof steps / sizeof *steps)

size_t rig_round_steps(void)
{
    return STEPS;
}

static int trouble(struct rig_round *round, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!round->trouble[0])
        vsnprintf(round->trouble, sizeof round->trouble, format, args);
    va_end(args);
    return -1;
}

void rig_round_init(struct rig_round *round, struct rig *rig)
{
    memset(round, 0, sizeof *round);
    round->rig = rig;
}

/* The message that brought a voter the answer of an author; NULL if none did yet. */
static const struct rig_seen *ballot_of(const struct rig_round *round, int voter, int author)
{
    const struct rig *rig = round->rig;
    for (size_t i = 0; i < rig->seen_count; i++) {
        const struct rig_seen *one = &rig->seen[i];
        if (one->person && strcmp(one->person, rig_people[voter]) == 0 &&
            strncmp(one->text, "Answer ", 7) == 0 && strstr(one->text, rig_tokens[author]))
            return one;
    }
    return NULL;
}

static void note(struct rig_round *round, const struct step *step)
{
    char *vote = round->vote[step->who][step->author];
    if (step->adds) {
        char *answer = round->answer[step->who];
        size_t used = step->what == EDIT ? 0 : strlen(answer);
        snprintf(answer + used, sizeof round->answer[0] - used, "%s%s", used ? "\n" : "",
                 step->adds);
        round->revision[step->who]++;
    }
    for (size_t i = 0; i < 4 && step->what == VOTE; i++)
        vote[i] = step->text[2 * i];
    if (step->what == MARK)
        memset(vote, step->text[0], 4);
    if (step->what == RETRACT)
        memset(vote, '0', 4);
}

/* After a crash it may still be on its way. */
static const struct rig_seen *find_ballot(struct rig_round *round, const struct step *step)
{
    const struct rig_seen *ballot = ballot_of(round, step->who, step->author);
    if (!ballot)
        trouble(round, "step %zu: %s was never sent the answer of %s", round->step,
                rig_people[step->who], rig_people[step->author]);
    return ballot;
}

static void push(struct rig *rig, const struct step *step, const struct rig_seen *ballot)
{
    static const enum event_kind kinds[] = {
        [TELL] = EVENT_TEXT, [EDIT] = EVENT_EDIT, [MARK] = EVENT_MARK, [RETRACT] = EVENT_RETRACT};
    struct event event = {.kind = kinds[step->what], .who.target = rig_people[step->who],
                          .text = step->text};
    char message[24] = "";
    if (step->what == MARK) {
        snprintf(message, sizeof message, "b%lld", (long long)ballot->id);
        event.tag = ballot->tag;
        event.about = message;
    } else if (step->what != TELL) {
        event.about = step->id;
    }
    if (step->what == MARK || step->what == TELL)
        event.id = step->id;
    rig_push(rig, &event);
}

static void act(struct rig_round *round, const struct step *step, const struct rig_seen *ballot)
{
    struct rig *rig = round->rig;
    const char *who = rig_people[step->who];
    char text[128];
    if (step->what == ENTER) {
        rig_enter(rig, who);
    } else if (step->what == SAY) {
        rig_say(rig, who, step->text, NULL);
    } else if (step->what == VOTE) {
        snprintf(text, sizeof text, "!vote %c %s", ballot->text[7], step->text);
        rig_tell(rig, who, text, NULL);
    } else {
        push(rig, step, ballot);
    }
    rig_settle(rig, PATIENCE_MS);
}

int rig_round_step(struct rig_round *round, int tries)
{
    const struct step *step = &steps[round->step];
    struct rig *rig = round->rig;
    const char *who = rig_people[step->who];
    const char *text = step->text;
    const struct rig_seen *ballot = NULL;
    if ((step->what == VOTE || step->what == MARK) && !(ballot = find_ballot(round, step)))
        return -1;
    struct rig_seen shown = ballot ? *ballot : (struct rig_seen){0}; /* what is seen may move */
    for (int i = 0; i < tries; i++) {
        size_t since = rig->seen_count;
        act(round, step, &shown);
        bool acked = step->ack && rig_find(rig, since, step->in_room ? NULL : who, step->ack) <
                                      rig->seen_count;
        bool sorry = rig_find(rig, since, who, "could not store") < rig->seen_count;
        if (acked && sorry)
            return trouble(round, "step %zu (%s: %s): told both that it is stored and that it is "
                                  "not", round->step, who, text);
        if (step->ack && !acked && !sorry)
            return trouble(round, "step %zu (%s: %s): never answered", round->step, who, text);
        if (!sorry) {
            note(round, step);
            round->step++;
            return 0;
        }
        round->apologies++;
        rig_advance(rig, 5000);
    }
    return trouble(round, "step %zu (%s: %s): not stored after %d tries", round->step, who, text,
                   tries);
}

void rig_round_resume(struct rig_round *round, size_t since, bool doubtful)
{
    const struct step *step = doubtful ? &steps[round->step] : &steps[0];
    struct rig *rig = round->rig;
    const char *who = step->in_room ? NULL : rig_people[step->who];
    round->trouble[0] = '\0';
    for (int m = 0; m < RIG_PEOPLE; m++)
        rig_enter(rig, rig_people[m]);
    rig_settle(rig, PATIENCE_MS);
    if (step->ack && rig_find(rig, since, who, step->ack) < rig->seen_count) {
        note(round, step);
        round->step++;
    }
    /* A line after !begin has no receipt of its own; !end tells how many there are. */
    const struct step *last = round->step > 0 ? &steps[round->step - 1] : NULL;
    if (!doubtful && last && last->what == TELL && !last->ack) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM part WHERE round = 0 AND text LIKE '%%%s'", last->text);
        if (rig_number(rig, sql) == 0)
            round->step--;
    }
}

int rig_round_play(struct rig_round *round)
{
    while (round->step < STEPS)
        if (rig_round_step(round, TRIES))
            return -1;
    return 0;
}

/* ---- rules ---- */

int rig_boards_right(struct rig *rig, char *why, size_t size)
{
    static const char boards[] =
        "SELECT n.room, n.period, n.key, n.kind, b.member, b.points, b.scored,"
        " printf('%.6f %.6f', b.sum, b.standing), b.bucket FROM board b"
        " JOIN board_name n ON n.id = b.board ORDER BY 1, 2, 3, 4, 5";
    static const char sums[] =
        "SELECT (SELECT total(points) FROM ledger) = (SELECT total(points) FROM board b"
        " JOIN board_name n ON n.id = b.board WHERE n.key = 'all' AND n.kind = '')";
    struct error error;
    char *before = rig_rows(rig, boards);
    bool sums_right = rig_number(rig, sums) == 1;
    const struct store_ops *ops = rig->store->ops;
    rig_at_work++;
    bool rebuilt = ops->begin(rig->store, &error) == 0 &&
                   ops->boards_rebuild(rig->store, &error) == 0 &&
                   ops->commit(rig->store, &error) == 0;
    if (!rebuilt)
        ops->rollback(rig->store);
    rig_at_work--;
    char *after = rig_rows(rig, boards);
    bool same = strcmp(before, after) == 0;
    if (!rebuilt)
        snprintf(why, size, "the boards cannot be rebuilt: %s", error.why);
    else if (!sums_right || !same)
        snprintf(why, size, "the boards are not what the ledger sums to:\n%s\nrebuilt:\n%s", before,
                 after);
    rig_at_work++;
    free(before);
    free(after);
    rig_at_work--;
    return rebuilt && sums_right && same ? 0 : -1;
}

const struct rig_seen *rig_unblind(const struct rig *rig)
{
    bool locked = false;
    for (size_t i = 0; i < rig->seen_count; i++) {
        const struct rig_seen *one = &rig->seen[i];
        locked = locked || (!one->person && strstr(one->text, "answering is over"));
        for (int m = 0; m < RIG_PEOPLE; m++) {
            bool own = one->person && strcmp(one->person, rig_people[m]) == 0;
            if (own || !strstr(one->text, rig_tokens[m]))
                continue;
            if (!one->person || !locked || strstr(one->text, rig_people[m]))
                return one;
        }
    }
    return NULL;
}

static int check_answers(struct rig_round *round)
{
    for (int m = 0; m < RIG_PEOPLE; m++) {
        char sql[512], expected[640];
        snprintf(sql, sizeof sql,
                 "SELECT a.text, a.revision FROM answer a JOIN member m ON m.id = a.member"
                 " WHERE m.name = '%s' ORDER BY a.revision DESC LIMIT 1", rig_people[m]);
        snprintf(expected, sizeof expected, "%s|%u", round->answer[m], round->revision[m]);
        char *found = rig_rows(round->rig, sql);
        bool same = strcmp(found, round->revision[m] ? expected : "") == 0;
        if (!same)
            trouble(round, "%s was told that \"%s\" is stored; the store has \"%s\"", rig_people[m],
                    expected, found);
        rig_at_work++;
        free(found);
        rig_at_work--;
        if (!same)
            return -1;
    }
    return 0;
}

static int check_votes(struct rig_round *round)
{
    for (int v = 0; v < RIG_PEOPLE; v++)
        for (int a = 0; a < RIG_PEOPLE; a++) {
            char sql[512];
            const char *vote = round->vote[v][a];
            snprintf(sql, sizeof sql,
                     "SELECT substr(b.scores, 1, 4) FROM ballot b JOIN member v ON v.id = b.voter"
                     " JOIN member a ON a.id = b.author WHERE v.name = '%s' AND a.name = '%s'"
                     " ORDER BY b.id DESC LIMIT 1", rig_people[v], rig_people[a]);
            char *found = rig_rows(round->rig, sql);
            bool same = strcmp(found, vote) == 0;
            if (!same)
                trouble(round, "the vote of %s on %s was acknowledged as \"%s\"; the store has \"%s\"",
                        rig_people[v], rig_people[a], vote, found);
            rig_at_work++;
            free(found);
            rig_at_work--;
            if (!same)
                return -1;
        }
    return 0;
}

int rig_round_check(struct rig_round *round)
{
    struct rig *rig = round->rig;
    if (round->trouble[0] || check_answers(round) || check_votes(round))
        return -1;
    if (round->step == STEPS &&
        (rig_number(rig, "SELECT count(*) FROM round WHERE phase = 'closed'") != 1 ||
         rig_number(rig, "SELECT count(*) FROM round") != 1))
        return trouble(round, "the round is not closed");
    const struct rig_seen *shown = rig_unblind(rig);
    if (shown)
        return trouble(round, "shown to %s: %s", shown->person ? shown->person : "the room",
                       shown->text);
    if (rig->twice)
        return trouble(round, "%zu messages went out twice", rig->twice);
    if (session_unsent(rig->session) != 0)
        return trouble(round, "%zu messages were never sent", session_unsent(rig->session));
    return rig_boards_right(rig, round->trouble, sizeof round->trouble);
}
