/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of a query string or an urlencoded form.
 *
 * Decoded exactly once, and only what a browser or a library could have
 * written: everything else makes the whole set crooked, so that no reader in
 * front of us can have understood something different.
 */
#include "text/params.h"

#include "base/arena.h"

enum decoding {
	DECODE_NAME,
	DECODE_VALUE,
};

static bool
hex_value(char letter, unsigned *value)
{
	if (letter >= '0' && letter <= '9')
		*value = (unsigned)(letter - '0');
	else if (letter >= 'a' && letter <= 'f')
		*value = (unsigned)(letter - 'a') + 10;
	else if (letter >= 'A' && letter <= 'F')
		*value = (unsigned)(letter - 'A') + 10;
	else
		return false;
	return true;
}

static bool
is_letter_or_digit(unsigned code)
{
	return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
	       (code >= 'a' && code <= 'z');
}

/* The byte that the three characters of an escape stand for. */
static bool
escape_read(struct str text, enum decoding what, char *letter)
{
	unsigned high, low;

	if (text.len < 3 || !hex_value(text.at[1], &high) ||
	    !hex_value(text.at[2], &low))
		return false;
	if (what == DECODE_NAME && is_letter_or_digit(high << 4 | low))
		return false;
	*letter = (char)(high << 4 | low);
	return true;
}

static bool
text_decode(struct str encoded, enum decoding what, struct arena *arena,
    struct str *decoded)
{
	char *room;
	size_t len = 0;

	*decoded = encoded;
	if (str_find(encoded, '%') == encoded.len &&
	    str_find(encoded, '+') == encoded.len)
		return str_is_utf8(encoded);
	room = arena_alloc(arena, encoded.len);
	for (size_t i = 0; i < encoded.len; i++) {
		char letter = encoded.at[i];

		if (letter == '+')
			letter = ' ';
		if (letter == '%') {
			if (!escape_read(str_from(encoded, i), what, &letter))
				return false;
			i += 2;
		}
		room[len++] = letter;
	}
	*decoded = (struct str){ room, len };
	return str_is_utf8(*decoded);
}

static bool
pair_add(struct params *params, struct str pair, struct arena *arena)
{
	struct str encoded_name, encoded_value, name, value;

	if (params->count == PARAMS_MOST)
		return false;
	if (!str_cut(pair, '=', &encoded_name, &encoded_value))
		encoded_value = str_from(pair, pair.len);
	if (!text_decode(encoded_name, DECODE_NAME, arena, &name) ||
	    !text_decode(encoded_value, DECODE_VALUE, arena, &value))
		return false;
	params->list[params->count].name = name;
	params->list[params->count].value = value;
	params->count++;
	return true;
}

void
params_add(struct params *params, struct str encoded, struct arena *arena)
{
	struct str pair;

	while (encoded.len > 0 && !params->crooked) {
		str_cut(encoded, '&', &pair, &encoded);
		if (pair.len > 0 && !pair_add(params, pair, arena))
			params->crooked = true;
	}
}

enum param_found
params_get(const struct params *params, struct str name, struct str *value)
{
	struct str found = STR_NONE;
	size_t times = 0;

	*value = STR_NONE;
	for (size_t i = 0; i < params->count; i++) {
		if (str_equal(params->list[i].name, name)) {
			found = params->list[i].value;
			times++;
		}
	}
	if (times > 1)
		return PARAM_TWICE;
	if (found.len == 0)
		return PARAM_ABSENT;
	*value = found;
	return PARAM_ONCE;
}

bool
params_has(const struct params *params, struct str name)
{
	for (size_t i = 0; i < params->count; i++) {
		if (str_equal(params->list[i].name, name))
			return true;
	}
	return false;
}

bool
params_repeat(const struct params *params)
{
	for (size_t i = 1; i < params->count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (str_equal(
				params->list[i].name, params->list[k].name))
				return true;
		}
	}
	return false;
}
