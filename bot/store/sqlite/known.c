#include "store/sqlite/known.h"

#include <string.h>

#include "util/hash.h"

void known_forget(struct known *known)
{
    for (size_t i = 0; i < KNOWN_MAX; i++) {
        known->account[i].kept = false;
        known->of_member[i] = NULL;
    }
}

static size_t place_of(const struct address *who)
{
    uint64_t hash = fnv1a(who->target, strlen(who->target));
    return (hash ^ fnv1a(who->network, strlen(who->network))) % KNOWN_MAX;
}

static bool is_of(const struct known_account *account, const struct address *who)
{
    return account->kept && strcmp(account->target, who->target) == 0 &&
           strcmp(account->network, who->network) == 0 &&
           strcmp(account->transport, who->transport) == 0;
}

const struct known_account *known_find(const struct known *known, const struct address *who)
{
    const struct known_account *account = &known->account[place_of(who)];
    return is_of(account, who) ? account : NULL;
}

/* False if it does not fit. */
static bool copy(char *out, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size)
        return false;
    memcpy(out, text, length + 1);
    return true;
}

static struct known_account **slot_of(struct known *known, uint64_t member)
{
    return &known->of_member[member % KNOWN_MAX];
}

struct known_account *known_keep(struct known *known, const struct address *who, uint64_t own,
                                 uint64_t whole, const char *name)
{
    struct known_account *account = &known->account[place_of(who)];
    struct known_account **slot = slot_of(known, account->whole);
    if (*slot == account)
        *slot = NULL;
    account->only = false;
    account->own = own;
    account->whole = whole;
    account->kept = copy(account->transport, sizeof account->transport, who->transport) &&
                    copy(account->network, sizeof account->network, who->network) &&
                    copy(account->target, sizeof account->target, who->target) &&
                    copy(account->name, sizeof account->name, name);
    return account->kept ? account : NULL;
}

const struct known_account *known_only(const struct known *known, uint64_t whole)
{
    const struct known_account *account = known->of_member[whole % KNOWN_MAX];
    return account && account->kept && account->only && account->whole == whole ? account : NULL;
}

void known_keep_only(struct known *known, struct known_account *account)
{
    account->only = true;
    *slot_of(known, account->whole) = account;
}
