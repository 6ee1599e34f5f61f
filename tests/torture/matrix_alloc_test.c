/*
 * Allocation failure at every N of reading what a home server says: either all
 * is told as it is with memory enough, or the reader says that it is not. An
 * event that is quietly left out would be a lost answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_event.h"
#include "transport/matrix/matrix_list.h"
#include "transport/matrix/matrix_sync.h"
#include "transport/matrix/matrix_words.h"

/* ---- which allocation fails ---- */

enum source { OWN, JANSSON };

static struct {
    bool armed;
    enum source source;
    long count, fail_at; /* of the source */
} plan;

static bool fails(enum source source)
{
    if (!plan.armed || source != plan.source || ++plan.count != plan.fail_at)
        return false;
    errno = ENOMEM;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

void *__wrap_malloc(size_t size)
{
    return fails(OWN) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(OWN) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails(OWN) ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails(OWN) ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(OWN) ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length)
{
    return fails(OWN) ? NULL : __real_strndup(text, length);
}

/*
 * jansson 2.14 does not survive it when the buffer of a string cannot grow, so
 * that is left out here; matrix_json.c asks for memory enough before it parses.
 * The buffer's sizes are powers of two.
 */
static void *json_allocate(size_t size)
{
    bool of_string = size > 16 && (size & (size - 1)) == 0;
    return !of_string && fails(JANSSON) ? NULL : __real_malloc(size);
}

/* ---- reading ---- */

static struct buf told;

/* What the test itself notes does not fail. */
static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
    va_list args;
    bool armed = plan.armed;
    plan.armed = false;
    va_start(args, format);
    buf_vprintf(&told, format, args);
    va_end(args);
    plan.armed = armed;
}

static int note_words(const struct matrix_event *event)
{
    struct buf words;
    bool cut;
    buf_init(&words);
    enum matrix_words kind = matrix_words(event, &words, &cut);
    bool failed = words.failed;
    if (!failed)
        note("%d %s\n", (int)kind, buf_text(&words));
    buf_finish(&words);
    return failed ? -1 : 0;
}

static int on_event(void *context, const struct matrix_raw *raw)
{
    struct matrix_event event;
    const char *why;
    (void)context;
    if (!matrix_event_parse(&event, raw->bytes, raw->length, MATRIX_FULL, &why)) {
        if (why == matrix_event_memory)
            return -1;
        note("refused: %s\n", why);
        return 0;
    }
    note("%s %s\n", raw->room, event.id);
    int result = event.kind == MATRIX_MESSAGE ? note_words(&event) : 0;
    matrix_event_finish(&event);
    return result;
}

static int on_room_end(void *context, enum matrix_section section, const char *room, bool limited,
                       const char *prev_batch)
{
    (void)context;
    note("%d %s %d %s\n", (int)section, room, limited, prev_batch);
    return 0;
}

static void on_dropped(void *context, const char *room, const char *why)
{
    (void)context;
    note("dropped %s %s\n", room, why);
}

#define EVENT(id, content)                                                                         \
    "{\"type\":\"m.room.message\",\"event_id\":\"$" id "\",\"sender\":\"@a:x\",\"content\":{" content "}}"

static const char events[] = EVENT("1", "\"msgtype\":\"m.text\",\"body\":\"see\\nint a;\","
                                        "\"format\":\"org.matrix.custom.html\","
                                        "\"formatted_body\":\"see<pre>int a;</pre>\"")
    "," EVENT("2", "\"msgtype\":\"m.text\",\"body\":\"\\ud800 \xFF 1e999\",\"x\":[1e999,1.5,true,{}]")
    "," EVENT("3", "\"body\":7") ",7,{\"x\":1}";

static int read_sync(const char *text, struct error *error)
{
    const struct matrix_sync_calls calls = {.event = on_event, .room_end = on_room_end, .dropped = on_dropped};
    struct matrix_sync_facts facts;
    struct matrix_sync *sync = matrix_sync_create(&calls);
    int result = sync ? 0 : error_set(error, ERR_MEMORY, "no reader");
    size_t length = strlen(text);
    for (size_t at = 0; at < length && result == 0; at += 50)
        result = matrix_sync_feed(sync, text + at, length - at < 50 ? length - at : 50, error);
    if (result == 0)
        result = matrix_sync_end(sync, &facts, error);
    matrix_sync_destroy(sync);
    return result;
}

static int read_list(const char *text, struct error *error)
{
    const struct matrix_list_calls calls = {.event = on_event, .dropped = on_dropped};
    struct matrix_list_facts facts;
    struct matrix_list *list = matrix_list_create(&calls);
    int result = list ? 0 : error_set(error, ERR_MEMORY, "no reader");
    if (result == 0)
        result = matrix_list_feed(list, text, strlen(text), error);
    if (result == 0)
        result = matrix_list_end(list, &facts, error);
    matrix_list_destroy(list);
    return result;
}

typedef int read_fn(const char *text, struct error *error);

/* Reads it again and again, with each allocation of the source failing once. */
static void each(read_fn *read, const char *text, enum source source)
{
    struct error error;
    struct buf whole;
    buf_init(&whole);
    buf_clear(&told);
    assert_int_equal(read(text, &error), 0);
    buf_puts(&whole, buf_text(&told));
    plan.source = source;
    for (plan.fail_at = 1;; plan.fail_at++) {
        buf_clear(&told);
        plan.count = 0;
        plan.armed = true;
        int result = read(text, &error);
        plan.armed = false;
        if (result == 0 && strcmp(buf_text(&told), buf_text(&whole)) != 0)
            fail_msg("allocation %ld fails, and what is told changes: %s", plan.fail_at, buf_text(&told));
        if (result != 0 && error.code != ERR_MEMORY && error.code != ERR_BUSY)
            fail_msg("allocation %ld fails, and it is called: %s", plan.fail_at, error.why);
        if (plan.count < plan.fail_at)
            break;
    }
    print_message("# %ld allocations of source %d\n", plan.count, (int)source);
    assert_true(plan.count > 10);
    buf_finish(&whole);
}

static int hook(void **state)
{
    (void)state;
    json_set_alloc_funcs(json_allocate, free);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    buf_finish(&told);
    return 0;
}

static void a_sync(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text);
    buf_printf(&text, "{\"next_batch\":\"s\",\"rooms\":{\"join\":{\"!a:x\":{\"timeline\":{\"events\":[%s],"
                      "\"limited\":true,\"prev_batch\":\"p\"}}}}}", events);
    each(read_sync, buf_text(&text), OWN);
    each(read_sync, buf_text(&text), JANSSON);
    buf_finish(&text);
}

static void a_list(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text);
    buf_printf(&text, "{\"chunk\":[%s],\"end\":\"e\"}", events);
    each(read_list, buf_text(&text), OWN);
    each(read_list, buf_text(&text), JANSSON);
    buf_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_sync, finish),
        cmocka_unit_test_teardown(a_list, finish),
    };
    return cmocka_run_group_tests(tests, hook, NULL);
}
