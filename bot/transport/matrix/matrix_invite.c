/*
 * Invitations. They are noted when they come, since the server tells of them
 * once; each is taken or declined, and forgotten when that is done. Rooms that
 * everybody else has left are left, too, and forgotten.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_direct.h"
#include "transport/matrix/matrix_doors.h"
#include "transport/matrix/matrix_state.h"
#include "util/log.h"

#define PRIVATE_ROOMS_MAX 1000

/* One invitation being answered. */
struct invite {
    struct matrix *matrix;
    char *room, *by;
    bool direct;
    bool declined; /* and to be forgotten */
};

static void ask(struct matrix *matrix, const char *what);

static void finish(struct matrix *matrix)
{
    struct invite *invite = matrix->invite;
    if (!invite)
        return;
    free(invite->room);
    free(invite->by);
    free(invite);
    matrix->invite = NULL;
}

void matrix_invite_destroy(struct matrix *matrix)
{
    finish(matrix);
}

/* ---- from whom ---- */

/* "@ann:example.org", or "*:example.org" for all of a server. */
static bool fits(const char *pattern, const char *user)
{
    const char *server = strchr(user, ':');
    if (pattern[0] == '*')
        return server && strcmp(pattern + 1, server) == 0;
    return strcmp(pattern, user) == 0;
}

static bool is_inviter(const struct matrix *matrix, const char *user)
{
    for (size_t i = 0; i < matrix->settings->inviter_count; i++)
        if (fits(matrix->settings->inviters[i], user))
            return true;
    return false;
}

/* Is the user in one of our configured rooms? */
static bool is_member(const struct matrix *matrix, const char *user)
{
    for (size_t i = 0; i < matrix->rooms.count; i++) {
        const struct matrix_room *room = matrix->rooms.list[i];
        const struct matrix_person *person =
            room->configured ? matrix_people_find(&room->people, user) : NULL;
        if (person && person->joined)
            return true;
    }
    return false;
}

/* Rooms of groups, or private ones, that the configuration does not name. */
static size_t other_rooms(const struct matrix *matrix, bool private_talk)
{
    size_t count = 0;
    for (size_t i = 0; i < matrix->rooms.count; i++)
        count += !matrix->rooms.list[i]->configured &&
                 (matrix_room_partner(&matrix->rooms, matrix->rooms.list[i]) != NULL) == private_talk;
    return count;
}

/* NULL: take it; else why not. */
static const char *objection(struct matrix *matrix, const struct invite *invite)
{
    if (matrix_doors_wanted(matrix, invite->room))
        return NULL;
    if (matrix_ignores(matrix, invite->by))
        return "the account ignores them";
    if (!is_inviter(matrix, invite->by) && !(invite->direct && is_member(matrix, invite->by)))
        return "they may not invite the bot";
    /* That it is for two is what they say: one that became a group later counts as one. */
    size_t groups = other_rooms(matrix, false), most = matrix->settings->rooms_max;
    bool full = invite->direct ? groups > most || other_rooms(matrix, true) >= PRIVATE_ROOMS_MAX
                               : groups >= most;
    return full ? "it is in too many rooms" : NULL;
}

/* ---- the answer ---- */

static void forget(struct matrix *matrix)
{
    if (matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_INVITE, matrix->invite->room, NULL))
        log_error("matrix", "%s: no memory to forget an invitation", matrix->settings->network);
    finish(matrix);
}

static void on_answered(void *context, const struct matrix_reply *reply)
{
    struct matrix *matrix = context;
    struct invite *invite = matrix->invite;
    matrix->invite_call = NULL;
    if (matrix_lost_login(matrix, reply) || reply->status == 0 || reply->status == 429 ||
        reply->status >= 500) {
        /* Another time: the note is still there. */
        uint64_t wait = reply->retry_ms > 10000 ? (uint64_t)reply->retry_ms : 10000;
        matrix->invites_due = uv_now(matrix->loop) + matrix_about(wait);
        finish(matrix);
        return;
    }
    if (reply->status != 200)
        log_warn("matrix", "%s: %s was not to be %s: %s", matrix->settings->network, invite->room,
                 invite->declined ? "left" : "joined", reply->why);
    if (invite->declined && reply->status == 200) {
        invite->declined = false;
        ask(matrix, "/forget");
        return;
    }
    forget(matrix);
    matrix_invite_answer(matrix);
}

static void ask(struct matrix *matrix, const char *what)
{
    struct buf path;
    buf_init(&path);
    matrix_room_path(&path, matrix->invite->room, what);
    struct matrix_request request = {.method = "POST", .path = buf_text(&path), .body = "{}",
                                     .length = 2, .done = on_answered, .context = matrix};
    matrix->invite_call = path.failed ? NULL : matrix_ask(matrix, &request);
    buf_finish(&path);
    if (!matrix->invite_call) {
        matrix->invites_due = uv_now(matrix->loop) + 10000;
        finish(matrix);
    }
}

static struct invite *begin(struct matrix *matrix, const char *room, const char *by, size_t length)
{
    struct invite *invite = calloc(1, sizeof *invite);
    if (!invite)
        return NULL;
    invite->matrix = matrix;
    invite->room = strdup(room);
    invite->by = strndup(by, length);
    matrix->invite = invite;
    if (invite->room && invite->by)
        return invite;
    finish(matrix);
    return NULL;
}

/* "INVITER\nDIRECT" */
static void take(void *context, const char *room, const char *value, int64_t at)
{
    struct matrix *matrix = context;
    const char *end = strchr(value, '\n');
    (void)at;
    if (matrix->invite)
        return;
    struct invite *invite =
        begin(matrix, room, value, end ? (size_t)(end - value) : strlen(value));
    if (invite)
        invite->direct = end && end[1] == '1';
}

/* Nobody is there any more, nor comes: such rooms would only add up. */
static void leave_empty_room(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->rooms.count; i++) {
        struct matrix_room *room = matrix->rooms.list[i];
        if (room->people.count > 1 || room->newly || room->leaving || matrix_doors_wanted(matrix, room->id) ||
            matrix_direct_is_opening(matrix) ||
            !matrix_people_find(&room->people, matrix->rooms.me))
            continue;
        log_info("matrix", "%s: leaves %s, where nobody else is", matrix->settings->network,
                 room->id);
        room->leaving = true; /* once is enough, whatever comes of it */
        if (begin(matrix, room->id, "", 0)) {
            matrix->invite->declined = true;
            ask(matrix, "/leave");
        }
        return;
    }
}

void matrix_invite_answer(struct matrix *matrix)
{
    uint64_t now = uv_now(matrix->loop);
    if (matrix->invite || !matrix->open || matrix->held || matrix->stopping ||
        matrix->invites_due > now)
        return;
    if (!matrix->invites_due) {
        leave_empty_room(matrix);
        return;
    }
    matrix->invites_due = 0;
    if (matrix_notes_each(&matrix->notes, MATRIX_NOTE_INVITE, take, matrix)) {
        matrix->invites_due = now + 10000;
        return;
    }
    if (!matrix->invite)
        return;
    matrix->invites_due = now; /* there may be more */
    const char *why = objection(matrix, matrix->invite);
    matrix->invite->declined = why != NULL;
    log_info("matrix", "%s: an invitation by %s to %s is %s%s", matrix->settings->network,
             matrix->invite->by, matrix->invite->room, why ? "declined: " : "taken", why ? why : "");
    ask(matrix, why ? "/leave" : "/join");
}
