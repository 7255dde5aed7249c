/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions and tickets on a real PostgreSQL: who is signed in, for how long,
 * and that a ticket is spent once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "harness.h"
#include "loop/clock.h"
#include "store/accounts.h"
#include "store/owner_sessions.h"
#include "store/sessions.h"
#include "store/sign_ins.h"
#include "store/tickets.h"
#include "store/upkeep.h"

enum {
	SECOND_US = 1000 * 1000
};

static const struct session_limits limits = {
	.idle_seconds = 3600, .longest_seconds = 36000, .long_seconds = 864000
};

static const struct audit_origin origin = { .at = INT64_C(1750000000000000),
	.client_address = STR_INIT("192.0.2.1"),
	.request = STR_INIT("r1") };

static struct account account;

static void
ask_account(struct flow *f, void *argument)
{
	const struct str *login = argument;

	accounts_find(harness.store, f, *login, &account);
}

static void
name_fill(uint8_t out[static MAC_SIZE], uint8_t value)
{
	memset(out, value, MAC_SIZE);
}

/* --- sessions ----------------------------------------------------------- */

/* A sign-in that is complete, and its session, in one unit. */
struct opening {
	struct sign_in_beginning beginning;
	struct sign_in_begun begun;
	struct session_opening opening;
	struct audit_origin origin;
	uint8_t mac[MAC_SIZE];
	uint8_t old_mac[MAC_SIZE];
	struct sign_in_counters counters;
	struct session_opened opened;
};

static void
ask_open(struct flow *f, void *argument)
{
	struct opening *o = argument;

	sign_ins_begin(harness.store, f, &o->beginning, &o->begun);
	sessions_open(harness.store, f, &o->opening, &o->origin, &o->opened);
}

static bool stays; /* what is ticked at the next sign-in */

/* For the account that was read last; the macs are filled in. */
static void
opening_complete(struct opening *o, const uint8_t *old_mac)
{
	name_fill(o->counters.name, 1);
	o->beginning = (struct sign_in_beginning){ .mac = o->mac,
		.key_id = 1,
		.account_id = account.id,
		.account_epoch = account.epoch,
		.step = SIGN_IN_RIGHT,
		.now = o->origin.at,
		.expires_at = o->origin.at + SECOND_US,
		.password_at = o->origin.at,
		.skipped = STR("off"),
		.long_term = stays,
		.counters = &o->counters };
	o->opening = (struct session_opening){ .sign_in_mac = o->mac,
		.old_mac = old_mac,
		.mac = o->mac,
		.key_id = 1,
		.limits = limits };
}

static struct session_opened
open_session(struct str login, uint8_t mac, uint8_t old_mac, int64_t seconds)
{
	struct opening o = { .origin = origin };
	char agent[302] = "x"; /* a cut at 256 would split a character */

	for (size_t i = 1; i + 1 < sizeof(agent); i += 2)
		memcpy(agent + i, "\303\251", 2);
	assert_int_equal(trial_run(ask_account, &login), TRIAL_DONE);
	o.origin.at += seconds * SECOND_US;
	name_fill(o.mac, mac);
	name_fill(o.old_mac, old_mac);
	opening_complete(&o, old_mac == 0 ? NULL : o.old_mac);
	o.opening.user_agent = (struct str){ agent, 301 };
	assert_int_equal(trial_run(ask_open, &o), TRIAL_DONE);
	return o.opened;
}

struct finding {
	uint8_t mac[MAC_SIZE];
	int64_t now;
	struct session_found found;
};

static void
ask_find(struct flow *f, void *argument)
{
	struct finding *finding = argument;

	sessions_find(harness.store, f, finding->mac, finding->now, &limits,
	    &finding->found);
}

static int64_t
find_session(uint8_t mac, int64_t seconds)
{
	struct finding finding = { .now = origin.at + seconds * SECOND_US };

	name_fill(finding.mac, mac);
	assert_int_equal(trial_run(ask_find, &finding), TRIAL_DONE);
	assert_true(finding.found.generation > 0);
	return finding.found.session.number;
}

