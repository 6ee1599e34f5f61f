#include "transport/matrix/matrix_sealed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_direct.h"
#include "transport/matrix/matrix_state.h"
#include "util/hash.h"

static const char in_group[] =
    "This room is encrypted, and I cannot read encrypted messages: nothing that is written here "
    "reaches me. To play, make a room without encryption and invite me there.";
static const char in_private[] =
    "This chat is encrypted, and I cannot read it: nothing that you write here reaches me. I write "
    "to you in another chat without encryption; answer me there.";
static const char by_the_way[] =
    "You wrote in an encrypted room, which I cannot read. Write to me here instead: this chat is "
    "not encrypted, and what you say here reaches me.";

/* True if this was not noted before; it is now. */
static bool first_time(struct matrix *matrix, const char *room, const char *user)
{
    char both[2 * MATRIX_ID_MAX + 2], about[24];
    bool failed;
    int length = snprintf(both, sizeof both, "%s\n%s", room, user);
    snprintf(about, sizeof about, "%016" PRIx64, fnv1a(both, (size_t)length));
    char *note = matrix_notes_get(&matrix->notes, MATRIX_NOTE_SEALED, about, &failed);
    bool first = !note && !failed;
    free(note);
    return first && matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_SEALED, about, "1") == 0;
}

void matrix_sealed_found(struct matrix *matrix, const struct matrix_room *room)
{
    if (!first_time(matrix, room->id, ""))
        return;
    bool private_talk = matrix_room_partner(&matrix->rooms, room) != NULL;
    matrix_say(matrix, room->id, NULL, "%s", private_talk ? in_private : in_group);
}

void matrix_sealed_heard(struct matrix *matrix, const struct matrix_room *room, const char *user)
{
    matrix_sealed_found(matrix, room);
    if (first_time(matrix, room->id, user))
        matrix_direct_tell(matrix, user, by_the_way);
}
