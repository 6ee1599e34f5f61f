/* hotseat console: the terminal room, on a terminal or through a pipe. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/compose.h"
#include "cli/screen.h"
#include "transport/console/console.h"
#include "util/hash.h"
#include "util/log.h"

#define LINE_MAX_BYTES (4 * 1024 * 1024)
#define LAST_CALL_MS (30 * 1000)
#define TURNS_MAX 100000 /* of one moment; more means that the bot does not come to rest */

static const char usage[] =
    "usage: hotseat console [--db FILE] [--plugins DIR] [--questions DIR] [--as NAME] [--seed N]\n"
    "Plays rounds in this terminal; /as NAME plays several people, /help says more.\n"
    "  --db FILE        the database (default hotseat.db; :memory: keeps nothing)\n"
    "  --as NAME        who you are at first\n"
    "  --seed N         the same chance every time\n"
    "Without a terminal it reads lines (NAME: text, NAME> private text) and prints the\n"
    "transcript; when the input ends, waiting times are jumped over until no round is open.\n";

struct piped {
    struct compose bot;
    struct transport *transport;
    int64_t jumped; /* how far ahead of the system's clock we are */
    uint64_t seed;
};

static int64_t piped_now(void *context)
{
    const struct piped *piped = context;
    struct clock_port clock = compose_clock();
    return clock.now(clock.context) + piped->jumped;
}

static uint64_t seeded_draw(void *context)
{
    return random_next(context);
}

static void settings(void *context, const struct address *place, struct room_settings *out)
{
    const bool *terminal = context;
    (void)place;
    compose_room_defaults(out);
    /* Nobody who writes through a pipe is still thinking. */
    if (*terminal)
        out->last_call_ms = LAST_CALL_MS;
}

static void print_line(void *context, const char *line)
{
    (void)context;
    puts(line);
}

static void settle(struct piped *piped)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        session_turn(piped->bot.session);
        if (session_at_rest(piped->bot.session))
            break;
    }
    fflush(stdout);
}

/* After the end of the input nobody can act any more: time runs to each deadline at once. */
static void run_out(struct piped *piped)
{
    for (int i = 0; i < TURNS_MAX && session_open_rounds(piped->bot.session) > 0; i++) {
        int64_t due = session_deadline(piped->bot.session), now = piped_now(piped);
        if (due == 0) {
            puts("-- a paused round stays in the database");
            break;
        }
        if (due > now)
            piped->jumped += due - now;
        settle(piped);
    }
}

static int play_pipe(struct piped *piped)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    bool more = true;
    settle(piped);
    while (more && (length = getline(&line, &size, stdin)) >= 0) {
        if (length > LINE_MAX_BYTES)
            length = LINE_MAX_BYTES;
        more = console_input(piped->transport, line, (size_t)length);
        settle(piped);
    }
    free(line);
    run_out(piped);
    return ferror(stdout) || fflush(stdout) ? CLI_FAILED : CLI_OK;
}

static int play(struct compose_options *options, const char *name, bool terminal, uint64_t seed)
{
    struct piped piped = {.seed = seed};
    struct error error;
    int result = CLI_FAILED;
    options->clock = (struct clock_port){&piped, piped_now};
    options->chance = compose_chance();
    if (seed)
        options->chance = (struct chance_port){&piped.seed, seeded_draw};
    options->settings = settings;
    options->settings_context = &terminal;
    if (compose_open(&piped.bot, options, &error)) {
        fprintf(stderr, "hotseat: %s\n", error.why);
        return CLI_FAILED;
    }
    struct console_settings console = {
        .sink = session_sink(piped.bot.session),
        .print = terminal ? screen_print : print_line,
        .first = name,
        .transcript = !terminal,
        .now = piped_now,
        .now_context = &piped,
    };
    piped.transport = console_transport_create(&console);
    if (piped.transport && session_add_transport(piped.bot.session, piped.transport) == 0 &&
        piped.transport->ops->start(piped.transport, &error) == 0)
        result = terminal ? screen_run(piped.bot.session, piped.transport, options->clock)
                          : play_pipe(&piped);
    else
        fputs("hotseat: out of memory\n", stderr);
    compose_close(&piped.bot);
    if (piped.transport)
        piped.transport->ops->destroy(piped.transport);
    return result;
}

int cli_console(int argc, char **argv)
{
    static const struct option options[] = {
        {"db", required_argument, NULL, 'd'},        {"plugins", required_argument, NULL, 'p'},
        {"questions", required_argument, NULL, 'q'}, {"as", required_argument, NULL, 'a'},
        {"seed", required_argument, NULL, 's'},      {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    struct compose_options compose = {.database = "hotseat.db"};
    const char *name = getenv("USER");
    const char *seed_text = NULL;
    uint64_t seed = 0;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'd')
            compose.database = optarg;
        else if (option == 'p')
            compose.plugins = optarg;
        else if (option == 'q')
            compose.questions = optarg;
        else if (option == 'a')
            name = optarg;
        else if (option == 's')
            seed_text = optarg;
        else
            return cli_usage(usage, option == 'h');
    }
    if (cli_arguments(argc, argv, 0, "", usage))
        return CLI_USAGE;
    if (seed_text && cli_number(seed_text, 1, UINT64_MAX, &seed))
        return cli_wrong(usage, "--seed: \"%.40s\" is no number of 1 or more", seed_text);
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    /* Log lines would run into what is typed. */
    log_set_level(LOG_LEVEL_WARN);
    return play(&compose, name, terminal, seed);
}
