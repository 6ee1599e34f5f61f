/* hotseat doctor: what is missing on this machine, and how to get it. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "cli/compose.h"
#include "cli/config.h"
#include "cli/doctor.h"
#include "store/pack/pack.h"
#include "store/sqlite/sqlite_store.h"
#include "transport/irc/irc_settings.h"
#include "transport/matrix/matrix_settings.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/utf8.h"

#define FILES_WANTED 256
#define CLOCK_FLOOR 1767225600 /* 2026-01-01: a clock before it is not set */

static const char usage[] =
    "usage: hotseat doctor [--config FILE] [--db FILE] [--plugins DIR] [--questions DIR] [--json]\n"
    "Looks at what the bot needs on this machine. Exit: 0 all is there, 1 something is missing.\n"
    "With a configuration also at what that says: its files, and its accounts on Matrix.\n"
    "\n"
    "       hotseat doctor --irc NETWORK [--config FILE] [--json]\n"
    "Connects to a network of the configuration (default /etc/hotseat/hotseat.conf) as the bot\n"
    "would, joins nothing, and says what will not work there and what to change.\n";

static void show(struct doctor *doctor, const char *what, bool fault, const char *found,
                 const char *advice)
{
    doctor->faults += fault;
    if (doctor->checks) {
        json_array_append_new(doctor->checks,
                              json_pack("{s:s,s:b,s:s,s:s}", "check", what, "ok", !fault, "found",
                                        found, "advice", advice));
        return;
    }
    printf("%-5s %-10s %s\n", fault ? "FAULT" : "ok", what, found);
    if (fault)
        printf("                 %s\n", advice);
}

/* Servers say part of it, and neither a terminal nor JSON takes every byte. */
void doctor_tell(struct doctor *doctor, const char *what, const char *advice, const char *format,
                 ...)
{
    char words[700];
    struct buf found, mended;
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    buf_init(&found);
    buf_init(&mended);
    utf8_clean(&found, words, strlen(words), true);
    utf8_clean(&mended, advice ? advice : "", advice ? strlen(advice) : 0, true);
    show(doctor, what, advice != NULL, buf_text(&found), buf_text(&mended));
    buf_finish(&found);
    buf_finish(&mended);
}

static void count_refused(void *context, const char *path, const struct error *why)
{
    struct doctor *doctor = context;
    (void)path;
    doctor_tell(doctor, "plugin", "build it anew against this hotseat, or take it out", "%s",
                why->why);
}

static void check_plugins(struct doctor *doctor, const char *dir)
{
    struct error error;
    size_t count = 0;
    struct plugin_host *host = plugin_host_create();
    if (host && plugin_host_load_dir(host, dir, count_refused, doctor, &error) == 0) {
        while (plugin_at(host, count))
            count++;
        doctor_tell(doctor, "plugins", count ? NULL : "run make, or reinstall hotseat", "%zu in %s",
                    count, dir);
    } else {
        doctor_tell(doctor, "plugins", "run make, or give the directory with --plugins", "%s",
                    error.why);
    }
    plugin_host_destroy(host);
}

static void check_questions(struct doctor *doctor, const char *dir)
{
    struct pack_summary summary = {0};
    struct bank bank;
    struct error error;
    bank_init(&bank);
    if (pack_load_dir(dir, &bank, NULL, NULL, &summary, &error))
        doctor_tell(doctor, "questions", "give the directory with --questions", "%s", error.why);
    else
        doctor_tell(doctor, "questions",
                    summary.problems ? "hotseat questions check DIR lists the problems"
                    : bank.count     ? NULL
                                     : "put question packs there",
                    "%zu in %s, %zu problems", summary.questions, dir, summary.problems);
    bank_finish(&bank);
}

static void check_database(struct doctor *doctor, const char *path)
{
    struct error error;
    if (access(path, F_OK) != 0) {
        doctor_tell(doctor, "database", NULL, "%s is not there yet; hotseat makes it", path);
        return;
    }
    struct store *store = sqlite_store_open(path, SQLITE_STORE_READ, &error);
    if (store)
        doctor_tell(doctor, "database", NULL, "%s can be read", path);
    else
        doctor_tell(doctor, "database", "see the reason; hotseat restore puts a backup in place",
                    "%s", error.why);
    if (store)
        store->ops->destroy(store);
}

