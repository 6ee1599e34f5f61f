/*
 * link and unlink: one person with accounts on several networks. Whoever says
 * !link gets a code that works once; whoever redeems it from another account
 * shows thereby that both are theirs. Each account keeps the member of its own,
 * and unlinking gives it back.
 */
#include <inttypes.h>
#include <string.h>

#include "core/account.h"
#include "core/flow.h"
#include "core/link_code.h"
#include "core/place.h"
#include "core/talk.h"
#include "util/span.h"

static struct link_record *change(struct talk *talk, enum link_change what)
{
    static struct link_record none;
    struct effect *effect = effects_add(talk->effects, RECORD_LINK);
    if (!effect)
        return &none;
    effect->as.link.change = what;
    effect->as.link.at = talk->event->at;
    return &effect->as.link;
}

static void log_change(struct talk *talk, const char *format, const char *what)
{
    struct effect *effect = effects_add(talk->effects, RECORD_LOG);
    if (!effect)
        return;
    effect->as.log = (struct log_entry){
        .member = talk->own,
        .what = arena_printf(talk->effects->arena, format, what),
        .at = talk->event->at,
    };
}

static struct account *account_of(struct accounts *accounts, uint64_t own)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (accounts->list[i].own == own)
            return &accounts->list[i];
    return NULL;
}

/* "ann on irc (libera) and annie on ...": all but `own`. */
static void put_others(const struct accounts *accounts, uint64_t own, struct text *text)
{
    const char *between = "";
    for (size_t i = 0; i < accounts->count; i++) {
        if (accounts->list[i].own == own)
            continue;
        text_put(text, between);
        account_put(&accounts->list[i], text);
        between = " and ";
    }
}

/* ---- a code ---- */

static void offer(struct talk *talk, const struct accounts *mine)
{
    char code[LINK_CODE_LETTERS + 1], hash[SHA256_HEX];
    struct text text;
    link_code_make(talk->event->seed, code);
    link_code_hash(code, hash);
    struct link_record *record = change(talk, LINK_OFFER);
    record->member = talk->own;
    record->hash = arena_strdup(talk->effects->arena, hash);
    text_init(&text);
    if (mine->count > 1) {
        text_put(&text, "You are one person with ");
        put_others(mine, talk->own, &text);
        text_put(&text, ". To add another account: ");
    } else {
        text_put(&text, "To be one person with your account on another network: ");
    }
    text_put(&text, "say ");
    text_monof(&text, "!link %s", code);
    text_put(&text, " to me there, privately, within 10 minutes. It works once; show it to nobody.");
    talk_tell(talk, &text, "link");
    text_finish(&text);
}

/* ---- redeeming it ---- */

/* Too many wrong codes lately; otherwise *tries of them count. */
static bool paused(struct talk *talk, unsigned *tries, int64_t *since)
{
    const struct world *world = talk->hall->world;
    char left[SPAN_TEXT];
    int64_t now = talk->event->at;
    if (world->link_tries(world->context, talk->own, tries, since)) {
        talk->broken = true;
        return true;
    }
    if (*tries == 0 || now - *since >= LINK_PAUSE_MS) {
        *tries = 0;
        *since = now;
    }
    if (*tries < LINK_TRIES_MAX)
        return false;
    talk_reply(talk, "Too many wrong codes. In %s you can try again.",
               span_text(*since + LINK_PAUSE_MS - now, left));
    return true;
}

static void wrong(struct talk *talk, unsigned tries, int64_t since)
{
    struct link_record *record = change(talk, LINK_TRIES);
    record->member = talk->own;
    record->tries = tries + 1;
    record->at = since;
    unsigned left = LINK_TRIES_MAX - record->tries;
    if (left == 0)
        talk_reply(talk, "I know no such code. That was the last try for 10 minutes.");
    else
        talk_reply(talk, "I know no such code. %u %s left. %slink from your other account gives a new "
                         "one.",
                   left, left == 1 ? "try" : "tries", talk->prefix);
}

/* The code is known, but cannot be redeemed any more. */
static bool is_stale(struct talk *talk, const struct link_code *code)
{
    bool late = talk->event->at - code->at > LINK_CODE_MS;
    if (code->state == LINK_CODE_OPEN && !late)
        return false;
    talk_reply(talk, "That code %s. %slink from your other account gives a new one.",
               code->state == LINK_CODE_USED   ? "was used already"
               : code->state == LINK_CODE_VOID ? "was said where others could read it, so it is void"
                                               : "is older than 10 minutes",
               talk->prefix);
    return true;
}

