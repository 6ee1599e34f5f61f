/*
 * What was said in the wrong place: privately what belongs in the room, in the
 * room what was meant for the bot alone. The latter is erased where that can
 * be done, so that others still answer and grade for themselves.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "core/talk.h"

#define ANSWER_BYTES 100 /* an answer to the bot that is this long is meant as one to the question */

/* ---- an answer by its looks ---- */

static bool has_fence(const char *text)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        while (*line == ' ')
            line++;
        if (strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0)
            return true;
    }
    return false;
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    bool blank = true;
    for (; *text; text++) {
        lines += blank && !isspace((unsigned char)*text);
        blank = *text == '\n' || (blank && isspace((unsigned char)*text));
    }
    return lines;
}

/* A question back is talk, however long it is. */
static bool asks(const struct event *event)
{
    size_t length = event->length;
    while (length > 0 && isspace((unsigned char)event->text[length - 1]))
        length--;
    return length > 0 && event->text[length - 1] == '?';
}

static bool looks_like_answer(const struct event *event)
{
    if (has_fence(event->text))
        return true;
    return !asks(event) && (count_lines(event->text) > 1 || event->length >= ANSWER_BYTES);
}

/* A round of the room that takes answers now; one the speaker sits in goes first. */
static struct round *answered_here(const struct talk *talk)
{
    struct round *found = NULL;
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        if (round->room == talk->room->id && round->phase == ROUND_ANSWER &&
            (!found || round_seat_of(round, talk->member)))
            found = round;
    }
    return found;
}

bool misplaced_may_be_answer(const struct talk *talk)
{
    return talk->command.verb == COMMAND_NONE && answered_here(talk) &&
           (talk->event->to_bot || has_fence(talk->event->text));
}

/* ---- taking it out ---- */

/* What was erased is given back, so that nobody has to write it again. */
static void give_back(struct talk *talk, const char *what)
{
    const struct event *event = talk->event;
    struct text text;
    text_init(&text);
    text_put(&text, what);
    if (has_fence(event->text)) {
        text_markdown(&text, event->text, event->length);
    } else {
        text_quote(&text);
        text_put_n(&text, event->text, event->length);
    }
    effects_tell(talk->effects, &event->who, &text, NULL, EFFECT_URGENT);
    text_finish(&text);
}

static void erase(struct talk *talk, const char *what)
{
    const struct event *event = talk->event;
    effects_erase(talk->effects, &event->room, talk->origin);
    /* An edit shows what it says, too. */
    if (event->kind == EVENT_EDIT && event->id)
        effects_erase(talk->effects, &event->room, event->id);
    give_back(talk, what);
}

static bool may_erase(const struct talk *talk)
{
    return talk->event->erasable && talk->origin;
}

/* Where messages have no names nobody can delete one. */
static const char *delete_advice(const struct talk *talk)
{
    return talk->origin ? " Delete it here if you can." : "";
}

static void take_out(struct talk *talk)
{
    erase(talk, "I took this out of the room, where everybody could read it. Nothing was stored. If "
                "it is your answer, send it to me here:");
}

bool misplaced_called(struct talk *talk)
{
    if (!may_erase(talk) || !answered_here(talk) || !looks_like_answer(talk->event))
        return false;
    take_out(talk);
    return true;
}

void misplaced_answer(struct talk *talk)
{
    const struct event *event = talk->event;
    struct round *round = answered_here(talk);
    bool seated = round_seat_of(round, talk->member) != NULL;
    bool answer = event->to_bot ? looks_like_answer(event) : seated;
    if (answer && may_erase(talk))
        take_out(talk);
    else if ((answer || event->to_bot) && event->kind == EVENT_TEXT &&
             memo_first(&talk->hall->memo, talk->member, round->id, MEMO_ELSEWHERE))
        talk_reply(talk, "If that was your answer: send it to me privately. I stored nothing from "
                         "here.%s",
                   delete_advice(talk));
}

/* A command with something in it that others should not read yet. */
static bool gives_away(const struct talk *talk)
{
    enum command_verb verb = talk->command.verb;
    return talk->command.rest_length > 0 &&
           (verb == COMMAND_VOTE || verb == COMMAND_ANSWER || verb == COMMAND_REVISE ||
            verb == COMMAND_BEGIN);
}

static bool round_is_open(const struct talk *talk)
{
    for (size_t i = 0; i < talk->hall->round_count; i++)
        if (talk->hall->rounds[i]->room == talk->room->id && round_open(talk->hall->rounds[i]))
            return true;
    return false;
}

bool misplaced_command(struct talk *talk)
{
    enum command_verb verb = talk->command.verb;
    if (verb == COMMAND_NONE || verb == COMMAND_UNKNOWN)
        return false;
    char where = command_where(verb);
    const char *word = command_word(verb);
    bool secret = gives_away(talk);
    if (talk->room && verb == COMMAND_LINK)
        link_spoil(talk);
    if (talk->room && where == 'P') {
        if (secret && may_erase(talk) && round_is_open(talk))
            erase(talk, "I took this out of the room, where everybody could read it. Nothing was "
                        "stored. Send it to me here:");
        else if (talk->event->kind == EVENT_TEXT)
            talk_reply(talk, "%s%s goes to me privately, so that nobody sees it%s.%s",
                       talk->room->settings.prefix, word,
                       verb == COMMAND_VOTE || verb == COMMAND_ANSWER || verb == COMMAND_REVISE
                           ? "; nothing was stored from here"
                       : verb == COMMAND_LINK && talk->command.rest_length > 0
                           ? "; a code said here is void"
                           : "",
                       secret ? delete_advice(talk) : "");
        return true;
    }
    if (!talk->room && where == 'R') {
        talk_reply(talk, "Say %s%s in the room, where everyone sees it.", talk->call, word);
        return true;
    }
    return false;
}
