/* hotseat run: the bot on its networks, until it is told to stop. */
#include "cli/cli.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <curl/curl.h>

#include "cli/compose.h"
#include "cli/config.h"
#include "sys/daemon.h"
#include "cli/pump.h"
#include "transport/irc/irc_settings.h"
#include "transport/irc/irc_transport.h"
#include "transport/matrix/matrix_settings.h"
#include "transport/matrix/matrix_transport.h"
#include "transport/paste_talk.h"
#include "util/log.h"

#define STOP_MS 1500 /* for saying goodbye; SIGTERM ends within two seconds */

static const char usage[] =
    "usage: hotseat run [--config FILE]\n"
    "Runs the bot on the networks of its configuration (default /etc/hotseat/hotseat.conf).\n"
    "SIGHUP reads configuration, questions and plugins again; SIGTERM ends it.\n"
    "To try it without a server: hotseat console.\n";

struct daemon {
    const char *config_path;
    struct options options;
    struct compose bot;
    uv_loop_t loop;
    struct pump pump;
    struct paste_talk *paste_talk;
    uv_signal_t term, interrupt, hangup;
    uv_timer_t last;
    struct transport *networks[OPTIONS_NETWORKS_MAX + OPTIONS_MATRIX_MAX];
    size_t network_count, stopping;
    bool ending;
};

static void show_problem(void *context, const char *problem)
{
    log_error("config", "%s: %s", (const char *)context, problem);
}

static void settings(void *context, const struct address *place, struct room_settings *out)
{
    const struct daemon *daemon = context;
    config_room(&daemon->options, place, out);
}

static size_t linked(void *context, size_t index, struct address *places, size_t limit)
{
    const struct daemon *daemon = context;
    return config_linked(&daemon->options, index, places, limit);
}

static enum role role(void *context, const struct address *who, const struct address *place)
{
    const struct daemon *daemon = context;
    return config_role(&daemon->options, who, place);
}

static unsigned commands(void *context)
{
    const struct daemon *daemon = context;
    return daemon->options.commands;
}

/* ---- the end ---- */

static void close_all(struct daemon *daemon)
{
    session_turn(daemon->bot.session);
    pump_close(&daemon->pump);
    for (size_t i = 0; i < daemon->network_count; i++)
        daemon->networks[i]->ops->destroy(daemon->networks[i]);
    daemon->network_count = 0;
    paste_talk_destroy(daemon->paste_talk);
    uv_close((uv_handle_t *)&daemon->term, NULL);
    uv_close((uv_handle_t *)&daemon->interrupt, NULL);
    uv_close((uv_handle_t *)&daemon->hangup, NULL);
    uv_close((uv_handle_t *)&daemon->last, NULL);
}

static void on_last(uv_timer_t *timer)
{
    close_all(timer->data);
}

/* The transport is not to be destroyed from inside its own call. */
static void one_stopped(void *context)
{
    struct daemon *daemon = context;
    if (--daemon->stopping == 0)
        uv_timer_start(&daemon->last, on_last, 0, 0);
}

static void on_end(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;
    if (daemon->ending)
        return;
    daemon->ending = true;
    log_info("run", "signal %d: ending", number);
    daemon_notify("STOPPING=1");
    daemon->stopping = daemon->network_count;
    for (size_t i = 0; i < daemon->network_count; i++)
        daemon->networks[i]->ops->stop(daemon->networks[i], STOP_MS, one_stopped, daemon);
}

/* ---- reload ---- */

/* Networks keep what they were started with: what they are, a restart changes. */
static void take_options(struct daemon *daemon, struct options *fresh)
{
    struct options old = daemon->options;
    if (fresh->network_count != old.network_count || fresh->matrix_count != old.matrix_count)
        log_warn("config", "networks were added or removed: that takes effect after a restart");
    struct paste_settings paste = *old.paste;
    *old.paste = *fresh->paste; /* who looks at them has their address */
    *fresh->paste = paste;
    daemon->options = *fresh;
    daemon->options.paste = old.paste;
    old.paste = fresh->paste;
    daemon->options.networks = old.networks;
    daemon->options.network_count = old.network_count;
    daemon->options.matrix = old.matrix;
    daemon->options.matrix_count = old.matrix_count;
    old.networks = fresh->networks;
    old.network_count = fresh->network_count;
    old.matrix = fresh->matrix;
    old.matrix_count = fresh->matrix_count;
    config_free(&old);
    log_set_level(daemon->options.log_level);
}

static void on_reload(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;
    struct options fresh;
    struct error error;
    (void)number;
    daemon_notify("RELOADING=1");
    if (config_load(daemon->config_path, &fresh, show_problem, (void *)daemon->config_path,
                    &error) == 0)
        take_options(daemon, &fresh);
    else
        log_error("config", "%s; the old configuration stays", error.why);
    if (compose_reload(&daemon->bot, daemon->options.plugins, daemon->options.questions, &error))
        log_error("reload", "%s; the old ones stay", error.why);
    else
        log_info("reload", "done");
    daemon_notify("READY=1");
}

