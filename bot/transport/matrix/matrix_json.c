#include "transport/matrix/matrix_json.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_slice.h"
#include "util/utf8.h"

#define INTEGER_DIGITS 18 /* always fit 64 bits */
#define REAL_LENGTH 60    /* with an exponent of two digits always fits a double */

/* The 16 bits of an escape "\uXXXX" at `at`, or -1. */
static long escape_at(const char *at, const char *end)
{
    long value = 0;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = strchr(digits, tolower((unsigned char)at[i]));
        if (!digit || !*digit)
            return -1;
        value = value * 16 + (digit - digits);
    }
    return value;
}

static bool is_high(long value)
{
    return value >= 0xD800 && value <= 0xDBFF;
}

static bool is_low(long value)
{
    return value >= 0xDC00 && value <= 0xDFFF;
}

/* `at` is a backslash; returns what follows the escape. */
static char *tame_escape(char *at, char *end)
{
    long value = escape_at(at, end);
    if (value < 0)
        return end - at < 2 ? end : at + 2;
    if (is_high(value) && is_low(escape_at(at + 6, end)))
        return at + 12;
    if (value == 0 || is_high(value) || is_low(value))
        memcpy(at + 2, "fffd", 4);
    return at + 6;
}

static char *tame_bytes(char *at, char *end)
{
    size_t size;
    uint32_t code = utf8_decode(at, (size_t)(end - at), &size);
    if (code > 0x7F && size == 1)
        *at = '?';
    return at + size;
}

static char *tame_string(char *at, char *end)
{
    while (at < end && *at != '"')
        at = *at == '\\' ? tame_escape(at, end) : tame_bytes(at, end);
    return at < end ? at + 1 : end;
}

static bool fits(const char *number, size_t length)
{
    size_t digits = 0, exponent = 0;
    bool real = false, scaled = false;
    for (size_t i = 0; i < length; i++) {
        if (isdigit((unsigned char)number[i]))
            scaled ? exponent++ : digits++;
        real |= number[i] == '.' || scaled;
        scaled |= number[i] == 'e' || number[i] == 'E';
    }
    return real || scaled ? length <= REAL_LENGTH && exponent <= 2 : digits <= INTEGER_DIGITS;
}

static char *tame_number(char *at, char *end)
{
    char *start = at;
    while (at < end && *at && strchr("0123456789+-.eE", *at))
        at++;
    if (!fits(start, (size_t)(at - start))) {
        memset(start, ' ', (size_t)(at - start));
        *start = '0';
    }
    return at;
}

/* False if it is nested too deeply. */
static bool tame(char *text, size_t length)
{
    char *at = text, *end = text + length;
    int depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = tame_string(at + 1, end);
            continue;
        }
        if (isdigit((unsigned char)*at) || *at == '-') {
            at = tame_number(at, end);
            continue;
        }
        if ((*at == '{' || *at == '[') && ++depth > MATRIX_JSON_DEPTH_MAX)
            return false;
        if (*at == '}' || *at == ']')
            depth--;
        at++;
    }
    return true;
}

/* jansson 2.14 writes past the end if it has no memory for a long string, so it is not asked to parse when
 * memory is that short. Its tree takes six times the text and more. */
static bool memory_for(size_t length)
{
    void *probe = malloc(8 * length + 4096);
    free(probe);
    return probe != NULL;
}

json_t *matrix_json_parse(char *text, size_t length, const char **why)
{
    if (!tame(text, length)) {
        *why = "JSON nested too deeply";
        return NULL;
    }
    if (!memory_for(length)) {
        *why = MATRIX_JSON_MEMORY;
        return NULL;
    }
    json_t *whole = json_loadb(text, length, JSON_DECODE_ANY, NULL);
    /* jansson calls most failures of memory an invalid token, or nothing; but tame JSON is refused for
     * no other reason. */
    if (!whole)
        *why = matrix_slice_valid(text, length) ? MATRIX_JSON_MEMORY : "not JSON";
    else if (!json_is_object(whole))
        *why = "JSON, but no object";
    if (whole && !json_is_object(whole)) {
        json_decref(whole);
        return NULL;
    }
    return whole;
}

char *matrix_json_dump(const json_t *value, size_t flags)
{
    size_t length = json_dumpb(value, NULL, 0, flags);
    char *text = length ? malloc(length + 1) : NULL;
    if (!text)
        return NULL;
    if (json_dumpb(value, text, length, flags) != length) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

const json_t *matrix_json_object(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_object(value) ? value : NULL;
}

const json_t *matrix_json_array(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_array(value) ? value : NULL;
}

const char *matrix_json_string(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

long long matrix_json_number(const json_t *object, const char *key, long long fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}
