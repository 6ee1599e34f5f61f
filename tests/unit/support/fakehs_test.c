/* A C test talks with the home server that fails on demand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fakehs.h"

static void a_user_may_ask(void **state)
{
    (void)state;
    struct fakehs *fake = fakehs_create();
    char *token = fakehs_user(fake, "ann");
    long status = 0;
    json_t *who = fakehs_ask(fake, token, "GET", "/account/whoami", NULL, &status);
    assert_int_equal(status, 200);
    assert_string_equal(json_string_value(json_object_get(who, "user_id")), "@ann:fake.test");
    json_decref(who);
    who = fakehs_ask(fake, NULL, "GET", "/account/whoami", NULL, &status);
    assert_int_equal(status, 401);
    json_decref(who);
    free(token);
    fakehs_destroy(fake);
}

static void a_fault_strikes_once(void **state)
{
    (void)state;
    struct fakehs *fake = fakehs_create();
    char *token = fakehs_user(fake, "ann");
    json_decref(fakehs_control(fake, "fault", json_pack("{s:s,s:s}", "kind", "page", "path", "whoami")));
    long status = 0;
    assert_null(fakehs_ask(fake, token, "GET", "/account/whoami", NULL, &status));
    assert_int_equal(status, 502);
    json_decref(fakehs_ask(fake, token, "GET", "/account/whoami", NULL, &status));
    assert_int_equal(status, 200);
    free(token);
    fakehs_destroy(fake);
}

static void two_stand_side_by_side(void **state)
{
    (void)state;
    struct fakehs *one = fakehs_create(), *other = fakehs_create();
    assert_string_not_equal(fakehs_url(one), fakehs_url(other));
    fakehs_destroy(one);
    json_decref(fakehs_control(other, "rooms", NULL));
    fakehs_destroy(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_may_ask),
        cmocka_unit_test(a_fault_strikes_once),
        cmocka_unit_test(two_stand_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
