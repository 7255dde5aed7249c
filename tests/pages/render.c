/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renders every page in every language, to attack them and to look at them.
 *
 *	render TEMPLATES [FOLDER STYLE_URL ICON_URL]
 *
 * Each page is rendered with a harmless word in every field and again with
 * hostile text: but for the escaped text in place of the word, both have to be
 * the same.  With a folder, sample pages are written there as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fill.h"

#define HARMLESS "Quetzalcoatl"
#define HOSTILE "\"'><script>alert(1)</script><!--{{login}}&amp;"
#define HOSTILE_ESCAPED \
	"&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--" \
	"{{login}}&amp;amp;"

enum {
	MOST_PAGE = 1 << 20,
	MOST_LANGUAGES = 32
};

static const char *const page_names[PAGE_HELP_TOPICS] = {
	[PAGE_LOGIN] = "login",
	[PAGE_WARNING] = "warning",
	[PAGE_HAND_OVER] = "hand_over",
	[PAGE_CODE] = "code",
	[PAGE_OFFER] = "offer",
	[PAGE_SET_UP] = "set_up",
	[PAGE_CODES] = "codes",
	[PAGE_RENEW_CODES] = "renew_codes",
	[PAGE_LOST] = "lost_phone",
	[PAGE_CLOCK] = "clock",
	[PAGE_DENIED] = "denied",
	[PAGE_DASHBOARD] = "dashboard",
	[PAGE_ACTIVITY] = "activity",
	[PAGE_SIGNED_OUT] = "signed_out",
	[PAGE_UNREGISTERED] = "unregistered",
	[PAGE_NOT_ADMITTED] = "not_admitted",
	[PAGE_ERROR] = "error",
	[PAGE_HELP] = "help",
};

static const char *
name_of(enum page page)
{
	if (page < PAGE_HELP_TOPICS)
		return page_names[page];
	return help_topic_names[page - PAGE_HELP_TOPICS].at;
}

static size_t failures;

static void
check(bool good, const char *page, struct str language, const char *problem)
{
	if (good)
		return;
	fprintf(stderr, "%s, %.*s: %s\n", page, STR_ARGS(language), problem);
	failures++;
}

static size_t
replace(struct str text, struct str old, struct str new, struct buf *out)
{
	size_t count = 0;
	const char *found;

	while ((found = memmem(text.at, text.len, old.at, old.len)) != NULL) {
		size_t before = (size_t)(found - text.at);

		buf_text(out, str_first(text, before));
		buf_text(out, new);
		text = str_from(text, before + old.len);
		count++;
	}
	buf_text(out, text);
	return count;
}

static bool
contains(struct str text, const char *words)
{
	return memmem(text.at, text.len, words, strlen(words)) != NULL;
}

static size_t
count_of(struct str text, const char *words)
{
	CLEANUP(buf_clear) struct buf unused = BUF_INIT(MOST_PAGE);

	return replace(text, str_of(words), STR_NONE, &unused);
}

static void
check_shape(const char *page, struct str language, struct str html)
{
	check(str_starts(html, STR("<!DOCTYPE html>\n<html lang=\"")), page,
	    language, "does not begin with doctype and language");
	check(str_ends(html, STR("</html>\n")), page, language,
	    "does not end with </html>");
	check(!contains(html, "\n\n"), page, language, "has a blank line");
	check(!contains(html, "{{") && !contains(html, "}}"), page, language,
	    "has a tag left");
	check(count_of(html, "<script") == count_of(html, "<script src=\"") &&
		  !contains(html, "style=") &&
		  count_of(html, "//") == count_of(html, "<a href=\"https://"),
	    page, language, "has inline script or style or loads a stranger's");
}

static void
attack(const struct page_set *set, enum page page, size_t language, bool flag)
{
	CLEANUP(buf_clear) struct buf harmless = BUF_INIT(MOST_PAGE);
	CLEANUP(buf_clear) struct buf expected = BUF_INIT(MOST_PAGE);
	CLEANUP(buf_clear) struct buf hostile = BUF_INIT(MOST_PAGE);
	union content content;
	struct str tag;
	size_t count;

	tag = page_languages(set, &count)[language];
	fill(&content, page, STR(HARMLESS), flag);
	page_render(set, page, language, &content, &harmless);
	check_shape(name_of(page), tag, buf_str(&harmless));
	count = replace(
	    buf_str(&harmless), STR(HARMLESS), STR(HOSTILE_ESCAPED), &expected);
	check(count > 5, name_of(page), tag, "shows none of its fields");
	fill(&content, page, STR(HOSTILE), flag);
	page_render(set, page, language, &content, &hostile);
	check(buf_ok(&hostile) &&
		  str_equal(buf_str(&hostile), buf_str(&expected)),
	    name_of(page), tag, "hostile text changes the page");
}

