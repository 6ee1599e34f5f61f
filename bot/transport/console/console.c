#include "transport/console/console.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/span.h"
#include "util/utf8.h"

#define PEOPLE_MAX 64
#define COUNTDOWNS_MAX 8
#define WIDTH_MIN 20

struct console {
    struct transport transport;
    struct console_settings settings;
    char *people[PEOPLE_MAX];
    size_t person_count, current;
    bool private_talk; /* /dm: lines go to the bot privately */
    unsigned width;
    struct progress countdown[COUNTDOWNS_MAX];
    size_t countdown_count;
};

static struct console *console_of(const struct transport *transport)
{
    return (struct console *)(uintptr_t)transport;
}

/* ---- output ---- */

/* Prints a line, wrapped at words; what follows the first is indented. */
static void print_wrapped(struct console *console, const char *prefix, const char *line,
                          size_t length)
{
    struct buf out;
    size_t width = console->width >= WIDTH_MIN ? console->width : 0;
    buf_init(&out);
    do {
        buf_clear(&out);
        buf_puts(&out, prefix);
        size_t room = width > out.length + 8 ? width - out.length : width / 2;
        size_t taken = width ? utf8_cut_word(line, length, room) : length;
        buf_add(&out, line, taken);
        while (out.length > 0 && out.data[out.length - 1] == ' ' && taken < length)
            buf_truncate(&out, out.length - 1);
        if (!out.failed)
            console->settings.print(console->settings.print_context, buf_text(&out));
        line += taken;
        length -= taken;
        while (length > 0 && *line == ' ') {
            line++;
            length--;
        }
        prefix = "  ";
    } while (length > 0);
    buf_finish(&out);
}

struct printing {
    struct console *console;
    const char *prefix, *next;
};

static void print_line(void *context, const char *line, size_t length, enum text_block block)
{
    struct printing *printing = context;
    (void)block;
    print_wrapped(printing->console, printing->prefix, line, length);
    printing->prefix = printing->next;
}

static void note(struct console *console, const char *words)
{
    print_wrapped(console, "-- ", words, strlen(words));
}

static enum post_result post(struct transport *transport, const struct outbound *message)
{
    struct console *console = console_of(transport);
    static const struct text_style style = {"", "", "", "", "", "", true};
    char prefix[EVENT_TARGET_MAX + 32];
    bool transcript = console->settings.transcript;
    if (!message->target[0] || strpbrk(message->target, "\r\n") ||
        !text_valid(message->bytes, message->size) ||
        (!message->private_talk && strcmp(message->target, CONSOLE_ROOM) != 0))
        return POST_REFUSED;
    if (message->private_talk)
        snprintf(prefix, sizeof prefix, transcript ? "[to %s] " : "hotseat to %s: ",
                 message->target);
    else
        snprintf(prefix, sizeof prefix, transcript ? "[%s] " : "hotseat: ", message->target);
    /* What a terminal shows cannot be erased. */
    bool says = !(message->flags & EFFECT_ERASES);
    struct printing printing = {console, prefix, transcript ? prefix : "  "};
    if (says &&
        text_render_lines(message->bytes, message->size, &style, print_line, &printing))
        return POST_AGAIN;
    if (message->id)
        console->settings.sink->sent(console->settings.sink->context, message->id);
    return POST_TAKEN;
}

static void progress(struct transport *transport, const char *target,
                     const struct progress *progress)
{
    struct console *console = console_of(transport);
    size_t at = 0;
    (void)target;
    while (at < console->countdown_count && console->countdown[at].round != progress->round)
        at++;
    bool over = progress->deadline == 0 && progress->remaining == 0;
    if (over && at < console->countdown_count) {
        console->countdown[at] = console->countdown[--console->countdown_count];
    } else if (!over && at < COUNTDOWNS_MAX) {
        console->countdown[at] = *progress;
        if (at == console->countdown_count)
            console->countdown_count++;
    }
}

bool console_counting(const struct transport *transport)
{
    return console_of(transport)->countdown_count > 0;
}

void console_prompt(const struct transport *transport, struct buf *out)
{
    const struct console *console = console_of(transport);
    int64_t now = console->settings.now(console->settings.now_context);
    for (size_t i = 0; i < console->countdown_count; i++) {
        const struct progress *one = &console->countdown[i];
        char left[SPAN_TEXT];
        int64_t time = one->remaining > 0 ? one->remaining : one->deadline - now;
        buf_printf(out, "[%" PRIu64 " %s %s %u/%u%s] ", one->round, one->phase,
                   span_text(time, left), one->done, one->total,
                   one->remaining > 0 ? " paused" : "");
    }
    buf_puts(out, console->people[console->current]);
    buf_puts(out, console->private_talk ? " -> hotseat> " : "> ");
}

