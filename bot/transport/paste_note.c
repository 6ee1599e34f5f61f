/* The fields in order, each "LENGTH:BYTES," as in a netstring, or "-," for NULL. */
#include "transport/paste_note.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"

enum { ROOM, WHO, NAME, BOT_NAME, ID, ABOUT, TAG, TEXT, FIELDS };

static void put(struct buf *out, const char *bytes, size_t length)
{
    if (!bytes) {
        buf_puts(out, "-,");
        return;
    }
    buf_printf(out, "%zu:", length);
    buf_add(out, bytes, length);
    buf_putc(out, ',');
}

void paste_note_write(struct buf *out, const struct event *event)
{
    const char *fields[TEXT] = {event->room.target, event->who.target, event->name,
                                event->bot_name,    event->id,         event->about,
                                event->tag};
    int flags = event->guest | event->cut << 1 | event->to_bot << 2 | event->line << 3 |
                event->erasable << 4 | event->kept << 5;
    buf_printf(out, "1 %d %" PRId64 " %d %d ", (int)event->kind, event->at, (int)event->role, flags);
    for (int i = 0; i < TEXT; i++)
        put(out, fields[i], fields[i] ? strlen(fields[i]) : 0);
    put(out, event->text, event->length);
}

/* Reads a number that ends with `end`; false if there is none. */
static bool take_number(char **at, char end, int64_t *number)
{
    char *stop;
    *number = strtoll(*at, &stop, 10);
    if (stop == *at || *stop != end)
        return false;
    *at = stop + 1;
    return true;
}

static bool take_field(char **at, const char *end, const char **field, size_t *length)
{
    int64_t size;
    *field = NULL;
    *length = 0;
    if ((*at)[0] == '-' && (*at)[1] == ',') {
        *at += 2;
        return true;
    }
    if (!isdigit((unsigned char)**at) || !take_number(at, ':', &size) || size < 0 ||
        size >= end - *at || (*at)[size] != ',')
        return false;
    *field = *at;
    *length = (size_t)size;
    (*at)[size] = '\0';
    *at += size + 1;
    return true;
}

static bool is_talk(int64_t kind)
{
    return kind == EVENT_TEXT || kind == EVENT_EDIT || kind == EVENT_RETRACT || kind == EVENT_MARK;
}

/* `copy` is changed, and borrowed by the event. */
static bool take_apart(char *copy, struct event *event)
{
    const char *field[FIELDS], *end = copy + strlen(copy);
    size_t length[FIELDS];
    int64_t version, kind, at, role, flags;
    if (!take_number(&copy, ' ', &version) || version != 1 || !take_number(&copy, ' ', &kind) ||
        !is_talk(kind) || !take_number(&copy, ' ', &at) || !take_number(&copy, ' ', &role) ||
        role < ROLE_MEMBER || role > ROLE_OWNER || !take_number(&copy, ' ', &flags))
        return false;
    for (int i = 0; i < FIELDS; i++)
        if (!take_field(&copy, end, &field[i], &length[i]))
            return false;
    if (*copy || !field[WHO] || !field[NAME] || !field[TEXT] ||
        length[WHO] > EVENT_TARGET_MAX || length[TEXT] > EVENT_TEXT_MAX)
        return false;
    *event = (struct event){.kind = (enum event_kind)kind, .at = at, .role = (enum role)role,
                            .guest = flags & 1, .cut = flags & 2, .to_bot = flags & 4,
                            .line = flags & 8, .erasable = flags & 16, .kept = flags & 32};
    event->room.target = field[ROOM];
    event->who.target = field[WHO];
    event->name = field[NAME];
    event->bot_name = field[BOT_NAME];
    event->id = field[ID];
    event->about = field[ABOUT];
    event->tag = field[TAG];
    event->text = field[TEXT];
    event->length = length[TEXT];
    return true;
}

struct event *paste_note_read(const char *note, const char *transport, const char *network,
                              bool *bad)
{
    struct event event, *read = NULL;
    char *copy = strdup(note);
    *bad = false;
    if (copy && take_apart(copy, &event)) {
        event.room.transport = event.who.transport = transport;
        event.room.network = event.who.network = network;
        read = malloc(sizeof *read + event_size(&event));
        if (read)
            event_copy(read, &event, (char *)(read + 1));
    } else {
        *bad = copy != NULL;
    }
    free(copy);
    return read;
}
