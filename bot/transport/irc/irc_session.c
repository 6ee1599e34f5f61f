#include "transport/irc/irc_session.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libircclient.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/buf.h"

struct irc_session {
    struct irc_session_events events;
    irc_session_t *client;
    int theirs; /* libircclient's descriptor number, where our end of the pair is put */
    int ours;
    struct buf out;
};

/* ---- callbacks of libircclient ---- */

static struct irc_session *self_of(irc_session_t *client)
{
    return irc_get_ctx(client);
}

static void on_event(irc_session_t *client, const char *event, const char *origin,
                     const char **params, unsigned count)
{
    struct irc_session *session = self_of(client);
    (void)origin;
    (void)params;
    (void)count;
    session->events.event(session->events.context, event);
}

static void on_numeric(irc_session_t *client, unsigned code, const char *origin,
                       const char **params, unsigned count)
{
    struct irc_session *session = self_of(client);
    (void)origin;
    (void)params;
    (void)count;
    session->events.numeric(session->events.context, code);
}

/* Replaces the built-in handler, which answers CTCP without any throttle. */
static void on_ctcp(irc_session_t *client, const char *event, const char *origin,
                    const char **params, unsigned count)
{
    (void)client;
    (void)event;
    (void)origin;
    (void)params;
    (void)count;
}

static void set_callbacks(irc_callbacks_t *callbacks)
{
    memset(callbacks, 0, sizeof *callbacks);
    callbacks->event_connect = on_event;
    callbacks->event_nick = on_event;
    callbacks->event_quit = on_event;
    callbacks->event_join = on_event;
    callbacks->event_part = on_event;
    callbacks->event_mode = on_event;
    callbacks->event_kick = on_event;
    callbacks->event_channel = on_event;
    callbacks->event_privmsg = on_event;
    callbacks->event_ctcp_req = on_ctcp;
    callbacks->event_numeric = on_numeric;
}

/* ---- the socket pair ---- */

/* A listener on loopback for libircclient to connect to; its descriptor is
 * replaced before a byte is sent. */
static int make_listener(unsigned short *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 1) ||
        getsockname(fd, (struct sockaddr *)&address, &size)) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

/* The descriptor libircclient has opened; -1 if it cannot be found or used with select(). */
static int find_descriptor(irc_session_t *client)
{
    fd_set in, out;
    int highest = 0;
    FD_ZERO(&in);
    FD_ZERO(&out);
    if (irc_add_select_descriptors(client, &in, &out, &highest) || highest <= 0 ||
        highest >= FD_SETSIZE || (!FD_ISSET(highest, &in) && !FD_ISSET(highest, &out)))
        return -1;
    return highest;
}

static int swap_socket(struct irc_session *session, struct error *error)
{
    int pair[2];
    session->theirs = find_descriptor(session->client);
    if (session->theirs < 0)
        return error_set(error, ERR_INTERNAL, "libircclient's socket cannot be found");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
        return error_set(error, ERR_IO, "no socket pair for libircclient");
    int put = dup3(pair[0], session->theirs, O_CLOEXEC);
    close(pair[0]);
    session->ours = pair[1];
    return put >= 0 ? 0 : error_set(error, ERR_IO, "libircclient's socket cannot be replaced");
}

/* Gives what libircclient has written to the owner, line by line. */
static void drain(struct irc_session *session)
{
    char chunk[2048];
    ssize_t got;
    do {
        got = read(session->ours, chunk, sizeof chunk);
        if (got > 0)
            buf_add(&session->out, chunk, (size_t)got);
    } while (got == (ssize_t)sizeof chunk);
    char *end;
    while (session->out.length > 0 &&
           (end = memchr(session->out.data, '\n', session->out.length))) {
        size_t length = (size_t)(end - session->out.data), used = length + 1;
        while (length > 0 && session->out.data[length - 1] == '\r')
            length--;
        session->events.command(session->events.context, session->out.data, length);
        buf_consume(&session->out, used);
    }
}

/*
 * Lets libircclient read what it was fed and write what it wants to. Nobody
 * else touches the pair, so what select() would say is known: there is input
 * only if a line was just fed, of which one call reads all, and there is always
 * room for the 1,024 bytes that it can want to send.
 */
