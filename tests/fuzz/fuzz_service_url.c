/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service URLs and patterns under any bytes.
 *
 * The first line is a URL, the second a pattern.  Canonical forms are fixed
 * points, whatever the spelling; the address that carries the ticket means the
 * same service; matching agrees with a comparison part by part, unless the
 * pattern is an expression, and with the registry; and curl and libevent see
 * the host, port and scheme in it that we see.
 */
#include <string.h>

#include "base/buf.h"
#include "cas/registry.h"
#include "cas/service_regex.h"
#include "cas/service_url.h"
#include "fuzz.h"
#include "host_seen.h"
#include "model/service.h"
#include "text/url.h"

enum {
	TEXT_MOST = 8 * SERVICE_URL_LONGEST
};

static void
demand_visible(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		demand(text.at[i] > ' ' && text.at[i] < 0x7f);
}

static void
demand_canonical(struct str url, struct str expected)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(TEXT_MOST);

	demand(service_url_canonical(url, &out));
	demand(str_equal(buf_str(&out), expected));
}

/* In capitals up to the path, and with the port that is meant without one. */
static void
authority_respell(const struct url *parts, struct buf *out)
{
	bool secure = str_equal_nocase(parts->scheme, STR("https"));
	size_t start = out->len;

	buf_text(out, parts->scheme);
	buf_words(out, "://");
	buf_text(out, parts->host);
	for (size_t i = start; i < out->len; i++) {
		if (out->at[i] >= 'a' && out->at[i] <= 'z')
			out->at[i] = (char)(out->at[i] - 0x20);
	}
	buf_char(out, ':');
	if (parts->port.at != NULL)
		buf_text(out, parts->port);
	else
		buf_words(out, secure ? "443" : "80");
}

/* Letters and digits as escapes in lower case; escapes as they are. */
static void
letters_respell(struct str part, struct buf *out)
{
	for (size_t i = 0; i < part.len; i++) {
		char letter = part.at[i];
		bool plain = (letter >= 'a' && letter <= 'z') ||
			     (letter >= '0' && letter <= '9');

		if (letter == '%') {
			buf_text(out, str_first(str_from(part, i), 3));
			i += 2;
		} else if (plain) {
			buf_format(out, "%%%02x", (unsigned char)letter);
		} else {
			buf_char(out, letter);
		}
	}
}

/* Another spelling of the same URL has the same canonical form. */
static void
demand_same_respelled(struct str url, struct str canonical)
{
	CLEANUP(buf_clear) struct buf spelled = BUF_INIT(TEXT_MOST);
	struct url parts;

	demand(url_parse(url, &parts));
	authority_respell(&parts, &spelled);
	letters_respell(parts.path, &spelled);
	if (parts.query.at != NULL) {
		buf_char(&spelled, '?');
		letters_respell(parts.query, &spelled);
	}
	buf_words(&spelled, "#elsewhere");
	demand(buf_ok(&spelled));
	if (spelled.len <= SERVICE_URL_LONGEST)
		demand_canonical(buf_str(&spelled), canonical);
}

/* Where a browser is sent: the same service, seen alike by everybody. */
static void
demand_location(struct str url, struct str canonical, struct str ticket)
{
	CLEANUP(buf_clear) struct buf location = BUF_INIT(TEXT_MOST);

	service_url_with_ticket(url, ticket, &location);
	demand(buf_ok(&location));
	demand_visible(buf_str(&location));
	demand_seen_alike(&location);
	if (location.len <= SERVICE_URL_LONGEST)
		demand_canonical(buf_str(&location), canonical);
}

static bool
host_fits(struct str wanted, struct str given, bool any_label)
{
	size_t dot = str_find(given, '.');

	if (!any_label)
		return str_equal(wanted, given);
	return dot > 0 && dot < given.len &&
	       str_equal(wanted, str_from(given, dot + 1));
}

