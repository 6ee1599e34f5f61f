#include "rig_past.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 90000 /* a count that was asked for and never came is waited for a minute */
#define BATCH 3 /* events to a note */

/* What happened on the network, in order. */
static const struct happening {
    const char *person, *text;
    bool in_room;
} happenings[RIG_PAST] = {
    {"Zorblax", "!start coding answer:10m vote:10m", true},
    {"Quimby", "!join", true},
    {"Vexmoor", "!join", true},
    {"Zorblax", "The first answer.", false},
    {"Quimby", "!begin", false},
    {"Quimby", "The second answer.", false},
    {"Quimby", "!end", false},
    {"Vexmoor", "The third answer.", false},
    {"Zorblax", "!vote A 4 4 4 4", false},
    {"Zorblax", "!vote B 3 3 3 3", false},
    {"Quimby", "!vote A 4 4 4 4", false},
    {"Quimby", "!vote B 3 3 3 3", false},
    {"Vexmoor", "!vote A 4 4 4 4", false},
    {"Vexmoor", "!vote B 3 3 3 3", false},
};

/* Answers are closed early only while the network is not behind. */
#define ABREAST_AT 3

static void on_count(struct transport *transport, const char *target, const char *tag)
{
    struct rig *rig = (struct rig *)((char *)transport - offsetof(struct rig, transport));
    struct rig_past *past = (struct rig_past *)((uintptr_t)rig->transport.ops -
                                                offsetof(struct rig_past, ops));
    (void)target;
    past->count_due = true;
    snprintf(past->tag, sizeof past->tag, "%s", tag);
}

void rig_past_init(struct rig_past *past, struct rig *rig)
{
    *past = (struct rig_past){.rig = rig, .ops = *rig->transport.ops};
    past->ops.count = on_count;
    rig->transport.ops = &past->ops;
}

static void read_since(void *context, const char *key, const char *value, int64_t at)
{
    (void)key;
    (void)at;
    *(size_t *)context = strtoul(value, NULL, 10);
}

int rig_past_start(struct rig_past *past)
{
    const struct transport_sink *sink = session_sink(past->rig->session);
    past->told = 0;
    past->behind = past->abreast = past->note_due = past->count_due = false;
    return sink->recall(sink->context, "script", "local", "since", read_since, &past->told);
}

static int push(struct rig_past *past, const struct event *event, bool *done, bool value)
{
    if (rig_push(past->rig, event))
        return -1;
    *done = value;
    return 1;
}

static int tell_next(struct rig_past *past)
{
    const struct happening *one = &happenings[past->told];
    char id[16];
    snprintf(id, sizeof id, "$%zu", past->told);
    struct event event = {.kind = EVENT_TEXT, .id = id, .kept = true, .text = one->text,
                          .room.target = one->in_room ? RIG_ROOM : NULL,
                          .who.target = one->person};
    if (rig_push(past->rig, &event))
        return -1;
    past->told++;
    past->note_due = past->told % BATCH == 0 || past->told == RIG_PAST;
    return 1;
}

int rig_past_step(struct rig_past *past)
{
    char since[16];
    snprintf(since, sizeof since, "%zu", past->told);
    struct event note = {.kind = EVENT_NOTE, .tag = "since", .text = since};
    struct event counted = {.kind = EVENT_COUNTED, .room.target = RIG_ROOM, .tag = past->tag};
    if (!past->behind)
        return push(past, &(struct event){.kind = EVENT_BEHIND}, &past->behind, true);
    if (past->note_due)
        return push(past, &note, &past->note_due, false);
    if (past->count_due)
        return push(past, &counted, &past->count_due, false);
    if (!past->abreast && past->told >= ABREAST_AT)
        return push(past, &(struct event){.kind = EVENT_ABREAST}, &past->abreast, true);
    return past->told < RIG_PAST ? tell_next(past) : 0;
}

int rig_past_play(struct rig_past *past)
{
    int stuck = 0;
    for (unsigned pushed = 1; stuck < 100; pushed++) {
        int result = rig_past_step(past);
        stuck = result < 0 ? stuck + 1 : 0;
        if (pushed % 4 == 0 || result < 0)
            session_turn(past->rig->session);
        if (result > 0)
            continue;
        rig_settle(past->rig, PATIENCE_MS);
        if (result == 0 && !past->count_due)
            return 0;
    }
    snprintf(past->trouble, sizeof past->trouble, "the session takes nothing any more");
    return -1;
}

/* ---- what must hold ---- */

static int expect(struct rig_past *past, const char *sql, const char *wanted)
{
    char *found = rig_rows(past->rig, sql);
    int wrong = strcmp(found, wanted) != 0;
    if (wrong && !past->trouble[0])
        snprintf(past->trouble, sizeof past->trouble, "%s gives \"%s\", not \"%s\"", sql, found,
                 wanted);
    rig_at_work++;
    free(found);
    rig_at_work--;
    return wrong ? -1 : 0;
}

int rig_past_honest(struct rig_past *past)
{
    return expect(past, "SELECT count(*) FROM note WHERE CAST(value AS INTEGER) >"
                        " (SELECT count(*) FROM inbox)", "0");
}

int rig_past_check(struct rig_past *past)
{
    if (rig_past_honest(past) || expect(past, "SELECT count(*) FROM inbox", "14") ||
        expect(past, "SELECT value FROM note", "14") ||
        expect(past, "SELECT group_concat(text, ' ') FROM (SELECT text FROM answer ORDER BY text)",
               "The first answer. The second answer. The third answer.") ||
        expect(past, "SELECT count(*), count(DISTINCT voter || ' ' || author) FROM ballot", "6|6") ||
        expect(past, "SELECT group_concat(phase) FROM round", "closed") ||
        expect(past, "SELECT count(*) FROM ledger", "6"))
        return -1;
    for (size_t i = 0; i < past->rig->seen_count; i++)
        if (strstr(past->rig->seen[i].text, "does not count")) {
            snprintf(past->trouble, sizeof past->trouble, "%s heard of it",
                     past->rig->seen[i].person);
            return -1;
        }
    return 0;
}