static int process(struct irc_session *session, bool fed)
{
    bool wrote = false;
    for (int i = 0; i < 8; i++) {
        fd_set in, out;
        int highest = 0;
        FD_ZERO(&in);
        FD_ZERO(&out);
        if (irc_add_select_descriptors(session->client, &in, &out, &highest))
            return -1;
        if (!fed)
            FD_ZERO(&in);
        bool writes = FD_ISSET(session->theirs, &out);
        if (!writes && !FD_ISSET(session->theirs, &in))
            break;
        if (irc_process_select_descriptors(session->client, &in, &out))
            return -1;
        fed = false;
        wrote |= writes;
    }
    if (wrote)
        drain(session);
    return 0;
}

int irc_session_feed(struct irc_session *session, const char *line)
{
    size_t length = strlen(line);
    if (write(session->ours, line, length) != (ssize_t)length)
        return -1;
    return process(session, true);
}

int irc_session_join(struct irc_session *session, const char *channel, const char *key)
{
    return irc_cmd_join(session->client, channel, key) || process(session, false) ? -1 : 0;
}

int irc_session_flush(struct irc_session *session)
{
    return process(session, false);
}

int irc_session_say(struct irc_session *session, const char *target, const char *text)
{
    if (irc_cmd_msg(session->client, target, text) == 0)
        return 0;
    /* Its buffer of 1,024 bytes is full. */
    return irc_session_flush(session) || irc_cmd_msg(session->client, target, text) ? -1 : 0;
}

int irc_session_quit(struct irc_session *session, const char *reason)
{
    return irc_cmd_quit(session->client, reason) || process(session, false) ? -1 : 0;
}

/* ---- life ---- */

#define FORMAT_MAX 120 /* it makes lines in 256 bytes, of two such words */

/* libircclient takes what it registers with for a format. */
static char *as_format(const char *text)
{
    char *out = text ? malloc(FORMAT_MAX + 3) : NULL, *at = out;
    for (; out && *text && at - out <= FORMAT_MAX; text++) {
        *at++ = *text;
        if (*text == '%')
            *at++ = '%';
    }
    if (out)
        *at = '\0';
    return out;
}

static int begin(struct irc_session *session, unsigned short port,
                 const struct irc_settings *settings, const char *nick, struct error *error)
{
    char *password = as_format(settings->password), *user = as_format(settings->user),
         *realname = as_format(settings->realname);
    int failed = -1;
    if (!user || !realname || (settings->password && !password))
        error_set(error, ERR_MEMORY, "no memory for an IRC session");
    else if (irc_connect(session->client, "127.0.0.1", port, password, nick, user, realname))
        error_set(error, ERR_INTERNAL, "libircclient: %s",
                  irc_strerror(irc_errno(session->client)));
    else
        failed = 0;
    if (password)
        explicit_bzero(password, strlen(password));
    free(password);
    free(user);
    free(realname);
    return failed;
}

static int start(struct irc_session *session, const struct irc_settings *settings,
                 const char *nick, struct error *error)
{
    unsigned short port = 0;
    int listener = make_listener(&port);
    /* It takes the next free descriptor, and aborts beyond what select() can hold. */
    if (listener + 3 >= FD_SETSIZE) {
        close(listener);
        return error_set(error, ERR_IO, "too many open files for libircclient, which uses select()");
    }
    if (listener < 0)
        return error_set(error, ERR_IO, "no loopback socket for libircclient");
    int failed = begin(session, port, settings, nick, error);
    if (!failed)
        failed = swap_socket(session, error);
    close(listener);
    if (failed)
        return -1;
    /* The first call takes the connection for made and registers. */
    if (process(session, false))
        return error_set(error, ERR_INTERNAL, "libircclient does not register: %s",
                         irc_strerror(irc_errno(session->client)));
    return 0;
}

struct irc_session *irc_session_create(const struct irc_settings *settings, const char *nick,
                                       const struct irc_session_events *events,
                                       struct error *error)
{
    irc_callbacks_t callbacks;
    struct irc_session *session = calloc(1, sizeof *session);
    if (!session) {
        error_set(error, ERR_MEMORY, "no memory for an IRC session");
        return NULL;
    }
    session->events = *events;
    session->ours = -1;
    buf_init(&session->out);
    set_callbacks(&callbacks);
    session->client = irc_create_session(&callbacks);
    if (!session->client) {
        error_set(error, ERR_MEMORY, "no memory for an IRC session");
        irc_session_destroy(session);
        return NULL;
    }
    irc_set_ctx(session->client, session);
    if (start(session, settings, nick, error)) {
        irc_session_destroy(session);
        return NULL;
    }
    return session;
}

void irc_session_destroy(struct irc_session *session)
{
    if (!session)
        return;
    if (session->client)
        irc_destroy_session(session->client);
    if (session->ours >= 0)
        close(session->ours);
    buf_finish(&session->out);
    free(session);
}
