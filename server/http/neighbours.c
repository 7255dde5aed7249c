/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many connections each client address has.
 *
 * There is no sweeper: who looks for one address forgets those of the same
 * bucket that have no connection left.
 */
#include "http/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static size_t
bucket_of(const struct address *address)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < sizeof(address->bytes); i++)
		hash = (hash ^ address->bytes[i]) * 1099511628211u;
	return (size_t)(hash % NEIGHBOUR_BUCKETS);
}

struct neighbour *
neighbours_find(struct neighbours *neighbours, const struct address *peer)
{
	struct address near = address_neighbourhood(peer);
	struct neighbour **place = &neighbours->buckets[bucket_of(&near)];
	struct neighbour *found = NULL;

	while (*place != NULL) {
		struct neighbour *here = *place;

		if (memcmp(&here->address, &near, sizeof(near)) == 0)
			found = here;
		if (here != found && here->connections == 0) {
			*place = here->next;
			free(here);
		} else {
			place = &here->next;
		}
	}
	if (found == NULL) {
		found = memory_new(sizeof(*found));
		found->address = near;
		*place = found;
	}
	return found;
}

void
neighbours_clear(struct neighbours *neighbours)
{
	for (size_t i = 0; i < NEIGHBOUR_BUCKETS; i++) {
		while (neighbours->buckets[i] != NULL) {
			struct neighbour *here = neighbours->buckets[i];

			neighbours->buckets[i] = here->next;
			free(here);
		}
	}
}
