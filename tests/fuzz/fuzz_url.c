/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The URL parser under any bytes.
 *
 * The parts of an accepted URL, joined again, are the URL; and no part has a
 * letter that would move a border for another reader.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "text/url.h"

static void
demand_without(struct str part, const char *letters)
{
	for (; *letters != '\0'; letters++)
		demand(str_find(part, *letters) == part.len);
}

static void
url_join(const struct url *url, struct buf *out)
{
	buf_text(out, url->scheme);
	buf_words(out, "://");
	buf_text(out, url->host);
	if (url->port.at != NULL)
		buf_char(out, ':');
	buf_text(out, url->port);
	buf_text(out, url->path);
	if (url->query.at != NULL)
		buf_char(out, '?');
	buf_text(out, url->query);
	if (url->fragment.at != NULL)
		buf_char(out, '#');
	buf_text(out, url->fragment);
}

static void
demand_good_parts(const struct url *url)
{
	uint64_t port = 1;

	demand(str_equal_nocase(url->scheme, STR("http")) ||
	       str_equal_nocase(url->scheme, STR("https")));
	demand(url->host.len > 0 && url->host.len <= 253);
	demand_without(url->host, "@%/?#\\ ");
	if (url->host.at[0] != '[')
		demand_without(url->host, ":[]");
	if (url->port.at != NULL)
		demand(str_number(url->port, 65535, &port));
	demand(port > 0);
	demand(url->path.len == 0 || url->path.at[0] == '/');
	demand_without(url->path, "?#\\ \r\n\t");
	demand_without(url->query, "#\\ \r\n\t");
	demand_without(url->fragment, "#\\ \r\n\t");
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf joined = BUF_INIT(8192);
	struct str text = { (const char *)input, size };
	struct url url;

	if (!url_parse(text, &url))
		return 0;
	demand_good_parts(&url);
	demand(str_is_utf8(text));
	url_join(&url, &joined);
	demand(buf_ok(&joined) && str_equal(buf_str(&joined), text));
	return 0;
}
