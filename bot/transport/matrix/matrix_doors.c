#include "transport/matrix/matrix_doors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_direct.h"
#include "transport/matrix/matrix_json.h"
#include "transport/matrix/matrix_state.h"
#include "util/log.h"

#define RETRY_MIN_MS 30000
#define RETRY_MAX_MS 3600000 /* also after a knock: somebody has to let us in */

/* A room to be in: a configured one, or what a room of ours moved to. */
struct door {
    struct door *next;
    char *name;      /* id or alias as configured; what it moved from if not configured */
    bool configured;
    char *room;      /* its id now; NULL = not known yet */
    char *server;    /* where to join it through, NULL = through the part after the colon */
    char *from;      /* it moves from this room, and the core does not know yet; NULL = no */
    bool knocking;
    unsigned tries;
    uint64_t due;    /* loop time of the next attempt; 0 = none is due */
    struct matrix *matrix;
};

struct matrix_doors {
    struct door *first;
    struct door *asking; /* one request at a time */
    struct matrix_call *call;
};

static struct door *add_door(struct matrix *matrix, const char *name, bool configured)
{
    struct door *door = calloc(1, sizeof *door);
    if (!door || !(door->name = strdup(name))) {
        free(door);
        return NULL;
    }
    door->matrix = matrix;
    door->configured = configured;
    struct door **at = &matrix->doors->first;
    while (*at)
        at = &(*at)->next;
    *at = door;
    return door;
}

static int set(char **field, const char *value)
{
    char *copy = value ? strdup(value) : NULL;
    if (value && !copy)
        return -1;
    free(*field);
    *field = copy;
    return 0;
}

void matrix_doors_destroy(struct matrix *matrix)
{
    if (!matrix->doors)
        return;
    while (matrix->doors->first) {
        struct door *door = matrix->doors->first;
        matrix->doors->first = door->next;
        free(door->name);
        free(door->room);
        free(door->server);
        free(door->from);
        free(door);
    }
    free(matrix->doors);
    matrix->doors = NULL;
}

int matrix_doors_create(struct matrix *matrix)
{
    matrix->doors = calloc(1, sizeof *matrix->doors);
    if (!matrix->doors)
        return -1;
    for (size_t i = 0; i < matrix->settings->room_count; i++) {
        struct door *door = add_door(matrix, matrix->settings->rooms[i], true);
        if (!door || (door->name[0] == '!' && set(&door->room, door->name)))
            return -1;
    }
    return 0;
}

static struct door *find_door(const struct matrix *matrix, const char *name)
{
    struct door *door = matrix->doors->first;
    while (door && strcmp(door->name, name) != 0)
        door = door->next;
    return door;
}

static struct door *door_to(const struct matrix *matrix, const char *room)
{
    struct door *door = matrix->doors->first;
    while (door && (!door->room || strcmp(door->room, room) != 0))
        door = door->next;
    return door;
}

struct recalling {
    struct matrix *matrix;
    bool failed;
};

static void recall(void *context, const char *name, const char *room, int64_t at)
{
    struct recalling *recalling = context;
    struct door *door = find_door(recalling->matrix, name);
    (void)at;
    if (!door)
        door = add_door(recalling->matrix, name, false);
    recalling->failed |= !door || set(&door->room, room);
}

int matrix_doors_recall(struct matrix *matrix)
{
    struct recalling recalling = {matrix, false};
    return matrix_notes_each(&matrix->notes, MATRIX_NOTE_MOVED, recall, &recalling) ||
                   recalling.failed
               ? -1
               : 0;
}

bool matrix_doors_configured(const struct matrix *matrix, const char *room)
{
    const struct door *door = door_to(matrix, room);
    for (unsigned hops = 0; door && !door->configured && hops < 16; hops++)
        door = door_to(matrix, door->name);
    return door && door->configured;
}

bool matrix_doors_wanted(const struct matrix *matrix, const char *room)
{
    const struct door *door = door_to(matrix, room);
    return (door && door->from) || matrix_doors_configured(matrix, room);
}

const char *matrix_doors_now(const struct matrix *matrix, const char *room)
{
    for (unsigned hops = 0; hops < 16; hops++) {
        const struct door *door = find_door(matrix, room);
        if (!door || !door->room || strcmp(door->room, room) == 0)
            break;
        room = door->room;
    }
    return room;
}

