/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling a template: text with tags to a flat list of steps.
 *
 * Everything that can be wrong is found here, when the server starts.  A
 * literal may be joined to the one before it only if no jump lands between
 * them; `join_from` remembers that.
 */
#include <assert.h>
#include <stdlib.h>

#include "text/escape.h"
#include "text/messages.h"
#include "text/template_ops.h"
#include "text/template_tag.h"

enum {
	PARTIAL_DEPTH = 8, /* partials inside one another */
	MOST_WORDS = 1 << 20, /* bytes of literals in one template */
	MOST_OPS = 1 << 16,
	SHOWN_NAME = 80, /* bytes of a name in an error sentence */
	FIRST_OPS = 64,
};

struct section {
	struct str name;
	size_t at; /* of its tag in the text */
	size_t opener; /* the place of its op */
	bool is_list; /* it brought a level of its own */
};

struct compiler {
	struct template *template;
	const struct template_sources *sources;
	struct buf *why;
	struct str name; /* of the template, not of a partial */
	const struct template_field *levels[TEMPLATE_LEVELS];
	unsigned level_count;
	struct section sections[TEMPLATE_DEPTH];
	size_t section_count;
	size_t op_capacity;
	size_t join_from;
};

/* One text being compiled: the template or a partial. */
struct reading {
	struct str partial; /* its name; STR_NONE for the template */
	unsigned depth; /* partials around it */
	struct str text;
	size_t at; /* everything before is compiled */
	size_t first_section; /* those below are open in another text */
};

static bool compile_text(struct compiler *, struct reading *);

static size_t
line_of(const struct reading *reading)
{
	struct str rest = str_first(reading->text, reading->at);
	struct str line;
	size_t number = 1;

	while (str_cut(rest, '\n', &line, &rest))
		number++;
	return number;
}

/* Always false, so that callers can return it. */
static bool
fail(const struct compiler *compiler, const struct reading *reading,
    const char *problem, struct str name)
{
	struct buf *why = compiler->why;

	buf_text(why, compiler->name);
	if (reading->partial.at != NULL)
		buf_format(
		    why, ", partial \"%.*s\"", STR_ARGS(reading->partial));
	buf_format(why, ", line %zu: %s", line_of(reading), problem);
	if (name.at != NULL)
		buf_format(
		    why, " \"%.*s\"", STR_ARGS(str_first(name, SHOWN_NAME)));
	return false;
}

static void
add_op(struct compiler *compiler, struct template_op op)
{
	struct template *template = compiler->template;

	if (template->count == compiler->op_capacity) {
		compiler->op_capacity *= 2;
		template->ops = memory_resize(
		    template->ops, compiler->op_capacity * sizeof(op));
	}
	template->ops[template->count++] = op;
}

/* The words from `offset` to their end are new: a literal of their own? */
static void
add_words(struct compiler *compiler, size_t offset)
{
	struct template *template = compiler->template;
	size_t size;

	if (!buf_ok(&template->words) || template->words.len == offset)
		return;
	size = template->words.len - offset;
	if (template->count > compiler->join_from &&
	    template->ops[template->count - 1].kind == OP_LITERAL) {
		template->ops[template->count - 1].size += size;
		return;
	}
	add_op(
	    compiler, (struct template_op){
			  .kind = OP_LITERAL, .offset = offset, .size = size });
}

static void
add_literal(struct compiler *compiler, struct str text)
{
	size_t offset = compiler->template->words.len;

	buf_text(&compiler->template->words, text);
	add_words(compiler, offset);
}

static void
add_escaped(struct compiler *compiler, struct str text)
{
	size_t offset = compiler->template->words.len;

	if (compiler->sources->plain)
		buf_text(&compiler->template->words, text);
	else
		escape_html(&compiler->template->words, text);
	add_words(compiler, offset);
}

/* The innermost level that declares the name; NULL if none does. */
static const struct template_field *
find_field(const struct compiler *compiler, struct str name, unsigned *level)
{
	for (unsigned i = compiler->level_count; i-- > 0;) {
		const struct template_field *field = compiler->levels[i];

		for (; field->name != NULL; field++) {
			if (str_equal(str_of(field->name), name)) {
				*level = i;
				return field;
			}
		}
	}
	return NULL;
}

static bool
compile_field(
    struct compiler *compiler, const struct reading *reading, struct str name)
{
	unsigned level = 0;
	const struct template_field *field = find_field(compiler, name, &level);

	if (field == NULL)
		return fail(compiler, reading, "unknown name", name);
	if (field->kind != TEMPLATE_TEXT)
		return fail(compiler, reading, "only good for sections:", name);
	add_op(compiler,
	    (struct template_op){
		.kind = compiler->sources->plain ? OP_PLAIN_FIELD : OP_FIELD,
		.level = level,
		.offset = field->offset });
	return true;
}

static struct str
find_message(const struct template_sources *sources, struct str key)
{
	struct str text = STR_NONE;

	if (sources->messages != NULL)
		text = messages_find(sources->messages, key);
	if (text.at == NULL && sources->fallback != NULL)
		text = messages_find(sources->fallback, key);
	return text;
}

static bool
compile_message(
    struct compiler *compiler, const struct reading *reading, struct str key)
{
	struct str text = find_message(compiler->sources, key);
	struct str words, name;

	if (text.at == NULL)
		return fail(compiler, reading, "no translation of", key);
	while (str_cut(text, '{', &words, &text)) {
		add_escaped(compiler, words);
		if (!str_cut(text, '}', &name, &text))
			return fail(compiler, reading,
			    "a { without } in the translation of", key);
		if (!compile_field(compiler, reading, name)) {
			buf_format(compiler->why,
			    ", in the translation of \"%.*s\"", STR_ARGS(key));
			return false;
		}
	}
	add_escaped(compiler, words);
	return true;
}

