/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the database as the account's pages show them.
 *
 * Everything lives as long as the request.
 */
#ifndef WEB_PAGES_ACCOUNT_VIEW_H
#define WEB_PAGES_ACCOUNT_VIEW_H

#include "text/template.h"

struct activity;
struct request;
struct row_list;

struct sessions_viewed {
	const struct row_list *sessions; /* of struct owner_session */
	const struct row_list *applications; /* of struct owner_application */
	const struct row_list *memberships; /* of struct membership */
	int64_t current; /* number of this session */
};

/* Items for struct session_item. */
struct template_list view_sessions(
    struct request *, const struct sessions_viewed *);

/* Items for struct activity_item, from `count` rows. */
struct template_list view_activity(
    struct request *, const struct activity *, size_t count);

/* Of struct generator_item, from struct generator. */
struct template_list view_generators(
    struct request *, const struct row_list *generators);

/* Of struct browser_item, from struct owner_browser. */
struct template_list view_browsers(
    struct request *, const struct row_list *browsers);

#endif