static struct seat *any_seat(struct round *round, uint64_t member)
{
    for (size_t i = 0; i < round->seat_count; i++)
        if (round->seats[i].member == member)
            return &round->seats[i];
    return NULL;
}

/* Two seats in one round cannot become one. */
static bool both_sit(struct talk *talk, uint64_t other)
{
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        if (!round_open(round) || !any_seat(round, talk->member) || !any_seat(round, other))
            continue;
        talk_reply(talk, "You have a seat in round %" PRIu64 " on both sides. Finish the round first, "
                         "then link.",
                   round->id);
        return true;
    }
    return false;
}

static bool both_write(struct talk *talk)
{
    if (!draft_of(talk->hall, talk->member))
        return false;
    talk_reply(talk, "You have lines of an answer waiting here. Say %send or %scancel first, then the "
                     "code again.",
               talk->prefix, talk->prefix);
    return true;
}

/* One of the two accounts, or both, cannot be linked with the other. */
static bool cannot_link(struct talk *talk, const struct link_code *code,
                        const struct accounts *mine, const struct accounts *theirs,
                        uint64_t other)
{
    struct text text;
    if (code->member == talk->own) {
        talk_reply(talk, "That is your own code. Say it from your account on the other network.");
        return true;
    }
    if (other == talk->member) {
        text_init(&text);
        text_put(&text, "You are one person already with ");
        put_others(mine, talk->own, &text);
        text_printf(&text, ". %sunlink undoes it.", talk->prefix);
        talk_tell(talk, &text, NULL);
        text_finish(&text);
        return true;
    }
    if (mine->count + theirs->count > ACCOUNTS_MAX) {
        talk_reply(talk, "A person can have %d accounts; that would be %zu. %sunlink takes one out.",
                   ACCOUNTS_MAX, mine->count + theirs->count, talk->prefix);
        return true;
    }
    return both_sit(talk, other) || both_write(talk);
}

/* All accounts of both learn of it, so that nobody is linked without knowing. */
static void tell_linked(struct talk *talk, struct accounts *mine, const struct accounts *theirs)
{
    struct text text;
    const struct account *me = account_of(mine, talk->own);
    text_init(&text);
    text_put(&text, "You are one person now with ");
    put_others(theirs, 0, &text);
    text_printf(&text, ": scores and points count together. %sunlink here or there undoes it.",
                talk->prefix);
    talk_tell(talk, &text, "link");
    text_finish(&text);
    for (size_t i = 0; i < mine->count + theirs->count; i++) {
        const struct account *other =
            i < mine->count ? &mine->list[i] : &theirs->list[i - mine->count];
        if (!me || other->own == talk->own)
            continue;
        text_init(&text);
        account_put(me, &text);
        text_put(&text, " gave a code of yours: you are one person now, scores and points count "
                        "together. If that was not you, say ");
        text_mono(&text, "!unlink");
        text_put(&text, ".");
        effects_tell(talk->effects, &other->who, &text, "link", EFFECT_URGENT);
        text_finish(&text);
    }
}

static void join(struct talk *talk, const char *hash, struct accounts *mine,
                 const struct accounts *theirs, uint64_t other)
{
    struct text words;
    struct link_record *record = change(talk, LINK_SETTLE);
    record->hash = arena_strdup(talk->effects->arena, hash);
    record->state = LINK_CODE_USED;
    record = change(talk, LINK_TRIES);
    record->member = talk->own;
    record = change(talk, LINK_JOIN);
    record->member = talk->member;
    record->whole = other;
    account_move(talk->hall, talk->member, other, talk->effects);
    text_init(&words);
    put_others(theirs, 0, &words);
    size_t size;
    struct buf plain;
    const char *bytes = text_bytes(&words, &size);
    buf_init(&plain);
    if (text_plain(bytes, size, &plain))
        talk->broken = true;
    log_change(talk, "linked with %s", buf_text(&plain));
    buf_finish(&plain);
    text_finish(&words);
    tell_linked(talk, mine, theirs);
}

