/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new ticket on its way to the application.
 *
 * Whichever way it takes, it leaves for the address whose canonical form it was
 * sealed for.
 */
#include "web/hand_over.h"

#include "cas/service_url.h"
#include "cas/ticket.h"
#include "http/server.h"
#include "model/service.h"
#include "web/destination.h"
#include "web/grant.h"
#include "web/request.h"
#include "web/way_pages.h"

/* The application's address; with a ticket as the parameter that it reads, for
 * STR_NONE without any. */
static struct str
address_with(
    struct request *rq, const struct destination *to, struct str ticket)
{
	CLEANUP(buf_clear)
	struct buf address = BUF_INIT(
	    3 * SERVICE_URL_LONGEST + TICKET_LENGTH + sizeof("?SAMLart="));

	if (to->saml)
		service_url_with_artifact(to->url, ticket, &address);
	else
		service_url_with_ticket(to->url, ticket, &address);
	return arena_text(&rq->arena, buf_str(&address));
}

static enum flow_next
reply_form(struct request *rq, const struct destination *to, struct str ticket)
{
	struct hand_over_page page = {
		.script_url = request_asset_url(rq, STR("portillon.js")),
		.action = address_with(rq, to, STR_NONE),
		.ticket = ticket,
		.service_name = to->service->name,
		.saml = to->saml,
	};

	if (page.action.len == 0)
		return reply_error(rq, 500);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_HAND_OVER, 200, &page);
}

static enum flow_next
reply_fields(
    struct request *rq, const struct destination *to, struct str ticket)
{
	struct str address = address_with(rq, to, STR_NONE);
	const struct str fields[] = { STR("Service: "), address,
		STR("\r\nTicket: "), ticket, STR("\r\n") };

	if (address.len == 0)
		return reply_error(rq, 500);
	return reply_with(
	    rq, &(struct http_response){
		    .status = 200,
		    .kind = HTTP_DATA,
		    .fields = arena_join(&rq->arena, fields, COUNT_OF(fields)),
		    .content_type = STR("text/plain;charset=UTF-8"),
		    .body = STR("The ticket is in the field \"Ticket\".\n"),
		});
}

enum flow_next
hand_over_reply(struct request *rq, const struct hand_over *h)
{
	const struct destination *to = h->to;
	struct str ticket =
	    grant_ticket(rq, h->session, h->from_new_login, to->canonical);

	rq->outcome = STR("Ticket issued.");
	rq->service = destination_for_log(to);
	rq->session = h->session;
	if (str_equal(to->method, STR("POST")))
		return reply_form(rq, to, ticket);
	if (str_equal(to->method, STR("HEADER")))
		return reply_fields(rq, to, ticket);
	return reply_redirect(
	    rq, rq->is_post ? 303 : 302, address_with(rq, to, ticket));
}
