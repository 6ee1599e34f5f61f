/*
 * The cycle of one account: sync, tell the session, wait until it has stored
 * that, fill what was left out, sync again. One thing after the other, so that
 * nothing falls between.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_direct.h"
#include "transport/matrix/matrix_doors.h"
#include "transport/matrix/matrix_gap.h"
#include "transport/matrix/matrix_state.h"
#include "util/log.h"

#define POLL_MS 30000   /* the server holds an answer back for as long if there is nothing new */
#define PATIENCE_MS 30000 /* more than that until we give an answer up */
#define AWAY_MS 20000   /* without an answer: things may happen that we do not hear of */
#define EMPTY_MS 1000   /* between two answers with nothing in them */
#define SAME_MS 300000  /* without a note that nothing has happened */
#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 60000
#define ANSWER_MAX ((size_t)1 << 30)

/* Types that the bot acts on, see MATRIX_KINDS. All members: names and who is here are ours to know. */
#define TYPES_SAID                                                                                 \
    "\"m.room.message\",\"m.room.encrypted\",\"m.reaction\",\"m.room.redaction\","
#define TYPES_STATE                                                                                \
    "\"m.room.member\",\"m.room.tombstone\",\"m.room.encryption\",\"m.room.power_levels\","        \
    "\"m.room.create\",\"m.room.name\",\"m.room.canonical_alias\""
#define NUMBER_TEXT(number) #number
#define NUMBER(number) NUMBER_TEXT(number)
#define NOTHING "{\"not_types\":[\"*\"]}"
#define FILTER(account, timeline, state)                                                           \
    "{\"presence\":" NOTHING ",\"account_data\":" account ",\"room\":{\"ephemeral\":" NOTHING      \
    ",\"account_data\":" NOTHING ",\"timeline\":" timeline ",\"state\":" state "}}"

static const char filter[] =
    FILTER("{\"types\":[\"m.direct\",\"m.ignored_user_list\"]}",
           "{\"limit\":" NUMBER(MATRIX_TIMELINE_MAX) ",\"types\":[" TYPES_SAID TYPES_STATE "]}", "{\"types\":[" TYPES_STATE "]}");
/* Only where to begin, and who invited us: the rest of the past is nobody's business. */
static const char first_filter[] =
    FILTER(NOTHING, "{\"limit\":1,\"not_types\":[\"*\"]}", NOTHING);

static void on_sync(uv_timer_t *timer)
{
    matrix_cycle_sync(timer->data);
}

/* ---- failing ---- */

static uint64_t pause_after(const struct matrix *matrix, const struct matrix_reply *reply)
{
    uint64_t wait = RETRY_MIN_MS;
    for (unsigned i = 1; i < matrix->failures && wait < RETRY_MAX_MS; i++)
        wait *= 2;
    if (wait > RETRY_MAX_MS)
        wait = RETRY_MAX_MS;
    /* What the server asks for is the least. */
    uint64_t asked = reply && reply->retry_ms > 0 ? (uint64_t)reply->retry_ms : 0;
    return matrix_about(asked > wait ? asked : wait);
}

void matrix_cycle_fail(struct matrix *matrix, const struct matrix_reply *reply, uv_timer_cb again)
{
    if (reply && matrix_lost_login(matrix, reply))
        return;
    matrix->failures++;
    uint64_t wait = pause_after(matrix, reply);
    /* The first failures, then fewer and fewer. */
    if ((matrix->failures & (matrix->failures - 1)) == 0)
        log_warn("matrix", "%s: %s, %u in a row; next attempt in %d s", matrix->settings->network,
                 reply ? reply->why : "out of memory", matrix->failures, (int)(wait / 1000));
    matrix_cycle_watch(matrix);
    uv_timer_start(&matrix->step, again, wait, 0);
}

void matrix_cycle_watch(struct matrix *matrix)
{
    uint64_t now = uv_now(matrix->loop);
    bool polling = matrix->phase == MATRIX_SYNCING && matrix->failures == 0 && !matrix->held;
    uint64_t fine = AWAY_MS + (polling ? POLL_MS : 0);
    if (matrix->open && now - matrix->heard_at > fine)
        matrix_set_behind(matrix, MATRIX_BEHIND_AWAY, true);
    matrix_tell_behind(matrix);
    matrix_notes_push(&matrix->notes);
}

