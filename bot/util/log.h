/*
 * Structured log lines on standard error: level, subsystem, message. Never
 * give it answers, votes, tokens or passwords. Control characters are escaped,
 * so a name from the network cannot forge a line.
 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);
/* "error", "warn", "info", "debug"; returns 0, or -1 if it is none of them. */
int log_level_parse(const char *text, enum log_level *level);
/* Lines go to this file descriptor (2 at start); -1 silences. */
void log_set_fd(int fd);

void log_error(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