/* Pages to look at. */
struct sample {
	const char *name;
	enum page page;
	union content content;
};

#define SERVICE \
	.service_url = STR_INIT("https://catalogue.example.org/cas?a=1&b=2"), \
	.service_name = STR_INIT("Library catalogue")
/* Words as long as people have them, and one longer than any line. */
#define LONG_NAME \
	"Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten" \
	"gesellschaft für die Verwaltung der Prüfungen und der Räume"
#define LONG_INSTITUTION \
	"École nationale supérieure des sciences de l’information et des " \
	"bibliothèques d’Outre-mer et Llanfairpwllgwyngyllgogerychwyrndrobwll" \
	"llantysiliogogogoch"
#define LONG \
	.frame.institution = STR_INIT(LONG_INSTITUTION), \
	.service_url = STR_INIT("https://x.example.org/"), \
	.service_name = STR_INIT(LONG_NAME)
#define LOGIN(label, ...) \
	{ \
		label, PAGE_LOGIN, \
		{ \
			.login = { __VA_ARGS__ } \
		} \
	}
#define ERROR(number, flag) \
	{ \
		"error-" number, PAGE_ERROR, \
		{ \
			.error = {.status = STR_INIT(number), .flag = true } \
		} \
	}

#define HELP(topic) \
	{ \
		.name = "help-" #topic, \
		.page = PAGE_HELP_TOPICS + HELP_##topic \
	}

/* clang-format off */
#define MOMENT(text) \
	{ STR_INIT(text), STR_INIT("2031-04-02T08:41:00Z") }
#define ADDRESS6 "2001:db8:1234:5678:9abc:def0:1234:5678"

static struct application_item some_applications[] = {
	{ STR_INIT("Library catalogue") }, { STR_INIT("Courses") },
	{ STR_INIT(LONG_NAME) }, { STR_INIT("Timetable") },
	{ STR_INIT("Mail") },
};

static struct session_item some_sessions[] = {
	{ .number = STR_INIT("1"), .current = true, .place = STR_INIT("192.0.2.7"),
	    .browser = { STR_INIT("Firefox"), STR_INIT("Linux"), true, false, false },
	    .opened = MOMENT("2 April 2031, 08:41 UTC"),
	    .used = MOMENT("2 April 2031, 09:14 UTC"), .totp = true,
	    .verified = MOMENT("2 April 2031, 08:41 UTC"),
	    .applications = { some_applications, 2 } },
	{ .number = STR_INIT("2"), .place = STR_INIT(ADDRESS6),
	    .browser = { STR_INIT("Samsung Internet"), STR_INIT("Android"),
		false, true, false },
	    .opened = MOMENT("31 December 2030, 23:59 UTC"),
	    .used = MOMENT("2 April 2031, 07:02 UTC"), .network = true,
	    .zone = STR_INIT(LONG_NAME),
	    .verified = MOMENT("31 December 2030, 23:59 UTC"),
	    .applications = { some_applications, 5 },
	    .more_applications = STR_INIT("12") },
	{ .number = STR_INIT("3"), .place = STR_INIT("198.51.100.20"),
	    .browser = { STR_INIT("Safari"), STR_INIT("iPadOS"), false, false, true },
	    .opened = MOMENT("1 April 2031, 12:00 UTC"),
	    .used = MOMENT("1 April 2031, 12:30 UTC"), .trust = true,
	    .verified = MOMENT("1 April 2031, 12:00 UTC") },
	{ .number = STR_INIT("4"),
	    .opened = MOMENT("1 April 2031, 11:00 UTC"), .password_only = true,
	    .used = MOMENT("1 April 2031, 11:30 UTC"),
	    .verified = MOMENT("1 April 2031, 11:00 UTC") },
};

