/* The stored form of a message: what text_load() accepts can be walked and shown within bounds. */
#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text;
    const char *bytes = size ? (const char *)data : "";
    text_init(&text);
    if (text_load(&text, bytes, size) == 0) {
        size_t kept;
        const char *again = text_bytes(&text, &kept);
        MUST(kept == size && memcmp(again, bytes, size) == 0);
        fuzz_text(again, kept);
    }
    text_finish(&text);
    return 0;
}
