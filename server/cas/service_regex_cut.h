/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an expression for services is taken apart; cas/service_regex.c and its
 * reader alone include this.
 */
#ifndef CAS_SERVICE_REGEX_CUT_H
#define CAS_SERVICE_REGEX_CUT_H

#include "base/memory.h"
#include "base/str.h"

struct regex_cut {
	size_t path; /* where the half of the path begins; the length: none */
	struct str name; /* literal end of the host, as written; empty: none */
	const char *wrong; /* NULL, or what is wrong */
	size_t place; /* and where, counted from 0 */
};

/* Of an expression that begins with "^", without "\/" and "$" at the end. */
struct regex_cut regex_cut(struct str expression);

/* How many bytes the next unit has: a character, an escape, a class; 0 if it
 * does not end. */
size_t regex_unit(struct str rest);

/* The host that `name` spells, without its backslashes. */
size_t regex_name(struct str name, char *out);

/* The text that every match of this half begins with; how long it is. */
size_t regex_start(struct str half, char *out);

#endif
