#include "transport/irc/irc_people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_hold.h"
#include "util/hash.h"

#define BUCKETS_MIN 64

void irc_people_init(struct irc_people *people, const struct irc_isupport *isupport)
{
    memset(people, 0, sizeof *people);
    people->isupport = isupport;
    people->casemap = isupport->casemap;
}

static void release(struct irc_person *person)
{
    irc_held_free(person->held);
    free(person->former);
    free(person);
}

void irc_people_clear(struct irc_people *people)
{
    for (size_t i = 0; i < people->count; i++)
        release(people->list[i]);
    people->count = 0;
    for (size_t i = 0; i < people->buckets; i++)
        people->by_nick[i] = people->by_account[i] = NULL;
}

void irc_people_finish(struct irc_people *people)
{
    irc_people_clear(people);
    free(people->list);
    free(people->by_nick);
    free(people->by_account);
    irc_people_init(people, people->isupport);
}

bool irc_people_same(const struct irc_people *people, const char *a, const char *b)
{
    return irc_casemap_same(people->casemap, a, b);
}

/* ---- buckets ---- */

static struct irc_person **nick_bucket(const struct irc_people *people, const char *nick)
{
    char folded[2 * EVENT_NAME_MAX + 1];
    size_t length = irc_casemap_fold(people->casemap, nick, folded, sizeof folded);
    return &people->by_nick[fnv1a(folded, length) & (people->buckets - 1)];
}

static struct irc_person **account_bucket(const struct irc_people *people, const char *account)
{
    return &people->by_account[fnv1a(account, strlen(account)) & (people->buckets - 1)];
}

static void link_nick(struct irc_people *people, struct irc_person *person)
{
    struct irc_person **bucket = nick_bucket(people, person->nick);
    person->nick_next = *bucket;
    *bucket = person;
}

/* Whose account is not known yet is not found by it. */
static void link_account(struct irc_people *people, struct irc_person *person)
{
    if (!person->account[0])
        return;
    struct irc_person **bucket = account_bucket(people, person->account);
    person->account_next = *bucket;
    *bucket = person;
}

static void unlink_nick(struct irc_people *people, struct irc_person *person)
{
    struct irc_person **link = nick_bucket(people, person->nick);
    while (*link != person)
        link = &(*link)->nick_next;
    *link = person->nick_next;
}

static void unlink_account(struct irc_people *people, struct irc_person *person)
{
    if (!person->account[0])
        return;
    struct irc_person **link = account_bucket(people, person->account);
    while (*link != person)
        link = &(*link)->account_next;
    *link = person->account_next;
}

static void relink_nicks(struct irc_people *people)
{
    for (size_t i = 0; i < people->buckets; i++)
        people->by_nick[i] = NULL;
    for (size_t i = 0; i < people->count; i++)
        link_nick(people, people->list[i]);
}

static void relink(struct irc_people *people)
{
    for (size_t i = 0; i < people->buckets; i++)
        people->by_account[i] = NULL;
    for (size_t i = 0; i < people->count; i++)
        link_account(people, people->list[i]);
    relink_nicks(people);
}

void irc_people_refold(struct irc_people *people)
{
    if (people->casemap == people->isupport->casemap)
        return;
    people->casemap = people->isupport->casemap;
    relink_nicks(people);
}

/* Room for one more in the list and in the buckets. */
static int grow(struct irc_people *people)
{
    if (people->count < people->capacity)
        return 0;
    size_t wanted = people->capacity ? people->capacity * 2 : BUCKETS_MIN;
    struct irc_person **list = reallocarray(people->list, wanted, sizeof *list);
    if (!list)
        return -1;
    people->list = list;
    struct irc_person **nicks = calloc(wanted, sizeof *nicks);
    struct irc_person **accounts = calloc(wanted, sizeof *accounts);
    if (!nicks || !accounts) {
        free(nicks);
        free(accounts);
        return -1;
    }
    free(people->by_nick);
    free(people->by_account);
    people->by_nick = nicks;
    people->by_account = accounts;
    people->capacity = people->buckets = wanted;
    relink(people);
    return 0;
}

/* ---- finding ---- */

struct irc_person *irc_people_find(const struct irc_people *people, const char *nick)
{
    if (people->count == 0 || strlen(nick) > EVENT_NAME_MAX)
        return NULL;
    struct irc_person *person = *nick_bucket(people, nick);
    while (person && !irc_people_same(people, person->nick, nick))
        person = person->nick_next;
    return person;
}

static struct irc_person *same_account(struct irc_person *person, const char *account)
{
    while (person && strcmp(person->account, account) != 0)
        person = person->account_next;
    return person;
}

struct irc_person *irc_people_first(const struct irc_people *people, const char *account)
{
    return people->count > 0 ? same_account(*account_bucket(people, account), account) : NULL;
}

struct irc_person *irc_people_next(const struct irc_person *person)
{
    return same_account(person->account_next, person->account);
}

struct irc_person *irc_people_by_account(const struct irc_people *people, const char *account,
                                         int64_t since)
{
    struct irc_person *best = NULL;
    for (struct irc_person *one = irc_people_first(people, account); one;
         one = irc_people_next(one))
        if ((one->channels != 0 || one->sure_at > since) && (!best || one->spoke > best->spoke))
            best = one;
    return best;
}

struct irc_person *irc_people_by_former(const struct irc_people *people, const char *account)
{
    for (size_t i = 0; i < people->count; i++)
        if (people->list[i]->former && strcmp(people->list[i]->former, account) == 0)
            return people->list[i];
    return NULL;
}

/* ---- changing ---- */

struct irc_person *irc_people_add(struct irc_people *people, const char *nick)
{
    size_t length = strlen(nick);
    if (people->count >= IRC_PEOPLE_MAX || length == 0 || length > EVENT_NAME_MAX || grow(people))
        return NULL;
    struct irc_person *person = calloc(1, sizeof *person);
    if (!person)
        return NULL;
    memcpy(person->nick, nick, length + 1);
    person->index = people->count;
    people->list[people->count++] = person;
    link_nick(people, person);
    link_account(people, person);
    return person;
}

void irc_people_rename(struct irc_people *people, struct irc_person *person, const char *nick)
{
    unlink_nick(people, person);
    snprintf(person->nick, sizeof person->nick, "%s", nick);
    link_nick(people, person);
}

void irc_people_set_account(struct irc_people *people, struct irc_person *person,
                            const char *account)
{
    unlink_account(people, person);
    snprintf(person->account, sizeof person->account, "%s", account);
    link_account(people, person);
}

void irc_people_spoke(struct irc_people *people, struct irc_person *person)
{
    person->spoke = ++people->speeches;
}

void irc_people_forget(struct irc_people *people, struct irc_person *person)
{
    unlink_nick(people, person);
    unlink_account(people, person);
    struct irc_person *last = people->list[--people->count];
    people->list[person->index] = last;
    last->index = person->index;
    release(person);
}
