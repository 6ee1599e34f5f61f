#include "warp/life_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/hash.h"
#include "warp/warp.h"

#define AGAIN_MS 60000 /* without an acknowledgement they send it again */

static uint32_t pick(struct life_play *play, uint32_t limit)
{
    return random_below(&play->chance, limit);
}

static int64_t soon(struct life_play *play, unsigned least, unsigned most)
{
    return warp_moved() + 1000 * (int64_t)(least + pick(play, most - least));
}

/* ---- what they see ---- */

static void add_ack(struct life_play *play, size_t player, unsigned round, int author,
                    const char *what)
{
    if (play->ack_count == play->ack_capacity) {
        play->ack_capacity = play->ack_capacity ? play->ack_capacity * 2 : 1024;
        play->acks = reallocarray(play->acks, play->ack_capacity, sizeof *play->acks);
        if (!play->acks)
            abort();
    }
    struct life_ack *ack = &play->acks[play->ack_count++];
    *ack = (struct life_ack){.player = player, .round = round, .author = author};
    snprintf(ack->what, sizeof ack->what, "%s", what);
}

static void see_round(struct life_play *play, unsigned round)
{
    play->rounds++;
    play->start_at = 0;
    for (size_t i = 0; i < LIFE_MEMBERS; i++) {
        struct life_player *player = &play->player[i];
        if (!play->net->person[i].in_room || player->round == round)
            continue;
        player->round = round;
        player->answered = false;
        player->join_at = soon(play, 1, 10);
        player->due = pick(play, 10) < 9 ? soon(play, 20, 150) : 0;
    }
}

static void in_room(struct life_play *play, const char *text)
{
    unsigned round;
    if (sscanf(text, "Round %u:", &round) == 1 && strstr(text, "to answer"))
        see_round(play, round);
}

static void see_ballot(struct life_play *play, struct life_player *player, const char *text)
{
    unsigned round;
    int author = life_token_author(text, &round);
    struct life_vote *vote = &player->vote[player->label - 'A'];
    if (author < 0 || (vote->author == author && vote->round == round && vote->acked))
        return;
    *vote = (struct life_vote){.author = author, .round = round, .due = soon(play, 3, 90)};
    for (int i = 0; i < 4; i++)
        vote->scores[i] = (char)('1' + pick(play, 5));
}

static void see_receipt(struct life_play *play, size_t index, const char *text)
{
    struct life_player *player = &play->player[index];
    char label, scores[5] = "", code[12];
    const char *at = strstr(text, "code ");
    if (sscanf(text, "Stored: %c %c %c %c %c", &label, &scores[0], &scores[1], &scores[2],
               &scores[3]) == 5 && label >= 'A' && label <= 'Z' && scores[3] >= '1' && scores[3] <= '5') {
        struct life_vote *vote = &player->vote[label - 'A'];
        if (!vote->sent || strcmp(vote->scores, scores) != 0)
            return;
        vote->acked = true;
        vote->due = 0;
        add_ack(play, index, vote->round, vote->author, scores);
        play->votes++;
    } else if (at && sscanf(at, "code %8[0-9a-f]", code) == 1) {
        player->answered = true;
        player->due = 0;
        add_ack(play, index, 0, -1, code);
        play->answers++;
    }
}

static void in_private(struct life_play *play, size_t index, const char *text)
{
    struct life_player *player = &play->player[index];
    unsigned round;
    char label;
    if (sscanf(text, "Answer %c, round %u", &label, &round) == 2 && label >= 'A' && label <= 'Z')
        player->label = label;
    else if (text[0] == '>' && player->label)
        see_ballot(play, player, text);
    else if (strncmp(text, "Stored: ", 8) == 0)
        see_receipt(play, index, text);
}

void life_play_heard(struct life_play *play, const struct life_person *person, const char *text)
{
    size_t index = person ? (size_t)(person - play->net->person) : 0;
    life_bot_heard(play->bot, person, text);
    if (!person)
        in_room(play, text);
    else if (index < LIFE_MEMBERS && person->logged_in)
        in_private(play, index, text);
}

/* ---- what they do ---- */

static bool can_act(const struct life_person *person)
{
    return person->on && person->in_room && person->logged_in;
}

static bool is_in(struct life_play *play, unsigned round, const char *phase)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM round WHERE id = %u AND phase = '%s'", round, phase);
    return life_bot_number(play->bot, sql) == 1;
}

