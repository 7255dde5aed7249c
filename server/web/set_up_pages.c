/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of the pages on which a generator is set up, and taken away.
 */
#include "web/set_up_pages.h"

#include "web/page_fields.h"

/* clang-format off */

const struct template_field offer_page_fields[] = {
	FRAME_FIELDS(struct offer_page),
	FIELD(struct offer_page, action, TEMPLATE_TEXT),
	FIELD(struct offer_page, execution, TEMPLATE_TEXT),
	FIELD(struct offer_page, again_url, TEMPLATE_TEXT),
	FIELD(struct offer_page, app_url, TEMPLATE_TEXT),
	FIELD(struct offer_page, service_name, TEMPLATE_TEXT),
	FIELD(struct offer_page, display_name, TEMPLATE_TEXT),
	FIELD(struct offer_page, offered, TEMPLATE_FLAG),
	FIELD(struct offer_page, proof, TEMPLATE_FLAG),
	FIELD(struct offer_page, due, TEMPLATE_TEXT),
	FIELD(struct offer_page, skips_left, TEMPLATE_TEXT),
	LATER_FIELDS(struct offer_page),
	TEMPLATE_FIELDS_END,
};

const struct template_field set_up_page_fields[] = {
	FRAME_FIELDS(struct set_up_page),
	FIELD(struct set_up_page, script_url, TEMPLATE_TEXT),
	FIELD(struct set_up_page, action, TEMPLATE_TEXT),
	FIELD(struct set_up_page, execution, TEMPLATE_TEXT),
	FIELD(struct set_up_page, again_url, TEMPLATE_TEXT),
	FIELD(struct set_up_page, dashboard_url, TEMPLATE_TEXT),
	FIELD(struct set_up_page, app_url, TEMPLATE_TEXT),
	FIELD(struct set_up_page, service_name, TEMPLATE_TEXT),
	FIELD(struct set_up_page, display_name, TEMPLATE_TEXT),
	FIELD(struct set_up_page, replaces, TEMPLATE_FLAG),
	FIELD(struct set_up_page, uri, TEMPLATE_TEXT),
	FIELD(struct set_up_page, key, TEMPLATE_TEXT),
	FIELD(struct set_up_page, plain_key, TEMPLATE_TEXT),
	FIELD(struct set_up_page, qr_path, TEMPLATE_TEXT),
	FIELD(struct set_up_page, qr_side, TEMPLATE_TEXT),
	FIELD(struct set_up_page, issuer, TEMPLATE_TEXT),
	FIELD(struct set_up_page, wrong, TEMPLATE_FLAG),
	FIELD(struct set_up_page, old_qr, TEMPLATE_FLAG),
	FIELD(struct set_up_page, late, TEMPLATE_FLAG),
	FIELD(struct set_up_page, minutes, TEMPLATE_TEXT),
	FIELD(struct set_up_page, empty, TEMPLATE_FLAG),
	FIELD(struct set_up_page, expired, TEMPLATE_FLAG),
	FIELD(struct set_up_page, any_error, TEMPLATE_FLAG),
	LATER_FIELDS(struct set_up_page),
	TEMPLATE_FIELDS_END,
};

static const struct template_field recovery_code_fields[] = {
	FIELD(struct recovery_code_item, code, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

const struct template_field codes_page_fields[] = {
	FRAME_FIELDS(struct codes_page),
	FIELD(struct codes_page, script_url, TEMPLATE_TEXT),
	FIELD(struct codes_page, action, TEMPLATE_TEXT),
	FIELD(struct codes_page, execution, TEMPLATE_TEXT),
	FIELD(struct codes_page, next_url, TEMPLATE_TEXT),
	FIELD(struct codes_page, service_name, TEMPLATE_TEXT),
	FIELD(struct codes_page, has_codes, TEMPLATE_FLAG),
	FIELD(struct codes_page, shown_before, TEMPLATE_FLAG),
	FIELD(struct codes_page, app_added, TEMPLATE_FLAG),
	FIELD_LIST(struct codes_page, codes, recovery_code_item,
	    recovery_code_fields),
	FIELD(struct codes_page, download_url, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

const struct template_field renew_codes_page_fields[] = {
	FRAME_FIELDS(struct renew_codes_page),
	FIELD(struct renew_codes_page, action, TEMPLATE_TEXT),
	FIELD(struct renew_codes_page, execution, TEMPLATE_TEXT),
	FIELD(struct renew_codes_page, list, TEMPLATE_TEXT),
	FIELD(struct renew_codes_page, codes_left, TEMPLATE_TEXT),
	FIELD(struct renew_codes_page, dashboard_url, TEMPLATE_TEXT),
	FIELD(struct renew_codes_page, changed, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

const struct template_field lost_page_fields[] = {
	FRAME_FIELDS(struct lost_page),
	FIELD(struct lost_page, action, TEMPLATE_TEXT),
	FIELD(struct lost_page, execution, TEMPLATE_TEXT),
	FIELD(struct lost_page, dashboard_url, TEMPLATE_TEXT),
	FIELD(struct lost_page, has_generator, TEMPLATE_FLAG),
	FIELD(struct lost_page, expired, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

/* clang-format on */
