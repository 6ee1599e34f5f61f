/* Chat text -> command, ballot and span, and the stripping of answers. First byte: how it was said. */
#include "fuzz.h"

#include <string.h>

#include "core/ballot.h"
#include "core/command.h"
#include "util/buf.h"
#include "util/span.h"
#include "util/utf8.h"

static bool within(const char *word, const char *from, size_t size)
{
    return word >= from && word < from + size && memchr(word, '\0', size - (size_t)(word - from));
}

static void check_words(const struct command *command, const char *text, size_t length)
{
    const char *options[] = {command->topic, command->company, command->answer, command->vote,
                             command->gather, command->round, command->bad_option};
    MUST(command->verb < COMMAND_COUNT);
    MUST(command->word_count <= COMMAND_WORDS_MAX);
    MUST(memchr(command->word, '\0', sizeof command->word));
    for (size_t i = 0; i < command->word_count; i++) {
        MUST(within(command->words[i], command->space, sizeof command->space));
        MUST(utf8_valid(command->words[i], strlen(command->words[i])));
        command_round_number(command->words[i]);
    }
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        MUST(!options[i] || within(options[i], command->space, sizeof command->space));
    if (command->rest)
        MUST(command->rest >= text && command->rest + command->rest_length <= text + length);
    if (command->verb == COMMAND_UNKNOWN && command->meant)
        MUST(command_find(command->meant) < COMMAND_COUNT &&
             command_find(command->meant) > COMMAND_UNKNOWN);
}

static void check_ballot(const char *text, size_t length)
{
    struct ballot_words words;
    if (ballot_parse(text, length, 4, 9, &words) != BALLOT_OK)
        return;
    MUST(words.index < 9);
    for (size_t i = 0; i < 4; i++)
        MUST(words.score[i] >= 1 && words.score[i] <= 5);
    MUST(words.comment_length <= ROUND_COMMENT_MAX);
    MUST(!words.comment || (words.comment >= text &&
                            words.comment + words.comment_length <= text + length));
}

static void check_tag(const char *text)
{
    uint64_t round;
    uint32_t author;
    if (ballot_tag_parse(text, &round, &author) == 0)
        MUST(author < ROUND_SEATS_MAX);
}

static void check_strip(const char *text, size_t length)
{
    struct ballot_name names[] = {{"ann", false}, {"Bo", false}, {"\xC3\xA9ve", false}, {"x", true}};
    struct buf out;
    bool changed;
    buf_init(&out);
    ballot_strip(&out, text, length, names, 4, &changed);
    MUST(utf8_valid(buf_text(&out), out.length));
    MUST(changed || (out.length == length && memcmp(buf_text(&out), text, length) == 0));
    buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const prefixes[] = {"!", ".", "hs!", "\xE2\x82\xAC"};
    struct command command;
    struct buf clean;
    int64_t seconds;
    if (size < 1)
        return 0;
    buf_init(&clean);
    utf8_clean(&clean, (const char *)data + 1, size - 1, false);
    const char *text = buf_text(&clean);
    command_parse(&command, text, clean.length, prefixes[data[0] & 3],
                  data[0] & 4 ? "hotseat" : "", data[0] & 8);
    check_words(&command, text, clean.length);
    command_parse_called(&command, text, clean.length);
    check_words(&command, text, clean.length);
    check_tag(text);
    check_ballot(text, clean.length);
    check_strip(text, clean.length);
    if (span_parse(text, &seconds) == 0)
        MUST(seconds >= 0);
    buf_finish(&clean);
    return 0;
}
