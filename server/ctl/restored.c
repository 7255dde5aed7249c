/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon restored`: a backup of the database came back.
 *
 * Numbers of sessions begin again where the backup was made, so a ticket from
 * after it could open for the session of somebody else: none may open.
 */
#include "ctl/commands.h"
#include "ctl/run.h"
#include "store/keys.h"

static enum flow_next
restored_mark(struct flow *f)
{
	struct run *run = flow_state(f);

	keys_restored(run->store, f, &run->origin, run->state);
	return FLOW_NEXT;
}

static const struct flow_step restored_steps[] = {
	FLOW_STEP(restored_mark),
	FLOW_STEP(run_end),
	FLOW_END,
};

int
restored_command(const struct settings *settings, const struct options *options)
{
	struct restored restored = { .ended = 0 };
	CLEANUP(run_clear) struct run run = { .state = &restored };

	(void)options;
	if (!run_or_complain(&run, settings, restored_steps))
		return OUTCOME_UNUSABLE;
	printf("no ticket from before opens any more, and %lld sessions were "
	       "ended\n",
	    (long long)restored.ended);
	return OUTCOME_DONE;
}
