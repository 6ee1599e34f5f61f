#include "warp/life_day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/hash.h"
#include "warp/warp.h"

#define SECOND 1000
#define MINUTE (60 * SECOND)

static const struct {
    const char *name;
    unsigned weight;
} faults[LIFE_FAULTS] = {
    [LIFE_RESET] = {"reset", 90},           [LIFE_CUT_LINE] = {"cut line", 60},
    [LIFE_HALF_OPEN] = {"half open", 40},   [LIFE_ERROR] = {"ERROR", 40},
    [LIFE_REFUSED] = {"refused", 40},       [LIFE_HANGING] = {"hanging", 15},
    [LIFE_UNNAMED] = {"name not found", 30},
    [LIFE_KICKED] = {"kicked", 60},         [LIFE_BANNED] = {"banned", 30},
    [LIFE_FULL] = {"channel full", 30},     [LIFE_SLOW] = {"slow reading", 120},
    [LIFE_SPLIT] = {"netsplit", 200},       [LIFE_GOES] = {"member goes", 300},
    [LIFE_RENAMED] = {"nick change", 250},  [LIFE_THEFT] = {"nick theft", 150},
    [LIFE_SERVICES] = {"services gone", 25}, [LIFE_KICK_OTHER] = {"member kicked", 150},
    [LIFE_GARBAGE] = {"garbage", 300},      [LIFE_BURST] = {"burst", 100},
};

const char *life_day_name(enum life_fault fault)
{
    return faults[fault].name;
}

static uint32_t pick(struct life *life, uint32_t limit)
{
    return random_below(&life->chance, limit);
}

static void later(struct life *life, unsigned least, unsigned most, void (*undo)(struct life *life, size_t which), size_t which)
{
    for (size_t i = 0; i < LIFE_LATER_MAX; i++)
        if (life->later[i].at == 0) {
            life->later[i] = (struct life_later){
                warp_moved() + SECOND * (int64_t)(least + pick(life, most - least)), undo, which};
            return;
        }
    fail_msg("too much at once");
}

/* ---- connecting ---- */

/* Each attempt waits as long as those before it demand: 1, 2, 4, ... 300 s, from the beginning again
 * after five minutes on the network. */
static void check_back_off(struct life *life)
{
    int64_t now = warp_moved(), least = 1000;
    bool was_in = life->net.registered && now - life->net.registered_at > 5 * MINUTE;
    life->failures = was_in ? 1 : life->failures + 1;
    for (unsigned i = 1; i < life->failures && least < 300000; i++)
        least *= 2;
    if (least > 300000)
        least = 300000;
    if (life->attempt_at >= 0 && now - life->attempt_at < least)
        life_bot_trouble(&life->bot, "attempt %zu came after %lld ms instead of %lld", life->attempts,
                         (long long)(now - life->attempt_at), (long long)least);
    if (life->attempt_at < 0)
        life->failures = 0;
    life->attempt_at = now;
    life->attempts++;
}

static void begin_attempt(struct life *life)
{
    check_back_off(life);
    if (life->net.nick[0])
        life_net_dropped(&life->net, life->net.ghost);
}

enum names_fate life_day_attempt(void *context)
{
    struct life *life = context;
    begin_attempt(life);
    return life->names;
}

/* Libcurl knows a name for a minute: then this is the beginning. */
enum wire_fate life_day_connect(void *context)
{
    struct life *life = context;
    if (life->attempt_at < 0 || warp_moved() - life->attempt_at >= SECOND / 2)
        begin_attempt(life);
    return life->fate;
}

void life_day_accept(void *context, int fd)
{
    struct life *life = context;
    life_net_dropped(&life->net, life->net.ghost);
    life->connects++;
    fake_irc_read(life->fake, true);
    fake_irc_adopt(life->fake, fd);
}

/* The server finds out about the old connection. */
static void ghost_goes(struct life *life, size_t which)
{
    (void)which;
    if (!life->net.ghost)
        return;
    life->net.ghost = false;
    if (life->net.in_room)
        life_net_line(&life->net, ":hotseat!~hotseat@host.test QUIT :Ping timeout");
}

static void leave_ghost(struct life *life)
{
    bool own = strcmp(life->net.nick, "hotseat") == 0;
    if (!own || pick(life, 2) == 0)
        return;
    life->net.ghost = true;
    later(life, 20, 150, ghost_goes, 0);
}

