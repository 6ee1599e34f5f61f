/* Any stored text becomes notices of bounded size, with a body, and with HTML that is well-formed and safe. */
#include <string.h>

#include "core/text.h"
#include "fuzz.h"
#include "matrix_look.h"
#include "transport/matrix/matrix_render.h"

static int look(void *context, const char *bytes, size_t size)
{
    static const struct matrix_render_about about = {
        .id = "hs-abc-12-3", .mention = "@ann:example.org", .reply = "$abc"};
    size_t *parts = context;
    struct buf content;
    (*parts)++;
    MUST(text_valid(bytes, size));
    buf_init(&content);
    MUST(matrix_render_notice(bytes, size, &about, &content) == 0);
    const char *wrong = matrix_look_notice(buf_text(&content), content.length, MATRIX_RENDER_MIN);
    if (wrong)
        fprintf(stderr, "%s: %.4000s\n", wrong, buf_text(&content));
    MUST(!wrong);
    buf_finish(&content);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t parts = 0;
    struct text text;
    const char *bytes = size ? (const char *)data : "";
    text_init(&text);
    if (text_load(&text, bytes, size))
        matrix_look_build(&text, bytes, size);
    if (text_ok(&text)) {
        bytes = text_bytes(&text, &size);
        MUST(matrix_render_split(bytes, size, MATRIX_RENDER_MIN, look, &parts) == 0);
        MUST(parts > 0);
    }
    text_finish(&text);
    return 0;
}
