#include "transport/matrix/matrix_rooms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENDLESS (MATRIX_POWER_MAX + 1) /* the power of those who made a room of version 12 */

void matrix_rooms_init(struct matrix_rooms *rooms)
{
    memset(rooms, 0, sizeof *rooms);
}

static void release(struct matrix_room *room)
{
    matrix_people_finish(&room->people);
    matrix_event_finish(&room->creation);
    matrix_event_finish(&room->power);
    free(room->successor);
    free(room->mover);
    free(room->unread);
    free(room->id);
    free(room);
}

void matrix_rooms_finish(struct matrix_rooms *rooms)
{
    for (size_t i = 0; i < rooms->count; i++)
        release(rooms->list[i]);
    free(rooms->list);
    matrix_rooms_init(rooms);
}

static size_t place(const struct matrix_rooms *rooms, const char *id, bool *found)
{
    size_t low = 0, high = rooms->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(rooms->list[middle]->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < rooms->count && strcmp(rooms->list[low]->id, id) == 0;
    return low;
}

struct matrix_room *matrix_rooms_find(const struct matrix_rooms *rooms, const char *id)
{
    bool found;
    size_t at = place(rooms, id, &found);
    return found ? rooms->list[at] : NULL;
}

struct matrix_room *matrix_rooms_add(struct matrix_rooms *rooms, const char *id)
{
    bool found;
    size_t at = place(rooms, id, &found);
    if (found)
        return rooms->list[at];
    if (rooms->count == rooms->capacity) {
        size_t wanted = rooms->capacity ? rooms->capacity * 2 : 8;
        struct matrix_room **grown = reallocarray(rooms->list, wanted, sizeof *grown);
        if (!grown)
            return NULL;
        rooms->list = grown;
        rooms->capacity = wanted;
    }
    struct matrix_room *room = calloc(1, sizeof *room);
    if (!room || !(room->id = strdup(id))) {
        free(room);
        return NULL;
    }
    matrix_people_init(&room->people);
    memmove(&rooms->list[at + 1], &rooms->list[at], (rooms->count - at) * sizeof *rooms->list);
    rooms->list[at] = room;
    rooms->count++;
    return room;
}

void matrix_rooms_remove(struct matrix_rooms *rooms, const char *id)
{
    bool found;
    size_t at = place(rooms, id, &found);
    if (!found)
        return;
    release(rooms->list[at]);
    rooms->count--;
    memmove(&rooms->list[at], &rooms->list[at + 1], (rooms->count - at) * sizeof *rooms->list);
}

/* ---- state ---- */

static unsigned apply_member(struct matrix_rooms *rooms, struct matrix_room *room,
                             const struct matrix_event *event)
{
    const char *who = event->state_key;
    const struct matrix_person *before = matrix_people_find(&room->people, who);
    char old[EVENT_NAME_MAX + 1] = "", now[EVENT_NAME_MAX + 1] = "";
    bool was_joined = before && before->joined;
    if (was_joined)
        matrix_people_label(&room->people, who, old);
    if (matrix_people_set(&room->people, who, event->member.membership, event->member.name))
        return MATRIX_NO_MEMORY;
    if (event->member.direct && event->member.membership == MATRIX_INVITED)
        room->direct = true;
    unsigned change = strcmp(who, rooms->me) == 0 ? MATRIX_RULES : MATRIX_SAME;
    if (event->member.membership != MATRIX_JOINED)
        return change | (was_joined ? MATRIX_WENT : MATRIX_SAME);
    matrix_people_label(&room->people, who, now);
    return change | (strcmp(old, now) != 0 ? MATRIX_CAME : MATRIX_SAME);
}

static unsigned apply_tombstone(struct matrix_room *room, const struct matrix_event *event)
{
    if (!event->tombstone.room || (room->successor && !strcmp(room->successor, event->tombstone.room)))
        return MATRIX_SAME;
    char *successor = strdup(event->tombstone.room), *mover = strdup(event->sender);
    if (!successor || !mover) {
        free(successor);
        free(mover);
        return MATRIX_NO_MEMORY;
    }
    free(room->successor);
    free(room->mover);
    room->successor = successor;
    room->mover = mover;
    return MATRIX_TOMB;
}

static unsigned keep(struct matrix_event *kept, struct matrix_event *event)
{
    matrix_event_finish(kept);
    *kept = *event;
    memset(event, 0, sizeof *event);
    return MATRIX_RULES;
}

unsigned matrix_rooms_apply(struct matrix_rooms *rooms, struct matrix_room *room,
                            struct matrix_event *event)
{
    if (!event->state_key || (event->state_key[0] && event->kind != MATRIX_MEMBER))
        return MATRIX_SAME;
    switch (event->kind) {
    case MATRIX_MEMBER:
        return apply_member(rooms, room, event);
    case MATRIX_POWER:
        return keep(&room->power, event);
    case MATRIX_CREATE:
        return keep(&room->creation, event);
    case MATRIX_TOMBSTONE:
        return apply_tombstone(room, event);
    case MATRIX_ENCRYPTION: {
        /* There is no way back: who takes the event away again makes nothing readable. */
        bool already = room->encrypted;
        room->encrypted = true;
        return already ? MATRIX_SAME : MATRIX_SEALED;
    }
    case MATRIX_NAME:
    case MATRIX_ALIAS:
        room->named |= event->named.name && event->named.name[0];
        return MATRIX_SAME;
    default:
        return MATRIX_SAME;
    }
}

/* ---- what follows from it ---- */

const struct matrix_person *matrix_room_partner(const struct matrix_rooms *rooms,
                                                const struct matrix_room *room)
{
    if (room->configured || (room->named && !room->direct))
        return NULL;
    return matrix_people_other(&room->people, rooms->me);
}

static bool made_by(const struct matrix_room *room, const char *user)
{
    return room->creation.root && matrix_creation_by(&room->creation.creation, user);
}

static struct matrix_power power_of(const struct matrix_room *room)
{
    struct matrix_power power;
    if (room->power.root)
        return room->power.power;
    matrix_power_default(&power);
    return power;
}

int64_t matrix_room_power(const struct matrix_room *room, const char *user)
{
    bool endless = room->creation.root && room->creation.creation.creators_rule;
    if (endless && made_by(room, user))
        return ENDLESS;
    if (room->power.root)
        return matrix_power_of(&room->power.power, user);
    return made_by(room, user) ? 100 : 0;
}

enum role matrix_room_role(const struct matrix_room *room, const char *user)
{
    struct matrix_power power = power_of(room);
    int64_t level = matrix_room_power(room, user);
    if (level >= 100)
        return ROLE_OWNER;
    /* Where everybody may remove everybody, that tells nobody apart. */
    bool removes = level >= power.kick && level > power.users_default;
    return level >= 50 || removes ? ROLE_MODERATOR : ROLE_MEMBER;
}

bool matrix_room_may_set(const struct matrix_room *room, const char *user, const char *type)
{
    struct matrix_power power = power_of(room);
    return matrix_room_power(room, user) >= matrix_power_needed(&power, type, true);
}

bool matrix_room_may_erase(const struct matrix_rooms *rooms, const struct matrix_room *room)
{
    struct matrix_power power = power_of(room);
    int64_t level = matrix_room_power(room, rooms->me);
    return level >= power.redact &&
           level >= matrix_power_needed(&power, "m.room.redaction", false);
}

void matrix_room_own_name(const struct matrix_rooms *rooms, const struct matrix_room *room,
                          char out[EVENT_NAME_MAX + 1])
{
    const struct matrix_person *self = matrix_people_find(&room->people, rooms->me);
    if (self)
        snprintf(out, EVENT_NAME_MAX + 1, "%s", self->name);
    else
        matrix_people_label(&room->people, rooms->me, out);
}
