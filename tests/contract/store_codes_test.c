/* The store port, over every adapter: codes for linking accounts, and wrong tries. */
#include "stores.h"

#define WORKS(call) assert_int_equal(call, 0)

static void change(struct stores *s, struct link_record link)
{
    stores_record(s, &(struct effect){.kind = RECORD_LINK, .as.link = link});
}

static struct link_code code_of(struct stores *s, const char *hash)
{
    struct link_code code = {.member = 99};
    WORKS(s->ops->link_code(s->store, hash, &code, &s->error));
    return code;
}

static void a_code_is_of_one_account_and_in_one_state(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t ann = stores_member(s, "ann"), bob = stores_member(s, "bob");
    assert_int_equal(code_of(s, "h1").member, 0);
    change(s, (struct link_record){.change = LINK_OFFER, .member = ann, .hash = "h1", .at = 1000});
    change(s, (struct link_record){.change = LINK_OFFER, .member = bob, .hash = "h2", .at = 2000});
    stores_commit(s);
    stores_reopen(s);
    stores_begin(s);
    assert_int_equal(code_of(s, "h1").member, ann);
    assert_int_equal(code_of(s, "h1").at, 1000);
    assert_int_equal(code_of(s, "h1").state, LINK_CODE_OPEN);
    change(s, (struct link_record){.change = LINK_OFFER, .member = ann, .hash = "h3", .at = 3000});
    assert_int_equal(code_of(s, "h1").member, 0); /* a newer one takes its place */
    assert_int_equal(code_of(s, "h2").member, bob);
    change(s, (struct link_record){.change = LINK_SETTLE, .hash = "h3", .state = LINK_CODE_USED});
    change(s, (struct link_record){.change = LINK_SETTLE, .hash = "no", .state = LINK_CODE_USED});
    change(s, (struct link_record){.change = LINK_OFFER, .member = ann, .hash = "h4", .at = 4000});
    assert_int_equal(code_of(s, "h3").state, LINK_CODE_USED); /* is remembered for a day */
    assert_int_equal(code_of(s, "h3").at, 3000);
    change(s, (struct link_record){.change = LINK_OFFER, .member = bob, .hash = "h5",
                                   .at = 3001 + LINK_CODE_KEPT_MS});
    assert_int_equal(code_of(s, "h3").member, 0);
    assert_int_equal(code_of(s, "h4").member, ann);
    stores_commit(s);
}

static void wrong_tries_are_counted_by_account(void **state)
{
    struct stores *s = *state;
    unsigned tries = 9;
    int64_t since = 9;
    stores_begin(s);
    uint64_t ann = stores_member(s, "ann"), bob = stores_member(s, "bob");
    WORKS(s->ops->link_tries(s->store, ann, &tries, &since, &s->error));
    assert_int_equal(tries, 0);
    assert_int_equal(since, 0);
    change(s, (struct link_record){.change = LINK_TRIES, .member = ann, .tries = 3, .at = 77});
    change(s, (struct link_record){.change = LINK_TRIES, .member = ann, .tries = 4, .at = 77});
    stores_commit(s);
    stores_reopen(s);
    WORKS(s->ops->link_tries(s->store, ann, &tries, &since, &s->error));
    assert_int_equal(tries, 4);
    assert_int_equal(since, 77);
    WORKS(s->ops->link_tries(s->store, bob, &tries, &since, &s->error));
    assert_int_equal(tries, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(a_code_is_of_one_account_and_in_one_state),
        STORES_ALL(wrong_tries_are_counted_by_account),
    };
    return cmocka_run_group_tests_name("store codes", tests, NULL, NULL);
}
