/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contents for pages in which every field is filled.
 */
#ifndef PAGES_FILL_H
#define PAGES_FILL_H

#include "web/account_pages.h"
#include "web/code_pages.h"
#include "web/page.h"
#include "web/set_up_pages.h"
#include "web/way_pages.h"

/* Room for the content of any page, the frame first. */
union content {
	struct page_frame frame;
	struct login_page login;
	struct code_page code;
	struct clock_page clock;
	struct offer_page offer;
	struct set_up_page set_up;
	struct codes_page codes;
	struct renew_codes_page renew_codes;
	struct lost_page lost;
	struct denied_page denied;
	struct dashboard_page dashboard;
	struct activity_page activity;
	struct signed_out_page signed_out;
	struct warning_page warning;
	struct hand_over_page hand_over;
	struct unregistered_page unregistered;
	struct not_admitted_page not_admitted;
	struct error_page error;
	struct help_page help;
};

/* Every text is `text`, every flag is `flag`. */
void fill(union content *, enum page, struct str text, bool flag);

#endif
