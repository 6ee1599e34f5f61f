/* What is a link to a paste: nothing but known hosts comes out, with nothing odd in the address. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sys/paste_link.h"
#include "transport/paste_note.h"
#include "transport/paste_words.h"
#include "util/buf.h"

static const char *const hosts[] = {
    "gist.githubusercontent.com/", "pastebin.com/raw/", "paste.debian.net/plain/",
    "paste.debian.net/plainh/",    "bpa.st/raw/",       "dpaste.com/",
    "paste.rs/",                   "0x0.st/",           "termbin.com/"};

static void look(const struct paste_settings *settings, const char *word, size_t length)
{
    struct paste_link link;
    const char *why = NULL;
    enum paste_found found = paste_link_read(settings, word, length, &link, &why);
    if (found != PASTE_LINK) {
        assert((found == PASTE_WRONG) == (why != NULL));
        return;
    }
    size_t size = strlen(link.url);
    assert(size <= PASTE_URL_MAX && strncmp(link.url, "https://", 8) == 0);
    for (size_t i = 0; i < size; i++)
        assert(link.url[i] > ' ' && link.url[i] < 0x7F && link.url[i] != '#');
    if (link.own) {
        assert(strncmp(link.url + 8, "paste.example.org:8443/", 23) == 0);
        return;
    }
    assert(!strstr(link.url, "/.") && !strchr(link.url, '@') && !strchr(link.url, '%') &&
           !strchr(link.url, '?') && !strchr(link.url + 8, ':'));
    bool known = false;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        known |= strncmp(link.url + 8, hosts[i], strlen(hosts[i])) == 0;
    assert(known);
}

/* What is read from a note can be written, and is the same then. */
static void read_note(const char *text)
{
    struct buf first, second;
    bool bad;
    struct event *event = paste_note_read(text, "irc", "net", &bad), *again;
    if (!event)
        return;
    buf_init(&first);
    buf_init(&second);
    paste_note_write(&first, event);
    again = paste_note_read(buf_text(&first), "irc", "net", &bad);
    assert(again);
    paste_note_write(&second, again);
    assert(strcmp(buf_text(&first), buf_text(&second)) == 0);
    buf_finish(&first);
    buf_finish(&second);
    free(event);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct paste_settings settings = {.hosts = {"paste.example.org:8443"},
                                                   .host_count = 1};
    struct paste_words words;
    char *text = malloc(size + 1);
    assert(text);
    memcpy(text, data, size);
    text[size] = '\0';
    look(&settings, text, size);
    if (paste_words_read(text, size, &words)) {
        assert(words.typed + words.length <= size);
        look(&settings, words.link, words.length);
    }
    read_note(text);
    (void)paste_link_is_host(text);
    free(text);
    return 0;
}
