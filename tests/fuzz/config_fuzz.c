/* The configuration file, given as a file in memory: it is taken, or refused with reasons. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cli/config.h"

static void problem(void *context, const char *words)
{
    size_t *problems = context;
    MUST(words && words[0]);
    (*problems)++;
}

static void use(struct options *options)
{
    struct address place = {"irc", "one", "#prep"};
    struct room_settings settings;
    config_room(options, &place, &settings);
    MUST(settings.prefix[0] && settings.rounds_max >= 1 && settings.rounds_max <= 8);
    struct address linked[OPTIONS_PLACES_MAX];
    size_t count;
    for (size_t i = 0; (count = config_linked(options, i, linked, OPTIONS_PLACES_MAX)) > 0; i++) {
        MUST(count >= 2);
        for (size_t j = 0; j < count; j++) {
            MUST(linked[j].transport[0] && linked[j].network[0] && linked[j].target[0]);
            config_room(options, &linked[j], &settings);
            MUST(settings.prefix[0]);
        }
    }
    config_free(options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    char path[64];
    struct options options;
    struct error error;
    size_t problems = 0;
    if (fd < 0)
        fd = memfd_create("config", 0);
    MUST(fd >= 0 && ftruncate(fd, 0) == 0);
    MUST(pwrite(fd, data, size, 0) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (config_load(path, &options, problem, &problems, &error) == 0) {
        MUST(problems == 0);
        use(&options);
    } else {
        MUST(problems > 0 && error.code != ERR_NONE && error.why[0]);
    }
    return 0;
}