static struct session_ended ended;

static void
ask_end(struct flow *f, void *argument)
{
	sessions_end(harness.store, f, argument, &origin, &ended);
}

static void
ask_touch(struct flow *f, void *argument)
{
	sessions_touch(harness.store, f, argument, 1,
	    origin.at + 3000 * (int64_t)SECOND_US, &limits);
}

static struct account_changed changed;

static void
ask_disable(struct flow *f, void *argument)
{
	const struct str *state = argument;

	accounts_set_state(
	    harness.store, f, STR("bob"), *state, &origin, &changed);
}

static void
test_sessions(void **state)
{
	struct session_opened first;
	struct session_opened second;
	uint8_t mac[MAC_SIZE];

	(void)state;
	harness_sql("insert into sso.throttle (kind, name, tries, swept_after)"
		    " values ('sign-in', decode(repeat('01', 32), 'hex'),"
		    " '{epoch}', 'epoch')");
	first = open_session(STR("ada"), 10, 0, 0);
	assert_true(first.number > 0 && first.number < INT64_C(1) << 48);
	assert_false(first.renewed);
	assert_int_equal(harness_number("select count(*) from sso.throttle "
					"where get_byte(name, 0) = 1"),
	    0);
	assert_int_equal(find_session(10, 10), first.number);
	assert_int_equal(
	    harness_number("select octet_length(user_agent) from sso.session"),
	    255);

	/* the same person again: same number, other cookie */
	second = open_session(STR("ada"), 11, 10, 60);
	assert_int_equal(second.number, first.number);
	assert_true(second.renewed);
	assert_int_equal(find_session(10, 60), 0);
	assert_int_equal(find_session(11, 60), first.number);

	/* someone else at the same browser: the old one ends */
	second = open_session(STR("bob"), 12, 11, 120);
	assert_true(second.number > 0 && second.number != first.number);
	assert_int_equal(find_session(11, 120), 0);
	assert_int_equal(find_session(12, 120), second.number);

	/* both limits, and use */
	assert_int_equal(find_session(12, 120 + 3600), 0);
	assert_int_equal(trial_run(ask_touch, &second.number), TRIAL_DONE);
	assert_int_equal(find_session(12, 3000 + 3599), second.number);
	assert_int_equal(find_session(12, 120 + 36000), 0);

	/* signing out, twice */
	name_fill(mac, 12);
	assert_int_equal(trial_run(ask_end, mac), TRIAL_DONE);
	assert_int_equal(ended.number, second.number);
	ended.number = 0;
	assert_int_equal(trial_run(ask_end, mac), TRIAL_DONE);
	assert_int_equal(ended.number, 0);
	assert_int_equal(find_session(12, 130), 0);
	assert_int_equal(harness_number("select count(*) from sso.audit "
					"where kind = 'signed out'"),
	    1);
}

/*
 * What was done and whose answer was lost is asked again: nothing is done
 * twice, not even while the first attempt is still under way.
 */
static void
test_opened_again(void **state)
{
	struct session_opened first, again;
	struct opening o = { .origin = origin };
	struct trial trial;

	(void)state;
	first = open_session(STR("ada"), 50, 0, 0);
	again = open_session(STR("ada"), 50, 0, 0);
	assert_true(first.number > 0);
	assert_int_equal(again.number, first.number);
	assert_false(again.renewed);
	assert_int_equal(
	    open_session(STR("ada"), 51, 50, 10).number, first.number);
	again = open_session(STR("ada"), 51, 50, 10);
	assert_int_equal(again.number, first.number);
	assert_true(again.renewed);
	assert_int_equal(harness_number("select count(*) from sso.audit where "
					"kind = 'signed in' and session = "
					"(select max(number) from "
					"sso.session)"),
	    2);

	name_fill(o.mac, 52);
	opening_complete(&o, NULL);
	harness_sql("begin");
	harness_sql("insert into sso.session (mac, key_id, account_id, "
		    "account_epoch, created_at, last_used_at, password_at) "
		    "select decode(repeat('34', 32), 'hex'), 1, id, epoch, "
		    "'epoch', 'epoch', 'epoch' from sso.account "
		    "where login = 'ada'");
	trial_begin(&trial, ask_open, &o);
	harness_turn(100);
	assert_int_equal(trial.outcome, TRIAL_GOING);
	harness_sql("commit");
	trials_finish(&trial, 1);
	assert_int_equal(trial.outcome, TRIAL_DONE);
	assert_int_equal(o.opened.number,
	    harness_number("select number from sso.session where mac = "
			   "decode(repeat('34', 32), 'hex')"));
}

