/*
 * What libcurl is told for a connection to an IRC server, and what its failures
 * mean for whoever runs the bot: which host and port, and what would mend it.
 */
#ifndef TRANSPORT_IRC_DIAL_H
#define TRANSPORT_IRC_DIAL_H

#include <curl/curl.h>
#include <stddef.h>

#include "transport/irc/irc_settings.h"

#define IRC_DIAL_WHY 600 /* bytes of an explanation */

/* A handle that connects and does nothing else. `why`: CURL_ERROR_SIZE bytes that libcurl fills;
 * they must live as long as the handle. NULL without memory. */
CURL *irc_dial(const struct irc_settings *settings, const struct irc_server *server, char *why);
/* Why it failed, in words. No password of a proxy is in them. */
void irc_dial_explain(CURL *easy, CURLcode result, const struct irc_settings *settings,
                      const struct irc_server *server, const char *why, char out[IRC_DIAL_WHY]);

#endif
