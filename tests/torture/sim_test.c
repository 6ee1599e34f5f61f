/*
 * Thousands of random sessions with faults: sensible commands and garbage from
 * random people, answers that are edited and taken back, votes by marks of which
 * some go by unheard, jumps of the clock, restarts, events that come twice, a
 * network that is behind or busy and, in every other session, a disk that fails for a
 * while. In the others each vote must count once, as the newest that stands. In
 * half of them people are in two places, which are linked and unlinked while they
 * play. And where votes are not counted so, two of them may be one person with
 * two accounts, who links and unlinks them, or one logs in and out. SIM_SESSIONS says how many,
 * SIM_SEED which comes first; a failure prints its seed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "rig_guests.h"
#include "rig_promises.h"
#include "rig_round.h"
#include "rig_votes.h"
#include "util/buf.h"
#include "util/hash.h"
#include "util/utf8.h"

#define PEOPLE 5
#define ACTIONS 140
#define SAID_MAX 64 /* answers remembered, for editing them */
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const char *const people[PEOPLE] = {"Zorblax", "Quimby", "Vexmoor", "Wozzle", "Ixnay"};
static const char *const tokens[PEOPLE] = {"aqqa", "bwwb", "cxxc", "dyyd", "ezze"};

struct sim {
    struct rig *rig;
    uint64_t seed, chance;
    unsigned events;      /* ids given out */
    unsigned words;       /* makes every answer different */
    char last[4][256];    /* who, place, id and text of the last event */
    bool last_failed;
    bool one_person;      /* the first two are */
    bool failing;         /* the disk was made to fail and not yet healed */
    bool sound;           /* it never fails in this session */
    struct rig_votes *network;
    struct said {
        uint32_t who;
        char id[16], word[32];
    } said[SAID_MAX];
    unsigned said_count;
    size_t edits;         /* that changed something */
};

static uint32_t pick(struct sim *sim, uint32_t limit)
{
    return random_below(&sim->chance, limit);
}

/* ---- what somebody does ---- */

static void speak(struct sim *sim, const char *who, bool in_room, const char *text)
{
    struct rig *rig = sim->rig;
    size_t since = rig->seen_count;
    char id[32];
    snprintf(id, sizeof id, "e%u", ++sim->events);
    snprintf(sim->last[0], sizeof sim->last[0], "%s", who);
    snprintf(sim->last[1], sizeof sim->last[1], "%s", in_room ? "room" : "");
    snprintf(sim->last[2], sizeof sim->last[2], "%s", id);
    snprintf(sim->last[3], sizeof sim->last[3], "%s", text);
    if (in_room)
        rig_say(rig, who, text, id);
    else if (strstr(text, "vote"))
        rig_votes_command(sim->network, who, text, id);
    else
        rig_tell(rig, who, text, id);
    rig_settle(rig, 0);
    sim->last_failed = sim->failing || rig->deaf ||
                       rig_find(rig, since, who, "could not store") < rig->seen_count;
}

/* The network brings the last event again: nothing may come of it. */
static void repeat(struct sim *sim)
{
    struct rig *rig = sim->rig;
    size_t before = rig->seen_count;
    if (!sim->last[2][0] || sim->last_failed || sim->failing || rig->deaf)
        return;
    rig_settle(rig, 0);
    before = rig->seen_count;
    if (sim->last[1][0])
        rig_say(rig, sim->last[0], sim->last[3], sim->last[2]);
    else
        rig_tell(rig, sim->last[0], sim->last[3], sim->last[2]);
    rig_settle(rig, 0);
    if (rig->seen_count != before)
        fail_msg("seed %llu: %s's event %s came twice and was answered twice: %s",
                 (unsigned long long)sim->seed, sim->last[0], sim->last[2],
                 rig->seen[before].text);
}

