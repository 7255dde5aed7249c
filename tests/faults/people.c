/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People in bulk, for the database of a fault test: "LOGIN HASH" a line.
 *
 *	people NAME COUNT
 *
 * NAME0 and on, each with the password "secret-of-LOGIN" and the cheapest hash
 * that the server allows, so that sign-ins load the server and not the cores.
 */
#include "base/buf.h"
#include "crypto/password.h"

enum {
	COUNT_MOST = 1000 * 1000
};

static const struct password_cost cheapest = { 8192, 1, 1 };

static bool
person_print(const char *name, uint64_t number)
{
	CLEANUP(buf_clear) struct buf password = BUF_INIT(200);
	CLEANUP(buf_clear) struct buf hash = BUF_INIT(512);

	buf_format(
	    &password, "secret-of-%s%llu", name, (unsigned long long)number);
	if (!password_hash(buf_str(&password), &cheapest, &hash))
		return false;
	printf(
	    "%s%llu %s\n", name, (unsigned long long)number, buf_cstr(&hash));
	return true;
}

int
main(int count, char **words)
{
	uint64_t people;

	if (count != 3 || strlen(words[1]) > 64 ||
	    !str_number(str_of(words[2]), COUNT_MOST, &people)) {
		fprintf(stderr, "Usage: people NAME COUNT\n");
		return 2;
	}
	for (uint64_t number = 0; number < people; number++)
		if (!person_print(words[1], number))
			return 3;
	return fflush(stdout) == 0 ? 0 : 3;
}
