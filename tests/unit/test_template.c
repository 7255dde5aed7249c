/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates: what they render, and what they refuse to be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/messages.h"
#include "text/template.h"

struct tag {
	struct str word;
	bool last;
};

struct item {
	struct str name;
	struct template_list tags;
};

struct content {
	struct str name;
	struct str empty;
	bool yes;
	bool no;
	struct template_list items;
	struct template_list nothing;
};

/* clang-format off */
static const struct template_field tag_fields[] = {
	TEMPLATE_FIELD(struct tag, word, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct tag, last, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field item_fields[] = {
	TEMPLATE_FIELD(struct item, name, TEMPLATE_TEXT),
	{ "tags", TEMPLATE_LIST, offsetof(struct item, tags), tag_fields,
	    sizeof(struct tag) },
	TEMPLATE_FIELDS_END,
};

static const struct template_field content_fields[] = {
	TEMPLATE_FIELD(struct content, name, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct content, empty, TEMPLATE_TEXT),
	TEMPLATE_FIELD(struct content, yes, TEMPLATE_FLAG),
	TEMPLATE_FIELD(struct content, no, TEMPLATE_FLAG),
	{ "items", TEMPLATE_LIST, offsetof(struct content, items), item_fields,
	    sizeof(struct item) },
	{ "nothing", TEMPLATE_LIST, offsetof(struct content, nothing),
	    item_fields, sizeof(struct item) },
	TEMPLATE_FIELDS_END,
};
/* clang-format on */

static const struct tag first_tags[] = {
	{ STR_INIT("x"), false },
	{ STR_INIT("y"), true },
};
static const struct tag second_tags[] = { { STR_INIT("z"), true } };
static const struct item items[] = {
	{ STR_INIT("one"), { first_tags, 2 } },
	{ STR_INIT("two"), { second_tags, 1 } },
	{ STR_INIT("three"), { NULL, 0 } },
};
static const struct content content = {
	.name = STR_INIT("<b>\"O'Neil\" & co</b>"),
	.yes = true,
	.items = { items, COUNT_OF(items) },
};

#define ESCAPED_NAME "&lt;b&gt;&quot;O&#39;Neil&quot; &amp; co&lt;/b&gt;"

static struct str
find_partial(struct str name, void *context)
{
	(void)context;
	if (str_equal(name, STR("plain")))
		return STR("[plain]");
	if (str_equal(name, STR("line")))
		return STR("a {{name}}\n");
	if (str_equal(name, STR("outer")))
		return STR("<{{> plain}}>");
	if (str_equal(name, STR("loop")))
		return STR("{{> loop}}");
	if (str_equal(name, STR("open")))
		return STR("one\n{{#yes}}");
	if (str_equal(name, STR("close")))
		return STR("{{/yes}}");
	if (str_equal(name, STR("nothing")))
		return STR("");
	if (str_equal(name, STR("wrong")))
		return STR("one\ntwo {{unheard}}\n");
	return STR_NONE;
}

static const char english[] =
    "msgid \"hello\"\nmsgstr \"Hello <{name}> & more\"\n"
    "msgid \"plain\"\nmsgstr \"Plain\"\n"
    "msgid \"stray\"\nmsgstr \"Stray {name\"\n"
    "msgid \"unknown\"\nmsgstr \"Unknown {nobody}\"\n"
    "msgid \"flag\"\nmsgstr \"Flag {yes}\"\n"
    "msgid \"braces\"\nmsgstr \"{{name}}\"\n"
    "msgid \"closing\"\nmsgstr \"a } b\"\n"
    "msgid \"dotted.key_1\"\nmsgstr \"dots\"\n";
static const char french[] = "msgid \"hello\"\nmsgstr \"Bonjour {name}\"\n";

static struct template *
compile(struct str source, struct buf *why)
{
	CLEANUP(buf_clear) struct buf problem = BUF_INIT(256);
	struct template_sources sources = { .partial = find_partial };
	struct messages *wanted = messages_parse(str_of(french), &problem);
	struct messages *fallback = messages_parse(str_of(english), &problem);
	struct template *template;

	assert_non_null(wanted);
	assert_non_null(fallback);
	sources.messages = wanted;
	sources.fallback = fallback;
	template = template_compile(
	    STR("page"), source, content_fields, &sources, why);
	messages_free(wanted);
	messages_free(fallback);
	return template;
}

struct rendering {
	const char *source;
	const char *expected;
};

static void
check_renderings(const struct rendering *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(65536);
		CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
		struct template *template =
		    compile(str_of(cases[i].source), &why);

		if (template == NULL)
			fail_msg("%s: %s", cases[i].source, buf_cstr(&why));
		template_render(template, &content, &out);
		template_free(template);
		assert_string_equal(buf_cstr(&out), cases[i].expected);
	}
}

static void
renders_variables(void **state)
{
	static const struct rendering cases[] = {
		{ "", "" },
		{ "just words", "just words" },
		{ "{ } }} {x} {", "{ } }} {x} {" },
		{ "{{name}}", ESCAPED_NAME },
		{ "<{{ \tname }}>", "<" ESCAPED_NAME ">" },
		{ "a{{empty}}b", "ab" },
		{ "  {{empty}}  \n", "    \n" },
		{ "{{name}}\n{{empty}}\n", ESCAPED_NAME "\n\n" },
	};

	(void)state;
	check_renderings(cases, COUNT_OF(cases));
}

static void
renders_sections(void **state)
{
	static const struct rendering cases[] = {
		{ "{{#yes}}a{{/yes}}{{^yes}}b{{/yes}}", "a" },
		{ "{{#no}}a{{/no}}{{^no}}b{{/no}}", "b" },
		{ "{{#name}}a{{/name}}{{^name}}b{{/name}}", "a" },
		{ "{{#empty}}a{{/empty}}{{^empty}}b{{/empty}}", "b" },
		{ "{{#items}}a{{/items}}{{^items}}b{{/items}}", "aaa" },
		{ "{{#nothing}}a{{/nothing}}{{^nothing}}b{{/nothing}}", "b" },
		{ "1{{#no}}2{{/no}}3{{#yes}}4{{/yes}}5", "1345" },
		{ "{{#no}}{{#yes}}a{{/yes}}{{name}}{{/no}}-", "-" },
		{ "{{#no}}{{/no}}", "" },
		{ "{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}"
		  "{{#yes}}8{{/yes}}{{/yes}}{{/yes}}{{/yes}}{{/yes}}{{/yes}}"
		  "{{/yes}}{{/yes}}",
		    "8" },
	};

	(void)state;
	check_renderings(cases, COUNT_OF(cases));
}

static void
renders_lists(void **state)
{
	static const struct rendering cases[] = {
		/* An item's name hides the page's; other names shine through.
		 */
		{ "{{#items}}{{name}}{{#yes}}!{{/yes}} {{/items}}",
		    "one! two! three! " },
		{ "{{#items}}{{#tags}}{{name}}.{{word}}{{^last}},{{/last}}"
		  "{{/tags}}{{^tags}}none{{/tags}};{{/items}}",
		    "one.x,one.y;two.z;none;" },
		{ "{{#items}}{{#tags}}{{/tags}}{{/items}}{{name}}",
		    ESCAPED_NAME },
		{ "{{#items}}{{#items}}{{#tags}}{{word}}{{/tags}}{{/items}}|"
		  "{{/items}}",
		    "xyz|xyz|xyz|" },
	};

	(void)state;
	check_renderings(cases, COUNT_OF(cases));
}

static void
leaves_no_blank_lines(void **state)
{
	static const struct rendering cases[] = {
		{ "a\n{{#yes}}\nb\n{{/yes}}\nc\n", "a\nb\nc\n" },
		{ "a\r\n{{#yes}}\r\nb\r\n{{/yes}}\r\nc", "a\r\nb\r\nc" },
		{ "  {{#yes}}\t\n  b\n\t{{/yes}}", "  b\n" },
		{ "{{! alone }}\na", "a" },
		{ "a\n  {{! over\n two lines }}\nb", "a\nb" },
		{ "a {{! beside }}\nb", "a \nb" },
		{ "a\n{{#yes}} b {{/yes}}\nc", "a\n b \nc" },
		{ "{{#yes}}{{/yes}}\na", "\na" },
		{ "a\n{{> line}}\nb", "a\na " ESCAPED_NAME "\nb" },
		{ "a\n{{! one }}\n{{! two }}\n\nb", "a\n\nb" },
		{ "a\n{{#items}}\n- {{name}}\n{{/items}}\nb",
		    "a\n- one\n- two\n- three\nb" },
	};

	(void)state;
	check_renderings(cases, COUNT_OF(cases));
}

static void
renders_partials(void **state)
{
	static const struct rendering cases[] = {
		{ "a{{> plain}}b", "a[plain]b" },
		{ "{{>outer}}", "<[plain]>" },
		{ "a{{> nothing}}b", "ab" },
		{ "{{#items}}{{> line}}{{/items}}", "a one\na two\na three\n" },
	};

	(void)state;
	check_renderings(cases, COUNT_OF(cases));
}

static void
renders_messages(void **state)
{
	static const struct rendering cases[] = {
		{ "{{t.hello}}", "Bonjour " ESCAPED_NAME },
		{ "{{t.plain}}", "Plain" },
		{ "{{t.dotted.key_1}}", "dots" },
		{ "{{t.closing}}", "a } b" },
		{ "{{#items}}{{t.hello}},{{/items}}",
		    "Bonjour one,Bonjour two,Bonjour three," },
	};

	(void)state;
	check_renderings(cases, COUNT_OF(cases));
}

/* The translation itself is text too: its markup must not come through. */
static void
escapes_messages(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1024);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct messages *messages = messages_parse(str_of(english), &why);
	struct template_sources sources = { .messages = messages };
	struct template *template = template_compile(
	    STR("page"), STR("{{t.hello}}"), content_fields, &sources, &why);

	(void)state;
	messages_free(messages);
	assert_non_null(template);
	template_render(template, &content, &out);
	template_free(template);
	assert_string_equal(
	    buf_cstr(&out), "Hello &lt;" ESCAPED_NAME "&gt; &amp; more");
}

