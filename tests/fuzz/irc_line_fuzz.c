/* A line from an IRC server: what was parsed, written out again, is parsed to the same. */
#include "fuzz.h"

#include <string.h>

#include "transport/irc/irc_line.h"
#include "util/buf.h"

static void write_out(const struct irc_line *line, struct buf *out)
{
    if (line->nick[0] || line->userhost[0])
        buf_printf(out, ":%s%s%s ", line->nick, line->userhost[0] ? "!" : "", line->userhost);
    buf_puts(out, line->command);
    for (size_t i = 0; i < line->count; i++)
        buf_printf(out, "%s%s", i + 1 == line->count ? " :" : " ", line->param[i]);
}

static void check_same(const struct irc_line *one, const struct irc_line *other)
{
    MUST(strcmp(one->nick, other->nick) == 0);
    MUST(strcmp(one->userhost, other->userhost) == 0);
    MUST(strcmp(one->command, other->command) == 0);
    MUST(one->count == other->count);
    for (size_t i = 0; i < one->count; i++)
        MUST(strcmp(one->param[i], other->param[i]) == 0);
}

static void check_canonical(const struct irc_line *line)
{
    static struct irc_line again;
    char out[IRC_CANONICAL_MAX + 8];
    if (!irc_line_canonical(line, "hotseat", out, sizeof out))
        return;
    size_t length = strlen(out);
    MUST(length >= 3 && length <= IRC_CANONICAL_MAX);
    MUST(strcmp(out + length - 2, "\r\n") == 0);
    for (size_t i = 0; i + 2 < length; i++)
        MUST((unsigned char)out[i] >= 0x20);
    MUST(irc_line_parse(&again, out, length - 2));
    MUST(strcmp(again.command, line->command) == 0);
    MUST(again.count >= 1 && again.count <= 10 && again.nick[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct irc_line line, again;
    struct buf out;
    if (!irc_line_parse(&line, (const char *)data, size))
        return 0;
    MUST(line.count <= IRC_PARAMS_MAX && line.command[0]);
    MUST(irc_line_numeric(&line) >= -1 && irc_line_numeric(&line) <= 999);
    buf_init(&out);
    write_out(&line, &out);
    if (out.length < IRC_LINE_MAX) {
        MUST(irc_line_parse(&again, buf_text(&out), out.length));
        check_same(&line, &again);
    }
    buf_finish(&out);
    check_canonical(&line);
    return 0;
}
