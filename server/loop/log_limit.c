/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many lines of an event were written in this second.
 */
#include "loop/log_limit.h"

#include <string.h>

#include "loop/clock.h"
#include "loop/scoreboard.h"

enum {
	EVENTS_MOST = 32, /* those beyond share the last place */
	SECOND_US = 1000000,
};

struct limit {
	const char *event;
	int64_t second;
	unsigned written;
	uint64_t left_out;
};

static struct limit limits[EVENTS_MOST];
static size_t limit_count;

static struct limit *
limit_find(const char *event)
{
	for (size_t i = 0; i < limit_count; i++) {
		if (strcmp(limits[i].event, event) == 0)
			return &limits[i];
	}
	if (limit_count == EVENTS_MOST)
		return &limits[EVENTS_MOST - 1];
	limits[limit_count].event = event;
	return &limits[limit_count++];
}

/* A new second: tells of the last one, if it has something to tell. */
static void
limit_turn(struct limit *limit, int64_t second)
{
	if (limit->second == second)
		return;
	if (limit->left_out > 0)
		log_event(LOG_WARNING, "lines left out",
		    LOG_TEXT("of", str_of(limit->event)),
		    LOG_NUMBER("count", limit->left_out));
	limit->second = second;
	limit->written = 0;
	limit->left_out = 0;
}

bool
log_limit_allows(enum log_level level, const char *event)
{
	struct limit *limit;

	if (!log_wants(level))
		return false;
	limit = limit_find(event);
	limit_turn(limit, clock_monotonic() / SECOND_US);
	if (limit->written < LOG_LIMIT_LINES) {
		limit->written++;
		return true;
	}
	limit->left_out++;
	scoreboard_count(SCORE_LOG_LEFT_OUT);
	return false;
}

void
log_limit_report(void)
{
	int64_t second = clock_monotonic() / SECOND_US;

	for (size_t i = 0; i < limit_count; i++)
		limit_turn(&limits[i], second);
}
