/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other readers of URLs see in one that we let through.
 *
 * Spellings of one IPv6 address count as the same host: curl shortens them.
 */
#include "host_seen.h"

#include <event2/http.h>
#if HAVE_LIBCURL
#include <curl/curl.h>
#endif

#include "base/buf.h"
#include "fuzz.h"
#include "text/address.h"
#include "text/url.h"

static bool
same_ipv6(struct str a, struct str b)
{
	struct address left, right;

	if (!str_starts(a, STR("[")) || !str_starts(b, STR("[")))
		return false;
	return address_parse(str_first(str_from(a, 1), a.len - 2), &left) &&
	       address_parse(str_first(str_from(b, 1), b.len - 2), &right) &&
	       memcmp(&left, &right, sizeof(left)) == 0;
}

static void
demand_same(
    const struct url *ours, struct str scheme, struct str host, uint64_t port)
{
	bool secure = str_equal_nocase(ours->scheme, STR("https"));
	uint64_t own = secure ? 443 : 80;

	if (ours->port.at != NULL)
		demand(str_number(ours->port, 65535, &own));
	demand(str_equal_nocase(ours->scheme, scheme));
	demand(
	    str_equal_nocase(ours->host, host) || same_ipv6(ours->host, host));
	demand(own == port);
}

static void
demand_seen_by_libevent(const char *url, const struct url *ours)
{
	struct evhttp_uri *seen =
	    evhttp_uri_parse_with_flags(url, EVHTTP_URI_NONCONFORMANT);
	int port;

	if (seen == NULL)
		return;
	port = evhttp_uri_get_port(seen);
	if (port < 0)
		port = str_equal_nocase(ours->scheme, STR("https")) ? 443 : 80;
	demand(evhttp_uri_get_userinfo(seen) == NULL);
	demand_same(ours, str_of(evhttp_uri_get_scheme(seen)),
	    str_of(evhttp_uri_get_host(seen)), (uint64_t)port);
	evhttp_uri_free(seen);
}

#if HAVE_LIBCURL
static char *
curl_part(CURLU *seen, CURLUPart part, unsigned flags)
{
	char *text = NULL;

	demand(curl_url_get(seen, part, &text, flags) == CURLUE_OK);
	return text;
}

static void
demand_seen_by_curl(const char *url, const struct url *ours)
{
	CURLU *seen = curl_url();
	char *scheme, *host, *port, *user = NULL;
	uint64_t number = 0;

	demand(seen != NULL);
	if (curl_url_set(seen, CURLUPART_URL, url, 0) == CURLUE_OK) {
		scheme = curl_part(seen, CURLUPART_SCHEME, 0);
		host = curl_part(seen, CURLUPART_HOST, 0);
		port = curl_part(seen, CURLUPART_PORT, CURLU_DEFAULT_PORT);
		demand(str_number(str_of(port), 65535, &number));
		demand(curl_url_get(seen, CURLUPART_USER, &user, 0) ==
		       CURLUE_NO_USER);
		demand_same(ours, str_of(scheme), str_of(host), number);
		curl_free(scheme);
		curl_free(host);
		curl_free(port);
	}
	curl_url_cleanup(seen);
}
#else
static void
demand_seen_by_curl(const char *url, const struct url *ours)
{
	(void)url;
	(void)ours;
}
#endif

void
demand_seen_alike(struct buf *url)
{
	struct url ours;

	if (url->len > 4096) /* with the ticket longer than we read */
		return;
	demand(url_parse(buf_str(url), &ours));
	demand_seen_by_libevent(buf_cstr(url), &ours);
	demand_seen_by_curl(buf_cstr(url), &ours);
}
