/* A scenario: whole sessions of the bot from hostile lines, by its own reader, on a database in memory. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cli/scenario.h"
#include "util/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static FILE *nothing;
    char path[64], plugins[4096], questions[4096];
    const char *build = getenv("HOTSEAT_BUILD"), *top = getenv("HOTSEAT_TOP");
    if (fd < 0) {
        fd = memfd_create("scenario", 0);
        nothing = fopen("/dev/null", "we");
        log_set_fd(-1);
    }
    MUST(fd >= 0 && nothing && ftruncate(fd, 0) == 0);
    MUST(pwrite(fd, data, size, 0) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    snprintf(plugins, sizeof plugins, "%s/plugins", build ? build : "build");
    snprintf(questions, sizeof questions, "%s/tests/data/pack", top ? top : ".");
    struct scenario_options options = {.database = ":memory:", .plugins = plugins,
                                       .questions = questions, .transcript = nothing,
                                       .complaints = nothing};
    int result = scenario_play(path, &options);
    MUST(result >= 0 && result <= 2);
    return 0;
}
