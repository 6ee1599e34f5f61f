#include "core/score.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* docs/SCORES.md: prior mean and variance of skill, and the variance of
 * one rated answer, R = se^2 + .20 with se = .6 for a plain mean. */
static const double prior_mean = 3.0;
static const double prior_variance = 0.36;
static const double answer_variance = 0.56;

int32_t score_answer_points(int scored, double score)
{
    int32_t points = 5;
    if (scored)
        points += (int32_t)lround(5 * (score - 1));
    return points;
}

int32_t score_vote_points(size_t given, size_t owed)
{
    int32_t points = (int32_t)given;
    if (given > 0 && given >= owed)
        points += 2;
    return points;
}

static double precision_of(uint64_t n)
{
    return 1 / prior_variance + (double)n / answer_variance;
}

double score_standing(uint64_t n, double sum)
{
    if (n == 0)
        return 0;
    double precision = precision_of(n);
    double theta = (prior_mean / prior_variance + sum / answer_variance) / precision;
    return 20 * (theta - 1 / sqrt(precision));
}

double score_uncertainty(uint64_t n)
{
    return 20 / sqrt(precision_of(n));
}

static const char *const period_words[PERIOD_COUNT] = {"day", "week", "month", "all"};

const char *period_word(enum period period)
{
    return period_words[period];
}

int period_parse(const char *word, enum period *period)
{
    for (int i = 0; i < PERIOD_COUNT; i++)
        if (strcmp(word, period_words[i]) == 0) {
            *period = (enum period)i;
            return 0;
        }
    return -1;
}

const char *period_key(enum period period, int64_t at, char out[PERIOD_KEY])
{
    static const char *const forms[PERIOD_COUNT] = {"%Y-%m-%d", "%G-W%V", "%Y-%m", "all"};
    time_t seconds = (time_t)(at / 1000);
    struct tm tm;
    out[0] = '\0';
    if (gmtime_r(&seconds, &tm))
        strftime(out, PERIOD_KEY, forms[period], &tm);
    return out;
}
