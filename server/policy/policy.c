/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a policy, its names, and whether a rule matches.
 */
#include "policy/policy.h"

#include <stdlib.h>

#include "policy/policy_parts.h"

struct policy *
policy_ref(struct policy *policy)
{
	policy->references++;
	return policy;
}

void
policy_unref(struct policy *policy)
{
	if (policy == NULL || --policy->references > 0)
		return;
	arena_clear(&policy->texts);
	free(policy);
}

bool
policy_zone_key(const struct policy *policy, unsigned bit, struct str *key)
{
	const struct names *zones = &policy->names[NAME_ZONE];

	for (unsigned i = 0; i < zones->count; i++) {
		if (zones->list[i].bit != bit)
			continue;
		*key = zones->list[i].text;
		return true;
	}
	return false;
}

void
name_set_add(struct name_set *set, unsigned bit)
{
	set->words[bit / 64] |= UINT64_C(1) << bit % 64;
}

static bool
name_sets_meet(const struct name_set *a, const struct name_set *b)
{
	uint64_t common = 0;

	for (unsigned i = 0; i < NAMES_WORDS; i++)
		common |= a->words[i] & b->words[i];
	return common != 0;
}

static int
name_compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	return str_compare(a->text, b->text);
}

void
names_sort(struct names *names)
{
	qsort(names->list, names->count, sizeof(names->list[0]), name_compare);
}

const struct name *
names_find(const struct names *names, struct str text)
{
	struct name wanted = { .text = text };

	return bsearch(&wanted, names->list, names->count,
	    sizeof(names->list[0]), name_compare);
}

bool
match_holds(const struct match *match, const struct circumstances *seen)
{
	if (seen->now < match->from || seen->now >= match->until)
		return false;
	if (match->browsers != 0 &&
	    (match->browsers & 1u << seen->browser) == 0)
		return false;
	for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
		if ((match->given & 1u << kind) != 0 &&
		    !name_sets_meet(&match->names[kind], &seen->names[kind]))
			return false;
	}
	return true;
}