static void
test_disabled(void **state)
{
	struct str off = STR("disabled");
	struct str on = STR("active");
	struct session_opened opened;

	(void)state;
	opened = open_session(STR("bob"), 20, 0, 0);
	assert_int_equal(find_session(20, 1), opened.number);
	assert_int_equal(trial_run(ask_disable, &off), TRIAL_DONE);
	assert_true(changed.id > 0);
	assert_int_equal(find_session(20, 1), 0);
	opened = open_session(STR("bob"), 21, 0, 0);
	assert_int_equal(opened.number, 0);
	assert_true(opened.generation > 0);
	assert_int_equal(trial_run(ask_disable, &on), TRIAL_DONE);
	assert_int_equal(find_session(20, 1), 0); /* does not come back */
}

/* --- what the owner ends ------------------------------------------------ */

struct owner_end {
	struct session_owner owner;
	struct audit_origin origin;
	int64_t number;
	struct owner_sessions_ended ended;
};

static void
ask_owner_end(struct flow *f, void *argument)
{
	struct owner_end *o = argument;

	owner_sessions_end(
	    harness.store, f, &o->owner, o->number, &o->origin, &o->ended);
}

/* Run at this second by the owner of a session, who is the last opened for. */
static struct owner_sessions_ended
owner_end(int64_t session, int64_t number, int64_t seconds)
{
	struct owner_end o = { .origin = origin, .number = number };

	o.origin.at += seconds * SECOND_US;
	o.owner = (struct session_owner){ .account_id = account.id,
		.session = session,
		.now = o.origin.at,
		.limits = limits };
	assert_int_equal(trial_run(ask_owner_end, &o), TRIAL_DONE);
	return o.ended;
}

static void
test_owner_ends(void **state)
{
	int64_t foreign = open_session(STR("bob"), 70, 0, 0).number;
	int64_t mine = open_session(STR("ada"), 71, 0, 0).number;
	int64_t other = open_session(STR("ada"), 72, 0, 0).number;
	struct owner_sessions_ended seen;

	(void)state;
	assert_int_equal(owner_end(mine, foreign, 10).meant, 0);
	assert_int_equal(owner_end(mine, mine, 10).meant, 0);
	assert_int_equal(owner_end(mine, INT64_MAX, 10).meant, 0);
	assert_false(owner_end(foreign, other, 10).allowed);
	assert_int_equal(find_session(72, 11), other);

	seen = owner_end(mine, other, 20);
	assert_true(seen.allowed && seen.meant == 1 && seen.ended == 1);
	assert_int_equal(find_session(72, 21), 0);
	assert_int_equal(find_session(71, 21), mine);

	/* asked again because its answer was lost, and asked anew */
	seen = owner_end(mine, other, 20);
	assert_true(seen.meant == 1 && seen.ended == 1);
	seen = owner_end(mine, other, 21);
	assert_true(seen.meant == 1 && seen.ended == 0);
	assert_int_equal(harness_number("select count(*) from sso.audit where "
					"kind = 'session ended by owner'"),
	    1);

	/* one that has ended ends nothing, nor does one of an older password */
	assert_false(owner_end(other, mine, 30).allowed);
	assert_int_equal(find_session(71, 31), mine);
	harness_sql("update sso.account set epoch = epoch + 1 "
		    "where login = 'ada'");
	assert_false(owner_end(mine, 0, 40).allowed);
	assert_int_equal(find_session(70, 41), foreign);
}

