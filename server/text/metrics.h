/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing metrics in the text format of Prometheus, version 0.0.4.
 *
 * A family is its head and then its samples, all together; who writes them in
 * another order is not understood by every reader.  Times are given in
 * microseconds and written in seconds, the base unit.
 */
#ifndef TEXT_METRICS_H
#define TEXT_METRICS_H

#include "base/str.h"

struct buf;

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metrics_kind {
	METRICS_COUNTER, /* its name ends in _total */
	METRICS_GAUGE,
	METRICS_HISTOGRAM,
};

struct metrics_label {
	const char *name;
	struct str value; /* any text; escaped */
};

struct metrics_labels {
	const struct metrics_label *list;
	size_t count;
};

#define METRICS_NO_LABELS ((struct metrics_labels){ NULL, 0 })
#define METRICS_LABELS(...) \
	((struct metrics_labels){ \
	    (const struct metrics_label[]){ __VA_ARGS__ }, \
	    sizeof((const struct metrics_label[]){ __VA_ARGS__ }) / \
		sizeof(struct metrics_label) })

/* The HELP and TYPE lines of a family. */
void metrics_head(
    struct buf *, const char *family, enum metrics_kind, const char *help);

void metrics_count(
    struct buf *, const char *family, struct metrics_labels, uint64_t value);
void metrics_level(
    struct buf *, const char *family, struct metrics_labels, int64_t value);
void metrics_seconds(struct buf *, const char *family, struct metrics_labels,
    int64_t microseconds);

/* `counts` has one more than `bounds`: the last is longer than all bounds. */
struct metrics_times {
	const int64_t *bounds; /* microseconds, growing */
	const uint64_t *counts; /* of each bucket alone */
	size_t bound_count;
	uint64_t sum; /* microseconds */
};

void metrics_histogram(struct buf *, const char *family, struct metrics_label,
    const struct metrics_times *);

#endif
