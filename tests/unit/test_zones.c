/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks of an organisation: look-up agrees with comparing bit by bit, and
 * what is not clear is refused (defence rows T153, T156).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "policy/zones.h"
#include "text/address.h"

enum {
	TABLES = 500,
	LOOK_UPS = 2000, /* in each table: 10^6 pairs */
	PREFIXES = 24
};

static struct address
parsed(const char *text)
{
	struct address address;

	assert_true(address_parse(str_of(text), &address));
	return address;
}

static const struct str campus_prefixes[] = { STR_INIT("10.0.0.0/8"),
	STR_INIT("2001:db8::/32"), STR_INIT("192.0.2.7") };
static const struct str room_prefixes[] = { STR_INIT("10.3.0.0/16"),
	STR_INIT("2001:db8:3::/48") };
static const struct str desk_prefixes[] = { STR_INIT("10.3.255.255/32"),
	STR_INIT("2001:db8:3::5/128"), STR_INIT("10.3.0.0/32") };
static const struct zone nested[] = {
	{ .key = STR_INIT("campus"),
	    .label = STR_INIT("Campus"),
	    .prefixes = campus_prefixes,
	    .prefix_count = COUNT_OF(campus_prefixes),
	    .skip_ok = true },
	{ .key = STR_INIT("rooms"),
	    .prefixes = room_prefixes,
	    .prefix_count = COUNT_OF(room_prefixes),
	    .shared_computers = true },
	{ .key = STR_INIT("desk"),
	    .prefixes = desk_prefixes,
	    .prefix_count = COUNT_OF(desk_prefixes) },
	{ .key = STR_INIT("empty") },
};

static struct zones *
zones_made(const struct zone *list, size_t count)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct zones *zones = zones_new(list, count, &why);

	assert_string_equal(buf_cstr(&why), "");
	assert_non_null(zones);
	return zones;
}

static const char *
key_at(const struct zones *zones, const char *text)
{
	struct address address = parsed(text);
	const struct zone *zone = zones_find(zones, &address);

	return zone == NULL ? "" : zone->key.at;
}

static void
T153_longest_prefix_wins(void **state)
{
	static const char *const places[][2] = {
		{ "9.255.255.255", "" },
		{ "10.0.0.0", "campus" },
		{ "10.2.255.255", "campus" },
		{ "10.3.0.0", "desk" },
		{ "10.3.0.1", "rooms" },
		{ "10.3.255.254", "rooms" },
		{ "10.3.255.255", "desk" },
		{ "10.4.0.0", "campus" },
		{ "10.255.255.255", "campus" },
		{ "11.0.0.0", "" },
		{ "192.0.2.6", "" },
		{ "192.0.2.7", "campus" },
		{ "192.0.2.8", "" },
		{ "::ffff:10.3.0.9", "rooms" },
		{ "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "" },
		{ "2001:db8::", "campus" },
		{ "2001:db8:3::4", "rooms" },
		{ "2001:db8:3::5", "desk" },
		{ "2001:db8:3::6", "rooms" },
		{ "2001:db8:4::", "campus" },
		{ "2001:db9::", "" },
		{ "::", "" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "" },
		{ "255.255.255.255", "" },
	};
	struct zones *zones = zones_made(nested, COUNT_OF(nested));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++)
		assert_string_equal(key_at(zones, places[i][0]), places[i][1]);
	assert_int_equal(zones_count(zones), 4);
	assert_true(zones_by_key(zones, STR("campus"))->skip_ok);
	assert_true(zones_by_key(zones, STR("rooms"))->shared_computers);
	assert_null(zones_by_key(zones, STR("Campus")));
	zones_unref(zones);
}

