/*
 * hotseat plugin ABI: what a plugin for one kind of round sees of the bot.
 *
 * A plugin is a shared object that exports one symbol, HS_PLUGIN_SYMBOL, a
 * function that returns its descriptor. Every callback is a reducer: it gets
 * borrowed, read-only data and an effects builder, and returns HS_OK or one of
 * the HS_E* values. It has no clock, no I/O and no knowledge of the network,
 * and it never learns a name: people are seat numbers, so that nothing it says
 * can break the blindness of a round. If a callback fails, its effects are
 * thrown away and the round is closed with an explanation.
 *
 * Rules of the ABI:
 *  - A plugin loads if its abi_major equals the host's and its abi_minor is
 *    not above the host's.
 *  - Structures are append-only. The descriptor carries its own size.
 *  - All strings are UTF-8 and NUL-terminated. Texts that are said are
 *    Markdown (paragraphs, emphasis, code, lists, tables; no raw HTML).
 *  - Everything passed to a callback is valid during that call only. Whatever
 *    a descriptor points to must stay valid until the plugin is unloaded.
 *  - Times are milliseconds since 1970-01-01 UTC.
 *
 * Changelog (append only):
 *  1.0  2026-11-23  first version
 */
#ifndef HOTSEAT_PLUGIN_H
#define HOTSEAT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HS_ABI_MAJOR 1u
#define HS_ABI_MINOR 0u

#define HS_PLUGIN_SYMBOL "hs_plugin_descriptor"

/* The scale of every rubric axis. */
#define HS_SCALE_MIN 1
#define HS_SCALE_MAX 5

#define HS_AXES_MIN 3  /* a rubric has at least this many axes ... */
#define HS_AXES_MAX 5  /* ... and at most this many */
#define HS_SEATS_MAX 64 /* people in a round */
#define HS_KIND_MAX 24 /* longest kind name, without the NUL */

enum hs_status {
    HS_OK = 0,
    HS_ENOMEM = 1,  /* the host is out of memory; return it as it came */
    HS_EINVAL = 2,  /* an argument to a host function was out of range */
    HS_ELIMIT = 3,  /* a bound of the host was exceeded (text or state too large) */
    HS_EFAILED = 4  /* the plugin cannot go on; the round is closed cleanly */
};

/* One criterion of a rubric. */
struct hs_axis {
    const char *id;        /* [a-z_]+, stable, e.g. "correctness" */
    const char *name;      /* what members read, e.g. "Correctness" */
    unsigned weight;       /* 1..10, relative to the other axes */
    const char *anchor[5]; /* what a score of 1 .. 5 looks like, one short sentence each */
};

struct hs_rubric {
    const char *id; /* [a-z_]+ */
    size_t axis_count; /* HS_AXES_MIN .. HS_AXES_MAX */
    const struct hs_axis *axes;
};

struct hs_hint {
    const char *text;
    double cost; /* what using it is said to cost, in points of the scale, 0 .. 4; shown to graders */
};

struct hs_follow_up {
    const char *text;
    const char *axis; /* id of the axis it probes */
};

/* What scores of 5, 3 and 1 look like on one axis for one question. */
struct hs_rubric_note {
    const char *axis;
    const char *five, *three, *one;
};

/* A question as a plugin sees it. No member is NULL; arrays may be empty. */
struct hs_question {
    const char *id;    /* stable across packs and versions */
    const char *title;
    const char *prompt; /* Markdown */
    const char *level;  /* "entry", "mid", "senior" or "staff" */
    unsigned difficulty; /* 1 .. 5 */
    unsigned answer_seconds; /* the question's own limit, 0 = the kind's */
    const char *model_answer; /* Markdown */
    const char *const *topics;
    size_t topic_count;
    const struct hs_hint *hints;
    size_t hint_count;
    const struct hs_follow_up *follow_ups;
    size_t follow_up_count;
    const struct hs_rubric_note *notes;
    size_t note_count;
    const char *const *mistakes; /* common mistakes, one sentence each */
    size_t mistake_count;
    const char *complexity; /* the intended cost of a coding question, "" if not said */
};

/* One person's place in a round. Seats are numbered from 0 in order of joining. */
struct hs_seat {
    uint32_t number;
    uint32_t hints_used;
    uint32_t answer_bytes; /* 0 = no answer stored */
};

struct hs_round {
    uint64_t id;
    uint64_t seed; /* the same for every callback of one round */
    int64_t now;
    int64_t deadline; /* end of the current phase; 0 = none */
    const struct hs_question *question;
    const struct hs_rubric *rubric;
    const struct hs_seat *seats;
    size_t seat_count;
    const void *state; /* what the plugin last kept, NULL if nothing */
    size_t state_size;
    uint32_t state_version;
};

