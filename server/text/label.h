/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people call things of their own, such as a trusted browser: any
 * language, one short line, and nothing that acts on the text around it.
 */
#ifndef TEXT_LABEL_H
#define TEXT_LABEL_H

#include "base/memory.h"
#include "base/str.h"

enum {
	LABEL_LONGEST = 64 /* characters */
};

/*
 * Any bytes; blanks at both ends are left out, and what is empty then is a
 * label too.  False for malformed UTF-8, for control characters, line and
 * paragraph separators and those that turn the direction of writing (Unicode
 * TR 36, 3.2), and for what is too long.  A view into `typed`.
 */
bool label_read(struct str typed, struct str *label) MUST_CHECK;

#endif
