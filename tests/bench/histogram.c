/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log-linear buckets.
 *
 * Values below HISTOGRAM_PARTS have a bucket each; above, the bits behind the
 * highest one choose among the parts of its power of two.
 */
#include "histogram.h"

enum {
	PART_BITS = 6, /* 2 to this is HISTOGRAM_PARTS */
	VALUE_BITS = 64,
};

static size_t
bucket_of(uint64_t value)
{
	unsigned shift;

	if (value < HISTOGRAM_PARTS)
		return (size_t)value;
	shift = (unsigned)(VALUE_BITS - 1 - __builtin_clzll(value)) - PART_BITS;
	return (size_t)shift * HISTOGRAM_PARTS + (size_t)(value >> shift);
}

static uint64_t
bucket_end(size_t bucket)
{
	size_t shift;
	uint64_t part;

	if (bucket < HISTOGRAM_PARTS)
		return bucket;
	shift = bucket / HISTOGRAM_PARTS - 1;
	part = bucket - shift * HISTOGRAM_PARTS;
	return ((part + 1) << shift) - 1;
}

void
histogram_add(struct histogram *histogram, uint64_t value)
{
	size_t bucket = bucket_of(value);

	if (bucket >= HISTOGRAM_BUCKETS)
		bucket = HISTOGRAM_BUCKETS - 1;
	histogram->buckets[bucket]++;
	histogram->count++;
	if (value > histogram->highest)
		histogram->highest = value;
}

uint64_t
histogram_at(const struct histogram *histogram, double share)
{
	double wanted = share * (double)histogram->count;
	uint64_t seen = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen > 0 && (double)seen >= wanted)
			return bucket_end(i) < histogram->highest
				   ? bucket_end(i)
				   : histogram->highest;
	}
	return histogram->highest;
}
