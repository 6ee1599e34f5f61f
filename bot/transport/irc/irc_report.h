/* What TLS came to on a connection: for hotseat doctor; the bot itself needs no words for it. */
#ifndef TRANSPORT_IRC_REPORT_H
#define TRANSPORT_IRC_REPORT_H

#include <curl/curl.h>

struct irc_report {
    char tls[120];                  /* "TLSv1.3 / TLS_AES_256_GCM_SHA384"; "" = there is none */
    char subject[200], issuer[200]; /* of the server's certificate */
    char expires[64];
};

/* Before the connection is made: it is to be told what comes. The report is borrowed. */
CURLcode irc_report_ask(CURL *easy, struct irc_report *report);
/* Once it stands: fills in the certificate. */
void irc_report_take(CURL *easy, struct irc_report *report);

#endif
