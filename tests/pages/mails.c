/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mails themselves, all of them in every language: do they compile, does
 * the code stand where it belongs, does a visitor's text stay in its line.
 *
 *	mails TEMPLATES [LANGUAGE]	with a language, prints them
 */
#include <stdlib.h>

#include "base/buf.h"
#include "text/mail.h"
#include "web/mails.h"
#include "web/page.h"

/* What somebody may have typed, or sent as a name. */
#define HOSTILE \
	STR("x\r\n\r\n.\r\nBcc: y@example.org\xe2\x80\xae\xff<b>&{{code}}")
#define FRAME \
	{ \
		.institution = STR("Universit\xc3\xa9 Test"), \
		.url = STR("https://sso.example.org/cas/"), \
		.help_url = STR("https://help.example.org/"), \
		.support_code = STR("4f1c"), \
		.when = STR("2026-11-23 09:00 UTC"), .browser = HOSTILE, \
		.place = STR("192.0.2.7") \
	}
#define CODE STR("4821 7736")

static unsigned failures;

static void
expect(bool holds, const char *what, enum mail_kind kind, struct str language)
{
	if (holds)
		return;
	printf("not ok - mail %d, %.*s: %s\n", (int)kind, STR_ARGS(language),
	    what);
	failures++;
}

static bool
contains(struct str text, struct str wanted)
{
	for (size_t i = 0; i + wanted.len <= text.len; i++) {
		if (str_starts(str_from(text, i), wanted))
			return true;
	}
	return false;
}

static const void *
content_of(enum mail_kind kind)
{
	static struct code_mail code;
	static struct new_browser_mail browser;
	static struct browser_copied_mail copied;
	static struct generator_added_mail added;
	static struct generator_removed_mail removed;
	static struct recovery_codes_mail codes;
	static struct recovery_code_used_mail used;
	static struct ended_mail ended;
	static struct test_mail test;
	const void *contents[MAIL_COUNT] = { &code, &browser, &copied, &added,
		&removed, &codes, &used, &ended, &test };

	code = (struct code_mail){ FRAME, CODE, HOSTILE,
		STR("2026-11-23 09:10 UTC"), STR("blue heron") };
	browser = (struct new_browser_mail){ FRAME, .by_generator = true };
	copied = (struct browser_copied_mail){ FRAME };
	added = (struct generator_added_mail){ FRAME };
	removed = (struct generator_removed_mail){ FRAME, true };
	codes = (struct recovery_codes_mail){ FRAME, STR("5"), true };
	used = (struct recovery_code_used_mail){ FRAME, STR("2"),
		STR("https://sso.example.org/cas/generator/codes") };
	ended = (struct ended_mail){ FRAME, true, STR("3"), false };
	test = (struct test_mail){ FRAME };
	return contents[kind];
}

static void
expect_calm(struct str text, enum mail_kind kind, struct str language)
{
	expect(text.len > 0 && text.at[0] != '\n', "begins with its words",
	    kind, language);
	expect(!contains(text, STR("\n\n\n")), "has gaps", kind, language);
	expect(!contains(text, STR("\nBcc")), "a text left its line", kind,
	    language);
	expect(str_is_utf8(text), "is no UTF-8", kind, language);
	for (size_t i = 0; i < text.len; i++)
		expect(text.at[i] == '\n' || (unsigned char)text.at[i] >= ' ',
		    "has a control character", kind, language);
}

static void
try_mail(const struct mail_words *words, enum mail_kind kind,
    struct str language, bool print)
{
	CLEANUP(buf_clear) struct buf subject = BUF_INIT(MAIL_SUBJECT_LONGEST);
	CLEANUP(buf_clear) struct buf text = BUF_INIT(MAIL_TEXT_LONGEST);
	CLEANUP(buf_clear) struct buf packed = BUF_INIT(MAIL_PACKED_LONGEST);
	struct str first, rest;

	mail_render(words, kind, content_of(kind), &subject, &text);
	expect_calm(buf_str(&text), kind, language);
	expect(!contains(buf_str(&subject), STR("4821")) &&
		   !contains(buf_str(&subject), STR("Bcc")),
	    "the subject says too much", kind, language);
	expect(mail_pack(&(struct mail){ STR("marie@example.org"),
			     buf_str(&subject), buf_str(&text) },
		   &packed),
	    "cannot be sent", kind, language);
	(void)str_cut(buf_str(&text), '\n', &first, &rest);
	expect(str_equal(first, CODE) == (kind == MAIL_CODE),
	    "the code is not the first line", kind, language);
	expect(kind == MAIL_CODE || kind == MAIL_TEST ||
		   contains(rest, STR("https://sso.example.org/cas/")),
	    "no way to the dashboard", kind, language);
	if (print)
		printf("Subject: %s\n\n%s\n----\n", buf_cstr(&subject),
		    buf_cstr(&text));
}

int
main(int count, char **words)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(2048);
	const struct page_sources sources = {
		.templates_dir = count > 1 ? words[1] : "templates",
		.language = STR("en")
	};
	struct page_set *set = page_set_load(&sources, &why);
	const struct str *languages;
	size_t language_count;

	if (set == NULL) {
		printf("%s\n", buf_cstr(&why));
		return EXIT_FAILURE;
	}
	languages = page_languages(set, &language_count);
	for (size_t i = 0; i < language_count; i++) {
		bool print =
		    count > 2 && str_equal(languages[i], str_of(words[2]));

		for (size_t kind = 0; kind < MAIL_COUNT; kind++)
			try_mail(page_mails(set, i), (enum mail_kind)kind,
			    languages[i], print);
	}
	page_set_free(set);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
