#include "transport/irc/irc_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct irc_queue_message {
    struct irc_queue_message *next;
    int64_t id;
    uint64_t urgent;  /* how many urgent ones came before it, and 1; 0 = it is none */
    uint64_t marker;  /* covers its last line */
    char *at;         /* next line; NULL when all are out */
    char target[IRC_QUEUE_TARGET]; /* once it is out */
    char nick[65];    /* under which its last line went out; "" = to a channel, or none did */
    char lines[];
};

struct irc_queue_target {
    struct irc_queue_target *next, *previous;
    struct irc_queue_message *begun; /* some of its lines are out */
    struct irc_queue_list urgent, plain;
    char name[IRC_QUEUE_TARGET];
};

/* ---- lists ---- */

static void append(struct irc_queue_list *list, struct irc_queue_message *message)
{
    message->next = NULL;
    if (list->last)
        list->last->next = message;
    else
        list->first = message;
    list->last = message;
}

static struct irc_queue_message *pop(struct irc_queue_list *list)
{
    struct irc_queue_message *message = list->first;
    if (message) {
        list->first = message->next;
        if (!list->first)
            list->last = NULL;
    }
    return message;
}

static void unlink_target(struct irc_queue *queue, struct irc_queue_target *target)
{
    *(target->previous ? &target->previous->next : &queue->first) = target->next;
    *(target->next ? &target->next->previous : &queue->last) = target->previous;
}

static void link_last(struct irc_queue *queue, struct irc_queue_target *target)
{
    target->next = NULL;
    target->previous = queue->last;
    *(queue->last ? &queue->last->next : &queue->first) = target;
    queue->last = target;
}

static struct irc_queue_target *find(const struct irc_queue *queue, const char *name)
{
    struct irc_queue_target *target = queue->first;
    while (target && strcmp(target->name, name) != 0)
        target = target->next;
    return target;
}

static size_t count_lines(const char *lines)
{
    size_t count = 1;
    for (const char *c = lines; *c; c++)
        count += *c == '\n';
    return count;
}

/* ---- forgetting ---- */

static void forget(struct irc_queue *queue, struct irc_queue_message *message,
                   irc_queue_id_fn *tell, void *context)
{
    if (message->at) {
        queue->lines -= count_lines(message->at);
        queue->urgent -= message->urgent && message->at == message->lines;
    }
    if (queue->last_message == message)
        queue->last_message = NULL;
    if (message->id && tell)
        tell(context, message->id);
    free(message);
}

static void forget_list(struct irc_queue *queue, struct irc_queue_list *list,
                        irc_queue_id_fn *tell, void *context)
{
    struct irc_queue_message *message;
    while ((message = pop(list)))
        forget(queue, message, tell, context);
}

static void forget_target(struct irc_queue *queue, struct irc_queue_target *target,
                          irc_queue_id_fn *tell, void *context)
{
    if (target->begun)
        forget(queue, target->begun, tell, context);
    forget_list(queue, &target->urgent, tell, context);
    forget_list(queue, &target->plain, tell, context);
    unlink_target(queue, target);
    free(target);
}

void irc_queue_init(struct irc_queue *queue)
{
    *queue = (struct irc_queue){0};
}

bool irc_queue_empty(const struct irc_queue *queue)
{
    return !queue->first && !queue->out.first;
}

void irc_queue_clear(struct irc_queue *queue, irc_queue_id_fn *tell, void *context)
{
    forget_list(queue, &queue->out, tell, context);
    while (queue->first)
        forget_target(queue, queue->first, tell, context);
}

void irc_queue_drop(struct irc_queue *queue, const char *name, bool unsure, irc_queue_id_fn *tell,
                    void *context)
{
    struct irc_queue_list out = queue->out;
    struct irc_queue_message *message;
    queue->out = (struct irc_queue_list){0};
    while ((message = pop(&out)))
        if (unsure && strcmp(message->target, name) == 0)
            forget(queue, message, tell, context);
        else
            append(&queue->out, message);
    struct irc_queue_target *target = find(queue, name);
    if (target)
        forget_target(queue, target, tell, context);
}

/* ---- renaming ---- */

static void move_list(struct irc_queue_list *to, struct irc_queue_list *from)
{
    struct irc_queue_message *message;
    while ((message = pop(from)))
        append(to, message);
}

/* Somebody had that nick before: what was for them comes first. */
static void join_targets(struct irc_queue *queue, struct irc_queue_target *from,
                         struct irc_queue_target *to)
{
    move_list(&to->urgent, &from->urgent);
    /* Of two that have begun the second one goes on where it stopped, in its turn. */
    if (from->begun && to->begun) {
        from->begun->urgent = 0;
        append(&to->plain, from->begun);
    } else if (from->begun) {
        to->begun = from->begun;
    }
    move_list(&to->plain, &from->plain);
    unlink_target(queue, from);
    free(from);
}

void irc_queue_rename(struct irc_queue *queue, const char *from, const char *to)
{
    struct irc_queue_target *target = find(queue, from), *other = find(queue, to);
    if (strcmp(from, to) == 0)
        return;
    for (struct irc_queue_message *m = queue->out.first; m; m = m->next)
        if (strcmp(m->target, from) == 0)
            snprintf(m->target, sizeof m->target, "%s", to);
    if (!target)
        return;
    snprintf(target->name, sizeof target->name, "%s", to);
    if (other)
        join_targets(queue, target, other);
}

