/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, networks and X-Forwarded-For under any bytes.
 *
 * Three lines: the trusted proxies, the peer, the header.  Membership is
 * counted bit by bit for comparison, and the client is looked for a second
 * time from a list of all hops.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/address.h"

enum {
	HOPS_MOST = 4096
};

static void
demand_text_round_trip(const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];
	struct address again;

	address_text(address, text);
	demand(address_parse(str_of(text), &again));
	demand(memcmp(&again, address, sizeof(again)) == 0);
}

static unsigned
bit_of(const struct address *address, unsigned bit)
{
	return address->bytes[bit / 8] >> (7 - bit % 8) & 1;
}

/* Bit by bit. */
static bool
is_member(const struct networks *networks, const struct address *address)
{
	for (size_t i = 0; i < networks->count; i++) {
		const struct address_network *network = &networks->list[i];
		unsigned bit = 0;

		while (bit < network->bits &&
		       bit_of(&network->first, bit) == bit_of(address, bit))
			bit++;
		if (bit == network->bits)
			return true;
	}
	return false;
}

/* Just inside and just outside of every network. */
static void
demand_borders(const struct networks *networks)
{
	for (size_t i = 0; i < networks->count; i++) {
		const struct address_network *network = &networks->list[i];
		struct address near = network->first;

		demand(network->bits <= 128);
		demand(networks_have(networks, &near));
		for (unsigned bit = network->bits; bit < 128; bit++) {
			demand(bit_of(&near, bit) == 0);
			near.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		}
		demand(networks_have(networks, &near));
		if (network->bits > 0) {
			unsigned bit = network->bits - 1;

			near.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			demand(networks_have(networks, &near) ==
			       is_member(networks, &near));
		}
	}
}

static void
networks_write(const struct networks *networks, struct buf *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	for (size_t i = 0; i < networks->count; i++) {
		const struct address_network *network = &networks->list[i];
		bool is_ipv4 =
		    memcmp(network->first.bytes, mapped, sizeof(mapped)) == 0;
		char text[ADDRESS_TEXT_SIZE];

		demand_text_round_trip(&network->first);
		address_text(&network->first, text);
		demand(!is_ipv4 || network->bits >= 96);
		buf_format(
		    out, " %s/%u", text, network->bits - (is_ipv4 ? 96 : 0));
	}
}

static void
demand_networks_round_trip(const struct networks *networks)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(1 << 16);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1 << 16);
	struct networks again;

	networks_write(networks, &text);
	demand(networks_parse(buf_str(&text), &again, &why));
	demand(again.count == networks->count);
	for (size_t i = 0; i < again.count; i++) {
		demand(again.list[i].bits == networks->list[i].bits);
		demand(memcmp(&again.list[i].first, &networks->list[i].first,
			   sizeof(struct address)) == 0);
	}
}

static size_t
hops_cut(struct str header, struct str hops[static HOPS_MOST])
{
	size_t count = 0;
	bool more = header.len > 0;

	while (more && count < HOPS_MOST)
		more = str_cut(header, ',', &hops[count++], &header);
	return count;
}

/* From the right: the first that is no proxy, or the last that can be read. */
static struct address
client_of(
    const struct networks *proxies, struct address peer, struct str header)
{
	static struct str hops[HOPS_MOST];
	size_t count = hops_cut(header, hops);
	struct address client = peer, hop;

	while (count-- > 0) {
		if (!is_member(proxies, &client) ||
		    !address_parse(str_trim(hops[count]), &hop))
			break;
		client = hop;
	}
	return client;
}

static size_t
commas_in(struct str text)
{
	struct str before;
	size_t count = 0;

	while (str_cut(text, ',', &before, &text))
		count++;
	return count;
}

static void
demand_client(
    const struct networks *proxies, struct address peer, struct str header)
{
	struct address expected, found;

	demand(networks_have(proxies, &peer) == is_member(proxies, &peer));
	if (commas_in(header) >= HOPS_MOST)
		return;
	expected = client_of(proxies, peer, header);
	found = address_forwarded(proxies, peer, header);
	demand(memcmp(&found, &expected, sizeof(found)) == 0);
	/* A peer that nobody trusts speaks for itself only. */
	if (!is_member(proxies, &peer))
		demand(memcmp(&found, &peer, sizeof(found)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1 << 16);
	struct str header = { (const char *)input, size };
	struct str trusted = input_line(&header);
	struct str peer_text = input_line(&header);
	struct networks proxies = { .count = 0 };
	struct address peer, near;

	if (networks_parse(trusted, &proxies, &why)) {
		demand(why.len == 0 && proxies.count <= NETWORKS_MOST);
		demand_borders(&proxies);
		demand_networks_round_trip(&proxies);
	} else {
		demand(proxies.count == 0 && (why.failed || why.len > 0));
	}
	if (!address_parse(peer_text, &peer))
		return 0;
	demand_text_round_trip(&peer);
	near = address_neighbourhood(&peer);
	demand(memcmp(&near, &peer, 8) == 0);
	demand_client(&proxies, peer, header);
	return 0;
}
