/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of a query string or an urlencoded form, decoded exactly once.
 *
 * Names are compared to the letter.  A name that stands twice is kept twice
 * and reported by params_get(): there is no "first wins" and no "last wins".
 */
#ifndef TEXT_PARAMS_H
#define TEXT_PARAMS_H

#include "base/memory.h"
#include "base/str.h"

struct arena;

enum {
	PARAMS_MOST = 64
};

struct params {
	struct {
		struct str name;
		struct str value;
	} list[PARAMS_MOST];
	size_t count;
	bool crooked; /* something was malformed: see params_add */
};

enum param_found {
	PARAM_ABSENT, /* not there, or there with an empty value */
	PARAM_ONCE,
	PARAM_TWICE, /* refuse the request */
};

/*
 * Decodes "a=b&c=d" ('+' is a space) and appends.  Sets `crooked` on a bad
 * percent escape, NUL, invalid UTF-8, a name with an escaped letter or digit
 * (nobody honest writes "%73ervice"), or more than PARAMS_MOST parameters;
 * what follows is dropped then.  Decoded texts live in the arena (or in
 * `encoded` where nothing had to be decoded).
 */
void params_add(struct params *, struct str encoded, struct arena *);

/* Writes `value` for PARAM_ONCE, STR_NONE otherwise. */
enum param_found params_get(
    const struct params *, struct str name, struct str *value);

/* Does any name stand twice?  No parameter of ours has two values. */
bool params_repeat(const struct params *);

/* Is there a parameter of this name at all, be it empty? */
bool params_has(const struct params *, struct str name);

#endif
