#include "core/talk.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "core/flow.h"
#include "core/place.h"
#include "core/presence.h"

/* Twenty pasted lines that are refused for one reason want one refusal: what says the same
 * replaces what is not sent yet. */
static const char *same_words(struct talk *talk, const struct text *text)
{
    char hash[SHA256_HEX];
    size_t size;
    const char *bytes = text_bytes(text, &size);
    sha256_hex(bytes, size, hash);
    return arena_printf(talk->effects->arena, "reply:%.16s", hash);
}

/* The message answers the one that was said. */
static void set_about(struct talk *talk, struct message *message)
{
    if (message)
        message->about = arena_strdup(talk->effects->arena, talk->origin);
}

/* Of the lines of a burst one refusal is enough, when it is over. */
static struct message *answer_privately(struct talk *talk, const struct text *text)
{
    const char *key = talk->holding ? LINE_HELD_KEY
                      : talk->burst ? "burst"
                                    : same_words(talk, text);
    struct message *message =
        effects_tell(talk->effects, &talk->event->who, text, key, EFFECT_URGENT);
    if (message && talk->burst)
        message->due = talk->burst->due;
    return message;
}

void talk_reply_text(struct talk *talk, const struct text *text)
{
    struct message *message = talk->room
                                  ? effects_reply(talk->effects, &talk->event->room, text)
                                  : answer_privately(talk, text);
    set_about(talk, message);
    if (message && talk->room)
        message->mention = arena_strdup(talk->effects->arena, talk->event->who.target);
}

static void reply(struct talk *talk, const char *format, va_list args)
{
    struct buf words;
    struct text text;
    buf_init(&words);
    buf_vprintf(&words, format, args);
    text_init(&text);
    /* In a room with several conversations it must be clear who is answered. */
    if (talk->room)
        text_printf(&text, "%s: ", talk->event->name);
    text_put(&text, buf_text(&words));
    if (words.failed)
        talk->broken = true;
    talk_reply_text(talk, &text);
    text_finish(&text);
    buf_finish(&words);
}

void talk_reply(struct talk *talk, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reply(talk, format, args);
    va_end(args);
}

void talk_refused(struct talk *talk, const char *format, ...)
{
    va_list args;
    talk->refused = true;
    va_start(args, format);
    reply(talk, format, args);
    va_end(args);
}

struct message *talk_tell(struct talk *talk, const struct text *text, const char *collapse)
{
    struct message *message =
        effects_tell(talk->effects, &talk->event->who, text, collapse, EFFECT_URGENT);
    set_about(talk, message);
    return message;
}

struct message *talk_mark(struct talk *talk, const struct text *text, const char *collapse)
{
    struct message *message =
        effects_tell(talk->effects, &talk->event->who, text, collapse, EFFECT_URGENT);
    set_about(talk, message);
    if (message && message->about)
        message->mark = TALK_DONE_MARK;
    return message;
}

/* Text that was taken from elsewhere is behind all that was typed. */
void talk_set_body(struct talk *talk)
{
    const struct event *event = talk->event;
    struct command *command = &talk->command;
    bool plain = command->verb == COMMAND_NONE || command->verb == COMMAND_UNKNOWN;
    if (event->from) {
        talk->body = event->text + event->typed;
        talk->body_length = event->length - event->typed;
        command->rest = talk->body;
        command->rest_length = talk->body_length;
    } else {
        talk->body = plain ? event->text : command->rest;
        talk->body_length = plain ? event->length : command->rest_length;
    }
}

int talk_know(struct talk *talk)
{
    const struct event *event = talk->event;
    const struct world *world = talk->hall->world;
    uint64_t whole;
    talk->member = world->member(world->context, &event->who, event->name, event->at);
    if (talk->member == 0 || account_member(talk->hall, &event->who, &talk->own, &whole))
        return -1;
    if (talk->own == 0)
        talk->own = talk->member;
    return 0;
}