static void say_in_room(struct sim *sim, const char *who)
{
    static const char *const lines[] = {
        "!join", "!status", "!hint", "!top", "!top week coding", "!me", "!help", "!help vote",
        "!pause", "!resume", "!skip", "!extend 2m", "!leave", "!end", "!join 1", "!skip 99",
        "!vote A 1 1 1 1", "good morning", "!sttart coding", "hotseat: status", "!extend 999d"};
    static const char *const starts[] = {
        "!start coding", "!start ml_theory answer:5m vote:3m", "!start behavioral gather:30s",
        "!start coding mid topic:graphs", "!start", "!start cooking", "!start coding answer:1s"};
    bool start = pick(sim, session_open_rounds(sim->rig->session) == 0 ? 2 : 6) == 0;
    speak(sim, who, true, start ? starts[pick(sim, sizeof starts / sizeof *starts)]
                                : lines[pick(sim, sizeof lines / sizeof *lines)]);
}

static void answer(struct sim *sim, uint32_t who)
{
    static const char *const forms[] = {"%s says stack", "!answer %s in O(n)", "!revise %s anew",
                                        "!answer 1 %s", "!answer #2 %s", "```\n%s()\n```",
                                        "%s\nin two lines\n-- someone"};
    char word[32], text[128];
    snprintf(word, sizeof word, "%s%05u", tokens[who], ++sim->words);
    /* The forms are ours; each takes one word. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, forms[pick(sim, sizeof forms / sizeof *forms)], word);
#pragma GCC diagnostic pop
    speak(sim, people[who], false, text);
    struct said *said = &sim->said[sim->said_count++ % SAID_MAX];
    *said = (struct said){.who = who};
    snprintf(said->id, sizeof said->id, "e%u", sim->events);
    snprintf(said->word, sizeof said->word, "%s", word);
}

/* ---- edits and retractions ---- */

/* The round and member of an answer that the message is a part of and that can be changed; "" if
 * there is none. */
static void find_answer(struct sim *sim, const struct said *said, char out[64])
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT 'a.round = ' || p.round || ' AND a.member = ' || p.member FROM part p"
             " JOIN round r ON r.id = p.round AND r.phase = 'answer'"
             " WHERE p.event = 'script/local/%s'", said->id);
    char *row = rig_rows(sim->rig, sql);
    snprintf(out, 64, "%s", row);
    free(row);
}

/* The last revision of the answer has, or has not, the word. */
static void expect_word(struct sim *sim, const char *answer, const char *word, bool wanted)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM answer a WHERE %s AND instr(a.text, '%s') > 0 AND a.revision ="
             " (SELECT max(b.revision) FROM answer b WHERE b.round = a.round AND"
             " b.member = a.member)", answer, word);
    if (rig_number(sim->rig, sql) == wanted)
        return;
    rig_dump(sim->rig);
    fail_msg("seed %llu: %s has%s the word %s", (unsigned long long)sim->seed, answer,
             wanted ? " not" : "", word);
}

static void change_answer(struct sim *sim, bool retract)
{
    char answer[64], word[32], text[64], id[16];
    if (sim->said_count == 0)
        return;
    struct said *said = &sim->said[pick(sim, sim->said_count < SAID_MAX ? sim->said_count
                                                                        : SAID_MAX)];
    snprintf(word, sizeof word, "%s%05u", tokens[said->who], ++sim->words);
    snprintf(text, sizeof text, "%s, edited", word);
    snprintf(id, sizeof id, "c%u", ++sim->events);
    find_answer(sim, said, answer);
    rig_push(sim->rig, &(struct event){.kind = retract ? EVENT_RETRACT : EVENT_EDIT, .id = id,
                                       .who.target = people[said->who], .about = said->id,
                                       .text = retract ? "" : text});
    rig_settle(sim->rig, 0);
    if (!sim->sound || !answer[0])
        return;
    expect_word(sim, answer, said->word, false);
    if (!retract)
        expect_word(sim, answer, word, true);
    snprintf(said->word, sizeof said->word, "%s", retract ? said->word : word);
    sim->edits++;
}

