#include "transport/irc/irc_report.h"

#include <stdio.h>
#include <string.h>

/* libcurl has no other word for the version and cipher that does not name its TLS library. */
static const char words[] = "SSL connection using ";

static int on_text(CURL *easy, curl_infotype type, char *text, size_t size, void *context)
{
    struct irc_report *report = context;
    size_t begin = sizeof words - 1;
    (void)easy;
    if (type != CURLINFO_TEXT || size <= begin || strncmp(text, words, begin) != 0)
        return 0;
    snprintf(report->tls, sizeof report->tls, "%.*s", (int)(size - begin), text + begin);
    report->tls[strcspn(report->tls, "\r\n")] = '\0';
    /* What follows the cipher, such as the group, is of no use here. */
    char *cipher = strstr(report->tls, " / ");
    char *more = cipher ? strstr(cipher + 3, " / ") : NULL;
    if (more)
        *more = '\0';
    return 0;
}

CURLcode irc_report_ask(CURL *easy, struct irc_report *report)
{
    memset(report, 0, sizeof *report);
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_text);
    code |= curl_easy_setopt(easy, CURLOPT_DEBUGDATA, report);
    return code | curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}

static void copy(const char *line, const char *name, char *out, size_t size)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) == 0)
        snprintf(out, size, "%s", line + length);
}

void irc_report_take(CURL *easy, struct irc_report *report)
{
    struct curl_certinfo *chain = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain ||
        chain->num_of_certs < 1)
        return;
    for (const struct curl_slist *line = chain->certinfo[0]; line; line = line->next) {
        copy(line->data, "Subject:", report->subject, sizeof report->subject);
        copy(line->data, "Issuer:", report->issuer, sizeof report->issuer);
        copy(line->data, "Expire date:", report->expires, sizeof report->expires);
    }
}
