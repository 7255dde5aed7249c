/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which language a browser would like best.
 *
 * For each language the most exact range of the header counts, whatever its
 * weight: in "fr;q=0, *" French is refused although "*" would take it.  Parts
 * that are not well-formed are passed over.
 */
#include "text/messages.h"

enum {
	MOST_RANGES = 50,
	LONGEST_SUBTAG = 8,
	FULL_WEIGHT = 1000
};

/* How well a range fits a language; higher goes first. */
enum fit {
	FIT_NONE,
	FIT_ANY, /* "*" */
	FIT_BROADER, /* "fr-CA" wanted, "fr" there */
	FIT_NARROWER, /* "fr" wanted, "fr-CA" there */
	FIT_EXACT,
};

struct wish {
	enum fit fit;
	unsigned weight; /* thousandths */
	size_t place; /* in the header */
};

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool
is_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z');
}

static bool
is_range(struct str text)
{
	struct str subtag;
	bool more, first = true;

	if (str_equal(text, STR("*")))
		return true;
	do {
		more = str_cut(text, '-', &subtag, &text);
		if (subtag.len == 0 || subtag.len > LONGEST_SUBTAG)
			return false;
		for (size_t i = 0; i < subtag.len; i++) {
			char letter = subtag.at[i];

			if (!is_letter(letter) && (first || !is_digit(letter)))
				return false;
		}
		first = false;
	} while (more);
	return true;
}

/* "q=0.25": 0 to 1 with up to three decimals. */
static bool
read_weight(struct str text, unsigned *weight)
{
	unsigned value, unit = FULL_WEIGHT / 10;

	if (!str_starts(text, STR("q=")) && !str_starts(text, STR("Q=")))
		return false;
	text = str_from(text, 2);
	if (text.len == 0 || text.len > 5 ||
	    (text.at[0] != '0' && text.at[0] != '1') ||
	    (text.len > 1 && text.at[1] != '.'))
		return false;
	value = text.at[0] == '1' ? FULL_WEIGHT : 0;
	for (size_t i = 2; i < text.len; i++) {
		if (!is_digit(text.at[i]))
			return false;
		value += unit * (unsigned)(text.at[i] - '0');
		unit /= 10;
	}
	if (value > FULL_WEIGHT)
		return false;
	*weight = value;
	return true;
}

static bool
read_range(struct str part, struct str *range, unsigned *weight)
{
	struct str name, parameter;

	*weight = FULL_WEIGHT;
	if (str_cut(part, ';', &name, &parameter) &&
	    !read_weight(str_trim(parameter), weight))
		return false;
	*range = str_trim(name);
	return is_range(*range);
}

/* "fr" begins "fr-CA", but not "frr". */
static bool
begins(struct str start, struct str tag)
{
	return tag.len > start.len && tag.at[start.len] == '-' &&
	       str_equal_nocase(str_first(tag, start.len), start);
}

static enum fit
fit_of(struct str range, struct str language)
{
	if (str_equal_nocase(range, language))
		return FIT_EXACT;
	if (begins(range, language))
		return FIT_NARROWER;
	if (begins(language, range))
		return FIT_BROADER;
	return str_equal(range, STR("*")) ? FIT_ANY : FIT_NONE;
}

static struct wish
wish_for(struct str language, struct str header)
{
	struct wish best = { FIT_NONE, 0, 0 };
	struct str part, range;
	bool more = true;

	for (size_t place = 0; more && place < MOST_RANGES; place++) {
		struct wish wish = { .place = place };

		more = str_cut(header, ',', &part, &header);
		if (!read_range(str_trim(part), &range, &wish.weight))
			continue;
		wish.fit = fit_of(range, language);
		if (wish.fit > best.fit ||
		    (wish.fit == best.fit && wish.fit != FIT_NONE &&
			wish.weight > best.weight))
			best = wish;
	}
	return best;
}

size_t
messages_choose(
    struct str accept_language, const struct str *languages, size_t count)
{
	struct wish best = { FIT_NONE, 0, 0 };
	size_t chosen = count;

	for (size_t i = 0; i < count; i++) {
		struct wish wish = wish_for(languages[i], accept_language);

		if (wish.weight > best.weight ||
		    (wish.weight > 0 && wish.weight == best.weight &&
			wish.place < best.place)) {
			best = wish;
			chosen = i;
		}
	}
	return chosen;
}
