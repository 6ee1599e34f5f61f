/* Files and directories of packs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/pack/reader.h"
#include "util/utf8.h"

#define DEPTH_MAX 4
#define QUESTIONS_MAX 5000
#define JSON_FLAGS JSON_REJECT_DUPLICATES

/* ---- one pack ---- */

/* A question that is stored leaves its pack, so it takes along what the pack says for all. */
static void put_inherited(struct pack_reader *reader, const json_t *question, const json_t *pack,
                          struct buf *body)
{
    static const char *const keys[] = {"licence", "source"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (json_object_get(question, keys[i]))
            continue;
        char *value = json_dumps(json_object_get(pack, keys[i]), JSON_ENCODE_ANY);
        if (value)
            buf_printf(body, "\"%s\":%s,", keys[i], value);
        else
            reader->failed = true;
        free(value);
    }
}

/* Builds a good question, and moves on to the next in any case. */
static void take_question(struct pack_reader *reader, const json_t *json, const json_t *pack,
                          struct bank *bank, struct pack_summary *summary, bool good)
{
    struct buf text, body;
    struct question *question = NULL;
    buf_init(&text);
    buf_init(&body);
    place_copy(reader, &text);
    if (good) {
        buf_putc(&body, '{');
        put_inherited(reader, json, pack, &body);
        buf_puts(&body, buf_text(&text) + 1);
        if (!body.failed && !text.failed && !reader->failed)
            question = build_question(json, pack, buf_text(&body));
        if (!question || bank_add_take(bank, question))
            reader->failed = true;
        else
            summary->questions++;
    }
    buf_finish(&text);
    buf_finish(&body);
}

/* An id that another question of the bank or of this pack has. */
static bool check_unique(struct pack_reader *reader, const json_t *question,
                         const struct bank *bank, json_t *seen)
{
    const char *id = json_string_value(json_object_get(question, "id"));
    if (!id)
        return true;
    if (bank_find(bank, id) || json_object_get(seen, id))
        return reader_refuse(reader, "id", "\"%s\" is there already; ids are unique over all packs",
                             id);
    reader->failed |= json_object_set_new(seen, id, json_true()) != 0;
    return true;
}

static void read_questions(struct pack_reader *reader, const json_t *pack, bool usable,
                           struct bank *bank, struct pack_summary *summary)
{
    json_t *list = reader_list(pack, "questions", QUESTIONS_MAX);
    json_t *seen = json_object(); /* ids of this pack, those of refused questions as well */
    reader->failed |= !seen;
    reader_into(reader, "questions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *question = json_array_get(list, i);
        reader_at(reader, i);
        if (i == 0)
            place_enter(reader);
        bool good = check_question(reader, question);
        good &= check_unique(reader, question, bank, seen);
        take_question(reader, question, pack, bank, summary, good && usable);
        reader_up(reader);
    }
    reader_up(reader);
    reader->question_depth = 0;
    json_decref(seen);
}

static void read_pack(struct pack_reader *reader, const json_t *pack, struct bank *bank,
                      struct pack_summary *summary)
{
    static const struct pack_field fields[] = {
        {"$schema", 'w', false, 0, 300},  {"format", 'i', true, 1, 1},
        {"pack", 'w', true, 3, 64},       {"version", 'i', true, 1, 1e9},
        {"licence", 'w', true, 1, 60},    {"source", 'w', true, 1, 300},
        {"kinds", 'o', false, 0, 20},     {"questions", 'l', true, 0, QUESTIONS_MAX},
        {NULL, 0, false, 0, 0},
    };
    bool usable = reader_fields(reader, pack, fields);
    usable &= member_of_letters(reader, pack, "pack", LETTERS_ID, "lower-case letters, digits and -");
    usable &= check_licence(reader, pack);
    usable &= check_kinds(reader, pack);
    reader->kinds = json_object_get(pack, "kinds");
    read_questions(reader, pack, usable, bank, summary);
}

static void report_text(struct pack_reader *reader, int line, const char *why)
{
    struct buf message;
    buf_init(&message);
    utf8_clean(&message, why, strlen(why), true);
    reader->problems++;
    reader->failed |= message.failed;
    struct pack_problem problem = {
        .file = reader->file,
        .line = line > 0 ? (size_t)line : 0,
        .field = "",
        .message = buf_text(&message),
    };
    if (reader->problem && !message.failed)
        reader->problem(reader->context, &problem);
    buf_finish(&message);
}

static void read_text(struct pack_reader *reader, struct bank *bank, struct pack_summary *summary)
{
    json_error_t error;
    if (reader->length == 0) {
        report_text(reader, 1, "the file is empty; a pack is a JSON object");
        return;
    }
    json_t *pack = json_loadb(reader->text, reader->length, JSON_FLAGS, &error);
    if (pack)
        read_pack(reader, pack, bank, summary);
    else if (json_error_code(&error) == json_error_out_of_memory)
        reader->failed = true;
    else if (json_error_code(&error) == json_error_invalid_utf8)
        report_text(reader, error.line, "is not UTF-8; save it with that encoding");
    else
        report_text(reader, error.line, error.text);
    json_decref(pack);
}

