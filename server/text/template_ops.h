/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a compiled template is: a flat list of steps, between the compiler and
 * the renderer only.
 *
 * Level 0 is the page's struct, level n the current item of the n-th list
 * around the step.  Jumps are places in the list, and only lists jump back.
 */
#ifndef TEXT_TEMPLATE_OPS_H
#define TEXT_TEMPLATE_OPS_H

#include "base/buf.h"
#include "text/template.h"

enum {
	TEMPLATE_DEPTH = 8, /* sections inside one another */
	TEMPLATE_LEVELS = TEMPLATE_DEPTH + 1,
};

enum template_op_kind {
	OP_LITERAL, /* `size` bytes of the words from `offset` on */
	OP_FIELD, /* a text, escaped for HTML */
	OP_PLAIN_FIELD, /* a text, escaped for plain text */
	OP_IF, /* to `jump` unless the field's truth is `wanted` */
	OP_LIST, /* to `jump` if empty, else the first item at `inner` */
	OP_NEXT, /* the next item at `inner` and back to `jump`, if any */
};

struct template_op {
	enum template_op_kind kind;
	enum template_kind test; /* of OP_IF: what the field is */
	bool wanted; /* of OP_IF */
	unsigned level; /* of the struct that has the field */
	unsigned inner; /* of the items of a list */
	size_t offset; /* of the field in its struct */
	size_t size; /* of a literal, or of an item */
	size_t jump;
};

struct template
{
	struct buf words; /* every literal, escaped where it must be */
	struct template_op *ops;
	size_t count;
};

#endif