static struct browser_item some_browsers[] = {
	{ .id = STR_INIT("1"), .current = true,
	    .browser = { STR_INIT("Firefox"), STR_INIT("Linux"), true, false, false },
	    .used = MOMENT("2 April 2031, 08:41 UTC"),
	    .verified = MOMENT("12 March 2031, 10:02 UTC") },
	{ .id = STR_INIT("2"), .name = STR_INIT(LONG_NAME),
	    .browser = { STR_INIT("Samsung Internet"), STR_INIT("Android"),
		false, true, false },
	    .used = MOMENT("31 March 2031, 18:20 UTC"),
	    .verified = MOMENT("31 March 2031, 18:20 UTC") },
};

#define HAPPENED(flag, ...) \
	{ .flag = true, .moment = MOMENT("2 April 2031, 08:41 UTC"), \
	    .place = STR_INIT("192.0.2.7"), __VA_ARGS__ }
#define BY_FIREFOX .browser_known = true, \
	.browser = { STR_INIT("Firefox"), STR_INIT("Linux"), true, false, false }

static struct activity_item some_activity[] = {
	HAPPENED(signed_in, BY_FIREFOX), HAPPENED(refused, .warning = true),
	HAPPENED(throttled, .warning = true), HAPPENED(signed_out, BY_FIREFOX),
	HAPPENED(replaced, BY_FIREFOX), HAPPENED(ended, BY_FIREFOX),
	HAPPENED(password_set), HAPPENED(account_added),
	HAPPENED(account_changed), HAPPENED(account_disabled, .warning = true),
	HAPPENED(account_active), HAPPENED(code_right, BY_FIREFOX),
	HAPPENED(code_wrong, .warning = true), HAPPENED(checked),
	HAPPENED(forgotten),
	HAPPENED(address), HAPPENED(codes_made, BY_FIREFOX),
	HAPPENED(denied, .warning = true),
	HAPPENED(other),
};

#define ACCOUNT \
	.sign_in_before = { some_activity, 1 }, \
	.has_browsers = true, \
	.browsers = { some_browsers, COUNT_OF(some_browsers) }, \
	.sessions = { some_sessions, COUNT_OF(some_sessions) }, \
	.activity = { some_activity, COUNT_OF(some_activity) }

static struct why_item some_reasons[] = {
	{ .is = { [REASON_OUTSIDE_ZONE] = true }, .zone = STR_INIT("Campus") },
	{ .is = { [REASON_TRUST_EXPIRED] = true }, .days = STR_INIT("31"),
	    .limit = STR_INIT("30") },
	{ .is = { [REASON_COOKIE_PROBABLY_LOST] = true },
	    .at = STR_INIT("2 April 2031, 08:41 UTC") },
	{ .is = { [REASON_OUTSIDE_ZONE] = true }, .zone = STR_INIT(LONG_NAME) },
};

static struct why_item no_way[] = {
	{ .is = { [REASON_NO_WAY_TO_ENROL] = true } },
};

#define REASONS(list) \
	.has_reasons = true, .reasons = { list, COUNT_OF(list) }

#define CODE(title, ...) \
	{ \
		.name = title, .page = PAGE_CODE, .content.code = { \
			.action = STR_INIT("mfa"), \
			.send_action = STR_INIT("mfa/send"), \
			.again_url = STR_INIT("login"), \
			.execution = STR_INIT("x"), \
			.display_name = STR_INIT("Camille Durand"), \
			.service_name = STR_INIT("Library catalogue"), \
			.email_offered = true, \
			.email = STR_INIT("c•••@h•••.example"), \
			.valid_minutes = STR_INIT("9"), \
			__VA_ARGS__ } \
	}
#define TRUST .trust_offered = true, .trust_days = STR_INIT("30")
#define DENIED(title, ...) \
	{ .name = title, .page = PAGE_DENIED, .content.denied = { __VA_ARGS__ } }

#define OFFER(title, ...) \
	{ \
		.name = title, .page = PAGE_OFFER, .content.offer = { \
			.action = STR_INIT("mfa/offer"), \
			.execution = STR_INIT("x"), \
			.again_url = STR_INIT("login"), \
			.app_url = STR_INIT("help/which-app"), \
			.service_name = STR_INIT("Library catalogue"), \
			.display_name = STR_INIT("Camille Durand"), \
			__VA_ARGS__ } \
	}
