/* Marks, edits and retractions on the script transport. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/script/script_state.h"

static bool has_marks(const struct script *script)
{
    return script->marks;
}

void script_set_marks(struct transport *transport, struct clock_port clock)
{
    struct script *script = script_of(transport);
    script->clock = clock;
    script->marks = true;
    script->ops.count = script_count;
}

void script_set_erasing(struct transport *transport, bool erasing)
{
    script_of(transport)->erasing = erasing;
}

void script_set_deaf(struct transport *transport, bool deaf)
{
    script_of(transport)->deaf = deaf;
}

void script_next(struct transport *transport, const char *id, bool to_bot)
{
    struct script_next *next = &script_of(transport)->next;
    if (id)
        snprintf(next->id, sizeof next->id, "%s", id);
    next->to_bot |= to_bot;
}

/* ---- what people see ---- */

static bool grow(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *grown = reallocarray(*array, wanted, size);
    if (!grown)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

bool script_keep_shown(struct script *script, const struct outbound *message, const char *plain)
{
    if (!has_marks(script) || !message->tag)
        return true;
    if (!grow((void **)&script->shown, script->shown_count, &script->shown_capacity,
              sizeof *script->shown))
        return false;
    struct script_shown *shown = &script->shown[script->shown_count];
    *shown = (struct script_shown){.target = strdup(message->target),
                                   .private_talk = message->private_talk,
                                   .tag = strdup(message->tag),
                                   .text = strdup(plain)};
    snprintf(shown->id, sizeof shown->id, "b%u", ++script->ids);
    script->shown_count++;
    return shown->target && shown->tag && shown->text;
}

const char *script_look(const struct script *script, const struct outbound *message,
                        const char *plain, char *out, size_t size)
{
    if (!has_marks(script) || !message->about)
        return plain;
    if (message->flags & EFFECT_ERASES)
        snprintf(out, size, "(erased %s)", message->about);
    else if (message->mark)
        snprintf(out, size, "(%s on %s)", message->mark, message->about);
    else
        return plain;
    return out;
}

void script_marks_finish(struct script *script)
{
    for (size_t i = 0; i < script->shown_count; i++) {
        free(script->shown[i].target);
        free(script->shown[i].tag);
        free(script->shown[i].text);
    }
    free(script->shown);
    free(script->given);
}

/* ---- what people do ---- */

void script_edit(struct transport *transport, int64_t at, const char *room, const char *person,
                 const char *about, const char *text, size_t length)
{
    script_push(script_of(transport),
                &(struct script_deed){.kind = EVENT_EDIT, .at = at, .room = room, .person = person,
                                      .text = text, .length = length, .about = about});
}

void script_retract(struct transport *transport, int64_t at, const char *room, const char *person,
                    const char *about)
{
    struct script *script = script_of(transport);
    for (size_t i = 0; i < script->given_count; i++)
        if (strcmp(script->given[i].id, about) == 0)
            script->given[i--] = script->given[--script->given_count];
    if (!script->deaf)
        script_push(script, &(struct script_deed){.kind = EVENT_RETRACT, .at = at, .room = room,
                                                  .person = person, .text = "", .about = about});
}

const char *script_find(struct transport *transport, const char *person, const char *room,
                        script_fits_fn *fits, const void *context)
{
    const struct script *script = script_of(transport);
    for (size_t i = script->shown_count; i > 0; i--) {
        const struct script_shown *shown = &script->shown[i - 1];
        if (strcmp(shown->target, shown->private_talk ? person : room) == 0 &&
            fits(context, shown->text))
            return shown->id;
    }
    return NULL;
}

static const struct script_shown *shown_of(const struct script *script, const char *id)
{
    for (size_t i = 0; i < script->shown_count; i++)
        if (strcmp(script->shown[i].id, id) == 0)
            return &script->shown[i];
    return NULL;
}

static void push_mark(struct script *script, int64_t at, const struct script_given *given)
{
    const struct script_shown *shown = shown_of(script, given->message);
    if (shown)
        script_push(script, &(struct script_deed){
                                .kind = EVENT_MARK, .at = at, .person = given->person,
                                .room = shown->private_talk ? NULL : shown->target,
                                .text = given->text, .length = strlen(given->text),
                                .id = given->id, .about = given->message, .tag = shown->tag});
}

int script_mark(struct transport *transport, int64_t at, const char *person, const char *message,
                const char *id, const char *text)
{
    struct script *script = script_of(transport);
    if (!grow((void **)&script->given, script->given_count, &script->given_capacity,
              sizeof *script->given))
        return -1;
    struct script_given *given = &script->given[script->given_count++];
    snprintf(given->id, sizeof given->id, "%s", id);
    snprintf(given->message, sizeof given->message, "%s", message);
    snprintf(given->person, sizeof given->person, "%s", person);
    snprintf(given->text, sizeof given->text, "%s", text);
    if (!script->deaf)
        push_mark(script, at, given);
    return 0;
}

/* ---- counting ---- */

/* All marks on one message, and that there are no others. */
static void tally_one(struct script *script, int64_t at, const struct script_shown *shown)
{
    struct buf ids;
    buf_init(&ids);
    for (size_t i = 0; i < script->given_count; i++) {
        const struct script_given *given = &script->given[i];
        if (strcmp(given->message, shown->id) != 0)
            continue;
        push_mark(script, at, given);
        buf_printf(&ids, "%s%s", ids.length ? "\n" : "", given->id);
    }
    if (!ids.failed)
        script_push(script, &(struct script_deed){
                                .kind = EVENT_TALLY, .at = at, .person = "",
                                .room = shown->private_talk ? NULL : shown->target,
                                .text = buf_text(&ids), .length = ids.length, .about = shown->id,
                                .tag = shown->tag});
    buf_finish(&ids);
}

void script_tally(struct transport *transport, const char *tag)
{
    struct script *script = script_of(transport);
    int64_t at = script->clock.now(script->clock.context);
    for (size_t i = 0; i < script->shown_count; i++)
        if (strncmp(script->shown[i].tag, tag, strlen(tag)) == 0)
            tally_one(script, at, &script->shown[i]);
}

void script_count(struct transport *transport, const char *target, const char *tag)
{
    struct script *script = script_of(transport);
    script_tally(transport, tag);
    script_push(script, &(struct script_deed){
                            .kind = EVENT_COUNTED, .at = script->clock.now(script->clock.context),
                            .room = target, .person = "", .text = "", .tag = tag});
}
