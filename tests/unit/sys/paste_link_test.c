/* What is a link to a paste, and where its plain text is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sys/paste_link.h"

static const struct paste_settings none;
static const struct paste_settings own = {.hosts = {"paste.example.org", "Localhost:8443"},
                                          .host_count = 2};

static enum paste_found look(const struct paste_settings *settings, const char *word,
                             struct paste_link *link)
{
    const char *why = NULL;
    memset(link, 0, sizeof *link);
    enum paste_found found = paste_link_read(settings, word, strlen(word), link, &why);
    assert_true((found == PASTE_WRONG) == (why != NULL));
    if (found != PASTE_NONE)
        assert_true(link->host[0] != '\0');
    return found;
}

static void test_forms(void **state)
{
    static const char *const table[][2] = {
        {"https://gist.github.com/ann/0a1b2c", "https://gist.githubusercontent.com/ann/0a1b2c/raw"},
        {"https://gist.github.com/a-n/0a1b2c/", "https://gist.githubusercontent.com/a-n/0a1b2c/raw"},
        {"https://gist.github.com/ann/0a1b2c#file-x-py",
         "https://gist.githubusercontent.com/ann/0a1b2c/raw"},
        {"https://gist.github.com/ann/0a1b2c/raw",
         "https://gist.githubusercontent.com/ann/0a1b2c/raw"},
        {"https://gist.githubusercontent.com/ann/0a1b2c/raw",
         "https://gist.githubusercontent.com/ann/0a1b2c/raw"},
        {"https://gist.githubusercontent.com/ann/0a/raw/x.py",
         "https://gist.githubusercontent.com/ann/0a/raw/x.py"},
        {"https://gist.githubusercontent.com/ann/0a/raw/ff/x.py",
         "https://gist.githubusercontent.com/ann/0a/raw/ff/x.py"},
        {"https://pastebin.com/AbCd1234", "https://pastebin.com/raw/AbCd1234"},
        {"https://pastebin.com/raw/AbCd1234", "https://pastebin.com/raw/AbCd1234"},
        {"https://paste.debian.net/1234567/", "https://paste.debian.net/plain/1234567"},
        {"https://paste.debian.net/plain/1234567", "https://paste.debian.net/plain/1234567"},
        {"https://paste.debian.net/hidden/0a1b2c3d/", "https://paste.debian.net/plainh/0a1b2c3d"},
        {"https://paste.debian.net/plainh/0a1b2c3d", "https://paste.debian.net/plainh/0a1b2c3d"},
        {"https://bpa.st/ABCD", "https://bpa.st/raw/ABCD"},
        {"https://bpa.st/raw/ABCD", "https://bpa.st/raw/ABCD"},
        {"https://dpaste.com/ABC123", "https://dpaste.com/ABC123.txt"},
        {"https://dpaste.com/ABC123.txt", "https://dpaste.com/ABC123.txt"},
        {"https://paste.rs/aBc", "https://paste.rs/aBc"},
        {"https://paste.rs/aBc.py", "https://paste.rs/aBc"},
        {"https://0x0.st/Hx1.txt", "https://0x0.st/Hx1.txt"},
        {"https://0x0.st/s/secret/Hx1.txt", "https://0x0.st/s/secret/Hx1.txt"},
        {"https://termbin.com/abcd", "https://termbin.com/abcd"},
        /* As clients and people write them: never fetched without TLS. */
        {"http://termbin.com/abcd", "https://termbin.com/abcd"},
        {"HTTPS://TermBin.COM/abcd", "https://termbin.com/abcd"},
        {"https://termbin.com:443/abcd", "https://termbin.com/abcd"},
        {"https://bpa.st/ABCD?lines=1", "https://bpa.st/raw/ABCD"},
    };
    struct paste_link link;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (look(&none, table[i][0], &link) != PASTE_LINK)
            fail_msg("%s is no link", table[i][0]);
        assert_string_equal(link.url, table[i][1]);
        assert_false(link.own);
    }
}

static void test_own_hosts(void **state)
{
    static const char *const table[][2] = {
        {"https://paste.example.org/x/y.txt?v=1#z", "https://paste.example.org/x/y.txt?v=1"},
        {"https://PASTE.example.org:443/x", "https://paste.example.org/x"},
        {"http://paste.example.org/x", "https://paste.example.org/x"},
        {"https://paste.example.org?id=7", "https://paste.example.org/?id=7"},
        {"https://localhost:8443/x", "https://localhost:8443/x"},
    };
    static const char *const no[] = {"https://paste.example.org:8443/x", "https://localhost/x",
                                     "https://localhost:443/x", "https://localhost:84430/x",
                                     "https://notpaste.example.org/x",
                                     "https://paste.example.org.evil.test/x"};
    struct paste_link link;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (look(&own, table[i][0], &link) != PASTE_LINK)
            fail_msg("%s is no link", table[i][0]);
        assert_string_equal(link.url, table[i][1]);
        assert_true(link.own);
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_int_equal(look(&own, no[i], &link), PASTE_NONE);
    assert_int_equal(look(&own, "https://paste.example.org/", &link), PASTE_WRONG);
}

