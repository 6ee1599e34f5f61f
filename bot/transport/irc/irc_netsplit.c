#include "transport/irc/irc_netsplit.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define NAME_MAX_BYTES 63 /* of a server: RFC 2812 section 2.3.1 */

/* "irc.example", "*.net": labels of letters and digits, the last of them a word. */
static bool is_server(const char *name, size_t length)
{
    size_t label = 0, dots = 0;
    bool word = true;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c == '.' && label > 0) {
            dots++;
            label = 0;
            word = true;
            continue;
        }
        if (!isalnum(c) && c != '-' && c != '*')
            return false;
        word &= isalpha(c) != 0;
        label++;
    }
    return length <= NAME_MAX_BYTES && dots > 0 && label > 1 && word;
}

bool irc_netsplit_reason(const char *text)
{
    const char *space = strchr(text, ' ');
    if (!space || strchr(space + 1, ' '))
        return false;
    size_t first = (size_t)(space - text), second = strlen(space + 1);
    bool same = first == second && memcmp(text, space + 1, first) == 0;
    return !same && is_server(text, first) && is_server(space + 1, second);
}
