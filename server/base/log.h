/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line per event: what happened, then name=value pairs, escaped.
 *
 *	log_event(LOG_INFO, "sign-in refused", LOG_TEXT("user", name),
 *	    LOG_NUMBER("failures", count));
 *
 * A value is written as a JSON string, cut at 256 bytes, so one event is
 * one line whatever a visitor typed.  Never pass a password, code, ticket or
 * cookie.  This layer has no clock: the sink that main installs puts the time
 * in front and decides where lines go.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARNING,
	LOG_ERROR,
};

struct log_field {
	const char *name;
	struct str text;
	int64_t number;
	bool is_number;
};

#define LOG_TEXT(name, value) ((struct log_field){ (name), (value), 0, false })
#define LOG_NUMBER(name, value) \
	((struct log_field){ (name), STR_NONE, (int64_t)(value), true })

#define log_event(level, event, ...) \
	log_line((level), (event), (const struct log_field[]){ __VA_ARGS__ }, \
	    sizeof((const struct log_field[]){ __VA_ARGS__ }) / \
		sizeof(struct log_field))

/* For an event without fields. */
#define log_plain(level, event) log_line((level), (event), NULL, 0)

/* Would a line of this level be written? For costly fields. */
bool log_wants(enum log_level);

void log_line(
    enum log_level, const char *event, const struct log_field *, size_t count);

/* Where lines go; `line` ends without a newline.  Set once at start. */
typedef void log_sink(enum log_level, struct str line);
void log_set_sink(log_sink *, enum log_level least);

const char *log_level_name(enum log_level);

#endif