/* ---- marks ---- */

static void mark(struct sim *sim, const char *who)
{
    uint32_t what = pick(sim, 20);
    uint32_t choice = pick(sim, UINT32_MAX);
    if (what < 11)
        rig_votes_mark(sim->network, who, choice, what == 0);
    else if (what < 17)
        rig_votes_retract(sim->network, who, choice, what == 11);
    else if (what < 19)
        rig_votes_repeat(sim->network, choice);
    else
        rig_votes_tally(sim->network);
}

static void tell(struct sim *sim, const char *who)
{
    static const char *const lines[] = {
        "!begin", "!end", "!cancel", "!withdraw", "!votes", "!votes A", "!status", "!help",
        "!join", "!leave", "!hint", "!me", "!revise", "!begin 1", "!end", "help", "!answer"};
    speak(sim, who, false, lines[pick(sim, sizeof lines / sizeof *lines)]);
}

static void vote(struct sim *sim, const char *who)
{
    char text[96];
    snprintf(text, sizeof text, "!vote %c %u %u %u %u%s", 'A' + (int)pick(sim, 3),
             pick(sim, 10) ? 3 : pick(sim, 7), 1 + pick(sim, 5), 1 + pick(sim, 5), 1 + pick(sim, 5),
             pick(sim, 2) ? " more tests" : "");
    speak(sim, who, false, text);
}

static void garbage(struct sim *sim, const char *who)
{
    struct buf raw, clean;
    buf_init(&raw);
    buf_init(&clean);
    if (pick(sim, 2))
        buf_puts(&raw, "!");
    for (uint32_t i = pick(sim, 120); i > 0; i--)
        buf_putc(&raw, (char)(pick(sim, 3) ? 32 + pick(sim, 95) : pick(sim, 256)));
    utf8_clean(&clean, buf_text(&raw), raw.length, false);
    speak(sim, who, pick(sim, 2), buf_text(&clean));
    buf_finish(&raw);
    buf_finish(&clean);
}

static void everyone_enters(struct sim *sim)
{
    for (size_t i = 0; i < PEOPLE; i++)
        rig_enter(sim->rig, people[i]);
    rig_settle(sim->rig, 0);
}

static void restart(struct sim *sim)
{
    struct rig *rig = sim->rig;
    struct error error;
    bool doubtful = sim->failing;
    disk_heal();
    sim->failing = false;
    rig_down(rig);
    rig->deaf = false;
    if (rig_up(rig, &error))
        fail_msg("seed %llu: no restart: %s", (unsigned long long)sim->seed, error.why);
    rig_settle(rig, 0);
    /* What went out while the disk failed could not be struck off. */
    if (doubtful)
        rig->twice = 0;
    everyone_enters(sim);
}

/* The host changes the configuration. */
static void toggle_links(struct sim *sim)
{
    struct rig *rig = sim->rig;
    if (!rig->two_places)
        return;
    rig->linked = !rig->linked;
    session_relink(rig->session);
    rig_settle(rig, 0);
}

/* The first two people are one: a code from one account goes to the other. */
static void link_accounts(struct sim *sim)
{
    struct rig *rig = sim->rig;
    size_t since = rig->seen_count;
    char text[64] = "!link ";
    uint32_t from = pick(sim, 2);
    if (!sim->one_person)
        return;
    speak(sim, people[from], false, pick(sim, 3) ? "!link" : "!unlink");
    size_t at = rig_find(rig, since, people[from], "say !link ");
    if (at < rig->seen_count)
        sscanf(strstr(rig->seen[at].text, "say !link ") + 10, "%8s", text + 6);
    if (at < rig->seen_count)
        speak(sim, people[1 - from], false, text);
}

static bool has_guest(const struct sim *sim)
{
    return !sim->sound && !sim->one_person;
}

