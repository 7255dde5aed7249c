/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master's part of a reload.
 *
 * It reads first, so that what is wrong changes nothing anywhere; then each
 * child reads for itself, since keys and pages cannot be handed over.  One that
 * finds the files changed again meanwhile, and wrong, keeps what it had.
 */
#include "base/log.h"
#include "loop/channel.h"
#include "loop/master.h"
#include "loop/notify.h"
#include "loop/scoreboard.h"

static void
reload_end(struct master *master)
{
	master->reloading = false;
	scoreboard_count(
	    master->reload_kept == 0 ? SCORE_RELOADS : SCORE_RELOADS_REFUSED);
	if (master->reload_kept == 0)
		log_plain(LOG_INFO, "reloaded");
	else
		log_event(LOG_ERROR, "reloaded in part",
		    LOG_NUMBER("kept", master->reload_kept),
		    LOG_TEXT("next", STR("reload again")));
	if (master->announced)
		notify_ready();
}

void
reload_begin(struct master *master)
{
	if (master->stop_began_us > 0)
		return;
	if (master->reloading || master->succeed_by_us > 0) {
		master->reload_again = true;
		return;
	}
	master->reload_again = false;
	notify_reloading();
	if (!master->plan->reload(master->plan->context)) {
		scoreboard_count(SCORE_RELOADS_REFUSED);
		if (master->announced)
			notify_ready();
		return;
	}
	master->reloading = true;
	master->reload_kept = 0;
	for (size_t i = 0; i < master->plan->count; i++) {
		struct child *child = &master->children[i];

		if (child->pid == 0 || child->channel < 0)
			continue; /* it will be born with the new one */
		child->reloading =
		    channel_send(child->channel, CHANNEL_RELOAD, 0);
		master->reload_kept += !child->reloading;
	}
}

void
reload_settle(struct master *master)
{
	if (master->reloading) {
		for (size_t i = 0; i < master->plan->count; i++) {
			if (master->children[i].reloading)
				return;
		}
		reload_end(master);
	}
	if (master->reload_again && !master->reloading)
		reload_begin(master);
}
