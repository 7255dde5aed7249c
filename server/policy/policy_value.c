/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of a policy document.  Nothing is guessed: a number in quotes is not
 * a number, a single word is not a list, and no unit stands for another.
 */
#include "policy/policy_value.h"

#include <stdarg.h>

#include "base/buf.h"
#include "policy/settings_table.h"
#include "policy/zones.h"

enum {
	SHOWN_MOST = 64, /* bytes of a name in a sentence */
	PLACES_MOST = 8
};

/* Names come from the document: no line breaks or colours in a sentence. */
static void
buf_shown(struct buf *out, struct str text)
{
	text = str_first(text, SHOWN_MOST);
	for (size_t i = 0; i < text.len; i++) {
		char letter = text.at[i];

		buf_char(out, letter < ' ' || letter == 0x7f ? '?' : letter);
	}
}

static void
place_show(struct buf *out, const struct place *place)
{
	const struct place *way[PLACES_MOST];
	size_t depth = 0;

	for (; place->above != NULL && depth < PLACES_MOST;
	     place = place->above)
		way[depth++] = place;
	if (depth == 0)
		buf_char(out, '/');
	while (depth-- > 0) {
		buf_char(out, '/');
		if (way[depth]->name != NULL)
			buf_shown(out, str_of(way[depth]->name));
		else
			buf_number(out, way[depth]->index);
	}
}

bool
place_refuse(const struct policy_reader *reader, const struct place *place,
    const char *sentence, ...)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1024);
	va_list arguments;
	char text[512];

	va_start(arguments, sentence);
	vsnprintf(text, sizeof(text), sentence, arguments);
	va_end(arguments);
	place_show(&out, place);
	buf_words(&out, ": ");
	buf_words(&out, text);
	buf_text(reader->why, buf_str(&out));
	return false;
}

static struct str
string_of(const json_t *value)
{
	if (!json_is_string(value))
		return STR_NONE;
	return (
	    struct str){ json_string_value(value), json_string_length(value) };
}

bool
value_name(const struct policy_reader *reader, const struct place *place,
    const json_t *value, struct str *out)
{
	struct str text = string_of(value);
	bool good = text.len > 0 && text.len <= NAME_LONGEST;

	for (size_t i = 0; i < text.len; i++)
		good = good && (unsigned char)text.at[i] >= ' ' &&
		       text.at[i] != 0x7f;
	if (!good)
		return place_refuse(reader, place,
		    "must be a text of 1 to %d letters on one line",
		    NAME_LONGEST);
	*out = arena_text(&reader->made->texts, text);
	return true;
}

static void
words_show(struct buf *out, const char *const *words, size_t count)
{
	const char *between = "";

	for (size_t i = 0; i < count; i++) {
		if (words[i] == NULL)
			continue;
		buf_format(out, "%s\"%s\"", between, words[i]);
		between = ", ";
	}
}

bool
value_word(const struct policy_reader *reader, const struct place *place,
    const json_t *value, const char *const *words, size_t count, int64_t *out)
{
	CLEANUP(buf_clear) struct buf allowed = BUF_INIT(1024);
	struct str text = string_of(value);

	for (size_t i = 0; i < count; i++) {
		if (words[i] != NULL && str_equal(text, str_of(words[i]))) {
			*out = (int64_t)i;
			return true;
		}
	}
	words_show(&allowed, words, count);
	return place_refuse(
	    reader, place, "must be one of %s", buf_cstr(&allowed));
}

bool
value_words(const struct policy_reader *reader, const struct place *place,
    const json_t *value, const char *const *words, size_t count, int64_t *out)
{
	CLEANUP(buf_clear) struct buf allowed = BUF_INIT(1024);
	int64_t bits = 0;

	words_show(&allowed, words, count);
	if (!json_is_array(value))
		return place_refuse(reader, place,
		    "must be a list, of any of %s", buf_cstr(&allowed));
	for (size_t i = 0; i < json_array_size(value); i++) {
		struct place item = { .above = place, .index = i };
		int64_t word;

		if (!value_word(reader, &item, json_array_get(value, i), words,
			count, &word))
			return false;
		if (bits & INT64_C(1) << word)
			return place_refuse(
			    reader, &item, "stands in the list twice");
		bits |= INT64_C(1) << word;
	}
	*out = bits;
	return true;
}

