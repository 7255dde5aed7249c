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
#include "model/service.h"
#include "store/logouts.h"
#include "web/front_channel.h"
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
	if (session_cookie_mac(rq, mac)) {
		logouts_leave_to_browser(
		    rq->gate->store, f, mac, rq->now, &l->left);
		sessions_end(rq->gate->store, f, mac, &origin, &l->ended);
	}
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

static struct str
logout_way_on(struct request *rq, const struct destination *to)
{
	CLEANUP(buf_clear) struct buf on = BUF_INIT(3 * SERVICE_URL_LONGEST);

	service_url_with_ticket(to->url, STR_NONE, &on);
	return arena_text(&rq->arena, buf_str(&on));
}

/* Where applications are told by the browser a redirection becomes a link. */
static enum flow_next
logout_show(struct request *rq, const struct logout_state *l)
{
	struct signed_out_page page = {
		.login_url = request_own_url(rq, "/login"),
	};

	if (l->to.service != NULL) {
		page.service_url = logout_way_on(rq, &l->to);
		page.service_name = l->to.service->name;
	}
	front_channel_fill(rq, &l->left, &page);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_SIGNED_OUT, 200, &page);
}

static enum flow_next
logout_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct logout_state *l = rq->page;
	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &l->to);
	session_cookie_clear(rq);
	if (l->ended.number > 0)
		log_event(LOG_INFO, "signed out",
		    LOG_TEXT("request", str_of(rq->id)),
		    LOG_NUMBER("session", l->ended.number),
		    LOG_NUMBER("by_browser", (int64_t)l->left.count));
	if (l->to.service != NULL && l->left.count == 0)
		return reply_redirect(rq, 303, logout_way_on(rq, &l->to));
	return logout_show(rq, l);
}

const struct flow_step logout[] = {
	FLOW_STEP(logout_end),
	FLOW_STEP(logout_follow), /* the registry, if it changed */
	FLOW_STEP(logout_reply),
	FLOW_END,
};
