/* help: what one can do now, in this phase, in this place. */
#include <string.h>

#include "core/presence.h"
#include "core/sanction.h"
#include "core/talk.h"

static void add_usage(struct talk *talk, struct text *text, enum command_verb verb)
{
    text_item(text, 0, 0);
    text_monof(text, "%s%s", talk->prefix, command_usage(verb));
    text_printf(text, ": %s", command_what(verb));
}

static void help_one(struct talk *talk, const char *word)
{
    enum command_verb verb = command_find(word);
    if (verb == COMMAND_UNKNOWN || verb == COMMAND_NONE) {
        talk_reply(talk, "There is no command %.32s. %shelp lists what you can do now.", word,
                   talk->prefix);
        return;
    }
    char where = command_where(verb);
    struct text text;
    text_init(&text);
    text_monof(&text, "%s%s", talk->prefix, command_usage(verb));
    text_printf(&text, ": %s. Say it %s.", command_what(verb),
                where == 'R'   ? "in the room"
                : where == 'P' ? "to me privately"
                               : "in the room or to me privately");
    talk_reply_text(talk, &text);
    text_finish(&text);
}

/* What the rounds near the speaker allow. */
struct situation {
    bool open, gather, answer, vote; /* a round is open, in this phase */
    bool seated, not_seated;         /* in one of them; not in another */
    bool answered, paused;
    bool barred;                     /* they are banned from the rounds of this room */
};

static struct situation look(const struct talk *talk)
{
    struct situation now = {0};
    for (size_t i = 0; i < talk->hall->round_count; i++) {
        struct round *round = talk->hall->rounds[i];
        const struct room *room = talk_room_of(talk, round);
        const struct seat *seat = round_seat_of(round, talk->member);
        bool near = talk->room ? round->room == talk->room->id
                               : seat || (room && talk_present(talk, room));
        if (!near || !round_open(round))
            continue;
        now.open = true;
        now.gather |= round->phase == ROUND_GATHER;
        now.answer |= round->phase == ROUND_ANSWER;
        now.vote |= round->phase == ROUND_VOTE && seat;
        now.seated |= seat != NULL;
        now.not_seated |= seat == NULL;
        now.answered |= round->phase == ROUND_ANSWER && seat && seat->answer;
        now.paused |= round->paused;
    }
    return now;
}

/* One line: what is said in the room, all of the room reads. */
static void add_word(struct talk *talk, struct text *text, enum command_verb verb)
{
    text_monof(text, "%s%s", talk->prefix, command_word(verb));
    text_put(text, ", ");
}

static void add_kinds(struct talk *talk, struct text *text)
{
    const struct world *world = talk->hall->world;
    const struct hs_plugin *plugin;
    text_monof(text, "%sstart", talk->prefix);
    for (size_t i = 0; (plugin = world->plugin_at(world->context, i)); i++)
        text_printf(text, "%s%s", i ? " or " : " ", plugin->kind);
    text_put(text, ", ");
}

static void help_room(struct talk *talk, const struct situation *now, struct text *text)
{
    text_put(text, "Here and now: ");
    if (!now->open && !now->barred)
        add_kinds(talk, text);
    if (now->not_seated && !now->barred)
        add_word(talk, text, COMMAND_JOIN);
    if (now->open)
        add_word(talk, text, COMMAND_STATUS);
    if (now->answer && now->seated)
        add_word(talk, text, COMMAND_HINT);
    if (now->seated) {
        add_word(talk, text, COMMAND_EXTEND);
        add_word(talk, text, now->paused ? COMMAND_RESUME : COMMAND_PAUSE);
        add_word(talk, text, COMMAND_SKIP);
        add_word(talk, text, COMMAND_END);
        add_word(talk, text, COMMAND_LEAVE);
    }
    add_word(talk, text, COMMAND_TOP);
    add_word(talk, text, COMMAND_LOG);
    if (talk_role(talk, talk->room->id) >= ROLE_MODERATOR) {
        add_word(talk, text, COMMAND_IGNORE);
        add_word(talk, text, COMMAND_BAN);
        add_word(talk, text, COMMAND_BANS);
    }
    text_monof(text, "%sme", talk->prefix);
    text_put(text, ". ");
    text_monof(text, "%shelp COMMAND", talk->prefix);
    text_put(text, " says more.");
    if (now->answer)
        text_put(text, " Answers go to me privately.");
    else if (now->vote)
        text_put(text, " Votes go to me privately.");
}

static void help_private(struct talk *talk, const struct situation *now, struct text *text)
{
    const struct draft *draft = draft_of(talk->hall, talk->member);
    if (draft && !draft->pending) {
        add_usage(talk, text, COMMAND_END);
        add_usage(talk, text, COMMAND_CANCEL);
    } else if (now->answer) {
        text_item(text, 0, 0);
        text_put(text, "your answer, as plain text");
        add_usage(talk, text, COMMAND_BEGIN);
    }
    if (now->answered) {
        add_usage(talk, text, COMMAND_REVISE);
        add_usage(talk, text, COMMAND_WITHDRAW);
    }
    if (now->answer && now->seated)
        add_usage(talk, text, COMMAND_HINT);
    if (now->vote) {
        add_usage(talk, text, COMMAND_VOTE);
        add_usage(talk, text, COMMAND_VOTES);
    }
    if (now->not_seated)
        add_usage(talk, text, COMMAND_JOIN);
    if (now->open)
        add_usage(talk, text, COMMAND_STATUS);
    add_usage(talk, text, COMMAND_TOP);
    add_usage(talk, text, COMMAND_ME);
    if (!talk->event->guest)
        add_usage(talk, text, COMMAND_LINK);
}

void verb_help(struct talk *talk)
{
    if (talk->command.word_count > 0) {
        help_one(talk, talk->command.words[0]);
        return;
    }
    struct situation now = look(talk);
    struct sanction ban = {0};
    if (talk->room && sanction_of(talk, talk->room->id, talk->member, SANCTION_BAN, &ban)) {
        talk->broken = true;
        return;
    }
    now.barred = ban.member != 0;
    struct text text;
    text_init(&text);
    if (talk->room) {
        help_room(talk, &now, &text);
    } else {
        text_put(&text, "To me, now, you can say:");
        help_private(talk, &now, &text);
    }
    if (!talk->room && !now.open) {
        text_paragraph(&text);
        text_printf(&text, "Rounds are opened in the room, with %sstart.", talk->call);
    }
    talk_reply_text(talk, &text);
    text_finish(&text);
}

void verb_unknown(struct talk *talk)
{
    const struct command *command = &talk->command;
    /* A strange word after the prefix may be for another bot in the room. */
    if (talk->room && !command->named && !command->meant)
        return;
    /* Privately, inside begin .. end, it is a line of the answer. */
    struct draft *draft = talk->room ? NULL : draft_of(talk->hall, talk->member);
    if (draft && !draft->pending) {
        talk->command.verb = COMMAND_NONE;
        verb_say(talk);
        return;
    }
    if (talk->room && command->named && !command->meant && misplaced_called(talk))
        return;
    line_hold(talk);
    struct situation now = look(talk);
    if (talk->room && command->named && !command->meant && now.answer)
        talk_reply(talk, "If that was your answer: send it to me privately. I stored nothing from "
                         "here.");
    else if (command->meant)
        talk_reply(talk, "I do not know %.31s. Did you mean %s%s?", command->word, talk->prefix,
                   command->meant);
    else
        talk_reply(talk, "I do not know %.31s. %shelp lists what you can do now.", command->word,
                   talk->prefix);
}
