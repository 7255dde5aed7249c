/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every fuzz target has: its entry, and a demand that ends the process.
 *
 * Not assert(): a demand holds in every build, and libFuzzer takes the abort
 * for a finding as it takes one of a sanitizer.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static inline void
demand(bool holds)
{
	if (!holds)
		abort();
}

/* The input up to a newline, and what follows taken as the rest. */
static inline struct str
input_line(struct str *rest)
{
	struct str line;

	str_cut(*rest, '\n', &line, rest);
	return line;
}

/* Is the view inside of these bytes? */
static inline bool
is_inside(struct str view, struct str bytes)
{
	return view.at >= bytes.at && view.len <= bytes.len &&
	       (size_t)(view.at - bytes.at) <= bytes.len - view.len;
}

#endif
