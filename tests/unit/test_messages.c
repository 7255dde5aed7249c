/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translations: reading .po texts and choosing a language.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/messages.h"

static const char catalogue[] =
    "# A translator's remark.\n"
    "msgid \"\"\n"
    "msgstr \"\"\n"
    "\"Language: fr\\n\"\n"
    "\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
    "\n"
    "#. For translators\n"
    "#: login.html:3\n"
    "msgid \"login.title\"\n"
    "msgstr \"Se connecter\"\n"
    "\n"
    "msgid \"long\"\n"
    "msgstr \"\"\n"
    "\"une ligne\\n\"\n"
    "  \"\\tdeux \\\"mots\\\" \\\\\"\r\n"
    "#, fuzzy\n"
    "msgid \"guess\"\n"
    "msgstr \"Deviné\"\n"
    "#, c-format, fuzzy\n"
    "#| msgid \"before\"\n"
    "msgid \"guess2\"\n"
    "msgstr \"Deviné\"\n"
    "msgid \"after\"\n"
    "msgstr \"Pas deviné\"\n"
    "msgid \"sp\"\n"
    "\"lit\"\n"
    "msgstr\t \"x\"\n"
    "msgid \"empty\"\n"
    "msgstr \"\"\n"
    "#~ msgid \"old\"\n"
    "#~ msgstr \"Vieux\"\n"
    "#, not-fuzzy\n"
    "msgid \"last\"\n"
    "msgstr \"Sans fin de ligne\"";

static void
check_message(
    const struct messages *messages, const char *key, const char *expected)
{
	struct str text = messages_find(messages, str_of(key));

	if (!str_equal(text, str_of(expected)) ||
	    (text.at == NULL) != (expected == NULL))
		fail_msg("%s: \"%.*s\"", key, STR_ARGS(text));
}

static void
reads_catalogues(void **state)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct messages *messages = messages_parse(str_of(catalogue), &why);

	(void)state;
	if (messages == NULL)
		fail_msg("%s", buf_cstr(&why));
	check_message(messages, "login.title", "Se connecter");
	check_message(messages, "long", "une ligne\n\tdeux \"mots\" \\");
	check_message(messages, "after", "Pas deviné");
	check_message(messages, "split", "x");
	check_message(messages, "last", "Sans fin de ligne");
	check_message(messages, "guess", NULL);
	check_message(messages, "guess2", NULL);
	check_message(messages, "empty", NULL);
	check_message(messages, "old", NULL);
	check_message(messages, "", NULL);
	check_message(messages, "login", NULL);
	check_message(messages, "login.title2", NULL);
	messages_free(messages);
	messages_free(NULL);
}

static void
finds_each_of_many(void **state)
{
	enum {
		MANY = 1000
	};
	CLEANUP(buf_clear) struct buf po = BUF_INIT(1 << 20);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct messages *messages;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		size_t shuffled = i * 377 % MANY;

		buf_format(&po, "msgid \"key.%zu\"\nmsgstr \"<%zu>\"\n",
		    shuffled, shuffled);
	}
	messages = messages_parse(buf_str(&po), &why);
	assert_non_null(messages);
	for (size_t i = 0; i < MANY; i++) {
		char key[32], text[32];

		snprintf(key, sizeof(key), "key.%zu", i);
		snprintf(text, sizeof(text), "<%zu>", i);
		check_message(messages, key, text);
	}
	messages_free(messages);
}

static void
reads_nothing(void **state)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct messages *messages = messages_parse(STR(""), &why);

	(void)state;
	assert_non_null(messages);
	check_message(messages, "login.title", NULL);
	messages_free(messages);
}

