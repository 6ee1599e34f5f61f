/* Places that went on under another name: settings and links are configured under the old one. */
#include <stdlib.h>
#include <string.h>

#include "app/session_world.h"
#include "util/log.h"

void session_moves_finish(struct session *session)
{
    for (size_t i = 0; i < session->move_count; i++)
        free(session->moves[i]);
    free(session->moves);
    session->moves = NULL;
    session->move_count = 0;
}

/* The strings live behind the move, in the same allocation. */
static char *put(char **at, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

static int keep_move(void *context, const struct address *from, const char *now)
{
    struct session *session = context;
    size_t size = strlen(from->transport) + strlen(from->network) + strlen(from->target) +
                  strlen(now) + 4;
    struct session_move **grown =
        reallocarray(session->moves, session->move_count + 1, sizeof(struct session_move *));
    if (!grown)
        return -1;
    session->moves = grown;
    struct session_move *move = malloc(sizeof *move + size);
    if (!move)
        return -1;
    char *at = (char *)(move + 1);
    move->from.transport = put(&at, from->transport);
    move->from.network = put(&at, from->network);
    move->from.target = put(&at, from->target);
    move->now = put(&at, now);
    session->moves[session->move_count++] = move;
    return 0;
}

int session_load_moves(struct session *session, struct error *error)
{
    session_moves_finish(session);
    return session->store->moves(session->parts.store, keep_move, session, error);
}

static bool same_network(const struct address *a, const struct address *b)
{
    return strcmp(a->network, b->network) == 0 && strcmp(a->transport, b->transport) == 0;
}

struct address session_place_now(const struct session *session, const struct address *place)
{
    struct address now = *place;
    for (size_t i = 0; i < session->move_count; i++) {
        const struct session_move *move = session->moves[i];
        if (same_network(&move->from, place) && strcmp(move->from.target, place->target) == 0)
            now.target = move->now;
    }
    return now;
}

void session_settings(const struct session *session, const struct address *place,
                      struct room_settings *settings)
{
    const struct session_parts *parts = &session->parts;
    settings->configured = false;
    parts->settings(parts->settings_context, place, settings);
    for (size_t i = 0; i < session->move_count && !settings->configured; i++) {
        const struct session_move *move = session->moves[i];
        if (same_network(&move->from, place) && strcmp(move->now, place->target) == 0)
            parts->settings(parts->settings_context, &move->from, settings);
    }
}

enum role session_role(const struct session *session, const struct address *who,
                       const struct address *place)
{
    const struct session_parts *parts = &session->parts;
    if (!parts->role)
        return ROLE_MEMBER;
    enum role best = parts->role(parts->settings_context, who, place);
    for (size_t i = 0; i < session->move_count; i++) {
        const struct session_move *move = session->moves[i];
        if (!same_network(&move->from, place) || strcmp(move->now, place->target) != 0)
            continue;
        enum role role = parts->role(parts->settings_context, who, &move->from);
        best = role > best ? role : best;
    }
    return best;
}

int session_move(struct session *session, const struct event *event)
{
    struct address from = event->room, to = event->room;
    bool moved = false;
    if (!event->room.target || !event->text || event->length == 0 ||
        event->length > EVENT_TARGET_MAX)
        return 0;
    to.target = event->text;
    if (session->store->place_move(session->parts.store, &from, to.target, &moved, &session->why))
        return -1;
    if (!moved) {
        log_warn("session", "%s/%s: %s does not go on as %s: it is not known, or %s has had rounds "
                            "of its own",
                 from.transport, from.network, from.target, to.target, to.target);
        return 0;
    }
    log_info("session", "%s/%s: %s goes on as %s", from.transport, from.network, from.target,
             to.target);
    if (session_load_moves(session, &session->why))
        return -1;
    return hall_move(&session->hall, &from, to.target);
}
