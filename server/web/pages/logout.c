/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /logout: ends the session of this browser, whatever the applications do.
 *
 * Another site cannot end it by loading this address as an image: the cookie
 * is SameSite=Lax and does not come with such a request.
 */
#include "web/pages/logout.h"

#include "base/log.h"
#include "cas/service_url.h"
#include "web/gate.h"
#include "web/grant.h"
#include "web/request.h"
#include "web/snapshot.h"
#include "web/way_pages.h"

static enum flow_next
logout_end(struct flow *f)
{
	struct request *rq = request_of(f);
	struct logout_state *l = rq->page;
	struct audit_origin origin = request_origin(rq);
	uint8_t mac[MAC_SIZE];

	if (!destination_read(rq, &l->to))
		return reply_error(rq, 400);
	destination_make_canonical(rq, &l->to);
	if (session_cookie_mac(rq, mac))
		sessions_end(rq->gate->store, f, mac, &origin, &l->ended);
	if (l->to.url.len > 0)
		generation_read(rq->gate->store, f, &l->generation);
	return FLOW_NEXT;
}

static enum flow_next
logout_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct logout_state *l = rq->page;

	snapshot_follow(rq, f, l->generation.number);
	return FLOW_NEXT;
}

static enum flow_next
logout_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct logout_state *l = rq->page;
	CLEANUP(buf_clear) struct buf back = BUF_INIT(3 * SERVICE_URL_LONGEST);
	struct signed_out_page page = {
		.login_url = request_own_url(rq, "/login"),
	};

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &l->to);
	session_cookie_clear(rq);
	if (l->ended.number > 0)
		log_event(LOG_INFO, "signed out",
		    LOG_TEXT("request", str_of(rq->id)),
		    LOG_NUMBER("session", l->ended.number));
	if (l->to.service != NULL) {
		service_url_with_ticket(l->to.url, STR_NONE, &back);
		return reply_redirect(
		    rq, 303, arena_text(&rq->arena, buf_str(&back)));
	}
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_SIGNED_OUT, 200, &page);
}

const struct flow_step logout[] = {
	FLOW_STEP(logout_end),
	FLOW_STEP(logout_follow), /* the registry, if it changed */
	FLOW_STEP(logout_reply),
	FLOW_END,
};
