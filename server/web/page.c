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
#include "web/code_pages.h"
#include "web/mails.h"
#include "web/page_fields.h"
#include "web/page_files.h"
#include "web/set_up_pages.h"
#include "web/way_pages.h"

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
	FIELD(struct login_page, method, TEMPLATE_TEXT),
	FIELD(struct login_page, service_contact, TEMPLATE_TEXT),
	FIELD(struct login_page, username, TEMPLATE_TEXT),
	FIELD(struct login_page, saml, TEMPLATE_FLAG),
	FIELD(struct login_page, warn_offered, TEMPLATE_FLAG),
	FIELD(struct login_page, warn, TEMPLATE_FLAG),
	FIELD(struct login_page, stay_offered, TEMPLATE_FLAG),
	FIELD(struct login_page, stay, TEMPLATE_FLAG),
	FIELD(struct login_page, stay_days, TEMPLATE_TEXT),
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

static const struct template_field code_fields[] = {
	FRAME_FIELDS(struct code_page),
	FIELD(struct code_page, action, TEMPLATE_TEXT),
	FIELD(struct code_page, send_action, TEMPLATE_TEXT),
	FIELD(struct code_page, again_url, TEMPLATE_TEXT),
	FIELD(struct code_page, lost_url, TEMPLATE_TEXT),
	FIELD(struct code_page, execution, TEMPLATE_TEXT),
	FIELD(struct code_page, service_name, TEMPLATE_TEXT),
	FIELD(struct code_page, display_name, TEMPLATE_TEXT),
	FIELD(struct code_page, proof, TEMPLATE_FLAG),
	FIELD(struct code_page, app, TEMPLATE_FLAG),
	FIELD(struct code_page, recovery, TEMPLATE_FLAG),
	FIELD(struct code_page, email_offered, TEMPLATE_FLAG),
	FIELD(struct code_page, email_sent, TEMPLATE_FLAG),
	FIELD(struct code_page, email, TEMPLATE_TEXT),
	FIELD(struct code_page, valid_minutes, TEMPLATE_TEXT),
	FIELD(struct code_page, clock_url, TEMPLATE_TEXT),
	FIELD(struct code_page, trust_offered, TEMPLATE_FLAG),
	FIELD(struct code_page, trust_days, TEMPLATE_TEXT),
	FIELD(struct code_page, wrong, TEMPLATE_FLAG),
	FIELD(struct code_page, used, TEMPLATE_FLAG),
	FIELD(struct code_page, late, TEMPLATE_FLAG),
	FIELD(struct code_page, wait, TEMPLATE_FLAG),
	FIELD(struct code_page, stopped, TEMPLATE_FLAG),
	FIELD(struct code_page, old, TEMPLATE_FLAG),
	FIELD(struct code_page, empty, TEMPLATE_FLAG),
	FIELD(struct code_page, expired, TEMPLATE_FLAG),
	FIELD(struct code_page, mail_wait, TEMPLATE_FLAG),
	FIELD(struct code_page, minutes, TEMPLATE_TEXT),
	FIELD(struct code_page, any_error, TEMPLATE_FLAG),
	FIELD(struct code_page, has_reasons, TEMPLATE_FLAG),
	FIELD_LIST(struct code_page, reasons, why_item, why_fields),
	LATER_FIELDS(struct code_page),
	TEMPLATE_FIELDS_END,
};

