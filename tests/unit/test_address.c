/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, networks, and who is behind a proxy (defence rows T150-T153).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/address.h"

static struct address
parsed(const char *text)
{
	struct address address;

	assert_true(address_parse(str_of(text), &address));
	return address;
}

static void
test_spellings(void **state)
{
	static const char *const good[][2] = {
		{ "127.0.0.1", "127.0.0.1" },
		{ "::ffff:10.0.0.1", "10.0.0.1" },
		{ "2001:DB8::1", "2001:db8::1" },
		{ "::1", "::1" },
	};
	static const char *const bad[] = { "", "unknown", "_hidden", "1.2.3",
		"01.2.3.4", "1.2.3.4:80", "[::1]", "\"10.0.0.1\"", "10.0.0.256",
		"fe80::1%eth0", "::ffff:1.2.3.4.5", " 10.0.0.1",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cc" };
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct address address = parsed(good[i][0]);

		address_text(&address, text);
		assert_string_equal(text, good[i][1]);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct address address;

		assert_false(address_parse(str_of(bad[i]), &address));
	}
	assert_false(address_parse(
	    (struct str){ "10.0.0.1\0x", 10 }, &(struct address){ { 0 } }));
}

static void
test_networks(void **state)
{
	static const char *const bad[] = { "10.0.0.0/33", "10.0.0.1/8",
		"2001:db8::/129", "2001:db8::1/64", "10.0.0.0/", "10.0.0.0/x",
		"10.0.0.0/-1", "10.0.0.0/8,::1", "/8", "10/8" };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct networks networks;

	(void)state;
	assert_true(networks_parse(
	    STR(" 10.0.0.0/8  192.0.2.7 2001:db8::/32 "), &networks, &why));
	assert_int_equal(networks.count, 3);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		buf_reset(&why);
		assert_false(networks_parse(str_of(bad[i]), &networks, &why));
		assert_true(why.len > 0);
	}
	assert_true(networks_parse(STR(""), &networks, &why));
	assert_int_equal(networks.count, 0);
}

/* Bit by bit: slow and obviously right. */
static bool
reference_has(const struct address_network *network, const struct address *a)
{
	for (unsigned bit = 0; bit < network->bits; bit++) {
		unsigned mask = 0x80u >> bit % 8;

		if ((network->first.bytes[bit / 8] & mask) !=
		    (a->bytes[bit / 8] & mask))
			return false;
	}
	return true;
}

static uint32_t
next_number(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static void
test_membership_against_reference(void **state)
{
	uint64_t seed = 20261123;
	unsigned inside = 0;

	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		struct networks networks = { .count = 1 };
		struct address_network *network = &networks.list[0];
		struct address address;
		unsigned flip = next_number(&seed) % 160;

		for (size_t i = 0; i < 16; i++)
			network->first.bytes[i] = (uint8_t)next_number(&seed);
		network->bits = next_number(&seed) % 129;
		address = network->first;
		if (flip < 128)
			address.bytes[flip / 8] ^= (uint8_t)(0x80u >> flip % 8);
		assert_int_equal(networks_have(&networks, &address),
		    reference_has(network, &address));
		inside += networks_have(&networks, &address);
	}
	assert_in_range(inside, 1000, 199000); /* both answers were tried */
}

static void
test_who_is_behind_a_proxy(void **state)
{
	static const struct {
		const char *peer, *forwarded, *client;
	} cases[] = {
		/* not a proxy: its word does not count */
		{ "203.0.113.9", "10.0.0.1", "203.0.113.9" },
		/* one hop, and what the client made up in front of it */
		{ "192.0.2.1", "203.0.113.9", "203.0.113.9" },
		{ "192.0.2.1", "10.0.0.1, 203.0.113.9", "203.0.113.9" },
		/* a chain of our own proxies */
		{ "192.0.2.1", "203.0.113.9, 192.0.2.2", "203.0.113.9" },
		/* nothing readable: the last good hop */
		{ "192.0.2.1", "", "192.0.2.1" },
		{ "192.0.2.1", "unknown", "192.0.2.1" },
		{ "192.0.2.1", "203.0.113.9, unknown", "192.0.2.1" },
		{ "192.0.2.1", "203.0.113.9, ", "192.0.2.1" },
		{ "192.0.2.1", "10.0.0.1, _hidden, 192.0.2.2", "192.0.2.2" },
		{ "192.0.2.1", "203.0.113.9:443", "192.0.2.1" },
		{ "192.0.2.1", "2001:db8::7", "2001:db8::7" },
	};
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct networks proxies;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_true(networks_parse(STR("192.0.2.0/28"), &proxies, &why));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct address client = address_forwarded(&proxies,
		    parsed(cases[i].peer), str_of(cases[i].forwarded));

		address_text(&client, text);
		assert_string_equal(text, cases[i].client);
	}
}

static void
test_neighbourhoods(void **state)
{
	struct address a = parsed("2001:db8:0:1::7"),
		       b = parsed("2001:db8:0:1:ffff::"),
		       c = parsed("2001:db8:0:2::7"), d = parsed("10.0.0.1"),
		       e = parsed("10.0.0.2");

	(void)state;
	a = address_neighbourhood(&a);
	b = address_neighbourhood(&b);
	c = address_neighbourhood(&c);
	d = address_neighbourhood(&d);
	e = address_neighbourhood(&e);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(&a, &c, sizeof(a));
	assert_memory_not_equal(&d, &e, sizeof(d));
}

/* What one customer is given: a /24, a /48. */
static void
test_surroundings(void **state)
{
	static const char *const cases[][2] = {
		{ "10.1.2.3", "10.1.2.0" },
		{ "::ffff:255.255.255.255", "255.255.255.0" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1::" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff::" },
		{ "::1", "::" },
	};
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct address address = parsed(cases[i][0]);

		assert_int_equal(address_is_ipv4(&address), i < 3);
		address = address_surroundings(&address);
		address_text(&address, text);
		assert_string_equal(text, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_membership_against_reference),
		cmocka_unit_test(test_who_is_behind_a_proxy),
		cmocka_unit_test(test_neighbourhoods),
		cmocka_unit_test(test_surroundings),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
