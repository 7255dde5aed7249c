/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages show on which a generator is set up, and taken away.
 */
#ifndef WEB_SET_UP_PAGES_H
#define WEB_SET_UP_PAGES_H

#include "web/page_frame.h"

/* A generator is offered on the way in. */
struct offer_page {
	struct page_frame frame;
	struct str action; /* where the form posts to, and "later" too */
	struct str execution; /* signed form token */
	struct str again_url; /* to begin again as somebody else */
	struct str app_url; /* help: which app */
	struct str service_name; /* where they will go; empty: none */
	struct str display_name;
	bool offered; /* false: by now there is nothing to set up */
	bool proof; /* a code is mailed before */
	struct str due; /* from when on it is demanded; empty: never */
	struct str skips_left; /* empty: not counted */
	struct later_link later;
};

/* A generator is set up: the secret for the app, and a first code of it. */
struct set_up_page {
	struct page_frame frame;
	struct str script_url;
	struct str action; /* where the form posts to */
	struct str execution; /* signed form token */
	struct str again_url; /* to begin again as somebody else; or empty */
	struct str dashboard_url; /* back to it; or empty */
	struct str app_url; /* help: which app */
	struct str service_name; /* where they will go; empty: nowhere */
	struct str display_name;
	struct str login; /* what the app shows beside its codes */
	bool replaces; /* the generator that is there goes */
	struct str uri; /* secret, as the next four */
	struct str key; /* in groups of four */
	struct str plain_key; /* for the clipboard */
	struct str qr_path;
	struct str qr_side;
	struct str issuer;
	/* At most one of these: what was wrong with the last try. */
	bool wrong;
	bool old_qr; /* the code belongs to a QR code shown before */
	bool late; /* of a clock that is `minutes` behind */
	struct str minutes;
	bool empty;
	bool expired; /* the form was too old */
	bool any_error; /* one of the above */
	struct later_link later;
};

struct recovery_code_item {
	struct str code; /* secret; "2-7QKMP-4XD9T-HRB" */
};

/* Recovery codes, shown this once. */
struct codes_page {
	struct page_frame frame;
	struct str script_url;
	struct str action; /* where the form posts to; empty: there is none */
	struct str execution;
	struct str next_url; /* where a link goes instead */
	struct str service_name;
	bool has_codes;
	bool shown_before; /* and not shown again */
	bool app_added; /* they came with it */
	struct template_list codes; /* of struct recovery_code_item */
	struct str download_url; /* secret: all of them, as a data: URL */
};

/* New recovery codes are wanted: what will happen, and the button. */
struct renew_codes_page {
	struct page_frame frame;
	struct str action;
	struct str execution;
	struct str list; /* number of the list that is to go */
	struct str codes_left; /* on it */
	struct str dashboard_url;
	bool changed; /* another window was quicker, nothing was done */
};

/* The phone is lost: what will happen, and the button. */
struct lost_page {
	struct page_frame frame;
	struct str action;
	struct str execution;
	struct str dashboard_url;
	bool has_generator;
	bool expired; /* the form was too old */
};

extern const struct template_field offer_page_fields[], set_up_page_fields[],
    codes_page_fields[], renew_codes_page_fields[], lost_page_fields[];

#endif