static void redeem(struct talk *talk, struct accounts *mine)
{
    char code[LINK_CODE_LETTERS + 1], hash[SHA256_HEX];
    const struct world *world = talk->hall->world;
    struct link_code known;
    struct accounts theirs;
    unsigned tries;
    int64_t since;
    uint64_t own, other;
    if (!link_code_read(talk->command.rest, talk->command.rest_length, code)) {
        talk_reply(talk, "A code is %d letters, such as bcdf ghjk. %slink from your other account "
                         "gives one.",
                   LINK_CODE_LETTERS, talk->prefix);
        return;
    }
    if (paused(talk, &tries, &since))
        return;
    link_code_hash(code, hash);
    if (world->link_code(world->context, hash, &known)) {
        talk->broken = true;
    } else if (known.member == 0) {
        wrong(talk, tries, since);
    } else if (!is_stale(talk, &known)) {
        if (accounts_read(talk->hall, known.member, talk->effects->arena, &theirs) ||
            theirs.count == 0 || account_member(talk->hall, &theirs.list[0].who, &own, &other))
            talk->broken = true;
        else if (!cannot_link(talk, &known, mine, &theirs, other))
            join(talk, hash, mine, &theirs, other);
    }
}

/* What a guest is, anybody could be. */
static bool is_guest(struct talk *talk)
{
    if (talk->event->guest)
        talk_reply(talk, "You play as a guest, and a guest cannot be linked: whoever takes your nick "
                         "would be you. Log in to the network's services, then say %slink.",
                   talk->prefix);
    return talk->event->guest;
}

void verb_link(struct talk *talk)
{
    struct accounts mine;
    const struct world *world = talk->hall->world;
    if (is_guest(talk))
        return;
    if (!world->link_code || !world->link_tries) {
        talk_reply(talk, "Accounts cannot be linked here.");
        return;
    }
    if (accounts_read(talk->hall, talk->member, talk->effects->arena, &mine))
        talk->broken = true;
    else if (talk->command.rest_length > 0)
        redeem(talk, &mine);
    else
        offer(talk, &mine);
}

void link_spoil(struct talk *talk)
{
    char code[LINK_CODE_LETTERS + 1], hash[SHA256_HEX];
    const struct world *world = talk->hall->world;
    struct link_code known;
    if (!world->link_code ||
        !link_code_read(talk->command.rest, talk->command.rest_length, code))
        return;
    link_code_hash(code, hash);
    if (world->link_code(world->context, hash, &known)) {
        talk->broken = true;
    } else if (known.member > 0 && known.state == LINK_CODE_OPEN) {
        struct link_record *record = change(talk, LINK_SETTLE);
        record->hash = arena_strdup(talk->effects->arena, hash);
        record->state = LINK_CODE_VOID;
    }
}

/* ---- unlink ---- */

/* In the middle of a round nobody becomes two. */
static bool sits(struct talk *talk)
{
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        if (!round_open(round) || !any_seat(round, talk->member))
            continue;
        talk_reply(talk, "You have a seat in round %" PRIu64 ". When the round is over, %sunlink works.",
                   round->id, talk->prefix);
        return true;
    }
    return false;
}

static void tell_unlinked(struct talk *talk, struct accounts *mine)
{
    const struct account *me = account_of(mine, talk->own);
    struct text text;
    text_init(&text);
    text_put(&text, "This account is on its own again, with the scores it earned. No longer one "
                    "person with it: ");
    put_others(mine, talk->own, &text);
    text_put(&text, ".");
    talk_tell(talk, &text, "link");
    text_finish(&text);
    for (size_t i = 0; i < mine->count; i++) {
        if (!me || mine->list[i].own == talk->own)
            continue;
        text_init(&text);
        account_put(me, &text);
        text_put(&text, " unlinked: that account is on its own again. Each keeps the scores it "
                        "earned.");
        effects_tell(talk->effects, &mine->list[i].who, &text, "link", EFFECT_URGENT);
        text_finish(&text);
    }
}

void verb_unlink(struct talk *talk)
{
    struct accounts mine;
    if (is_guest(talk))
        return;
    if (accounts_read(talk->hall, talk->member, talk->effects->arena, &mine)) {
        talk->broken = true;
        return;
    }
    if (mine.count < 2) {
        talk_reply(talk, "This account is linked with no other. %slink gives you a code for that.",
                   talk->prefix);
        return;
    }
    if (sits(talk) || both_write(talk))
        return;
    struct link_record *record = change(talk, LINK_LEAVE);
    record->member = talk->own;
    log_change(talk, "unlinked%s", "");
    tell_unlinked(talk, &mine);
}