int talk_find_accounts(struct talk *talk)
{
    uint64_t own, member;
    if (account_member(talk->hall, &talk->event->who, &own, &member) ||
        (member && accounts_read(talk->hall, member, talk->effects->arena, &talk->accounts)))
        return -1;
    if (talk->accounts.count == 1)
        talk->accounts.count = 0;
    return 0;
}

struct seat *talk_sit(struct talk *talk, struct round *round)
{
    size_t before = round->seat_count;
    struct seat *seat = round_sit(round, talk->member, talk->event->name, &talk->event->who);
    if (!seat)
        return NULL;
    seat->used_by = talk->own;
    seat->guest = talk->event->guest;
    talk->greet |= seat->guest && round->seat_count > before;
    return seat;
}

void talk_graded(struct talk *talk, const struct round *round, struct seat *seat)
{
    if (seat->graded_by == talk->own)
        return;
    seat->graded_by = talk->own;
    flow_record_seat(round, seat, talk->effects);
}

bool talk_present(const struct talk *talk, const struct room *room)
{
    if (presence_has(room, &talk->event->who))
        return true;
    for (size_t i = 0; i < talk->accounts.count; i++)
        if (presence_has(room, &talk->accounts.list[i].who))
            return true;
    return false;
}

const struct room *talk_room_of(const struct talk *talk, const struct round *round)
{
    const struct room *near = place_near(talk->hall, round->room, &talk->event->who), *place = NULL;
    if (near && talk_present(talk, near))
        return near;
    while ((place = place_next(talk->hall, round->room, place)))
        if (talk_present(talk, place))
            return place;
    return near;
}

enum role talk_role(const struct talk *talk, uint64_t room)
{
    const struct world *world = talk->hall->world;
    const struct event *event = talk->event;
    const struct room *place = NULL;
    enum role best = talk->room && talk->room->id == room ? event->role : ROLE_MEMBER;
    /* Whoever takes a nick has what the nick has: a guest's is never configured. */
    while (world->role && !event->guest && (place = place_next(talk->hall, room, place))) {
        struct address where = place_address(place);
        enum role role = world->role(world->context, &event->who, &where);
        best = role > best ? role : best;
    }
    return best;
}

bool talk_may_direct(const struct talk *talk, const struct round *round)
{
    return round->host == talk->member || talk_role(talk, round->room) >= ROLE_MODERATOR;
}

/* Rounds the speaker may know of: in a room, the room's; privately, those they
 * sit in, and those of rooms they are in. */
static bool in_reach(const struct talk *talk, struct round *round)
{
    if (!round_open(round))
        return false;
    if (talk->room)
        return round->room == talk->room->id;
    if (round_seat_of(round, talk->member))
        return true;
    const struct room *room = talk_room_of(talk, round);
    return room && talk_present(talk, room);
}

/* Privately, a round the speaker sits in goes before one they could join. */
static bool seated_fits(const struct talk *talk, struct round *round, talk_fits_fn *fits)
{
    return !talk->room && round_seat_of(round, talk->member) && fits(talk, round);
}

static void count_fitting(const struct talk *talk, talk_fits_fn *fits, bool seated_only,
                          struct talk_choice *choice)
{
    choice->fitting = 0;
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        if (!in_reach(talk, round))
            continue;
        if (seated_only ? !seated_fits(talk, round, fits) : !fits(talk, round))
            continue;
        choice->fitting++;
        choice->round = round;
    }
    if (choice->fitting != 1)
        choice->round = NULL;
}

struct talk_choice talk_choose(struct talk *talk, size_t word, talk_fits_fn *fits)
{
    struct talk_choice choice = {0};
    const struct command *command = &talk->command;
    if (command->round)
        choice.number = command_round_number(command->round);
    else if (word < command->word_count)
        choice.number = command_round_number(command->words[word]);
    choice.named = command->round || choice.number > 0;
    if (choice.named) {
        struct round *round = hall_round(talk->hall, choice.number);
        if (round && in_reach(talk, round)) {
            choice.fitting = 1;
            if (fits(talk, round))
                choice.round = round;
        }
        return choice;
    }
    count_fitting(talk, fits, true, &choice);
    if (choice.fitting == 0)
        count_fitting(talk, fits, false, &choice);
    return choice;
}

