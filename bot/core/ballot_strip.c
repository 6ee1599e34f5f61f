/* Taking names and signatures out of an answer, so that grading stays blind. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/ballot.h"
#include "util/buf.h"

#define NAME_BARE_MIN 3   /* a bare "an" or "io" is more likely a word than a person */
#define NAME_USES_MAX 3   /* nobody names themselves more often; it is a term then */
#define SIGNED_WORDS_MAX 3

static bool name_byte(unsigned char c)
{
    return isalnum(c) || c == '_' || c == '-' || c >= 0x80;
}

struct names {
    const struct ballot_name *list;
    size_t count;
    const char *answer;
    size_t length;
};

/* The length of the longest name that stands at `at` as a whole word, 0 if none does. */
static size_t name_at(const struct names *names, size_t at, bool mention)
{
    size_t best = 0;
    for (size_t i = 0; i < names->count; i++) {
        const struct ballot_name *name = &names->list[i];
        size_t size = strlen(name->text);
        if (size <= best || size > names->length - at ||
            (!mention && (name->word || size < NAME_BARE_MIN)) ||
            strncasecmp(names->answer + at, name->text, size) != 0)
            continue;
        if (at + size < names->length && name_byte((unsigned char)names->answer[at + size]))
            continue;
        best = size;
    }
    return best;
}

/* ---- signatures ---- */

struct line {
    const char *text;
    size_t length;
};

/* The last line that holds more than blanks, of the first *length bytes; *length goes to its start. */
static struct line last_line(const char *text, size_t *length)
{
    size_t end = *length;
    while (end > 0 && isspace((unsigned char)text[end - 1]))
        end--;
    size_t start = end;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    *length = start;
    while (start < end && isspace((unsigned char)text[start]))
        start++;
    return (struct line){text + start, end - start};
}

static void skip(struct line *line, size_t count)
{
    line->text += count;
    line->length -= count;
    while (line->length > 0 && line->text[0] == ' ') {
        line->text++;
        line->length--;
    }
}

/* Goes past a dash that opens a signature ("-- ", "~", a long dash); false if there is none. */
static bool take_dash(struct line *line)
{
    static const char *const dashes[] = {"--", "~", "\xE2\x80\x94", "\xE2\x80\x93"};
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
        size_t size = strlen(dashes[i]);
        if (line->length >= size && memcmp(line->text, dashes[i], size) == 0) {
            skip(line, size);
            return true;
        }
    }
    return false;
}

/* Goes past "Best regards," and the like; false if there is none. */
static bool take_closing(struct line *line)
{
    static const char *const closings[] = {"best regards", "kind regards", "regards",
                                           "best wishes",  "cheers",       "yours",
                                           "sincerely",    "thanks",       "best"};
    for (size_t i = 0; i < sizeof closings / sizeof *closings; i++) {
        size_t size = strlen(closings[i]);
        if (line->length < size || strncasecmp(line->text, closings[i], size) != 0)
            continue;
        if (line->length > size && !strchr(",!.", line->text[size]))
            continue;
        skip(line, line->length > size ? size + 1 : size);
        return true;
    }
    return false;
}

/* "Cynthia", "Ann B Smith": up to three words of letters, each with a capital. */
static bool capital_words(const struct line *line)
{
    size_t words = 0;
    for (size_t i = 0; i < line->length; i++) {
        unsigned char c = (unsigned char)line->text[i];
        bool first = i == 0 || line->text[i - 1] == ' ';
        if (c != ' ' && !isalpha(c) && c < 0x80)
            return false;
        if (first && (!isupper(c) || ++words > SIGNED_WORDS_MAX))
            return false;
    }
    return words > 0;
}

static bool is_known(const struct names *names, struct line line, bool marked)
{
    if (line.length > 0 && line.text[0] == '-')
        skip(&line, 1);
    if (line.length > 0 && line.text[0] == '@')
        skip(&line, 1);
    if (line.length > 0 && line.text[line.length - 1] == '.')
        line.length--;
    for (size_t i = 0; i < names->count; i++)
        if ((marked || !names->list[i].word) && strlen(names->list[i].text) == line.length &&
            strncasecmp(names->list[i].text, line.text, line.length) == 0)
            return true;
    return false;
}

/* Where a signature begins at the end of the answer, or the length if there is none. */
static size_t signature_start(const struct names *names)
{
    size_t start = names->length, before;
    struct line line = last_line(names->answer, &start);
    bool marked = take_dash(&line);
    marked |= take_closing(&line);
    before = start;
    struct line above = last_line(names->answer, &before);
    bool closed = take_closing(&above) && above.length == 0;
    marked |= closed;
    if (line.length == 0 || !(is_known(names, line, marked) || (marked && capital_words(&line))))
        return names->length;
    if (closed)
        start = before;
    while (start > 0 && isspace((unsigned char)names->answer[start - 1]))
        start--;
    return start > 0 ? start : names->length;
}

/* ---- the whole ---- */

static size_t count_uses(const struct names *names, const char *name)
{
    struct ballot_name one = {name, false};
    struct names only = {&one, 1, names->answer, names->length};
    size_t count = 0;
    for (size_t at = 0; at < names->length; at++)
        if (at == 0 || !name_byte((unsigned char)names->answer[at - 1]))
            count += name_at(&only, at, false) > 0;
    return count;
}

void ballot_strip(struct buf *out, const char *answer, size_t length,
                  struct ballot_name *list, size_t name_count, bool *changed)
{
    struct names names = {list, name_count, answer, length};
    size_t end = signature_start(&names);
    *changed = end < length;
    names.length = end;
    for (size_t i = 0; i < name_count; i++)
        list[i].word = list[i].word || count_uses(&names, list[i].text) > NAME_USES_MAX;
    for (size_t at = 0; at < end;) {
        bool boundary = at == 0 || !name_byte((unsigned char)answer[at - 1]);
        size_t mention = answer[at] == '@' ? 1 : 0;
        size_t name = boundary && at + mention < end ? name_at(&names, at + mention, mention) : 0;
        if (name > 0) {
            buf_puts(out, "[name]");
            at += mention + name;
            *changed = true;
        } else {
            buf_putc(out, answer[at++]);
        }
    }
}
