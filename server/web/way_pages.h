/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages between a session and an application show, and that of
 * sign-out.
 */
#ifndef WEB_WAY_PAGES_H
#define WEB_WAY_PAGES_H

#include "text/template.h"
#include "web/page_frame.h"

/* Asked before an application is entered; there is no ticket yet. */
struct warning_page {
	struct page_frame frame;
	struct str action; /* where the click goes */
	struct str dashboard_url; /* the way back */
	struct str execution;
	struct str service_url;
	struct str method; /* posted back: how the ticket will go */
	struct str service_name;
	bool saml; /* the address is posted back as TARGET, not as service */
};

/* The application is not registered. */
struct unregistered_page {
	struct page_frame frame;
	struct str service_url; /* text only, never a link */
};

/* An application that is not for this person. */
struct not_admitted_page {
	struct page_frame frame;
	struct str service_name;
	struct str service_contact; /* empty: not said */
	struct str dashboard_url;
};

/* The ticket goes on in a form that the browser posts to the application. */
struct hand_over_page {
	struct page_frame frame;
	struct str script_url;
	struct str action; /* the application's address */
	struct str ticket;
	struct str service_name;
	bool saml; /* the ticket is called SAMLart */
};

/* An application that the browser tells of the sign-out. */
struct signed_out_item {
	struct str name;
	struct str url; /* asked for as an image; and as a link if listed */
	bool listed;
};

struct signed_out_page {
	struct page_frame frame;
	struct str login_url;
	struct str service_url; /* where sign-out leads on; empty: nowhere */
	struct str service_name;
	bool has_applications;
	struct template_list applications; /* of struct signed_out_item */
};

extern const struct template_field hand_over_page_fields[],
    warning_page_fields[], unregistered_page_fields[],
    not_admitted_page_fields[], signed_out_page_fields[];

#endif
