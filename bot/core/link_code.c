#include "core/link_code.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char letters[] = "bcdfghjkmnpqrstvwxyz"; /* no vowels, no l */

void link_code_make(uint64_t seed, char code[LINK_CODE_LETTERS + 1])
{
    for (size_t i = 0; i < LINK_CODE_LETTERS; i++)
        code[i] = letters[random_below(&seed, sizeof letters - 1)];
    code[LINK_CODE_LETTERS] = '\0';
}

bool link_code_read(const char *text, size_t length, char code[LINK_CODE_LETTERS + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        char c = (char)tolower((unsigned char)text[i]);
        if (strchr(" \t\n.-", c))
            continue;
        if (count == LINK_CODE_LETTERS || !strchr(letters, c))
            return false;
        code[count++] = c;
    }
    code[count] = '\0';
    return count == LINK_CODE_LETTERS;
}

void link_code_hash(const char code[LINK_CODE_LETTERS + 1], char hash[SHA256_HEX])
{
    char text[LINK_CODE_LETTERS + 16];
    int length = snprintf(text, sizeof text, "hotseat link %s", code);
    sha256_hex(text, (size_t)length, hash);
}
