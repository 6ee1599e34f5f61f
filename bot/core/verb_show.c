/* status, top, me: what is going on, and who stands where. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/flow.h"
#include "core/guest.h"
#include "core/place.h"
#include "core/talk.h"
#include "util/span.h"

#define BOARD_ROWS 10
#define ME_ROOMS 5

static bool any_round(const struct talk *talk, struct round *round)
{
    (void)talk;
    (void)round;
    return true;
}

/* ---- status ---- */

/* "Round 12: Coding, answer phase, 4:10 left, 2 of 4 done." */
static void add_round_line(const struct talk *talk, const struct round *round, struct text *text)
{
    char left[SPAN_TEXT];
    size_t done = 0, seated = 0;
    for (uint32_t i = 0; i < round->seat_count; i++) {
        const struct seat *seat = &round->seats[i];
        if (seat->left)
            continue;
        seated++;
        done += round->phase == ROUND_VOTE ? seat->given >= round_owed(round, i)
                                           : seat->answer != NULL;
    }
    text_printf(text, "Round %" PRIu64 " (%s): %s phase, %s %s", round->id,
                round->plugin ? round->plugin->title : round->kind, round_phase_word(round->phase),
                span_text(round_time_left(round, talk->event->at), left),
                round->paused ? "left, paused" : "left");
    if (round->phase == ROUND_GATHER)
        text_printf(text, ", %zu seated.", seated);
    else
        text_printf(text, ", %zu of %zu done.", done, seated);
}

static void add_owing(const struct round *round, struct text *text)
{
    const char *before = " Still open: ";
    char name[PLACE_NAME];
    if (round->phase == ROUND_GATHER)
        return;
    for (uint32_t i = 0; i < round->seat_count; i++) {
        const struct seat *seat = &round->seats[i];
        bool owes = round->phase == ROUND_VOTE ? seat->given < round_owed(round, i)
                                               : seat->answer == NULL;
        if (seat->left || !owes)
            continue;
        text_printf(text, "%s%s", before, place_seat_name(round, seat, name));
        before = ", ";
    }
    if (before[0] == ',')
        text_put(text, ".");
}

/* What the speaker owes or has stored, privately only. */
static void add_own(const struct talk *talk, struct round *round, struct text *text)
{
    const struct seat *seat = round_seat_of(round, talk->member);
    if (talk->room)
        return;
    if (!seat)
        text_printf(text, " You have no seat; %sjoin takes one.", talk->prefix);
    else if (round->phase == ROUND_ANSWER && seat->answer)
        text_printf(text, " Your answer is stored: %zu bytes, code %.8s.", seat->answer_length,
                    seat->hash);
    else if (round->phase == ROUND_ANSWER)
        text_put(text, " You have not answered yet.");
    else if (round->phase == ROUND_VOTE && seat->given < round_owed(round, seat->number))
        text_printf(text, " You owe %zu; %svotes lists them.",
                    round_owed(round, seat->number) - seat->given, talk->prefix);
}

void verb_status(struct talk *talk)
{
    struct talk_choice choice = talk_choose(talk, 0, any_round);
    struct text text;
    bool some = false;
    if (choice.named && !choice.round) {
        talk_refuse_choice(talk, &choice, any_round);
        return;
    }
    text_init(&text);
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        const struct room *room = talk_room_of(talk, round);
        bool reach = talk->room ? round->room == talk->room->id
                                : round_seat_of(round, talk->member) ||
                                      (room && talk_present(talk, room));
        if (!reach || !round_open(round) || (choice.named && round != choice.round))
            continue;
        some = true;
        text_paragraph(&text);
        add_round_line(talk, round, &text);
        add_owing(round, &text);
        add_own(talk, round, &text);
    }
    if (some)
        talk_reply_text(talk, &text);
    else
        talk_refuse_nothing(talk, "");
    text_finish(&text);
}

/* ---- boards ---- */

/* The room a private !top or !me is about: the only one the speaker is in. */
static const struct room *own_room(const struct talk *talk)
{
    const struct room *found = talk->room;
    for (size_t i = 0; !talk->room && i < talk->hall->room_count; i++) {
        const struct room *room = talk->hall->rooms[i];
        if (!talk_present(talk, room) || (found && found->id == room->id))
            continue;
        if (found)
            return NULL;
        found = room;
    }
    return found;
}

