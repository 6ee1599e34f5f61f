#include "transport/irc/irc_people.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

void irc_people_init(struct irc_people *people, const struct irc_isupport *isupport)
{
    memset(people, 0, sizeof *people);
    people->isupport = isupport;
}

void irc_people_finish(struct irc_people *people)
{
    free(people->people);
    free(people->bucket);
    irc_people_init(people, people->isupport);
}

void irc_people_clear(struct irc_people *people)
{
    people->count = 0;
    if (people->bucket)
        memset(people->bucket, 0, people->capacity * sizeof *people->bucket);
}

static char fold_by(bool rfc1459, char c)
{
    static const char upper[] = "[]\\~", lower[] = "{}|^";
    const char *at = rfc1459 && c ? strchr(upper, c) : NULL;
    return at ? lower[at - upper] : (char)tolower((unsigned char)c);
}

static char fold(const struct irc_people *people, char c)
{
    return fold_by(people->isupport->rfc1459, c);
}

bool irc_people_same(const struct irc_people *people, const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (fold(people, *a) != fold(people, *b))
            return false;
    return *a == *b;
}

/* ---- by nick ---- */

/* Nicks that are the same by any CASEMAPPING are in the same bucket: it may change at any time. */
static uint32_t *bucket_of(struct irc_people *people, const char *nick)
{
    uint32_t hash = 2166136261u;
    for (; *nick; nick++) {
        char c = fold_by(true, *nick);
        hash = (hash ^ (unsigned char)c) * 16777619u;
    }
    return &people->bucket[(hash ^ hash >> 16) & (people->capacity - 1)];
}

static void put_in(struct irc_people *people, size_t index)
{
    uint32_t *bucket = bucket_of(people, people->people[index].nick);
    people->people[index].next = *bucket;
    *bucket = (uint32_t)index + 1;
}

static void take_out(struct irc_people *people, size_t index)
{
    uint32_t *link = bucket_of(people, people->people[index].nick);
    while (*link != index + 1)
        link = &people->people[*link - 1].next;
    *link = people->people[index].next;
}

struct irc_person *irc_people_find(struct irc_people *people, const char *nick)
{
    if (people->count == 0)
        return NULL;
    for (uint32_t at = *bucket_of(people, nick); at > 0; at = people->people[at - 1].next)
        if (irc_people_same(people, people->people[at - 1].nick, nick))
            return &people->people[at - 1];
    return NULL;
}

static int grow(struct irc_people *people)
{
    size_t wanted = people->capacity ? people->capacity * 2 : 16;
    struct irc_person *grown = reallocarray(people->people, wanted, sizeof *grown);
    if (grown)
        people->people = grown;
    uint32_t *bucket = grown ? calloc(wanted, sizeof *bucket) : NULL;
    if (!bucket)
        return -1;
    free(people->bucket);
    people->bucket = bucket;
    people->capacity = wanted;
    for (size_t i = 0; i < people->count; i++)
        put_in(people, i);
    return 0;
}

struct irc_person *irc_people_by_account(struct irc_people *people, const char *account)
{
    for (size_t i = 0; i < people->count; i++)
        if (strcmp(people->people[i].account, account) == 0)
            return &people->people[i];
    return NULL;
}

/* An account is UTF-8, whatever bytes a server allows in nicks. */
static void make_clean(char *account)
{
    for (char *c = account; !utf8_valid(account, strlen(account)) && *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
}

static void nick_account(struct irc_people *people, const char *nick, char *out, size_t size)
{
    char folded[EVENT_NAME_MAX + 1];
    size_t i = 0;
    for (; nick[i] && i + 1 < sizeof folded; i++)
        folded[i] = fold(people, nick[i]);
    folded[i] = '\0';
    make_clean(folded);
    snprintf(out, size, "nick:%s", folded);
    for (unsigned number = 2; irc_people_by_account(people, out) && number < 100; number++)
        snprintf(out, size, "nick:%s~%u", folded, number);
}

/* Strangers who only wrote privately: nothing tells us when they go. */
static void forget_strangers(struct irc_people *people)
{
    for (size_t i = people->count; i > 0; i--)
        if (people->people[i - 1].channels == 0)
            irc_people_forget(people, &people->people[i - 1]);
}

static struct irc_person *add(struct irc_people *people, const char *nick)
{
    if (people->count >= IRC_PEOPLE_MAX / 2)
        forget_strangers(people);
    if (people->count >= IRC_PEOPLE_MAX || !*nick || strlen(nick) > EVENT_NAME_MAX)
        return NULL;
    if (people->count == people->capacity && grow(people))
        return NULL;
    struct irc_person person = {.nick = ""};
    snprintf(person.nick, sizeof person.nick, "%s", nick);
    nick_account(people, nick, person.account, sizeof person.account);
    people->people[people->count] = person;
    put_in(people, people->count);
    return &people->people[people->count++];
}

static void set_account(struct irc_person *person, const char *account)
{
    snprintf(person->account, sizeof person->account, "account:%.*s", EVENT_NAME_MAX, account);
    make_clean(person->account);
}

struct irc_person *irc_people_see(struct irc_people *people, const char *nick, const char *account)
{
    struct irc_person *person = irc_people_find(people, nick);
    if (!person)
        person = add(people, nick);
    if (person && account && *account && strcmp(account, "*") != 0)
        set_account(person, account);
    return person;
}

struct irc_person irc_people_past(const char *nick, const char *account)
{
    struct irc_person person = {.nick = ""};
    snprintf(person.nick, sizeof person.nick, "%s", nick);
    set_account(&person, account);
    return person;
}

void irc_people_rename(struct irc_people *people, const char *from, const char *to)
{
    struct irc_person *person = irc_people_find(people, from), *holder = irc_people_find(people, to);
    /* Who had the nick is gone, or the server would not have let it be taken. */
    if (person && holder && holder != person) {
        irc_people_forget(people, holder);
        person = irc_people_find(people, from);
    }
    if (person && strlen(to) > EVENT_NAME_MAX) {
        irc_people_forget(people, person);
        return;
    }
    if (!person)
        return;
    size_t index = (size_t)(person - people->people);
    take_out(people, index);
    snprintf(person->nick, sizeof person->nick, "%s", to);
    put_in(people, index);
}

void irc_people_forget(struct irc_people *people, struct irc_person *person)
{
    size_t index = (size_t)(person - people->people), last = people->count - 1;
    take_out(people, index);
    if (index != last) {
        take_out(people, last);
        *person = people->people[last];
        put_in(people, index);
    }
    people->count = last;
}
