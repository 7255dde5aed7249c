/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each setting is spelled, bounded and made stricter: for the room only.
 */
#ifndef POLICY_SETTINGS_TABLE_H
#define POLICY_SETTINGS_TABLE_H

#include <stddef.h>

#include "policy/settings.h"

enum setting_kind {
	SETTING_WORD, /* the place in `words` */
	SETTING_WORDS, /* bits: places in `words` */
	SETTING_ZONES, /* bits: names that the document uses */
	SETTING_NUMBER,
	SETTING_YES_NO,
	SETTING_DURATION, /* "30d", "12h", "10m", "45s" */
	SETTING_DATE /* "2026-03-01" or "2026-03-01T08:00:00Z" */
};

enum setting_stricter {
	STRICTER_FREE, /* neither is: floors may not set it */
	STRICTER_HIGHER,
	STRICTER_LOWER,
	STRICTER_COMMON, /* what stands in both sets */
	STRICTER_ALL, /* what stands in either */
	STRICTER_TIMING /* the three of the deadline, which go together */
};

enum {
	SETTING_WORDS_MOST = 8
};

struct setting {
	const char *name;
	enum setting_kind kind;
	enum setting_stricter stricter;
	const char *words[SETTING_WORDS_MOST]; /* those after the last: NULL */
	int64_t min, max; /* of numbers and durations */
	bool none; /* "none" may be said: POLICY_NONE */
	int64_t standard; /* where a profile is silent */
};

#define SETTING_INDEX(member) \
	(offsetof(struct policy_settings, member) / sizeof(int64_t))
#define SETTING_BIT(member) (UINT64_C(1) << SETTING_INDEX(member))

const struct setting *setting_at(unsigned index);

/* SETTING_COUNT if there is none of that name. */
unsigned policy_setting_find(struct str name);

int64_t setting_get(const struct policy_settings *, unsigned index);
void policy_setting_put(
    struct policy_settings *, unsigned index, int64_t value);

#endif
