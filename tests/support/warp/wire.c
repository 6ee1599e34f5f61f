#include "warp/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    bool taken;
    unsigned port;
    enum wire_fate (*fate)(void *context);
    void (*accepted)(void *context, int fd);
    void *context;
    int hanging; /* the other end of the last attempt that hangs, -1 */
} wire = {.hanging = -1};

static void drop_hanging(void)
{
    if (wire.hanging >= 0)
        close(wire.hanging);
    wire.hanging = -1;
}

void wire_take(unsigned port, enum wire_fate (*fate)(void *context),
               void (*accepted)(void *context, int fd), void *context)
{
    wire_leave();
    wire.port = port;
    wire.fate = fate;
    wire.accepted = accepted;
    wire.context = context;
    wire.taken = true;
}

void wire_leave(void)
{
    drop_hanging();
    wire.taken = false;
}

static bool is_ours(const struct sockaddr *address)
{
    struct sockaddr_in in;
    if (!wire.taken || address->sa_family != AF_INET)
        return false;
    memcpy(&in, address, sizeof in);
    return ntohs(in.sin_port) == wire.port && in.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

/* A socket that takes nothing more counts as not connected yet. */
static int hang(int fd, int other)
{
    static const char bytes[4096];
    while (write(fd, bytes, sizeof bytes) > 0)
        continue;
    wire.hanging = other;
    errno = EINPROGRESS;
    return -1;
}

static int make_pair(int fd, int *other)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
        return -1;
    int put = dup3(pair[0], fd, O_CLOEXEC);
    close(pair[0]);
    *other = pair[1];
    return put >= 0 ? 0 : -1;
}

/* The C library's own prototype, which takes every sort of address. */
int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t size)
{
    const struct sockaddr *address = to.__sockaddr__;
    int other;
    if (!is_ours(address))
        return (int)syscall(SYS_connect, fd, address, size);
    enum wire_fate fate = wire.fate ? wire.fate(wire.context) : WIRE_STANDS;
    drop_hanging();
    if (fate == WIRE_REFUSED) {
        errno = ECONNREFUSED;
        return -1;
    }
    if (make_pair(fd, &other))
        return -1;
    if (fate == WIRE_HANGS)
        return hang(fd, other);
    wire.accepted(wire.context, other);
    return 0;
}
