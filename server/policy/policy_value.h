/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one value of a policy document, and saying where it is wrong: for
 * the room only.
 */
#ifndef POLICY_POLICY_VALUE_H
#define POLICY_POLICY_VALUE_H

#include <jansson.h>

#include "policy/policy_parts.h"

struct buf;

struct policy_reader {
	struct policy *made;
	struct buf *why;
};

/* The way from the top of the document; name NULL: the place in a list. */
struct place {
	const struct place *above;
	const char *name;
	size_t index;
};

/* Writes "/profiles/x: " and the sentence; false, to be returned. */
bool place_refuse(const struct policy_reader *, const struct place *,
    const char *sentence, ...) __attribute__((format(printf, 3, 4)));

/* Plain text of 1 to NAME_LONGEST bytes without control characters. */
bool value_name(const struct policy_reader *, const struct place *,
    const json_t *, struct str *) MUST_CHECK;

/* One of `count` words, some of which may be NULL. */
bool value_word(const struct policy_reader *, const struct place *,
    const json_t *, const char *const *words, size_t count,
    int64_t *place) MUST_CHECK;

/* A list of different words, as bits. */
bool value_words(const struct policy_reader *, const struct place *,
    const json_t *, const char *const *words, size_t count,
    int64_t *bits) MUST_CHECK;

bool value_date(const struct policy_reader *, const struct place *,
    const json_t *, int64_t *) MUST_CHECK;

/* The bit of a name, which gets one if it is new. */
bool value_bit(const struct policy_reader *, const struct place *,
    enum name_kind, const json_t *, unsigned *bit) MUST_CHECK;

/* One setting of a profile or a floor. */
bool value_setting(const struct policy_reader *, const struct place *,
    unsigned index, const json_t *, struct policy_settings *) MUST_CHECK;

#endif
