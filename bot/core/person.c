#include "core/person.h"

#include <string.h>
#include <strings.h>

#include "core/place.h"

const char *person_account(const struct address *who)
{
    const char *colon = strcmp(who->transport, "irc") == 0 ? strchr(who->target, ':') : NULL;
    return colon ? colon + 1 : who->target;
}

/* How well the name fits: 2 = it is the account, 1 = it is the name that is shown, 0 = not. */
static int fit(const char *wanted, const char *name, const struct address *who)
{
    if (strcasecmp(who->target, wanted) == 0 || strcasecmp(person_account(who), wanted) == 0)
        return 2;
    return strcasecmp(name, wanted) == 0 ? 1 : 0;
}

struct search {
    struct talk *talk;
    const char *wanted;
    struct people *people;
    int fit; /* of those found so far: who has it as the account goes before who only shows it */
};

static void add(struct search *search, const struct person *person, int how)
{
    struct people *people = search->people;
    if (how == 0 || how < search->fit)
        return;
    if (how > search->fit)
        people->count = 0;
    search->fit = how;
    for (size_t i = 0; i < people->count; i++)
        if (people->list[i].member == person->member)
            return;
    if (people->count < PEOPLE_MAX)
        people->list[people->count++] = *person;
}

/* Who was only seen so far becomes known, so that it can be said of them. */
static int add_present(struct search *search, const struct presence *present)
{
    struct hall *hall = search->talk->hall;
    const struct world *world = hall->world;
    struct person person = {
        .name = present->name,
        .who = {present->transport, present->network, present->account},
    };
    int how = fit(search->wanted, present->name, &person.who);
    if (how == 0)
        return 0;
    if (account_member(hall, &person.who, &person.own, &person.member))
        return -1;
    if (person.member == 0)
        person.own = person.member =
            world->member(world->context, &person.who, present->name, search->talk->event->at);
    if (person.member == 0)
        return -1;
    add(search, &person, how);
    return 0;
}

static void add_seated(struct search *search, const struct round *round)
{
    for (size_t i = 0; i < round->seat_count; i++) {
        const struct seat *seat = &round->seats[i];
        struct person person = {round_user(seat, seat->used_by), seat->member, seat->name,
                                round_seat_address(seat)};
        add(search, &person, fit(search->wanted, seat->name, &person.who));
    }
}

static int add_former(void *context, uint64_t own, uint64_t whole, const char *name,
                      const char *account)
{
    struct search *search = context;
    struct arena *arena = search->talk->effects->arena;
    struct person person = {.own = own, .member = whole, .name = arena_strdup(arena, name)};
    add(search, &person, strcasecmp(name, search->wanted) == 0 ? 1 : account ? 2 : 0);
    return arena->failed ? -1 : 0;
}

int person_find(struct talk *talk, const char *name, struct people *people)
{
    struct hall *hall = talk->hall;
    const struct world *world = hall->world;
    struct search search = {talk, name[0] == '@' && !strchr(name, ':') ? name + 1 : name, people, 0};
    const struct room *place = NULL;
    people->count = 0;
    while ((place = place_next(hall, talk->room->id, place)))
        for (size_t i = 0; i < place->present_count; i++)
            if (add_present(&search, &place->present[i]))
                return -1;
    for (size_t i = 0; i < hall->round_count; i++)
        if (hall->rounds[i]->room == talk->room->id && round_open(hall->rounds[i]))
            add_seated(&search, hall->rounds[i]);
    if (people->count > 0 || !world->room_members)
        return 0;
    return world->room_members(world->context, talk->room->id, search.wanted, add_former, &search);
}

static enum role role_of(const struct talk *talk, const struct address *who)
{
    const struct world *world = talk->hall->world;
    const struct room *place = NULL;
    enum role best = ROLE_MEMBER;
    while ((place = place_next(talk->hall, talk->room->id, place))) {
        struct address where = place_address(place);
        enum role role = world->role ? world->role(world->context, who, &where) : ROLE_MEMBER;
        best = role > best ? role : best;
        for (size_t i = 0; i < place->present_count; i++) {
            const struct presence *present = &place->present[i];
            struct address there = {present->transport, present->network, present->account};
            if (address_same(&there, who) && present->role > best)
                best = present->role;
        }
    }
    return best;
}

int person_role(struct talk *talk, const struct person *person, enum role *role)
{
    struct accounts accounts;
    *role = person->who.target ? role_of(talk, &person->who) : ROLE_MEMBER;
    if (accounts_read(talk->hall, person->member, talk->effects->arena, &accounts))
        return -1;
    for (size_t i = 0; i < accounts.count; i++) {
        enum role one = role_of(talk, &accounts.list[i].who);
        *role = one > *role ? one : *role;
    }
    return 0;
}