static bool
path_fits(struct str wanted, struct str given, bool below)
{
	size_t len = wanted.len;

	if (!below || str_equal(wanted, given))
		return str_equal(wanted, given);
	if (given.len > len)
		return str_equal(str_first(given, len), wanted);
	return len > 1 && str_equal(str_first(wanted, len - 1), given);
}

/* Part by part, both taken apart by the URL parser. */
static bool
parts_match(struct str pattern, struct str canonical)
{
	CLEANUP(buf_clear) struct buf plain = BUF_INIT(TEXT_MOST);
	size_t host = str_find(pattern, ':') + 3;
	bool any_label = str_starts(str_from(pattern, host), STR("*."));
	bool below = str_ends(pattern, STR("/*"));
	struct url wanted, given;

	buf_text(&plain, str_first(pattern, host));
	pattern = str_from(pattern, host + (any_label ? 2 : 0));
	pattern.len -= below ? 1 : 0;
	buf_text(&plain, pattern);
	demand(url_parse(buf_str(&plain), &wanted));
	demand(url_parse(canonical, &given));
	return str_equal(wanted.scheme, given.scheme) &&
	       str_equal(wanted.port, given.port) &&
	       host_fits(wanted.host, given.host, any_label) &&
	       path_fits(wanted.path, given.path, below);
}

/* The registry with this pattern and others around it finds what matches. */
static void
demand_found(struct str pattern, struct str canonical, bool matches)
{
	const struct service services[] = {
		{ .id = 1, .pattern = STR_INIT("https://one.example/cb") },
		{ .id = 2, .pattern = STR_INIT("https://one.example/app/*") },
		{ .id = 3, .pattern = STR_INIT("https://*.uni.example/*") },
		{ .id = 4, .pattern = pattern },
	};
	struct registry *registry =
	    registry_new(services, COUNT_OF(services), 1);
	const struct service *found = registry_find(registry, canonical);
	bool any = matches;
	bool expression = service_regex_is(pattern);

	for (size_t i = 0; i < COUNT_OF(services) - 1; i++)
		any = any || parts_match(services[i].pattern, canonical);
	demand((found != NULL) == any);
	demand(found == NULL || (expression && found->id == 4) ||
	       parts_match(found->pattern, canonical));
	demand(!expression || !any || matches || found->id != 4);
	registry_unref(registry);
}

static bool
pattern_read(struct str text, struct buf *out)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	CLEANUP(buf_clear) struct buf again = BUF_INIT(TEXT_MOST);

	if (!service_pattern_canonical(text, out, &why)) {
		demand(out->len == 0 && buf_ok(&why) && why.len > 0);
		return false;
	}
	demand(why.len == 0);
	demand_visible(buf_str(out));
	demand(service_pattern_canonical(buf_str(out), &again, &why));
	demand(str_equal(buf_str(&again), buf_str(out)));
	return true;
}

static void
demand_matching(struct str pattern, struct str canonical)
{
	bool matches = service_pattern_matches(pattern, canonical);

	demand(service_regex_is(pattern) ||
	       matches == parts_match(pattern, canonical));
	demand_found(pattern, canonical, matches);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf canonical = BUF_INIT(TEXT_MOST);
	CLEANUP(buf_clear) struct buf pattern = BUF_INIT(TEXT_MOST);
	struct str rest = { (const char *)input, size };
	struct str url = input_line(&rest);
	bool has_pattern = pattern_read(input_line(&rest), &pattern);

	if (!service_url_canonical(url, &canonical)) {
		demand(canonical.len == 0);
		return 0;
	}
	demand_visible(buf_str(&canonical));
	demand(canonical.len <= SERVICE_URL_LONGEST);
	demand_canonical(buf_str(&canonical), buf_str(&canonical));
	demand_seen_alike(&canonical);
	demand_same_respelled(url, buf_str(&canonical));
	demand_location(url, buf_str(&canonical), STR_NONE);
	demand_location(url, buf_str(&canonical), STR("ST-1"));
	if (has_pattern)
		demand_matching(buf_str(&pattern), buf_str(&canonical));
	return 0;
}
