/* The terminal itself: line editing, history, the prompt with its countdown. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "app/session.h"

/* Prints a line above the one being typed. */
void screen_print(void *context, const char *line);
/* Runs until /quit or the end of the input; an exit code. */
int screen_run(struct session *session, struct transport *console, struct clock_port clock);

#endif
