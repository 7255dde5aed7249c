/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxy-granting tickets on a real PostgreSQL: one row each however often it
 * was asked for, none of a session that has ended, and their tickets spent
 * once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "harness.h"
#include "loop/clock.h"
#include "store/proxy_grants.h"
#include "store/tickets.h"

enum {
	SECOND_US = 1000 * 1000,
	ALIVE = 1, /* numbers of the two sessions */
	ENDED = 2,
	RANDOM_SIZE = 6,
};

#define PROXIES STR("https://b.example/cb\nhttps://a.example/cb")

static const struct session_limits limits = { .idle_seconds = 3600,
	.longest_seconds = 36000 };

struct adding {
	uint8_t mac[MAC_SIZE];
	int64_t session;
	struct proxy_grant_added added;
};

static void
ask_add(struct flow *f, void *argument)
{
	struct adding *a = argument;

	proxy_grants_add(harness.store, f,
	    &(struct proxy_grant){ .mac = a->mac,
		.key_id = 1,
		.session = a->session,
		.service_id = 7,
		.proxies = PROXIES,
		.now = clock_now(),
		.limits = limits },
	    &a->added);
}

static bool
add(uint8_t mac, int64_t session)
{
	struct adding a = { .session = session };

	memset(a.mac, mac, sizeof(a.mac));
	assert_int_equal(trial_run(ask_add, &a), TRIAL_DONE);
	return a.added.alive;
}

struct finding {
	uint8_t mac[MAC_SIZE];
	int64_t now;
	struct proxy_grant_found found;
};

static void
ask_find(struct flow *f, void *argument)
{
	struct finding *finding = argument;

	proxy_grants_find(harness.store, f, finding->mac, finding->now, &limits,
	    &finding->found);
}

static struct proxy_grant_found
find(uint8_t mac, int64_t seconds)
{
	struct finding finding = { .now = clock_now() + seconds * SECOND_US };

	memset(finding.mac, mac, sizeof(finding.mac));
	assert_int_equal(trial_run(ask_find, &finding), TRIAL_DONE);
	assert_true(finding.found.generation > 0);
	return finding.found;
}

struct redeeming {
	struct ticket_redemption redemption;
	uint8_t random[RANDOM_SIZE];
	uint8_t request[TICKETS_REQUEST_SIZE];
	struct ticket_redeemed redeemed;
};

static void
ask_redeem(struct flow *f, void *argument)
{
	struct redeeming *r = argument;

	tickets_redeem(harness.store, f, &r->redemption, &r->redeemed);
}

/* A ticket of this grant, by this request. */
static struct ticket_redeemed
redeem(int64_t grant, uint8_t random, uint8_t request)
{
	struct redeeming r = { .redemption = { .grant = grant } };

	memset(r.random, random, sizeof(r.random));
	memset(r.request, request, sizeof(r.request));
	r.redemption.issued_at = clock_now() / SECOND_US;
	r.redemption.random = r.random;
	r.redemption.request = r.request;
	r.redemption.ticket = STR("PT-x");
	r.redemption.now = clock_now();
	r.redemption.limits = limits;
	assert_int_equal(trial_run(ask_redeem, &r), TRIAL_DONE);
	assert_int_equal(r.redeemed.restore_epoch, 1);
	return r.redeemed;
}

static void
test_added_once_and_only_to_the_living(void **state)
{
	(void)state;
	assert_true(add(10, ALIVE));
	assert_true(add(10, ALIVE)); /* the same request, asked again */
	assert_false(add(11, ENDED));
	assert_false(add(12, 99));
	assert_int_equal(
	    harness_number("select count(*) from sso.proxy_grant"), 1);
}

static void
test_found_with_its_session(void **state)
{
	struct proxy_grant_found found = find(10, 0);

	(void)state;
	assert_true(found.number > 0);
	assert_int_equal(found.service_id, 7);
	assert_int_equal(found.session.number, ALIVE);
	assert_true(found.session.account_id > 0);
	assert_true(str_equal(found.session.verified_by, STR("totp")));
	assert_true(str_equal(found.client_address, STR("192.0.2.9")));
	assert_int_equal(found.browser_id.len, 0);

	assert_int_equal(find(11, 0).number, 0);
	found = find(10, 3700); /* unused for too long */
	assert_true(found.number > 0);
	assert_int_equal(found.session.number, 0);
}

static void
test_tickets_are_spent_once(void **state)
{
	int64_t grant = find(10, 0).number;
	struct ticket_redeemed first = redeem(grant, 1, 1);

	(void)state;
	assert_true(first.fresh && first.alive);
	assert_int_equal(first.session, ALIVE);
	assert_true(str_equal(first.login, STR("ada")));
	assert_true(str_equal(first.proxies, PROXIES));
	assert_true(redeem(grant, 1, 1).fresh); /* the same request */
	assert_false(redeem(grant, 1, 2).fresh);
	assert_true(redeem(grant, 2, 2).fresh);
	assert_int_equal(harness_number("select count(*) from sso.redemption "
					"where session = 1"),
	    2);
}

static void
test_no_grant_no_ticket(void **state)
{
	struct ticket_redeemed redeemed = redeem(INT64_C(1) << 40, 3, 3);

	(void)state;
	assert_false(redeemed.fresh);
	assert_false(redeemed.alive);
	assert_int_equal(redeemed.session, 0);
	assert_int_equal(redeemed.proxies.len, 0);
}

/* Its cookie is of another key. */
static void
test_a_key_stays_as_long_as_a_grant(void **state)
{
	static const char sessions_of_key[] =
	    "select sessions from sso.retire_key(2::smallint, 'epoch', 'epoch',"
	    " 'epoch', now())";

	(void)state;
	assert_int_equal(harness_number(sessions_of_key), 0);
	harness_sql("update sso.proxy_grant set key_id = 2");
	assert_int_equal(harness_number(sessions_of_key), 1);
	harness_sql("update sso.proxy_grant set key_id = 1");
}

static void
test_all_ends_with_the_session(void **state)
{
	int64_t grant = find(10, 0).number;
	struct ticket_redeemed redeemed;

	(void)state;
	harness_sql("update sso.session set ended_at = now()");
	assert_int_equal(find(10, 0).session.number, 0);
	redeemed = redeem(grant, 4, 4);
	assert_true(redeemed.fresh); /* spent, whatever becomes of it */
	assert_false(redeemed.alive);
	assert_int_equal(redeemed.session, ALIVE);
	harness_sql("delete from sso.session");
	assert_int_equal(find(10, 0).number, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_added_once_and_only_to_the_living),
		cmocka_unit_test(test_found_with_its_session),
		cmocka_unit_test(test_tickets_are_spent_once),
		cmocka_unit_test(test_no_grant_no_ticket),
		cmocka_unit_test(test_a_key_stays_as_long_as_a_grant),
		cmocka_unit_test(test_all_ends_with_the_session),
	};
	int failures;

	harness_begin();
	harness_sql("insert into sso.account (login, display_name, created_at)"
		    " values ('ada', 'Ada', 'epoch')");
	harness_sql(
	    "insert into sso.session (number, mac, key_id, account_id,"
	    " account_epoch, created_at, last_used_at, password_at,"
	    " verified_at, verified_by, client_address, ended_at)"
	    " overriding system value"
	    " select n, decode(repeat('0' || n, 32), 'hex'), 1, a.id, 0, now(),"
	    " now(), now(), now(), 'totp', '192.0.2.9',"
	    " case when n = 2 then now() end"
	    " from sso.account as a, generate_series(1, 2) as n");
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	harness_end();
	return failures;
}
