#include "sys/paste.h"

#include <stdlib.h>
#include <string.h>

struct paste_call {
    struct paste *paste;
    struct paste_call *next; /* younger */
    char *person;
    struct paste_link link;
    struct paste_fetch *fetch; /* NULL = waits for its turn */
    uint64_t since;
    paste_done_fn *done;
    void *context;
};

struct paste {
    struct transfers transfers;
    const struct paste_settings *settings;
    struct paste_net net;
    struct paste_call *oldest;
    uv_timer_t turn; /* what waits is looked at */
    unsigned handles;
    void (*gone)(void *context);
    void *gone_context;
};

static void on_turn(uv_timer_t *timer);

/* ---- whose turn it is ---- */

/* Counts of one person, or of all if NULL. */
static void count(const struct paste *paste, const char *person, unsigned *running,
                  unsigned *waiting)
{
    *running = *waiting = 0;
    for (const struct paste_call *call = paste->oldest; call; call = call->next)
        if (!person || strcmp(call->person, person) == 0)
            ++*(call->fetch ? running : waiting);
}

/* The oldest of whoever has least under way; NULL if nobody may begin. */
static struct paste_call *next_call(const struct paste *paste)
{
    struct paste_call *next = NULL;
    unsigned least = PASTE_AT_ONCE_EACH, running, waiting;
    count(paste, NULL, &running, &waiting);
    if (running >= PASTE_AT_ONCE)
        return NULL;
    for (struct paste_call *call = paste->oldest; call; call = call->next) {
        if (call->fetch)
            continue;
        count(paste, call->person, &running, &waiting);
        if (running < least) {
            least = running;
            next = call;
        }
    }
    return next;
}

static void take_out(struct paste_call *call)
{
    struct paste_call **at = &call->paste->oldest;
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
}

static void free_call(struct paste_call *call)
{
    free(call->person);
    free(call);
}

static void schedule(struct paste *paste)
{
    uint64_t now = uv_now(paste->transfers.loop);
    const struct paste_call *call = paste->oldest;
    while (call && call->fetch)
        call = call->next;
    if (!call)
        uv_timer_stop(&paste->turn);
    else if (next_call(paste))
        uv_timer_start(&paste->turn, on_turn, 0, 0);
    else
        uv_timer_start(&paste->turn, on_turn,
                       call->since + PASTE_WAIT_MS > now ? call->since + PASTE_WAIT_MS - now : 0, 0);
}

static void end(struct paste_call *call, const struct paste_result *result)
{
    struct paste *paste = call->paste;
    take_out(call);
    call->done(call->context, result);
    free_call(call);
    schedule(paste);
}

static void on_done(void *context, const struct paste_result *result)
{
    end(context, result);
}

static void end_overdue(struct paste *paste)
{
    static const struct paste_result late = {
        .why = "too many links are being read just now. Try again in a moment."};
    struct paste_call *call = paste->oldest;
    while (call) {
        struct paste_call *next = call->next;
        if (!call->fetch && uv_now(paste->transfers.loop) >= call->since + PASTE_WAIT_MS) {
            end(call, &late);
            next = paste->oldest; /* done() may have changed the list */
        }
        call = next;
    }
}

static void on_turn(uv_timer_t *timer)
{
    static const struct paste_result no_memory = {
        .why = "I am out of memory. Try again in a moment."};
    struct paste *paste = timer->data;
    struct paste_call *call;
    end_overdue(paste);
    while ((call = next_call(paste))) {
        call->fetch = paste_fetch_start(&paste->transfers, paste->settings, &paste->net,
                                        &call->link, on_done, call);
        if (!call->fetch)
            end(call, &no_memory);
    }
    schedule(paste);
}

struct paste_call *paste_start(struct paste *paste, const char *person,
                               const struct paste_link *link, paste_done_fn *done, void *context,
                               struct error *error)
{
    unsigned running, waiting, mine;
    count(paste, NULL, &running, &waiting);
    count(paste, person, &running, &mine);
    if (mine >= PASTE_WAITING_EACH || waiting >= PASTE_WAITING_MAX) {
        error_set(error, ERR_FULL, "%s",
                  mine >= PASTE_WAITING_EACH
                      ? "you sent many at once. Wait for those before it."
                      : "too many links are being read just now. Try again in a moment.");
        return NULL;
    }
    struct paste_call *call = calloc(1, sizeof *call);
    char *name = strdup(person);
    if (!call || !name) {
        free(name);
        free(call);
        error_set(error, ERR_MEMORY, "I am out of memory. Try again in a moment.");
        return NULL;
    }
    *call = (struct paste_call){.paste = paste,
                                .person = name,
                                .link = *link,
                                .since = uv_now(paste->transfers.loop),
                                .done = done,
                                .context = context};
    struct paste_call **last = &paste->oldest;
    while (*last)
        last = &(*last)->next;
    *last = call;
    schedule(paste);
    return call;
}

void paste_cancel(struct paste_call *call)
{
    if (!call)
        return;
    struct paste *paste = call->paste;
    take_out(call);
    paste_fetch_cancel(call->fetch);
    free_call(call);
    schedule(paste);
}

/* ---- life ---- */

static void on_ended(void *context, CURL *easy, CURLcode result)
{
    (void)context;
    paste_fetch_ended(easy, result);
}

struct paste *paste_create(uv_loop_t *loop, const struct paste_settings *settings,
                           const struct paste_net *net, struct error *error)
{
    struct paste *paste = calloc(1, sizeof *paste);
    if (!paste || transfers_init(&paste->transfers, loop, on_ended, paste)) {
        free(paste);
        error_set(error, ERR_MEMORY, "no memory for fetching pastes");
        return NULL;
    }
    paste->settings = settings;
    paste->net = net ? *net : (struct paste_net){.scope = ip_scope};
    uv_timer_init(loop, &paste->turn);
    paste->turn.data = paste;
    return paste;
}

static void let_go(struct paste *paste)
{
    if (--paste->handles > 0)
        return;
    if (paste->gone)
        paste->gone(paste->gone_context);
    free(paste);
}

static void on_turn_closed(uv_handle_t *handle)
{
    let_go(handle->data);
}

static void on_transfers_closed(uv_handle_t *handle)
{
    struct transfers *transfers = handle->data;
    let_go(transfers->context);
}

void paste_destroy(struct paste *paste, void (*gone)(void *context), void *context)
{
    if (!paste)
        return;
    while (paste->oldest) {
        struct paste_call *call = paste->oldest;
        take_out(call);
        paste_fetch_cancel(call->fetch);
        free_call(call);
    }
    paste->gone = gone;
    paste->gone_context = context;
    paste->handles = 2;
    transfers_finish(&paste->transfers, on_transfers_closed);
    uv_close((uv_handle_t *)&paste->turn, on_turn_closed);
}
