/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of two services counts, and why.
 *
 * The registry decides; this only finds the words for it.
 */
#include "ctl/service_rank.h"

#include <stdlib.h>

#include "base/memory.h"
#include "cas/registry.h"
#include "cas/service_regex.h"
#include "model/service.h"
#include "model/service_settings.h"

struct registry *
service_registry_without(
    const struct service *services, size_t count, int64_t id)
{
	struct service *others = memory_array(count, sizeof(*others));
	struct registry *registry;
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		if (services[i].id != id)
			others[left++] = services[i];
	}
	registry = registry_new(others, left, 1);
	free(others);
	return registry;
}

static bool
has_star_host(struct str pattern)
{
	return str_starts(pattern, STR("https://*.")) ||
	       str_starts(pattern, STR("http://*."));
}

const char *
service_rank_words(const struct service *winner, const struct service *other)
{
	if (!service_regex_is(winner->pattern)) {
		if (service_regex_is(other->pattern))
			return "plain patterns go before expressions";
		if (has_star_host(other->pattern) &&
		    !has_star_host(winner->pattern))
			return "a host by its name goes before a star";
		if (!str_ends(winner->pattern, STR("/*")))
			return "an exact path goes before what is below one";
		return "the longer path goes before the shorter";
	}
	if (winner->settings->order != other->settings->order)
		return "of expressions the lower order goes first";
	return "of expressions with one order the older goes first";
}
