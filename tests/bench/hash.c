/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L-hash: how many passwords this machine can hash, doing nothing else.
 *
 *	hash MEMORY_KIB PASSES LANES SECONDS
 *
 * One thread for each core, straight into libargon2.  Memory is taken anew for
 * every hash, as a server has to.
 */
#include <argon2.h>
#include <pthread.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"

enum {
	THREADS_MOST = 256,
	HASH_SIZE = 32,
	SALT_SIZE = 16,
};

struct worker {
	pthread_t thread;
	uint32_t memory, passes, lanes;
	uint64_t seconds;
	uint64_t done;
	bool failed;
};

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *
worker_run(void *argument)
{
	struct worker *worker = argument;
	double end = now() + (double)worker->seconds;
	const char password[] = "correct horse battery staple";
	uint8_t salt[SALT_SIZE] = { 0 }, hash[HASH_SIZE];

	while (now() < end && !worker->failed) {
		memcpy(salt, &worker->done, sizeof(worker->done));
		worker->failed =
		    argon2id_hash_raw(worker->passes, worker->memory,
			worker->lanes, password, sizeof(password) - 1, salt,
			sizeof(salt), hash, sizeof(hash)) != ARGON2_OK;
		worker->done++;
	}
	return NULL;
}

static bool
workers_run(const struct worker *pattern, size_t threads, uint64_t *done)
{
	struct worker workers[THREADS_MOST];
	bool good = true;

	for (size_t i = 0; i < threads; i++) {
		workers[i] = *pattern;
		if (pthread_create(
			&workers[i].thread, NULL, worker_run, &workers[i]) != 0)
			return false;
	}
	for (size_t i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		good = good && !workers[i].failed;
		*done += workers[i].done;
	}
	return good;
}

int
main(int count, char **words)
{
	uint64_t numbers[4], done = 0;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct worker pattern = { 0 };
	double began;

	for (int i = 0; i < 4; i++) {
		if (count != 5 ||
		    !str_number(str_of(words[i + 1]), 1 << 20, &numbers[i])) {
			fprintf(stderr,
			    "Usage: hash MEMORY_KIB PASSES LANES SECONDS\n");
			return 2;
		}
	}
	pattern.memory = (uint32_t)numbers[0];
	pattern.passes = (uint32_t)numbers[1];
	pattern.lanes = (uint32_t)numbers[2];
	pattern.seconds = numbers[3];
	if (cores < 1 || cores > THREADS_MOST)
		cores = 1;
	began = now();
	if (!workers_run(&pattern, (size_t)cores, &done)) {
		fprintf(stderr, "hash: libargon2 or a thread failed\n");
		return 3;
	}
	printf("{\"rate\": %.2f, \"threads\": %ld}\n",
	    (double)done / (now() - began), cores);
	return 0;
}
