/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of digests with open addressing, at most half full.
 *
 * The digest is keyed at random, so that nobody can make a file whose logins
 * all begin at the same place.
 */
#include "ctl/logins_seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "crypto/mac.h"
#include "crypto/random.h"

enum {
	DIGEST_SIZE = 12,
	KEY_SIZE = 32,
	SLOTS_AT_START = 1024, /* a power of two, as ever after */
};

struct login_seen {
	uint8_t digest[DIGEST_SIZE];
	uint32_t line; /* 0: a free slot */
};

struct logins_seen {
	struct mac_key *key;
	struct login_seen *slots;
	size_t size;
	size_t count;
};

struct logins_seen *
logins_seen_new(void)
{
	struct logins_seen *s = memory_new(sizeof(*s));
	uint8_t key[KEY_SIZE];

	random_bytes(key, sizeof(key));
	s->key = mac_key_new(key, sizeof(key));
	s->size = SLOTS_AT_START;
	s->slots = memory_array(s->size, sizeof(*s->slots));
	return s;
}

void
logins_seen_free(struct logins_seen *s)
{
	if (s == NULL)
		return;
	mac_key_free(s->key);
	free(s->slots);
	free(s);
}

/* The slot that has the digest, or the free one where it belongs. */
static struct login_seen *
logins_slot(const struct logins_seen *s, const uint8_t *digest)
{
	size_t at;

	memcpy(&at, digest, sizeof(at));
	for (at &= s->size - 1; s->slots[at].line != 0;
	     at = (at + 1) & (s->size - 1))
		if (memcmp(s->slots[at].digest, digest, DIGEST_SIZE) == 0)
			break;
	return &s->slots[at];
}

static void
logins_grow(struct logins_seen *s)
{
	struct login_seen *old = s->slots;
	size_t size = s->size;

	s->size *= 2;
	s->slots = memory_array(s->size, sizeof(*s->slots));
	for (size_t i = 0; i < size; i++)
		if (old[i].line != 0)
			*logins_slot(s, old[i].digest) = old[i];
	free(old);
}

uint64_t
logins_seen_add(struct logins_seen *s, struct str login, uint64_t line)
{
	uint8_t mac[MAC_SIZE];
	struct login_seen *slot;

	mac_compute(s->key, &login, 1, mac);
	slot = logins_slot(s, mac);
	if (slot->line != 0)
		return slot->line;
	memcpy(slot->digest, mac, DIGEST_SIZE);
	slot->line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
	if (++s->count > s->size / 2)
		logins_grow(s);
	return 0;
}