/* Of a room with several places the speaker is in, the first. */
static bool is_own_place(const struct talk *talk, const struct room *room)
{
    if (talk->room)
        return room == talk->room;
    const struct room *first = NULL;
    while ((first = place_next(talk->hall, room->id, first)) && !talk_present(talk, first))
        continue;
    return first == room;
}

static void head_cell(struct text *text, const char *words, bool right)
{
    text_cell(text, right);
    text_put(text, words);
}

/* Where the first account of somebody on the board is; false if that is not known. */
static bool find_home(struct talk *talk, const struct board_row *row, struct address *home)
{
    struct accounts accounts;
    if (accounts_read(talk->hall, row->member, talk->effects->arena, &accounts) ||
        accounts.count == 0)
        return false;
    *home = accounts.list[0].who;
    return true;
}

/* Several of one name are told apart as in a round: by the kind of network, or the network. */
static void name_cell(struct talk *talk, struct text *text, const struct board_row *rows,
                      size_t count, size_t at)
{
    const char *by = NULL;
    struct address home, other;
    text_cell(text, false);
    text_put(text, rows[at].name);
    for (size_t i = 0; i < count; i++) {
        if (i == at || strcasecmp(rows[i].name, rows[at].name) != 0 ||
            !find_home(talk, &rows[at], &home) || !find_home(talk, &rows[i], &other))
            continue;
        if (strcmp(home.transport, other.transport) != 0)
            by = by ? by : home.transport;
        else if (strcmp(home.network, other.network) != 0)
            by = home.network;
    }
    if (by)
        text_printf(text, " (%s)", by);
}

static void add_board(struct talk *talk, struct text *text, const struct board_row *rows,
                      size_t count)
{
    text_row(text);
    head_cell(text, "#", true);
    head_cell(text, "Name", false);
    head_cell(text, "Level", true);
    head_cell(text, "Mean", true);
    head_cell(text, "Rounds", true);
    head_cell(text, "Points", true);
    for (size_t i = 0; i < count; i++) {
        const struct board_row *row = &rows[i];
        text_row(text);
        text_cell(text, true);
        text_printf(text, "%u", row->rank);
        name_cell(talk, text, rows, count, i);
        text_cell(text, true);
        if (row->rounds > 0)
            text_printf(text, "%.0f ±%.0f", row->standing, row->uncertainty);
        else
            text_put(text, "-");
        text_cell(text, true);
        if (row->rounds > 0)
            text_printf(text, "%.1f", row->mean);
        else
            text_put(text, "-");
        text_cell(text, true);
        text_printf(text, "%" PRIu64, row->rounds);
        text_cell(text, true);
        text_printf(text, "%" PRId64, row->points);
    }
}

/* Reads "[day|week|month|all] [KIND]" in any order; false after a refusal. */
static bool read_board_words(struct talk *talk, enum period *period, const char **kind)
{
    *period = PERIOD_ALL;
    *kind = NULL;
    for (size_t i = 0; i < talk->command.word_count; i++) {
        const char *word = talk->command.words[i];
        if (period_parse(word, period) == 0)
            continue;
        const struct hs_plugin *plugin = talk_find_kind(talk, word);
        if (!plugin) {
            talk_reply(talk, "I know no board called %.32s. %stop takes day, week, month or all, and a "
                             "kind such as coding.",
                       word, talk->prefix);
            return false;
        }
        *kind = plugin->kind;
    }
    return true;
}

