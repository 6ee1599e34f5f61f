#include "transport/irc/irc_render.h"

#include <string.h>

#include "core/text.h"
#include "util/utf8.h"

struct render {
    size_t budget;
    irc_render_fn *line;
    void *context;
    bool stopped;
};

size_t irc_render_budget(size_t prefix_length, const char *target)
{
    size_t head = 1 + prefix_length + 1 + sizeof "PRIVMSG  :" - 1 + strlen(target);
    return head + 64 < 510 ? 510 - head : 64;
}

/* The leading spaces of a line of code, repeated on what follows it. */
static size_t indent_of(const char *line, size_t length, size_t most)
{
    size_t indent = 0;
    while (indent < length && line[indent] == ' ' && indent < most)
        indent++;
    return indent;
}

static void put_line(void *context, const char *line, size_t length, enum text_block block)
{
    struct render *render = context;
    size_t indent = block == TEXT_CODE ? indent_of(line, length, render->budget / 4) : 0;
    struct buf out;
    buf_init(&out);
    if (length == 0) {
        line = " ";
        length = 1;
    }
    for (bool first = true; length > 0 && !render->stopped; first = false) {
        buf_clear(&out);
        for (size_t i = 0; i < indent && !first; i++)
            buf_putc(&out, ' ');
        size_t taken = utf8_cut_word(line, length, render->budget - out.length);
        for (size_t i = 0; i < taken; i++)
            buf_putc(&out, line[i] == '\t' ? ' ' : line[i]);
        if (out.failed || render->line(render->context, buf_text(&out), out.length))
            render->stopped = true;
        line += taken;
        length -= taken;
    }
    buf_finish(&out);
}

int irc_render(const char *bytes, size_t size, size_t budget, bool colours, irc_render_fn *line,
               void *context)
{
    static const struct text_style plain = {"", "", "", "", "", "", true};
    static const struct text_style bold = {"\x02", "\x02", "", "", "", "", true};
    struct render render = {budget, line, context, false};
    if (text_render_lines(bytes, size, colours ? &bold : &plain, put_line, &render))
        return -1;
    return render.stopped ? -1 : 0;
}
