/* What is inside a slice: members, and strings as text. */
#include "transport/matrix/matrix_slice.h"

#include <string.h>

#include "util/utf8.h"

#define REPLACEMENT 0xFFFD

/* ---- finding a member ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static const char *over_space(const char *at, const char *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

/* From an opening quote to behind the closing one, or to the end. */
static const char *over_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    return at < end ? at + 1 : end;
}

static const char *over_brackets(const char *at, const char *end)
{
    size_t open = 0;
    while (at < end) {
        if (*at == '"') {
            at = over_string(at, end);
            continue;
        }
        if (*at == '{' || *at == '[')
            open++;
        else if ((*at == '}' || *at == ']') && --open == 0)
            return at + 1;
        at++;
    }
    return end;
}

static const char *over_value(const char *at, const char *end)
{
    if (at < end && *at == '"')
        return over_string(at, end);
    if (at < end && (*at == '{' || *at == '['))
        return over_brackets(at, end);
    while (at < end && *at != ',' && *at != '}' && *at != ']' && !is_space(*at))
        at++;
    return at;
}

static bool same_key(const char *quoted, size_t length, const char *key)
{
    char plain[MATRIX_SLICE_KEY];
    size_t wanted = strlen(key);
    if (length == wanted + 2 && memcmp(quoted + 1, key, wanted) == 0)
        return true;
    return memchr(quoted, '\\', length) && matrix_slice_string(quoted, length, plain, sizeof plain) &&
           strcmp(plain, key) == 0;
}

bool matrix_slice_member(const char *bytes, size_t length, const char *key, const char **value,
                         size_t *value_length)
{
    const char *end = bytes + length, *at = over_space(bytes, end);
    bool found = false;
    if (at == end || *at != '{')
        return false;
    at = over_space(at + 1, end);
    while (at < end && *at == '"') {
        const char *name = at, *name_end = over_string(at, end);
        at = over_space(name_end, end);
        if (at == end || *at != ':')
            break;
        at = over_space(at + 1, end);
        const char *from = at;
        at = over_value(at, end);
        if (same_key(name, (size_t)(name_end - name), key)) {
            *value = from;
            *value_length = (size_t)(at - from);
            found = true;
        }
        at = over_space(at, end);
        if (at < end && *at == ',')
            at = over_space(at + 1, end);
    }
    return found;
}

/* ---- characters ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code unit of a \uXXXX at the beginning of the text, -1 if there is none. */
static int32_t unit_at(const char *text, size_t length)
{
    int32_t unit = 0;
    if (length < 6 || text[0] != '\\' || text[1] != 'u')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Decodes the \uXXXX at the beginning of the text; a pair of surrogates is one character. */
static uint32_t escaped_unit(const char *text, size_t length, size_t *size)
{
    int32_t high = unit_at(text, length);
    *size = high < 0 ? 2 : 6;
    if (high <= 0 || (high >= 0xDC00 && high <= 0xDFFF))
        return REPLACEMENT;
    if (high < 0xD800 || high > 0xDBFF)
        return (uint32_t)high;
    int32_t low = unit_at(text + 6, length - 6);
    if (low < 0xDC00 || low > 0xDFFF)
        return REPLACEMENT;
    *size = 12;
    return 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
}

/* Decodes the character or escape at the beginning of the inside of a string. */
static uint32_t character(const char *text, size_t length, size_t *size)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    if (text[0] != '\\' || length < 2)
        return utf8_decode(text, length, size);
    if (text[1] == 'u')
        return escaped_unit(text, length, size);
    *size = 2;
    const char *letter = text[1] ? strchr(letters, text[1]) : NULL;
    return (uint32_t)(unsigned char)(letter ? meanings[letter - letters] : text[1]);
}

bool matrix_slice_unescape(const char *raw, size_t length, char *out, size_t size)
{
    char one[4];
    size_t used = 0, step;
    for (size_t at = 0; at < length; at += step) {
        uint32_t code = character(raw + at, length - at, &step);
        size_t more = utf8_encode(code ? code : REPLACEMENT, one);
        if (used + more >= size)
            return false;
        memcpy(out + used, one, more);
        used += more;
    }
    if (size == 0)
        return false;
    out[used] = '\0';
    return true;
}

bool matrix_slice_string(const char *value, size_t length, char *out, size_t size)
{
    if (length < 2 || value[0] != '"' || value[length - 1] != '"')
        return false;
    return matrix_slice_unescape(value + 1, length - 2, out, size);
}
