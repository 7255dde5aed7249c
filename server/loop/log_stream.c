/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines to standard error.
 */
#include "loop/log_stream.h"

#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "loop/clock.h"

enum {
	LINE_LONGEST = 16 * 1024,
	MICROS_DIGITS = 6,
};

/* "time=2026-11-23T09:00:00.", made once a second. */
static struct str
second_text(time_t seconds)
{
	static char text[sizeof("time=2026-11-23T09:00:00.")];
	static time_t made_for = -1;
	struct tm parts;

	if (seconds != made_for && gmtime_r(&seconds, &parts) != NULL) {
		strftime(text, sizeof(text), "time=%Y-%m-%dT%H:%M:%S.", &parts);
		made_for = seconds;
	}
	return str_of(text);
}

static void
log_stream_line(enum log_level level, struct str line)
{
	static struct buf out = BUF_INIT(LINE_LONGEST);
	int64_t now = clock_now();
	char micros[MICROS_DIGITS];
	ssize_t written;

	(void)level;
	for (int64_t i = MICROS_DIGITS - 1, rest = now; i >= 0; i--, rest /= 10)
		micros[i] = (char)('0' + rest % 10);
	buf_reset(&out);
	buf_text(&out, second_text((time_t)(now / 1000000)));
	buf_bytes(&out, micros, sizeof(micros));
	buf_words(&out, "Z pid=");
	buf_number(&out, (uint64_t)getpid());
	buf_char(&out, ' ');
	buf_text(&out, line);
	buf_char(&out, '\n');
	if (!buf_ok(&out))
		return;
	written = write(STDERR_FILENO, out.at, out.len);
	(void)written; /* there is no other place to complain */
}

void
log_stream_start(enum log_level least)
{
	log_set_sink(log_stream_line, least);
}
