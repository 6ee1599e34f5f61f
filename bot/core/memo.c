#include "core/memo.h"

#include <string.h>

bool memo_first(struct memo *memo, uint64_t member, uint64_t round, enum memo_what what)
{
    for (size_t i = 0; i < MEMO_TOLD_MAX; i++) {
        const struct memo_told *told = &memo->told[i];
        if (told->what == what && told->member == member && told->round == round)
            return false;
    }
    memo->told[memo->next_told++ % MEMO_TOLD_MAX] = (struct memo_told){member, round, what};
    return true;
}

void memo_untell(struct memo *memo)
{
    memset(memo->told, 0, sizeof memo->told);
    memo->next_told = 0;
}

void memo_refuse(struct memo *memo, uint64_t member, const char *key)
{
    struct memo_refused *refused = &memo->refused[memo->next_refused % MEMO_REFUSED_MAX];
    if (strlen(key) >= MEMO_KEY_MAX)
        return;
    refused->member = member;
    memcpy(refused->key, key, strlen(key) + 1);
    memo->next_refused++;
}

bool memo_take_refused(struct memo *memo, uint64_t member, const char *key)
{
    for (size_t i = 0; i < MEMO_REFUSED_MAX; i++) {
        struct memo_refused *refused = &memo->refused[i];
        if (refused->member != member || strcmp(refused->key, key) != 0)
            continue;
        refused->member = 0;
        return true;
    }
    return false;
}
