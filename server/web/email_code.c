/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending a code by mail.
 */
#include "web/email_code.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "factors/email_code.h"
#include "model/sign_in.h"
#include "store/second_step.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/mail_ask.h"
#include "web/request.h"

enum {
	SHOWN_LONGEST = 16
};

static const int64_t second_us = 1000000;

void
email_code_count(struct request *rq, struct flow *f, int64_t account_id,
    struct email_sending *sending)
{
	emails_count(
	    rq->gate->store, f, account_id, rq->now, &sending->counted);
}

static void
code_draw(char code[static EMAIL_CODE_DIGITS])
{
	uint8_t random[EMAIL_CODE_RANDOM_SIZE];

	do
		random_bytes(random, sizeof(random));
	while (!email_code_make(random, code));
	bytes_wipe(random, sizeof(random));
}

static void
code_mail(struct request *rq, struct flow *f, const struct sign_in *s,
    const struct address_row *address, struct str service_name,
    const char code[static EMAIL_CODE_DIGITS])
{
	CLEANUP(buf_clear) struct buf shown = BUF_INIT(SHOWN_LONGEST);
	struct mail_desk desk = request_mail_desk(rq);
	struct code_mail mail = {
		.frame = request_mail_frame(rq),
		.service_name = service_name,
		.valid_until = mail_time(
		    &rq->arena, rq->now + EMAIL_CODE_LIFE_SECONDS * second_us),
	};

	email_code_write(&shown, code);
	mail.code = buf_str(&shown);
	(void)mail_ask(&desk, f,
	    &(struct mail_order){
		.kind = MAIL_CODE,
		.content = &mail,
		.language = rq->language,
		.to = address->email,
		.account_id = s->account_id,
		.now = rq->now,
		.good_for = EMAIL_CODE_LIFE_SECONDS,
	    });
}

void
email_code_send(struct request *rq, struct flow *f, const struct sign_in *s,
    const struct address_row *address, struct str service_name,
    struct email_sending *sending)
{
	char code[EMAIL_CODE_DIGITS];
	uint8_t mac[MAC_SIZE];

	code_draw(code);
	email_code_mac(
	    keys_mac(rq->configuration->keys, rq->active_key, MAC_EMAIL_CODE),
	    &(struct email_code_owner){ s->number, s->account_id }, code, mac);
	emails_put_code(rq->gate->store, f,
	    &(struct email_code_new){
		.sign_in = s,
		.address_id = address->id,
		.mac = mac,
		.key_id = rq->active_key,
		.made_at = rq->now,
		.expires_at = rq->now + EMAIL_CODE_LIFE_SECONDS * second_us,
	    },
	    &sending->put);
	code_mail(rq, f, s, address, service_name, code);
	bytes_wipe(code, sizeof(code));
}

/* The first character, whatever its length in bytes. */
static struct str
first_character(struct str text)
{
	size_t len = 1;

	while (len < text.len && ((unsigned char)text.at[len] & 0xc0) == 0x80)
		len++;
	return str_first(text, len);
}

struct str
email_masked(struct request *rq, struct str email)
{
	size_t at = str_find(email, '@');
	struct str domain = str_from(email, at < email.len ? at + 1 : at);
	size_t dot = domain.len;

	while (dot > 0 && domain.at[dot - 1] != '.')
		dot--;
	const struct str parts[] = { first_character(email),
		STR("\342\200\242\342\200\242\342\200\242@"),
		first_character(domain),
		STR("\342\200\242\342\200\242\342\200\242."),
		str_from(domain, dot) };

	return arena_join(&rq->arena, parts, COUNT_OF(parts));
}