static bool
compile_variable(
    struct compiler *compiler, const struct reading *reading, struct str name)
{
	if (str_starts(name, STR("t.")))
		return compile_message(compiler, reading, str_from(name, 2));
	return compile_field(compiler, reading, name);
}

static bool
open_section(struct compiler *compiler, const struct reading *reading,
    const struct template_tag *tag)
{
	unsigned level = 0;
	const struct template_field *field =
	    find_field(compiler, tag->name, &level);
	bool wanted = tag->sigil == '#';
	bool is_list;

	if (field == NULL)
		return fail(compiler, reading, "unknown name", tag->name);
	if (compiler->section_count == TEMPLATE_DEPTH)
		return fail(
		    compiler, reading, "too many sections around", tag->name);
	is_list = wanted && field->kind == TEMPLATE_LIST;
	compiler->sections[compiler->section_count++] =
	    (struct section){ .name = tag->name,
		    .at = reading->at,
		    .opener = compiler->template->count,
		    .is_list = is_list };
	add_op(
	    compiler, (struct template_op){ .kind = is_list ? OP_LIST : OP_IF,
			  .test = field->kind,
			  .wanted = wanted,
			  .level = level,
			  .inner = compiler->level_count,
			  .offset = field->offset,
			  .size = field->item_size });
	if (is_list) {
		assert(field->items != NULL && field->item_size > 0);
		compiler->levels[compiler->level_count++] = field->items;
	}
	return true;
}

static bool
close_section(
    struct compiler *compiler, const struct reading *reading, struct str name)
{
	const struct section *section;
	struct template_op *opener;

	if (compiler->section_count == reading->first_section)
		return fail(compiler, reading, "no section is open for", name);
	section = &compiler->sections[compiler->section_count - 1];
	if (!str_equal(section->name, name))
		return fail(compiler, reading,
		    "first has to be closed:", section->name);
	if (section->is_list) {
		struct template_op next =
		    compiler->template->ops[section->opener];

		next.kind = OP_NEXT;
		next.jump = section->opener + 1;
		add_op(compiler, next);
		compiler->level_count--;
	}
	opener = &compiler->template->ops[section->opener];
	opener->jump = compiler->template->count;
	compiler->join_from = compiler->template->count;
	compiler->section_count--;
	return true;
}

static bool
compile_partial(
    struct compiler *compiler, const struct reading *reading, struct str name)
{
	const struct template_sources *sources = compiler->sources;
	struct reading inner = {
		.partial = name,
		.depth = reading->depth + 1,
		.first_section = compiler->section_count,
	};

	if (inner.depth > PARTIAL_DEPTH)
		return fail(compiler, reading,
		    "too many partials inside one another, at", name);
	if (sources->partial != NULL)
		inner.text = sources->partial(name, sources->context);
	if (inner.text.at == NULL)
		return fail(compiler, reading, "unknown partial", name);
	return compile_text(compiler, &inner);
}

static bool
compile_tag(struct compiler *compiler, const struct reading *reading,
    const struct template_tag *tag)
{
	switch (tag->sigil) {
	case '!':
		return true;
	case '#':
	case '^':
		return open_section(compiler, reading, tag);
	case '/':
		return close_section(compiler, reading, tag->name);
	case '>':
		return compile_partial(compiler, reading, tag->name);
	default:
		return compile_variable(compiler, reading, tag->name);
	}
}

/* Literal text up to the next tag, and that tag; or the rest of the text. */
static bool
compile_next(struct compiler *compiler, struct reading *reading)
{
	struct str rest = str_from(reading->text, reading->at);
	size_t start = reading->at;
	struct template_tag tag;
	const char *problem;

	reading->at = template_tag_find(reading->text, start);
	if (reading->at == reading->text.len) {
		add_literal(compiler, rest);
		return true;
	}
	problem = template_tag_read(reading->text, reading->at, &tag);
	if (problem != NULL)
		return fail(compiler, reading, problem, STR_NONE);
	add_literal(compiler, str_first(rest, tag.start - start));
	if (!compile_tag(compiler, reading, &tag))
		return false;
	reading->at = tag.end;
	return true;
}

static bool
compile_text(struct compiler *compiler, struct reading *reading)
{
	while (reading->at < reading->text.len) {
		if (!compile_next(compiler, reading))
			return false;
		if (compiler->template->count > MOST_OPS ||
		    !buf_ok(&compiler->template->words))
			return fail(
			    compiler, reading, "too much text", STR_NONE);
	}
	if (compiler->section_count > reading->first_section) {
		const struct section *section =
		    &compiler->sections[compiler->section_count - 1];

		reading->at = section->at;
		return fail(compiler, reading, "never closed:", section->name);
	}
	return true;
}

struct template *
template_compile(struct str name, struct str source,
    const struct template_field *fields, const struct template_sources *sources,
    struct buf *why)
{
	struct template *template = memory_new(sizeof(*template));
	struct compiler compiler = {
		.template = template,
		.sources = sources,
		.why = why,
		.name = name,
		.levels = { fields },
		.level_count = 1,
		.op_capacity = FIRST_OPS,
	};
	struct reading reading = { .text = source };

	template->words = (struct buf)BUF_INIT(MOST_WORDS);
	template->ops = memory_array(FIRST_OPS, sizeof(*template->ops));
	if (compile_text(&compiler, &reading))
		return template;
	template_free(template);
	return NULL;
}
