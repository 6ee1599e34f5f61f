#include "cli/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "store/pack/pack.h"
#include "store/sqlite/sqlite_store.h"
#include "util/log.h"

/* ---- time and chance ---- */

static int64_t clock_now(void *context)
{
    static int64_t last;
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t at = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    /* A clock that is set back must not make a phase longer than it is. */
    if (at < last)
        at = last;
    last = at;
    return at;
}

struct clock_port compose_clock(void)
{
    return (struct clock_port){NULL, clock_now};
}

/* Each event draws one: a system call brings 32. */
static uint64_t chance_draw(void *context)
{
    static uint64_t pool[32];
    static size_t left;
    (void)context;
    if (left == 0 && getrandom(pool, sizeof pool, 0) == (ssize_t)sizeof pool)
        left = sizeof pool / sizeof *pool;
    uint64_t drawn = left > 0 ? pool[--left] : (uint64_t)clock_now(NULL) * UINT64_C(0x9E3779B97F4A7C15);
    return drawn ? drawn : 1;
}

struct chance_port compose_chance(void)
{
    return (struct chance_port){NULL, chance_draw};
}

void compose_room_defaults(struct room_settings *settings)
{
    *settings = (struct room_settings){.prefix = "!", .reveal_names = true, .rounds_max = 3};
}

/* ---- where plugins and questions are ---- */

/* The directory of this program, "" if it cannot be told. */
static void own_directory(char *out, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", out, size - 1);
    out[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
}

/* Where it was installed beside the program, wherever that was moved to; in the build tree; else
 * where it was to be installed. */
static void find_dir(const char *wanted, const char *in_tree, const char *installed, char *out,
                     size_t size)
{
    char program[3800];
    if (wanted) {
        snprintf(out, size, "%s", wanted);
        return;
    }
    own_directory(program, sizeof program);
    if (program[0]) {
        snprintf(out, size, "%s/../%s", program, installed);
        if (access(out, R_OK | X_OK) == 0)
            return;
        snprintf(out, size, "%s/%s", program, in_tree);
        if (access(out, R_OK | X_OK) == 0)
            return;
    }
    snprintf(out, size, "%s/%s", HOTSEAT_PREFIX, installed);
}

void compose_find(const char *plugins, const char *questions, char *plugin_dir,
                  char *question_dir, size_t size)
{
    find_dir(plugins, "plugins", "lib/hotseat/plugins", plugin_dir, size);
    find_dir(questions, "../questions", "share/hotseat/questions", question_dir, size);
}

static void plugin_refused(void *context, const char *path, const struct error *why)
{
    (void)context;
    (void)path;
    log_error("plugins", "refused: %s", why->why);
}

static void question_problem(void *context, const struct pack_problem *problem)
{
    size_t *shown = context;
    if ((*shown)++ < 10)
        log_error("questions", "%s:%zu: %s: %s", problem->file, problem->line, problem->field,
                  problem->message);
}

static struct bank *load_bank(const char *dir, struct error *error)
{
    struct pack_summary summary = {0};
    size_t shown = 0;
    struct bank *bank = malloc(sizeof *bank);
    if (!bank) {
        error_set(error, ERR_MEMORY, "no memory for the questions");
        return NULL;
    }
    bank_init(bank);
    if (pack_load_dir(dir, bank, question_problem, &shown, &summary, error) == 0) {
        if (summary.problems == 0) {
            log_info("questions", "%zu loaded from %s", summary.questions, dir);
            return bank;
        }
        error_set(error, ERR_INVALID,
                  "%zu problem%s in the questions; hotseat questions check %.200s lists them",
                  summary.problems, summary.problems == 1 ? "" : "s", dir);
    }
    bank_finish(bank);
    free(bank);
    return NULL;
}

static void free_bank(struct bank *bank)
{
    if (!bank)
        return;
    bank_finish(bank);
    free(bank);
}

/* ---- the whole ---- */

int compose_open(struct compose *compose, const struct compose_options *options,
                 struct error *error)
{
    memset(compose, 0, sizeof *compose);
    compose_find(options->plugins, options->questions, compose->plugin_dir, compose->question_dir,
                 sizeof compose->plugin_dir);
    compose->plugins = plugin_host_create();
    if (!compose->plugins) {
        error_set(error, ERR_MEMORY, "no memory for plugins");
        goto fail;
    }
    if (plugin_host_load_dir(compose->plugins, compose->plugin_dir, plugin_refused, NULL, error) ||
        !(compose->bank = load_bank(compose->question_dir, error)) ||
        !(compose->store = sqlite_store_open(options->database, SQLITE_STORE_WRITE, error)))
        goto fail;
    struct session_parts parts = {
        .store = compose->store,
        .clock = options->clock,
        .chance = options->chance,
        .plugins = compose->plugins,
        .bank = compose->bank,
        .settings = options->settings,
        .linked = options->linked,
        .role = options->role,
        .commands = options->commands,
        .settings_context = options->settings_context,
        .question_parse = pack_question_parse,
    };
    compose->session = session_create(&parts, error);
    if (compose->session)
        return 0;
fail:
    compose_close(compose);
    return -1;
}

static int reload_questions(struct compose *compose, const char *dir, struct error *error)
{
    struct bank *bank = load_bank(dir, error);
    if (!bank)
        return -1;
    session_set_bank(compose->session, bank);
    free_bank(compose->bank);
    compose->bank = bank;
    snprintf(compose->question_dir, sizeof compose->question_dir, "%s", dir);
    return 0;
}

int compose_reload(struct compose *compose, const char *plugins, const char *questions,
                   struct error *error)
{
    char plugin_dir[sizeof compose->plugin_dir], question_dir[sizeof compose->question_dir];
    compose_find(plugins, questions, plugin_dir, question_dir, sizeof plugin_dir);
    session_relink(compose->session);
    int questions_failed = reload_questions(compose, question_dir, error);
    if (plugin_host_load_dir(compose->plugins, plugin_dir, plugin_refused, NULL,
                             questions_failed ? NULL : error))
        return -1;
    snprintf(compose->plugin_dir, sizeof compose->plugin_dir, "%s", plugin_dir);
    return questions_failed;
}

void compose_close(struct compose *compose)
{
    session_destroy(compose->session);
    if (compose->store)
        compose->store->ops->destroy(compose->store);
    free_bank(compose->bank);
    plugin_host_destroy(compose->plugins);
    memset(compose, 0, sizeof *compose);
}
