/*
 * The terminal room: one terminal plays several people. Without a terminal's
 * own means: whoever drives it feeds lines and gets lines.
 */
#ifndef TRANSPORT_CONSOLE_H
#define TRANSPORT_CONSOLE_H

#include "app/ports.h"

#define CONSOLE_ROOM "room"

/* One line for the screen, without its LF. */
typedef void console_print_fn(void *context, const char *line);

struct console_settings {
    const struct transport_sink *sink;
    console_print_fn *print;
    void *print_context;
    const char *first;  /* the first person's name, cleaned by console_create */
    bool transcript;    /* no terminal: every line says where it was said, and input is echoed */
    int64_t (*now)(void *context);
    void *now_context;
};

/* Borrows what the settings point to. NULL when out of memory. */
struct transport *console_transport_create(const struct console_settings *settings);

/* Takes one line as typed: text, "/command", "NAME: text" or "NAME> text".
 * False if it asks to quit. */
bool console_input(struct transport *transport, const char *line, size_t length);
/* The prompt for now: who one is, where one speaks, and the countdown. */
void console_prompt(const struct transport *transport, struct buf *out);
/* True while a countdown runs, so that the prompt changes with time. */
bool console_counting(const struct transport *transport);
/* Columns to wrap at; 0 = do not wrap. */
void console_set_width(struct transport *transport, unsigned columns);

#endif
