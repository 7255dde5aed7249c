/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole of a sign-in: form, password, code of an authenticator app, ticket.
 *
 * A code is good once in its 30 seconds, so each person signs in once.
 */
#include <time.h>

#include "factors/totp.h"
#include "stage.h"

#define PASSWORD "correct+horse+battery+staple"
#define FORM_COOKIE "__Host-login"
#define SIGN_IN_COOKIE "__Host-sign-in"

static const char token_field[] = "name=\"execution\" value=\"";

static bool
keep(char kept[static COOKIE_SIZE], struct str value)
{
	if (value.len == 0 || value.len >= COOKIE_SIZE)
		return false;
	memcpy(kept, value.at, value.len);
	kept[value.len] = '\0';
	return true;
}

/* The token of a page's first form. */
static bool
keep_token(struct errand *errand, struct str page)
{
	size_t len = sizeof(token_field) - 1;
	const char *at = memmem(page.at, page.len, token_field, len);
	struct str rest;

	if (at == NULL)
		return false;
	rest = str_from(page, (size_t)(at - page.at) + len);
	return keep(errand->token, str_first(rest, str_find(rest, '"')));
}

static void
ask_form(const struct work *work, const struct errand *errand, struct buf *out)
{
	ask_begin(work, "GET", out);
	buf_words(out, "/login?");
	ask_service(errand, out);
	ask_end(work, out);
	buf_words(out, "\r\n");
}

static enum verdict
judge_form(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	struct str cookie = answer_cookie(answer, STR(FORM_COOKIE));

	if (answer->status != 200 || !keep_token(errand, answer->body) ||
	    !keep(errand->form_cookie, cookie))
		return answer_wrong(work, answer, &work->other_wrong);
	return VERDICT_AGAIN;
}

static void
ask_cookies(const struct errand *errand, struct buf *out)
{
	buf_words(out, "Cookie: " FORM_COOKIE "=");
	buf_words(out, errand->form_cookie);
	if (errand->sign_in_cookie[0] != '\0') {
		buf_words(out, "; " SIGN_IN_COOKIE "=");
		buf_words(out, errand->sign_in_cookie);
	}
	buf_words(out, "\r\n");
}

static void
ask_post(const struct work *work, const struct errand *errand, const char *path,
    struct str form, struct buf *out)
{
	ask_begin(work, "POST", out);
	buf_words(out, path);
	ask_end(work, out);
	ask_cookies(errand, out);
	buf_words(out, "Content-Type: application/x-www-form-urlencoded\r\n"
		       "Content-Length: ");
	buf_number(out, form.len);
	buf_words(out, "\r\n\r\n");
	buf_text(out, form);
}

static void
ask_password(
    const struct work *work, const struct errand *errand, struct buf *out)
{
	CLEANUP(buf_clear) struct buf form = BUF_INIT(1024);

	buf_words(&form, "execution=");
	buf_words(&form, errand->token);
	buf_words(&form, "&username=");
	buf_words(&form, errand->person->login);
	buf_words(&form, "&password=" PASSWORD "&");
	ask_service(errand, &form);
	ask_post(work, errand, "/login", buf_str(&form), out);
}

static enum verdict
judge_password(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	struct str cookie = answer_cookie(answer, STR(SIGN_IN_COOKIE));

	if (answer->status != 303 ||
	    !str_ends(answer->location, STR("/cas/mfa")) ||
	    !keep(errand->sign_in_cookie, cookie))
		return answer_wrong(work, answer, &work->other_wrong);
	return VERDICT_AGAIN;
}

static void
ask_code_page(
    const struct work *work, const struct errand *errand, struct buf *out)
{
	ask_begin(work, "GET", out);
	buf_words(out, "/mfa");
	ask_end(work, out);
	ask_cookies(errand, out);
	buf_words(out, "\r\n");
}

static enum verdict
judge_code_page(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	if (answer->status != 200 || !keep_token(errand, answer->body))
		return answer_wrong(work, answer, &work->other_wrong);
	return VERDICT_AGAIN;
}

static void
ask_code(const struct work *work, const struct errand *errand, struct buf *out)
{
	CLEANUP(buf_clear) struct buf form = BUF_INIT(1024);
	char code[TOTP_DIGITS];

	totp_code(errand->person->mac, totp_step((int64_t)time(NULL)), code);
	buf_words(&form, "execution=");
	buf_words(&form, errand->token);
	buf_words(&form, "&code=");
	buf_text(&form, (struct str){ code, sizeof(code) });
	ask_post(work, errand, "/mfa", buf_str(&form), out);
}

static enum verdict
judge_code(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	return ticket_is_there(work, errand, answer, 303) ? VERDICT_DONE
							  : VERDICT_WRONG;
}

const struct work_kind work_sign_in = { "sign-in", PEOPLE_ONCE,
	{ { ask_form, judge_form }, { ask_password, judge_password },
	    { ask_code_page, judge_code_page }, { ask_code, judge_code } } };