#define LATER(end) .later = { STR_INIT("mfa/offer"), STR_INIT(end) }
#define DUE "2 April 2031, 08:41 UTC"

static struct sample samples[] = {
	OFFER("offer", .offered = true, .proof = true, LATER("")),
	OFFER("offer-due", .offered = true, .due = STR_INIT(DUE),
	    .skips_left = STR_INIT("2"), LATER(DUE)),
	OFFER("offer-today", .offered = true),
	OFFER("offer-over", LATER("")),
	CODE("code-mail", .email_sent = true, TRUST),
	CODE("code-app", .app = true, .recovery = true, TRUST),
	CODE("code-both", .app = true, .recovery = true, .email_sent = true, TRUST,
	    REASONS(some_reasons)),
	CODE("code-wrong", .email_sent = true, TRUST, .wrong = true,
	    .any_error = true),
	CODE("code-late", .app = true, .late = true, .any_error = true,
	    .minutes = STR_INIT("2"), TRUST),
	CODE("code-wait", .app = true, .wait = true, .any_error = true,
	    .minutes = STR_INIT("15")),
	CODE("code-proof", .proof = true, .email_sent = true),
	{ "renew-codes", PAGE_RENEW_CODES, { .renew_codes = {
	    .codes_left = STR_INIT("2"), .list = STR_INIT("1"),
	    .dashboard_url = STR_INIT("/") } } },
	DENIED("denied-no-way", .no_way = true, REASONS(no_way)),
	DENIED("denied-blocked", .blocked = true),
	LOGIN("login", .renew = false),
	LOGIN("login-service", SERVICE),
	LOGIN("login-boxes", SERVICE, .warn_offered = true, .warn = true,
	    .stay_offered = true, .stay_days = STR_INIT("14")),
	LOGIN("login-wrong", SERVICE, .username = STR_INIT("camille.durand"),
	    .wrong = true, .any_error = true),
	LOGIN("login-incomplete", .incomplete = true, .any_error = true),
	LOGIN("login-expired", SERVICE, .expired = true, .any_error = true),
	LOGIN("login-cookies", .cookies_off = true, .any_error = true),
	LOGIN("login-wait", SERVICE, .username = STR_INIT("camille.durand"),
	    .wait = true, .any_error = true, .wait_minutes = STR_INIT("4")),
	LOGIN("login-renew", SERVICE, .username = STR_INIT("camille.durand"),
	    .renew = true),
	LOGIN("login-long", LONG),
	LOGIN("login-long-wrong", LONG, .wrong = true, .any_error = true,
	    .username = STR_INIT("wolfeschlegelsteinhausenbergerdorff.maria")),
	{ "dashboard", PAGE_DASHBOARD, { .dashboard = {
	    ACCOUNT, .display_name = STR_INIT("Camille Durand"),
	    .login = STR_INIT("camille.durand"),
	    .ended_many = true, .any_notice = true, .has_others = true,
	    .ended_count = STR_INIT("2"), .asks_password = true } } },
	{ "dashboard-alone", PAGE_DASHBOARD, { .dashboard = {
	    .display_name = STR_INIT("Camille Durand"),
	    .login = STR_INIT("camille.durand"),
	    .sessions = { some_sessions, 1 },
	    .activity = { some_activity, 1 } } } },
	{ "dashboard-long", PAGE_DASHBOARD, { .dashboard = {
	    ACCOUNT, .frame.institution = STR_INIT(LONG_INSTITUTION),
	    .display_name = STR_INIT(LONG_NAME),
	    .login = STR_INIT("wolfeschlegelsteinhausenbergerdorff.maria"),
	    .has_others = true, .more_sessions = STR_INIT("17") } } },
	{ "activity", PAGE_ACTIVITY, { .activity = {
	    .activity = { some_activity, COUNT_OF(some_activity) },
	    .older_url = STR_INIT("?before=7"),
	    .newest_url = STR_INIT("/activity") } } },
	{ "activity-empty", PAGE_ACTIVITY, { .activity = {
	    .dashboard_url = STR_INIT("/") } } },
	{ "warning", PAGE_WARNING, { .warning = {
	    .service_name = STR_INIT("Library catalogue"),
	    .dashboard_url = STR_INIT("/") } } },
	{ "hand_over", PAGE_HAND_OVER, { .hand_over = {
	    .action = STR_INIT("https://app.example.org/"),
	    .ticket = STR_INIT("ST-1"),
	    .service_name = STR_INIT("Library catalogue") } } },
	{ "signed_out", PAGE_SIGNED_OUT, { .signed_out = {
	    .login_url = STR_INIT("/login") } } },
	{ "unregistered", PAGE_UNREGISTERED, { .unregistered = {
	    .service_url = STR_INIT("https://unknown.example.net/"
		"a/very/long/path/without-any-place-to-break/"
		"0123456789abcdef0123456789abcdef0123456789abcdef") } } },
	{ "not_admitted", PAGE_NOT_ADMITTED, { .not_admitted = {
	    .service_name = STR_INIT("Library catalogue"),
	    .service_contact = STR_INIT("library@example.org"),
	    .dashboard_url = STR_INIT("/") } } },
	ERROR("400", bad_request),
	ERROR("404", not_found),
	ERROR("503", unavailable),
	ERROR("500", internal),
	{ .name = "help", .page = PAGE_HELP },
	HELP(LOST_PHONE),
	HELP(CODE_REFUSED),
	HELP(SECOND_STEP),
	HELP(PASSWORDS),
};
/* clang-format on */

