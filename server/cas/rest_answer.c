/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of the REST endpoints.
 *
 * Some clients find the new address with a regular expression, as the action of
 * the one form: it stays in one piece, in double quotes.
 */
#include "cas/rest_answer.h"

#include "base/buf.h"
#include "cas/answer.h"
#include "cas/released.h"
#include "text/escape.h"

void
rest_answer_form(struct buf *out, struct str address)
{
	buf_words(out, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
		       "<meta charset=\"utf-8\"><title>201 Created</title>"
		       "</head><body><h1>TGT Created</h1><form action=\"");
	escape_html(out, address);
	buf_words(out, "\" method=\"POST\"><label>Service: "
		       "<input type=\"text\" name=\"service\" value=\"\">"
		       "</label> <input type=\"submit\" value=\"Submit\">"
		       "</form></body></html>\n");
}

struct listing {
	struct buf *out;
	bool begun;
};

static void
list_attribute(void *context, const struct released *attribute)
{
	struct listing *listing = context;

	if (listing->begun)
		buf_char(listing->out, ',');
	listing->begun = true;
	released_json(listing->out, attribute);
}

void
rest_answer_user(struct buf *out, const struct answer_success *success)
{
	struct listing listing = { .out = out };

	buf_words(out, "{\"authentication\":{\"principal\":{\"id\":");
	escape_json(out, success->user);
	buf_words(out, ",\"attributes\":{");
	released_visit(success, list_attribute, &listing);
	buf_words(out, "}}}}");
}

void
rest_answer_refusal(struct buf *out, const struct rest_refusal *refusal)
{
	buf_words(out, "{\"authentication_exceptions\":[");
	escape_json(out, refusal->name);
	buf_words(out, "],\"message\":");
	escape_json(out, refusal->text);
	if (refusal->support_code.len > 0) {
		buf_words(out, ",\"support_code\":");
		escape_json(out, refusal->support_code);
	}
	buf_char(out, '}');
}
