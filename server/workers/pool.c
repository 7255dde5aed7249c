/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few threads for work that takes long.
 */
#include "workers/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	struct pool_item *first;
	struct pool_item **end;
	size_t waiting;
	size_t waiting_most;
	bool stopping;
	struct handoff *back;
	pthread_t *threads;
	unsigned thread_count;
};

/* The next item, or NULL when the pool stops. */
static struct pool_item *
pool_take(struct pool *pool)
{
	struct pool_item *item;

	pthread_mutex_lock(&pool->lock);
	while (pool->first == NULL && !pool->stopping)
		pthread_cond_wait(&pool->arrived, &pool->lock);
	item = pool->first;
	if (item != NULL) {
		pool->first = item->next;
		if (pool->first == NULL)
			pool->end = &pool->first;
		pool->waiting--;
	}
	pthread_mutex_unlock(&pool->lock);
	return item;
}

static void
pool_item_arrived(struct handoff_item *back)
{
	struct pool_item *item = (struct pool_item *)back;

	item->finished(item);
}

static void *
pool_thread(void *argument)
{
	struct pool *pool = argument;
	struct pool_item *item;

	while ((item = pool_take(pool)) != NULL) {
		item->work(item);
		item->back.arrived = pool_item_arrived;
		handoff_post(pool->back, &item->back);
	}
	return NULL;
}

struct pool *
pool_new(struct event_base *base, unsigned threads, size_t waiting_most)
{
	struct pool *pool = memory_new(sizeof(*pool));

	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->arrived, NULL);
	pool->end = &pool->first;
	pool->waiting_most = waiting_most;
	pool->back = handoff_new(base);
	pool->threads = memory_array(threads, sizeof(*pool->threads));
	while (pool->thread_count < threads) {
		if (pthread_create(&pool->threads[pool->thread_count], NULL,
			pool_thread, pool) != 0)
			abort(); /* at start only: the master tells */
		pool->thread_count++;
	}
	return pool;
}

void
pool_limit(struct pool *pool, size_t waiting_most)
{
	pthread_mutex_lock(&pool->lock);
	pool->waiting_most = waiting_most;
	pthread_mutex_unlock(&pool->lock);
}

void
pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->arrived);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	handoff_free(pool->back);
	pthread_cond_destroy(&pool->arrived);
	pthread_mutex_destroy(&pool->lock);
	free(pool->threads);
	free(pool);
}

bool
pool_submit(struct pool *pool, struct pool_item *item)
{
	bool room;

	pthread_mutex_lock(&pool->lock);
	room = pool->waiting < pool->waiting_most;
	if (room) {
		item->next = NULL;
		*pool->end = item;
		pool->end = &item->next;
		pool->waiting++;
		pthread_cond_signal(&pool->arrived);
	}
	pthread_mutex_unlock(&pool->lock);
	return room;
}

bool
pool_is_full(struct pool *pool)
{
	bool full;

	pthread_mutex_lock(&pool->lock);
	full = pool->waiting >= pool->waiting_most;
	pthread_mutex_unlock(&pool->lock);
	return full;
}
