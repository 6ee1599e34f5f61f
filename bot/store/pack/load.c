/* Files and directories of packs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/pack/reader.h"
#include "util/utf8.h"

#define DEPTH_MAX 4
#define JSON_FLAGS (JSON_REJECT_DUPLICATES)

/* ---- one pack ---- */

static void count_kind(struct pack_summary *summary, const char *kind)
{
    summary->questions++;
    for (size_t i = 0; pack_kind_name(i); i++)
        summary->by_kind[i] += strcmp(pack_kind_name(i), kind) == 0;
}

static void add_question(struct pack_reader *reader, const json_t *json, const json_t *pack,
                         struct bank *bank, struct pack_summary *summary)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    if (bank_find(bank, id)) {
        size_t mark = reader_into(reader, "id");
        reader_problem(reader, "\"%s\" is there already; ids are unique over all packs", id);
        reader_up(reader, mark);
        return;
    }
    struct question *question = build_question(json, pack);
    if (!question || bank_add_take(bank, question)) {
        reader->failed = true;
        return;
    }
    count_kind(summary, question->kind);
}

static void read_pack(struct pack_reader *reader, const json_t *pack, struct bank *bank,
                      struct pack_summary *summary)
{
    static const struct pack_field fields[] = {
        {"format", 'i', true, 1, 1},      {"pack", 's', true, 3, 64},
        {"version", 'i', true, 1, 1e9},   {"licence", 's', true, 1, 40},
        {"source", 's', true, 1, 300},    {"questions", 'l', true, 0, 5000},
        {NULL, 0, false, 0, 0},
    };
    static const char *const licences[] = {"CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "MIT",
                                           "Apache-2.0"};
    size_t index;
    json_t *question;
    if (!reader_fields(reader, pack, fields))
        return;
    const char *licence = json_string_value(json_object_get(pack, "licence"));
    bool known = false;
    for (size_t i = 0; i < sizeof licences / sizeof *licences; i++)
        known |= strcmp(licences[i], licence) == 0;
    if (!known) {
        size_t mark = reader_into(reader, "licence");
        reader_problem(reader, "\"%.40s\" is none of: CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0, MIT, "
                               "Apache-2.0",
                       licence);
        reader_up(reader, mark);
    }
    size_t mark = reader_into(reader, "questions");
    json_array_foreach(json_object_get(pack, "questions"), index, question) {
        size_t inner = reader_at(reader, index);
        if (check_question(reader, question) && known)
            add_question(reader, question, pack, bank, summary);
        reader_up(reader, inner);
    }
    reader_up(reader, mark);
}

static void report_syntax(struct pack_reader *reader, const json_error_t *error)
{
    reader->problems++;
    if (!reader->problem)
        return;
    struct pack_problem problem = {
        .file = reader->file,
        .line = error->line > 0 ? (size_t)error->line : 0,
        .field = "",
        .message = error->text,
    };
    reader->problem(reader->context, &problem);
}

int pack_load_text(const char *file, const char *text, size_t length, struct bank *bank,
                   pack_problem_fn *problem, void *context, struct pack_summary *summary)
{
    struct pack_reader reader = {.file = file, .text = text, .length = length, .problem = problem,
                                 .context = context};
    json_error_t error;
    buf_init(&reader.path);
    summary->files++;
    json_t *pack = json_loadb(text, length, JSON_FLAGS, &error);
    if (!pack)
        report_syntax(&reader, &error);
    else
        read_pack(&reader, pack, bank, summary);
    json_decref(pack);
    summary->problems += reader.problems;
    bool failed = reader.failed || reader.path.failed;
    buf_finish(&reader.path);
    return failed ? -1 : 0;
}

struct question *pack_question_parse(const char *body)
{
    struct pack_reader reader = {.file = "stored question", .text = body, .length = strlen(body)};
    struct question *question = NULL;
    json_t *json = json_loads(body, JSON_FLAGS, NULL);
    buf_init(&reader.path);
    if (json && check_question(&reader, json))
        question = build_question(json, json);
    buf_finish(&reader.path);
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

static void report_file(struct loader *loader, const char *path, const char *message)
{
    loader->summary->problems++;
    if (!loader->problem)
        return;
    struct pack_problem problem = {.file = path, .field = "", .message = message};
    loader->problem(loader->context, &problem);
}

/* Reads a whole regular file; NULL after a report, or when memory is out (then *failed). */
static char *read_file(struct loader *loader, const char *path, size_t *length, bool *failed)
{
    struct stat st;
    char *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        report_file(loader, path, "cannot be read as a file");
    } else if (st.st_size > PACK_FILE_MAX) {
        report_file(loader, path, "is larger than 8 MB; split it");
    } else if (!(text = malloc((size_t)st.st_size + 1))) {
        *failed = true;
    } else {
        ssize_t got = read(fd, text, (size_t)st.st_size);
        if (got != (ssize_t)st.st_size) {
            report_file(loader, path, "cannot be read whole");
            free(text);
            text = NULL;
        } else {
            text[got] = '\0';
            *length = (size_t)got;
        }
    }
    if (fd >= 0)
        close(fd);
    return text;
}

static int load_file(struct loader *loader, const char *path)
{
    size_t length = 0;
    bool failed = false;
    char *text = read_file(loader, path, &length, &failed);
    if (text)
        failed = pack_load_text(path, text, length, loader->bank, loader->problem, loader->context,
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
        bool ours = strcmp(name, "schema") != 0 && strcmp(name, "solutions") != 0;
        return ours && depth < DEPTH_MAX ? load_dir(loader, path, depth + 1) : 0;
    }
    bool pack = length > 5 && strcmp(name + length - 5, ".json") == 0;
    return pack ? load_file(loader, path) : 0;
}

static int load_dir(struct loader *loader, const char *dir, int depth)
{
    struct dirent **entries;
    int result = 0;
    int count = scandir(dir, &entries, NULL, alphasort);
    if (count < 0)
        return error_set(loader->error, errno == ENOMEM ? ERR_MEMORY : ERR_MISSING,
                         "cannot read the directory %.200s: %s", dir, strerror(errno));
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
