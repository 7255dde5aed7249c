/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a long command is.
 */
#include "ctl/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "loop/clock.h"

enum {
	DRAW_EVERY_US = 100 * 1000,
	LINE_EVERY_US = 5 * 1000 * 1000,
	BAR_WIDTH = 30,
};

static int64_t
progress_pause(const struct progress *p)
{
	return p->terminal ? DRAW_EVERY_US : LINE_EVERY_US;
}

void
progress_begin(struct progress *p, uint64_t total)
{
	*p = (struct progress){
		.total = total,
		.terminal = isatty(STDERR_FILENO) == 1,
	};
	p->next_at = clock_monotonic() + progress_pause(p);
}

static void
progress_draw_bar(unsigned percent)
{
	unsigned full = BAR_WIDTH * percent / 100;

	fputs("\r[", stderr);
	for (unsigned i = 0; i < BAR_WIDTH; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, "] %3u %%  ", percent);
}

void
progress_show(struct progress *p, uint64_t bytes, uint64_t people)
{
	int64_t now = clock_monotonic();
	unsigned percent = 0;

	if (now < p->next_at)
		return;
	p->next_at = now + progress_pause(p);
	if (p->total > 0) /* a file may grow while it is read */
		percent =
		    bytes < p->total ? (unsigned)(bytes * 100 / p->total) : 100;
	if (p->terminal && p->total > 0)
		progress_draw_bar(percent);
	else if (p->terminal)
		fputc('\r', stderr);
	else if (p->total > 0)
		fprintf(stderr, "%u %%, ", percent);
	fprintf(stderr, "%" PRIu64 " people%s", people,
	    p->terminal ? "" : " so far\n");
	fflush(stderr);
	p->drawn = p->terminal;
}

void
progress_clear(struct progress *p)
{
	if (p->drawn)
		fprintf(stderr, "\r%*s\r", BAR_WIDTH + 40, "");
	p->drawn = false;
}
