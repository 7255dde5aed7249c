/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Setting up a generator: what people see.
 *
 * All that is secret here lives in the request's arena and in the body of the
 * answer, and both are wiped.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "factors/otpauth.h"
#include "text/qr_code.h"
#include "web/configuration.h"
#include "web/form_token.h"
#include "web/pages/help.h"
#include "web/request.h"
#include "web/set_up_pages.h"
#include "web/set_up_secret.h"

enum {
	KEY_ROOM = 64,
};

static struct str
keep(struct request *rq, const struct buf *text)
{
	return arena_text(&rq->arena, buf_str(text));
}

/* False if the names leave nothing to show, which settings do not allow. */
static bool
fill_secret(struct request *rq, struct str login,
    const uint8_t secret[static TOTP_SECRET_SIZE], struct set_up_page *page)
{
	CLEANUP(buf_clear) struct buf uri = BUF_INIT(OTPAUTH_URI_LONGEST);
	CLEANUP(buf_clear) struct buf path = BUF_INIT(QR_CODE_PATH_LONGEST);
	CLEANUP(buf_clear) struct buf key = BUF_INIT(KEY_ROOM);
	CLEANUP(buf_clear) struct buf plain = BUF_INIT(KEY_ROOM);
	const struct otpauth_label label = { page->issuer, login };
	int side;

	if (!otpauth_uri(&uri, &label, secret) ||
	    !qr_code_path(&path, buf_str(&uri), &side))
		return false;
	otpauth_key(&key, secret);
	bytes_base32(&plain, secret, TOTP_SECRET_SIZE);
	page->uri = keep(rq, &uri);
	page->qr_path = keep(rq, &path);
	page->qr_side = arena_format(&rq->arena, "%d", side);
	page->key = keep(rq, &key);
	page->plain_key = keep(rq, &plain);
	return true;
}

static void
fill_problem(struct request *rq, const struct set_up *s,
    enum set_up_problem problem, struct set_up_page *page)
{
	page->wrong = problem == SET_UP_WRONG;
	page->old_qr = problem == SET_UP_OLD_QR;
	page->late = problem == SET_UP_LATE;
	page->empty = problem == SET_UP_EMPTY;
	page->expired = problem == SET_UP_FORM;
	page->any_error = problem != SET_UP_NO_PROBLEM;
	page->minutes =
	    arena_format(&rq->arena, "%lld", (long long)s->minutes_late);
}

enum flow_next
set_up_reply(struct request *rq, const struct set_up *s,
    enum set_up_problem problem, struct set_up_page *page)
{
	const struct pending_generator *current = set_up_current(s);
	uint8_t secret[TOTP_SECRET_SIZE];
	bool filled;

	request_fill_frame(rq, &page->frame);
	page->issuer = page->frame.institution;
	page->script_url = request_asset_url(rq, STR("portillon.js"));
	page->app_url = help_url_of(rq, HELP_WHICH_APP);
	page->execution = form_token_new(rq);
	fill_problem(rq, s, problem, page);
	if (current == NULL || !set_up_secret(rq, current, secret))
		return reply_error(rq, 503);
	filled = fill_secret(rq, page->login, secret, page);
	bytes_wipe(secret, sizeof(secret));
	if (!filled)
		return reply_error(rq, 500);
	return reply_page(rq, PAGE_SET_UP, 200, page);
}
