/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mails people get.
 *
 * A subject is a template of its own, made of one message: it is compiled with
 * fewer fields than the text, so that one that names a code or a label stops
 * the start.
 */
#include "web/mails.h"

#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "text/mail.h"
#include "text/template.h"
#include "web/page_files.h"

/* clang-format off */

#define FIELD TEMPLATE_FIELD

/* The frame's fields, reached by their plain names in every mail. */
#define FRAME_TEXT(type, member) \
	{ #member, TEMPLATE_TEXT, offsetof(type, frame.member), NULL, 0 }
#define FRAME_FIELDS(type) \
	FRAME_TEXT(type, institution), \
	FRAME_TEXT(type, url), \
	FRAME_TEXT(type, help_url), \
	FRAME_TEXT(type, support_code), \
	FRAME_TEXT(type, when), \
	FRAME_TEXT(type, browser), \
	FRAME_TEXT(type, place)

static const struct template_field subject_fields[] = {
	FRAME_TEXT(struct test_mail, institution),
	TEMPLATE_FIELDS_END,
};

static const struct template_field code_fields[] = {
	FRAME_FIELDS(struct code_mail),
	FIELD(struct code_mail, code, TEMPLATE_TEXT),
	FIELD(struct code_mail, service_name, TEMPLATE_TEXT),
	FIELD(struct code_mail, valid_until, TEMPLATE_TEXT),
	FIELD(struct code_mail, words, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

static const struct template_field new_browser_fields[] = {
	FRAME_FIELDS(struct new_browser_mail),
	FIELD(struct new_browser_mail, by_generator, TEMPLATE_FLAG),
	FIELD(struct new_browser_mail, by_mail, TEMPLATE_FLAG),
	FIELD(struct new_browser_mail, by_recovery_code, TEMPLATE_FLAG),
	FIELD(struct new_browser_mail, by_password_only, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field browser_copied_fields[] = {
	FRAME_FIELDS(struct browser_copied_mail),
	TEMPLATE_FIELDS_END,
};

static const struct template_field generator_added_fields[] = {
	FRAME_FIELDS(struct generator_added_mail),
	TEMPLATE_FIELDS_END,
};

static const struct template_field generator_removed_fields[] = {
	FRAME_FIELDS(struct generator_removed_mail),
	FIELD(struct generator_removed_mail, mail_left, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field recovery_codes_fields[] = {
	FRAME_FIELDS(struct recovery_codes_mail),
	FIELD(struct recovery_codes_mail, count, TEMPLATE_TEXT),
	FIELD(struct recovery_codes_mail, replaced, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field recovery_code_used_fields[] = {
	FRAME_FIELDS(struct recovery_code_used_mail),
	FIELD(struct recovery_code_used_mail, left, TEMPLATE_TEXT),
	FIELD(struct recovery_code_used_mail, codes_url, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

static const struct template_field ended_fields[] = {
	FRAME_FIELDS(struct ended_mail),
	FIELD(struct ended_mail, trust, TEMPLATE_FLAG),
	FIELD(struct ended_mail, sessions, TEMPLATE_TEXT),
	FIELD(struct ended_mail, by_office, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field test_fields[] = {
	FRAME_FIELDS(struct test_mail),
	TEMPLATE_FIELDS_END,
};

static const struct {
	const char *file;
	const char *subject; /* a template */
	const struct template_field *fields;
} mails[MAIL_COUNT] = {
	[MAIL_CODE] = { "mails/code.txt", "{{t.mail.code.subject}}",
	    code_fields },
	[MAIL_NEW_BROWSER] = { "mails/new_browser.txt",
	    "{{t.mail.browser.subject}}", new_browser_fields },
	[MAIL_BROWSER_COPIED] = { "mails/browser_copied.txt",
	    "{{t.mail.copied.subject}}", browser_copied_fields },
	[MAIL_GENERATOR_ADDED] = { "mails/generator_added.txt",
	    "{{t.mail.added.subject}}", generator_added_fields },
	[MAIL_GENERATOR_REMOVED] = { "mails/generator_removed.txt",
	    "{{t.mail.removed.subject}}", generator_removed_fields },
	[MAIL_RECOVERY_CODES] = { "mails/recovery_codes.txt",
	    "{{t.mail.codes.subject}}", recovery_codes_fields },
	[MAIL_RECOVERY_CODE_USED] = { "mails/recovery_code_used.txt",
	    "{{t.mail.used.subject}}", recovery_code_used_fields },
	[MAIL_ENDED] = { "mails/ended.txt", "{{t.mail.ended.subject}}",
	    ended_fields },
	[MAIL_TEST] = { "mails/test.txt", "{{t.mail.test.subject}}",
	    test_fields },
};

/* clang-format on */

struct mail_words {
	struct template *subjects[MAIL_COUNT];
	struct template *texts[MAIL_COUNT];
};

static struct str
find_partial(struct str name, void *context)
{
	struct page_files *files = context;
	struct str path =
	    arena_format(files->memory, "mails/parts/%.*s.txt", STR_ARGS(name));
	struct page_file file;

	if (page_files_read(files, path, &file))
		return file.text;
	buf_words(files->why, ": "); /* the compiler goes on with the place */
	return STR_NONE;
}

static bool
load_one(struct mail_words *words, enum mail_kind kind,
    struct page_files *files, const struct template_sources *sources)
{
	struct page_file file;

	if (!page_files_read(files, str_of(mails[kind].file), &file))
		return false;
	words->subjects[kind] = template_compile(file.path,
	    str_of(mails[kind].subject), subject_fields, sources, files->why);
	if (words->subjects[kind] == NULL)
		return false;
	words->texts[kind] = template_compile(
	    file.path, file.text, mails[kind].fields, sources, files->why);
	return words->texts[kind] != NULL;
}

struct mail_words *
mail_words_load(struct page_files *files, const struct messages *messages,
    const struct messages *fallback)
{
	struct mail_words *words = memory_new(sizeof(*words));
	const struct template_sources sources = {
		.partial = find_partial,
		.context = files,
		.messages = messages,
		.fallback = fallback,
		.plain = true,
	};

	for (size_t i = 0; i < MAIL_COUNT; i++) {
		if (!load_one(words, (enum mail_kind)i, files, &sources)) {
			mail_words_free(words);
			return NULL;
		}
	}
	return words;
}

void
mail_words_free(struct mail_words *words)
{
	if (words == NULL)
		return;
	for (size_t i = 0; i < MAIL_COUNT; i++) {
		template_free(words->subjects[i]);
		template_free(words->texts[i]);
	}
	free(words);
}

/* What was left out leaves no more than one empty line. */
static void
put_calmly(struct buf *out, struct str text)
{
	struct str line;
	bool gap = false;

	while (text.len > 0) {
		(void)str_cut(text, '\n', &line, &text);
		if (line.len > 0 && gap && out->len > 0)
			buf_char(out, '\n');
		gap = line.len == 0;
		buf_text(out, line);
		if (!gap)
			buf_char(out, '\n');
	}
}

void
mail_render(const struct mail_words *words, enum mail_kind kind,
    const void *content, struct buf *subject, struct buf *text)
{
	CLEANUP(buf_clear) struct buf raw = BUF_INIT(2 * MAIL_TEXT_LONGEST);

	template_render(words->subjects[kind], content, subject);
	template_render(words->texts[kind], content, &raw);
	put_calmly(text, buf_str(&raw));
}

struct str
mail_time(struct arena *arena, int64_t at)
{
	time_t seconds = (time_t)(at / 1000000);
	char text[sizeof("2026-11-23 09:00 UTC")];
	struct tm parts;

	if (gmtime_r(&seconds, &parts) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &parts) == 0)
		return STR_NONE;
	return arena_text(arena, str_of(text));
}
