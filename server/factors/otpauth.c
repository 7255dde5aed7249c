/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an authenticator app is told its secret.
 *
 * The issuer stands twice, before the account and as a parameter: old apps
 * read the one or the other.
 */
#include "factors/otpauth.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "text/escape.h"

enum {
	GROUP = 4,
	NAME_MOST = OTPAUTH_ACCOUNT_LONGEST * 4, /* bytes of UTF-8 */
	DELETE = 0x7f,
};

/* A name as an app can show it; it is cut between characters, and a blank is
 * left neither before nor behind. */
static void
name_fit(struct buf *out, struct str name, size_t most)
{
	struct str rest = str_trim(name);
	size_t count = 0;

	for (; rest.len > 0 && count < most; count++) {
		uint32_t code = 0;
		size_t size = str_utf8_first(rest, &code);

		if (code == ':' || code < ' ' || code == DELETE)
			buf_char(out, ' ');
		else
			buf_text(out, str_first(rest, size));
		rest = str_from(rest, size);
	}
}

bool
otpauth_uri(struct buf *out, const struct otpauth_label *label,
    const uint8_t secret[static TOTP_SECRET_SIZE])
{
	CLEANUP(buf_clear) struct buf issuer_room = BUF_INIT(NAME_MOST);
	CLEANUP(buf_clear) struct buf account_room = BUF_INIT(NAME_MOST);
	struct str issuer, account;

	if (!str_is_utf8(label->issuer) || !str_is_utf8(label->account))
		return false;
	name_fit(&issuer_room, label->issuer, OTPAUTH_ISSUER_LONGEST);
	name_fit(&account_room, label->account, OTPAUTH_ACCOUNT_LONGEST);
	issuer = str_trim(buf_str(&issuer_room));
	account = str_trim(buf_str(&account_room));
	if (issuer.len == 0 || account.len == 0)
		return false;
	buf_words(out, "otpauth://totp/");
	escape_url(out, issuer);
	buf_char(out, ':');
	escape_url(out, account);
	buf_words(out, "?secret=");
	bytes_base32(out, secret, TOTP_SECRET_SIZE);
	buf_words(out, "&issuer=");
	escape_url(out, issuer);
	buf_words(out, "&algorithm=SHA1&digits=6&period=30");
	return true;
}

void
otpauth_key(struct buf *out, const uint8_t secret[static TOTP_SECRET_SIZE])
{
	CLEANUP(buf_clear) struct buf key = BUF_INIT(OTPAUTH_KEY_LENGTH);
	struct str rest;

	bytes_base32(&key, secret, TOTP_SECRET_SIZE);
	for (rest = buf_str(&key); rest.len > 0; rest = str_from(rest, GROUP)) {
		if (rest.len < OTPAUTH_KEY_LENGTH)
			buf_char(out, ' ');
		buf_text(out, str_first(rest, GROUP));
	}
}
