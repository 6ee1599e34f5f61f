/*
 * Ten members who play rounds all day, by the channel and by private messages
 * alone: they start rounds, answer, grade what they are sent, send again what was
 * not acknowledged, and remember what was.
 */
#ifndef SUPPORT_LIFE_PLAY_H
#define SUPPORT_LIFE_PLAY_H

#include "warp/life_bot.h"

struct life_vote { /* on the answer with one label */
    int author;    /* -1 = there is none */
    unsigned round;
    char scores[5];
    bool sent, acked;
    int64_t due;   /* when it is sent (again); 0 = never */
};

struct life_player {
    unsigned round;  /* they answer in; 0 = none */
    bool answered;   /* acknowledged */
    int64_t join_at; /* when they say that they take part; 0 = never */
    int64_t due;     /* when the answer is sent (again); 0 = never */
    char label;      /* of the answer that is being shown, 0 = none */
    struct life_vote vote[26];
};

/* Something the bot said it has stored. */
struct life_ack {
    size_t player;
    unsigned round; /* of a vote */
    int author;     /* of a vote; -1 = it is an answer */
    char what[12];  /* scores, or the code of an answer */
};

struct life_play {
    struct life_net *net;
    struct life_bot *bot;
    uint64_t chance;
    struct life_player player[LIFE_MEMBERS];
    int64_t start_at;   /* the next round */
    struct life_ack *acks;
    size_t ack_count, ack_capacity;
    size_t answers, votes, rounds;
};

void life_play_init(struct life_play *play, struct life_net *net, struct life_bot *bot,
                    uint64_t seed);
void life_play_finish(struct life_play *play);
/* Somebody sees something (person NULL = everybody in the room). */
void life_play_heard(struct life_play *play, const struct life_person *person, const char *text);
/* They do what is due. */
void life_play_tick(struct life_play *play);
/* Everything acknowledged is in the store; else trouble. */
void life_play_check(struct life_play *play);

#endif
