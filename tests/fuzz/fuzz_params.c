/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parameter decoder under any bytes.
 *
 * What was decoded is encoded again and must decode to the same; a crooked
 * text must stay crooked whatever follows it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "fuzz.h"
#include "text/escape.h"
#include "text/params.h"

static void
params_encode(const struct params *params, struct buf *out)
{
	for (size_t i = 0; i < params->count; i++) {
		escape_url(out, params->list[i].name);
		buf_char(out, '=');
		escape_url(out, params->list[i].value);
		buf_char(out, '&');
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
	CLEANUP(buf_clear) struct buf encoded = BUF_INIT(1u << 24);
	struct params again = { 0 };

	params_encode(params, &encoded);
	demand(buf_ok(&encoded));
	params_add(&again, buf_str(&encoded), arena);
	demand(!again.crooked);
	demand_same(params, &again);
}

static void
demand_consistent(const struct params *params)
{
	demand(params->count <= PARAMS_MOST);
	for (size_t i = 0; i < params->count; i++) {
		struct str name = params->list[i].name;
		struct str value;
		enum param_found found = params_get(params, name, &value);

		demand(str_is_utf8(name) && str_is_utf8(params->list[i].value));
		demand(params_has(params, name));
		demand((found == PARAM_ONCE) == (value.len > 0));
		if (found == PARAM_ONCE)
			demand(str_equal(value, params->list[i].value));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct str text = { (const char *)input, size };
	struct params params = { 0 };
	size_t count;
	bool crooked;

	params_add(&params, text, &arena);
	count = params.count;
	crooked = params.crooked;
	demand_consistent(&params);
	demand_round_trip(&params, &arena);
	params_add(&params, STR("more=1"), &arena);
	demand(params.crooked || !crooked);
	demand(params.count == (params.crooked ? count : count + 1));
	return 0;
}
