/*
 * A first sync of a large account, 50 MB without any filter of the server's:
 * through the reader, with the events of the 5 rooms that the bot is in parsed,
 * against jansson loading the same document whole. Each in a process of its
 * own, so that memory is counted apart.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "transport/matrix/matrix_event.h"
#include "transport/matrix/matrix_sync.h"

#define ROOMS 349
#define ROOM_EVENTS 407 /* 142,043 in all */
#define OWN_ROOMS 5
#define CHUNK (16 * 1024) /* what libcurl hands out at once */
#define RUNS 5

/* ---- the document ---- */

static uint64_t chance = 88172645463325252u;

static uint64_t draw(uint64_t below)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return chance % below;
}

static void put_id(FILE *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < 43; i++)
        putc(letters[draw(64)], out);
}

static void put_words(FILE *out, size_t count)
{
    static const char *const words[] = {"the", "heap", "keeps", "order", "while", "\\u00e9t\\u00e9", "O(n log n)",
                                        "pointers", "\\\"quoted\\\"", "line\\n", "\xF0\x9F\x91\x8D", "gradient"};
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? " " : "", words[draw(sizeof words / sizeof *words)]);
}

static void put_common(FILE *out, const char *type)
{
    fprintf(out, "{\"type\":\"%s\",\"sender\":\"@person%03llu:example.org\",\"origin_server_ts\":%llu,"
                 "\"event_id\":\"$", type, (unsigned long long)draw(600),
            (unsigned long long)(1795600000000 + draw(10000000)));
    put_id(out);
    fprintf(out, "\",\"unsigned\":{\"age\":%llu},", (unsigned long long)draw(100000000));
}

static void put_message(FILE *out)
{
    put_common(out, "m.room.message");
    fputs("\"content\":{\"msgtype\":\"m.text\",\"m.mentions\":{},\"body\":\"", out);
    put_words(out, 3 + draw(35));
    fputs("\"}}", out);
}

static void put_reaction(FILE *out)
{
    put_common(out, "m.reaction");
    fputs("\"content\":{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$", out);
    put_id(out);
    fprintf(out, "\",\"key\":\"%llu\\ufe0f\\u20e3\"}}}", (unsigned long long)(1 + draw(5)));
}

static void put_member(FILE *out)
{
    put_common(out, "m.room.member");
    fprintf(out, "\"state_key\":\"@person%03llu:example.org\",\"content\":{\"membership\":\"join\","
                 "\"avatar_url\":\"mxc://example.org/", (unsigned long long)draw(600));
    put_id(out);
    fputs("\",\"displayname\":\"", out);
    put_words(out, 2);
    fputs("\"}}", out);
}

static void put_room(FILE *out, int number)
{
    fprintf(out, "%s\"!room%03d:example.org\":{\"timeline\":{\"events\":[", number ? "," : "", number);
    for (int i = 0; i < ROOM_EVENTS; i++) {
        uint64_t what = draw(10);
        if (i)
            putc(',', out);
        if (what < 6)
            put_message(out);
        else if (what < 8)
            put_reaction(out);
        else
            put_member(out);
    }
    fprintf(out, "],\"prev_batch\":\"p%d\",\"limited\":true},\"state\":{\"events\":[]},"
                 "\"account_data\":{\"events\":[]},\"ephemeral\":{\"events\":[]},"
                 "\"unread_notifications\":{\"notification_count\":0,\"highlight_count\":0}}", number);
}

static long make_document(const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out)
        bench_die("cannot write %s", path);
    fputs("{\"next_batch\":\"s1_2_3\",\"rooms\":{\"join\":{", out);
    for (int i = 0; i < ROOMS; i++)
        put_room(out, i);
    fputs("}},\"account_data\":{\"events\":[]}}", out);
    long size = ftell(out);
    if (fclose(out) != 0)
        bench_die("cannot write %s", path);
    return size;
}

/* ---- reading it ---- */

struct figures {
    double seconds;
    long kib; /* resident at most, above what it was before */
    size_t events, words;
};

static bool wants_room(void *context, enum matrix_section section, const char *room)
{
    (void)context;
    return section == MATRIX_JOIN && strncmp(room, "!room", 5) == 0 &&
           strtol(room + 5, NULL, 10) % (ROOMS / OWN_ROOMS) == 7;
}

static int on_event(void *context, const struct matrix_raw *raw)
{
    struct figures *figures = context;
    struct matrix_event event;
    const char *why;
    if (!matrix_event_parse(&event, raw->bytes, raw->length, MATRIX_FULL, &why))
        bench_die("%s: %.*s", why, (int)raw->length, raw->bytes);
    figures->events++;
    figures->words += event.kind == MATRIX_MESSAGE && event.message.body[0];
    matrix_event_finish(&event);
    return 0;
}

