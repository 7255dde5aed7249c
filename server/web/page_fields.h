/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of the fields that a page may show: what they have in common.
 */
#ifndef WEB_PAGE_FIELDS_H
#define WEB_PAGE_FIELDS_H

#include "text/template.h"

/* clang-format off */

#define FIELD TEMPLATE_FIELD

/* The frame's fields, reached by their plain names on every page. */
#define FRAME_TEXT(type, member) \
	{ #member, TEMPLATE_TEXT, offsetof(type, frame.member), NULL, 0 }
#define FRAME_FIELDS(type) \
	FRAME_TEXT(type, language), \
	FRAME_TEXT(type, institution), \
	FRAME_TEXT(type, style_url), \
	FRAME_TEXT(type, icon_url), \
	FRAME_TEXT(type, help_url), \
	FRAME_TEXT(type, contact), \
	FRAME_TEXT(type, support_code), \
	{ "languages", TEMPLATE_LIST, offsetof(type, frame.languages), \
	    page_language_fields, sizeof(struct page_language) }

/* A moment: {{opened}} in words, {{opened_iso}} for machines. */
#define MOMENT_FIELDS(type, member) \
	{ #member, TEMPLATE_TEXT, offsetof(type, member.words), NULL, 0 }, \
	{ #member "_iso", TEMPLATE_TEXT, offsetof(type, member.iso), NULL, 0 }

/* A browser, for the partial of that name. */
#define BROWSER_FIELDS(type) \
	{ "browser", TEMPLATE_TEXT, offsetof(type, browser.name), NULL, 0 }, \
	{ "system", TEMPLATE_TEXT, offsetof(type, browser.system), NULL, 0 }, \
	{ "computer", TEMPLATE_FLAG, offsetof(type, browser.computer), NULL, 0 }, \
	{ "phone", TEMPLATE_FLAG, offsetof(type, browser.phone), NULL, 0 }, \
	{ "tablet", TEMPLATE_FLAG, offsetof(type, browser.tablet), NULL, 0 }

/* "Later", for the partial of that name. */
#define LATER_FIELDS(type) \
	{ "later_url", TEMPLATE_TEXT, offsetof(type, later.url), NULL, 0 }, \
	{ "later_until", TEMPLATE_TEXT, offsetof(type, later.until), NULL, 0 }

/* A list of structs with a table of their own. */
#define FIELD_LIST(type, member, item, item_fields) \
	{ #member, TEMPLATE_LIST, offsetof(type, member), item_fields, \
	    sizeof(struct item) }

/* clang-format on */

extern const struct template_field page_language_fields[];

#endif
