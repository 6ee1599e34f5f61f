/* What people say: whether it is for the bot, which command it is, and who handles it. */
#include <string.h>

#include "core/flow.h"
#include "core/guest.h"
#include "core/presence.h"
#include "core/sanction.h"
#include "core/talk.h"

static void dispatch(struct talk *talk)
{
    switch (talk->command.verb) {
    case COMMAND_NONE: verb_say(talk); break;
    case COMMAND_UNKNOWN: verb_unknown(talk); break;
    case COMMAND_HELP: verb_help(talk); break;
    case COMMAND_START: verb_start(talk); break;
    case COMMAND_JOIN: verb_join(talk); break;
    case COMMAND_LEAVE: verb_leave(talk); break;
    case COMMAND_LOG: verb_log(talk); break;
    case COMMAND_BANS: verb_bans(talk); break;
    case COMMAND_IGNORE: verb_sanction(talk, SANCTION_IGNORE); break;
    case COMMAND_BAN: verb_sanction(talk, SANCTION_BAN); break;
    case COMMAND_UNIGNORE: verb_lift(talk, SANCTION_IGNORE); break;
    case COMMAND_UNBAN: verb_lift(talk, SANCTION_BAN); break;
    case COMMAND_LINK: verb_link(talk); break;
    case COMMAND_UNLINK: verb_unlink(talk); break;
    case COMMAND_STATUS: verb_status(talk); break;
    case COMMAND_HINT: verb_hint(talk); break;
    case COMMAND_EXTEND: verb_direct(talk, MOTION_EXTEND); break;
    case COMMAND_PAUSE: verb_direct(talk, MOTION_PAUSE); break;
    case COMMAND_RESUME: verb_direct(talk, MOTION_RESUME); break;
    case COMMAND_SKIP: verb_direct(talk, MOTION_SKIP); break;
    case COMMAND_END:
        if (talk->room)
            verb_direct(talk, MOTION_END);
        else
            verb_finish(talk);
        break;
    case COMMAND_TOP: verb_top(talk); break;
    case COMMAND_ME: verb_me(talk); break;
    case COMMAND_ANSWER: verb_say(talk); break;
    case COMMAND_BEGIN: verb_begin(talk); break;
    case COMMAND_CANCEL: verb_cancel(talk); break;
    case COMMAND_REVISE: verb_revise(talk); break;
    case COMMAND_WITHDRAW: verb_withdraw(talk); break;
    case COMMAND_VOTE: verb_vote(talk); break;
    case COMMAND_VOTES: verb_votes(talk); break;
    case COMMAND_COUNT: break;
    }
}

/* Reads a private text by the prefix of any room the speaker is in, and by "!"
 * if a command follows it: a vote must not be taken for an answer because
 * another room's prefix was typed. */
static void parse_private(struct talk *talk)
{
    const struct event *event = talk->event;
    const char *name = event->bot_name ? event->bot_name : "";
    size_t length = event->from ? event->typed : event->length;
    talk->prefix = talk->call = "!";
    bool first = true;
    for (size_t i = 0; i < talk->hall->room_count; i++) {
        const struct room *room = talk->hall->rooms[i];
        if (!talk_present(talk, room))
            continue;
        const char *prefix = room->settings.prefix;
        command_parse(&talk->command, event->text, length, prefix, name, true);
        if (first || talk->command.verb != COMMAND_NONE) {
            talk->prefix = prefix;
            talk->call = room->call;
            first = false;
        }
        if (talk->command.verb != COMMAND_NONE)
            return;
    }
    command_parse(&talk->command, event->text, length, "!", name, true);
    if (talk->command.verb == COMMAND_UNKNOWN && !first && strcmp(talk->prefix, "!") != 0)
        talk->command.verb = COMMAND_NONE;
}

static void parse(struct talk *talk)
{
    const struct event *event = talk->event;
    if (!talk->room) {
        parse_private(talk);
        talk_set_body(talk);
        return;
    }
    talk->prefix = talk->call = talk->room->call;
    command_parse(&talk->command, event->text, event->length, talk->room->settings.prefix,
                  event->bot_name ? event->bot_name : "", false);
    if (event->to_bot && talk->command.verb == COMMAND_NONE)
        command_parse_called(&talk->command, event->text, event->length);
}

/* It is for the bot, or has to do with it: what is only said in its presence is not. */
static bool concerns(const struct talk *talk)
{
    if (!talk->room || misplaced_may_be_answer(talk))
        return true;
    return talk->command.verb != COMMAND_NONE &&
           (!talk->room->settings.named_only || talk->command.named);
}

/* What was said is done; of an edit only what counts as said anew. In the room nothing counts
 * twice, but what should not stand there is looked at again. */
static void act(struct talk *talk)
{
    const struct event *event = talk->event;
    bool edit = event->kind == EVENT_EDIT;
    line_begin(talk);
    if (event->fault)
        verb_unread(talk);
    else if (talk->room && talk->command.verb == COMMAND_NONE)
        misplaced_answer(talk);
    else if (edit && !talk->room && !edit_counts_anew(talk))
        return;
    else if (hall_too_fast(talk))
        return;
    else if (!misplaced_command(talk) && !(edit && talk->room))
        dispatch(talk);
    guest_greet(talk);
    if (talk->refused && talk->key)
        memo_refuse(&talk->hall->memo, talk->member, talk->key);
}

/* Where somebody speaks from is where they are answered from now on, also after a restart. */
static int touch_seats(const struct talk *talk)
{
    const struct event *event = talk->event;
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct seat *seat = round_seat_of(talk->hall->rounds[i], talk->member);
        if (!seat)
            continue;
        struct address before = round_seat_address(seat);
        bool moved = seat->used_by != talk->own || seat->guest != event->guest ||
                     !address_same(&before, &event->who);
        seat->used_by = talk->own;
        seat->guest = event->guest;
        if (round_seat_touch(seat, event->name, &event->who))
            return -1;
        if (moved)
            flow_record_seat(talk->hall->rounds[i], seat, talk->effects);
    }
    return 0;
}

int hall_hear(struct hall *hall, struct room *room, const struct event *event,
              struct effects *effects)
{
    struct talk talk = {.hall = hall, .event = event, .effects = effects, .room = room};
    talk.origin = event->kind == EVENT_TEXT ? event->id : event->about;
    talk.key = event_key(effects->arena, event, talk.origin);
    if (room) {
        /* Whoever talks in a room is in it, even if the network has not said so. */
        struct presence seen = {(char *)event->who.transport, (char *)event->who.network,
                                (char *)event->who.target, (char *)event->name, event->role};
        if (presence_enter(room, &seen))
            return -1;
    }
    if (!room && talk_find_accounts(&talk))
        return -1;
    parse(&talk);
    /* What is late must be seen as late, even if the clock has not struck yet. */
    if (flow_tick_before(hall, event, effects))
        return -1;
    if (event->kind != EVENT_RETRACT && !concerns(&talk))
        return 0;
    if (talk_know(&talk) || touch_seats(&talk))
        return -1;
    bool ignored;
    if (sanction_ignores(&talk, &ignored))
        return -1;
    if (ignored)
        return flow_tick(hall, event, effects);
    if (event->kind == EVENT_RETRACT)
        verb_retract(&talk);
    else
        act(&talk);
    if (talk.broken || !effects_ok(effects))
        return -1;
    /* The last answer or vote ends its phase in the same event. */
    return flow_tick(hall, event, effects);
}
