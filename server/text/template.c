/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering a compiled template.
 *
 * This runs for every page: it allocates nothing but the output and checks
 * nothing that the compiler has checked.  The compiler is template_compile.c.
 */
#include "text/template.h"

#include <stdlib.h>

#include "text/escape.h"
#include "text/template_ops.h"

void
template_free(struct template *template)
{
	if (template == NULL)
		return;
	buf_clear(&template->words);
	free(template->ops);
	free(template);
}

static bool
is_true(enum template_kind kind, const void *field)
{
	const struct template_list *list = field;
	const struct str *text = field;
	const bool *flag = field;

	switch (kind) {
	case TEMPLATE_TEXT:
		return text->len > 0;
	case TEMPLATE_FLAG:
		return *flag;
	case TEMPLATE_LIST:
		return list->count > 0;
	}
	return false;
}

/* Where rendering stands in the lists around the current step. */
struct position {
	const char *items[TEMPLATE_LEVELS]; /* [0]: the page's struct */
	size_t left[TEMPLATE_LEVELS]; /* items, the current one included */
};

static const void *
field_of(const struct position *position, const struct template_op *op)
{
	return position->items[op->level] + op->offset;
}

static const struct str *
text_of(const struct position *position, const struct template_op *op)
{
	return field_of(position, op);
}

static bool
list_begin(struct position *position, const struct template_op *op)
{
	const struct template_list *list = field_of(position, op);

	position->items[op->inner] = list->items;
	position->left[op->inner] = list->count;
	return list->count > 0;
}

static bool
list_next(struct position *position, const struct template_op *op)
{
	if (--position->left[op->inner] == 0)
		return false;
	position->items[op->inner] += op->size;
	return true;
}

void
template_render(
    const struct template *template, const void *page, struct buf *out)
{
	struct position position = { .items = { page } };
	const char *words = template->words.at;
	size_t at = 0;

	while (at < template->count) {
		const struct template_op *op = &template->ops[at++];

		switch (op->kind) {
		case OP_LITERAL:
			buf_bytes(out, words + op->offset, op->size);
			break;
		case OP_FIELD:
			escape_html(out, *text_of(&position, op));
			break;
		case OP_PLAIN_FIELD:
			escape_plain(out, *text_of(&position, op));
			break;
		case OP_IF:
			if (is_true(op->test, field_of(&position, op)) !=
			    op->wanted)
				at = op->jump;
			break;
		case OP_LIST:
			if (!list_begin(&position, op))
				at = op->jump;
			break;
		case OP_NEXT:
			if (list_next(&position, op))
				at = op->jump;
			break;
		}
	}
}
