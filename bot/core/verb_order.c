/* ignore, ban, what undoes them, and bans: order in a room, kept by those who moderate it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/flow.h"
#include "core/mark_votes.h"
#include "core/person.h"
#include "core/place.h"
#include "core/sanction.h"
#include "util/span.h"
#include "util/utf8.h"

#define IGNORE_S 3600               /* unless another time is given */
#define IGNORE_MAX_S (30 * 24 * 3600)
#define REASON_MAX 200
#define LISTED_MAX 20

static const char *const kind_words[] = {
    [SANCTION_IGNORE] = "ignore",
    [SANCTION_BAN] = "ban",
};

static bool is_moderator(struct talk *talk)
{
    if (talk_role(talk, talk->room->id) >= ROLE_MODERATOR)
        return true;
    talk_reply(talk, "Only moderators can do that: operators of the channel, and those whom my host "
                     "named. %slog shows what they did.",
               talk->prefix);
    return false;
}

static void write_log(struct talk *talk, const char *format, const char *name, const char *more)
{
    struct effect *effect = effects_add(talk->effects, RECORD_LOG);
    if (!effect)
        return;
    effect->as.log = (struct log_entry){
        .room = talk->room->id,
        .member = talk->own,
        .what = arena_printf(talk->effects->arena, format, name, more),
        .at = talk->event->at,
    };
}

/* ---- whom ---- */

static void refuse_several(struct talk *talk, const char *name, const struct people *people)
{
    struct buf list;
    buf_init(&list);
    for (size_t i = 0; i < people->count; i++) {
        const struct person *person = &people->list[i];
        buf_printf(&list, "%s%s", i > 0 ? ", " : "",
                   person->who.target ? person->who.target : person->name);
    }
    talk_reply(talk, "Several people are called %.64s. Say which account: %s.", name,
               buf_text(&list));
    talk->broken |= list.failed;
    buf_finish(&list);
}

/* The one person whom the first word names; NULL after a refusal. */
static const struct person *find_person(struct talk *talk, enum sanction_kind kind,
                                        struct people *people)
{
    const struct command *command = &talk->command;
    if (command->word_count == 0) {
        talk_reply(talk, "Whom? For example %s%s ben.", talk->prefix, kind_words[kind]);
        return NULL;
    }
    if (person_find(talk, command->words[0], people)) {
        talk->broken = true;
        return NULL;
    }
    if (people->count == 1)
        return &people->list[0];
    if (people->count > 1)
        refuse_several(talk, command->words[0], people);
    else
        talk_reply(talk, "I know nobody called %.64s here. It must be the name or the account of "
                         "somebody who is here, or was in a round.",
                   command->words[0]);
    return NULL;
}

/* Nobody is shut out by their equals or those they gave the room to. */
static bool may_be(struct talk *talk, const struct person *person, enum sanction_kind kind)
{
    enum role role;
    if (person_role(talk, person, &role)) {
        talk->broken = true;
        return false;
    }
    if (person->member == talk->member)
        talk_reply(talk, "You cannot %s yourself. %sleave gives up your seat.", kind_words[kind],
                   talk->prefix);
    else if (role >= ROLE_OWNER)
        talk_reply(talk, "%s owns this room, so I cannot %s them.", person->name,
                   kind_words[kind]);
    else if (role >= ROLE_MODERATOR && talk_role(talk, talk->room->id) < ROLE_OWNER)
        talk_reply(talk, "%s moderates this room, too. Only an owner can %s moderators.",
                   person->name, kind_words[kind]);
    else
        return true;
    return false;
}

/* ---- what it does to open rounds ---- */

/* Nobody waits for them, grades what they sent, or is graded by them; an answer that others read
 * already stays, so that no letter moves. */
static void take_out(struct talk *talk, struct round *round, struct seat *seat)
{
    struct draft *draft = draft_of(talk->hall, seat->member);
    if (draft && draft->round == round->id)
        draft_drop(talk->hall, draft, talk->effects);
    if (round->phase == ROUND_VOTE)
        mark_drop_all(round, seat->number, talk->event->at, talk->effects);
    else if (seat->answer && !answer_drop(talk, round, seat))
        return;
    seat->left = true;
    flow_record_seat(round, seat, talk->effects);
    if (round->host == seat->member) {
        round->host = talk->member;
        round_record(round, talk->effects);
    }
    flow_progress(round, talk->effects);
}

