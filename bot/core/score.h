/* Points and standing (docs/SCORES.md), and the calendar periods of boards. */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H

#include <stddef.h>
#include <stdint.h>

/* 5 an answer, plus round(5 * (score - 1)); an answer nobody graded gets the 5. */
int32_t score_answer_points(int scored, double score);
/* 1 per ballot cast, plus 2 when all owed ones were. */
int32_t score_vote_points(size_t given, size_t owed);

/*
 * A standing in 0..100: the lower end of what a member's mean tells about
 * their skill, so that volume cannot outrank quality. With n scored answers of
 * sum s: precision = 1/.36 + n/.56, theta = (3/.36 + s/.56)/precision,
 * standing = 20*(theta - 1/sqrt(precision)); 0 when n = 0. (The constants of
 * docs/SCORES.md: P0 = .36, R = se^2 + .20 with se = .6.)
 */
double score_standing(uint64_t n, double sum);
/* 20/sqrt(precision): shown as "71 +-5". */
double score_uncertainty(uint64_t n);

enum period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_ALL, PERIOD_COUNT };
const char *period_word(enum period period); /* "day", ... */
int period_parse(const char *word, enum period *period); /* 0 or -1 */
#define PERIOD_KEY 16
/* "2026-11-23", "2026-W48" (ISO 8601 week, from Monday), "2026-11", "all"; UTC. */
const char *period_key(enum period period, int64_t at, char out[PERIOD_KEY]);

#endif
