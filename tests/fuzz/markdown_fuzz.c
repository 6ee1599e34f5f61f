/* Markdown from members, packs and plugins: every result is a text that loads and can be shown. */
#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text, loaded;
    text_init(&text);
    text_init(&loaded);
    text_markdown(&text, size ? (const char *)data : "", size);
    if (text_ok(&text)) {
        size_t length;
        const char *bytes = text_bytes(&text, &length);
        MUST(text_load(&loaded, bytes, length) == 0);
        fuzz_text(bytes, length);
    }
    text_finish(&loaded);
    text_finish(&text);
    return 0;
}
