#include "transport/matrix/matrix_slice.h"

#include <stdlib.h>
#include <string.h>

enum state {
    AT_VALUE,       /* a value must come */
    AT_FIRST_VALUE, /* a value, or ] */
    AT_FIRST_KEY,   /* a key, or } */
    AT_KEY,
    AT_COLON,
    AT_NEXT, /* a comma, or the closing bracket */
    AT_END,  /* the document is whole; only white space may follow */
    IN_STRING,
    IN_ESCAPE,
    IN_HEX,
    IN_LITERAL,
    IN_MINUS, /* of a number; in this order up to IN_EXPONENT */
    IN_ZERO,
    IN_INTEGER,
    IN_POINT,
    IN_FRACTION,
    IN_E,
    IN_SIGN,
    IN_EXPONENT,
    STOPPED
};

struct matrix_slice {
    struct matrix_slice_calls calls;
    enum state state;
    bool is_key;            /* IN_STRING: of a key */
    unsigned hex;           /* IN_HEX: digits still to come */
    const char *literal;    /* IN_LITERAL: characters still to come */
    size_t nest;            /* open brackets */
    size_t entered;         /* of them, from the top, those that want() entered */
    unsigned char object[MATRIX_SLICE_NEST / 8]; /* one bit an open bracket: it is { */

    struct matrix_path path;
    char key[MATRIX_SLICE_LEVELS][MATRIX_SLICE_KEY]; /* what path.key points to */
    char raw[MATRIX_SLICE_KEY * 6]; /* the key being read, as it comes: quotes, escapes */
    size_t raw_length;              /* beyond sizeof raw: too long */
    bool key_long;                  /* the key of the value to come did not fit */

    bool taking;
    const char *start; /* of what is taken, in this chunk */
    struct buf kept;   /* what came of it in earlier chunks */
    const char *why;   /* it is dropped */

    const char *chunk;
    uint64_t before; /* bytes before this chunk */
    struct error failed;
};

struct matrix_slice *matrix_slice_create(const struct matrix_slice_calls *calls)
{
    struct matrix_slice *slice = calloc(1, sizeof *slice);
    if (!slice)
        return NULL;
    slice->calls = *calls;
    buf_init(&slice->kept);
    return slice;
}

void matrix_slice_destroy(struct matrix_slice *slice)
{
    if (!slice)
        return;
    buf_finish(&slice->kept);
    free(slice);
}

/* Each step below consumes some bytes at `at` and gives where it stopped, or NULL after stop(). */

static const char *stop(struct matrix_slice *slice, enum error_code code, const char *at,
                        const char *why)
{
    if (slice->state != STOPPED)
        error_set(&slice->failed, code, "%s at byte %llu", why,
                  (unsigned long long)(slice->before + (uint64_t)(at - slice->chunk)));
    slice->state = STOPPED;
    return NULL;
}

static const char *wrong(struct matrix_slice *slice, const char *at, const char *why)
{
    return stop(slice, ERR_INVALID, at, why);
}

static const char *given_up(struct matrix_slice *slice, const char *at)
{
    return stop(slice, ERR_BUSY, at, "stopped");
}

/* ---- what is taken ---- */

static void drop(struct matrix_slice *slice, const char *why)
{
    slice->why = why;
    buf_clear(&slice->kept);
}

/* Keeps what this chunk has of the taken value, up to `end`. False when out of memory. */
static bool keep(struct matrix_slice *slice, const char *end)
{
    size_t more = (size_t)(end - slice->start);
    if (slice->why)
        return true;
    if (slice->kept.length + more > MATRIX_SLICE_MAX)
        drop(slice, "longer than 262144 bytes");
    else
        buf_add(&slice->kept, slice->start, more);
    return !slice->kept.failed;
}

