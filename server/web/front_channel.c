/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Front channel: the addresses that a browser asks for, and what the page's
 * policy must allow for that.
 *
 * Only who asks an application as its own page brings the cookie that is
 * SameSite: hence a link beside the image, to the same address.
 */
#include "web/front_channel.h"

#include "cas/logout.h"
#include "store/logouts.h"
#include "store/store.h"
#include "text/url.h"
#include "web/request.h"
#include "web/way_pages.h"

enum {
	ADDRESS_LONGEST = 4 * 1024,
	ORIGINS_LONGEST = 8 * 1024, /* the head of an answer has room for it */
};

static struct str
address_of(struct request *rq, const struct logout_left *left)
{
	CLEANUP(buf_clear) struct buf address = BUF_INIT(ADDRESS_LONGEST);
	const struct logout_notice notice = {
		.url = left->url,
		.ticket = left->ticket,
	};

	logout_front_url(&notice, left->id, rq->now, &address);
	return arena_text(&rq->arena, buf_str(&address));
}

/* With a blank before; false: no browser would ask for it. */
static bool
put_origin(struct buf *origins, struct str address)
{
	struct url url;

	if (!url_parse(address, &url))
		return false;
	buf_char(origins, ' ');
	url_put_origin(origins, &url);
	return true;
}

/* Of several tickets the newest is of the session that the browser has. */
static bool
is_first_of_service(const struct logout_left *all, size_t place)
{
	for (size_t i = 0; i < place; i++) {
		if (all[i].service_id == all[place].service_id)
			return false;
	}
	return true;
}

void
front_channel_fill(struct request *rq, const struct row_list *left,
    struct signed_out_page *page)
{
	CLEANUP(buf_clear) struct buf origins = BUF_INIT(ORIGINS_LONGEST);
	const struct logout_left *rows = left->items;
	struct signed_out_item *items =
	    arena_alloc(&rq->arena, left->count * sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; i < left->count; i++) {
		struct str address = address_of(rq, &rows[i]);

		if (!put_origin(&origins, address))
			continue;
		items[count++] = (struct signed_out_item){
			.name = rows[i].name,
			.url = address,
			.listed = is_first_of_service(rows, i),
		};
	}
	rq->images_from = arena_text(&rq->arena, buf_str(&origins));
	page->has_applications = count > 0;
	page->applications = (struct template_list){ items, count };
}