/* ---- the beginning ---- */

static int watch_signal(struct daemon *daemon, uv_signal_t *handle, uv_signal_cb callback,
                        int number)
{
    handle->data = daemon;
    return uv_signal_init(&daemon->loop, handle) || uv_signal_start(handle, callback, number);
}

/* network_take: NULL if it could not be made. */
static int start_network(struct daemon *daemon, struct transport *network_take, struct error *error)
{
    if (!network_take)
        return -1;
    daemon->networks[daemon->network_count++] = network_take;
    if (session_add_transport(daemon->bot.session, network_take) ||
        paste_talk_resume(daemon->paste_talk, network_take->ops->name, network_take->network) ||
        network_take->ops->start(network_take, error))
        return error_set(error, ERR_MEMORY, "no memory for a network");
    return 0;
}

static int start_networks(struct daemon *daemon, struct error *error)
{
    const struct options *options = &daemon->options;
    daemon->paste_talk = paste_talk_create(&daemon->loop, options->paste, NULL,
                                           session_sink(daemon->bot.session), error);
    if (!daemon->paste_talk)
        return -1;
    const struct transport_sink *sink = paste_talk_sink(daemon->paste_talk);
    for (size_t i = 0; i < options->network_count; i++)
        if (start_network(daemon,
                          irc_transport_create(&daemon->loop, &options->networks[i], sink, error),
                          error))
            return -1;
    for (size_t i = 0; i < options->matrix_count; i++)
        if (start_network(daemon,
                          matrix_transport_create(&daemon->loop, &options->matrix[i], sink, error),
                          error))
            return -1;
    return 0;
}

static int run(struct daemon *daemon, struct error *error)
{
    struct compose_options parts = {
        .database = daemon->options.database,
        .plugins = daemon->options.plugins,
        .questions = daemon->options.questions,
        .clock = compose_clock(),
        .chance = compose_chance(),
        .settings = settings,
        .linked = linked,
        .role = role,
        .commands = commands,
        .settings_context = daemon,
    };
    if (compose_open(&daemon->bot, &parts, error))
        return -1;
    daemon->last.data = daemon;
    if (uv_loop_init(&daemon->loop) || uv_timer_init(&daemon->loop, &daemon->last) ||
        watch_signal(daemon, &daemon->term, on_end, SIGTERM) ||
        watch_signal(daemon, &daemon->interrupt, on_end, SIGINT) ||
        watch_signal(daemon, &daemon->hangup, on_reload, SIGHUP) ||
        pump_init(&daemon->pump, &daemon->loop, daemon->bot.session, parts.clock, NULL, NULL))
        return error_set(error, ERR_INTERNAL, "the event loop cannot be made");
    if (start_networks(daemon, error))
        return -1;
    log_info("run", "hotseat %s is up; %zu open rounds", HOTSEAT_VERSION,
             session_open_rounds(daemon->bot.session));
    daemon_notify("READY=1");
    uv_run(&daemon->loop, UV_RUN_DEFAULT);
    uv_loop_close(&daemon->loop);
    return 0;
}

static int run_configured(const char *path)
{
    struct daemon daemon = {.config_path = path};
    struct error error;
    int result = CLI_FAILED;
    if (config_load(path, &daemon.options, show_problem, (void *)path, &error)) {
        fprintf(stderr, "hotseat: %s\n", error.why);
        return CLI_FAILED;
    }
    log_set_level(daemon.options.log_level);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (daemon.options.network_count + daemon.options.matrix_count == 0)
        fprintf(stderr, "hotseat: %s names no network; see config.example\n", path);
    else if (run(&daemon, &error))
        fprintf(stderr, "hotseat: %s\n", error.why);
    else
        result = CLI_OK;
    compose_close(&daemon.bot);
    config_free(&daemon.options);
    curl_global_cleanup();
    return result;
}

int cli_run(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *path = "/etc/hotseat/hotseat.conf";
    int option;
    while ((option = getopt_long(argc, argv, "hc:", options, NULL)) != -1) {
        if (option != 'c')
            return cli_usage(usage, option == 'h');
        path = optarg;
    }
    if (cli_arguments(argc, argv, 0, "", usage))
        return CLI_USAGE;
    if (access(path, F_OK) != 0) {
        fprintf(stderr,
                "hotseat: there is no %s. Copy config.example there and put your network in, or\n"
                "give another file with --config. To play in this terminal: hotseat console.\n",
                path);
        return CLI_FAILED;
    }
    return run_configured(path);
}