static void drop(struct life *life)
{
    leave_ghost(life);
    fake_irc_hang_up(life->fake);
}

static void stands_again(struct life *life, size_t which)
{
    (void)which;
    life->fate = WIRE_STANDS;
    life->names = NAMES_FOUND;
}

static void reads_again(struct life *life, size_t which)
{
    (void)which;
    if (!life->net.half_open)
        fake_irc_read(life->fake, true);
}

static void fault_connection(struct life *life, enum life_fault fault)
{
    switch (fault) {
    case LIFE_CUT_LINE:
        if (!life->net.half_open && fake_irc_connected(life->fake))
            fake_irc_send(life->fake, ":Quimby!~u@host.test PRIVMSG #prep :ha", 38);
        drop(life);
        break;
    case LIFE_HALF_OPEN:
        leave_ghost(life);
        life->net.half_open = true;
        fake_irc_read(life->fake, false);
        break;
    case LIFE_ERROR:
        life_net_line(&life->net, ":irc.test NOTICE * :going down");
        life_net_line(&life->net, "ERROR :Closing Link: hotseat (restart)");
        life_net_line(&life->net, ":Quimby!~u@host.test PRIVMSG #prep :after the end");
        fake_irc_hang_up(life->fake);
        break;
    case LIFE_REFUSED:
    case LIFE_HANGING:
        life->fate = fault == LIFE_REFUSED ? WIRE_REFUSED : WIRE_HANGS;
        later(life, 5, 200, stands_again, 0);
        drop(life);
        break;
    case LIFE_UNNAMED:
        life->names = pick(life, 2) ? NAMES_UNKNOWN : NAMES_NO_ANSWER;
        later(life, 5, 200, stands_again, 0);
        drop(life);
        break;
    case LIFE_SLOW:
        if (life->net.half_open)
            return;
        fake_irc_read(life->fake, false);
        later(life, 1, 60, reads_again, 0);
        break;
    default:
        drop(life);
        break;
    }
}

/* ---- the channel ---- */

static void ban_ends(struct life *life, size_t which)
{
    (void)which;
    life->net.banned = life->net.full = false;
}

/* After some kicks it waits to be called back. */
static void invited(struct life *life, size_t which)
{
    (void)which;
    life_net_invite_bot(&life->net);
}

static void fault_channel(struct life *life, enum life_fault fault)
{
    life->net.banned |= fault == LIFE_BANNED;
    life->net.full |= fault == LIFE_FULL;
    if (fault != LIFE_KICKED)
        later(life, 5, 300, ban_ends, 0);
    later(life, 20, 180, invited, 0);
    life_net_kick_bot(&life->net);
}

/* ---- people ---- */

static void comes_back(struct life *life, size_t which)
{
    life_net_enter(&life->net, &life->net.person[which]);
}

static void split(struct life *life)
{
    for (size_t i = 0; i < LIFE_MEMBERS; i++)
        if (pick(life, 3) == 0 && life->net.person[i].on) {
            life_net_quit(&life->net, &life->net.person[i], "irc.test leaf.test");
            later(life, 5, 120, comes_back, i);
        }
}

static void thief_goes(struct life *life, size_t which)
{
    (void)which;
    life_net_quit(&life->net, &life->net.person[LIFE_MEMBERS], "got what I came for");
}

/* Somebody without an account comes under the nick of a member who is away. */
static void theft(struct life *life, size_t victim)
{
    struct life_person *thief = &life->net.person[LIFE_MEMBERS];
    /* What is on its way to a nick goes to whoever has it when it arrives: nobody can help that. */
    reads_again(life, 0);
    warp_run(&life->loop, 0, NULL, NULL);
    life_net_quit(&life->net, &life->net.person[victim], "Ping timeout");
    thief_goes(life, 0);
    thief->name = life->net.person[victim].name;
    life_net_enter(&life->net, thief);
    life_net_tell(&life->net, thief, "!me");
    life_net_say(&life->net, thief, "!join");
    life_net_tell(&life->net, thief, "!votes");
    later(life, 5, 60, comes_back, victim);
    later(life, 20, 200, thief_goes, 0);
}

static void services_return(struct life *life, size_t which)
{
    (void)which;
    life->net.services = true;
    for (size_t i = 0; i < LIFE_MEMBERS; i++)
        life_net_log_in(&life->net, &life->net.person[i]);
}

