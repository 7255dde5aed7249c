/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closeness is the number of letters added, left out, changed or swapped with
 * their neighbour (optimal string alignment).  A third of the letters may be
 * wrong, two in short names.
 */
#include "ctl/nearest.h"

#include "base/buf.h"
#include "base/memory.h"

enum {
	NEAREST_LONGEST = sizeof((struct nearest){ 0 }.name) - 1
};

void
nearest_start(struct nearest *n, struct str wanted)
{
	size_t allowed = wanted.len / 3 > 2 ? wanted.len / 3 : 2;

	*n = (struct nearest){ .wanted = wanted };
	n->distance = (unsigned)(allowed < NEAREST_LONGEST ? allowed : 0) + 1;
}

static unsigned
nearest_least(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* Both at most NEAREST_LONGEST bytes. */
static unsigned
nearest_distance(struct str a, struct str b)
{
	unsigned rows[3][NEAREST_LONGEST + 1] = { 0 };
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	for (unsigned column = 0; column <= b.len; column++)
		row[column] = column;
	for (unsigned line = 1; line <= a.len; line++) {
		unsigned *oldest = before;

		before = above;
		above = row;
		row = oldest;
		row[0] = line;
		for (unsigned column = 1; column <= b.len; column++) {
			bool same = a.at[line - 1] == b.at[column - 1];

			row[column] = nearest_least(above[column] + 1,
			    row[column - 1] + 1, above[column - 1] + !same);
			if (line > 1 && column > 1 &&
			    a.at[line - 1] == b.at[column - 2] &&
			    a.at[line - 2] == b.at[column - 1] &&
			    before[column - 2] + 1 < row[column])
				row[column] = before[column - 2] + 1;
		}
	}
	return row[b.len];
}

void
nearest_consider(struct nearest *n, struct str name)
{
	unsigned distance;

	if (n->wanted.len > NEAREST_LONGEST || name.len > NEAREST_LONGEST)
		return;
	distance = nearest_distance(n->wanted, name);
	if (distance >= n->distance || distance >= name.len)
		return;
	n->distance = distance;
	memcpy(n->name, name.at, name.len);
	n->name[name.len] = '\0';
}

void
nearest_suggest(const struct nearest *n, struct buf *out)
{
	if (n->name[0] != '\0')
		buf_format(out, "; did you mean \"%s\"?", n->name);
}
