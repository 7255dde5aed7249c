/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /validate, /serviceValidate, /proxyValidate, both below /p3, and
 * /samlValidate: an application asks who a ticket stands for.
 */
#ifndef WEB_CAS_VALIDATE_H
#define WEB_CAS_VALIDATE_H

#include "cas/answer.h"
#include "cas/saml_request.h"
#include "cas/ticket.h"
#include "loop/flow.h"
#include "store/generation.h"
#include "store/tickets.h"
#include "web/cas/granting.h"
#include "web/destination.h"

struct validate_state {
	enum answer_format format;
	bool takes_proxy_tickets;
	bool saml; /* asked and answered in SAML, whatever the format */
	struct saml_request asked; /* of /samlValidate alone */
	struct destination to;
	bool renew;
	struct str ticket_text;
	struct ticket ticket;
	unsigned key_id;
	bool opened; /* it is to be spent */
	bool right_service;
	struct generation generation; /* read if the service is unknown */
	uint8_t request[TICKETS_REQUEST_SIZE];
	struct ticket_redeemed redeemed;
	struct granting granting; /* of a proxy-granting ticket, if asked for */
	struct str user; /* what the service calls the person */

	/* The first thing found wrong; decided before the ticket is spent. */
	bool refused;
	enum answer_code code;
	struct str text;
};

/* The first reason counts. */
void validate_refuse(
    struct validate_state *, enum answer_code, struct str text);

/* The number of the session behind the ticket; 0: none is known. */
int64_t validate_session(const struct validate_state *);

/* validate_format() reads the parameter of that name: XML, JSON or neither.
 * False for anything else. */
bool validate_format(const struct request *, enum answer_format *) MUST_CHECK;

extern const struct flow_step validate_1[], validate_2[], validate_proxy[],
    validate_saml[];

#endif
