/* Short texts of members: keys of reactions, display names. No allocation: none of them is ever lost. */
#include "transport/matrix/matrix_words.h"

#include <string.h>

#include "util/utf8.h"

#define MARKS_MAX 3 /* combining marks in a row that a name may have */

/* ---- keys ---- */

static bool is_variation(uint32_t code)
{
    return code >= 0xFE00 && code <= 0xFE0F;
}

/* 1 .. 9 if the character shows that digit, else 0. */
static unsigned digit_of(uint32_t code)
{
    /* The digit one of each row: ASCII, full width, circled in five ways, and bold, double-struck,
     * sans serif and monospace of mathematics. */
    static const uint32_t ones[] = {'1', 0xFF11, 0x2460, 0x2776, 0x2780, 0x278A, 0x24F5,
                                    0x1D7CF, 0x1D7D9, 0x1D7E3, 0x1D7ED, 0x1D7F7};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        if (code >= ones[i] && code < ones[i] + 9)
            return code - ones[i] + 1;
    return 0;
}

#define KEYCAP 0x20E3

bool matrix_words_key(const char *key, char out[MATRIX_KEY_MAX + 1])
{
    size_t length = strlen(key), used = 0, count = 0;
    uint32_t codes[2] = {0, 0};
    char one[4];
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t code = utf8_decode(key + at, length - at, &size);
        if (is_variation(code) || utf8_is_trick(code) || code == '\n' || code == '\t')
            continue;
        size_t more = utf8_encode(code, one);
        if (used + more > MATRIX_KEY_MAX)
            return false;
        memcpy(out + used, one, more);
        used += more;
        if (count < 2)
            codes[count] = code;
        count++;
    }
    out[used] = '\0';
    unsigned digit = count == 1 || (count == 2 && codes[1] == KEYCAP) ? digit_of(codes[0]) : 0;
    if (digit > 0) {
        out[0] = (char)('0' + digit);
        out[1] = '\0';
    }
    return used > 0;
}

/* ---- names ---- */

/* White space, and characters that only look like it. */
static bool is_blank(uint32_t code)
{
    return code == ' ' || code == '\n' || code == '\t' || code == 0xA0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200A) || code == 0x202F || code == 0x205F || code == 0x3000 ||
           code == 0x115F || code == 0x1160 || code == 0x2800 || code == 0x3164 || code == 0xFFA0;
}

struct label {
    char *out;
    size_t used;
    size_t end;     /* without joiners at the end, which would join what is shown after it */
    size_t marks; /* combining marks since the last character that has a width */
    bool space;   /* a space is owed before the next character */
    bool full;
};

static void put_code(struct label *label, uint32_t code)
{
    char bytes[5] = " ";
    size_t size = utf8_encode(code, bytes + 1);
    bool mark = utf8_width(bytes + 1, size) == 0;
    label->marks = mark ? label->marks + 1 : 0;
    /* A mark needs something to stand on. */
    if (mark && (label->marks > MARKS_MAX || label->used == 0 || label->space))
        return;
    size_t more = size + label->space;
    label->full = label->used + more > MATRIX_LABEL_MAX;
    if (label->full)
        return;
    memcpy(label->out + label->used, bytes + !label->space, more);
    label->used += more;
    label->space = false;
    if (code != 0x200C && code != 0x200D)
        label->end = label->used;
}

/* True if something can be seen. */
static bool clean(const char *name, size_t length, char *out)
{
    struct label label = {.out = out};
    for (size_t at = 0, size; at < length && !label.full; at += size) {
        uint32_t code = utf8_decode(name + at, length - at, &size);
        if (is_blank(code))
            label.space = label.used > 0;
        else if (!utf8_is_trick(code))
            put_code(&label, code);
    }
    out[label.end] = '\0';
    return label.end > 0;
}

void matrix_words_name(const char *name, const char *user, char out[MATRIX_LABEL_MAX + 1])
{
    if (name && clean(name, strlen(name), out))
        return;
    user += *user == '@';
    if (!clean(user, strcspn(user, ":"), out))
        memcpy(out, "?", 2);
}