/* The last of the people logs in, or out. */
static void toggle_guest(struct sim *sim)
{
    if (has_guest(sim))
        rig_guests_toggle(sim->rig, people[PEOPLE - 1]);
    rig_settle(sim->rig, 0);
}

static void toggle_disk(struct sim *sim)
{
    if (sim->failing)
        disk_heal();
    else
        disk_fail_now(pick(sim, 2) ? DISK_FULL : DISK_BROKEN);
    sim->failing = !sim->failing;
}

/* Some round is being graded, and nothing is in the way of doing so. */
static bool is_graded(const struct sim *sim)
{
    const struct hall *hall = session_hall(sim->rig->session);
    for (size_t i = 0; i < hall->round_count; i++)
        if (hall->rounds[i]->phase == ROUND_VOTE)
            return !sim->failing;
    return false;
}

static void act(struct sim *sim)
{
    uint32_t who = pick(sim, PEOPLE), what = pick(sim, 100);
    struct rig *rig = sim->rig;
    if (is_graded(sim) && pick(sim, 3) > 0)
        what = pick(sim, 20) == 0 ? 92 : 42 + pick(sim, 15); /* at times it is started anew */
    if (what < 20 || (session_open_rounds(rig->session) == 0 && what < 40))
        say_in_room(sim, people[who]);
    else if (what < 42)
        answer(sim, who);
    else if (what < 48)
        vote(sim, people[who]);
    else if (what < 57)
        mark(sim, people[who]);
    else if (what < 60 && has_guest(sim))
        toggle_guest(sim);
    else if (what < 72)
        tell(sim, people[who]);
    else if (what < 76)
        garbage(sim, people[who]);
    else if (what < 77)
        change_answer(sim, pick(sim, 3) == 0);
    else if (what < 80 && sim->one_person)
        link_accounts(sim);
    else if (what < 80)
        toggle_guest(sim);
    else if (what < 84)
        repeat(sim);
    else if (what < 92)
        rig_advance(rig, (int64_t)pick(sim, 400) * 1000);
    else if (what < 94)
        restart(sim);
    else if (what < 95)
        rig_leave(rig, people[who]);
    else if (what < 96)
        toggle_links(sim);
    else if (what < 98 && !sim->sound)
        toggle_disk(sim);
    else if (what < 98)
        change_answer(sim, pick(sim, 3) == 0);
    else if (what < 99 || sim->sound) /* whose marks nobody can count does not hear of all */
        rig_toggle_deaf(rig);
    else
        rig_push(rig, &(struct event){.kind = pick(sim, 2) ? EVENT_BEHIND : EVENT_ABREAST});
    if (what >= 84)
        sim->last[2][0] = '\0';
}

/* ---- what must hold ---- */

static size_t answers, votes; /* receipts checked in all sessions */

static void broken(struct sim *sim, const struct rig_seen *one, const char *rule)
{
    rig_dump(sim->rig);
    fail_msg("seed %llu: %s: [%s] %s", (unsigned long long)sim->seed, rule,
             one->person ? one->person : "room", one->text);
}

static void check(struct sim *sim)
{
    struct rig *rig = sim->rig;
    struct rig_promises promises = {rig, people, tokens, PEOPLE, sim->one_person, 0, 0};
    char why[4096];
    for (size_t i = 0; i < rig->seen_count; i++) {
        const char *rule = rig_broken_promise(&promises, &rig->seen[i]);
        if (rule)
            broken(sim, &rig->seen[i], rule);
    }
    answers += promises.answers;
    votes += promises.votes;
    if (rig->twice)
        broken(sim, &rig->seen[rig->oldest_twice], "a message went out twice");
    if (session_unsent(rig->session) != 0)
        fail_msg("seed %llu: %zu messages were never sent", (unsigned long long)sim->seed,
                 session_unsent(rig->session));
    if (sim->sound && rig_votes_check(sim->network, why, sizeof why)) {
        rig_dump(rig);
        fail_msg("seed %llu: %s", (unsigned long long)sim->seed, why);
    }
    if (has_guest(sim) && rig_guests_right(rig, why, sizeof why))
        fail_msg("seed %llu: %s", (unsigned long long)sim->seed, why);
    if (rig_boards_right(rig, why, sizeof why))
        fail_msg("seed %llu: %s", (unsigned long long)sim->seed, why);
    if (rig_number(rig, "SELECT count(*) FROM round WHERE paused = 0 AND phase NOT IN"
                        " ('closed', 'ended')") != 0)
        fail_msg("seed %llu: a round is still open after a week", (unsigned long long)sim->seed);
}

