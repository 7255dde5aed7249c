/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer of /samlValidate.
 *
 * Identifiers are fresh for each answer, the names of both sides come from our
 * settings and from the request, and a refusal is a 200: clients take any other
 * status for a broken server.
 */
#include "web/cas/saml.h"

#include "cas/saml_answer.h"
#include "crypto/random.h"
#include "web/cas/validate.h"
#include "web/request.h"

enum {
	SAML_ANSWER_LARGEST = 1024 * 1024,
	SAML_ANSWER_USUAL = 3000,
};

static struct saml_envelope
envelope_new(struct request *rq, const struct validate_state *v)
{
	struct saml_envelope envelope = {
		.issuer = request_own_url(rq, ""),
		.recipient = v->to.saml ? v->to.url : STR_NONE,
		.in_response_to = v->asked.id,
		.now = rq->now,
		.in_clear = !str_starts(v->to.canonical, STR("https://")),
	};

	random_bytes(envelope.response_id, sizeof(envelope.response_id));
	random_bytes(envelope.assertion_id, sizeof(envelope.assertion_id));
	return envelope;
}

enum flow_next
saml_reply(struct request *rq, const struct validate_state *v,
    const struct answer_success *success)
{
	const struct saml_envelope envelope = envelope_new(rq, v);
	CLEANUP(buf_clear) struct buf body = BUF_INIT(SAML_ANSWER_LARGEST);

	(void)buf_reserve(&body, SAML_ANSWER_USUAL);
	if (v->refused)
		saml_answer_failure(&body, &envelope, v->text);
	else
		saml_answer_success(&body, &envelope, success);
	if (!buf_ok(&body)) {
		buf_reset(&body);
		saml_answer_failure(
		    &body, &envelope, STR("The answer became too large."));
	}
	return reply_text(
	    rq, 200, STR("text/xml;charset=UTF-8"), buf_str(&body));
}
