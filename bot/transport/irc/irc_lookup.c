/* Who is asked about, when, and how: WHO with fields, then WHOIS, then services. */
#include "transport/irc/irc_lookup.h"

#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

#define TOKEN_FIRST 200    /* below are those of channels: irc_who.c */
#define TOKEN_LAST 999
#define LAPSE_MS 30000     /* a question without an answer */
#define LAPSED_MS 300000   /* so long services are not asked about that nick again */
#define HOLD_MS 5000       /* so long what somebody says waits */
#define LATER_MS 2000      /* between two look-ups that nobody waits for */
#define TICK_MS 250

/* ---- who waits ---- */

static void remove_from(struct irc_person **list, size_t *count, const struct irc_person *person)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        if (list[i] != person)
            list[kept++] = list[i];
    *count = kept;
}

static void on_tick(uv_timer_t *timer);

static bool enlist(struct irc *irc, struct irc_person *person, bool urgent)
{
    struct irc_lookups *lookups = &irc->lookups;
    enum irc_wish wish = urgent ? IRC_WISH_URGENT : IRC_WISH_LATER;
    if (person->wish >= wish)
        return true;
    if (urgent ? lookups->urgent_count == IRC_LOOKUP_URGENT_MAX
               : lookups->later_count == IRC_LOOKUP_LATER_MAX)
        return false;
    remove_from(lookups->later, &lookups->later_count, person);
    person->wish = wish;
    if (urgent)
        lookups->urgent[lookups->urgent_count++] = person;
    else
        lookups->later[lookups->later_count++] = person;
    return true;
}

bool irc_lookup_want(struct irc *irc, struct irc_person *person, bool urgent)
{
    bool enlisted = enlist(irc, person, urgent);
    if (enlisted)
        irc_lookup_run(irc);
    return enlisted;
}

void irc_lookup_soon(struct irc *irc, struct irc_person *person)
{
    if (enlist(irc, person, true) && !uv_is_active((uv_handle_t *)&irc->ask_timer))
        uv_timer_start(&irc->ask_timer, on_tick, 0, 0);
}

void irc_lookup_cancel(struct irc *irc, struct irc_person *person)
{
    struct irc_lookups *lookups = &irc->lookups;
    if (person->wish == IRC_WISH_URGENT)
        remove_from(lookups->urgent, &lookups->urgent_count, person);
    else if (person->wish == IRC_WISH_LATER)
        remove_from(lookups->later, &lookups->later_count, person);
    for (size_t i = 0; i < IRC_LOOKUP_AT_ONCE; i++)
        if (lookups->asked[i].person == person)
            lookups->asked[i].person = NULL;
    person->wish = IRC_WISH_NONE;
}

void irc_lookup_lost(struct irc *irc)
{
    irc->lookups = (struct irc_lookups){.token = irc->lookups.token};
    uv_timer_stop(&irc->ask_timer);
}

/* ---- asking ---- */

static bool is_asked(const struct irc *irc, const char *nick)
{
    for (size_t i = 0; i < IRC_LOOKUP_AT_ONCE; i++)
        if (irc->lookups.asked[i].kind != IRC_ASK_NOTHING &&
            irc_people_same(&irc->people, irc->lookups.asked[i].nick, nick))
            return true;
    return false;
}

/* The next whose nick nothing is asked about; taken out of the list. */
static struct irc_person *take_next(const struct irc *irc, struct irc_person **list, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        struct irc_person *person = list[i];
        if (is_asked(irc, person->nick))
            continue;
        remove_from(list, count, person);
        return person;
    }
    return NULL;
}

static struct irc_question *free_question(struct irc *irc, size_t *busy)
{
    struct irc_question *found = NULL;
    *busy = 0;
    for (size_t i = 0; i < IRC_LOOKUP_AT_ONCE; i++) {
        if (irc->lookups.asked[i].kind != IRC_ASK_NOTHING)
            ++*busy;
        else
            found = &irc->lookups.asked[i];
    }
    return found;
}