static void start_round(struct life_play *play)
{
    size_t host = pick(play, LIFE_MEMBERS);
    if (!can_act(&play->net->person[host]) || play->start_at > warp_moved())
        return;
    if (life_bot_number(play->bot, "SELECT count(*) FROM round WHERE phase IN ('gather','answer','vote','reveal')") != 0) {
        play->start_at = 0;
        return;
    }
    if (play->start_at == 0) {
        play->start_at = soon(play, 30, 240);
        return;
    }
    life_net_say(play->net, &play->net->person[host], "!start coding mid answer:4m vote:4m");
    play->start_at = soon(play, 60, 120);
}

static void answer(struct life_play *play, size_t index)
{
    struct life_player *player = &play->player[index];
    char text[96];
    if (player->due > 0 && !is_in(play, player->round, "answer"))
        player->due = 0;
    if (player->join_at > 0 && player->join_at <= warp_moved()) {
        life_net_say(play->net, &play->net->person[index], "!join");
        player->join_at = 0;
    }
    if (player->due == 0 || player->due > warp_moved())
        return;
    snprintf(text, sizeof text, "A stack, zq%zur%u, and it takes O(n).", index, player->round);
    life_net_tell(play->net, &play->net->person[index], text);
    player->due = warp_moved() + AGAIN_MS;
}

static void grade(struct life_play *play, size_t index)
{
    char text[64];
    for (int label = 0; label < 26; label++) {
        struct life_vote *vote = &play->player[index].vote[label];
        if (vote->due == 0 || vote->due > warp_moved())
            continue;
        vote->due = is_in(play, vote->round, "vote") ? warp_moved() + AGAIN_MS : 0;
        if (vote->due == 0)
            continue;
        const char *s = vote->scores;
        snprintf(text, sizeof text, "!vote %c %c %c %c %c", 'A' + label, s[0], s[1], s[2], s[3]);
        vote->sent = life_net_tell(play->net, &play->net->person[index], text) || vote->sent;
        return;
    }
}

static void chat(struct life_play *play, size_t index)
{
    static const char *const lines[] = {"good morning", "!top", "!me", "!status", "!help", "hotseat: help",
                                        "\xC3\xA9t\xC3\xA9 \xE2\x9C\x93", "!sttart", "brb"};
    const char *line = lines[pick(play, sizeof lines / sizeof *lines)];
    if (pick(play, 900) == 0)
        life_net_say(play->net, &play->net->person[index], line);
    else if (pick(play, 1800) == 0)
        life_net_tell(play->net, &play->net->person[index], "!me");
}

void life_play_tick(struct life_play *play)
{
    start_round(play);
    for (size_t i = 0; i < LIFE_MEMBERS; i++) {
        if (!can_act(&play->net->person[i]))
            continue;
        answer(play, i);
        grade(play, i);
        chat(play, i);
    }
}

/* ---- life ---- */

void life_play_init(struct life_play *play, struct life_net *net, struct life_bot *bot,
                    uint64_t seed)
{
    memset(play, 0, sizeof *play);
    play->net = net;
    play->bot = bot;
    play->chance = seed;
    for (size_t i = 0; i < LIFE_MEMBERS; i++)
        for (int label = 0; label < 26; label++)
            play->player[i].vote[label].author = -1;
}

void life_play_finish(struct life_play *play)
{
    free(play->acks);
}

void life_play_check(struct life_play *play)
{
    char sql[512];
    for (size_t i = 0; i < play->ack_count; i++) {
        const struct life_ack *ack = &play->acks[i];
        if (ack->author < 0)
            snprintf(sql, sizeof sql,
                     "SELECT count(*) FROM answer a JOIN identity i ON i.member = a.member"
                     " WHERE i.account = 'account:u%zu' AND substr(a.hash, 1, 8) = '%s'",
                     ack->player, ack->what);
        else
            snprintf(sql, sizeof sql,
                     "SELECT count(*) FROM ballot b JOIN identity v ON v.member = b.voter"
                     " JOIN identity a ON a.member = b.author WHERE b.round = %u"
                     " AND v.account = 'account:u%zu' AND a.account = 'account:u%d'"
                     " AND substr(b.scores, 1, 4) = '%s'",
                     ack->round, ack->player, ack->author, ack->what);
        if (life_bot_number(play->bot, sql) < 1)
            life_bot_trouble(play->bot, "acknowledged and not in the store: %s", sql);
    }
}
