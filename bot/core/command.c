#include "core/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/nearest.h"

struct verb_entry {
    const char *word, *usage, *what;
    char where;
};

static const struct verb_entry verbs[COMMAND_COUNT] = {
#define X(id, word, where, usage, what) [COMMAND_##id] = {word, usage, what, where[0]},
    COMMAND_VERBS(X)
#undef X
};

static const char *entry(const char *text)
{
    return text ? text : "";
}

const char *command_word(enum command_verb verb)
{
    return entry(verbs[verb].word);
}

const char *command_usage(enum command_verb verb)
{
    return entry(verbs[verb].usage);
}

const char *command_what(enum command_verb verb)
{
    return entry(verbs[verb].what);
}

char command_where(enum command_verb verb)
{
    return verbs[verb].where;
}

enum command_verb command_find(const char *word)
{
    while (*word && !isalnum((unsigned char)*word))
        word++;
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (verbs[i].word && strcasecmp(word, verbs[i].word) == 0)
            return (enum command_verb)i;
    return COMMAND_UNKNOWN;
}

uint64_t command_round_number(const char *word)
{
    char *end;
    if (*word == '#')
        word++;
    if (!isdigit((unsigned char)*word) || strlen(word) > 18)
        return 0;
    unsigned long long number = strtoull(word, &end, 10);
    return *end ? 0 : number;
}

static const char *nearest_verb(const char *word)
{
    struct nearest nearest = nearest_begin(word);
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (verbs[i].word)
            nearest_offer(&nearest, verbs[i].word);
    return nearest.word;
}

/* ---- addressing ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* "hotseat: start", "hotseat, start", "@hotseat start" and, if a verb follows,
 * "hotseat start". Gives where the verb begins, NULL if the bot is not named. */
static const char *after_name(const char *text, const char *end, const char *name)
{
    size_t length = strlen(name);
    bool at = text < end && *text == '@';
    if (at)
        text++;
    if (length == 0 || (size_t)(end - text) <= length || strncasecmp(text, name, length) != 0)
        return NULL;
    text += length;
    bool mark = *text == ':' || *text == ',';
    if (mark)
        text++;
    else if (!is_space(*text))
        return NULL;
    while (text < end && is_space(*text))
        text++;
    if (at || mark)
        return text;
    char word[32];
    size_t i = 0;
    for (; text + i < end && !is_space(text[i]) && i + 1 < sizeof word; i++)
        word[i] = text[i];
    word[i] = '\0';
    return isalpha((unsigned char)word[0]) && command_find(word) != COMMAND_UNKNOWN ? text : NULL;
}

/* Where the verb begins, NULL if the text is not for the bot. */
static const char *find_verb(struct command *command, const char *text, const char *end,
                             const char *prefix, const char *name)
{
    size_t length = strlen(prefix);
    const char *named = after_name(text, end, name);
    if (named) {
        command->named = true;
        text = named;
        /* "hotseat: !start" means the same. */
        if (length > 0 && (size_t)(end - text) > length && memcmp(text, prefix, length) == 0)
            text += length;
        return text;
    }
    if (length == 0 || (size_t)(end - text) <= length || memcmp(text, prefix, length) != 0)
        return NULL;
    text += length;
    /* "!!!", "!?" and "! so" are talk. */
    return isalpha((unsigned char)*text) ? text : NULL;
}

/* ---- words and options ---- */

/* What follows is somebody's own words, in which a colon means nothing. */
static bool free_text(enum command_verb verb)
{
    return verb == COMMAND_ANSWER || verb == COMMAND_REVISE || verb == COMMAND_VOTE ||
           verb == COMMAND_BEGIN;
}

static bool takes_options(enum command_verb verb)
{
    return verb == COMMAND_START;
}

static bool set_option(struct command *command, const char *name, size_t length,
                       const char *value)
{
    struct {
        const char *name;
        const char **slot;
        bool start_only;
    } options[] = {
        {"topic", &command->topic, true},   {"company", &command->company, true},
        {"answer", &command->answer, true}, {"vote", &command->vote, true},
        {"gather", &command->gather, true}, {"round", &command->round, false},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strlen(options[i].name) != length || strncasecmp(name, options[i].name, length) != 0)
            continue;
        if (options[i].start_only && !takes_options(command->verb))
            return false;
        *options[i].slot = value;
        return true;
    }
    return false;
}