static void
T153_widest_prefixes_keep_to_their_family(void **state)
{
	static const struct str four[] = { STR_INIT("0.0.0.0/0") };
	static const struct str six[] = { STR_INIT("::/0") };
	static const struct zone both[] = {
		{ .key = STR_INIT("four"),
		    .prefixes = four,
		    .prefix_count = 1 },
		{ .key = STR_INIT("six"), .prefixes = six, .prefix_count = 1 },
	};
	struct zones *zones = zones_made(both, 2);
	struct zones *only_six = zones_made(both + 1, 1);

	(void)state;
	assert_string_equal(key_at(zones, "0.0.0.0"), "four");
	assert_string_equal(key_at(zones, "255.255.255.255"), "four");
	assert_string_equal(key_at(zones, "::"), "six");
	assert_string_equal(key_at(zones, "::fffe:ffff:ffff"), "six");
	assert_string_equal(key_at(zones, "::1:0:0:0"), "six");
	assert_string_equal(
	    key_at(zones, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "six");
	assert_string_equal(key_at(only_six, "10.0.0.1"), "");
	assert_string_equal(key_at(only_six, "::ffff:10.0.0.1"), "");
	zones_unref(zones);
	zones_unref(only_six);
}

static void
T156_loopback_is_never_a_zone(void **state)
{
	static const struct str wide[] = { STR_INIT("0.0.0.0/0"),
		STR_INIT("::/0") };
	static const struct zone world = {
		.key = STR_INIT("world"), .prefixes = wide, .prefix_count = 2
	};
	struct zones *zones = zones_made(&world, 1);

	(void)state;
	assert_string_equal(key_at(zones, "126.255.255.255"), "world");
	assert_string_equal(key_at(zones, "127.0.0.0"), "");
	assert_string_equal(key_at(zones, "127.255.255.255"), "");
	assert_string_equal(key_at(zones, "128.0.0.0"), "world");
	assert_string_equal(key_at(zones, "::"), "world");
	assert_string_equal(key_at(zones, "::1"), "");
	assert_string_equal(key_at(zones, "::2"), "world");
	zones_unref(zones);
}

static void
T153_unclear_zones_are_refused(void **state)
{
	static const struct {
		struct str prefix;
		const char *why; /* a piece of it */
	} bad[] = {
		{ STR_INIT("10.0.0.0/33"), "zone \"b\": \"10.0.0.0/33\"" },
		{ STR_INIT("10.0.0.1/8"), "bit set behind" },
		{ STR_INIT("2001:db8::/129"), "is not an address" },
		{ STR_INIT("2001:db8::1/64"), "bit set behind" },
		{ STR_INIT("::ffff:0:0/96"), "is not an address" },
		{ STR_INIT(""), "is not an address" },
		{ STR_INIT("10.0.0.0/8 "), "is not an address" },
		{ STR_INIT("campus.example"), "is not an address" },
		{ STR_INIT("127.0.0.1"), "127.0.0.1 is loopback" },
		{ STR_INIT("127.0.0.0/8"), "loopback" },
		{ STR_INIT("::1"), "loopback" },
		{ STR_INIT("::ffff:127.0.0.1"), "loopback" },
		{ STR_INIT("192.168.0.0/16"),
		    "192.168.0.0/16 stands in zone \"a\" and in zone \"b\"" },
		{ STR_INIT("2001:db8::/32"),
		    "2001:db8::/32 stands in zone \"a\" and in zone \"b\"" },
	};
	static const struct str first[] = { STR_INIT("2001:db8::/32"),
		STR_INIT("192.168.0.0/16") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
		struct zone list[] = {
			{ .key = STR("a"),
			    .prefixes = first,
			    .prefix_count = 2 },
			{ .key = STR("b"),
			    .prefixes = &bad[i].prefix,
			    .prefix_count = 1 },
		};

		assert_null(zones_new(list, 2, &why));
		assert_non_null(strstr(buf_cstr(&why), bad[i].why));
	}
}

static void
keys_are_checked(void **state)
{
	static const char *const bad[] = { "", "-a", "Campus", "a b", "a\n",
		"campus.",
		"12345678901234567890123456789012345678901234567890123456789012"
		"34" };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	struct zone twice[] = { { .key = STR("a") }, { .key = STR("a") } };
	struct zone *many = memory_array(ZONES_MOST + 1, sizeof(*many));

	(void)state;
	assert_true(zone_key_is_valid(STR("9_a-b")));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct zone zone = { .key = str_of(bad[i]) };

		assert_null(zones_new(&zone, 1, &why));
	}
	buf_reset(&why);
	assert_null(zones_new(twice, 2, &why));
	assert_string_equal(buf_cstr(&why), "two zones have the key \"a\"");
	assert_null(zones_new(many, ZONES_MOST + 1, &why));
	free(many);
}

static uint32_t
next_number(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Few different bits, so that prefixes nest and touch each other. */
static struct address
random_address(uint64_t *seed)
{
	struct address address = parsed("198.51.100.0");
	unsigned shape = next_number(seed) % 8;

	if (shape == 0)
		address = parsed("0.0.0.0");
	else if (shape < 4)
		address = parsed("2001:db8::");
	else if (shape == 4)
		address = parsed("::");
	for (unsigned i = next_number(seed) % 5; i > 0; i--) {
		unsigned byte = address_is_ipv4(&address)
				    ? 12 + next_number(seed) % 4
				    : next_number(seed) % 16;

		address.bytes[byte] = (uint8_t)next_number(seed);
	}
	return address;
}

/* Host bits off, written as people write it. */
static struct str
random_prefix(uint64_t *seed, struct arena *arena)
{
	struct address address = random_address(seed);
	unsigned above = address_is_ipv4(&address) ? 96 : 0;
	unsigned bits = above + next_number(seed) % (129 - above);
	char text[ADDRESS_TEXT_SIZE];

	for (unsigned bit = bits; bit < 128; bit++)
		address.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	address_text(&address, text);
	return arena_format(
	    arena, "%s/%u", text, address_is_ipv4(&address) ? bits - 96 : bits);
}

/* Bit by bit: slow and obviously right. */
static int
bits_in_common(const struct address_network *network, const struct address *a)
{
	if (address_is_ipv4(&network->first) != address_is_ipv4(a))
		return -1;
	for (unsigned bit = 0; bit < network->bits; bit++) {
		unsigned mask = 0x80u >> bit % 8;

		if ((network->first.bytes[bit / 8] & mask) !=
		    (a->bytes[bit / 8] & mask))
			return -1;
	}
	return (int)network->bits;
}

static struct address_network
network_of(struct str prefix)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct address_network network;

	assert_true(network_parse(prefix, &network, &why));
	return network;
}