static int load_text(const char *file, const char *dir, const char *text, size_t length,
                     struct bank *bank, pack_problem_fn *problem, void *context,
                     struct pack_summary *summary)
{
    struct pack_reader reader = {.file = file, .dir = dir, .text = text, .length = length,
                                 .problem = problem, .context = context};
    summary->files++;
    read_text(&reader, bank, summary);
    summary->problems += reader.problems;
    return reader.failed ? -1 : 0;
}

int pack_load_text(const char *file, const char *text, size_t length, struct bank *bank,
                   pack_problem_fn *problem, void *context, struct pack_summary *summary)
{
    return load_text(file, NULL, text, length, bank, problem, context, summary);
}

struct question *pack_question_parse(const char *body)
{
    struct pack_reader reader = {.file = "stored question", .text = body, .length = strlen(body),
                                 .stored = true};
    json_t *json = json_loads(body, JSON_FLAGS, NULL);
    struct question *question =
        json && check_question(&reader, json) && !reader.failed ? build_question(json, json, body) : NULL;
    json_decref(json);
    return question;
}

/* ---- files ---- */

struct loader {
    struct bank *bank;
    pack_problem_fn *problem;
    void *context;
    struct pack_summary *summary;
    struct error *error;
};

static void report_file(struct loader *loader, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void report_file(struct loader *loader, const char *path, const char *format, ...)
{
    char message[300];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    loader->summary->problems++;
    if (!loader->problem)
        return;
    struct pack_problem problem = {.file = path, .field = "", .message = message};
    loader->problem(loader->context, &problem);
}

/* A descriptor of a regular file that is not too large, and its size; -1 after a report. */
static int open_pack(struct loader *loader, const char *path, size_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP)
        report_file(loader, path, "is a symbolic link; packs must be plain files");
    else if (fd < 0 || fstat(fd, &st) != 0)
        report_file(loader, path, "cannot be read: %s", strerror(errno));
    else if (!S_ISREG(st.st_mode))
        report_file(loader, path, "is not a plain file");
    else if (st.st_size > PACK_FILE_MAX)
        report_file(loader, path, "is larger than %d MB; split it", PACK_FILE_MAX / 1024 / 1024);
    else {
        *size = (size_t)st.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Reads a whole file; NULL after a report, or when memory is out (then *failed). */
static char *read_file(struct loader *loader, const char *path, size_t *length, bool *failed)
{
    size_t size;
    int fd = open_pack(loader, path, &size);
    if (fd < 0)
        return NULL;
    char *text = malloc(size + 1);
    ssize_t got = 1;
    *failed = !text;
    *length = 0;
    while (text && got > 0 && *length < size) {
        got = read(fd, text + *length, size - *length);
        *length += got > 0 ? (size_t)got : 0;
    }
    if (text && *length < size) {
        report_file(loader, path, "cannot be read whole: %s",
                    got < 0 ? strerror(errno) : "it got shorter");
        free(text);
        text = NULL;
    }
    close(fd);
    return text;
}

static int load_file(struct loader *loader, const char *dir, const char *path)
{
    size_t length = 0;
    bool failed = false;
    char *text = read_file(loader, path, &length, &failed);
    if (text)
        failed = load_text(path, dir, text, length, loader->bank, loader->problem, loader->context,
                           loader->summary) != 0;
    free(text);
    return failed ? error_set(loader->error, ERR_MEMORY, "no memory for the questions") : 0;
}

static int load_dir(struct loader *loader, const char *dir, int depth);

static int load_entry(struct loader *loader, const char *dir, const char *name, int depth)
{
    char path[4096];
    struct stat st;
    size_t length = strlen(name);
    if (name[0] == '.' || snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path ||
        lstat(path, &st) != 0)
        return 0;
    if (S_ISDIR(st.st_mode)) {
        if (strcmp(name, "schema") == 0 || strcmp(name, "solutions") == 0)
            return 0;
        if (depth < DEPTH_MAX)
            return load_dir(loader, path, depth + 1);
        report_file(loader, path, "is too deep; packs lie in at most %d directories", DEPTH_MAX);
        return 0;
    }
    bool pack = length > 5 && strcmp(name + length - 5, ".json") == 0;
    return pack ? load_file(loader, dir, path) : 0;
}

static int load_dir(struct loader *loader, const char *dir, int depth)
{
    struct dirent **entries;
    int result = 0;
    int count = scandir(dir, &entries, NULL, alphasort);
    if (count < 0 && (depth == 0 || errno == ENOMEM))
        return error_set(loader->error, errno == ENOMEM ? ERR_MEMORY : ERR_MISSING,
                         "cannot read the directory %.200s: %s", dir, strerror(errno));
    if (count < 0) {
        report_file(loader, dir, "cannot be read: %s", strerror(errno));
        return 0;
    }
    for (int i = 0; i < count; i++) {
        if (result == 0)
            result = load_entry(loader, dir, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    return result;
}

int pack_load_dir(const char *dir, struct bank *bank, pack_problem_fn *problem, void *context,
                  struct pack_summary *summary, struct error *error)
{
    struct loader loader = {bank, problem, context, summary, error};
    return load_dir(&loader, dir, 0);
}
