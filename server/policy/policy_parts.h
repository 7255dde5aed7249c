/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy inside: for the room only.
 *
 * Every name that the document matches on has a bit, so that a rule is tried
 * with a few tests of bits, however many groups a person has.
 */
#ifndef POLICY_POLICY_PARTS_H
#define POLICY_POLICY_PARTS_H

#include "base/arena.h"
#include "policy/policy.h"
#include "policy/settings.h"

enum name_kind {
	NAME_TYPE,
	NAME_GROUP,
	NAME_SERVICE, /* numbers, as text */
	NAME_TAG,
	NAME_ZONE,
	NAME_KINDS
};

enum {
	NAMES_MOST = 256, /* of one kind */
	NAMES_WORDS = NAMES_MOST / 64,
	NAMES_ZONES_MOST = 62, /* they are values of settings too */
	NAME_LONGEST = 128,
	POLICY_PARTS_MOST = 256 /* profiles, rules, floors, each */
};

struct name_set {
	uint64_t words[NAMES_WORDS];
};

struct name {
	struct str text;
	unsigned bit;
};

/* In the order of their bits while reading, then in that of the alphabet. */
struct names {
	struct name list[NAMES_MOST];
	unsigned count;
};

enum browser_state {
	BROWSER_UNKNOWN,
	BROWSER_KNOWN, /* and not trusted */
	BROWSER_TRUSTED,
	BROWSER_STATES
};

/* Of each kind that is given one name must be the person's. */
struct match {
	unsigned given; /* bits of enum name_kind */
	struct name_set names[NAME_KINDS];
	unsigned browsers; /* bits of enum browser_state; 0: any */
	int64_t from, until; /* from <= now < until */
};

struct profile {
	struct str name;
	struct policy_settings settings;
};

struct rule {
	struct str name;
	int64_t priority;
	struct match match;
	const struct profile *profile;
	bool report; /* on trial: it decides nothing */
};

struct floor {
	struct str name;
	struct match match;
	bool hard; /* exemptions do not reach it */
	struct policy_settings settings;
	uint64_t given; /* bits of the settings that it has */
};

struct policy {
	unsigned references;
	struct arena texts;
	struct str name;
	struct names names[NAME_KINDS];
	struct profile *profiles;
	size_t profile_count;
	const struct profile *standard;
	struct rule *rules; /* by priority */
	size_t rule_count;
	struct floor *floors;
	size_t floor_count;
};

/* What of a person, a place and a moment rules are matched with. */
struct circumstances {
	struct name_set names[NAME_KINDS];
	enum browser_state browser;
	int64_t now;
};

void name_set_add(struct name_set *, unsigned bit);
/* NULL: the policy does not know the name. */
const struct name *names_find(const struct names *, struct str text);
void names_sort(struct names *);

bool match_holds(const struct match *, const struct circumstances *);

#endif
