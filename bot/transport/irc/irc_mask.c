#include "transport/irc/irc_mask.h"

#include <string.h>

#define FOLDED_MAX 512

/* After a "*" that does not work out, the only thing left to try is to let it take one byte more. */
static bool fits(const char *mask, const char *who)
{
    const char *star = NULL, *from = NULL;
    while (*who) {
        if (*mask == '*') {
            star = mask++;
            from = who;
        } else if (*mask == '?' || *mask == *who) {
            mask++;
            who++;
        } else if (star) {
            mask = star + 1;
            who = ++from;
        } else {
            return false;
        }
    }
    return mask[strspn(mask, "*")] == '\0';
}

bool irc_mask_fits(enum irc_casemap map, const char *mask, const char *who)
{
    char folded_mask[FOLDED_MAX], folded_who[FOLDED_MAX];
    if (strlen(mask) >= FOLDED_MAX || strlen(who) >= FOLDED_MAX)
        return false;
    irc_casemap_fold(map, mask, folded_mask, sizeof folded_mask);
    irc_casemap_fold(map, who, folded_who, sizeof folded_who);
    return fits(folded_mask, folded_who);
}
