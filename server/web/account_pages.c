/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of the pages on which people look after their account.
 */
#include "web/account_pages.h"

#include "web/page_fields.h"

/* clang-format off */

static const struct template_field application_fields[] = {
	FIELD(struct application_item, name, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

static const struct template_field session_fields[] = {
	FIELD(struct session_item, number, TEMPLATE_TEXT),
	BROWSER_FIELDS(struct session_item),
	MOMENT_FIELDS(struct session_item, opened),
	MOMENT_FIELDS(struct session_item, used),
	MOMENT_FIELDS(struct session_item, verified),
	FIELD(struct session_item, password_only, TEMPLATE_FLAG),
	FIELD(struct session_item, totp, TEMPLATE_FLAG),
	FIELD(struct session_item, email, TEMPLATE_FLAG),
	FIELD(struct session_item, recovery, TEMPLATE_FLAG),
	FIELD(struct session_item, trust, TEMPLATE_FLAG),
	FIELD(struct session_item, network, TEMPLATE_FLAG),
	FIELD(struct session_item, exempt, TEMPLATE_FLAG),
	FIELD(struct session_item, zone, TEMPLATE_TEXT),
	FIELD(struct session_item, place, TEMPLATE_TEXT),
	FIELD_LIST(struct session_item, applications, application_item,
	    application_fields),
	FIELD(struct session_item, more_applications, TEMPLATE_TEXT),
	FIELD(struct session_item, current, TEMPLATE_FLAG),
	FIELD(struct session_item, long_term, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field generator_fields[] = {
	MOMENT_FIELDS(struct generator_item, added),
	MOMENT_FIELDS(struct generator_item, used),
	FIELD(struct generator_item, has_codes, TEMPLATE_FLAG),
	FIELD(struct generator_item, codes_left, TEMPLATE_TEXT),
	FIELD(struct generator_item, few_codes, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field browser_fields[] = {
	FIELD(struct browser_item, id, TEMPLATE_TEXT),
	FIELD(struct browser_item, name, TEMPLATE_TEXT),
	BROWSER_FIELDS(struct browser_item),
	MOMENT_FIELDS(struct browser_item, used),
	MOMENT_FIELDS(struct browser_item, verified),
	FIELD(struct browser_item, current, TEMPLATE_FLAG),
	TEMPLATE_FIELDS_END,
};

static const struct template_field activity_fields[] = {
	FIELD(struct activity_item, signed_in, TEMPLATE_FLAG),
	FIELD(struct activity_item, refused, TEMPLATE_FLAG),
	FIELD(struct activity_item, throttled, TEMPLATE_FLAG),
	FIELD(struct activity_item, checked, TEMPLATE_FLAG),
	FIELD(struct activity_item, code_right, TEMPLATE_FLAG),
	FIELD(struct activity_item, code_wrong, TEMPLATE_FLAG),
	FIELD(struct activity_item, denied, TEMPLATE_FLAG),
	FIELD(struct activity_item, forgotten, TEMPLATE_FLAG),
	FIELD(struct activity_item, named, TEMPLATE_FLAG),
	FIELD(struct activity_item, trust_ended, TEMPLATE_FLAG),
	FIELD(struct activity_item, copied, TEMPLATE_FLAG),
	FIELD(struct activity_item, app_added, TEMPLATE_FLAG),
	FIELD(struct activity_item, app_removed, TEMPLATE_FLAG),
	FIELD(struct activity_item, codes_made, TEMPLATE_FLAG),
	FIELD(struct activity_item, address, TEMPLATE_FLAG),
	FIELD(struct activity_item, signed_out, TEMPLATE_FLAG),
	FIELD(struct activity_item, replaced, TEMPLATE_FLAG),
	FIELD(struct activity_item, ended, TEMPLATE_FLAG),
	FIELD(struct activity_item, password_set, TEMPLATE_FLAG),
	FIELD(struct activity_item, account_added, TEMPLATE_FLAG),
	FIELD(struct activity_item, account_changed, TEMPLATE_FLAG),
	FIELD(struct activity_item, account_disabled, TEMPLATE_FLAG),
	FIELD(struct activity_item, account_active, TEMPLATE_FLAG),
	FIELD(struct activity_item, other, TEMPLATE_FLAG),
	FIELD(struct activity_item, warning, TEMPLATE_FLAG),
	MOMENT_FIELDS(struct activity_item, moment),
	BROWSER_FIELDS(struct activity_item),
	FIELD(struct activity_item, browser_known, TEMPLATE_FLAG),
	FIELD(struct activity_item, place, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

const struct template_field dashboard_page_fields[] = {
	FRAME_FIELDS(struct dashboard_page),
	FIELD(struct dashboard_page, display_name, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, login, TEMPLATE_TEXT),
	FIELD_LIST(struct dashboard_page, sign_in_before, activity_item,
	    activity_fields),
	FIELD(struct dashboard_page, logout_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, execution, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, confirmed, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, ended_one, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, ended_many, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, ended_count, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, ended_already, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, no_others, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, form_expired, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, forgotten_one, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, forgotten_many, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, forgotten_already, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, generator_removed, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, generator_gone, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, browser_named, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, name_refused, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, any_notice, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, generator_offered, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, has_generator, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, generator_removable, TEMPLATE_FLAG),
	FIELD_LIST(struct dashboard_page, generators, generator_item,
	    generator_fields),
	FIELD(struct dashboard_page, generator_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, remove_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, codes_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, lost_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, has_browsers, TEMPLATE_FLAG),
	FIELD_LIST(struct dashboard_page, browsers, browser_item,
	    browser_fields),
	FIELD(struct dashboard_page, forget_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, forget_all_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, name_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, asks_password, TEMPLATE_FLAG),
	FIELD_LIST(struct dashboard_page, sessions, session_item,
	    session_fields),
	FIELD(struct dashboard_page, has_others, TEMPLATE_FLAG),
	FIELD(struct dashboard_page, more_sessions, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, end_url, TEMPLATE_TEXT),
	FIELD(struct dashboard_page, end_others_url, TEMPLATE_TEXT),
	FIELD_LIST(struct dashboard_page, activity, activity_item,
	    activity_fields),
	FIELD(struct dashboard_page, activity_url, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

const struct template_field activity_page_fields[] = {
	FRAME_FIELDS(struct activity_page),
	FIELD(struct activity_page, dashboard_url, TEMPLATE_TEXT),
	FIELD(struct activity_page, logout_url, TEMPLATE_TEXT),
	FIELD_LIST(struct activity_page, activity, activity_item,
	    activity_fields),
	FIELD(struct activity_page, older_url, TEMPLATE_TEXT),
	FIELD(struct activity_page, newest_url, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

/* clang-format on */
