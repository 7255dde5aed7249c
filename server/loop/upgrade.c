/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one program to the next, under the same process number.
 *
 * Before: a child tries whether the program on disk would start; only then the
 * master becomes it.  After: the children of the old program, the elders, serve
 * until the new ones are ready; if these do not become ready, the elders stay.
 */
#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "loop/clock.h"
#include "loop/master.h"
#include "loop/notify.h"

enum {
	TRY_PATIENCE_US = 30 * 1000000,
	SUCCEED_PATIENCE_US = 30 * 1000000,
};

static bool
upgrade_has_elders(const struct master *master)
{
	for (size_t i = 0; i < PROCESSES_MOST; i++) {
		if (master->elders[i].pid > 0)
			return true;
	}
	return false;
}

static void
upgrade_refuse(const char *why)
{
	log_event(LOG_ERROR, "not upgraded", LOG_TEXT("why", str_of(why)));
}

void
upgrade_try(struct master *master)
{
	if (master->stop_began_us > 0)
		return;
	if (master->trying > 0 || upgrade_has_elders(master)) {
		upgrade_refuse("an upgrade is under way");
		return;
	}
	if (!master->announced) {
		upgrade_refuse("the start is not over");
		return;
	}
	master->trying = master->plan->try_program(master->plan->context);
	if (master->trying < 0)
		master->trying = 0;
	master->try_by_us = clock_monotonic() + TRY_PATIENCE_US;
}

static void
upgrade_become(struct master *master)
{
	struct elder elders[PROCESSES_MOST];
	size_t count = 0;

	for (size_t i = 0; i < master->plan->count; i++) {
		const struct child *child = &master->children[i];

		if (child->pid > 0 && child->channel >= 0)
			elders[count++] =
			    (struct elder){ i, child->pid, child->channel };
	}
	notify_reloading();
	master->plan->become_program(elders, count, master->plan->context);
	notify_ready(); /* still here: it has not worked */
}

bool
upgrade_tried(struct master *master, pid_t pid, int status)
{
	if (master->trying == 0 || pid != master->trying)
		return false;
	master->trying = 0;
	if (master->stop_began_us > 0)
		return true;
	if (status == 0)
		upgrade_become(master);
	else
		upgrade_refuse("the program on disk would not start; it has "
			       "said why, or was too slow");
	return true;
}

/*
 * One whose number this program does not know is told to leave in the end; it
 * may have served.
 */
void
upgrade_take_elders(struct master *master)
{
	static const struct process unknown = { .name = "former process",
		.serves = true };
	int64_t now = clock_monotonic();

	for (size_t i = 0; i < master->plan->elder_count; i++) {
		const struct elder *elder = &master->plan->elders[i];
		size_t number = elder->number;

		master->elders[number] = (struct child){
			.process = number < master->plan->count
				       ? &master->plan->list[number]
				       : &unknown,
			.pid = elder->pid,
			.channel = elder->channel,
			.started_us = now,
			.heard_us = now,
			.ready = true,
			.open = true,
			.adopter = NOBODY,
		};
		master->succeed_by_us = now + SUCCEED_PATIENCE_US;
	}
}

/* Those that serve go first, and then who works for them. */
static void
elders_leave(struct master *master, int64_t now)
{
	bool serve = children_serve(master->elders, PROCESSES_MOST);

	for (size_t i = 0; i < PROCESSES_MOST; i++) {
		struct child *elder = &master->elders[i];

		if (elder->pid > 0 && elder->process->serves == serve)
			child_say_leave(elder, now);
	}
}

void
upgrade_give_up(struct master *master, const char *why)
{
	int64_t now = clock_monotonic();

	upgrade_refuse(why);
	master->succeed_by_us = 0;
	master->announced = true;
	for (size_t i = 0; i < master->plan->count; i++) {
		struct child successor = master->children[i];

		master->children[i] = master->elders[i];
		master->elders[i] = successor;
		master->children[i].process = successor.process;
		master->children[i].adopter = NOBODY;
		master->children[i].start_at_us = now;
	}
	elders_leave(master, now);
	notify_ready();
}

static void
upgrade_hand_over(struct master *master, int64_t now)
{
	log_plain(LOG_INFO, "upgraded");
	master->succeed_by_us = 0;
	elders_leave(master, now);
}

void
upgrade_settle(struct master *master, int64_t now)
{
	if (master->trying > 0 && now > master->try_by_us)
		kill(master->trying, SIGKILL);
	if (master->succeed_by_us > 0 && master->announced)
		upgrade_hand_over(master, now);
	else if (master->succeed_by_us > 0 && now > master->succeed_by_us)
		upgrade_give_up(master,
		    "the new processes were not ready in time; the old ones "
		    "go on");
	else if (master->succeed_by_us == 0)
		elders_leave(master, now);
}
