/*
 * Question packs: JSON files -> struct question. questions/README.md is the
 * format in words, questions/schema/ the same as a JSON Schema.
 */
#ifndef STORE_PACK_H
#define STORE_PACK_H

#include <stddef.h>

#include "core/bank.h"
#include "util/error.h"

#define PACK_FILE_MAX (8 * 1024 * 1024)

/* One thing that is wrong. line 0 = unknown. */
struct pack_problem {
    const char *file;
    size_t line;
    const char *field;   /* "questions[3].hints[0].cost", "" = the file as a whole */
    const char *message; /* what is wrong, and what is expected */
};
typedef void pack_problem_fn(void *context, const struct pack_problem *problem);

struct pack_summary {
    size_t files, questions, problems;
};
/* The kinds that every pack may have: "coding", "ml_theory", "system_design", "behavioral", "deep_dive"; NULL after them. */
const char *pack_kind_name(size_t index);

/* Loads every *.json below a directory (sub-directories up to 4 deep, no
 * symbolic links, "schema" and "solutions" left out) into the bank. Bad
 * questions are reported and left out. -1 only if the directory cannot be read
 * or memory is out. `problem` may be NULL. */
int pack_load_dir(const char *dir, struct bank *bank, pack_problem_fn *problem, void *context,
                  struct pack_summary *summary, struct error *error);
/* The same for one pack in memory. -1 = out of memory. */
int pack_load_text(const char *file, const char *text, size_t length, struct bank *bank,
                   pack_problem_fn *problem, void *context, struct pack_summary *summary);

/* A question from its stored body (of any kind); NULL if it is none, or memory is
 * out: then errno is ENOMEM, as malloc() leaves it. */
struct question *pack_question_parse(const char *body);

#endif
