#include "irc_grammar.h"

#include <string.h>

#include "util/buf.h"
#include "util/hash.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

#define ANY(list) list[random_below(chance, sizeof list / sizeof *list)]

static const char *const nicks[] = {
    "ann", "bob", "cyd", "hotseat", "hotseat1", "hotseat2", "HotSeat", "Ann", "a{b}c", "A[B]C", "x",
    "*", "irc.test", "NickServ", "ChanServ", "\xC3\xA9ric", "\xFF\xFE", "%n%s", "n,m", "", "@ann", "~",
};
static const char *const hosts[] = {
    "!ann@host", "!~u@127.0.0.1", "!u@h", "", "", "@h", "!", "!@", "!u", "!u@h@h!u", "!%n@%s",
    "!services@services.test",
};
static const char *const channels[] = {
    "#prep", "#PREP", "#study", "#other", "&prep", "@#prep", "#prep,#study", "#", "0", "*", "",
    "#a\x07", "#{}", "#[]",
};
static const char *const commands[] = {
    "JOIN", "PART", "KICK", "QUIT", "NICK", "MODE", "TOPIC", "PRIVMSG", "PRIVMSG", "NOTICE",
    "INVITE", "PING", "PONG", "ERROR", "CAP", "AUTHENTICATE", "ACCOUNT", "CHGHOST", "AWAY",
    "SETNAME", "BATCH", "TAGMSG", "FAIL", "WARN", "NOTE", "KILL", "WALLOPS", "RENAME", "ACK",
    "privmsg", "x", "1", "12", "1234", "00", "-1", "PRIVMSG\x01",
};
static const unsigned numerics[] = {
    1,   1,   2,   3,   4,   5,   5,   5,   8,   10,  221, 250, 251, 263, 301, 302, 303, 305, 306, 307,
    311, 312, 313, 315, 317, 318, 319, 324, 329, 330, 331, 332, 333, 335, 338, 341, 346, 348, 351, 352,
    352, 353, 353, 354, 354, 366, 367, 368, 372, 375, 376, 378, 379, 381, 396, 401, 401, 403, 404, 404,
    405, 407, 410, 411, 412, 417, 421, 422, 430, 431, 432, 433, 433, 436, 437, 439, 441, 442, 443, 447,
    451, 461, 462, 464, 465, 471, 473, 474, 475, 476, 477, 480, 482, 484, 486, 489, 490, 499, 524, 531,
    671, 696, 704, 707, 716, 717, 718, 723, 730, 741, 900, 901, 902, 903, 904, 905, 906, 907, 908, 999,
    0,
};
static const char *const words[] = {
    "hello", "!help", "!join", "!start coding", "!vote A 4 3 4 4", "!begin", "!end", "psst", "a b  c ",
    " ", "", ":", "::)", "\x01" "ACTION waves\x01", "\x01VERSION\x01", "\x01PING 1\x01", "\x01" "DCC SEND x 1 2 3\x01",
    "\x01" "ACTION ", "\x01", "\x03" "04,12red\x03", "\x03" "99", "\x04" "ff0000x", "\x02\x1d\x1f\x16\x0f",
    "\xC3\xA9\xC3\xA9", "\xC3", "\xF0\x9F\x8E\xB2", "\xED\xA0\x80", "\xFF", "%s%n%d", "hotseat: help", "* .net *.split",
    "irc.test leaf.test", "ann bob +x -y", "is accbot -> benbot ACC 3", "https://paste.test/x",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
};
static const char *const tags[] = {
    "account=ann", "account=bob", "account=*", "account", "account=", "msgid=m1", "msgid=m2",
    "time=2026-01-05T10:00:00.000Z", "time=x", "time=9999-99-99T99:99:99.999Z", "batch=b1", "batch=",
    "label=1", "+typing=active", "draft/multiline-concat", "bot", "x\\:y=a\\sb\\\\c\\", "=", ";",
    "msgid=\xFF", "vendor.test/key=value", "server-time",
};
static const char *const caps[] = {
    "message-tags", "account-tag", "extended-join", "account-notify", "multi-prefix", "chghost",
    "userhost-in-names", "sasl", "sasl=PLAIN,EXTERNAL", "sasl=", "server-time", "batch",
    "echo-message", "draft/multiline=max-bytes=4096,max-lines=24", "labeled-response",
    "sts=port=6697,duration=300", "sts=duration=x", "cap-notify", "-sasl", "-", "=", "x",
    "standard-replies", "away-notify", "draft/multiline=",
};
static const char *const isupport[] = {
    "CASEMAPPING=ascii", "CASEMAPPING=rfc1459", "CASEMAPPING=", "CASEMAPPING", "PREFIX=(qaohv)~&@%+",
    "PREFIX=(ov)@+", "PREFIX=", "PREFIX", "PREFIX=(ov@+", "PREFIX=ov)@+", "PREFIX=(ov)", "PREFIX=(o)@+",
    "PREFIX=(abcdefghijklmnopqrstuvwxyzabcdefghi)12345678901234567890123456789012345",
    "CHANMODES=b,k,l,imnpst", "CHANMODES=,,,", "CHANMODES=", "CHANMODES",
    "CHANMODES=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,c,d",
    "NICKLEN=30", "NICKLEN=0", "NICKLEN=-1", "NICKLEN=99999999999999999999", "NICKLEN=", "CHANTYPES=#",
    "CHANTYPES=", "STATUSMSG=@+", "STATUSMSG=", "WHOX", "WHOX=", "BOT=B", "BOT=", "BOT=BB", "NETWORK=T",
    "NETWORK=", "MODES=4", "MODES", "TARGMAX=PRIVMSG:4,NOTICE:4", "TARGMAX=", "MAXTARGETS=0", "LINELEN=512",
    "LINELEN=0", "LINELEN=2147483648", "USERLEN=10", "HOSTLEN=63", "MONITOR=100", "UTF8ONLY", "ELIST=",
    "-PREFIX", "-CASEMAPPING", "-", "=", "ACCOUNTEXTBAN=a", "EXTBAN=,a", "CLIENTTAGDENY=*", "CALLERID=g",
};
static const char *const modes[] = {
    "+o", "-o", "+ov", "+b-o", "+bbbb", "o", "", "+", "-", "+k", "-k", "+l", "-l", "+q", "+a-a+a",
    "+oooooooooooooooo", "+imnpst", "+\x01", "+m", "-v+o-v",
};