void console_set_width(struct transport *transport, unsigned columns)
{
    console_of(transport)->width = columns;
}

/* ---- events ---- */

static void push(struct console *console, enum event_kind kind, const char *person,
                 bool private_talk, const char *text, size_t length)
{
    const struct console_settings *settings = &console->settings;
    struct buf clean;
    struct event event = {
        .kind = kind,
        .at = settings->now(settings->now_context),
        .room = {"console", console->transport.network, private_talk ? NULL : CONSOLE_ROOM},
        .who = {"console", console->transport.network, person},
        .name = person,
        .bot_name = "hotseat",
        /* Who sits at the terminal hosts the bot. */
        .role = strcmp(person, console->people[0]) == 0 ? ROLE_OWNER : ROLE_MEMBER,
    };
    buf_init(&clean);
    event.cut = length > EVENT_TEXT_MAX;
    utf8_clean(&clean, text, utf8_cut(text, length, EVENT_TEXT_MAX), false);
    event.text = buf_text(&clean);
    event.length = clean.length;
    if (!clean.failed)
        settings->sink->event(settings->sink->context, &event);
    buf_finish(&clean);
    settings->sink->wake(settings->sink->context);
}

/* A name has letters, digits and a few signs, and at most 24 bytes. */
static bool clean_name(const char *name, size_t length, char out[32])
{
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        bool fits = isalnum(c) || c == '_' || c == '-' || c >= 0x80;
        if (!fits || at >= 24)
            return false;
        out[at++] = (char)c;
    }
    out[at] = '\0';
    return at > 0 && utf8_valid(out, at);
}

/* The person of that name, made and let into the room if new; -1 if it is no name. */
static int find_person(struct console *console, const char *name, size_t length)
{
    char clean[32];
    if (!clean_name(name, length, clean))
        return -1;
    for (size_t i = 0; i < console->person_count; i++)
        if (strcmp(console->people[i], clean) == 0)
            return (int)i;
    if (console->person_count >= PEOPLE_MAX)
        return -1;
    char *copy = strdup(clean);
    if (!copy)
        return -1;
    console->people[console->person_count] = copy;
    push(console, EVENT_ENTER, copy, false, "", 0);
    return (int)console->person_count++;
}

static void echo(struct console *console, const char *person, bool private_talk,
                 const char *text, size_t length)
{
    char prefix[80];
    struct buf clean;
    if (!console->settings.transcript)
        return;
    snprintf(prefix, sizeof prefix, private_talk ? "<%s to hotseat> " : "<%s> ", person);
    buf_init(&clean);
    utf8_clean(&clean, text, utf8_cut(text, length, 400), true);
    print_wrapped(console, prefix, buf_text(&clean), clean.length);
    buf_finish(&clean);
}

static void speak(struct console *console, size_t person, bool private_talk, const char *text,
                  size_t length)
{
    echo(console, console->people[person], private_talk, text, length);
    push(console, EVENT_TEXT, console->people[person], private_talk, text, length);
}

/* ---- input ---- */