/* ---- asking to come in ---- */

static void ask_next(struct matrix *matrix);

static void later(struct door *door, uint64_t at_least)
{
    uint64_t wait = RETRY_MIN_MS;
    for (unsigned i = 0; i < door->tries && wait < RETRY_MAX_MS; i++)
        wait *= 2;
    door->tries++;
    if (wait < at_least)
        wait = at_least;
    door->due = uv_now(door->matrix->loop) + matrix_about(wait > RETRY_MAX_MS ? RETRY_MAX_MS : wait);
}

/* We know the id of a room now. */
static void found(struct door *door, const char *id)
{
    struct matrix *matrix = door->matrix;
    if (strcmp(id, door->name) != 0 && (!door->room || strcmp(id, door->room) != 0) &&
        matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_MOVED, door->name, id))
        log_error("matrix", "%s: no memory to note where %s is", matrix->settings->network,
                  door->name);
    if (set(&door->room, id))
        return;
    struct matrix_room *room = matrix_rooms_find(&matrix->rooms, id);
    if (room && door->configured && !room->configured) {
        room->configured = room->untold = true;
        room->told = 0;
    }
}

static void on_joined(void *context, const struct matrix_reply *reply);

/* Through which server: rooms of version 12 have none in their id. */
static void add_way(struct buf *path, const struct door *door, const char *target)
{
    const char *colon = strchr(target, ':');
    const char *server = door->server ? door->server : colon ? colon + 1 : NULL;
    if (!server)
        return;
    buf_puts(path, "?via=");
    matrix_http_escape(path, server);
    buf_puts(path, "&server_name=");
    matrix_http_escape(path, server);
}

static void ask(struct door *door, bool knock)
{
    struct matrix *matrix = door->matrix;
    const char *target = door->room ? door->room : door->name;
    struct buf path;
    buf_init(&path);
    buf_printf(&path, "/_matrix/client/v3/%s/", knock ? "knock" : "join");
    matrix_http_escape(&path, target);
    add_way(&path, door, target);
    struct matrix_request request = {.method = "POST", .path = buf_text(&path), .body = "{}",
                                     .length = 2, .done = on_joined, .context = door};
    door->knocking = knock;
    door->due = 0;
    matrix->doors->asking = door;
    matrix->doors->call = path.failed ? NULL : matrix_ask(matrix, &request);
    buf_finish(&path);
    if (!matrix->doors->call) {
        matrix->doors->asking = NULL;
        later(door, 0);
    }
}

static void refused(struct door *door, const struct matrix_reply *reply)
{
    struct matrix *matrix = door->matrix;
    if (reply->status == 403 && !door->knocking) {
        ask(door, true);
        return;
    }
    if (door->tries == 0)
        log_warn("matrix", "%s: cannot join %s: %s; somebody may have to invite the bot",
                 matrix->settings->network, door->name, reply->why);
    later(door, reply->retry_ms > 0 ? (uint64_t)reply->retry_ms : 0);
}

static void on_joined(void *context, const struct matrix_reply *reply)
{
    struct door *door = context;
    struct matrix *matrix = door->matrix;
    const char *id = matrix_json_string(reply->body, "room_id");
    matrix->doors->asking = NULL;
    matrix->doors->call = NULL;
    if (matrix_lost_login(matrix, reply)) {
        door->due = 1;
    } else if (reply->status == 200 && id && id[0] == '!' && strlen(id) <= MATRIX_ROOM_MAX) {
        if (door->knocking) {
            log_info("matrix", "%s: knocked at %s", matrix->settings->network, door->name);
            later(door, RETRY_MAX_MS);
        } else {
            door->tries = 0;
            found(door, id);
        }
    } else {
        refused(door, reply);
    }
    ask_next(matrix);
}

static void ask_next(struct matrix *matrix)
{
    if (matrix->doors->asking || matrix->held || matrix->stopping)
        return;
    uint64_t now = uv_now(matrix->loop);
    for (struct door *door = matrix->doors->first; door; door = door->next)
        if (door->due > 0 && door->due <= now) {
            ask(door, false);
            return;
        }
}

