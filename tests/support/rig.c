#include "rig.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/pack/pack.h"
#include "store/sqlite/sqlite_store.h"
#include "transport/script/script.h"
#include "util/buf.h"
#include "util/hash.h"
#include "util/log.h"

int rig_at_work;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "rig: %s: %s\n", what, why);
    abort();
}

static const char *environment(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

/* ---- time, chance, settings ---- */

static int64_t clock_now(void *context)
{
    const struct rig *rig = context;
    return rig->now;
}

static uint64_t draw(void *context)
{
    struct rig *rig = context;
    return random_next(&rig->chance);
}

static void settings(void *context, const struct address *place, struct room_settings *out)
{
    const struct rig *rig = context;
    (void)place;
    *out = rig->settings;
}

static size_t linked(void *context, size_t index, struct address *places, size_t limit)
{
    const struct rig *rig = context;
    if (!rig->linked || index > 0 || limit < 2)
        return 0;
    places[0] = (struct address){"script", "local", RIG_ROOM};
    places[1] = (struct address){"script", "local", RIG_OTHER};
    return 2;
}

/* ---- what is seen ---- */

static void saw(void *context, const char *room, const char *person, const char *plain)
{
    struct rig *rig = context;
    if (rig->is_dead && rig->is_dead())
        return;
    rig_at_work++;
    for (size_t i = 0; i < rig->seen_count && rig->posting; i++)
        if (rig->seen[i].id == rig->posting) {
            rig->oldest_twice = rig->twice && rig->oldest_twice < i ? rig->oldest_twice : i;
            rig->twice++;
        }
    if (rig->seen_count == rig->seen_capacity) {
        rig->seen_capacity = rig->seen_capacity ? rig->seen_capacity * 2 : 64;
        rig->seen = reallocarray(rig->seen, rig->seen_capacity, sizeof *rig->seen);
        if (!rig->seen)
            die("seen", "out of memory");
    }
    rig->seen[rig->seen_count++] = (struct rig_seen){
        .id = rig->posting,
        .at = rig->now,
        .person = person ? strdup(person) : NULL,
        .room = room ? strdup(room) : NULL,
        .text = strdup(plain),
        .tag = rig->posting_tag ? strdup(rig->posting_tag) : NULL,
    };
    rig_at_work--;
}

/* ---- the transport: script's, with ids looked at ---- */

static struct rig *rig_of(struct transport *transport)
{
    return (struct rig *)((char *)transport - offsetof(struct rig, transport));
}

static int start(struct transport *transport, struct error *error)
{
    struct rig *rig = rig_of(transport);
    return rig->inner->ops->start(rig->inner, error);
}

#define GUEST "guest:"

/* Who a private message reaches; NULL if it is for a guest who has logged in. */
static const char *reached(const struct rig *rig, const char *target)
{
    if (strncmp(target, GUEST, strlen(GUEST)) != 0)
        return target;
    target += strlen(GUEST);
    return rig->guest && strcmp(rig->guest, target) == 0 ? target : NULL;
}

static enum post_result post(struct transport *transport, const struct outbound *posted)
{
    struct rig *rig = rig_of(transport);
    struct outbound message = *posted;
    if (message.private_talk)
        message.target = reached(rig, posted->target);
    if (rig->deaf || !message.target)
        return POST_BUSY;
    rig->posting = message.id;
    rig->posting_tag = message.tag;
    return rig->inner->ops->post(rig->inner, &message);
}

static void stop(struct transport *transport, int ms, void (*done)(void *context), void *context)
{
    struct rig *rig = rig_of(transport);
    rig->inner->ops->stop(rig->inner, ms, done, context);
}

static const struct transport_ops transport_ops = {
    .name = "script", .start = start, .post = post, .stop = stop};

/* ---- life ---- */

static void refused(void *context, const char *path, const struct error *why)
{
    (void)context;
    die(path, why->why);
}

static void bad_question(void *context, const struct pack_problem *problem)
{
    (void)context;
    die(problem->field, problem->message);
}

void rig_init(struct rig *rig)
{
    char path[4096];
    struct error error;
    struct pack_summary summary = {0};
    memset(rig, 0, sizeof *rig);
    rig_at_work++;
    log_set_fd(getenv("RIG_LOG") ? 2 : -1);
    snprintf(rig->directory, sizeof rig->directory, "%s/hotseat-rig.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(rig->directory))
        die(rig->directory, "cannot be made");
    snprintf(rig->database, sizeof rig->database, "%s/rig.db", rig->directory);
    snprintf(path, sizeof path, "%s/plugins", environment("HOTSEAT_BUILD", "build"));
    rig->plugins = plugin_host_create();
    if (!rig->plugins || plugin_host_load_dir(rig->plugins, path, refused, NULL, &error))
        die(path, "plugins do not load");
    snprintf(path, sizeof path, "%s/tests/data/pack", environment("HOTSEAT_TOP", "."));
    rig->bank = malloc(sizeof *rig->bank);
    if (!rig->bank)
        die("bank", "out of memory");
    bank_init(rig->bank);
    if (pack_load_dir(path, rig->bank, bad_question, NULL, &summary, &error))
        die(path, error.why);
    rig->transport.ops = &transport_ops;
    rig->transport.network = "local";
    rig->settings = (struct room_settings){.prefix = "!", .reveal_names = true, .rounds_max = 3};
    rig->now = RIG_START;
    rig->chance = 1;
    rig_at_work--;
}

int rig_up(struct rig *rig, struct error *error)
{
    struct session_parts parts = {
        .clock = {rig, clock_now},
        .chance = {rig, draw},
        .plugins = rig->plugins,
        .bank = rig->bank,
        .settings = settings,
        .linked = linked,
        .settings_context = rig,
        .question_parse = pack_question_parse,
    };
    parts.store = rig->store = sqlite_store_open(rig->database, SQLITE_STORE_WRITE, error);
    if (!rig->store)
        return -1;
    rig->session = session_create(&parts, error);
    if (rig->session) {
        rig_at_work++;
        rig->inner = script_transport_create("script", "local", session_sink(rig->session), saw, rig);
        if (!rig->inner || session_add_transport(rig->session, &rig->transport))
            die("transport", "out of memory");
        rig->transport.ops->start(&rig->transport, error);
        rig_at_work--;
        return 0;
    }
    rig_down(rig);
    return -1;
}

void rig_down(struct rig *rig)
{
    rig_at_work++;
    sqlite3_close(rig->look);
    rig->look = NULL;
    rig_at_work--;
    session_destroy(rig->session);
    rig->session = NULL;
    if (rig->inner)
        rig->inner->ops->destroy(rig->inner);
    rig->inner = NULL;
    if (rig->store)
        rig->store->ops->destroy(rig->store);
    rig->store = NULL;
}

static void forget(struct rig *rig)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock", "-journal"};
    char name[sizeof rig->database + 16];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", rig->database, endings[i]);
        unlink(name);
    }
    for (size_t i = 0; i < rig->seen_count; i++) {
        free(rig->seen[i].person);
        free(rig->seen[i].room);
        free(rig->seen[i].text);
        free(rig->seen[i].tag);
    }
    rig->seen_count = 0;
}

