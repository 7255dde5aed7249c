/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nested prefixes are flattened once into ranges that follow each other: each
 * begins at an address and holds up to the next.  So a look-up is one binary
 * search, however many prefixes there are and however they nest.
 *
 * A prefix within which no other begins and ends is what makes this simple:
 * two prefixes are nested or apart, never crossing.
 */
#include "policy/zones.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "text/address.h"

enum {
	NEST_MOST = 129, /* one of each length */
	NO_ZONE = -1
};

struct prefix {
	struct address_network network;
	int zone; /* place in the list, or NO_ZONE */
};

struct range {
	struct address first;
	int zone;
};

struct zones {
	unsigned references;
	struct zone *list;
	size_t count;
	struct range *ranges;
	size_t range_count;
	struct arena texts;
};

/* What is in no zone even where a wider prefix holds it. */
static const struct address_network outside[] = {
	{ { { [10] = 0xff, [11] = 0xff } }, 96 }, /* IPv4 inside IPv6 */
	{ { { [10] = 0xff, [11] = 0xff, [12] = 127 } }, 104 }, /* 127.0.0.0/8 */
	{ { { [15] = 1 } }, 128 }, /* ::1 */
};

bool
zone_key_is_valid(struct str key)
{
	if (key.len == 0 || key.len > ZONE_KEY_LONGEST)
		return false;
	for (size_t i = 0; i < key.len; i++) {
		char letter = key.at[i];
		bool alone = (letter >= 'a' && letter <= 'z') ||
			     (letter >= '0' && letter <= '9');

		if (!alone && (i == 0 || (letter != '_' && letter != '-')))
			return false;
	}
	return true;
}

static int
prefix_compare_network(const struct prefix *a, const struct prefix *b)
{
	int order = memcmp(
	    &a->network.first, &b->network.first, sizeof(a->network.first));

	if (order != 0)
		return order;
	return a->network.bits < b->network.bits   ? -1
	       : a->network.bits > b->network.bits ? 1
						   : 0;
}

/* A wider prefix before those inside it, what is outside before a zone. */
static int
prefix_compare(const void *left, const void *right)
{
	const struct prefix *a = left, *b = right;
	int order = prefix_compare_network(a, b);

	return order != 0 ? order : a->zone - b->zone;
}

static bool
prefix_holds(const struct prefix *prefix, const struct address *address)
{
	struct networks one = { .list = { prefix->network }, .count = 1 };

	return networks_have(&one, address);
}

static bool
is_loopback(const struct address_network *network)
{
	for (size_t i = 1; i < COUNT_OF(outside); i++) {
		struct prefix place = { .network = outside[i] };

		if (network->bits >= outside[i].bits &&
		    prefix_holds(&place, &network->first))
			return true;
	}
	return false;
}

static bool
prefix_read(const struct zone *zone, struct str text, struct prefix *out,
    struct buf *why)
{
	CLEANUP(buf_clear) struct buf sentence = BUF_INIT(1024);

	if (!network_parse(str_first(text, 64), &out->network, &sentence)) {
		buf_format(why, "zone \"%.*s\": %s", STR_ARGS(zone->key),
		    buf_cstr(&sentence));
		return false;
	}
	if (is_loopback(&out->network)) {
		buf_format(why,
		    "zone \"%.*s\": %.*s is loopback, which is never a zone",
		    STR_ARGS(zone->key), STR_ARGS(text));
		return false;
	}
	return true;
}

static size_t
prefixes_total(const struct zone *zones, size_t count)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += zones[i].prefix_count;
	return total;
}

/* All prefixes in order, those that are outside among them. */
static bool
prefixes_read(
    const struct zone *zones, size_t count, struct prefix *out, struct buf *why)
{
	size_t made = 0;

	for (; made < COUNT_OF(outside); made++)
		out[made] = (struct prefix){ outside[made], NO_ZONE };
	for (size_t i = 0; i < count; i++) {
		const struct zone *zone = &zones[i];

		for (size_t j = 0; j < zone->prefix_count; j++) {
			out[made].zone = (int)i;
			if (!prefix_read(
				zone, zone->prefixes[j], &out[made], why))
				return false;
			made++;
		}
	}
	qsort(out, made, sizeof(*out), prefix_compare);
	return true;
}

static bool
prefixes_are_different(const struct zone *zones, const struct prefix *prefixes,
    size_t count, struct buf *why)
{
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 1; i < count; i++) {
		const struct prefix *a = &prefixes[i - 1], *b = &prefixes[i];
		const struct address *first = &a->network.first;
		unsigned above = address_is_ipv4(first) ? 96 : 0;

		if (a->zone == NO_ZONE || prefix_compare_network(a, b) != 0)
			continue;
		address_text(first, text);
		buf_format(why,
		    "%s/%u stands in zone \"%.*s\" and in zone \"%.*s\": an "
		    "address is in one",
		    text, a->network.bits - above, STR_ARGS(zones[a->zone].key),
		    STR_ARGS(zones[b->zone].key));
		return false;
	}
	return true;
}

/* The address behind the last of a network; false if there is none. */
static bool
address_behind(const struct address_network *network, struct address *out)
{
	struct address next = network->first;

	for (unsigned bit = network->bits; bit > 0; bit--) {
		uint8_t mask = (uint8_t)(0x80 >> (bit - 1) % 8);

		next.bytes[(bit - 1) / 8] ^= mask;
		if (next.bytes[(bit - 1) / 8] & mask) {
			*out = next;
			return true;
		}
	}
	return false;
}

