#include "core/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/presence.h"

struct address place_address(const struct room *place)
{
    return (struct address){place->transport, place->network, place->target};
}

const struct room *place_next(const struct hall *hall, uint64_t room, const struct room *after)
{
    bool reached = after == NULL;
    for (size_t i = 0; i < hall->room_count; i++) {
        const struct room *place = hall->rooms[i];
        if (reached && place->id == room)
            return place;
        reached |= place == after;
    }
    return NULL;
}

static bool same_network(const struct room *place, const struct address *who)
{
    return strcmp(place->network, who->network) == 0 &&
           strcmp(place->transport, who->transport) == 0;
}

const struct room *place_near(const struct hall *hall, uint64_t room, const struct address *who)
{
    const struct room *near = NULL, *place = NULL;
    while ((place = place_next(hall, room, place))) {
        if (presence_has(place, who))
            return place;
        if (!near || (same_network(place, who) && !same_network(near, who)))
            near = place;
    }
    return near;
}

bool place_has(const struct hall *hall, uint64_t room, const struct address *who)
{
    const struct room *near = place_near(hall, room, who);
    return near && presence_has(near, who);
}

const char *place_prefix(const struct hall *hall, uint64_t room, const struct address *who)
{
    const struct room *near = place_near(hall, room, who);
    return near ? near->settings.prefix : "!";
}

const char *place_words(const struct address *where, char out[PLACE_WORDS])
{
    snprintf(out, PLACE_WORDS, "%.*s (%.*s)", EVENT_NAME_MAX, where->transport, EVENT_NAME_MAX,
             where->network);
    return out;
}

/* ---- saying ---- */

static bool called_alike(const struct hall *hall, uint64_t room)
{
    const struct room *first = place_next(hall, room, NULL), *place = first;
    while (place && (place = place_next(hall, room, place)))
        if (strcmp(place->call, first->call) != 0)
            return false;
    return true;
}

static void write_invitation(struct text *out, const struct text *head, const char *call,
                             const char *verb, const char *tail)
{
    text_init(out);
    text_append(out, head);
    text_monof(out, "%s%s", call, verb);
    text_put(out, tail);
}

void place_invite(const struct hall *hall, uint64_t room, const struct text *head,
                  const char *verb, const char *tail, struct effects *effects)
{
    const struct room *place = place_next(hall, room, NULL);
    bool alike = called_alike(hall, room);
    struct text text;
    if (alike) {
        write_invitation(&text, head, place ? place->call : "!", verb, tail);
        effects_say(effects, room, &text);
        text_finish(&text);
        return;
    }
    for (; place; place = place_next(hall, room, place)) {
        struct address to = place_address(place);
        write_invitation(&text, head, place->call, verb, tail);
        effects_reply(effects, &to, &text);
        text_finish(&text);
    }
}

const struct room *place_next_other(const struct talk *talk, uint64_t room,
                                    const struct room *after)
{
    const struct room *place = after;
    while ((place = place_next(talk->hall, room, place)))
        if (talk->room ? place != talk->room : !presence_has(place, &talk->event->who))
            return place;
    return NULL;
}

static bool is_linked(const struct hall *hall, uint64_t room)
{
    const struct room *first = place_next(hall, room, NULL);
    return first && place_next(hall, room, first);
}

/* With several rounds open it must be clear which. */
static bool several_open(const struct hall *hall, uint64_t room)
{
    size_t open = 0;
    for (size_t i = 0; i < hall->round_count; i++)
        open += hall->rounds[i]->room == room && round_open(hall->rounds[i]);
    return open > 1;
}

void place_tell_others(struct talk *talk, const struct round *round, const char *did, bool opened)
{
    const struct room *place = place_next_other(talk, round->room, NULL);
    char where[PLACE_WORDS];
    if (!place || !is_linked(talk->hall, round->room))
        return;
    struct text text;
    text_init(&text);
    text_printf(&text, "%s %s", talk->event->name, did);
    if (opened || several_open(talk->hall, round->room))
        text_printf(&text, " round %" PRIu64, round->id);
    text_printf(&text, " on %s.", place_words(&talk->event->who, where));
    for (; place; place = place_next_other(talk, round->room, place)) {
        struct address to = place_address(place);
        effects_reply(talk->effects, &to, &text);
    }
    text_finish(&text);
}

/* ---- names ---- */

/* What tells a person from others of that name in the round: the network, or already its kind. */
static const char *tell_apart(const struct round *round, uint64_t member, const char *name,
                              const struct address *who)
{
    const char *by = NULL;
    for (size_t i = 0; i < round->seat_count; i++) {
        const struct seat *other = &round->seats[i];
        if (other->member == member || strcasecmp(other->name, name) != 0)
            continue;
        if (strcmp(other->transport, who->transport) != 0)
            by = by ? by : who->transport;
        else if (strcmp(other->network, who->network) != 0)
            by = who->network;
    }
    return by;
}

/* An account of that name takes part, too. */
static bool has_namesake(const struct round *round, const char *name)
{
    for (size_t i = 0; i < round->seat_count; i++)
        if (!round->seats[i].guest && strcasecmp(round->seats[i].name, name) == 0)
            return true;
    return false;
}

static const char *write_name(const struct round *round, uint64_t member, const char *name,
                              const struct address *who, bool guest, char out[PLACE_NAME])
{
    const char *by = tell_apart(round, member, name, who);
    if (by || guest)
        snprintf(out, PLACE_NAME, "%.*s (%s%s%.*s)", EVENT_NAME_MAX, name, guest ? "guest" : "",
                 by && guest ? ", " : "", EVENT_NAME_MAX, by ? by : "");
    else
        snprintf(out, PLACE_NAME, "%.*s", EVENT_NAME_MAX, name);
    return out;
}

const char *place_ranked_name(const struct round *round, const struct seat *seat,
                              char out[PLACE_NAME])
{
    struct address who = round_seat_address(seat);
    return write_name(round, seat->member, seat->name, &who, seat->guest, out);
}

const char *place_seat_name(const struct round *round, const struct seat *seat,
                            char out[PLACE_NAME])
{
    struct address who = round_seat_address(seat);
    bool guest = seat->guest && has_namesake(round, seat->name);
    return write_name(round, seat->member, seat->name, &who, guest, out);
}

const char *place_speaker(const struct talk *talk, const struct round *round, char out[PLACE_NAME])
{
    const struct event *event = talk->event;
    bool guest = event->guest && has_namesake(round, event->name);
    return write_name(round, talk->member, event->name, &event->who, guest, out);
}
