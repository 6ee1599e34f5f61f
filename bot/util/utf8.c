#include "util/utf8.h"

#include "util/buf.h"

#define REPLACEMENT 0xFFFD

uint32_t utf8_decode(const char *text, size_t length, size_t *size)
{
    const unsigned char *s = (const unsigned char *)text;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = s[0] < 0x80 ? 1 : s[0] >= 0xF0 && s[0] < 0xF5 ? 4 : s[0] >= 0xE0 && s[0] < 0xF0 ? 3
                : s[0] >= 0xC2 && s[0] < 0xE0 ? 2 : 0;
    *size = 1;
    if (need == 1)
        return s[0];
    if (need == 0 || need > length)
        return REPLACEMENT;
    uint32_t code = s[0] & (0x7Fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return REPLACEMENT;
        code = code << 6 | (s[i] & 0x3Fu);
    }
    if (code < least[need] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return REPLACEMENT;
    *size = need;
    return code;
}

bool utf8_valid(const char *text, size_t length)
{
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t code = utf8_decode(text + at, length - at, &size);
        /* U+FFFD itself is three bytes; a malformed byte is one. */
        if (code == REPLACEMENT && size == 1)
            return false;
    }
    return true;
}

size_t utf8_encode(uint32_t code, char out[4])
{
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char first[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)(first[size] | code);
    return size;
}

void utf8_put(struct buf *out, uint32_t code)
{
    char bytes[4];
    buf_add(out, bytes, utf8_encode(code, bytes));
}

struct range {
    uint32_t first, last;
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Marks that join the character before them: the combining blocks of Unicode 15,
 * variation selectors, emoji modifiers and the zero-width joiner. */
static bool joins_previous(uint32_t code)
{
    static const struct range marks[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
        {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x0900, 0x0903}, {0x093A, 0x094F}, {0x0E31, 0x0E31},
        {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200C, 0x200D},
        {0x20D0, 0x20FF}, {0x302A, 0x302F}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
        {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF},
    };
    return code >= 0x0300 && in_ranges(marks, sizeof marks / sizeof *marks, code);
}

/* East Asian Wide and Fullwidth, and emoji (Unicode 15, by block). */
static bool is_wide(uint32_t code)
{
    static const struct range wide[] = {
        {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
        {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},
        {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},   {0x274C, 0x274C},
        {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},   {0x2B1B, 0x2B1C},
        {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
        {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
        {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
    };
    return code >= 0x1100 && in_ranges(wide, sizeof wide / sizeof *wide, code);
}

size_t utf8_cut(const char *text, size_t length, size_t limit)
{
    if (length <= limit)
        return length;
    size_t cluster = 0, last = 0;
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t code = utf8_decode(text + at, length - at, &size);
        if (!joins_previous(code))
            cluster = at;
        if (at + size > limit)
            break;
        last = at + size;
    }
    /* Cut before the cluster that does not fit, unless it began the text. */
    return cluster > 0 && cluster <= limit ? cluster : last;
}

size_t utf8_cut_word(const char *text, size_t length, size_t limit)
{
    size_t cut = utf8_cut(text, length, limit);
    if (cut == length)
        return cut;
    if (text[cut] == ' ')
        return cut;
    for (size_t at = cut; at > cut / 2; at--)
        if (text[at - 1] == ' ')
            return at;
    return cut;
}

/* Controls; bidirectional controls, zero width spaces, tags. */
bool utf8_is_trick(uint32_t code)
{
    return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code < 0xA0) ||
           code == 0x00AD || code == 0x061C || code == 0x180E || code == 0x200B ||
           code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
           (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE007F);
}

/* How many bytes from the beginning are printable ASCII, which stays as it is. */
static size_t plain_run(const char *text, size_t length)
{
    size_t run = 0;
    while (run < length && text[run] >= 0x20 && text[run] < 0x7F)
        run++;
    return run;
}

void utf8_clean(struct buf *out, const char *text, size_t length, bool one_line)
{
    for (size_t at = 0, size; at < length; at += size) {
        size = plain_run(text + at, length - at);
        if (size > 0) {
            buf_add(out, text + at, size);
            continue;
        }
        uint32_t code = utf8_decode(text + at, length - at, &size);
        if (code == '\r') {
            bool pair = at + 1 < length && text[at + 1] == '\n';
            if (pair)
                continue;
            code = '\n';
        }
        if (code == '\n' || code == '\t')
            buf_putc(out, one_line ? ' ' : (char)code);
        else if (!utf8_is_trick(code))
            utf8_put(out, code);
    }
}

unsigned utf8_width(const char *text, size_t length)
{
    unsigned width = 0;
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t code = utf8_decode(text + at, length - at, &size);
        if (!joins_previous(code))
            width += is_wide(code) ? 2 : 1;
    }
    return width;
}
