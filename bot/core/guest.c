#include "core/guest.h"

#include <inttypes.h>
#include <string.h>

#include "core/ballot.h"
#include "core/flow.h"
#include "core/presence.h"

static const char greeting[] = " You play as a guest: your score counts on no board, unless you log "
                               "in to the network's services before the round ends.";

const char *guest_greeting(struct talk *talk)
{
    const char *words = talk->greet ? greeting : "";
    talk->greet = false;
    return words;
}

void guest_greet(struct talk *talk)
{
    struct text text;
    if (!talk->greet)
        return;
    text_init(&text);
    text_put(&text, guest_greeting(talk) + 1);
    talk_tell(talk, &text, NULL);
    text_finish(&text);
}

/* ---- a guest becomes an account ---- */

struct became {
    struct hall *hall;
    const struct event *event;
    struct effects *effects;
    struct address to;
    uint64_t from;        /* the guest's member, 0 = they never spoke */
    uint64_t own, member; /* of the account alone, and of all that counts as one with it */
    struct buf moved, stayed; /* "3, 4": rounds */
    bool kept, dropped;   /* of two drafts the guest's became an answer, or is gone */
};

/* Also one that was given up: an answer may stand there. */
static struct seat *find_seat(struct round *round, uint64_t member)
{
    for (size_t i = 0; i < round->seat_count; i++)
        if (round->seats[i].member == member)
            return &round->seats[i];
    return NULL;
}

static bool has_open(const struct became *became)
{
    for (size_t i = 0; i < became->hall->round_count; i++)
        if (round_open(became->hall->rounds[i]) && find_seat(became->hall->rounds[i], became->from))
            return true;
    return draft_of(became->hall, became->from) != NULL;
}

static void record(struct became *became, uint64_t round)
{
    struct effect *effect = effects_add(became->effects, RECORD_BECAME);
    if (effect)
        effect->as.became = (struct became_record){round, became->from, became->member};
}

static void add_number(struct buf *list, const struct round *round)
{
    buf_printf(list, "%s%" PRIu64, list->length ? ", " : "", round->id);
}

static int move_seat(struct became *became, struct round *round, struct seat *seat)
{
    const struct event *event = became->event;
    record(became, round->id);
    seat->member = became->member;
    seat->used_by = seat->answered_by = seat->graded_by = became->own;
    seat->guest = false;
    if (round_seat_touch(seat, event->name, &became->to))
        return -1;
    if (round->host == became->from)
        round->host = became->member;
    for (size_t i = 0; i < round->motion_count; i++)
        if (round->motions[i].member == became->from)
            round->motions[i].member = became->member;
    flow_record_seat(round, seat, became->effects);
    flow_log(round, became->own, event->at, became->effects, "logged in, was a guest before");
    if (round->question_id)
        flow_record_asked(round, 0, became->own, event->at, became->effects);
    add_number(&became->moved, round);
    return 0;
}

static int leave_seat(struct became *became, struct round *round, struct seat *seat,
                      const struct seat *account)
{
    static const uint8_t nothing[HS_AXES_MAX];
    seat->left = true;
    if (round_seat_touch(seat, seat->name, &became->to)) /* what they are still told, the person hears */
        return -1;
    flow_record_seat(round, seat, became->effects);
    if (round_ballot(round, seat->number, account->number)) {
        if (round_cast(round, seat->number, account->number, nothing, NULL, became->event->at, 0))
            return -1;
        ballot_record(round, seat->number, account->number, false, became->effects);
    }
    flow_progress(round, became->effects);
    add_number(&became->stayed, round);
    return 0;
}

static int move_draft(struct became *became)
{
    struct draft *draft = draft_of(became->hall, became->from);
    if (!draft)
        return 0;
    if (draft_of(became->hall, became->member)) {
        int failed = draft_give_up(became->hall, draft, became->event->at, became->effects,
                                   &became->kept);
        became->dropped = !became->kept;
        return failed;
    }
    record(became, 0);
    draft->member = became->member;
    return 0;
}

static int move_open(struct became *became)
{
    const struct event *event = became->event;
    const struct world *world = became->hall->world;
    uint64_t whole;
    became->member = world->member(world->context, &became->to, event->name, event->at);
    if (became->member == 0 ||
        account_member(became->hall, &became->to, &became->own, &whole) || move_draft(became))
        return -1;
    for (size_t i = 0; i < became->hall->round_count; i++) {
        struct round *round = became->hall->rounds[i];
        struct seat *seat = round_open(round) ? find_seat(round, became->from) : NULL;
        const struct seat *account = seat ? find_seat(round, became->member) : NULL;
        if (seat && (account ? leave_seat(became, round, seat, account)
                             : move_seat(became, round, seat)))
            return -1;
    }
    return 0;
}

static void put_rounds(struct text *text, const char *before, const struct buf *list,
                       const char *after)
{
    if (list->length > 0)
        text_printf(text, "%s round%s %s%s", before, strchr(buf_text(list), ',') ? "s" : "",
                    buf_text(list), after);
}

static void tell(struct became *became)
{
    struct text text;
    text_init(&text);
    text_put(&text, "You are logged in");
    put_rounds(&text, ", so you are ranked in", &became->moved, "");
    text_put(&text, ".");
    put_rounds(&text, " You had a seat of your own in", &became->stayed,
               ": the guest's stays a guest's, and nobody waits for it.");
    if (became->kept)
        text_put(&text, " Your lines since begin are stored as your answer.");
    if (became->dropped)
        text_put(&text, " You are writing an answer already, so I dropped the other one.");
    effects_tell(became->effects, &became->to, &text, NULL, EFFECT_URGENT);
    text_finish(&text);
}

static void move_mail(struct became *became)
{
    struct effect *effect = effects_add(became->effects, RECORD_MAIL);
    if (!effect)
        return;
    effect->as.mail.from = effects_address(became->effects, &became->event->who);
    effect->as.mail.to = effects_address(became->effects, &became->to);
}

static int move_presence(struct became *became)
{
    const struct event *event = became->event;
    struct presence seen = {(char *)became->to.transport, (char *)became->to.network,
                            (char *)became->to.target, (char *)event->name, event->role};
    for (size_t i = 0; i < became->hall->room_count; i++) {
        struct room *room = became->hall->rooms[i];
        if (!presence_has(room, &event->who))
            continue;
        if (presence_enter(room, &seen))
            return -1;
        presence_leave(room, &event->who);
    }
    return 0;
}

static int move_all(struct became *became)
{
    uint64_t whole;
    if (account_member(became->hall, &became->event->who, &became->from, &whole))
        return -1;
    if (became->from) {
        move_mail(became);
        if (has_open(became) && move_open(became))
            return -1;
        if (became->moved.length + became->stayed.length > 0)
            tell(became);
    }
    return move_presence(became);
}

int guest_became(struct hall *hall, const struct event *event, struct effects *effects)
{
    struct became became = {.hall = hall, .event = event, .effects = effects};
    became.to = (struct address){event->who.transport, event->who.network, event->text};
    if (!event->guest || event->length == 0 || event->length > EVENT_TARGET_MAX ||
        address_same(&became.to, &event->who))
        return 0;
    /* A round that was over before is no longer theirs to rank in. */
    if (flow_tick_before(hall, event, effects))
        return -1;
    buf_init(&became.moved);
    buf_init(&became.stayed);
    bool failed = move_all(&became) || became.moved.failed || became.stayed.failed;
    buf_finish(&became.moved);
    buf_finish(&became.stayed);
    return failed || !effects_ok(effects) ? -1 : 0;
}
