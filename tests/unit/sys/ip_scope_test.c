/* Which addresses are public, private, or none to connect to: the edges of each block. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "sys/ip_scope.h"

static enum ip_scope scope_of(const char *text)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        return ip_scope((struct sockaddr *)&in);
    assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    return ip_scope((struct sockaddr *)&in6);
}

static void expect(enum ip_scope scope, const char *const *texts)
{
    for (; *texts; texts++)
        if (scope_of(*texts) != scope)
            fail_msg("%s is %d, not %d", *texts, scope_of(*texts), scope);
}

static void test_public(void **state)
{
    (void)state;
    expect(IP_PUBLIC,
           (const char *const[]){
               "1.0.0.0", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255",
               "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
               "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.88.98.255",
               "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
               "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
               "2001:200::1", "2606:4700::1111", "2001:db7:ffff::1", "2001:db9::1", "3fff:1000::1",
               "2620:4f:7fff::1", "::ffff:93.184.216.34", "64:ff9b::93.184.216.34",
               "2002:5db8:d822::1", NULL});
}

static void test_private(void **state)
{
    (void)state;
    expect(IP_PRIVATE,
           (const char *const[]){"10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
                                 "127.0.0.1", "127.255.255.255", "172.16.0.0", "172.31.255.255",
                                 "192.168.0.0", "192.168.255.255", "::1", "fc00::1", "fdff::1",
                                 "::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::192.168.1.1",
                                 "2002:7f00:1::1", "2002:a00:1::", NULL});
}

static void test_never(void **state)
{
    (void)state;
    expect(IP_NEVER,
           (const char *const[]){
               "0.0.0.0", "0.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255",
               "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.0", "198.19.255.255",
               "198.51.100.1", "203.0.113.255", "224.0.0.1", "239.255.255.255", "240.0.0.1",
               "255.255.255.255", "::", "::2", "::127.0.0.1", "fe80::1", "febf::1", "fec0::1",
               "ff02::1", "ff0e::1", "2001::1", "2001:1ff:ffff::1", "2001:db8::1", "3fff::1",
               "3fff:fff:ffff::1", "2620:4f:8000::1", "100::1", "5f00::1", "4000::1",
               "64:ff9b:1::10.0.0.1", "::ffff:0.0.0.0", "::ffff:169.254.169.254",
               "::ffff:224.0.0.1", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1",
               "2002:e000:1::", "::ffff:0:127.0.0.1", NULL});
}

static void test_other_families(void **state)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/secret"};
    (void)state;
    assert_int_equal(ip_scope((struct sockaddr *)&local), IP_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public),
        cmocka_unit_test(test_private),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_other_families),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
