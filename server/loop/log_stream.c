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
	LINE_LONGEST = 16 * 1024
};

static void
log_stream_line(enum log_level level, struct str line)
{
	static struct buf out = BUF_INIT(LINE_LONGEST);
	static char second[sizeof("2026-11-23T09:00:00")];
	static time_t made_for = -1;
	int64_t now = clock_now();
	time_t seconds = (time_t)(now / 1000000);
	struct tm parts;
	ssize_t written;

	(void)level;
	if (seconds != made_for && gmtime_r(&seconds, &parts) != NULL) {
		strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S", &parts);
		made_for = seconds;
	}
	buf_reset(&out);
	buf_format(&out, "time=%s.%06dZ pid=%d ", second, (int)(now % 1000000),
	    (int)getpid());
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
