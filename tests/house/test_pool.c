/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker threads: every accepted item comes back once, on the loop; a full
 * queue refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <pthread.h>

#include "workers/pool.h"

enum {
	ITEMS = 500,
	THREADS = 3
};

struct job {
	struct pool_item item;
	pthread_t worked_on;
	int worked, came_back;
};

static struct event_base *base;
static pthread_t loop_thread;
static int to_come;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void
job_work(struct pool_item *item)
{
	struct job *job = (struct job *)item;

	pthread_mutex_lock(&gate); /* held closed by the test of the queue */
	pthread_mutex_unlock(&gate);
	job->worked++;
	job->worked_on = pthread_self();
}

static void
job_finished(struct pool_item *item)
{
	struct job *job = (struct job *)item;

	assert_true(pthread_equal(pthread_self(), loop_thread));
	assert_false(pthread_equal(job->worked_on, loop_thread));
	job->came_back++;
	if (--to_come == 0)
		event_base_loopbreak(base);
}

static void
test_every_item_comes_back(void **state)
{
	static struct job jobs[ITEMS];
	struct pool *pool;

	(void)state;
	base = event_base_new();
	loop_thread = pthread_self();
	pool = pool_new(base, THREADS, ITEMS);
	to_come = ITEMS;
	for (size_t i = 0; i < ITEMS; i++) {
		jobs[i].item.work = job_work;
		jobs[i].item.finished = job_finished;
		assert_true(pool_submit(pool, &jobs[i].item));
	}
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	for (size_t i = 0; i < ITEMS; i++) {
		assert_int_equal(jobs[i].worked, 1);
		assert_int_equal(jobs[i].came_back, 1);
	}
	pool_free(pool);
	event_base_free(base);
}

static void
test_a_full_queue_refuses(void **state)
{
	static struct job jobs[THREADS + 8];
	struct pool *pool;
	int accepted = 0;

	(void)state;
	base = event_base_new();
	loop_thread = pthread_self();
	pool = pool_new(base, 1, 2);
	pthread_mutex_lock(&gate);
	for (size_t i = 0; i < COUNT_OF(jobs); i++) {
		jobs[i].item.work = job_work;
		jobs[i].item.finished = job_finished;
		accepted += pool_submit(pool, &jobs[i].item);
	}
	assert_in_range(accepted, 2, 3); /* two wait, one may be at work */
	to_come = accepted;
	pthread_mutex_unlock(&gate);
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	pool_free(pool);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_item_comes_back),
		cmocka_unit_test(test_a_full_queue_refuses),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