/* Look-ups share the pace of what is said, but one may always be out. */
static struct irc_person *choose(struct irc *irc, size_t busy)
{
    struct irc_lookups *lookups = &irc->lookups;
    bool idle = busy == 0 && irc_now(irc) - lookups->later_at >= LATER_MS;
    if (busy > 0 && irc->flood.tokens < 1)
        return NULL;
    struct irc_person *person = take_next(irc, lookups->urgent, &lookups->urgent_count);
    if (person || !idle || irc->flood.tokens < 1)
        return person;
    person = take_next(irc, lookups->later, &lookups->later_count);
    if (person)
        lookups->later_at = irc_now(irc);
    return person;
}

static bool may_be_asked_about(const char *nick)
{
    return *nick != ':' && !strpbrk(nick, " ,*?!@\r\n");
}

static void ask(struct irc *irc, struct irc_question *question, enum irc_question_kind kind)
{
    struct irc_lookups *lookups = &irc->lookups;
    question->kind = kind;
    question->asked_at = irc_now(irc);
    if (kind == IRC_ASK_WHO) {
        lookups->token = lookups->token >= TOKEN_FIRST && lookups->token < TOKEN_LAST
                             ? lookups->token + 1
                             : TOKEN_FIRST;
        question->token = lookups->token;
        irc_send(irc, "WHO %s %%tuhna,%u", question->nick, question->token);
    } else if (kind == IRC_ASK_WHOIS) {
        irc_send(irc, "WHOIS %s", question->nick);
    } else {
        irc_send(irc, "PRIVMSG %s :ACC %s *", irc_who_services(irc), question->nick);
    }
}

static void begin(struct irc *irc, struct irc_question *question, struct irc_person *person)
{
    *question = (struct irc_question){.person = person};
    snprintf(question->nick, sizeof question->nick, "%s", person->nick);
    person->wish = IRC_WISH_ASKED;
    if (may_be_asked_about(person->nick))
        ask(irc, question, irc->isupport.whox ? IRC_ASK_WHO : IRC_ASK_WHOIS);
    else
        irc_lookup_done(irc, question, "");
}

/* ---- answers ---- */

struct irc_question *irc_lookup_question(struct irc *irc, enum irc_question_kind kind,
                                         const char *nick)
{
    for (size_t i = 0; i < IRC_LOOKUP_AT_ONCE; i++)
        if (irc->lookups.asked[i].kind == kind &&
            irc_people_same(&irc->people, irc->lookups.asked[i].nick, nick))
            return &irc->lookups.asked[i];
    return NULL;
}

void irc_lookup_done(struct irc *irc, struct irc_question *question, const char *login)
{
    char name[sizeof question->login];
    struct irc_person *person = question->person;
    uint64_t place = question->place;
    snprintf(name, sizeof name, "%s", login);
    question->kind = IRC_ASK_NOTHING;
    if (!person)
        return;
    person->wish = IRC_WISH_NONE;
    /* Nobody tells us when a stranger goes: somebody else may have the nick now, even its owner. */
    if (person->channels == 0 && place && person->place && place != person->place)
        irc_presence_forget(irc, person, false);
    else
        irc_identity_learn(irc, person, name);
}

static bool has_lapsed(const struct irc *irc, const char *nick)
{
    for (size_t i = 0; i < IRC_LOOKUP_LAPSED_MAX; i++)
        if (irc->lookups.lapsed[i].until > irc_now(irc) &&
            irc_people_same(&irc->people, irc->lookups.lapsed[i].nick, nick))
            return true;
    return false;
}

/* Too many, and services are not asked at all for a while. */
static bool may_ask_services(const struct irc *irc, const char *nick)
{
    size_t lapsed = 0;
    for (size_t i = 0; i < IRC_LOOKUP_LAPSED_MAX; i++)
        lapsed += irc->lookups.lapsed[i].until > irc_now(irc);
    return irc->settings->services && lapsed < IRC_LOOKUP_LAPSED_MAX && !has_lapsed(irc, nick);
}

