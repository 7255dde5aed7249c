/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every page shows around its own content.
 *
 * A member here is a field of all pages: FRAME_FIELDS in page.c names it too.
 */
#ifndef WEB_PAGE_FRAME_H
#define WEB_PAGE_FRAME_H

#include "base/str.h"
#include "text/template.h"

/* A link that shows this page in another language. */
struct page_language {
	struct str tag; /* "fr" */
	struct str name; /* "Français", in the language itself */
	struct str url;
	bool current;
};

/* What every page shows; the first member of every page's struct. */
struct page_frame {
	struct str language; /* tag, for <html lang> */
	struct str institution; /* who runs this sign-in */
	struct str style_url;
	struct str icon_url;
	struct str help_url; /* the help desk's page, or our own */
	struct str contact; /* of the help desk, text; empty: not known */
	struct str support_code; /* request id, to tell the help desk */
	struct template_list languages; /* of struct page_language */
};

/* Where "later" is said to what is offered, for the partial of that name. */
struct later_link {
	struct str url; /* empty: it cannot be said */
	struct str until; /* a moment in words; empty: without an end */
};

#endif