/* Each ends the others at the same time: no deadlock, and one at least stays
 * out of all that were there. */
static void
test_owner_ends_all_at_once(void **state)
{
	struct owner_end ends[8];
	struct trial trials[COUNT_OF(ends)];
	int64_t alive = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		int64_t number =
		    open_session(STR("ada"), (uint8_t)(80 + i), 0, 0).number;

		assert_true(number > 0);
		ends[i] = (struct owner_end){ .origin = origin };
		ends[i].origin.at += (int64_t)(100 + i) * SECOND_US;
		ends[i].owner =
		    (struct session_owner){ .account_id = account.id,
			    .session = number,
			    .now = ends[i].origin.at,
			    .limits = limits };
	}
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		trial_begin(&trials[i], ask_owner_end, &ends[i]);
	trials_finish(trials, COUNT_OF(trials));
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		assert_int_equal(trials[i].outcome, TRIAL_DONE);
		alive += find_session((uint8_t)(80 + i), 120) > 0;
	}
	assert_int_equal(alive, 1); /* one connection: one after the other */
}

/* --- tickets ------------------------------------------------------------ */

struct redeeming {
	struct ticket_redemption redemption;
	uint8_t random[6];
	uint8_t request[TICKETS_REQUEST_SIZE];
	struct ticket_redeemed redeemed;
};

static void
ask_redeem(struct flow *f, void *argument)
{
	struct redeeming *r = argument;

	tickets_redeem(harness.store, f, &r->redemption, &r->redeemed);
}

static void
redeeming_set(
    struct redeeming *r, int64_t session, uint8_t random, uint8_t request)
{
	*r = (struct redeeming){ 0 };
	memset(r->random, random, sizeof(r->random));
	memset(r->request, request, sizeof(r->request));
	r->redemption = (struct ticket_redemption){ .session = session,
		.issued_at = clock_now() / SECOND_US,
		.random = r->random,
		.request = r->request,
		.ticket = STR("ST-x"),
		.now = origin.at + 200 * (int64_t)SECOND_US,
		.limits = limits };
}

static void
test_tickets(void **state)
{
	struct session_opened opened = open_session(STR("ada"), 30, 0, 0);
	struct redeeming first;
	struct redeeming other;

	(void)state;
	redeeming_set(&first, opened.number, 1, 1);
	assert_int_equal(trial_run(ask_redeem, &first), TRIAL_DONE);
	assert_true(first.redeemed.fresh && first.redeemed.alive);
	assert_true(str_equal(first.redeemed.login, STR("ada")));
	assert_int_equal(first.redeemed.password_at, origin.at);
	assert_int_equal(first.redeemed.restore_epoch, 1);

	other = first;
	other.redemption.random = other.random;
	other.redemption.request = other.request;
	memset(other.request, 2, sizeof(other.request));
	assert_int_equal(trial_run(ask_redeem, &other), TRIAL_DONE);
	assert_false(other.redeemed.fresh);

	first.redeemed.fresh = false; /* the same request asks again */
	assert_int_equal(trial_run(ask_redeem, &first), TRIAL_DONE);
	assert_true(first.redeemed.fresh);

	/* no such session: spent all the same */
	redeeming_set(&first, INT64_C(1) << 40, 1, 1);
	assert_int_equal(trial_run(ask_redeem, &first), TRIAL_DONE);
	assert_true(first.redeemed.fresh);
	assert_false(first.redeemed.alive);
	assert_int_equal(first.redeemed.login.len, 0);

	/* a day without a partition: no answer at all */
	redeeming_set(&first, opened.number, 9, 9);
	first.redemption.issued_at = 86400;
	assert_int_equal(trial_run(ask_redeem, &first), TRIAL_UNAVAILABLE);
}

