/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxy-granting tickets for applications that validate a ticket.
 *
 * Everything that can be said without calling anybody is said first.  Of a call
 * that failed an application hears one sentence, whatever the reason, or it
 * could have our network looked at (row T192); the log has the reason.
 */
#include "web/cas/granting.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "cas/proxy_chain.h"
#include "cas/service_url.h"
#include "loop/callback_line.h"
#include "model/service.h"
#include "web/cas/callback.h"
#include "web/cas/validate.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/request.h"

/* Below the pattern that was registered for it, and never without TLS. */
static bool
may_be_called(const struct service *service, struct str url)
{
	CLEANUP(buf_clear) struct buf canonical = BUF_INIT(SERVICE_URL_LONGEST);
	struct str pattern = service->proxy_callback.len > 0
				 ? service->proxy_callback
				 : service->pattern;

	return service_url_canonical(url, &canonical) &&
	       str_starts(buf_str(&canonical), STR("https://")) &&
	       service_pattern_matches(pattern, buf_str(&canonical));
}

static void
refuse_callback(struct validate_state *v, struct str text)
{
	if (!v->to.service->proxy_lenient)
		validate_refuse(v, ANSWER_INVALID_PROXY_CALLBACK, text);
}

static bool
granting_allowed(struct validate_state *v)
{
	const struct service *service = v->to.service;

	if (!service->proxy) {
		validate_refuse(v, ANSWER_UNAUTHORIZED_SERVICE_PROXY,
		    STR("This service may not obtain proxy tickets."));
		return false;
	}
	if (proxy_chain_length(v->redeemed.proxies) >= PROXY_CHAIN_MOST) {
		validate_refuse(v, ANSWER_UNAUTHORIZED_SERVICE_PROXY,
		    STR("There are too many proxies before this service."));
		return false;
	}
	if (!may_be_called(service, v->granting.url)) {
		refuse_callback(
		    v, STR("The parameter 'pgtUrl' is no https address that is "
			   "registered for this service."));
		return false;
	}
	return true;
}

void
granting_call(struct request *rq, struct flow *f, struct validate_state *v)
{
	struct granting *g = &v->granting;
	CLEANUP(buf_clear) struct buf url = BUF_INIT(CALLBACK_URL_LONGEST);
	CLEANUP(buf_clear) struct buf proxies = BUF_INIT(PROXY_CHAIN_LONGEST);

	if (g->url.len == 0 || v->refused || !granting_allowed(v))
		return;
	grant_proxy_granting(rq, &g->made);
	service_url_with_grant(g->url, g->made.iou, g->made.ticket, &url);
	proxy_chain_add(&proxies, g->url, v->redeemed.proxies);
	if (!buf_ok(&url) || !buf_ok(&proxies)) {
		refuse_callback(v, STR("The parameter 'pgtUrl' is too long."));
		return;
	}
	g->proxies = arena_text(&rq->arena, buf_str(&proxies));
	g->called = true;
	callback_ask(rq->gate->callbacks, f, buf_str(&url), &g->taken);
}

void
granting_keep(struct request *rq, struct flow *f, struct validate_state *v)
{
	const struct granting *g = &v->granting;

	if (!g->called)
		return;
	if (!g->taken) {
		refuse_callback(
		    v, STR("The address in 'pgtUrl' did not take the ticket."));
		return;
	}
	proxy_grants_add(rq->gate->store, f,
	    &(struct proxy_grant){
		.mac = g->made.mac,
		.key_id = rq->active_key,
		.session = validate_session(v),
		.service_id = v->to.service->id,
		.proxies = g->proxies,
		.now = rq->now,
		.limits = rq->configuration->settings.session,
	    },
	    &v->granting.added);
}

void
granting_judge(struct validate_state *v)
{
	if (v->granting.taken && !v->granting.added.alive)
		validate_refuse(v, ANSWER_INVALID_TICKET,
		    STR("The session of this ticket has ended."));
}

struct str
granting_iou(const struct granting *g)
{
	return g->added.alive ? g->made.iou : STR_NONE;
}
