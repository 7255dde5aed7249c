/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of /samlValidate, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "cas/answer.h"
#include "cas/saml_answer.h"

#define START \
	"<SOAP-ENV:Envelope xmlns:SOAP-ENV=" \
	"\"http://schemas.xmlsoap.org/soap/envelope/\">\n" \
	"<SOAP-ENV:Header/>\n<SOAP-ENV:Body>\n" \
	"<Response xmlns=\"urn:oasis:names:tc:SAML:1.0:protocol\"" \
	" xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\"" \
	" xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\""
#define RESPONSE(in_response_to, recipient) \
	START in_response_to \
	    " IssueInstant=\"2026-11-23T09:00:00Z\" MajorVersion=\"1\"" \
	    " MinorVersion=\"1\"" recipient \
	    " ResponseID=\"_01000000000000000000000000000000\">\n"
#define END "</Response>\n</SOAP-ENV:Body>\n</SOAP-ENV:Envelope>"
#define SUBJECT \
	"<Subject>\n<NameIdentifier>alice</NameIdentifier>\n" \
	"<SubjectConfirmation>\n<ConfirmationMethod>" \
	"urn:oasis:names:tc:SAML:1.0:cm:artifact</ConfirmationMethod>\n" \
	"</SubjectConfirmation>\n</Subject>\n"
#define ATTRIBUTE(name, values) \
	"<Attribute AttributeName=\"" name "\" AttributeNamespace=" \
	"\"http://www.ja-sig.org/products/cas/\">\n" values "</Attribute>\n"
#define VALUE(text) "<AttributeValue>" text "</AttributeValue>\n"
#define ASSERTION \
	"<Status>\n<StatusCode Value=\"samlp:Success\"/>\n</Status>\n" \
	"<Assertion xmlns=\"urn:oasis:names:tc:SAML:1.0:assertion\"" \
	" AssertionID=\"_02000000000000000000000000000000\"" \
	" IssueInstant=\"2026-11-23T09:00:00Z\"" \
	" Issuer=\"https://sso.example/cas\"" \
	" MajorVersion=\"1\" MinorVersion=\"1\">\n" \
	"<Conditions NotBefore=\"2026-11-23T08:59:00Z\"" \
	" NotOnOrAfter=\"2026-11-23T09:01:00Z\">\n" \
	"<AudienceRestrictionCondition>\n" \
	"<Audience>https://a.example/?a=1&amp;b=&quot;</Audience>\n" \
	"</AudienceRestrictionCondition>\n</Conditions>\n"
#define AUTHENTICATION \
	"<AuthenticationStatement" \
	" AuthenticationInstant=\"2026-11-23T08:00:00Z\"" \
	" AuthenticationMethod=" \
	"\"urn:oasis:names:tc:SAML:1.0:am:password\">\n" SUBJECT \
	"</AuthenticationStatement>\n</Assertion>\n"
#define RECIPIENT " Recipient=\"https://a.example/?a=1&amp;b=&quot;\""

static const int64_t nine = 1795424400 * INT64_C(1000000);

static struct saml_envelope
envelope(void)
{
	return (struct saml_envelope){
		.response_id = { 1 },
		.assertion_id = { 2 },
		.issuer = STR("https://sso.example/cas"),
		.recipient = STR("https://a.example/?a=1&b=\""),
		.now = nine + 999999,
	};
}

static struct answer_success
alice(void)
{
	return (struct answer_success){
		.user = STR("alice"),
		.authenticated_at = nine - 3600 * INT64_C(1000000),
		.from_new_login = true,
		.attributes = STR(
		    "{\"memberOf\":[\"staff\",\"a<b&c\\\"d\\u0001\\u00e9\"],"
		    "\"none\":[],\"null\":[null],\"secret\":\"x\",\"n\":7}"),
		.released = STR("[\"memberOf\",\"none\",\"null\",\"n\"]"),
	};
}