struct refusal {
	const char *source;
	const char *why;
};

static void
refuses(void **state)
{
	static const struct refusal cases[] = {
		{ "a\nb {{nobody}}", "page, line 2: unknown name \"nobody\"" },
		{ "{{{name}}}",
		    "page, line 1: unescaped output is refused, write "
		    "{{name}}" },
		{ "\n\n{{&name}}",
		    "page, line 3: unescaped output is refused, write "
		    "{{name}}" },
		{ "{{=<% %>=}}",
		    "page, line 1: other braces than {{ }} are refused" },
		{ "{{name", "page, line 1: a {{ without }}" },
		{ "{{", "page, line 1: a {{ without }}" },
		{ "{{! never closed", "page, line 1: a {{ without }}" },
		{ "{{}}",
		    "page, line 1: a name is made of a-z, 0-9, _, - and dots" },
		{ "{{#}}",
		    "page, line 1: a name is made of a-z, 0-9, _, - and dots" },
		{ "{{na me}}",
		    "page, line 1: a name is made of a-z, 0-9, _, - and dots" },
		{ "{{> ../secret}}",
		    "page, line 1: a name is made of a-z, 0-9, _, - and dots" },
		{ "{{yes}}", "page, line 1: only good for sections: \"yes\"" },
		{ "{{items}}",
		    "page, line 1: only good for sections: \"items\"" },
		{ "{{word}}", "page, line 1: unknown name \"word\"" },
		{ "{{#items}}{{/items}}{{tags}}",
		    "page, line 1: unknown name \"tags\"" },
		{ "{{#nobody}}{{/nobody}}",
		    "page, line 1: unknown name \"nobody\"" },
		{ "a\n{{#yes}}\nb\nc\n",
		    "page, line 2: never closed: \"yes\"" },
		{ "{{/yes}}", "page, line 1: no section is open for \"yes\"" },
		{ "{{#yes}}{{#no}}{{/yes}}{{/no}}",
		    "page, line 1: first has to be closed: \"no\"" },
		{ "{{> unheard}}",
		    "page, line 1: unknown partial \"unheard\"" },
		{ "{{> wrong}}",
		    "page, partial \"wrong\", line 2: unknown name "
		    "\"unheard\"" },
		{ "{{> open}}{{/yes}}",
		    "page, partial \"open\", line 2: never closed: \"yes\"" },
		{ "{{#yes}}{{> close}}",
		    "page, partial \"close\", line 1: no section is open for "
		    "\"yes\"" },
		{ "{{> loop}}",
		    "page, partial \"loop\", line 1: too many partials inside "
		    "one another, at \"loop\"" },
		{ "{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}"
		  "{{#yes}}\n{{#no}}",
		    "page, line 2: too many sections around \"no\"" },
		{ "{{t.missing}}",
		    "page, line 1: no translation of \"missing\"" },
		{ "{{t.}}", "page, line 1: no translation of \"\"" },
		{ "{{#t.plain}}", "page, line 1: unknown name \"t.plain\"" },
		{ "{{t.stray}}",
		    "page, line 1: a { without } in the translation of "
		    "\"stray\"" },
		{ "{{t.unknown}}",
		    "page, line 1: unknown name \"nobody\", in the "
		    "translation of \"unknown\"" },
		{ "{{t.flag}}",
		    "page, line 1: only good for sections: \"yes\", in the "
		    "translation of \"flag\"" },
		{ "{{t.braces}}",
		    "page, line 1: unknown name \"{name\", in the "
		    "translation of \"braces\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
		struct template *template =
		    compile(str_of(cases[i].source), &why);

		if (template != NULL)
			fail_msg("compiled: %s", cases[i].source);
		assert_string_equal(buf_cstr(&why), cases[i].why);
	}
}

static void
refuses_too_much_text(void **state)
{
	CLEANUP(buf_clear) struct buf source = BUF_INIT(4 << 20);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct template_sources sources = { 0 };

	(void)state;
	for (size_t i = 0; i < 300000; i++)
		buf_words(&source, "words{{name}}");
	assert_null(template_compile(
	    STR("page"), buf_str(&source), content_fields, &sources, &why));
	assert_non_null(strstr(buf_cstr(&why), "too much text"));
}

/* Sources may be gone and may hold any bytes, NUL included. */
static void
keeps_its_own_copy(void **state)
{
	char source[] = "a\0b {{name}} c";
	struct str view = { source, sizeof(source) - 1 };
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1024);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct template *template = compile(view, &why);

	(void)state;
	assert_non_null(template);
	memset(source, '#', sizeof(source));
	template_render(template, &content, &out);
	template_render(template, &content, &out);
	template_free(template);
	assert_true(str_equal(buf_str(&out),
	    STR("a\0b " ESCAPED_NAME " ca\0b " ESCAPED_NAME " c")));
	template_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_variables),
		cmocka_unit_test(renders_sections),
		cmocka_unit_test(renders_lists),
		cmocka_unit_test(leaves_no_blank_lines),
		cmocka_unit_test(renders_partials),
		cmocka_unit_test(renders_messages),
		cmocka_unit_test(escapes_messages),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_too_much_text),
		cmocka_unit_test(keeps_its_own_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
