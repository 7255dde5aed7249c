/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flush barrier.
 */
#include "store/barrier.h"

void
barrier_add(struct barrier *barrier, struct unit *unit)
{
	unit_push(&barrier->waiting, unit);
}

struct unit *
barrier_begin(struct barrier *barrier)
{
	const struct unit_values statement = { .statement = STATEMENT_BARRIER };
	struct unit *unit;

	if (barrier->under_way || barrier->waiting.first == NULL)
		return NULL;
	unit_move(&barrier->covered, &barrier->waiting);
	barrier->under_way = true;
	unit = unit_new(NULL, 0, LANE_FLUSH);
	unit_add(unit, &statement);
	return unit;
}

struct unit_queue
barrier_end(struct barrier *barrier)
{
	struct unit_queue covered = barrier->covered;

	barrier->covered = (struct unit_queue){ NULL };
	barrier->under_way = false;
	return covered;
}

struct unit_queue
barrier_lost(struct barrier *barrier)
{
	struct unit_queue all = barrier_end(barrier);

	unit_move(&all, &barrier->waiting);
	return all;
}

void
barrier_expire(struct barrier *barrier, int64_t oldest, struct unit_queue *out)
{
	unit_take_older(&barrier->covered, oldest, out);
	unit_take_older(&barrier->waiting, oldest, out);
}
