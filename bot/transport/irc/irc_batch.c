#include "transport/irc/irc_batch.h"

#include <stdio.h>
#include <string.h>

static void batch_finish(struct irc_batch *batch)
{
    buf_finish(&batch->text);
}

void irc_batches_init(struct irc_batches *batches)
{
    memset(batches, 0, sizeof *batches);
    buf_init(&batches->whole.text);
}

void irc_batches_clear(struct irc_batches *batches)
{
    for (size_t i = 0; i < batches->count; i++)
        batch_finish(&batches->open[i]);
    batches->count = 0;
    batch_finish(&batches->whole);
}

void irc_batches_finish(struct irc_batches *batches)
{
    irc_batches_clear(batches);
}

static struct irc_batch *find(struct irc_batches *batches, const char *ref)
{
    for (size_t i = 0; ref && i < batches->count; i++)
        if (strcmp(batches->open[i].ref, ref) == 0)
            return &batches->open[i];
    return NULL;
}

/* Takes it out of the list; the caller has its text now. */
static struct irc_batch take(struct irc_batches *batches, struct irc_batch *batch)
{
    struct irc_batch taken = *batch;
    size_t at = (size_t)(batch - batches->open);
    batches->count--;
    memmove(batch, batch + 1, (batches->count - at) * sizeof *batch);
    return taken;
}

static void drop(struct irc_batches *batches, struct irc_batch *batch)
{
    struct irc_batch taken = take(batches, batch);
    batch_finish(&taken);
}

static enum irc_batch_kind kind_of(const char *type)
{
    if (strcmp(type, "draft/multiline") == 0 || strcmp(type, "multiline") == 0)
        return IRC_BATCH_LINES;
    if (strcmp(type, "chathistory") == 0 || strcmp(type, "draft/chathistory") == 0 ||
        strcmp(type, "znc.in/playback") == 0 || strcmp(type, "playback") == 0)
        return IRC_BATCH_PAST;
    return IRC_BATCH_OTHER;
}

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

/* "BATCH +ref type target"; msgid, account and time of a message of many lines stand here. */
static void begin(struct irc_batches *batches, const struct irc_line *line)
{
    const char *ref = line->param[0] + 1;
    struct irc_batch *old = find(batches, ref), *outer = find(batches, line->batch);
    bool past = outer && outer->past;
    if (old)
        drop(batches, old);
    if (batches->count == IRC_BATCHES_MAX)
        drop(batches, &batches->open[0]);
    struct irc_batch *batch = &batches->open[batches->count++];
    *batch = (struct irc_batch){.kind = kind_of(line->param[1])};
    batch->past = past || batch->kind == IRC_BATCH_PAST;
    buf_init(&batch->text);
    copy(batch->ref, sizeof batch->ref, ref);
    copy(batch->nick, sizeof batch->nick, line->nick);
    copy(batch->userhost, sizeof batch->userhost, line->userhost);
    copy(batch->account, sizeof batch->account, line->account);
    copy(batch->target, sizeof batch->target, line->param[2]);
    copy(batch->msgid, sizeof batch->msgid, line->msgid);
    copy(batch->time, sizeof batch->time, line->time);
}

static enum irc_batch_step end(struct irc_batches *batches, struct irc_batch *batch)
{
    if (batch->kind != IRC_BATCH_LINES || batch->lines == 0 || batch->text.failed) {
        drop(batches, batch);
        return IRC_BATCH_TAKEN;
    }
    batches->whole = take(batches, batch);
    return IRC_BATCH_WHOLE;
}

static void add_line(struct irc_batch *batch, const struct irc_line *line)
{
    const char *text = line->param[1];
    size_t length = strlen(text), more = batch->lines > 0 && !line->concat;
    batch->lines++;
    if (batch->cut || batch->text.length + more + length > EVENT_TEXT_MAX) {
        batch->cut = true;
        return;
    }
    if (more)
        buf_putc(&batch->text, '\n');
    buf_add(&batch->text, text, length);
}

enum irc_batch_step irc_batches_line(struct irc_batches *batches, const struct irc_line *line)
{
    batch_finish(&batches->whole);
    struct irc_batch *batch = find(batches, line->batch);
    if (strcmp(line->command, "BATCH") == 0) {
        struct irc_batch *ended = line->param[0][0] == '-' ? find(batches, line->param[0] + 1) : NULL;
        if (ended)
            return end(batches, ended);
        if (line->param[0][0] == '+' && strlen(line->param[0]) < sizeof batch->ref)
            begin(batches, line);
        return IRC_BATCH_TAKEN;
    }
    if (!batch)
        return IRC_BATCH_NONE;
    if (batch->kind != IRC_BATCH_LINES)
        return batch->past ? IRC_BATCH_OLD : IRC_BATCH_NONE;
    /* Who may add to it is whoever began it: a server sees to that, but a broken one may not. */
    if (strcmp(line->command, "PRIVMSG") == 0 && strcmp(line->nick, batch->nick) == 0)
        add_line(batch, line);
    return IRC_BATCH_TAKEN;
}