static void put_source(struct buf *out, uint64_t *chance)
{
    if (random_below(chance, 8) == 0)
        return;
    buf_printf(out, ":%s%s ", ANY(nicks), ANY(hosts));
}

static void put_tags(struct buf *out, uint64_t *chance)
{
    unsigned count = random_below(chance, 40) == 0 ? random_below(chance, 900)
                                                   : random_below(chance, 4);
    if (random_below(chance, 3) != 0)
        return;
    buf_putc(out, '@');
    for (unsigned i = 0; i < count; i++)
        buf_printf(out, "%s%s", i ? ";" : "", ANY(tags));
    buf_putc(out, ' ');
}

static void put_list(struct buf *out, uint64_t *chance, const char *const *list, uint32_t size,
                     unsigned most)
{
    for (unsigned left = random_below(chance, most); left > 0; left--)
        buf_printf(out, " %s", list[random_below(chance, size)]);
}

#define PUT_LIST(list, most) put_list(out, chance, list, sizeof list / sizeof *list, most)

/* A parameter of any sort. */
static void put_any(struct buf *out, uint64_t *chance)
{
    switch (random_below(chance, 8)) {
    case 0:
    case 1:
        buf_printf(out, " %s", ANY(nicks));
        break;
    case 2:
    case 3:
        buf_printf(out, " %s", ANY(channels));
        break;
    case 4:
        buf_printf(out, " %s", ANY(modes));
        break;
    case 5:
        buf_printf(out, " %u", random_below(chance, 70000));
        break;
    case 6:
        buf_printf(out, " %s", ANY(tags));
        break;
    default:
        buf_printf(out, " %s", ANY(words));
        break;
    }
}

static void put_end(struct buf *out, uint64_t *chance)
{
    if (random_below(chance, 3) == 0)
        return;
    buf_puts(out, " :");
    unsigned times = random_below(chance, 60) == 0 ? random_below(chance, 400) : 1;
    for (unsigned i = 0; i < times; i++)
        buf_puts(out, ANY(words));
}

/* ---- sorts of lines ---- */

static void put_numeric(struct buf *out, uint64_t *chance)
{
    unsigned number = ANY(numerics);
    put_source(out, chance);
    buf_printf(out, "%03u", number);
    if (random_below(chance, 10) == 0)
        return;
    buf_printf(out, " %s", random_below(chance, 3) ? "hotseat" : ANY(nicks));
    if (number == 5) {
        PUT_LIST(isupport, 14);
    } else if (number == 353) {
        buf_printf(out, " = %s :", ANY(channels));
        for (unsigned i = random_below(chance, 30); i > 0; i--)
            buf_printf(out, "%s%s%s ", random_below(chance, 3) ? "" : "@+", ANY(nicks), ANY(hosts));
        return;
    } else if (number == 352 || number == 354 || number == 330) {
        for (unsigned i = random_below(chance, 9); i > 0; i--)
            put_any(out, chance);
    } else {
        for (unsigned i = random_below(chance, 3); i > 0; i--)
            buf_printf(out, " %s", random_below(chance, 2) ? ANY(channels) : ANY(nicks));
    }
    put_end(out, chance);
}

static void put_cap(struct buf *out, uint64_t *chance)
{
    static const char *const subs[] = {"LS", "LS", "ACK", "NAK", "NEW", "DEL", "LIST", "END", "", "ls"};
    put_source(out, chance);
    buf_printf(out, "CAP %s %s%s :", ANY(nicks), ANY(subs), random_below(chance, 5) ? "" : " *");
    PUT_LIST(caps, 8);
}