static const char *hand_out(struct matrix_slice *slice, const char *end)
{
    const char *bytes = slice->start;
    size_t length = (size_t)(end - slice->start);
    if (slice->kept.length > 0 || length > MATRIX_SLICE_MAX) {
        if (!keep(slice, end))
            return stop(slice, ERR_MEMORY, end, "out of memory");
        bytes = buf_text(&slice->kept);
        length = slice->kept.length;
    }
    slice->taking = false;
    slice->path.depth = slice->entered;
    int given = slice->calls.take(slice->calls.context, &slice->path, slice->why ? NULL : bytes,
                                  slice->why ? 0 : length, slice->why);
    buf_clear(&slice->kept);
    return given == 0 ? end : given_up(slice, end);
}

/* ---- structure ---- */

static bool in_object(const struct matrix_slice *slice)
{
    size_t top = slice->nest - 1;
    return slice->object[top / 8] >> (top % 8) & 1;
}

/* A value ended before `end`. */
static const char *value_over(struct matrix_slice *slice, const char *end)
{
    slice->state = slice->nest == 0 ? AT_END : AT_NEXT;
    if (slice->taking && slice->nest == slice->entered)
        return hand_out(slice, end);
    return end;
}

static const char *open_bracket(struct matrix_slice *slice, const char *at, bool enter)
{
    bool object = *at == '{';
    size_t top = slice->nest;
    if (top == MATRIX_SLICE_NEST)
        return wrong(slice, at, "nested too deep");
    if (object)
        slice->object[top / 8] |= (unsigned char)(1u << (top % 8));
    else
        slice->object[top / 8] &= (unsigned char)~(1u << (top % 8));
    slice->nest++;
    if (slice->taking && !slice->why && slice->nest - slice->entered > MATRIX_SLICE_DEPTH)
        drop(slice, "nested deeper than 64");
    if (enter)
        slice->path.key[slice->entered++] = NULL;
    slice->state = object ? AT_FIRST_KEY : AT_FIRST_VALUE;
    return at + 1;
}

static const char *close_bracket(struct matrix_slice *slice, const char *at)
{
    bool entered = slice->nest == slice->entered;
    slice->nest--;
    if (!entered)
        return value_over(slice, at + 1);
    slice->entered--;
    slice->path.depth = slice->entered;
    slice->key_long = false;
    if (slice->calls.leave && slice->calls.leave(slice->calls.context, &slice->path) != 0)
        return given_up(slice, at);
    return value_over(slice, at + 1);
}

static bool can_open(char c)
{
    return c != '\0' && strchr("{[\"-0123456789tfn", c);
}

/* The first character of a value that is no bracket. */
static const char *open_scalar(struct matrix_slice *slice, const char *at)
{
    char c = *at;
    if (c == '"') {
        slice->state = IN_STRING;
        slice->is_key = false;
    } else if (c == '-') {
        slice->state = IN_MINUS;
    } else if (c >= '0' && c <= '9') {
        slice->state = c == '0' ? IN_ZERO : IN_INTEGER;
    } else if (c == 't' || c == 'f' || c == 'n') {
        slice->state = IN_LITERAL;
        slice->literal = &(c == 't' ? "true" : c == 'f' ? "false" : "null")[1];
    } else {
        return wrong(slice, at, "no value");
    }
    return at + 1;
}

static const char *open_value(struct matrix_slice *slice, const char *at)
{
    enum matrix_choice choice = MATRIX_SKIP;
    bool bracket = *at == '{' || *at == '[';
    if (slice->nest == slice->entered && !slice->key_long && can_open(*at)) {
        slice->path.depth = slice->entered;
        slice->path.first = *at;
        choice = slice->calls.want(slice->calls.context, &slice->path);
    }
    if (choice == MATRIX_STOP)
        return given_up(slice, at);
    if (choice == MATRIX_TAKE) {
        slice->taking = true;
        slice->why = NULL;
        slice->start = at;
    }
    if (!bracket)
        return open_scalar(slice, at);
    if (choice == MATRIX_ENTER && slice->entered == MATRIX_SLICE_LEVELS)
        return stop(slice, ERR_INTERNAL, at, "entered too deep");
    return open_bracket(slice, at, choice == MATRIX_ENTER);
}

