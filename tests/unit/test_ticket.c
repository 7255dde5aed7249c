/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service and proxy tickets: their text, what opens, and all that must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "cas/ticket.h"
#include "crypto/keys.h"
#include "crypto/random.h"

enum {
	EPOCH = 3,
	TICKET_BYTES = 44,
	DIGITS_AT = 3,
};

static const char alphabet[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static struct keys *keys;

static int
set_up(void **state)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1000);

	(void)state;
	keys =
	    keys_parse(STR("1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
			   "200 __________________________________________8\n"),
		&why);
	return keys != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	keys_free(keys);
	return 0;
}

static struct ticket
example(void)
{
	struct ticket ticket = { .session = 123456789012,
		.issued_at = 1795424400,
		.flags = TICKET_FROM_NEW_LOGIN };

	random_bytes(ticket.random, sizeof(ticket.random));
	ticket_service_mac(
	    keys, 1, STR("https://app.example/cb"), ticket.service);
	return ticket;
}

static void
assert_same(const struct ticket *a, const struct ticket *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(a->session == b->session);
	assert_true(a->grant == b->grant);
	assert_true(a->issued_at == b->issued_at);
	assert_memory_equal(a->random, b->random, TICKET_RANDOM_SIZE);
	assert_memory_equal(a->service, b->service, TICKET_SERVICE_SIZE);
	assert_int_equal(a->flags, b->flags);
}

/* False, and nothing written. */
static void
assert_refused(struct str text, int64_t epoch)
{
	struct ticket untouched, opened;
	unsigned key_id = 77;

	memset(&untouched, 0xa5, sizeof(untouched));
	memset(&opened, 0xa5, sizeof(opened));
	if (ticket_open(keys, epoch, text, &opened, &key_id))
		fail_msg("opened: %.*s", STR_ARGS(text));
	assert_memory_equal(&opened, &untouched, sizeof(opened));
	assert_int_equal(key_id, 77);
}

static void
opened_is_what_was_sealed(void **state)
{
	static const int64_t sessions[] = { 0, 1, 255, (INT64_C(1) << 48) - 1 };
	static const int64_t times[] = { 0, 1795424400,
		(INT64_C(1) << 32) - 1 };
	static const int64_t epochs[] = { 0, 1, -1, INT64_MAX };
	static const unsigned ids[] = { 1, 200 };

	(void)state;
	for (size_t i = 0; i < 4 * 3 * 4 * 2; i++) {
		struct ticket ticket = example(), opened;
		char text[TICKET_LENGTH + 1];
		unsigned key_id = 0;

		ticket.session = sessions[i % 4];
		ticket.issued_at = times[i / 4 % 3];
		ticket.flags = (uint8_t)i;
		ticket_seal(
		    keys, ids[i / 48], epochs[i / 12 % 4], &ticket, text);
		assert_true(ticket_open(
		    keys, epochs[i / 12 % 4], str_of(text), &opened, &key_id));
		assert_int_equal(key_id, ids[i / 48]);
		assert_same(&opened, &ticket);
	}
}

/* A kind has its prefix and its key: none opens under the other's name. */
static void
proxy_tickets_are_of_another_kind(void **state)
{
	static const int64_t grants[] = { 0, 1, (INT64_C(1) << 48) - 1 };
	char text[TICKET_LENGTH + 1], service[TICKET_LENGTH + 1];
	unsigned key_id = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(grants); i++) {
		struct ticket ticket = example(), opened;

		ticket_seal(keys, 1, EPOCH, &ticket, service);
		ticket.kind = TICKET_PROXY;
		ticket.grant = grants[i];
		ticket.session = 0;
		ticket_seal(keys, 1, EPOCH, &ticket, text);
		assert_memory_equal(text, "PT-", DIGITS_AT);
		assert_int_equal(strlen(text), TICKET_LENGTH);
		assert_true(
		    ticket_open(keys, EPOCH, str_of(text), &opened, &key_id));
		assert_same(&opened, &ticket);
		text[0] = 'S';
		assert_refused(str_of(text), EPOCH);
		service[0] = 'P';
		assert_refused(str_of(service), EPOCH);
	}
}

