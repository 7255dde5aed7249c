/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of /samlValidate.
 *
 * Namespaces are declared as the protocol's own example does it: clients look
 * for "samlp:Success" to the letter.  No blank stands inside an element that
 * has text, and the statement with the attributes comes first, where most
 * clients take the user from.
 */
#include "cas/saml_answer.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "cas/answer.h"
#include "cas/released.h"
#include "text/escape.h"
#include "text/moment.h"

static void
put_quoted(struct buf *out, const char *name, struct str value)
{
	buf_char(out, ' ');
	buf_words(out, name);
	buf_words(out, "=\"");
	escape_xml(out, value);
	buf_char(out, '"');
}

static void
put_moment(struct buf *out, const char *name, int64_t microseconds)
{
	buf_char(out, ' ');
	buf_words(out, name);
	buf_words(out, "=\"");
	moment_write_iso(microseconds, out);
	buf_char(out, '"');
}

/* An XML name begins with a letter or underscore. */
static void
put_id(struct buf *out, const char *name, const uint8_t id[static SAML_ID_SIZE])
{
	buf_char(out, ' ');
	buf_words(out, name);
	buf_words(out, "=\"_");
	bytes_hex(out, id, SAML_ID_SIZE);
	buf_char(out, '"');
}

static void
put_start(struct buf *out, const struct saml_envelope *envelope)
{
	buf_words(out,
	    "<SOAP-ENV:Envelope xmlns:SOAP-ENV="
	    "\"http://schemas.xmlsoap.org/soap/envelope/\">\n"
	    "<SOAP-ENV:Header/>\n<SOAP-ENV:Body>\n"
	    "<Response xmlns=\"urn:oasis:names:tc:SAML:1.0:protocol\""
	    " xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\""
	    " xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\"");
	if (envelope->in_response_to.len > 0)
		put_quoted(out, "InResponseTo", envelope->in_response_to);
	put_moment(out, "IssueInstant", envelope->now);
	buf_words(out, " MajorVersion=\"1\" MinorVersion=\"1\"");
	if (envelope->recipient.len > 0)
		put_quoted(out, "Recipient", envelope->recipient);
	put_id(out, "ResponseID", envelope->response_id);
	buf_words(out, ">\n");
}

static void
put_end(struct buf *out)
{
	buf_words(out, "</Response>\n</SOAP-ENV:Body>\n</SOAP-ENV:Envelope>");
}

static void
put_conditions(struct buf *out, const struct saml_envelope *envelope)
{
	static const int64_t slack = SAML_SLACK_SECONDS * INT64_C(1000000);

	buf_words(out, "<Conditions");
	put_moment(out, "NotBefore", envelope->now - slack);
	put_moment(out, "NotOnOrAfter", envelope->now + slack);
	buf_words(out, ">\n<AudienceRestrictionCondition>\n<Audience>");
	escape_xml(out, envelope->recipient);
	buf_words(out,
	    "</Audience>\n</AudienceRestrictionCondition>\n</Conditions>\n");
}

static void
put_subject(struct buf *out, struct str user)
{
	buf_words(out, "<Subject>\n<NameIdentifier>");
	escape_xml(out, user);
	buf_words(out,
	    "</NameIdentifier>\n<SubjectConfirmation>\n<ConfirmationMethod>"
	    "urn:oasis:names:tc:SAML:1.0:cm:artifact</ConfirmationMethod>\n"
	    "</SubjectConfirmation>\n</Subject>\n");
}

static void
put_attribute(void *context, const struct released *attribute)
{
	struct buf *out = context;

	buf_words(out, "<Attribute");
	put_quoted(out, "AttributeName", attribute->name);
	buf_words(out,
	    " AttributeNamespace=\"http://www.ja-sig.org/products/cas/\">\n");
	for (size_t i = 0; i < attribute->count; i++) {
		buf_words(out, "<AttributeValue>");
		escape_xml(out, attribute->values[i]);
		buf_words(out, "</AttributeValue>\n");
	}
	buf_words(out, "</Attribute>\n");
}

static void
put_one(struct buf *out, struct str name, struct str value)
{
	put_attribute(out, &(struct released){ name, &value, 1 });
}

static void
put_truth(struct buf *out, struct str name, bool truth)
{
	put_one(out, name, truth ? STR("true") : STR("false"));
}

/* The three of the protocol, then those of the person. */
static void
put_attributes(struct buf *out, const struct answer_success *success)
{
	CLEANUP(buf_clear) struct buf moment = BUF_INIT(64);

	moment_write_iso(success->authenticated_at, &moment);
	buf_words(out, "<AttributeStatement>\n");
	put_subject(out, success->user);
	put_one(out, STR("authenticationDate"), buf_str(&moment));
	put_truth(out, STR("longTermAuthenticationRequestTokenUsed"),
	    success->long_term);
	put_truth(out, STR("isFromNewLogin"), success->from_new_login);
	released_visit(success, put_attribute, out);
	buf_words(out, "</AttributeStatement>\n");
}

static void
put_authentication(struct buf *out, const struct answer_success *success)
{
	buf_words(out, "<AuthenticationStatement");
	put_moment(out, "AuthenticationInstant", success->authenticated_at);
	buf_words(out, " AuthenticationMethod="
		       "\"urn:oasis:names:tc:SAML:1.0:am:password\">\n");
	put_subject(out, success->user);
	buf_words(out, "</AuthenticationStatement>\n");
}

void
saml_answer_success(struct buf *out, const struct saml_envelope *envelope,
    const struct answer_success *success)
{
	if (!answer_user_allowed(success->user)) {
		saml_answer_failure(
		    out, envelope, STR("the name of this user cannot be sent"));
		return;
	}
	put_start(out, envelope);
	buf_words(out,
	    "<Status>\n<StatusCode Value=\"samlp:Success\"/>\n</Status>\n"
	    "<Assertion xmlns=\"urn:oasis:names:tc:SAML:1.0:assertion\"");
	put_id(out, "AssertionID", envelope->assertion_id);
	put_moment(out, "IssueInstant", envelope->now);
	put_quoted(out, "Issuer", envelope->issuer);
	buf_words(out, " MajorVersion=\"1\" MinorVersion=\"1\">\n");
	put_conditions(out, envelope);
	if (!envelope->in_clear)
		put_attributes(out, success);
	put_authentication(out, success);
	buf_words(out, "</Assertion>\n");
	put_end(out);
}

void
saml_answer_failure(
    struct buf *out, const struct saml_envelope *envelope, struct str text)
{
	put_start(out, envelope);
	buf_words(out, "<Status>\n<StatusCode Value=\"samlp:RequestDenied\"/>\n"
		       "<StatusMessage>");
	escape_xml(out, text.len > 0 ? text : STR("RequestDenied"));
	buf_words(out, "</StatusMessage>\n</Status>\n");
	put_end(out);
}