/* Text like any other. */
static void test_no_link(void **state)
{
    static const char *const words[] = {
        "", "https://", "https:///x", "bpa.st/ABCD", "ftp://bpa.st/ABCD", "https://example.org/x",
        "https://evilbpa.st/ABCD", "https://bpa.st.evil.test/ABCD", "https://127.0.0.1/x",
        "https://2130706433/x", "https://0x7f.1/x", "https://[::1]/x", "https://localhost/x",
        "https://bpa.st./ABCD", "https://bpa..st/ABCD", "https://bpa.st/AB\x01", "https://bpa.st/A B",
        "https://bpa.st\\@evil.test/x", "https://evil.test#@bpa.st/ABCD",
        "https://evil.test/@bpa.st/ABCD", "https://bpa.st%2eevil.test/x", "https://bpa.st/<x>",
        "file:///etc/passwd", "https://b\xc3\xa4.st/ABCD"};
    struct paste_link link;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (look(&none, words[i], &link) != PASTE_NONE)
            fail_msg("%s", words[i]);
}

/* Of a service that is known, but nothing that can be fetched: that is said. */
static void test_wrong(void **state)
{
    static const char *const words[] = {
        "https://bpa.st", "https://bpa.st/", "https://bpa.st/a/b/c", "https://bpa.st/../etc",
        "https://bpa.st/raw/..", "https://0x0.st/..", "https://0x0.st/.x", "https://bpa.st/A%2fB",
        "https://bpa.st:8443/ABCD", "https://bpa.st:80/ABCD", "https://bpa.st:x/ABCD",
        "https://bpa.st:/ABCD", "https://ann@bpa.st/ABCD", "https://ann:pw@bpa.st/ABCD",
        "https://evil.test:443@bpa.st/ABCD", "https://gist.github.com/0a1b2c",
        "https://pastebin.com/u/ann/1/2"};
    struct paste_link link;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (look(&none, words[i], &link) != PASTE_WRONG)
            fail_msg("%s", words[i]);
    assert_int_equal(look(&own, "https://ann@paste.example.org/x", &link), PASTE_WRONG);
}

static void test_long(void **state)
{
    char word[PASTE_URL_MAX * 2];
    struct paste_link link;
    const char *why;
    (void)state;
    memset(word, 'a', sizeof word);
    memcpy(word, "https://bpa.st/", 15);
    assert_int_equal(paste_link_read(&none, word, sizeof word, &link, &why), PASTE_NONE);
    assert_int_equal(paste_link_read(&none, word, PASTE_URL_MAX - 16, &link, &why), PASTE_WRONG);
    assert_int_equal(paste_link_read(&none, word, 15 + 128, &link, &why), PASTE_LINK);
    memcpy(word, "https://paste.example.org/", 26);
    assert_int_equal(paste_link_read(&own, word, PASTE_URL_MAX - 16, &link, &why), PASTE_LINK);
    assert_int_equal(strlen(link.url), PASTE_URL_MAX - 16);
    assert_int_equal(paste_link_read(&none, "https://bpa.st/A\0B", 18, &link, &why), PASTE_NONE);
}

static void test_off(void **state)
{
    const struct paste_settings off = {.off = true};
    struct paste_link link;
    (void)state;
    assert_int_equal(look(&off, "https://bpa.st/ABCD", &link), PASTE_NONE);
}

static void test_hosts_of_the_configuration(void **state)
{
    static const char *const good[] = {"paste.example.org", "localhost", "p1.lan:8443", "a-b.c"};
    static const char *const bad[] = {"",         "10.0.0.1", "10.0.0.1:443", "[::1]",  "::1",
                                      "a b",      "a/b",      "https://a",    "a:0",    "a:65536",
                                      "a:",       "a:1:2",    "a.0x7f",       "a..b",   ".a",
                                      "a.",       "-a",       "user@a",       "a:12x4", "b\xc3\xa4"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!paste_link_is_host(good[i]))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (paste_link_is_host(bad[i]))
            fail_msg("%s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),   cmocka_unit_test(test_own_hosts),
        cmocka_unit_test(test_no_link), cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_long),    cmocka_unit_test(test_off),
        cmocka_unit_test(test_hosts_of_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