/* Appends what becomes of their open rounds: for them, and for the room. */
static void end_seats(struct talk *talk, const struct person *person, struct text *to_them,
                      struct text *to_room)
{
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        struct seat *seat = round_open(round) && round->room == talk->room->id
                                ? round_seat_of(round, person->member)
                                : NULL;
        if (!seat)
            continue;
        bool voting = round->phase == ROUND_VOTE, answered = seat->answer != NULL;
        take_out(talk, round, seat);
        text_printf(to_them, " Your seat in round %" PRIu64 " is given up%s.", round->id,
                    voting     ? "; your votes there do not count"
                    : answered ? ", and your answer there is taken back"
                               : "");
        text_printf(to_room, " Round %" PRIu64 " goes on without them%s.", round->id,
                    voting ? " and their votes" : "");
    }
}

/* ---- ignore and ban ---- */

/* Where somebody can be told: where they are, or sit, or from any of their accounts. */
static bool find_address(struct talk *talk, const struct person *person, struct address *to)
{
    struct accounts accounts;
    *to = person->who;
    if (to->target)
        return true;
    if (accounts_read(talk->hall, person->member, talk->effects->arena, &accounts)) {
        talk->broken = true;
        return false;
    }
    for (size_t i = 0; i < accounts.count; i++)
        if (accounts.list[i].own == person->own)
            *to = accounts.list[i].who;
    return to->target != NULL;
}

static void say_both(struct talk *talk, const struct person *person, const struct text *to_them,
                     const struct text *to_room)
{
    struct address to;
    if (find_address(talk, person, &to))
        effects_tell(talk->effects, &to, to_them, NULL, EFFECT_URGENT);
    effects_say(talk->effects, talk->room->id, to_room);
}

static void record(struct talk *talk, const struct person *person, enum sanction_kind kind,
                   const char *reason, int64_t until)
{
    struct effect *effect = effects_add(talk->effects, RECORD_SANCTION);
    if (!effect)
        return;
    struct arena *arena = talk->effects->arena;
    effect->as.sanction = (struct sanction_record){
        .kind = kind,
        .room = talk->room->id,
        .member = person->own,
        .given_by = talk->own,
        .name = arena_strdup(arena, person->name),
        .reason = arena_strdup(arena, reason),
        .until = until,
        .at = talk->event->at,
    };
}

/* What stands behind the name, in one line and without the full stop that our sentence has; NULL if
 * nothing does. */
static const char *reason_of(const struct talk *talk)
{
    const struct command *command = &talk->command;
    const char *at = command->rest, *end = at + command->rest_length;
    struct buf clean;
    while (at < end && *at != ' ' && *at != '\n' && *at != '\t')
        at++;
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t'))
        at++;
    while (end > at && (end[-1] == '.' || end[-1] == ' '))
        end--;
    if (at == end)
        return NULL;
    buf_init(&clean);
    utf8_clean(&clean, at, utf8_cut(at, (size_t)(end - at), REASON_MAX), true);
    const char *reason = clean.failed ? NULL
                                      : arena_strndup(talk->effects->arena, buf_text(&clean),
                                                      clean.length);
    buf_finish(&clean);
    return reason;
}

static void ban(struct talk *talk, const struct person *person)
{
    const char *reason = reason_of(talk), *name = talk->event->name;
    const char *colon = reason ? ": " : "", *words = reason ? reason : "";
    struct text to_them, to_room;
    text_init(&to_them);
    text_init(&to_room);
    record(talk, person, SANCTION_BAN, reason, 0);
    write_log(talk, reason ? "ban %s: %s" : "ban %s%s", person->name, words);
    text_printf(&to_them, "%s banned you from the rounds in %s%s%s. You can take part again when a "
                          "moderator lifts that.",
                name, talk->room->target, colon, words);
    text_printf(&to_room, "%s bans %s from the rounds here%s%s.", name, person->name, colon, words);
    end_seats(talk, person, &to_them, &to_room);
    text_printf(&to_room, " %sunban %s lifts that.", talk->prefix, talk->command.words[0]);
    say_both(talk, person, &to_them, &to_room);
    text_finish(&to_room);
    text_finish(&to_them);
}

static void ignore(struct talk *talk, const struct person *person)
{
    char span[SPAN_TEXT];
    int64_t seconds = IGNORE_S;
    const struct command *command = &talk->command;
    if (command->word_count > 1 &&
        (command->word_count > 2 || span_parse(command->words[1], &seconds) || seconds < 1 ||
         seconds > IGNORE_MAX_S)) {
        talk_reply(talk, "%.20s is no time I can ignore somebody for; say %signore %.64s 1h, at most "
                         "30 days.",
                   command->words[1], talk->prefix, command->words[0]);
        return;
    }
    struct text to_them, to_room;
    text_init(&to_them);
    text_init(&to_room);
    span_text(seconds * 1000, span);
    record(talk, person, SANCTION_IGNORE, NULL, talk->event->at + seconds * 1000);
    write_log(talk, "ignore %s for %s", person->name, span);
    text_printf(&to_them, "%s asked me not to react to you in %s for %s. You can still answer and "
                          "grade: write to me here.",
                talk->event->name, talk->room->target, span);
    text_printf(&to_room, "I do not react to %s here for %s, says %s. %sunignore %s ends that.",
                person->name, span, talk->event->name, talk->prefix, command->words[0]);
    say_both(talk, person, &to_them, &to_room);
    text_finish(&to_room);
    text_finish(&to_them);
}