/* Exactly so many digits, taken off the front. */
static bool
take_number(struct str *text, size_t digits, uint64_t most, int64_t *out)
{
	uint64_t number;

	if (text->len < digits ||
	    !str_number(str_first(*text, digits), most, &number))
		return false;
	*text = str_from(*text, digits);
	*out = (int64_t)number;
	return true;
}

static bool
take_letter(struct str *text, char letter)
{
	if (text->len == 0 || text->at[0] != letter)
		return false;
	*text = str_from(*text, 1);
	return true;
}

static int64_t
days_of_month(int64_t year, int64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Days since 1970-01-01 in the Gregorian calendar. */
static int64_t
days_since_1970(int64_t year, int64_t month, int64_t day)
{
	int64_t before = year - 1;
	int64_t days =
	    before * 365 + before / 4 - before / 100 + before / 400 - 719162;

	for (int64_t m = 1; m < month; m++)
		days += days_of_month(year, m);
	return days + day - 1;
}

static bool
date_read(struct str text, int64_t *out)
{
	int64_t year, month, day, hour = 0, minute = 0, second = 0;

	if (!take_number(&text, 4, 9999, &year) || year < 1970 ||
	    !take_letter(&text, '-') || !take_number(&text, 2, 12, &month) ||
	    month == 0 || !take_letter(&text, '-') ||
	    !take_number(&text, 2, 31, &day) || day == 0 ||
	    day > days_of_month(year, month))
		return false;
	if (text.len > 0 &&
	    (!take_letter(&text, 'T') || !take_number(&text, 2, 23, &hour) ||
		!take_letter(&text, ':') ||
		!take_number(&text, 2, 59, &minute) ||
		!take_letter(&text, ':') ||
		!take_number(&text, 2, 59, &second) ||
		!take_letter(&text, 'Z') || text.len > 0))
		return false;
	*out = ((days_since_1970(year, month, day) * 24 + hour) * 3600 +
		   minute * 60 + second) *
	       POLICY_SECOND;
	return true;
}

bool
value_date(const struct policy_reader *reader, const struct place *place,
    const json_t *value, int64_t *out)
{
	if (!date_read(string_of(value), out))
		return place_refuse(reader, place,
		    "must be a date in UTC such as \"2026-03-01\" or "
		    "\"2026-03-01T08:00:00Z\"");
	return true;
}

static bool
duration_read(struct str text, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
	uint64_t number;

	if (text.len < 2 ||
	    !str_number(str_first(text, text.len - 1), 10000000, &number))
		return false;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (text.at[text.len - 1] != units[i].unit)
			continue;
		*out = (int64_t)number * units[i].seconds * POLICY_SECOND;
		return true;
	}
	return false;
}

static bool
value_duration(const struct policy_reader *reader, const struct place *place,
    const struct setting *setting, const json_t *value, int64_t *out)
{
	int64_t duration;

	if (!duration_read(string_of(value), &duration))
		return place_refuse(reader, place,
		    "must be a duration such as \"30d\", \"12h\", \"10m\" or "
		    "\"45s\"%s",
		    setting->none ? ", or \"none\"" : "");
	if (duration < setting->min || duration > setting->max)
		return place_refuse(reader, place,
		    "must be from %llds to %llds",
		    (long long)(setting->min / POLICY_SECOND),
		    (long long)(setting->max / POLICY_SECOND));
	*out = duration;
	return true;
}

static bool
value_number(const struct policy_reader *reader, const struct place *place,
    const struct setting *setting, const json_t *value, int64_t *out)
{
	if (!json_is_integer(value) ||
	    json_integer_value(value) < setting->min ||
	    json_integer_value(value) > setting->max)
		return place_refuse(reader, place,
		    "must be a number from %lld to %lld",
		    (long long)setting->min, (long long)setting->max);
	*out = json_integer_value(value);
	return true;
}

