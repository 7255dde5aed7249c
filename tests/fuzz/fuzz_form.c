/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A form behind a query string, as one request brings both.
 *
 * The first line is the query, the rest the body.  What was accepted is
 * decoded a second time by libevent and written again as a browser writes
 * forms; all three must agree, and a name in both places is a repeated one.
 */
#include <event2/http.h>

#include "base/arena.h"
#include "base/buf.h"
#include "fuzz.h"
#include "text/params.h"

/* Blank as '+', everything but letters and digits escaped. */
static void
form_escape(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char letter = text.at[i];
		bool plain = (letter >= 'a' && letter <= 'z') ||
			     (letter >= 'A' && letter <= 'Z') ||
			     (letter >= '0' && letter <= '9');

		if (letter == ' ')
			buf_char(out, '+');
		else if (plain)
			buf_char(out, letter);
		else
			buf_format(out, "%%%02x", (unsigned char)letter);
	}
}

static void
form_encode(const struct params *params, struct buf *out)
{
	for (size_t i = 0; i < params->count; i++) {
		if (i > 0)
			buf_char(out, '&');
		form_escape(out, params->list[i].name);
		buf_char(out, '=');
		form_escape(out, params->list[i].value);
	}
}

static void
demand_same(const struct params *left, const struct params *right)
{
	demand(left->count == right->count);
	for (size_t i = 0; i < left->count; i++) {
		demand(str_equal(left->list[i].name, right->list[i].name));
		demand(str_equal(left->list[i].value, right->list[i].value));
	}
}

static void
demand_round_trip(const struct params *params, struct arena *arena)
{
	CLEANUP(buf_clear) struct buf encoded = BUF_INIT(1u << 20);
	struct params again = { 0 };

	form_encode(params, &encoded);
	demand(buf_ok(&encoded));
	params_add(&again, buf_str(&encoded), arena);
	/* A pair without name and value is "=", and that stays. */
	demand(!again.crooked);
	demand_same(params, &again);
}

/* libevent's decoder, over a copy with a NUL behind it. */
static void
demand_decoded(struct str encoded, struct str ours, struct arena *arena)
{
	struct str copy = arena_text(arena, encoded);
	size_t len = 0;
	char *theirs = evhttp_uridecode(copy.at, 1, &len);

	demand(theirs != NULL);
	demand(str_equal((struct str){ theirs, len }, ours));
	free(theirs);
}

static size_t
demand_as_libevent(const struct params *params, size_t first,
    struct str encoded, struct arena *arena)
{
	struct str pair, name, value;

	while (encoded.len > 0) {
		str_cut(encoded, '&', &pair, &encoded);
		if (pair.len == 0)
			continue;
		if (!str_cut(pair, '=', &name, &value))
			value = str_from(pair, pair.len);
		demand(first < params->count);
		demand_decoded(name, params->list[first].name, arena);
		demand_decoded(value, params->list[first].value, arena);
		first++;
	}
	return first;
}

static void
demand_repeats_seen(const struct params *params)
{
	bool repeats = false;

	for (size_t i = 0; i < params->count; i++) {
		struct str value;

		if (params_get(params, params->list[i].name, &value) ==
		    PARAM_TWICE) {
			demand(value.at == NULL);
			repeats = true;
		}
	}
	demand(params_repeat(params) == repeats);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct str body = { (const char *)input, size };
	struct str query = input_line(&body);
	struct params params = { 0 };
	size_t in_query;

	params_add(&params, query, &arena);
	in_query = params.count;
	if (!params.crooked)
		demand(
		    demand_as_libevent(&params, 0, query, &arena) == in_query);
	params_add(&params, body, &arena);
	demand(params.count <= PARAMS_MOST && params.count >= in_query);
	demand_repeats_seen(&params);
	if (params.crooked)
		return 0;
	demand(demand_as_libevent(&params, in_query, body, &arena) ==
	       params.count);
	demand_round_trip(&params, &arena);
	return 0;
}