/* The outcome of one answer. */
struct hs_result {
    uint32_t seat;
    uint32_t votes;  /* counted ballots; 0 = not scored, then score is 0 */
    double score;    /* 1 .. 5 */
    double axis[HS_AXES_MAX]; /* 1 .. 5 each, in the rubric's order; 0 if not scored */
};

struct hs_effects; /* opaque; belongs to the host */

/* What a callback may cause, by at most 512 calls. Texts are UTF-8 and are
 * copied. Each returns HS_OK, or what was wrong: HS_EINVAL for an empty or
 * malformed text or a seat that is none, HS_ELIMIT for what is too much. */
struct hs_host {
    uint32_t abi_minor;
    size_t size;
    /* Says something in the room. At most 8 KiB. */
    int (*say)(struct hs_effects *effects, const char *markdown);
    /* Says something to one seat, privately. At most 8 KiB. */
    int (*say_private)(struct hs_effects *effects, uint32_t seat, const char *markdown);
    /* Adds 0 .. 20 points to a seat's ledger, with a reason of at most 100 bytes. The seat of a guest
     * has no ledger: nothing happens, and it is HS_OK all the same. */
    int (*award)(struct hs_effects *effects, uint32_t seat, uint32_t points, const char *reason);
    /* Keeps up to 64 KiB for the next callback of this round, across restarts. */
    int (*keep)(struct hs_effects *effects, uint32_t version, const void *state, size_t size);
};

/*
 * The descriptor. Slots marked REQUIRED must be set; OPTIONAL ones may be NULL.
 */
struct hs_plugin {
    uint32_t abi_major; /* HS_ABI_MAJOR */
    uint32_t abi_minor; /* HS_ABI_MINOR at the time of building */
    size_t size;        /* sizeof(struct hs_plugin) at the time of building */

    const char *kind;    /* REQUIRED: [a-z_]{1,24}, what members type after !start */
    const char *title;   /* REQUIRED: what members read, e.g. "Coding" */
    const char *summary; /* REQUIRED: one line for !help */
    const char *version; /* REQUIRED: the plugin's own version */
    const struct hs_rubric *rubric; /* REQUIRED */
    unsigned answer_seconds; /* REQUIRED: usual time to answer, 10 .. 604800 */
    unsigned vote_seconds;   /* REQUIRED: usual time to grade, 10 .. 604800 */
    const char *answer_advice; /* REQUIRED: one or two sentences, said with the question */
    const char *grade_advice;  /* REQUIRED: one or two sentences, said with the ballot */

    /* REQUIRED. The question comes out: say it. The host adds the time left
     * and how to answer. */
    int (*pose)(const struct hs_round *round, const struct hs_host *host,
                struct hs_effects *effects);
    /* REQUIRED. The votes are in: say what the group can learn from them. The
     * host itself posts scores, names (if the room shows them) and points. */
    int (*result)(const struct hs_round *round, const struct hs_result *results, size_t count,
                  const struct hs_host *host, struct hs_effects *effects);
    /* OPTIONAL. An answer was stored; text is what graders will read. Say
     * something to its author only (say_private to that seat), or keep state. */
    int (*answer)(const struct hs_round *round, uint32_t seat, const char *text, size_t size,
                  const struct hs_host *host, struct hs_effects *effects);
};

/* The type of the exported symbol. */
typedef const struct hs_plugin *hs_plugin_descriptor_fn(void);

/*
 * Defines the exported function for a static struct hs_plugin named `plugin`.
 * With HS_STATIC_PLUGIN defined to a suffix the same source links statically
 * into a test, under the name hs_plugin_descriptor_<suffix>.
 */
#define HS_JOIN_(a, b) a##b
#define HS_JOIN(a, b) HS_JOIN_(a, b)
#ifdef HS_STATIC_PLUGIN
#define HS_EXPORT_NAME HS_JOIN(hs_plugin_descriptor_, HS_STATIC_PLUGIN)
#else
#define HS_EXPORT_NAME hs_plugin_descriptor
#endif
#define HS_EXPORT_PLUGIN(plugin)                                                                   \
    const struct hs_plugin *HS_EXPORT_NAME(void);                                                  \
    __attribute__((visibility("default"))) const struct hs_plugin *HS_EXPORT_NAME(void)            \
    {                                                                                              \
        return &(plugin);                                                                          \
    }

#ifdef __cplusplus
}
#endif

#endif