/* The text that stands for a name; services are numbers. */
static bool
value_matched(const struct policy_reader *reader, const struct place *place,
    enum name_kind kind, const json_t *value, struct str *out)
{
	if (kind == NAME_SERVICE) {
		if (!json_is_integer(value) || json_integer_value(value) <= 0)
			return place_refuse(
			    reader, place, "must be the number of a service");
		*out = arena_format(&reader->made->texts, "%lld",
		    (long long)json_integer_value(value));
		return true;
	}
	if (kind == NAME_ZONE) {
		if (!zone_key_is_valid(string_of(value)))
			return place_refuse(reader, place,
			    "must be the key of a zone: a-z, 0-9, _ and -");
	}
	return value_name(reader, place, value, out);
}

bool
value_bit(const struct policy_reader *reader, const struct place *place,
    enum name_kind kind, const json_t *value, unsigned *bit)
{
	struct names *names = &reader->made->names[kind];
	unsigned most = kind == NAME_ZONE ? NAMES_ZONES_MOST : NAMES_MOST;
	struct str text;

	if (!value_matched(reader, place, kind, value, &text))
		return false;
	for (*bit = 0; *bit < names->count; (*bit)++) {
		if (str_equal(names->list[*bit].text, text))
			return true;
	}
	if (names->count == most)
		return place_refuse(
		    reader, place, "is more than the %u names allowed", most);
	names->list[names->count++] = (struct name){ text, *bit };
	return true;
}

static bool
value_zones(const struct policy_reader *reader, const struct place *place,
    const json_t *value, int64_t *out)
{
	int64_t bits = 0;

	if (!json_is_array(value))
		return place_refuse(
		    reader, place, "must be a list of keys of zones");
	for (size_t i = 0; i < json_array_size(value); i++) {
		struct place item = { .above = place, .index = i };
		unsigned bit;

		if (!value_bit(reader, &item, NAME_ZONE,
			json_array_get(value, i), &bit))
			return false;
		if (bits & INT64_C(1) << bit)
			return place_refuse(
			    reader, &item, "stands in the list twice");
		bits |= INT64_C(1) << bit;
	}
	*out = bits;
	return true;
}

static bool
value_yes_no(const struct policy_reader *reader, const struct place *place,
    const json_t *value, int64_t *out)
{
	if (!json_is_boolean(value))
		return place_refuse(reader, place, "must be true or false");
	*out = json_is_true(value);
	return true;
}

static bool
value_read(const struct policy_reader *reader, const struct place *place,
    const struct setting *setting, const json_t *value, int64_t *out)
{
	switch (setting->kind) {
	case SETTING_WORD:
		return value_word(reader, place, value, setting->words,
		    SETTING_WORDS_MOST, out);
	case SETTING_WORDS:
		return value_words(reader, place, value, setting->words,
		    SETTING_WORDS_MOST, out);
	case SETTING_ZONES:
		return value_zones(reader, place, value, out);
	case SETTING_NUMBER:
		return value_number(reader, place, setting, value, out);
	case SETTING_YES_NO:
		return value_yes_no(reader, place, value, out);
	case SETTING_DURATION:
		return value_duration(reader, place, setting, value, out);
	case SETTING_DATE:
		return value_date(reader, place, value, out);
	}
	return place_refuse(reader, place, "cannot be set");
}

bool
value_setting(const struct policy_reader *reader, const struct place *place,
    unsigned index, const json_t *value, struct policy_settings *settings)
{
	const struct setting *setting = setting_at(index);
	int64_t read = POLICY_NONE;
	bool none = setting->none && str_equal(string_of(value), STR("none"));

	if (!none && !value_read(reader, place, setting, value, &read))
		return false;
	policy_setting_put(settings, index, read);
	return true;
}
