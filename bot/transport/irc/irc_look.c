#include "transport/irc/irc_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_render.h"
#include "transport/irc/irc_state.h"
#include "transport/irc/irc_transport.h"

#define ANSWERS_MS 15000  /* for all that the server is asked, */
#define SERVICES_MS 5000  /* and for what services are asked then */
#define GOODBYE_MS 1000
#define MARKER "look"     /* its PONG shows that all before it is answered */

struct irc_look {
    struct irc_settings settings;         /* of one server, without channels */
    const struct irc_settings *original;
    struct irc_look_found *found;
    uv_loop_t loop;
    uv_timer_t timer;
    char services[64]; /* nick of NickServ */
    bool asked, over, stopped;
};

/* ---- asking ---- */

static void finish(struct irc_look *look)
{
    look->over = true;
    uv_timer_stop(&look->timer);
}

static void on_timer(uv_timer_t *timer)
{
    finish(timer->data);
}

static void ask(struct irc *irc)
{
    struct irc_look *look = irc->look;
    look->asked = true;
    uv_timer_start(&look->timer, on_timer, ANSWERS_MS, 0);
    irc_send(irc, "WHOIS %s", irc->nick);
    irc_send(irc, "WHOIS %s", look->services);
    for (size_t i = 0; i < look->original->channel_count; i++)
        irc_send(irc, "MODE %s", look->original->channels[i]);
    irc_send(irc, "PING :" MARKER);
}

/* NickServ is told who we are, and has not said that it believes it. */
static bool identifies(const struct irc *irc)
{
    return irc->settings->services && irc->settings->account_password && !irc->account[0];
}

static void finish_if_all_is_known(struct irc *irc)
{
    if (irc->look->found->services.answers && !identifies(irc))
        finish(irc->look);
}

static void ask_services(struct irc *irc)
{
    struct irc_look *look = irc->look;
    if (!look->found->services.mask[0]) {
        finish(look);
        return;
    }
    uv_timer_start(&look->timer, on_timer, SERVICES_MS, 0);
    irc_send(irc, "PRIVMSG %s :ACC %s *", look->services, irc->nick);
}

/* ---- what comes ---- */

static void add_caps(struct irc *irc, const char *list)
{
    struct irc_look_found *found = irc->look->found;
    if (irc->caps.offered == 0) /* the first line of this connection, perhaps not the first one */
        found->caps[0] = '\0';
    size_t used = strlen(found->caps);
    snprintf(found->caps + used, sizeof found->caps - used, "%s%s", used ? " " : "", list);
    while (found->caps[0] && found->caps[strlen(found->caps) - 1] == ' ')
        found->caps[strlen(found->caps) - 1] = '\0';
}

static void on_whois(struct irc *irc, int numeric)
{
    const struct irc_line *line = &irc->line;
    struct irc_look *look = irc->look;
    bool own = irc_is_self(irc, line->param[1]);
    if (numeric == 311 && own)
        snprintf(irc->userhost, sizeof irc->userhost, "%.100s@%.150s", line->param[2],
                 line->param[3]);
    else if (numeric == 311 && irc_people_same(&irc->people, line->param[1], look->services))
        snprintf(look->found->services.mask, sizeof look->found->services.mask,
                 "%.60s!%.60s@%.190s", line->param[1], line->param[2], line->param[3]);
    else if (numeric == 330 && own)
        look->found->whois_account = true;
}

static void on_channel(struct irc_look *look, const struct irc *irc, bool there)
{
    for (size_t i = 0; i < look->original->channel_count; i++) {
        struct irc_look_channel *channel = &look->found->channel[i];
        if (!irc_people_same(&irc->people, irc->line.param[1], look->original->channels[i]))
            continue;
        channel->told = true;
        channel->there = there;
        if (there)
            snprintf(channel->modes, sizeof channel->modes, "%.60s", irc->line.param[2]);
    }
}

static void on_notice(struct irc *irc)
{
    struct irc_look *look = irc->look;
    const char *text = irc->line.param[irc->line.count > 1 ? irc->line.count - 1 : 0];
    if (!look->asked || !irc_people_same(&irc->people, irc->line.nick, look->services) ||
        !strstr(text, " ACC "))
        return;
    /* As the line has it, which is what the bot goes by. */
    snprintf(look->found->services.mask, sizeof look->found->services.mask, "%.60s!%.250s",
             irc->line.nick, irc->line.userhost);
    look->found->services.answers = true;
    finish_if_all_is_known(irc);
}

static void on_numeric(struct irc *irc, int numeric)
{
    struct irc_look *look = irc->look;
    const struct irc_line *line = &irc->line;
    if (numeric == 4) {
        snprintf(look->found->server, sizeof look->found->server, "%s", line->param[1]);
        snprintf(look->found->version, sizeof look->found->version, "%s", line->param[2]);
    } else if ((numeric == 376 || numeric == 422) && irc->phase == IRC_READY && !look->asked) {
        ask(irc);
    } else if (numeric == 311 || numeric == 330) {
        on_whois(irc, numeric);
    } else if (numeric == 324 || numeric == 403) {
        on_channel(look, irc, numeric == 324);
    }
}