static FILE *open_document(const char *path)
{
    FILE *in = fopen(path, "r");
    if (!in)
        bench_die("cannot read %s", path);
    setvbuf(in, NULL, _IONBF, 0);
    return in;
}

static void through_reader(const char *path, struct figures *figures)
{
    const struct matrix_sync_calls calls = {.context = figures, .wants_room = wants_room, .event = on_event};
    static char chunk[CHUNK];
    struct matrix_sync_facts facts;
    struct error error;
    FILE *in = open_document(path);
    struct matrix_sync *sync = matrix_sync_create(&calls);
    if (!sync)
        bench_die("out of memory");
    for (size_t size; (size = fread(chunk, 1, sizeof chunk, in)) > 0;)
        if (matrix_sync_feed(sync, chunk, size, &error) != 0)
            bench_die("%s", error.why);
    if (matrix_sync_end(sync, &facts, &error) != 0)
        bench_die("%s", error.why);
    if (facts.rooms != OWN_ROOMS || facts.skipped_rooms != ROOMS - OWN_ROOMS ||
        facts.events != OWN_ROOMS * ROOM_EVENTS || facts.dropped)
        bench_die("%zu rooms, %zu events were told", facts.rooms, facts.events);
    matrix_sync_destroy(sync);
    fclose(in);
}

static void through_jansson(const char *path, struct figures *figures)
{
    FILE *in = open_document(path);
    if (fseek(in, 0, SEEK_END) != 0)
        bench_die("cannot read %s", path);
    size_t size = (size_t)ftell(in);
    char *text = malloc(size);
    rewind(in);
    if (!text || fread(text, 1, size, in) != size)
        bench_die("cannot read %s", path);
    json_t *whole = json_loadb(text, size, 0, NULL), *room;
    const char *id;
    if (!whole)
        bench_die("jansson refuses the document");
    json_object_foreach(json_object_get(json_object_get(whole, "rooms"), "join"), id, room)
        figures->events += json_array_size(json_object_get(json_object_get(room, "timeline"), "events"));
    if (figures->events != ROOMS * ROOM_EVENTS)
        bench_die("jansson finds %zu events", figures->events);
    free(text);
    fclose(in);
    /* The tree is left to the end of the process: freeing it is not counted. */
}

typedef void read_fn(const char *path, struct figures *figures);

/* Runs it in a child; a child that fails has said why. */
static struct figures measure(read_fn *read_all, const char *path)
{
    struct figures figures = {0};
    int ends[2], status;
    if (pipe(ends) != 0)
        bench_die("no pipe");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        long before = bench_resident(0);
        int64_t start = bench_now();
        read_all(path, &figures);
        figures.seconds = (double)(bench_now() - start) / 1e9;
        figures.kib = bench_resident_peak(0) - before;
        _exit(write(ends[1], &figures, sizeof figures) == sizeof figures ? 0 : 1);
    }
    close(ends[1]);
    bool got = child > 0 && read(ends[0], &figures, sizeof figures) == sizeof figures;
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child || !got || status != 0)
        bench_die("a child failed");
    return figures;
}

int main(void)
{
    char dir[256], path[300];
    double reader[RUNS], whole[RUNS], ratio[RUNS], reader_mib = 0, whole_mib = 0;
    bench_scratch(dir, sizeof dir);
    snprintf(path, sizeof path, "%s/sync.json", dir);
    long size = make_document(path);
    for (int run = 0; run < RUNS; run++) {
        struct figures one = measure(through_reader, path), other = measure(through_jansson, path);
        reader[run] = one.seconds;
        whole[run] = other.seconds;
        ratio[run] = other.seconds / one.seconds;
        reader_mib = (double)one.kib / 1024 > reader_mib ? (double)one.kib / 1024 : reader_mib;
        whole_mib = (double)other.kib / 1024 > whole_mib ? (double)other.kib / 1024 : whole_mib;
    }
    printf("first sync of %.1f MB, %d rooms, %d events; the bot is in %d (median of %d):\n",
           (double)size / 1e6, ROOMS, ROOMS * ROOM_EVENTS, OWN_ROOMS, RUNS);
    printf("  jansson, the document whole   %9.3f s  %7.1f MiB above idle\n",
           bench_percentile(whole, RUNS, 50), whole_mib);
    printf("  the reader, in chunks         %9.3f s  %7.1f MiB above idle  (aim: at most 16)\n",
           bench_percentile(reader, RUNS, 50), reader_mib);
    printf("  times faster                  %9.1f    (aim: at least 5)\n",
           bench_percentile(ratio, RUNS, 50));
    bench_scratch_remove(dir);
    return 0;
}
