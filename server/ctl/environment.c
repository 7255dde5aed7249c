/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One place says how the program behaves: its settings.
 */
#include "ctl/environment.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"

static const struct str prefixes[] = {
	STR_INIT("PG"),
	STR_INIT("EVENT_"),
};

static const struct str names[] = {
	STR_INIT("SSLKEYLOGFILE"),
	STR_INIT("http_proxy"),
	STR_INIT("https_proxy"),
	STR_INIT("all_proxy"),
	STR_INIT("no_proxy"),
};

static bool
is_unwanted(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		if (str_starts(name, prefixes[i]))
			return true;
	}
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (str_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

void
environment_clean(void)
{
	size_t kept = 0;

	if (environ == NULL)
		return;
	for (size_t i = 0; environ[i] != NULL; i++) {
		struct str name, value;

		(void)str_cut(str_of(environ[i]), '=', &name, &value);
		if (!is_unwanted(name))
			environ[kept++] = environ[i];
	}
	environ[kept] = NULL;
}
