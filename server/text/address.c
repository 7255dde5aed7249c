/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internet addresses and networks.
 */
#include "text/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"

enum {
	MAPPED_BITS = 96
};

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

bool
address_is_ipv4(const struct address *address)
{
	return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

bool
address_parse(struct str text, struct address *out)
{
	struct address address;
	char copy[ADDRESS_TEXT_SIZE];

	if (text.len == 0 || text.len >= sizeof(copy) ||
	    memchr(text.at, '\0', text.len) != NULL)
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	memcpy(address.bytes, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, copy, address.bytes + sizeof(mapped)) != 1 &&
	    inet_pton(AF_INET6, copy, address.bytes) != 1)
		return false;
	*out = address;
	return true;
}

bool
address_from_socket(const struct sockaddr *socket, struct address *out)
{
	if (socket->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, socket, sizeof(in));
		memcpy(out->bytes, mapped, sizeof(mapped));
		memcpy(out->bytes + sizeof(mapped), &in.sin_addr,
		    sizeof(in.sin_addr));
		return true;
	}
	if (socket->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, socket, sizeof(in6));
		memcpy(out->bytes, &in6.sin6_addr, sizeof(out->bytes));
		return true;
	}
	return false;
}

void
address_text(const struct address *address, char out[static ADDRESS_TEXT_SIZE])
{
	const char *text =
	    address_is_ipv4(address)
		? inet_ntop(AF_INET, address->bytes + sizeof(mapped), out,
		      ADDRESS_TEXT_SIZE)
		: inet_ntop(AF_INET6, address->bytes, out, ADDRESS_TEXT_SIZE);

	if (text == NULL)
		out[0] = '\0'; /* cannot be: the room is enough for both */
}

struct address
address_neighbourhood(const struct address *address)
{
	struct address near = *address;

	if (!address_is_ipv4(address))
		memset(near.bytes + 8, 0, 8);
	return near;
}

struct address
address_surroundings(const struct address *address)
{
	struct address network = *address;

	if (address_is_ipv4(address))
		network.bytes[15] = 0;
	else
		memset(network.bytes + 6, 0, 10);
	return network;
}

static bool
same_start(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static bool
has_host_bits(const struct address_network *network)
{
	for (unsigned bit = network->bits; bit < 128; bit++) {
		if (network->first.bytes[bit / 8] & (0x80 >> bit % 8))
			return true;
	}
	return false;
}

bool
network_parse(struct str word, struct address_network *out, struct buf *why)
{
	struct address_network network = { .bits = 128 };
	struct str address, length;
	bool has_length = str_cut(word, '/', &address, &length);
	bool good = address_parse(address, &network.first);

	if (good && has_length) {
		unsigned above =
		    address_is_ipv4(&network.first) ? MAPPED_BITS : 0;
		uint64_t bits;

		good = str_number(length, 128 - above, &bits);
		network.bits = good ? above + (unsigned)bits : 0;
	}
	if (!good || has_host_bits(&network)) {
		buf_format(why,
		    "\"%.*s\" is not an address or a network such as "
		    "10.0.0.0/8 with no bit set behind its length",
		    STR_ARGS(word));
		return false;
	}
	*out = network;
	return true;
}

bool
networks_parse(struct str text, struct networks *out, struct buf *why)
{
	struct networks found = { .count = 0 };
	struct str word;

	for (text = str_trim(text); text.len > 0; text = str_trim(text)) {
		if (!str_cut(text, ' ', &word, &text))
			text = STR_NONE;
		if (found.count == NETWORKS_MOST) {
			buf_format(why, "more than %d networks", NETWORKS_MOST);
			return false;
		}
		if (!network_parse(word, &found.list[found.count], why))
			return false;
		found.count++;
	}
	*out = found;
	return true;
}

bool
networks_have(const struct networks *networks, const struct address *address)
{
	for (size_t i = 0; i < networks->count; i++) {
		const struct address_network *network = &networks->list[i];

		if (same_start(
			network->first.bytes, address->bytes, network->bits))
			return true;
	}
	return false;
}

struct address
address_forwarded(const struct networks *proxies, struct address peer,
    struct str forwarded_for)
{
	struct address client = peer;

	while (forwarded_for.len > 0 && networks_have(proxies, &client)) {
		size_t start = forwarded_for.len;

		while (start > 0 && forwarded_for.at[start - 1] != ',')
			start--;
		if (!address_parse(
			str_trim(str_from(forwarded_for, start)), &client))
			break;
		forwarded_for =
		    str_first(forwarded_for, start > 0 ? start - 1 : 0);
	}
	return client;
}