void irc_look_line(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    struct irc_look_found *found = irc->look->found;
    const char *last = line->param[line->count > 0 ? line->count - 1 : 0];
    if (strcmp(line->command, "CAP") == 0 && strcmp(line->param[1], "LS") == 0)
        add_caps(irc, last);
    else if (strcmp(line->command, "ERROR") == 0 && !irc_sasl_reveals(irc->settings, last))
        snprintf(found->error, sizeof found->error, "%s", last);
    else if (strcmp(line->command, "NOTICE") == 0)
        on_notice(irc);
    else if (strcmp(line->command, "PONG") == 0 && strcmp(last, MARKER) == 0)
        ask_services(irc);
    else
        on_numeric(irc, irc_line_numeric(line));
}

void irc_look_registered(struct irc *irc)
{
    irc->look->found->reach = IRC_LOOK_REGISTERED;
    /* A server without a MOTD may say nothing of it. */
    uv_timer_start(&irc->look->timer, on_timer, 2 * ANSWERS_MS, 0);
}

void irc_look_logged_in(struct irc *irc)
{
    finish_if_all_is_known(irc);
}

void irc_look_lost(struct irc *irc, const char *why)
{
    struct irc_look_found *found = irc->look->found;
    if (irc->look->over)
        return;
    if (found->reach == IRC_LOOK_NOWHERE && irc->phase != IRC_CONNECTING)
        found->reach = IRC_LOOK_CONNECTED;
    snprintf(found->why, sizeof found->why, "%s", why);
    finish(irc->look);
}

/* ---- the whole ---- */

static void take_state(const struct irc *irc, struct irc_look *look)
{
    struct irc_look_found *found = look->found;
    char prefix[IRC_LINE_MAX];
    const char *channel = look->original->channel_count ? look->original->channels[0] : "#";
    int length = snprintf(prefix, sizeof prefix, "%s!%s", irc->nick, irc->userhost);
    found->text_bytes = irc_render_budget((size_t)length, channel);
    found->isupport = irc->isupport;
    found->account_tag = irc_cap(irc, IRC_CAP_ACCOUNT_TAG);
    found->extended_join = irc_cap(irc, IRC_CAP_EXTENDED_JOIN);
    found->account_notify = irc_cap(irc, IRC_CAP_ACCOUNT_NOTIFY);
    found->multiline = irc_cap(irc, IRC_CAP_MULTILINE);
    if (irc->servers.now.tls && !look->settings.servers[0].tls)
        found->upgraded = irc->servers.now.port;
    snprintf(found->nick, sizeof found->nick, "%s", irc->nick);
    snprintf(found->account, sizeof found->account, "%s", irc->account);
    found->sasl = irc_cap(irc, IRC_CAP_SASL);
    snprintf(found->login_why, sizeof found->login_why, "%s",
             irc->account[0] ? "" : irc->sasl.why);
}

static int hear(void *context, const struct event *event)
{
    (void)context;
    (void)event;
    return 0;
}

static int remember(void *context, const char *transport, const char *network, const char *prefix,
                    note_fn *note, void *note_context)
{
    (void)context;
    (void)transport;
    (void)network;
    (void)prefix;
    (void)note;
    (void)note_context;
    return 0;
}

static void pass(void *context, int64_t id)
{
    (void)context;
    (void)id;
}

static void pass_ready(void *context, const char *transport, const char *network)
{
    (void)context;
    (void)transport;
    (void)network;
}

static void wake(void *context)
{
    (void)context;
}

static void on_stopped(void *context)
{
    ((struct irc_look *)context)->stopped = true;
}

static int look_through(struct irc_look *look, struct error *error)
{
    const struct transport_sink sink = {look, hear, remember, pass, pass, pass_ready, wake};
    struct transport *transport = irc_transport_create(&look->loop, &look->settings, &sink, error);
    if (!transport)
        return -1;
    struct irc *irc = (struct irc *)transport;
    irc->look = look;
    irc_link_report(irc->link, &look->found->tls);
    int failed = transport->ops->start(transport, error);
    while (!failed && !look->over)
        uv_run(&look->loop, UV_RUN_ONCE);
    take_state(irc, look);
    transport->ops->stop(transport, GOODBYE_MS, on_stopped, look);
    while (!look->stopped)
        uv_run(&look->loop, UV_RUN_ONCE);
    transport->ops->destroy(transport);
    uv_run(&look->loop, UV_RUN_DEFAULT);
    return failed;
}

int irc_look(const struct irc_settings *settings, size_t server, struct irc_look_found *found,
             struct error *error)
{
    struct irc_look *look = calloc(1, sizeof *look);
    memset(found, 0, sizeof *found);
    if (!look || uv_loop_init(&look->loop)) {
        free(look);
        return error_set(error, ERR_MEMORY, "no memory for a look at a network");
    }
    look->settings = *settings;
    look->settings.servers[0] = settings->servers[server];
    look->settings.server_count = 1;
    look->settings.channel_count = 0;
    look->original = settings;
    look->found = found;
    const char *mask = settings->services ? settings->services : "NickServ";
    snprintf(look->services, sizeof look->services, "%.*s", (int)strcspn(mask, "!"), mask);
    uv_timer_init(&look->loop, &look->timer);
    look->timer.data = look;
    int failed = look_through(look, error);
    uv_close((uv_handle_t *)&look->timer, NULL);
    uv_run(&look->loop, UV_RUN_DEFAULT);
    uv_loop_close(&look->loop);
    free(look);
    return failed;
}