static const char *open_key(struct matrix_slice *slice, const char *at)
{
    if (*at != '"')
        return wrong(slice, at, "no key");
    slice->state = IN_STRING;
    slice->is_key = true;
    slice->raw_length = 0;
    return at + 1;
}

static const char *next_member(struct matrix_slice *slice, const char *at)
{
    bool object = in_object(slice);
    if (*at == (object ? '}' : ']'))
        return close_bracket(slice, at);
    if (*at != ',')
        return wrong(slice, at, object ? "neither a comma nor }" : "neither a comma nor ]");
    slice->state = object ? AT_KEY : AT_VALUE;
    return at + 1;
}

/* ---- strings, numbers, literals ---- */

static bool reads_path(const struct matrix_slice *slice)
{
    return slice->is_key && slice->nest == slice->entered;
}

static void add_raw(struct matrix_slice *slice, const char *bytes, size_t length)
{
    if (slice->raw_length + length <= sizeof slice->raw)
        memcpy(slice->raw + slice->raw_length, bytes, length);
    slice->raw_length += length;
}

static const char *key_over(struct matrix_slice *slice, const char *end)
{
    slice->state = AT_COLON;
    if (!reads_path(slice))
        return end;
    char *key = slice->key[slice->entered - 1];
    slice->key_long = slice->raw_length > sizeof slice->raw ||
                      !matrix_slice_unescape(slice->raw, slice->raw_length, key, MATRIX_SLICE_KEY);
    slice->path.key[slice->entered - 1] = key;
    return end;
}

static const char *in_string(struct matrix_slice *slice, const char *at, const char *end)
{
    const char *from = at;
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
        at++;
    if (reads_path(slice))
        add_raw(slice, from, (size_t)(at - from));
    if (at == end)
        return end;
    if (*at == '"')
        return slice->is_key ? key_over(slice, at + 1) : value_over(slice, at + 1);
    if (*at != '\\')
        return wrong(slice, at, "a control character in a string");
    if (reads_path(slice))
        add_raw(slice, at, 1);
    slice->state = IN_ESCAPE;
    return at + 1;
}

static const char *in_escape(struct matrix_slice *slice, const char *at)
{
    if (*at == '\0' || !strchr("\"\\/bfnrtu", *at))
        return wrong(slice, at, "an unknown escape in a string");
    if (reads_path(slice))
        add_raw(slice, at, 1);
    slice->state = *at == 'u' ? IN_HEX : IN_STRING;
    slice->hex = 4;
    return at + 1;
}

static const char *in_hex(struct matrix_slice *slice, const char *at)
{
    char c = *at;
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
        return wrong(slice, at, "no hexadecimal digit after \\u");
    if (reads_path(slice))
        add_raw(slice, at, 1);
    if (--slice->hex == 0)
        slice->state = IN_STRING;
    return at + 1;
}

static const char *in_literal(struct matrix_slice *slice, const char *at)
{
    if (*at != *slice->literal)
        return wrong(slice, at, "neither true, false nor null");
    slice->literal++;
    return *slice->literal ? at + 1 : value_over(slice, at + 1);
}

/* The state that a character leads to, or STOPPED if it is not of the number. */
static enum state number_after(enum state state, char c)
{
    bool digit = c >= '0' && c <= '9', e = c == 'e' || c == 'E';
    switch (state) {
    case IN_MINUS:
        return c == '0' ? IN_ZERO : digit ? IN_INTEGER : STOPPED;
    case IN_ZERO:
        return c == '.' ? IN_POINT : e ? IN_E : STOPPED;
    case IN_INTEGER:
        return digit ? IN_INTEGER : c == '.' ? IN_POINT : e ? IN_E : STOPPED;
    case IN_POINT:
        return digit ? IN_FRACTION : STOPPED;
    case IN_FRACTION:
        return digit ? IN_FRACTION : e ? IN_E : STOPPED;
    case IN_E:
        return digit ? IN_EXPONENT : c == '+' || c == '-' ? IN_SIGN : STOPPED;
    default: /* IN_SIGN, IN_EXPONENT */
        return digit ? IN_EXPONENT : STOPPED;
    }
}

