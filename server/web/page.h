/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages people see: what each may show, and rendering in their language.
 *
 * All are compiled for all languages when a set is loaded, so that an unknown
 * field or a missing message stops the start and not a visitor.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/memory.h"
#include "base/str.h"
#include "web/help_topics.h"
#include "web/page_frame.h"

struct buf;
struct mail_words;
struct moment_words;
struct page_set;

enum page {
	PAGE_LOGIN, /* struct login_page */
	PAGE_WARNING, /* struct warning_page, as the next of way_pages.h */
	PAGE_HAND_OVER, /* struct hand_over_page */
	PAGE_CODE, /* struct code_page, as the next of code_pages.h */
	PAGE_OFFER, /* struct offer_page, as the next four of set_up_pages.h */
	PAGE_SET_UP, /* struct set_up_page */
	PAGE_CODES, /* struct codes_page */
	PAGE_RENEW_CODES, /* struct renew_codes_page */
	PAGE_LOST, /* struct lost_page */
	PAGE_CLOCK, /* struct clock_page */
	PAGE_DENIED, /* struct denied_page */
	PAGE_DASHBOARD, /* struct dashboard_page of account_pages.h */
	PAGE_ACTIVITY, /* struct activity_page of account_pages.h */
	PAGE_SIGNED_OUT, /* struct signed_out_page of way_pages.h */
	PAGE_UNREGISTERED, /* struct unregistered_page of way_pages.h */
	PAGE_NOT_ADMITTED, /* struct not_admitted_page of way_pages.h */
	PAGE_ERROR, /* struct error_page */
	PAGE_HELP, /* struct help_page */
	PAGE_HELP_TOPICS, /* the first enum help_topic: struct help_page */
	PAGE_COUNT = PAGE_HELP_TOPICS + HELP_TOPIC_COUNT,
};

struct login_page {
	struct page_frame frame;
	struct str action; /* where the form posts to */
	struct str execution; /* signed form token */
	struct str service_url; /* posted back as it came; empty: none */
	struct str service_name; /* registered name; empty: none */
	struct str method; /* posted back; empty: in the address */
	struct str service_contact; /* who runs it; empty: not said */
	struct str username; /* typed before; empty at first */
	bool saml; /* the address is posted back as TARGET, not as service */
	bool warn_offered; /* a box: ask before each application */
	bool warn; /* ticked before */
	bool stay_offered; /* a box: stay signed in */
	bool stay; /* ticked before */
	struct str stay_days; /* for how long; empty: for less than two */
	bool renew; /* posted back: the application wants the password again */
	/* At most one of these: what was wrong with the last try. */
	bool wrong; /* unknown name or wrong password, not told apart */
	bool incomplete; /* a field was empty */
	bool expired; /* the form was too old: please again */
	bool cookies_off; /* the browser sent no cookie back */
	bool wait; /* too many failures */
	struct str wait_minutes; /* whole minutes, for `wait` */
	bool any_error; /* one of the above */
};

struct error_page {
	struct page_frame frame;
	struct str status; /* "404" */
	bool bad_request; /* 400 and other faults of the request */
	bool not_found; /* 404, 405 */
	bool unavailable; /* 503: try again */
	bool internal; /* 500 */
};

struct help_page {
	struct page_frame frame;
};

struct page_sources {
	const char *templates_dir;
	const char *override_dir; /* or NULL */
	struct str language; /* for visitors who wish for none that we speak */
};

/*
 * Reads all below `templates_dir` (NAME.html, parts/NAME.html, mails/NAME.txt,
 * help/LANGUAGE/TOPIC.html, messages/LANGUAGE.po), a file of the same name
 * below `override_dir` going first.  NULL and a sentence in `why` naming file
 * and line.
 */
struct page_set *page_set_load(const struct page_sources *, struct buf *why);
void page_set_free(struct page_set *);

/* English, whose words stand in for missing ones, then by alphabet. */
const struct str *page_languages(const struct page_set *, size_t *count);

/* A place in page_languages(). */
size_t page_default_language(const struct page_set *);

/* The language's own name, "Français"; its mails, see web/mails.h. */
struct str page_language_name(const struct page_set *, size_t language);
const struct mail_words *page_mails(const struct page_set *, size_t language);

/* How moments are written in the language; see text/moment.h. */
const struct moment_words *page_moment_words(
    const struct page_set *, size_t language);

/* `content` is the page's struct; `language` a place in page_languages(). */
void page_render(const struct page_set *, enum page, size_t language,
    const void *content, struct buf *out);

#endif