void rig_reset(struct rig *rig)
{
    rig_at_work++;
    rig_down(rig);
    forget(rig);
    rig->now = RIG_START;
    rig->chance = 1;
    rig->twice = rig->oldest_twice = 0;
    rig->deaf = rig->two_places = rig->linked = false;
    rig->guest = NULL;
    rig_at_work--;
}

void rig_finish(struct rig *rig)
{
    rig_reset(rig);
    rig_at_work++;
    rmdir(rig->directory);
    free(rig->seen);
    bank_finish(rig->bank);
    free(rig->bank);
    plugin_host_destroy(rig->plugins);
    rig_at_work--;
}

/* ---- what people do ---- */

int rig_push(struct rig *rig, const struct event *event)
{
    const struct transport_sink *sink = session_sink(rig->session);
    struct event whole = *event;
    char guest[EVENT_NAME_MAX + sizeof GUEST];
    whole.at = event->at ? event->at : rig->now;
    whole.who.transport = whole.room.transport = "script";
    whole.who.network = whole.room.network = "local";
    if (!whole.name)
        whole.name = whole.who.target;
    if (rig->guest && whole.who.target && strcmp(whole.who.target, rig->guest) == 0) {
        snprintf(guest, sizeof guest, GUEST "%s", rig->guest);
        whole.who.target = guest;
        whole.guest = true;
    }
    whole.bot_name = "hotseat";
    whole.length = whole.text ? strlen(whole.text) : 0;
    rig_at_work += rig->safe_push;
    int refused = sink->event(sink->context, &whole);
    rig_at_work -= rig->safe_push;
    sink->wake(sink->context);
    return refused;
}