void verb_sanction(struct talk *talk, enum sanction_kind kind)
{
    struct people people;
    const struct person *person = NULL;
    if (is_moderator(talk))
        person = find_person(talk, kind, &people);
    if (!person || !may_be(talk, person, kind))
        return;
    if (kind == SANCTION_BAN)
        ban(talk, person);
    else
        ignore(talk, person);
}

/* ---- undone ---- */

struct wanted {
    struct arena *arena;
    enum sanction_kind kind;
    const char *name;
    uint64_t member; /* 0 = none found yet */
    const char *called;
    bool several;
};

static int find_name(void *context, const struct sanction *sanction)
{
    struct wanted *wanted = context;
    if (sanction->kind != wanted->kind || strcasecmp(sanction->name, wanted->name) != 0)
        return 0;
    wanted->several |= wanted->member && wanted->member != sanction->member;
    wanted->member = sanction->member;
    wanted->called = arena_strdup(wanted->arena, sanction->name);
    return 0;
}

/* Those it was said of by name, or whoever is called so now. */
static bool find_lifted(struct talk *talk, struct wanted *wanted)
{
    const struct world *world = talk->hall->world;
    struct people people;
    if (world->sanctions(world->context, talk->room->id, find_name, wanted))
        goto broken;
    if (wanted->member && !wanted->several)
        return true;
    if (person_find(talk, wanted->name, &people))
        goto broken;
    for (size_t i = 0; i < people.count; i++) {
        struct sanction found;
        if (sanction_of(talk, talk->room->id, people.list[i].member, wanted->kind, &found))
            goto broken;
        if (found.member == 0)
            continue;
        wanted->member = found.member;
        wanted->called = people.list[i].name;
        return true;
    }
    return false;
broken:
    talk->broken = true;
    return false;
}

void verb_lift(struct talk *talk, enum sanction_kind kind)
{
    const struct command *command = &talk->command;
    bool banned = kind == SANCTION_BAN;
    if (!is_moderator(talk))
        return;
    if (command->word_count == 0) {
        talk_reply(talk, "Whom? %sbans lists who is ignored or banned.", talk->prefix);
        return;
    }
    struct wanted wanted = {talk->effects->arena, kind, command->words[0], 0, NULL, false};
    if (!find_lifted(talk, &wanted)) {
        if (!talk->broken)
            talk_reply(talk, "Nobody called %.64s is %s here. %sbans lists who is.",
                       command->words[0], banned ? "banned" : "ignored", talk->prefix);
        return;
    }
    struct effect *effect = effects_add(talk->effects, RECORD_SANCTION);
    if (!effect)
        return;
    effect->as.sanction = (struct sanction_record){
        .kind = kind, .room = talk->room->id, .member = wanted.member, .lifted = true};
    write_log(talk, banned ? "unban %s%s" : "unignore %s%s", wanted.called, "");
    talk_reply(talk, banned ? "%s may take part in rounds here again." : "I react to %s here again.",
               wanted.called);
}

/* ---- who is ---- */

struct listing {
    struct text *text;
    int64_t now;
    size_t count;
};

static int list_one(void *context, const struct sanction *sanction)
{
    struct listing *listing = context;
    char left[SPAN_TEXT];
    if (sanction->until > 0 && sanction->until <= listing->now)
        return 0;
    if (++listing->count > LISTED_MAX)
        return 1;
    text_item(listing->text, 0, 0);
    if (sanction->kind == SANCTION_IGNORE)
        text_printf(listing->text, "%s: ignored by %s, %s left", sanction->name,
                    sanction->given_by, span_text(sanction->until - listing->now, left));
    else
        text_printf(listing->text, "%s: banned by %s%s%s", sanction->name, sanction->given_by,
                    sanction->reason ? ": " : "", sanction->reason ? sanction->reason : "");
    return 0;
}

void verb_bans(struct talk *talk)
{
    const struct world *world = talk->hall->world;
    struct text text;
    struct listing listing = {&text, talk->event->at, 0};
    text_init(&text);
    text_put(&text, "Ignored or banned here:");
    if (world->sanctions(world->context, talk->room->id, list_one, &listing)) {
        talk->broken = true;
    } else if (listing.count == 0) {
        talk_reply(talk, "Nobody is ignored or banned here.");
    } else {
        if (listing.count > LISTED_MAX) {
            text_paragraph(&text);
            text_put(&text, "There are more.");
        }
        talk_reply_text(talk, &text);
    }
    text_finish(&text);
}