static int
compare_texts(const void *a, const void *b)
{
	return memcmp(a, b, TICKET_LENGTH);
}

/* Rows H01 and H03: prefix, alphabet, length, no duplicates. */
static void
texts_are_what_clients_take(void **state)
{
	enum {
		TICKETS = 10000
	};
	char(*texts)[TICKET_LENGTH + 1] = memory_array(TICKETS, sizeof(*texts));

	(void)state;
	for (size_t i = 0; i < TICKETS; i++) {
		struct ticket ticket = example();

		ticket_seal(keys, 1, EPOCH, &ticket, texts[i]);
		assert_int_equal(strlen(texts[i]), TICKET_LENGTH);
		assert_memory_equal(texts[i], "ST-", 3);
		assert_int_equal(
		    strspn(texts[i] + DIGITS_AT, alphabet), TICKET_LENGTH - 3);
	}
	qsort(texts, TICKETS, sizeof(*texts), compare_texts);
	for (size_t i = 1; i < TICKETS; i++)
		assert_string_not_equal(texts[i - 1], texts[i]);
	free(texts);
}

/*
 * Rows H02 and T073: behind the key id every bit of the number is set in about
 * half of the tickets, though session, time and service are the same in all.
 * 5000 tickets: nine standard deviations.
 */
static void
nothing_shows_through(void **state)
{
	enum {
		TICKETS = 5000,
		BITS = (TICKET_BYTES - 1) * 8
	};
	static unsigned set[BITS];
	uint8_t bytes[TICKET_BYTES];
	char text[TICKET_LENGTH + 1];

	(void)state;
	for (size_t i = 0; i < TICKETS; i++) {
		struct ticket ticket = example();

		ticket_seal(keys, 1, EPOCH, &ticket, text);
		assert_true(bytes_from_base62(
		    str_of(text + DIGITS_AT), bytes, sizeof(bytes)));
		assert_int_equal(bytes[0], 1);
		for (size_t bit = 0; bit < BITS; bit++)
			set[bit] += (unsigned)bytes[1 + bit / 8] >> bit % 8 & 1;
	}
	for (size_t bit = 0; bit < BITS; bit++)
		assert_in_range(set[bit], 2500 - 318, 2500 + 318);
}

/* Every other letter in every place: one forgery in 2^128 would open. */
static void
changed_texts_do_not_open(void **state)
{
	struct ticket ticket = example();
	char text[TICKET_LENGTH + 1];

	(void)state;
	ticket_seal(keys, 1, EPOCH, &ticket, text);
	for (size_t place = 0; place < TICKET_LENGTH; place++) {
		char kept = text[place];

		for (int letter = 0; letter < 256; letter++) {
			text[place] = (char)letter;
			if (text[place] != kept)
				assert_refused(
				    (struct str){ text, TICKET_LENGTH }, EPOCH);
		}
		text[place] = kept;
	}
	assert_refused(str_of(text), EPOCH - 1);
	assert_refused(str_of(text), EPOCH + 1);
	for (size_t len = 0; len < TICKET_LENGTH; len++)
		assert_refused(str_first(str_of(text), len), EPOCH);
}

static void
seal_example(char text[static TICKET_LENGTH + 1])
{
	struct ticket ticket = example();

	ticket_seal(keys, 1, EPOCH, &ticket, text);
}

static void
other_texts_do_not_open(void **state)
{
	static char longest[4096];
	char text[TICKET_LENGTH + 1], changed[TICKET_LENGTH + 20];
	static const char *const before[] = { "PT-", "st-", "ST_", "TGT-",
		"ST-ST-", " ST-", "" };
	static const char *const after[] = { " ", "\n", "&", "0", "#", "%00",
		"-node1" };

	(void)state;
	seal_example(text);
	for (size_t i = 0; i < COUNT_OF(before); i++) {
		snprintf(changed, sizeof(changed), "%s%s", before[i],
		    text + DIGITS_AT);
		assert_refused(str_of(changed), EPOCH);
	}
	for (size_t i = 0; i < COUNT_OF(after); i++) {
		snprintf(changed, sizeof(changed), "%s%s", text, after[i]);
		assert_refused(str_of(changed), EPOCH);
	}
	/* The NUL behind it belongs to no ticket. */
	assert_refused((struct str){ text, TICKET_LENGTH + 1 }, EPOCH);
	assert_refused(STR_NONE, EPOCH);
	assert_refused(STR(""), EPOCH);
	assert_refused(STR("ST-"), EPOCH);
	memset(longest, 'A', sizeof(longest));
	memcpy(longest, "ST-", 3);
	assert_refused((struct str){ longest, sizeof(longest) }, EPOCH);
	assert_refused((struct str){ longest, TICKET_LENGTH }, EPOCH);
}

