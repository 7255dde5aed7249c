/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for a mail.
 */
#include "web/mail_ask.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "crypto/sealed.h"
#include "store/outbox.h"
#include "text/mail.h"
#include "text/mail_address.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/page.h"
#include "web/request.h"

struct mail_desk
request_mail_desk(const struct request *rq)
{
	return (struct mail_desk){ .store = rq->gate->store,
		.pages = rq->configuration->pages,
		.keys = rq->configuration->keys,
		.key_id = rq->active_key };
}

struct mail_frame
request_mail_frame(struct request *rq)
{
	const struct gate_settings *settings = &rq->configuration->settings;

	return (struct mail_frame){ .institution = settings->institution,
		.url = request_own_url(rq, "/"),
		.help_url = settings->help_url,
		.support_code = arena_text(&rq->arena, str_of(rq->id)),
		.when = mail_time(&rq->arena, rq->now) };
}

/* False if it is none that could be sent. */
static bool
pack(const struct mail_desk *desk, const struct mail_order *order,
    struct buf *packed)
{
	CLEANUP(buf_clear) struct buf to = BUF_INIT(MAIL_ADDRESS_LONGEST);
	CLEANUP(buf_clear) struct buf subject = BUF_INIT(MAIL_SUBJECT_LONGEST);
	CLEANUP(buf_clear) struct buf text = BUF_INIT(MAIL_TEXT_LONGEST);

	if (!mail_address_canonical(order->to, &to))
		return false;
	mail_render(page_mails(desk->pages, order->language), order->kind,
	    order->content, &subject, &text);
	return buf_ok(&subject) && buf_ok(&text) &&
	       mail_pack(&(struct mail){ .to = buf_str(&to),
			     .subject = buf_str(&subject),
			     .text = buf_str(&text) },
		   packed);
}

static bool
seal(const struct mail_desk *desk, int64_t id, struct str clear,
    struct buf *sealed)
{
	const struct sealed_key *key =
	    keys_sealed(desk->keys, desk->key_id, SEAL_OUTBOX);
	const struct sealed_place place = { STR("outbox"), STR("payload"), id };
	char *at = buf_reserve(sealed, clear.len + SEALED_EXTRA);

	if (key == NULL || at == NULL)
		return false;
	sealed_make(
	    key, &place, (const uint8_t *)clear.at, clear.len, (uint8_t *)at);
	sealed->len += clear.len + SEALED_EXTRA;
	return true;
}

int64_t
mail_ask(const struct mail_desk *desk, struct flow *f,
    const struct mail_order *order)
{
	CLEANUP(buf_clear) struct buf packed = BUF_INIT(MAIL_PACKED_LONGEST);
	CLEANUP(buf_clear)
	struct buf sealed = BUF_INIT(MAIL_PACKED_LONGEST + SEALED_EXTRA);
	int64_t id = random_id();

	if (!pack(desk, order, &packed) ||
	    !seal(desk, id, buf_str(&packed), &sealed))
		return 0;
	outbox_add(desk->store, f,
	    &(struct outbox_item){
		.id = id,
		.account_id = order->account_id,
		.now = order->now,
		.expires_at = order->now + order->good_for * 1000000,
		.key_id = desk->key_id,
		.payload = buf_str(&sealed),
	    });
	return id;
}
