/* log: what was done in a room, in plain words. Who wrote which answer is nowhere in it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/place.h"
#include "core/talk.h"
#include "util/span.h"

#define LINES_MAX 8
#define READ_MAX 400 /* entries that are looked at */
#define LINE_BYTES 300

struct reading {
    int64_t now;
    uint64_t round; /* 0 = of all */
    size_t read, count;
    struct line {
        uint64_t round;
        int64_t at;
        bool over; /* the end of a round, which whoever ended it says better */
        char words[LINE_BYTES];
    } lines[LINES_MAX]; /* newest first */
};

/* What people may want to know: who started, directed or barred what. Anything else that may come to
 * stand in the log is left out. */
static const char *const deeds[] = {"opened ", "extend ", "pause", "resume", "skip", "end",
                                    "ban ",    "unban ",  "ignore ", "unignore "};

static bool is_deed(const char *what)
{
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (strncmp(what, deeds[i], strlen(deeds[i])) == 0)
            return true;
    return false;
}

/* "phase vote -> closed"; NULL if it is no end. */
static const char *end_words(const char *what)
{
    const char *to = strncmp(what, "phase ", 6) == 0 ? strstr(what, "-> ") : NULL;
    if (to && strcmp(to, "-> closed") == 0)
        return "over, with scores";
    return to && strcmp(to, "-> ended") == 0 ? "over, without scores" : NULL;
}

static void put_words(const struct log_row *row, const char *over, char out[LINE_BYTES])
{
    const char *what = over ? over : row->what;
    /* Some say themselves who it was. */
    bool by = !over && row->name && !strstr(what, ", by ");
    snprintf(out, LINE_BYTES, "%s%s%s", what, by ? ", by " : "", by ? row->name : "");
}

static int take(void *context, const struct log_row *row)
{
    struct reading *reading = context;
    const char *over = end_words(row->what);
    if (++reading->read > READ_MAX)
        return 1;
    if (!over && !is_deed(row->what))
        return 0;
    struct line *last = reading->count > 0 ? &reading->lines[reading->count - 1] : NULL;
    bool same = last && last->over && last->round == row->round && last->at == row->at;
    if (same && !over && strncmp(row->what, "end", 3) == 0)
        reading->count--;
    if (reading->count == LINES_MAX)
        return 1;
    struct line *line = &reading->lines[reading->count++];
    line->round = row->round;
    line->at = row->at;
    line->over = over != NULL;
    put_words(row, over, line->words);
    return 0;
}

static int read_log(const struct talk *talk, uint64_t room, struct reading *reading)
{
    const struct world *world = talk->hall->world;
    return world->log ? world->log(world->context, room, reading->round, take, reading) : 0;
}

/* "10:02", or of another day "01-05 10:02". */
static void put_time(int64_t at, int64_t now, struct text *text)
{
    char then[SPAN_TEXT], today[SPAN_TEXT];
    time_text(at, then);
    time_text(now, today);
    if (strncmp(then, today, 10) == 0)
        text_printf(text, "%.5s", then + 11);
    else
        text_printf(text, "%.5s %.5s", then + 5, then + 11);
}

static void show(struct talk *talk, const char *where, const struct reading *reading)
{
    struct text text;
    text_init(&text);
    text_printf(&text, "What was done %s, times in UTC:", where);
    for (size_t i = reading->count; i > 0; i--) {
        const struct line *line = &reading->lines[i - 1];
        text_item(&text, 0, 0);
        put_time(line->at, reading->now, &text);
        if (line->round > 0)
            text_printf(&text, " round %" PRIu64 ": %s", line->round, line->words);
        else
            text_printf(&text, " %s", line->words);
    }
    talk_reply_text(talk, &text);
    text_finish(&text);
}

/* The rooms that the speaker is in: the first is *first; true if there are others. */
static bool several_rooms(const struct talk *talk, const struct room **first)
{
    *first = NULL;
    for (size_t i = 0; i < talk->hall->room_count; i++) {
        const struct room *room = talk->hall->rooms[i];
        if (!talk_present(talk, room))
            continue;
        if (*first && (*first)->id != room->id)
            return true;
        *first = *first ? *first : room;
    }
    return false;
}

/* Privately: of the one room, or of the one that the round was in. */
static void log_privately(struct talk *talk, struct reading *reading)
{
    const struct room *first;
    bool several = several_rooms(talk, &first);
    if (!first) {
        talk_refuse_nothing(talk, "");
        return;
    }
    if (several && reading->round == 0) {
        talk_reply(talk, "You are in several of my rooms. Say %slog there, or %slog and the number of a "
                         "round.",
                   talk->call, talk->prefix);
        return;
    }
    for (size_t i = 0; i < talk->hall->room_count && reading->count == 0; i++) {
        const struct room *room = talk->hall->rooms[i];
        if (!talk_present(talk, room))
            continue;
        if (read_log(talk, room->id, reading)) {
            talk->broken = true;
            return;
        }
        first = room;
    }
    char where[EVENT_TARGET_MAX + 4];
    snprintf(where, sizeof where, "in %s", first->target);
    if (reading->count > 0)
        show(talk, where, reading);
    else
        talk_reply(talk, "There is nothing about that in the log of your rooms.");
}

void verb_log(struct talk *talk)
{
    const struct command *command = &talk->command;
    const char *number = command->round             ? command->round
                         : command->word_count > 0 ? command->words[0]
                                                    : NULL;
    struct reading reading = {.now = talk->event->at};
    reading.round = number ? command_round_number(number) : 0;
    if (number && reading.round == 0) {
        talk_reply(talk, "%.20s is no number of a round. %slog shows the last of all rounds.", number,
                   talk->prefix);
        return;
    }
    if (!talk->room) {
        log_privately(talk, &reading);
        return;
    }
    if (read_log(talk, talk->room->id, &reading))
        talk->broken = true;
    else if (reading.count > 0)
        show(talk, "here", &reading);
    else if (reading.round > 0)
        talk_reply(talk, "There was no round %" PRIu64 " here.", reading.round);
    else
        talk_reply(talk, "Nothing was done here yet.");
}