static void log_in(struct life *life, size_t which)
{
    life_net_log_in(&life->net, &life->net.person[which]);
}

static void services_gone(struct life *life)
{
    life->net.services = false;
    later(life, 20, 300, services_return, 0);
    split(life);
}

static void rename_member(struct life *life, struct life_person *person)
{
    char nick[32];
    if (strcmp(person->nick, person->name) == 0)
        snprintf(nick, sizeof nick, "%s|away", person->name);
    else
        snprintf(nick, sizeof nick, "%s", person->name);
    life_net_rename(&life->net, person, nick);
}

static void garbage(struct life *life)
{
    static const char *const lines[] = {
        "", " ", ":", "@", "@a=b", ":irc.test 000 hotseat :x", ":irc.test 353", ":irc.test 005 x PREFIX= :y",
        "NICK x", ":x!y@z NICK", ":hotsea!a@b NICK evil", ":x MODE #prep +ooo", ":x!y@z KICK #prep nobody",
        ":irc.test 433 * x :in use", "AUTHENTICATE +", ":irc.test CAP * LS :sasl", ":irc.test 001 other :again",
        ":\xFF\xFE!a@b PRIVMSG #prep :\xC3(", ":x!y@z PRIVMSG hotseat :\x01VERSION\x01", ":irc.test 404",
        ":x!y@z AWAY", ":x!y@z NOTICE #prep", "PING", ":irc.test 401 hotseat nobody :No such nick",
        ":x!y@z ACCOUNT", ":x!y@z CHGHOST", ":irc.test FAIL * X :no", ":irc.test BATCH +a netsplit a b"};
    for (unsigned i = 1 + pick(life, 12); i > 0; i--) {
        const char *line = lines[pick(life, sizeof lines / sizeof *lines)];
        if (life->net.half_open || !fake_irc_connected(life->fake))
            return;
        fake_irc_send(life->fake, line, strlen(line));
        fake_irc_send(life->fake, "\r\n", 2);
    }
}

static void burst(struct life *life)
{
    for (int i = 0; i < 200; i++) {
        life_net_line(&life->net, ":irc.test 372 %s :- message of the day %d", life->net.nick, i);
        life_net_line(&life->net, "PING :burst%d", i);
    }
}

static void fault_people(struct life *life, enum life_fault fault)
{
    size_t index = pick(life, LIFE_MEMBERS);
    struct life_person *person = &life->net.person[index];
    if (fault == LIFE_SPLIT) {
        split(life);
    } else if (fault == LIFE_GOES) {
        life_net_quit(&life->net, person, "Client quit");
        later(life, 3, 200, comes_back, index);
    } else if (fault == LIFE_RENAMED) {
        rename_member(life, person);
    } else if (fault == LIFE_THEFT) {
        theft(life, index);
    } else if (fault == LIFE_SERVICES) {
        services_gone(life);
    } else {
        life_net_kick(&life->net, person);
        later(life, 2, 60, comes_back, index);
    }
}

/* ---- the day ---- */

static enum life_fault choose(struct life *life)
{
    unsigned all = 0, fault = 0;
    for (size_t i = 0; i < LIFE_FAULTS; i++)
        all += faults[i].weight;
    uint32_t at = pick(life, all);
    while (at >= faults[fault].weight)
        at -= faults[fault++].weight;
    return (enum life_fault)fault;
}

void life_day_happen(struct life *life)
{
    enum life_fault fault = choose(life);
    life->count[fault]++;
    if (fault <= LIFE_SLOW)
        fault_connection(life, fault);
    else if (fault <= LIFE_FULL)
        fault_channel(life, fault);
    else if (fault == LIFE_GARBAGE)
        garbage(life);
    else if (fault == LIFE_BURST)
        burst(life);
    else
        fault_people(life, fault);
}

void life_day_undo(struct life *life, bool all)
{
    for (size_t i = 0; i < LIFE_LATER_MAX; i++) {
        struct life_later one = life->later[i];
        if (one.at == 0 || (one.at > warp_moved() && !all))
            continue;
        life->later[i].at = 0;
        one.undo(life, one.which);
    }
    /* Who came while services were away logs in when they are back. */
    for (size_t i = 0; i < LIFE_MEMBERS; i++)
        log_in(life, i);
}