/*
 * A ticket has one text: the number and 2^352 more would be the same bytes
 * elsewhere, and does not fit.
 */
static void
numbers_past_the_end_are_refused(void **state)
{
	char text[TICKET_LENGTH + 1] = "ST-";

	(void)state;
	memset(text + DIGITS_AT, 'z', TICKET_LENGTH - DIGITS_AT);
	assert_refused(str_of(text), EPOCH);
	/* 2^352 itself: all 44 bytes 255, plus one, digit by digit. */
	uint8_t most[TICKET_BYTES];
	size_t place = TICKET_LENGTH;

	memset(most, 0xff, sizeof(most));
	bytes_base62(
	    text + DIGITS_AT, TICKET_LENGTH - DIGITS_AT, most, sizeof(most));
	while (text[--place] == 'z')
		text[place] = '0';
	text[place] = strchr(alphabet, text[place])[1];
	assert_refused(str_of(text), EPOCH);
}

/* One key's ticket under another key's number. */
static void
key_numbers_are_guarded(void **state)
{
	char text[TICKET_LENGTH + 1];
	uint8_t bytes[TICKET_BYTES];

	(void)state;
	seal_example(text);
	assert_true(
	    bytes_from_base62(str_of(text + DIGITS_AT), bytes, sizeof(bytes)));
	for (unsigned id = 0; id < 256; id++) {
		if (id == 1)
			continue;
		bytes[0] = (uint8_t)id;
		bytes_base62(text + DIGITS_AT, TICKET_LENGTH - DIGITS_AT, bytes,
		    sizeof(bytes));
		assert_refused(str_of(text), EPOCH);
	}
}

static void
guesses_do_not_open(void **state)
{
	char text[TICKET_LENGTH + 1];
	uint8_t bytes[TICKET_BYTES];

	(void)state;
	seal_example(text);
	for (int i = 0; i < 20000; i++) {
		random_bytes(bytes, sizeof(bytes));
		bytes[0] = 1;
		bytes_base62(text + DIGITS_AT, TICKET_LENGTH - DIGITS_AT, bytes,
		    sizeof(bytes));
		assert_refused(str_of(text), EPOCH);
	}
}

static void
tickets_are_for_one_service(void **state)
{
	struct ticket ticket = example(), changed;
	const struct str right = STR("https://app.example/cb");
	static const char *const others[] = { "", "https://app.example/c",
		"https://app.example/cb/", "https://app.example/cb?",
		"https://evil.example/cb" };

	(void)state;
	assert_true(ticket_service_matches(keys, 1, &ticket, right));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(ticket_service_matches(
		    keys, 1, &ticket, str_of(others[i])));
	/* Another key, and one that is gone. */
	assert_false(ticket_service_matches(keys, 200, &ticket, right));
	assert_false(ticket_service_matches(keys, 2, &ticket, right));
	for (size_t bit = 0; bit < TICKET_SERVICE_SIZE * 8; bit++) {
		changed = ticket;
		changed.service[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(ticket_service_matches(keys, 1, &changed, right));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opened_is_what_was_sealed),
		cmocka_unit_test(proxy_tickets_are_of_another_kind),
		cmocka_unit_test(texts_are_what_clients_take),
		cmocka_unit_test(nothing_shows_through),
		cmocka_unit_test(changed_texts_do_not_open),
		cmocka_unit_test(other_texts_do_not_open),
		cmocka_unit_test(numbers_past_the_end_are_refused),
		cmocka_unit_test(key_numbers_are_guarded),
		cmocka_unit_test(guesses_do_not_open),
		cmocka_unit_test(tickets_are_for_one_service),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
