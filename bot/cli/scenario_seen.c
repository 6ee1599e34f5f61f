#include "cli/scenario_seen.h"

#include <stdlib.h>
#include <string.h>

#include "cli/scenario_text.h"

void seen_forget_never(struct seen_log *log)
{
    for (size_t i = 0; i < log->never_count; i++) {
        free(log->never[i].who);
        free(log->never[i].pattern);
    }
    log->never_count = 0;
}

void seen_finish(struct seen_log *log)
{
    for (size_t i = 0; i < log->count; i++) {
        free(log->seen[i].who);
        free(log->seen[i].text);
    }
    free(log->seen);
    seen_forget_never(log);
    free(log->never);
    memset(log, 0, sizeof *log);
}

bool seen_add(struct seen_log *log, const char *who, bool in_room, const char *text)
{
    if (log->count == log->capacity) {
        size_t wanted = log->capacity ? log->capacity * 2 : 64;
        struct seen *grown = reallocarray(log->seen, wanted, sizeof *grown);
        if (!grown)
            return false;
        log->seen = grown;
        log->capacity = wanted;
    }
    struct seen *one = &log->seen[log->count];
    *one = (struct seen){strdup(who), in_room, strdup(text)};
    if (!one->who || !one->text) {
        free(one->who);
        free(one->text);
        return false;
    }
    log->count++;
    return true;
}

bool seen_by(const struct seen *seen, const char *who, const char *room)
{
    if (strcmp(who, "any") == 0)
        return true;
    if (strcmp(who, "room") == 0)
        return seen->in_room && strcmp(seen->who, room) == 0;
    return seen->in_room == (who[0] == '#') && strcmp(seen->who, who) == 0;
}

bool seen_never(struct seen_log *log, const char *who, const char *pattern)
{
    struct never *grown = reallocarray(log->never, log->never_count + 1, sizeof *grown);
    if (!grown)
        return false;
    log->never = grown;
    struct never *one = &grown[log->never_count];
    *one = (struct never){strdup(who), strdup(pattern)};
    if (!one->who || !one->pattern) {
        free(one->who);
        free(one->pattern);
        return false;
    }
    log->never_count++;
    return true;
}

const char *seen_forbidden(const struct seen_log *log, const struct seen *seen, const char *room)
{
    for (size_t i = 0; i < log->never_count; i++)
        if (seen_by(seen, log->never[i].who, room) &&
            scenario_match(log->never[i].pattern, seen->text, false))
            return log->never[i].pattern;
    return NULL;
}