void matrix_cycle_halt(struct matrix *matrix)
{
    matrix_http_cancel(matrix->call);
    matrix->call = NULL;
    if (!matrix->replaying)
        uv_timer_stop(&matrix->step);
}

/* ---- syncing ---- */

/* The server does not know our place any more: its database was made anew, or
 * is from before. What was said since then cannot be had. */
static void start_anew(struct matrix *matrix, const char *why)
{
    log_error("matrix", "%s: the server does not know where we had read to (%s); beginning anew, and "
                        "what was said since then is not read",
              matrix->settings->network, why);
    char me[sizeof matrix->rooms.me];
    snprintf(me, sizeof me, "%s", matrix->rooms.me);
    matrix->since[0] = '\0';
    matrix->open = false; /* our rooms are read anew */
    matrix_rooms_finish(&matrix->rooms);
    snprintf(matrix->rooms.me, sizeof matrix->rooms.me, "%s", me);
    matrix_set_behind(matrix, MATRIX_BEHIND_START, true);
    matrix_cycle_go(matrix);
}

static void on_answer(void *context, const struct matrix_reply *reply)
{
    struct matrix *matrix = context;
    struct matrix_sync_facts facts;
    struct error error = {.why = ""};
    matrix->call = NULL;
    if (reply->status == 200 && matrix_sync_end(matrix->reader, &facts, &error) == 0) {
        matrix->failures = 0;
        matrix->heard = matrix->since[0] != '\0';
        matrix->heard_at = uv_now(matrix->loop);
        snprintf(matrix->next, sizeof matrix->next, "%s", facts.next_batch);
        matrix_replay(matrix);
        return;
    }
    if (reply->status == 400 && matrix->since[0] && strcmp(reply->errcode, "M_NOT_JSON") != 0) {
        start_anew(matrix, reply->why);
        return;
    }
    struct matrix_reply shown = *reply;
    if (matrix->batch.error.code != ERR_NONE)
        shown.why = matrix->batch.error.why;
    else if (error.why[0])
        shown.why = error.why;
    matrix_cycle_fail(matrix, &shown, on_sync);
}

static int on_chunk(void *context, const char *bytes, size_t length)
{
    struct matrix *matrix = context;
    struct error error;
    if (matrix_sync_feed(matrix->reader, bytes, length, &error) == 0)
        return 0;
    if (matrix->batch.error.code == ERR_NONE)
        matrix->batch.error = error;
    return -1;
}

static void make_path(struct buf *path, const struct matrix *matrix, unsigned poll)
{
    bool first = matrix->since[0] == '\0';
    buf_printf(path, "/_matrix/client/v3/sync?set_presence=offline&timeout=%u&filter=", poll);
    matrix_http_escape(path, first ? first_filter : filter);
    if (first)
        return;
    buf_puts(path, "&since=");
    matrix_http_escape(path, matrix->since);
}

void matrix_cycle_sync(struct matrix *matrix)
{
    /* To be abreast comes first: an answer at once, be there anything new or not. */
    unsigned poll = matrix->behind ? 0 : POLL_MS;
    /* Synapse keeps answers without `since` for two minutes, by what was asked: one that was made
     * before the bot began would let it answer what was said since. So no two ask the same. */
    if (!matrix->since[0])
        poll = 1 + (unsigned)(uv_hrtime() % 999);
    struct buf path;
    matrix->phase = matrix->since[0] ? MATRIX_SYNCING : MATRIX_FIRST;
    matrix->asked_at = uv_now(matrix->loop);
    matrix_batch_clear(&matrix->batch);
    matrix->batch.crypto = matrix->cipher->ops->reads;
    matrix->batch.first_ever = matrix->since[0] == '\0';
    struct matrix_sync_calls calls = matrix_batch_calls(&matrix->batch);
    matrix_sync_destroy(matrix->reader);
    matrix->reader = matrix_sync_create(&calls);
    buf_init(&path);
    make_path(&path, matrix, poll);
    struct matrix_request request = {
        .method = "GET",
        .path = buf_text(&path),
        .timeout_ms = POLL_MS + 10 * PATIENCE_MS, /* a long answer may take its time, */
        .quiet_ms = POLL_MS + PATIENCE_MS,        /* but not stand still */
        .limit = ANSWER_MAX,
        .chunk = on_chunk,
        .done = on_answer,
        .context = matrix,
    };
    if (matrix->reader && !path.failed)
        matrix->call = matrix_ask(matrix, &request);
    buf_finish(&path);
    if (!matrix->call)
        matrix_cycle_fail(matrix, NULL, on_sync);
}

