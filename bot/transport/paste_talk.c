#include "transport/paste_talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "transport/paste_note.h"
#include "transport/paste_state.h"
#include "transport/paste_words.h"

#define HELD_MAX 32       /* things that wait of one person */
#define HELD_BYTES (64 * 1024)
#define SLOW_MS 2000      /* then they are told that it takes a while */
#define TICK_MS 250       /* looks who must be told, and tries again what the session did not take */

static const char no_memory[] = "I am out of memory. Try again in a moment.";

static void on_tick(uv_timer_t *timer)
{
    struct paste_talk *talk = timer->data;
    struct person *next;
    for (struct person *person = talk->people; person; person = next) {
        const struct held *held = paste_oldest(person);
        next = person->next;
        if (held && held->call && !person->slow && uv_now(talk->loop) >= held->since + SLOW_MS) {
            person->slow = true;
            paste_tell_reading(person, held, held->host);
        }
        paste_flush(person);
    }
}

/* ---- links ---- */

static void set_fault(struct held *held, const char *why)
{
    snprintf(held->fault, sizeof held->fault, "%s", why);
}

static void take_text(struct held *held, const struct paste_result *result)
{
    char why[100];
    size_t whole = held->typed + result->length;
    if (whole > EVENT_TEXT_MAX) {
        snprintf(why, sizeof why, "it has %zu KB, and an answer has at most %d.",
                 (result->length + 1023) / 1024, EVENT_TEXT_MAX / 1024);
        set_fault(held, why);
        return;
    }
    held->text = malloc(whole + 1);
    if (!held->text) {
        set_fault(held, no_memory);
        return;
    }
    memcpy(held->text, held->event->text, held->typed);
    memcpy(held->text + held->typed, result->text, result->length);
    held->text[whole] = '\0';
    held->length = whole;
}

static void on_read(void *context, const struct paste_result *result)
{
    struct held *held = context;
    held->call = NULL;
    if (result->text)
        take_text(held, result);
    else
        set_fault(held, result->why);
    paste_flush(held->person);
}

/* If it is a link, begins to read it, or knows why that cannot be. */
static void look_for_link(struct paste_talk *talk, struct held *held)
{
    const struct event *event = held->event;
    struct paste_words words;
    struct paste_link link;
    struct error error;
    char who[3 * EVENT_TARGET_MAX];
    const char *why = no_memory;
    bool private_text =
        !event->room.target && (event->kind == EVENT_TEXT || event->kind == EVENT_EDIT);
    if (!private_text || !paste_words_read(event->text, event->length, &words))
        return;
    enum paste_found found =
        paste_link_read(talk->settings, words.link, words.length, &link, &why);
    if (found == PASTE_NONE)
        return;
    memcpy(held->host, link.host, sizeof held->host);
    held->typed = words.typed;
    held->since = uv_now(talk->loop);
    snprintf(who, sizeof who, "%s/%s/%s", event->who.transport, event->who.network,
             event->who.target);
    if (found == PASTE_WRONG) {
        set_fault(held, why);
    } else {
        held->call = paste_start(talk->paste, who, &link, on_read, held, &error);
        if (!held->call)
            set_fault(held, error.why);
    }
}

/* Too much came behind what is being read. */
static void give_up(struct person *person)
{
    for (struct held *held = person->first; held; held = held->next) {
        if (!held->call)
            continue;
        paste_cancel(held->call);
        held->call = NULL;
        set_fault(held, "too much came behind it to wait for it.");
    }
    paste_flush(person);
}

/* ---- what comes ---- */

static struct held *make_held(struct event *event_take)
{
    struct held *held = event_take ? calloc(1, sizeof *held) : NULL;
    if (!held) {
        free(event_take);
        return NULL;
    }
    held->event = event_take;
    return held;
}

static void append(struct person *person, struct held *held)
{
    struct paste_talk *talk = person->talk;
    held->person = person;
    *person->last = held;
    person->last = &held->next;
    person->count++;
    person->bytes += held->event->length;
    if (!uv_is_active((uv_handle_t *)&talk->tick))
        uv_timer_start(&talk->tick, on_tick, TICK_MS, TICK_MS);
}

static struct event *copy_event(const struct event *event)
{
    struct event *copy = malloc(sizeof *copy + event_size(event));
    if (copy)
        event_copy(copy, event, (char *)(copy + 1));
    return copy;
}

/* It waits here from now on, or only for its turn. */
static void hold(struct person *person, struct held *held)
{
    append(person, held);
    paste_make_key(held);
    /* What a network does not give again waits in memory alone if it must. */
    paste_note_down(held);
    paste_flush(person);
}

/* There is no room for it to wait: whoever named a link hears so. */
static int refuse(struct paste_talk *talk, struct held *held)
{
    struct event event = *held->event;
    event.from = held->host;
    event.typed = event.length = held->typed;
    event.fault = "too many links are being read just now. Try again in a moment.";
    int failed = paste_pass(talk, &event);
    paste_free_held(held);
    return failed;
}

static bool is_held(const struct person *person, const struct event *event)
{
    for (const struct held *held = person ? person->first : NULL; held && event->id;
         held = held->next)
        if (held->event->id && strcmp(held->event->id, event->id) == 0)
            return true;
    return false;
}

static bool may_be_link(const struct paste_talk *talk, const struct event *event)
{
    struct paste_words words;
    return !talk->settings->off && !event->room.target && !event->cut &&
           (event->kind == EVENT_TEXT || event->kind == EVENT_EDIT) &&
           paste_words_read(event->text, event->length, &words) && words.length > 7 &&
           strncasecmp(words.link, "http", 4) == 0;
}

