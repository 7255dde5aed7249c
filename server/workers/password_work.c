/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking password hashes on worker threads, for flows.
 */
#include "workers/password_work.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "loop/clock.h"
#include "loop/flow.h"
#include "loop/scoreboard.h"
#include "workers/pool.h"

enum {
	HASH_LONGEST = 1024,
	WAIT_MOST_US = 4 * 1000 * 1000, /* then nobody waits any more */
};

struct password_item {
	struct pool_item item;
	struct flow *flow;
	struct password_work_result *into;
	struct password_cost cost;
	char *password;
	size_t password_len;
	char *hash;
	size_t hash_len;
	bool makes; /* a new hash, and compares nothing */
	int64_t asked_at_us;
	bool overdue; /* not worked on */
	enum password_verdict verdict;
	struct buf rehashed;
};

/* On the loop: how many are waiting or at work. */
static int64_t pending;

static void
password_item_free(struct password_item *p)
{
	scoreboard_level(LEVEL_PASSWORDS_PENDING, --pending);
	bytes_wipe(p->password, p->password_len);
	free(p->password);
	bytes_wipe(p->hash, p->hash_len);
	free(p->hash);
	buf_clear(&p->rehashed);
	free(p);
}

static void
password_item_work(struct pool_item *item)
{
	struct password_item *p = (struct password_item *)item;
	struct str password = { p->password, p->password_len };
	struct str hash = { p->hash, p->hash_len };

	p->overdue = clock_monotonic() - p->asked_at_us > WAIT_MOST_US;
	if (p->overdue)
		return;
	if (p->makes) {
		p->verdict = password_hash(password, &p->cost, &p->rehashed)
				 ? PASSWORD_RIGHT_OUTDATED
				 : PASSWORD_WRONG;
		return;
	}
	p->verdict = password_check(password, hash, &p->cost);
	if (p->verdict == PASSWORD_RIGHT_OUTDATED &&
	    !password_hash(password, &p->cost, &p->rehashed))
		p->verdict = PASSWORD_RIGHT; /* next time then */
}

static void
password_item_finished(struct pool_item *item)
{
	struct password_item *p = (struct password_item *)item;
	struct flow *f = p->flow;

	if (p->overdue)
		scoreboard_count(SCORE_PASSWORDS_REFUSED);
	else
		scoreboard_time(
		    TIME_PASSWORD, clock_monotonic() - p->asked_at_us);
	p->into->verdict = p->verdict;
	p->into->not_compared = p->overdue;
	if (p->verdict == PASSWORD_RIGHT_OUTDATED)
		p->into->rehashed =
		    arena_text(flow_arena(f), buf_str(&p->rehashed));
	password_item_free(p);
	flow_answered(f, NULL);
}

/* A refusal is not told inside the call that asked either. */
static void
password_item_refused(evutil_socket_t fd, short what, void *argument)
{
	struct password_item *p = argument;
	struct flow *f = p->flow;

	(void)fd, (void)what;
	scoreboard_count(SCORE_PASSWORDS_REFUSED);
	p->into->not_compared = true;
	password_item_free(p);
	flow_answered(f, NULL);
}

static void
password_item_submit(struct pool *pool, struct password_item *p)
{
	static const struct timeval at_once = { 0, 0 };

	scoreboard_level(LEVEL_PASSWORDS_PENDING, ++pending);
	flow_asked(p->flow, p->makes ? "password hash" : "password check");
	if (!pool_submit(pool, &p->item) &&
	    event_base_once(flow_base(p->flow), -1, EV_TIMEOUT,
		password_item_refused, p, &at_once) != 0)
		abort(); /* out of memory */
}

static struct password_item *
password_item_new(struct flow *f, struct str password, struct str hash,
    const struct password_cost *cost, struct password_work_result *into)
{
	struct password_item *p = memory_new(sizeof(*p));

	*p = (struct password_item){
		.item = { .work = password_item_work,
		    .finished = password_item_finished },
		.flow = f,
		.asked_at_us = clock_monotonic(),
		.into = into,
		.cost = *cost,
		.password = memory_text(password.at, password.len),
		.password_len = password.len,
		.hash = memory_text(hash.at, hash.len),
		.hash_len = hash.len,
		.rehashed = BUF_INIT(HASH_LONGEST),
	};
	return p;
}

void
password_work_check(struct pool *pool, struct flow *f, struct str password,
    struct str hash, const struct password_cost *cost,
    struct password_work_result *into)
{
	password_item_submit(
	    pool, password_item_new(f, password, hash, cost, into));
}

void
password_work_make(struct pool *pool, struct flow *f, struct str password,
    const struct password_cost *cost, struct password_work_result *into)
{
	struct password_item *p =
	    password_item_new(f, password, STR_NONE, cost, into);

	p->makes = true;
	password_item_submit(pool, p);
}
