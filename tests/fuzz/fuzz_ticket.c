/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tickets: only the very text that was sealed opens, and only where it was
 * sealed for.
 *
 * The input is a whole text to open (first byte even), or (odd) the fields of a
 * ticket and then pairs of place and letter to change in its sealed text.
 */
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "cas/ticket.h"
#include "crypto/keys.h"
#include "fuzz.h"

enum {
	EPOCH = 7,
	FIELDS_SIZE = 6 + 4 + TICKET_RANDOM_SIZE + TICKET_SERVICE_SIZE + 1 + 1
};

static const char key_file[] =
    "1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
    "255 ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8\n";
static const char other_key_file[] =
    "1 QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8\n"
    "255 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";

static struct keys *
keys_of(const char *text)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct keys *keys = keys_parse(str_of(text), &why);

	demand(keys != NULL);
	return keys;
}

/* Good for the life of the process, and known to the leak checker. */
static struct keys *keys, *other_keys;

static struct ticket
ticket_from(const uint8_t *at)
{
	struct ticket made = { .issued_at = (int64_t)bytes_get_be(at + 6, 4) };
	int64_t from = (int64_t)bytes_get_be(at, 6);

	made.kind = at[FIELDS_SIZE - 1] & 2 ? TICKET_PROXY : TICKET_SERVICE;
	*(made.kind == TICKET_PROXY ? &made.grant : &made.session) = from;

	at += 10;
	memcpy(made.random, at, TICKET_RANDOM_SIZE);
	at += TICKET_RANDOM_SIZE;
	memcpy(made.service, at, TICKET_SERVICE_SIZE);
	made.flags = at[TICKET_SERVICE_SIZE];
	return made;
}

static void
demand_equal(const struct ticket *a, const struct ticket *b)
{
	demand(a->kind == b->kind && a->grant == b->grant);
	demand(a->session == b->session && a->issued_at == b->issued_at);
	demand(memcmp(a->random, b->random, TICKET_RANDOM_SIZE) == 0);
	demand(memcmp(a->service, b->service, TICKET_SERVICE_SIZE) == 0);
	demand(a->flags == b->flags);
}

static void
demand_letters(const char *sealed)
{
	struct str text = str_of(sealed);

	demand(text.len == TICKET_LENGTH);
	demand(str_starts(text, STR("ST-")) || str_starts(text, STR("PT-")));
	for (size_t i = 3; i < text.len; i++) {
		char letter = text.at[i];

		demand((letter >= '0' && letter <= '9') ||
		       (letter >= 'A' && letter <= 'Z') ||
		       (letter >= 'a' && letter <= 'z'));
	}
}

static void
demand_sealed_for_here(struct str text, const struct ticket *made, unsigned id)
{
	struct ticket opened;
	unsigned found = 0;

	demand(ticket_open(keys, EPOCH, text, &opened, &found));
	demand(found == id);
	demand_equal(&opened, made);
	demand(!ticket_open(keys, EPOCH + 1, text, &opened, &found));
	demand(!ticket_open(other_keys, EPOCH, text, &opened, &found));
	demand(!ticket_open(
	    keys, EPOCH, str_first(text, text.len - 1), &opened, &found));
}

/* Any change of the text, be it one letter, and it does not open. */
static void
demand_exact(const char *sealed, const uint8_t *changes, size_t size)
{
	char changed[TICKET_LENGTH + 1];
	struct ticket opened;
	unsigned id;

	memcpy(changed, sealed, sizeof(changed));
	for (; size >= 2; changes += 2, size -= 2)
		changed[changes[0] % TICKET_LENGTH] = (char)changes[1];
	demand(
	    ticket_open(keys, EPOCH, (struct str){ changed, TICKET_LENGTH },
		&opened, &id) == (memcmp(changed, sealed, TICKET_LENGTH) == 0));
}

static void
seal_and_change(const uint8_t *input, size_t size)
{
	struct ticket made = ticket_from(input);
	unsigned id = input[FIELDS_SIZE - 1] & 1 ? 255 : 1;
	char sealed[TICKET_LENGTH + 1], again[TICKET_LENGTH + 1];

	ticket_seal(keys, id, EPOCH, &made, sealed);
	ticket_seal(keys, id, EPOCH, &made, again);
	demand(strcmp(sealed, again) == 0);
	demand_letters(sealed);
	demand_sealed_for_here(str_of(sealed), &made, id);
	demand_exact(sealed, input + FIELDS_SIZE, size - FIELDS_SIZE);
}

/*
 * The fuzzer learns sealed tickets by watching comparisons; so a text that
 * opens must be the very one that its fields are sealed to.
 */
static void
open_text(struct str text)
{
	char sealed[TICKET_LENGTH + 1];
	struct ticket opened;
	unsigned id;

	if (!ticket_open(keys, EPOCH, text, &opened, &id))
		return;
	ticket_seal(keys, id, EPOCH, &opened, sealed);
	demand(str_equal(text, str_of(sealed)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	if (keys == NULL) {
		keys = keys_of(key_file);
		other_keys = keys_of(other_key_file);
	}
	if (size > FIELDS_SIZE && (input[0] & 1) != 0)
		seal_and_change(input + 1, size - 1);
	else if (size > 0)
		open_text((struct str){ (const char *)input + 1, size - 1 });
	return 0;
}