static void
assert_success(const struct saml_envelope *around,
    const struct answer_success *success, const char *expected)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1 << 16);

	saml_answer_success(&out, around, success);
	assert_true(buf_ok(&out));
	assert_string_equal(buf_cstr(&out), expected);
}

static void
a_success_is_exact(void **state)
{
	struct saml_envelope around = envelope();
	struct answer_success success = alice();

	(void)state;
	around.in_response_to = STR("_a-1");
	assert_success(&around, &success,
	    RESPONSE(" InResponseTo=\"_a-1\"", RECIPIENT) ASSERTION
	    "<AttributeStatement>\n" SUBJECT ATTRIBUTE(
		"authenticationDate", VALUE("2026-11-23T08:00:00Z"))
		ATTRIBUTE("longTermAuthenticationRequestTokenUsed",
		    VALUE("false")) ATTRIBUTE("isFromNewLogin",
		    VALUE("true")) ATTRIBUTE("memberOf",
		    VALUE("staff")
			VALUE("a&lt;b&amp;c&quot;d&#233;")) ATTRIBUTE("n",
		    VALUE("7")) "</AttributeStatement>\n" AUTHENTICATION END);
}

static void
remember_me_is_said(void **state)
{
	struct saml_envelope around = envelope();
	struct answer_success success = alice();

	(void)state;
	success.long_term = true;
	success.from_new_login = false;
	success.released = STR_NONE;
	assert_success(&around, &success,
	    RESPONSE("", RECIPIENT) ASSERTION
	    "<AttributeStatement>\n" SUBJECT ATTRIBUTE(
		"authenticationDate", VALUE("2026-11-23T08:00:00Z"))
		ATTRIBUTE("longTermAuthenticationRequestTokenUsed",
		    VALUE("true")) ATTRIBUTE("isFromNewLogin",
		    VALUE(
			"false")) "</AttributeStatement>\n" AUTHENTICATION END);
}

static void
nothing_is_told_in_clear(void **state)
{
	struct saml_envelope around = envelope();
	struct answer_success success = alice();

	(void)state;
	around.in_clear = true;
	assert_success(&around, &success,
	    RESPONSE("", RECIPIENT) ASSERTION AUTHENTICATION END);
}

static void
a_failure_is_exact(void **state)
{
	static const char answer[] =
	    RESPONSE(" InResponseTo=\"&lt;&quot;&gt;\"",
		"") "<Status>\n<StatusCode Value=\"samlp:RequestDenied\"/>\n"
		    "<StatusMessage>&lt;no&gt; "
		    "&#233;</StatusMessage>\n</Status>\n" END;
	struct saml_envelope around = envelope();
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1 << 16);

	(void)state;
	around.recipient = STR_NONE;
	around.in_response_to = STR("<\">");
	saml_answer_failure(&out, &around, STR("<no> \xc3\xa9"));
	assert_string_equal(buf_cstr(&out), answer);
	buf_reset(&out);
	saml_answer_failure(&out, &around, STR_NONE);
	assert_non_null(strstr(
	    buf_cstr(&out), "<StatusMessage>RequestDenied</StatusMessage>"));
}

static void
a_name_that_cannot_be_sent_is_denied(void **state)
{
	static const struct str names[] = { STR_INIT(""), STR_INIT("a\nb"),
		STR_INIT("a\x7f"), STR_INIT("\xff") };
	struct saml_envelope around = envelope();
	struct answer_success success = alice();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(1 << 16);

		success.user = names[i];
		saml_answer_success(&out, &around, &success);
		assert_null(strstr(buf_cstr(&out), "Assertion "));
		assert_non_null(strstr(buf_cstr(&out), "samlp:RequestDenied"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_success_is_exact),
		cmocka_unit_test(remember_me_is_said),
		cmocka_unit_test(nothing_is_told_in_clear),
		cmocka_unit_test(a_failure_is_exact),
		cmocka_unit_test(a_name_that_cannot_be_sent_is_denied),
	};

	return cmocka_run_group_tests_name("saml_answer", tests, NULL, NULL);
}
