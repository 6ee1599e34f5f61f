/* What the store keeps of who is who never outlives a change of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "store/sqlite/known.h"
#include "store/sqlite/sqlite_store.h"

static const struct address ann = {"irc", "one", "account:ann"};
static const struct address bob = {"matrix", "two", "@bob:example.org"};
static struct error error;

static int open_store(void **state)
{
    struct store *store = sqlite_store_open(":memory:", SQLITE_STORE_WRITE, &error);
    *state = store;
    return store && store->ops->begin(store, &error) == 0 ? 0 : -1;
}

static int close_store(void **state)
{
    struct store *store = *state;
    store->ops->rollback(store);
    store->ops->destroy(store);
    return 0;
}

static uint64_t member_of(struct store *store, const struct address *who, const char *name)
{
    uint64_t id = 0;
    assert_int_equal(store->ops->member(store, who, name, 1, &id, &error), 0);
    return id;
}

static uint64_t whole_of(struct store *store, const struct address *who)
{
    uint64_t own, whole;
    assert_int_equal(store->ops->identity(store, who, &own, &whole, &error), 0);
    return whole;
}

static int list_name(void *context, const struct address *who, uint64_t own, const char *name)
{
    char *out = context;
    size_t used = strlen(out);
    (void)own;
    snprintf(out + used, 256 - used, "%s=%s;", who->target, name);
    return 0;
}

/* Asked twice, so that the second time is from what is kept. */
static const char *accounts_of(struct store *store, uint64_t member)
{
    static char out[2][256];
    for (int i = 0; i < 2; i++) {
        out[i][0] = '\0';
        assert_int_equal(store->ops->identities(store, member, list_name, out[i], &error), 0);
    }
    assert_string_equal(out[0], out[1]);
    return out[1];
}

static void a_new_name_is_seen(void **state)
{
    struct store *store = *state;
    uint64_t id = member_of(store, &ann, "ann");
    assert_string_equal(accounts_of(store, id), "account:ann=ann;");
    assert_int_equal(member_of(store, &ann, "Ann"), id);
    assert_string_equal(accounts_of(store, id), "account:ann=Ann;");
}

static void a_link_is_seen_and_its_end(void **state)
{
    struct store *store = *state;
    uint64_t a = member_of(store, &ann, "ann"), b = member_of(store, &bob, "bob");
    assert_int_equal(whole_of(store, &bob), b);
    assert_string_equal(accounts_of(store, b), "@bob:example.org=bob;");
    assert_int_equal(store->ops->member_link(store, b, a, &error), 0);
    assert_int_equal(whole_of(store, &bob), a);
    assert_int_equal(member_of(store, &bob, "bob"), a);
    assert_string_equal(accounts_of(store, a), "account:ann=ann;@bob:example.org=bob;");
    assert_int_equal(store->ops->member_unlink(store, b, &error), 0);
    assert_int_equal(whole_of(store, &bob), b);
    assert_string_equal(accounts_of(store, a), "account:ann=ann;");
}

static void what_was_taken_back_is_forgotten(void **state)
{
    struct store *store = *state;
    assert_int_equal(store->ops->savepoint(store, &error), 0);
    assert_int_not_equal(member_of(store, &ann, "ann"), 0);
    assert_int_not_equal(whole_of(store, &ann), 0);
    assert_int_equal(store->ops->rollback_to(store, &error), 0);
    assert_int_equal(whole_of(store, &ann), 0);
    assert_int_not_equal(member_of(store, &ann, "ann"), 0);
    assert_int_not_equal(whole_of(store, &ann), 0);
    store->ops->rollback(store);
    assert_int_equal(whole_of(store, &ann), 0);
    assert_int_equal(store->ops->begin(store, &error), 0);
}

static void many_meet_in_one_place(void **state)
{
    static struct known known;
    char target[32];
    struct address who = {"irc", "one", target};
    (void)state;
    for (unsigned i = 1; i <= 3 * KNOWN_MAX; i++) {
        snprintf(target, sizeof target, "nick:%u", i);
        struct known_account *kept = known_keep(&known, &who, i, i, "name");
        assert_non_null(kept);
        known_keep_only(&known, kept);
        assert_int_equal(known_only(&known, i)->own, i);
    }
    /* Whoever is still kept is right, whatever took the place of others. */
    for (unsigned i = 1; i <= 3 * KNOWN_MAX; i++) {
        snprintf(target, sizeof target, "nick:%u", i);
        const struct known_account *found = known_find(&known, &who), *only = known_only(&known, i);
        assert_true(!found || found->own == i);
        assert_true(!only || strcmp(only->target, target) == 0);
    }
    known_forget(&known);
    assert_null(known_find(&known, &who));
    assert_null(known_only(&known, 3 * KNOWN_MAX));
}

static void what_does_not_fit_is_read_each_time(void **state)
{
    struct store *store = *state;
    char target[KNOWN_ACCOUNT + 20];
    struct address who = {"matrix", "two", target};
    memset(target, 'x', sizeof target);
    target[sizeof target - 1] = '\0';
    uint64_t id = member_of(store, &who, "long");
    assert_int_equal(whole_of(store, &who), id);
    assert_int_equal(whole_of(store, &who), id);
    target[sizeof target - 2] = 'y';
    assert_int_equal(whole_of(store, &who), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_name_is_seen, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_link_is_seen_and_its_end, open_store, close_store),
        cmocka_unit_test_setup_teardown(what_was_taken_back_is_forgotten, open_store, close_store),
        cmocka_unit_test(many_meet_in_one_place),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_read_each_time, open_store,
                                        close_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
