/* hotseat backup and restore. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

#include "store/sqlite/sqlite_store.h"

static const char backup_usage[] =
    "usage: hotseat backup [--db FILE] [--force] TO\n"
    "Copies the database to TO, also while the bot runs, and checks the copy.\n";

static const char restore_usage[] =
    "usage: hotseat restore [--db FILE] [--force] FROM\n"
    "Puts the backup FROM in the place of the database, after checking it. The bot must not run;\n"
    "an existing database is replaced only with --force.\n";

static int copy(int argc, char **argv, const char *usage, bool restore)
{
    static const struct option options[] = {{"db", required_argument, NULL, 'd'},
                                            {"force", no_argument, NULL, 'f'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *database = "hotseat.db";
    struct error error;
    bool force = false;
    int option;
    while ((option = getopt_long(argc, argv, "hf", options, NULL)) != -1) {
        if (option == 'd')
            database = optarg;
        else if (option == 'f')
            force = true;
        else
            return cli_usage(usage, option == 'h');
    }
    if (cli_arguments(argc, argv, 1, restore ? "the backup to restore" : "where to copy it", usage))
        return CLI_USAGE;
    const char *other = argv[optind];
    int failed = restore ? sqlite_store_restore(other, database, force, &error)
                         : sqlite_store_backup(database, other, force, &error);
    if (failed) {
        fprintf(stderr, "hotseat: %s\n", error.why);
        return CLI_FAILED;
    }
    printf("%s is in place and checked\n", restore ? database : other);
    return CLI_OK;
}

int cli_backup(int argc, char **argv)
{
    return copy(argc, argv, backup_usage, false);
}

int cli_restore(int argc, char **argv)
{
    return copy(argc, argv, restore_usage, true);
}
