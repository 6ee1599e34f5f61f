#include "core/hall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "core/guest.h"
#include "core/hold.h"
#include "core/mark_votes.h"
#include "core/place.h"
#include "core/presence.h"
#include "core/talk.h"

#define ROOMS_MAX 10000

void hall_init(struct hall *hall, const struct world *world)
{
    memset(hall, 0, sizeof *hall);
    hall->world = world;
    hall->next_round = 1;
}

static void release_round(struct hall *hall, struct round *round)
{
    if (round && round->plugin)
        hall->world->plugin_release(hall->world->context, round->plugin);
    round_destroy(round);
}

void hall_forget(struct hall *hall)
{
    for (size_t i = 0; i < hall->round_count; i++)
        release_round(hall, hall->rounds[i]);
    hall->round_count = 0;
    for (size_t i = 0; i < hall->draft_count; i++)
        parts_finish(&hall->drafts[i].parts);
    hall->draft_count = 0;
    memo_untell(&hall->memo);
    bursts_finish(&hall->bursts);
}

static void free_room(struct room *room)
{
    presence_clear(room);
    free(room->present);
    free(room->transport);
    free(room->network);
    free(room->target);
    free(room);
}

void hall_finish(struct hall *hall)
{
    hall_forget(hall);
    for (size_t i = 0; i < hall->room_count; i++)
        free_room(hall->rooms[i]);
    hold_finish(hall);
    free(hall->rooms);
    free(hall->rounds);
    free(hall->drafts);
    memset(hall, 0, sizeof *hall);
}

static int reserve(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    void *grown = reallocarray(*array, wanted, size);
    if (!grown)
        return -1;
    *array = grown;
    *capacity = wanted;
    return 0;
}

int hall_add_round_take(struct hall *hall, struct round *round)
{
    if (reserve((void **)&hall->rounds, hall->round_count, &hall->round_capacity,
                sizeof *hall->rounds)) {
        release_round(hall, round);
        return -1;
    }
    size_t at = hall->round_count;
    while (at > 0 && hall->rounds[at - 1]->id > round->id) {
        hall->rounds[at] = hall->rounds[at - 1];
        at--;
    }
    hall->rounds[at] = round;
    hall->round_count++;
    if (round->id >= hall->next_round)
        hall->next_round = round->id + 1;
    return 0;
}

int hall_add_draft(struct hall *hall, const struct draft_record *record)
{
    if (reserve((void **)&hall->drafts, hall->draft_count, &hall->draft_capacity,
                sizeof *hall->drafts))
        return -1;
    hall->drafts[hall->draft_count++] = (struct draft){
        .member = record->member,
        .round = record->round,
        .revise = record->revise,
        .pending = record->round == 0,
        .at = record->at,
    };
    return 0;
}

int hall_add_draft_part(struct hall *hall, const struct part_record *record)
{
    struct draft *draft = draft_of(hall, record->member);
    if (!draft || parts_load(&draft->parts, record->number, record->event, record->text,
                             record->length))
        return 0;
    return -1;
}

void hall_sweep(struct hall *hall)
{
    size_t kept = 0;
    for (size_t i = 0; i < hall->round_count; i++) {
        if (round_open(hall->rounds[i]))
            hall->rounds[kept++] = hall->rounds[i];
        else
            release_round(hall, hall->rounds[i]);
    }
    hall->round_count = kept;
}

struct round *hall_round(struct hall *hall, uint64_t id)
{
    for (size_t i = 0; i < hall->round_count; i++)
        if (hall->rounds[i]->id == id && round_open(hall->rounds[i]))
            return hall->rounds[i];
    return NULL;
}

static struct room *find_room(struct hall *hall, const struct address *place)
{
    for (size_t i = 0; i < hall->room_count; i++) {
        struct room *room = hall->rooms[i];
        if (strcmp(room->target, place->target) == 0 &&
            strcmp(room->network, place->network) == 0 &&
            strcmp(room->transport, place->transport) == 0)
            return room;
    }
    return NULL;
}

static struct room *add_room(struct hall *hall, const struct address *place)
{
    if (hall->room_count >= ROOMS_MAX ||
        reserve((void **)&hall->rooms, hall->room_count, &hall->room_capacity,
                sizeof *hall->rooms))
        return NULL;
    struct room *room = calloc(1, sizeof *room);
    if (!room)
        return NULL;
    room->transport = strdup(place->transport);
    room->network = strdup(place->network);
    room->target = strdup(place->target);
    if (!room->transport || !room->network || !room->target ||
        hall->world->room(hall->world->context, place, &room->id, &room->settings)) {
        free_room(room);
        return NULL;
    }
    snprintf(room->call, sizeof room->call, "%s", room->settings.prefix);
    hall->rooms[hall->room_count++] = room;
    return room;
}

int hall_know_room(struct hall *hall, const struct address *place)
{
    return find_room(hall, place) || add_room(hall, place) ? 0 : -1;
}

static int renew_room(struct hall *hall, struct room *room)
{
    struct address place = place_address(room);
    return hall->world->room(hall->world->context, &place, &room->id, &room->settings);
}