static void put_sasl(struct buf *out, uint64_t *chance)
{
    static const char *const said[] = {"+", "+", ":+", "PLAIN", "*", "", "Y2hhbGxlbmdl", "====", "-"};
    put_source(out, chance);
    buf_printf(out, "AUTHENTICATE %s", ANY(said));
}

static void put_talk(struct buf *out, uint64_t *chance)
{
    put_tags(out, chance);
    put_source(out, chance);
    buf_printf(out, "%s %s", random_below(chance, 5) ? "PRIVMSG" : "NOTICE",
               random_below(chance, 3) ? ANY(channels) : ANY(nicks));
    put_end(out, chance);
}

static void put_move(struct buf *out, uint64_t *chance)
{
    static const char *const moves[] = {"JOIN", "PART", "KICK", "NICK", "QUIT", "MODE", "ACCOUNT",
                                        "CHGHOST", "AWAY", "SETNAME"};
    const char *move = ANY(moves);
    put_tags(out, chance);
    put_source(out, chance);
    buf_puts(out, move);
    if (strcmp(move, "MODE") == 0) {
        buf_printf(out, " %s %s", ANY(channels), ANY(modes));
        PUT_LIST(nicks, 8);
    } else if (strcmp(move, "KICK") == 0) {
        buf_printf(out, " %s %s", ANY(channels), ANY(nicks));
    } else if (strcmp(move, "NICK") == 0 || strcmp(move, "ACCOUNT") == 0) {
        buf_printf(out, " %s", ANY(nicks));
    } else if (strcmp(move, "CHGHOST") == 0) {
        buf_puts(out, " user host.test");
    } else if (strcmp(move, "QUIT") != 0 && strcmp(move, "AWAY") != 0) {
        buf_printf(out, " %s", ANY(channels));
    }
    put_end(out, chance);
}

static void put_chaos(struct buf *out, uint64_t *chance)
{
    put_tags(out, chance);
    put_source(out, chance);
    buf_puts(out, ANY(commands));
    for (unsigned i = random_below(chance, random_below(chance, 20) ? 5 : 40); i > 0; i--)
        put_any(out, chance);
    put_end(out, chance);
}

static void put_batch(struct buf *out, uint64_t *chance)
{
    static const char *const kinds[] = {"chathistory #prep", "netsplit irc.test leaf.test", "netjoin",
                                        "draft/multiline #prep", "playback", ""};
    put_source(out, chance);
    buf_printf(out, "BATCH %sb%u", random_below(chance, 2) ? "+" : "-", random_below(chance, 3));
    buf_printf(out, " %s", ANY(kinds));
}

size_t irc_grammar_line(uint64_t *chance, char *out, size_t size)
{
    typedef void put_fn(struct buf *, uint64_t *);
    static put_fn *const puts[] = {put_numeric, put_numeric, put_cap, put_sasl, put_talk, put_talk,
                                   put_move, put_move, put_chaos, put_batch};
    struct buf line;
    buf_init(&line);
    if (random_below(chance, 30) == 0) {
        buf_putc(&line, (char)IRC_ORDER);
        buf_putc(&line, IRC_ORDERS[random_below(chance, sizeof IRC_ORDERS - 1)]);
    } else {
        ANY(puts)(&line, chance);
        buf_puts(&line, random_below(chance, 9) ? "\r\n" : "\n");
    }
    size_t length = line.length < size ? line.length : size;
    if (length > 0)
        memcpy(out, line.data, length);
    buf_finish(&line);
    return length;
}

/* ---- inputs from inputs ---- */

/* The place behind some end of a line. */
static size_t line_start(const uint8_t *data, size_t size, uint64_t *chance)
{
    size_t from = size ? random_below(chance, (uint32_t)size) : 0;
    const uint8_t *end = size ? memchr(data + from, '\n', size - from) : NULL;
    return end ? (size_t)(end - data) + 1 : from;
}

static size_t insert(uint8_t *data, size_t size, size_t most, uint64_t *chance)
{
    char line[4096];
    size_t room = most - size < sizeof line ? most - size : sizeof line;
    size_t at = line_start(data, size, chance), length = irc_grammar_line(chance, line, room);
    memmove(data + at + length, data + at, size - at);
    memcpy(data + at, line, length);
    return size + length;
}

static size_t cut(uint8_t *data, size_t size, uint64_t *chance)
{
    size_t from = line_start(data, size, chance), to = line_start(data, size, chance);
    if (from > to || to - from > 400 || to - from == size)
        return size;
    memmove(data + from, data + to, size - to);
    return size - (to - from);
}

/* Lines are put in and taken out; now and then bytes are changed without regard to lines. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    uint64_t chance = seed + UINT64_C(0x9E3779B97F4A7C15);
    if (random_below(&chance, 4) == 0)
        return LLVMFuzzerMutate(data, size, most);
    for (unsigned i = 1 + random_below(&chance, 30); i > 0; i--) {
        if (most - size < 64 || random_below(&chance, 4) == 0)
            size = cut(data, size, &chance);
        if (size < most)
            size = insert(data, size, most, &chance);
    }
    return size;
}
