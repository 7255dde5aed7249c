/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tag of a template: {{name}}, {{#name}}, {{> partial}} ...
 *
 * Between the compiler's two files only; what a tag means is decided in
 * template_compile.c.
 */
#ifndef TEXT_TEMPLATE_TAG_H
#define TEXT_TEMPLATE_TAG_H

#include "base/memory.h"
#include "base/str.h"

struct template_tag {
	char sigil; /* one of # ^ / > ! or 0 for a variable */
	struct str name; /* what stands behind it; checked but for comments */
	size_t start; /* of what the tag takes away from the text */
	size_t end;
};

/* The place of the first "{{" at or behind `from`; text.len if none is left. */
size_t template_tag_find(struct str text, size_t from);

/*
 * The tag whose braces open at `start`.  NULL if it is good, else what is
 * wrong with it.  A tag alone on its line, other than a variable, takes the
 * line break and the blanks around it along.
 */
const char *template_tag_read(
    struct str text, size_t start, struct template_tag *) MUST_CHECK;

#endif