static void check_machine(struct doctor *doctor)
{
    struct rlimit files;
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    bool tls = curl->features & CURL_VERSION_SSL;
    doctor_tell(doctor, "libcurl", tls ? NULL : "install libcurl4 with OpenSSL", "%s, %s",
                curl->version, tls ? curl->ssl_version : "no TLS");
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        doctor_tell(doctor, "files", files.rlim_cur < FILES_WANTED ? "ulimit -n 1024" : NULL,
                    "%llu open files allowed", (unsigned long long)files.rlim_cur);
    time_t now = time(NULL);
    char shown[32] = "no time that can be shown";
    struct tm utc;
    if (gmtime_r(&now, &utc))
        strftime(shown, sizeof shown, "%Y-%m-%d %H:%M UTC", &utc);
    doctor_tell(doctor, "clock", now < CLOCK_FLOOR ? "set it: timedatectl set-ntp true" : NULL,
                "%s", shown);
}

struct places {
    const char *config, *database, *plugins, *questions; /* NULL = not given */
    const char *network; /* of IRC, to look at instead of this machine */
};

static void keep_problem(void *context, const char *problem)
{
    doctor_tell(context, "config", "correct it; hotseat check-config tells the same", "%s",
                problem);
}

/* Fills in the places that the command line does not give. -1 if the file is wrong. */
static int check_config(struct doctor *doctor, struct options *options, struct places *places)
{
    struct error error;
    if (config_load(places->config, options, keep_problem, doctor, &error))
        return -1;
    doctor_tell(doctor, "config", NULL, "%s is good", places->config);
    places->database = places->database ? places->database : options->database;
    places->plugins = places->plugins ? places->plugins : options->plugins;
    places->questions = places->questions ? places->questions : options->questions;
    return 0;
}

static void look_everywhere(struct doctor *doctor, struct places *places)
{
    struct options options = {0};
    char plugin_dir[4096], question_dir[4096];
    check_machine(doctor);
    if (places->config && check_config(doctor, &options, places))
        return;
    compose_find(places->plugins, places->questions, plugin_dir, question_dir, sizeof plugin_dir);
    check_plugins(doctor, plugin_dir);
    check_questions(doctor, question_dir);
    check_database(doctor, places->database ? places->database : "hotseat.db");
    for (size_t i = 0; i < options.matrix_count; i++)
        doctor_matrix(doctor, &options.matrix[i]);
    config_free(&options);
}

static void look_at_network(struct doctor *doctor, struct places *places)
{
    struct options options = {0};
    const struct irc_settings *settings = NULL;
    if (!places->config)
        places->config = "/etc/hotseat/hotseat.conf";
    if (check_config(doctor, &options, places))
        return;
    for (size_t i = 0; i < options.network_count; i++)
        if (strcmp(options.networks[i].network, places->network) == 0)
            settings = &options.networks[i];
    if (settings)
        doctor_irc(doctor, settings);
    else
        doctor_tell(doctor, "config", "see config.example; hotseat check-config tells what is wrong",
                    "%s has no section network \"%.64s\"", places->config, places->network);
    config_free(&options);
}

static int examine(struct places *places, bool json)
{
    struct doctor doctor = {.checks = json ? json_array() : NULL};
    if (places->network)
        look_at_network(&doctor, places);
    else
        look_everywhere(&doctor, places);
    if (json) {
        json_t *whole = json_pack("{s:b,s:o}", "ok", doctor.faults == 0, "checks", doctor.checks);
        if (whole && json_dumpf(whole, stdout, 0) == 0)
            puts("");
        json_decref(whole);
    }
    return doctor.faults ? CLI_FAILED : CLI_OK;
}

int cli_doctor(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"db", required_argument, NULL, 'd'},
                                            {"plugins", required_argument, NULL, 'p'},
                                            {"questions", required_argument, NULL, 'q'},
                                            {"irc", required_argument, NULL, 'i'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct places places = {0};
    bool json = false;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'c')
            places.config = optarg;
        else if (option == 'd')
            places.database = optarg;
        else if (option == 'p')
            places.plugins = optarg;
        else if (option == 'q')
            places.questions = optarg;
        else if (option == 'i')
            places.network = optarg;
        else if (option == 'j')
            json = true;
        else
            return cli_usage(usage, option == 'h');
    }
    if (cli_arguments(argc, argv, 0, "", usage))
        return CLI_USAGE;
    log_set_level(LOG_LEVEL_ERROR);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = examine(&places, json);
    curl_global_cleanup();
    return result;
}
