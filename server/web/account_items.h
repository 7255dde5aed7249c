/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the account's pages list: sessions, browsers, generators, events.
 */
#ifndef WEB_ACCOUNT_ITEMS_H
#define WEB_ACCOUNT_ITEMS_H

#include "text/template.h"

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
	/* By the password and one of these: a code, or what spared it. */
	bool password_only;
	bool totp;
	bool email;
	bool recovery;
	bool trust; /* the browser was trusted */
	bool network; /* none was asked for there */
	bool exempt;
	struct page_moment verified; /* when the last of it was given */
	struct str zone; /* label of the network; empty: none */
	struct str place; /* address; empty: unknown */
	struct template_list applications; /* of struct application_item */
	struct str more_applications; /* how many; empty: none */
	bool current; /* the one that looks at this page */
	bool long_term; /* its owner asked to stay signed in */
};

struct generator_item {
	struct page_moment added;
	struct page_moment used;
	bool has_codes; /* recovery codes came with it */
	struct str codes_left;
	bool few_codes; /* time for new ones */
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
	bool checked; /* a program brought the password, and nothing opened */
	bool code_right;
	bool code_wrong;
	bool denied; /* by the policy */
	bool forgotten; /* a browser is trusted no more */
	bool named; /* a browser got a name */
	bool trust_ended; /* no browser is trusted any more */
	bool copied; /* of a trusted browser an old cookie came back */
	bool app_added;
	bool app_removed;
	bool codes_made; /* recovery codes, in the place of others */
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

#endif
