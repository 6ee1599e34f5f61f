/* What a plugin's descriptor must be like. */
#include <stdbool.h>
#include <string.h>

#include "app/plugin_host.h"
#include "util/utf8.h"

#define TEXT_MAX_BYTES 1000
#define SECONDS_MIN 10
#define SECONDS_MAX 604800
#define WEIGHT_MAX 10

static int refuse(struct error *error, const char *what, const char *expected)
{
    return error_set(error, ERR_PLUGIN, "%s: %s", what, expected);
}

static int check_text(const char *slot, const char *text, size_t most, struct error *error)
{
    if (!text)
        return refuse(error, slot, "missing (a REQUIRED slot)");
    size_t length = strnlen(text, most + 1);
    if (length == 0 || length > most)
        return error_set(error, ERR_PLUGIN, "%s: must be 1 to %zu bytes", slot, most);
    if (!utf8_valid(text, length))
        return refuse(error, slot, "must be UTF-8");
    return 0;
}

static int check_line(const char *slot, const char *text, size_t most, struct error *error)
{
    if (check_text(slot, text, most, error))
        return -1;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return refuse(error, slot, "must be one line without control characters");
    return 0;
}

static int check_word(const char *slot, const char *word, size_t most, struct error *error)
{
    if (check_text(slot, word, most, error))
        return -1;
    if (word[strspn(word, "abcdefghijklmnopqrstuvwxyz_")] != '\0')
        return refuse(error, slot, "may hold lower-case letters and _ only");
    return 0;
}

static int check_axis(const struct hs_rubric *rubric, size_t index, struct error *error)
{
    const struct hs_axis *axis = &rubric->axes[index];
    if (check_word("rubric axis id", axis->id, 40, error) ||
        check_line("rubric axis name", axis->name, 60, error))
        return -1;
    for (size_t i = 0; i < index; i++)
        if (strcmp(rubric->axes[i].id, axis->id) == 0)
            return refuse(error, axis->id, "is the id of two axes");
    if (axis->weight < 1 || axis->weight > WEIGHT_MAX)
        return refuse(error, axis->id, "weight must be 1 to 10");
    for (size_t i = 0; i < 5; i++)
        if (check_line("rubric anchor", axis->anchor[i], 300, error))
            return error_prefix(error, "axis %s", axis->id);
    return 0;
}

static int check_rubric(const struct hs_rubric *rubric, struct error *error)
{
    if (!rubric)
        return refuse(error, "rubric", "missing (a REQUIRED slot)");
    if (check_word("rubric id", rubric->id, 40, error))
        return -1;
    if (rubric->axis_count < HS_AXES_MIN || rubric->axis_count > HS_AXES_MAX || !rubric->axes)
        return refuse(error, "rubric", "must have 3 to 5 axes");
    for (size_t i = 0; i < rubric->axis_count; i++)
        if (check_axis(rubric, i, error))
            return -1;
    return 0;
}

static int check_abi(const struct hs_plugin *plugin, struct error *error)
{
    if (plugin->abi_major != HS_ABI_MAJOR)
        return error_set(error, ERR_PLUGIN,
                         "built for plugin ABI %u.%u, this hotseat has %u.%u; build it anew",
                         plugin->abi_major, plugin->abi_minor, HS_ABI_MAJOR, HS_ABI_MINOR);
    if (plugin->abi_minor > HS_ABI_MINOR)
        return error_set(error, ERR_PLUGIN,
                         "needs plugin ABI %u.%u, this hotseat has %u.%u; use a newer hotseat",
                         plugin->abi_major, plugin->abi_minor, HS_ABI_MAJOR, HS_ABI_MINOR);
    /* Minor 0 is the only one there is, so its size is this header's. */
    if (plugin->size != sizeof *plugin)
        return error_set(error, ERR_PLUGIN,
                         "descriptor size is %zu, expected %zu; set .size = sizeof(struct "
                         "hs_plugin)",
                         plugin->size, sizeof *plugin);
    return 0;
}

static bool seconds_fit(unsigned seconds)
{
    return seconds >= SECONDS_MIN && seconds <= SECONDS_MAX;
}

int plugin_check(const struct hs_plugin *plugin, struct error *error)
{
    if (!plugin)
        return refuse(error, HS_PLUGIN_SYMBOL, "returned NULL");
    if (check_abi(plugin, error) || check_word("kind", plugin->kind, HS_KIND_MAX, error) ||
        check_line("title", plugin->title, 60, error) ||
        check_line("summary", plugin->summary, 200, error) ||
        check_line("version", plugin->version, 40, error) ||
        check_rubric(plugin->rubric, error) ||
        check_line("answer_advice", plugin->answer_advice, TEXT_MAX_BYTES, error) ||
        check_line("grade_advice", plugin->grade_advice, TEXT_MAX_BYTES, error))
        return -1;
    if (!seconds_fit(plugin->answer_seconds))
        return refuse(error, "answer_seconds", "must be 10 to 604800");
    if (!seconds_fit(plugin->vote_seconds))
        return refuse(error, "vote_seconds", "must be 10 to 604800");
    if (!plugin->pose)
        return refuse(error, "pose", "missing (a REQUIRED slot)");
    if (!plugin->result)
        return refuse(error, "result", "missing (a REQUIRED slot)");
    return 0;
}
