/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which browser somebody uses.
 *
 * Nearly every browser claims to be several others as well, so the order of the
 * tables is what decides: who is imitated stands behind the imitators.
 */
#include "text/user_agent.h"

#include "base/memory.h"

struct browser_mark {
	struct str mark; /* how a word of the header begins */
	struct str name; /* empty: this is none that we can name */
};

/* clang-format off */
static const struct browser_mark browser_marks[] = {
	{ STR_INIT("SeaMonkey/"), STR_INIT("") },
	{ STR_INIT("PaleMoon/"), STR_INIT("") },
	{ STR_INIT("Edg/"), STR_INIT("Edge") },
	{ STR_INIT("EdgA/"), STR_INIT("Edge") },
	{ STR_INIT("EdgiOS/"), STR_INIT("Edge") },
	{ STR_INIT("Edge/"), STR_INIT("Edge") },
	{ STR_INIT("OPR/"), STR_INIT("Opera") },
	{ STR_INIT("OPT/"), STR_INIT("Opera") },
	{ STR_INIT("OPiOS/"), STR_INIT("Opera") },
	{ STR_INIT("Opera/"), STR_INIT("Opera") },
	{ STR_INIT("Opera "), STR_INIT("Opera") },
	{ STR_INIT("SamsungBrowser/"), STR_INIT("Samsung Internet") },
	{ STR_INIT("FxiOS/"), STR_INIT("Firefox") },
	{ STR_INIT("Firefox/"), STR_INIT("Firefox") },
	{ STR_INIT("CriOS/"), STR_INIT("Chrome") },
	{ STR_INIT("HeadlessChrome/"), STR_INIT("Chrome") },
	{ STR_INIT("Chromium/"), STR_INIT("Chrome") },
	{ STR_INIT("Chrome/"), STR_INIT("Chrome") },
	{ STR_INIT("Trident/"), STR_INIT("Internet Explorer") },
	{ STR_INIT("MSIE "), STR_INIT("Internet Explorer") },
	{ STR_INIT("Lynx/"), STR_INIT("Lynx") },
	{ STR_INIT("ELinks/"), STR_INIT("ELinks") },
	{ STR_INIT("ELinks "), STR_INIT("ELinks") },
	{ STR_INIT("Links "), STR_INIT("Links") },
	{ STR_INIT("Links/"), STR_INIT("Links") },
	{ STR_INIT("w3m/"), STR_INIT("w3m") },
	{ STR_INIT("Dillo/"), STR_INIT("Dillo") },
	{ STR_INIT("curl/"), STR_INIT("curl") },
	{ STR_INIT("Wget/"), STR_INIT("Wget") },
};

struct system_mark {
	struct str mark; /* how a word of the first comment begins */
	struct str name;
	enum user_agent_form form;
};

static const struct system_mark system_marks[] = {
	{ STR_INIT("Windows Phone"), STR_INIT("Windows"), FORM_PHONE },
	{ STR_INIT("Windows"), STR_INIT("Windows"), FORM_COMPUTER },
	{ STR_INIT("CrOS "), STR_INIT("ChromeOS"), FORM_COMPUTER },
	{ STR_INIT("iPad"), STR_INIT("iPadOS"), FORM_TABLET },
	{ STR_INIT("iPhone"), STR_INIT("iOS"), FORM_PHONE },
	{ STR_INIT("iPod"), STR_INIT("iOS"), FORM_PHONE },
	/* Of phone, tablet and television: see android_form(). */
	{ STR_INIT("Android"), STR_INIT("Android"), FORM_UNKNOWN },
	{ STR_INIT("Tizen"), STR_INIT(""), FORM_UNKNOWN },
	{ STR_INIT("Macintosh"), STR_INIT("macOS"), FORM_COMPUTER },
	{ STR_INIT("FreeBSD"), STR_INIT("FreeBSD"), FORM_COMPUTER },
	{ STR_INIT("OpenBSD"), STR_INIT("OpenBSD"), FORM_COMPUTER },
	{ STR_INIT("NetBSD"), STR_INIT("NetBSD"), FORM_COMPUTER },
	{ STR_INIT("Linux"), STR_INIT("Linux"), FORM_COMPUTER },
	{ STR_INIT("X11"), STR_INIT(""), FORM_COMPUTER },
};
/* clang-format on */

static bool
contains(struct str text, struct str part)
{
	for (; text.len >= part.len; text = str_from(text, 1)) {
		if (str_starts(text, part))
			return true;
	}
	return false;
}

/* A word begins the text, or stands behind what parts words. */
static bool
has_word(struct str text, struct str mark)
{
	static const struct str between = STR_INIT(" (;,");
	bool at_start = true;

	for (; text.len >= mark.len; text = str_from(text, 1)) {
		if (at_start && str_starts(text, mark))
			return true;
		at_start = str_find(between, text.at[0]) < between.len;
	}
	return false;
}

static bool
is_robot(struct str header)
{
	return contains(header, STR("bot/")) || contains(header, STR("Bot/")) ||
	       contains(header, STR("spider")) ||
	       contains(header, STR("crawler"));
}

static struct str
read_browser(struct str header, struct str system)
{
	if (is_robot(header))
		return STR_NONE;
	for (size_t i = 0; i < COUNT_OF(browser_marks); i++) {
		if (has_word(header, browser_marks[i].mark))
			return browser_marks[i].name;
	}
	/* The old Android browser and many small ones say Safari as well. */
	if (has_word(header, STR("Version/")) &&
	    has_word(header, STR("Safari/")) &&
	    (str_equal(system, STR("macOS")) || str_equal(system, STR("iOS")) ||
		str_equal(system, STR("iPadOS"))))
		return STR("Safari");
	return STR_NONE;
}

static enum user_agent_form
android_form(struct str header, struct str comment)
{
	if (contains(comment, STR("TV")))
		return FORM_UNKNOWN;
	return has_word(header, STR("Mobile")) ? FORM_PHONE : FORM_TABLET;
}

struct user_agent
user_agent_read(struct str header)
{
	struct user_agent agent = { .form = FORM_UNKNOWN };
	struct str comment, rest;

	(void)str_cut(header, '(', &rest, &comment);
	(void)str_cut(comment, ')', &comment, &rest);
	for (size_t i = 0; i < COUNT_OF(system_marks); i++) {
		if (!has_word(comment, system_marks[i].mark))
			continue;
		agent.system = system_marks[i].name;
		agent.form = system_marks[i].form;
		if (str_equal(agent.system, STR("Android")))
			agent.form = android_form(header, comment);
		break;
	}
	agent.browser = read_browser(header, agent.system);
	return agent;
}
