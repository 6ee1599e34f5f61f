/*
 * Connections that need no network: what connects to one port of loopback gets
 * one end of a pair of local sockets, and the other end is handed over at once.
 * What is written to one end is there at the other, with nothing on its way that
 * a clock that only moves when nothing happens (warp.h) would overtake.
 */
#ifndef SUPPORT_WIRE_H
#define SUPPORT_WIRE_H

enum wire_fate {
    WIRE_STANDS,
    WIRE_REFUSED,
    WIRE_HANGS /* nothing comes back: it is neither made nor refused */
};

/* From now on, until wire_leave(). fate() is asked at each attempt (NULL = all stand);
 * accepted() gets the other end, and closes it. */
void wire_take(unsigned port, enum wire_fate (*fate)(void *context),
               void (*accepted)(void *context, int fd), void *context);
void wire_leave(void);

#endif
