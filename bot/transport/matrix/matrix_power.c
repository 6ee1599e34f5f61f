/*
 * Who may what in a room: m.room.power_levels and m.room.create (client-server
 * API, "Permissions"; room versions 1 to 12).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_content.h"
#include "transport/matrix/matrix_json.h"

#define VERSION_MAX 32 /* bytes of a room version */

/* ---- power levels ---- */

static int64_t clamp(long long level)
{
    return level > MATRIX_POWER_MAX ? MATRIX_POWER_MAX
           : level < -MATRIX_POWER_MAX ? -MATRIX_POWER_MAX : level;
}

/* Up to room version 9 a level may be a string that holds an integer. */
static int64_t level_of(const json_t *value, int64_t fallback)
{
    const char *text = json_string_value(value);
    char *end;
    if (json_is_integer(value))
        return clamp(json_integer_value(value));
    if (!text || !*text)
        return fallback;
    errno = 0;
    long long level = strtoll(text, &end, 10);
    return *end || errno ? fallback : clamp(level);
}

static void level(const json_t *content, const char *key, int64_t *out)
{
    *out = level_of(json_object_get(content, key), *out);
}

void matrix_power_default(struct matrix_power *power)
{
    *power = (struct matrix_power){.state_default = 50, .redact = 50, .kick = 50, .ban = 50,
                                   .notify_room = 50};
}

const char *matrix_content_power(struct matrix_event *event, const json_t *content)
{
    struct matrix_power *power = &event->power;
    matrix_power_default(power);
    level(content, "users_default", &power->users_default);
    level(content, "events_default", &power->events_default);
    level(content, "state_default", &power->state_default);
    level(content, "redact", &power->redact);
    level(content, "kick", &power->kick);
    level(content, "ban", &power->ban);
    level(content, "invite", &power->invite);
    level(json_object_get(content, "notifications"), "room", &power->notify_room);
    power->users = matrix_json_object(content, "users");
    power->events = matrix_json_object(content, "events");
    return NULL;
}

int64_t matrix_power_of(const struct matrix_power *power, const char *user)
{
    return level_of(json_object_get(power->users, user), power->users_default);
}

int64_t matrix_power_needed(const struct matrix_power *power, const char *type, bool state)
{
    return level_of(json_object_get(power->events, type),
                    state ? power->state_default : power->events_default);
}

/* ---- who made it ---- */

/* The number of a room version, 0 if it is none. */
static long number_of(const char *version)
{
    char *end;
    long number = strtol(version, &end, 10);
    return *end || version[0] < '1' || version[0] > '9' ? 0 : number;
}

const char *matrix_content_creation(struct matrix_event *event, const json_t *content)
{
    struct matrix_creation *creation = &event->creation;
    const char *version = matrix_content_string(content, "room_version", VERSION_MAX);
    const char *creator = matrix_content_id(content, "creator", '@');
    if (!version && json_object_get(content, "room_version"))
        return "a room version that is none";
    creation->version = version ? version : "1";
    long number = number_of(creation->version);
    creation->creators_rule = number >= 12 || strcmp(creation->version, "org.matrix.hydra.11") == 0;
    creation->creator = number >= 1 && number <= 10 && creator ? creator : event->sender;
    creation->others = creation->creators_rule ? matrix_json_array(content, "additional_creators") : NULL;
    creation->type = matrix_content_string(content, "type", MATRIX_ID_MAX);
    return NULL;
}

bool matrix_creation_by(const struct matrix_creation *creation, const char *user)
{
    size_t i;
    json_t *one;
    if (strcmp(creation->creator, user) == 0)
        return true;
    json_array_foreach((json_t *)creation->others, i, one)
        if (json_is_string(one) && strcmp(json_string_value(one), user) == 0)
            return true;
    return false;
}
