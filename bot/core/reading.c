#include "core/reading.h"

#include <stdlib.h>
#include <string.h>

#include "core/account.h"
#include "core/place.h"
#include "core/presence.h"

struct reading {
    struct address who; /* in `space` */
    uint64_t member;    /* 0 = nobody known */
    int64_t said;       /* the oldest of theirs that is being read */
    int64_t begun;      /* since when we know of it */
    char space[];
};

static struct reading **find(struct hall *hall, const struct address *who)
{
    for (size_t i = 0; i < hall->reading_count; i++)
        if (address_same(&hall->readings[i]->who, who))
            return &hall->readings[i];
    return NULL;
}

static char *put(char **at, const char *text)
{
    char *copy = *at;
    size_t size = strlen(text) + 1;
    memcpy(copy, text, size);
    *at += size;
    return copy;
}

/* NULL when out of memory. */
static struct reading *add(struct hall *hall, const struct address *who)
{
    size_t size = strlen(who->transport) + strlen(who->network) + strlen(who->target) + 3;
    struct reading **grown =
        reallocarray(hall->readings, hall->reading_count + 1, sizeof(struct reading *));
    if (!grown)
        return NULL;
    hall->readings = grown;
    struct reading *reading = calloc(1, sizeof *reading + size);
    if (!reading)
        return NULL;
    char *at = reading->space;
    reading->who.transport = put(&at, who->transport);
    reading->who.network = put(&at, who->network);
    reading->who.target = put(&at, who->target);
    grown[hall->reading_count++] = reading;
    return reading;
}

static void drop(struct hall *hall, struct reading **reading)
{
    free(*reading);
    *reading = hall->readings[--hall->reading_count];
}

static void tell(const struct event *event, struct effects *effects)
{
    struct text text;
    text_init(&text);
    text_printf(&text, "I am reading your link to %.*s. It may take a few seconds.",
                (int)event->length, event->text);
    effects_tell(effects, &event->who, &text, NULL, EFFECT_URGENT);
    text_finish(&text);
}

int reading_apply(struct hall *hall, const struct event *event, struct effects *effects)
{
    struct reading **found = find(hall, &event->who), *reading = found ? *found : NULL;
    uint64_t own;
    if (event->kind == EVENT_READ) {
        if (found)
            drop(hall, found);
        return 0;
    }
    if (!reading) {
        reading = add(hall, &event->who);
        if (!reading)
            return -1;
        reading->begun = event->at;
    }
    reading->said = event->sent ? event->sent : event->at;
    if (event->length > 0)
        tell(event, effects);
    return account_member(hall, &event->who, &own, &reading->member);
}

void readings_finish(struct hall *hall)
{
    for (size_t i = 0; i < hall->reading_count; i++)
        free(hall->readings[i]);
    free(hall->readings);
    hall->readings = NULL;
    hall->reading_count = 0;
}

/* They sit in the round, or are in its room: who answers without joining, joins. */
static bool concerns(const struct hall *hall, const struct round *round,
                     const struct reading *reading)
{
    const struct room *place = NULL;
    for (size_t i = 0; i < round->seat_count; i++) {
        struct address at = round_seat_address(&round->seats[i]);
        if (address_same(&at, &reading->who) ||
            (reading->member && round->seats[i].member == reading->member))
            return true;
    }
    while ((place = place_next(hall, round->room, place)))
        if (presence_has(place, &reading->who))
            return true;
    return false;
}

int64_t reading_until(const struct hall *hall, const struct round *round, int64_t end)
{
    int64_t from = 0;
    if (round->phase != ROUND_ANSWER)
        return 0;
    for (size_t i = 0; i < hall->reading_count; i++) {
        const struct reading *reading = hall->readings[i];
        if ((end > 0 && reading->said >= end) || !concerns(hall, round, reading))
            continue;
        /* What is read again after a start of the bot has its whole time. */
        int64_t begun = reading->begun > end ? reading->begun : end;
        from = begun > from ? begun : from;
    }
    return from > 0 ? from + READING_MS : 0;
}
