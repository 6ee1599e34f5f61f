/* An answer of a home server: what the parser takes whole is taken here, and more; nothing deep is.
 */
#include "fuzz.h"

#include <string.h>

#include "transport/matrix/matrix_answer.h"
#include "transport/matrix/matrix_json.h"

static int depth_of(const json_t *value)
{
    int deepest = 0;
    const char *key;
    size_t i;
    json_t *inner;
    if (json_is_object(value))
        json_object_foreach((json_t *)value, key, inner) deepest =
            depth_of(inner) > deepest ? depth_of(inner) : deepest;
    if (json_is_array(value))
        json_array_foreach(value, i, inner) deepest =
            depth_of(inner) > deepest ? depth_of(inner) : deepest;
    return json_is_object(value) || json_is_array(value) ? deepest + 1 : 0;
}

static void answer(const uint8_t *data, size_t size)
{
    struct matrix_answer found;
    struct buf body;
    buf_init(&body);
    buf_add(&body, data, size);
    matrix_answer_read(&found, 200 + (int)(size % 4) * 100,
                       matrix_answer_wait((const char *)data, size), &body);
    MUST(found.reply.why && found.reply.why[0] && found.reply.errcode &&
         found.reply.retry_ms >= -1);
    MUST(found.reply.status != 200 || found.reply.body);
    matrix_answer_finish(&found);
    buf_finish(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *why = NULL;
    char *copy = malloc(size + 1);
    MUST(copy);
    memcpy(copy, data, size);
    json_t *plain = size > 0 && size < 4096 ? json_loadb((const char *)data, size, 0, NULL) : NULL;
    json_t *tamed = size > 0 ? matrix_json_parse(copy, size, &why) : NULL;
    MUST(tamed ? json_is_object(tamed) && depth_of(tamed) <= MATRIX_JSON_DEPTH_MAX
               : size == 0 || (why && why[0]));
    if (json_is_object(plain) && depth_of(plain) <= MATRIX_JSON_DEPTH_MAX)
        MUST(tamed);
    char *text = tamed ? matrix_json_dump(tamed, JSON_COMPACT) : NULL;
    MUST(!tamed || text);
    free(text);
    json_decref(plain);
    json_decref(tamed);
    free(copy);
    answer(data, size);
    return 0;
}
