/* What tests of the Matrix transport do on a stage (stages.h) of the kind "matrix". */
#ifndef SUPPORT_MATRIX_PLAY_H
#define SUPPORT_MATRIX_PLAY_H

#include "stages.h"

#define MATRIX_TEST(test) {#test, test, stages_setup, stages_teardown, "matrix"}

/* Comes into the room, and the bot has seen it. */
void matrix_play_enter(struct stage *stage, const char *person);
void matrix_play_say(struct stage *stage, const char *person, const char *text);
/* An event of a person; the JSON of its content as printf. Its id, to be freed. */
char *matrix_play_put(struct stage *stage, const char *person, const char *room, const char *type,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
/* How many events of that kind and text (NULL = any) came. */
size_t matrix_play_count(const struct stage *stage, enum event_kind kind, const char *text);
/* The bot goes without a word, and comes back: starts, and (begin) is abreast. */
void matrix_play_halt(struct stage *stage);
void matrix_play_start(struct stage *stage);
void matrix_play_begin(struct stage *stage);
bool matrix_play_is_abreast(const struct stage *stage, const void *what);
/* The bot says it, to a person if that is not NULL, with a tag (or NULL); the id that the server gave it. */
char *matrix_play_bot_says(struct stage *stage, int64_t id, const char *room, const char *person,
                           const char *tag, const char *words);

#endif
