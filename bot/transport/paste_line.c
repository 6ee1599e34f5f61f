/* Who has something waiting for a link to be read: in which order, noted, and told to the session. */
#include "transport/paste_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "transport/paste_note.h"
#include "util/buf.h"

#define PEOPLE_MAX 64 /* who have something waiting */

int paste_pass(struct paste_talk *talk, const struct event *event)
{
    return talk->inner->event(talk->inner->context, event);
}

/* ---- notes ---- */

static int64_t wall_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


static int note(struct paste_talk *talk, const char *transport, const char *network,
                const char *key, const char *value, size_t length)
{
    struct event event = {
        .kind = EVENT_NOTE,
        .at = wall_clock(),
        .room = {transport, network, NULL},
        .who = {transport, network, ""},
        .name = "",
        .tag = key,
        .text = value,
        .length = length,
    };
    return paste_pass(talk, &event);
}

void paste_forget_note(struct paste_talk *talk, const char *transport, const char *network,
                       const char *key)
{
    note(talk, transport, network, key, NULL, 0);
}

int paste_note_down(struct held *held)
{
    const struct person *person = held->person;
    struct buf value;
    buf_init(&value);
    paste_note_write(&value, held->event);
    int failed = value.failed ? -1
                              : note(person->talk, person->transport, person->network, held->key,
                                     buf_text(&value), value.length);
    buf_finish(&value);
    return failed;
}

/* In the order in which they came, over all lives of the bot. */
void paste_make_key(struct held *held)
{
    struct paste_talk *talk = held->person->talk;
    snprintf(held->key, sizeof held->key, PASTE_NOTES "%013lld.%06u", (long long)wall_clock(),
             talk->serial++ % 1000000);
}

/* ---- people ---- */

struct person *paste_person(const struct paste_talk *talk, const struct address *who)
{
    for (struct person *person = talk->people; person; person = person->next)
        if (strcmp(person->account, who->target) == 0 &&
            strcmp(person->network, who->network) == 0 &&
            strcmp(person->transport, who->transport) == 0)
            return person;
    return NULL;
}

static void free_person(struct person *person)
{
    free(person->transport);
    free(person->network);
    free(person);
}

/* NULL when out of memory, or if there are too many. */
struct person *paste_add_person(struct paste_talk *talk, const struct address *who)
{
    struct person *person =
        talk->people_count < PEOPLE_MAX ? calloc(1, sizeof *person) : NULL;
    if (!person)
        return NULL;
    person->talk = talk;
    person->last = &person->first;
    person->transport = strdup(who->transport);
    person->network = strdup(who->network);
    snprintf(person->account, sizeof person->account, "%s", who->target);
    if (!person->transport || !person->network) {
        free_person(person);
        return NULL;
    }
    person->next = talk->people;
    talk->people = person;
    talk->people_count++;
    return person;
}

void paste_remove_person(struct person *person)
{
    struct paste_talk *talk = person->talk;
    struct person **at = &talk->people;
    while (*at != person)
        at = &(*at)->next;
    *at = person->next;
    free_person(person);
    if (--talk->people_count == 0)
        uv_timer_stop(&talk->tick);
}

void paste_free_held(struct held *held)
{
    paste_cancel(held->call);
    free(held->event);
    free(held->text);
    free(held);
}

/* ---- telling the session ---- */

/* Of the oldest that is being read, or that nothing is any more. `host` tells them that it takes a while. */
int paste_tell_reading(struct person *person, const struct held *held, const char *host)
{
    struct event event = {
        .kind = held ? EVENT_READING : EVENT_READ,
        .at = held ? held->event->at : 0,
        .room = {person->transport, person->network, NULL},
        .who = {person->transport, person->network, person->account},
        .name = "",
        .text = host,
        .length = strlen(host),
    };
    return paste_pass(person->talk, &event);
}

const struct held *paste_oldest(const struct person *person)
{
    const struct held *held = person->first;
    while (held && !held->host[0])
        held = held->next;
    return held;
}

void paste_renew_reading(struct person *person)
{
    const struct held *held = paste_oldest(person);
    int64_t said = held ? held->event->at : 0;
    if (said != person->said && paste_tell_reading(person, held, "") == 0)
        person->said = said;
}

/* Hands it over. 0 when it is done with; -1: the session must be asked again. */
static int hand_over(struct held *held)
{
    struct person *person = held->person;
    struct event event = *held->event;
    event.who.target = person->account;
    if (held->host[0]) {
        event.from = held->host;
        event.typed = held->typed;
        event.line = false; /* it is whole */
        event.fault = held->text ? NULL : held->fault;
        event.text = held->text ? held->text : event.text;
        event.length = held->text ? held->length : held->typed;
    }
    /* What has an id does not count twice; what has none must not come again. */
    if (!event.id)
        paste_forget_note(person->talk, person->transport, person->network, held->key);
    if (paste_pass(person->talk, &event) && event.kept)
        return -1;
    if (event.id)
        paste_forget_note(person->talk, person->transport, person->network, held->key);
    return 0;
}

/* Lets go what does not wait any more, in order; the person is gone when nothing is left. */
void paste_flush(struct person *person)
{
    struct paste_talk *talk = person->talk;
    struct held *held;
    while ((held = person->first) && !held->call && hand_over(held) == 0) {
        person->first = held->next;
        if (!held->next)
            person->last = &person->first;
        person->count--;
        person->bytes -= held->event->length;
        paste_free_held(held);
    }
    paste_renew_reading(person);
    if (!person->first && person->said == 0)
        paste_remove_person(person);
    talk->inner->wake(talk->inner->context);
}
