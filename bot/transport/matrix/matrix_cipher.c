#include "transport/matrix/matrix_cipher.h"

static int take(struct matrix_cipher *cipher, enum matrix_crypto what, const char *bytes,
                size_t length)
{
    (void)cipher;
    (void)what;
    (void)bytes;
    (void)length;
    return 0;
}

static enum matrix_opened open_event(struct matrix_cipher *cipher, const char *room,
                                     struct matrix_event *event)
{
    (void)cipher;
    (void)room;
    (void)event;
    return MATRIX_NEVER;
}

static int settle(struct matrix_cipher *cipher)
{
    (void)cipher;
    return 0;
}

static void destroy(struct matrix_cipher *cipher)
{
    (void)cipher;
}

struct matrix_cipher *matrix_cipher_none(void)
{
    static const struct matrix_cipher_ops ops = {
        .name = "none",
        .reads = false,
        .take = take,
        .open = open_event,
        .settle = settle,
        .destroy = destroy,
    };
    static struct matrix_cipher none = {&ops};
    return &none;
}
