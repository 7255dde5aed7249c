/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean ...?": the known name closest to what somebody typed.
 */
#ifndef CTL_NEAREST_H
#define CTL_NEAREST_H

#include "base/str.h"

struct buf;

struct nearest {
	struct str wanted;
	char name[80]; /* the closest so far; empty: none is close */
	unsigned distance; /* its distance */
};

void nearest_start(struct nearest *, struct str wanted);

/* Longer names than fit are never suggested. */
void nearest_consider(struct nearest *, struct str name);

/* Appends '; did you mean "NAME"?', or nothing if none is close. */
void nearest_suggest(const struct nearest *, struct buf *out);

#endif
