/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expressions of a registry: sorted once, then filed in chains by the end
 * of a host.  A chain keeps the order, so its first match is its best.
 */
#include "cas/service_regexes.h"

#include <stdlib.h>

#include "base/memory.h"
#include "cas/service_regex.h"
#include "model/service.h"
#include "model/service_settings.h"

#define HASH_START UINT64_C(0xcbf29ce484222325) /* FNV-1a */
#define HASH_PRIME UINT64_C(0x100000001b3)

static const size_t chain_end = SIZE_MAX;

struct entry {
	const struct service *service;
	struct service_regex *regex;
	size_t next; /* in the same chain */
};

struct service_regexes {
	struct entry *entries; /* in the order in which they count */
	size_t count;
	size_t *chains; /* by the hash of a name */
	size_t mask; /* number of chains, a power of two, less one */
	size_t any_host; /* the chain of those without a name */
};

static uint64_t
hash_of(struct str text)
{
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.at[i]) * HASH_PRIME;
	return hash;
}

/* "uni.example" of "app.uni.example". */
static struct str
last_two_labels(struct str host)
{
	size_t dots = 0, i = host.len;

	while (i > 0) {
		dots += host.at[i - 1] == '.';
		if (dots == 2)
			break;
		i--;
	}
	return str_from(host, i);
}

static int
entry_compare(const void *a, const void *b)
{
	const struct service *first = ((const struct entry *)a)->service;
	const struct service *second = ((const struct entry *)b)->service;

	int64_t order = first->settings->order;

	if (order != second->settings->order)
		return order < second->settings->order ? -1 : 1;
	return first->id < second->id ? -1 : first->id > second->id;
}

static size_t *
chain_of(const struct service_regexes *regexes, struct str host)
{
	return &regexes->chains[hash_of(last_two_labels(host)) & regexes->mask];
}

/* From the last to the first, each in front of its chain. */
static void
chains_link(struct service_regexes *regexes)
{
	for (size_t i = regexes->count; i-- > 0;) {
		struct entry *entry = &regexes->entries[i];
		struct str host = service_regex_host(entry->regex);
		size_t *chain =
		    host.len > 0 ? chain_of(regexes, host) : &regexes->any_host;

		entry->next = *chain;
		*chain = i;
	}
}

static void
entries_fill(struct service_regexes *regexes, const struct service *services,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct service_regex *regex;

		if (!service_regex_is(services[i].pattern))
			continue;
		regex = service_regex_new(services[i].pattern);
		if (regex != NULL)
			regexes->entries[regexes->count++] =
			    (struct entry){ &services[i], regex, chain_end };
	}
}

struct service_regexes *
service_regexes_new(const struct service *services, size_t count)
{
	struct service_regexes *regexes = memory_new(sizeof(*regexes));
	size_t most = 0, chains = 2;

	for (size_t i = 0; i < count; i++)
		most += service_regex_is(services[i].pattern);
	while (chains / 2 < most)
		chains *= 2;
	regexes->entries = memory_array(most, sizeof(*regexes->entries));
	regexes->chains = memory_array(chains, sizeof(*regexes->chains));
	regexes->mask = chains - 1;
	regexes->any_host = chain_end;
	for (size_t i = 0; i < chains; i++)
		regexes->chains[i] = chain_end;
	entries_fill(regexes, services, count);
	qsort(regexes->entries, regexes->count, sizeof(*regexes->entries),
	    entry_compare);
	chains_link(regexes);
	return regexes;
}

void
service_regexes_free(struct service_regexes *regexes)
{
	if (regexes == NULL)
		return;
	for (size_t i = 0; i < regexes->count; i++)
		service_regex_free(regexes->entries[i].regex);
	free(regexes->entries);
	free(regexes->chains);
	free(regexes);
}

/* Without its port; a URL of the registry has "://". */
static struct str
host_of(struct str url)
{
	struct str rest = str_from(url, str_find(url, ':'));

	rest = str_from(rest, rest.len < 3 ? rest.len : 3);
	rest = str_first(rest, str_find(rest, '/'));
	return str_first(rest, str_find(rest, ':'));
}

/* Can a host that ends so be meant? */
static bool
host_fits(const struct service_regex *regex, struct str host)
{
	struct str name = service_regex_host(regex);

	return name.len == 0 || str_equal(host, name) ||
	       (str_ends(host, name) &&
		   host.at[host.len - name.len - 1] == '.');
}

/* The first in the chain that matches and stands before `best`. */
static size_t
chain_find(const struct service_regexes *regexes, size_t chain, size_t best,
    struct str url)
{
	struct str host = host_of(url);

	for (size_t i = chain; i < best; i = regexes->entries[i].next) {
		const struct service_regex *regex = regexes->entries[i].regex;

		if (host_fits(regex, host) && service_regex_matches(regex, url))
			return i;
	}
	return best;
}

const struct service *
service_regexes_find(
    const struct service_regexes *regexes, struct str canonical_url)
{
	size_t best = chain_end;

	if (regexes->count == 0)
		return NULL;
	best = chain_find(regexes, *chain_of(regexes, host_of(canonical_url)),
	    best, canonical_url);
	best = chain_find(regexes, regexes->any_host, best, canonical_url);
	return best != chain_end ? regexes->entries[best].service : NULL;
}
