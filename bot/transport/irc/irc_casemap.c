#include "transport/irc/irc_casemap.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "util/utf8.h"

enum irc_casemap irc_casemap_of(const char *name)
{
    static const struct {
        const char *name;
        enum irc_casemap map;
    } known[] = {{"rfc1459", IRC_CASEMAP_RFC1459},       {"strict-rfc1459", IRC_CASEMAP_STRICT},
                 {"rfc1459-strict", IRC_CASEMAP_STRICT}, {"rfc7613", IRC_CASEMAP_UNICODE},
                 {"rfc8265", IRC_CASEMAP_UNICODE},       {"precis", IRC_CASEMAP_UNICODE}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].map;
    return IRC_CASEMAP_ASCII;
}

static char fold_byte(enum irc_casemap map, char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    if (map != IRC_CASEMAP_RFC1459 && map != IRC_CASEMAP_STRICT)
        return c;
    switch (c) {
    case '[': return '{';
    case ']': return '}';
    case '\\': return '|';
    case '~': return map == IRC_CASEMAP_RFC1459 ? '^' : c;
    default: return c;
    }
}

/* Case beyond ASCII, the same whatever the locale of the process is. */
static locale_t unicode(void)
{
    static locale_t locale;
    if (!locale)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return locale;
}

static size_t fold_unicode(const char *text, size_t length, char *out, size_t size)
{
    locale_t locale = unicode();
    size_t used = 0;
    while (length > 0) {
        char bytes[4];
        size_t taken;
        uint32_t code = utf8_decode(text, length, &taken);
        wint_t lower = locale ? towlower_l((wint_t)code, locale) : (wint_t)code;
        size_t wrote = utf8_encode((uint32_t)lower, bytes);
        if (used + wrote + 1 > size)
            break;
        memcpy(out + used, bytes, wrote);
        used += wrote;
        text += taken;
        length -= taken;
    }
    out[used] = '\0';
    return used;
}

size_t irc_casemap_fold(enum irc_casemap map, const char *text, char *out, size_t size)
{
    size_t length = strlen(text), used = 0;
    if (map == IRC_CASEMAP_UNICODE && utf8_valid(text, length))
        return fold_unicode(text, length, out, size);
    for (; used < length && used + 1 < size; used++)
        out[used] = fold_byte(map, text[used]);
    out[used] = '\0';
    return used;
}

bool irc_casemap_same(enum irc_casemap map, const char *a, const char *b)
{
    char one[512], other[512];
    if (map == IRC_CASEMAP_UNICODE) {
        irc_casemap_fold(map, a, one, sizeof one);
        irc_casemap_fold(map, b, other, sizeof other);
        return strcmp(one, other) == 0;
    }
    for (; *a && *b; a++, b++)
        if (fold_byte(map, *a) != fold_byte(map, *b))
            return false;
    return *a == *b;
}
