/* The configuration file, read by libconfuse. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "app/options.h"
#include "util/error.h"

/* One thing that is wrong with the file: "line 12: ..." */
typedef void config_problem_fn(void *context, const char *problem);

/* Reads and checks. Every problem is reported; -1 if there was any, with
 * *error saying how many. What was read is released then. */
int config_load(const char *path, struct options *options, config_problem_fn *problem,
                void *context, struct error *error);
void config_free(struct options *options);

/* Settings of a room: its own section, else that of the linked room it is a place of, else the
 * defaults. */
void config_room(const struct options *options, const struct address *place,
                 struct room_settings *settings);

/* What somebody is in a room: the highest that the general part, the section of the room, and that of
 * the linked room it is a place of make of them. ROLE_MEMBER if they are not named. */
enum role config_role(const struct options *options, const struct address *who,
                      const struct address *place);

/* The places of linked room number `index`, at most `limit`, borrowed; 0 after the last room. */
size_t config_linked(const struct options *options, size_t index, struct address *places,
                     size_t limit);

/* Name of option number `index` ("network.host"), NULL after the last: for the test of config.example. */
const char *config_option_name(size_t index);

#endif
