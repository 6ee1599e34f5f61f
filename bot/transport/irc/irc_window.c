#include "transport/irc/irc_window.h"

void irc_window_init(struct irc_window *window, bool grows)
{
    *window = (struct irc_window){.grows = grows, .size = IRC_WINDOW_MIN};
}

void irc_window_reset(struct irc_window *window)
{
    irc_window_init(window, window->grows);
}

bool irc_window_has_room(const struct irc_window *window, size_t bytes, bool marked)
{
    unsigned out = window->lines + window->marked_lines;
    /* Nothing goes before the PONG until the server has shown that it is quick. */
    if (marked && window->size == IRC_WINDOW_MIN)
        return false;
    return out < window->size && (out < IRC_WINDOW_MIN || window->bytes + window->marked_bytes +
                                                                  bytes <= IRC_WINDOW_BYTES);
}

void irc_window_line(struct irc_window *window, size_t bytes)
{
    window->lines++;
    window->bytes += bytes;
}

void irc_window_marker(struct irc_window *window)
{
    window->marked_lines = window->lines;
    window->marked_bytes = window->bytes;
    window->lines = 0;
    window->bytes = 0;
}

void irc_window_pong(struct irc_window *window, int64_t took)
{
    bool used = window->marked_lines * 2 > window->size;
    window->marked_lines = 0;
    window->marked_bytes = 0;
    if (!window->grows || took > IRC_WINDOW_SLOW_MS)
        window->size = IRC_WINDOW_MIN;
    else if (used && took <= IRC_WINDOW_QUICK_MS)
        window->size = window->size * 2 < IRC_WINDOW_MAX ? window->size * 2 : IRC_WINDOW_MAX;
}
