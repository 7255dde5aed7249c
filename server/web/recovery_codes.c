/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recovery codes: drawn, hashed, shown.
 */
#include "web/recovery_codes.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/random.h"
#include "text/escape.h"
#include "web/configuration.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/second_step.h"
#include "web/set_up_pages.h"

enum {
	CODE_ROOM = 32,
	HASHES_LONGEST = RECOVERY_CODES_MOST * 256,
	LIST_ROOM = 2048,
};

void
recovery_codes_draw(struct request *rq, struct flow *f,
    struct recovery_codes *c, const struct second_step *second)
{
	int64_t wanted = second->decision.settings.recovery_count;
	uint8_t random[RECOVERY_CODE_LENGTH];

	c->count =
	    wanted > RECOVERY_CODES_MOST ? RECOVERY_CODES_MOST : (size_t)wanted;
	for (size_t i = 0; i < c->count; i++) {
		random_bytes(random, sizeof(random));
		c->codes[i] = recovery_code_make((unsigned)i + 1, random);
		password_work_make(rq->gate->hashing, f,
		    (struct str){
			c->codes[i].characters, RECOVERY_CODE_LENGTH },
		    &rq->configuration->settings.password, &c->hashed[i]);
	}
	bytes_wipe(random, sizeof(random));
}

/* PHC strings need no escaping in JSON. */
struct str
recovery_codes_hashes(struct request *rq, const struct recovery_codes *c)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(HASHES_LONGEST);

	buf_char(&out, '[');
	for (size_t i = 0; i < c->count; i++) {
		if (c->hashed[i].not_compared || c->hashed[i].rehashed.len == 0)
			return STR_NONE;
		buf_words(&out, i > 0 ? ",\"" : "\"");
		buf_text(&out, c->hashed[i].rehashed);
		buf_char(&out, '"');
	}
	buf_char(&out, ']');
	return buf_ok(&out) ? arena_text(&rq->arena, buf_str(&out)) : STR_NONE;
}

static struct template_list
list_codes(struct request *rq, const struct recovery_codes *c)
{
	struct recovery_code_item *items =
	    arena_alloc(&rq->arena, RECOVERY_CODES_MOST * sizeof(*items));

	for (size_t i = 0; i < c->count; i++) {
		CLEANUP(buf_clear) struct buf code = BUF_INIT(CODE_ROOM);

		recovery_code_write(&code, &c->codes[i]);
		items[i].code = arena_text(&rq->arena, buf_str(&code));
	}
	return (struct template_list){ items, c->count };
}

/* A file that the browser makes of the page itself: no request has them. */
static struct str
download_url(struct request *rq, const struct codes_page *page)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(LIST_ROOM);
	CLEANUP(buf_clear) struct buf url = BUF_INIT(3 * LIST_ROOM);
	const struct recovery_code_item *items = page->codes.items;

	buf_text(&text, page->frame.institution);
	buf_words(&text, "\n\n");
	for (size_t i = 0; i < page->codes.count; i++) {
		buf_text(&text, items[i].code);
		buf_char(&text, '\n');
	}
	buf_words(&url, "data:text/plain;charset=utf-8,");
	escape_url(&url, buf_str(&text));
	return buf_ok(&url) && buf_ok(&text)
		   ? arena_text(&rq->arena, buf_str(&url))
		   : STR_NONE;
}

static enum flow_next
reply_codes(struct request *rq, const struct recovery_codes_way *way,
    struct codes_page *page)
{
	page->script_url = request_asset_url(rq, STR("portillon.js"));
	page->action = way->action;
	page->next_url = way->next_url;
	page->service_name = way->service_name;
	page->execution = form_token_new(rq);
	/* In another language it would be another request, without codes. */
	page->frame.languages.count = 0;
	return reply_page(rq, PAGE_CODES, 200, page);
}

enum flow_next
recovery_codes_reply(struct request *rq, const struct recovery_codes *c,
    const struct recovery_codes_way *way)
{
	struct codes_page page = {
		.has_codes = c->count > 0,
		.codes = list_codes(rq, c),
		.app_added = way->with_generator,
	};

	request_fill_frame(rq, &page.frame);
	page.download_url = download_url(rq, &page);
	return reply_codes(rq, way, &page);
}

enum flow_next
recovery_codes_again_reply(
    struct request *rq, const struct recovery_codes_way *way)
{
	struct codes_page page = { .shown_before = true };

	request_fill_frame(rq, &page.frame);
	return reply_codes(rq, way, &page);
}
