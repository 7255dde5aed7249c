/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments as people read them.
 */
#include "text/moment.h"

#include <time.h>

#include "base/buf.h"
#include "text/messages.h"

enum {
	SECOND_US = 1000 * 1000
};

static struct str
find_words(const struct messages *messages, const struct messages *fallback,
    struct str key)
{
	struct str text = messages_find(messages, key);

	return text.at != NULL ? text : messages_find(fallback, key);
}

static bool
split_months(struct str text, struct moment_words *words)
{
	size_t count = 0;

	while (text.len > 0 && count < COUNT_OF(words->months))
		(void)str_cut(text, ' ', &words->months[count++], &text);
	return count == COUNT_OF(words->months) && text.len == 0;
}

/* Writes what a field stands for; false if there is no such field. */
static bool
write_field(const struct moment_words *words, struct str name,
    const struct tm *parts, struct buf *out)
{
	if (str_equal(name, STR("day")) && parts->tm_mday == 1)
		buf_text(out, words->first);
	else if (str_equal(name, STR("day")))
		buf_format(out, "%d", parts->tm_mday);
	else if (str_equal(name, STR("month")))
		buf_text(out, words->months[parts->tm_mon]);
	else if (str_equal(name, STR("year")))
		buf_format(out, "%d", parts->tm_year + 1900);
	else if (str_equal(name, STR("time")))
		buf_format(out, "%02d:%02d", parts->tm_hour, parts->tm_min);
	else
		return false;
	return true;
}

static bool
write_pattern(
    const struct moment_words *words, const struct tm *parts, struct buf *out)
{
	struct str rest = words->pattern;
	struct str text, name;

	while (str_cut(rest, '{', &text, &rest)) {
		buf_text(out, text);
		if (!str_cut(rest, '}', &name, &rest) ||
		    !write_field(words, name, parts, out))
			return false;
	}
	buf_text(out, text);
	return true;
}

bool
moment_words_read(const struct messages *messages,
    const struct messages *fallback, struct moment_words *into)
{
	CLEANUP(buf_clear) struct buf trial = BUF_INIT(1024);
	struct moment_words words = {
		.pattern =
		    find_words(messages, fallback, STR("moment.pattern")),
		.first = find_words(messages, fallback, STR("moment.first")),
	};
	const struct tm some_day = { .tm_mday = 1 };

	if (words.pattern.len == 0 || words.first.len == 0 ||
	    !split_months(
		find_words(messages, fallback, STR("moment.months")), &words) ||
	    !write_pattern(&words, &some_day, &trial) || !buf_ok(&trial))
		return false;
	*into = words;
	return true;
}

static bool
split_moment(int64_t microseconds, struct tm *parts)
{
	time_t seconds = (time_t)(microseconds / SECOND_US);

	return gmtime_r(&seconds, parts) != NULL;
}

void
moment_write(
    const struct moment_words *words, int64_t microseconds, struct buf *out)
{
	struct tm parts;

	if (split_moment(microseconds, &parts))
		(void)write_pattern(words, &parts, out);
}

void
moment_write_iso(int64_t microseconds, struct buf *out)
{
	struct tm parts;

	if (split_moment(microseconds, &parts))
		buf_format(out, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		    parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
		    parts.tm_hour, parts.tm_min, parts.tm_sec);
}
