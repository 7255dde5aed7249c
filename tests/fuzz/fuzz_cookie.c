/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Cookie header under any bytes.
 *
 * The first line is the name asked for, the rest the header.  A value that is
 * found can stand in a header line again and be found there; a second cookie of
 * that name, wherever it stands, makes both disappear.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "text/cookie.h"

/* RFC 6265, 4.1.1, said the other way round than the reader says it. */
static void
demand_cookie_octets(struct str value)
{
	struct str forbidden = STR("\",;\\");

	for (size_t i = 0; i < value.len; i++) {
		char letter = value.at[i];

		demand(letter >= '!' && letter <= '~');
		demand(str_find(forbidden, letter) == forbidden.len);
	}
}

static void
pair_write(struct buf *out, struct str name, struct str value)
{
	buf_text(out, name);
	buf_char(out, '=');
	buf_text(out, value);
}

/* The header with `front` and `back` around it. */
static struct str
find_within(struct buf *room, struct str front, struct str header,
    struct str back, struct str name)
{
	buf_reset(room);
	buf_text(room, front);
	buf_text(room, header);
	buf_text(room, back);
	demand(buf_ok(room));
	return cookie_find(buf_str(room), name);
}

static void
demand_steady(struct str header, struct str name, struct str found)
{
	CLEANUP(buf_clear) struct buf room = BUF_INIT(1u << 20);
	CLEANUP(buf_clear) struct buf pair = BUF_INIT(1u << 20);
	struct str again;

	pair_write(&pair, name, found);
	again = cookie_find(buf_str(&pair), name);
	demand(again.at != NULL && str_equal(again, found));
	again =
	    find_within(&room, STR("first=1; "), header, STR("; last=1"), name);
	if (!str_equal(name, STR("first")) && !str_equal(name, STR("last")))
		demand(again.at != NULL && str_equal(again, found));
	buf_char(&pair, ';');
	demand(find_within(&room, buf_str(&pair), header, STR_NONE, name).at ==
	       NULL);
	buf_reset(&pair);
	buf_char(&pair, ';');
	pair_write(&pair, name, STR("other"));
	demand(find_within(&room, STR_NONE, header, buf_str(&pair), name).at ==
	       NULL);
}

/* How many pairs of the header have this name. */
static size_t
pairs_named(struct str header, struct str name)
{
	size_t count = 0;

	while (header.len > 0) {
		size_t len = str_find(header, ';');
		struct str pair = str_trim(str_first(header, len));
		size_t equals = str_find(pair, '=');

		count += equals < pair.len &&
			 str_equal(str_first(pair, equals), name);
		header =
		    str_from(header, len < header.len ? len + 1 : header.len);
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct str header = { (const char *)input, size };
	struct str name = input_line(&header);
	struct str found = cookie_find(header, name);

	demand(found.at == NULL || pairs_named(header, name) == 1);
	if (found.at == NULL)
		return 0;
	demand(is_inside(found, header));
	demand_cookie_octets(found);
	demand_steady(header, name, found);
	return 0;
}
