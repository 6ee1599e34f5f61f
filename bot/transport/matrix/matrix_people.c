#include "transport/matrix/matrix_people.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_words.h"
#include "util/hash.h"
#include "util/utf8.h"

#define NAME_BESIDE_ID 24 /* bytes of a name that has an id after it */

void matrix_people_init(struct matrix_people *people)
{
    memset(people, 0, sizeof *people);
}

static void release(struct matrix_person *person)
{
    free(person->id);
    free(person->name);
}

void matrix_people_finish(struct matrix_people *people)
{
    for (size_t i = 0; i < people->count; i++)
        release(&people->list[i]);
    free(people->list);
    free(people->looks);
    matrix_people_init(people);
}

/* ---- what a name looks like ---- */

/* Letters of other scripts that look like a Latin one, in small. */
static const struct {
    uint32_t code;
    char latin;
} alike[] = {
    {0x391, 'a'}, {0x392, 'b'}, {0x395, 'e'}, {0x396, 'z'}, {0x397, 'h'}, {0x399, 'i'},
    {0x39a, 'k'}, {0x39c, 'm'}, {0x39d, 'n'}, {0x39f, 'o'}, {0x3a1, 'p'}, {0x3a4, 't'},
    {0x3a5, 'y'}, {0x3a7, 'x'}, {0x3b1, 'a'}, {0x3b9, 'i'}, {0x3ba, 'k'}, {0x3bd, 'v'},
    {0x3bf, 'o'}, {0x3c1, 'p'}, {0x3f2, 'c'}, {0x405, 's'}, {0x406, 'i'}, {0x408, 'j'},
    {0x410, 'a'}, {0x412, 'b'}, {0x415, 'e'}, {0x41a, 'k'}, {0x41c, 'm'}, {0x41d, 'h'},
    {0x41e, 'o'}, {0x420, 'p'}, {0x421, 'c'}, {0x422, 't'}, {0x423, 'y'}, {0x425, 'x'},
    {0x430, 'a'}, {0x435, 'e'}, {0x43a, 'k'}, {0x43c, 'm'}, {0x43e, 'o'}, {0x440, 'p'},
    {0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'}, {0x455, 's'}, {0x456, 'i'},
    {0x458, 'j'}, {0x4cf, 'i'}, {0x501, 'd'}, {0x51b, 'q'}, {0x51d, 'w'}, {0x131, 'i'},
    {0x251, 'a'}, {0x261, 'g'},
};

/* One letter as it looks; 0 = it is not seen, or makes no difference. */
static uint32_t look_of(uint32_t code)
{
    if (code >= 0xff01 && code <= 0xff5e) /* full-width forms */
        code -= 0xff01 - '!';
    if (code >= 0x1d400 && code <= 0x1d6a3) { /* mathematical alphabets of 52 letters each */
        uint32_t letter = (code - 0x1d400) % 52;
        code = letter < 26 ? 'a' + letter : 'a' + letter - 26;
    }
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if (alike[i].code == code)
            code = (unsigned char)alike[i].latin;
    if (code < 0x80)
        code = (uint32_t)tolower((int)code);
    if (code == 'l' || code == '1' || code == '|')
        return 'i';
    if (code == '0')
        return 'o';
    bool hidden = code == ' ' || code == '.' || code == '_' || code == '-' || code == 0xa0 ||
                  (code >= 0x300 && code <= 0x36f) || code == 0x200c || code == 0x200d ||
                  (code >= 0xfe00 && code <= 0xfe0f);
    return hidden ? 0 : code;
}

static uint64_t look(const char *name)
{
    uint32_t seen[EVENT_NAME_MAX + 1];
    size_t count = 0, size;
    for (size_t left = strlen(name); left > 0 && count < EVENT_NAME_MAX; left -= size) {
        uint32_t code = look_of(utf8_decode(name, left, &size));
        if (code)
            seen[count++] = code;
        name += size;
    }
    return fnv1a(seen, count * sizeof *seen);
}

/* ---- two sorted lists ---- */

static size_t look_place(const struct matrix_people *people, uint64_t wanted)
{
    size_t low = 0, high = people->joined;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (people->looks[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool look_shared(const struct matrix_people *people, uint64_t wanted, bool is_one_of_them)
{
    size_t at = look_place(people, wanted) + is_one_of_them;
    return at < people->joined && people->looks[at] == wanted;
}

static void look_remove(struct matrix_people *people, uint64_t gone)
{
    size_t at = look_place(people, gone);
    people->joined--;
    memmove(&people->looks[at], &people->looks[at + 1],
            (people->joined - at) * sizeof *people->looks);
}

/* There is room for it. */
static void look_add(struct matrix_people *people, uint64_t fresh)
{
    size_t at = look_place(people, fresh);
    memmove(&people->looks[at + 1], &people->looks[at],
            (people->joined - at) * sizeof *people->looks);
    people->looks[at] = fresh;
    people->joined++;
}

static size_t place(const struct matrix_people *people, const char *id, bool *found)
{
    size_t low = 0, high = people->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(people->list[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < people->count && strcmp(people->list[low].id, id) == 0;
    return low;
}

static int reserve(void **array, size_t needed, size_t *capacity, size_t size)
{
    if (needed <= *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 4;
    void *grown = reallocarray(*array, wanted, size);
    if (!grown)
        return -1;
    *array = grown;
    *capacity = wanted;
    return 0;
}

static int make_room(struct matrix_people *people)
{
    if (people->count >= MATRIX_PEOPLE_MAX ||
        reserve((void **)&people->list, people->count + 1, &people->capacity,
                sizeof *people->list))
        return -1;
    return reserve((void **)&people->looks, people->joined + 1, &people->looks_capacity,
                   sizeof *people->looks);
}

/* ---- who is there ---- */

const struct matrix_person *matrix_people_find(const struct matrix_people *people, const char *id)
{
    bool found;
    size_t at = place(people, id, &found);
    return found ? &people->list[at] : NULL;
}

static void forget(struct matrix_people *people, size_t at)
{
    if (people->list[at].joined)
        look_remove(people, people->list[at].look);
    release(&people->list[at]);
    people->count--;
    memmove(&people->list[at], &people->list[at + 1],
            (people->count - at) * sizeof *people->list);
}

int matrix_people_set(struct matrix_people *people, const char *id,
                      enum matrix_membership membership, const char *name)
{
    bool found;
    size_t at = place(people, id, &found);
    if (membership != MATRIX_JOINED && membership != MATRIX_INVITED) {
        if (found)
            forget(people, at);
        return 0;
    }
    char safe[MATRIX_LABEL_MAX + 1];
    matrix_words_name(name, id, safe);
    struct matrix_person person = {strdup(id), strdup(safe), look(safe),
                                   membership == MATRIX_JOINED};
    if (!person.id || !person.name || make_room(people)) {
        release(&person);
        return -1;
    }
    if (found)
        forget(people, at);
    memmove(&people->list[at + 1], &people->list[at],
            (people->count - at) * sizeof *people->list);
    people->list[at] = person;
    people->count++;
    if (person.joined)
        look_add(people, person.look);
    return 0;
}

const struct matrix_person *matrix_people_other(const struct matrix_people *people, const char *me)
{
    if (people->count != 2 || !matrix_people_find(people, me))
        return NULL;
    return &people->list[strcmp(people->list[0].id, me) == 0];
}

/* The name, and the id beside it as far as it fits: its beginning and its end. */
static void label_with_id(const char *name, const char *id, char out[EVENT_NAME_MAX + 1])
{
    size_t named = utf8_cut(name, strlen(name), NAME_BESIDE_ID);
    size_t room = EVENT_NAME_MAX - named - strlen(" ()"), length = strlen(id);
    if (length <= room) {
        snprintf(out, EVENT_NAME_MAX + 1, "%.*s (%s)", (int)named, name, id);
        return;
    }
    size_t first = utf8_cut(id, length, (room - 3) / 2), last = length - (room - 3) / 2;
    while (((unsigned char)id[last] & 0xc0) == 0x80)
        last++;
    snprintf(out, EVENT_NAME_MAX + 1, "%.*s (%.*s...%s)", (int)named, name, (int)first, id,
             id + last);
}

/* "@ann:example.org": whoever is called so wants to be taken for that account. */
static bool looks_like_an_id(const char *name)
{
    const char *at = strchr(name, '@');
    return at && strchr(at, ':');
}

void matrix_people_label(const struct matrix_people *people, const char *id,
                         char out[EVENT_NAME_MAX + 1])
{
    char safe[MATRIX_LABEL_MAX + 1];
    const struct matrix_person *person = matrix_people_find(people, id);
    if (!person)
        matrix_words_name(NULL, id, safe);
    const char *name = person ? person->name : safe;
    if (looks_like_an_id(name) ||
        look_shared(people, person ? person->look : look(safe), person && person->joined))
        label_with_id(name, id, out);
    else
        snprintf(out, EVENT_NAME_MAX + 1, "%s", name);
}
