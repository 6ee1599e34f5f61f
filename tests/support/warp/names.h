/*
 * Names that are looked up at once, as the test says: libcurl asks the resolver in a
 * thread of its own, which a clock that only moves when nothing happens (warp.h)
 * would overtake. Here that thread's work is done where the thread would be made.
 */
#ifndef SUPPORT_NAMES_H
#define SUPPORT_NAMES_H

enum names_fate {
    NAMES_FOUND,    /* it is 127.0.0.1 */
    NAMES_UNKNOWN,
    NAMES_NO_ANSWER /* the resolver gives up */
};

/* From now on, until names_leave(): each time the name is looked up, fate() is asked. */
void names_take(const char *name, enum names_fate (*fate)(void *context), void *context);
void names_leave(void);

#endif