/* The zones and, read once, the one network of each. */
struct reference {
	struct zone zones[PREFIXES];
	struct address_network networks[PREFIXES];
	size_t count;
	struct address_network loopback[2];
};

static const char *
reference_key(const struct reference *reference, const struct address *a)
{
	const char *best = "";
	int most = -1;

	for (size_t i = 0; i < reference->count; i++) {
		int bits = bits_in_common(&reference->networks[i], a);

		if (bits > most) {
			most = bits;
			best = reference->zones[i].key.at;
		}
	}
	for (size_t i = 0; i < COUNT_OF(reference->loopback); i++) {
		if (bits_in_common(&reference->loopback[i], a) >= 0)
			best = "";
	}
	return best;
}

/* An address near the border of a prefix, or any. */
static struct address
random_visitor(uint64_t *seed, const struct reference *reference)
{
	struct address_network network;
	unsigned flip = next_number(seed) % 160;

	if (reference->count == 0 || next_number(seed) % 4 == 0)
		return random_address(seed);
	network = reference->networks[next_number(seed) % reference->count];
	if (next_number(seed) % 2 == 0) {
		for (unsigned bit = network.bits; bit < 128; bit++)
			network.first.bytes[bit / 8] |=
			    (uint8_t)(0x80u >> bit % 8);
	}
	if (flip < 128)
		network.first.bytes[flip / 8] ^= (uint8_t)(0x80u >> flip % 8);
	return network.first;
}

/* Zones of one prefix each; those that are refused are left out. */
static void
random_zones(uint64_t *seed, struct arena *arena, struct reference *out)
{
	out->count = 0;
	out->loopback[0] = network_of(STR("127.0.0.0/8"));
	out->loopback[1] = network_of(STR("::1"));
	for (unsigned i = 0; i < PREFIXES; i++) {
		CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
		struct str *prefix = arena_alloc(arena, sizeof(*prefix));
		struct zones *made;

		*prefix = random_prefix(seed, arena);
		out->zones[out->count] = (struct zone){
			.key = arena_format(arena, "z%u", i),
			.prefixes = prefix,
			.prefix_count = 1,
		};
		made = zones_new(out->zones, out->count + 1, &why);
		if (made != NULL)
			out->networks[out->count++] = network_of(*prefix);
		zones_unref(made);
	}
}

static void
T153_agrees_with_the_reference(void **state)
{
	uint64_t seed = 153;
	unsigned inside = 0;

	(void)state;
	for (unsigned table = 0; table < TABLES; table++) {
		struct arena arena = ARENA_INIT;
		struct reference reference;
		struct zones *zones;

		random_zones(&seed, &arena, &reference);
		zones = zones_made(reference.zones, reference.count);
		for (unsigned i = 0; i < LOOK_UPS; i++) {
			struct address visitor =
			    random_visitor(&seed, &reference);
			const struct zone *zone = zones_find(zones, &visitor);

			assert_string_equal(zone == NULL ? "" : zone->key.at,
			    reference_key(&reference, &visitor));
			inside += zone != NULL;
		}
		zones_unref(zones);
		arena_clear(&arena);
	}
	assert_in_range(inside, TABLES * LOOK_UPS / 5,
	    TABLES * LOOK_UPS * 19 / 20); /* both answers were tried */
}

static void
an_empty_table_has_nothing(void **state)
{
	struct zones *zones = zones_made(NULL, 0);

	(void)state;
	assert_string_equal(key_at(zones, "10.0.0.1"), "");
	assert_int_equal(zones_count(zones), 0);
	zones_ref(zones);
	zones_unref(zones);
	assert_string_equal(key_at(zones, "::1"), "");
	zones_unref(zones);
	zones_unref(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(T153_longest_prefix_wins),
		cmocka_unit_test(T153_widest_prefixes_keep_to_their_family),
		cmocka_unit_test(T153_unclear_zones_are_refused),
		cmocka_unit_test(T153_agrees_with_the_reference),
		cmocka_unit_test(T156_loopback_is_never_a_zone),
		cmocka_unit_test(keys_are_checked),
		cmocka_unit_test(an_empty_table_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