int hall_know_rooms(struct hall *hall)
{
    for (size_t i = 0; i < hall->room_count; i++)
        if (renew_room(hall, hall->rooms[i]))
            return -1;
    return 0;
}

static void drop_room(struct hall *hall, struct room *room)
{
    size_t at = 0;
    while (hall->rooms[at] != room)
        at++;
    hall->room_count--;
    memmove(&hall->rooms[at], &hall->rooms[at + 1],
            (hall->room_count - at) * sizeof(struct room *));
    free_room(room);
}

int hall_move(struct hall *hall, const struct address *place, const char *target)
{
    const struct address to = {place->transport, place->network, target};
    struct room *room = find_room(hall, place), *there = find_room(hall, &to);
    /* Who is in the new place already stays there. */
    if (room && there) {
        drop_room(hall, room);
    } else if (room) {
        char *copy = strdup(target);
        if (!copy)
            return -1;
        free(room->target);
        room->target = copy;
        there = room;
    }
    return there ? renew_room(hall, there) : 0;
}

/* A room that listens to the bot's name only must be told the name, not the prefix. */
static void name_call(struct room *room, const char *bot_name)
{
    if (!room->settings.named_only)
        snprintf(room->call, sizeof room->call, "%s", room->settings.prefix);
    else if (bot_name && bot_name[0])
        snprintf(room->call, sizeof room->call, "%.64s: ", bot_name);
}

/* The room of the event, with its settings as they are configured now. */
static struct room *event_room(struct hall *hall, const struct event *event)
{
    struct room *room = find_room(hall, &event->room);
    /* A reload may have changed the settings, a rolled back event the id. */
    if (room && event->kind == EVENT_TEXT &&
        hall->world->room(hall->world->context, &event->room, &room->id, &room->settings))
        return NULL;
    if (!room)
        room = add_room(hall, &event->room);
    if (room)
        name_call(room, event->bot_name);
    return room;
}

static int apply_text(struct hall *hall, const struct event *event, struct effects *effects)
{
    struct room *room = event->room.target ? event_room(hall, event) : NULL;
    if (event->room.target && !room)
        return -1;
    return hall_hear(hall, room, event, effects);
}

static int apply_marks(struct hall *hall, const struct event *event, struct effects *effects,
                       int (*apply)(struct hall *, const struct event *, struct effects *))
{
    if (flow_tick(hall, event, effects) || apply(hall, event, effects))
        return -1;
    return flow_tick(hall, event, effects);
}

/* A mark, or what was said to the bot; what goes from a room is nothing to it. */
static int apply_retract(struct hall *hall, const struct event *event, struct effects *effects)
{
    if (flow_tick(hall, event, effects))
        return -1;
    if (mark_retract(hall, event, effects))
        return effects_ok(effects) ? flow_tick(hall, event, effects) : -1;
    return event->room.target ? 0 : apply_text(hall, event, effects);
}

static int apply_presence(struct hall *hall, const struct event *event)
{
    if (event->kind == EVENT_LEAVE && !event->room.target) {
        for (size_t i = 0; i < hall->room_count; i++)
            presence_leave(hall->rooms[i], &event->who);
        return 0;
    }
    struct room *room = event_room(hall, event);
    if (!room)
        return -1;
    if (event->kind == EVENT_RESET) {
        presence_clear(room);
        return 0;
    }
    if (event->kind == EVENT_LEAVE) {
        presence_leave(room, &event->who);
        return 0;
    }
    struct presence seen = {(char *)event->who.transport, (char *)event->who.network,
                            (char *)event->who.target, (char *)event->name, event->role};
    return presence_enter(room, &seen);
}

int hall_apply(struct hall *hall, const struct event *event, struct effects *effects)
{
    switch (event->kind) {
    case EVENT_TEXT:
    case EVENT_EDIT:
        return apply_text(hall, event, effects);
    case EVENT_RETRACT:
        return apply_retract(hall, event, effects);
    case EVENT_MARK:
        return apply_marks(hall, event, effects, mark_give);
    case EVENT_TALLY:
        return apply_marks(hall, event, effects, mark_tally);
    case EVENT_ENTER:
    case EVENT_LEAVE:
    case EVENT_RESET:
        return apply_presence(hall, event);
    case EVENT_COUNTED:
    case EVENT_BEHIND:
    case EVENT_ABREAST:
    case EVENT_READING:
    case EVENT_READ:
        if (hold_apply(hall, event, effects))
            return -1;
        break;
    case EVENT_BECAME:
        if (guest_became(hall, event, effects))
            return -1;
        break;
    case EVENT_MOVED:
    case EVENT_NOTE:
    case EVENT_CLOCK:
        if (line_advise(hall, event->at, effects))
            return -1;
        break;
    }
    return flow_tick(hall, event, effects);
}

int64_t hall_deadline(const struct hall *hall)
{
    int64_t first = bursts_due(&hall->bursts);
    for (size_t i = 0; i < hall->round_count; i++) {
        int64_t due = flow_due(hall, hall->rounds[i]);
        if (due > 0 && (first == 0 || due < first))
            first = due;
    }
    return first;
}