/* ---- told, stored, complete ---- */

static void note_since(struct matrix *matrix);

static void on_note_since(uv_timer_t *timer)
{
    note_since(timer->data);
}

static void note_since(struct matrix *matrix)
{
    char value[MATRIX_TOKEN_MAX + 32];
    snprintf(value, sizeof value, "%s\n%" PRId64, matrix->next, matrix_now());
    if (matrix->cipher->ops->settle(matrix->cipher) ||
        matrix_notes_set(&matrix->notes, MATRIX_NOTE_SINCE, value))
        matrix_cycle_fail(matrix, NULL, on_note_since);
    matrix->sink->wake(matrix->sink->context);
}

void matrix_cycle_told(struct matrix *matrix)
{
    bool same = strcmp(matrix->next, matrix->since) == 0 && matrix->batch.item_count == 0 &&
                matrix->batch.room_count == 0;
    matrix->phase = MATRIX_STORING;
    /* Nothing has happened: that is not written to the disk each time. */
    if (same && matrix_now() - matrix->since_at < SAME_MS) {
        matrix->phase = MATRIX_IDLE;
        matrix_gap_fill(matrix);
        return;
    }
    note_since(matrix);
}

/* What they wrote to us privately is stored: they may see that we read it. */
static void send_receipts(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->rooms.count; i++) {
        struct matrix_room *room = matrix->rooms.list[i];
        if (!room->unread)
            continue;
        matrix_courtesy_read(matrix->courtesy, room->id, room->unread);
        free(room->unread);
        room->unread = NULL;
    }
}

void matrix_cycle_stored(struct matrix *matrix)
{
    if (matrix->phase != MATRIX_STORING)
        return;
    bool first = matrix->since[0] == '\0';
    matrix->phase = MATRIX_IDLE;
    snprintf(matrix->since, sizeof matrix->since, "%s", matrix->next);
    matrix->since_at = matrix_now();
    send_receipts(matrix);
    if (first)
        matrix_cycle_go(matrix);
    else
        matrix_gap_fill(matrix);
}

void matrix_cycle_complete(struct matrix *matrix)
{
    bool polled = matrix->behind == 0;
    /* Gaps of an earlier life, or a fill that took long: an answer of now is still to come. */
    if (!matrix->heard || uv_now(matrix->loop) - matrix->heard_at > AWAY_MS) {
        matrix_set_behind(matrix, MATRIX_BEHIND_AWAY, true);
        matrix_cycle_sync(matrix);
        return;
    }
    matrix_set_behind(matrix, MATRIX_BEHIND_START | MATRIX_BEHIND_AWAY | MATRIX_BEHIND_GAP, false);
    matrix_invite_answer(matrix);
    uint64_t since = uv_now(matrix->loop) - matrix->asked_at;
    matrix->phase = MATRIX_SYNCING;
    if (polled && matrix->batch.item_count == 0 && since < EMPTY_MS)
        uv_timer_start(&matrix->step, on_sync, EMPTY_MS - since, 0);
    else
        matrix_cycle_sync(matrix);
}

void matrix_cycle_go(struct matrix *matrix)
{
    if (matrix->stopping || matrix->held)
        return;
    if (matrix->replaying || matrix->phase == MATRIX_STORING)
        return; /* goes on by itself */
    if (matrix->phase == MATRIX_FILLING)
        matrix_gap_fill(matrix);
    else if (matrix->since[0] == '\0')
        matrix_cycle_sync(matrix);
    else if (!matrix->open)
        matrix_survey(matrix);
    else
        matrix_cycle_sync(matrix);
}
