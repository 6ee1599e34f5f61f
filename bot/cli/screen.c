#include "cli/screen.h"

#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

#include "cli/cli.h"
#include "cli/pump.h"
#include "transport/console/console.h"
#include "util/buf.h"
#include "util/utf8.h"

#define TICK_MS 1000
#define HISTORY_LINES 500
#define CTRL_D 4
#define ENDINGS 3 /* signals that end it, the terminal being put right first */

/* libedit's prompt function and the printing have no context, and a process has one terminal. */
static struct screen {
    struct transport *console;
    uv_loop_t loop;
    uv_poll_t input;
    uv_timer_t tick;
    uv_signal_t resized, ending[ENDINGS];
    struct pump pump;
    EditLine *editor;
    History *history;
    size_t columns;
    bool editing; /* a prompt is on the screen */
    bool done;
    char shown[256]; /* the prompt as it is shown */
} screen;

static char *prompt_text(EditLine *editor)
{
    (void)editor;
    return screen.shown;
}

/* True if the prompt changed: a second passed, or somebody finished. */
static bool make_prompt(void)
{
    struct buf prompt;
    buf_init(&prompt);
    console_prompt(screen.console, &prompt);
    bool changed = strncmp(screen.shown, buf_text(&prompt), sizeof screen.shown - 1) != 0;
    snprintf(screen.shown, sizeof screen.shown, "%s", buf_text(&prompt));
    buf_finish(&prompt);
    return changed;
}

static void redraw(void)
{
    el_set(screen.editor, EL_REFRESH);
    fflush(stdout);
}

/* Takes the prompt and what is typed off the screen, also if it is wrapped. */
static void clear_input(void)
{
    const LineInfo *line = el_line(screen.editor);
    size_t columns = screen.columns ? screen.columns : 80;
    size_t before = utf8_width(screen.shown, strlen(screen.shown));
    before += utf8_width(line->buffer, (size_t)(line->cursor - line->buffer));
    if (before >= columns)
        printf("\033[%zuA", before / columns);
    fputs("\r\033[J", stdout);
}

void screen_print(void *context, const char *line)
{
    (void)context;
    if (screen.editing)
        clear_input();
    puts(line);
    if (screen.editing)
        redraw();
}

static void refresh(void *context)
{
    (void)context;
    if (!screen.editing)
        return;
    clear_input();
    make_prompt();
    redraw();
}

static void quit(void)
{
    screen.done = true;
    screen.editing = false;
    el_set(screen.editor, EL_PREP_TERM, 0);
    uv_close((uv_handle_t *)&screen.input, NULL);
    uv_close((uv_handle_t *)&screen.tick, NULL);
    uv_close((uv_handle_t *)&screen.resized, NULL);
    for (size_t i = 0; i < ENDINGS; i++)
        uv_close((uv_handle_t *)&screen.ending[i], NULL);
    pump_close(&screen.pump);
}

/* A whole line was typed; it stays on the screen where it is. */
static void got_line(const char *line)
{
    HistEvent event;
    size_t length = strcspn(line, "\r\n");
    char *copy = strndup(line, length);
    if (length > 0)
        history(screen.history, &event, H_ENTER, line);
    screen.editing = false;
    el_reset(screen.editor);
    bool more = copy && console_input(screen.console, copy, length);
    free(copy);
    if (!more) {
        quit();
        return;
    }
    el_set(screen.editor, EL_PREP_TERM, 1);
    make_prompt();
    screen.editing = true;
    redraw();
}

/* libedit gives no line and -1 both at the end and for a line that was emptied, as by Ctrl-U. */
static bool hung_up(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static void readable(uv_poll_t *poll, int status, int events)
{
    int count = 0;
    (void)poll;
    (void)events;
    if (screen.done)
        return;
    const char *line = status < 0 ? NULL : el_gets(screen.editor, &count);
    fflush(stdout);
    bool end = status < 0 || (!line && hung_up()) || (line && count == 1 && line[0] == CTRL_D);
    if (end) {
        puts("");
        quit();
    } else if (line && count > 0 && (line[count - 1] == '\n' || line[count - 1] == '\r')) {
        got_line(line);
    }
}

static void tick(uv_timer_t *timer)
{
    (void)timer;
    if (console_counting(screen.console) && screen.editing)
        refresh(NULL);
}

static void measure(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        screen.columns = size.ws_col;
    console_set_width(screen.console, (unsigned)screen.columns);
}

static void on_resize(uv_signal_t *signal, int number)
{
    (void)signal;
    (void)number;
    el_resize(screen.editor);
    measure();
}

static void on_ending(uv_signal_t *signal, int number)
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
    static const int endings[ENDINGS] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < ENDINGS; i++)
        if (uv_signal_init(&screen.loop, &screen.ending[i]) ||
            uv_signal_start(&screen.ending[i], on_ending, endings[i]))
            return -1;
    return uv_poll_init(&screen.loop, &screen.input, STDIN_FILENO) ||
           uv_timer_init(&screen.loop, &screen.tick) ||
           uv_signal_init(&screen.loop, &screen.resized) ||
           uv_poll_start(&screen.input, UV_READABLE, readable) ||
           uv_timer_start(&screen.tick, tick, TICK_MS, TICK_MS) ||
           uv_signal_start(&screen.resized, on_resize, SIGWINCH);
}

static int open_editor(void)
{
    HistEvent event;
    screen.editor = el_init("hotseat", stdin, stdout, stderr);
    screen.history = history_init();
    if (!screen.editor || !screen.history)
        return -1;
    history(screen.history, &event, H_SETSIZE, HISTORY_LINES);
    el_set(screen.editor, EL_PROMPT, prompt_text);
    el_set(screen.editor, EL_EDITOR, "emacs");
    el_set(screen.editor, EL_SIGNAL, 0);
    el_set(screen.editor, EL_HIST, history, screen.history);
    el_source(screen.editor, NULL);
    el_set(screen.editor, EL_UNBUFFERED, 1);
    el_set(screen.editor, EL_PREP_TERM, 1);
    return 0;
}

static void greet(void)
{
    puts("hotseat: interview practice.");
    puts("  !start coding   opens a round;        !help says what you can do");
    puts("  /as bob         plays another person; /help says what the terminal can do");
    puts("  /dm             speaks to the bot privately: that is how you answer");
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
    greet();
    make_prompt();
    if (open_editor()) {
        fputs("hotseat: the terminal cannot be edited on\n", stderr);
        return CLI_FAILED;
    }
    screen.editing = true;
    redraw();
    uv_run(&screen.loop, UV_RUN_DEFAULT);
    uv_loop_close(&screen.loop);
    history_end(screen.history);
    el_end(screen.editor);
    return CLI_OK;
}