/* Services tell of whoever has the nick now. That this is still the stranger who spoke, only the
 * server can say. */
static bool must_see_again(const struct irc_question *question)
{
    return question->kind == IRC_ASK_SERVICES && question->login[0] && question->person &&
           question->person->channels == 0;
}

void irc_lookup_ended(struct irc *irc, struct irc_question *question)
{
    if (must_see_again(question))
        ask(irc, question, IRC_ASK_WHOIS);
    else if (!question->person || question->login[0])
        irc_lookup_done(irc, question, question->login);
    else if (question->kind == IRC_ASK_WHO && !question->seen)
        ask(irc, question, IRC_ASK_WHOIS);
    else if (question->kind == IRC_ASK_WHOIS && may_ask_services(irc, question->nick))
        ask(irc, question, IRC_ASK_SERVICES);
    else
        irc_lookup_done(irc, question, "");
    irc_lookup_run(irc);
}

void irc_lookup_services_gone(struct irc *irc)
{
    for (size_t i = 0; i < IRC_LOOKUP_AT_ONCE; i++)
        if (irc->lookups.asked[i].kind == IRC_ASK_SERVICES)
            irc_lookup_done(irc, &irc->lookups.asked[i], "");
}

/* ---- time ---- */

static void lapse(struct irc *irc, struct irc_question *question)
{
    struct irc_lookups *lookups = &irc->lookups;
    size_t oldest = 0;
    for (size_t i = 1; i < IRC_LOOKUP_LAPSED_MAX; i++)
        if (lookups->lapsed[i].until < lookups->lapsed[oldest].until)
            oldest = i;
    if (question->kind == IRC_ASK_SERVICES) {
        snprintf(lookups->lapsed[oldest].nick, sizeof lookups->lapsed[oldest].nick, "%s",
                 question->nick);
        lookups->lapsed[oldest].until = irc_now(irc) + LAPSED_MS;
    }
    irc_lookup_done(irc, question, "");
}

static bool has_waited(const struct irc *irc, const struct irc_person *person)
{
    return person && person->held && irc_now(irc) - person->held_since >= HOLD_MS;
}

/* Nobody waits for ever: they count as guests, until the answer comes after all. */
static void let_go(struct irc *irc)
{
    struct irc_lookups *lookups = &irc->lookups;
    for (size_t i = 0; i < lookups->urgent_count; i++)
        if (has_waited(irc, lookups->urgent[i]))
            irc_identity_assume(irc, lookups->urgent[i]);
    for (size_t i = 0; i < IRC_LOOKUP_AT_ONCE; i++) {
        struct irc_question *question = &lookups->asked[i];
        if (question->kind == IRC_ASK_NOTHING)
            continue;
        if (has_waited(irc, question->person))
            irc_identity_assume(irc, question->person);
        if (irc_now(irc) - question->asked_at >= LAPSE_MS)
            lapse(irc, question);
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct irc *irc = timer->data;
    let_go(irc);
    irc_who_due(irc);
    irc_modes_due(irc);
    irc_lookup_run(irc);
}

void irc_lookup_run(struct irc *irc)
{
    struct irc_lookups *lookups = &irc->lookups;
    size_t busy;
    struct irc_question *question;
    while (irc->phase == IRC_READY && (question = free_question(irc, &busy))) {
        struct irc_person *person = choose(irc, busy);
        if (!person)
            break;
        begin(irc, question, person);
    }
    free_question(irc, &busy);
    if (busy > 0 || lookups->urgent_count > 0 || lookups->later_count > 0 || irc_who_waits(irc)) {
        if (!uv_is_active((uv_handle_t *)&irc->ask_timer))
            uv_timer_start(&irc->ask_timer, on_tick, TICK_MS, 0);
    } else {
        uv_timer_stop(&irc->ask_timer);
    }
}