static void
refuses(void **state)
{
	static const struct {
		struct str po;
		const char *why;
	} cases[] = {
		{ STR_INIT("msgid \"a\"\nmsgid_plural \"b\"\n"),
		    "line 2: plural forms are not supported" },
		{ STR_INIT("msgid \"a\"\nmsgstr[0] \"b\"\n"),
		    "line 2: plural forms are not supported" },
		{ STR_INIT("\nmsgctxt \"menu\"\nmsgid \"a\"\n"),
		    "line 2: contexts are not supported" },
		{ STR_INIT("msgid \"a\"\nmsgid \"b\"\n"),
		    "line 2: no msgstr for \"a\"" },
		{ STR_INIT("msgid \"a\""), "line 1: no msgstr for \"a\"" },
		{ STR_INIT("msgid \"a\"\n\nmsgstr \"b\""),
		    "line 2: no msgstr for \"a\"" },
		{ STR_INIT("msgstr \"a\"\n"), "line 1: msgstr without msgid" },
		{ STR_INIT("msgid \"a\"\nmsgstr \"b\"\nmsgstr \"c\""),
		    "line 3: msgstr without msgid" },
		{ STR_INIT("\"a\"\n"),
		    "line 1: a string that belongs to nothing: \"\"a\"\"" },
		{ STR_INIT("msgid a\n"),
		    "line 1: not understood: \"msgid a\"" },
		{ STR_INIT("msgid \"a\n"),
		    "line 1: not a string in quotes: \"\"a\"" },
		{ STR_INIT("msgid \"\n"),
		    "line 1: not a string in quotes: \"\"\"" },
		{ STR_INIT("msgid\n"), "line 1: not a string in quotes: \"\"" },
		{ STR_INIT("msgid \"a\" b\n"),
		    "line 1: not a string in quotes: \"\"a\" b\"" },
		{ STR_INIT("msgid \"a\"b\"\n"),
		    "line 1: a quote inside: \"\"a\"b\"\"" },
		{ STR_INIT("msgid \"\\x41\"\n"),
		    "line 1: unknown escape in \"\"\\x41\"\"" },
		{ STR_INIT("msgid \"a\\\"\n"),
		    "line 1: unknown escape in \"\"a\\\"\"" },
		{ STR_INIT("hello\n"), "line 1: not understood: \"hello\"" },
		{ STR_INIT("msgid \"a\"\nmsgstr \"b\"\n"
			   "msgid \"b\"\nmsgstr \"b\"\n"
			   "msgid \"a\"\nmsgstr \"c\"\n"),
		    "line 5: a second msgid \"a\"" },
		{ STR_INIT("msgid \"\xff\"\n"), "line 0: not UTF-8" },
		{ STR_INIT("msgid \"a\0\"\n"), "line 0: not UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);

		if (messages_parse(cases[i].po, &why) != NULL)
			fail_msg("read: %.*s", STR_ARGS(cases[i].po));
		assert_string_equal(buf_cstr(&why), cases[i].why);
	}
}

static void
chooses_languages(void **state)
{
	enum {
		NONE = 4
	};
	static const struct str languages[] = { STR_INIT("en"), STR_INIT("fr"),
		STR_INIT("nl"), STR_INIT("pt-BR") };
	static const struct {
		const char *header;
		size_t expected;
	} cases[] = {
		{ "", NONE },
		{ "fr", 1 },
		{ "FR", 1 },
		{ "fr-CA", 1 },
		{ "fr-CA, en;q=0.8", 1 },
		{ "fr,en", 1 },
		{ "en,fr", 0 },
		{ "nl, fr", 2 },
		{ "en;q=0.7, fr;q=0.8, nl;q=0.9", 2 },
		{ "en;q=0.7,fr;q=0.75", 1 },
		{ "en;q=0.123, fr;q=0.124", 1 },
		{ "de, it;q=0.5", NONE },
		{ "de, nl;q=0.001", 2 },
		{ "pt", 3 },
		{ "pt-br;q=0.2, fr;q=0.1", 3 },
		{ "pt-PT, fr;q=0.1", 1 },
		{ "frr, nl", 2 },
		{ "*", 0 },
		{ "*, fr;q=0.5", 0 },
		{ "fr, *;q=0.5", 1 },
		{ "en;q=0, *", 1 },
		{ "en;q=0, *;q=0.1, nl;q=0.2", 2 },
		{ "fr;q=0", NONE },
		{ "*;q=0", NONE },
		{ "fr_FR", NONE },
		{ "fr-CA;q=0.3, fr;q=0.9, nl;q=0.5", 1 },
		{ "fr;q=0.2, fr-CA;q=0.9, nl;q=0.5", 2 },
		/* Whitespace and case where the grammar allows them. */
		{ "  nl ;\tQ=1.000 ,, ,", 2 },
		{ "fr ; q=0.9,nl;q=1.0", 2 },
		/* Malformed parts are passed over. */
		{ "fr;q=2, nl;q=0.1", 2 },
		{ "fr;q=1.001, nl;q=0.1", 2 },
		{ "fr;q=, nl;q=0.1", 2 },
		{ "fr;q=0.1234, nl;q=0.1", 2 },
		{ "fr;q=.9, nl;q=0.1", 2 },
		{ "fr;q=-1, nl;q=0.1", 2 },
		{ "fr;q=0.x, nl;q=0.1", 2 },
		{ "fr;level=1, nl;q=0.1", 2 },
		{ "fr;q=1;q=1, nl;q=0.1", 2 },
		{ "fr-, nl;q=0.1", 2 },
		{ "fr--CA, nl;q=0.1", 2 },
		{ "-fr, nl;q=0.1", 2 },
		{ "f1, nl;q=0.1", 2 },
		{ "fr fr, nl;q=0.1", 2 },
		{ "fr-abcdefghi, nl;q=0.1", 2 },
		{ "**, nl;q=0.1", 2 },
		{ ",;,;q=1,=,nl;q=0.1", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t chosen = messages_choose(
		    str_of(cases[i].header), languages, COUNT_OF(languages));

		if (chosen != cases[i].expected)
			fail_msg("%s: %zu", cases[i].header, chosen);
	}
	assert_int_equal(messages_choose(STR_NONE, languages, 4), 4);
	assert_int_equal(messages_choose(STR("fr"), languages, 0), 0);
}

/* A header full of ranges costs no more than its first ones. */
static void
reads_a_bounded_header(void **state)
{
	static const struct str languages[] = { STR_INIT("en"),
		STR_INIT("fr") };
	CLEANUP(buf_clear) struct buf header = BUF_INIT(1 << 16);

	(void)state;
	for (size_t i = 0; i < 49; i++)
		buf_words(&header, "x,");
	buf_words(&header, "fr");
	assert_int_equal(messages_choose(buf_str(&header), languages, 2), 1);
	buf_reset(&header);
	for (size_t i = 0; i < 50; i++)
		buf_words(&header, "x,");
	buf_words(&header, "fr");
	assert_int_equal(messages_choose(buf_str(&header), languages, 2), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_catalogues),
		cmocka_unit_test(finds_each_of_many),
		cmocka_unit_test(reads_nothing),
		cmocka_unit_test(refuses),
		cmocka_unit_test(chooses_languages),
		cmocka_unit_test(reads_a_bounded_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
