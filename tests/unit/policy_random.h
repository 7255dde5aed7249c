/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and people by chance, the same ones for the same number.
 */
#ifndef UNIT_POLICY_RANDOM_H
#define UNIT_POLICY_RANDOM_H

#include "policy/decide.h"
#include "policy/policy_parts.h"

#define NOW (INT64_C(1795420800) * POLICY_SECOND)
#define HOUR (3600 * POLICY_SECOND)

enum {
	PROFILES = 3,
	RULES = 4,
	FLOORS = 3,
	NAMES = 3
};

struct house {
	struct policy policy;
	struct profile profiles[PROFILES];
	struct rule rules[RULES];
	struct floor floors[FLOORS + 1]; /* room for one more */
};

void random_begin(uint64_t number);
unsigned random_below(unsigned limit);
bool random_yes(void); /* every other time */

/* A house of zeros is filled; one that was filled is filled anew. */
void random_house(struct house *);
struct floor random_floor(void); /* matches everybody */
struct match random_match(void);
struct facts random_facts(void);

#endif
