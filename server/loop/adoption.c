/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose socket is accepted from by whom.
 *
 * The kernel spreads connections over all listening sockets, also over that of
 * a gate that keeps dying or hangs.  So that nobody waits in its queue, another
 * gate accepts from it until its own is back; both doing so does no harm.
 */
#include "base/log.h"
#include "loop/channel.h"
#include "loop/master.h"

enum {
	DOOR_PATIENCE_US = 2 * 1000000,
	SHORT_LIVES_MOST = 1, /* more of them are a crash loop */
};

static bool
adoption_is_due(const struct child *child, int64_t now)
{
	if (!child->process->serves || child_serves(child, now))
		return false;
	return child->short_lives > SHORT_LIVES_MOST ||
	       (child->pid > 0 && child->ready); /* it has fallen silent */
}

static int
adoption_burden(const struct master *master, int adopter)
{
	int burden = 0;

	for (size_t i = 0; i < master->plan->count; i++)
		burden += master->children[i].adopter == adopter;
	return burden;
}

/* The one that has adopted least; NOBODY if none serves. */
static int
adoption_choose(const struct master *master, int64_t now)
{
	int chosen = NOBODY;

	for (size_t i = 0; i < master->plan->count; i++) {
		const struct child *child = &master->children[i];

		if (child->process->serves && child_serves(child, now) &&
		    (chosen == NOBODY || adoption_burden(master, (int)i) <
					     adoption_burden(master, chosen)))
			chosen = (int)i;
	}
	return chosen;
}

static void
adoption_say(struct master *master, size_t number, enum channel_word word)
{
	struct child *child = &master->children[number];
	const struct child *adopter = &master->children[child->adopter];

	log_event(LOG_WARNING,
	    word == CHANNEL_ADOPT ? "socket adopted" : "socket given back",
	    LOG_TEXT("process", str_of(child->process->name)),
	    LOG_TEXT("adopter", str_of(adopter->process->name)));
	if (!channel_send(adopter->channel, word, number) ||
	    word == CHANNEL_GIVE_BACK)
		child->adopter = NOBODY;
}

/*
 * A child that is ready opens its own door, so that nobody meets one that is
 * not.  One that takes long opens too, to tell people to try again; but not
 * while elders serve.
 */
static void
adoption_open(struct master *master, size_t number, int64_t now)
{
	struct child *child = &master->children[number];
	bool late = now - child->started_us > DOOR_PATIENCE_US;

	if (!child->process->serves || child->pid == 0 || child->open)
		return;
	if (child->ready || (late && master->succeed_by_us == 0))
		child->open =
		    channel_send(child->channel, CHANNEL_ADOPT, number);
}

void
adoption_settle(struct master *master, int64_t now)
{
	for (size_t i = 0; i < master->plan->count; i++) {
		struct child *child = &master->children[i];

		adoption_open(master, i, now);
		if (child->adopter != NOBODY && child_serves(child, now))
			adoption_say(master, i, CHANNEL_GIVE_BACK);
		if (child->adopter != NOBODY || !adoption_is_due(child, now))
			continue;
		child->adopter = adoption_choose(master, now);
		if (child->adopter != NOBODY)
			adoption_say(master, i, CHANNEL_ADOPT);
	}
}

void
adoption_forget(struct master *master, const struct child *ended)
{
	for (size_t i = 0; i < master->plan->count; i++) {
		struct child *child = &master->children[i];

		if (child->adopter != NOBODY &&
		    &master->children[child->adopter] == ended)
			child->adopter = NOBODY;
	}
}