static void take_word(struct command *command, const char *word)
{
    const char *colon = strchr(word, ':');
    size_t length = colon ? (size_t)(colon - word) : 0;
    bool may = command->word_count == 0 || !free_text(command->verb);
    if (may && length > 0 && colon[1] && set_option(command, word, length, colon + 1))
        return;
    if (colon && takes_options(command->verb)) {
        if (!command->bad_option)
            command->bad_option = word;
        return;
    }
    if (command->word_count < COMMAND_WORDS_MAX)
        command->words[command->word_count++] = word;
}

/* Splits the rest into words, as far as `space` holds them: only commands with
 * few, short words look at them. */
static void split(struct command *command)
{
    size_t used = 0;
    const char *at = command->rest, *end = at + command->rest_length;
    while (at < end) {
        while (at < end && is_space(*at))
            at++;
        const char *stop = at;
        while (stop < end && !is_space(*stop))
            stop++;
        size_t length = (size_t)(stop - at);
        if (length == 0 || used + length + 1 > sizeof command->space)
            break;
        char *word = command->space + used;
        memcpy(word, at, length);
        word[length] = '\0';
        used += length + 1;
        take_word(command, word);
        at = stop;
    }
}

/* A round given as an option is no part of an answer's or a vote's text. */
static void drop_leading_option(struct command *command)
{
    static const char name[] = "round:";
    size_t length = sizeof name - 1;
    if (!command->round || command->rest_length < length ||
        strncasecmp(command->rest, name, length) != 0)
        return;
    while (command->rest_length > 0 && !is_space(*command->rest)) {
        command->rest++;
        command->rest_length--;
    }
    while (command->rest_length > 0 && is_space(*command->rest)) {
        command->rest++;
        command->rest_length--;
    }
}

/* The command whose word begins at `verb`. */
static void parse_verb(struct command *command, const char *verb, const char *end)
{
    const char *stop = verb;
    size_t cut = 0;
    for (; stop < end && !is_space(*stop); stop++)
        if (cut + 1 < sizeof command->word)
            command->word[cut++] = (char)tolower((unsigned char)*stop);
    command->verb = command_find(command->word);
    while (stop < end && is_space(*stop))
        stop++;
    while (end > stop && is_space(end[-1]))
        end--;
    command->rest = stop;
    command->rest_length = (size_t)(end - stop);
    if (command->verb == COMMAND_UNKNOWN) {
        command->meant = nearest_verb(command->word);
        return;
    }
    split(command);
    drop_leading_option(command);
}

void command_parse(struct command *command, const char *text, size_t length, const char *prefix,
                   const char *name, bool private_talk)
{
    const char *end = text + length;
    memset(command, 0, sizeof *command);
    command->rest = end;
    while (text < end && is_space(*text))
        text++;
    const char *verb = find_verb(command, text, end, prefix, name);
    if (!verb || verb >= end) {
        command->verb = COMMAND_NONE;
        command->named = false;
        return;
    }
    parse_verb(command, verb, end);
    /* Talk that happens to begin with the bot's name is an answer, not a command. */
    if (command->verb == COMMAND_UNKNOWN && private_talk && command->named && !command->meant)
        command->verb = COMMAND_NONE;
}

/* Nothing but rounds stands behind it, or it is a question, which does no harm. */
static bool plainly_meant(const struct command *command)
{
    if (command->verb == COMMAND_UNKNOWN)
        return false;
    if (command->verb == COMMAND_START || command->verb == COMMAND_EXTEND ||
        command->verb == COMMAND_TOP || command->verb == COMMAND_HELP)
        return command->word_count <= 3;
    if (command->verb == COMMAND_VOTE)
        return command->word_count > 1 && isdigit((unsigned char)command->words[1][0]);
    if (free_text(command->verb))
        return false;
    for (size_t i = 0; i < command->word_count; i++)
        if (command_round_number(command->words[i]) == 0)
            return false;
    return true;
}

void command_parse_called(struct command *command, const char *text, size_t length)
{
    const char *end = text + length;
    memset(command, 0, sizeof *command);
    command->rest = end;
    while (text < end && is_space(*text))
        text++;
    if (text < end)
        parse_verb(command, text, end);
    if (text == end || !plainly_meant(command)) {
        memset(command, 0, sizeof *command);
        command->rest = end;
    }
    command->named = command->verb != COMMAND_NONE;
}
