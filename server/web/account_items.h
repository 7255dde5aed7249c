/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages of an account list: sessions, and what items have in common.
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
};

#endif
