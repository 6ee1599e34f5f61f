#include "cli/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/utf8.h"

#define BYTES_MAX (1024 * 1024)
#define RETRIES_MAX 50   /* wrong lines that are left out to find the next one */
#define LINES_KEPT 4096  /* options whose line is known */

static struct {
    config_problem_fn *problem;
    void *context;
    size_t count;
    int line; /* of the last complaint of the parser */
} report;

/* Where each option of the file was set. */
static struct {
    const cfg_opt_t *option;
    int line;
} lines[LINES_KEPT];
static size_t line_count;

void config_report(config_problem_fn *problem, void *context)
{
    report.problem = problem;
    report.context = context;
    report.count = 0;
}

void config_complain(const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    report.count++;
    if (report.problem)
        report.problem(report.context, text);
}

size_t config_problems(void)
{
    return report.count;
}

/* 0 = the file does not set it. */
static int line_of(cfg_t *cfg, const char *name)
{
    const cfg_opt_t *option = cfg_getopt(cfg, name);
    for (size_t i = line_count; i > 0; i--)
        if (lines[i - 1].option == option)
            return lines[i - 1].line;
    return 0;
}

bool config_is_set(cfg_t *cfg, const char *option)
{
    return line_of(cfg, option) > 0;
}

void config_wrong(cfg_t *cfg, const char *option, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    int line = line_of(cfg, option);
    config_complain("line %d: %s: %s", line ? line : cfg->line, option, text);
}

void config_number(cfg_t *cfg, const char *name, long least, long most, unsigned *out)
{
    long value = cfg_getint(cfg, name);
    if (value < least || value > most)
        config_wrong(cfg, name, "%ld does not fit; it can be %ld to %ld", value, least, most);
    else
        *out = (unsigned)value;
}

void config_copy(char **slot, const char *text)
{
    if (!text)
        return;
    *slot = strdup(text);
    if (!*slot)
        config_complain("out of memory");
}

/* ---- reading ---- */

static int read_open(int fd, const char *path, struct buf *out, bool *shared)
{
    char part[8192];
    struct stat st;
    ssize_t length;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        config_complain("%.200s is not a file", path);
        return -1;
    }
    *shared = st.st_mode & (S_IRGRP | S_IROTH);
    while ((length = read(fd, part, sizeof part)) > 0 && out->length <= BYTES_MAX)
        buf_add(out, part, (size_t)length);
    if (length < 0 || out->failed)
        config_complain("cannot read it: %s", length < 0 ? strerror(errno) : "out of memory");
    else if (out->length > BYTES_MAX)
        config_complain("it is larger than 1 MiB; a configuration has a few lines");
    else
        return 0;
    return -1;
}

/* Only text gets to the parser. */
static int check_text(const struct buf *text)
{
    int line = 1;
    for (size_t i = 0; i < text->length; i++) {
        unsigned char c = (unsigned char)text->data[i];
        line += c == '\n';
        if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 0x7F) {
            config_complain("line %d: a control code (byte %zu); this is no text file", line, i);
            return -1;
        }
    }
    if (utf8_valid(buf_text(text), text->length))
        return 0;
    config_complain("it is not UTF-8; save it as UTF-8");
    return -1;
}

static int read_text(const char *path, struct buf *out, bool *shared)
{
    /* Without waiting for a writer, should it be a pipe. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        config_complain("cannot read it: %s", strerror(errno));
        return -1;
    }
    int result = read_open(fd, path, out, shared);
    close(fd);
    return result ? result : check_text(out);
}

/* ---- parsing ---- */

static void on_error(cfg_t *cfg, const char *format, va_list args)
{
    char text[400];
    vsnprintf(text, sizeof text, format, args);
    report.line = cfg ? cfg->line : 0;
    config_complain("line %d: %s%s", report.line, text,
                    strncmp(text, "no such option", 14) == 0 ? "; config.example has them all"
                                                             : "");
}

static int note_line(cfg_t *cfg, cfg_opt_t *option)
{
    if (line_count == LINES_KEPT) {
        cfg_error(cfg, "more than %d options", LINES_KEPT);
        return -1;
    }
    lines[line_count].option = option;
    lines[line_count++].line = cfg->line;
    return 0;
}

static void watch_lines(cfg_opt_t *table)
{
    for (cfg_opt_t *option = table; option->name; option++) {
        if (option->subopts)
            watch_lines(option->subopts);
        else
            option->validcb = note_line;
    }
}

/* Blanks a wrong line, if it is an option on a line of its own. */
static bool leave_out(struct buf *text, int number)
{
    char *at = text->data;
    for (int line = 1; at && line < number; line++) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    size_t length = at ? strcspn(at, "\n") : 0;
    if (length == 0 || !memchr(at, '=', length) || memchr(at, '{', length) ||
        memchr(at, '}', length) || strspn(at, " \t") >= length)
        return false;
    memset(at, ' ', length);
    return true;
}

cfg_t *config_parse(const char *path, cfg_opt_t *table, bool *shared)
{
    struct buf text;
    cfg_t *cfg = NULL;
    buf_init(&text);
    watch_lines(table);
    int failed = read_text(path, &text, shared);
    for (int i = 0; !failed && i < RETRIES_MAX; i++) {
        line_count = 0;
        cfg = cfg_init(table, CFGF_NONE);
        if (!cfg) {
            config_complain("out of memory");
            break;
        }
        cfg_set_error_function(cfg, on_error);
        if (cfg_parse_buf(cfg, buf_text(&text)) == CFG_SUCCESS)
            break;
        cfg_free(cfg);
        cfg = NULL;
        if (!leave_out(&text, report.line))
            break;
    }
    /* libconfuse gives up on some files without a word. */
    if (!cfg && config_problems() == 0)
        config_complain("the end comes too early, or a line is no option = value; look for a quote "
                        "or a brace that is not closed");
    buf_finish(&text);
    return cfg;
}
