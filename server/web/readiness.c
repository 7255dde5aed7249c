/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readiness of the node, read from the scoreboard.
 */
#include "web/readiness.h"

#include "base/buf.h"
#include "loop/clock.h"
#include "loop/scoreboard.h"

enum {
	DATABASE_PATIENCE_US = 1000 * 1000, /* as long as requests wait */
	TURN_PATIENCE_US = 5 * 1000 * 1000, /* a gate turns every second */
	DAYS_AHEAD_LEAST = 2, /* then validation will fail for all */
};

/* What keeps a gate from its work; NULL: nothing.  `*grave`: its visitors are
 * turned away. */
static const char *
gate_trouble(const struct scoreboard_process *gate, int64_t now, bool *grave)
{
	const int64_t *levels = gate->levels;
	int64_t same_for = now - levels[LEVEL_DATABASE_CHANGED_AT];

	*grave = false;
	if (!gate->runs)
		return "is not running";
	if (levels[LEVEL_DRAINING])
		return "is stopping";
	if (!levels[LEVEL_DATABASE_READY]) {
		*grave = same_for > DATABASE_PATIENCE_US;
		return "is not connected to the database";
	}
	if (!levels[LEVEL_KEY_HELD]) {
		*grave =
		    levels[LEVEL_GENERATION] > 0 || same_for > TURN_PATIENCE_US;
		return levels[LEVEL_GENERATION] > 0
			   ? "lacks the active key; see \"portillon keys\""
			   : "has not read the registry yet";
	}
	*grave = now - levels[LEVEL_TURNED_AT] > TURN_PATIENCE_US;
	return *grave ? "hangs" : NULL;
}

static void
readiness_reason(struct buf *reasons, const char *name, const char *trouble)
{
	if (reasons != NULL)
		buf_format(reasons, "%s %s\n", name, trouble);
}

/* The courier has looked, and there is no room for the tickets of tomorrow. */
static bool
room_ends(const struct scoreboard_process *courier)
{
	return courier->levels[LEVEL_UPKEEP_AT] > 0 &&
	       courier->levels[LEVEL_DAYS_AHEAD] < DAYS_AHEAD_LEAST;
}

struct readiness
readiness_now(struct buf *reasons)
{
	struct readiness found = { .ready = true };
	int64_t now = clock_monotonic();
	struct scoreboard_process one;
	const char *trouble;
	bool grave;

	for (size_t i = 0; i < scoreboard_slots(); i++) {
		scoreboard_process(i, &one);
		grave = false;
		trouble = NULL;
		if (str_starts(str_of(one.name), STR("gate "))) {
			trouble = gate_trouble(&one, now, &grave);
			found.gates++;
			found.gates_ready += trouble == NULL;
		} else if (i == 0 && one.levels[LEVEL_DRAINING]) {
			grave = true;
			trouble = "is stopping this node";
		} else if (room_ends(&one)) {
			grave = true;
			trouble = "made no room for the tickets of the days "
				  "to come; see its log";
		}
		if (trouble != NULL)
			readiness_reason(reasons, one.name, trouble);
		found.ready = found.ready && !grave;
	}
	found.ready = found.ready && found.gates_ready > 0;
	return found;
}