static bool
write_page(const char *path, struct str html)
{
	FILE *file = fopen(path, "we");
	bool written;

	if (file == NULL) {
		perror(path);
		return false;
	}
	written = fwrite(html.at, 1, html.len, file) == html.len;
	if (fclose(file) == 0 && written)
		return true;
	perror(path);
	return false;
}

static bool
write_sample(const struct page_set *set, struct sample *sample, size_t language,
    const char *folder)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf html = BUF_INIT(MOST_PAGE);
	struct page_language links[MOST_LANGUAGES] = { 0 };
	size_t count;
	const struct str *tags = page_languages(set, &count);

	for (size_t i = 0; i < count; i++)
		links[i] =
		    (struct page_language){ tags[i], page_language_name(set, i),
			    STR("?lang="), i == language };
	sample->content.frame.language = tags[language];
	sample->content.frame.languages =
	    (struct template_list){ links, count };
	if (sample->page == PAGE_LOGIN) {
		sample->content.login.action = STR("/login");
		sample->content.login.execution = STR("sample");
	}
	page_render(set, sample->page, language, &sample->content, &html);
	buf_format(&path, "%s/%.*s-%s.html", folder, STR_ARGS(tags[language]),
	    sample->name);
	return write_page(buf_cstr(&path), buf_str(&html));
}

static bool
write_samples(const struct page_set *set, char **arguments)
{
	size_t count;

	page_languages(set, &count);
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		struct page_frame *frame = &samples[i].content.frame;

		if (frame->institution.len == 0)
			frame->institution = STR("University of the Estuary");
		frame->style_url = str_of(arguments[1]);
		frame->icon_url = str_of(arguments[2]);
		frame->help_url = STR("https://help.example.org/");
		frame->contact = STR("help@example.org, phone 555 0100");
		frame->support_code = STR("7f3a-91c2-04be");
		for (size_t language = 0; language < count; language++) {
			if (!write_sample(
				set, &samples[i], language, arguments[0]))
				return false;
		}
	}
	return true;
}

int
main(int count, char **arguments)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	struct page_set *set;
	size_t languages;

	if (count != 2 && count != 5) {
		fputs("render TEMPLATES [FOLDER STYLE_URL ICON_URL]\n", stderr);
		return 2;
	}
	set = page_set_load(
	    &(struct page_sources){ arguments[1], NULL, STR("en") }, &why);
	if (set == NULL) {
		fprintf(stderr, "%s\n", buf_cstr(&why));
		return 1;
	}
	page_languages(set, &languages);
	for (size_t i = 0; i < languages * PAGE_COUNT * 2; i++)
		attack(set, (enum page)(i / 2 % PAGE_COUNT), i / 2 / PAGE_COUNT,
		    i % 2 == 1);
	if (count == 5 && !write_samples(set, arguments + 2))
		failures++;
	page_set_free(set);
	printf("%zu languages, %zu failures\n", languages, failures);
	return failures == 0 ? 0 : 1;
}
