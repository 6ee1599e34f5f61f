#include "scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

int scratch_make(struct scratch *scratch)
{
    snprintf(scratch->directory, sizeof scratch->directory, "/tmp/hotseat-test-XXXXXX");
    if (!mkdtemp(scratch->directory))
        return -1;
    scratch_path(scratch, "test.db", scratch->database);
    return 0;
}

void scratch_path(const struct scratch *scratch, const char *name, char out[SCRATCH_PATH])
{
    snprintf(out, SCRATCH_PATH, "%s/%s", scratch->directory, name);
}

/* Calls act(path) for every file of the directory. */
static void for_each_file(const struct scratch *scratch, void (*act)(const char *path))
{
    DIR *directory = opendir(scratch->directory);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        char path[sizeof scratch->directory + sizeof entry->d_name + 1];
        snprintf(path, sizeof path, "%s/%s", scratch->directory, entry->d_name);
        if (entry->d_name[0] != '.')
            act(path);
    }
    if (directory)
        closedir(directory);
}

static void remove_file(const char *path)
{
    unlink(path);
}

static void give_to_nobody(const char *path)
{
    if (chown(path, NOBODY, NOBODY))
        perror(path);
}

void scratch_remove(const struct scratch *scratch)
{
    chmod(scratch->directory, 0700);
    for_each_file(scratch, remove_file);
    rmdir(scratch->directory);
}

static int become_nobody(void)
{
    return geteuid() == 0 &&
           (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY));
}

int scratch_as_nobody(const struct scratch *scratch, int (*run)(void *context), void *context)
{
    int status = 0;
    if (geteuid() == 0) {
        give_to_nobody(scratch->directory);
        for_each_file(scratch, give_to_nobody);
    }
    pid_t child = fork();
    if (child == 0)
        _exit(become_nobody() ? 255 : run(context));
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return 255;
    return WEXITSTATUS(status);
}
