/*
 * The code that links two accounts: made from the chance of an event, easy to
 * read out and to type on a phone, kept as a hash only.
 */
#ifndef CORE_LINK_CODE_H
#define CORE_LINK_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/hash.h"

/* 20 consonants are left when what looks or sounds alike, and what makes words, is taken out:
 * 20^8 codes, one or two of them good for ten minutes, and five tries a person. */
#define LINK_CODE_LETTERS 8
#define LINK_CODE_MS (INT64_C(10) * 60 * 1000)
#define LINK_TRIES_MAX 5
#define LINK_PAUSE_MS (INT64_C(10) * 60 * 1000) /* after the first of them */

void link_code_make(uint64_t seed, char code[LINK_CODE_LETTERS + 1]);
/* Reads what somebody typed, in any case, with blanks, dots or dashes between. False if it cannot be
 * a code. */
bool link_code_read(const char *text, size_t length, char code[LINK_CODE_LETTERS + 1]);
void link_code_hash(const char code[LINK_CODE_LETTERS + 1], char hash[SHA256_HEX]);

#endif