/* Who asked to stay signed in: another limit, and use does not matter. */
static void
test_long_sessions(void **state)
{
	struct session_opened first, second;
	struct redeeming redeeming;
	struct owner_sessions_ended seen;

	(void)state;
	stays = true;
	first = open_session(STR("ada"), 90, 0, 0);
	stays = false;
	assert_true(first.long_term);
	assert_int_equal(first.created_at, origin.at);
	assert_int_equal(find_session(90, 863999), first.number);
	assert_int_equal(find_session(90, 864000), 0);
	redeeming_set(&redeeming, first.number, 5, 5);
	redeeming.redemption.now = origin.at + 863999 * (int64_t)SECOND_US;
	assert_int_equal(trial_run(ask_redeem, &redeeming), TRIAL_DONE);
	assert_true(redeeming.redeemed.alive && redeeming.redeemed.long_term);

	/* its owner ends it from a session of today */
	second = open_session(STR("ada"), 91, 0, 400000);
	assert_false(second.long_term);
	seen = owner_end(second.number, first.number, 400001);
	assert_int_equal(seen.ended, 1);
	assert_int_equal(find_session(90, 400002), 0);

	/* the kind does not change: the old one ends, another begins */
	stays = true;
	first = open_session(STR("ada"), 92, 91, 400003);
	stays = false;
	assert_true(first.long_term && !first.renewed);
	assert_true(first.number != second.number);
	assert_int_equal(find_session(91, 400004), 0);
	second = open_session(STR("ada"), 93, 92, 400005);
	assert_false(second.long_term || second.renewed);
	assert_int_equal(find_session(92, 400006), 0);
	assert_int_equal(find_session(93, 400005 + 3599), second.number);
	assert_int_equal(find_session(93, 400005 + 3600), 0);
}

static void
test_tickets_parallel(void **state)
{
	static struct trial trials[64];
	static struct redeeming redeemings[COUNT_OF(trials)];
	size_t fresh = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(trials); i++) {
		redeeming_set(&redeemings[i], 1, 0x77, (uint8_t)i);
		redeemings[i].redemption.issued_at =
		    redeemings[0].redemption.issued_at;
		trial_begin(&trials[i], ask_redeem, &redeemings[i]);
	}
	trials_finish(trials, COUNT_OF(trials));
	for (size_t i = 0; i < COUNT_OF(trials); i++) {
		assert_int_equal(trials[i].outcome, TRIAL_DONE);
		fresh += redeemings[i].redeemed.fresh;
	}
	assert_int_equal(fresh, 1);
}

static struct upkeep_swept swept;

static void
ask_sweep(struct flow *f, void *argument)
{
	const struct upkeep_session_sweep sweep = {
		.ended_before = origin.at + SECOND_US,
		.opened_before = origin.at - SECOND_US,
		.most = 1,
	};

	(void)argument;
	upkeep_sweep_sessions(harness.store, f, &sweep, &swept);
}

static void
test_sweep(void **state)
{
	(void)state;
	/* one at a time, that of who signed out and that of who was disabled,
	 * until only those that may live are left */
	for (int64_t left = 2; left >= 0; left--) {
		assert_int_equal(trial_run(ask_sweep, NULL), TRIAL_DONE);
		assert_int_equal(swept.count, left > 0);
	}
	assert_true(harness_number("select count(*) from sso.session") > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_disabled),
		cmocka_unit_test(test_tickets),
		cmocka_unit_test(test_tickets_parallel),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_opened_again),
		cmocka_unit_test(test_owner_ends),
		cmocka_unit_test(test_owner_ends_all_at_once),
		cmocka_unit_test(test_long_sessions),
	};
	int failures;

	harness_begin();
	harness_sql("insert into sso.account (login, display_name, created_at)"
		    " values ('ada', 'Ada', 'epoch'), ('bob', 'Bob', 'epoch')");
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	harness_end();
	return failures;
}
