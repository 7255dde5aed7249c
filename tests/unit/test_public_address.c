/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses nobody but an institution itself may let us call (row T182).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/address.h"
#include "text/public_address.h"

static const char *const inside[] = { "127.0.0.1", "127.255.255.254", "::1",
	"0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "10.0.0.1",
	"10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
	"192.168.255.255", "100.64.0.1", "100.127.255.255", "192.0.0.8",
	"192.88.99.1", "198.18.0.1", "198.19.255.255", "224.0.0.1",
	"239.255.255.250", "240.0.0.1", "255.255.255.255", "fc00::1",
	"fdff:ffff::1", "fe80::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
	"::ffff:10.1.2.3", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
	"100::1", "2001::1", "2002:7f00:1::", "3fff::1", "4000::1" };

static const char *const outside[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0",
	"100.63.255.255", "100.128.0.0", "128.0.0.1", "169.253.255.255",
	"172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
	"198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:660::1",
	"2a00:1450::1", "3ffe::1", "::ffff:1.1.1.1" };

static bool
is_public(const char *text)
{
	struct address address;

	assert_true(address_parse(str_of(text), &address));
	return address_is_public(&address);
}

static void
test_T182_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(inside); i++) {
		if (is_public(inside[i]))
			fail_msg("%s is not public", inside[i]);
	}
}

static void
test_T182_outside(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(outside); i++) {
		if (!is_public(outside[i]))
			fail_msg("%s is public", outside[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_T182_inside),
		cmocka_unit_test(test_T182_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
