/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logout request of single logout, as a form and as an address.
 */
#include "cas/logout.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "cas/service_url.h"
#include "text/escape.h"
#include "text/moment.h"
#include "text/zlib_stored.h"

#define NAME_NOT_USED STR("@NOT_USED@")

enum {
	XML_LONGEST = 8 * 1024,
};

bool
logout_unpack(struct str packed, struct logout_notice *notice)
{
	struct str rest;

	return str_cut(packed, '\0', &notice->url, &rest) &&
	       str_cut(rest, '\0', &notice->ticket, &notice->user) &&
	       str_find(notice->user, '\0') == notice->user.len &&
	       notice->url.len > 0 && notice->ticket.len > 0 &&
	       notice->user.len > 0;
}

/* One line and no declaration, or some clients find nothing in it. */
static void
write_xml(const struct logout_notice *notice, int64_t number, int64_t ended_at,
    struct buf *xml)
{
	buf_words(xml, "<samlp:LogoutRequest"
		       " xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\""
		       " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"");
	buf_format(xml, " ID=\"LR-%016llx\" Version=\"2.0\" IssueInstant=\"",
	    (unsigned long long)number);
	moment_write_iso(ended_at, xml);
	buf_words(xml, "\"><saml:NameID>");
	escape_xml(xml, notice->user);
	buf_words(xml, "</saml:NameID><samlp:SessionIndex>");
	escape_xml(xml, notice->ticket);
	buf_words(xml, "</samlp:SessionIndex></samlp:LogoutRequest>");
}

static bool
write_body(const struct logout_notice *notice, int64_t number, int64_t ended_at,
    struct buf *out)
{
	CLEANUP(buf_clear) struct buf xml = BUF_INIT(XML_LONGEST);
	CLEANUP(buf_clear) struct buf body = BUF_INIT(LOGOUT_BODY_LONGEST);

	write_xml(notice, number, ended_at, &xml);
	buf_words(&body, "logoutRequest=");
	escape_url(&body, buf_str(&xml));
	if (!buf_ok(&xml) || !buf_ok(&body))
		return false;
	buf_text(out, buf_str(&body));
	return true;
}

void
logout_body(const struct logout_notice *notice, int64_t number,
    int64_t ended_at, struct buf *out)
{
	struct logout_notice nameless = *notice;

	if (write_body(notice, number, ended_at, out))
		return;
	nameless.user = NAME_NOT_USED;
	if (!write_body(&nameless, number, ended_at, out))
		out->failed = true;
}

void
logout_front_url(const struct logout_notice *notice, int64_t number,
    int64_t ended_at, struct buf *out)
{
	CLEANUP(buf_clear) struct buf xml = BUF_INIT(XML_LONGEST);
	CLEANUP(buf_clear) struct buf packed = BUF_INIT(2 * XML_LONGEST);
	CLEANUP(buf_clear) struct buf letters = BUF_INIT(2 * XML_LONGEST);
	CLEANUP(buf_clear) struct buf value = BUF_INIT(3 * XML_LONGEST);
	struct logout_notice nameless = *notice;

	nameless.user = NAME_NOT_USED;
	write_xml(&nameless, number, ended_at, &xml);
	zlib_stored(&packed, buf_str(&xml));
	bytes_base64(&letters, packed.at, packed.len);
	escape_url(&value, buf_str(&letters));
	if (!buf_ok(&xml) || !buf_ok(&packed) || !buf_ok(&value)) {
		out->failed = true;
		return;
	}
	service_url_with_logout(notice->url, buf_str(&value), out);
}
