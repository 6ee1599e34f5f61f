#include "transport/paste_words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define PREFIX_MAX 4 /* bytes of what stands before a command */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* The next word of text .. end; false if there is none. */
static bool next_word(const char **text, const char *end, const char **word, size_t *length)
{
    while (*text < end && is_space(**text))
        (*text)++;
    *word = *text;
    while (*text < end && !is_space(**text))
        (*text)++;
    *length = (size_t)(*text - *word);
    return *length > 0;
}

static bool is_verb(const char *word, size_t length)
{
    static const char *const verbs[] = {"answer", "revise"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (length == strlen(verbs[i]) && strncasecmp(word, verbs[i], length) == 0)
            return true;
    return false;
}

/* "!answer", or "answer" behind the bot's name. */
static bool is_command(const char *word, size_t length, bool called)
{
    size_t prefix = 0;
    while (prefix < length && prefix < PREFIX_MAX && ispunct((unsigned char)word[prefix]))
        prefix++;
    return (prefix > 0 || called) && is_verb(word + prefix, length - prefix);
}

/* "hotseat:", "hotseat,", "@hotseat" */
static bool is_call(const char *word, size_t length)
{
    return length > 1 && (word[0] == '@' || word[length - 1] == ':' || word[length - 1] == ',');
}

/* "3", "#3", "round:3" */
static bool is_round(const char *word, size_t length)
{
    size_t at = length > 6 && strncasecmp(word, "round:", 6) == 0 ? 6 : 0;
    at += at < length && word[at] == '#';
    if (at == length)
        return false;
    for (; at < length; at++)
        if (!isdigit((unsigned char)word[at]))
            return false;
    return true;
}

/* Nothing, or [NAME:] COMMAND [ROUND]. */
static bool stores_answer(const char *text, const char *end)
{
    const char *word;
    size_t length;
    if (!next_word(&text, end, &word, &length))
        return true;
    bool called = is_call(word, length) && !is_command(word, length, false);
    if (called && !next_word(&text, end, &word, &length))
        return false;
    if (!is_command(word, length, called))
        return false;
    if (!next_word(&text, end, &word, &length))
        return true;
    return is_round(word, length) && !next_word(&text, end, &word, &length);
}

bool paste_words_read(const char *text, size_t length, struct paste_words *words)
{
    const char *end = text + length;
    while (end > text && is_space(end[-1]))
        end--;
    const char *link = end;
    while (link > text && !is_space(link[-1]))
        link--;
    *words = (struct paste_words){(size_t)(link - text), link, (size_t)(end - link)};
    if (words->length > 2 && link[0] == '<' && end[-1] == '>') {
        words->link++;
        words->length -= 2;
    }
    return words->length > 0 && stores_answer(text, link);
}
