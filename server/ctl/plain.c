/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Widths are counted in characters: a wide one pushes its line a bit, which
 * is all the harm done.
 */
#include "ctl/plain.h"

#include "base/arena.h"

/* The bytes of the character that starts `text`; 0 if it is not UTF-8. */
static size_t
plain_character(struct str text)
{
	for (size_t len = 1; len <= 4 && len <= text.len; len++)
		if (str_is_utf8(str_first(text, len)))
			return len;
	return 0;
}

/* One character of UTF-8, whole. */
static uint32_t
plain_point(struct str character)
{
	unsigned char first = (unsigned char)character.at[0];
	uint32_t point =
	    character.len == 1 ? first : first & (0x7fU >> character.len);

	for (size_t i = 1; i < character.len; i++)
		point = point << 6 | ((unsigned char)character.at[i] & 0x3fU);
	return point;
}

static bool
plain_point_allowed(uint32_t point)
{
	return point >= 0x20 && (point < 0x7f || point > 0x9f) && /* C0, C1 */
	       point != 0x061c && point != 0x200e && point != 0x200f &&
	       (point < 0x2028 || point > 0x202e) && /* line ends, overrides */
	       (point < 0x2066 || point > 0x2069) && point != 0xfeff;
}

bool
plain_text_allowed(struct str text, size_t most)
{
	if (text.len > most || !str_is_utf8(text))
		return false;
	while (text.len > 0) {
		size_t len = plain_character(text);

		if (!plain_point_allowed(plain_point(str_first(text, len))))
			return false;
		text = str_from(text, len);
	}
	return true;
}

size_t
plain_write(FILE *out, struct str text)
{
	size_t width = 0;

	for (; text.len > 0; width++) {
		size_t len = plain_character(text);
		bool allowed = len > 0 && plain_point_allowed(plain_point(
					      str_first(text, len)));

		if (len == 0)
			len = 1;
		fprintf(out, "%.*s", allowed ? (int)len : 1,
		    allowed ? text.at : "?");
		text = str_from(text, len);
	}
	return width;
}

size_t
plain_width(struct str text)
{
	size_t width = 0;

	for (; text.len > 0; width++) {
		size_t len = plain_character(text);

		text = str_from(text, len > 0 ? len : 1);
	}
	return width;
}

static size_t
plain_column_width(
    const struct str *cells, size_t columns, size_t rows, size_t column)
{
	size_t widest = 0;

	for (size_t row = 0; row < rows; row++) {
		size_t width = plain_width(cells[row * columns + column]);

		widest = width > widest ? width : widest;
	}
	return widest;
}

static void
plain_pad(FILE *out, size_t spaces)
{
	fprintf(out, "%*s", (int)spaces, "");
}

void
plain_table(FILE *out, const struct str *cells, size_t columns, size_t rows)
{
	size_t *widths = memory_array(columns, sizeof(*widths));

	for (size_t column = 0; column < columns; column++)
		widths[column] =
		    plain_column_width(cells, columns, rows, column);
	for (size_t row = 0; row < rows; row++) {
		for (size_t column = 0; column < columns; column++) {
			size_t width =
			    plain_write(out, cells[row * columns + column]);

			if (column + 1 < columns)
				plain_pad(out, widths[column] - width + 2);
		}
		fputc('\n', out);
	}
	free(widths);
}

void
plain_facts(FILE *out, const struct str *cells, size_t rows)
{
	size_t widest = plain_column_width(cells, 2, rows, 0);

	for (size_t row = 0; row < rows; row++) {
		size_t width = plain_write(out, cells[2 * row]);

		fputc(':', out);
		if (cells[2 * row + 1].len > 0)
			plain_pad(out, widest - width + 2);
		plain_write(out, cells[2 * row + 1]);
		fputc('\n', out);
	}
}

struct str
plain_time(struct arena *arena, int64_t at)
{
	time_t seconds = (time_t)(at / 1000000);
	struct tm parts;
	char text[64];

	if (gmtime_r(&seconds, &parts) == NULL)
		return STR("?");
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &parts);
	return arena_text(arena, str_of(text));
}
