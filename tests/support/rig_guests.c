#include "rig_guests.h"

#include <stdio.h>

void rig_guests_toggle(struct rig *rig, const char *person)
{
    if (rig->guest) {
        rig_push(rig, &(struct event){.kind = EVENT_BECAME, .who.target = rig->guest,
                                      .text = rig->guest});
        rig->guest = NULL;
    } else {
        rig_push(rig, &(struct event){.kind = EVENT_LEAVE, .who.target = person});
        rig->guest = person;
        rig_enter(rig, person);
    }
}

static const char *const none[] = {
    "SELECT count(*) FROM ledger l JOIN identity i ON i.member = l.member"
    " WHERE i.account LIKE 'guest:%'",
    "SELECT count(*) FROM ledger l JOIN seat s ON s.round = l.round AND s.member = l.member"
    " WHERE s.guest",
    "SELECT count(*) FROM answer a WHERE NOT EXISTS"
    " (SELECT 1 FROM seat s WHERE s.round = a.round AND s.member = a.member)",
    "SELECT count(*) FROM ballot b WHERE NOT EXISTS"
    " (SELECT 1 FROM seat s WHERE s.round = b.round AND s.member = b.voter) OR NOT EXISTS"
    " (SELECT 1 FROM seat s WHERE s.round = b.round AND s.member = b.author)",
};

int rig_guests_right(struct rig *rig, char *why, size_t size)
{
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (rig_number(rig, none[i]) != 0) {
            snprintf(why, size, "there is something that should not be: %s", none[i]);
            return -1;
        }
    return 0;
}
