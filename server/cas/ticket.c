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
	FROM_SIZE = 6,
	ISSUED_SIZE = 4,
	FROM_AT = 0,
	ISSUED_AT = FROM_AT + FROM_SIZE,
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

static const struct {
	char prefix[PREFIX_LENGTH + 1];
	enum siv_purpose purpose;
} kinds[] = {
	[TICKET_SERVICE] = { "ST-", SIV_SERVICE_TICKET },
	[TICKET_PROXY] = { "PT-", SIV_PROXY_TICKET },
};

struct associated {
	char bytes[ASSOCIATED_SIZE];
};

static struct associated
associated_make(enum ticket_kind kind, unsigned key_id, int64_t restore_epoch)
{
	struct associated made;
	uint8_t number[EPOCH_SIZE];

	memcpy(made.bytes, kinds[kind].prefix, 2);
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
	const struct siv_key *key =
	    keys_siv(keys, key_id, kinds[ticket->kind].purpose);
	struct associated associated =
	    associated_make(ticket->kind, key_id, restore_epoch);
	int64_t from =
	    ticket->kind == TICKET_PROXY ? ticket->grant : ticket->session;
	uint8_t clear[CLEAR_SIZE], whole[TICKET_SIZE];

	assert(key != NULL);
	assert(from >= 0 && from < INT64_C(1) << 48);
	assert(ticket->issued_at >= 0 && ticket->issued_at < INT64_C(1) << 32);
	bytes_put_be(clear + FROM_AT, FROM_SIZE, (uint64_t)from);
	bytes_put_be(
	    clear + ISSUED_AT, ISSUED_SIZE, (uint64_t)ticket->issued_at);
	memcpy(clear + RANDOM_AT, ticket->random, TICKET_RANDOM_SIZE);
	memcpy(clear + SERVICE_AT, ticket->service, TICKET_SERVICE_SIZE);
	clear[FLAGS_AT] = ticket->flags;

	whole[KEY_AT] = (uint8_t)key_id;
	siv_seal(key, (struct str){ associated.bytes, ASSOCIATED_SIZE }, clear,
	    sizeof(clear), whole + SEALED_AT, whole + TAG_AT);
	memcpy(out, kinds[ticket->kind].prefix, PREFIX_LENGTH);
	bytes_base62(out + PREFIX_LENGTH, DIGITS, whole, sizeof(whole));
	out[TICKET_LENGTH] = '\0';
}

static void
ticket_read(struct ticket *ticket, enum ticket_kind kind,
    const uint8_t clear[static CLEAR_SIZE])
{
	int64_t from = (int64_t)bytes_get_be(clear + FROM_AT, FROM_SIZE);

	ticket->kind = kind;
	ticket->session = kind == TICKET_PROXY ? 0 : from;
	ticket->grant = kind == TICKET_PROXY ? from : 0;
	ticket->issued_at =
	    (int64_t)bytes_get_be(clear + ISSUED_AT, ISSUED_SIZE);
	memcpy(ticket->random, clear + RANDOM_AT, TICKET_RANDOM_SIZE);
	memcpy(ticket->service, clear + SERVICE_AT, TICKET_SERVICE_SIZE);
	ticket->flags = clear[FLAGS_AT];
}

/* False if the text does not begin as either. */
static bool
ticket_kind_of(struct str text, enum ticket_kind *kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_starts(text, str_of(kinds[i].prefix)))
			continue;
		*kind = (enum ticket_kind)i;
		return true;
	}
	return false;
}

bool
ticket_open(const struct keys *keys, int64_t restore_epoch, struct str text,
    struct ticket *ticket, unsigned *key_id)
{
	enum ticket_kind kind;
	uint8_t clear[CLEAR_SIZE], whole[TICKET_SIZE];
	struct associated associated;
	const struct siv_key *key;

	if (text.len != TICKET_LENGTH || !ticket_kind_of(text, &kind) ||
	    !bytes_from_base62(
		str_from(text, PREFIX_LENGTH), whole, sizeof(whole)))
		return false;
	key = keys_siv(keys, whole[KEY_AT], kinds[kind].purpose);
	if (key == NULL)
		return false;
	associated = associated_make(kind, whole[KEY_AT], restore_epoch);
	if (!siv_open(key, (struct str){ associated.bytes, ASSOCIATED_SIZE },
		whole + SEALED_AT, sizeof(clear), whole + TAG_AT, clear))
		return false;
	ticket_read(ticket, kind, clear);
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