static const struct template_field clock_fields[] = {
	FRAME_FIELDS(struct clock_page),
	FIELD(struct clock_page, action, TEMPLATE_TEXT),
	FIELD(struct clock_page, execution, TEMPLATE_TEXT),
	FIELD(struct clock_page, service_name, TEMPLATE_TEXT),
	FIELD(struct clock_page, display_name, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

static const struct template_field denied_fields[] = {
	FRAME_FIELDS(struct denied_page),
	FIELD(struct denied_page, no_way, TEMPLATE_FLAG),
	FIELD(struct denied_page, blocked, TEMPLATE_FLAG),
	FIELD(struct denied_page, other, TEMPLATE_FLAG),
	FIELD(struct denied_page, has_reasons, TEMPLATE_FLAG),
	FIELD_LIST(struct denied_page, reasons, why_item, why_fields),
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

static const struct template_field help_fields[] = {
	FRAME_FIELDS(struct help_page),
	TEMPLATE_FIELDS_END,
};

/* Up to the topics of the help, which all have the last one's. */
static const struct {
	const char *file;
	const struct template_field *fields;
} pages[PAGE_HELP_TOPICS + 1] = {
	[PAGE_LOGIN] = { "login.html", login_fields },
	[PAGE_WARNING] = { "warning.html", warning_page_fields },
	[PAGE_HAND_OVER] = { "hand_over.html", hand_over_page_fields },
	[PAGE_CODE] = { "code.html", code_fields },
	[PAGE_OFFER] = { "offer.html", offer_page_fields },
	[PAGE_SET_UP] = { "set_up.html", set_up_page_fields },
	[PAGE_CODES] = { "codes.html", codes_page_fields },
	[PAGE_RENEW_CODES] = { "renew_codes.html", renew_codes_page_fields },
	[PAGE_LOST] = { "lost_phone.html", lost_page_fields },
	[PAGE_CLOCK] = { "clock.html", clock_fields },
	[PAGE_DENIED] = { "denied.html", denied_fields },
	[PAGE_DASHBOARD] = { "dashboard.html", dashboard_page_fields },
	[PAGE_ACTIVITY] = { "activity.html", activity_page_fields },
	[PAGE_SIGNED_OUT] = { "signed_out.html", signed_out_page_fields },
	[PAGE_UNREGISTERED] = { "unregistered.html", unregistered_page_fields },
	[PAGE_NOT_ADMITTED] = { "not_admitted.html", not_admitted_page_fields },
	[PAGE_ERROR] = { "error.html", error_fields },
	[PAGE_HELP] = { "help.html", help_fields },
	[PAGE_HELP_TOPICS] = { "help_topic.html", help_fields },
};

/* clang-format on */

struct page_catalogue {
	struct messages *messages;
	struct moment_words moment;
	struct template *pages[PAGE_COUNT];
	struct mail_words *mails;
};

struct page_set {
	struct arena memory; /* of the tags */
	struct str *tags; /* English first */
	struct page_catalogue *catalogues; /* in the order of the tags */
	size_t count;
	size_t standard; /* place of the default language */
};

/* A page of one language, being compiled. */
struct compilation {
	struct page_files *files;
	struct str language;
	struct str topic; /* of the help; empty: another page */
};

/*
 * A language of the operator's may have no help texts yet: theirs are English
 * then, and say so to screen readers.
 */
static bool
read_topic(struct compilation *making, struct page_file *file)
{
	struct page_files *files = making->files;
	struct str path = arena_format(files->memory, "help/%.*s/%.*s.html",
	    STR_ARGS(making->language), STR_ARGS(making->topic));
	struct str folder = arena_format(
	    files->memory, "help/%.*s", STR_ARGS(making->language));

	if (page_files_has(files, folder))
		return page_files_read(files, path, file);
	path = arena_format(
	    files->memory, "help/en/%.*s.html", STR_ARGS(making->topic));
	if (!page_files_read(files, path, file))
		return false;
	file->text = arena_format(files->memory,
	    "<div lang=\"en\">\n%.*s</div>\n", STR_ARGS(file->text));
	return true;
}

/* Besides the files there are, for the topics of the help, "topic", which is
 * the answer, and "title", the question. */
static struct str
find_partial(struct str name, void *context)
{
	struct compilation *making = context;
	struct page_files *files = making->files;
	bool is_help = making->topic.len > 0;
	struct page_file file;
	bool found;

	if (is_help && str_equal(name, STR("title")))
		return arena_format(
		    files->memory, "{{t.help.%.*s}}", STR_ARGS(making->topic));
	if (is_help && str_equal(name, STR("topic")))
		found = read_topic(making, &file);
	else
		found = page_files_read(files,
		    arena_format(
			files->memory, "parts/%.*s.html", STR_ARGS(name)),
		    &file);
	if (found)
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
load_page(struct page_set *set, struct compilation *making, size_t language,
    enum page page)
{
	bool is_topic = page >= PAGE_HELP_TOPICS;
	size_t row = is_topic ? PAGE_HELP_TOPICS : page;
	struct page_catalogue *catalogue = &set->catalogues[language];
	const struct messages *fallback = set->catalogues[0].messages;
	const struct template_sources sources = {
		.partial = find_partial,
		.context = making,
		.messages = catalogue->messages,
		.fallback = fallback,
	};
	struct page_file file;

	if (!page_files_read(making->files, str_of(pages[row].file), &file))
		return false;
	making->topic =
	    is_topic ? help_topic_names[page - PAGE_HELP_TOPICS] : STR_NONE;
	catalogue->pages[page] = template_compile(file.path, file.text,
	    pages[row].fields, &sources, making->files->why);
	return catalogue->pages[page] != NULL;
}

static bool
load_pages(struct page_set *set, struct page_files *files, size_t language)
{
	struct compilation making = { .files = files,
		.language = set->tags[language] };

	for (unsigned page = 0; page < PAGE_COUNT; page++) {
		if (load_page(set, &making, language, page))
			continue;
		buf_format(files->why, " (language %.*s%s%.*s)",
		    STR_ARGS(set->tags[language]),
		    making.topic.len > 0 ? ", help topic " : "",
		    STR_ARGS(making.topic));
		return false;
	}
	set->catalogues[language].mails = mail_words_load(files,
	    set->catalogues[language].messages, set->catalogues[0].messages);
	if (set->catalogues[language].mails == NULL)
		buf_format(files->why, " (language %.*s)",
		    STR_ARGS(set->tags[language]));
	return set->catalogues[language].mails != NULL;
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
		mail_words_free(set->catalogues[i].mails);
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

const struct mail_words *
page_mails(const struct page_set *set, size_t language)
{
	return set->catalogues[language].mails;
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
