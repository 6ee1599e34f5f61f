#include "util/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum log_level least = LOG_LEVEL_INFO;
static int log_fd = 2;

static const char *const level_words[] = {"error", "warn", "info", "debug"};

void log_set_level(enum log_level level)
{
    least = level;
}

int log_level_parse(const char *text, enum log_level *level)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(text, level_words[i]) == 0) {
            *level = (enum log_level)i;
            return 0;
        }
    return -1;
}

void log_set_fd(int fd)
{
    log_fd = fd;
}

/* Control characters would let a name from the network forge a line. */
static void escape(const char *text, char *out, size_t size)
{
    size_t at = 0;
    for (; *text && at + 5 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7F)
            at += (size_t)snprintf(out + at, size - at, "\\x%02x", c);
        else
            out[at++] = (char)c;
    }
    out[at] = '\0';
}

static void put(enum log_level level, const char *where, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void put(enum log_level level, const char *where, const char *format, va_list args)
{
    char message[1024], clean[2048], line[2200], when[32] = "";
    struct timespec now;
    struct tm tm;
    if (level > least || log_fd < 0)
        return;
    vsnprintf(message, sizeof message, format, args);
    escape(message, clean, sizeof clean);
    if (clock_gettime(CLOCK_REALTIME, &now) == 0 && gmtime_r(&now.tv_sec, &tm))
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    int length = snprintf(line, sizeof line, "%s %-5s %s: %s\n", when, level_words[level], where,
                          clean);
    if (length < 0)
        return;
    size_t size = (size_t)length < sizeof line ? (size_t)length : sizeof line - 1;
    /* One write a line: lines of several processes do not mix. A log that cannot be written is lost. */
    ssize_t written = write(log_fd, line, size);
    (void)written;
}

#define DEFINE_LOG(name, level)                                                                    \
    void name(const char *where, const char *format, ...)                                          \
    {                                                                                              \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        put(level, where, format, args);                                                           \
        va_end(args);                                                                              \
    }

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warn, LOG_LEVEL_WARN)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)