/* ---- sessions ---- */

static size_t edits, marks;   /* that changed something in the sound ones */
static size_t joint, persons;  /* sessions in which rooms, or accounts, were linked */
static size_t logins;          /* sessions in which a guest logged in and was ranked */

static uint64_t play(struct rig *rig, uint64_t seed)
{
    static struct rig_votes network;
    struct sim sim = {.rig = rig, .seed = seed, .chance = seed * UINT64_C(0x9E3779B97F4A7C15) + 1,
                      .sound = seed % 2 == 0, .network = &network};
    struct error error;
    disk_reset();
    rig_reset(rig);
    rig_votes_init(&network, rig);
    rig->settings.settle_ms = pick(&sim, 2) ? 15000 : 0;
    rig->settings.reveal_names = pick(&sim, 2);
    rig->two_places = pick(&sim, 2);
    rig->linked = rig->two_places && pick(&sim, 2);
    sim.one_person = !sim.sound && pick(&sim, 2);
    rig->chance = seed + 1;
    assert_int_equal(rig_up(rig, &error), 0);
    everyone_enters(&sim);
    for (int i = 0; i < ACTIONS; i++)
        act(&sim);
    disk_heal();
    /* A bot that went down before it had stored that a guest logged in owes the guest still. */
    if (has_guest(&sim))
        rig->guest = people[PEOPLE - 1];
    rig->deaf = true;
    rig_toggle_deaf(rig);
    rig_advance(rig, 8 * DAY_MS);
    check(&sim);
    joint += rig_find(rig, 0, NULL, "This room now plays together") < rig->seen_count;
    persons += rig_find(rig, 0, people[0], "one person now") < rig->seen_count;
    logins += rig_find(rig, 0, people[PEOPLE - 1], "so you are ranked in") < rig->seen_count;
    edits += sim.edits;
    for (size_t i = 0; i < network.count; i++)
        marks += sim.sound && network.vote[i].id[0] && network.vote[i].turn > 0;
    return rig_transcript(rig);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

static void test_sessions(void **state)
{
    struct rig rig;
    uint64_t first = number("SIM_SEED", 1), count = number("SIM_SESSIONS", 1000);
    (void)state;
    disk_install();
    rig_init(&rig);
    for (uint64_t seed = first; seed < first + count; seed++) {
        uint64_t once = play(&rig, seed);
        /* The same events with the same chance give the same transcript. */
        if (seed % 10 == 0 && play(&rig, seed) != once)
            fail_msg("seed %llu: played again, the transcript differs", (unsigned long long)seed);
    }
    rig_finish(&rig);
    disk_remove();
    print_message("# %llu sessions from seed %llu on, %zu answers and %zu votes acknowledged,"
                  " %zu edits and %zu marks that counted, rooms linked in %zu, accounts in %zu,"
                  " guests logged in in %zu\n",
                  (unsigned long long)count, (unsigned long long)first, answers, votes, edits, marks,
                  joint, persons, logins);
    assert_true(count < 100 || (joint > count / 10 && persons > count / 20));
    assert_true(count < 100 || logins >= count / 100);
    assert_true(answers > count && (count < 100 || votes > count / 4));
    assert_true(count < 100 || (edits > count / 25 && marks > count / 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sessions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
