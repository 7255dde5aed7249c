/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of the pages between a session and an application.
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
	TEMPLATE_FIELDS_END,
};
