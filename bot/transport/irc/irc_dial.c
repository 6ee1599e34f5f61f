#include "transport/irc/irc_dial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_MS 30000L
#define PROXY_CONNECT_MS 60000L /* Tor makes a way of three hops first */

/* ---- options ---- */

static CURLcode set_security(CURL *easy, const struct irc_settings *settings)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    code |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (settings->ca_file)
        code |= curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
    if (settings->cert_file) {
        code |= curl_easy_setopt(easy, CURLOPT_SSLCERT, settings->cert_file);
        code |= curl_easy_setopt(easy, CURLOPT_SSLKEY,
                                 settings->key_file ? settings->key_file : settings->cert_file);
        /* Otherwise OpenSSL would ask for it on the terminal, and wait. */
        code |= curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
    }
    return code;
}

static CURLcode set_options(CURL *easy, const struct irc_settings *settings,
                            const struct irc_server *server)
{
    char url[512];
    snprintf(url, sizeof url, "%s://%.400s:%u", server->tls ? "https" : "http", server->host,
             server->port);
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, url);
    code |= curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                             settings->proxy ? PROXY_CONNECT_MS : CONNECT_MS);
    /* Names are looked up by a thread. Giving up must not wait until that does, too. */
    code |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    /* Without a word about them, the environment's proxies would be used, and its exceptions. */
    code |= curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy ? settings->proxy : "");
    code |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    return code | set_security(easy, settings);
}

CURL *irc_dial(const struct irc_settings *settings, const struct irc_server *server, char *why)
{
    CURL *easy = curl_easy_init();
    why[0] = '\0';
    if (easy && (curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why) != CURLE_OK ||
                 set_options(easy, settings, server) != CURLE_OK)) {
        curl_easy_cleanup(easy);
        return NULL;
    }
    return easy;
}

/* ---- failures ---- */

/* X509_verify_cert_error_string(3) has the numbers. */
static const char *mend_certificate(CURL *easy)
{
    long verdict = 0;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    switch (verdict) {
    case 0:
        return "the certificate is for another name: set host to the name that it is for";
    case 9:
        return "the certificate is not valid yet: is this machine's clock right?";
    case 10:
        return "the certificate has expired: tell the network, or check this machine's clock";
    case 18:
        return "the server signed its certificate itself: if it is yours, set ca_file to that "
               "certificate";
    case 19:
    case 20:
    case 21:
        return "this machine does not know who signed the certificate: if you trust them, set "
               "ca_file to their certificate";
    default:
        return "the certificate is not to be trusted";
    }
}

static const char *mend_connection(CURL *easy, const struct irc_settings *settings)
{
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    if (settings->proxy)
        return "is the proxy running, and is its address right?";
    switch (number) {
    case ECONNREFUSED:
        return "nothing listens there: check host and port, or wait until the server is up again";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "there is no way to it from here: check this machine's network";
    default:
        return "check host, port, and whether a firewall stands between";
    }
}

static const char NO_NAME[] = "check host, or this machine's name servers";
/* It answers, but not what TLS would. */
static const char NO_TLS[] = "the port does not seem to speak TLS: set port to the one that does, "
                             "usually 6697, or tls = false";

/* How far it came is not always in libcurl's times, but its words say so. */
static const char *mend_time(CURL *easy, const char *why)
{
    curl_off_t known = 0;
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &known);
    if (known == 0)
        return NO_NAME;
    if (strstr(why, "SSL") || strstr(why, "TLS"))
        return NO_TLS;
    return "it does not answer: check host, port, and whether a firewall stands between";
}

static const char *mend_tls(const char *why)
{
    if (strstr(why, "wrong version number") || strstr(why, "packet length too long"))
        return NO_TLS;
    if (strstr(why, "SSL_ERROR_SYSCALL") || strstr(why, "reset"))
        return "the server broke off before TLS was agreed on: it may refuse us for now, or the port "
               "is one without TLS";
    return "server and bot do not agree on TLS; the bot wants 1.2 or newer";
}

static const char *mend_proxy(CURL *easy)
{
    long code = 0;
    curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &code);
    switch (code) {
    case CURLPX_USER_REJECTED:
    case CURLPX_NO_AUTH:
        return "the proxy wants another user and password: socks5h://user:password@host:port";
    case CURLPX_REPLY_HOST_UNREACHABLE:
    case CURLPX_REPLY_NETWORK_UNREACHABLE:
    case CURLPX_REPLY_CONNECTION_REFUSED:
    case CURLPX_REPLY_TTL_EXPIRED:
    case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
        return "the proxy works, but cannot reach the server: check host and port";
    case CURLPX_REPLY_NOT_ALLOWED:
        return "the proxy's rules do not allow this server";
    default:
        return "is it a SOCKS5 proxy?";
    }
}

static const char *mend(CURL *easy, CURLcode result, const struct irc_settings *settings,
                        const char *why)
{
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return NO_NAME;
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "check proxy, or this machine's name servers";
    case CURLE_COULDNT_CONNECT:
        return mend_connection(easy, settings);
    case CURLE_OPERATION_TIMEDOUT:
        return mend_time(easy, why);
    case CURLE_SSL_CONNECT_ERROR:
        return mend_tls(why);
    case CURLE_PEER_FAILED_VERIFICATION:
        return mend_certificate(easy);
    case CURLE_SSL_CERTPROBLEM:
        return "check cert_file and key_file: PEM, readable by the bot, without a passphrase, and "
               "belonging together";
    case CURLE_SSL_CACERT_BADFILE:
        return "check ca_file: PEM, and readable by the bot";
    case CURLE_PROXY:
        return mend_proxy(easy);
    default:
        return "the next try may do better";
    }
}

void irc_dial_explain(CURL *easy, CURLcode result, const struct irc_settings *settings,
                      const struct irc_server *server, const char *why, char out[IRC_DIAL_WHY])
{
    const char *words = why[0] ? why : curl_easy_strerror(result);
    snprintf(out, IRC_DIAL_WHY, "no connection to %.200s port %u: %.180s; %s", server->host,
             server->port, words, mend(easy, result, settings, words));
}
