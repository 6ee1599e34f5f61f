#include "cli/secret.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* What ends a line that is being typed; the terminal is to show letters again after it. */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define ENDING (sizeof ending / sizeof *ending)

static void on_signal(int number)
{
    (void)number; /* read() comes back, that is all */
}

/* Byte by byte: what comes after the line is for whoever reads next. */
static int read_line(struct buf *out, struct error *error)
{
    char c = 0;
    for (;;) {
        ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got < 0)
            return error_set(error, ERR_IO, errno == EINTR ? "given up" : "standard input: %s",
                             strerror(errno));
        if (got == 0 && out->length == 0)
            return error_set(error, ERR_MISSING, "standard input is at its end");
        if (got == 0 || c == '\n')
            break;
        if (out->length >= SECRET_MAX)
            return error_set(error, ERR_INVALID, "the line is longer than %d bytes", SECRET_MAX);
        buf_add(out, &c, 1);
    }
    if (out->length > 0 && out->data[out->length - 1] == '\r')
        buf_truncate(out, out->length - 1);
    if (out->failed)
        return error_set(error, ERR_MEMORY, "out of memory");
    if (out->length == 0)
        return error_set(error, ERR_MISSING, "an empty line");
    if (memchr(out->data, '\0', out->length))
        return error_set(error, ERR_INVALID, "the line holds a NUL");
    return 0;
}

static void show(const char *prompt)
{
    fputs(prompt, stderr);
    fflush(stderr);
}

/* Whoever is asked may type at once: the terminal hides letters before it asks. */
static int read_hidden(const char *prompt, struct buf *out, struct error *error)
{
    struct termios shown, hidden;
    struct sigaction old[ENDING], catch = {.sa_handler = on_signal};
    if (tcgetattr(STDIN_FILENO, &shown))
        return error_set(error, ERR_IO, "the terminal: %s", strerror(errno));
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    for (size_t i = 0; i < ENDING; i++)
        sigaction(ending[i], &catch, &old[i]);
    int result = -1;
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)) {
        error_set(error, ERR_IO, "the terminal: %s", strerror(errno));
    } else {
        show(prompt);
        result = read_line(out, error);
    }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    for (size_t i = 0; i < ENDING; i++)
        sigaction(ending[i], &old[i], NULL);
    fputc('\n', stderr);
    return result;
}

int secret_read(const char *prompt, bool hidden, struct buf *out, struct error *error)
{
    if (!isatty(STDIN_FILENO))
        return read_line(out, error);
    if (hidden)
        return read_hidden(prompt, out, error);
    show(prompt);
    return read_line(out, error);
}

void secret_forget(struct buf *secret)
{
    if (secret->data)
        explicit_bzero(secret->data, secret->capacity);
    buf_finish(secret);
}
