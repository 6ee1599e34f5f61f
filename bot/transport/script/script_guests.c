/* Guests on the script transport: people without an account, who log in and out. */
#include <stdio.h>
#include <string.h>

#include "transport/script/script_state.h"

static const char prefix[] = "guest:";

const char *script_who(const char *account, bool guest, char out[SCRIPT_WHO_MAX])
{
    snprintf(out, SCRIPT_WHO_MAX, "%s%s", guest ? prefix : "", account);
    return out;
}

const char *script_reached(struct script *script, const char *target)
{
    if (strncmp(target, prefix, strlen(prefix)) != 0)
        return target;
    const struct person *person = script_person(script, target + strlen(prefix));
    return person && person->guest ? target + strlen(prefix) : NULL;
}

void script_set_guest(struct transport *transport, const char *account, bool guest)
{
    struct person *person = script_make_person(script_of(transport), account);
    if (person)
        person->guest = guest;
}

bool script_is_guest(struct transport *transport, const char *account)
{
    const struct person *person = script_person(script_of(transport), account);
    return person && person->guest;
}

void script_login(struct transport *transport, int64_t at, const char *person,
                  const char *account)
{
    script_push(script_of(transport),
                &(struct script_deed){.kind = EVENT_BECAME, .at = at, .person = person,
                                      .text = account, .length = strlen(account)});
    script_set_guest(transport, person, false);
}

void script_logout(struct transport *transport, int64_t at, const char *person)
{
    script_leave(transport, at, NULL, person);
    script_set_guest(transport, person, true);
}
