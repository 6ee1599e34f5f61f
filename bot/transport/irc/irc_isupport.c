#include "transport/irc/irc_isupport.h"

#include <stdio.h>
#include <string.h>

void irc_isupport_init(struct irc_isupport *isupport)
{
    *isupport = (struct irc_isupport){
        .modes = "ov", .marks = "@+", .value_modes = "beIk", .set_modes = "l", .rfc1459 = true};
}

static void on_prefix(struct irc_isupport *isupport, const char *value)
{
    const char *end = strchr(value, ')');
    size_t count = *value == '(' && end ? (size_t)(end - value - 1) : 0;
    if (count == 0 || count >= sizeof isupport->modes || strlen(end + 1) != count)
        return;
    memcpy(isupport->modes, value + 1, count);
    isupport->modes[count] = '\0';
    memcpy(isupport->marks, end + 1, count);
    isupport->marks[count] = '\0';
}

/* CHANMODES=A,B,C,D: A and B take a value always, C when set, D never. */
static void on_chanmodes(struct irc_isupport *isupport, const char *value)
{
    char copy[96], *state = NULL;
    snprintf(copy, sizeof copy, "%s", value);
    const char *a = strtok_r(copy, ",", &state), *b = strtok_r(NULL, ",", &state);
    const char *c = strtok_r(NULL, ",", &state);
    snprintf(isupport->value_modes, sizeof isupport->value_modes, "%.30s%.30s", a ? a : "", b ? b : "");
    snprintf(isupport->set_modes, sizeof isupport->set_modes, "%.30s", c ? c : "");
}

void irc_isupport_line(struct irc_isupport *isupport, const struct irc_line *line)
{
    for (size_t i = 1; i + 1 < line->count; i++) {
        const char *token = line->param[i];
        if (strncmp(token, "CASEMAPPING=", 12) == 0)
            isupport->rfc1459 = strncmp(token + 12, "ascii", 5) != 0;
        else if (strncmp(token, "PREFIX=", 7) == 0)
            on_prefix(isupport, token + 7);
        else if (strncmp(token, "CHANMODES=", 10) == 0)
            on_chanmodes(isupport, token + 10);
    }
}
