#include "core/plugin_call.h"

#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

#define SAID_MAX (8 * 1024)
#define REASON_MAX 100
#define AWARD_MAX 20
#define CALLS_MAX 512 /* of host functions in one callback */

_Static_assert(ROUND_SEATS_MAX == HS_SEATS_MAX, "plugins count on it");

/* The host's side of one call. State kept by the plugin is applied only if the callback succeeds. */
struct hs_effects {
    struct effects *effects;
    struct round *round;
    int64_t now;
    unsigned calls;
    const void *state;
    size_t state_size;
    uint32_t state_version;
    bool kept;
};

/* A callback that calls on and on must not eat the memory of the bot. */
static int count_call(struct hs_effects *call)
{
    return ++call->calls > CALLS_MAX ? HS_ELIMIT : HS_OK;
}

/* HS_OK if it is UTF-8 of 1 to `most` bytes. */
static int check_words(const char *words, size_t most)
{
    size_t length = words ? strnlen(words, most + 1) : 0;
    if (length > most)
        return HS_ELIMIT;
    return length > 0 && utf8_valid(words, length) ? HS_OK : HS_EINVAL;
}

/* To the room, or (to not NULL) to one person. What does not fit is the
 * plugin's fault; it must not make the whole event fail. */
static int say(struct hs_effects *call, const struct address *to, const char *markdown)
{
    int status = check_words(markdown, SAID_MAX);
    if (status != HS_OK)
        return status;
    struct text text;
    text_init(&text);
    text_markdown(&text, markdown, strlen(markdown));
    if (text.overflow)
        status = HS_ELIMIT;
    else if (to)
        effects_tell(call->effects, to, &text, NULL, 0);
    else
        effects_say(call->effects, call->round->room, &text);
    text_finish(&text);
    return effects_ok(call->effects) ? status : HS_ENOMEM;
}

static int host_say(struct hs_effects *call, const char *markdown)
{
    int status = count_call(call);
    return status == HS_OK ? say(call, NULL, markdown) : status;
}

static int host_say_private(struct hs_effects *call, uint32_t seat, const char *markdown)
{
    int status = count_call(call);
    if (status != HS_OK)
        return status;
    if (seat >= call->round->seat_count)
        return HS_EINVAL;
    struct address to = round_seat_address(&call->round->seats[seat]);
    return say(call, &to, markdown);
}

static int host_award(struct hs_effects *call, uint32_t seat, uint32_t points, const char *reason)
{
    int status = count_call(call);
    if (status != HS_OK)
        return status;
    if (seat >= call->round->seat_count || points > AWARD_MAX ||
        check_words(reason, REASON_MAX) != HS_OK)
        return HS_EINVAL;
    if (call->round->seats[seat].guest)
        return HS_OK; /* guests are not ranked, and that is no matter of plugins */
    struct effect *effect = effects_add(call->effects, RECORD_LEDGER);
    if (!effect)
        return HS_ENOMEM;
    effect->as.ledger = (struct ledger_entry){
        .room = call->round->room,
        .round = call->round->id,
        .member = round_user(&call->round->seats[seat], call->round->seats[seat].used_by),
        .kind = call->round->kind,
        .reason = arena_strdup(call->effects->arena, reason),
        .points = (int32_t)points,
        .at = call->now,
    };
    return effects_ok(call->effects) ? HS_OK : HS_ENOMEM;
}

static int host_keep(struct hs_effects *call, uint32_t version, const void *state, size_t size)
{
    if (count_call(call) != HS_OK || size > ROUND_STATE_MAX)
        return HS_ELIMIT;
    if (!state && size > 0)
        return HS_EINVAL;
    call->state = size > 0 ? arena_memdup(call->effects->arena, state, size) : NULL;
    if (size > 0 && !call->state)
        return HS_ENOMEM;
    call->state_size = size;
    call->state_version = version;
    call->kept = true;
    return HS_OK;
}

static const struct hs_host host = {
    .abi_minor = HS_ABI_MINOR,
    .size = sizeof(struct hs_host),
    .say = host_say,
    .say_private = host_say_private,
    .award = host_award,
    .keep = host_keep,
};

static int view_round(const struct round *round, int64_t now, struct arena *arena,
                      struct hs_round *view)
{
    struct hs_seat *seats = arena_array(arena, round->seat_count, sizeof *seats);
    if (!seats)
        return -1;
    for (uint32_t i = 0; i < round->seat_count; i++)
        seats[i] = (struct hs_seat){i, round->seats[i].hints_used,
                                    (uint32_t)round->seats[i].answer_length};
    *view = (struct hs_round){
        .id = round->id,
        .seed = round->seed,
        .now = now,
        .deadline = round->deadline,
        .question = &round->question->pub,
        .rubric = round->plugin->rubric,
        .seats = seats,
        .seat_count = round->seat_count,
        .state = round->state,
        .state_size = round->state_size,
        .state_version = round->state_version,
    };
    return 0;
}

static int apply_state(struct round *round, const struct hs_effects *call)
{
    if (!call->kept)
        return 0;
    void *copy = NULL;
    if (call->state_size > 0) {
        copy = malloc(call->state_size);
        if (!copy)
            return -1;
        memcpy(copy, call->state, call->state_size);
    }
    round_record(round, call->effects);
    free(round->state);
    round->state = copy;
    round->state_size = call->state_size;
    round->state_version = call->state_version;
    return effects_ok(call->effects) ? 0 : -1;
}

static enum plugin_outcome finish_call(struct hs_effects *call, size_t mark, int status)
{
    if (!effects_ok(call->effects))
        return PLUGIN_BROKEN;
    if (status != HS_OK) {
        effects_truncate(call->effects, mark);
        return PLUGIN_FAILED;
    }
    return apply_state(call->round, call) ? PLUGIN_BROKEN : PLUGIN_DONE;
}

enum plugin_outcome plugin_pose(struct round *round, int64_t now, struct effects *effects)
{
    struct hs_effects call = {.effects = effects, .round = round, .now = now};
    struct hs_round view;
    size_t mark = effects->count;
    if (view_round(round, now, effects->arena, &view))
        return PLUGIN_BROKEN;
    return finish_call(&call, mark, round->plugin->pose(&view, &host, &call));
}

enum plugin_outcome plugin_result(struct round *round, int64_t now,
                                  const struct hs_result *results, size_t count,
                                  struct effects *effects)
{
    struct hs_effects call = {.effects = effects, .round = round, .now = now};
    struct hs_round view;
    size_t mark = effects->count;
    if (view_round(round, now, effects->arena, &view))
        return PLUGIN_BROKEN;
    return finish_call(&call, mark, round->plugin->result(&view, results, count, &host, &call));
}

enum plugin_outcome plugin_answer(struct round *round, int64_t now, uint32_t seat,
                                  struct effects *effects)
{
    struct hs_effects call = {.effects = effects, .round = round, .now = now};
    struct hs_round view;
    size_t mark = effects->count;
    if (!round->plugin->answer)
        return PLUGIN_DONE;
    if (view_round(round, now, effects->arena, &view))
        return PLUGIN_BROKEN;
    const struct seat *from = &round->seats[seat];
    return finish_call(&call, mark,
                       round->plugin->answer(&view, seat, from->answer, from->answer_length, &host,
                                             &call));
}
