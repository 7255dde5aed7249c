/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages people see.
 *
 * A field missing in one of these tables is not silently empty: the template
 * that shows it does not compile.  Files are read only while a set is loaded.
 */
#include "web/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "text/messages.h"
#include "text/moment.h"
#include "web/account_pages.h"
#include "web/page_fields.h"
#include "web/page_files.h"

/* clang-format off */

const struct template_field page_language_fields[] = {
	FIELD(struct page_language, tag, TEMPLATE_TEXT),
	FIELD(struct page_language, name, TEMPLATE_TEXT),
	FIELD(struct page_language, url, TEMPLATE_TEXT),
	FIELD(struct page_language, current, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field login_fields[] = {
	FRAME_FIELDS(struct login_page),
	FIELD(struct login_page, action, TEMPLATE_TEXT),
	FIELD(struct login_page, execution, TEMPLATE_TEXT),
	FIELD(struct login_page, service_url, TEMPLATE_TEXT),
	FIELD(struct login_page, service_name, TEMPLATE_TEXT),
	FIELD(struct login_page, username, TEMPLATE_TEXT),
	FIELD(struct login_page, renew, TEMPLATE_FLAG),
	FIELD(struct login_page, wrong, TEMPLATE_FLAG),
	FIELD(struct login_page, incomplete, TEMPLATE_FLAG),
	FIELD(struct login_page, expired, TEMPLATE_FLAG),
	FIELD(struct login_page, cookies_off, TEMPLATE_FLAG),
	FIELD(struct login_page, wait, TEMPLATE_FLAG),
	FIELD(struct login_page, wait_minutes, TEMPLATE_TEXT),
	FIELD(struct login_page, any_error, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field signed_out_fields[] = {
	FRAME_FIELDS(struct signed_out_page),
	FIELD(struct signed_out_page, login_url, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

static const struct template_field unregistered_fields[] = {
	FRAME_FIELDS(struct unregistered_page),
	FIELD(struct unregistered_page, service_url, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

static const struct template_field error_fields[] = {
	FRAME_FIELDS(struct error_page),
	FIELD(struct error_page, status, TEMPLATE_TEXT),
	FIELD(struct error_page, bad_request, TEMPLATE_FLAG),
	FIELD(struct error_page, not_found, TEMPLATE_FLAG),
	FIELD(struct error_page, unavailable, TEMPLATE_FLAG),
	FIELD(struct error_page, internal, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct {
	const char *file;
	const struct template_field *fields;
} pages[PAGE_COUNT] = {
	[PAGE_LOGIN] = { "login.html", login_fields },
	[PAGE_DASHBOARD] = { "dashboard.html", dashboard_page_fields },
	[PAGE_ACTIVITY] = { "activity.html", activity_page_fields },
	[PAGE_SIGNED_OUT] = { "signed_out.html", signed_out_fields },
	[PAGE_UNREGISTERED] = { "unregistered.html", unregistered_fields },
	[PAGE_ERROR] = { "error.html", error_fields },
};

/* clang-format on */

struct page_catalogue {
	struct messages *messages;
	struct moment_words moment;
	struct template *pages[PAGE_COUNT];
};

struct page_set {
	struct arena memory; /* of the tags */
	struct str *tags; /* English first */
	struct page_catalogue *catalogues; /* in the order of the tags */
	size_t count;
	size_t standard; /* place of the default language */
};

static struct str
find_partial(struct str name, void *context)
{
	struct page_files *files = context;
	struct str path =
	    arena_format(files->memory, "parts/%.*s.html", STR_ARGS(name));
	struct page_file file;

	if (page_files_read(files, path, &file))
		return file.text;
	buf_words(files->why, ": "); /* the compiler goes on with the place */
	return STR_NONE;
}

static bool
load_messages(
    struct page_files *files, struct str tag, struct messages **messages)
{
	struct str path =
	    arena_format(files->memory, "messages/%.*s.po", STR_ARGS(tag));
	CLEANUP(buf_clear) struct buf problem = BUF_INIT(1024);
	struct page_file file;

	if (!page_files_read(files, path, &file))
		return false;
	*messages = messages_parse(file.text, &problem);
	if (*messages == NULL)
		buf_format(files->why, "%.*s, %s", STR_ARGS(file.path),
		    buf_cstr(&problem));
	return *messages != NULL;
}

static bool
load_moment_words(
    struct page_set *set, struct page_files *files, size_t language)
{
	if (moment_words_read(set->catalogues[language].messages,
		set->catalogues[0].messages, &set->catalogues[language].moment))
		return true;
	buf_format(files->why,
	    "messages/%.*s.po: moment.pattern, moment.first or "
	    "moment.months (twelve words) is missing or wrong",
	    STR_ARGS(set->tags[language]));
	return false;
}

static bool
load_pages(struct page_set *set, struct page_files *files, size_t language)
{
	struct page_catalogue *catalogue = &set->catalogues[language];
	const struct template_sources sources = {
		.partial = find_partial,
		.context = files,
		.messages = catalogue->messages,
		.fallback = set->catalogues[0].messages,
	};

	for (size_t i = 0; i < PAGE_COUNT; i++) {
		struct page_file file;

		if (!page_files_read(files, str_of(pages[i].file), &file))
			return false;
		catalogue->pages[i] = template_compile(file.path, file.text,
		    pages[i].fields, &sources, files->why);
		if (catalogue->pages[i] == NULL) {
			buf_format(files->why, " (language %.*s)",
			    STR_ARGS(set->tags[language]));
			return false;
		}
	}
	return true;
}

static bool
choose_standard(struct page_set *set, struct str wanted, struct buf *why)
{
	for (size_t i = 0; i < set->count; i++) {
		if (str_equal(set->tags[i], wanted)) {
			set->standard = i;
			return true;
		}
	}
	buf_format(why,
	    "pages.language: there is no messages/%.*s.po; there are",
	    STR_ARGS(wanted));
	for (size_t i = 0; i < set->count; i++)
		buf_format(why, " %.*s", STR_ARGS(set->tags[i]));
	return false;
}

static bool
load_all(struct page_set *set, struct page_files *files, struct str standard)
{
	if (!page_files_languages(
		files, &set->memory, &set->tags, &set->count) ||
	    !choose_standard(set, standard, files->why))
		return false;
	set->catalogues = memory_array(set->count, sizeof(*set->catalogues));
	for (size_t i = 0; i < set->count; i++) {
		if (!load_messages(
			files, set->tags[i], &set->catalogues[i].messages))
			return false;
	}
	for (size_t i = 0; i < set->count; i++) {
		if (!load_moment_words(set, files, i) ||
		    !load_pages(set, files, i))
			return false;
	}
	return true;
}

struct page_set *
page_set_load(const struct page_sources *sources, struct buf *why)
{
	struct page_set *set = memory_new(sizeof(*set));
	CLEANUP(arena_clear) struct arena memory = ARENA_INIT;
	struct page_files files = {
		.memory = &memory,
		.templates_dir = sources->templates_dir,
		.override_dir = sources->override_dir,
		.why = why,
	};

	if (load_all(set, &files, sources->language))
		return set;
	page_set_free(set);
	return NULL;
}

void
page_set_free(struct page_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; set->catalogues != NULL && i < set->count; i++) {
		messages_free(set->catalogues[i].messages);
		for (size_t page = 0; page < PAGE_COUNT; page++)
			template_free(set->catalogues[i].pages[page]);
	}
	free(set->catalogues);
	arena_clear(&set->memory);
	free(set);
}

const struct str *
page_languages(const struct page_set *set, size_t *count)
{
	*count = set->count;
	return set->tags;
}

size_t
page_default_language(const struct page_set *set)
{
	return set->standard;
}

struct str
page_language_name(const struct page_set *set, size_t language)
{
	struct str name = messages_find(
	    set->catalogues[language].messages, STR("language.name"));

	return name.at != NULL ? name : set->tags[language];
}

const struct moment_words *
page_moment_words(const struct page_set *set, size_t language)
{
	return &set->catalogues[language].moment;
}

void
page_render(const struct page_set *set, enum page page, size_t language,
    const void *content, struct buf *out)
{
	template_render(set->catalogues[language].pages[page], content, out);
}