static bool number_whole(enum state state)
{
    return state == IN_ZERO || state == IN_INTEGER || state == IN_FRACTION || state == IN_EXPONENT;
}

static const char *in_number(struct matrix_slice *slice, const char *at, const char *end)
{
    while (at < end) {
        enum state after = number_after(slice->state, *at);
        if (after == STOPPED)
            return number_whole(slice->state) ? value_over(slice, at)
                                              : wrong(slice, at, "a number that is none");
        slice->state = after;
        at++;
    }
    return end;
}

/* ---- feeding ---- */

/* Between the tokens. */
static const char *at_token(struct matrix_slice *slice, const char *at)
{
    switch (slice->state) {
    case AT_FIRST_VALUE:
        return *at == ']' ? close_bracket(slice, at) : open_value(slice, at);
    case AT_VALUE:
        return open_value(slice, at);
    case AT_FIRST_KEY:
        return *at == '}' ? close_bracket(slice, at) : open_key(slice, at);
    case AT_KEY:
        return open_key(slice, at);
    case AT_COLON:
        if (*at != ':')
            return wrong(slice, at, "no colon after a key");
        slice->state = AT_VALUE;
        return at + 1;
    case AT_NEXT:
        return next_member(slice, at);
    default:
        return wrong(slice, at, "more after the end");
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static const char *step(struct matrix_slice *slice, const char *at, const char *end)
{
    switch (slice->state) {
    case IN_STRING:
        return in_string(slice, at, end);
    case IN_ESCAPE:
        return in_escape(slice, at);
    case IN_HEX:
        return in_hex(slice, at);
    case IN_LITERAL:
        return in_literal(slice, at);
    case STOPPED:
        return NULL;
    default:
        if (slice->state >= IN_MINUS)
            return in_number(slice, at, end);
        while (at < end && is_space(*at))
            at++;
        return at < end ? at_token(slice, at) : end;
    }
}

static int report(const struct matrix_slice *slice, struct error *error)
{
    if (error)
        *error = slice->failed;
    return -1;
}

int matrix_slice_feed(struct matrix_slice *slice, const char *bytes, size_t length,
                      struct error *error)
{
    const char *at = bytes, *end = bytes + length;
    if (slice->state == STOPPED)
        return report(slice, error);
    slice->chunk = slice->start = bytes;
    while (at && at < end)
        at = step(slice, at, end);
    if (at && slice->taking && !keep(slice, end))
        at = stop(slice, ERR_MEMORY, end, "out of memory");
    slice->before += length;
    return at ? 0 : report(slice, error);
}

int matrix_slice_end(struct matrix_slice *slice, struct error *error)
{
    slice->chunk = slice->start = "";
    if (slice->state >= IN_MINUS && slice->nest == 0 && number_whole(slice->state))
        value_over(slice, slice->chunk);
    if (slice->state != AT_END)
        wrong(slice, slice->chunk, "the document is cut off");
    return slice->state == AT_END ? 0 : report(slice, error);
}

static enum matrix_choice want_nothing(void *context, const struct matrix_path *path)
{
    (void)context;
    (void)path;
    return MATRIX_SKIP;
}

bool matrix_slice_valid(const char *bytes, size_t length)
{
    struct matrix_slice slice = {.calls = {.want = want_nothing}};
    return matrix_slice_feed(&slice, bytes, length, NULL) == 0 && matrix_slice_end(&slice, NULL) == 0;
}