/* ---- in ---- */

static struct irc_queue_target *find_or_make(struct irc_queue *queue, const char *name)
{
    struct irc_queue_target *target = find(queue, name);
    if (target)
        return target;
    target = calloc(1, sizeof *target);
    if (!target)
        return NULL;
    snprintf(target->name, sizeof target->name, "%s", name);
    link_last(queue, target);
    return target;
}

int irc_queue_add(struct irc_queue *queue, const char *name, const char *lines, int64_t id,
                  bool urgent)
{
    size_t size = strlen(lines) + 1;
    struct irc_queue_message *message = malloc(sizeof *message + size);
    struct irc_queue_target *target = message ? find_or_make(queue, name) : NULL;
    if (!target) {
        free(message);
        return -1;
    }
    *message = (struct irc_queue_message){.id = id};
    memcpy(message->lines, lines, size);
    message->at = message->lines;
    if (urgent) {
        message->urgent = ++queue->urgent_count;
        queue->urgent++;
    }
    append(urgent ? &target->urgent : &target->plain, message);
    queue->lines += count_lines(lines);
    return 0;
}

/* ---- out ---- */

static struct irc_queue_message *next_of(const struct irc_queue_target *target)
{
    if (target->begun)
        return target->begun;
    return target->urgent.first ? target->urgent.first : target->plain.first;
}

/* The receipt that has waited longest, of those that need not wait for what has begun. */
static struct irc_queue_target *first_urgent(const struct irc_queue *queue)
{
    struct irc_queue_target *found = NULL;
    size_t seen = 0;
    for (struct irc_queue_target *t = queue->first; t && seen < queue->urgent; t = t->next) {
        const struct irc_queue_message *urgent = t->urgent.first;
        if (!urgent)
            continue;
        seen++;
        if (!t->begun && (!found || urgent->urgent < found->urgent.first->urgent))
            found = t;
    }
    return found;
}

struct irc_queue_target *irc_queue_next(const struct irc_queue *queue)
{
    struct irc_queue_target *target = first_urgent(queue), *first = queue->first;
    if (target || !first)
        return target;
    /* Who was just spoken to and has news again waits for the others all the same. */
    return first->next && strcmp(first->name, queue->last_target) == 0 ? first->next : first;
}

const char *irc_queue_name(const struct irc_queue_target *target)
{
    return target->name;
}

size_t irc_queue_bytes(const struct irc_queue_target *target)
{
    return strcspn(next_of(target)->at, "\n");
}

static void drop_if_done(struct irc_queue *queue, struct irc_queue_target *target)
{
    if (target->begun || target->urgent.first || target->plain.first)
        return;
    unlink_target(queue, target);
    free(target);
}

void irc_queue_went_to(struct irc_queue *queue, const char *nick)
{
    struct irc_queue_message *message = queue->last_message;
    if (message)
        snprintf(message->nick, sizeof message->nick, "%s", nick);
}

void irc_queue_undelivered(struct irc_queue *queue, const char *nick, irc_queue_id_fn *tell,
                           void *context)
{
    struct irc_queue_list out = queue->out;
    struct irc_queue_message *message;
    queue->out = (struct irc_queue_list){0};
    while ((message = pop(&out)))
        if (*nick && strcmp(message->nick, nick) == 0)
            forget(queue, message, tell, context);
        else
            append(&queue->out, message);
    for (struct irc_queue_target *target = queue->first, *next; target; target = next) {
        next = target->next;
        message = target->begun;
        if (!message || !*nick || strcmp(message->nick, nick) != 0)
            continue;
        target->begun = NULL;
        forget(queue, message, tell, context);
        drop_if_done(queue, target);
    }
}

/* The message has no more lines. */
static void finish(struct irc_queue *queue, struct irc_queue_target *target,
                   struct irc_queue_message *message, uint64_t marker)
{
    message->marker = marker;
    snprintf(message->target, sizeof message->target, "%s", target->name);
    append(&queue->out, message);
    target->begun = NULL;
    if (!target->urgent.first && !target->plain.first) {
        unlink_target(queue, target);
        free(target);
        return;
    }
    unlink_target(queue, target);
    link_last(queue, target);
}

void irc_queue_take(struct irc_queue *queue, struct irc_queue_target *target, uint64_t marker,
                    const char **name, const char **line)
{
    struct irc_queue_message *message = next_of(target);
    if (message != target->begun) {
        pop(message->urgent ? &target->urgent : &target->plain);
        target->begun = message;
        queue->urgent -= message->urgent != 0;
    }
    snprintf(queue->last_target, sizeof queue->last_target, "%s", target->name);
    *name = queue->last_target;
    *line = message->at;
    char *end = strchr(message->at, '\n');
    if (end)
        *end = '\0';
    message->at = end ? end + 1 : NULL;
    queue->last_message = message;
    queue->lines--;
    if (!message->at) {
        finish(queue, target, message, marker);
        return;
    }
    unlink_target(queue, target);
    link_last(queue, target);
}

void irc_queue_settle(struct irc_queue *queue, uint64_t marker, irc_queue_id_fn *sent,
                      void *context)
{
    while (queue->out.first && queue->out.first->marker <= marker)
        forget(queue, pop(&queue->out), sent, context);
}
