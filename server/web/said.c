/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the next page has to say.
 *
 * The cookie is a word, a dot and a number.  It is not signed: other sites
 * cannot set it (__Host-), and what it can say are sentences of ours.
 */
#include "web/said.h"

#include "web/request.h"

enum {
	SAID_SECONDS = 60, /* a page that never came says nothing later */
	NUMBER_MOST = 1000 * 1000,
};

#define COOKIE_NAME STR("__Host-said")

static const struct str words[SAID_COUNT] = {
	[SAID_NOTHING] = STR_INIT("nothing"),
	[SAID_CONFIRMED] = STR_INIT("confirmed"),
	[SAID_SESSIONS_ENDED] = STR_INIT("sessions-ended"),
	[SAID_ENDED_ALREADY] = STR_INIT("ended-already"),
	[SAID_NO_OTHERS] = STR_INIT("no-others"),
	[SAID_BROWSERS_FORGOTTEN] = STR_INIT("browsers-forgotten"),
	[SAID_FORGOTTEN_ALREADY] = STR_INIT("forgotten-already"),
	[SAID_GENERATOR_REMOVED] = STR_INIT("generator-removed"),
	[SAID_GENERATOR_GONE] = STR_INIT("generator-gone"),
	[SAID_BROWSER_NAMED] = STR_INIT("browser-named"),
	[SAID_NAME_REFUSED] = STR_INIT("name-refused"),
	[SAID_FORM_EXPIRED] = STR_INIT("form-expired"),
};

void
said_put(struct request *rq, enum said said, int64_t number)
{
	struct str value = arena_format(
	    &rq->arena, "%.*s.%lld", STR_ARGS(words[said]), (long long)number);

	request_set_cookie(rq, COOKIE_NAME, value, SAID_SECONDS);
}

enum said
said_take(struct request *rq, int64_t *number)
{
	struct str value = request_cookie(rq, COOKIE_NAME);
	struct str word, digits;
	uint64_t count;

	if (value.len == 0)
		return SAID_NOTHING;
	request_clear_cookie(rq, COOKIE_NAME);
	if (!str_cut(value, '.', &word, &digits) ||
	    !str_number(digits, NUMBER_MOST, &count))
		return SAID_NOTHING;
	for (enum said said = SAID_NOTHING + 1; said < SAID_COUNT; said++) {
		if (!str_equal(word, words[said]))
			continue;
		*number = (int64_t)count;
		return said;
	}
	return SAID_NOTHING;
}
