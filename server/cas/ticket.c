/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service tickets: sealed, not stored.
 *
 * What makes a ticket good once only is not here but the row that redeeming
 * writes.  The associated data hold what is not in the text: kind, key and
 * restore epoch; another kind of ticket needs another start.
 */
#include "cas/ticket.h"

#include <assert.h>

#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/mac.h"
#include "crypto/siv.h"

enum {
	SESSION_SIZE = 6,
	ISSUED_SIZE = 4,
	SESSION_AT = 0,
	ISSUED_AT = SESSION_AT + SESSION_SIZE,
	RANDOM_AT = ISSUED_AT + ISSUED_SIZE,
	SERVICE_AT = RANDOM_AT + TICKET_RANDOM_SIZE,
	FLAGS_AT = SERVICE_AT + TICKET_SERVICE_SIZE,
	CLEAR_SIZE = FLAGS_AT + 1,

	KEY_AT = 0,
	TAG_AT = KEY_AT + 1,
	SEALED_AT = TAG_AT + SIV_TAG_SIZE,
	TICKET_SIZE = SEALED_AT + CLEAR_SIZE,

	PREFIX_LENGTH = 3,
	DIGITS = TICKET_LENGTH - PREFIX_LENGTH,
	EPOCH_SIZE = 8,
	ASSOCIATED_SIZE = 2 + EPOCH_SIZE + 1,
};

static const char prefix[PREFIX_LENGTH + 1] = "ST-";

struct associated {
	char bytes[ASSOCIATED_SIZE];
};

static struct associated
associated_make(unsigned key_id, int64_t restore_epoch)
{
	struct associated made = { "ST" };
	uint8_t number[EPOCH_SIZE];

	bytes_put_be(number, sizeof(number), (uint64_t)restore_epoch);
	memcpy(made.bytes + 2, number, sizeof(number));
	made.bytes[ASSOCIATED_SIZE - 1] = (char)key_id;
	return made;
}

void
ticket_service_mac(const struct keys *keys, unsigned key_id,
    struct str canonical_url, uint8_t out[static TICKET_SERVICE_SIZE])
{
	const struct mac_key *key = keys_mac(keys, key_id, MAC_SERVICE_URL);
	uint8_t mac[MAC_SIZE];

	assert(key != NULL);
	mac_compute(key, &canonical_url, 1, mac);
	memcpy(out, mac, TICKET_SERVICE_SIZE);
}

void
ticket_seal(const struct keys *keys, unsigned key_id, int64_t restore_epoch,
    const struct ticket *ticket, char out[static TICKET_LENGTH + 1])
{
	const struct siv_key *key = keys_siv(keys, key_id, SIV_SERVICE_TICKET);
	struct associated associated = associated_make(key_id, restore_epoch);
	uint8_t clear[CLEAR_SIZE], whole[TICKET_SIZE];

	assert(key != NULL);
	assert(ticket->session >= 0 && ticket->session < INT64_C(1) << 48);
	assert(ticket->issued_at >= 0 && ticket->issued_at < INT64_C(1) << 32);
	bytes_put_be(
	    clear + SESSION_AT, SESSION_SIZE, (uint64_t)ticket->session);
	bytes_put_be(
	    clear + ISSUED_AT, ISSUED_SIZE, (uint64_t)ticket->issued_at);
	memcpy(clear + RANDOM_AT, ticket->random, TICKET_RANDOM_SIZE);
	memcpy(clear + SERVICE_AT, ticket->service, TICKET_SERVICE_SIZE);
	clear[FLAGS_AT] = ticket->flags;

	whole[KEY_AT] = (uint8_t)key_id;
	siv_seal(key, (struct str){ associated.bytes, ASSOCIATED_SIZE }, clear,
	    sizeof(clear), whole + SEALED_AT, whole + TAG_AT);
	memcpy(out, prefix, PREFIX_LENGTH);
	bytes_base62(out + PREFIX_LENGTH, DIGITS, whole, sizeof(whole));
	out[TICKET_LENGTH] = '\0';
}

static void
ticket_read(struct ticket *ticket, const uint8_t clear[static CLEAR_SIZE])
{
	ticket->session =
	    (int64_t)bytes_get_be(clear + SESSION_AT, SESSION_SIZE);
	ticket->issued_at =
	    (int64_t)bytes_get_be(clear + ISSUED_AT, ISSUED_SIZE);
	memcpy(ticket->random, clear + RANDOM_AT, TICKET_RANDOM_SIZE);
	memcpy(ticket->service, clear + SERVICE_AT, TICKET_SERVICE_SIZE);
	ticket->flags = clear[FLAGS_AT];
}

bool
ticket_open(const struct keys *keys, int64_t restore_epoch, struct str text,
    struct ticket *ticket, unsigned *key_id)
{
	struct str start = { prefix, PREFIX_LENGTH };
	uint8_t clear[CLEAR_SIZE], whole[TICKET_SIZE];
	struct associated associated;
	const struct siv_key *key;

	if (text.len != TICKET_LENGTH || !str_starts(text, start) ||
	    !bytes_from_base62(
		str_from(text, PREFIX_LENGTH), whole, sizeof(whole)))
		return false;
	key = keys_siv(keys, whole[KEY_AT], SIV_SERVICE_TICKET);
	if (key == NULL)
		return false;
	associated = associated_make(whole[KEY_AT], restore_epoch);
	if (!siv_open(key, (struct str){ associated.bytes, ASSOCIATED_SIZE },
		whole + SEALED_AT, sizeof(clear), whole + TAG_AT, clear))
		return false;
	ticket_read(ticket, clear);
	*key_id = whole[KEY_AT];
	return true;
}

bool
ticket_service_matches(const struct keys *keys, unsigned key_id,
    const struct ticket *ticket, struct str canonical_url)
{
	const struct mac_key *key = keys_mac(keys, key_id, MAC_SERVICE_URL);

	return key != NULL && mac_matches(key, &canonical_url, 1,
				  ticket->service, TICKET_SERVICE_SIZE);
}
