/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /mfa/clock: asks whose codes are refused for two in a row.
 *
 * They are posted to /mfa like any code and count as one try.  Nothing here
 * says whether a code that was refused is one of the future: the page is the
 * same for everybody who has an app.
 */
#include "model/service.h"
#include "web/code_pages.h"
#include "web/form_token.h"
#include "web/pages/code.h"
#include "web/request.h"
#include "web/snapshot.h"

static enum flow_next
clock_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_state *c = rq->page;
	struct clock_page page = {
		.action = request_own_url(rq, "/mfa"),
		.display_name = c->found.sign_in.display_name,
	};

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	code_decide(rq, c);
	if (c->step != SIGN_IN_CODE ||
	    !second_step_takes(&c->second, FACTOR_TOTP))
		return reply_redirect(rq, 303, page.action);
	page.service_name =
	    c->to.service != NULL ? c->to.service->name : STR_NONE;
	page.execution = form_token_new(rq);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_CLOCK, 200, &page);
}

const struct flow_step code_clock[] = {
	FLOW_STEP(code_find), /* the sign-in of the cookie */
	FLOW_STEP(code_load), /* what deciding needs */
	FLOW_STEP(clock_reply),
	FLOW_END,
};