static void push(struct rig *rig, enum event_kind kind, const char *room, const char *person,
                 const char *text, const char *id)
{
    rig_push(rig, &(struct event){.kind = kind, .id = id, .room.target = room,
                                  .who.target = person, .text = text});
}

static const char *room_of(const struct rig *rig, const char *person)
{
    return rig->two_places && person[0] % 2 ? RIG_OTHER : RIG_ROOM;
}

void rig_say(struct rig *rig, const char *person, const char *text, const char *id)
{
    push(rig, EVENT_TEXT, room_of(rig, person), person, text, id);
}

void rig_tell(struct rig *rig, const char *person, const char *text, const char *id)
{
    push(rig, EVENT_TEXT, NULL, person, text, id);
}

void rig_enter(struct rig *rig, const char *person)
{
    push(rig, EVENT_ENTER, room_of(rig, person), person, "", NULL);
}

void rig_leave(struct rig *rig, const char *person)
{
    push(rig, EVENT_LEAVE, room_of(rig, person), person, "", NULL);
}

void rig_settle(struct rig *rig, int64_t patience)
{
    int64_t end = rig->now + patience;
    for (int i = 0; i < 10000; i++) {
        session_turn(rig->session);
        int64_t due = session_deadline(rig->session);
        if (due > rig->now && due <= end)
            rig->now = due;
        else if ((due == 0 || due > end) && session_at_rest(rig->session))
            return;
    }
    die("session", "does not come to rest");
}

void rig_advance(struct rig *rig, int64_t ms)
{
    int64_t end = rig->now + ms;
    for (int i = 0; i < 100000; i++) {
        int64_t due = session_deadline(rig->session);
        if (due == 0 || due > end)
            break;
        if (due > rig->now)
            rig->now = due;
        session_turn(rig->session);
    }
    rig->now = end;
    rig_settle(rig, 0);
}

/* ---- looking ---- */

size_t rig_find(const struct rig *rig, size_t since, const char *person, const char *text)
{
    for (size_t i = since; i < rig->seen_count; i++) {
        const struct rig_seen *one = &rig->seen[i];
        bool right = person ? one->person && strcmp(one->person, person) == 0 : !one->person;
        if (right && strstr(one->text, text))
            return i;
    }
    return rig->seen_count;
}

void rig_dump(const struct rig *rig)
{
    for (size_t i = 0; i < rig->seen_count; i++) {
        const struct rig_seen *one = &rig->seen[i];
        fprintf(stderr, "  +%lld ms #%lld [%s] %s\n", (long long)(one->at - RIG_START),
                (long long)one->id, one->person ? one->person : one->room, one->text);
    }
}

char *rig_rows(struct rig *rig, const char *sql)
{
    sqlite3 *db = rig->look;
    sqlite3_stmt *statement = NULL;
    struct buf out;
    rig_at_work++;
    if ((!db && sqlite3_open_v2(rig->database, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) ||
        sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
        sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        die(sql, db ? sqlite3_errmsg(db) : "no database");
    buf_init(&out);
    buf_puts(&out, "");
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (out.length > 0)
            buf_putc(&out, '\n');
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *cell = (const char *)sqlite3_column_text(statement, i);
            buf_printf(&out, "%s%s", i ? "|" : "", cell ? cell : "");
        }
    }
    if (sqlite3_finalize(statement) != SQLITE_OK)
        die(sql, sqlite3_errmsg(db));
    if (rig->store)
        rig->look = db;
    else
        sqlite3_close(db);
    rig_at_work--;
    return out.data;
}

int64_t rig_number(struct rig *rig, const char *sql)
{
    char *rows = rig_rows(rig, sql);
    int64_t number = *rows ? strtoll(rows, NULL, 10) : -1;
    rig_at_work++;
    free(rows);
    rig_at_work--;
    return number;
}

void rig_toggle_deaf(struct rig *rig)
{
    const struct transport_sink *sink = session_sink(rig->session);
    rig->deaf = !rig->deaf;
    if (!rig->deaf)
        sink->ready(sink->context, "script", "local");
    rig_settle(rig, 0);
}

uint64_t rig_transcript(const struct rig *rig)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < rig->seen_count; i++)
        hash = hash * 31 + (uint64_t)rig->seen[i].at + (uint64_t)rig->seen[i].id +
               fnv1a(rig->seen[i].text, strlen(rig->seen[i].text));
    return hash;
}
