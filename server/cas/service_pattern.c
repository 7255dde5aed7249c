/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of the registry: a URL without query that may end in "/" and a star,
 * and whose host may begin with a star and a dot; or an expression.
 *
 * But for expressions nothing else is special and nothing backtracks.  Both
 * sides are canonical when they are compared, so comparing bytes is enough.
 */
#include "base/buf.h"
#include "cas/service_regex.h"
#include "cas/service_url.h"

/* "https://" and the rest; false if the scheme does not end so. */
static bool
cut_scheme(struct str url, struct str *scheme, struct str *rest)
{
	static const struct str end = STR_INIT("://");
	size_t colon = str_find(url, ':');

	if (!str_starts(str_from(url, colon), end))
		return false;
	*scheme = str_first(url, colon + end.len);
	*rest = str_from(url, colon + end.len);
	return true;
}

struct pattern {
	struct str scheme; /* with "://" */
	struct str rest; /* without the two marks below */
	bool any_label; /* began with "*." */
	bool below; /* ended in "/" and a star: the slash is kept */
};

static bool
pattern_cut(struct str text, struct pattern *pattern)
{
	if (!cut_scheme(text, &pattern->scheme, &pattern->rest))
		return false;
	pattern->any_label = str_starts(pattern->rest, STR("*."));
	if (pattern->any_label)
		pattern->rest = str_from(pattern->rest, 2);
	pattern->below = str_ends(pattern->rest, STR("/*"));
	if (pattern->below)
		pattern->rest.len--;
	return true;
}

/* "*.1" could only be a part of an IPv4 address, "*.[" of nothing. */
static bool
is_address_part(struct str rest)
{
	struct str host = str_first(rest, str_find(rest, '/'));
	size_t label = 0;

	host = str_first(host, str_find(host, ':'));
	for (size_t i = 0; i < host.len; i++) {
		if (host.at[i] == '.')
			label = i + 1;
	}
	return label < host.len &&
	       ((host.at[label] >= '0' && host.at[label] <= '9') ||
		   host.at[label] == '[');
}

/* NULL, or what is wrong with it. */
static const char *
pattern_wrong(const struct pattern *pattern)
{
	struct str rest = pattern->rest;

	if (str_find(rest, '?') < rest.len || str_find(rest, '#') < rest.len)
		return "a pattern has no query and no fragment: any query "
		       "matches";
	if (str_find(rest, '*') < rest.len)
		return "a star may only stand for the first label of the host "
		       "(https://*.app.example/) or at the end, after a slash";
	if (pattern->any_label && is_address_part(rest))
		return "a star cannot stand for a part of an address";
	return NULL;
}

bool
service_pattern_canonical(struct str pattern, struct buf *out, struct buf *why)
{
	CLEANUP(buf_clear) struct buf plain = BUF_INIT(SERVICE_URL_LONGEST);
	CLEANUP(buf_clear)
	struct buf canonical = BUF_INIT(SERVICE_URL_LONGEST);
	struct pattern parts;
	struct str scheme, rest;
	const char *wrong = "a pattern starts with https:// (or http://)";

	if (service_regex_is(pattern))
		return service_regex_canonical(pattern, out, why);
	if (pattern_cut(pattern, &parts)) {
		wrong = pattern_wrong(&parts);
		buf_text(&plain, parts.scheme);
		buf_text(&plain, parts.rest);
	}
	if (wrong == NULL &&
	    (!buf_ok(&plain) ||
		!service_url_canonical(buf_str(&plain), &canonical) ||
		!cut_scheme(buf_str(&canonical), &scheme, &rest)))
		wrong = "this is not a URL that a service may have";
	if (wrong != NULL) {
		buf_words(why, wrong);
		return false;
	}
	buf_text(out, scheme);
	if (parts.any_label)
		buf_words(out, "*.");
	buf_text(out, rest);
	if (parts.below)
		buf_char(out, '*');
	return buf_ok(out);
}

/* "app.example:8443" or, for "*.example:8443", any one label before it. */
static bool
authority_matches(
    const struct pattern *pattern, struct str wanted, struct str given)
{
	if (pattern->any_label) {
		size_t dot = str_find(given, '.');

		if (dot == 0 || dot == given.len)
			return false;
		given = str_from(given, dot + 1);
	}
	return str_equal(wanted, given);
}

bool
service_pattern_fits_any_host(struct str pattern)
{
	struct service_regex *regex =
	    service_regex_is(pattern) ? service_regex_new(pattern) : NULL;
	bool any = regex != NULL && service_regex_host(regex).len == 0;

	service_regex_free(regex);
	return any;
}

static bool
expression_matches(struct str pattern, struct str canonical_url)
{
	struct service_regex *regex = service_regex_new(pattern);
	bool matches =
	    regex != NULL && service_regex_matches(regex, canonical_url);

	service_regex_free(regex);
	return matches;
}

bool
service_pattern_matches(struct str pattern, struct str canonical_url)
{
	struct pattern parts;
	struct str scheme, given, wanted_path, given_path;
	size_t slash;

	if (service_regex_is(pattern))
		return expression_matches(pattern, canonical_url);
	if (!pattern_cut(pattern, &parts) ||
	    !cut_scheme(canonical_url, &scheme, &given) ||
	    !str_equal(parts.scheme, scheme))
		return false;
	given = str_first(given, str_find(given, '?'));
	slash = str_find(given, '/');
	given_path = str_from(given, slash);
	given = str_first(given, slash);
	slash = str_find(parts.rest, '/');
	wanted_path = str_from(parts.rest, slash);
	if (!authority_matches(&parts, str_first(parts.rest, slash), given))
		return false;
	if (!parts.below)
		return str_equal(given_path, wanted_path);
	/* "/app" is "/app/" and below, too. */
	return str_starts(given_path, wanted_path) ||
	       (wanted_path.len > 1 &&
		   str_equal(given_path,
		       str_first(wanted_path, wanted_path.len - 1)));
}
