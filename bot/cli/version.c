/* hotseat version. */
#include "cli/cli.h"

#include <curl/curl.h>
#include <getopt.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <uv.h>

#include "hotseat/plugin.h"
#include "store/sqlite/schema.h"

static const char usage[] = "usage: hotseat version [--json]\n";

static int print_json(void)
{
    json_t *version = json_pack("{s:s,s:i,s:i,s:i,s:s,s:s,s:s}", "version", HOTSEAT_VERSION,
                                "abi_major", (int)HS_ABI_MAJOR, "abi_minor", (int)HS_ABI_MINOR,
                                "schema", SCHEMA_VERSION, "sqlite", sqlite3_libversion(), "libuv",
                                uv_version_string(), "jansson", JANSSON_VERSION);
    int failed = !version || json_dumpf(version, stdout, 0) || puts("") < 0;
    json_decref(version);
    return failed ? CLI_FAILED : CLI_OK;
}

int cli_version(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    bool json = false;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option != 'j')
            return cli_usage(usage, option == 'h');
        json = true;
    }
    if (cli_arguments(argc, argv, 0, "", usage))
        return CLI_USAGE;
    if (json)
        return print_json();
    printf("hotseat %s (plugin ABI %u.%u, database version %d; SQLite %s, libuv %s, %s)\n",
           HOTSEAT_VERSION, HS_ABI_MAJOR, HS_ABI_MINOR, SCHEMA_VERSION, sqlite3_libversion(),
           uv_version_string(), curl_version());
    return CLI_OK;
}
