/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages show on which people look after their account.
 */
#ifndef WEB_ACCOUNT_PAGES_H
#define WEB_ACCOUNT_PAGES_H

#include "web/account_items.h"
#include "web/page.h"

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
	bool generator_removed;
	bool generator_gone;
	bool browser_named;
	bool name_refused;
	bool any_notice; /* one of the above */

	bool generator_offered; /* the policy knows them */
	bool has_generator;
	bool generator_removable;
	struct template_list generators; /* of struct generator_item */
	struct str generator_url; /* to set up or replace it */
	struct str remove_url;
	struct str codes_url; /* for new recovery codes; empty: not alone */
	struct str lost_url;

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
