/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates: any text compiles or is refused, and data never make an element.
 *
 * Three parts, separated by a line "%%": the template, the partial "part", and
 * a translation.  A template that compiles is rendered twice, with harmless and
 * with hostile data of equal truth; the letters that make HTML's structure must
 * be the same in both, in the same order.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/messages.h"
#include "text/template.h"

enum {
	PAGE_LARGEST = 1 << 18,
	ITEMS = 2
};

struct deep_item {
	struct str word;
	bool last;
};

struct item {
	struct str name;
	struct str link;
	bool chosen;
	struct template_list deeper;
};

struct page {
	struct str title;
	struct str note;
	struct str nothing;
	bool shown;
	bool hidden;
	struct template_list items;
	struct template_list no_items;
};

static const struct template_field deep_fields[] = {
	TEMPLATE_FIELD(struct deep_item, word, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct deep_item, last, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field item_fields[] = {
	TEMPLATE_FIELD(struct item, name, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct item, link, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct item, chosen, TEMPLATE_FLAG),
	{ "deeper", TEMPLATE_LIST, offsetof(struct item, deeper), deep_fields,
	    sizeof(struct deep_item) },
	TEMPLATE_FIELDS_END,
};

static const struct template_field page_fields[] = {
	TEMPLATE_FIELD(struct page, title, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct page, note, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct page, nothing, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct page, shown, TEMPLATE_FLAG),
	TEMPLATE_FIELD(struct page, hidden, TEMPLATE_FLAG),
	{ "items", TEMPLATE_LIST, offsetof(struct page, items), item_fields,
	    sizeof(struct item) },
	{ "no_items", TEMPLATE_LIST, offsetof(struct page, no_items),
	    item_fields, sizeof(struct item) },
	TEMPLATE_FIELDS_END,
};

static const struct str hostile[] = {
	STR_INIT("</title></script><script>alert(1)</script>"),
	STR_INIT("\"'><img src=x onerror=alert(1)>"),
	STR_INIT("{{title}}{{{note}}}&lt;<!--"),
};

/* The input's end is hostile data of the fuzzer's own. */
static struct str
data_of(bool harmless, size_t which, struct str own)
{
	if (harmless)
		return STR("word");
	if (which % 4 == 3 && own.len > 0)
		return own;
	return hostile[which % 3];
}

static void
page_render(const struct template *template, bool harmless, struct str own,
    struct buf *out)
{
	struct deep_item deep[ITEMS] = { { .word = data_of(harmless, 1, own) },
		{ .word = data_of(harmless, 3, own), .last = true } };
	struct template_list deeper = { deep, ITEMS };
	struct item items[ITEMS] = { { .name = data_of(harmless, 0, own),
					 .link = data_of(harmless, 3, own),
					 .chosen = true,
					 .deeper = deeper },
		{ .name = data_of(harmless, 1, own),
		    .link = data_of(harmless, 2, own),
		    .deeper = deeper } };
	struct page page = { .title = data_of(harmless, 3, own),
		.note = data_of(harmless, 1, own),
		.shown = true,
		.items = { items, ITEMS } };

	template_render(template, &page, out);
}

/* The letters that begin and end tags and attributes. */
static void
structure_of(struct str html, struct buf *out)
{
	struct str letters = STR("<>\"'");

	for (size_t i = 0; i < html.len; i++) {
		if (str_find(letters, html.at[i]) < letters.len)
			buf_char(out, html.at[i]);
	}
}

static void
demand_same_structure(const struct template *template, struct str own)
{
	CLEANUP(buf_clear) struct buf plain = BUF_INIT(PAGE_LARGEST);
	CLEANUP(buf_clear) struct buf attacked = BUF_INIT(16 * PAGE_LARGEST);
	CLEANUP(buf_clear) struct buf expected = BUF_INIT(PAGE_LARGEST);
	CLEANUP(buf_clear) struct buf found = BUF_INIT(16 * PAGE_LARGEST);

	page_render(template, true, STR_NONE, &plain);
	page_render(template, false, own, &attacked);
	if (!buf_ok(&plain) || !buf_ok(&attacked))
		return;
	structure_of(buf_str(&plain), &expected);
	structure_of(buf_str(&attacked), &found);
	demand(str_equal(buf_str(&expected), buf_str(&found)));
}

struct parts {
	struct str template;
	struct str partial;
	struct str po;
};

static struct str
part_take(struct str *rest)
{
	static const struct str border = STR_INIT("\n%%\n");
	const char *found = NULL;
	struct str part = *rest;

	if (rest->len > 0)
		found = memmem(rest->at, rest->len, border.at, border.len);
	if (found == NULL) {
		*rest = str_from(*rest, rest->len);
		return part;
	}
	part.len = (size_t)(found - rest->at);
	*rest = str_from(*rest, part.len + border.len);
	return part;
}

static struct str
partial_find(struct str name, void *context)
{
	const struct parts *parts = context;

	return str_equal(name, STR("part")) ? parts->partial : STR_NONE;
}

/* No translation brings an element into a page either. */
static void
demand_plain_message(const struct messages *messages)
{
	const struct template_sources sources = { .messages = messages };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf out = BUF_INIT(PAGE_LARGEST);
	CLEANUP(buf_clear) struct buf structure = BUF_INIT(PAGE_LARGEST);
	struct template *template = template_compile(
	    STR("message"), STR("{{t.key}}"), page_fields, &sources, &why);

	if (template == NULL)
		return;
	page_render(template, false, STR("<own>"), &out);
	structure_of(buf_str(&out), &structure);
	demand(structure.len == 0);
	template_free(template);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1 << 16);
	struct str rest = { (const char *)input, size };
	struct parts parts = { 0 };
	struct template_sources sources = { partial_find, &parts, NULL, NULL };
	struct messages *messages;
	struct template *template;

	parts.template = part_take(&rest);
	parts.partial = part_take(&rest);
	parts.po = part_take(&rest);
	messages = messages_parse(parts.po, &why);
	sources.messages = messages;
	buf_reset(&why);
	template = template_compile(
	    STR("fuzzed"), parts.template, page_fields, &sources, &why);
	demand((template == NULL) == (why.len > 0 || why.failed));
	if (template != NULL)
		demand_same_structure(template, parts.template);
	template_free(template);
	if (messages != NULL)
		demand_plain_message(messages);
	messages_free(messages);
	return 0;
}
