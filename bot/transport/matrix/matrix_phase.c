#include "transport/matrix/matrix_phase.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_countdown.h"
#include "util/hash.h"
#include "util/span.h"

static const struct {
    const char *name, *doing, *noun;
} words[] = {
    {"gather", "taking seats", "seat"},
    {"answer", "answering", "done"},
    {"vote", "grading", "done"},
};

static size_t find_words(const char *name)
{
    size_t i = 0;
    while (i < sizeof words / sizeof *words && strcmp(words[i].name, name) != 0)
        i++;
    return i;
}

bool matrix_phase_shown(const char *name)
{
    return find_words(name) < sizeof words / sizeof *words;
}

bool matrix_phase_update(struct matrix_phase *phase, const struct progress *progress)
{
    phase->heard = true;
    bool moved = phase->deadline != progress->deadline || phase->remaining != progress->remaining;
    phase->deadline = progress->deadline;
    phase->remaining = progress->remaining;
    phase->done = progress->done;
    phase->total = progress->total;
    return moved;
}

/* ---- when ---- */

static bool differs(const struct matrix_phase *phase)
{
    return phase->said_at == 0 || phase->said.deadline != phase->deadline ||
           phase->said.remaining != phase->remaining || phase->said.done != phase->done ||
           phase->said.total != phase->total;
}

/* The next full minute that is left, or quarter of one in the last. */
static int64_t next_step(const struct matrix_phase *phase, int64_t now)
{
    int64_t left = phase->deadline - now;
    int64_t step = left > MATRIX_PHASE_STEP_MS ? MATRIX_PHASE_STEP_MS : MATRIX_PHASE_LAST_MS;
    int64_t then = phase->deadline - (left - 1) / step * step;
    if (phase->remaining > 0 || left <= MATRIX_PHASE_LAST_MS)
        return INT64_MAX; /* time stands still, or the end is the next thing to say */
    while (then < phase->said_at + MATRIX_PHASE_LAST_MS)
        then += step;
    return then < phase->deadline ? then : INT64_MAX;
}

int64_t matrix_phase_due(const struct matrix_phase *phase, int64_t now)
{
    int64_t left = phase->remaining > 0 ? phase->remaining : phase->deadline - now;
    if (phase->busy || phase->never)
        return INT64_MAX;
    if (phase->over)
        return *phase->event && !phase->said.over ? phase->said_at : INT64_MAX; /* before what is due now */
    if (!*phase->event)
        return left >= MATRIX_PHASE_SHORT_MS ? now : INT64_MAX;
    if (left <= 0)
        return phase->heard ? INT64_MAX : phase->deadline + MATRIX_PHASE_STALE_MS;
    if (differs(phase)) {
        int64_t at = phase->said_at + MATRIX_PHASE_CHANGE_MS;
        return at < now ? now : at;
    }
    return next_step(phase, phase->said_at);
}

bool matrix_phase_stale(const struct matrix_phase *phase, int64_t now)
{
    return !phase->heard && phase->remaining == 0 &&
           now >= phase->deadline + MATRIX_PHASE_STALE_MS;
}

void matrix_phase_saying(struct matrix_phase *phase, int64_t now)
{
    phase->busy = true;
    phase->said_at = now;
    phase->said.deadline = phase->deadline;
    phase->said.remaining = phase->remaining;
    phase->said.done = phase->done;
    phase->said.total = phase->total;
    phase->said.over = phase->over;
}

/* ---- what ---- */

void matrix_phase_text(const struct matrix_phase *phase, int64_t now, struct text *text)
{
    char span[SPAN_TEXT];
    size_t i = find_words(phase->name);
    if (phase->over) {
        text_printf(text, "Round %" PRIu64 ": %s is over.", phase->round, words[i].doing);
        return;
    }
    int64_t left = phase->remaining > 0 ? phase->remaining : phase->deadline - now;
    left = left > 0 ? (left + 999) / 1000 * 1000 : 0;
    text_printf(text, "Round %" PRIu64 ", %s: ", phase->round, words[i].doing);
    text_strong(text, span_text(left, span));
    text_put(text, phase->remaining > 0 ? " left, paused" : " left");
    if (!phase->heard)
        text_put(text, "."); /* who got done while the bot was down is not known yet */
    else if (strcmp(words[i].noun, "done") == 0)
        text_printf(text, ", %u of %u done.", phase->done, phase->total);
    else
        text_printf(text, ", %u taken.", phase->total);
}

/* ---- notes ---- */

void matrix_phase_key(const struct matrix_phase *phase, char key[MATRIX_PHASE_KEY])
{
    snprintf(key, MATRIX_PHASE_KEY, MATRIX_COUNTDOWN_PREFIX "%" PRIu64 " %s %016" PRIx64,
             phase->round, phase->name, fnv1a(phase->room, strlen(phase->room)));
}

void matrix_phase_value(const struct matrix_phase *phase, struct buf *value)
{
    buf_printf(value, "%s %s %" PRId64 " %" PRId64 " %u %u", phase->room, phase->event,
               phase->deadline, phase->remaining, phase->done, phase->total);
}

/* The next word of a line of words, which is cut there; "" at the end. */
static char *next_word(char **line)
{
    char *word = *line, *end = word + strcspn(word, " ");
    *line = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

/* -1: it is too long for where it belongs. */
static int take_word(char **line, char *out, size_t size)
{
    const char *word = next_word(line);
    size_t length = strlen(word);
    if (length >= size)
        return -1;
    memcpy(out, word, length + 1);
    return 0;
}

int matrix_phase_read(struct matrix_phase *phase, const char *key, const char *value)
{
    char line[1024], *at = line, own[MATRIX_PHASE_KEY];
    size_t prefix = strlen(MATRIX_COUNTDOWN_PREFIX);
    memset(phase, 0, sizeof *phase);
    if (strncmp(key, MATRIX_COUNTDOWN_PREFIX, prefix) != 0)
        return -1;
    snprintf(line, sizeof line, "%s", key + prefix);
    phase->round = strtoull(next_word(&at), NULL, 10);
    if (take_word(&at, phase->name, sizeof phase->name))
        return -1;
    snprintf(line, sizeof line, "%s", value);
    at = line;
    if (take_word(&at, phase->room, sizeof phase->room) ||
        take_word(&at, phase->event, sizeof phase->event))
        return -1;
    phase->deadline = strtoll(next_word(&at), NULL, 10);
    phase->remaining = strtoll(next_word(&at), NULL, 10);
    phase->done = (unsigned)strtoul(next_word(&at), NULL, 10);
    phase->total = (unsigned)strtoul(next_word(&at), NULL, 10);
    matrix_phase_key(phase, own);
    return strcmp(own, key) == 0 && matrix_phase_shown(phase->name) &&
                   matrix_item_is_event(phase->event)
               ? 0
               : -1;
}
