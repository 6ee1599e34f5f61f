#include "core/effect.h"

#include <string.h>

void effects_init(struct effects *effects, struct arena *arena)
{
    effects->arena = arena;
    effects->first = NULL;
    effects->last = &effects->first;
    effects->count = 0;
    effects->failed = false;
}

bool effects_ok(const struct effects *effects)
{
    return !effects->failed && !effects->arena->failed;
}

struct effect *effects_add(struct effects *effects, enum effect_kind kind)
{
    struct effect *effect = NULL;
    if (effects->count < EFFECTS_MAX)
        effect = arena_alloc(effects->arena, sizeof *effect);
    if (!effect) {
        effects->failed = true;
        return NULL;
    }
    effect->kind = kind;
    *effects->last = effect;
    effects->last = &effect->next;
    effects->count++;
    return effect;
}

void effects_truncate(struct effects *effects, size_t mark)
{
    struct effect **last = &effects->first;
    for (size_t i = 0; i < mark && *last; i++)
        last = &(*last)->next;
    *last = NULL;
    effects->last = last;
    if (effects->count > mark)
        effects->count = mark;
}

struct address effects_address(struct effects *effects, const struct address *address)
{
    struct address copy = {
        .transport = arena_strdup(effects->arena, address->transport),
        .network = arena_strdup(effects->arena, address->network),
        .target = arena_strdup(effects->arena, address->target),
    };
    return copy;
}

/* A message whose text is copied; the list fails if the text did. */
static struct message *add_message(struct effects *effects, enum effect_kind kind,
                                   const struct text *text)
{
    struct effect *effect = effects_add(effects, kind);
    if (!effect)
        return NULL;
    if (!text_ok(text)) {
        effects->failed = true;
        return NULL;
    }
    size_t size;
    const char *bytes = text_bytes(text, &size);
    effect->as.message.bytes = arena_memdup(effects->arena, bytes, size);
    effect->as.message.size = size;
    return &effect->as.message;
}

struct message *effects_say(struct effects *effects, uint64_t room, const struct text *text)
{
    struct message *message = add_message(effects, EFFECT_SAY, text);
    if (message)
        message->room = room;
    return message;
}

struct message *effects_tell(struct effects *effects, const struct address *to,
                             const struct text *text, const char *collapse, unsigned flags)
{
    struct message *message = add_message(effects, EFFECT_TELL, text);
    if (!message)
        return NULL;
    message->to = effects_address(effects, to);
    message->collapse = arena_strdup(effects->arena, collapse);
    message->flags = flags;
    return message;
}

struct message *effects_reply(struct effects *effects, const struct address *place,
                              const struct text *text)
{
    struct message *message = add_message(effects, EFFECT_REPLY, text);
    if (message)
        message->to = effects_address(effects, place);
    return message;
}

void effects_unsay(struct effects *effects, const struct address *to, const char *collapse)
{
    struct effect *effect = effects_add(effects, EFFECT_UNSAY);
    if (!effect)
        return;
    effect->as.message.to = effects_address(effects, to);
    effect->as.message.collapse = arena_strdup(effects->arena, collapse);
}

void effects_erase(struct effects *effects, const struct address *place, const char *about)
{
    struct text nothing;
    text_init(&nothing);
    struct message *message = add_message(effects, EFFECT_ERASE, &nothing);
    if (message) {
        message->to = effects_address(effects, place);
        message->flags = EFFECT_ERASES | EFFECT_URGENT;
        message->about = arena_strdup(effects->arena, about);
    }
    text_finish(&nothing);
}
