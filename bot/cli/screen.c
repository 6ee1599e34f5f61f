#include "cli/screen.h"

#include <editline/readline.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

#include "cli/cli.h"
#include "sys/pump.h"
#include "transport/console/console.h"
#include "util/buf.h"

#define TICK_MS 1000
#define HISTORY_LINES 500

/* libedit's callbacks carry no context, and a process has one terminal. */
static struct screen {
    struct transport *console;
    uv_loop_t loop;
    uv_poll_t input;
    uv_timer_t tick;
    uv_signal_t resized, interrupted;
    struct pump pump;
    bool editing; /* a prompt is on the screen */
    bool done;
    char *shown;  /* the prompt as it is shown */
} screen;

static char *make_prompt(void)
{
    struct buf prompt;
    buf_init(&prompt);
    console_prompt(screen.console, &prompt);
    char *text = prompt.failed ? NULL : strdup(buf_text(&prompt));
    buf_finish(&prompt);
    return text;
}

void screen_print(void *context, const char *line)
{
    (void)context;
    if (screen.editing)
        fputs("\r\033[K", stdout);
    fputs(line, stdout);
    fputc('\n', stdout);
    if (screen.editing) {
        rl_forced_update_display();
        fflush(stdout);
    }
}

/* Shows the prompt anew if it changed: a second passed, or somebody finished. */
static void refresh(void *context)
{
    (void)context;
    if (!screen.editing)
        return;
    char *prompt = make_prompt();
    if (prompt && (!screen.shown || strcmp(prompt, screen.shown) != 0)) {
        fputs("\r\033[K", stdout);
        rl_set_prompt(prompt);
        rl_forced_update_display();
        fflush(stdout);
        free(screen.shown);
        screen.shown = prompt;
    } else {
        free(prompt);
    }
}

static void quit(void)
{
    screen.done = true;
    screen.editing = false;
    rl_callback_handler_remove();
    uv_close((uv_handle_t *)&screen.input, NULL);
    uv_close((uv_handle_t *)&screen.tick, NULL);
    uv_close((uv_handle_t *)&screen.resized, NULL);
    uv_close((uv_handle_t *)&screen.interrupted, NULL);
    pump_close(&screen.pump);
}

static void got_line(char *line)
{
    if (screen.done) {
        free(line);
        return;
    }
    if (!line || !console_input(screen.console, line, strlen(line))) {
        free(line);
        puts("");
        quit();
        return;
    }
    if (*line)
        add_history(line);
    free(line);
    refresh(NULL);
}

static void readable(uv_poll_t *poll, int status, int events)
{
    (void)poll;
    (void)events;
    if (status < 0)
        quit();
    else if (!screen.done)
        rl_callback_read_char();
}

static void tick(uv_timer_t *timer)
{
    (void)timer;
    if (console_counting(screen.console))
        refresh(NULL);
}

static void measure(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        console_set_width(screen.console, size.ws_col);
}

static void on_resize(uv_signal_t *signal, int number)
{
    (void)signal;
    (void)number;
    rl_resize_terminal();
    measure();
}

static void on_interrupt(uv_signal_t *signal, int number)
{
    (void)signal;
    (void)number;
    if (!screen.done) {
        puts("");
        quit();
    }
}

static int open_handles(void)
{
    return uv_poll_init(&screen.loop, &screen.input, STDIN_FILENO) ||
           uv_timer_init(&screen.loop, &screen.tick) ||
           uv_signal_init(&screen.loop, &screen.resized) ||
           uv_signal_init(&screen.loop, &screen.interrupted) ||
           uv_poll_start(&screen.input, UV_READABLE, readable) ||
           uv_timer_start(&screen.tick, tick, TICK_MS, TICK_MS) ||
           uv_signal_start(&screen.resized, on_resize, SIGWINCH) ||
           uv_signal_start(&screen.interrupted, on_interrupt, SIGINT);
}

int screen_run(struct session *session, struct transport *console, struct clock_port clock)
{
    screen.console = console;
    if (uv_loop_init(&screen.loop) || open_handles() ||
        pump_init(&screen.pump, &screen.loop, session, clock, refresh, NULL)) {
        fputs("hotseat: the terminal cannot be watched\n", stderr);
        return CLI_FAILED;
    }
    measure();
    rl_initialize();
    stifle_history(HISTORY_LINES);
    puts("hotseat: interview practice. !start coding opens a round, /as NAME plays another person,");
    puts("/dm speaks to the bot privately, !help and /help say more, /quit ends.");
    screen.shown = make_prompt();
    rl_callback_handler_install(screen.shown ? screen.shown : "> ", got_line);
    screen.editing = true;
    uv_run(&screen.loop, UV_RUN_DEFAULT);
    uv_loop_close(&screen.loop);
    free(screen.shown);
    screen.shown = NULL;
    return CLI_OK;
}
