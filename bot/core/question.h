/*
 * One question of the bank: what plugins see of it (struct hs_question) and
 * what only the host uses. Made by the pack loader, immutable, counted: rounds
 * keep theirs over a reload of the bank.
 */
#ifndef CORE_QUESTION_H
#define CORE_QUESTION_H

#include <stdint.h>

#include "hotseat/plugin.h"
#include "util/arena.h"
#include "util/hash.h"

struct question {
    struct hs_question pub;
    const char *kind;
    const char *domain;               /* "" if none */
    const char *const *companies;
    size_t company_count;
    const char *const *roles;
    size_t role_count;
    const char *source, *licence;
    const char *body;   /* the question's JSON object, compact; its stored form */
    char hash[SHA256_HEX]; /* of body */
    unsigned references;
    struct arena memory; /* owns this struct's strings and arrays */
};

struct question *question_ref(struct question *question);
void question_unref(struct question *question); /* NULL is fine */

/* Levels, in order: "entry", "mid", "senior", "staff". -1 if it is none. */
int question_level_rank(const char *level);
/* True if `topic` is among the question's topics; case and "-", "_", " " do not matter. */
int question_has_topic(const struct question *question, const char *topic);
int question_for_company(const struct question *question, const char *company);

#endif
