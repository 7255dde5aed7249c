/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages: Mustache templates (architecture D8) compiled against the fields that
 * they may show.
 *
 * Supported: {{name}} escaped, {{#name}}...{{/name}} sections and lists,
 * {{^name}}...{{/name}}, {{> partial}}, {{! comment}}; standalone section and
 * comment lines leave no blank line.  {{{name}}} and {{&name}} are refused, so
 * nothing unescaped can be written.  In a plain text, a mail, escaping is
 * escape_plain().  {{t.some.key}} is a translated message,
 * resolved when compiling; "{name}" inside a message stands for the field
 * "name" of the page.  A name that the page's table does not declare stops the
 * compilation.
 */
#ifndef TEXT_TEMPLATE_H
#define TEXT_TEMPLATE_H

#include <stddef.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct messages;
struct template;

enum template_kind {
	TEMPLATE_TEXT, /* struct str; as a section: not empty */
	TEMPLATE_FLAG, /* bool; only for sections */
	TEMPLATE_LIST, /* struct template_list; only for sections */
};

struct template_list {
	const void *items; /* array of structs */
	size_t count;
};

struct template_field {
	const char *name;
	enum template_kind kind;
	size_t offset; /* in the page's struct */
	const struct template_field *items; /* of a list: fields of an item */
	size_t item_size; /* of a list */
};

#define TEMPLATE_FIELD(type, member, field_kind) \
	{ \
#member, (field_kind), offsetof(type, member), NULL, 0 \
	}
#define TEMPLATE_FIELDS_END \
	{ \
		NULL, TEMPLATE_TEXT, 0, NULL, 0 \
	}

/* Where partials and translations come from while compiling. */
struct template_sources {
	/* Text of the partial, STR_NONE if there is none. */
	struct str (*partial)(struct str name, void *context);
	void *context;
	const struct messages *messages; /* wanted language */
	const struct messages *fallback; /* default language */
	bool plain; /* a plain text, not HTML */
};

/* NULL and a sentence with name and line in `why`. */
struct template *template_compile(struct str name, struct str source,
    const struct template_field *, const struct template_sources *,
    struct buf *why);
void template_free(struct template *);

/* `page` is the struct whose fields were declared. */
void template_render(const struct template *, const void *page, struct buf *);

#endif
