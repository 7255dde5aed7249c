/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latencies in log-linear buckets: any number of them in fixed memory.
 *
 * A bucket is at most 1/64 of its value wide, and a percentile is the upper end
 * of its bucket, so a figure is never better than the truth and at most 1.6 %
 * worse.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum {
	HISTOGRAM_PARTS = 64, /* buckets for each power of two */
	HISTOGRAM_POWERS = 58,
	HISTOGRAM_BUCKETS = HISTOGRAM_PARTS * HISTOGRAM_POWERS,
};

struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS];
	uint64_t count;
	uint64_t highest;
};

void histogram_add(struct histogram *, uint64_t value);

/* The value that `share` (0 to 1) of all do not exceed; 0 without values. */
uint64_t histogram_at(const struct histogram *, double share);

#endif