void verb_top(struct talk *talk)
{
    static const char *const spoken[PERIOD_COUNT] = {"today", "this week", "this month",
                                                     "all time"};
    static const char *const empty[PERIOD_COUNT] = {" today", " this week", " this month", ""};
    struct board_row rows[BOARD_ROWS];
    size_t count = 0;
    enum period period;
    const char *kind;
    const struct room *room = own_room(talk);
    const struct world *world = talk->hall->world;
    if (!read_board_words(talk, &period, &kind))
        return;
    if (!room) {
        talk_reply(talk, "Say %stop in the room whose board you want.", talk->call);
        return;
    }
    if (world->board(world->context, room->id, period, kind, talk->event->at, rows, BOARD_ROWS,
                     &count)) {
        talk->broken = true;
        return;
    }
    if (count == 0 && talk->event->guest) {
        talk_reply(talk, "Nobody is on the board%s%s%s yet. " GUEST_UNRANKED, kind ? " of " : "",
                   kind ? kind : "", empty[period]);
        return;
    }
    if (count == 0) {
        talk_reply(talk, "Nobody is on the board%s%s%s yet. A round with answers and votes puts you "
                         "there.",
                   kind ? " of " : "", kind ? kind : "", empty[period]);
        return;
    }
    struct text text;
    text_init(&text);
    text_heading(&text);
    text_printf(&text, "Board, %s%s%s", spoken[period], kind ? ", " : "", kind ? kind : "");
    add_board(talk, &text, rows, count);
    if (talk->event->guest) {
        text_paragraph(&text);
        text_put(&text, GUEST_UNRANKED);
    }
    talk_reply_text(talk, &text);
    text_finish(&text);
}

/* ---- me ---- */

static void add_standing(struct text *text, const char *what, const struct board_row *row)
{
    text_item(text, 0, 0);
    text_printf(text, "%s: ", what);
    if (row->rounds > 0)
        text_printf(text, "level %.0f ±%.0f, mean %.1f over %" PRIu64 " round%s, ", row->standing,
                    row->uncertainty, row->mean, row->rounds, row->rounds == 1 ? "" : "s");
    text_printf(text, "%" PRId64 " points, rank %u", row->points, row->rank);
}

/* One room's lines of !me; *some if there was anything. */
static int add_me(struct talk *talk, const struct room *room, struct text *text, bool *some)
{
    const struct world *world = talk->hall->world;
    const struct hs_plugin *plugin;
    struct board_row row;
    if (world->standing(world->context, room->id, PERIOD_ALL, NULL, talk->member, talk->event->at,
                        &row))
        return -1;
    if (row.rank == 0)
        return 0;
    *some = true;
    text_paragraph(text);
    text_printf(text, "You in %s:", room->target);
    add_standing(text, "all time", &row);
    if (world->standing(world->context, room->id, PERIOD_WEEK, NULL, talk->member, talk->event->at,
                        &row))
        return -1;
    if (row.rank > 0)
        add_standing(text, "this week", &row);
    for (size_t i = 0; (plugin = world->plugin_at(world->context, i)); i++) {
        if (world->standing(world->context, room->id, PERIOD_ALL, plugin->kind, talk->member,
                            talk->event->at, &row))
            return -1;
        if (row.rank > 0)
            add_standing(text, plugin->title, &row);
    }
    return 0;
}

/* "One person with ann on irc (libera)." */
static void add_accounts(struct talk *talk, struct text *text)
{
    struct accounts accounts;
    const char *between = "One person with ";
    if (accounts_read(talk->hall, talk->member, talk->effects->arena, &accounts))
        talk->broken = true;
    if (talk->broken || accounts.count < 2)
        return;
    text_paragraph(text);
    for (size_t i = 0; i < accounts.count; i++) {
        if (accounts.list[i].own == talk->own)
            continue;
        text_put(text, between);
        account_put(&accounts.list[i], text);
        between = " and ";
    }
    text_put(text, ".");
}

void verb_me(struct talk *talk)
{
    struct text text;
    bool some = false;
    size_t shown = 0;
    text_init(&text);
    if (talk->event->guest)
        text_put(&text, GUEST_UNRANKED);
    for (size_t i = 0; !talk->event->guest && i < talk->hall->room_count && shown < ME_ROOMS; i++) {
        const struct room *room = talk->hall->rooms[i];
        if (!is_own_place(talk, room))
            continue;
        shown++;
        if (add_me(talk, room, &text, &some))
            talk->broken = true;
    }
    if (!some && !talk->event->guest)
        text_put(&text, "You have no scores yet. Answer in a round, or grade one, and they appear "
                        "here.");
    add_accounts(talk, &text);
    talk_tell(talk, &text, NULL);
    text_finish(&text);
}
