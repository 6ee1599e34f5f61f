/*
 * Where encryption joins the transport: an event is made readable before it
 * becomes an event of the core, and what belongs to encryption in an answer of
 * /sync comes first. There is one implementation, "none", which reads nothing.
 *
 * What another one may rely on. Messages to this device, changes of device
 * lists and counts of keys are given to take() when the answer is known to be
 * whole, before any event of its rooms. What it must remember of them it notes
 * in matrix_cipher_settle(), which comes before `since` is noted, so that both
 * are stored or neither is: messages to a device cannot be had a second time.
 */
#ifndef TRANSPORT_MATRIX_CIPHER_H
#define TRANSPORT_MATRIX_CIPHER_H

#include <stdbool.h>
#include <stddef.h>

#include "transport/matrix/matrix_event.h"
#include "transport/matrix/matrix_sync.h"

enum matrix_opened {
    MATRIX_OPENED,  /* the event now is what was encrypted, with the id, sender and time it had */
    MATRIX_LATER,   /* its key is not here yet: open() may be called for it again */
    MATRIX_NEVER    /* it cannot be read */
};

struct matrix_cipher;
struct matrix_cipher_ops {
    const char *name;
    bool reads; /* take() is wanted; else what belongs to encryption is not even kept */
    /* Something of an answer of /sync: JSON, see enum matrix_crypto. 0; -1: out of memory, call again. */
    int (*take)(struct matrix_cipher *cipher, enum matrix_crypto what, const char *bytes,
                size_t length);
    /* Makes an event of kind MATRIX_ENCRYPTED readable; may replace its contents. */
    enum matrix_opened (*open)(struct matrix_cipher *cipher, const char *room,
                               struct matrix_event *event);
    /* Notes what is to be stored with the events that were opened. 0; -1: call again. */
    int (*settle)(struct matrix_cipher *cipher);
    void (*destroy)(struct matrix_cipher *cipher);
};
struct matrix_cipher {
    const struct matrix_cipher_ops *ops;
};

/* Reads nothing, needs nothing; never NULL. */
struct matrix_cipher *matrix_cipher_none(void);

#endif