static void help(struct console *console)
{
    static const char *const lines[] = {
        "/as NAME      be (or become) that person; everyone here shares the room",
        "/dm           speak to the bot privately, and back; /dm TEXT for one line",
        "/room         speak in the room",
        "/who          who is here",
        "/leave NAME   that person leaves the room",
        "/quit         the end; an open round waits in the database",
        "NAME: text    that person says it in the room;  NAME> text  says it privately",
        "!help         what the bot can do now; try !start coding",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        note(console, lines[i]);
}

static void be(struct console *console, const char *name, size_t length)
{
    int person = find_person(console, name, length);
    if (person < 0) {
        note(console, "A name has 1 to 24 letters, digits, - or _: /as ann");
        return;
    }
    console->current = (size_t)person;
    if (!console->settings.transcript) {
        char words[64];
        snprintf(words, sizeof words, "You are %s now.", console->people[person]);
        note(console, words);
    }
}

static void who(struct console *console)
{
    struct buf names;
    buf_init(&names);
    for (size_t i = 0; i < console->person_count; i++)
        buf_printf(&names, "%s%s%s", i ? ", " : "", console->people[i],
                   i == console->current ? " (you)" : "");
    note(console, buf_text(&names));
    buf_finish(&names);
}

static void leave(struct console *console, const char *name, size_t length)
{
    for (size_t i = 0; i < console->person_count; i++) {
        char *person = console->people[i];
        if (strlen(person) != length || memcmp(person, name, length) != 0)
            continue;
        if (console->person_count == 1) {
            note(console, "The last one stays; /quit ends it all.");
            return;
        }
        push(console, EVENT_LEAVE, person, false, "", 0);
        free(person);
        console->person_count--;
        memmove(&console->people[i], &console->people[i + 1],
                (console->person_count - i) * sizeof *console->people);
        console->current = 0;
        return;
    }
    note(console, "Nobody of that name is here; /who lists them.");
}

/* "/word rest"; false = quit. */
static bool slash(struct console *console, const char *line, size_t length)
{
    size_t word = 1;
    while (word < length && line[word] != ' ')
        word++;
    size_t rest = word;
    while (rest < length && line[rest] == ' ')
        rest++;
    const char *words = line + rest;
    size_t left = length - rest;
#define IS(text) (word == sizeof text - 1 && memcmp(line, text, word) == 0)
    if (IS("/quit") || IS("/exit"))
        return false;
    if (IS("/as"))
        be(console, words, left);
    else if (IS("/dm") && left > 0) /* one space parts it from the text; more belong to the code */
        speak(console, console->current, true, line + word + 1, length - word - 1);
    else if (IS("/dm"))
        console->private_talk = !console->private_talk;
    else if (IS("/room"))
        console->private_talk = false;
    else if (IS("/who"))
        who(console);
    else if (IS("/leave"))
        leave(console, words, left);
    else if (IS("/help"))
        help(console);
    else
        note(console, "The terminal knows /as /dm /room /who /leave /help /quit; the bot's own "
                      "commands begin with !");
#undef IS
    return true;
}

/* "ann: text" or "ann> text", if ann is a name and the text follows a space. */
static bool named(struct console *console, const char *line, size_t length)
{
    size_t name = 0;
    while (name < length && name < 25 && line[name] != ':' && line[name] != '>' &&
           line[name] != ' ')
        name++;
    if (name == 0 || name + 1 >= length || (line[name] != ':' && line[name] != '>') ||
        line[name + 1] != ' ')
        return false;
    /* To a person who is not here this is only how the transcript brings them in. */
    int person = -1;
    for (size_t i = 0; i < console->person_count; i++)
        if (strlen(console->people[i]) == name && memcmp(console->people[i], line, name) == 0)
            person = (int)i;
    if (person < 0 && console->settings.transcript)
        person = find_person(console, line, name);
    if (person < 0)
        return false;
    speak(console, (size_t)person, line[name] == '>', line + name + 2, length - name - 2);
    return true;
}

bool console_input(struct transport *transport, const char *line, size_t length)
{
    struct console *console = console_of(transport);
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        length--;
    if (length > 0 && line[0] == '/')
        return slash(console, line, length);
    if (length == 0 && !console->private_talk)
        return true;
    if (!named(console, line, length))
        speak(console, console->current, console->private_talk, line, length);
    return true;
}

/* ---- life ---- */

static int start(struct transport *transport, struct error *error)
{
    struct console *console = console_of(transport);
    (void)error;
    push(console, EVENT_ENTER, console->people[0], false, "", 0);
    console->settings.sink->ready(console->settings.sink->context, "console", transport->network);
    return 0;
}

static void stop(struct transport *transport, int ms, void (*done)(void *context), void *context)
{
    (void)transport;
    (void)ms;
    done(context);
}

static void destroy(struct transport *transport)
{
    if (!transport)
        return;
    struct console *console = console_of(transport);
    for (size_t i = 0; i < console->person_count; i++)
        free(console->people[i]);
    free(console);
}

static const struct transport_ops ops = {
    .name = "console",
    .start = start,
    .post = post,
    .progress = progress,
    .stop = stop,
    .destroy = destroy,
};

struct transport *console_transport_create(const struct console_settings *settings)
{
    char name[32];
    struct console *console = calloc(1, sizeof *console);
    if (!console)
        return NULL;
    console->transport.ops = &ops;
    console->transport.network = "local";
    console->settings = *settings;
    if (!settings->first || !clean_name(settings->first, strlen(settings->first), name))
        snprintf(name, sizeof name, "you");
    console->people[0] = strdup(name);
    console->person_count = 1;
    if (!console->people[0]) {
        free(console);
        return NULL;
    }
    return &console->transport;
}