static bool several_rooms(const struct talk *talk)
{
    const struct round *first = NULL;
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        if (!in_reach(talk, round))
            continue;
        if (first && first->room != round->room)
            return true;
        first = round;
    }
    return false;
}

void talk_list_rounds(const struct talk *talk, talk_fits_fn *fits, struct buf *out)
{
    const char *between = "";
    bool several = several_rooms(talk);
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        const struct room *room = talk_room_of(talk, round);
        if (!in_reach(talk, round) || (fits && !fits(talk, round)))
            continue;
        buf_printf(out, "%s%" PRIu64 " (%s, %s%s%s)", between, round->id, round->kind,
                   round_phase_word(round->phase), several && room ? ", " : "",
                   several && room ? room->target : "");
        between = ", ";
    }
}

static bool in_a_room(const struct talk *talk)
{
    for (size_t i = 0; i < talk->hall->room_count; i++)
        if (talk_present(talk, talk->hall->rooms[i]))
            return true;
    return false;
}

void talk_refuse_nothing(struct talk *talk, const char *lead)
{
    const struct world *world = talk->hall->world;
    const struct hs_plugin *plugin = world->plugin_at(world->context, 0);
    const char *kind = plugin ? plugin->kind : "KIND";
    if (talk->room)
        talk_reply(talk, "%sNo round is open here. %sstart %s opens one.", lead, talk->call, kind);
    else if (in_a_room(talk))
        talk_reply(talk, "%sNo round is open. Say %sstart %s in the room to open one.", lead,
                   talk->call, kind);
    else
        talk_reply(talk, "%sI see you in none of my rooms. Join the room of your group, then write "
                         "to me again.",
                   lead);
}

void talk_refuse_choice(struct talk *talk, const struct talk_choice *choice, talk_fits_fn *fits)
{
    struct buf open;
    const char *word = command_word(talk->command.verb);
    buf_init(&open);
    talk_list_rounds(talk, choice->fitting > 1 ? fits : NULL, &open);
    if (open.length == 0)
        talk_refuse_nothing(talk, "");
    else if (choice->fitting > 1)
        talk_reply(talk, "Which round? Open: %s. Put its number after %s%s.", buf_text(&open),
                   talk->prefix, word);
    else if (choice->named && choice->number == 0)
        talk_reply(talk, "%.20s is no number of a round. Open: %s.", talk->command.round,
                   buf_text(&open));
    else if (choice->named && choice->fitting == 0)
        talk_reply(talk, "There is no open round %" PRIu64 " here. Open: %s.", choice->number,
                   buf_text(&open));
    else
        talk_reply(talk, "%s%s does not fit now. Open: %s. %shelp lists what does.", talk->prefix,
                   word, buf_text(&open), talk->prefix);
    if (open.failed)
        talk->broken = true;
    buf_finish(&open);
}

/* ---- kinds ---- */

/* Lower case, "-" as "_": "ML-Theory" finds ml_theory. */
static void fold_kind(const char *word, char *out, size_t size)
{
    size_t i = 0;
    for (; word[i] && i + 1 < size; i++)
        out[i] = word[i] == '-' ? '_' : (char)tolower((unsigned char)word[i]);
    out[i] = '\0';
}

const struct hs_plugin *talk_find_kind(const struct talk *talk, const char *word)
{
    char kind[HS_KIND_MAX + 1];
    const struct world *world = talk->hall->world;
    const struct hs_plugin *plugin, *near = NULL;
    size_t found = 0;
    fold_kind(word, kind, sizeof kind);
    for (size_t i = 0; (plugin = world->plugin_at(world->context, i)); i++) {
        if (strcmp(plugin->kind, kind) == 0)
            return plugin;
        if (strlen(kind) >= 3 && strstr(plugin->kind, kind)) {
            near = plugin;
            found++;
        }
    }
    return found == 1 ? near : NULL;
}
