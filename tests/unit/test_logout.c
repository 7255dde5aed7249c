/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logout request as applications get it (rows D09 to D12, D16): one
 * spelling, and never longer than the shortest reader takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cas/logout.h"
#include "cas/ticket.h"

#define TICKET_63 \
	"ST-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01234567"
#define OPENING \
	"%3Csamlp%3ALogoutRequest%20xmlns%3Asamlp%3D%22urn%3Aoasis%3Anames" \
	"%3Atc%3ASAML%3A2.0%3Aprotocol%22%20xmlns%3Asaml%3D%22urn%3Aoasis" \
	"%3Anames%3Atc%3ASAML%3A2.0%3Aassertion%22%20ID%3D%22LR-"

static const int64_t nine = INT64_C(1795424400) * 1000000;

static struct str
body_of(struct buf *out, const char *user, const char *ticket)
{
	const struct logout_notice notice = {
		.url = STR("https://app.example/"),
		.ticket = str_of(ticket),
		.user = str_of(user),
	};

	logout_body(&notice, 0x1f, nine, out);
	return buf_str(out);
}

static bool
holds(struct str text, const char *part)
{
	return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

static void
test_D10_D16_whole(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);
	const char *expected =
	    "logoutRequest=" OPENING
	    "000000000000001f%22%20Version%3D%222.0%22%20IssueInstant%3D%22"
	    "2026-11-23T09%3A00%3A00Z%22%3E%3Csaml%3ANameID%3Ealice"
	    "%3C%2Fsaml%3ANameID%3E%3Csamlp%3ASessionIndex%3EST-1"
	    "%3C%2Fsamlp%3ASessionIndex%3E%3C%2Fsamlp%3ALogoutRequest%3E";

	(void)state;
	(void)body_of(&out, "alice", "ST-1");
	assert_string_equal(buf_cstr(&out), expected);
}

static void
test_names_are_escaped_twice(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);

	(void)state;
	assert_true(holds(body_of(&out, "a&b<c+d", "ST-1"),
	    "%3Ea%26amp%3Bb%26lt%3Bc%2Bd%3C"));
}

static void
test_D12_longest(void **state)
{
	static const char worst[] = "&<>'\"%az";
	char user[129];

	(void)state;
	assert_int_equal(strlen(TICKET_63), TICKET_LENGTH);
	for (const char *letter = worst; *letter != '\0'; letter++) {
		for (size_t len = 1; len < sizeof(user); len++) {
			CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);
			struct str body;

			memset(user, *letter, len);
			user[len] = '\0';
			body = body_of(&out, user, TICKET_63);
			assert_true(buf_ok(&out));
			assert_in_range(body.len, 400, LOGOUT_BODY_LONGEST);
			assert_true(holds(body, TICKET_63));
		}
	}
}

static void
test_a_name_too_long_is_left_out(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);
	char user[129];

	(void)state;
	memset(user, '&', sizeof(user) - 1);
	user[sizeof(user) - 1] = '\0';
	assert_true(holds(
	    body_of(&out, user, TICKET_63), "NameID%3E%40NOT_USED%40%3C"));
	buf_reset(&out);
	memset(user, 'a', sizeof(user) - 1);
	assert_true(holds(body_of(&out, user, TICKET_63), user));
}

static void
test_a_ticket_too_long_fails(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);
	char ticket[1024];

	(void)state;
	memset(ticket, 'a', sizeof(ticket) - 1);
	ticket[sizeof(ticket) - 1] = '\0';
	(void)body_of(&out, "alice", ticket);
	assert_false(buf_ok(&out));
}

static bool
begins(struct str text, const char *part)
{
	return str_starts(text, str_of(part));
}

/* Row D20: no name of a person, no ticket that is still in the address. */
static void
test_D20_front_channel(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);
	struct logout_notice notice = {
		.url = STR("https://app.example/out?x=y&ticket=ST-0#part"),
		.ticket = STR(TICKET_63),
		.user = STR("alice"),
	};
	CLEANUP(buf_clear) struct buf other = BUF_INIT(4096);

	(void)state;
	logout_front_url(&notice, 0x1f, nine, &out);
	/* 78 01 01, and what every such request begins with */
	assert_true(begins(
	    buf_str(&out), "https://app.example/out?x=y&logoutRequest=eAEB"));
	assert_true(str_ends(buf_str(&out), STR("#part")));
	notice.user = STR("bob");
	logout_front_url(&notice, 0x1f, nine, &other);
	assert_true(str_equal(buf_str(&out), buf_str(&other)));
}

static void
test_D20_without_room(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf small = BUF_INIT(100);
	char ticket[8 * 1024 + 1];
	struct logout_notice notice = {
		.url = STR("https://app.example/"),
		.ticket = STR(TICKET_63),
	};

	(void)state;
	logout_front_url(&notice, 0x1f, nine, &small);
	assert_false(buf_ok(&small));
	memset(ticket, 'a', sizeof(ticket) - 1);
	ticket[sizeof(ticket) - 1] = '\0';
	notice.ticket = str_of(ticket);
	logout_front_url(&notice, 0x1f, nine, &out);
	assert_false(buf_ok(&out));
}

static const struct {
	struct str packed;
	bool good;
} packed_cases[] = {
	{ STR_INIT("https://a/\0ST-1\0alice"), true },
	{ STR_INIT(""), false },
	{ STR_INIT("https://a/"), false },
	{ STR_INIT("https://a/\0ST-1"), false },
	{ STR_INIT("https://a/\0ST-1\0"), false },
	{ STR_INIT("\0ST-1\0alice"), false },
	{ STR_INIT("https://a/\0\0alice"), false },
	{ STR_INIT("https://a/\0ST-1\0alice\0"), false },
	{ STR_INIT("https://a/\0ST-1\0alice\0x"), false },
};

static void
test_unpack(void **state)
{
	struct logout_notice notice;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(packed_cases); i++)
		assert_int_equal(logout_unpack(packed_cases[i].packed, &notice),
		    packed_cases[i].good);
	assert_true(logout_unpack(packed_cases[0].packed, &notice));
	assert_true(str_equal(notice.url, STR("https://a/")));
	assert_true(str_equal(notice.ticket, STR("ST-1")));
	assert_true(str_equal(notice.user, STR("alice")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_D10_D16_whole),
		cmocka_unit_test(test_names_are_escaped_twice),
		cmocka_unit_test(test_D12_longest),
		cmocka_unit_test(test_a_name_too_long_is_left_out),
		cmocka_unit_test(test_a_ticket_too_long_fails),
		cmocka_unit_test(test_D20_front_channel),
		cmocka_unit_test(test_D20_without_room),
		cmocka_unit_test(test_unpack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