/* Said by somebody. */
static int on_talk(struct paste_talk *talk, const struct event *event)
{
    struct person *person = paste_person(talk, &event->who);
    if (is_held(person, event))
        return 0;
    if (person && (person->count >= HELD_MAX || person->bytes + event->length > HELD_BYTES)) {
        give_up(person);
        person = paste_person(talk, &event->who);
    }
    if (!person && !may_be_link(talk, event))
        return paste_pass(talk, event);
    struct held *held = make_held(copy_event(event));
    if (!held)
        return paste_pass(talk, event);
    look_for_link(talk, held);
    if (!person && !held->host[0]) {
        paste_free_held(held);
        return paste_pass(talk, event);
    }
    if (!person)
        person = paste_add_person(talk, &event->who);
    if (!person)
        return refuse(talk, held);
    hold(person, held);
    return 0;
}

/* What a guest said before is said by the account that they are now. */
static void rename_person(struct paste_talk *talk, const struct event *event)
{
    struct person *person = paste_person(talk, &event->who);
    if (!person || event->length >= sizeof person->account)
        return;
    paste_tell_reading(person, NULL, "");
    snprintf(person->account, sizeof person->account, "%s", event->text);
    for (struct held *held = person->first; held; held = held->next) {
        held->event->guest = false;
        held->event->who.target = person->account; /* as long as the event lives */
        paste_note_down(held);
    }
    person->said = 0;
    paste_renew_reading(person);
}

static int on_event(void *context, const struct event *event)
{
    struct paste_talk *talk = context;
    switch (event->kind) {
    case EVENT_TEXT:
    case EVENT_EDIT:
    case EVENT_RETRACT:
    case EVENT_MARK:
        return on_talk(talk, event);
    case EVENT_BECAME:
        if (paste_pass(talk, event))
            return -1;
        rename_person(talk, event);
        return 0;
    default:
        return paste_pass(talk, event);
    }
}

/* ---- the rest of a sink ---- */

static int on_recall(void *context, const char *transport, const char *network, const char *prefix,
                     note_fn *each, void *each_context)
{
    const struct paste_talk *talk = context;
    return talk->inner->recall(talk->inner->context, transport, network, prefix, each,
                               each_context);
}

static void on_sent(void *context, int64_t id)
{
    const struct paste_talk *talk = context;
    talk->inner->sent(talk->inner->context, id);
}

static void on_lost(void *context, int64_t id)
{
    const struct paste_talk *talk = context;
    talk->inner->lost(talk->inner->context, id);
}

static void on_ready(void *context, const char *transport, const char *network)
{
    const struct paste_talk *talk = context;
    talk->inner->ready(talk->inner->context, transport, network);
}

static void on_wake(void *context)
{
    const struct paste_talk *talk = context;
    talk->inner->wake(talk->inner->context);
}

const struct transport_sink *paste_talk_sink(struct paste_talk *talk)
{
    return &talk->sink;
}

/* ---- life ---- */

struct resuming {
    struct paste_talk *talk;
    const char *transport, *network;
    bool failed;
};

static void take_note(void *context, const char *key, const char *value, int64_t at)
{
    struct resuming *resuming = context;
    struct paste_talk *talk = resuming->talk;
    bool bad;
    struct held *held = make_held(
        paste_note_read(value, resuming->transport, resuming->network, &bad));
    struct person *person = held ? paste_person(talk, &held->event->who) : NULL;
    (void)at;
    if (held && !person)
        person = paste_add_person(talk, &held->event->who);
    if (!person) {
        if (held)
            paste_free_held(held);
        resuming->failed |= held || !bad;
        if (bad)
            paste_forget_note(talk, resuming->transport, resuming->network, key);
        return;
    }
    snprintf(held->key, sizeof held->key, "%s", key);
    append(person, held);
    look_for_link(talk, held);
    paste_renew_reading(person);
}

int paste_talk_resume(struct paste_talk *talk, const char *transport, const char *network)
{
    struct resuming resuming = {talk, transport, network, false};
    if (on_recall(talk, transport, network, PASTE_NOTES, take_note, &resuming))
        return -1;
    return resuming.failed ? -1 : 0;
}

static void let_go(void *context)
{
    struct paste_talk *talk = context;
    if (--talk->handles == 0)
        free(talk);
}

static void on_tick_closed(uv_handle_t *handle)
{
    let_go(handle->data);
}

struct paste_talk *paste_talk_create(uv_loop_t *loop, const struct paste_settings *settings,
                                     const struct paste_net *net,
                                     const struct transport_sink *sink, struct error *error)
{
    struct paste_talk *talk = calloc(1, sizeof *talk);
    if (!talk) {
        error_set(error, ERR_MEMORY, "no memory for reading links");
        return NULL;
    }
    talk->paste = paste_create(loop, settings, net, error);
    if (!talk->paste) {
        free(talk);
        return NULL;
    }
    talk->inner = sink;
    talk->sink = (struct transport_sink){talk,    on_event, on_recall, on_sent,
                                         on_lost, on_ready, on_wake};
    talk->loop = loop;
    talk->settings = settings;
    uv_timer_init(loop, &talk->tick);
    talk->tick.data = talk;
    return talk;
}

void paste_talk_destroy(struct paste_talk *talk)
{
    if (!talk)
        return;
    while (talk->people) {
        struct person *person = talk->people;
        while (person->first) {
            struct held *held = person->first;
            person->first = held->next;
            paste_free_held(held);
        }
        paste_remove_person(person);
    }
    talk->handles = 2;
    uv_close((uv_handle_t *)&talk->tick, on_tick_closed);
    paste_destroy(talk->paste, let_go, talk);
}
