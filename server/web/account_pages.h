/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages show on which people look after their account.
 */
#ifndef WEB_ACCOUNT_PAGES_H
#define WEB_ACCOUNT_PAGES_H

#include "web/page.h"

/* {{opened}}, {{opened_iso}}. */
struct page_moment {
	struct str words;
	struct str iso;
};

struct page_browser {
	struct str name; /* empty: unknown */
	struct str system;
	bool computer; /* at most one of these */
	bool phone;
	bool tablet;
};

struct application_item {
	struct str name;
};

struct session_item {
	struct str number;
	struct page_browser browser;
	struct page_moment opened;
	struct page_moment used;
	struct page_moment verified; /* when the password was given */
	struct str place; /* address; empty: unknown */
	struct template_list applications; /* of struct application_item */
	struct str more_applications; /* how many; empty: none */
	bool current; /* the one that looks at this page */
};

/* A browser that is trusted. */
struct browser_item {
	struct str id;
	struct str name; /* as its owner calls it; empty: see browser */
	struct page_browser browser;
	struct page_moment used;
	struct page_moment verified; /* when a code was given with it */
	bool current; /* the one that looks at this page */
};

/* One of the flags says what happened. */
struct activity_item {
	bool signed_in;
	bool refused; /* wrong password */
	bool throttled; /* too many of those */
	bool code_right;
	bool code_wrong;
	bool denied; /* by the policy */
	bool forgotten; /* a browser is trusted no more */
	bool named; /* a browser got a name */
	bool address; /* where mail goes has changed */
	bool signed_out;
	bool replaced; /* somebody else signed in in the same browser */
	bool ended; /* by the owner, from another browser */
	bool password_set;
	bool account_added;
	bool account_changed;
	bool account_disabled;
	bool account_active;
	bool other;
	bool warning; /* worth a second look */
	struct page_moment moment;
	struct page_browser browser;
	bool browser_known;
	struct str place;
};

struct dashboard_page {
	struct page_frame frame;
	struct str display_name;
	struct str login;
	struct template_list sign_in_before; /* of struct activity_item */
	struct str logout_url;
	struct str execution; /* signed form token */

	/* At most one of these: what was just done. */
	bool confirmed;
	bool ended_one;
	bool ended_many;
	struct str ended_count;
	bool ended_already;
	bool no_others;
	bool form_expired;
	bool forgotten_one;
	bool forgotten_many;
	bool forgotten_already;
	bool browser_named;
	bool name_refused;
	bool any_notice; /* one of the above */

	bool has_browsers;
	struct template_list browsers; /* of struct browser_item */
	struct str forget_url;
	struct str forget_all_url;
	struct str name_url;

	bool asks_password; /* before anything changes */
	struct template_list sessions; /* of struct session_item */
	bool has_others;
	struct str more_sessions; /* that are not listed; empty: none */
	struct str end_url;
	struct str end_others_url;

	struct template_list activity; /* of struct activity_item */
	struct str activity_url;
};

struct activity_page {
	struct page_frame frame;
	struct str dashboard_url;
	struct str logout_url;
	struct template_list activity; /* of struct activity_item */
	struct str older_url; /* empty: there is nothing older */
	struct str newest_url; /* empty: this is the newest */
};

extern const struct template_field dashboard_page_fields[],
    activity_page_fields[];

#endif