void matrix_doors_open(struct matrix *matrix)
{
    for (struct door *door = matrix->doors->first; door; door = door->next) {
        bool in = door->room && matrix_rooms_find(&matrix->rooms, door->room);
        bool wanted = door->configured || door->from;
        /* An alias may have been given to another room in the meantime. */
        if (wanted && (!in || door->name[0] == '#'))
            door->due = 1;
    }
    ask_next(matrix);
}

void matrix_doors_watch(struct matrix *matrix)
{
    if (matrix->open)
        ask_next(matrix);
}

/* ---- moving ---- */

void matrix_doors_moved(struct matrix *matrix, const struct matrix_room *room)
{
    const char *server = strchr(room->mover, ':');
    if (matrix_room_partner(&matrix->rooms, room) ||
        strcmp(matrix_doors_now(matrix, room->id), room->successor) == 0)
        return;
    if (!matrix_room_may_set(room, room->mover, "m.room.tombstone")) {
        log_warn("matrix", "%s: %s says that %s has moved, and may not", matrix->settings->network,
                 room->mover, room->id);
        return;
    }
    struct door *door = door_to(matrix, room->id);
    if (!door)
        door = find_door(matrix, room->id);
    if (!door)
        door = add_door(matrix, room->id, false);
    if (!door || set(&door->from, room->id) || set(&door->room, room->successor) ||
        set(&door->server, server ? server + 1 : NULL)) {
        log_error("matrix", "%s: no memory to follow %s", matrix->settings->network, room->id);
        return;
    }
    log_info("matrix", "%s: %s has moved to %s", matrix->settings->network, room->id,
             room->successor);
    door->tries = 0;
    door->due = matrix_rooms_find(&matrix->rooms, room->successor) ? 0 : 1;
    struct matrix_room *there = matrix_rooms_find(&matrix->rooms, room->successor);
    if (there)
        there->newly = true; /* so that it is told with the rest */
    if (matrix->open)
        ask_next(matrix);
}

/* What is meant for the old id goes to the new one from now on. */
static int note_move(struct matrix *matrix, const char *from, const char *to)
{
    struct door *door = find_door(matrix, from);
    if (!door)
        door = add_door(matrix, from, false);
    if (!door || set(&door->room, to))
        return -1;
    return matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_MOVED, from, to);
}

int matrix_doors_joined(struct matrix *matrix, struct matrix_room *room)
{
    struct door *door = door_to(matrix, room->id);
    if (!door)
        return 0;
    room->configured = matrix_doors_configured(matrix, room->id);
    if (!door->from)
        return 0;
    struct event event = {
        .kind = EVENT_MOVED,
        .at = matrix_now(),
        .room = matrix_place(matrix, door->from),
        .who = matrix_place(matrix, NULL),
        .text = room->id,
        .length = strlen(room->id),
        .kept = true,
    };
    if (matrix_push(matrix, &event) || note_move(matrix, door->name, room->id) ||
        note_move(matrix, door->from, room->id))
        return -1;
    matrix_countdown_moved(matrix->countdown, door->from);
    set(&door->from, NULL);
    room->untold = true;
    room->told = 0;
    matrix_ready(matrix);
    return 0;
}

int matrix_doors_left(struct matrix *matrix, const char *id)
{
    struct matrix_room *room = matrix_rooms_find(&matrix->rooms, id);
    struct event event = {
        .kind = EVENT_RESET,
        .at = matrix_now(),
        .room = matrix_place(matrix, id),
        .who = matrix_place(matrix, NULL),
        .text = "",
        .kept = true,
    };
    if (matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_INVITE, id, NULL))
        return -1;
    if (!room)
        return 0;
    if (matrix_push(matrix, &event) ||
        matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_IN, id, NULL))
        return -1;
    struct door *door = door_to(matrix, id);
    log_warn("matrix", "%s: no longer in %s", matrix->settings->network, id);
    matrix_send_drop(matrix->send, id);
    matrix_countdown_moved(matrix->countdown, id);
    matrix_rooms_remove(&matrix->rooms, id);
    if (door && matrix_doors_configured(matrix, id))
        later(door, 10 * RETRY_MIN_MS);
    return 0;
}
