/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of the pages between a session and an application, and of that of
 * sign-out.
 */
#include "web/way_pages.h"

#include "web/page_fields.h"

/* clang-format off */

const struct template_field hand_over_page_fields[] = {
	FRAME_FIELDS(struct hand_over_page),
	FIELD(struct hand_over_page, script_url, TEMPLATE_TEXT),
	FIELD(struct hand_over_page, action, TEMPLATE_TEXT),
	FIELD(struct hand_over_page, ticket, TEMPLATE_TEXT),
	FIELD(struct hand_over_page, service_name, TEMPLATE_TEXT),
	FIELD(struct hand_over_page, saml, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

const struct template_field warning_page_fields[] = {
	FRAME_FIELDS(struct warning_page),
	FIELD(struct warning_page, action, TEMPLATE_TEXT),
	FIELD(struct warning_page, dashboard_url, TEMPLATE_TEXT),
	FIELD(struct warning_page, execution, TEMPLATE_TEXT),
	FIELD(struct warning_page, service_url, TEMPLATE_TEXT),
	FIELD(struct warning_page, method, TEMPLATE_TEXT),
	FIELD(struct warning_page, service_name, TEMPLATE_TEXT),
	FIELD(struct warning_page, saml, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

const struct template_field unregistered_page_fields[] = {
	FRAME_FIELDS(struct unregistered_page),
	FIELD(struct unregistered_page, service_url, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

const struct template_field not_admitted_page_fields[] = {
	FRAME_FIELDS(struct not_admitted_page),
	FIELD(struct not_admitted_page, service_name, TEMPLATE_TEXT),
	FIELD(struct not_admitted_page, service_contact, TEMPLATE_TEXT),
	FIELD(struct not_admitted_page, dashboard_url, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

static const struct template_field signed_out_item_fields[] = {
	FIELD(struct signed_out_item, name, TEMPLATE_TEXT),
	FIELD(struct signed_out_item, url, TEMPLATE_TEXT),
	FIELD(struct signed_out_item, listed, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

const struct template_field signed_out_page_fields[] = {
	FRAME_FIELDS(struct signed_out_page),
	FIELD(struct signed_out_page, login_url, TEMPLATE_TEXT),
	FIELD(struct signed_out_page, service_url, TEMPLATE_TEXT),
	FIELD(struct signed_out_page, service_name, TEMPLATE_TEXT),
	FIELD(struct signed_out_page, has_applications, TEMPLATE_FLAG),
	{ "applications", TEMPLATE_LIST,
	    offsetof(struct signed_out_page, applications),
	    signed_out_item_fields, sizeof(struct signed_out_item) },
	TEMPLATE_FIELDS_END,
};