/* A range that begins where the last one did replaces it. */
static void
range_add(struct zones *zones, struct address first, int zone)
{
	struct range *last = &zones->ranges[zones->range_count];

	if (zones->range_count > 0 &&
	    memcmp(&last[-1].first, &first, sizeof(first)) == 0)
		last[-1].zone = zone;
	else
		zones->ranges[zones->range_count++] =
		    (struct range){ first, zone };
}

/*
 * Walks the prefixes in order with those that are open around the place; what
 * closes gives the rest back to the one around it.
 */
static void
ranges_make(struct zones *zones, const struct prefix *prefixes, size_t count)
{
	const struct prefix *open[NEST_MOST + COUNT_OF(outside)];
	size_t depth = 0;

	range_add(zones, (struct address){ { 0 } }, NO_ZONE);
	for (size_t i = 0; i <= count; i++) {
		struct address behind;

		while (depth > 0 &&
		       (i == count || !prefix_holds(open[depth - 1],
					  &prefixes[i].network.first))) {
			bool more =
			    address_behind(&open[--depth]->network, &behind);

			if (more)
				range_add(zones, behind,
				    depth > 0 ? open[depth - 1]->zone
					      : NO_ZONE);
		}
		if (i < count) {
			open[depth++] = &prefixes[i];
			range_add(
			    zones, prefixes[i].network.first, prefixes[i].zone);
		}
	}
}

static struct zone
zone_copy(struct arena *texts, const struct zone *from)
{
	struct zone copy = *from;
	struct str *prefixes =
	    arena_alloc(texts, (from->prefix_count + 1) * sizeof(*prefixes));

	for (size_t i = 0; i < from->prefix_count; i++)
		prefixes[i] = arena_text(texts, from->prefixes[i]);
	copy.key = arena_text(texts, from->key);
	copy.label = arena_text(texts, from->label);
	copy.prefixes = prefixes;
	return copy;
}

static struct zones *
zones_make(const struct zone *list, size_t count, const struct prefix *prefixes,
    size_t prefix_count)
{
	struct zones *made = memory_new(sizeof(*made));

	made->references = 1;
	made->count = count;
	made->list = memory_array(count + 1, sizeof(*made->list));
	made->ranges =
	    memory_array(2 * prefix_count + 1, sizeof(*made->ranges));
	for (size_t i = 0; i < count; i++)
		made->list[i] = zone_copy(&made->texts, &list[i]);
	ranges_make(made, prefixes, prefix_count);
	return made;
}

static bool
keys_are_good(const struct zone *zones, size_t count, struct buf *why)
{
	for (size_t i = 0; i < count; i++) {
		struct str key = str_first(zones[i].key, ZONE_KEY_LONGEST + 1);

		if (!zone_key_is_valid(key)) {
			buf_format(why,
			    "\"%.*s\" is not a key of a zone: at most %d "
			    "letters a-z, digits, _ and -",
			    STR_ARGS(key), ZONE_KEY_LONGEST);
			return false;
		}
		for (size_t j = 0; j < i; j++) {
			if (!str_equal(key, zones[j].key))
				continue;
			buf_format(why, "two zones have the key \"%.*s\"",
			    STR_ARGS(key));
			return false;
		}
	}
	return true;
}

struct zones *
zones_new(const struct zone *list, size_t count, struct buf *why)
{
	size_t total = prefixes_total(list, count) + COUNT_OF(outside);
	struct zones *made = NULL;
	struct prefix *prefixes;

	if (count > ZONES_MOST || total > ZONES_PREFIXES_MOST) {
		buf_format(why, "more than %d zones or %d prefixes", ZONES_MOST,
		    ZONES_PREFIXES_MOST);
		return NULL;
	}
	if (!keys_are_good(list, count, why))
		return NULL;
	prefixes = memory_array(total, sizeof(*prefixes));
	if (prefixes_read(list, count, prefixes, why) &&
	    prefixes_are_different(list, prefixes, total, why))
		made = zones_make(list, count, prefixes, total);
	free(prefixes);
	return made;
}

struct zones *
zones_ref(struct zones *zones)
{
	zones->references++;
	return zones;
}

void
zones_unref(struct zones *zones)
{
	if (zones == NULL || --zones->references > 0)
		return;
	arena_clear(&zones->texts);
	free(zones->list);
	free(zones->ranges);
	free(zones);
}

const struct zone *
zones_find(const struct zones *zones, const struct address *address)
{
	size_t low = 0, high = zones->range_count;
	int zone;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(&zones->ranges[middle].first, address,
			sizeof(*address)) <= 0)
			low = middle;
		else
			high = middle;
	}
	zone = zones->ranges[low].zone;
	return zone == NO_ZONE ? NULL : &zones->list[zone];
}

const struct zone *
zones_by_key(const struct zones *zones, struct str key)
{
	for (size_t i = 0; i < zones->count; i++) {
		if (str_equal(zones->list[i].key, key))
			return &zones->list[i];
	}
	return NULL;
}

size_t
zones_count(const struct zones *zones)
{
	return zones->count;
}
